//! Addresses of the world, through the API and through the checkout's form.

use serde_json::{Value, json};

use crate::ask::Answer;
use crate::browser::{Browser, html, value_of};
use crate::fixtures::{address, details};
use crate::shop::Shop;

/// An address in a country that has what is given beside it.
fn home(members: Value) -> Value {
    let mut home = json!({ "name": "Ada Buyer", "line1": "1 Long Lane", "city": "Harbour" });
    home.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    home
}

/// What a new cart answers to that address.
async fn send_to(shop: &Shop, address: Value) -> Answer {
    let cart = shop.cart().await;
    let body = json!({ "email": "ada@example.com", "shipping_address": address });
    shop.put(&cart.path("/details")).cart_token(&cart.token).json(body).send().await
}

#[tokio::test]
async fn an_address_in_a_country_without_postal_codes_is_taken_without_one() {
    let shop = Shop::open().await;
    for country in ["HK", "AE", "QA", "AO", "IE"] {
        for code in [json!(""), json!(null), json!("  ")] {
            let cart =
                send_to(&shop, home(json!({ "country": country, "postal_code": code }))).await.expect(200).json();
            assert!(cart["shipping_address"].get("postal_code").is_none(), "{cart}");
        }
        send_to(&shop, home(json!({ "country": country }))).await.expect(200);
    }
    for (country, region) in [("GB", json!(null)), ("DE", json!(null)), ("US", json!("CA"))] {
        for code in [json!(""), json!(null)] {
            let answer =
                send_to(&shop, home(json!({ "country": country, "region": region, "postal_code": code }))).await;
            assert_eq!(answer.pointers(), ["/shipping_address/postal_code"], "{country}");
        }
        let answer = send_to(&shop, home(json!({ "country": country, "region": region }))).await;
        assert_eq!(answer.pointers(), ["/shipping_address/postal_code"], "{country}");
    }
}

#[tokio::test]
async fn a_country_is_taken_in_any_case_and_a_slip_is_answered_with_the_code() {
    let shop = Shop::open().await;
    for (country, kept) in [("XK", "XK"), ("de", "DE"), (" De ", "DE")] {
        let cart = send_to(&shop, home(json!({ "country": country, "postal_code": "10000" }))).await.expect(200).json();
        assert_eq!(cart["shipping_address"]["country"], kept);
    }
    for (country, hint) in
        [("UK", "GB"), ("uk", "GB"), ("EL", "GR"), ("Germany", "DE"), ("DEU", "DE"), ("Narnia", "such as DE")]
    {
        let answer = send_to(&shop, home(json!({ "country": country, "postal_code": "10000" }))).await;
        let problem = answer.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/shipping_address/country");
        assert!(problem["errors"][0]["detail"].as_str().unwrap().contains(hint), "{country}: {problem}");
    }
}

#[tokio::test]
async fn a_postal_code_is_kept_as_typed_and_one_that_cannot_be_is_answered_with_an_example() {
    let shop = Shop::open().await;
    for (country, typed, kept) in
        [("IE", "d02x285", "d02x285"), ("IE", " A65 F4E2 ", "A65 F4E2"), ("GB", "sw1a1aa", "sw1a1aa")]
    {
        let cart = send_to(&shop, home(json!({ "country": country, "postal_code": typed }))).await.expect(200).json();
        assert_eq!(cart["shipping_address"]["postal_code"], kept);
    }
    for (country, typed, example) in [("GB", "12345", "EC1Y 8SY"), ("US", "ABC", "95014"), ("DE", "1234", "26133")] {
        let answer = send_to(&shop, home(json!({ "country": country, "region": "CA", "postal_code": typed }))).await;
        let problem = answer.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/shipping_address/postal_code");
        assert!(problem["errors"][0]["detail"].as_str().unwrap().ends_with(example), "{problem}");
    }
}

#[tokio::test]
async fn a_bill_goes_by_the_same_rules_and_everything_wrong_is_told_at_once() {
    let shop = Shop::open().await;
    let cart = shop.cart().await;
    let put = |body: Value| shop.put(&cart.path("/details")).cart_token(&cart.token).json(body).send();
    let mut body = details();
    body["billing_address"] = home(json!({ "country": "US", "postal_code": "94103" }));
    assert_eq!(put(body.clone()).await.pointers(), ["/billing_address/region"]);
    for region in ["California", "CA"] {
        body["billing_address"]["region"] = json!(region);
        assert_eq!(put(body.clone()).await.expect(200).json()["billing_address"]["region"], region);
    }
    body["billing_address"] = json!(null);
    assert_eq!(put(body).await.expect(200).json()["billing_address"], Value::Null);
    let all = json!({ "shipping_address": { "country": "GB" }, "billing_address": { "country": "UK" } });
    assert_eq!(
        put(all).await.pointers(),
        [
            "/email",
            "/shipping_address/name",
            "/shipping_address/line1",
            "/shipping_address/city",
            "/shipping_address/postal_code",
            "/billing_address/country",
            "/billing_address/name",
            "/billing_address/line1",
        ]
    );
    assert_eq!(put(json!({ "shipping_address": address() })).await.pointers(), ["/email"]);
}

