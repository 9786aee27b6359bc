//! Stripe at the door: whose events are taken, and what they may do. What Stripe
//! itself answers is for `tests/worker/stripe.test.mjs`, which has a stand-in.

use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tradepost::app::{Config, StripeKeys};
use tradepost::ports::{Clock, Database, ObjectClass, Statement};

use crate::ask::Answer;
use crate::fixtures::{Cart, eur, prices};
use crate::host::faults::Site;
use crate::shop::{Shop, eventually, unique};

const NATIVE: &str = "Stripe's secrets are the deployment's";
const SECRET: &str = "whsec_second";
const JSON: &str = "application/json";
const PATH: &str = "/v1/webhooks/stripe";

/// A shop with an account at Stripe, which cannot be reached.
async fn open() -> Option<Shop> {
    let [secret, publishable] = ["sk_test_1", "pk_test_1"].map(|key| Some(key.to_owned()));
    let webhooks = Some(format!("whsec_first,{SECRET}"));
    let stripe = StripeKeys::parse(secret, publishable, webhooks, Some("http://stripe.test".to_owned())).unwrap();
    Shop::configured(NATIVE, Config { stripe, ..Config::default() }).await
}

fn signed(text: &str, secret: &str, seconds: i64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{seconds}.{text}").as_bytes());
    let digest: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={digest}")
}

fn now(shop: &Shop) -> i64 {
    shop.host().clock.now().millis() / 1_000
}

fn event(kind: &str, order: &str, overrides: Value) -> Value {
    let mut event = json!({
        "id": "evt_1", "object": "event", "type": kind, "livemode": false,
        "data": { "object": {
            "id": "pi_1", "object": "payment_intent", "status": "succeeded",
            "metadata": { "order": order, "attempt": format!("{order}-1") },
        } },
    });
    for (member, value) in overrides.as_object().unwrap() {
        event[member] = value.clone();
    }
    event
}

async fn tell(shop: &Shop, event: &Value) -> Answer {
    let text = event.to_string();
    let signature = signed(&text, SECRET, now(shop));
    shop.post(PATH).header("stripe-signature", &signature).body(JSON, text).send().await
}

fn commits(shop: &Shop) -> usize {
    shop.host().faults.passed(Site::Commit(ObjectClass::Order))
}

/// An order whose card was asked for in vain.
async fn unanswered(shop: &Shop) -> Cart {
    let product = shop.stocked(3).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    let payment = json!({ "payment": { "provider": "stripe", "method": "pm_card_visa" } });
    let order = shop.place_with(&cart, payment).await.expect(201).json();
    assert_eq!((&order["status"], &order["payment"]["status"]), (&json!("awaiting_payment"), &json!("pending")));
    assert_eq!(order["payment"]["provider"], "stripe");
    until_quiet(shop, &cart).await;
    cart
}

