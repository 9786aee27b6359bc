//! What counts as an address, and how it is written.

use super::*;
use serde_json::{Value, json};

fn typed(members: &Value) -> NewAddress {
    let mut body = json!({ "name": "Ada Buyer", "line1": "1 Long Lane" });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    serde_json::from_value(body).unwrap()
}

fn address(members: Value) -> Address {
    typed(&members).parse().unwrap_or_else(|faults| panic!("{members}: {faults:?}"))
}

/// What is wrong, by field.
fn wrong(members: Value) -> Vec<(&'static str, String)> {
    let faults = typed(&members).parse().unwrap_err();
    faults.into_iter().map(|fault| (fault.field.id(), fault.detail)).collect()
}

fn fields(members: Value) -> Vec<&'static str> {
    wrong(members).into_iter().map(|(field, _)| field).collect()
}

#[test]
fn a_country_without_postal_codes_needs_none() {
    for (country, city) in [("HK", "Kowloon"), ("AE", "Dubai"), ("QA", "Doha"), ("AO", "Luanda"), ("JM", "Kingston")] {
        let region = if country == "JM" { json!("St. Andrew") } else { json!(null) };
        for code in [json!(null), json!(""), json!("  "), json!("\u{200b}")] {
            let address = address(json!({ "city": city, "region": region, "country": country, "postal_code": code }));
            assert_eq!(address.postal_code, None, "{country}");
        }
        // Other shops have asked for one.
        let given = address(json!({ "city": city, "region": region, "country": country, "postal_code": "00000" }));
        assert_eq!(given.postal_code.unwrap().as_str(), "00000");
    }
}

#[test]
fn a_country_whose_post_needs_a_code_is_asked_for_it_in_its_own_words() {
    let missing = |country: &str| wrong(json!({ "city": "X", "region": "Y", "country": country }));
    assert_eq!(missing("GB"), [("postal_code", "enter the postcode, such as EC1Y 8SY".to_owned())]);
    assert_eq!(missing("DE"), [("postal_code", "enter the postal code, such as 26133".to_owned())]);
    assert_eq!(missing("US"), [("postal_code", "enter the ZIP code, such as 95014".to_owned())]);
    assert_eq!(missing("IN"), [("postal_code", "enter the PIN code, such as 110034".to_owned())]);
}

#[test]
fn a_code_is_kept_as_typed_but_for_the_blanks_around_it() {
    for (country, typed, kept) in [
        ("IE", "d02x285", "d02x285"),
        ("IE", " A65 F4E2 ", "A65 F4E2"),
        ("GB", "sw1a1aa", "sw1a1aa"),
        ("de", "D-28195", "D-28195"),
    ] {
        let address = address(json!({ "city": "X", "country": country, "postal_code": typed }));
        assert_eq!(address.postal_code.unwrap().as_str(), kept);
    }
    assert_eq!(address(json!({ "city": "Cork", "country": "IE" })).postal_code, None);
}

#[test]
fn a_code_that_cannot_be_one_is_answered_with_one_that_can() {
    let told = |country: &str, code: &str| {
        let mut told = wrong(json!({ "city": "X", "region": "Y", "country": country, "postal_code": code }));
        assert_eq!(told.len(), 1);
        told.remove(0)
    };
    assert_eq!(told("GB", "12345"), ("postal_code", "check the postcode, which looks like EC1Y 8SY".to_owned()));
    assert!(told("US", "ABC").1.ends_with("looks like 95014"));
    assert!(told("DE", "1234").1.ends_with("looks like 26133"));
    // Where none is needed there is a way on.
    assert!(told("IE", "Dublin 4").1.ends_with("looks like A65 F4E2, or leave it empty"));
}

