//! What the table of countries holds, and what is made of it.

use super::*;
use std::collections::{BTreeMap, BTreeSet};

fn country(code: &str) -> Country {
    code.parse().unwrap()
}

#[test]
fn every_country_of_iso_3166_and_kosovo_is_there_once() {
    let ours: BTreeMap<&str, &str> =
        Country::all().map(|country| (country.code(), country.cell(Column::Alpha3))).collect();
    let mut theirs: BTreeMap<&str, &str> =
        isocountry::CountryCode::iter().map(|country| (country.alpha2(), country.alpha3())).collect();
    theirs.insert("XK", "XKX");
    assert_eq!(ours, theirs);
    assert_eq!(Country::all().count(), theirs.len());
}

#[test]
fn every_line_of_the_table_can_be_used() {
    for country in Country::all() {
        let code = country.code();
        assert_eq!(country.0.split('|').count(), Column::Example as usize + 1, "{code}");
        assert!(country.need(Part::Street) == Need::Required, "{code}");
        for part in [Part::City, Part::Region, Part::PostalCode, Part::Street] {
            let said = country.cell(Column::Layout).chars().filter(|sign| Part::of(*sign) == Some(part)).count();
            assert!(said <= 1, "{code} has {part:?} twice");
        }
        for sign in country.cell(Column::Layout).chars() {
            assert!(Part::of(sign).is_some() || " ,-/".contains(sign), "{code}: {sign:?}");
        }
        for (part, column) in
            [(Part::City, Column::City), (Part::Region, Column::Region), (Part::PostalCode, Column::Shapes)]
        {
            let said = !country.cell(column).is_empty();
            assert!(!said || country.need(part) != Need::Absent, "{code} names {part:?} without having it");
        }
        assert_eq!(country.cell(Column::Shapes).is_empty(), country.postal_code_example().is_none(), "{code}");
        if let Some(example) = country.postal_code_example() {
            assert!(country.takes_postal_code(example), "{code}: {example}");
            assert!(example.len() <= 20, "{code}: {example}");
            assert!(!country.takes_postal_code("!") && !country.takes_postal_code("1"), "{code}");
            assert!(!country.takes_postal_code(&example.repeat(3)), "{code}: {example}");
        }
    }
}

#[test]
fn a_country_is_known_by_two_letters_in_any_case() {
    for (typed, code) in [("DE", "DE"), ("de", "DE"), (" gB\t", "GB"), ("xk", "XK"), ("Hk", "HK")] {
        assert_eq!(country(typed).code(), code);
        let read: Country = serde_json::from_value(serde_json::json!(typed)).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), code);
    }
}

#[test]
fn who_writes_a_country_otherwise_is_told_its_code() {
    for (written, hint) in [
        ("UK", "GB for United Kingdom"),
        (" uk ", "GB for United Kingdom"),
        ("EL", "GR for Greece"),
        ("Germany", "DE for Germany"),
        ("GERMANY", "DE for Germany"),
        ("DEU", "DE for Germany"),
        ("usa", "US for United States"),
        ("Åland islands", "AX for Åland Islands"),
        ("South Korea", "KR for South Korea"),
        ("Czech Republic", "CZ for Czechia"),
        ("scotland", "GB for United Kingdom"),
        ("ÖSTERREICH", "AT for Austria"),
    ] {
        let refusal = written.parse::<Country>().unwrap_err();
        assert!(refusal.ends_with(hint), "{written}: {refusal}");
    }
    for nowhere in ["", " ", "Narnia", "ZZ", "Q", "D E", "DE,", ",", "ＤＥ", "276", "|"] {
        let refusal = nowhere.parse::<Country>().unwrap_err();
        assert!(refusal.ends_with("such as DE"), "{nowhere}: {refusal}");
    }
}

#[test]
fn no_name_means_two_countries() {
    let mut names = BTreeSet::new();
    for country in Country::all() {
        let others = country.cell(Column::OtherNames).split(',').filter(|name| !name.is_empty());
        for name in [country.code(), country.cell(Column::Alpha3), country.name()].into_iter().chain(others) {
            assert!(names.insert(name.to_lowercase()), "{name}");
        }
    }
}

