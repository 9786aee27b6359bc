//! What buyers are written: each piece of news once, in their language, and
//! none is lost. How letters are sent: `mail_sending.rs`.

use serde_json::{Value, json};
use tradepost::app::Config;
use tradepost::ports::{Database, ObjectClass, Statement};

use crate::fixtures::{Cart, Product, address, payment};
use crate::host::faults::{Site, When};
use crate::shop::{Shop, config, eventually, unique, within};

pub const NATIVE: &str = "it needs faults and a clock that can be moved, which only the native host has";
pub const CONFIGURED: &str = "how it is configured is not known";
/// How much time goes by at once, in milliseconds: less than a provider is given
/// to answer, so that no answer comes too late for the test alone.
pub const STEP: i64 = 10_000;

/// A buyer with a mailbox that nobody else has.
pub struct Buyer {
    pub email: String,
    pub cart: Cart,
}

async fn buyer_of(shop: &Shop, product: &Product, language: &str, address: Value) -> Buyer {
    let lines = json!([{ "variant_id": product.variant, "quantity": 2 }]);
    let begin = shop.post("/v1/carts").header("accept-language", language);
    let begun = begin.json(json!({ "currency": "EUR", "lines": lines })).send().await.expect(201).json();
    let text = |member: &str| begun[member].as_str().unwrap().to_owned();
    let cart = shop.ready(Cart { id: text("id"), token: text("token"), json: begun.clone() }).await;
    let email = format!("{}@example.com", unique("reader"));
    let details = json!({ "email": email, "shipping_address": address });
    shop.put(&cart.path("/details")).cart_token(&cart.token).json(details).send().await.expect(200);
    Buyer { email, cart }
}

pub async fn buyer(shop: &Shop) -> Buyer {
    let product = shop.stocked(50).await;
    buyer_of(shop, &product, "en", address()).await
}

impl Buyer {
    /// The letters that came, the oldest first.
    pub async fn letters(&self, shop: &Shop) -> Vec<Value> {
        let mailbox = shop.get(&format!("/dev/mailbox?to={}", self.email)).send().await.expect(200).json();
        let letters: Vec<_> = mailbox["items"].as_array().unwrap().iter().rev().cloned().collect();
        assert!(letters.iter().all(|letter| letter["to"] == self.email), "{letters:?}");
        letters
    }

    /// Waits for so many letters.
    pub async fn until(&self, shop: &Shop, count: usize) -> Vec<Value> {
        eventually(&format!("{count} letters came"), async || {
            let letters = self.letters(shop).await;
            (letters.len() >= count).then_some(letters)
        })
        .await
    }

    /// Has everything told once more, and waits until that went through.
    pub async fn tell_again(&self, shop: &Shop) {
        shop.post(&format!("/dev/orders/{}/republish", self.cart.id)).send().await.expect(202);
    }

    pub async fn pay(&self, shop: &Shop, method: &str) {
        let pay = shop.post(&self.cart.order_path("/payments")).cart_token(&self.cart.token);
        pay.json(payment(method)).send().await.expect(200);
    }
}

pub fn text(letter: &Value) -> &str {
    letter["text"].as_str().unwrap()
}

pub fn subjects(letters: &[Value]) -> Vec<&str> {
    letters.iter().map(|letter| letter["subject"].as_str().unwrap()).collect()
}

/// The link in a letter, without the shop's own address.
pub fn link(shop: &Shop, letter: &Value) -> Option<String> {
    let word = text(letter).split_whitespace().find(|word| word.contains("/open?token="))?;
    assert!(letter["html"].as_str().unwrap().contains(word), "the same in both forms");
    Some(word.trim_start_matches(&shop.origin()).to_owned())
}

#[tokio::test]
async fn a_paid_order_is_confirmed_by_one_letter_that_has_its_totals() {
    let shop = Shop::open().await;
    let buyer = buyer(&shop).await;
    let order = shop.place(&buyer.cart, "pm_card_visa").await.expect(201).json();
    assert_eq!(order["language"], "en");
    let letters = buyer.until(&shop, 1).await;
    let number = order["number"].as_str().unwrap();
    assert_eq!(subjects(&letters), [format!("Your order {number} at Tradepost")]);
    let title = order["lines"][0]["title"].as_str().unwrap();
    for said in
        [title, "2 × €19.99", "Items: €39.98", "Shipping (Standard delivery): €4.90", "Total: €44.88", "Ada Lovelace"]
    {
        assert!(text(&letters[0]).contains(said), "{said}: {}", text(&letters[0]));
    }
    // Told again, the letter is there.
    buyer.tell_again(&shop).await;
    let other = self::buyer(&shop).await;
    shop.place(&other.cart, "pm_card_visa").await.expect(201);
    other.until(&shop, 1).await;
    assert_eq!(buyer.letters(&shop).await.len(), 1);
}

