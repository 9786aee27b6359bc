//! What postal patterns catch, and how closely rules name a place.

use super::*;
use crate::pricing::samples::{country, patterns};

fn spot(code: &str, region: Option<&str>, postal_code: Option<&str>) -> Spot {
    Spot::of(&Place {
        country: country(code),
        region: region.map(str::to_owned),
        postal_code: postal_code.map(str::to_owned),
    })
}

fn catches(code: &str, pattern: &str, postal_code: &str) -> bool {
    let rule = patterns(&[pattern]);
    spot(code, None, Some(postal_code)).named(country(code), [].iter(), &rule).is_some()
}

#[test]
fn a_pattern_catches_codes_however_they_are_typed() {
    for (code, pattern, postal_code) in [
        ("GB", "NG1 *", "NG1 5DJ"),
        ("GB", "NG1 *", "ng15dj"),
        ("GB", "ng1 *", " NG1-5DJ "),
        ("GB", "NG1*", "NG11 1AA"),
        ("GB", "BT*", "bt1 5gs"),
        ("GB", "NG1 5DJ", "ng15dj"),
        ("JE", "JE2 *", "JE2 3AB"),
        ("ES", "35*", "35001"),
        ("ES", "35*", "E-35001"),
        ("ES", "35*", "ES 35001"),
        ("ES", "35 *", "35001"),
        ("NL", "1011 *", "1011 ab"),
        ("CA", "H3Z *", "h3z2y7"),
        ("US", "99501*", "99501-1234"),
        ("JP", "154*", "１５４ー００２３"),
        ("DE", "*", "28195"),
    ] {
        assert!(catches(code, pattern, postal_code), "{code}: {pattern} does not catch {postal_code}");
    }
}

#[test]
fn a_pattern_catches_nothing_else() {
    for (code, pattern, postal_code) in [
        ("GB", "NG1 *", "NG11 1AA"),
        ("GB", "NG1", "NG1 5DJ"),
        ("GB", "BT*", "B1 1TT"),
        ("JE", "JE2 *", "JE23 3AB"),
        ("ES", "35*", "28035"),
        ("ES", "35001", "35002"),
        ("US", "99501", "99501-1234"),
        ("NL", "1011 AB", "1011 AC"),
    ] {
        assert!(!catches(code, pattern, postal_code), "{code}: {pattern} catches {postal_code}");
    }
    assert!(spot("GB", None, None).named(country("GB"), [].iter(), &patterns(&["*"])).is_none());
}

#[test]
fn a_rule_of_one_country_never_applies_to_another() {
    assert!(spot("AE", None, Some("NG1 5DJ")).named(country("GB"), [].iter(), &patterns(&["NG1*"])).is_none());
    assert!(spot("AE", Some("Dubai"), None).named(country("GB"), ["Dubai".to_owned()].iter(), &[]).is_none());
}

#[test]
fn the_closer_a_rule_names_a_place_the_more_it_counts() {
    let here = spot("US", Some("New York"), Some("10001"));
    let closeness = |region: Option<&str>, codes: &[&str]| {
        let region = region.map(str::to_owned);
        here.named(country("US"), region.iter(), &patterns(codes)).unwrap()
    };
    let ascending = [
        closeness(None, &[]),
        closeness(Some("new york "), &[]),
        closeness(None, &["*"]),
        closeness(None, &["1*"]),
        closeness(None, &["2*", "100*"]),
        closeness(Some("NEW YORK"), &["100*"]),
        closeness(None, &["10001*"]),
        closeness(None, &["10001"]),
    ];
    assert!(ascending.is_sorted_by(|one, next| one < next), "{ascending:?}");
}

#[test]
fn a_rule_with_both_wants_the_region_and_the_postal_code() {
    let here = spot("US", Some("NY"), Some("10001"));
    let named =
        |region: &str, code: &str| here.named(country("US"), [region.to_owned()].iter(), &patterns(&[code])).is_some();
    assert!(named("NY", "100*"));
    assert!(!named("CA", "100*") && !named("NY", "200*"));
    assert!(spot("US", None, None).named(country("US"), ["NY".to_owned()].iter(), &[]).is_none());
}
