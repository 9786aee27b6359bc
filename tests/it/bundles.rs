//! Bundles: products made of others, whose stock is theirs. Nothing that shares a part
//! is ever sold more often than there are pieces of it.

use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};

use crate::ask::Answer;
use crate::browser::html;
use crate::buyers::mailbox;
use crate::console::{filled, owner, send};
use crate::fixtures::{Cart, PUBLISHED_MILLIS, Product, details, prices};
use crate::order_export::{as_typed, cell, export, rows};
use crate::order_lists::LISTED_MILLIS;
use crate::shop::{Shop, eventually, unique, within};

const VISA: &str = "pm_card_visa";

/// So many pieces of each of these.
fn parts(of: &[(&Product, u32)]) -> Value {
    let part = |(product, quantity): &(&Product, u32)| json!({ "variant_id": product.variant, "quantity": quantity });
    of.iter().map(part).collect()
}

pub fn made_of(of: &[(&Product, u32)]) -> Value {
    json!({ "variants": [{ "sku": unique("SET"), "prices": prices(5_000), "parts": parts(of) }] })
}

/// The lines that a refusal names: what each wants, and what there is of it.
fn short(problem: &Value) -> Vec<(&str, i64, i64)> {
    let lines = problem["lines"].as_array().unwrap().iter();
    let number = |line: &Value, member: &str| line[member].as_i64().unwrap();
    lines
        .map(|line| (line["line_id"].as_str().unwrap(), number(line, "requested"), number(line, "available")))
        .collect()
}

impl Shop {
    async fn bundle(&self, of: &[(&Product, u32)]) -> Product {
        self.product(made_of(of)).await
    }

    async fn write(&self, method: Method, path: &str, body: Value) -> Answer {
        self.ask(method, path).bearer(&self.owner().await).json(body).send().await
    }

    async fn remake(&self, bundle: &Product, of: &[(&Product, u32)]) -> Answer {
        let path = format!("/v1/admin/variants/{}", bundle.variant);
        self.write(Method::PATCH, &path, json!({ "parts": parts(of) })).await
    }

    /// A cart with these lines, ready to be placed.
    async fn filled(&self, lines: &[(&Product, u32)]) -> Cart {
        let lines: Value = lines
            .iter()
            .map(|(product, quantity)| json!({ "variant_id": product.variant, "quantity": quantity }))
            .collect();
        let cart = self.new_cart(json!({ "lines": lines })).await;
        self.ready(cart).await
    }

    async fn bought_of(&self, lines: &[(&Product, u32)]) -> Cart {
        let cart = self.filled(lines).await;
        self.place(&cart, VISA).await.expect(201);
        self.until_staff_see(&cart, "its pieces are its own", |order| order["refundable"]["amount"] != 0).await;
        cart
    }

    async fn level(&self, product: &Product) -> String {
        let seen = self.get(&format!("/v1/products/{}", product.id)).send().await.expect(200).json();
        assert_eq!(seen["available"], seen["variants"][0]["available"]);
        seen["available"].as_str().unwrap().to_owned()
    }