#[tokio::test]
async fn a_letter_is_in_the_language_that_the_cart_was_begun_in() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let buyer = buyer_of(&shop, &product, "fr;q=0.9, de-AT, en;q=0.8", address()).await;
    let order = shop.place(&buyer.cart, "pm_card_visa").await.expect(201).json();
    assert_eq!(order["language"], "de");
    let letters = buyer.until(&shop, 1).await;
    for said in ["Danke für Ihre Bestellung", "Artikel: 39,98\u{a0}€", "Gesamtsumme: 44,88\u{a0}€"] {
        assert!(text(&letters[0]).contains(said), "{said}: {}", text(&letters[0]));
    }
}

#[tokio::test]
async fn a_cart_that_is_begun_on_a_page_knows_its_buyers_language() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let form = format!("variant_id={}&quantity=1", product.variant);
    let add = shop.post("/cart/lines").header("accept-language", "de").header("sec-fetch-site", "same-origin");
    let added = add.body("application/x-www-form-urlencoded", form).send().await.expect(303);
    let (cookie, _) = added.set_cookie("__Host-cart").expect("a cart");
    let (id, token) = cookie.split_once('=').unwrap().1.split_once('.').unwrap();
    let cart = shop.ready(Cart { id: id.to_owned(), token: token.to_owned(), json: Value::Null }).await;
    assert_eq!(shop.place(&cart, "pm_card_visa").await.expect(201).json()["language"], "de");
}

#[tokio::test]
async fn the_mailbox_has_everybodys_letters_the_newest_first() {
    let shop = Shop::open().await;
    let (first, second) = (buyer(&shop).await, buyer(&shop).await);
    for buyer in [&first, &second] {
        shop.place(&buyer.cart, "pm_card_visa").await.expect(201);
        buyer.until(&shop, 1).await;
    }
    let mailbox = shop.get("/dev/mailbox").send().await.expect(200).json();
    let items = mailbox["items"].as_array().unwrap().iter();
    let ours = items.filter(|letter| [&first.email, &second.email].iter().any(|email| letter["to"] == **email));
    let ours: Vec<_> = ours.collect();
    assert_eq!([&ours[0]["to"], &ours[1]["to"]], [&second.email, &first.email]);
    let members: Vec<_> = ours[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["to", "subject", "text", "html", "at"]);
}

#[tokio::test]
async fn each_payment_that_fails_and_each_question_of_a_bank_is_told_once() {
    let shop = Shop::open().await;
    let buyer = buyer(&shop).await;
    shop.place(&buyer.cart, "pm_card_chargeDeclined").await.expect(201);
    buyer.pay(&shop, "pm_card_chargeDeclinedInsufficientFunds").await;
    buyer.pay(&shop, "pm_card_authenticationRequired").await;
    let letters = buyer.until(&shop, 3).await;
    for letter in &letters {
        let path = link(&shop, letter).expect("a way to go on");
        assert!(path.starts_with(&buyer.cart.order_path("/open?token=").replace("/v1", "")), "{path}");
    }
    // Another way to pay than was asked about: the first is called off, which is no news.
    buyer.pay(&shop, "pm_card_visa").await;
    shop.until_order(&buyer.cart, "confirmed", "paid").await;
    let letters = buyer.until(&shop, 4).await;
    let said = ["The card was declined.", "too little money", "Your bank wants you to confirm", "is confirmed"];
    for words in said {
        let telling = letters.iter().filter(|letter| text(letter).contains(words));
        assert_eq!(telling.count(), 1, "{words}: {letters:#?}");
    }
    assert_eq!(letters.len(), said.len());
}

#[tokio::test]
async fn an_order_that_is_cancelled_while_a_bank_is_asked_ends_in_one_letter() {
    let shop = Shop::open().await;
    let buyer = buyer(&shop).await;
    shop.place(&buyer.cart, "pm_card_authenticationRequired").await.expect(201);
    let cancel = shop.post(&buyer.cart.order_path("/cancel")).cart_token(&buyer.cart.token).json(json!({})).send();
    let cookie = format!("__Host-cart={}.{}", buyer.cart.id, buyer.cart.token);
    let path = format!("/orders/{}/authenticate", buyer.cart.id);
    let approve = shop.post(&path).header("cookie", &cookie).header("sec-fetch-site", "same-origin");
    let approve = approve.body("application/x-www-form-urlencoded", "outcome=approve").send();
    let _ = tokio::join!(approve, cancel);
    within(10_000, "the order has its end", async || {
        let order = shop.order(&buyer.cart).await;
        ["confirmed", "cancelled"].iter().any(|end| order["status"] == *end).then_some(())
    })
    .await;
    buyer.tell_again(&shop).await;
    let letters = buyer.until(&shop, 2).await;
    assert_eq!(letters.len(), 2, "the bank's question and the end: {:?}", subjects(&letters));
}

