//! The storefront's pages, as a browser without scripts uses them.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::json;
use tradepost::orders::holding::{CONFIRM_MILLIS, KEPT_MILLIS};
use tradepost::ports::ObjectClass;

use crate::ask::{Answer, Ask};
use crate::fixtures::{Product, prices};
use crate::host::faults::{Site, When};
use crate::shop::{Shop, eventually, unique};

const VISA: &str = "pm_card_visa";

/// A browser: it keeps cookies, sends forms, and follows nothing by itself.
#[derive(Clone)]
pub struct Browser {
    shop: Shop,
    cookies: BTreeMap<String, String>,
}

type Form<'a> = Vec<(&'a str, &'a str)>;

impl Browser {
    fn new(shop: &Shop) -> Self {
        Self { shop: shop.clone(), cookies: BTreeMap::new() }
    }

    fn with_cookies(&self, ask: Ask) -> Ask {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let ask = ask.header("accept", "text/html").header("sec-fetch-site", "same-origin");
        if cookies.is_empty() { ask } else { ask.cookie(&cookies.join("; ")) }
    }

    fn form(&self, path: &str, fields: &Form) -> Ask {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.with_cookies(self.shop.post(path)).body("application/x-www-form-urlencoded", body)
    }

    fn keep(&mut self, answer: Answer) -> Answer {
        for name in ["__Host-cart", "__Host-orders"] {
            if let Some((pair, attributes)) = answer.set_cookie(name) {
                assert!(attributes.contains("Secure; HttpOnly; SameSite=Lax"), "{attributes}");
                let (_, value) = pair.split_once('=').unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    async fn get(&self, path: &str) -> Answer {
        self.with_cookies(self.shop.get(path)).send().await
    }

    pub async fn open(&self, path: &str) -> String {
        html(&self.get(path).await.expect(200))
    }

    /// Sends a form; a redirect's target is the answer.
    async fn submit(&mut self, path: &str, fields: Form<'_>) -> String {
        let answer = self.form(path, &fields).send().await.expect(303);
        self.keep(answer).header("location").to_owned()
    }

    /// Sends the cart's form as one of its buttons does: where that leads.
    async fn change(&mut self, quantities: &[(&str, &str)], intent: &str) -> String {
        self.submit("/cart", [quantities, &[("intent", intent)]].concat()).await
    }

    async fn add(&mut self, product: &Product, quantity: &str) {
        let fields = vec![("variant_id", product.variant.as_str()), ("quantity", quantity)];
        assert_eq!(self.submit("/cart/lines", fields).await, "/cart");
    }

    /// A browser at the checkout, with one product in its cart.
    pub async fn at_checkout(shop: &Shop, product: &Product, quantity: &str) -> Self {
        let mut browser = Self::new(shop);
        browser.add(product, quantity).await;
        browser
    }

    /// The checkout's form as a buyer fills it, laid over by `overrides`.
    async fn filled<'a>(&self, overrides: &[(&'a str, &'a str)]) -> Vec<(String, String)> {
        let page = self.open("/checkout").await;
        let mut fields: BTreeMap<&str, String> = [
            ("email", "ada@example.com"),
            ("name", "Ada Lovelace"),
            ("line1", "12 St James's Square"),
            ("line2", ""),
            ("city", "London"),
            ("region", ""),
            ("postal_code", "SW1Y 4JH"),
            ("country", "GB"),
            ("phone", ""),
            ("method", VISA),
            ("intent", "place"),
        ]
        .into_iter()
        .map(|(name, value)| (name, value.to_owned()))
        .collect();
        fields.insert("shipping_option", value_of(&page, "shipping_option"));
        fields.insert("expected_total", value_of(&page, "expected_total"));
        for (name, value) in overrides {
            fields.insert(name, (*value).to_owned());
        }
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    pub async fn check_out(&mut self, overrides: &[(&str, &str)]) -> Answer {
        let fields = self.filled(overrides).await;
        let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = self.form("/checkout", &fields).send().await;
        self.keep(answer)
    }

    /// The order's path.
    async fn buy(&mut self, method: &str) -> String {
        let answer = self.check_out(&[("method", method)]).await.expect(303);
        let path = answer.header("location").to_owned();
        assert!(path.starts_with("/orders/ord_"), "{path}");
        path
    }

    /// Reloads the order's page until it says this.
    pub async fn until(&self, path: &str, words: &str) -> String {
        eventually(words, async || {
            let page = self.open(path).await;
            page.contains(words).then_some(page)
        })
        .await
    }
}

pub fn html(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{}", answer.told());
    assert!(answer.header("content-security-policy").contains("default-src 'none'"));
    assert!(answer.header("content-security-policy").contains("form-action 'self'"));
    assert_eq!(answer.header("referrer-policy"), "strict-origin-when-cross-origin");
    assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
    String::from_utf8(answer.body.to_vec()).unwrap()
}

/// The value of the first input of that name.
pub fn value_of(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no {name}: {page}"));
    rest.split('"').skip_while(|text| !text.ends_with(" value=")).nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn a_buyer_goes_from_the_shelves_to_a_confirmed_order() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::new(&shop);
    assert!(browser.open("/cart").await.contains("Your cart is empty."));
    assert_eq!(browser.get("/checkout").await.expect(303).header("location"), "/cart");
    let page = browser.until(&format!("/products/{}", product.slug), "Add to cart").await;
    assert_eq!(value_of(&page, "variant_id"), product.variant);

    browser.add(&product, "2").await;
    let answer = browser.get("/cart").await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let page = html(&answer);
    assert!(page.contains(&product.title) && page.contains("€39.98") && page.contains(&product.sku));
    let path = browser.buy(VISA).await;
    let page = browser.until(&path, "your order is confirmed").await;
    assert!(
        page.contains("ada@example.com")
            && page.contains("London<br>SW1Y 4JH<br>United Kingdom")
            && page.contains(&product.title)
    );

    assert!(browser.open("/cart").await.contains(&format!("href=\"{path}\"")));
    assert_eq!(browser.get("/checkout").await.expect(303).header("location"), path);
    shop.until_available(&product.variant, 3).await;
}

#[tokio::test]
async fn an_order_clicked_many_times_is_placed_once() {
    let shop = Shop::open().await;
    let product = shop.stocked(9).await;
    let mut browser = Browser::at_checkout(&shop, &product, "2").await;
    let fields = browser.filled(&[]).await;
    let fields: Form = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answers = join_all((0..6).map(|_| browser.form("/checkout", &fields).send())).await;
    let paths: Vec<String> =
        answers.into_iter().map(|answer| answer.expect(303).header("location").to_owned()).collect();
    assert!(paths.iter().all(|path| *path == paths[0] && path.starts_with("/orders/")), "{paths:?}");
    browser.until(&paths[0], "your order is confirmed").await;
    // Back, and once more.
    assert_eq!(browser.submit("/checkout", fields).await, paths[0]);
    shop.until_available(&product.variant, 7).await;
    if let Some(ledger) = shop.ledger() {
        assert_eq!(ledger.charges().len(), 1);
    }
}

#[tokio::test]
async fn a_mistake_is_shown_at_its_field_and_the_rest_is_kept() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let typed = [("email", "ada@"), ("name", "  "), ("city", "Lon\"don"), ("country", "FR"), ("method", "none")];
    let page = html(&browser.check_out(&typed).await.expect(422));
    assert!(page.contains("id=\"email-error\"") && page.contains("e-mail address"));
    assert!(page.contains("id=\"name-error\"") && page.contains("id=\"method-error\""));
    assert!(!page.contains("id=\"city-error\"") && !page.contains("Lon\"don"));
    assert_eq!(value_of(&page, "email"), "ada@");
    assert_eq!(value_of(&page, "line1"), "12 St James&#39;s Square");
    assert!(page.contains("value=\"FR\" selected"));
    // Updating the total keeps what fits and scolds nobody.
    let page = html(&browser.check_out(&[("intent", "update"), ("name", "")]).await.expect(200));
    assert!(!page.contains("-error\"") && value_of(&page, "email") == "ada@example.com");
    let page = html(&browser.check_out(&[("intent", "update")]).await.expect(200));
    assert!(!page.contains("-error\""));
    assert_eq!(value_of(&browser.open("/checkout").await, "name"), "Ada Lovelace");
}

#[tokio::test]
async fn an_international_address_is_taken_at_the_checkout() {
    let shop = Shop::open().await;
    let product = shop.stocked(1).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let page = html(&browser.check_out(&[("email", "jörg@example.com")]).await.expect(422));
    assert!(page.contains("id=\"email-error\"") && page.contains("The e-mail address has “ö” before the @"), "{page}");
    let typed = [("email", "info＠käse-beispiel.de"), ("line2", "\u{200b}"), ("name", "\u{202a}Ada\u{feff}")];
    let path = browser.check_out(&typed).await.expect(303).header("location").to_owned();
    let page = browser.until(&path, "your order is confirmed").await;
    assert!(page.contains("info@xn--kse-beispiel-gcb.de") && page.contains("Ada<"), "{page}");
}

#[tokio::test]
async fn a_changed_price_is_shown_before_anything_is_ordered() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let path = format!("/v1/admin/variants/{}", product.variant);
    shop.patch(&path).bearer(&shop.owner().await).json(json!({ "prices": prices(2_999) })).send().await.expect(200);
    let page = html(&browser.check_out(&[]).await.expect(409));
    assert!(page.contains("now costs €29.99 instead of €19.99"), "{page}");
    assert_eq!(value_of(&page, "email"), "ada@example.com");
    let path = browser.buy(VISA).await;
    browser.until(&path, "your order is confirmed").await;
}

#[tokio::test]
async fn a_total_that_was_not_shown_is_not_charged() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let page = html(&browser.check_out(&[("expected_total", "1")]).await.expect(409));
    assert!(page.contains("instead of €0.01"), "{page}");
    browser.check_out(&[("expected_total", "x")]).await.expect(422);
}