#[test]
fn a_region_is_needed_where_the_post_needs_it_by_name_or_code() {
    for (country, code, regions) in [
        ("US", "94103", ["California", "CA"]),
        ("CA", "K1A 0B1", ["Ontario", "ON"]),
        ("AU", "2000", ["New South Wales", "NSW"]),
        ("BR", "01310-100", ["São Paulo", "SP"]),
        ("MX", "06000", ["Ciudad de México", "CDMX"]),
    ] {
        for region in regions {
            address(json!({ "city": "X", "region": region, "country": country, "postal_code": code }));
        }
        assert_eq!(fields(json!({ "city": "X", "country": country, "postal_code": code })), ["region"], "{country}");
    }
    let told = wrong(json!({ "city": "X", "country": "US", "postal_code": "94103" }));
    assert_eq!(told, [("region", "enter the state".to_owned())]);
    for country in ["DE", "GB", "FR", "ES", "IT"] {
        let code = country.parse::<Country>().unwrap().postal_code_example();
        address(json!({ "city": "X", "country": country, "postal_code": code }));
    }
}

#[test]
fn a_city_or_a_region_is_enough_where_the_city_is_not_needed() {
    for country in ["AE", "HK"] {
        address(json!({ "city": "Central", "country": country }));
        address(json!({ "region": "Kowloon", "country": country }));
    }
    assert_eq!(wrong(json!({ "country": "AE" })), [("region", "enter the emirate".to_owned())]);
    for (country, code) in [("SG", json!("546080")), ("MC", json!("98000")), ("VA", json!(null)), ("GI", json!(""))] {
        address(json!({ "country": country, "postal_code": code }));
        address(json!({ "country": country, "postal_code": code, "city": "Its own" }));
    }
    assert_eq!(
        wrong(json!({ "country": "GB", "postal_code": "SW1A 1AA" })),
        [("city", "enter the post town".to_owned())]
    );
}

#[test]
fn every_country_takes_an_address_with_all_that_it_has_and_with_what_it_needs() {
    for country in Country::all() {
        let code = country.code();
        let least = |part, text| if country.need(part) == Need::Required { text } else { Value::Null };
        let example = json!(country.postal_code_example().unwrap_or_default());
        for (city, region, postal_code) in [
            (json!("City"), json!("Region"), example.clone()),
            (least(Part::City, json!("City")), least(Part::Region, json!("Region")), least(Part::PostalCode, example)),
        ] {
            let body = json!({ "city": city, "region": region, "postal_code": postal_code, "country": code });
            let address = address(body);
            let lines = address.lines();
            assert_eq!(lines.first().map(String::as_str), Some("Ada Buyer"), "{code}");
            assert_eq!(lines.last().map(String::as_str), Some(country.name()), "{code}");
            for text in [&address.city, &address.region].into_iter().flatten() {
                assert!(lines.iter().any(|line| line.contains(text.as_str())), "{code}: {lines:?}");
            }
            assert!(lines.iter().all(|line| line.trim_matches([' ', ',', '-']) == line), "{code}: {lines:?}");
            let read: Address = serde_json::from_value(serde_json::to_value(&address).unwrap()).unwrap();
            assert_eq!(read, address, "{code}");
            assert_eq!(Address::parse(|field| address.text(field)).as_ref(), Ok(&address), "{code}");
        }
        for field in [Field::City, Field::Region, Field::PostalCode] {
            let without = Address::parse(|asked| match asked {
                asked if asked == field => "",
                Field::Country => code,
                Field::PostalCode => country.postal_code_example().unwrap_or_default(),
                Field::Line2 | Field::Phone => "",
                _ => "Text",
            });
            let refused = without.is_err_and(|faults| faults.iter().all(|fault| fault.field == field));
            let either = field == Field::Region && country.need(Part::City) != Need::Required;
            assert_eq!(refused, field.need(Some(country)) == Need::Required && !either, "{code}: {field:?}");
        }
    }
}

