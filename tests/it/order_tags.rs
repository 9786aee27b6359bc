//! Tags, and one action on many orders.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::ask::Answer;
use crate::order_lists::{ids, listed, ordered};
use crate::shop::{Shop, unique};

const STRANGER: &str = "ord_01ARZ3NDEKTSV4RRFFQ69G5FAV";

async fn change(shop: &Shop, order: &str, body: Value) -> Answer {
    let path = format!("/v1/admin/orders/{order}/tags");
    shop.post(&path).bearer(&shop.owner().await).json(body).send().await
}

async fn bulk(shop: &Shop, body: Value) -> Answer {
    shop.post("/v1/admin/orders/bulk").bearer(&shop.owner().await).json(body).send().await
}

/// The status and the code of each row.
fn results(answer: &Value) -> Vec<(u64, Option<&str>)> {
    let rows = answer["items"].as_array().unwrap().iter();
    rows.map(|row| (row["status"].as_u64().unwrap(), row["code"].as_str())).collect()
}

#[tokio::test]
async fn orders_are_sorted_by_tags() {
    let shop = Shop::open().await;
    let cart = ordered(&shop, "ada@example.com", json!({}), "pm_card_visa").await;
    let (one, other) = (unique("gift"), unique("call"));
    let answer = change(&shop, &cart.id, json!({ "add": [one.to_uppercase(), &other, &one] })).await.expect(200).json();
    assert_eq!(answer, json!({ "id": cart.id, "tags": [&other, &one] }));
    for tag in [&one, &one.to_uppercase()] {
        let list = listed(&shop, &format!("tag={tag}")).await;
        assert_eq!((ids(&list), &list["total"]), (vec![cart.id.clone()], &json!(1)));
        assert_eq!(list["items"][0]["tags"], json!([&other, &one]));
    }
    assert_eq!(ids(&listed(&shop, &format!("tag={one}&status=cancelled")).await), Vec::<String>::new());
    let answer = change(&shop, &cart.id, json!({ "remove": [&one, "nobody's"] })).await.expect(200).json();
    assert_eq!(answer["tags"], json!([&other]));
    assert!(ids(&listed(&shop, &format!("tag={one}")).await).is_empty());
}

#[tokio::test]
async fn of_two_who_tag_an_order_at_once_neither_undoes_the_others() {
    let shop = Shop::open().await;
    let cart = ordered(&shop, "ada@example.com", json!({}), "pm_card_visa").await;
    let tags: Vec<_> = (0..8).map(|n| format!("{}-{n}", unique("tag"))).collect();
    let added = tags.iter().map(|tag| change(&shop, &cart.id, json!({ "add": [tag] })));
    for answer in join_all(added).await {
        answer.expect(200);
    }
    let after = change(&shop, &cart.id, json!({})).await.expect(200).json();
    assert!(tags.iter().all(|tag| after["tags"].as_array().unwrap().contains(&json!(tag))), "{after}");
}

#[tokio::test]
async fn what_is_no_tag_is_refused() {
    let shop = Shop::open().await;
    let cart = ordered(&shop, "ada@example.com", json!({}), "pm_card_visa").await;
    for (body, pointer) in [
        (json!({ "add": [""] }), "/add/0"),
        (json!({ "add": ["a\nb"] }), "/add/0"),
        (json!({ "remove": ["x".repeat(65)] }), "/remove/0"),
        (json!({ "add": vec!["a"; 51] }), "/add"),
        (json!({ "tags": [] }), "/tags"),
    ] {
        assert_eq!(change(&shop, &cart.id, body).await.pointers(), [pointer]);
    }
    change(&shop, STRANGER, json!({ "add": ["a"] })).await.problem(404, "not_found");
    let many = |from: usize| (from..from + 40).map(|n| format!("tag {n}")).collect::<Vec<_>>();
    change(&shop, &cart.id, json!({ "add": many(0) })).await.expect(200);
    change(&shop, &cart.id, json!({ "add": many(100) })).await.problem(409, "too_many_tags");
    change(&shop, &cart.id, json!({ "add": many(100), "remove": many(0) })).await.expect(200);
}

#[tokio::test]
async fn many_orders_are_tagged_at_once_and_what_is_none_is_named() {
    let shop = Shop::open().await;
    let one = ordered(&shop, "ada@example.com", json!({}), "pm_card_visa").await;
    let other = ordered(&shop, "bob@example.com", json!({}), "pm_card_visa").await;
    let tag = unique("bulk");
    let body = json!({ "ids": [one.id, STRANGER, other.id], "action": { "tag": { "add": [&tag] } } });
    let answer = bulk(&shop, body).await.expect(200).json();
    assert_eq!(results(&answer), [(200, None), (404, Some("not_found")), (200, None)]);
    assert_eq!(answer["items"][1]["id"], STRANGER);
    assert_eq!(listed(&shop, &format!("tag={tag}")).await["total"], 2);
}

#[tokio::test]
async fn what_is_paid_is_not_cancelled_with_the_others() {
    let shop = Shop::open().await;
    let paid = ordered(&shop, "ada@example.com", json!({}), "pm_card_visa").await;
    let unpaid = ordered(&shop, "bob@example.com", json!({}), "pm_card_chargeDeclined").await;
    shop.until_order(&paid, "confirmed", "paid").await;
    let body = json!({ "ids": [paid.id, unpaid.id, STRANGER], "action": { "cancel": {} } });
    for _ in 0..2 {
        let answer = bulk(&shop, body.clone()).await.expect(200).json();
        assert_eq!(results(&answer), [(409, Some("not_cancellable")), (200, None), (404, Some("not_found"))]);
    }
    shop.until_order(&paid, "confirmed", "paid").await;
    assert_eq!(shop.order(&unpaid).await["status"], "cancelled");
}

#[tokio::test]
async fn a_bulk_action_names_what_is_wrong_with_it() {
    let shop = Shop::open().await;
    let tag = json!({ "tag": { "add": ["a"] } });
    for (body, pointer) in [
        (json!({ "ids": [], "action": tag }), "/ids"),
        (json!({ "ids": vec![STRANGER; 101], "action": tag }), "/ids"),
        (json!({ "ids": [STRANGER, STRANGER], "action": tag }), "/ids/1"),
        (json!({ "ids": ["nonsense"], "action": tag }), "/ids/0"),
        (json!({ "ids": [STRANGER], "action": { "tag": { "add": ["a\nb"] } } }), "/action/tag/add/0"),
        (json!({ "ids": [STRANGER], "action": { "tag": { "add": vec!["a"; 51] } } }), "/action/tag/add"),
    ] {
        assert_eq!(bulk(&shop, body.clone()).await.pointers(), [pointer], "{body}");
    }
    bulk(&shop, json!({ "ids": [STRANGER], "action": { "burn": {} } })).await.problem(422, "invalid");
}