#[tokio::test]
async fn too_much_is_refused_with_what_is_left() {
    let shop = Shop::open().await;
    let product = shop.stocked(2).await;
    let mut browser = Browser::at_checkout(&shop, &product, "2").await;
    assert_eq!(browser.change(&[("line_1", "3")], "update").await, "/cart");
    let page = html(&browser.check_out(&[]).await.expect(409));
    assert!(page.contains(&format!("Only 2 pieces of {} are left, not 3.", product.title)), "{page}");
    assert_eq!(value_of(&page, "name"), "Ada Lovelace");
    assert!(page.contains("value=\"set line_1 2\""), "{page}");
    let page = html(&browser.check_out(&[("intent", "set line_1 2")]).await.expect(200));
    assert!(page.contains("Quantity 2") && !page.contains("are left"), "{page}");
    assert_eq!(value_of(&page, "name"), "Ada Lovelace");
    browser.buy(VISA).await;
    shop.until_available(&product.variant, 0).await;
}

#[tokio::test]
async fn a_declined_card_is_followed_by_one_that_pays() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let path = browser.buy("pm_card_chargeDeclinedInsufficientFunds").await;
    let page = browser.open(&path).await;
    assert!(page.contains("too little money on this card") && page.contains("Pay another way"), "{page}");
    let payments = format!("{path}/payments");
    assert_eq!(browser.submit(&payments, vec![("method", VISA)]).await, path);
    browser.until(&path, "your order is confirmed").await;
    assert_eq!(browser.submit(&payments, vec![("method", VISA)]).await, path);
    let odd = browser.form(&payments, &vec![("method", "gold")]).send().await.expect(422);
    assert!(html(&odd).contains("That did not work"));
}

