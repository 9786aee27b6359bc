//! What buyers see of their parcels, how they ask to send something back, and how
//! they find an order again.

use serde_json::{Value, json};

use crate::browser::{Browser, VISA, html, text, value_of};
use crate::buyers::mailbox;
use crate::shop::{Shop, eventually};

/// A browser that has bought so many pieces, and the path of its order.
async fn bought(shop: &Shop, quantity: &str) -> (Browser, String) {
    let product = shop.product(json!({ "title": "Kettle <b>" })).await;
    shop.stock(&product.variant, 9).await;
    let mut browser = Browser::at_checkout(shop, &product, quantity).await;
    let path = browser.buy(VISA).await;
    browser.until(&path, "your order is confirmed").await;
    (browser, path)
}

async fn send(shop: &Shop, path: &str, body: Value) -> Value {
    let path = format!("/v1/admin{path}/fulfilments");
    eventually("it is sent", async || {
        let sent = shop.post(&path).bearer(&shop.owner().await).json(body.clone()).send().await;
        (sent.status == 201).then(|| sent.json())
    })
    .await
}

#[tokio::test]
async fn an_order_shows_its_parcels_and_what_has_happened() {
    let shop = Shop::open().await;
    let (browser, path) = bought(&shop, "3").await;
    let page = browser.open(&path).await;
    assert!(page.contains("We are packing your things") && !page.contains("Send something back"), "{page}");
    let tracked = json!({
        "lines": [{ "line_id": "line_1", "quantity": 2 }], "carrier": "DHL <i>", "tracking_url": "https://p.example/?a=1&b=2",
    });
    send(&shop, &path, tracked).await;
    let page = browser.open(&path).await;
    for said in
        ["Some of your things are on their way", "2 × Kettle", "href=\"https://p.example/?a=1&#38;b=2\"", "Sent on "]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("Kettle <b>") && !page.contains("DHL <i>"), "{page}");
    send(&shop, &path, json!({ "status": "packed" })).await;
    assert!(browser.open(&path).await.contains("Packed, and about to go out"));
    let ship = shop.post(&format!("/v1/admin{path}/fulfilments/2/ship")).bearer(&shop.owner().await);
    ship.json(json!({})).send().await.expect(201);
    let page = text(&browser.open(&path).await);
    assert!(page.contains("We have sent everything") && page.contains("Send something back"), "{page}");
    let (placed, sent) = (page.find("You placed the order").unwrap(), page.find("Something was sent").unwrap());
    assert!(placed < sent, "{page}");
}

#[tokio::test]
async fn what_the_shop_writes_for_a_buyer_stands_on_the_orders_page() {
    let shop = Shop::open().await;
    let (browser, path) = bought(&shop, "1").await;
    assert!(!browser.open(&path).await.contains("From the shop"));
    for (text, seen) in [("We ship on <b>Monday</b>\n& by boat", true), ("A difficult customer", false)] {
        let note = json!({ "text": text, "visible_to_buyer": seen });
        let noted = shop.post(&format!("/v1/admin{path}/notes")).bearer(&shop.owner().await).json(note).send().await;
        noted.expect(201);
    }
    let page = browser.open(&path).await;
    assert!(page.contains("We ship on &#60;b&#62;Monday&#60;/b&#62;<br>&#38; by boat"), "{page}");
    assert!(text(&page).contains("From the shop") && !page.contains("difficult"), "{page}");
}

#[tokio::test]
async fn a_buyer_asks_for_a_return_and_a_second_click_asks_for_none() {
    let shop = Shop::open().await;
    let (mut browser, path) = bought(&shop, "3").await;
    let returns = format!("{path}/returns");
    assert_eq!(browser.get(&returns).await.expect(303).header("location"), path, "nothing was sent");
    send(&shop, &path, json!({})).await;
    let page = browser.open(&returns).await;
    let so_far = value_of(&page, "so_far");
    let fields = |quantity, reason, comment| {
        vec![("so_far", so_far.as_str()), ("line_1", quantity), ("line_1-reason", reason), ("comment", comment)]
    };
    for (quantity, reason, told) in [
        ("", "", "Say how many of what you send back."),
        ("0", "Too small", "Say how many of what you send back."),
        ("4", "Too small", "Enter a number from 0 to 3 for Kettle"),
        ("some", "Too small", "Enter a number from 0 to 3 for Kettle"),
        ("1", "", "Choose why Kettle"),
        ("1", "<script>", "Choose why Kettle"),
    ] {
        let page = browser.refused(&returns, fields(quantity, reason, "two\nlines <i>")).await;
        assert!(page.contains(told) && page.contains("two\nlines &#60;i&#62;"), "{told}: {page}");
        assert!(page.contains("Error: Send something back") && value_of(&page, "line_1") == quantity, "{page}");
    }
    let long = "x".repeat(1_001);
    let page = browser.refused(&returns, fields("1", "Too small", &long)).await;
    assert!(
        page.contains("The note must have at most 1000 characters.") && page.contains("selected>Too small"),
        "{page}"
    );

    let asked = format!("{path}#returns");
    assert_eq!(browser.submit(&returns, fields("2", "Too small", "")).await, asked);
    assert_eq!(browser.submit(&returns, fields("2", "Too small", "")).await, asked, "a second click");
    let page = text(&browser.open(&path).await);
    assert!(page.contains("Return 1") && !page.contains("Return 2"), "{page}");
    assert!(page.contains("2 × Kettle") && page.contains(": Too small"), "{page}");
    let other = html(&browser.form(&returns, &fields("1", "Too small", "")).send().await.expect(422));
    assert!(other.contains("You have just asked for another return"), "{other}");

    let id = format!("ret_{}_1", path.trim_start_matches("/orders/ord_"));
    let approve = shop.post(&format!("/v1/admin/returns/{id}/approve")).bearer(&shop.owner().await);
    approve.json(json!({ "instructions": "By post <u>\nto us" })).send().await.expect(201);
    let page = browser.open(&path).await;
    assert!(page.contains("You can send this back.") && page.contains("By post &#60;u&#62;<br>to us"), "{page}");
}

