//! Native only: what faults and crashes leave behind. Whatever fails, at
//! whatever point, a buyer who tries again ends up with one order, one charge
//! and the pieces that were ordered.

use std::time::Duration;

use serde_json::{Value, json};
use tradepost::orders::holding::KEPT_MILLIS;
use tradepost::ports::{Clock, ObjectClass};

use crate::fixtures::{Cart, Product, payment};
use crate::host::faults::{Site, When};
use crate::shop::{Shop, within};

const NATIVE: &str = "it needs faults, which only the native host has";
/// No purchase passes a site more often than this.
const MOST_POINTS: usize = 60;

async fn native_with_stock(pieces: i64) -> Option<(Shop, Product)> {
    let shop = Shop::native(NATIVE).await?;
    let product = shop.stocked(pieces).await;
    Some((shop, product))
}

/// Fifty times as fast, until the answer is there.
async fn while_time_flies<T>(shop: &Shop, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = tokio::time::sleep(Duration::from_millis(10)) => shop.host().clock.advance(500),
        }
    }
}

/// Waits until the order owes the world nothing any more.
async fn settle(shop: &Shop, cart: &Cart) {
    within(20_000, &format!("{} is settled", cart.id), async || {
        let alarm = shop.host().objects.alarm(ObjectClass::Order, &cart.id).await;
        shop.host().clock.advance(alarm.map_or(0, |at| at.since(shop.host().clock.now()).clamp(0, 10_000)));
        alarm.is_none().then_some(())
    })
    .await;
}

/// Places the order as a buyer does who tries again while the shop does not
/// answer or the payment was called off, until it is confirmed.
async fn insist(shop: &Shop, cart: &Cart, method: &str) -> Value {
    within(20_000, &format!("{} is confirmed", cart.id), async || {
        let answer = while_time_flies(shop, shop.place(cart, method)).await;
        if answer.is(503) {
            assert_eq!(answer.header("retry-after"), "1");
            shop.host().clock.advance(1_000);
            return None;
        }
        let order = answer.expect_success().json();
        match (order["status"].as_str().unwrap(), order["payment"]["status"].as_str().unwrap()) {
            ("confirmed", "paid") => return Some(order),
            ("awaiting_payment", "declined" | "cancelled") => {
                let again = shop.post(&cart.order_path("/payments")).cart_token(&cart.token).json(payment(method));
                while_time_flies(shop, again.send()).await;
            }
            ("awaiting_payment", _) => shop.host().clock.advance(5_000),
            (status, _) => panic!("{status}: {order}"),
        }
        None
    })
    .await
}

/// Lets the n-th passing of `site` during a purchase of two variants fail, for
/// every n. `begun`: the purchase was begun before, with a card that was declined, and its goods given back.
async fn fail_each(site: Site, when: When, begun: bool, method: &str) {
    let Some((shop, product)) = native_with_stock(MOST_POINTS as i64).await else { return };
    let other = shop.stocked(MOST_POINTS as i64).await;
    for n in 0..MOST_POINTS {
        let lines = [&product, &other].map(|product| json!({ "variant_id": product.variant, "quantity": 1 }));
        let cart = shop.ready(shop.new_cart(json!({ "lines": lines })).await).await;
        if begun {
            shop.place(&cart, "pm_card_chargeDeclined").await.expect(201);
            shop.host().clock.advance(KEPT_MILLIS);
            within(20_000, "the goods are given back", async || {
                shop.host().clock.advance(1_000);
                let alarm = shop.host().objects.alarm(ObjectClass::Order, &cart.id).await?;
                (alarm.since(shop.host().clock.now()) > KEPT_MILLIS).then_some(())
            })
            .await;
            assert_eq!(shop.available(&product.variant).await, MOST_POINTS as i64 - n as i64);
        }
        let before = shop.host().faults.passed(site);
        shop.host().faults.nth(site, "", n, when);
        insist(&shop, &cart, method).await;
        settle(&shop, &cart).await;
        let passed = shop.host().faults.passed(site) - before;
        shop.host().faults.clear();
        assert_eq!(shop.host().ledger.kept(&cart.id), cart.total(), "{site:?} {when:?} {n}: charged once");
        for product in [&product, &other] {
            shop.until_available(&product.variant, MOST_POINTS as i64 - n as i64 - 1).await;
        }
        if passed <= n {
            assert!(n > 0, "{site:?} is never passed");
            println!("{site:?} {when:?}: {n} points");
            assert_eq!(shop.host().objects.crashes(), [""; 0]);
            let owner = shop.log_in_owner().await;
            for product in [&product, &other] {
                let level = shop.get(&format!("/v1/admin/stock/{}", product.variant)).bearer(&owner).send().await;
                let level = level.expect(200).json();
                assert_eq!((&level["on_hand"], &level["held"]), (&json!(MOST_POINTS - n - 1), &json!(0)));
            }
            return;
        }
    }
    panic!("{site:?} is passed more than {MOST_POINTS} times");
}