#[tokio::test]
async fn an_order_that_was_declined_says_until_when_its_goods_are_kept() {
    let Some(shop) = Shop::native("the clock is moved").await else { return };
    let product = shop.stocked(2).await;
    let mut browser = Browser::at_checkout(&shop, &product, "2").await;
    let path = browser.buy("pm_card_chargeDeclined").await;
    let order = shop.get(&format!("/v1{path}")).cookie(&format!("__Host-orders={}", browser.cookies["__Host-orders"]));
    let order = order.send().await.expect(200).json();
    let page = browser.open(&path).await;
    assert!(page.contains("kept for you for a few minutes"), "{page}");
    let kept = format!("<time datetime=\"{}\">for about 3 minutes, until ", order["held_until"].as_str().unwrap());
    let payable =
        format!("<time datetime=\"{}\">for about 60 minutes, until ", order["payable_until"].as_str().unwrap());
    assert!(page.contains(&kept) && page.contains(&payable), "{page}");

    shop.host().clock.advance(KEPT_MILLIS);
    shop.until_available(&product.variant, 2).await;
    let page = browser.open(&path).await;
    assert!(page.contains("no longer set aside. Another try takes them again, at the same prices"), "{page}");
    assert!(!page.contains("Your things are kept") && page.contains("for about 57 minutes, until "), "{page}");

    let mut other = Browser::at_checkout(&shop, &product, "1").await;
    other.buy(VISA).await;
    let payments = format!("{path}/payments");
    let page = html(&browser.form(&payments, &vec![("method", VISA)]).send().await.expect(409));
    let told = format!("Only 1 piece of {} is left, not 2. Nothing was charged.", product.title);
    assert!(page.contains(&told) && page.contains("Pay another way"), "{page}");
    shop.stock(&product.variant, 1).await;
    assert_eq!(browser.submit(&payments, vec![("method", VISA)]).await, path);
    browser.until(&path, "your order is confirmed").await;

    let mut browser = Browser::at_checkout(&shop, &shop.stocked(1).await, "1").await;
    let path = browser.buy("pm_card_chargeDeclined").await;
    for _ in 2..=10 {
        assert_eq!(browser.submit(&format!("{path}/payments"), vec![("method", "pm_card_chargeDeclined")]).await, path);
    }
    let page = browser.open(&path).await;
    assert!(page.contains("tried as often as one may be") && !page.contains("Pay another way"), "{page}");
}

