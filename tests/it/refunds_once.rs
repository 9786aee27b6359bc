//! What goes back goes back once, and never more than was taken: asked for at once, again,
//! or while answers are lost.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tradepost::money::MAX_AMOUNT;
use tradepost::ports::ObjectClass;

use crate::fixtures::eur;
use crate::host::faults::{Site, When};
use crate::money::{FAULTS, line, types};
use crate::shop::{Shop, eventually, unique, within};

#[tokio::test]
async fn a_hundred_refunds_at_once_give_back_what_was_taken_and_no_more() {
    let shop = Shop::open().await;
    let product = shop.stocked(60).await;
    let cart = shop.ready_cart(&product.variant, 60).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    shop.until_staff_see(&cart, "its money can be given back", |order| order["refundable"]["amount"] != 0).await;
    let all = join_all((0..100).map(|_| shop.refund(&cart, json!({ "lines": [line(1, true)] })))).await;
    let done = all.iter().filter(|answer| answer.is(201)).count();
    assert_eq!(done, 60);
    for refused in all.iter().filter(|answer| !answer.is(201)) {
        refused.problem(409, "not_refundable");
    }
    shop.until_available(&product.variant, 60).await;
    let order =
        shop.until_staff_see(&cart, "all is given back", |order| order["refunded"]["amount"] == 60 * 1_999).await;
    assert_eq!(order["refundable"], order["totals"]["shipping"]);
    assert_eq!(shop.available(&product.variant).await, 60);
    if let Some(ledger) = shop.ledger() {
        assert_eq!(ledger.kept(&cart.id), cart.total() - 60 * 1_999);
    }
}

#[tokio::test]
async fn a_repeated_refund_gives_back_once() {
    let shop = Shop::open().await;
    let (cart, variant) = shop.bought().await;
    let (path, key) = (format!("/v1/admin/orders/{}/refunds", cart.id), unique("key"));
    let ask = async |quantity| {
        let body = json!({ "lines": [line(quantity, true)], "reason": "arrived broken" });
        shop.post(&path).bearer(&shop.owner().await).key(&key).json(body).send().await
    };
    let first = ask(1).await.expect(201);
    let again = ask(1).await.expect(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(first.json(), again.json());
    ask(2).await.problem(422, "idempotency_key_reused");
    shop.until_available(&variant, 8).await;
    assert_eq!(shop.staff_order(&cart).await["refunds"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn pieces_come_back_once_although_the_pool_does_not_answer() {
    let Some(shop) = Shop::native(FAULTS).await else { return };
    let (cart, variant) = shop.bought().await;
    let pool = ObjectClass::Pool;
    shop.host().faults.always(Site::Command(pool), "/r1/line_1", When::After);
    shop.refund(&cart, json!({ "lines": [line(2, true)] })).await.expect(201);
    shop.until_available(&variant, 9).await;
    shop.host().clock.advance(11_000);
    shop.host().faults.clear();
    shop.host().clock.advance(11_000);
    shop.until_staff_see(&cart, "it is noted", |order| types(&order["timeline"]).contains(&"restocked")).await;
    assert_eq!(shop.available(&variant).await, 9);
}

#[tokio::test]
async fn what_a_pool_has_no_room_for_ends_and_staff_see_it() {
    let Some(shop) = Shop::native("it looks at an order's alarm").await else { return };
    let product = shop.stocked(MAX_AMOUNT).await;
    let cart = shop.ready_cart(&product.variant, 3).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    shop.until_staff_see(&cart, "its money can be given back", |order| order["refundable"]["amount"] != 0).await;
    // As full as a pool can be: what was sold counts, too.
    shop.refund(&cart, json!({ "lines": [line(1, true)] })).await.expect(201);
    let ended = |order: &Value, times| {
        types(&order["timeline"]).iter().filter(|kind| **kind == "not_put_back").count() == times
    };
    let order = shop.until_staff_see(&cart, "staff are told", |order| ended(order, 1)).await;
    assert_eq!(order["refunded"], eur(1_999), "its money is back all the same");
    // So it is with what comes back by a return.
    let sent = json!({ "lines": [{ "line_id": "line_1", "quantity": 1 }] });
    shop.act(&cart, "fulfilments", sent).await.expect(201);
    let back = json!({ "lines": [{ "line_id": "line_1", "quantity": 1, "reason": "Too small" }] });
    let order = shop.act(&cart, "returns", back).await.expect(201).json();
    let receive = format!("/v1/admin/returns/{}/receive", order["returns"][0]["id"].as_str().unwrap());
    shop.post(&receive).bearer(&shop.owner().await).json(json!({})).send().await.expect(201);
    let order = shop.until_staff_see(&cart, "staff are told", |order| ended(order, 2)).await;
    assert!(!types(&order["timeline"]).contains(&"restocked"), "{order}");
    assert!(!types(&shop.order(&cart).await["events"]).contains(&"not_put_back"), "nothing to its buyer");
    assert_eq!(shop.available(&product.variant).await, MAX_AMOUNT - 3);
    within(5_000, "nothing rings for it any more", async || {
        shop.host().objects.alarm(ObjectClass::Order, &cart.id).await.is_none().then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_refund_whose_answers_are_lost_gives_back_once() {
    let Some(shop) = Shop::native(FAULTS).await else { return };
    for when in [When::Before, When::After] {
        let (cart, variant) = shop.bought().await;
        shop.host().faults.always(Site::Http, "/refund", when);
        shop.refund(&cart, json!({ "lines": [line(2, true)] })).await.expect(201);
        // While the provider does not answer, the rest of it goes on, and it is asked again and again.
        shop.until_available(&variant, 9).await;
        for _ in 0..3 {
            shop.host().clock.advance(11_000);
            let order = shop.staff_order(&cart).await;
            assert_eq!(order["refunds"][0]["parts"][0]["status"], "pending", "{order}");
            assert_eq!(order["refundable"], eur(cart.total() - 2 * 1_999), "it is on its way");
        }
        shop.host().faults.clear();
        eventually("it is given back", async || {
            // A try that had begun may fail yet, and the next one waits.
            shop.host().clock.advance(11_000);
            (shop.staff_order(&cart).await["refunded"] == eur(2 * 1_999)).then_some(())
        })
        .await;
        assert_eq!(shop.host().ledger.kept(&cart.id), cart.total() - 2 * 1_999, "{when:?}");
        assert_eq!(shop.available(&variant).await, 9);
    }
}
