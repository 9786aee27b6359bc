//! Stock is not held for free, and carts are not begun without end: what one
//! account and one network may have.

use std::collections::BTreeMap;

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tradepost::ports::ObjectClass;

use crate::ask::{Answer, Ask};
use crate::fixtures::{Cart, Product, payment};
use crate::host::faults::{Site, When};
use crate::shop::{Shop, eventually};
use crate::throttle::{address, limit, network};

/// By default: unpaid orders of one network, of one account, and carts of one account.
const BY_NETWORK: usize = 30;
const BY_ACCOUNT: usize = 10;
const CARTS_BY_ACCOUNT: usize = 100;

/// Asks the bank and waits for it.
const WAITS: &str = "pm_card_authenticationRequired";
const PAYS: &str = "pm_card_visa";
const DECLINED: &str = "pm_card_chargeDeclined";

const NATIVE: &str = "the limits are set for it";

async fn native(limits: Value) -> Option<Shop> {
    let shop = Shop::native(NATIVE).await?;
    limit(shop.host(), limits).await;
    Some(shop)
}

fn placing(shop: &Shop, cart: &Cart, method: &str) -> Ask {
    shop.post(&cart.path("/order")).cart_token(&cart.token).json(json!({ "payment": payment(method) }))
}

async fn place(shop: &Shop, cart: &Cart, method: &str, from: &str) -> Answer {
    placing(shop, cart, method).from(from).send().await
}

/// Too many, and after how many seconds surely no longer.
#[track_caller]
fn turned_away(answer: &Answer) -> u64 {
    answer.problem(429, "too_many_unpaid_orders");
    let wait = answer.header("retry-after").parse().unwrap();
    assert!((1..=930).contains(&wait), "{wait}");
    wait
}

/// Places it once there is room again: a slot is given back after the answer.
async fn place_at_last(shop: &Shop, cart: &Cart, method: &str, from: &str) -> Answer {
    eventually("there is room for one more", async || {
        let answer = place(shop, cart, method, from).await;
        (!answer.is(429)).then_some(answer)
    })
    .await
    .expect(201)
}

fn tally(answers: &[Answer]) -> BTreeMap<u16, usize> {
    answers.iter().fold(BTreeMap::new(), |mut counts, answer| {
        *counts.entry(answer.status.as_u16()).or_default() += 1;
        counts
    })
}

async fn available(shop: &Shop, variant: &str) -> i64 {
    let answer = shop.get(&format!("/v1/variants/{variant}/availability")).send().await.expect(200);
    answer.json()["available"].as_i64().unwrap()
}

#[tokio::test]
async fn one_network_holds_so_many_unpaid_orders_and_no_more_however_many_it_places_at_once() {
    let shop = Shop::open().await;
    let Product { variant, .. } = shop.stocked(1_000).await;
    let carts = shop.ready_carts(&variant, 120).await;
    let crowd = network();
    let answers =
        join_all(carts.iter().enumerate().map(async |(n, cart)| place(&shop, cart, WAITS, &address(&crowd, n)).await));
    let answers = answers.await;
    assert_eq!(tally(&answers), BTreeMap::from([(201, BY_NETWORK), (429, 120 - BY_NETWORK)]));
    answers.iter().filter(|answer| answer.is(429)).for_each(|answer| _ = turned_away(answer));
    assert_eq!(available(&shop, &variant).await, 1_000 - BY_NETWORK as i64);
    // Whoever was turned away still has the cart, and another network is not concerned.
    let refused = answers.iter().position(|answer| answer.is(429)).unwrap();
    assert_eq!(shop.see_cart(&carts[refused]).await["status"], "open");
    place(&shop, &carts[refused], PAYS, &address(&network(), 1)).await.expect(201);
}

#[tokio::test]
async fn one_account_holds_so_many_unpaid_orders_from_wherever_it_places_them() {
    let shop = Shop::open().await;
    let Product { variant, .. } = shop.stocked(100).await;
    let customer = shop.customer().await;
    let carts = shop.ready_carts(&variant, BY_ACCOUNT + 5).await;
    let answers = join_all(carts.iter().map(async |cart| {
        placing(&shop, cart, WAITS).bearer(&customer.access).from(&address(&network(), 1)).send().await
    }));
    assert_eq!(tally(&answers.await), BTreeMap::from([(201, BY_ACCOUNT), (429, 5)]));
}

