//! Parcels of many orders at once.

use serde_json::{Value, json};

use crate::ask::Answer;
use crate::fixtures::Cart;
use crate::shop::{Shop, eventually};

const STRANGER: &str = "ord_01ARZ3NDEKTSV4RRFFQ69G5FAV";

/// A paid order of two pieces, whose goods are certain.
pub async fn to_send(shop: &Shop) -> Cart {
    let product = shop.stocked(2).await;
    let cart = shop.ready_cart(&product.variant, 2).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    shop.until_order(&cart, "confirmed", "paid").await;
    eventually("its goods are certain", async || {
        let path = format!("/v1/admin/stock/{}", product.variant);
        let stock = shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json();
        (stock["on_hand"] == 0).then_some(())
    })
    .await;
    cart
}

async fn sent(shop: &Shop, key: &str, body: Value) -> Answer {
    shop.post("/v1/admin/fulfilments").bearer(&shop.owner().await).key(key).json(body).send().await
}

fn parcels(ids: &[&str]) -> Value {
    let parcel =
        |id: &&str| json!({ "order_id": id, "carrier": "Post", "tracking_url": format!("https://post.example/{id}") });
    json!({ "parcels": ids.iter().map(parcel).collect::<Vec<_>>() })
}

#[tokio::test]
async fn many_orders_are_sent_at_once_and_those_that_cannot_be_say_why() {
    let shop = Shop::open().await;
    let (one, other) = (to_send(&shop).await, to_send(&shop).await);
    let open = shop.cart().await;
    let body = parcels(&[&one.id, STRANGER, &other.id, &open.id]);
    let statuses = |answer: &Value| {
        let items = answer["items"].as_array().unwrap().iter();
        items.map(|item| (item["status"].as_u64().unwrap(), item["code"].clone())).collect::<Vec<_>>()
    };
    for key in ["this-morning's-post", "this-morning's-post", "another-key"] {
        let answer = sent(&shop, key, body.clone()).await.expect(200).json();
        let is_first = key != "another-key";
        let there = if is_first { (200, Value::Null) } else { (409, json!("not_fulfillable")) };
        let none = (404, json!("not_found"));
        assert_eq!(statuses(&answer), [there.clone(), none.clone(), there, none], "{key}");
    }
    for cart in [one, other] {
        let order = shop.order(&cart).await;
        assert_eq!((&order["status"], order["fulfilments"].as_array().unwrap().len()), (&json!("fulfilled"), 1));
        assert_eq!(order["fulfilments"][0]["tracking_url"], format!("https://post.example/{}", cart.id));
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_list_of_parcels_is_named() {
    let shop = Shop::open().await;
    for (body, pointers) in [
        (parcels(&[]), vec!["/parcels"]),
        (parcels(&[STRANGER, STRANGER]), vec!["/parcels/1/order_id"]),
        (parcels(&["nonsense"]), vec!["/parcels/0/order_id"]),
        (
            json!({ "parcels": [{ "order_id": STRANGER, "tracking_url": "nowhere", "carrier": "" }] }),
            vec!["/parcels/0/carrier", "/parcels/0/tracking_url"],
        ),
        (json!({ "parcels": [{ "order_id": STRANGER }], "lines": [] }), vec!["/lines"]),
    ] {
        assert_eq!(sent(&shop, "any-key", body.clone()).await.pointers(), pointers, "{body}");
    }
}

#[tokio::test]
async fn the_money_of_many_orders_is_taken_at_once() {
    let shop = Shop::open().await;
    let product = shop.stocked(2).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, "pm_test_authorized").await.expect(201);
    let path = format!("/v1/admin/orders/{}", cart.id);
    eventually("its money can be taken", async || {
        let order = shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json();
        (order["capturable"]["amount"] != 0).then_some(())
    })
    .await;
    let body = json!({ "ids": [cart.id, STRANGER], "action": { "capture": {} } });
    let answer = shop.post("/v1/admin/orders/bulk").bearer(&shop.owner().await).json(body).send().await;
    let answer = answer.expect(200).json();
    assert_eq!((&answer["items"][0]["status"], &answer["items"][1]["status"]), (&json!(200), &json!(404)), "{answer}");
    shop.until_order(&cart, "confirmed", "paid").await;
}