#[tokio::test]
async fn a_bank_that_is_asked_for_long_says_that_the_goods_may_go() {
    let Some(shop) = Shop::native("the clock is moved").await else { return };
    let product = shop.stocked(1).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let path = browser.buy("pm_card_authenticationRequired").await;
    assert!(browser.open(&path).await.contains("kept for you for a few minutes"));
    shop.host().clock.advance(KEPT_MILLIS);
    shop.until_available(&product.variant, 1).await;
    let page = browser.open(&path).await;
    assert!(page.contains("if they are gone when you confirm, you get your money back"), "{page}");
    shop.host().clock.advance(CONFIRM_MILLIS);
    let page = browser.until(&path, "not confirmed with the bank in time").await;
    assert!(page.contains("Pay another way"), "{page}");
}

#[tokio::test]
async fn a_bank_that_asks_is_answered() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    for (outcome, words) in [("approve", "your order is confirmed"), ("decline", "not confirmed with the bank")] {
        let mut browser = Browser::at_checkout(&shop, &product, "1").await;
        let path = browser.buy("pm_card_authenticationRequired").await;
        let question = format!("{path}/authenticate");
        assert!(browser.open(&path).await.contains(&format!("href=\"{question}\"")));
        let page = browser.open(&question).await;
        assert!(page.contains("Test Bank") && page.contains("€24.89"), "{page}");
        browser.form(&question, &vec![("outcome", "?")]).send().await.expect(422);
        assert_eq!(browser.submit(&question, vec![("outcome", outcome)]).await, path);
        browser.until(&path, words).await;
        assert_eq!(browser.get(&question).await.expect(303).header("location"), path);
    }
}

#[tokio::test]
async fn a_bank_that_says_nothing_is_waited_for() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let path = browser.buy("pm_test_timeout").await;
    let page = browser.open(&path).await;
    assert!(page.contains("http-equiv=\"refresh\"") && page.contains("waiting for the bank"), "{page}");
    // Placing it again, or paying again, changes nothing.
    assert_eq!(browser.get("/checkout").await.expect(303).header("location"), path);
    assert_eq!(browser.submit(&format!("{path}/payments"), vec![("method", VISA)]).await, path);
    shop.until_available(&product.variant, 4).await;
}

#[tokio::test]
async fn whoever_is_asked_by_the_bank_may_pay_another_way_instead() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let path = browser.buy("pm_card_authenticationRequired").await;
    let page = browser.open(&path).await;
    assert!(page.contains("Pay another way") && page.contains("called off first"), "{page}");
    assert!(!page.contains("value=\"pm_card_authenticationRequired\""), "the same way is not another one");
    assert_eq!(browser.submit(&format!("{path}/payments"), vec![("method", VISA)]).await, path);
    browser.until(&path, "your order is confirmed").await;
    shop.until_available(&product.variant, 4).await;
}

#[tokio::test]
async fn whoever_waits_for_the_bank_chooses_in_peace_or_cancels() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let path = browser.buy("pm_test_unreachable").await;
    let payments = format!("{path}/payments");
    let page = browser.open(&path).await;
    assert!(page.contains("http-equiv=\"refresh\"") && page.contains(&format!("href=\"{payments}\"")), "{page}");
    assert!(page.contains(&format!("action=\"{path}/cancel\"")), "{page}");
    let page = browser.open(&payments).await;
    assert!(!page.contains("http-equiv=\"refresh\""), "nothing is chosen away under the buyer's hands");
    assert!(page.contains("value=\"pm_card_visa\"") && page.contains("checked"), "{page}");
    assert!(page.contains(&format!("href=\"{path}\"")), "{page}");
    assert_eq!(browser.submit(&format!("{path}/cancel"), vec![]).await, path);
    assert!(browser.open(&path).await.contains("This order was cancelled"));
    shop.until_available(&product.variant, 5).await;
    // A second click, and one that comes too late.
    assert_eq!(browser.submit(&format!("{path}/cancel"), vec![]).await, path);
    browser.add(&product, "1").await;
    let paid = browser.buy(VISA).await;
    browser.until(&paid, "your order is confirmed").await;
    assert_eq!(browser.submit(&format!("{paid}/cancel"), vec![]).await, paid);
    let page = browser.open(&paid).await;
    assert!(page.contains("your order is confirmed") && !page.contains("/cancel\"") && !page.contains("/again\""));
}

