//! Gift cards as money: what they pay, and what comes back. How they are sold:
//! `gift_cards_bought.rs`.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tradepost::app::{Config, StripeKeys};

use crate::ask::Answer;
use crate::buyers::mailbox;
use crate::fixtures::{Cart, Product, eur, payment};

use crate::shop::{Shop, config, eventually};

pub const CLOCK: &str = "it needs a clock that can be moved, which only the native host has";
pub const FAULTS: &str = "it needs faults, which only the native host has";

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// What each gift card of a cart or an order pays.
pub fn parts(view: &Value) -> Vec<i64> {
    view["gift_cards"].as_array().unwrap().iter().map(|card| card["amount"]["amount"].as_i64().unwrap()).collect()
}

pub fn to_pay(view: &Value) -> i64 {
    view["totals"]["to_pay"]["amount"].as_i64().unwrap()
}

pub async fn card(shop: &Shop, amount: i64) -> Value {
    shop.issued_card(json!({ "balance": eur(amount) })).await
}

async fn disable(shop: &Shop, card: &Value) {
    let path = format!("/v1/admin/gift-cards/{}/disable", text(&card["id"]));
    shop.post(&path).bearer(&shop.owner().await).send().await.expect(200);
}

/// Balance and what is held of it.
pub async fn level(shop: &Shop, card: &Value) -> (i64, i64) {
    let seen = shop.card(&card["id"]).await;
    (seen["balance"]["amount"].as_i64().unwrap(), seen["held"]["amount"].as_i64().unwrap())
}

pub async fn until_level(shop: &Shop, card: &Value, expected: (i64, i64)) {
    eventually(&format!("{expected:?} on the card and held"), async || {
        (level(shop, card).await == expected).then_some(())
    })
    .await;
}

/// A cart of a download for so much, and these cards.
pub async fn cart_with_cards(shop: &Shop, amount: i64, cards: &[&Value]) -> Cart {
    let product = shop.download(amount).await;
    let mut cart = shop.downloading(&product.variant, 1).await;
    for card in cards {
        cart.json = shop.pay_by(&cart, text(&card["code"])).await.expect(200).json();
    }
    cart
}

#[tokio::test]
async fn several_cards_pay_one_after_the_other_as_far_as_they_go() {
    let shop = Shop::open().await;
    let [first, second, third] = [card(&shop, 1_000).await, card(&shop, 3_000).await, card(&shop, 2_500).await];
    let cart = cart_with_cards(&shop, 5_000, &[&first, &second, &third]).await;
    assert_eq!((parts(&cart.json), to_pay(&cart.json)), (vec![1_000, 3_000, 1_000], 0));
    // Entered twice it is there once.
    let again = shop.pay_by(&cart, &format!(" {} ", text(&second["code"]).to_lowercase())).await.expect(200).json();
    assert_eq!(parts(&again), [1_000, 3_000, 1_000]);
    let path = cart.path(&format!("/gift-cards/{}", text(&first["id"])));
    let without = shop.delete(&path).cart_token(&cart.token).send().await.expect(200).json();
    assert_eq!((parts(&without), to_pay(&without)), (vec![3_000, 2_000], 0));
    let order = shop.place(&cart, "pm_card_visa").await.expect(201).json();
    assert_eq!((text(&order["status"]), text(&order["payment"]["provider"])), ("confirmed", "none"));
    until_level(&shop, &second, (0, 0)).await;
    until_level(&shop, &third, (500, 0)).await;
    assert_eq!(level(&shop, &first).await, (1_000, 0));
    let ledger = shop.card(&third["id"]).await["ledger"].clone();
    assert_eq!((&ledger[0]["amount"], &ledger[0]["order_id"]), (&eur(-2_000), &json!(cart.id)));
}

