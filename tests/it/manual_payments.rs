//! Ways to pay that staff look after: a bank transfer, cash on delivery, an invoice.

use serde_json::{Value, json};
use tradepost::ports::{Database, Statement};

use crate::ask::Answer;
use crate::fixtures::{Cart, Product, eur, payment};
use crate::shop::Shop;

const NATIVE: &str = "the settings are written into the database";
const DAY_SECONDS: i64 = 24 * 3_600;

/// A shop that takes these, and a product with some pieces in it.
pub async fn open(payments: &Value, pieces: i64) -> Option<(Shop, Product)> {
    let shop = Shop::native(NATIVE).await?;
    let set = "INSERT INTO settings (key, value) VALUES ('payments', ?1) \
               ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    let set = Statement::new(set, [payments.to_string().into()]);
    let told = Statement::new("UPDATE catalog_state SET revision = revision + 1", []);
    shop.host().database.batch(vec![set, told]).await.unwrap();
    let product = shop.stocked(pieces).await;
    Some((shop, product))
}

/// All three, of which a bank transfer is waited for during a week.
pub fn all() -> Value {
    json!({
        "stripe": { "offered": false, "capture": "automatic" },
        "bank_transfer": { "instructions": "To DE02 1203 0000 0000 2020 51", "cancel_after_days": 7 },
        "cash_on_delivery": { "instructions": "Please have it ready" },
        "invoice": { "instructions": "Within 14 days" },
    })
}

pub fn manual(method: &str) -> Value {
    json!({ "payment": { "provider": "manual", "method": method } })
}

async fn placed(shop: &Shop, product: &Product, method: &str) -> (Cart, Value) {
    let cart = shop.ready_cart(&product.variant, 2).await;
    let order = shop.place_with(&cart, manual(method)).await.expect(201).json();
    (cart, order)
}

async fn received(shop: &Shop, cart: &Cart, amount: Value, reference: &str) -> Answer {
    let path = format!("/v1/admin/orders/{}/payments/received", cart.id);
    let body = json!({ "amount": amount, "reference": reference });
    shop.post(&path).bearer(&shop.owner().await).json(body).send().await
}

async fn on_hand(shop: &Shop, variant: &str) -> (i64, i64) {
    let stock = shop.get(&format!("/v1/admin/stock/{variant}")).bearer(&shop.owner().await).send().await;
    let stock = stock.expect(200).json();
    (stock["on_hand"].as_i64().unwrap(), stock["held"].as_i64().unwrap())
}

