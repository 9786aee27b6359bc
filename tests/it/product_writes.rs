//! Products as staff write them: what is refused, what conflicts, what happens once.

use serde_json::{Value, json};

use crate::fixtures::{PUBLISHED_MILLIS, prices, product_body};
use crate::shop::{Shop, unique, within};

#[tokio::test]
async fn what_is_wrong_with_a_product_is_pointed_at() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let price = |amount: i64, currency: &str| json!([{ "sku": unique("sku"), "prices": [{ "amount": amount, "currency": currency }] }]);
    for (overrides, pointer) in [
        (json!({ "title": "" }), "/title"),
        (json!({ "title": "x".repeat(10_000) }), "/title"),
        (json!({ "title": "two\nlines" }), "/title"),
        (json!({ "title": 7 }), "/title"),
        (json!({ "slug": "Not A Slug" }), "/slug"),
        (json!({ "status": "sold" }), "/status"),
        (json!({ "variants": [] }), "/variants"),
        (json!({ "variants": [{ "sku": "", "prices": prices(1) }] }), "/variants/0/sku"),
        (json!({ "variants": [{ "sku": unique("sku"), "prices": [] }] }), "/variants/0/prices"),
        (json!({ "variants": price(-1, "EUR") }), "/variants/0/prices/0/amount"),
        (json!({ "variants": price(10_000_000_001, "EUR") }), "/variants/0/prices/0/amount"),
        (json!({ "variants": price(1, "euro") }), "/variants/0/prices/0/currency"),
        (json!({ "images": [{ "url": "javascript:alert(1)", "alt": "" }] }), "/images/0/url"),
        (json!({ "titel": "a typo" }), "/titel"),
        (json!({ "titel": "a typo", "metadata": { "cost": 3, "fragile": true } }), "/titel"),
    ] {
        let answer = shop.post("/v1/admin/products").bearer(&owner).json(product_body(&overrides)).send().await;
        answer.problem(422, "invalid");
        assert_eq!(answer.pointers(), [pointer], "{overrides}");
    }
}

#[tokio::test]
async fn a_price_with_a_fraction_is_refused() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    for amount in ["19.99", "1e3", "\"1999\"", "1e400", "9007199254740993"] {
        let name = unique("thing");
        let body = format!(
            r#"{{"title": "Thing", "status": "draft", "variants": [{{"sku": "{name}", "prices": [{{"amount": {amount}, "currency": "EUR"}}]}}]}}"#
        );
        let answer = shop.post("/v1/admin/products").bearer(&owner).body("application/json", body).send().await;
        answer.some_problem();
        assert!(answer.is(422) || answer.is(400), "{amount}: {}", answer.told());
    }
}

#[tokio::test]
async fn a_slug_or_a_sku_that_is_taken_is_a_conflict() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let product = shop.new_product(json!({})).await;
    let body = product_body(&json!({ "slug": product.slug }));
    shop.post("/v1/admin/products").bearer(&owner).json(body).send().await.problem(409, "slug_taken");
    let body = product_body(&json!({ "variants": [{ "sku": product.sku, "prices": prices(1) }] }));
    let answer = shop.post("/v1/admin/products").bearer(&owner).json(body).send().await.expect(409);
    answer.problem(409, "sku_taken");
    let sized = |sku: &str, size: &str| json!({ "sku": sku, "options": { "Size": size }, "prices": prices(1) });
    let sizes = json!([{ "name": "Size", "values": ["S", "L"] }]);
    let other = json!({ "options": sizes, "variants": [sized(&unique("sku"), "S")] });
    let other = shop.new_product(other).await;
    for ask in [
        shop.post(&format!("/v1/admin/products/{}/variants", other.id)).json(sized(&product.sku, "L")),
        shop.patch(&format!("/v1/admin/variants/{}", other.variant)).json(json!({ "sku": product.sku })),
    ] {
        let problem = ask.bearer(&owner).send().await.problem(409, "sku_taken");
        assert_eq!(problem["errors"][0]["pointer"], "/sku");
    }
}

#[tokio::test]
async fn a_change_of_an_older_product_than_there_is_is_refused() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let product = shop.new_product(json!({})).await;
    let path = format!("/v1/admin/products/{}", product.id);
    let etag = shop.get(&path).bearer(&owner).send().await.expect(200).header("etag").to_owned();
    assert!(!etag.is_empty());
    let change =
        |title: &str| shop.patch(&path).bearer(&owner).header("if-match", &etag).json(json!({ "title": title }));
    let changed = change("First").send().await.expect(200);
    assert_ne!(changed.header("etag"), etag);
    let contract = shop.openapi().await;
    for (member, schema) in contract["components"]["schemas"]["ProductPatch"]["properties"].as_object().unwrap() {
        let answer = shop.patch(&path).bearer(&owner).json(json!({ member: null })).send().await;
        // Its own type: what is in it may be null where it may not.
        let says_null = |kind: &str| schema.get(kind).is_some_and(|kinds| kinds.to_string().contains("null"));
        match says_null("type") || says_null("anyOf") {
            true => drop(answer.expect(200)),
            false => assert_eq!(answer.pointers(), [format!("/{member}")]),
        }
    }
    let description = shop.get(&path).bearer(&owner).send().await.json()["description"].clone();
    assert_eq!(description, "", "null takes an optional text away");
    let refused = change("Second").send().await.expect(412);
    refused.some_problem();
    assert_eq!(shop.get(&path).bearer(&owner).send().await.json()["title"], "First");
}

#[tokio::test]
async fn a_deleted_product_is_gone() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let product = shop.product(json!({})).await;
    let path = format!("/v1/admin/products/{}", product.id);
    shop.delete(&path).bearer(&owner).send().await.expect_success();
    within(PUBLISHED_MILLIS, "the deleted product is gone", async || {
        shop.get(&format!("/v1/products/{}", product.id)).send().await.is(404).then_some(())
    })
    .await;
}

#[tokio::test]
async fn creating_a_product_with_a_key_happens_once() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let (body, key) = (product_body(&json!({})), unique("key"));
    let create = |body: &Value| shop.post("/v1/admin/products").bearer(&owner).key(&key).json(body.clone());
    let first = create(&body).send().await.expect(201);
    assert_eq!(first.header("idempotent-replayed"), "");
    let again = create(&body).send().await.expect(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.json(), first.json());
    create(&product_body(&json!({}))).send().await.problem(422, "idempotency_key_reused");
}
