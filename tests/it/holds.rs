//! How long an unpaid order keeps its goods, and what another try does once
//! they were given back. Native only: the clock is moved.

use serde_json::{Value, json};
use tradepost::orders::holding::{CONFIRM_MILLIS, HOLD_MILLIS, KEPT_MILLIS, PAYABLE_MILLIS};
use tradepost::ports::{Clock, ObjectClass, Timestamp};

use crate::ask::Answer;
use crate::fixtures::{Cart, payment, prices};
use crate::host::faults::{Site, When};
use crate::shop::{Shop, within};

const NATIVE: &str = "it needs a clock that can be moved, which only the native host has";
const VISA: &str = "pm_card_visa";
const DECLINED: &str = "pm_card_chargeDeclined";
const ASKS: &str = "pm_card_authenticationRequired";
/// Well within what tests move the clock by, and more than they take.
const MOMENT: i64 = 20_000;

async fn pay(shop: &Shop, cart: &Cart, method: &str) -> Answer {
    shop.post(&cart.order_path("/payments")).cart_token(&cart.token).json(payment(method)).send().await
}

async fn answer_the_bank(shop: &Shop, cart: &Cart, outcome: &str) {
    let cookie = format!("__Host-cart={}.{}", cart.id, cart.token);
    let ask = shop.post(&format!("/orders/{}/authenticate", cart.id)).header("cookie", &cookie);
    let ask = ask.header("sec-fetch-site", "same-origin");
    ask.body("application/x-www-form-urlencoded", format!("outcome={outcome}")).send().await.expect(303);
}

fn time(value: &Value) -> Timestamp {
    serde_json::from_value(value.clone()).unwrap()
}

/// When the last thing of this kind happened to the order.
fn at(order: &Value, kind: &str) -> Timestamp {
    let events = order["events"].as_array().unwrap();
    time(&events.iter().rfind(|event| event["type"] == kind).unwrap_or_else(|| panic!("no {kind}: {order}"))["at"])
}

/// Until the order has nothing left to do before its goods' or its own time is over.
async fn until_at_rest(shop: &Shop, cart: &Cart) {
    within(20_000, &format!("{} is at rest", cart.id), async || {
        let alarm = shop.host().objects.alarm(ObjectClass::Order, &cart.id).await?;
        let left = alarm.since(shop.host().clock.now());
        if left <= 12_000 {
            shop.host().clock.advance(left.max(0));
        }
        (left > 12_000).then_some(())
    })
    .await;
}

/// A placed order whose payment came to nothing for now, and how it stands.
async fn placed(shop: &Shop, variant: &str, quantity: i64, method: &str) -> (Cart, Value) {
    let cart = shop.ready_cart(variant, quantity).await;
    let order = shop.place(&cart, method).await.expect(201).json();
    until_at_rest(shop, &cart).await;
    (cart, order)
}

/// The same, with its goods given back.
async fn given_back(shop: &Shop, variant: &str, quantity: i64) -> Cart {
    let (cart, _) = placed(shop, variant, quantity, DECLINED).await;
    shop.host().clock.advance(KEPT_MILLIS);
    until_given_back(shop, &cart).await;
    cart
}

async fn until_given_back(shop: &Shop, cart: &Cart) -> Value {
    within(5_000, &format!("the goods of {} are given back", cart.id), async || {
        let order = shop.order(cart).await;
        order["held_until"].is_null().then_some(order)
    })
    .await
}

