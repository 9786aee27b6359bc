//! The cart's page, as a browser without scripts uses it.

use serde_json::json;

use crate::browser::{Browser, VISA, html, text, value_of};
use crate::fixtures::{Coupon, prices};
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
    let first = cart.split("action=\"/cart\"").nth(1).unwrap().split("<button").nth(1).unwrap();
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

#[tokio::test]
async fn a_code_takes_something_off_and_is_taken_out_again() {
    let shop = Shop::open().await;
    let product = shop.stocked(9).await;
    let code = shop.percent_code("Summer <b>sale</b>", "10").await.code;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let cart = text(&browser.open("/cart").await);
    assert!(cart.contains("Shipping from €4.90 Total so far €19.99"), "{cart}");
    // As it is typed on a telephone, with pieces that are typed beside it.
    let typed = format!(" {} ", code.to_lowercase());
    assert_eq!(browser.change(&[("line_1", "2"), ("coupon", &typed)], "update").await, "/cart");
    let page = browser.open("/cart").await;
    let cart = text(&page);
    assert!(cart.contains("Summer &#60;b&#62;sale&#60;/b&#62; -€4.00") && cart.contains("€35.98"), "{cart}");
    assert!(cart.contains("Items €39.98 Discounts -€4.00"), "{cart}");
    assert!(page.contains(&format!("value=\"drop coupon {code}\"")) && value_of(&page, "coupon").is_empty(), "{page}");
    // Using it twice is using it once.
    assert_eq!(browser.change(&[("line_1", "2"), ("coupon", &code)], "checkout").await, "/checkout");
    assert!(text(&browser.open("/checkout").await).contains("Summer &#60;b&#62;sale&#60;/b&#62; -€4.00"));
    assert_eq!(browser.change(&[("line_1", "2")], &format!("drop coupon {code}")).await, "/cart");
    let cart = text(&browser.open("/cart").await);
    assert!(!cart.contains("Discounts") && cart.contains("€39.98"), "{cart}");
    // What is typed counts, whichever button is pressed.
    assert_eq!(browser.change(&[("line_1", "2"), ("coupon", &code)], "checkout").await, "/checkout");
    let path = browser.buy(VISA).await;
    let order = text(&browser.until(&path, "your order is confirmed").await);
    assert!(order.contains("Items €39.98 Discounts -€4.00 Shipping €4.90 Total €40.88"), "{order}");
}

#[tokio::test]
async fn a_code_that_takes_nothing_off_says_why_at_its_field() {
    let shop = Shop::open().await;
    let product = shop.stocked(9).await;
    let browser = Browser::at_checkout(&shop, &product, "1").await;
    for wrong in ["<b>NONE", "NO SUCH CODE"] {
        let typed = vec![("line_1", "3"), ("coupon", wrong), ("intent", "checkout")];
        let page = browser.refused("/cart", typed).await;
        assert!(
            page.contains("id=\"coupon-error\">There is no such code.") && page.contains("href=\"#coupon\""),
            "{page}"
        );
        assert_eq!(value_of(&page, "coupon"), wrong.replace('<', "&#60;").replace('>', "&#62;"));
        assert_eq!(value_of(&page, "line_1"), "3", "the pieces are right, and taken");
    }
    let page = browser.refused("/cart", vec![("line_1", "many"), ("coupon", "NONE"), ("intent", "update")]).await;
    assert!(page.contains("line_1-error") && !page.contains("coupon-error") && value_of(&page, "coupon") == "NONE");
}

#[tokio::test]
async fn a_code_that_counts_no_more_is_said_in_the_cart_with_a_way_out() {
    let shop = Shop::open().await;
    let product = shop.stocked(9).await;
    let Coupon { id, code } = shop.percent_code("Short", "10").await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    browser.change(&[("line_1", "1"), ("coupon", &code)], "update").await;
    let path = format!("/v1/admin/promotions/{id}");
    shop.delete(&path).bearer(&shop.owner().await).send().await.expect(204);
    let page = browser.until("/cart", "There is no such code.").await;
    assert!(page.contains("href=\"#drop_coupon_0\"") && page.contains("id=\"drop_coupon_0\""), "{page}");
    assert_eq!(browser.change(&[("line_1", "1")], "checkout").await, "/cart");
    let page = html(&browser.check_out(&[]).await.expect(422));
    assert!(page.contains(&format!("{code}: There is no such code. Please take the code out of the cart.")), "{page}");
    browser.change(&[("line_1", "1")], &format!("drop coupon {code}")).await;
    browser.buy(VISA).await;
}

#[tokio::test]
async fn a_gift_card_pays_as_far_as_it_goes() {
    let shop = Shop::open().await;
    let product = shop.stocked(9).await;
    let code = shop.gift_card_code(1_000).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let page = browser.refused("/cart", vec![("line_1", "1"), ("gift_card", "0000-0000-0000-0000")]).await;
    assert!(page.contains("id=\"gift_card-error\">There is no gift card with this code."), "{page}");
    assert_eq!(value_of(&page, "gift_card"), "0000-0000-0000-0000");
    browser.change(&[("line_1", "1"), ("gift_card", &code.to_lowercase())], "update").await;
    let ending = &code[code.len() - 4..];
    let page = browser.open("/cart").await;
    let paid = format!("Gift card ending in {ending} -€10.00 To pay €9.99");
    assert!(text(&page).contains(&paid) && !page.contains(&code), "{page}");
    let drop = page.split("value=\"drop gift_card ").nth(1).unwrap().split('"').next().unwrap();
    browser.change(&[("line_1", "1")], &format!("drop gift_card {drop}")).await;
    assert!(!browser.open("/cart").await.contains("To pay"));
    browser.change(&[("line_1", "1"), ("gift_card", &code)], "update").await;
    assert!(browser.open("/checkout").await.contains("Place order · €14.89"));
    let path = browser.buy(VISA).await;
    let order = text(&browser.until(&path, "your order is confirmed").await);
    // Between the two stands the tax, where the shop has any.
    let paid = format!("Gift card ending in {ending} -€10.00 Paid €14.89");
    assert!(order.contains("Total €24.89") && order.contains(&paid), "{order}");
}

#[tokio::test]
async fn what_is_on_sale_shows_what_it_cost_before() {
    let shop = Shop::open().await;
    let variant =
        json!([{ "sku": unique("sku"), "prices": [{ "amount": 1_000, "currency": "EUR", "compare_at": 1_500 }] }]);
    let product = shop.product(json!({ "variants": variant })).await;
    shop.stock(&product.variant, 3).await;
    let cart = Browser::at_checkout(&shop, &product, "2").await.open("/cart").await;
    assert!(text(&cart).contains("€10.00 each before €15.00") && cart.contains("<s class=\"price-before\">"), "{cart}");
}