/// Whether the page has such a field, and what the browser makes of it.
fn input<'a>(page: &'a str, id: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("<input id=\"{id}\""))?;
    rest.split_once('>').map(|(attributes, _)| attributes)
}

#[tokio::test]
async fn the_form_has_the_fields_of_the_chosen_country_and_keeps_what_was_typed() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    // Until a country is chosen, the fields fit any.
    let page = browser.open("/checkout").await;
    for id in ["city", "region", "postal_code"] {
        assert!(!input(&page, id).unwrap().contains("required"), "{id}");
    }
    let british = html(&browser.check_out(&[("intent", "country"), ("email", "ada@")]).await.expect(200));
    assert!(british.contains("Post town") && british.contains("Postcode") && input(&british, "region").is_none());
    assert!(input(&british, "postal_code").unwrap().contains("required"));
    assert!(british.contains("value=\"GB\" selected") && !british.contains("error"));
    assert_eq!(value_of(&british, "email"), "ada@");

    let page = html(&browser.check_out(&[("intent", "country"), ("country", "HK")]).await.expect(200));
    assert!(page.contains(">District ") && page.contains(">Area<") && input(&page, "postal_code").is_none());
    assert_eq!(value_of(&page, "name"), "Ada Lovelace");
    // Typed for another country, and there again should the buyer go back.
    assert_eq!(value_of(&page, "postal_code"), "SW1Y 4JH");
    let page = html(&browser.check_out(&[("intent", "country"), ("country", "DE")]).await.expect(200));
    assert!(input(&page, "postal_code").unwrap().contains("inputmode=\"numeric\""));
    assert!(page.find("id=\"postal_code\"").unwrap() < page.find("id=\"city\"").unwrap());
    let page = html(&browser.check_out(&[("intent", "country"), ("country", "US")]).await.expect(200));
    assert!(page.contains("ZIP code") && page.contains(">State<"));
}

#[tokio::test]
async fn whoever_lives_where_there_are_no_postal_codes_can_buy() {
    let shop = Shop::open().await;
    let product = shop.stocked(9).await;
    for (country, city, region, code, written) in [
        ("HK", "Mong Kok", "Kowloon", "", "<br>Mong Kok<br>Kowloon<br>Hong Kong</address>"),
        // From the fields that fit any country.
        ("AE", "Dubai", "", "", "<br>Dubai<br>United Arab Emirates</address>"),
        // Another country's code is not put on the parcel.
        ("QA", "Doha", "", "SW1Y 4JH", "<br>Doha<br>Qatar</address>"),
        ("IE", "Cork", "", " t12 x70a ", "<br>Cork<br>t12 x70a<br>Ireland</address>"),
        ("XK", "Pristina", "", "10000", "<br>10000 Pristina<br>Kosovo</address>"),
    ] {
        let mut browser = Browser::at_checkout(&shop, &product, "1").await;
        let typed = [("country", country), ("city", city), ("region", region), ("postal_code", code)];
        let path = browser.check_out(&typed).await.expect(303).header("location").to_owned();
        let page = browser.until(&path, "your order is confirmed").await;
        assert!(page.contains(written), "{country}: {page}");
    }
}

#[tokio::test]
async fn a_mistake_at_the_checkout_is_told_first_and_leads_to_its_field() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let typed = [("email", ""), ("city", " "), ("postal_code", "12345"), ("method", "none")];
    let page = html(&browser.check_out(&typed).await.expect(422));
    assert!(page.contains("<title>Error: Checkout"));
    let (_, summary) = page.split_once("<div class=\"notice notice-bad error-summary\" role=\"alert\"").unwrap();
    let (summary, form) = summary.split_once("</div>").unwrap();
    assert!(summary.starts_with(" tabindex=\"-1\" autofocus"), "{summary}");
    let links: Vec<&str> =
        summary.split("<a href=\"#").skip(1).map(|link| link.split("</a>").next().unwrap()).collect();
    assert_eq!(
        links,
        [
            "email\">Enter your e-mail address, such as ada@example.com.",
            "city\">Enter the post town.",
            "postal_code\">Check the postcode, which looks like EC1Y 8SY.",
            "method\">Choose a way to pay.",
        ]
    );
    for (id, words) in [("email", "Enter your e-mail"), ("city", "Enter the post town"), ("postal_code", "Check the")] {
        let marked = format!("aria-invalid=\"true\" aria-describedby=\"{id}-error\"");
        assert!(input(form, id).unwrap().contains(&marked), "{id}");
        assert!(form.contains(&format!("id=\"{id}-error\">{words}")), "{id}");
    }
    assert!(form.contains("id=\"method\"") && form.contains("aria-describedby=\"method-error\""));
    assert_eq!(page.matches("autofocus").count(), 1);
    // Without a mistake nothing says so.
    let page = browser.open("/checkout").await;
    assert!(!page.contains("Error:") && !page.contains("autofocus") && !page.contains("aria-invalid"));
    // What no field is wrong about is told in the same place.
    let page = html(&browser.check_out(&[("expected_total", "1")]).await.expect(409));
    assert!(page.contains("<title>Error: Checkout") && page.contains("role=\"alert\" tabindex=\"-1\" autofocus"));
}