#[tokio::test]
async fn a_declined_payment_keeps_its_goods_for_three_minutes() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(2).await;
    let (cart, order) = placed(&shop, &product.variant, 2, DECLINED).await;
    let declined = at(&order, "payment_declined");
    assert_eq!(time(&order["held_until"]), declined.plus_millis(KEPT_MILLIS));
    assert_eq!(time(&order["payable_until"]), time(&order["placed_at"]).plus_millis(PAYABLE_MILLIS));
    let alarm = shop.host().objects.alarm(ObjectClass::Order, &cart.id).await;
    assert_eq!(alarm, Some(declined.plus_millis(KEPT_MILLIS)), "nobody has to look at it");

    shop.host().clock.advance(KEPT_MILLIS - MOMENT);
    assert_eq!(shop.available(&product.variant).await, 0);
    shop.host().clock.advance(MOMENT);
    shop.until_available(&product.variant, 2).await;
    let order = shop.order(&cart).await;
    assert_eq!((&order["status"], &order["payment"]["status"]), (&json!("awaiting_payment"), &json!("declined")));
    assert_eq!(order["held_until"], json!(null));
    assert!(order["payable_until"].is_string(), "it may still be paid: {order}");
    assert_eq!(order["events"].as_array().unwrap().last().unwrap()["type"], "stock_released");
}

#[tokio::test]
async fn each_decline_gives_three_minutes_but_never_more_than_the_hold() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(1).await;
    let (cart, mut order) = placed(&shop, &product.variant, 1, DECLINED).await;
    let lapses = time(&order["placed_at"]).plus_millis(HOLD_MILLIS);
    for _ in 0..5 {
        shop.host().clock.advance(KEPT_MILLIS - MOMENT);
        order = pay(&shop, &cart, DECLINED).await.expect(200).json();
        let kept = at(&order, "payment_declined").plus_millis(KEPT_MILLIS).min(lapses);
        assert_eq!(time(&order["held_until"]), kept);
        assert_eq!(shop.available(&product.variant).await, 0);
    }
    assert_eq!(time(&order["held_until"]), lapses);
    shop.host().clock.advance(lapses.since(shop.host().clock.now()).max(0));
    shop.until_available(&product.variant, 1).await;
    until_given_back(&shop, &cart).await;
}

#[tokio::test]
async fn another_try_takes_the_goods_again() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(3).await;
    let cart = given_back(&shop, &product.variant, 3).await;
    let again = pay(&shop, &cart, DECLINED).await.expect(200).json();
    assert_eq!(again["payment"]["attempt"], 2);
    assert_eq!(time(&again["held_until"]), at(&again, "payment_declined").plus_millis(KEPT_MILLIS));
    assert_eq!(shop.available(&product.variant).await, 0, "held anew");
    shop.host().clock.advance(KEPT_MILLIS);
    until_given_back(&shop, &cart).await;
    shop.until_available(&product.variant, 3).await;
    assert_eq!(pay(&shop, &cart, VISA).await.expect(200).json()["status"], "confirmed");
    shop.until_available(&product.variant, 0).await;
    assert_eq!(shop.host().ledger.kept(&cart.id), cart.total());
    shop.stock(&product.variant, 1).await;
    shop.host().clock.advance(PAYABLE_MILLIS);
    assert_eq!(shop.order(&cart).await["status"], "confirmed");
    assert_eq!(shop.available(&product.variant).await, 1, "what was sold stays sold");
}

#[tokio::test]
async fn another_try_is_told_what_is_gone_and_charges_nothing() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let (there, gone) = (shop.stocked(2).await, shop.stocked(3).await);
    let lines = json!([
        { "variant_id": there.variant, "quantity": 2 },
        { "variant_id": gone.variant, "quantity": 3 },
    ]);
    let cart = shop.ready(shop.new_cart(json!({ "lines": lines })).await).await;
    shop.place(&cart, DECLINED).await.expect(201);
    until_at_rest(&shop, &cart).await;
    shop.host().clock.advance(KEPT_MILLIS);
    until_given_back(&shop, &cart).await;
    let other = shop.ready_cart(&gone.variant, 2).await;
    shop.place(&other, VISA).await.expect(201);

    // More often than there may be payments: nobody was asked to pay.
    for _ in 0..12 {
        let refused = pay(&shop, &cart, VISA).await.problem(409, "out_of_stock");
        let line_id = &cart.json["lines"][1]["id"];
        assert_eq!(refused["lines"], json!([{ "line_id": line_id, "requested": 3, "available": 1 }]));
        shop.until_available(&there.variant, 2).await;
    }
    assert_eq!(shop.host().ledger.kept(&cart.id), 0);
    let order = shop.order(&cart).await;
    assert_eq!((&order["status"], &order["payment"]["status"]), (&json!("awaiting_payment"), &json!("declined")));
    assert_eq!((&order["payment"]["attempt"], &order["held_until"]), (&json!(1), &json!(null)));
    assert!(order["payable_until"].is_string(), "{order}");

    shop.stock(&gone.variant, 2).await;
    assert_eq!(pay(&shop, &cart, VISA).await.expect(200).json()["status"], "confirmed");
    assert_eq!(shop.host().ledger.kept(&cart.id), cart.total());
    shop.until_available(&there.variant, 0).await;
    shop.until_available(&gone.variant, 0).await;
}

