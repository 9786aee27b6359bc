//! Invoices, and the numbers of all documents: without a gap, right to the unit, and
//! never changed once they are issued. What is credited: `credit_notes.rs`.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tradepost::ports::{Database, ObjectClass, Statement};

use crate::ask::Answer;
use crate::browser::{Browser, VISA, html};
use crate::bundles::made_of;
use crate::buyers::mailbox;
use crate::fixtures::{Cart, address, payment};
use crate::host::faults::{Site, When};
use crate::shop::{Shop, eventually, within};

pub const NATIVE: &str = "the seller and the numbers are everybody's";
pub const SETTINGS: &str = "/v1/admin/settings";
pub const TAX: &str = "/v1/admin/settings/tax";

pub fn seller() -> Value {
    json!({
        "address": {
            "name": "Fern & Fettle Ltd", "line1": "1 Kew Road", "city": "Richmond", "postal_code": "TW9 2PN",
            "country": "GB",
        },
        "vat_number": "GB123456789", "register": "Company 01234567", "footer": "Bank: 20-00-00\nThank you <3",
    })
}

pub async fn change(shop: &Shop, path: &str, body: Value) {
    let ask = if path == SETTINGS { shop.patch(path) } else { shop.put(path) };
    ask.bearer(&shop.owner().await).json(body).send().await.expect(200);
}

/// A shop that says who sells, and where 20 % are within the prices.
pub async fn open() -> Option<Shop> {
    let shop = Shop::native(NATIVE).await?;
    let rates = json!([{ "country": "GB", "class": "standard", "name": "VAT", "rate": "20" }]);
    change(&shop, TAX, json!({ "classes": ["standard"], "rates": rates, "reverse_charge": true })).await;
    change(&shop, SETTINGS, json!({ "country": "GB", "seller": seller() })).await;
    Some(shop)
}

/// A paid order of a download.
pub async fn sold(shop: &Shop, variant: &str) -> Cart {
    let cart = shop.cart_with(variant, 1).await;
    let facts = json!({ "email": mailbox(), "shipping_address": address() });
    let json = shop.change_cart(&cart, facts).await.expect(200).json();
    let cart = Cart { json, ..cart };
    let order = shop.place(&cart, VISA).await.expect(201).json();
    assert_eq!(order["status"], "confirmed");
    cart
}

pub async fn listed(shop: &Shop, cart: &Cart) -> Vec<Value> {
    let list = shop.get(&cart.order_path("/documents")).cart_token(&cart.token).send().await.expect(200).json();
    list["items"].as_array().unwrap().clone()
}

pub async fn document(shop: &Shop, number: &Value) -> Value {
    let path = format!("/v1/admin/documents/{}", number.as_str().unwrap());
    shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json()
}

/// The only document of an order.
pub async fn invoice(shop: &Shop, cart: &Cart) -> Value {
    let items = listed(shop, cart).await;
    assert_eq!(items.len(), 1, "{items:?}");
    document(shop, &items[0]["number"]).await
}

pub async fn of_staff(shop: &Shop, cart: &Cart) -> Answer {
    shop.get(&format!("/v1/admin/orders/{}/documents", cart.id)).bearer(&shop.owner().await).send().await
}

pub fn amount(value: &Value) -> i64 {
    value["amount"].as_i64().unwrap()
}

#[tokio::test]
async fn an_invoice_says_what_was_bought_and_its_sums_are_the_orders() {
    let Some(shop) = open().await else { return };
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 3).await;
    let asked = shop.get(&cart.order_path("/documents")).cart_token(&cart.token).send().await;
    asked.problem(404, "not_found");
    let order = shop.place(&cart, VISA).await.expect(201).json();
    let invoice = invoice(&shop, &cart).await;
    assert_eq!((&invoice["number"], &invoice["kind"]), (&json!("INV-000001"), &json!("invoice")));
    assert_eq!((&invoice["order_id"], &invoice["order_number"]), (&order["id"], &order["number"]));
    assert_eq!(invoice["seller"]["vat_number"], "GB123456789");
    assert_eq!(invoice["buyer"]["address"], order["shipping_address"]);
    let line = &invoice["lines"][0];
    assert_eq!((&line["sku"], &line["quantity"]), (&json!(product.sku), &json!(3)));
    assert_eq!((amount(&line["unit_price"]), amount(&line["unit_price_net"])), (1_999, 1_666));
    assert_eq!((&line["total"], &line["rates"]), (&order["lines"][0]["total"], &order["lines"][0]["tax"]["rates"]));
    assert_eq!((&invoice["total"], &invoice["tax"]), (&order["totals"]["total"], &order["totals"]["tax"]));
    let rates: Vec<(i64, i64)> = invoice["taxes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| (amount(&of["net"]), amount(&of["rates"][0]["amount"])))
        .collect();
    let (net, tax) = rates.iter().fold((0, 0), |(net, tax), one| (net + one.0, tax + one.1));
    assert_eq!((net, tax), (amount(&invoice["net"]), amount(&invoice["tax"])));
    assert_eq!(net + tax, amount(&invoice["total"]));
}

