//! Native only: trouble that lasts, and what is left when it is over.

use std::time::Duration;

use serde_json::{Value, json};
use tradepost::ports::{Clock, ObjectClass};

use crate::ask::Answer;
use crate::fixtures::{Cart, PUBLISHED_MILLIS, Product, payment};
use crate::host::faults::{Site, When};
use crate::shop::{Shop, within};

const NATIVE: &str = "it needs faults and a clock that can be moved, which only the native host has";

/// Lets the shop work while so much time goes by in each of `steps`.
async fn wait(shop: &Shop, steps: usize, millis: i64) {
    for _ in 0..steps {
        tokio::time::sleep(Duration::from_millis(10)).await;
        shop.host().clock.advance(millis);
    }
}

async fn ends(shop: &Shop, cart: &Cart) -> Value {
    within(20_000, &format!("{} is decided", cart.id), async || {
        let order = shop.order(cart).await;
        shop.host().clock.advance(1_000);
        (order["status"] != "awaiting_payment").then_some(order)
    })
    .await
}

/// Until the order has nothing left to do but to wait for its hold to lapse, so
/// that the next commit is that of the next request.
async fn until_at_rest(shop: &Shop, cart: &Cart) {
    within(20_000, &format!("{} is at rest", cart.id), async || {
        shop.host().clock.advance(1_000);
        let alarm = shop.host().objects.alarm(ObjectClass::Order, &cart.id).await?;
        (alarm.since(shop.host().clock.now()) > 60_000).then_some(())
    })
    .await;
}

async fn tell_the_bank(shop: &Shop, cart: &Cart, outcome: &str) -> Answer {
    let cookie = format!("__Host-cart={}.{}", cart.id, cart.token);
    let form = format!("outcome={outcome}");
    let path = format!("/orders/{}/authenticate", cart.id);
    let ask = shop.post(&path).header("cookie", &cookie).header("sec-fetch-site", "same-origin");
    ask.body("application/x-www-form-urlencoded", form).send().await
}

#[tokio::test]
async fn an_order_whose_alarm_was_lost_goes_on_when_it_is_looked_at() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    // Placed and charged; what came of it is not stored, nor is anything after it.
    shop.host().faults.nth(Site::Commit(ObjectClass::Order), "", 1, When::Before);
    shop.place(&cart, "pm_card_visa").await.expect(503);
    shop.host().faults.always(Site::Commit(ObjectClass::Order), "", When::Before);
    within(20_000, "the alarm is given up", async || {
        shop.host().clock.advance(10_000);
        shop.host().objects.alarm(ObjectClass::Order, &cart.id).await.is_none().then_some(())
    })
    .await;
    shop.host().faults.clear();
    assert_eq!(shop.host().ledger.kept(&cart.id), cart.total(), "charged, and nobody knows");

    let order = ends(&shop, &cart).await;
    let kept = if order["status"] == "confirmed" { cart.total() } else { 0 };
    within(20_000, "the money is where the goods are not", async || {
        shop.order(&cart).await;
        shop.host().clock.advance(1_000);
        (shop.host().ledger.kept(&cart.id) == kept).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_bank_that_was_not_asked_decides_nothing() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    let placing = tokio::spawn({
        let (shop, cart) = (shop.clone(), cart.clone());
        async move { shop.place(&cart, "pm_test_timeout").await }
    });
    within(20_000, "the payment is unanswered", async || {
        shop.host().clock.advance(300);
        placing.is_finished().then_some(())
    })
    .await;
    tell_the_bank(&shop, &cart, "decline").await;
    shop.post(&cart.order_path("/payments")).cart_token(&cart.token).json(payment("pm_card_visa")).send().await;
    wait(&shop, 40, 60_000).await;
    assert_eq!(shop.host().ledger.kept(&cart.id), cart.total(), "{:?}", shop.host().ledger.charges());
}

#[tokio::test]
async fn a_refusal_after_an_approval_that_was_lost_finds_it_paid() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, "pm_card_authenticationRequired").await.expect(201);
    until_at_rest(&shop, &cart).await;
    shop.host().faults.nth(Site::Commit(ObjectClass::Order), "", 0, When::Before);
    tell_the_bank(&shop, &cart, "approve").await;
    tell_the_bank(&shop, &cart, "decline").await;
    assert_eq!(ends(&shop, &cart).await["status"], "confirmed");
    assert_eq!(shop.host().ledger.kept(&cart.id), cart.total());
}

#[tokio::test]
async fn a_payment_that_comes_to_be_asked_for_too_late_is_not() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, "pm_card_chargeDeclined").await.expect(201);
    until_at_rest(&shop, &cart).await;
    // The second payment is written down, and the object dies before it asks.
    shop.host().faults.nth(Site::Commit(ObjectClass::Order), "", 0, When::After);
    shop.post(&cart.order_path("/payments")).cart_token(&cart.token).json(payment("pm_card_visa")).send().await;
    shop.host().clock.advance(6 * 3_600_000);
    assert_eq!(ends(&shop, &cart).await["status"], "cancelled");
    assert!(shop.host().ledger.charges().values().all(|charge| !charge.paid));
}

