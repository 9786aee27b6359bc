//! How often a promotion may be used, in all and by each customer, whoever comes at once.

use serde_json::json;

use crate::buyers::{mailbox, new_code};
use crate::coupons::{CLOCK, carts_with, percentage, place_all, purchase, refused, total, with};
use crate::fixtures::{eur, payment};
use crate::manual_payments;
use crate::shop::{Shop, eventually};

#[tokio::test]
async fn a_code_with_ten_uses_is_had_by_ten_of_a_hundred_who_place_at_once() {
    let shop = Shop::open().await;
    let (product, code) = (shop.download(1_000).await, new_code());
    let promotion = shop.promotion(with(percentage(&code, "10"), json!({ "usage_limit": 10 }))).await;
    let carts = carts_with(&shop, &product, &code, 100).await;
    let answers = place_all(&shop, &carts).await;
    let others = refused(&answers);
    assert_eq!(others.len(), 90);
    for answer in others {
        assert_eq!(answer.problem(409, "coupon_exhausted")["coupon"], json!(code));
    }
    for placed in answers.iter().filter(|answer| answer.is(201)) {
        assert_eq!(total(&placed.json()), 900);
    }
    shop.until_used(&promotion, 10).await;
    // The way on is without it.
    let (cart, _) = carts.iter().zip(&answers).find(|(_, answer)| !answer.is(201)).unwrap();
    shop.place(cart, "pm_card_visa").await.problem(409, "coupon_exhausted");
    let path = cart.path(&format!("/coupons/{code}"));
    shop.delete(&path).cart_token(&cart.token).send().await.expect(200);
    assert_eq!(total(&shop.place(cart, "pm_card_visa").await.expect(201).json()), 1_000);
}

#[tokio::test]
async fn the_last_use_of_a_code_is_had_by_one_of_fifty() {
    let shop = Shop::open().await;
    let (product, code) = (shop.download(1_000).await, new_code());
    let promotion = shop.promotion(with(percentage(&code, "10"), json!({ "usage_limit": 1 }))).await;
    let carts = carts_with(&shop, &product, &code, 50).await;
    assert_eq!(refused(&place_all(&shop, &carts).await).len(), 49);
    shop.until_used(&promotion, 1).await;
}

#[tokio::test]
async fn an_order_that_is_declined_keeps_its_use_until_it_is_over() {
    let shop = Shop::open().await;
    let (product, code) = (shop.download(1_000).await, new_code());
    let promotion = shop.promotion(with(percentage(&code, "10"), json!({ "usage_limit": 1 }))).await;
    let carts = carts_with(&shop, &product, &code, 2).await;
    shop.place(&carts[0], "pm_card_chargeDeclined").await.expect(201);
    shop.place(&carts[1], "pm_card_visa").await.problem(409, "coupon_exhausted");
    shop.cancel(&carts[0]).await.expect(200);
    eventually("the use is free again", async || shop.place(&carts[1], "pm_card_visa").await.is(201).then_some(()))
        .await;
    shop.until_used(&promotion, 1).await;
}

#[tokio::test]
async fn a_use_of_an_order_that_nobody_pays_comes_back_by_itself() {
    let Some(shop) = Shop::native(CLOCK).await else { return };
    let (product, code) = (shop.download(1_000).await, new_code());
    let limits = json!({ "usage_limit": 1, "usage_limit_per_customer": 1 });
    let promotion = shop.promotion(with(percentage(&code, "10"), limits)).await;
    let carts = carts_with(&shop, &product, &code, 2).await;
    shop.place(&carts[0], "pm_card_chargeDeclined").await.expect(201);
    shop.hurry(&carts[0], 300, |order| order.get("held_until").is_none()).await;
    shop.place(&carts[1], "pm_card_visa").await.expect(201);
    shop.until_used(&promotion, 1).await;
    // It was promised with the prices of the order, and is gone.
    let pay = shop.post(&carts[0].order_path("/payments")).cart_token(&carts[0].token);
    let told = pay.json(payment("pm_card_visa")).send().await.problem(409, "coupon_exhausted");
    assert_eq!(told["coupon"], json!(code));
    assert!(told["detail"].as_str().unwrap().contains("begin another cart"), "{told}");
}

#[tokio::test]
async fn an_order_to_be_paid_again_is_told_that_what_was_taken_off_by_itself_is_gone() {
    let Some(shop) = Shop::native(CLOCK).await else { return };
    let product = shop.download(1_000).await;
    shop.promotion(json!({
        "title": "First come", "usage_limit": 1, "conditions": { "products": [product.id] },
        "effect": { "percentage": { "percent": "20" } },
    }))
    .await;
    let carts = [shop.downloading(&product.variant, 1).await, shop.downloading(&product.variant, 1).await];
    shop.place(&carts[0], "pm_card_chargeDeclined").await.expect(201);
    shop.hurry(&carts[0], 300, |order| order.get("held_until").is_none()).await;
    assert_eq!(total(&shop.place(&carts[1], "pm_card_visa").await.expect(201).json()), 800);
    let pay = shop.post(&carts[0].order_path("/payments")).cart_token(&carts[0].token);
    let told = pay.json(payment("pm_card_visa")).send().await.problem(409, "coupon_exhausted");
    assert_eq!(told.get("coupon"), None);
    assert!(told["detail"].as_str().unwrap().contains("begin another cart"), "{told}");
    assert_eq!(total(&shop.order(&carts[0]).await), 800, "its prices stand");
}