    async fn until_level(&self, product: &Product, level: &str) {
        within(PUBLISHED_MILLIS * 2, &format!("there is {level} of it"), async || {
            (self.level(product).await == level).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_bundle_is_shown_with_its_parts_and_as_many_as_these_suffice_for() {
    let shop = Shop::open().await;
    let (pot, cup) = (shop.stocked(30).await, shop.stocked(20).await);
    let set = shop.bundle(&[(&pot, 1), (&cup, 4)]).await;
    let seen = shop.get(&format!("/v1/products/{}", set.id)).send().await.expect(200).json();
    let part = |product: &Product, quantity: u32| json!({ "variant_id": product.variant, "quantity": quantity, "sku": product.sku, "title": product.title });
    assert_eq!(seen["variants"][0]["parts"], json!([part(&pot, 1), part(&cup, 4)]));
    let plain = shop.get(&format!("/v1/products/{}", pot.id)).send().await.expect(200).json();
    assert_eq!(plain["variants"][0].get("parts"), None);
    let path = format!("/v1/admin/products/{}", set.id);
    let staffs = shop.write(Method::GET, &path, json!(null)).await.expect(200).json();
    assert_eq!(staffs["variants"][0]["parts"], seen["variants"][0]["parts"]);

    assert_eq!(shop.available(&set.variant).await, 5, "the cups are what there is least of");
    shop.until_level(&set, "low").await;
    shop.stock(&cup.variant, 100).await;
    shop.until_level(&set, "in_stock").await;
    shop.adjust(&pot.variant, json!({ "delta": -30, "reason": "damaged" })).await.expect(200);
    shop.until_level(&set, "out").await;
    let stock = shop.write(Method::GET, &format!("/v1/admin/stock/{}", set.variant), json!(null)).await;
    assert_eq!(stock.expect(200).json()["available"], 0);
}

#[tokio::test]
async fn lines_that_share_a_part_are_counted_together() {
    let shop = Shop::open().await;
    let (pot, cup) = (shop.stocked(10).await, shop.stocked(10).await);
    let (set, pair) = (shop.bundle(&[(&pot, 1), (&cup, 3)]).await, shop.bundle(&[(&cup, 2)]).await);
    // 2 x 3 + 1 x 2 + 3 = 11 of 10 cups; each line alone could be had.
    let cart = shop.filled(&[(&set, 2), (&pair, 1), (&cup, 3)]).await;
    let problems = shop.see_cart(&cart).await["problems"].clone();
    let lines: Vec<_> = problems.as_array().unwrap().iter().map(|problem| problem["line_id"].clone()).collect();
    assert_eq!(lines, ["line_1", "line_2", "line_3"], "{problems}");
    let problem = shop.place(&cart, VISA).await.problem(409, "out_of_stock");
    assert_eq!(short(&problem), [("line_1", 2, 3), ("line_2", 1, 5), ("line_3", 3, 10)], "in each line's own pieces");
    assert_eq!((shop.available(&pot.variant).await, shop.available(&cup.variant).await), (10, 10));

    let path = cart.path("/lines/line_3");
    shop.patch(&path).cart_token(&cart.token).json(json!({ "quantity": 2 })).send().await.expect(200);
    let order = shop.place(&cart, VISA).await.expect(201).json();
    assert_eq!(order["lines"][0]["parts"][1]["title"], cup.title, "{order}");
    shop.until_available(&cup.variant, 0).await;
    assert_eq!(shop.available(&pot.variant).await, 8);
}

#[tokio::test]
async fn of_two_carts_that_share_the_last_part_one_gets_it() {
    let shop = Shop::open().await;
    let cup = shop.stocked(4).await;
    let (set, other) = (shop.bundle(&[(&cup, 3)]).await, shop.bundle(&[(&cup, 2)]).await);
    let carts = [shop.filled(&[(&set, 1)]).await, shop.filled(&[(&other, 1)]).await, shop.filled(&[(&cup, 3)]).await];
    let placed = join_all(carts.iter().map(|cart| shop.place(cart, VISA))).await;
    let sold = placed.iter().filter(|answer| answer.is(201)).count();
    for refused in placed.iter().filter(|answer| !answer.is(201)) {
        refused.problem(409, "out_of_stock");
    }
    // Each refused one may have held the pieces for a moment that another was refused for.
    assert!(sold <= 1, "{sold} of four cups");
    // Whoever is refused has taken nothing; alone, the first who tries again is the one.
    let mut left = 4;
    let takes = carts.iter().zip([3, 2, 3]);
    for (pieces, answer) in takes.clone().map(|(_, pieces)| pieces).zip(&placed) {
        left -= if answer.is(201) { pieces } else { 0 };
    }
    shop.until_available(&cup.variant, left).await;
    for ((cart, pieces), _) in takes.zip(&placed).filter(|(_, answer)| !answer.is(201)) {
        let again = shop.place(cart, VISA).await;
        assert_eq!(again.is(201), pieces <= left, "{pieces} of {left}");
        left -= if again.is(201) { pieces } else { 0 };
        shop.until_available(&cup.variant, left).await;
    }
    assert!((1..=2).contains(&left), "one of three was sold");
}

#[tokio::test]
async fn what_is_cancelled_gives_back_the_parts_it_was_made_of() {
    let shop = Shop::open().await;
    let (pot, cup, spoon) = (shop.stocked(10).await, shop.stocked(20).await, shop.stocked(5).await);
    let set = shop.bundle(&[(&pot, 1), (&cup, 4)]).await;
    let cart = shop.bought_of(&[(&set, 2)]).await;
    assert_eq!((shop.available(&pot.variant).await, shop.available(&cup.variant).await), (8, 12));
    shop.remake(&set, &[(&spoon, 5)]).await.expect(200);
    let order = shop.order(&cart).await;
    assert_eq!(order["lines"][0]["parts"][0]["title"], pot.title, "what was bought stays what it was");
    shop.act(&cart, "cancel", json!({ "reason": "flooded", "refund": true })).await.expect(201);
    shop.until_available(&cup.variant, 20).await;
    shop.until_available(&pot.variant, 10).await;
    assert_eq!(shop.available(&spoon.variant).await, 5);
}

#[tokio::test]
async fn pieces_that_come_back_go_into_the_stocks_of_their_parts() {
    let shop = Shop::open().await;
    let (pot, cup) = (shop.stocked(10).await, shop.stocked(20).await);
    let set = shop.bundle(&[(&pot, 1), (&cup, 4)]).await;
    let cart = shop.bought_of(&[(&set, 3)]).await;
    let sent = shop.act(&cart, "fulfilments", json!({})).await.expect(201).json();
    assert_eq!(sent["fulfilment_status"], "fulfilled");
    let lines = json!([{ "line_id": "line_1", "quantity": 2, "reason": "chipped" }]);
    let asked = shop.act(&cart, "returns", json!({ "lines": lines })).await.expect(201).json();
    let path = format!("/v1/admin/returns/{}/receive", asked["returns"][0]["id"].as_str().unwrap());
    shop.write(Method::POST, &path, json!({})).await.expect(201);
    shop.until_available(&cup.variant, 16).await;
    shop.until_available(&pot.variant, 9).await;
}

#[tokio::test]
async fn an_order_is_edited_by_the_parts_of_its_bundles() {
    let shop = Shop::open().await;
    let (pot, cup) = (shop.stocked(10).await, shop.stocked(12).await);
    let set = shop.bundle(&[(&pot, 1), (&cup, 4)]).await;
    let cart = shop.bought_of(&[(&set, 2)]).await;
    let edit = |body: Value| {
        let mut body = body;
        body["reason"] = json!("they rang");
        body
    };
    // One cup too few for two more.
    let add = json!([{ "variant_id": set.variant, "quantity": 2 }]);
    let refused = shop.act(&cart, "edits", edit(json!({ "add": add, "paid_by_hand": "till" }))).await;
    let refused = refused.problem(409, "out_of_stock");
    let expected = json!([{ "variant_id": set.variant, "requested": 2, "available": 1 }]);
    assert_eq!(refused["lines"], expected, "{refused}");
    let add = json!([{ "variant_id": set.variant, "quantity": 1 }]);
    shop.act(&cart, "edits", edit(json!({ "add": add, "paid_by_hand": "till" }))).await.expect(201);
    shop.until_available(&cup.variant, 0).await;
    let lines = json!([{ "line_id": "line_1", "quantity": 1 }]);
    let order = shop.act(&cart, "edits", edit(json!({ "lines": lines }))).await.expect(201).json();
    assert_eq!(order["lines"][0]["refunded"], 1);
    shop.until_available(&cup.variant, 4).await;
    shop.until_available(&pot.variant, 8).await;
    let order = shop.staff_order(&cart).await;
    assert_eq!(order["lines"][0].get("not_put_back"), None, "{order}");
}

#[tokio::test]
async fn a_bundle_that_was_made_anew_is_looked_at_before_it_is_bought() {
    let shop = Shop::open().await;
    let (pot, cup) = (shop.stocked(10).await, shop.stocked(20).await);
    let set = shop.bundle(&[(&pot, 1), (&cup, 4)]).await;
    let cart = shop.filled(&[(&pot, 1), (&set, 1)]).await;
    shop.remake(&set, &[(&cup, 2)]).await.expect(200);
    let said = format!("{}: made of something else by now.", set.title);
    within(PUBLISHED_MILLIS * 2, "the cart tells of it", async || {
        let page = shop.get("/cart").cookie(&format!("__Host-cart={}.{}", cart.id, cart.token));
        html(&page.send().await.expect(200)).contains(&said).then_some(())
    })
    .await;
    let problem = shop.place(&cart, VISA).await.problem(409, "contents_changed");
    assert_eq!(problem["lines"], json!(["line_2"]), "{problem}");
    let seen = shop.see_cart(&cart).await;
    assert_eq!(seen["lines"][1]["parts"].as_array().unwrap().len(), 1, "{seen}");
    shop.place(&cart, VISA).await.expect(201);
    shop.until_available(&cup.variant, 18).await;
    assert_eq!(shop.available(&pot.variant).await, 9);
}

#[tokio::test]
async fn what_cannot_be_a_part_is_said_with_its_place() {
    let shop = Shop::open().await;
    let (cup, digital) = (shop.stocked(1).await, shop.product(json!({ "delivery": "digital" })).await);
    let set = shop.bundle(&[(&cup, 2)]).await;
    let ask = async |parts: Value| {
        let mut body = crate::fixtures::product_body(&made_of(&[]));
        body["variants"][0]["parts"] = parts;
        shop.write(Method::POST, "/v1/admin/products", body).await
    };
    let nobody = "var_00000000000000000000000000";
    let wrong = json!([
        { "variant_id": set.variant, "quantity": 1 },
        { "variant_id": digital.variant, "quantity": 1 },
        { "variant_id": nobody, "quantity": 1 },
    ]);
    let refused = ask(wrong).await;
    refused.problem(422, "invalid");
    assert_eq!(refused.pointers(), [0, 1, 2].map(|n| format!("/variants/0/parts/{n}/variant_id")));
    let twice = ask(parts(&[(&cup, 101), (&cup, 0)])).await;
    twice.problem(422, "invalid");
    assert_eq!(
        twice.pointers(),
        ["0/quantity", "1/quantity", "1/variant_id"].map(|at| format!("/variants/0/parts/{at}"))
    );
    let itself = shop.remake(&set, &[(&set, 1)]).await;
    assert_eq!(itself.pointers(), ["/parts/0/variant_id"]);
    let path = format!("/v1/admin/products/{}", set.id);
    let refused = shop.write(Method::PATCH, &path, json!({ "delivery": "digital" })).await;
    assert_eq!(refused.pointers(), ["/delivery"]);

    // What is a part is sent, and is no bundle itself.
    let path = format!("/v1/admin/products/{}", cup.id);
    shop.write(Method::PATCH, &path, json!({ "delivery": "digital" })).await.problem(409, "part_of_bundle");
    let other = shop.product(json!({})).await;
    shop.remake(&cup, &[(&other, 1)]).await.problem(409, "part_of_bundle");
    // Pieces that nobody could sell any more are taken out first.
    let stocked = shop.stocked(2).await;
    shop.remake(&stocked, &[(&other, 1)]).await.problem(409, "stocked_bundle");
    shop.adjust(&stocked.variant, json!({ "delta": -2, "reason": "correction" })).await.expect(200);
    shop.remake(&stocked, &[(&other, 1)]).await.expect(200);
}

#[tokio::test]
async fn what_is_a_part_stays_and_a_bundle_has_no_stock_to_change() {
    let shop = Shop::open().await;
    let cup = shop.stocked(4).await;
    let set = shop.bundle(&[(&cup, 2)]).await;
    let problem = shop.write(Method::DELETE, &format!("/v1/admin/products/{}", cup.id), json!(null)).await;
    let problem = problem.problem(409, "part_of_bundle");
    assert_eq!(problem["bundles"], json!([{ "variant_id": set.variant, "sku": set.sku }]), "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains(&set.sku), "{problem}");

    shop.adjust(&set.variant, json!({ "delta": 1, "reason": "received" })).await.problem(409, "no_stock_of_its_own");
    let rows = json!({ "rows": [{ "id": set.variant, "on_hand": 5 }, { "id": cup.variant, "add": 1 }] });
    let done = shop.write(Method::POST, "/v1/admin/variants/bulk", rows).await.expect(200).json();
    assert_eq!((&done["refused"], &done["items"][0]["code"]), (&json!(1), &json!("no_stock_of_its_own")), "{done}");
    shop.until_available(&cup.variant, 5).await;

    // Once it is made of nothing, it has a stock of its own again, and what was its part may go.
    shop.remake(&set, &[]).await.expect(200);
    shop.stock(&set.variant, 3).await;
    shop.until_level(&set, "low").await;
    shop.write(Method::DELETE, &format!("/v1/admin/products/{}", cup.id), json!(null)).await.expect(204);
}

#[tokio::test]
async fn a_product_goes_with_the_bundles_of_its_own_variants() {
    let shop = Shop::open().await;
    let sizes = json!([{ "name": "Pack", "values": ["One", "Six"] }]);
    let one = json!({ "sku": unique("ONE"), "options": { "Pack": "One" }, "prices": prices(100) });
    let product = shop.product(json!({ "options": sizes, "variants": [one] })).await;
    shop.stock(&product.variant, 12).await;
    let six = json!({
        "sku": unique("SIX"), "options": { "Pack": "Six" }, "prices": prices(500), "parts": parts(&[(&product, 6)]),
    });
    let path = format!("/v1/admin/products/{}", product.id);
    let six = shop.write(Method::POST, &format!("{path}/variants"), six).await.expect(201).json();
    assert_eq!(shop.available(six["id"].as_str().unwrap()).await, 2);
    let part = format!("/v1/admin/variants/{}", product.variant);
    shop.write(Method::DELETE, &part, json!(null)).await.problem(409, "part_of_bundle");
    shop.write(Method::DELETE, &path, json!(null)).await.expect(204);
    eventually("it is gone", async || shop.get(&path).bearer(&shop.owner().await).send().await.is(404).then_some(()))
        .await;
}

#[tokio::test]
async fn buyers_and_packers_see_what_is_in_a_bundle() {
    let shop = Shop::open().await;
    let (pot, cup) = (shop.stocked(10).await, shop.stocked(20).await);
    let german = json!({ "translations": { "de": { "title": "Tasse" } } });
    shop.write(Method::PATCH, &format!("/v1/admin/products/{}", cup.id), german).await.expect(200);
    let set = shop.bundle(&[(&pot, 1), (&cup, 4)]).await;
    let said = format!("1 × {}, 4 × {}", pot.title, cup.title);
    let page = html(&shop.get(&format!("/products/{}", set.slug)).send().await.expect(200));
    assert!(page.contains(&format!("In it: {said}")), "{page}");
    let cart = shop.bought_of(&[(&set, 2)]).await;
    for (language, said) in [("en", said), ("de", format!("1 × {}, 4 × Tasse", pot.title))] {
        let cookies = format!("__Host-cart={}.{}; __Host-locale={language}", cart.id, cart.token);
        let page = html(&shop.get(&format!("/orders/{}", cart.id)).cookie(&cookies).send().await.expect(200));
        assert!(page.contains(&said), "{page}");
    }
    let path = format!("/admin/packing-slips?orders={}", cart.id);
    let slip = html(&shop.get(&path).bearer(&shop.owner().await).send().await.expect(200));
    let row = |pieces: u32, part: &Product| {
        format!("<td class=\"number\">{pieces}</td><td>{}</td><td>{}</td>", part.sku, part.title)
    };
    assert!(slip.contains(&row(2, &pot)) && slip.contains(&row(8, &cup)), "{slip}");
    assert!(slip.contains("Pieces: 10"), "{slip}");
}

#[tokio::test]
async fn what_is_told_of_an_order_says_what_its_bundles_are_made_of() {
    let shop = Shop::open().await;
    let (pot, cup) = (shop.stocked(10).await, shop.stocked(20).await);
    let set = shop.bundle(&[(&pot, 1), (&cup, 4)]).await;
    let cart = shop.filled(&[(&set, 3)]).await;
    let mailbox = mailbox();
    let mut details = details();
    details["email"] = json!(mailbox);
    shop.put(&cart.path("/details")).cart_token(&cart.token).json(details).send().await.expect(200);
    shop.place(&cart, VISA).await.expect(201);
    shop.until_staff_see(&cart, "its pieces are its own", |order| order["refundable"]["amount"] != 0).await;
    let told = shop.letters(&mailbox, 1).await[0]["text"].as_str().unwrap().to_owned();
    assert!(told.contains(&format!("Each: 1 × {}, 4 × {}", pot.title, cup.title)), "{told}");

    // Staff find it by what is in it, and have it in their file.
    let file = within(LISTED_MILLIS, "the order is listed", async || {
        let rows = rows(&export(&shop, &format!("q={}", cup.sku)).await.expect(200));
        (rows.len() == 2).then_some(rows)
    })
    .await;
    let goods = format!("3 × {} (3 × {}, 12 × {})", set.sku, pot.sku, cup.sku);
    assert_eq!(as_typed(cell(&file, 1, "goods")), goods);

    // One is taken out: what is left is packed.
    let lines = json!([{ "line_id": "line_1", "quantity": 2 }]);
    shop.act(&cart, "edits", json!({ "lines": lines, "reason": "they rang" })).await.expect(201);
    let owner = owner(&shop).await;
    let slip = owner.open(&format!("/admin/packing-slips?orders={}", cart.id)).await;
    let row = |pieces: u32, part: &Product| format!("<td class=\"number\">{pieces}</td><td>{}</td>", part.sku);
    for row in [row(2, &set), row(2, &pot), row(8, &cup)] {
        assert!(slip.contains(&row), "{row}: {slip}");
    }
    shop.act(&cart, "fulfilments", json!({})).await.expect(201);
    let parcel = format!("2 × {} (2 × {}, 8 × {})", set.title, pot.title, cup.title);
    let told = shop.letters(&mailbox, 3).await;
    assert!(told.iter().any(|letter| letter["text"].as_str().unwrap().contains(&parcel)), "{told:?}");
    let cookies = format!("__Host-cart={}.{}", cart.id, cart.token);
    let page = html(&shop.get(&format!("/orders/{}", cart.id)).cookie(&cookies).send().await.expect(200));
    assert!(page.contains(&parcel), "{page}");
    let page = owner.open(&format!("/admin/orders/{}", cart.id)).await;
    let parcel = format!("2 × {} (2 × {} · {}, 8 × {} · {})", set.title, pot.title, pot.sku, cup.title, cup.sku);
    assert!(page.contains(&parcel), "{page}");
}

#[tokio::test]
async fn staff_make_a_bundle_in_the_console_by_skus() {
    let shop = Shop::open().await;
    let (pot, cup) = (shop.stocked(10).await, shop.stocked(20).await);
    let set = shop.product(json!({})).await;
    let browser = owner(&shop).await;
    let path = format!("/admin/variants/{}", set.variant);
    let page = browser.open(&path).await;
    let typed = [
        ("/parts/0/variant_id:variant", pot.sku.as_str()),
        ("/parts/0/quantity:whole", "1"),
        ("/parts/1/variant_id:variant", cup.sku.as_str()),
        ("/parts/1/quantity:whole", "4"),
    ];
    send(&browser, &path, &filled("variant-parts", &page, &typed)).await.expect(303);
    let page = browser.open(&path).await;
    assert!(page.contains(&format!("4 × {}", cup.title)) && page.contains(&format!("value=\"{}\"", cup.sku)), "{page}");
    assert!(!page.contains("stock-adjust"), "it has no stock of its own: {page}");
    // What nobody touches stays.
    send(&browser, &path, &filled("variant-parts", &page, &[("/parts/0/quantity:whole", "2")])).await.expect(303);
    shop.until_available(&set.variant, 5).await;
    let emptied = [
        "/parts/0/variant_id:variant",
        "/parts/0/quantity:whole",
        "/parts/1/variant_id:variant",
        "/parts/1/quantity:whole",
    ];
    let page = browser.open(&path).await;
    send(&browser, &path, &filled("variant-parts", &page, &emptied.map(|field| (field, "")))).await.expect(303);
    assert!(browser.open(&path).await.contains("stock-adjust"));
}

#[tokio::test]
async fn parts_are_counted_and_sold_ahead_as_staff_say_of_each() {
    let shop = Shop::open().await;
    // Buyers see no cups, but in the set.
    let (pot, cup) = (shop.stocked(1).await, shop.new_product(json!({ "status": "draft" })).await);
    let set = shop.bundle(&[(&pot, 1), (&cup, 4)]).await;
    assert_eq!(shop.available(&set.variant).await, 0);
    let keep = async |product: &Product, settings: Value| {
        shop.write(Method::PATCH, &format!("/v1/admin/variants/{}", product.variant), settings).await.expect(200);
    };
    keep(&cup, json!({ "tracked": false })).await;
    shop.until_level(&set, "low").await;
    assert_eq!(shop.available(&set.variant).await, 1);
    let stock = shop.write(Method::GET, &format!("/v1/admin/stock/{}", set.variant), json!(null)).await;
    assert_eq!(stock.expect(200).json()["available"], 1);
    // One is there, and one of each of two may be sold before it comes.
    keep(&pot, json!({ "backorder_floor": -2 })).await;
    let carts = [shop.filled(&[(&set, 2)]).await, shop.filled(&[(&set, 1), (&pot, 1)]).await];
    let placed = join_all(carts.iter().map(|cart| shop.place(cart, VISA))).await;
    let mut statuses: Vec<u16> = placed.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort();
    assert_eq!(statuses, [201, 409], "two and two of three pots");
    shop.until_available(&pot.variant, 1).await;
    let stock = shop.write(Method::GET, &format!("/v1/admin/stock/{}", cup.variant), json!(null)).await;
    assert_eq!(stock.expect(200).json()["held"], 0, "nobody counts cups");
    // A bundle has no stock of which this could be said.
    let path = format!("/v1/admin/variants/{}", set.variant);
    let told = shop.write(Method::PATCH, &path, json!({ "tracked": false, "backorder_floor": -1 })).await;
    assert_eq!(told.expect(422).pointers(), ["/tracked", "/backorder_floor"]);
}

#[tokio::test]
async fn what_came_into_its_own_stock_meanwhile_is_there_once_it_is_no_bundle_any_more() {
    let shop = Shop::open().await;
    let (pot, cup) = (shop.stocked(2).await, shop.stocked(100).await);
    let cart = shop.bought_of(&[(&pot, 2)]).await;
    let listed = format!("/v1/admin/variants?q={}", pot.sku);
    eventually("lists know that none is on hand", async || {
        let listed = shop.write(Method::GET, &listed, json!(null)).await.expect(200).json();
        (listed["items"][0]["on_hand"] == 0).then_some(())
    })
    .await;
    let now = shop.remake(&pot, &[(&cup, 10)]).await.expect(200).json();
    assert_eq!(now["available"], "in_stock", "{now}");
    shop.until_level(&pot, "in_stock").await;
    shop.act(&cart, "cancel", json!({ "reason": "flooded", "refund": true })).await.expect(201);
    shop.until_order(&cart, "cancelled", "refunded").await;
    assert_eq!(shop.available(&pot.variant).await, 10, "nobody can buy its own");
    let path = format!("/v1/admin/stock/{}/ledger", pot.variant);
    eventually("its own pieces are back", async || {
        let ledger = shop.write(Method::GET, &path, json!(null)).await.expect(200).json();
        (ledger["items"][0]["units"] == 2).then_some(())
    })
    .await;
    // They are in nobody's way, and there once it is made of nothing.
    shop.remake(&pot, &[(&cup, 5)]).await.expect(200);
    shop.until_level(&pot, "in_stock").await;
    shop.remake(&pot, &[]).await.expect(200);
    shop.until_level(&pot, "low").await;
    assert_eq!(shop.available(&pot.variant).await, 2);
    let listed = shop.write(Method::GET, &listed, json!(null)).await.expect(200).json();
    assert_eq!((&listed["items"][0]["on_hand"], &listed["items"][0]["available"]), (&json!(2), &json!(2)));
}

#[tokio::test]
async fn a_bundle_of_what_has_yet_to_come_has_yet_to_come_itself() {
    let shop = Shop::open().await;
    let (pot, cup) = (shop.stocked(100).await, shop.stocked(4).await);
    let ahead = json!({ "backorder_floor": -80 });
    shop.write(Method::PATCH, &format!("/v1/admin/variants/{}", cup.variant), ahead).await.expect(200);
    let set = shop.bundle(&[(&pot, 1), (&cup, 4)]).await;
    let seen = async || shop.get(&format!("/v1/products/{}", set.id)).send().await.expect(200).json();
    let until = async |level: &str, later: bool| {
        within(PUBLISHED_MILLIS * 2, &format!("it is {level}, on backorder: {later}"), async || {
            let seen = seen().await;
            let is = |it: &Value| it["available"] == level && (it["on_backorder"] == true) == later;
            (is(&seen) && is(&seen["variants"][0])).then_some(())
        })
        .await;
    };
    // One is there, and twenty more can be sold.
    until("low", false).await;
    shop.bought_of(&[(&set, 1)]).await;
    until("low", true).await;
    let path = format!("/v1/variants/{}/availability", set.variant);
    assert_eq!(shop.get(&path).send().await.expect(200).json(), json!({ "available": 20, "in_stock": 0 }));
    let cart = shop.filled(&[(&set, 2)]).await;
    assert_eq!(shop.see_cart(&cart).await["lines"][0]["backordered"], 2);
    let page = html(&shop.get(&format!("/products/{}", set.slug)).send().await.expect(200));
    assert!(page.contains("On backorder") && page.contains("schema.org/BackOrder"), "{page}");
    let path = format!("/v1/admin/variants?q={}&available=low", set.sku);
    let listed = shop.write(Method::GET, &path, json!(null)).await.expect(200).json();
    assert_eq!(listed["items"][0]["on_hand"], 0, "{listed}");
    // Until what may be sold ahead is sold.
    shop.bought_of(&[(&cup, 77)]).await;
    until("out", false).await;
    shop.stock(&cup.variant, 200).await;
    until("in_stock", false).await;
}