macro_rules! fail_each {
    ($($name:ident: $site:expr, $when:expr, $begun:literal, $method:literal;)*) => {
        $(#[tokio::test]
        async fn $name() {
            fail_each($site, $when, $begun, $method).await;
        })*
    };
}

fail_each! {
    an_order_survives_a_crash_before_any_of_its_commits: Site::Commit(ObjectClass::Order), When::Before, false, "pm_card_visa";
    an_order_survives_a_crash_after_any_of_its_commits: Site::Commit(ObjectClass::Order), When::After, false, "pm_card_visa";
    an_order_survives_a_pools_crash_before_any_commit: Site::Commit(ObjectClass::Pool), When::Before, false, "pm_card_visa";
    an_order_survives_a_pools_crash_after_any_commit: Site::Commit(ObjectClass::Pool), When::After, false, "pm_card_visa";
    an_order_survives_any_command_that_never_arrives: Site::Command(ObjectClass::Order), When::Before, false, "pm_card_visa";
    an_order_survives_any_answer_that_is_lost: Site::Command(ObjectClass::Order), When::After, false, "pm_card_visa";
    an_order_survives_any_pool_that_is_not_reached: Site::Command(ObjectClass::Pool), When::Before, false, "pm_card_visa";
    an_order_survives_any_pool_whose_answer_is_lost: Site::Command(ObjectClass::Pool), When::After, false, "pm_card_visa";
    an_order_survives_a_provider_that_is_not_reached: Site::Http, When::Before, false, "pm_card_visa";
    an_order_survives_a_provider_whose_answer_is_lost: Site::Http, When::After, false, "pm_card_visa";
    a_timed_out_payment_survives_a_crash_after_any_commit: Site::Commit(ObjectClass::Order), When::After, false, "pm_test_timeout";
    another_try_survives_a_crash_before_any_of_its_commits: Site::Commit(ObjectClass::Order), When::Before, true, "pm_card_visa";
    another_try_survives_a_crash_after_any_of_its_commits: Site::Commit(ObjectClass::Order), When::After, true, "pm_card_visa";
    another_try_survives_any_pool_that_is_not_reached: Site::Command(ObjectClass::Pool), When::Before, true, "pm_card_visa";
    another_try_survives_any_pool_whose_answer_is_lost: Site::Command(ObjectClass::Pool), When::After, true, "pm_card_visa";
    another_try_survives_a_provider_whose_answer_is_lost: Site::Http, When::After, true, "pm_card_visa";
}

