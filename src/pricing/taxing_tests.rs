//! Which rates apply, and what they come to.

use super::*;
use crate::pricing::samples::*;
use crate::pricing::tax::TaxRules;

fn place(code: &str, region: Option<&str>, postal_code: Option<&str>) -> Place {
    Place { country: country(code), region: region.map(str::to_owned), postal_code: postal_code.map(str::to_owned) }
}

/// The tax on 10,000 that is sent there, by name.
fn taxed(shop: &Shop, to: Option<Place>, class: Option<&str>) -> Vec<(String, i64)> {
    let basket = Basket { to, ..Basket::of([]) };
    let (cart, offer) = (basket.cart(), shop.offer());
    let spot = destination(&cart, &offer).as_ref().map(Spot::of);
    let tax = Taxes::of(&cart, &offer, spot.as_ref()).on(10_000, class);
    assert_eq!(tax.amount, tax.rates.iter().map(|part| part.amount).sum::<i64>());
    tax.rates.into_iter().map(|part| (part.name, part.amount)).collect()
}

fn parts(parts: &[(&str, i64)]) -> Vec<(String, i64)> {
    parts.iter().map(|(name, amount)| ((*name).to_owned(), *amount)).collect()
}

fn shop(prices_include_tax: bool, rates: Vec<TaxRate>) -> Shop {
    let classes = vec!["standard".to_owned(), "reduced".to_owned()];
    Shop { prices_include_tax, tax: TaxRules { classes, rates, reverse_charge: false }, ..Shop::plain() }
}

#[test]
fn the_most_specific_place_counts() {
    let region = TaxRate { region: Some("New York".to_owned()), ..tax_rate("US", "State", "4") };
    let near = TaxRate { postal_codes: patterns(&["100*"]), ..tax_rate("US", "City", "8.875") };
    let nearer = TaxRate { postal_codes: patterns(&["10013", "10014"]), ..tax_rate("US", "Zone", "9") };
    let shop = shop(false, vec![near, tax_rate("US", "Federal", "1"), nearer, region]);
    let at = |region, code| taxed(&shop, Some(place("US", region, code)), None);
    assert_eq!(at(None, None), parts(&[("Federal", 100)]));
    assert_eq!(at(Some("new york"), Some("14201")), parts(&[("State", 400)]));
    assert_eq!(at(Some("New York"), Some("10001-1234")), parts(&[("City", 888)]));
    assert_eq!(at(None, Some("10014")), parts(&[("Zone", 900)]));
    assert!(taxed(&shop, Some(place("CA", None, Some("10014"))), None).is_empty());
}

#[test]
fn rates_of_one_place_add_up_by_name() {
    let rate = |name, rate| TaxRate { region: Some("BC".to_owned()), ..tax_rate("CA", name, rate) };
    let rates = || vec![tax_rate("CA", "GST", "5"), rate("GST", "5"), rate("PST", "7"), rate("PST", "7")];
    let to = || Some(place("CA", Some("BC"), None));
    assert_eq!(taxed(&shop(false, rates()), to(), None), parts(&[("GST", 500), ("PST", 700)]));
    // 10,000 has 1,071.43 in it, of which five twelfths are 446.25.
    assert_eq!(taxed(&shop(true, rates()), to(), None), parts(&[("GST", 446), ("PST", 625)]));
}

#[test]
fn each_class_has_rates_of_its_own() {
    let reduced = TaxRate { class: "reduced".to_owned(), ..tax_rate("DE", "VAT", "7") };
    let shop = shop(false, vec![reduced, tax_rate("DE", "VAT", "19")]);
    let of = |class| taxed(&shop, None, class);
    assert_eq!(of(Some("reduced")), parts(&[("VAT", 700)]));
    assert_eq!(of(Some("standard")), parts(&[("VAT", 1900)]));
    assert_eq!(of(None), of(Some("standard")));
    assert_eq!(of(Some("a class of yesterday")), of(Some("standard")));
}

#[test]
fn before_it_is_known_where_to_the_shops_own_country_counts() {
    let mut shop = shop(true, vec![tax_rate("DE", "VAT", "19"), tax_rate("FR", "TVA", "20")]);
    assert_eq!(taxed(&shop, None, None), parts(&[("VAT", 1597)]));
    assert_eq!(taxed(&shop, Some(place("FR", None, None)), None), parts(&[("TVA", 1667)]));
    shop.country = None;
    assert!(taxed(&shop, None, None).is_empty());
}

#[test]
fn a_rate_of_nothing_is_named_all_the_same() {
    let shop = shop(true, vec![tax_rate("DE", "Exempt", "0")]);
    assert_eq!(taxed(&shop, None, None), parts(&[("Exempt", 0)]));
}

#[test]
fn the_table_to_begin_with_knows_the_places_that_differ() {
    let file: serde_json::Value = serde_json::from_str(include_str!("../../data/tax/europe.json")).unwrap();
    let tax: TaxRules = serde_json::from_value(file["tax"].clone()).unwrap();
    let shop = Shop { prices_include_tax: false, tax, ..Shop::plain() };
    for (country, code, standard, low) in [
        ("DE", "27498", 0, 0),
        ("DE", "78266", 0, 0),
        ("DE", "10115", 1_900, 700),
        ("ES", "35001", 0, 0),
        ("ES", "51001", 0, 0),
        ("ES", "28001", 2_100, 1_000),
        ("FI", "22100", 0, 0),
        ("FI", "00100", 2_550, 1_000),
        ("FR", "97400", 0, 0),
        ("FR", "98713", 0, 0),
        // Monaco, written as France: there the tax is France's.
        ("FR", "98000", 2_000, 550),
        ("GR", "630 86", 0, 0),
        ("GR", "104 31", 2_400, 600),
        ("IT", "22061", 0, 0),
        ("IT", "23041", 0, 0),
        // Livigno's until 2018, and its neighbours' still.
        ("IT", "23030", 2_200, 500),
        ("PT", "9000-042", 2_200, 400),
        ("PT", "9500-321", 1_600, 400),
        ("PT", "1100-148", 2_300, 600),
        ("MC", "98000", 2_000, 550),
        ("IM", "IM2 1AA", 2_000, 500),
        ("LI", "9490", 810, 260),
    ] {
        let of = |class| taxed(&shop, Some(place(country, None, Some(code))), Some(class));
        assert_eq!(of("standard"), parts(&[("VAT", standard)]), "{country} {code}");
        assert_eq!(of("low"), parts(&[("VAT", low)]), "{country} {code}");
    }
}
