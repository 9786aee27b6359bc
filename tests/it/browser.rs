//! A browser without scripts, for the tests of pages.

use std::collections::BTreeMap;

use crate::ask::{Answer, Ask};
use crate::fixtures::Product;
use crate::shop::{Shop, eventually};

pub const VISA: &str = "pm_card_visa";

/// The checkout's form as a buyer fills it.
const FILLED: [(&str, &str); 11] = [
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
];

/// A browser: it keeps cookies, sends forms, and follows nothing by itself.
#[derive(Clone)]
pub struct Browser {
    shop: Shop,
    pub cookies: BTreeMap<String, String>,
}

pub type Form<'a> = Vec<(&'a str, &'a str)>;

impl Browser {
    pub fn new(shop: &Shop) -> Self {
        Self { shop: shop.clone(), cookies: BTreeMap::new() }
    }

    fn with_cookies(&self, ask: Ask) -> Ask {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let ask = ask.header("accept", "text/html").header("sec-fetch-site", "same-origin");
        if cookies.is_empty() { ask } else { ask.cookie(&cookies.join("; ")) }
    }

    pub fn form(&self, path: &str, fields: &Form) -> Ask {
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

    pub async fn get(&self, path: &str) -> Answer {
        self.with_cookies(self.shop.get(path)).send().await
    }

    /// Follows a link that leads elsewhere: where to.
    pub async fn follow(&mut self, path: &str) -> String {
        let answer = self.get(path).await.expect(303);
        self.keep(answer).header("location").to_owned()
    }

    pub async fn open(&self, path: &str) -> String {
        html(&self.get(path).await.expect(200))
    }

    /// Sends a form; the page that comes back names a mistake.
    pub async fn refused(&self, path: &str, fields: Form<'_>) -> String {
        html(&self.form(path, &fields).send().await.expect(422))
    }

    /// Sends a form; a redirect's target is the answer.
    pub async fn submit(&mut self, path: &str, fields: Form<'_>) -> String {
        let answer = self.form(path, &fields).send().await.expect(303);
        self.keep(answer).header("location").to_owned()
    }

    /// Sends the cart's form as one of its buttons does: where that leads.
    pub async fn change(&mut self, quantities: &[(&str, &str)], intent: &str) -> String {
        self.submit("/cart", [quantities, &[("intent", intent)]].concat()).await
    }

    pub async fn add(&mut self, product: &Product, quantity: &str) {
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
    pub async fn filled<'a>(&self, overrides: &[(&'a str, &'a str)]) -> Vec<(String, String)> {
        let page = self.open("/checkout").await;
        let mut fields: BTreeMap<&str, String> =
            FILLED.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
        let has_option = page.contains("name=\"shipping_option\"");
        if has_option {
            fields.insert("shipping_option", value_of(&page, "shipping_option"));
        }
        fields.insert("expected_total", value_of(&page, "expected_total"));
        fields.insert("expected_to_pay", value_of(&page, "expected_to_pay"));
        for (name, value) in overrides {
            fields.insert(name, (*value).to_owned());
        }
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Sends the checkout's form with nothing taken from its page but what is said.
    pub async fn check_out_blind(&mut self, overrides: &[(&str, &str)]) -> Answer {
        let mut fields: BTreeMap<&str, &str> = FILLED.into_iter().collect();
        fields.extend(overrides.iter().copied());
        let answer = self.form("/checkout", &fields.into_iter().collect()).send().await;
        self.keep(answer)
    }

    pub async fn check_out(&mut self, overrides: &[(&str, &str)]) -> Answer {
        let fields = self.filled(overrides).await;
        let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = self.form("/checkout", &fields).send().await;
        self.keep(answer)
    }

    /// The order's path.
    pub async fn buy(&mut self, method: &str) -> String {
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

/// What a page shows to its reader, without marks.
pub fn text(page: &str) -> String {
    let texts = page.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    texts.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
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
