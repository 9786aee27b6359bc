//! The cart's page, as a browser without scripts uses it.

use serde_json::json;

use crate::browser::{Browser, VISA, html, value_of};
use crate::fixtures::prices;
use crate::shop::{Shop, unique};

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
