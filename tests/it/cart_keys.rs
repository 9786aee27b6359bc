//! What a cart's `Idempotency-Key` is for, and what opens it.

use serde_json::json;

use crate::carts::{STRANGE_VARIANT, quantities};
use crate::fixtures::{Cart, PUBLISHED_MILLIS};
use crate::shop::{Shop, unique, within};

#[tokio::test]
async fn making_a_cart_with_a_key_happens_once() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let key = unique("key-of-a-new-cart");
    let make = |quantity: i64| {
        let lines = json!([{ "variant_id": product.variant, "quantity": quantity }]);
        shop.post("/v1/carts").key(&key).json(json!({ "lines": lines }))
    };
    let first = make(1).send().await.expect(201);
    assert_eq!(first.header("idempotent-replayed"), "");
    let again = make(1).send().await.expect(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.json(), first.json());
    make(2).send().await.problem(422, "idempotency_key_reused");
    let other = shop.post("/v1/carts").key(&unique("key-of-a-new-cart")).json(json!({})).send().await.expect(201);
    assert_ne!(other.json()["id"], first.json()["id"]);
}

#[tokio::test]
async fn adding_a_line_with_a_key_happens_once() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let cart = shop.cart().await;
    let key = unique("key");
    let add = |quantity: i64| {
        let line = json!({ "variant_id": product.variant, "quantity": quantity });
        shop.post(&cart.path("/lines")).cart_token(&cart.token).key(&key).json(line)
    };
    let first = add(1).send().await.expect_success();
    let again = add(1).send().await.expect_success();
    assert_eq!((again.status, again.header("idempotent-replayed")), (first.status, "true"));
    assert_eq!(quantities(&shop.see_cart(&cart).await), [1]);
    add(2).send().await.problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn a_key_is_visible_ascii() {
    let shop = Shop::open().await;
    for key in ["", "two words", &"k".repeat(256)] {
        shop.post("/v1/carts").key(key).json(json!({})).send().await.expect(422).some_problem();
    }
}

#[tokio::test]
async fn a_key_that_a_neighbour_would_think_of_does_not_open_a_cart() {
    let shop = Shop::open().await;
    for key in ["1", "cart", "fifteen-letters"] {
        let refused = shop.post("/v1/carts").key(key).json(json!({})).send().await;
        assert_eq!(refused.pointers(), ["Idempotency-Key"], "{key}");
        assert!(refused.told().contains("at least 16 characters"), "{}", refused.told());
    }
    shop.post("/v1/carts").key("sixteen-letters-").json(json!({})).send().await.expect(201);
    // A customer's key is asked for as hers.
    let (customer, other) = (shop.customer().await, shop.customer().await);
    let make = |token: &str| shop.post("/v1/carts").bearer(token).key("1").json(json!({})).send();
    let first = make(&customer.access).await.expect(201).json();
    assert_eq!(make(&customer.access).await.expect(201).json(), first);
    assert_ne!(make(&other.access).await.expect(201).json()["id"], first["id"]);
    // What the cart's secret opens needs no long key.
    let cart = shop.cart().await;
    let lines = shop.post(&cart.path("/lines")).cart_token(&cart.token).key("1");
    let unknown = json!({ "variant_id": STRANGE_VARIANT, "quantity": 1 });
    assert_eq!(lines.json(unknown).send().await.pointers(), ["/variant_id"]);
}

#[tokio::test]
async fn a_repeat_is_answered_as_before_when_the_product_is_gone() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let line = json!({ "variant_id": product.variant, "quantity": 1 });
    let (making, adding) = (unique("making-a-cart"), unique("adding"));
    let make = || shop.post("/v1/carts").key(&making).json(json!({ "lines": [line.clone()] }));
    let made = make().send().await.expect(201);
    let cart = Cart {
        id: made.json()["id"].as_str().unwrap().to_owned(),
        token: made.json()["token"].as_str().unwrap().to_owned(),
        json: made.json(),
    };
    let add = |key: &str| shop.post(&cart.path("/lines")).cart_token(&cart.token).key(key).json(line.clone());
    let added = add(&adding).send().await.expect(200);
    let path = format!("/v1/admin/products/{}", product.id);
    shop.delete(&path).bearer(&shop.owner().await).send().await.expect(204);
    within(PUBLISHED_MILLIS, "the product is gone", async || {
        shop.get(&format!("/v1/products/{}", product.id)).send().await.is(404).then_some(())
    })
    .await;
    for (again, first) in [(make(), &made), (add(&adding), &added)] {
        let again = again.send().await;
        assert_eq!(again.header("idempotent-replayed"), "true", "{}", again.told());
        // What stands in the way of placing it is told as it is now.
        let (mut again_body, mut first_body) = (again.json(), first.json());
        let problems = again_body["problems"].take();
        first_body["problems"].take();
        assert_eq!((again.status, again_body), (first.status, first_body));
        assert!(problems.as_array().unwrap().iter().any(|problem| problem["code"] == "not_for_sale"), "{problems}");
    }
    assert_eq!(add(&unique("another")).send().await.expect(422).pointers(), ["/variant_id"]);
}