#[tokio::test]
async fn what_a_card_leaves_is_paid_another_way() {
    let shop = Shop::open().await;
    let card = card(&shop, 1_000).await;
    let cart = cart_with_cards(&shop, 2_500, &[&card]).await;
    assert_eq!((cart.total(), parts(&cart.json), to_pay(&cart.json)), (2_500, vec![1_000], 1_500));
    let order = shop.place(&cart, "pm_card_visa").await.expect(201).json();
    assert_eq!((text(&order["status"]), &order["payment"]["captured"]), ("confirmed", &eur(1_500)));
    until_level(&shop, &card, (0, 0)).await;
    if let Some(ledger) = shop.ledger() {
        assert_eq!(ledger.kept(&cart.id), 1_500);
    }
}

#[tokio::test]
async fn nobody_is_charged_more_than_was_shown_as_left_to_pay() {
    let shop = Shop::open().await;
    let card = card(&shop, 1_000).await;
    let cart = cart_with_cards(&shop, 2_500, &[&card]).await;
    let other = cart_with_cards(&shop, 600, &[&card]).await;
    shop.place(&other, "pm_card_visa").await.expect(201);
    let expecting = |to_pay: i64| {
        let shown =
            json!({ "payment": payment("pm_card_visa"), "expected_total": eur(2_500), "expected_to_pay": eur(to_pay) });
        shop.place_with(&cart, shown)
    };
    expecting(1_500).await.problem(409, "gift_card_changed");
    // A second click, whose buyer has not looked.
    let told = expecting(1_500).await.problem(409, "price_changed");
    assert_eq!((&told["old_to_pay"], &told["new_to_pay"]), (&eur(1_500), &eur(2_100)));
    if let Some(ledger) = shop.ledger() {
        assert!(ledger.charges().is_empty());
    }
    let order = expecting(2_100).await.expect(201).json();
    assert_eq!(order["payment"]["captured"], eur(2_100));
    // The same of a purchase in one request, which cannot have been told before.
    let product = shop.download(500).await;
    let code = shop.gift_card_code(200).await;
    let mut purchase = json!({
        "lines": [{ "variant_id": product.variant, "quantity": 1 }], "email": mailbox(), "currency": "EUR",
        "gift_cards": [code], "payment": payment("pm_card_visa"), "expected_to_pay": eur(0),
    });
    let told = shop.buy(purchase.clone()).await.problem(409, "price_changed");
    assert_eq!((&told["old_to_pay"], &told["new_to_pay"]), (&eur(0), &eur(300)));
    purchase["expected_to_pay"] = eur(300);
    shop.buy(purchase).await.expect(201);
}

#[tokio::test]
async fn a_card_that_pays_all_of_it_exactly_asks_no_provider() {
    let shop = Shop::open().await;
    let card = card(&shop, 4_900).await;
    let cart = cart_with_cards(&shop, 4_900, &[&card]).await;
    // Whatever way to pay is said: there is nothing to pay.
    let order = shop.place(&cart, "pm_card_chargeDeclined").await.expect(201).json();
    assert_eq!((text(&order["status"]), text(&order["payment"]["status"])), ("confirmed", "paid"));
    until_level(&shop, &card, (0, 0)).await;
    let letters = shop.letters(text(&order["email"]), 1).await;
    assert!(text(&letters[0]["text"]).contains("€49.00"), "{}", letters[0]["text"]);
    if let Some(ledger) = shop.ledger() {
        assert!(ledger.charges().is_empty());
    }
}

/// The answers of each door at which a code can be given.
async fn at_each_door(shop: &Shop, product: &Product, code: &str) -> [Answer; 3] {
    let cart = shop.downloading(&product.variant, 1).await;
    let purchase = json!({
        "lines": [{ "variant_id": product.variant, "quantity": 1 }], "email": mailbox(), "currency": "EUR",
        "gift_cards": [code], "payment": payment("pm_card_visa"),
    });
    let answers = [
        shop.pay_by(&cart, code).await,
        shop.change_cart(&cart, json!({ "gift_cards": [code] })).await,
        shop.buy(purchase).await,
    ];
    assert_eq!(shop.see_cart(&cart).await["gift_cards"], json!([]));
    answers
}