#[test]
fn everything_wrong_is_told_at_once() {
    let nothing = NewAddress::default().parse().unwrap_err();
    assert_eq!(nothing.iter().map(|fault| fault.field.id()).collect::<Vec<_>>(), ["country", "name", "line1"]);
    let long = "x".repeat(201);
    let body = json!({
        "name": " ", "line1": long, "line2": "a\nb", "city": "", "country": "GB", "postal_code": "1", "phone": long,
    });
    let told = wrong(body);
    assert_eq!(
        told.iter().map(|(field, _)| *field).collect::<Vec<_>>(),
        ["name", "line1", "line2", "city", "postal_code", "phone"]
    );
    let details: Vec<&str> = told.iter().map(|(_, detail)| detail.as_str()).collect();
    assert_eq!(details[0], "enter the full name");
    assert_eq!(details[1], "the street and number must have at most 200 characters");
    assert_eq!(details[3], "enter the post town");
}

#[test]
fn an_address_is_written_as_its_country_writes_it() {
    let written = |members: Value| address(members).lines().join("|");
    let of = |country: &str, city: &str, region: &str, code: &str| {
        written(json!({ "line2": "Floor 2", "city": city, "region": region, "postal_code": code, "country": country }))
    };
    assert_eq!(of("DE", "Bremen", "", "28195"), "Ada Buyer|1 Long Lane|Floor 2|28195 Bremen|Germany");
    assert_eq!(of("US", "New York", "NY", "10118"), "Ada Buyer|1 Long Lane|Floor 2|New York, NY 10118|United States");
    assert_eq!(of("GB", "London", "", "SW1A 1AA"), "Ada Buyer|1 Long Lane|Floor 2|London|SW1A 1AA|United Kingdom");
    assert_eq!(of("HU", "Budapest", "", "1037"), "Ada Buyer|Budapest|1 Long Lane|Floor 2|1037|Hungary");
    assert_eq!(of("BR", "Santos", "SP", "11013-001"), "Ada Buyer|1 Long Lane|Floor 2|Santos-SP|11013-001|Brazil");
    // What is left out leaves no comma behind.
    assert_eq!(of("BB", "Bridgetown", "", "BB11000"), "Ada Buyer|1 Long Lane|Floor 2|Bridgetown BB11000|Barbados");
    assert_eq!(of("BB", "Bridgetown", "", ""), "Ada Buyer|1 Long Lane|Floor 2|Bridgetown|Barbados");
    assert_eq!(of("HK", "", "Kowloon", ""), "Ada Buyer|1 Long Lane|Floor 2|Kowloon|Hong Kong");
    // What the country does not have but somebody gave.
    assert_eq!(
        of("GB", "Leeds", "Yorkshire", "LS1 1UR"),
        "Ada Buyer|1 Long Lane|Floor 2|Leeds|LS1 1UR|Yorkshire|United Kingdom"
    );
    assert_eq!(of("SG", "Singapore", "", "546080"), "Ada Buyer|1 Long Lane|Floor 2|546080|Singapore");
}

#[test]
fn the_contract_says_what_every_country_needs() {
    let schema = serde_json::to_value(schemars::schema_for!(NewAddress)).unwrap();
    assert_eq!(schema["required"], json!(["name", "line1", "country"]));
    assert_eq!(schema["additionalProperties"], false);
    let example: NewAddress = serde_json::from_value(schema["examples"][0].clone()).unwrap();
    assert!(example.parse().is_ok());
    assert_eq!(schema["properties"]["postal_code"]["maxLength"], 20);
    let pattern = &schema["$defs"]["Country"]["pattern"];
    let contract = jsonschema::draft202012::new(&json!({ "pattern": pattern })).unwrap();
    for (one, other) in ('A'..='Z').flat_map(|one| ('A'..='Z').map(move |other| (one, other))) {
        let code = format!("{one}{other}");
        for typed in
            [code.clone(), code.to_lowercase(), format!(" {code} "), format!("{one}{}", other.to_ascii_lowercase())]
        {
            assert_eq!(contract.is_valid(&json!(typed)), typed.parse::<Country>().is_ok(), "{typed}");
        }
    }
}
