//! The checkout, as a browser without scripts uses it.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tradepost::app::{Config, StripeKeys};
use tradepost::ports::ObjectClass;

use crate::browser::{Browser, Form, VISA, html, text, value_of};
use crate::fixtures::{PUBLISHED_MILLIS, prices};
use crate::host::faults::{Site, When};
use crate::manual_payments;
use crate::shop::{Shop, config, within};

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
    browser.check_out(&[("expected_to_pay", "x")]).await.expect(422);
    let page = html(&browser.check_out(&[("expected_to_pay", "1")]).await.expect(409));
    assert!(page.contains("is now left to pay instead of €0.01"), "{page}");
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

const ALONE: &str = "the settings are everybody's";

/// Changes a part of the settings, and waits until its buyers see it.
async fn set(shop: &Shop, path: &str, body: Value, seen: impl AsyncFn() -> bool) {
    let path = format!("/v1/admin/settings/{path}");
    shop.put(&path).bearer(&shop.owner().await).json(body).send().await.expect(200);
    within(PUBLISHED_MILLIS * 2, "the settings are seen", async || seen().await.then_some(())).await;
}

#[tokio::test]
async fn what_is_not_sent_needs_no_address() {
    let shop = Shop::open().await;
    let product = shop.product(json!({ "delivery": "digital" })).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    assert!(!text(&browser.open("/cart").await).contains("Shipping from"));
    let page = browser.open("/checkout").await;
    assert!(
        !page.contains("Delivery address") && !page.contains("name=\"shipping_option\"") && page.contains("E-mail")
    );
    let fields = vec![("email", "ada@example.com"), ("method", VISA), ("expected_total", "1999"), ("intent", "place")];
    let page = browser.refused("/checkout", vec![("email", "ada"), ("method", VISA), ("intent", "place")]).await;
    assert!(page.contains("email-error") && !page.contains("name-error") && !page.contains("shipping"), "{page}");
    let path = browser.submit("/checkout", fields).await;
    let order = text(&browser.until(&path, "your order is confirmed").await);
    assert!(order.contains("We have your payment.") && !order.contains("packing"), "{order}");
    assert!(!order.contains("Delivery") && order.contains("Total €19.99"), "{order}");
}

#[tokio::test]
async fn a_bill_goes_elsewhere_where_that_is_said() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let elsewhere = [("billing_name", "Ada Ltd"), ("billing_line1", "7 Quay"), ("billing_city", "Doha")];
    let page = html(&browser.check_out(&elsewhere).await.expect(422));
    assert!(page.contains("id=\"billing_country-error\"") && page.contains("<details open>"), "{page}");
    assert!(page.contains("href=\"#billing_country\"") && value_of(&page, "billing_name") == "Ada Ltd", "{page}");
    assert!(page.contains("Address for the bill: Choose a country."), "{page}");
    let whole = [&elsewhere[..], &[("billing_country", "QA")]].concat();
    let path = browser.check_out(&whole).await.expect(303).header("location").to_owned();
    let page = browser.until(&path, "your order is confirmed").await;
    assert!(page.contains("7 Quay<br>Doha<br>Qatar") && page.contains("London<br>SW1Y 4JH"), "{page}");
}

#[tokio::test]
async fn ways_of_shipping_are_those_of_the_address_with_their_days() {
    let Some(shop) = Shop::native(ALONE).await else { return };
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let option = |id: &str, amount: i64, more: Value| {
        let mut option = json!({ "id": id, "title": id, "rates": [{ "currency": "EUR", "amount": amount }] });
        option.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        option
    };
    let british = [
        option("post", 400, json!({ "handling_days": { "from": 2, "to": 4 } })),
        option("shop", 0, json!({ "pick_up": "1 Quay, <Leith>", "handling_days": { "from": 0, "to": 0 } })),
    ];
    let place = |country: &str| json!([{ "country": country }]);
    let zones = json!({ "zones": [
        { "title": "Britain", "places": place("GB"), "options": british },
        { "title": "Ireland", "places": place("IE"), "options": [option("ferry", 900, json!({}))] },
    ] });
    let seen = async || browser.open("/checkout").await.contains("How it can be sent depends on your address");
    set(&shop, "shipping", zones, seen).await;
    // Nothing is scolded before it was tried, and nothing is chosen for an address that nobody gave.
    let page = browser.open("/checkout").await;
    assert!(!page.contains("field-error") && text(&page).contains("Total so far €19.99"), "{page}");
    let update = [("intent", "update"), ("shipping_option", "")];
    let page = text(&html(&browser.check_out_blind(&update).await.expect(200)));
    assert!(
        page.contains("post €4.00 Arrives ")
            && page.contains("shop free You fetch it at 1 Quay, &#60;Leith&#62;. Ready on "),
        "{page}"
    );
    assert!(page.contains("Shipping €4.00 Total €23.99"), "{page}");
    let irish = [("country", "IE"), ("postal_code", ""), ("shipping_option", "post")];
    let page = html(&browser.check_out_blind(&irish).await.expect(422));
    assert!(page.contains("This is not how we send it to your address. Choose another way."), "{page}");
    assert!(page.contains("value=\"ferry\"") && !page.contains("value=\"post\""), "{page}");
    let page = html(&browser.check_out_blind(&[("country", "FR"), ("postal_code", "75001")]).await.expect(422));
    assert!(page.contains("The shop does not send to this address.") && !page.contains("name=\"shipping_option\""));
    let fetched = [("shipping_option", "shop"), ("expected_total", "1999")];
    let path = browser.check_out_blind(&fetched).await.expect(303).header("location").to_owned();
    let order = text(&browser.until(&path, "your order is confirmed").await);
    assert!(order.contains("ready for you to fetch") && order.contains("You fetch it at 1 Quay"), "{order}");
}

