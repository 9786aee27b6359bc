use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::catalog::product::{Level, Product};
use crate::shelf::list_query::ListQuery;
use crate::shelf::listing::page;
use crate::testing::{product, settings};

/// A variant's size, colour, price in euros, and whether it is in stock.
type Made = (&'static str, &'static str, i64, bool);

fn made(n: u64, vendor: &str, tags: &[&str], variants: &[Made]) -> Product {
    let mut whole = product(n, &format!("p{n}"), Some(1), n as i64);
    whole.vendor = Some(vendor.into());
    whole.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    let values = r#"[{"name": "Size", "values": ["S", "L"]}, {"name": "Colour", "values": ["red", "blue"]}]"#;
    whole.options = serde_json::from_str(values).unwrap();
    whole.variants = (0..)
        .zip(variants)
        .map(|(m, (size, colour, amount, in_stock))| {
            let mut variant = product(n * 100 + m, "x", Some(*amount), 1).variants.remove(0);
            variant.options = vec![(*size).to_owned(), (*colour).to_owned()];
            variant.level = if *in_stock { Level::InStock } else { Level::Out };
            variant
        })
        .collect();
    whole
}

fn shop(products: Vec<Product>) -> Snapshot {
    Snapshot::new("1".into(), settings(), products)
}

fn listed(snapshot: &Snapshot, query: &str) -> Vec<String> {
    let list = ListQuery::parse(snapshot, query).unwrap();
    let page = page(snapshot, &list);
    assert_eq!(page.total, page.items.len(), "{query}");
    page.items.iter().map(|item| item.card.title.to_owned()).collect()
}

/// Each facet's values as `value=count`.
fn facets(snapshot: &Snapshot, query: &str) -> BTreeMap<String, String> {
    let list = ListQuery::parse(snapshot, &format!("facets=true&{query}")).unwrap();
    let facets = page(snapshot, &list).facets.unwrap();
    let values =
        |facet: &Facet| facet.values.iter().map(|v| format!("{}={}", v.value, v.count)).collect::<Vec<_>>().join(" ");
    facets.iter().map(|facet| (facet.name.clone(), values(facet))).collect()
}

fn clothes() -> Snapshot {
    shop(vec![
        made(1, "Fern", &["new"], &[("S", "red", 1_000, true), ("L", "blue", 2_000, false)]),
        made(2, "Fern", &["sale", "new"], &[("S", "blue", 1_000, false), ("L", "blue", 3_000, true)]),
        made(3, "Moss", &["sale"], &[("L", "red", 500, true)]),
    ])
}

#[test]
fn several_values_of_a_facet_widen_the_list_and_further_facets_narrow_it() {
    for (query, expected) in [
        ("vendor=Fern", &["p2", "p1"][..]),
        ("vendor=Fern&vendor=Moss", &["p3", "p2", "p1"]),
        ("vendor=Fern&tag=sale", &["p2"]),
        ("tag=new&tag=sale&vendor=Moss", &["p3"]),
        ("vendor=Nobody", &[]),
        ("vendor=Nobody&vendor=Moss", &["p3"]),
        ("option.Size=S", &["p2", "p1"]),
        ("option.Material=Wool", &[]),
        ("option.Size=S&option.Material=Wool", &[]),
    ] {
        assert_eq!(listed(&clothes(), query), expected, "{query}");
    }
}

#[test]
fn one_variant_is_all_that_is_asked_of_variants() {
    for (query, expected) in [
        ("option.Size=S&option.Colour=blue", &["p2"][..]),
        ("option.Size=S&option.Size=L&option.Colour=blue", &["p2", "p1"]),
        ("option.Size=S&in_stock=true", &["p1"]),
        ("option.Size=L&in_stock=true", &["p3", "p2"]),
        ("option.Size=L&price_max=2000", &["p3", "p1"]),
        ("option.Colour=blue&in_stock=true&price_max=2000", &[]),
    ] {
        assert_eq!(listed(&clothes(), query), expected, "{query}");
    }
}

#[test]
fn options_are_found_as_they_are_named() {
    let names =
        [("Size (24\" × 36\")", "1/7"), ("a=b&c", "6½"), ("Größe", "40,5"), ("x\n", "<b>L</b>"), ("فارسی", "فارسی 3")];
    for (name, value) in names {
        let mut one = made(1, "Fern", &[], &[("S", "red", 1, true)]);
        // As the catalog keeps them.
        one.options[0].name = crate::text::line(name, 100).unwrap();
        one.variants[0].options[0] = value.into();
        let snapshot = shop(vec![one, made(2, "Fern", &[], &[("S", "red", 1, true)])]);
        let decomposed = name.replace('ö', "o\u{308}");
        for sent in [name, &format!(" {decomposed} ")] {
            let mut query = form_urlencoded::Serializer::new(String::new());
            let query = query.append_pair(&format!("option.{}", sent.trim()), &format!(" {value} ")).finish();
            assert_eq!(listed(&snapshot, &query), ["p1"], "{query}");
        }
    }
}

