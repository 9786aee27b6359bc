//! What tests begin with: products on sale, stock, carts that are ready.

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::ask::Answer;
use crate::shop::{Shop, eventually, unique, within};

/// What every product costs unless a test says otherwise, in cents.
pub const PRICE: i64 = 1_999;
/// How long publishing may take until buyers see a change.
pub const PUBLISHED_MILLIS: u64 = 2_000;
/// How many requests are under way at once where a test prepares many.
const PREPARING: usize = 16;

#[derive(Clone)]
pub struct Product {
    pub id: String,
    pub slug: String,
    pub title: String,
    /// The first variant, and its SKU.
    pub variant: String,
    pub sku: String,
}

pub struct Coupon {
    pub id: String,
    pub code: String,
}

#[derive(Clone)]
pub struct Cart {
    pub id: String,
    pub token: String,
    pub json: Value,
}

impl Cart {
    pub fn path(&self, rest: &str) -> String {
        format!("/v1/carts/{}{rest}", self.id)
    }
    pub fn order_path(&self, rest: &str) -> String {
        format!("/v1/orders/{}{rest}", self.id)
    }
    /// In minor units.
    pub fn total(&self) -> i64 {
        self.json["totals"]["total"]["amount"].as_i64().unwrap()
    }
}

/// A body for `POST /v1/admin/products`: one variant for [`PRICE`], laid over
/// by `overrides`.
pub fn product_body(overrides: &Value) -> Value {
    let name = unique("thing");
    let mut body = json!({
        "title": format!("Thing {name}"),
        "slug": name,
        "status": "active",
        "variants": [{ "sku": name.to_uppercase(), "prices": prices(PRICE) }],
    });
    for (member, value) in overrides.as_object().unwrap() {
        body[member] = value.clone();
    }
    body
}

/// The same amount in each of the shop's first currencies.
pub fn prices(amount: i64) -> Value {
    json!(["EUR", "USD", "GBP"].map(|currency| json!({ "amount": amount, "currency": currency })))
}

