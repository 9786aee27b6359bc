//! Texts full of markup: what sellers, buyers and staff type is text on every
//! page, in letters, on documents and in files.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::browser::{Browser, VISA, html};
use crate::buyers::mailbox;
use crate::console::owner;
use crate::fixtures::Cart;
use crate::order_export::{as_typed, cell, export, read};
use crate::shop::{Shop, eventually};

const NATIVE: &str = "the seller and the shop's name are everybody's";

/// Ends whatever it may stand in: a tag, an attribute, a script, a comment, a title.
/// Texts of at most 100 characters take it, with what names it before.
const EVIL: &str = "</title></script>--><script>evil()</script>\" onload=\"evil()' <img src=x onerror=evil()>&lt;b>";

/// A text of ours with all of it.
fn evil(name: &str) -> String {
    format!("{name}{EVIL}")
}

/// Nothing of it is a tag, or ends an attribute. `named`: whose text it is must be there.
fn assert_harmless(place: &str, page: &str, named: &[&str]) {
    let low = page.to_lowercase();
    for raw in ["<script>evil", "<img src=x", "\" onload=\"evil", "</title></script>", "--><script"] {
        assert!(!low.contains(raw), "{place} has {raw}: {page}");
    }
    for name in named {
        assert!(page.contains(name), "{place} does not say {name}: {page}");
    }
}

/// A shop, an order and its buyer, every text of whom is full of markup.
struct Evil {
    shop: Shop,
    slug: String,
    product: String,
    cart: Cart,
    email: String,
}

impl Evil {
    async fn new() -> Option<Self> {
        let shop = Shop::native(NATIVE).await?;
        let seller = json!({
            "address": { "name": evil("Seller"), "line1": evil("Road"), "city": "Ulm", "postal_code": "89073", "country": "DE" },
            "register": evil("Register"), "footer": evil("Footer"),
        });
        let settings = json!({ "shop_name": "Shop <b>&", "seller": seller });
        shop.patch("/v1/admin/settings").bearer(&shop.owner().await).json(settings).send().await.expect(200);
        let product = shop
            .product(json!({
                "title": evil("Kettle"), "description": evil("Boils"), "vendor": evil("Vendor"), "tags": [&evil("Tag")[..64]],
            }))
            .await;
        shop.stock(&product.variant, 9).await;
        let cart = shop.ready_cart(&product.variant, 3).await;
        let email = mailbox();
        let to = json!({
            "name": evil("Name"), "line1": evil("Street"), "line2": evil("Floor"), "city": evil("City"),
            "postal_code": "SW1Y 4JH", "country": "GB",
        });
        let json = shop.change_cart(&cart, json!({ "email": email, "shipping_address": to })).await.expect(200).json();
        Some(Self { slug: product.slug.clone(), product: product.id.clone(), cart: Cart { json, ..cart }, email, shop })
    }

    async fn staff(&self, path: &str, body: Value) -> Value {
        self.shop.post(path).bearer(&self.shop.owner().await).json(body).send().await.expect_success().json()
    }

    /// Places the order, and does with it whatever has a text.
    async fn order(&self) {
        self.shop.place(&self.cart, VISA).await.expect(201);
        self.shop.until_staff_see(&self.cart, "it may be sent", |order| order["refundable"]["amount"] != 0).await;
        let order = format!("/v1/admin/orders/{}", self.cart.id);
        let line = json!({ "line_id": "line_1", "quantity": 1 });
        self.staff(&format!("{order}/notes"), json!({ "text": evil("Told"), "visible_to_buyer": true })).await;
        self.staff(&format!("{order}/notes"), json!({ "text": evil("Hidden") })).await;
        self.staff(&format!("{order}/tags"), json!({ "add": ["<b>tag"] })).await;
        let parcel = json!({
            "lines": [{ "line_id": "line_1", "quantity": 2 }], "carrier": format!("DHL{}", &EVIL[..90]), "tracking_url": "https://p.example/?%22%3E%3Cscript%3Eevil()",
        });
        self.staff(&format!("{order}/fulfilments"), parcel).await;
        self.staff(&format!("{order}/refunds"), json!({ "lines": [line], "reason": evil("Refund") })).await;
        let back = json!({ "lines": [{ "line_id": "line_1", "quantity": 1, "reason": evil("Return") }], "comment": evil("Comment") });
        let asked =
            self.shop.post(&self.cart.order_path("/returns")).cart_token(&self.cart.token).json(back).send().await;
        let asked = asked.expect(201).json();
        let approve = format!("/v1/admin/returns/{}/approve", asked["returns"][0]["id"].as_str().unwrap());
        self.staff(&approve, json!({ "instructions": evil("Instructions") })).await;
    }