#[tokio::test]
async fn a_pool_that_does_not_answer_another_try_is_no_sold_out_one() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(1).await;
    let cart = given_back(&shop, &product.variant, 1).await;
    shop.host().faults.once(Site::Command(ObjectClass::Pool), "{\"hold\"", When::Before);
    pay(&shop, &cart, VISA).await.expect(503);
    assert_eq!(shop.host().ledger.kept(&cart.id), 0);
    assert_eq!(pay(&shop, &cart, VISA).await.expect(200).json()["status"], "confirmed");
}

#[tokio::test]
async fn what_is_not_yet_given_back_does_not_stand_in_its_own_way() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(1).await;
    let (cart, _) = placed(&shop, &product.variant, 1, DECLINED).await;
    let release = format!("stock/{} {{\"release\"", product.variant);
    // Reading the order has it try again, too.
    shop.host().faults.always(Site::Command(ObjectClass::Pool), &release, When::Before);
    shop.host().clock.advance(KEPT_MILLIS);
    until_given_back(&shop, &cart).await;
    assert_eq!(shop.available(&product.variant).await, 0, "the pool has not heard of it");
    shop.host().faults.clear();
    assert_eq!(pay(&shop, &cart, VISA).await.expect(200).json()["status"], "confirmed");
    assert_eq!(shop.host().ledger.kept(&cart.id), cart.total());
}

#[tokio::test]
async fn a_pool_that_does_not_take_the_old_goods_back_does_not_keep_the_buyer_waiting() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(2).await;
    let (cart, _) = placed(&shop, &product.variant, 1, DECLINED).await;
    shop.host().faults.always(Site::Command(ObjectClass::Pool), "{\"release\"", When::Before);
    shop.host().clock.advance(KEPT_MILLIS);
    until_given_back(&shop, &cart).await;
    assert_eq!(pay(&shop, &cart, VISA).await.expect(200).json()["status"], "confirmed");
    shop.host().faults.clear();
    shop.host().clock.advance(MOMENT);
    shop.until_available(&product.variant, 1).await;
}

#[tokio::test]
async fn another_try_with_the_hold_about_to_lapse_holds_anew() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(1).await;
    let (cart, order) = placed(&shop, &product.variant, 1, DECLINED).await;
    let lapses = time(&order["placed_at"]).plus_millis(HOLD_MILLIS);
    while shop.host().clock.now().plus_millis(KEPT_MILLIS) < lapses {
        shop.host().clock.advance(KEPT_MILLIS - MOMENT);
        pay(&shop, &cart, DECLINED).await.expect(200);
    }
    shop.host().clock.advance(lapses.since(shop.host().clock.now()) - MOMENT);
    let paid = pay(&shop, &cart, DECLINED).await.expect(200).json();
    assert!(time(&paid["held_until"]) > lapses, "{paid}");
    shop.until_available(&product.variant, 0).await;
}

#[tokio::test]
async fn prices_stand_while_an_order_may_be_paid() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(1).await;
    let cart = given_back(&shop, &product.variant, 1).await;
    let path = format!("/v1/admin/variants/{}", product.variant);
    shop.patch(&path).bearer(&shop.owner().await).json(json!({ "prices": prices(9_999) })).send().await.expect(200);
    let order = pay(&shop, &cart, VISA).await.expect(200).json();
    assert_eq!((&order["status"], &order["totals"]), (&json!("confirmed"), &cart.json["totals"]));
    assert_eq!(shop.host().ledger.kept(&cart.id), cart.total());
}