#[tokio::test]
async fn a_card_that_cannot_pay_is_refused_at_each_door_with_the_reason() {
    let shop = Shop::open().await;
    let product = shop.download(500).await;
    let [disabled, empty] = [card(&shop, 700).await, card(&shop, 500).await];
    disable(&shop, &disabled).await;
    let spending = shop.downloading(&product.variant, 1).await;
    shop.pay_by(&spending, text(&empty["code"])).await.expect(200);
    shop.place(&spending, "pm_card_visa").await.expect(201);
    let pounds = shop.issued_card(json!({ "balance": { "amount": 700, "currency": "GBP" } })).await;
    let mut cases = vec![
        ("unknown", "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ".to_owned()),
        ("unknown", "no code at all".to_owned()),
        ("disabled", text(&disabled["code"]).to_owned()),
        ("empty", text(&empty["code"]).to_owned()),
        ("wrong_currency", text(&pounds["code"]).to_owned()),
    ];
    if let Some(host) = shop.native_host(CLOCK) {
        let end = tradepost::ports::Clock::now(&host.clock).plus_seconds(60);
        let expired = shop.issued_card(json!({ "balance": eur(700), "expires_at": end })).await;
        host.clock.advance(60_000);
        cases.push(("expired", text(&expired["code"]).to_owned()));
    }
    for (reason, code) in cases {
        let [post, patch, buy] = at_each_door(&shop, &product, &code).await;
        for answer in [&post, &patch, &buy] {
            assert_eq!(answer.problem(422, "gift_card_not_valid")["reason"], reason, "{code}");
        }
        for answer in [&patch, &buy] {
            assert_eq!(answer.pointers(), ["/gift_cards/0"]);
        }
    }
}

#[tokio::test]
async fn a_card_that_was_disabled_or_has_expired_since_is_told_and_the_rest_can_be_paid() {
    let shop = Shop::open().await;
    let disabled = card(&shop, 700).await;
    let mut cases = vec![(cart_with_cards(&shop, 1_000, &[&disabled]).await, disabled.clone())];
    disable(&shop, &disabled).await;
    if let Some(host) = shop.native_host(CLOCK) {
        let end = tradepost::ports::Clock::now(&host.clock).plus_seconds(60);
        let expiring = shop.issued_card(json!({ "balance": eur(700), "expires_at": end })).await;
        cases.push((cart_with_cards(&shop, 1_000, &[&expiring]).await, expiring));
        host.clock.advance(60_000);
    }
    for (cart, card) in cases {
        let refused = shop.place(&cart, "pm_card_visa").await.problem(409, "gift_card_changed");
        assert_eq!(refused["gift_card"], card["last4"]);
        let seen = shop.see_cart(&cart).await;
        assert_eq!((parts(&seen).iter().sum::<i64>(), to_pay(&seen)), (0, 1_000));
        let order = shop.place(&cart, "pm_card_visa").await.expect(201).json();
        assert_eq!((text(&order["status"]), &order["payment"]["captured"]), ("confirmed", &eur(1_000)));
        assert_eq!(level(&shop, &card).await, (700, 0));
    }
}

#[tokio::test]
async fn one_card_of_50_euros_pays_five_of_twenty_orders_of_10_at_once() {
    let shop = Shop::open().await;
    let card = card(&shop, 5_000).await;
    let product = shop.download(1_000).await;
    let mut carts = Vec::new();
    for _ in 0..20 {
        let cart = shop.downloading(&product.variant, 1).await;
        shop.pay_by(&cart, text(&card["code"])).await.expect(200);
        carts.push(cart);
    }
    let answers = join_all(carts.iter().map(|cart| shop.place(cart, "pm_card_visa"))).await;
    let (paid, others): (Vec<_>, Vec<_>) = carts.iter().zip(answers).partition(|(_, answer)| answer.is(201));
    assert_eq!(paid.len(), 5);
    until_level(&shop, &card, (0, 0)).await;
    for (cart, answer) in others {
        answer.problem(409, "gift_card_changed");
        // What it says is so from now on: the next try is the buyer's own.
        let seen = shop.see_cart(cart).await;
        assert_eq!(to_pay(&seen), 1_000, "{seen}");
        let order = shop.place(cart, "pm_card_visa").await.expect(201).json();
        assert_eq!((text(&order["status"]), &order["payment"]["captured"]), ("confirmed", &eur(1_000)));
    }
    assert_eq!(level(&shop, &card).await, (0, 0));
}