#[tokio::test]
async fn a_slot_comes_back_when_the_order_is_paid_refused_or_cancelled() {
    let Some(shop) = native(json!({ "unpaid_orders_by_network": 1 })).await else { return };
    let Product { variant, .. } = shop.stocked(10).await;
    let home = address(&network(), 1);
    let carts = shop.ready_carts(&variant, 6).await;

    place(&shop, &carts[0], PAYS, &home).await.expect(201);
    place_at_last(&shop, &carts[1], WAITS, &home).await;
    turned_away(&place(&shop, &carts[2], PAYS, &home).await);
    shop.post(&carts[1].order_path("/cancel")).cart_token(&carts[1].token).json(json!({})).send().await.expect(200);
    place_at_last(&shop, &carts[2], DECLINED, &home).await;
    // While a declined one can still be paid another way, it holds its pieces.
    turned_away(&place(&shop, &carts[3], PAYS, &home).await);
    let pay = shop.post(&carts[2].order_path("/payments")).cart_token(&carts[2].token).json(payment(PAYS));
    assert_eq!(pay.send().await.expect(200).json()["status"], "confirmed");

    let greedy = shop.ready_cart(&variant, 11).await;
    eventually("it is refused for want of stock", async || {
        let answer = place(&shop, &greedy, PAYS, &home).await;
        (!answer.is(429)).then(|| answer.problem(409, "out_of_stock"))
    })
    .await;
    // Refused before anything was held.
    let total = json!({ "amount": 1, "currency": "EUR" });
    let body = json!({ "payment": payment(PAYS), "expected_total": total });
    eventually("it is refused for its price", async || {
        let ask = shop.post(&carts[3].path("/order")).cart_token(&carts[3].token).from(&home).json(body.clone());
        let answer = ask.send().await;
        (!answer.is(429)).then(|| answer.problem(409, "price_changed"))
    })
    .await;
    place_at_last(&shop, &carts[3], PAYS, &home).await;
    // A second click is the first one's order, not a second slot.
    let (first, second) =
        join(place_at_last(&shop, &carts[4], WAITS, &home), place_at_last(&shop, &carts[4], WAITS, &home)).await;
    assert_eq!(first.json()["id"], second.json()["id"]);
    turned_away(&place(&shop, &carts[5], PAYS, &home).await);
    // Where nobody knows the network, nobody is counted.
    for own in ["127.0.0.1", "::1"] {
        place(&shop, &shop.ready_cart(&variant, 1).await, WAITS, own).await.expect(201);
    }
}

#[tokio::test]
async fn a_slot_comes_back_when_nobody_pays_in_time() {
    let Some(shop) = native(json!({ "unpaid_orders_by_network": 1 })).await else { return };
    let Product { variant, .. } = shop.stocked(10).await;
    let home = address(&network(), 1);
    let carts = shop.ready_carts(&variant, 2).await;
    place(&shop, &carts[0], WAITS, &home).await.expect(201);
    turned_away(&place(&shop, &carts[1], PAYS, &home).await);
    // What holds nothing any more takes nobody's place, though it may still be paid.
    let order = shop.hurry(&carts[0], 240, |order| order["held_until"].is_null()).await;
    assert_eq!(order["status"], "awaiting_payment");
    place_at_last(&shop, &carts[1], PAYS, &home).await;
}

#[tokio::test]
async fn another_try_that_holds_anew_takes_a_slot_anew() {
    let Some(shop) = native(json!({ "unpaid_orders_by_network": 1 })).await else { return };
    let Product { variant, .. } = shop.stocked(10).await;
    let home = address(&network(), 1);
    let carts = shop.ready_carts(&variant, 2).await;
    let pay = async |cart: &Cart, method: &str| {
        shop.post(&cart.order_path("/payments")).cart_token(&cart.token).json(payment(method)).from(&home).send().await
    };
    let given_back = async |cart: &Cart| shop.hurry(cart, 240, |order| order["held_until"].is_null()).await;
    place(&shop, &carts[0], DECLINED, &home).await.expect(201);
    given_back(&carts[0]).await;
    place_at_last(&shop, &carts[1], DECLINED, &home).await;
    turned_away(&pay(&carts[0], PAYS).await);
    assert_eq!(available(&shop, &variant).await, 9);
    assert_eq!(shop.order(&carts[0]).await["payment"]["attempt"], 1);
    // Whoever still holds has the slot already.
    pay(&carts[1], DECLINED).await.expect(200);

    // Nor does it stand in its own way: neither one that could not be given back yet, nor one that is about to end.
    shop.host().faults.always(Site::Command(ObjectClass::Throttle), "vacate", When::Before);
    given_back(&carts[1]).await;
    shop.host().faults.clear();
    pay(&carts[1], DECLINED).await.expect(200);
    for _ in 0..5 {
        shop.host().clock.advance(170_000);
        pay(&carts[1], DECLINED).await.expect(200);
    }
    assert_eq!(shop.order(&carts[1]).await["payment"]["attempt"], 8);
    given_back(&carts[1]).await;
    let paid = eventually("there is room for it", async || {
        let answer = pay(&carts[0], PAYS).await;
        (!answer.is(429)).then_some(answer)
    });
    assert_eq!(paid.await.expect(200).json()["status"], "confirmed");
}