#[tokio::test]
async fn a_payment_that_is_being_changed_says_so() {
    let Some(shop) = Shop::native("the provider does not answer").await else { return };
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let path = browser.buy("pm_card_authenticationRequired").await;
    shop.host().faults.always(Site::Http, "/void", When::Before);
    browser.submit(&format!("{path}/payments"), vec![("method", VISA)]).await;
    let page = browser.open(&path).await;
    assert!(page.contains("We are changing the way you pay") && page.contains("http-equiv=\"refresh\""), "{page}");
    assert!(!page.contains("Pay another way") && page.contains("Cancel the order"), "{page}");
    // A third way has to wait.
    assert_eq!(browser.submit(&format!("{path}/payments"), vec![("method", "pm_test_slow")]).await, path);
}

#[tokio::test]
async fn a_cancelled_order_is_ordered_again_with_all_that_was_typed() {
    let shop = Shop::open().await;
    let (one, other) = (shop.stocked(9).await, shop.stocked(9).await);
    let mut browser = Browser::at_checkout(&shop, &one, "2").await;
    browser.add(&other, "1").await;
    let path = browser.buy("pm_card_chargeDeclined").await;
    browser.submit(&format!("{path}/cancel"), vec![]).await;
    let again = format!("{path}/again");
    assert!(browser.open(&path).await.contains(&format!("action=\"{again}\"")));
    assert_eq!(browser.submit(&again, vec![]).await, "/cart");
    // A second click adds nothing.
    assert_eq!(browser.submit(&again, vec![]).await, "/cart");
    let cart = browser.open("/cart").await;
    assert_eq!((value_of(&cart, "line_1"), value_of(&cart, "line_2")), ("2".to_owned(), "1".to_owned()));
    let checkout = browser.open("/checkout").await;
    assert_eq!(value_of(&checkout, "email"), "ada@example.com");
    assert_eq!(value_of(&checkout, "line1"), "12 St James&#39;s Square");
    assert!(checkout.contains("value=\"GB\" selected"), "{checkout}");
    let new = browser.buy(VISA).await;
    assert_ne!(new, path);
    browser.until(&new, "your order is confirmed").await;
}

#[tokio::test]
async fn ordering_again_keeps_what_is_in_the_cart_and_names_what_is_gone() {
    let shop = Shop::open().await;
    let (gone, there) = (shop.stocked(9).await, shop.stocked(9).await);
    let mut browser = Browser::at_checkout(&shop, &gone, "1").await;
    browser.add(&there, "2").await;
    let path = browser.buy("pm_card_chargeDeclined").await;
    browser.submit(&format!("{path}/cancel"), vec![]).await;
    browser.add(&there, "1").await;
    let (product, owner) = (format!("/v1/admin/products/{}", gone.id), shop.owner().await);
    shop.patch(&product).bearer(&owner).json(json!({ "status": "archived" })).send().await.expect(200);
    let left_out = format!("No longer for sale, and left out: {}.", gone.title);
    let page = eventually("it is left out", async || {
        let answer = browser.form(&format!("{path}/again"), &vec![]).send().await;
        answer.is(200).then(|| html(&answer))
    })
    .await;
    assert!(page.contains(&left_out), "{page}");
    assert_eq!(value_of(&page, "line_1"), "2", "one was there, and two are wanted: {page}");
}

#[tokio::test]
async fn whoever_shops_again_still_sees_the_orders_before() {
    let shop = Shop::open().await;
    let product = shop.stocked(9).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let first = browser.buy(VISA).await;
    // The answer that would have kept the order never came.
    browser.cookies.remove("__Host-orders");
    browser.add(&product, "1").await;
    let second = browser.buy(VISA).await;
    browser.add(&product, "1").await;
    assert_ne!(first, second);
    for path in [first, second] {
        browser.until(&path, "your order is confirmed").await;
    }
    assert!(browser.open("/cart").await.contains("Go to checkout"));
}

#[tokio::test]
async fn a_cart_is_changed_and_emptied() {
    let shop = Shop::open().await;
    let (one, other) = (shop.stocked(5).await, shop.stocked(5).await);
    let mut browser = Browser::new(&shop);
    browser.add(&one, "1").await;
    browser.add(&one, "1").await;
    browser.add(&other, "1").await;
    assert!(browser.open("/cart").await.contains("€59.97"));
    browser.change(&[("line_1", "4")], "update").await;
    let cart = browser.open("/cart").await;
    // What the shop takes, the browser lets through.
    assert!(cart.contains("€99.95") && cart.contains("max=\"1000000\""));
    for line in ["line_1", "line_2", "line_1", "line_77"] {
        assert_eq!(browser.change(&[("line_1", "4")], &format!("set {line} 0")).await, "/cart");
    }
    assert!(browser.open("/cart").await.contains("Your cart is empty."));
    browser.add(&other, "1").await;
    assert!(browser.open("/cart").await.contains("€19.99"), "an emptied cart is filled again");
}