#[tokio::test]
async fn an_order_that_is_cancelled_gives_its_use_back() {
    let Some((shop, _)) = manual_payments::open(&manual_payments::all(), 1).await else { return };
    let (product, code) = (shop.download(1_000).await, new_code());
    let limits = json!({ "usage_limit": 1, "usage_limit_per_customer": 1 });
    let promotion = shop.promotion(with(percentage(&code, "10"), limits)).await;
    let carts = carts_with(&shop, &product, &code, 2).await;
    shop.place_with(&carts[0], manual_payments::manual("bank_transfer")).await.expect(201);
    shop.until_used(&promotion, 1).await;
    let again = shop.downloading(&product.variant, 1).await;
    assert_eq!(shop.coupon(&again, &code).await.problem(422, "coupon_not_valid")["reason"], "exhausted");
    shop.cancel(&carts[0]).await.expect(200);
    shop.until_used(&promotion, 0).await;
    shop.place(&carts[1], "pm_card_visa").await.expect(201);
}

#[tokio::test]
async fn once_per_customer_holds_for_a_mailbox_however_it_is_written_and_for_an_account() {
    let shop = Shop::open().await;
    let (product, code) = (shop.download(1_000).await, new_code());
    shop.promotion(with(percentage(&code, "10"), json!({ "usage_limit_per_customer": 1 }))).await;
    let customer = shop.customer().await;
    let buy = async |email: &str, signed_in: bool| {
        let ask = shop.post("/v1/orders").json(purchase(&[(&product, 1)], email, &[&code]));
        if signed_in { ask.bearer(&customer.access).send().await } else { ask.send().await }
    };
    buy(&customer.email, true).await.expect(201);
    let [loud, other] = [customer.email.to_uppercase(), mailbox()];
    for (email, signed_in) in [
        (customer.email.as_str(), true),
        (&customer.email, false),
        (&loud, false),
        (&format!("  {}", customer.email), false),
        (&other, true),
    ] {
        let told = buy(email, signed_in).await;
        assert_eq!(told.problem(422, "coupon_not_valid")["reason"], "already_used", "{email} {signed_in}");
    }
    // Nor does a refused try count for anybody.
    buy(&other, false).await.expect(201);
    let told = buy(&other, false).await;
    assert_eq!(told.problem(422, "coupon_not_valid")["reason"], "already_used");
}

#[tokio::test]
async fn one_customer_who_places_five_carts_at_once_has_the_code_once() {
    let shop = Shop::open().await;
    let (product, code) = (shop.download(1_000).await, new_code());
    shop.promotion(with(percentage(&code, "10"), json!({ "usage_limit_per_customer": 1 }))).await;
    let email = mailbox();
    let mut carts = carts_with(&shop, &product, &code, 5).await;
    for (nth, cart) in carts.iter_mut().enumerate() {
        let email = if nth % 2 == 0 { email.clone() } else { email.to_uppercase() };
        shop.change_cart(cart, json!({ "email": email })).await.expect(200);
    }
    let answers = place_all(&shop, &carts).await;
    let others = refused(&answers);
    assert_eq!(others.len(), 4);
    for answer in others {
        assert_eq!(answer.problem(422, "coupon_not_valid")["reason"], "already_used");
    }
}

#[tokio::test]
async fn a_promotion_that_applies_by_itself_and_runs_out_is_told_and_the_cart_goes_on_without() {
    let shop = Shop::open().await;
    let product = shop.download(1_000).await;
    let promotion = json!({
        "title": "First come", "usage_limit": 1, "conditions": { "products": [product.id] },
        "effect": { "percentage": { "percent": "20" } },
    });
    let promotion = shop.promotion(promotion).await;
    let carts = [shop.downloading(&product.variant, 1).await, shop.downloading(&product.variant, 1).await];
    for cart in &carts {
        assert_eq!(total(&shop.see_cart(cart).await), 800);
    }
    let answers = place_all(&shop, &carts).await;
    let late = answers.iter().position(|answer| !answer.is(201)).expect("one of two is late");
    let told = answers[late].problem(409, "price_changed");
    assert_eq!((&told["old_total"], &told["new_total"]), (&eur(800), &eur(1_000)));
    assert_eq!(total(&shop.see_cart(&carts[late]).await), 1_000);
    let expecting = json!({ "payment": payment("pm_card_visa"), "expected_total": eur(1_000) });
    assert_eq!(total(&shop.place_with(&carts[late], expecting).await.expect(201).json()), 1_000);
    shop.until_used(&promotion, 1).await;
}

#[tokio::test]
async fn a_purchase_in_one_request_goes_without_a_promotion_that_has_run_out() {
    let shop = Shop::open().await;
    let product = shop.download(1_000).await;
    let promotion = |title: &str, percent: &str, priority: i64| {
        json!({
            "title": title, "usage_limit": 1, "conditions": { "products": [product.id] }, "priority": priority,
            "effect": { "percentage": { "percent": percent } },
        })
    };
    let (first, next) = (promotion("First", "20", 1), promotion("Next", "10", 0));
    for body in [first, next] {
        shop.promotion(body).await;
    }
    let buy = async |expected: Option<i64>| {
        let mut body = purchase(&[(&product, 1)], &mailbox(), &[]);
        if let Some(total) = expected {
            body["expected_total"] = eur(total);
        }
        shop.buy(body).await
    };
    // Each is told what it comes to now, and has it when that is what it expects.
    let mut expected = None;
    for total_now in [800, 900, 1_000, 1_000] {
        let mut answer = buy(expected).await;
        while !answer.is(201) {
            let told = answer.problem(409, "price_changed")["new_total"]["amount"].as_i64().unwrap();
            assert!(Some(told) > expected, "it gets on: {told} after {expected:?}");
            expected = Some(told);
            answer = buy(expected).await;
        }
        assert_eq!(total(&answer.json()), total_now);
        expected = Some(total_now);
    }
}
