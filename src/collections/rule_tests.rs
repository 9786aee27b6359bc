use serde_json::{Value, json};

use super::*;
use crate::catalog::product::{Level, Product};
use crate::testing::product;

fn rule(of: &str, conditions: Value) -> Rule {
    serde_json::from_value(json!({ "match": of, "conditions": conditions })).unwrap()
}

fn euros(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// One size at €10 that is sold out, one at €50 that is there and was €60.
fn mug() -> Product {
    let mut mug = product(1, "Émail Mug", Some(1_000), 0);
    mug.tags = vec!["kitchen".to_owned()];
    mug.vendor = Some("Acme".to_owned());
    mug.kind = Some("Mug".to_owned());
    mug.variants[0].level = Level::Out;
    let mut large = mug.variants[0].clone();
    large.level = Level::Low;
    large.prices[0].amount = 5_000;
    large.compare_at = vec![Money { amount: 6_000, ..large.prices[0] }];
    mug.variants.push(large);
    mug
}

#[test]
fn each_fact_is_looked_up_where_it_is() {
    let mug = mug();
    for (condition, fits) in [
        (json!({ "fact": "tag", "text": "kitchen" }), true),
        (json!({ "fact": "tag", "text": "Kitchen" }), false),
        (json!({ "fact": "vendor", "text": "Acme" }), true),
        (json!({ "fact": "vendor", "text": "Acm" }), false),
        (json!({ "fact": "type", "text": "Mug" }), true),
        (json!({ "fact": "type", "text": "Cup" }), false),
        (json!({ "fact": "title", "text": "EMAIL m" }), true),
        (json!({ "fact": "title", "text": "mugs" }), false),
        (json!({ "fact": "price_from", "price": euros(5_000) }), true),
        (json!({ "fact": "price_from", "price": euros(5_001) }), false),
        (json!({ "fact": "price_to", "price": euros(1_000) }), true),
        (json!({ "fact": "price_to", "price": euros(999) }), false),
        (json!({ "fact": "price_to", "price": { "amount": 9_999, "currency": "USD" } }), false),
        (json!({ "fact": "in_stock" }), true),
        (json!({ "fact": "on_sale" }), true),
    ] {
        for of in ["all", "any"] {
            let told = rule(of, json!([condition]));
            assert_eq!(told.tests().hold(&Tried::new(&mug)), fits, "{of} {condition}");
            let mut other = condition.clone();
            other["not"] = json!(true);
            assert_ne!(rule(of, json!([other])).tests().hold(&Tried::new(&mug)), fits, "{of} {other}");
        }
    }
}

#[test]
fn what_is_asked_of_variants_is_asked_of_one() {
    let cheap = json!({ "fact": "price_to", "price": euros(2_000) });
    let there = json!({ "fact": "in_stock" });
    let dear = json!({ "fact": "price_from", "price": euros(2_000) });
    let holds = |of: &str, conditions: Value| rule(of, conditions).tests().hold(&Tried::new(&mug()));
    assert!(!holds("all", json!([cheap, there])), "the cheap one is sold out");
    assert!(holds("all", json!([dear, there, { "fact": "on_sale" }, { "fact": "tag", "text": "kitchen" }])));
    assert!(holds("any", json!([{ "fact": "tag", "text": "garden" }, cheap])));
    assert!(!holds("any", json!([{ "fact": "tag", "text": "garden" }, { "fact": "vendor", "text": "Else" }])));
}

#[test]
fn a_condition_that_is_none_lets_nothing_through() {
    for condition in [json!({ "fact": "tag" }), json!({ "fact": "in_stock", "text": "yes" })] {
        for of in ["all", "any"] {
            let broken = rule(of, json!([condition, { "fact": "in_stock" }]));
            assert!(!broken.tests().hold(&Tried::new(&mug())), "{of} {condition}");
        }
    }
}

#[test]
fn whatever_fits_has_what_a_rule_is_narrowed_to() {
    let (tag, vendor) = (json!({ "fact": "tag", "text": "a" }), json!({ "fact": "vendor", "text": "b" }));
    let kind = json!({ "fact": "type", "text": "c" });
    let (not, sale) = (json!({ "fact": "tag", "text": "a", "not": true }), json!({ "fact": "on_sale" }));
    assert_eq!(rule("all", json!([sale, vendor, tag])).tests().narrowed(), Some(vec![("vendor", "b")]));
    assert_eq!(rule("any", json!([vendor, tag])).tests().narrowed(), Some(vec![("vendor", "b"), ("tag", "a")]));
    assert_eq!(rule("any", json!([tag, kind])).tests().narrowed(), Some(vec![("tag", "a"), ("type", "c")]));
    for looks_at_all in [rule("any", json!([tag, sale])), rule("any", json!([not])), rule("all", json!([not, sale]))] {
        assert_eq!(looks_at_all.tests().narrowed(), None);
    }
}

#[test]
fn prices_of_a_buyers_own_make_no_difference() {
    let mut own = mug();
    own.variants[0].own = vec![Money { amount: 700, ..own.variants[0].prices[0] }];
    for (fact, amount, fits) in [("price_to", 700, false), ("price_to", 1_000, true), ("price_from", 5_000, true)] {
        let told = rule("all", json!([{ "fact": fact, "price": euros(amount) }]));
        assert_eq!(told.tests().hold(&Tried::new(&own)), fits, "{fact} {amount}");
    }
    own.variants[1].own = vec![Money { amount: 700, ..own.variants[0].prices[0] }];
    assert!(rule("all", json!([{ "fact": "price_from", "price": euros(5_000) }])).tests().hold(&Tried::new(&own)));
}