#[tokio::test]
async fn an_order_that_is_refused_again_and_again_has_to_wait() {
    let Some(shop) = Shop::native("the clock is moved").await else { return };
    let Product { variant, .. } = shop.stocked(1).await;
    let cart = shop.ready_cart(&variant, 1).await;
    shop.place(&cart, DECLINED).await.expect(201);
    shop.hurry(&cart, 240, |order| order["held_until"].is_null()).await;
    shop.place(&shop.ready_cart(&variant, 1).await, PAYS).await.expect(201);
    let pay =
        async || shop.post(&cart.order_path("/payments")).cart_token(&cart.token).json(payment(PAYS)).send().await;
    // The placement was one, too.
    for _ in 1..20 {
        pay().await.problem(409, "out_of_stock");
    }
    let answer = pay().await;
    answer.problem(429, "placed_too_often");
    shop.host().clock.advance(1_000 * answer.header("retry-after").parse::<i64>().unwrap());
    pay().await.problem(409, "out_of_stock");
}

#[tokio::test]
async fn a_slot_that_could_not_be_given_back_is_given_back_later() {
    let Some(shop) = native(json!({ "unpaid_orders_by_network": 1 })).await else { return };
    let Product { variant, .. } = shop.stocked(10).await;
    let home = address(&network(), 1);
    let carts = shop.ready_carts(&variant, 2).await;
    let throttles = Site::Command(ObjectClass::Throttle);
    shop.host().faults.always(throttles, "vacate", When::Before);
    let placed = place(&shop, &carts[0], PAYS, &home).await.expect(201);
    assert_eq!(placed.json()["status"], "confirmed");
    turned_away(&place(&shop, &carts[1], PAYS, &home).await);
    // The lists are told all the same.
    shop.until_order(&carts[0], "confirmed", "paid").await;
    shop.host().objects.evict_all().await;
    shop.host().faults.clear();
    shop.host().clock.advance(10_000);
    place_at_last(&shop, &carts[1], PAYS, &home).await;
}

#[tokio::test]
async fn nothing_is_held_while_nobody_counts_but_carts_are_begun() {
    let Some(shop) = Shop::native("its parts cannot be made to fail").await else { return };
    let Product { variant, .. } = shop.stocked(10).await;
    let home = address(&network(), 1);
    let cart = shop.ready_cart(&variant, 1).await;
    shop.host().faults.always(Site::Command(ObjectClass::Throttle), "", When::Before);
    place(&shop, &cart, PAYS, &home).await.problem(503, "unavailable");
    assert_eq!((shop.see_cart(&cart).await["status"].as_str(), available(&shop, &variant).await), (Some("open"), 10));
    shop.post("/v1/carts").from(&home).json(json!({})).send().await.expect(201);
    shop.host().faults.clear();
    place(&shop, &cart, PAYS, &home).await.expect(201);
}

#[tokio::test]
async fn staff_are_not_counted() {
    let Some(shop) = native(json!({
        "unpaid_orders_by_network": 1, "unpaid_orders_by_account": 1,
        "carts_by_network": { "at_once": 1, "one_each_seconds": 600 },
        "carts_by_account": { "at_once": 1, "one_each_seconds": 600 },
    }))
    .await
    else {
        return;
    };
    let owner = shop.owner().await;
    let Product { variant, .. } = shop.stocked(10).await;
    let desk = address(&network(), 1);
    for _ in 0..3 {
        shop.post("/v1/carts").bearer(&owner).from(&desk).json(json!({})).send().await.expect(201);
        let cart = shop.ready_cart(&variant, 1).await;
        placing(&shop, &cart, WAITS).bearer(&owner).from(&desk).send().await.expect(201);
    }
}

#[tokio::test]
async fn a_cart_that_is_refused_again_and_again_has_to_wait() {
    let shop = Shop::open().await;
    let Product { variant, .. } = shop.stocked(1).await;
    let cart = shop.ready_cart(&variant, 2).await;
    for _ in 0..20 {
        shop.place(&cart, PAYS).await.problem(409, "out_of_stock");
    }
    let answer = shop.place(&cart, PAYS).await;
    answer.problem(429, "placed_too_often");
    assert!((1..=600).contains(&answer.header("retry-after").parse::<u64>().unwrap()));
    let Some(host) = shop.native_host("time cannot be moved") else { return };
    host.clock.advance(600_000);
    shop.place(&cart, PAYS).await.problem(409, "out_of_stock");
}