#[tokio::test]
async fn an_order_is_found_by_its_number_and_its_mailbox_alone_learns_of_it() {
    let shop = Shop::open().await;
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    let email = mailbox();
    shop.change_cart(&cart, json!({ "email": email })).await.expect(200);
    let order = shop.place(&cart, "pm_card_visa").await.expect(201).json();
    shop.letters(&email, 1).await;
    let number = order["number"].as_str().unwrap();
    let mut browser = Browser::new(&shop);
    let page = browser.open("/orders/find").await;
    assert!(page.contains("Find your order") && !page.contains("we have sent an e-mail"), "{page}");
    let typed = format!(" #{} ", number.to_lowercase().replace('-', " "));
    let shouted = email.to_uppercase();
    let asked = browser.submit("/orders/find", vec![("number", &typed), ("email", &shouted)]).await;
    assert!(browser.open(&asked).await.contains("If there is an order with that number"));
    let letters = shop.letters(&email, 2).await;
    assert_eq!(letters[1]["subject"], format!("Your order {number}"));
    let link =
        letters[1]["text"].as_str().unwrap().split_whitespace().find(|word| word.contains("/open?token=")).unwrap();
    let opened = browser.get(link.trim_start_matches(&shop.origin())).await.expect(303);
    assert_eq!(opened.header("location"), format!("/orders/{}", cart.id));

    // Of what there is not, the same is said.
    let stranger = mailbox();
    for (number, email) in [("ZZZZ-ZZZZ", &email), (number, &stranger)] {
        assert_eq!(browser.submit("/orders/find", vec![("number", number), ("email", email)]).await, asked);
    }
    let page = browser.refused("/orders/find", vec![("number", "<b>"), ("email", "ada")]).await;
    assert!(page.contains("Check the order&#39;s number") && page.contains("Check the e-mail address"), "{page}");
    assert!(page.contains("value=\"&#60;b&#62;\"") && value_of(&page, "email") == "ada", "{page}");
    // The queue has been worked off once a later question is answered.
    assert_eq!(shop.letters(&email, 2).await.len(), 2);
    assert!(shop.letters(&stranger, 0).await.is_empty());
}

#[tokio::test]
async fn nobody_asks_for_one_mailbox_without_end() {
    let shop = Shop::open().await;
    let browser = Browser::new(&shop);
    let email = mailbox();
    let form = vec![("number", "ZZZZ-ZZZZ"), ("email", email.as_str())];
    for _ in 0..5 {
        browser.form("/orders/find", &form).send().await.expect(303);
    }
    let refused = browser.form("/orders/find", &form).send().await.expect(429);
    assert!(html(&refused).contains("Find your order") && !refused.header("retry-after").is_empty());
}

#[tokio::test]
async fn an_order_names_its_things_in_its_readers_language_wherever_it_names_them() {
    let shop = Shop::open().await;
    let product = shop.product(json!({ "title": "Kettle", "translations": { "de": { "title": "Kessel" } } })).await;
    shop.stock(&product.variant, 9).await;
    let mut browser = Browser::at_checkout(&shop, &product, "4").await;
    let path = browser.buy(VISA).await;
    browser.until(&path, "your order is confirmed").await;
    let lines = |quantity: u32| json!([{ "line_id": "line_1", "quantity": quantity, "reason": "Too small" }]);
    let parcel = json!({ "lines": [{ "line_id": "line_1", "quantity": 2 }] });
    send(&shop, &path, parcel).await;
    let staff = async |deed: &str, body: Value| {
        shop.post(&format!("/v1/admin{path}/{deed}")).bearer(&shop.owner().await).json(body).send().await.expect(201);
    };
    staff("returns", json!({ "lines": lines(1) })).await;
    let add = json!([{ "variant_id": product.variant, "quantity": 3 }]);
    staff("edits", json!({ "reason": "they rang", "add": add, "ask_buyer": true })).await;
    browser.cookies.insert("__Host-locale".to_owned(), "de".to_owned());
    let page = browser.until(&path, "2 × Kessel").await;
    assert!(page.contains("1 × Kessel") && page.contains("3 × Kessel"), "{page}");
    assert!(!page.contains("Kettle"), "{page}");
}