/// What comes after the answer is over: the lists know the order, and it has
/// noted that they do.
async fn until_quiet(shop: &Shop, cart: &Cart) {
    let mut before = 0;
    eventually("nothing is committed any more", async || {
        let listed = Statement::new("SELECT id FROM orders WHERE id = ?1", [cart.id.as_str().into()]);
        let listed = shop.host().database.batch(vec![listed]).await.unwrap().remove(0);
        let now = commits(shop);
        let quiet = now == before && !listed.is_empty();
        before = now;
        quiet.then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_stripe_did_not_sign_is_refused_and_changes_nothing() {
    let Some(shop) = open().await else { return };
    let cart = unanswered(&shop).await;
    let before = commits(&shop);
    let text = event("payment_intent.succeeded", &cart.id, json!({})).to_string();
    let now = now(&shop);
    let six_days = 6 * 24 * 3_600;
    for header in [
        None,
        Some(String::new()),
        Some(signed(&text, "whsec_third", now)),
        Some(signed(&format!("{text} "), SECRET, now)),
        Some(signed(&text, SECRET, now - six_days)),
        Some(signed(&text, SECRET, now - 310)),
        Some(signed(&text, SECRET, now + 310)),
        Some(signed(&text, SECRET, now).replace("v1=", "v0=")),
    ] {
        let mut ask = shop.post(PATH).body(JSON, text.clone());
        if let Some(header) = &header {
            ask = ask.header("stripe-signature", header);
        }
        ask.send().await.problem(400, "bad_signature");
    }
    assert_eq!(commits(&shop), before);
    assert_eq!(shop.order(&cart).await["payment"]["status"], "pending");
}

#[tokio::test]
async fn while_stripe_does_not_answer_it_is_asked_to_tell_again() {
    let Some(shop) = open().await else { return };
    let cart = unanswered(&shop).await;
    let told = tell(&shop, &event("payment_intent.succeeded", &cart.id, json!({}))).await;
    told.problem(503, "unavailable");
    // Nor is anybody asked to trust a dispute, which does not name the order.
    let dispute = json!({ "object": { "id": "dp_1", "payment_intent": "pi_1", "metadata": {} } });
    tell(&shop, &event("charge.dispute.created", &cart.id, json!({ "data": dispute })))
        .await
        .problem(503, "unavailable");
    assert_eq!(shop.order(&cart).await["payment"]["status"], "pending");
}

#[tokio::test]
async fn what_is_not_about_this_shop_is_heard_and_changes_nothing() {
    let Some(shop) = open().await else { return };
    let cart = unanswered(&shop).await;
    let before = commits(&shop);
    let nobodys = "ord_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    for event in [
        event("payment_intent.succeeded", nobodys, json!({})),
        event("payment_intent.succeeded", &cart.id, json!({ "livemode": true })),
        event("payment_intent.succeeded", &cart.id, json!({ "account": "acct_1" })),
        event("customer.created", &cart.id, json!({})),
        event("balance.available", &cart.id, json!({ "data": { "object": { "object": "balance" } } })),
        event("payment_intent.succeeded", "x", json!({})),
    ] {
        tell(&shop, &event).await.expect(204);
    }
    tell(&shop, &json!("no event")).await.problem(400, "unparsable");
    assert_eq!(commits(&shop), before);
}

#[tokio::test]
async fn an_event_has_a_size_and_a_method() {
    let Some(shop) = open().await else { return };
    let text = "x".repeat(256 * 1_024 + 1);
    let signature = signed(&text, SECRET, now(&shop));
    let large = shop.post(PATH).header("stripe-signature", &signature).body(JSON, text).send().await;
    large.problem(413, "body_too_large");
    assert_eq!(shop.get(PATH).send().await.some_problem()["status"], 405);
    let Some(without) = Shop::native(NATIVE).await else { return };
    without.post(PATH).body(JSON, "{}").send().await.problem(404, "not_found");
}

#[tokio::test]
async fn less_than_a_card_takes_is_refused_before_anything_is_held() {
    let Some(shop) = open().await else { return };
    let cheap = "UPDATE settings SET value = replace(value, '490', '20') WHERE key = 'shipping'";
    let told = "UPDATE catalog_state SET revision = revision + 1";
    shop.host().database.batch([cheap, told].map(|sql| Statement::new(sql, [])).to_vec()).await.unwrap();
    let variant = json!({ "sku": unique("SKU"), "prices": prices(10) });
    let product = shop.product(json!({ "variants": [variant] })).await;
    shop.stock(&product.variant, 1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    assert_eq!(cart.total(), 30);
    for not_stripes in ["visa", "card_1", "4242424242424242"] {
        let payment = json!({ "payment": { "provider": "stripe", "method": not_stripes } });
        assert_eq!(shop.place_with(&cart, payment).await.pointers(), ["/payment/method"], "{not_stripes}");
    }
    let refused = shop.place_with(&cart, json!({ "payment": { "provider": "stripe" } })).await;
    let problem = refused.problem(409, "amount_too_small");
    assert_eq!(problem["minimum"], eur(50));
    assert!(problem["detail"].as_str().unwrap().contains("gift card"), "a way out: {problem}");
    assert_eq!(shop.see_cart(&cart).await["status"], "open");
    assert_eq!(shop.available(&product.variant).await, 1);
}

#[tokio::test]
async fn nobody_is_asked_for_a_difference_that_no_card_pays() {
    let Some(shop) = open().await else { return };
    let settle = async |payments: &Value| {
        let settings = shop.patch("/v1/admin/settings").bearer(&shop.owner().await);
        settings.json(json!({ "payments": payments })).send().await.expect(200);
    };
    let words = json!({ "instructions": "Within 14 days" });
    let mut payments = json!({ "stripe": { "offered": true, "capture": "automatic" }, "invoice": words });
    settle(&payments).await;
    let product = shop.stocked(3).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place_with(&cart, json!({ "payment": { "provider": "manual", "method": "invoice" } })).await.expect(201);
    let all = json!({ "amount": eur(cart.total()), "reference": "statement 1" });
    shop.act(&cart, "payments/received", all).await.expect(201);
    let add = json!([{ "variant_id": shop.download(30).await.variant, "quantity": 1 }]);
    let ask = json!({ "add": add, "ask_buyer": true, "reason": "they rang" });
    let refused = shop.act(&cart, "edits", ask.clone()).await.problem(409, "amount_too_small");
    assert_eq!(refused["minimum"], eur(50));
    payments["bank_transfer"] = words;
    settle(&payments).await;
    let order = shop.act(&cart, "edits", ask).await.expect(201).json();
    assert_eq!(order["waiting_edit"]["to_pay"], eur(30));
}