#[tokio::test]
async fn five_hundred_carts_at_once_are_as_many_as_one_account_may_begin() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let begin = || shop.post("/v1/carts").bearer(&customer.access).json(json!({})).send();
    let answers = join_all((0..500).map(|_| begin())).await;
    let counts = tally(&answers);
    // One more comes back each ten seconds.
    let begun = counts[&201];
    assert!((CARTS_BY_ACCOUNT..CARTS_BY_ACCOUNT + 3).contains(&begun), "{counts:?}");
    assert_eq!(counts[&429], 500 - begun, "{counts:?}");
    answers.iter().filter(|answer| answer.is(429)).for_each(|answer| {
        answer.problem(429, "too_many_requests");
        assert!((1..=10).contains(&answer.header("retry-after").parse::<u64>().unwrap()));
    });
}

#[tokio::test]
async fn one_network_begins_so_many_carts_by_api_and_by_page() {
    let Some(shop) = native(json!({ "carts_by_network": { "at_once": 3, "one_each_seconds": 60 } })).await else {
        return;
    };
    let Product { variant, .. } = shop.stocked(10).await;
    let crowd = network();
    let by_page = |n: usize| {
        let form = format!("variant_id={variant}&quantity=1");
        let ask = shop.post("/cart/lines").from(&address(&crowd, n)).header("origin", &shop.origin());
        ask.body("application/x-www-form-urlencoded", form)
    };
    let by_api = |n: usize| shop.post("/v1/carts").from(&address(&crowd, n)).json(json!({}));
    // What makes no cart does not count.
    for n in 0..5 {
        let wrong = json!({ "lines": [{ "variant_id": "var_00000000000000000000000000", "quantity": 1 }] });
        by_api(n).json(wrong).send().await.expect(422);
    }
    by_api(0).send().await.expect(201);
    by_api(1).send().await.expect(201);
    by_page(2).send().await.expect(303);
    by_api(3).send().await.problem(429, "too_many_requests");
    let page = by_page(4).send().await.expect(429);
    assert!(page.header("retry-after").parse::<u64>().unwrap() <= 60);
    let text = String::from_utf8_lossy(&page.body).into_owned();
    assert!(text.contains("Too many tries in a short time; please wait a while"), "{text}");
    shop.host().clock.advance(60_000);
    by_api(5).send().await.expect(201);
    by_api(6).send().await.expect(429);
}

#[tokio::test]
async fn the_checkout_says_that_too_many_orders_wait() {
    let Some(shop) = native(json!({ "unpaid_orders_by_network": 1 })).await else { return };
    let Product { variant, .. } = shop.stocked(10).await;
    let home = address(&network(), 1);
    let [first, second] = [shop.ready_cart(&variant, 1).await, shop.ready_cart(&variant, 1).await];
    place(&shop, &first, WAITS, &home).await.expect(201);
    let form = "email=ada%40example.com&name=Ada&line1=1+Mill+Lane&city=London&postal_code=E1+6AN&country=GB\
                &shipping_option=standard&method=pm_card_visa&intent=place";
    let cookie = format!("__Host-cart={}.{}", second.id, second.token);
    let ask = shop.post("/checkout").from(&home).cookie(&cookie).header("origin", &shop.origin());
    let page = ask.body("application/x-www-form-urlencoded", form).send().await.expect(429);
    assert!(page.header("retry-after").parse::<u64>().is_ok());
    let text = String::from_utf8_lossy(&page.body).into_owned();
    assert!(text.contains("Too many orders from here are waiting to be paid"), "{text}");
    assert!(text.contains("1 Mill Lane"), "what was typed is kept");
}

#[tokio::test]
async fn an_orders_page_says_that_too_many_orders_wait() {
    let Some(shop) = native(json!({ "unpaid_orders_by_network": 1 })).await else { return };
    let Product { variant, .. } = shop.stocked(10).await;
    let home = address(&network(), 1);
    let [first, second] = [shop.ready_cart(&variant, 1).await, shop.ready_cart(&variant, 1).await];
    place(&shop, &first, DECLINED, &home).await.expect(201);
    shop.hurry(&first, 240, |order| order["held_until"].is_null()).await;
    place_at_last(&shop, &second, WAITS, &home).await;
    let cookie = format!("__Host-cart={}.{}", first.id, first.token);
    let ask = shop.post(&format!("/orders/{}/payments", first.id)).from(&home).cookie(&cookie);
    let ask = ask.header("origin", &shop.origin());
    let page = ask.body("application/x-www-form-urlencoded", "method=pm_card_visa").send().await.expect(429);
    assert!(page.header("retry-after").parse::<u64>().is_ok());
    let text = String::from_utf8_lossy(&page.body).into_owned();
    assert!(text.contains("Too many orders from here are waiting to be paid"), "{text}");
    assert!(text.contains("Pay another way"), "{text}");
}