#[tokio::test]
async fn without_a_seller_no_number_is_taken() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.download(1_000).await;
    let cart = sold(&shop, &product.variant).await;
    let told = of_staff(&shop, &cart).await.problem(409, "seller_unknown");
    assert!(told["detail"].as_str().unwrap().contains("`seller`"), "{told}");
    assert_eq!(listed(&shop, &cart).await, Vec::<Value>::new(), "the buyer cannot mend it");
    // Where tax falls on it, a number of the tax office's is needed, too.
    let rates = json!([{ "country": "GB", "class": "standard", "name": "VAT", "rate": "20" }]);
    change(&shop, TAX, json!({ "classes": ["standard"], "rates": rates, "reverse_charge": false })).await;
    let taxed = sold(&shop, &product.variant).await;
    let mut nameless = seller();
    nameless["vat_number"] = Value::Null;
    change(&shop, SETTINGS, json!({ "seller": nameless })).await;
    of_staff(&shop, &taxed).await.problem(409, "seller_unknown");
    assert_eq!(invoice(&shop, &cart).await["number"], "INV-000001");
    change(&shop, SETTINGS, json!({ "seller": seller() })).await;
    assert_eq!(of_staff(&shop, &taxed).await.expect(200).json()["items"][0]["number"], "INV-000002");
}

#[tokio::test]
async fn what_was_issued_never_changes() {
    let Some(shop) = open().await else { return };
    let product = shop.download(1_000).await;
    let cart = sold(&shop, &product.variant).await;
    let before = invoice(&shop, &cart).await;
    let mut another = seller();
    another["address"]["name"] = json!("Moss Ltd");
    change(&shop, SETTINGS, json!({ "seller": another })).await;
    let path = format!("/v1/admin/products/{}", product.id);
    let owner = shop.owner().await;
    shop.patch(&path).bearer(&owner).json(json!({ "title": "Another" })).send().await.expect(200);
    assert_eq!(invoice(&shop, &cart).await, before);
    let later = sold(&shop, &product.variant).await;
    assert_eq!(invoice(&shop, &later).await["seller"]["address"]["name"], "Moss Ltd");
}

#[tokio::test]
async fn an_invoice_names_what_a_bundle_is_made_of() {
    let Some(shop) = open().await else { return };
    let (pot, cup) = (shop.stocked(10).await, shop.stocked(20).await);
    let set = shop.product(made_of(&[(&pot, 1), (&cup, 4)])).await;
    let cart = shop.ready_cart(&set.variant, 2).await;
    shop.place(&cart, VISA).await.expect(201);
    let invoice = invoice(&shop, &cart).await;
    let parts = invoice["lines"][0]["parts"].as_array().unwrap();
    let parts: Vec<_> = parts.iter().map(|part| (part["sku"].as_str().unwrap(), &part["quantity"])).collect();
    assert_eq!(parts, [(pot.sku.as_str(), &json!(1)), (cup.sku.as_str(), &json!(4))]);
    let path = format!("/orders/{}/documents/{}", cart.id, invoice["number"].as_str().unwrap());
    let page = html(&shop.get(&path).cart_token(&cart.token).send().await.expect(200));
    let each = format!("Each: 1 × {} ({}), 4 × {} ({})", pot.title, pot.sku, cup.title, cup.sku);
    assert!(page.contains(&each), "{page}");
}

#[tokio::test]
async fn a_buyer_sees_no_other_buyers_documents() {
    let Some(shop) = open().await else { return };
    let product = shop.download(1_000).await;
    let (one, other) = (sold(&shop, &product.variant).await, sold(&shop, &product.variant).await);
    let (first, _) = (invoice(&shop, &one).await, invoice(&shop, &other).await);
    let number = first["number"].as_str().unwrap();
    for path in ["/documents".to_owned(), format!("/documents/{number}")] {
        let asked = |cart: &Cart, token: &str| shop.get(&cart.order_path(&path)).cart_token(token).send();
        asked(&one, &one.token).await.expect(200);
        asked(&one, &other.token).await.problem(404, "not_found");
        let page = format!("/orders/{}{path}", one.id);
        shop.get(&page).cart_token(&other.token).send().await.expect(404);
    }
    let path = other.order_path(&format!("/documents/{number}"));
    shop.get(&path).cart_token(&other.token).send().await.problem(404, "not_found");
    let customer = shop.customer().await;
    shop.get("/v1/admin/documents").send().await.problem(401, "not_signed_in");
    shop.get("/v1/admin/documents").bearer(&customer.access).send().await.problem(403, "forbidden");
    for page in ["/admin/documents/INV-000001", "/admin/packing-slips?orders="] {
        shop.get(page).send().await.expect(401);
        shop.get(page).bearer(&customer.access).send().await.expect(403);
    }
}

