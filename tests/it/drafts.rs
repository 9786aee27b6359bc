//! Orders that staff type in: what they are, how they are sent, and how they end.
//! How they are placed: `drafts_placed.rs`.

use serde_json::{Value, json};

use crate::ask::{Answer, Ask};
use crate::browser::{Browser, VISA, html, value_of};
use crate::fixtures::{Cart, PRICE, Product, address, eur};
use crate::manual_payments::manual;
use crate::shop::{Shop, eventually, unique};

pub const NATIVE: &str = "a clock that can be moved, only the native host has";
const DAY_MILLIS: i64 = 24 * 3_600_000;

/// Two pieces at the shop's price, for Ada in London.
pub fn content(product: &Product) -> Value {
    let lines = json!([{ "variant_id": product.variant, "quantity": 2 }]);
    json!({ "currency": "EUR", "lines": lines, "email": format!("{}@example.com", unique("ada")),
            "shipping_address": address() })
}

/// What a member of staff asks of drafts.
pub async fn desk(shop: &Shop, ask: Ask) -> Answer {
    ask.bearer(&shop.owner().await).send().await
}

pub async fn made(shop: &Shop, content: Value) -> Value {
    desk(shop, shop.post("/v1/admin/drafts").json(content)).await.expect(201).json()
}

/// A draft that lacks nothing but being placed.
pub async fn ready(shop: &Shop, product: &Product) -> Value {
    let draft = made(shop, content(product)).await;
    let option = json!({ "shipping_option": draft["shipping_options"][0]["id"] });
    changed(shop, &draft, option).await.expect(200).json()
}

pub fn path(draft: &Value, rest: &str) -> String {
    format!("/v1/admin/drafts/{}{rest}", draft["id"].as_str().unwrap())
}

pub async fn changed(shop: &Shop, draft: &Value, content: Value) -> Answer {
    desk(shop, shop.patch(&path(draft, "")).json(content)).await
}

pub async fn sent(shop: &Shop, draft: &Value, letter: Value) -> Answer {
    desk(shop, shop.post(&path(draft, "/send")).json(letter)).await
}

pub async fn placed(shop: &Shop, draft: &Value, body: Value) -> Answer {
    desk(shop, shop.post(&path(draft, "/order")).json(body)).await
}

pub async fn seen(shop: &Shop, draft: &Value) -> Value {
    desk(shop, shop.get(&path(draft, ""))).await.expect(200).json()
}

/// As its buyer asks for it, who has the link.
pub fn of_buyer(draft: &Value) -> Cart {
    let token = draft["url"].as_str().unwrap().split_once("token=").unwrap().1.to_owned();
    Cart { id: draft["id"].as_str().unwrap().to_owned(), token, json: draft["cart"].clone() }
}

pub fn total(draft: &Value) -> i64 {
    draft["cart"]["totals"]["total"]["amount"].as_i64().unwrap()
}

/// The row of staff's list, once it is so.
pub async fn listed(shop: &Shop, draft: &Value, status: &str) -> Value {
    let list = format!("/v1/admin/drafts?status={status}&limit=100");
    eventually(&format!("it is listed as {status}"), async || {
        let list = desk(shop, shop.get(&list)).await.expect(200).json();
        list["items"].as_array().unwrap().iter().find(|row| row["id"] == draft["id"]).cloned()
    })
    .await
}

pub async fn letters(shop: &Shop, draft: &Value, count: usize) -> Vec<Value> {
    let mailbox = format!("/dev/mailbox?to={}", draft["cart"]["email"].as_str().unwrap());
    eventually(&format!("{count} letters came"), async || {
        let letters = shop.get(&mailbox).send().await.expect(200).json()["items"].as_array().unwrap().clone();
        (letters.len() == count).then_some(letters)
    })
    .await
}

