use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::ids::{CollectionId, ProductId};
use crate::shelf::cursor::Cursor;
use crate::shelf::list_query::ListQuery;
use crate::shelf::listing::{Page, page};
use crate::shelf::read::answer;
use crate::testing::{product, settings};

fn id(n: u8) -> CollectionId {
    CollectionId::derived([n; 16])
}

/// A collection that is shown, as JSON to lay `more` over.
fn collection(n: u8, more: Value) -> Collection {
    let mut whole = json!({
        "id": id(n), "slug": format!("slug-{n}"), "title": format!("Title {n}"), "description": "About.", "image": null,
        "seo_title": null, "seo_description": null, "parent": null, "position": 0, "published": true,
        "sort": "manual", "rule": null,
    });
    whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(whole).unwrap()
}

fn tagged(tag: &str) -> Value {
    json!({ "match": "all", "conditions": [{ "fact": "tag", "text": tag }] })
}

/// Twenty products from €1 to €20, each newer than the one before; every third is red.
fn products() -> Vec<Product> {
    let made = |n: u64| {
        let mut product = product(n, &format!("Product {n}"), Some(100 * n as i64), n as i64);
        product.tags = if n.is_multiple_of(3) { vec!["red".to_owned()] } else { Vec::new() };
        product
    };
    (1..=20).map(made).collect()
}

fn shop(collections: Vec<Collection>, picked: &[(u8, &[u64])]) -> Snapshot {
    let products = products();
    let of = |collection: Collection| {
        let picks = picked.iter().find(|(n, _)| id(*n) == collection.id).map_or(&[][..], |(_, picks)| picks);
        let products = picks.iter().map(|n| products[*n as usize - 1].id).collect();
        Picked { collection, products }
    };
    let collections =
        numbered(collections.into_iter().map(of).collect(), products.iter().map(|product| product.id).collect());
    Snapshot::new("1".into(), settings(), products).with_collections(collections)
}

fn listed(snapshot: &Snapshot, query: &str) -> Vec<u64> {
    let list = ListQuery::parse(snapshot, query).unwrap();
    let number = |title: &str| title.strip_prefix("Product ").unwrap().parse().unwrap();
    page(snapshot, &list).items.iter().map(|item| number(item.card.title)).collect()
}

fn read(snapshot: &Snapshot, path: &str) -> Value {
    serde_json::from_slice(&answer(snapshot, path, "").unwrap().unwrap().body).unwrap()
}

fn titles(of: &Value) -> Vec<&str> {
    of.as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect()
}

#[test]
fn a_collection_has_what_was_picked_in_its_order() {
    let snapshot = shop(vec![collection(1, json!({}))], &[(1, &[7, 3, 12])]);
    assert_eq!(listed(&snapshot, "collection=slug-1"), [7, 3, 12]);
    assert_eq!(listed(&snapshot, &format!("collection={}", id(1))), [7, 3, 12]);
    assert_eq!(listed(&snapshot, "collection=slug-1&sort=newest"), [12, 7, 3]);
    assert_eq!(listed(&snapshot, "collection=slug-1&sort=price_asc&price_min=700"), [7, 12]);
    assert_eq!(listed(&snapshot, "collection=nobodys"), [0_u64; 0]);
}

#[test]
fn a_collection_has_what_its_rule_finds_in_its_own_order() {
    for (sort, expected) in [
        ("newest", [18, 15, 12, 9, 6, 3]),
        ("price_asc", [3, 6, 9, 12, 15, 18]),
        ("price_desc", [18, 15, 12, 9, 6, 3]),
        ("title", [3, 6, 9, 12, 15, 18]),
        // Nothing of it was sold.
        ("best_selling", [18, 15, 12, 9, 6, 3]),
        // What was put in order comes first; the rule alone says what is in it.
        ("manual", [9, 3, 18, 15, 12, 6]),
    ] {
        let red = collection(1, json!({ "sort": sort, "rule": tagged("red") }));
        let snapshot = shop(vec![red], &[(1, &[9, 1, 3])]);
        assert_eq!(listed(&snapshot, "collection=slug-1"), expected, "{sort}");
        assert_eq!(listed(&snapshot, "collection=slug-1&sort=collection"), expected, "{sort}");
    }
    let cheap = json!({ "match": "any", "conditions": [
        { "fact": "price_to", "price": { "amount": 200, "currency": "EUR" } }, { "fact": "title", "text": "CT 20" },
    ] });
    let snapshot = shop(vec![collection(1, json!({ "rule": cheap }))], &[]);
    assert_eq!(listed(&snapshot, "collection=slug-1"), [20, 2, 1]);
}