#[tokio::test]
async fn the_page_has_all_that_the_law_wants_and_no_markup_of_others() {
    let Some(shop) = open().await else { return };
    let product = shop.product(json!({ "title": "Fern <script>alert(1)</script>" })).await;
    shop.stock(&product.variant, 5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "2").await;
    let path = browser.buy(VISA).await;
    let page = browser.until(&path, "your order is confirmed").await;
    assert!(page.contains(&format!("{path}/documents")), "{page}");
    let only = browser.get(&format!("{path}/documents")).await.expect(303);
    assert_eq!(only.header("location"), format!("{path}/documents/INV-000001"));
    let page = browser.open(&format!("{path}/documents/INV-000001")).await;
    let wanted = [
        "Invoice INV-000001",
        "Date of issue",
        "tax point",
        "Fern &#38; Fettle Ltd",
        "VAT number GB123456789",
        "Ada Lovelace",
        "€16.66",
        "€19.99",
        "20\u{a0}%",
        "€39.98",
        "Company 01234567",
        "Thank you &#60;3",
    ];
    for words in wanted {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("<script>"), "{page}");
    let staffs = shop.get("/admin/documents/INV-000001").bearer(&shop.owner().await).send().await.expect(200);
    assert_eq!(html(&staffs), page);
}

#[tokio::test]
async fn a_business_elsewhere_in_the_union_reads_why_there_is_no_tax() {
    let Some(shop) = open().await else { return };
    let mut german = seller();
    german["address"] = json!({
        "name": "Farn GmbH", "line1": "Weg 1", "city": "Berlin", "postal_code": "10115", "country": "DE",
    });
    german["vat_number"] = json!("DE123456789");
    change(&shop, SETTINGS, json!({ "country": "DE", "seller": german })).await;
    shop.host().http.vies.says("ATU12345678", true);
    let product = shop.download(1_000).await;
    let to = json!({
        "name": "Enzian KG", "line1": "Gasse 2", "city": "Wien", "postal_code": "1010", "country": "AT",
    });
    let body = json!({
        "currency": "EUR", "lines": [{ "variant_id": product.variant, "quantity": 1 }], "email": mailbox(),
        "shipping_address": to, "vat_number": "ATU12345678", "payment": payment(VISA),
    });
    let order = shop.post("/v1/orders").header("accept-language", "de").json(body).send().await.expect(201).json();
    assert_eq!(order["reverse_charge"], true, "{order}");
    let id = order["id"].as_str().unwrap();
    let list = shop.get(&format!("/v1/admin/orders/{id}/documents")).bearer(&shop.owner().await).send().await;
    let number = list.expect(200).json()["items"][0]["number"].clone();
    let path = format!("/admin/documents/{}", number.as_str().unwrap());
    let page = html(&shop.get(&path).bearer(&shop.owner().await).send().await.expect(200));
    for words in ["Rechnung INV-000001", "Steuerschuldnerschaft des Leistungsempfängers", "ATU12345678", "DE123456789"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.contains("lang=\"de\""));
}