/// Waits until staff see the order so in the list, while time goes by.
async fn until_listed(shop: &Shop, cart: &Cart, status: &str) {
    let number = shop.order(cart).await["number"].as_str().unwrap().to_owned();
    within(20_000, &format!("{number} is listed as {status}"), async || {
        shop.host().clock.advance(1_000);
        let path = format!("/v1/admin/orders?q={number}");
        let list = shop.get(&path).bearer(&shop.owner().await).send().await;
        let listed = list.is(200) && list.json()["items"][0]["status"] == status;
        listed.then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_event_the_queue_did_not_take_is_sent_again() {
    let Some((shop, product)) = native_with_stock(2).await else { return };
    for when in [When::Before, When::After] {
        let cart = shop.ready_cart(&product.variant, 1).await;
        shop.host().faults.once(Site::Send, &cart.id, when);
        insist(&shop, &cart, "pm_card_visa").await;
        until_listed(&shop, &cart, "confirmed").await;
    }
}

#[tokio::test]
async fn events_that_come_twice_and_backwards_make_no_difference() {
    let Some((shop, product)) = native_with_stock(1).await else { return };
    shop.host().queue.unruly();
    let cart = shop.ready_cart(&product.variant, 1).await;
    insist(&shop, &cart, "pm_card_visa").await;
    until_listed(&shop, &cart, "confirmed").await;
    let list = shop.get("/v1/admin/orders").bearer(&shop.owner().await).send().await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert!(shop.host().queue.dead_letters().is_empty());
}

#[tokio::test]
async fn an_order_lives_on_without_anybody_asking() {
    let Some((shop, product)) = native_with_stock(1).await else { return };
    let cart = shop.ready_cart(&product.variant, 1).await;
    // The answer is lost with the object, after the stock was held.
    shop.host().faults.nth(Site::Commit(ObjectClass::Order), "", 1, When::After);
    let placing = shop.place(&cart, "pm_card_visa").await;
    shop.host().objects.evict_all().await;
    println!("placing answered {}", placing.status);
    let owner = shop.owner().await;
    let status = within(20_000, "the order comes to an end", async || {
        shop.host().clock.advance(1_000);
        let list = shop.get("/v1/admin/orders").bearer(&owner).send().await.expect(200).json();
        let status = list["items"][0]["status"].as_str()?.to_owned();
        ["confirmed", "cancelled"].contains(&status.as_str()).then_some(status)
    })
    .await;
    let kept = shop.host().ledger.kept(&cart.id);
    let (wanted, left) = if status == "confirmed" { (cart.total(), 0) } else { (0, 1) };
    assert_eq!(kept, wanted);
    shop.until_available(&product.variant, left).await;
}

#[tokio::test]
async fn a_priced_cart_can_be_read_while_objects_come_and_go() {
    let Some((shop, product)) = native_with_stock(1).await else { return };
    let cart = shop.ready_cart(&product.variant, 1).await;
    let before = shop.see_cart(&cart).await;
    shop.host().objects.evict_all().await;
    assert_eq!(shop.see_cart(&cart).await, before);
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_a_503_and_heals() {
    let Some((shop, _)) = native_with_stock(1).await else { return };
    shop.host().faults.always(Site::Batch, "", When::Before);
    let owner = shop.owner().await;
    let answer = shop.get("/v1/admin/orders").bearer(&owner).send().await.expect(503);
    answer.some_problem();
    assert_eq!(answer.header("retry-after"), "1");
    shop.get("/readyz").send().await.expect(503);
    shop.log_in("nobody@example.com", "thimble orchard meridian 7").await.expect(503).some_problem();
    shop.get("/v1/products").send().await.expect(200);
    shop.host().faults.clear();
    shop.get("/readyz").send().await.expect(200);
}

#[tokio::test]
async fn the_catalog_is_read_while_the_database_and_the_cache_are_down() {
    let Some((shop, product)) = native_with_stock(1).await else { return };
    for site in [Site::Batch, Site::CacheGet, Site::CachePut] {
        shop.host().faults.always(site, "", When::Before);
    }
    let seen = shop.get(&format!("/v1/products/{}", product.id)).send().await.expect(200).json();
    assert_eq!(seen["id"], json!(product.id));
    shop.get("/v1/products").send().await.expect(200);
}

#[tokio::test]
async fn a_lost_cache_is_published_again() {
    let Some((shop, product)) = native_with_stock(1).await else { return };
    shop.host().cache.clear();
    let other = shop.another_isolate();
    within(10_000, "the catalog is published again", async || {
        shop.host().clock.advance(1_000);
        other.get(&format!("/v1/products/{}", product.id)).send().await.is(200).then_some(())
    })
    .await;
}