#[test]
fn what_is_in_a_collection_below_is_in_those_above() {
    let all = || {
        vec![
            collection(3, json!({ "parent": id(2), "published": false })),
            collection(2, json!({ "parent": id(1), "rule": tagged("red") })),
            collection(4, json!({ "parent": id(3) })),
            collection(1, json!({})),
        ]
    };
    let snapshot = shop(all(), &[(1, &[20]), (3, &[1, 2]), (4, &[2, 4])]);
    assert_eq!(listed(&snapshot, "collection=slug-4"), [2, 4]);
    assert_eq!(listed(&snapshot, "collection=slug-3"), [0_u64; 0], "it is not shown");
    assert_eq!(listed(&snapshot, "collection=slug-2"), [18, 15, 12, 9, 6, 4, 3, 2, 1]);
    assert_eq!(listed(&snapshot, "collection=slug-1"), [20, 18, 15, 12, 9, 6, 4, 3, 2, 1]);
    assert_eq!(listed(&snapshot, "collection=slug-1&collection=slug-4&tag=red"), [18, 15, 12, 9, 6, 3]);
    let list = read(&snapshot, "/v1/collections");
    assert_eq!(titles(&list["items"]), ["Title 1", "Title 2", "Title 4"]);
    let four = read(&snapshot, "/v1/collections/slug-4");
    assert_eq!(titles(&four["ancestors"]), ["Title 1", "Title 2"], "past the one that is not shown");
    assert_eq!((&four["parent"], &four["description"]), (&json!(id(2)), &json!("About.")));
    assert_eq!(titles(&read(&snapshot, &format!("/v1/collections/{}", id(2)))["children"]), ["Title 4"]);
    let seen = read(&snapshot, "/v1/products/slug-2");
    assert_eq!(titles(&seen["collections"]), ["Title 1", "Title 2", "Title 4"]);
    assert_eq!(titles(&read(&snapshot, "/v1/products/slug-9")["collections"]), ["Title 1", "Title 2"]);
    for nobodys in ["slug-3", "slug-9", "a/b", ""] {
        let asked = answer(&snapshot, &format!("/v1/collections/{nobodys}"), "");
        assert!(asked.is_none_or(|answer| answer.is_err()), "{nobodys}");
    }
}

#[test]
fn siblings_stand_by_position_and_then_by_title() {
    let all = [(1, 2, "a"), (2, 1, "mug 10"), (3, 1, "Mug 2"), (4, 0, "z")];
    let all = all.map(|(n, position, title)| collection(n, json!({ "position": position, "title": title })));
    let snapshot = shop(all.to_vec(), &[]);
    assert_eq!(titles(&read(&snapshot, "/v1/collections")["items"]), ["z", "Mug 2", "mug 10", "a"]);
}

#[test]
fn the_facet_of_collections_counts_under_all_other_filters() {
    let snapshot = shop(
        vec![
            collection(1, json!({ "rule": tagged("red") })),
            collection(2, json!({})),
            collection(3, json!({ "published": false })),
        ],
        &[(2, &[3, 4, 6, 8]), (3, &[1])],
    );
    let counts = |query: &str| {
        let list = ListQuery::parse(&snapshot, &format!("facets=true&{query}")).unwrap();
        let facets = page(&snapshot, &list).facets.unwrap();
        let facet = facets.into_iter().find(|facet| facet.name == COLLECTION);
        let values = facet.map_or_else(Vec::new, |facet| facet.values);
        values.into_iter().map(|v| format!("{} {}={}", v.title.unwrap(), v.value, v.count)).collect::<Vec<_>>()
    };
    let all = ["Title 1 slug-1=6", "Title 2 slug-2=4"];
    assert_eq!(counts(""), all);
    assert_eq!(counts("collection=slug-2"), all, "but for its own");
    assert_eq!(counts("price_max=600"), ["Title 2 slug-2=3", "Title 1 slug-1=2"]);
    assert_eq!(counts("price_max=100&collection=slug-1"), ["Title 1 slug-1=0"], "what was asked for stays");
}

#[test]
fn a_product_that_the_copy_does_not_have_yet_fits_rules() {
    let snapshot = shop(vec![collection(1, json!({ "rule": tagged("red") })), collection(2, json!({}))], &[(2, &[1])]);
    let mut new = product(99, "New", Some(1), 1);
    new.tags = vec!["red".to_owned()];
    let snapshot = snapshot.with(vec![new], crate::ports::Timestamp::from_millis(0));
    assert_eq!(titles(&read(&snapshot, "/v1/products/slug-99")["collections"]), ["Title 1"]);
}