#[tokio::test]
async fn what_is_typed_counts_whichever_button_is_pressed() {
    let shop = Shop::open().await;
    let (one, other) = (shop.stocked(99).await, shop.stocked(99).await);
    let mut browser = Browser::new(&shop);
    browser.add(&one, "50").await;
    browser.add(&other, "1").await;
    // The fault that was found: 7 was typed, and 50 were bought.
    assert_eq!(browser.change(&[("line_1", "7"), ("line_2", "2")], "checkout").await, "/checkout");
    let cart = browser.open("/cart").await;
    assert_eq!((value_of(&cart, "line_1"), value_of(&cart, "line_2")), ("7".to_owned(), "2".to_owned()));
    assert!(browser.open("/checkout").await.contains("9 pieces"));
    // Removing one line takes what was typed into the other along.
    assert_eq!(browser.change(&[("line_1", "8"), ("line_2", "2")], "set line_2 0").await, "/cart");
    let cart = browser.open("/cart").await;
    assert!(value_of(&cart, "line_1") == "8" && !cart.contains("line_2"), "{cart}");
    // Enter presses the first button of the form.
    let first = cart.split("<form").nth(1).unwrap().split("<button").nth(1).unwrap();
    assert!(first.contains("value=\"update\""), "{first}");
    assert_eq!(browser.change(&[("line_1", "0")], "checkout").await, "/checkout");
    assert_eq!(browser.get("/checkout").await.expect(303).header("location"), "/cart");
}

#[tokio::test]
async fn a_quantity_that_does_not_fit_is_said_beside_its_field_and_nothing_is_lost() {
    let shop = Shop::open().await;
    let (one, other) = (shop.stocked(99).await, shop.stocked(99).await);
    let mut browser = Browser::new(&shop);
    browser.add(&one, "1").await;
    browser.add(&other, "1").await;
    for wrong in ["many", "", "-1", "1.5", "1000001", "<b>"] {
        for intent in ["update", "checkout"] {
            let fields = vec![("line_1", "5"), ("line_2", wrong), ("intent", intent)];
            let page = html(&browser.form("/cart", &fields).send().await.expect(422));
            assert!(page.contains("id=\"line_2-error\"") && !page.contains("id=\"line_1-error\""), "{page}");
            assert!(page.contains("A quantity is a whole number from 0 to 1000000."), "{page}");
            let typed = (value_of(&page, "line_1"), value_of(&page, "line_2"));
            assert_eq!(typed, ("5".to_owned(), wrong.replace('<', "&#60;").replace('>', "&#62;")));
        }
    }
    // All or none: the other line is as it was.
    assert_eq!(value_of(&browser.open("/cart").await, "line_1"), "1");
    // Its own button does what it says, whatever stands elsewhere.
    let fields = vec![("line_1", "5"), ("line_2", "many"), ("intent", "set line_1 0")];
    let page = html(&browser.form("/cart", &fields).send().await.expect(422));
    assert!(!page.contains("name=\"line_1\"") && value_of(&page, "line_2") == "many", "{page}");
}

#[tokio::test]
async fn quantities_that_are_too_much_together_are_none_of_them_taken() {
    let shop = Shop::open().await;
    let variants = json!([{ "sku": unique("sku"), "prices": prices(10_000_000_000) }]);
    let (dear, cheap) = (shop.product(json!({ "variants": variants })).await, shop.stocked(9).await);
    let mut browser = Browser::new(&shop);
    shop.stock(&dear.variant, 1).await;
    browser.add(&cheap, "1").await;
    browser.add(&dear, "1").await;
    let fields = vec![("line_1", "2"), ("line_2", "1000000"), ("intent", "checkout")];
    let page = html(&browser.form("/cart", &fields).send().await.expect(422));
    assert!(page.contains("The order&#39;s total would be too large."), "{page}");
    assert_eq!((value_of(&page, "line_1"), value_of(&page, "line_2")), ("2".to_owned(), "1000000".to_owned()));
    assert_eq!(value_of(&browser.open("/cart").await, "line_1"), "1");
}

