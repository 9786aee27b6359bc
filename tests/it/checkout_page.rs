//! The checkout, as a browser without scripts uses it.

use futures_util::future::join_all;
use serde_json::json;
use tradepost::ports::ObjectClass;

use crate::browser::{Browser, Form, VISA, html, value_of};
use crate::fixtures::prices;
use crate::host::faults::{Site, When};
use crate::shop::Shop;

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