/// Where the letter leads.
pub fn link(shop: &Shop, letter: &Value) -> String {
    let mut words = letter["text"].as_str().unwrap().split_whitespace();
    let link = words.find(|word| word.contains("/open?token=")).unwrap();
    assert!(letter["html"].as_str().unwrap().contains(link), "the same in both forms");
    link.trim_start_matches(&shop.origin()).to_owned()
}

/// A browser that has followed a draft's link to its checkout.
pub async fn at_checkout(shop: &Shop, link: &str) -> (Browser, String) {
    let mut browser = Browser::new(shop);
    let order = browser.follow(link).await;
    let checkout = browser.follow(&order).await;
    assert!(checkout.ends_with("/checkout") && checkout.starts_with("/orders/ord_"), "{checkout}");
    (browser, checkout)
}

/// What the checkout's form sends if nothing is typed but how to pay.
pub async fn form(browser: &Browser, checkout: &str) -> Vec<(String, String)> {
    let page = browser.open(checkout).await;
    let shown = ["email", "name", "line1", "line2", "city", "postal_code", "phone"];
    let shown = shown.iter().chain(&["shipping_option", "expected_total", "expected_to_pay", "expected_changes"]);
    let mut fields: Vec<_> = shown.map(|name| ((*name).to_owned(), value_of(&page, name))).collect();
    let typed = [("country", "GB"), ("method", VISA), ("intent", "place")];
    fields.extend(typed.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let plain = |(name, value): (String, String)| (name, value.replace("&#39;", "'"));
    fields.into_iter().map(plain).collect()
}

pub async fn check_out(browser: &Browser, checkout: &str, fields: &[(String, String)]) -> Answer {
    let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.form(checkout, &fields).send().await
}

#[tokio::test]
async fn a_draft_is_a_cart_that_staff_have_made_and_holds_nothing() {
    let shop = Shop::open().await;
    let product = shop.stocked(3).await;
    let draft = ready(&shop, &product).await;
    assert_eq!((&draft["status"], &draft["sent_at"]), (&json!("open"), &Value::Null));
    assert_eq!(draft["cart"]["problems"], json!([]));
    assert_eq!(draft["cart"]["totals"]["items"], eur(2 * PRICE));
    assert!(draft["made_by"].as_str().unwrap().starts_with("cus_"), "{draft}");
    assert_eq!(seen(&shop, &draft).await, draft);
    assert_eq!(shop.available(&product.variant).await, 3);
    // Each change of it is told to the list.
    let row = eventually("it is listed as it is by now", async || {
        let row = listed(&shop, &draft, "open").await;
        (row["total"] == draft["cart"]["totals"]["total"]).then_some(row)
    })
    .await;
    assert_eq!(row["email"], draft["cart"]["email"]);
    assert_eq!((&row["made_by"], &row["pieces"]), (&json!(shop.owner_credentials().0), &json!(2)));
    // Neither a cart nor an order that others have made is one.
    let cart = shop.ready_cart(&product.variant, 1).await;
    for ask in [shop.get(&path(&cart_as_draft(&cart), "")), shop.delete(&path(&cart_as_draft(&cart), ""))] {
        desk(&shop, ask).await.problem(404, "not_found");
    }
    placed(&shop, &cart_as_draft(&cart), manual("invoice")).await.some_problem();
    assert_eq!(shop.see_cart(&cart).await["status"], "open");
}

pub fn cart_as_draft(cart: &Cart) -> Value {
    json!({ "id": cart.id })
}

#[tokio::test]
async fn a_repeated_request_makes_one_draft_and_sends_one_letter() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let (key, content) = (unique("the-key-of-a-draft"), content(&product));
    let make = async || {
        desk(&shop, shop.post("/v1/admin/drafts").key(&key).json(content.clone())).await.expect(201).json()["id"]
            .clone()
    };
    let draft = json!({ "id": make().await, "cart": { "email": content["email"] } });
    assert_eq!(make().await, draft["id"]);
    for _ in 0..2 {
        let send = shop.post(&path(&draft, "/send")).key(&format!("{key}-sent")).json(json!({}));
        desk(&shop, send).await.expect(201);
    }
    letters(&shop, &draft, 1).await;
}

