//! Orders that staff cancel: what goes back then, and what stands in the way.

use serde_json::json;

use crate::fixtures::{eur, payment};
use crate::money::{line, types};
use crate::shop::{Shop, eventually};

#[tokio::test]
async fn staff_cancel_a_paid_order_and_everything_goes_back() {
    let shop = Shop::open().await;
    let code = shop.percent_code("Ten off", "10").await;
    let product = shop.stocked(10).await;
    let cart = shop.ready_cart(&product.variant, 3).await;
    shop.coupon(&cart, &code.code).await.expect(200);
    shop.place(&cart, "pm_card_visa").await.expect(201);
    shop.until_staff_see(&cart, "its money can be given back", |order| order["refundable"]["amount"] != 0).await;
    shop.refund(&cart, json!({ "lines": [line(1, true)] })).await.expect(201);
    let body = json!({ "reason": "the warehouse is flooded", "refund": true });
    let order = shop.act(&cart, "cancel", body.clone()).await.expect(201).json();
    assert_eq!((&order["status"], &order["cancel_reason"]), (&json!("cancelled"), &json!("shop")));
    assert_eq!(order["cancellation"]["reason"], "the warehouse is flooded");
    shop.until_available(&product.variant, 10).await;
    let order = shop.until_order(&cart, "cancelled", "refunded").await;
    assert_eq!(order["refunded"], order["totals"]["total"]);
    assert_eq!(shop.available(&product.variant).await, 10);
    eventually("the use of the code is back", async || {
        let path = format!("/v1/admin/promotions/{}", code.id);
        let promotion = shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json();
        (promotion["used"] == 0).then_some(())
    })
    .await;
    shop.act(&cart, "cancel", body).await.problem(409, "not_cancellable");
}

#[tokio::test]
async fn what_is_only_set_aside_is_let_go_with_the_order() {
    let shop = Shop::open().await;
    let cart = shop.reserved().await;
    shop.act(&cart, "cancel", json!({ "reason": "by telephone", "refund": true })).await.expect(201);
    shop.until_order(&cart, "cancelled", "cancelled").await;
    if let Some(ledger) = shop.ledger() {
        assert!(ledger.charges()[&format!("{}-1", cart.id)].voided);
    }
}

#[tokio::test]
async fn an_order_whose_gift_cards_are_issued_is_not_cancelled() {
    let shop = Shop::open().await;
    let product = shop.sold_as("gift_card", 2_500).await;
    let cart = shop.downloading(&product.variant, 1).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    shop.until_staff_see(&cart, "its cards are issued", |order| {
        types(&order["timeline"]).contains(&"gift_cards_issued")
    })
    .await;
    let body = json!({ "reason": "changed her mind", "refund": true });
    shop.act(&cart, "cancel", body).await.problem(409, "gift_cards_issued");
    shop.refund(&cart, json!({ "lines": [line(1, false)] })).await.problem(409, "gift_cards_issued");
    shop.refund(&cart, json!({ "amount": eur(2_500) })).await.expect(201);
    shop.until_order(&cart, "confirmed", "refunded").await;
}

#[tokio::test]
async fn an_order_that_was_never_paid_is_cancelled_by_staff_as_by_its_buyer() {
    let shop = Shop::open().await;
    let product = shop.stocked(3).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place_with(&cart, json!({ "payment": payment("pm_card_chargeDeclined") })).await.expect(201);
    shop.act(&cart, "cancel", json!({ "reason": "a test", "refund": false })).await.expect(201);
    shop.until_available(&product.variant, 3).await;
    assert_eq!(shop.order(&cart).await["cancel_reason"], "shop");
}

#[tokio::test]
async fn an_order_is_not_cancelled_while_a_parcel_is_packed_or_gone() {
    let shop = Shop::open().await;
    let (cart, _) = shop.bought().await;
    let cancel = async || shop.act(&cart, "cancel", json!({ "reason": "flooded", "refund": true })).await;
    shop.act(&cart, "fulfilments", json!({ "status": "packed" })).await.expect(201);
    cancel().await.problem(409, "not_cancellable");
    shop.act(&cart, "fulfilments/1/undo", json!({})).await.expect(201);
    cancel().await.expect(201);
}