#[tokio::test]
async fn more_than_there_is_is_said_where_it_is_asked_for() {
    let shop = Shop::open().await;
    let product = shop.stocked(3).await;
    let mut browser = Browser::new(&shop);
    let add = |browser: &Browser, quantity: &str| {
        browser.form("/cart/lines", &vec![("variant_id", product.variant.as_str()), ("quantity", quantity)]).send()
    };
    // Beside the product: nothing is put in, and what can be had is a click away.
    let page = html(&add(&browser, "50").await.expect(409));
    assert!(page.contains("Only 3 pieces are left, not 50.") && value_of(&page, "quantity") == "3", "{page}");
    assert!(browser.open("/cart").await.contains("Your cart is empty."));
    // In the cart: the line says so, and has a button for what there is.
    browser.add(&product, "2").await;
    browser.add(&product, "2").await;
    let cart = browser.open("/cart").await;
    assert!(cart.contains("Only 3 pieces are left, not 4.") && cart.contains("value=\"set line_1 3\""), "{cart}");
    assert!(cart.contains("aria-describedby=\"line_1-error\""), "{cart}");
    // Not after the whole checkout, and on its page before it is filled in.
    assert_eq!(browser.change(&[("line_1", "50")], "checkout").await, "/cart");
    let page = browser.open("/checkout").await;
    assert!(page.contains("Only 3 pieces are left, not 50.") && page.contains("value=\"set line_1 3\""), "{page}");
    assert_eq!(browser.change(&[("line_1", "50")], "set line_1 3").await, "/cart");
    assert!(!browser.open("/cart").await.contains("are left"));
    assert_eq!(browser.change(&[("line_1", "3")], "checkout").await, "/checkout");
    browser.buy(VISA).await;
    shop.until_available(&product.variant, 0).await;
    // Sold out: removing is the way out.
    let page = html(&add(&Browser::new(&shop), "1").await.expect(409));
    assert!(page.contains("Sold out at the moment.") && !page.contains("Add to cart"), "{page}");
}

#[tokio::test]
async fn a_line_that_is_sold_out_can_be_taken_out_at_the_checkout() {
    let shop = Shop::open().await;
    let (gone, there) = (shop.stocked(1).await, shop.stocked(2).await);
    let mut browser = Browser::at_checkout(&shop, &gone, "1").await;
    browser.add(&there, "1").await;
    Browser::at_checkout(&shop, &gone, "1").await.buy(VISA).await;
    shop.until_available(&gone.variant, 0).await;
    let page = browser.open("/checkout").await;
    assert!(page.contains("Sold out at the moment.") && !page.contains("set line_1 1"), "{page}");
    let page = html(&browser.check_out(&[("intent", "set line_1 0")]).await.expect(200));
    assert!(page.contains("1 piece<") && value_of(&page, "name") == "Ada Lovelace", "{page}");
    browser.buy(VISA).await;
    browser.add(&there, "1").await;
    assert_eq!(browser.check_out(&[("intent", "set line_1 0")]).await.expect(303).header("location"), "/cart");
}

#[tokio::test]
async fn a_description_keeps_its_lines() {
    let shop = Shop::open().await;
    let description = "Two parts:\r\na <b>lid</b>\rand a pot\n \r\nWash by hand";
    let product = shop.product(json!({ "description": description })).await;
    let page = Browser::new(&shop).open(&format!("/products/{}", product.slug)).await;
    let text = page.split("class=\"description\"").nth(1).unwrap().split("</div>").next().unwrap();
    assert_eq!(text.matches("<br>").count(), 2, "{text}");
    assert!(text.contains("a &#60;b&#62;lid&#60;/b&#62;<br>"), "{text}");
    assert!(text.contains("and a pot</p>") && text.contains("<p>Wash by hand</p>"), "{text}");
}

#[tokio::test]
async fn what_cannot_be_put_into_the_cart_is_told_beside_the_product() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let browser = Browser::new(&shop);
    browser.until(&format!("/products/{}", product.slug), "Add to cart").await;
    let add = |variant: &str, quantity: &str| {
        browser.form("/cart/lines", &vec![("variant_id", variant), ("quantity", quantity)]).send()
    };
    let page = html(&add(&product.variant, "0").await.expect(422));
    assert!(page.contains("A quantity is a whole number from 1") && page.contains(&product.title));
    assert!(page.contains("<title>Error: ") && page.contains("href=\"#quantity\"") && page.contains("id=\"quantity\""));
    assert!(page.contains("aria-invalid=\"true\" aria-describedby=\"quantity-error\""));
    html(&add("var_01ARZ3NDEKTSV4RRFFQ69G5FAV", "1").await.expect(404));
    html(&add("nothing", "1").await.expect(404));
    let page = html(&browser.form("/cart/lines", &vec![("quantity", "1")]).send().await.expect(422));
    assert!(page.contains("The form was not complete") && !page.contains("variant_id"), "{page}");
}