#[tokio::test]
async fn the_letter_leads_the_buyer_to_the_checkout_of_this_very_draft() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let draft = ready(&shop, &product).await;
    let answer = sent(&shop, &draft, json!({ "message": "As we said\non the telephone <b>" })).await.expect(201).json();
    assert_eq!(answer["status"], "sent");
    let letter = letters(&shop, &draft, 1).await.remove(0);
    assert_eq!(letter["subject"], format!("Your order {} at Tradepost, to be paid", draft["number"].as_str().unwrap()));
    for said in ["As we said", "on the telephone <b>", &product.title, "Total: €44.88", "Nothing is set aside"] {
        assert!(letter["text"].as_str().unwrap().contains(said), "{said}: {}", letter["text"]);
    }
    assert!(letter["html"].as_str().unwrap().contains("on the telephone &#60;b&#62;"), "{}", letter["html"]);
    listed(&shop, &draft, "sent").await;

    // Whoever has another token, or none, is shown nothing.
    let link = link(&shop, &letter);
    assert!(Browser::new(&shop).get(&link.replace("token=", "token=x")).await.is(404));
    let checkout = format!("/orders/{}/checkout", draft["id"].as_str().unwrap());
    assert!(Browser::new(&shop).get(&checkout).await.is(404));

    // What was in the buyer's own cart stays there.
    let own = shop.stocked(1).await;
    let mut browser = Browser::at_checkout(&shop, &own, "1").await;
    let order = browser.follow(&link).await;
    assert_eq!(browser.follow(&order).await, checkout);
    let page = browser.open(&checkout).await;
    assert!(page.contains(&product.title) && value_of(&page, "line1").contains("12 St James"), "{page}");
    assert!(page.contains(&format!("action=\"{checkout}\"")) && !page.contains("Back to the cart"), "{page}");
    let fields = form(&browser, &checkout).await;
    let answer = check_out(&browser, &checkout, &fields).await.expect(303);
    assert_eq!(answer.header("location"), order);
    browser.until(&order, "your order is confirmed").await;
    let kept = browser.open("/cart").await;
    assert!(kept.contains(&own.title) && !kept.contains(&product.title), "{kept}");
    // The link leads to the order from now on.
    assert_eq!(at_order(&shop, &link).await, order);
    listed(&shop, &draft, "placed").await;
    shop.until_available(&product.variant, 3).await;
}

/// Where the link of a draft leads that was placed.
pub async fn at_order(shop: &Shop, link: &str) -> String {
    let mut browser = Browser::new(shop);
    let order = browser.follow(link).await;
    browser.open(&order).await;
    order
}

#[tokio::test]
async fn a_letter_is_in_the_language_that_staff_chose() {
    let shop = Shop::open().await;
    let draft = ready(&shop, &shop.stocked(5).await).await;
    changed(&shop, &draft, json!({ "language": "de" })).await.expect(200);
    sent(&shop, &draft, json!({})).await.expect(201);
    let letter = letters(&shop, &draft, 1).await.remove(0);
    assert!(letter["subject"].as_str().unwrap().ends_with(" bei Tradepost, bitte bezahlen"), "{letter}");
    assert!(letter["text"].as_str().unwrap().contains("Gesamtsumme: 44,88\u{a0}€"), "{}", letter["text"]);
    // Sent once more, there is another letter.
    sent(&shop, &draft, json!({})).await.expect(201);
    letters(&shop, &draft, 2).await;
}

