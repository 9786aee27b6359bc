//! Buyers of things that need no shipping, so that a cart comes to its prices
//! whatever the shop's shipping is; and what staff give them: promotions, gift
//! cards.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tradepost::ports::Timestamp;

use crate::ask::Answer;
use crate::fixtures::{Cart, PUBLISHED_MILLIS, Product, prices};
use crate::shop::{Shop, eventually, unique, within};

/// A mailbox that nobody else has.
pub fn mailbox() -> String {
    format!("{}@example.com", unique("buyer"))
}

/// A coupon's code that nobody else has.
pub fn new_code() -> String {
    unique("code").to_uppercase()
}

/// As the shop's clock has it, or nearly.
pub fn an_hour_ago() -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    Timestamp::from_millis(i64::try_from(now).unwrap() - 3_600_000)
}

fn promotion_path(promotion: &Value) -> String {
    format!("/v1/admin/promotions/{}", promotion["id"].as_str().unwrap())
}

impl Shop {
    /// A product without pieces or shipping, for so much in each currency.
    pub async fn download(&self, amount: i64) -> Product {
        self.sold_as("digital", amount).await
    }

    /// A product of that delivery.
    pub async fn sold_as(&self, delivery: &str, amount: i64) -> Product {
        let variant = json!({ "sku": unique("SKU"), "prices": prices(amount) });
        self.product(json!({ "delivery": delivery, "variants": [variant] })).await
    }

    /// A cart of a download, complete but for being placed.
    pub async fn downloading(&self, variant: &str, quantity: i64) -> Cart {
        let cart = self.cart_with(variant, quantity).await;
        let json = self.change_cart(&cart, json!({ "email": mailbox() })).await.expect(200).json();
        Cart { json, ..cart }
    }

    pub async fn change_cart(&self, cart: &Cart, change: Value) -> Answer {
        self.patch(&cart.path("")).cart_token(&cart.token).json(change).send().await
    }

    pub async fn coupon(&self, cart: &Cart, code: &str) -> Answer {
        let body = json!({ "code": code });
        self.post(&cart.path("/coupons")).cart_token(&cart.token).json(body).send().await
    }

    pub async fn pay_by(&self, cart: &Cart, code: &str) -> Answer {
        let body = json!({ "code": code });
        self.post(&cart.path("/gift-cards")).cart_token(&cart.token).json(body).send().await
    }

    /// A purchase in one request.
    pub async fn buy(&self, body: Value) -> Answer {
        self.post("/v1/orders").json(body).send().await
    }

    /// A gift card, with its code.
    pub async fn issued_card(&self, body: Value) -> Value {
        let path = "/v1/admin/gift-cards";
        self.post(path).bearer(&self.owner().await).json(body).send().await.expect(201).json()
    }

    /// A gift card as staff see it.
    pub async fn card(&self, id: &Value) -> Value {
        let path = format!("/v1/admin/gift-cards/{}", id.as_str().unwrap());
        self.get(&path).bearer(&self.owner().await).send().await.expect(200).json()
    }

    /// A promotion that buyers have by now.
    pub async fn promotion(&self, body: Value) -> Value {
        let promotion = self.new_promotion(&body).await;
        match promotion["code"].as_str() {
            Some(code) => self.until_known(code).await,
            // What was made later is published later.
            None => {
                let code = new_code();
                let later = json!({ "title": "Later", "code": code, "effect": { "percentage": { "percent": "1" } } });
                let later = self.new_promotion(&later).await;
                self.until_known(&code).await;
                self.delete(&promotion_path(&later)).bearer(&self.owner().await).send().await.expect(204);
            }
        }
        promotion
    }

    async fn new_promotion(&self, body: &Value) -> Value {
        let ask = self.post("/v1/admin/promotions").bearer(&self.owner().await).json(body.clone());
        ask.send().await.expect(201).json()
    }

    /// Changes a promotion. Whoever places an order from now on has it so.
    pub async fn change_promotion(&self, promotion: &Value, change: Value) {
        self.patch(&promotion_path(promotion)).bearer(&self.owner().await).json(change).send().await.expect(200);
    }

    async fn until_known(&self, code: &str) {
        let cart = self.cart().await;
        within(PUBLISHED_MILLIS, "the code is known", async || {
            let told = self.coupon(&cart, code).await;
            (told.problem(422, "coupon_not_valid")["reason"] != "unknown").then_some(())
        })
        .await;
    }

    /// How many uses of a promotion are counted.
    pub async fn used(&self, promotion: &Value) -> i64 {
        let seen = self.get(&promotion_path(promotion)).bearer(&self.owner().await).send().await.expect(200).json();
        seen["used"].as_i64().unwrap()
    }

    pub async fn until_used(&self, promotion: &Value, times: i64) {
        eventually(&format!("{times} uses are counted"), async || (self.used(promotion).await == times).then_some(()))
            .await;
    }

    pub async fn cancel(&self, cart: &Cart) -> Answer {
        self.post(&cart.order_path("/cancel")).cart_token(&cart.token).json(json!({})).send().await
    }

    /// Waits for so many letters to a mailbox, the oldest first.
    pub async fn letters(&self, to: &str, count: usize) -> Vec<Value> {
        eventually(&format!("{count} letters came"), async || {
            let mailbox = self.get(&format!("/dev/mailbox?to={to}")).send().await.expect(200).json();
            let letters: Vec<Value> = mailbox["items"].as_array().unwrap().iter().rev().cloned().collect();
            (letters.len() >= count).then_some(letters)
        })
        .await
    }
}