#[tokio::test]
async fn fields_are_said_to_be_marked_only_where_one_is() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let page = html(&browser.check_out(&[("expected_total", "much")]).await.expect(422));
    assert!(page.contains("The total could not be read") && !page.contains("Please correct"), "{page}");
    assert_eq!(value_of(&page, "email"), "ada@example.com");
    let page = html(&browser.check_out(&[("expected_total", "much"), ("email", "ada")]).await.expect(422));
    assert!(page.contains("Please correct") && page.contains("email-error"), "{page}");
    browser.buy(VISA).await;
}

#[tokio::test]
async fn nothing_that_was_typed_runs() {
    let shop = Shop::open().await;
    let typed = "<script>alert(1)</script>\"'&";
    let product = shop.product(json!({ "title": typed, "description": typed, "vendor": typed })).await;
    shop.stock(&product.variant, 5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let fields = [("name", typed), ("line1", typed), ("city", typed), ("method", "pm_card_authenticationRequired")];
    let mut pages = vec![html(&browser.check_out(&[("email", typed), ("country", typed), ("name", typed)]).await)];
    let path = browser.check_out(&fields).await.expect(303).header("location").to_owned();
    let question = format!("{path}/authenticate");
    pages.push(html(&browser.form(&question, &vec![("outcome", typed)]).send().await.expect(422)));
    browser.add(&product, "1").await;
    for path in ["/", "/cart", "/checkout", &path, &question, &format!("/products/{}", product.slug)] {
        pages.push(browser.open(path).await);
    }
    for page in pages {
        assert!(!page.contains("<script"), "{page}");
    }
}

#[tokio::test]
async fn an_order_is_its_buyers_alone() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let path = browser.buy("pm_card_chargeDeclined").await;
    let stranger = Browser::new(&shop);
    let mut thief = browser.clone();
    thief.cookies.values_mut().for_each(|token| token.push('A'));
    for other in [stranger, thief] {
        html(&other.get(&path).await.expect(404));
        html(&other.get(&format!("{path}/authenticate")).await.expect(404));
        html(&other.get(&format!("{path}/payments")).await.expect(404));
        html(&other.form(&format!("{path}/payments"), &vec![("method", VISA)]).send().await.expect(404));
        html(&other.form(&format!("{path}/cancel"), &vec![]).send().await.expect(404));
        html(&other.form(&format!("{path}/again"), &vec![]).send().await.expect(404));
        assert!(other.open("/cart").await.contains("Your cart is empty."));
    }
    let forged = browser.form("/checkout", &vec![]).header("sec-fetch-site", "cross-site").send().await.expect(403);
    assert!(html(&forged).contains("did not come from our own pages"));
}

#[tokio::test]
async fn an_answer_that_got_lost_is_asked_for_again() {
    let Some(shop) = Shop::native("it loses an answer").await else { return };
    let product = shop.stocked(5).await;
    for when in [When::Before, When::After] {
        let mut browser = Browser::at_checkout(&shop, &product, "1").await;
        shop.host().faults.once(Site::Command(ObjectClass::Order), "\"place\"", when);
        let answer = browser.check_out(&[]).await;
        match when {
            When::Before => {
                let page = html(&answer.expect(503));
                assert!(page.contains("did not answer in time") && value_of(&page, "email") == "ada@example.com");
                browser.buy(VISA).await;
            }
            When::After => assert!(answer.expect(303).header("location").starts_with("/orders/")),
        }
    }
    shop.until_available(&product.variant, 3).await;
    assert_eq!(shop.host().ledger.charges().len(), 2);
}

#[tokio::test]
async fn another_sites_form_does_not_replace_the_cart() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    // The browser keeps the cart's cookie back, and would take a new one.
    let browser = Browser::new(&shop);
    let fields = vec![("variant_id", product.variant.as_str()), ("quantity", "1")];
    let add = || browser.form("/cart/lines", &fields);
    let strange = add().header("sec-fetch-site", "cross-site").header("origin", "https://evil.example").send().await;
    assert!(strange.expect(403).set_cookie("__Host-cart").is_none());
    add().header("sec-fetch-site", "same-origin").send().await.expect(303);
}

#[tokio::test]
async fn every_page_names_its_styles_and_its_icon_after_their_bytes() {
    let shop = Shop::open().await;
    for path in ["/", "/cart", "/nowhere"] {
        let answer = shop.get(path).header("accept", "text/html").send().await;
        let page = String::from_utf8_lossy(&answer.body).into_owned();
        let files: Vec<_> = page.split("\"/assets/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(files.iter().any(|file| file.ends_with(".css")), "{path}: {page}");
        for file in files.into_iter().filter(|file| !file.starts_with("demo/")) {
            let digest = file.split('.').nth(1).unwrap();
            assert!(digest.len() == 16 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{path}: {file}");
        }
    }
}
