//! Promotions for a first order: whose it is, and which.

use futures_util::future::join_all;
use serde_json::json;

use crate::buyers::{mailbox, new_code};
use crate::coupons::{discount, percentage, purchase, refused, text, total, with};
use crate::fixtures::{Cart, payment};
use crate::shop::{Shop, eventually};

#[tokio::test]
async fn a_first_order_is_the_first_that_went_through_whoever_asks() {
    let shop = Shop::open().await;
    let [product, other] = [shop.download(1_000).await, shop.download(1_000).await];
    let conditions = json!({ "first_order": true, "products": [product.id] });
    let code = new_code();
    shop.promotion(with(percentage(&code, "50"), json!({ "conditions": conditions }))).await;
    let (customer, stranger) = (shop.customer().await, mailbox());
    let buy = async |email: &str, account: Option<&str>, coupons: &[&str]| {
        let ask = shop.post("/v1/orders").json(purchase(&[(&product, 1)], email, coupons));
        if let Some(token) = account { ask.bearer(token).send().await } else { ask.send().await }
    };
    // Somebody who has ordered anything, and is known by the mailbox.
    let earlier = shop.buy(purchase(&[(&other, 1)], &stranger, &[])).await.expect(201).json();
    let listed = format!("/v1/admin/orders?q={}", earlier["number"].as_str().unwrap());
    let owner = shop.owner().await;
    eventually("the lists know", async || {
        let list = shop.get(&listed).bearer(&owner).send().await.expect(200).json();
        (!list["items"].as_array().unwrap().is_empty()).then_some(())
    })
    .await;
    let told = buy(&stranger.to_uppercase(), None, &[&code]).await;
    assert_eq!(told.problem(422, "coupon_not_valid")["reason"], "nothing_matches");
    // Known by the account.
    let own = [code.as_str()];
    assert_eq!(discount(&buy(&customer.email, Some(&customer.access), &own).await.expect(201).json()), 500);
    for (email, account) in [(&mailbox(), Some(&*customer.access)), (&customer.email, None)] {
        buy(email, account, &own).await.problem(422, "coupon_not_valid");
    }
}

#[tokio::test]
async fn of_several_first_orders_at_once_one_has_the_promotion() {
    let shop = Shop::open().await;
    let (product, code, email) = (shop.download(1_000).await, new_code(), mailbox());
    shop.promotion(with(percentage(&code, "50"), json!({ "conditions": { "first_order": true } }))).await;
    let body = purchase(&[(&product, 1)], &email, &[&code]);
    let answers = join_all((0..8).map(|_| shop.buy(body.clone()))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is(201)).count(), 1);
    for answer in refused(&answers) {
        answer.problem(422, "coupon_not_valid");
    }
}

#[tokio::test]
async fn a_first_order_that_was_declined_and_cancelled_is_none() {
    let shop = Shop::open().await;
    let (product, code, email) = (shop.download(1_000).await, new_code(), mailbox());
    shop.promotion(with(percentage(&code, "50"), json!({ "conditions": { "first_order": true } }))).await;
    let body = purchase(&[(&product, 1)], &email, &[&code]);
    let declined = with(body.clone(), json!({ "payment": payment("pm_card_chargeDeclined") }));
    let declined = shop.buy(declined).await.expect(201).json();
    let cart = Cart { id: text(&declined["id"]).into(), token: text(&declined["token"]).into(), json: declined };
    shop.cancel(&cart).await.expect(200);
    eventually("it is a first order", async || shop.buy(body.clone()).await.is(201).then_some(())).await;
}

#[tokio::test]
async fn who_has_ordered_before_is_not_shown_what_is_for_a_first_order() {
    let shop = Shop::open().await;
    let product = shop.download(1_000).await;
    let email = mailbox();
    let first = json!({
        "title": "Hello", "conditions": { "first_order": true, "products": [product.id] },
        "effect": { "percentage": { "percent": "50" } },
    });
    shop.promotion(first).await;
    let cart = shop.cart_with(&product.variant, 1).await;
    assert_eq!(discount(&cart.json), 0, "nobody knows who it is");
    let known = shop.change_cart(&cart, json!({ "email": email })).await.expect(200).json();
    assert_eq!(discount(&known), 500);
    assert_eq!(total(&shop.place(&cart, "pm_card_visa").await.expect(201).json()), 500);
    eventually("it is known that they have ordered", async || {
        let again = shop.cart_with(&product.variant, 1).await;
        let again = shop.change_cart(&again, json!({ "email": email })).await.expect(200).json();
        (discount(&again) == 0).then_some(())
    })
    .await;
    assert_eq!(total(&shop.buy(purchase(&[(&product, 1)], &email, &[])).await.expect(201).json()), 1_000);
}