#[tokio::test]
async fn an_order_that_nobody_pays_is_cancelled_after_an_hour() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(1).await;
    let cart = given_back(&shop, &product.variant, 1).await;
    let payable = time(&shop.order(&cart).await["payable_until"]);
    shop.host().clock.advance(payable.since(shop.host().clock.now()) - MOMENT);
    assert_eq!(shop.order(&cart).await["status"], "awaiting_payment");
    // Whoever tries in the last moment has the time that anybody has.
    let last = pay(&shop, &cart, ASKS).await.expect(200).json();
    assert_eq!(last["payment"]["status"], "requires_action");
    shop.host().clock.advance(2 * MOMENT);
    answer_the_bank(&shop, &cart, "decline").await;
    let order = shop.hurry(&cart, 60, |order| order["status"] == "cancelled").await;
    assert_eq!(order["cancel_reason"], "expired");
    assert_eq!((&order["held_until"], &order["payable_until"]), (&json!(null), &json!(null)));
    shop.until_available(&product.variant, 1).await;
    pay(&shop, &cart, VISA).await.problem(409, "not_payable");
    assert_eq!(shop.host().ledger.kept(&cart.id), 0);
}

#[tokio::test]
async fn an_order_may_be_tried_to_be_paid_ten_times() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(1).await;
    let (cart, _) = placed(&shop, &product.variant, 1, DECLINED).await;
    for attempt in 2..=10 {
        let order = pay(&shop, &cart, DECLINED).await.expect(200).json();
        assert_eq!(order["payment"]["attempt"], attempt);
        assert_eq!(order["payable_until"].is_null(), attempt == 10, "{order}");
        // Given back or not, a try is a try.
        shop.host().clock.advance(if attempt % 2 == 0 && attempt < 10 { KEPT_MILLIS } else { 0 });
    }
    shop.until_available(&product.variant, 1).await;
    pay(&shop, &cart, VISA).await.problem(409, "too_many_attempts");
    assert_eq!(shop.host().ledger.kept(&cart.id), 0);
}

#[tokio::test]
async fn a_bank_that_is_not_answered_keeps_the_goods_for_three_minutes() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(1).await;
    let (cart, order) = placed(&shop, &product.variant, 1, ASKS).await;
    assert_eq!(time(&order["held_until"]), at(&order, "payment_action_required").plus_millis(KEPT_MILLIS));
    shop.host().clock.advance(KEPT_MILLIS - MOMENT);
    assert_eq!(shop.available(&product.variant).await, 0);
    shop.host().clock.advance(MOMENT);
    shop.until_available(&product.variant, 1).await;
    let order = shop.order(&cart).await;
    assert_eq!((&order["payment"]["status"], &order["held_until"]), (&json!("requires_action"), &json!(null)));

    // Whoever was only slow has the goods, as they are still there.
    answer_the_bank(&shop, &cart, "approve").await;
    shop.until_order(&cart, "confirmed", "paid").await;
    shop.until_available(&product.variant, 0).await;
    assert_eq!(shop.host().ledger.kept(&cart.id), cart.total());
}

#[tokio::test]
async fn money_that_comes_when_the_goods_are_gone_is_given_back() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let (there, gone) = (shop.stocked(1).await, shop.stocked(1).await);
    let lines = [&there, &gone].map(|product| json!({ "variant_id": product.variant, "quantity": 1 }));
    let cart = shop.ready(shop.new_cart(json!({ "lines": lines })).await).await;
    shop.place(&cart, ASKS).await.expect(201);
    until_at_rest(&shop, &cart).await;
    shop.host().clock.advance(KEPT_MILLIS);
    until_given_back(&shop, &cart).await;
    let other = shop.ready_cart(&gone.variant, 1).await;
    shop.place(&other, VISA).await.expect(201);
    answer_the_bank(&shop, &cart, "approve").await;
    let order = shop.until_order(&cart, "cancelled", "refunded").await;
    assert_eq!(order["cancel_reason"], "out_of_stock");
    assert_eq!(shop.host().ledger.kept(&cart.id), 0);
    shop.until_available(&there.variant, 1).await;
}