#[tokio::test]
async fn a_letters_link_shows_the_order_to_whoever_has_the_letter_and_to_nobody_else() {
    let shop = Shop::open().await;
    let buyer = buyer(&shop).await;
    shop.place(&buyer.cart, "pm_card_visa").await.expect(201);
    let letters = buyer.until(&shop, 1).await;
    // A live shop may have been given no address of its own.
    let Some(path) = link(&shop, &letters[0]) else { return };
    let opened = shop.get(&path).send().await.expect(303);
    assert_eq!(opened.header("location"), format!("/orders/{}", buyer.cart.id));
    let (cookie, _) = opened.set_cookie("__Host-orders").expect("the browser keeps it");
    shop.get(opened.header("location")).cookie(&cookie).send().await.expect(200);
    for wrong in [path.replace("token=", "token=x"), path.split('?').next().unwrap().to_owned()] {
        assert!(shop.get(&wrong).send().await.expect(404).set_cookie("__Host-orders").is_none());
    }
}

#[tokio::test]
async fn whatever_stands_in_an_order_is_text_in_its_letter() {
    let shop = Shop::open().await;
    let title = "</td><script>alert(1)</script> & \"sons\"";
    let product = shop.product(json!({ "title": title })).await;
    shop.stock(&product.variant, 50).await;
    for name in ["Budi", "李", "<b>O'Neill</b>"] {
        let mut to = address();
        to["name"] = json!(name);
        to["line1"] = json!("Straße ".repeat(28).trim());
        let buyer = buyer_of(&shop, &product, "de", to.clone()).await;
        shop.place(&buyer.cart, "pm_card_visa").await.expect(201);
        let letters = buyer.until(&shop, 1).await;
        let (text, html) = (text(&letters[0]), letters[0]["html"].as_str().unwrap());
        for said in [title, name, to["line1"].as_str().unwrap()] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(!html.contains("<script") && !html.contains("<b>"), "{html}");
        assert!(html.contains("alert(1)"));
    }
}

#[tokio::test]
async fn messages_that_come_twice_and_backwards_are_one_letter_each() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    shop.host().queue.unruly();
    let buyer = buyer(&shop).await;
    shop.place(&buyer.cart, "pm_card_chargeDeclined").await.expect(201);
    buyer.pay(&shop, "pm_card_visa").await;
    buyer.until(&shop, 2).await;
    for _ in 0..3 {
        buyer.tell_again(&shop).await;
    }
    let other = self::buyer(&shop).await;
    shop.place(&other.cart, "pm_card_visa").await.expect(201);
    other.until(&shop, 1).await;
    assert_eq!(buyer.letters(&shop).await.len(), 2);
}

#[tokio::test]
async fn news_that_the_queue_did_not_take_is_told_again() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    for when in [When::Before, When::After] {
        let buyer = buyer(&shop).await;
        shop.host().faults.once(Site::Send, r#""notice""#, when);
        shop.place(&buyer.cart, "pm_card_visa").await.expect(201);
        within(10_000, "the order owes nothing any more", async || {
            shop.host().clock.advance(1_000);
            shop.host().objects.alarm(ObjectClass::Order, &buyer.cart.id).await.is_none().then_some(())
        })
        .await;
        assert_eq!(buyer.until(&shop, 1).await.len(), 1);
    }
}

#[tokio::test]
async fn a_letter_that_could_not_be_written_down_is_when_it_is_told_again() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let buyer = buyer(&shop).await;
    shop.host().faults.always(Site::Batch, "INSERT INTO messages", When::Before);
    shop.place(&buyer.cart, "pm_card_visa").await.expect(201);
    within(10_000, "the queue gives up", async || {
        shop.host().clock.advance(1_000);
        (!shop.host().queue.dead_letters().is_empty()).then_some(())
    })
    .await;
    shop.host().faults.clear();
    assert!(buyer.letters(&shop).await.is_empty());
    buyer.tell_again(&shop).await;
    assert_eq!(buyer.until(&shop, 1).await.len(), 1);
}

/// Whose mailbox a shop writes from that has published nothing yet.
async fn set_sender(shop: &Shop, sender: Option<&str>) {
    let mail = json!({ "sender": sender }).to_string();
    let update = Statement::new("UPDATE settings SET value = ?1 WHERE key = 'mail'", [mail.into()]);
    shop.host().database.batch(vec![update]).await.unwrap();
}

/// A deployed shop, with a sender in its settings or none.
pub async fn deployed(sender: Option<&str>) -> Option<Shop> {
    let shop = Shop::configured(CONFIGURED, Config { development: false, ..config() }).await?;
    set_sender(&shop, sender).await;
    Some(shop)
}