    fn buyer(&self) -> Browser {
        let mut browser = Browser::new(&self.shop);
        browser.cookies.insert("__Host-cart".to_owned(), format!("{}.{}", self.cart.id, self.cart.token));
        browser
    }

    /// The order's documents, once all are issued.
    async fn documents(&self) -> Vec<String> {
        eventually("there are an invoice and a credit note", async || {
            let list = self.shop.get(&self.cart.order_path("/documents")).cart_token(&self.cart.token).send().await;
            let items = list.expect(200).json()["items"].as_array().unwrap().clone();
            let numbers = items.iter().map(|item| item["number"].as_str().unwrap().to_owned());
            (items.len() == 2).then(|| numbers.collect())
        })
        .await
    }
}

#[tokio::test]
async fn markup_in_any_text_is_text_on_every_page_in_mail_on_paper_and_in_files() {
    let Some(evil) = Evil::new().await else { return };
    let (shop, id) = (&evil.shop, &evil.cart.id);
    let buyer = evil.buyer();
    for (path, named) in [
        ("/".to_owned(), vec!["Kettle"]),
        (format!("/products/{}", evil.slug), vec!["Kettle", "Boils"]),
        ("/cart".to_owned(), vec!["Kettle"]),
        ("/checkout".to_owned(), vec!["Kettle", "Name", "Street", "City"]),
    ] {
        assert_harmless(&path, &buyer.open(&path).await, &named);
    }
    evil.order().await;
    let numbers = evil.documents().await;
    let mut pages = vec![
        (format!("/orders/{id}"), vec!["Kettle", "Name", "Street", "Told", "DHL", "Return", "Instructions"]),
        (format!("/orders/{id}/returns"), vec!["Kettle"]),
        (format!("/orders/{id}/documents"), vec!["INV-000001"]),
    ];
    let paper = vec!["Kettle", "Name", "Seller", "Road", "Register", "Footer"];
    pages.extend(numbers.iter().map(|number| (format!("/orders/{id}/documents/{number}"), paper.clone())));
    for (path, named) in pages {
        let page = buyer.open(&path).await;
        assert_harmless(&path, &page, &named);
        assert!(!page.contains("Hidden"), "{path}");
    }
    let staff = owner(shop).await;
    let variant = evil.cart.json["lines"][0]["variant_id"].as_str().unwrap();
    for (path, named) in [
        ("/admin".to_owned(), vec![]),
        ("/admin/orders".to_owned(), vec!["Name"]),
        (format!("/admin/orders?q={}", utf8_percent_encode(EVIL, NON_ALPHANUMERIC)), vec![]),
        (format!("/admin/orders/{id}"), vec!["Kettle", "Name", "Told", "Hidden", "Refund", "Return", "Comment"]),
        ("/admin/products".to_owned(), vec!["Kettle", "Vendor"]),
        (format!("/admin/products/{}", evil.product), vec!["Kettle", "Boils", "Vendor", "Tag"]),
        (format!("/admin/variants/{variant}"), vec![]),
        ("/admin/documents".to_owned(), vec!["INV-000001"]),
        (format!("/admin/packing-slips?orders={id}"), vec!["Kettle", "Name"]),
        ("/admin/settings".to_owned(), vec!["Shop "]),
    ] {
        assert_harmless(&path, &html(&staff.get(&path).await.expect(200)), &named);
    }

    // Confirmed, sent, refunded, asked back, approved.
    let letters = shop.letters(&evil.email, 5).await;
    for letter in &letters {
        let (subject, body) = (letter["subject"].as_str().unwrap(), letter["html"].as_str().unwrap());
        assert!(!subject.contains(['\r', '\n']), "{subject}");
        assert_harmless(subject, body, &["Kettle"]);
    }

    let file = export(shop, &format!("q={}", evil.email)).await.expect(200).body;
    let rows = read(&file);
    let name = cell(&rows, 1, "name");
    assert_eq!(as_typed(name), format!("Name{EVIL}"));
    for typed in ["name", "city", "tags"] {
        assert!(!cell(&rows, 1, typed).split([';', '|', '\t']).any(|part| part.starts_with(['=', '+', '-', '@'])));
    }
}