#[test]
fn a_postal_code_is_taken_however_it_is_typed() {
    for (code, typed) in [
        ("GB", "SW1A 1AA"),
        ("GB", "sw1a1aa"),
        ("GB", " s w 1 a  1 a a "),
        ("GB", "M1-1AE"),
        ("GB", "gir 0aa"),
        ("GB", "ＧＩＲ ０ＡＡ"),
        ("GB", "BFPO 57"),
        ("IE", "d02x285"),
        ("IE", " A65 F4E2 "),
        ("IE", "D6W XY00"),
        ("DE", "28195"),
        ("DE", "D-28195"),
        ("DE", "DE 28195"),
        ("LI", "FL-9490"),
        ("AD", "ad500"),
        ("AD", "500"),
        ("LV", "1010"),
        ("US", "95014"),
        ("US", "95014-1234"),
        ("US", "950141234"),
        ("CA", "k1a0b1"),
        ("NL", "1011ab"),
        ("PL", "00950"),
        ("JP", "１５４ー００２３"),
        ("JP", "〒154-0023"),
        ("EG", "١١٥١١"),
        ("BR", "01310-100"),
        ("BR", "01310100"),
        ("AR", "1425"),
        ("KY", "ky1-1100"),
        ("HK", "999077"),
        ("AE", "00000"),
    ] {
        assert!(country(code).takes_postal_code(typed), "{code}: {typed}");
    }
}

#[test]
fn what_plainly_is_no_postal_code_there_is_refused() {
    for (code, typed) in [
        ("GB", "12345"),
        ("GB", "SW1A"),
        ("GB", "SW1A 1A"),
        ("US", "ABC"),
        ("US", "9501"),
        ("US", "95014-12"),
        ("DE", "1234"),
        ("DE", "123456"),
        ("DE", "2819S"),
        ("DE", "CH-28195"),
        ("CA", "12345"),
        ("CA", "K1A 0B"),
        ("IE", "Dublin 4"),
        ("NL", "1011"),
        ("JP", "123"),
        ("AU", "20000"),
        ("FR", "7500"),
    ] {
        assert!(!country(code).takes_postal_code(typed), "{code}: {typed}");
    }
}

#[test]
fn what_an_address_has_differs() {
    let needs = |code: &str| [Part::City, Part::Region, Part::PostalCode].map(|part| country(code).need(part));
    use Need::{Absent, Optional, Required};
    assert_eq!(needs("DE"), [Required, Absent, Required]);
    assert_eq!(needs("US"), [Required, Required, Required]);
    assert_eq!(needs("HK"), [Optional, Required, Absent]);
    assert_eq!(needs("AE"), [Absent, Required, Absent]);
    assert_eq!(needs("QA"), [Required, Absent, Absent]);
    assert_eq!(needs("IE"), [Required, Optional, Optional]);
    assert_eq!(needs("SG"), [Absent, Absent, Required]);
    assert_eq!(needs("GI"), [Absent, Absent, Optional]);
    for code in ["AU", "BR", "CA", "IN", "MX"] {
        assert_eq!(country(code).need(Part::Region), Required, "{code}");
    }
}

#[test]
fn a_telephone_shows_digits_where_they_are_enough() {
    for (code, numeric) in [("DE", true), ("US", true), ("JP", true), ("GB", false), ("AD", false), ("HK", false)] {
        assert_eq!(country(code).has_numeric_postal_codes(), numeric, "{code}");
    }
}

#[test]
fn countries_are_told_by_name() {
    let names: Vec<_> = Country::all().map(Country::name).collect();
    assert_eq!(names.first(), Some(&"Afghanistan"));
    assert_eq!(names.get(1), Some(&"Åland Islands"));
    assert_eq!(names.last(), Some(&"Zimbabwe"));
}

#[test]
fn every_country_has_its_german_name_in_their_order() {
    let named = Country::all_in(Language::De);
    assert_eq!(named.len(), Country::all().count());
    let codes: BTreeSet<&str> = named.iter().map(|(country, _)| country.code()).collect();
    assert_eq!(codes.len(), named.len(), "one is there twice");
    let place = |name: &str| named.iter().position(|(_, known)| *known == name).unwrap();
    assert!(place("Albanien") > place("Ägypten") && place("Österreich") < place("Panama"));
    assert_eq!(country("DE").name_in(Language::De), "Deutschland");
    assert_eq!(country("DE").name_in(Language::En), "Germany");
    assert_eq!(Country::all_in(Language::En)[0].1, "Afghanistan");
}