#[test]
fn a_facets_counts_are_right_under_the_other_filters() {
    let all = facets(&clothes(), "");
    assert_eq!(all["vendor"], "Fern=2 Moss=1");
    assert_eq!(all["tag"], "new=2 sale=2");
    assert_eq!(all["option.Size"], "L=3 S=2");
    assert_eq!(all["option.Colour"], "blue=2 red=2");
    assert_eq!(all["in_stock"], "true=3");
    // A choice leaves its own facet's counts as they are: they say what choosing more would bring.
    let chosen = facets(&clothes(), "vendor=Moss");
    assert_eq!(chosen["vendor"], "Fern=2 Moss=1");
    assert_eq!(chosen["tag"], "sale=1");
    assert_eq!(chosen["option.Colour"], "red=1");
    // Of variants only those count that are all else that is asked for.
    let stocked = facets(&clothes(), "in_stock=true");
    assert_eq!(stocked["option.Size"], "L=2 S=1");
    assert_eq!(stocked["option.Colour"], "red=2 blue=1");
    let sized = facets(&clothes(), "option.Size=L&price_max=2000");
    assert_eq!(sized["option.Size"], "L=2 S=2");
    assert_eq!(sized["option.Colour"], "blue=1 red=1");
    assert_eq!(sized["in_stock"], "true=1");
    // What was chosen stays to be seen, though nothing has it.
    assert_eq!(facets(&clothes(), "vendor=Moss&price_min=600")["vendor"], "Fern=2 Moss=0");
}