/// The n-th passing of every step fails, before or after it took effect, while
/// 50 orders are asked for their documents four times each at once.
#[tokio::test]
async fn numbers_have_no_gap_and_no_double_whatever_fails_while_all_ask_at_once() {
    const ORDERS: usize = 50;
    let Some(shop) = open().await else { return };
    let product = shop.download(1_000).await;
    let mut carts = Vec::new();
    for _ in 0..ORDERS {
        carts.push(sold(&shop, &product.variant).await);
    }
    let faults = &shop.host().faults;
    for n in 0..20 {
        for when in [When::Before, When::After] {
            faults.nth(Site::Command(ObjectClass::Series), "give", 4 * n, when);
            faults.nth(Site::Commit(ObjectClass::Series), "", 2 * n, when);
            faults.nth(Site::Batch, "INSERT INTO documents", 2 * n, when);
        }
    }
    let insist = async |cart: &Cart| {
        within(20_000, "the invoice is issued", async || {
            let answer = shop.get(&cart.order_path("/documents")).cart_token(&cart.token).send().await;
            if answer.is(503) {
                return None;
            }
            let items = answer.expect(200).json()["items"].clone();
            Some(items[0]["number"].as_str().expect("an invoice").to_owned())
        })
        .await
    };
    let asked: Vec<&Cart> = std::iter::repeat_n(&carts, 4).flatten().collect();
    let numbers = join_all(asked.iter().map(|cart| insist(cart))).await;
    faults.clear();
    for (n, number) in numbers.iter().enumerate() {
        assert_eq!(*number, numbers[n % ORDERS], "one invoice for each order");
    }
    let distinct: BTreeSet<String> = numbers.into_iter().collect();
    let expected: BTreeSet<String> = (1..=ORDERS).map(|place| format!("INV-{place:06}")).collect();
    assert_eq!(distinct, expected);
    let rows = shop.host().objects.look(ObjectClass::Series, "invoice", |store| {
        store.query_row("SELECT count(*), max(place) FROM numbers", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    });
    let rows: (usize, usize) = rows.await;
    assert_eq!(rows, (ORDERS, ORDERS));
}

#[tokio::test]
async fn a_sale_that_nobody_asks_about_is_invoiced_within_two_minutes() {
    let Some(shop) = open().await else { return };
    let product = shop.download(1_000).await;
    let (first, second) = (sold(&shop, &product.variant).await, sold(&shop, &product.variant).await);
    let items = within(10_000, "both are invoiced", async || {
        shop.host().clock.advance(30_000);
        let list = shop.get("/v1/admin/documents?limit=1").bearer(&shop.owner().await).send().await.expect(200).json();
        let cursor = list["next_cursor"].as_str()?;
        let rest = format!("/v1/admin/documents?kind=invoice&cursor={cursor}");
        let rest = shop.get(&rest).bearer(&shop.owner().await).send().await.expect(200).json();
        Some([&list["items"], &rest["items"]].map(|items| items[0].clone()))
    })
    .await;
    let orders: BTreeSet<_> = items.iter().map(|item| item["order_id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(orders, BTreeSet::from([first.id.clone(), second.id.clone()]));
    assert_eq!([&items[0]["number"], &items[1]["number"]], ["INV-000002", "INV-000001"]);
    let notes = shop.get("/v1/admin/documents?kind=credit_note").bearer(&shop.owner().await).send().await;
    assert_eq!(notes.expect(200).json()["items"], json!([]));
    let owing = Statement::new("SELECT id FROM orders WHERE documented < version", []);
    eventually("nothing is owed", async || {
        shop.host().clock.advance(30_000);
        let rows = shop.host().database.batch(vec![owing.clone()]).await.unwrap();
        rows[0].is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn packing_slips_have_a_sheet_for_each_order_and_no_prices() {
    let Some(shop) = open().await else { return };
    let (one, other) = (shop.stocked(5).await, shop.stocked(5).await);
    let carts = [shop.ready_cart(&one.variant, 2).await, shop.ready_cart(&other.variant, 1).await];
    for cart in &carts {
        shop.place(cart, VISA).await.expect(201);
    }
    let owner = shop.owner().await;
    let slips = async |ids: &str| shop.get(&format!("/admin/packing-slips?orders={ids}")).bearer(&owner).send().await;
    let page = html(&slips(&format!("{},{}", carts[0].id, carts[1].id)).await.expect(200));
    assert_eq!(page.matches("class=\"sheet\"").count(), 2);
    for words in [&one.sku, &other.sku, "Ada Lovelace", "SW1Y 4JH"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains('€'), "{page}");
    let cart = shop.ready_cart(&one.variant, 1).await;
    slips(&cart.id).await.expect(404);
    slips("").await.expect(422);
    let many = vec![carts[0].id.as_str(); 51].join(",");
    slips(&many).await.expect(422);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_seller_is_told_at_once() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let patch = async |seller: Value| {
        shop.patch(SETTINGS).bearer(&shop.owner().await).json(json!({ "seller": seller })).send().await
    };
    let wrong = json!({ "address": { "name": "", "line1": "1 Way", "country": "GB" }, "footer": "x".repeat(1_001) });
    let told = patch(wrong).await;
    told.problem(422, "invalid");
    for pointer in ["/seller/address/name", "/seller/address/city", "/seller/address/postal_code", "/seller/footer"] {
        assert!(told.pointers().iter().any(|at| *at == pointer), "{pointer}: {}", told.told());
    }
    patch(Value::Null).await.problem(422, "invalid");
    let known = patch(seller()).await.expect(200).json();
    assert_eq!(known["seller"]["register"], "Company 01234567");
}