#[tokio::test]
async fn a_deleted_draft_is_gone_for_everybody() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let draft = ready(&shop, &product).await;
    listed(&shop, &draft, "open").await;
    let link = draft["url"].as_str().unwrap().trim_start_matches(&shop.origin()).to_owned();
    let (browser, checkout) = at_checkout(&shop, &link).await;
    let fields = form(&browser, &checkout).await;
    desk(&shop, shop.delete(&path(&draft, ""))).await.expect(204);
    let cart = of_buyer(&draft);
    assert!(check_out(&browser, &checkout, &fields).await.is(404));
    shop.place(&cart, VISA).await.problem(404, "not_found");
    shop.get(&cart.path("")).cart_token(&cart.token).send().await.problem(404, "not_found");
    for ask in [shop.get(&path(&draft, "")), shop.delete(&path(&draft, ""))] {
        desk(&shop, ask).await.problem(404, "not_found");
    }
    changed(&shop, &draft, json!({ "email": "ada@example.com" })).await.problem(404, "not_found");
    placed(&shop, &draft, manual("invoice")).await.some_problem();
    eventually("it is in no list", async || {
        let list = desk(&shop, shop.get("/v1/admin/drafts?limit=100")).await.expect(200).json();
        list["items"].as_array().unwrap().iter().all(|row| row["id"] != draft["id"]).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_draft_that_nobody_placed_ends_after_90_days() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(5).await;
    let draft = ready(&shop, &product).await;
    // No session lives so long.
    let staff = async |ask: Ask| ask.bearer(&shop.log_in_owner().await).send().await;
    let change = || shop.patch(&path(&draft, "")).json(json!({ "email": format!("{}@example.com", unique("ada")) }));
    let status = async || staff(shop.get(&path(&draft, ""))).await.expect(200).json()["status"].clone();
    shop.host().clock.advance(60 * DAY_MILLIS);
    // Staff have it in hand once more.
    staff(change()).await.expect(200);
    shop.host().clock.advance(90 * DAY_MILLIS - 60_000);
    assert_eq!(status().await, "open");
    let link = draft["url"].as_str().unwrap().trim_start_matches(&shop.origin()).to_owned();
    let (browser, checkout) = at_checkout(&shop, &link).await;
    shop.host().clock.advance(60_000);
    assert_eq!(status().await, "expired");
    let list = staff(shop.get("/v1/admin/drafts?status=expired")).await.expect(200).json();
    assert_eq!(list["items"][0]["id"], draft["id"]);
    shop.place(&of_buyer(&draft), VISA).await.problem(409, "draft_over");
    let page = html(&browser.get(&checkout).await.expect(409));
    assert!(page.contains("ask the shop"), "{page}");
    staff(change()).await.problem(409, "draft_over");
    staff(shop.post(&path(&draft, "/send")).json(json!({}))).await.problem(409, "draft_over");
    staff(shop.delete(&path(&draft, ""))).await.expect(204);
}

#[tokio::test]
async fn what_cannot_be_sent_says_what_is_missing() {
    let shop = Shop::open().await;
    let empty = made(&shop, json!({})).await;
    assert_eq!(empty["cart"]["lines"], json!([]));
    let refused = sent(&shop, &empty, json!({})).await.problem(409, "cart_incomplete");
    assert_eq!(refused["missing"], json!(["lines", "email"]));
    let long = sent(&shop, &empty, json!({ "message": "x".repeat(1_001) })).await;
    assert_eq!(long.pointers(), ["/message"]);
}

#[tokio::test]
async fn the_list_goes_on_where_the_page_before_ended() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let product = shop.stocked(5).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let draft = made(&shop, content(&product)).await;
        listed(&shop, &draft, "open").await;
        shop.host().clock.advance(1_000);
        ids.insert(0, draft["id"].clone());
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = desk(&shop, shop.get(&format!("/v1/admin/drafts?limit=2{cursor}"))).await.expect(200).json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|row| row["id"].clone()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ids);
    let wrong = desk(&shop, shop.get("/v1/admin/drafts?cursor=nonsense")).await;
    assert_eq!(wrong.pointers(), ["cursor"]);
}