#[test]
fn a_size_that_is_not_sold_in_the_currency_is_not_listed() {
    let mut one = made(1, "Fern", &[], &[("S", "red", 1_000, true), ("L", "red", 2_000, true)]);
    one.variants[1].prices = serde_json::from_str(r#"[{"amount": 10, "currency": "GBP"}]"#).unwrap();
    let snapshot = shop(vec![one]);
    assert!(listed(&snapshot, "option.Size=L").is_empty());
    assert_eq!(listed(&snapshot, "option.Size=L&currency=GBP"), ["p1"]);
    assert_eq!(facets(&snapshot, "")["option.Size"], "S=1");
}

#[test]
fn an_answer_has_so_many_facets_and_values_at_most() {
    let products = (0..200).map(|n| {
        let mut one = made(n, &format!("v{n}"), &[], &[("S", "red", 1, true)]);
        one.options[0].name = format!("o{n}");
        one
    });
    let snapshot = shop(products.collect());
    let facets = |query: &str| page(&snapshot, &ListQuery::parse(&snapshot, query).unwrap()).facets.unwrap();
    assert_eq!(facets("facets=true").len(), MAX_FACETS + 1);
    let facets = facets("facets=true&vendor=v199&vendor=v198");
    let vendors = facets.iter().find(|facet| facet.name == "vendor").unwrap();
    assert!(vendors.values.len() <= MAX_VALUES + 2);
    assert!(["v198", "v199"].iter().all(|vendor| vendors.values.iter().any(|value| value.value == *vendor)));
}

fn variants() -> impl Strategy<Value = Vec<Made>> {
    let variant =
        (prop::sample::select(vec!["S", "L"]), prop::sample::select(vec!["red", "blue"]), 0..4_i64, any::<bool>());
    prop::collection::vec(variant, 1..4)
}

proptest! {
    /// As a look at every product and every variant has it.
    #[test]
    fn lists_and_counts_are_those_of_a_look_at_everything(
        goods in prop::collection::vec((0..3_usize, variants()), 0..8),
        vendors in prop::collection::btree_set(0..3_usize, 0..3),
        sizes in prop::collection::btree_set(prop::sample::select(vec!["S", "L"]), 0..2),
        colours in prop::collection::btree_set(prop::sample::select(vec!["red", "blue"]), 0..2),
        most in prop::option::of(0..4_i64),
        in_stock in any::<bool>(),
    ) {
        let products = goods.iter().enumerate().map(|(n, (vendor, variants))| made(n as u64, &format!("v{vendor}"), &[], variants));
        let snapshot = shop(products.collect());
        let mut query = format!("in_stock={in_stock}");
        vendors.iter().for_each(|vendor| query += &format!("&vendor=v{vendor}"));
        sizes.iter().for_each(|size| query += &format!("&option.Size={size}"));
        colours.iter().for_each(|colour| query += &format!("&option.Colour={colour}"));
        most.iter().for_each(|most| query += &format!("&price_max={most}"));
        let fits = |(size, colour, amount, stocked): &Made, sizes: &BTreeSet<&str>, colours: &BTreeSet<&str>| {
            (sizes.is_empty() || sizes.contains(size)) && (colours.is_empty() || colours.contains(colour))
                && most.is_none_or(|most| *amount <= most) && (*stocked || !in_stock)
        };
        let matching = |vendors: &BTreeSet<usize>, sizes: &BTreeSet<&str>, colours: &BTreeSet<&str>| -> Vec<String> {
            let all = goods.iter().enumerate().rev();
            all.filter(|(_, (vendor, variants))| (vendors.is_empty() || vendors.contains(vendor)) && variants.iter().any(|one| fits(one, sizes, colours)))
                .map(|(n, _)| format!("p{n}")).collect()
        };
        prop_assert_eq!(listed(&snapshot, &query), matching(&vendors, &sizes, &colours));
        let facets = facets(&snapshot, &query);
        let count = |facet: &str, value: &str| -> usize {
            let values = facets.get(facet).map_or("", String::as_str).split(' ');
            values.filter_map(|one| one.split_once('=')).find(|(known, _)| *known == value).map_or(0, |(_, count)| count.parse().unwrap())
        };
        for vendor in 0..3 {
            prop_assert_eq!(count("vendor", &format!("v{vendor}")), matching(&[vendor].into(), &sizes, &colours).len(), "{} {}", vendor, &query);
        }
        for size in ["S", "L"] {
            prop_assert_eq!(count("option.Size", size), matching(&vendors, &[size].into(), &colours).len(), "{} {}", size, &query);
        }
        for colour in ["red", "blue"] {
            prop_assert_eq!(count("option.Colour", colour), matching(&vendors, &sizes, &[colour].into()).len(), "{} {}", colour, &query);
        }
    }
}

#[test]
fn what_a_list_can_be_narrowed_by_is_said_in_the_language() {
    let mut products = clothes().products.iter().map(|product| product.product().unwrap()).collect::<Vec<_>>();
    let german = r##"{"de": {"options": {"Size": {"name": "Größe", "values": {"L": "groß"}}}}}"##;
    products[1].translations = serde_json::from_str(german).unwrap();
    let snapshot = shop(products);
    let said = |query: &str| {
        let facets =
            page(&snapshot, &ListQuery::parse(&snapshot, &format!("facets=true&{query}")).unwrap()).facets.unwrap();
        let of = |facet: &Facet| {
            let titles = facet.values.iter().map(|value| value.title.clone().unwrap_or_else(|| value.value.clone()));
            (facet.title.clone().unwrap_or_else(|| facet.name.clone()), titles.collect::<Vec<_>>().join(" "))
        };
        facets.iter().map(of).filter(|(_, values)| values.contains('L') || values.contains("groß")).collect::<Vec<_>>()
    };
    let said_so = |name: &str, values: &str| vec![(name.to_owned(), values.to_owned())];
    assert_eq!(said("locale=de"), said_so("Größe", "groß S"), "as the one says who says it");
    assert_eq!(said("locale=de&option.Size=L"), said_so("Größe", "groß S"), "and is asked for by its own name");
    for own in ["", "locale=en"] {
        assert_eq!(said(own), said_so("option.Size", "L S"));
    }
}

#[test]
fn a_facet_that_was_asked_for_is_told_however_many_others_there_are() {
    let names: Vec<String> = (0..40).map(|n| format!("option.Axis{n}")).collect();
    let mut machine = product(1, "Machine", Some(1), 1);
    let options = names.iter().map(|name| serde_json::json!({ "name": name.replace("option.", ""), "values": ["x"] }));
    machine.options = serde_json::from_value(options.collect()).unwrap();
    machine.variants[0].options = vec!["x".to_owned(); names.len()];
    let snapshot = shop(vec![machine]);
    let unasked = facets(&snapshot, "");
    assert_eq!(unasked.keys().filter(|name| name.starts_with(OPTION)).count(), MAX_FACETS);
    for name in &names {
        assert_eq!(facets(&snapshot, &format!("{name}=x"))[name], "x=1");
    }
}
