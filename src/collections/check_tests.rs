use serde_json::{Value, json};

use super::*;
use crate::collections::body::CollectionPatch;
use crate::collections::tree::Node;
use crate::testing::settings;

fn id(n: u8) -> CollectionId {
    CollectionId::derived([n; 16])
}

fn parse(body: Value) -> Result<Collection, Vec<String>> {
    let tree = Tree(vec![Node { id: id(1), slug: "mugs".to_owned(), parent: None }]);
    let checked = check(serde_json::from_value(body).unwrap(), id(2), &tree, &settings().currencies);
    checked.map_err(|faults| faults.into_iter().map(|fault| fault.pointer).collect())
}

#[test]
fn a_slug_that_is_not_given_is_made_of_the_title() {
    assert_eq!(parse(json!({ "title": "Größe L" })).unwrap().slug, "groesse-l");
    assert_eq!(parse(json!({ "title": "Mugs" })).unwrap().slug, "mugs-2");
    assert_eq!(parse(json!({ "title": "🎁" })).unwrap().slug, "collection");
    // Taken or not is the database's to say where it is given.
    assert_eq!(parse(json!({ "title": "Mugs", "slug": "mugs" })).unwrap().slug, "mugs");
}

#[test]
fn all_that_is_wrong_is_pointed_at() {
    let yen = json!({ "amount": -1, "currency": "JPY" });
    let wrong = parse(json!({
        "title": " ", "slug": "A b", "description": "\u{0}", "image": { "url": "javascript:1", "alt": "a\nb" },
        "seo_title": "a\nb", "seo_description": "a\nb", "parent": id(9), "position": 1_000_001,
        "rule": { "match": "all", "conditions": [
            { "fact": "tag" }, { "fact": "title", "text": "" }, { "fact": "price_to", "price": yen },
            { "fact": "in_stock", "text": "yes" }, { "fact": "vendor", "text": "Acme", "price": yen },
        ] },
    }));
    let mut pointers = wrong.unwrap_err();
    pointers.sort();
    pointers.dedup();
    let of_rule = ["0/text", "1/text", "2/price/amount", "2/price/currency", "3/text", "4/price", "4/price/amount"];
    let mut expected: Vec<_> = of_rule.iter().map(|place| format!("/rule/conditions/{place}")).collect();
    expected.push("/rule/conditions/4/price/currency".to_owned());
    let others = [
        "title",
        "slug",
        "description",
        "image/url",
        "image/alt",
        "seo_title",
        "seo_description",
        "parent",
        "position",
    ];
    expected.extend(others.iter().map(|member| format!("/{member}")));
    expected.sort();
    assert_eq!(pointers, expected);
    let empty = json!({ "title": "Sale", "rule": { "match": "any", "conditions": [] } });
    assert_eq!(parse(empty).unwrap_err(), ["/rule/conditions"]);
}

#[test]
fn a_change_leaves_what_it_does_not_name() {
    let whole = json!({
        "title": "Sale", "slug": "sale", "description": "Cheap.", "image": { "url": "/a.svg" }, "parent": id(1),
        "seo_title": "Sale!", "position": 3, "published": true, "sort": "title",
        "rule": { "match": "all", "conditions": [{ "fact": "on_sale" }] },
    });
    let before = parse(whole).unwrap();
    let over = |change: Value| {
        let patch: CollectionPatch = serde_json::from_value(change).unwrap();
        let tree = Tree(vec![Node { id: id(1), slug: "mugs".to_owned(), parent: None }]);
        check(patch.over(before.clone()), id(2), &tree, &settings().currencies).unwrap()
    };
    assert_eq!(over(json!({})), before);
    let expected = Collection { parent: None, image: None, rule: None, seo_title: None, ..before.clone() };
    assert_eq!(over(json!({ "parent": null, "image": null, "rule": null, "seo_title": null })), expected);
}