#[tokio::test]
async fn where_nothing_is_left_to_pay_nothing_is_asked() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let code = shop.gift_card_code(5_000).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    browser.change(&[("line_1", "1"), ("gift_card", &code)], "checkout").await;
    let page = browser.open("/checkout").await;
    assert!(page.contains("Nothing is left to pay.") && !page.contains("name=\"method\""), "{page}");
    let path = browser.check_out(&[("method", "")]).await.expect(303).header("location").to_owned();
    let order = text(&browser.until(&path, "your order is confirmed").await);
    assert!(order.contains("There was nothing left to pay.") && order.contains("Payment Nothing to pay"), "{order}");
}

#[tokio::test]
async fn a_vat_number_that_nobody_could_confirm_is_said_and_kept() {
    let Some(shop) = Shop::native(ALONE).await else { return };
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    assert!(!browser.open("/checkout").await.contains("VAT number"));
    let tax = json!({ "classes": ["standard"], "rates": [], "reverse_charge": true });
    set(&shop, "tax", tax, async || browser.open("/checkout").await.contains("VAT number")).await;
    let page = html(&browser.check_out(&[("vat_number", "12"), ("intent", "update")]).await.expect(200));
    assert!(page.contains("id=\"vat_number-error\"") && value_of(&page, "vat_number") == "12", "{page}");
    let page = html(&browser.check_out(&[("vat_number", "12")]).await.expect(422));
    assert!(page.contains("href=\"#vat_number\""), "{page}");
    // VIES cannot be reached.
    let page = html(&browser.check_out(&[("vat_number", "de 123456789"), ("intent", "update")]).await.expect(200));
    assert!(page.contains("does not answer at the moment, so VAT is charged"), "{page}");
    assert_eq!(value_of(&browser.open("/checkout").await, "vat_number"), "DE123456789");
    let page = html(&browser.check_out(&[("vat_number", ""), ("intent", "update")]).await.expect(200));
    assert!(!page.contains("does not answer"), "{page}");
    browser.check_out(&[("vat_number", "de 123456789")]).await.expect(303);
}

#[tokio::test]
async fn the_ways_to_pay_say_what_will_be_charged() {
    let Some((shop, product)) = manual_payments::open(&manual_payments::all(), 5).await else { return };
    let browser = Browser::at_checkout(&shop, &product, "1").await;
    let page = browser.until("/checkout", "Bank transfer").await;
    let page = text(&page);
    assert!(page.contains(
        "Bank transfer You transfer €24.89 yourself, and we send your order once the money is there. To DE02"
    ));
    assert!(page.contains("Invoice You pay €24.89 afterwards. Within 14 days"), "{page}");
}

#[tokio::test]
async fn a_remainder_that_no_card_takes_is_refused_with_a_way_out() {
    let [secret, publishable, webhooks] = ["sk_test_1", "pk_test_1", "whsec_1"].map(|key| Some(key.to_owned()));
    let stripe = StripeKeys::parse(secret, publishable, webhooks, Some("http://stripe.test".to_owned())).unwrap();
    let with_stripe = Config { stripe, ..config() };
    let Some(shop) = Shop::configured("Stripe's keys are the deployment's", with_stripe).await else { return };
    let product = shop.stocked(5).await;
    let code = shop.gift_card_code(2_489 - 30).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let page = text(&browser.open("/checkout").await);
    assert!(page.contains("You will be charged €24.89 on it then."), "{page}");
    browser.change(&[("line_1", "1"), ("gift_card", &code)], "checkout").await;
    let page = browser.open("/checkout").await;
    assert!(text(&page).contains("This way to pay takes €0.50 at least; choose another one"), "{page}");
    assert!(!page.contains("value=\"stripe\" required checked"), "what takes it is chosen: {page}");
    let page = html(&browser.check_out(&[("method", "stripe")]).await.expect(422));
    assert!(page.contains("id=\"method-error\">This way to pay takes €0.50 at least"), "{page}");
    assert!(page.contains("href=\"#method\"") && page.contains("value=\"stripe\" required checked"), "{page}");
    assert_eq!(shop.available(&product.variant).await, 5);
    browser.buy(VISA).await;
}