async fn until_on_hand(shop: &Shop, product: &Product, pieces: i64) {
    crate::shop::eventually(&format!("{pieces} pieces on hand, none held"), async || {
        (on_hand(shop, &product.variant).await == (pieces, 0)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_order_by_bank_transfer_has_its_goods_and_waits_for_its_money() {
    let Some((shop, product)) = open(&all(), 5).await else { return };
    let (cart, order) = placed(&shop, &product, "bank_transfer").await;
    assert_eq!((&order["status"], &order["payment"]["status"]), (&json!("awaiting_payment"), &json!("pending")));
    assert_eq!(order["payment"]["instructions"], "To DE02 1203 0000 0000 2020 51");
    assert!(order["payment"]["due_by"].is_string(), "{order}");
    until_on_hand(&shop, &product, 3).await;
    assert!(shop.ledger().unwrap().charges().is_empty(), "no provider was asked");

    let part = received(&shop, &cart, eur(1_000), "statement 1").await.expect(201).json();
    assert_eq!((&part["status"], &part["payment"]["captured"]), (&json!("awaiting_payment"), &eur(1_000)));
    let rest = cart.total() - 1_000;
    let paid = received(&shop, &cart, eur(rest), "statement 2").await.expect(201).json();
    assert_eq!((&paid["status"], &paid["payment"]["status"]), (&json!("confirmed"), &json!("paid")));
    assert_eq!(paid["payment"]["captured"], eur(cart.total()));
    assert_eq!(paid["payment"].get("due_by"), None);
    until_on_hand(&shop, &product, 3).await;
}

#[tokio::test]
async fn money_is_recorded_once_per_reference_and_never_more_than_is_owed() {
    let Some((shop, product)) = open(&all(), 5).await else { return };
    let (cart, _) = placed(&shop, &product, "invoice").await;
    received(&shop, &cart, eur(1_000), "statement 1").await.expect(201);
    let again = received(&shop, &cart, eur(1_000), "statement 1").await.expect(201).json();
    assert_eq!(again["payment"]["captured"], eur(1_000));
    assert_eq!(received(&shop, &cart, eur(1_001), "statement 1").await.pointers(), ["/reference"]);
    let left = cart.total() - 1_000;
    let more = received(&shop, &cart, eur(left + 1), "statement 2").await;
    assert_eq!(more.problem(409, "more_than_owed")["left"], eur(left));
    for wrong in [eur(0), eur(-5), json!({ "amount": 5, "currency": "USD" })] {
        let refused = received(&shop, &cart, wrong, "statement 3").await;
        assert_eq!(refused.pointers(), ["/amount"]);
    }
    received(&shop, &cart, eur(left), "statement 4").await.expect(201);
    received(&shop, &cart, eur(1), "statement 5").await.problem(409, "not_payable");
}

#[tokio::test]
async fn staff_have_an_order_paid_by_transfer_whose_card_was_declined() {
    let Some((shop, product)) = open(&all(), 5).await else { return };
    let cart = shop.ready_cart(&product.variant, 2).await;
    let declined = shop.place(&cart, "pm_card_chargeDeclined").await.expect(201).json();
    assert_eq!((&declined["status"], &declined["payment"]["status"]), (&json!("awaiting_payment"), &json!("declined")));
    let path = format!("/v1/admin/orders/{}/payments", cart.id);
    let owner = shop.owner().await;
    let pay = async |payment: &Value| shop.post(&path).bearer(&owner).json(payment.clone()).send().await;
    assert_eq!(pay(&payment("pm_card_visa")).await.pointers(), ["/provider"]);
    let transfer = &manual("bank_transfer")["payment"];
    let order = pay(transfer).await.expect(200).json();
    assert_eq!((&order["payment"]["provider"], &order["payment"]["status"]), (&json!("manual"), &json!("pending")));
    let is_choice = |event: &&Value| event["type"] == "payment_chosen";
    let timeline = shop.staff_order(&cart).await["timeline"].clone();
    let chosen = timeline.as_array().unwrap().iter().find(is_choice).unwrap();
    assert!(chosen["by"].is_string(), "{chosen}");
    assert!(!order["events"].as_array().unwrap().iter().any(|event| is_choice(&event)), "that is the shop's");
    let paid = received(&shop, &cart, eur(cart.total()), "statement 1").await.expect(201).json();
    assert_eq!((&paid["status"], &paid["payment"]["status"]), (&json!("confirmed"), &json!("paid")));
    pay(transfer).await.problem(409, "not_payable");
    until_on_hand(&shop, &product, 3).await;
}

#[tokio::test]
async fn what_is_paid_on_delivery_or_by_invoice_is_confirmed_at_once() {
    let Some((shop, product)) = open(&all(), 5).await else { return };
    for method in ["cash_on_delivery", "invoice"] {
        let (cart, order) = placed(&shop, &product, method).await;
        assert_eq!((&order["status"], &order["payment"]["status"]), (&json!("confirmed"), &json!("pending")));
        let cancel = shop.post(&cart.order_path("/cancel")).cart_token(&cart.token).json(json!({})).send().await;
        cancel.problem(409, "not_cancellable");
    }
    until_on_hand(&shop, &product, 1).await;
}

#[tokio::test]
async fn a_buyer_who_has_not_paid_yet_may_cancel_and_the_goods_come_back() {
    let Some((shop, product)) = open(&all(), 5).await else { return };
    let (cart, _) = placed(&shop, &product, "bank_transfer").await;
    until_on_hand(&shop, &product, 3).await;
    let cancel = shop.post(&cart.order_path("/cancel")).cart_token(&cart.token).json(json!({})).send().await;
    assert_eq!(cancel.expect(200).json()["payment"]["status"], "cancelled");
    until_on_hand(&shop, &product, 5).await;
    received(&shop, &cart, eur(cart.total()), "too late").await.problem(409, "not_payable");

    let (cart, _) = placed(&shop, &product, "bank_transfer").await;
    received(&shop, &cart, eur(1), "statement 1").await.expect(201);
    let cancel = shop.post(&cart.order_path("/cancel")).cart_token(&cart.token).json(json!({})).send().await;
    cancel.problem(409, "not_cancellable");
}

#[tokio::test]
async fn a_transfer_that_does_not_come_ends_the_order_and_one_that_began_does_not() {
    let Some((shop, product)) = open(&all(), 5).await else { return };
    let (waiting, _) = placed(&shop, &product, "bank_transfer").await;
    let (begun, _) = placed(&shop, &product, "bank_transfer").await;
    received(&shop, &begun, eur(1), "statement 1").await.expect(201);
    until_on_hand(&shop, &product, 1).await;
    shop.host().clock.advance((7 * DAY_SECONDS - 60) * 1_000);
    assert_eq!(shop.order(&waiting).await["status"], "awaiting_payment");
    shop.host().clock.advance(61_000);
    let ended = shop.until_order(&waiting, "cancelled", "cancelled").await;
    assert_eq!(ended["cancel_reason"], "expired");
    assert_eq!(shop.order(&begun).await["status"], "awaiting_payment");
    shop.until_available(&product.variant, 3).await;
}

#[tokio::test]
async fn after_a_declined_card_the_order_may_be_paid_by_transfer() {
    let Some((shop, product)) = open(&all(), 5).await else { return };
    let cart = shop.ready_cart(&product.variant, 2).await;
    shop.place_with(&cart, json!({ "payment": payment("pm_card_chargeDeclined") })).await.expect(201);
    let body = json!({ "provider": "manual", "method": "bank_transfer" });
    let pay = shop.post(&cart.order_path("/payments")).cart_token(&cart.token).json(body).send().await;
    let order = pay.expect(200).json();
    assert_eq!((&order["status"], &order["payment"]["provider"]), (&json!("awaiting_payment"), &json!("manual")));
    until_on_hand(&shop, &product, 3).await;
}

#[tokio::test]
async fn a_way_to_pay_that_the_shop_does_not_take_is_refused_where_it_was_chosen() {
    let Some((shop, product)) = open(&json!({ "stripe": { "offered": true, "capture": "automatic" } }), 5).await else {
        return;
    };
    let cart = shop.ready_cart(&product.variant, 1).await;
    for (asked, pointer) in [
        (json!({ "provider": "manual", "method": "bank_transfer" }), "/payment/method"),
        (json!({ "provider": "manual", "method": "barter" }), "/payment/method"),
        (json!({ "provider": "manual" }), "/payment/method"),
        (json!({ "provider": "stripe" }), "/payment/provider"),
        (json!({ "provider": "none" }), "/payment/provider"),
        (json!({ "provider": "test", "method": "pm_card_gold" }), "/payment/method"),
        (json!({ "provider": "test", "method": "pm card" }), "/payment/method"),
        (json!({ "provider": "test", "method": "4242424242424242" }), "/payment/method"),
    ] {
        let refused = shop.place_with(&cart, json!({ "payment": asked })).await;
        assert_eq!(refused.pointers(), [pointer], "{asked}");
    }
}

#[tokio::test]
async fn what_was_sent_on_credit_is_not_taken_back_for_want_of_money() {
    let mut ways = all();
    ways["invoice"]["cancel_after_days"] = json!(14);
    let Some((shop, product)) = open(&ways, 6).await else { return };
    let (sent, _) = placed(&shop, &product, "invoice").await;
    let (kept, _) = placed(&shop, &product, "invoice").await;
    until_on_hand(&shop, &product, 2).await;
    let path = format!("/v1/admin/orders/{}/fulfilments", sent.id);
    shop.post(&path).bearer(&shop.owner().await).json(json!({})).send().await.expect(201);
    assert!(shop.order(&sent).await["payment"]["due_by"].is_null());
    shop.host().clock.advance(15 * 24 * 3_600_000);
    shop.until_order(&kept, "cancelled", "cancelled").await;
    assert_eq!(shop.order(&sent).await["status"], "fulfilled");
}