fn titles_of(page: &Page) -> Vec<String> {
    page.items.iter().map(|listed| listed.card.title.to_owned()).collect()
}

/// Where a list by hand is read on after it was changed: behind what the page before ended with.
#[test]
fn a_list_by_hand_is_read_on_where_it_ended() {
    let of = |picked: &[u64]| shop(vec![collection(1, json!({}))], &[(1, picked)]);
    let before = of(&[7, 3, 12, 5]);
    let list = ListQuery::parse(&before, "collection=slug-1&limit=2").unwrap();
    let cursor = page(&before, &list).next_cursor.unwrap();
    let query = format!("collection=slug-1&cursor={cursor}");
    for (after, rest) in [
        (&[7, 3, 12, 5][..], &[12, 5][..]),
        (&[9, 7, 3, 12, 5], &[12, 5]),
        (&[7, 12, 5], &[12, 5]),
        (&[12, 7, 3, 5, 1], &[5, 1]),
        (&[3], &[]),
    ] {
        assert_eq!(listed(&of(after), &query), rest, "{after:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Page by page, whatever was picked, beside what comes of rules below.
    #[test]
    fn pages_by_hand_neither_repeat_nor_leave_out(
        picked in prop::collection::vec(1..=20_u64, 0..12), limit in 1..6_usize, by_rule in any::<bool>(),
    ) {
        let mut once: Vec<u64> = Vec::new();
        picked.iter().for_each(|n| if !once.contains(n) { once.push(*n) });
        let rule = if by_rule { tagged("red") } else { Value::Null };
        let below = collection(2, json!({ "parent": id(1), "rule": tagged("red") }));
        let snapshot = shop(vec![collection(1, json!({ "rule": rule })), below], &[(1, &once)]);
        let whole = listed(&snapshot, "collection=slug-1&limit=100");
        let (mut walked, mut cursor, mut last) = (Vec::new(), String::new(), Vec::new());
        loop {
            let query = format!("collection=slug-1&limit={limit}{cursor}");
            let mut list = ListQuery::parse(&snapshot, &query).unwrap();
            let shown = page(&snapshot, &list);
            if let Some(previous) = &shown.previous_cursor {
                (list.after, list.backwards) = (Cursor::parse(previous, list.sort, list.currency), true);
                prop_assert_eq!(&titles_of(&page(&snapshot, &list)), &last, "the page before");
            }
            prop_assert_eq!(shown.previous_cursor.is_some(), !walked.is_empty() && !shown.items.is_empty());
            last = titles_of(&shown);
            walked.extend(listed(&snapshot, &query));
            match shown.next_cursor {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        prop_assert_eq!(&walked, &whole);
        let red = |n: &u64| n.is_multiple_of(3);
        let mut expected: Vec<u64> = once.iter().copied().filter(|n| !by_rule || red(n)).collect();
        expected.extend((1..=20).rev().filter(|n| red(n) && !once.contains(n)));
        prop_assert_eq!(whole, expected);
    }

    /// A product is told to be in the very collections that list it.
    #[test]
    fn what_a_product_says_it_is_in_lists_it(
        parents in prop::collection::vec(prop::option::of(0..8_u8), 8),
        picked in prop::collection::vec(prop::collection::vec(1..=20_u64, 0..6), 8),
        by_rule in prop::collection::vec(any::<bool>(), 8),
    ) {
        let of = |n: u8| {
            let parent = parents[n as usize].filter(|parent| *parent < n).map(id);
            let rule = if by_rule[n as usize] { tagged("red") } else { Value::Null };
            collection(n, json!({ "parent": parent, "rule": rule }))
        };
        let picks: Vec<(u8, &[u64])> = (0..8).map(|n| (n, picked[n as usize].as_slice())).collect();
        let snapshot = shop((0..8).map(of).collect(), &picks);
        let members = snapshot.members();
        for place in 0..snapshot.products.len() as u32 {
            let told = snapshot.collections.of(snapshot.product(place).unwrap(), Some(place));
            let listed: Vec<usize> = (0..members.len()).filter(|n| members[*n].contains(place)).collect();
            prop_assert_eq!(told, listed);
        }
    }
}

#[test]
fn picks_that_are_not_on_sale_are_left_out() {
    let nobodys: ProductId = "prod_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    let products = products();
    let picked =
        Picked { collection: collection(1, json!({})), products: vec![products[4].id, nobodys, products[0].id] };
    assert_eq!(numbered(vec![picked], products.iter().map(|product| product.id).collect())[0].picks, [4, 0]);
}
