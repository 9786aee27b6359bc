use serde_json::{Value, json};

use super::*;
use crate::testing::settings;

fn body() -> Value {
    json!({
        "title": "Mug", "options": [{"name": "Size", "values": ["S", "L"]}, {"name": "A/B", "values": ["x"]}],
        "variants": [
            {"sku": "MUG-S", "options": {"Size": "S", "A/B": "x"}, "prices": [{"amount": 100, "currency": "EUR"}]},
            {"sku": "MUG-L", "options": {"Size": "L", "A/B": "x"}, "prices": [{"amount": 0, "currency": "GBP"}]},
        ]
    })
}

fn parse(body: Value) -> Result<Draft, Vec<FieldError>> {
    Draft::parse(serde_json::from_value(body).unwrap(), &settings())
}

/// The pointers of all that is wrong once `change` is laid over a good body.
fn faults(change: Value) -> Vec<String> {
    let mut whole = body();
    for (name, value) in change.as_object().unwrap() {
        whole[name] = value.clone();
    }
    parse(whole).err().unwrap_or_default().into_iter().map(|error| error.pointer).collect()
}

fn variant(sku: &str, options: Value, prices: Value) -> Value {
    json!({"sku": sku, "options": options, "prices": prices})
}

#[test]
fn a_good_body_is_a_product() {
    let draft = parse(body()).unwrap();
    let ids = crate::testing::Counter::default();
    let now = Timestamp::from_millis(1_000);
    let product = draft.create(ProductId::new(now, &ids), now, || VariantId::new(now, &ids));
    assert_eq!((product.slug.as_str(), product.status, product.version), ("mug", Status::Draft, 1));
    assert_eq!(product.variants[1].title, "L / x");
    assert_ne!(product.variants[0].id, product.variants[1].id);
}

#[test]
fn everything_wrong_is_told_at_once() {
    let found = faults(json!({"title": "", "slug": "Not A Slug", "vendor": "a\u{1}b", "tags": ["ok", "\n"]}));
    assert_eq!(found, ["/title", "/slug", "/vendor", "/tags/1"]);
}

#[test]
fn lists_have_limits() {
    let many = |n: usize| (0..n).map(|n| format!("v{n}")).collect::<Vec<_>>();
    assert_eq!(faults(json!({"tags": many(51)})), ["/tags"]);
    assert!(faults(json!({"tags": many(50)})).is_empty());
    assert_eq!(faults(json!({"images": vec![json!({"url": "/a.svg"}); 51]})), ["/images"]);
    let option = |n: usize, count: usize| json!({"name": format!("o{n}"), "values": many(count)});
    let one = json!([variant("A", json!({"o0": "v0"}), json!([{"amount": 1, "currency": "EUR"}]))]);
    assert_eq!(faults(json!({"options": [option(0, 101)], "variants": one})), ["/options/0/values"]);
    assert!(faults(json!({"options": [option(0, 100)], "variants": one})).is_empty());
    assert_eq!(faults(json!({"variants": []})), ["/variants"]);
    assert!(faults(json!({"options": (0..4).map(|n| option(n, 1)).collect::<Vec<_>>()})).contains(&"/options".into()));
    let crowd: Vec<_> = (0..2_049)
        .map(|n| variant(&format!("S{n}"), json!({"Size": "S", "A/B": "x"}), json!([{"amount": 1, "currency": "EUR"}])))
        .collect();
    assert_eq!(faults(json!({"variants": crowd}))[0], "/variants");
}

#[test]
fn a_variant_has_one_value_per_option_and_a_combination_of_its_own() {
    let price = json!([{"amount": 1, "currency": "EUR"}]);
    let with = |variants: Value| faults(json!({"variants": variants}));
    assert_eq!(with(json!([variant("A", json!({"Size": "S"}), price.clone())])), ["/variants/0/options"]);
    assert_eq!(
        with(json!([variant("A", json!({"Size": "S", "A/B": "no"}), price.clone())])),
        ["/variants/0/options/A~1B"]
    );
    assert_eq!(
        with(json!([variant("A", json!({"Size": "S", "A/B": "x", "Hue": "red"}), price.clone())])),
        ["/variants/0/options/Hue"]
    );
    let same = json!({"Size": "S", "A/B": "x"});
    assert_eq!(
        with(json!([variant("A", same.clone(), price.clone()), variant("A", same, price.clone())])),
        ["/variants/1/sku", "/variants/1/options"]
    );
}

#[test]
fn prices_are_bounded_and_in_the_shops_currencies() {
    let with = |prices: Value| {
        faults(json!({"variants": [variant("A B", json!({"Size": "S", "A/B": "x"}), prices)]}))
            .into_iter()
            .skip(1)
            .collect::<Vec<_>>()
    };
    assert_eq!(with(json!([])), ["/variants/0/prices"]);
    assert_eq!(with(json!([{"amount": 1, "currency": "JPY"}])), ["/variants/0/prices/0/currency"]);
    assert_eq!(with(json!([{"amount": -1, "currency": "EUR"}])), ["/variants/0/prices/0/amount"]);
    assert_eq!(with(json!([{"amount": 10_000_000_001_i64, "currency": "EUR"}])), ["/variants/0/prices/0/amount"]);
    let twice = json!({"amount": 1, "currency": "EUR"});
    assert_eq!(with(json!([twice, twice])), ["/variants/0/prices/1/currency"]);
}

#[test]
fn an_image_is_encrypted_or_the_shops_own() {
    for url in ["http://x.test/a", "//x.test/a", "javascript:alert(1)", "data:,x", "https://", "/a b", "/a\"b", ""] {
        assert_eq!(faults(json!({"images": [{"url": url}]})), ["/images/0/url"], "{url}");
    }
    assert!(faults(json!({"images": [{"url": "https://x.test/a.jpg?w=1", "alt": "A"}, {"url": "/a.svg"}]})).is_empty());
}