pub fn eur(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

pub fn address() -> Value {
    json!({
        "name": "Ada Lovelace",
        "line1": "12 St James's Square",
        "city": "London",
        "postal_code": "SW1Y 4JH",
        "country": "GB",
    })
}

pub fn details() -> Value {
    json!({ "email": "ada@example.com", "shipping_address": address() })
}

pub fn payment(method: &str) -> Value {
    json!({ "provider": "test", "method": method })
}

/// Whether an answer about a product is from the copy that lists are made of.
pub fn is_published(answer: &Answer) -> bool {
    answer.header("cache-control") == "public, max-age=0, s-maxage=5"
}

impl Shop {
    /// A product on sale that is in buyers' lists already.
    pub async fn product(&self, overrides: Value) -> Product {
        let product = self.new_product(overrides).await;
        let path = format!("/v1/products/{}", product.id);
        within(PUBLISHED_MILLIS * 2, "the product is published", async || {
            let answer = self.get(&path).send().await;
            (answer.is(200) && is_published(&answer)).then_some(())
        })
        .await;
        product
    }

    /// A product just created.
    pub async fn new_product(&self, overrides: Value) -> Product {
        let body = product_body(&overrides);
        let json = self.post("/v1/admin/products").bearer(&self.owner().await).json(body).send().await;
        let json = json.expect(201).json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Product {
            id: text(&json["id"]),
            slug: text(&json["slug"]),
            title: text(&json["title"]),
            variant: text(&json["variants"][0]["id"]),
            sku: text(&json["variants"][0]["sku"]),
        }
    }

    /// A product on sale with so many pieces.
    pub async fn stocked(&self, pieces: i64) -> Product {
        let product = self.product(json!({})).await;
        self.stock(&product.variant, pieces).await;
        product
    }

    /// Receives so many pieces.
    pub async fn stock(&self, variant: &str, pieces: i64) {
        self.adjust(variant, json!({ "delta": pieces, "reason": "received" })).await.expect_success();
    }

    pub async fn adjust(&self, variant: &str, adjustment: Value) -> Answer {
        let path = format!("/v1/admin/stock/{variant}/adjustments");
        self.post(&path).bearer(&self.owner().await).json(adjustment).send().await
    }

    /// The pieces that can be ordered now.
    pub async fn available(&self, variant: &str) -> i64 {
        let answer = self.get(&format!("/v1/variants/{variant}/availability")).send().await.expect(200);
        answer.json()["available"].as_i64().unwrap()
    }

    pub async fn until_available(&self, variant: &str, pieces: i64) {
        eventually(&format!("{pieces} pieces are available"), async || {
            (self.available(variant).await == pieces).then_some(())
        })
        .await;
    }

    /// A coupon that takes so many percent off, once buyers can use it.
    pub async fn percent_code(&self, title: &str, percent: &str) -> Coupon {
        let code = unique("code").to_uppercase();
        let effect = json!({ "percentage": { "percent": percent } });
        let body = json!({ "title": title, "code": code, "effect": effect });
        let made = self.post("/v1/admin/promotions").bearer(&self.owner().await).json(body).send().await;
        let id = made.expect(201).json()["id"].as_str().unwrap().to_owned();
        let product = self.stocked(1).await;
        let cart = self.cart_with(&product.variant, 1).await;
        within(PUBLISHED_MILLIS * 2, "the code is known", async || {
            let body = json!({ "code": code });
            let answer = self.post(&cart.path("/coupons")).cart_token(&cart.token).json(body).send().await;
            answer.is(200).then_some(())
        })
        .await;
        Coupon { id, code }
    }

    /// A gift card's code, with so many cents on it.
    pub async fn gift_card_code(&self, cents: i64) -> String {
        let body = json!({ "balance": eur(cents) });
        let issued = self.post("/v1/admin/gift-cards").bearer(&self.owner().await).json(body).send().await;
        issued.expect(201).json()["code"].as_str().unwrap().to_owned()
    }

    /// The id of a gift card of 10 EUR.
    pub async fn gift_card(&self) -> String {
        let body = json!({ "balance": eur(1_000) });
        let issued = self.post("/v1/admin/gift-cards").bearer(&self.owner().await).json(body).send().await;
        issued.expect(201).json()["id"].as_str().unwrap().to_owned()
    }

    /// The id of a webhook that is told nothing, with one delivery that waits.
    pub async fn disabled_webhook(&self) -> String {
        let (owner, body) =
            (self.owner().await, json!({ "url": "https://hooks.example.com", "types": ["order.paid"] }));
        let made = self.post("/v1/admin/webhooks").bearer(&owner).json(body).send().await.expect(201).json();
        let id = made["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/admin/webhooks/{id}");
        self.patch(&path).bearer(&owner).json(json!({ "enabled": false })).send().await.expect(200);
        self.post(&format!("{path}/test")).bearer(&owner).json(json!({})).send().await.expect(202);
        id
    }

    /// An empty cart in euros.
    pub async fn cart(&self) -> Cart {
        self.new_cart(json!({ "currency": "EUR" })).await
    }

    pub async fn cart_with(&self, variant: &str, quantity: i64) -> Cart {
        let lines = json!([{ "variant_id": variant, "quantity": quantity }]);
        self.new_cart(json!({ "currency": "EUR", "lines": lines })).await
    }

    pub async fn new_cart(&self, body: Value) -> Cart {
        let json = self.post("/v1/carts").json(body).send().await.expect(201).json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Cart { id: text(&json["id"]), token: text(&json["token"]), json }
    }

    /// A cart that lacks nothing but being placed.
    pub async fn ready_cart(&self, variant: &str, quantity: i64) -> Cart {
        let cart = self.cart_with(variant, quantity).await;
        self.ready(cart).await
    }

    /// Says where the cart goes and how.
    pub async fn ready(&self, cart: Cart) -> Cart {
        let token = &cart.token;
        self.put(&cart.path("/details")).cart_token(token).json(details()).send().await.expect(200);
        let options = self.get(&cart.path("/shipping-options")).cart_token(token).send().await.expect(200).json();
        let option = json!({ "id": options["items"][0]["id"] });
        let chosen = self.put(&cart.path("/shipping-option")).cart_token(token).json(option).send().await;
        Cart { json: chosen.expect(200).json(), ..cart }
    }

    /// Many carts, each with one piece, ready to be placed.
    pub async fn ready_carts(&self, variant: &str, count: usize) -> Vec<Cart> {
        stream::iter(0..count).map(|_| self.ready_cart(variant, 1)).buffer_unordered(PREPARING).collect().await
    }

    pub async fn place(&self, cart: &Cart, method: &str) -> Answer {
        self.place_with(cart, json!({ "payment": payment(method) })).await
    }

    pub async fn place_with(&self, cart: &Cart, body: Value) -> Answer {
        self.post(&cart.path("/order")).cart_token(&cart.token).json(body).send().await
    }

    pub async fn see_cart(&self, cart: &Cart) -> Value {
        self.get(&cart.path("")).cart_token(&cart.token).send().await.expect(200).json()
    }

    pub async fn order(&self, cart: &Cart) -> Value {
        self.get(&cart.order_path("")).cart_token(&cart.token).send().await.expect(200).json()
    }

    /// Waits until the order and its payment are so.
    pub async fn until_order(&self, cart: &Cart, status: &str, payment: &str) -> Value {
        self.until_order_within(5_000, cart, status, payment).await
    }

    pub async fn until_order_within(&self, millis: u64, cart: &Cart, status: &str, payment: &str) -> Value {
        within(millis, &format!("{} is {status} and {payment}", cart.id), async || {
            let order = self.order(cart).await;
            (order["status"] == status && order["payment"]["status"] == payment).then_some(order)
        })
        .await
    }

    /// Lets up to so many seconds go by until the order is so. Native only.
    pub async fn hurry(&self, cart: &Cart, seconds: i64, done: impl Fn(&Value) -> bool) -> Value {
        let mut left = seconds;
        within(20_000, &format!("{} ends within {seconds} s", cart.id), async || {
            let answer = self.get(&cart.order_path("")).cart_token(&cart.token).send().await;
            if answer.is(200) && done(&answer.json()) {
                return Some(answer.json());
            }
            let step = left.min(10);
            left -= step;
            self.host().clock.advance(step * 1_000);
            None
        })
        .await
    }

    /// A new customer: the address, the password, and what signing in answered.
    pub async fn customer(&self) -> Customer {
        let email = format!("{}@example.com", unique("buyer"));
        let password = "thimble orchard meridian 7".to_owned();
        let body = json!({ "email": email, "password": password, "name": "Grace Hopper" });
        self.post("/v1/auth/register").json(body).send().await.expect(202);
        let granted = self.log_in(&email, &password).await.expect(200).json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Customer { access: text(&granted["access_token"]), refresh: text(&granted["refresh_token"]), email, password }
    }
}

#[derive(Clone)]
pub struct Customer {
    pub email: String,
    pub password: String,
    pub access: String,
    pub refresh: String,
}