#[tokio::test]
async fn an_approval_that_nobody_heard_of_is_found_before_the_goods_are_given_back() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(1).await;
    let (cart, _) = placed(&shop, &product.variant, 1, ASKS).await;
    // The approval is charged, and the object dies before it is stored.
    shop.host().faults.nth(Site::Commit(ObjectClass::Order), "", 0, When::Before);
    let cookie = format!("__Host-cart={}.{}", cart.id, cart.token);
    let ask = shop.post(&format!("/orders/{}/authenticate", cart.id)).header("cookie", &cookie);
    ask.header("sec-fetch-site", "same-origin")
        .body("application/x-www-form-urlencoded", "outcome=approve")
        .send()
        .await
        .expect(503);
    assert_eq!(shop.order(&cart).await["payment"]["status"], "requires_action");
    shop.host().clock.advance(KEPT_MILLIS);
    let order = shop.until_order(&cart, "confirmed", "paid").await;
    assert!(order["events"].as_array().unwrap().iter().all(|event| event["type"] != "stock_released"), "{order}");
    shop.until_available(&product.variant, 0).await;
}

#[tokio::test]
async fn a_provider_that_is_away_does_not_keep_an_abandoned_orders_goods() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(1).await;
    let (cart, _) = placed(&shop, &product.variant, 1, ASKS).await;
    shop.host().faults.always(Site::Http, "", When::Before);
    shop.host().clock.advance(KEPT_MILLIS);
    until_given_back(&shop, &cart).await;
    shop.until_available(&product.variant, 1).await;
}

#[tokio::test]
async fn a_bank_that_is_never_answered_is_called_off_and_another_card_pays() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(1).await;
    let (cart, _) = placed(&shop, &product.variant, 1, ASKS).await;
    shop.host().clock.advance(KEPT_MILLIS);
    until_given_back(&shop, &cart).await;
    pay(&shop, &cart, ASKS).await.problem(409, "payment_in_progress");
    shop.host().clock.advance(CONFIRM_MILLIS - KEPT_MILLIS);
    let order = shop.until_order(&cart, "awaiting_payment", "declined").await;
    assert_eq!(order["payment"]["decline_reason"], "authentication_timed_out");
    assert_eq!(order["held_until"], json!(null), "it was given back before: {order}");
    answer_the_bank(&shop, &cart, "approve").await;
    assert_eq!(shop.host().ledger.kept(&cart.id), 0, "too late to approve");
    assert_eq!(pay(&shop, &cart, VISA).await.expect(200).json()["status"], "confirmed");
    assert_eq!(shop.host().ledger.kept(&cart.id), cart.total());
}

#[tokio::test]
async fn a_payment_without_an_answer_keeps_the_goods_until_it_has_one() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.host().faults.always(Site::Http, "", When::Before);
    let order = shop.place(&cart, VISA).await.expect(201).json();
    let lapses = time(&order["placed_at"]).plus_millis(HOLD_MILLIS);
    assert_eq!((&order["payment"]["status"], time(&order["held_until"])), (&json!("pending"), lapses));
    for _ in 0..10 {
        shop.host().clock.advance(60_000);
        assert_eq!(shop.available(&product.variant).await, 0, "the money may have been taken");
    }
    // Not for ever, though.
    shop.host().clock.advance(lapses.since(shop.host().clock.now()).max(0));
    until_given_back(&shop, &cart).await;
    shop.until_available(&product.variant, 1).await;
    shop.host().faults.clear();
    shop.host().clock.advance(MOMENT);
    let order = shop.until_order(&cart, "awaiting_payment", "declined").await;
    assert_eq!(order["payment"]["decline_reason"], "no_answer");
    assert_eq!(shop.host().ledger.kept(&cart.id), 0);
}