#[tokio::test]
async fn a_refund_does_not_wait_for_a_pool() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let (a, b) = (shop.stocked(1).await, shop.stocked(1).await);
    let lines = [&a, &b].map(|product| json!({ "variant_id": product.variant, "quantity": 1 }));
    let cart = shop.ready(shop.new_cart(json!({ "lines": lines })).await).await;
    shop.place(&cart, "pm_card_authenticationRequired").await.expect(201);
    // The bank is slow: the hold has lapsed, and another has bought b.
    shop.host().faults.always(Site::Http, "/void", When::Before);
    shop.host().clock.advance(15 * 60_000 + 1);
    let other = shop.ready_cart(&b.variant, 1).await;
    shop.place(&other, "pm_card_visa").await.expect(201);
    shop.until_available(&b.variant, 0).await;
    shop.host().faults.clear();
    let release = format!("stock/{} {{\"release\"", a.variant);
    shop.host().faults.always(Site::Command(ObjectClass::Pool), &release, When::Before);
    tell_the_bank(&shop, &cart, "approve").await;
    within(20_000, "the money is given back", async || {
        shop.host().clock.advance(1_000);
        (shop.order(&cart).await["refunded"]["amount"] == cart.total()).then_some(())
    })
    .await;
    assert_eq!(shop.host().ledger.kept(&cart.id), 0);
}

#[tokio::test]
async fn repeats_that_change_nothing_store_nothing() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, "pm_card_chargeDeclined").await.expect(201);
    let cancel = async |key: String| {
        shop.post(&cart.order_path("/cancel"))
            .cart_token(&cart.token)
            .key(&key)
            .json(json!({}))
            .send()
            .await
            .expect(200);
    };
    let rows = async || {
        let count = "SELECT count(*) FROM log";
        let look = |store: &rusqlite::Connection| store.query_row(count, [], |row| row.get(0)).unwrap();
        shop.host().objects.look(ObjectClass::Order, &cart.id, look).await
    };
    cancel("first".to_owned()).await;
    wait(&shop, 20, 1_000).await;
    let before: i64 = rows().await;
    for n in 0..20 {
        cancel(format!("again-{n}")).await;
    }
    assert_eq!(rows().await, before);
}

#[tokio::test]
async fn a_key_whose_adjustment_counted_stands_for_no_other() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.product(json!({})).await;
    let path = format!("/v1/admin/stock/{}/adjustments", product.variant);
    let owner = shop.owner().await;
    let adjust = async |delta: i64| {
        let body = json!({ "delta": delta, "reason": "received" });
        shop.post(&path).bearer(&owner).key("delivery").json(body).send().await
    };
    shop.host().faults.once(Site::Batch, "INSERT INTO idempotency_records", When::Before);
    adjust(10).await.expect(503);
    adjust(12).await.problem(422, "idempotency_key_reused");
    assert_eq!(adjust(10).await.expect(200).json()["on_hand"], 10);
    let named = json!({ "delta": 3, "reason": "received", "reference": "note-7" });
    shop.post(&path).bearer(&owner).json(named).send().await.expect(200);
    let other = json!({ "delta": 4, "reason": "received", "reference": "note-7" });
    assert_eq!(shop.post(&path).bearer(&owner).json(other).send().await.expect(422).pointers(), ["/reference"]);
}

#[tokio::test]
async fn a_clock_that_was_ahead_for_one_publication_does_not_hold_the_next_up() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let ahead = 10 * 60_000;
    for restarted in [false, true] {
        shop.host().clock.advance(ahead);
        let first = shop.product(json!({})).await;
        until_listed(&shop, &first).await;
        shop.host().clock.put_back(ahead);
        if restarted {
            shop.host().objects.evict_all().await;
        }
        let second = shop.new_product(json!({})).await;
        until_listed(&shop, &second).await;
    }
}

#[tokio::test]
async fn an_order_placed_while_the_clock_was_ahead_is_decided_as_soon_as_any() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(5).await;
    for evicted in [false, true] {
        let cart = shop.ready_cart(&product.variant, 1).await;
        shop.host().clock.advance(10 * 60_000);
        shop.host().faults.always(Site::Http, "", When::Before);
        let placed = shop.place(&cart, "pm_card_visa").await.expect(201).json();
        assert_eq!(placed["payment"]["status"], "pending");
        shop.host().clock.put_back(10 * 60_000);
        shop.host().faults.clear();
        if evicted {
            shop.host().objects.evict_all().await;
        }
        let begun = shop.host().clock.now();
        within(20_000, "the payment is decided", async || {
            let order = shop.order(&cart).await;
            shop.host().clock.advance(1_000);
            (order["payment"]["status"] != "pending").then_some(())
        })
        .await;
        let millis = shop.host().clock.now().since(begun);
        assert!(millis < 120_000, "{millis} ms, evicted: {evicted}");
    }
}

/// Lists come from what was published.
async fn until_listed(shop: &Shop, product: &Product) {
    within(PUBLISHED_MILLIS, &format!("{} is listed", product.slug), async || {
        let list = shop.get("/v1/products?limit=100").send().await.expect(200).json();
        list["items"].as_array().unwrap().iter().any(|item| item["id"] == json!(product.id)).then_some(())
    })
    .await;
}