#[tokio::test]
async fn a_declined_or_cancelled_order_gives_back_what_its_card_held() {
    let shop = Shop::open().await;
    let card = card(&shop, 1_000).await;
    let cart = cart_with_cards(&shop, 2_500, &[&card]).await;
    let declined = shop.place(&cart, "pm_card_chargeDeclined").await.expect(201).json();
    assert_eq!(text(&declined["payment"]["status"]), "declined");
    assert_eq!(level(&shop, &card).await, (1_000, 1_000), "kept for another try");
    shop.cancel(&cart).await.expect(200);
    until_level(&shop, &card, (1_000, 0)).await;
    let again = cart_with_cards(&shop, 2_500, &[&card]).await;
    shop.place(&again, "pm_card_visa").await.expect(201);
    until_level(&shop, &card, (0, 0)).await;
}

#[tokio::test]
async fn a_card_of_an_order_that_nobody_paid_is_free_again() {
    let Some(shop) = Shop::native(CLOCK).await else { return };
    let card = card(&shop, 1_000).await;
    let cart = cart_with_cards(&shop, 2_500, &[&card]).await;
    shop.place(&cart, "pm_card_chargeDeclined").await.expect(201);
    shop.hurry(&cart, 300, |order| order.get("held_until").is_none()).await;
    until_level(&shop, &card, (1_000, 0)).await;
    // Meanwhile somebody else has spent a part of it: another try needs all of it.
    let other = cart_with_cards(&shop, 600, &[&card]).await;
    shop.place(&other, "pm_card_visa").await.expect(201);
    let pay = shop.post(&cart.order_path("/payments")).cart_token(&cart.token);
    let refused = pay.json(payment("pm_card_visa")).send().await.problem(409, "gift_card_changed");
    assert_eq!(refused["gift_card"], card["last4"]);
    assert!(text(&refused["detail"]).contains("begin another cart"), "{refused}");
    shop.cancel(&cart).await.expect(200);
    assert_eq!(level(&shop, &card).await, (400, 0));
}

#[tokio::test]
async fn what_a_gift_card_leaves_may_be_too_little_for_a_card() {
    let [secret, publishable] = ["sk_test_1", "pk_test_1"].map(|key| Some(key.to_owned()));
    let secrets = Some("whsec_first".to_owned());
    let stripe = StripeKeys::parse(secret, publishable, secrets, Some("http://stripe.test".to_owned())).unwrap();
    let Some(shop) = Shop::configured("Stripe's secrets are the deployment's", Config { stripe, ..config() }).await
    else {
        return;
    };
    let [most, rest] = [card(&shop, 970).await, card(&shop, 30).await];
    let cart = cart_with_cards(&shop, 1_000, &[&most]).await;
    let by_stripe = json!({ "payment": { "provider": "stripe", "method": "pm_card_visa" } });
    let refused = shop.place_with(&cart, by_stripe.clone()).await.problem(409, "amount_too_small");
    assert_eq!(refused["minimum"], eur(50));
    assert_eq!(level(&shop, &most).await, (970, 0), "nothing is held");
    // The way out that it names.
    assert!(text(&refused["detail"]).contains("gift card"), "{refused}");
    shop.pay_by(&cart, text(&rest["code"])).await.expect(200);
    let order = shop.place_with(&cart, by_stripe).await.expect(201).json();
    assert_eq!(text(&order["status"]), "confirmed");
    until_level(&shop, &most, (0, 0)).await;
}

// --- sold as a product ---
