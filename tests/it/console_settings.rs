//! The shop's settings in the console: they come back as they were sent, and what two
//! people change at once is seen by both.

use serde_json::{Value, json};

use crate::browser::html;
use crate::console::{filled, owner, said, send};
use crate::shop::Shop;

#[tokio::test]
async fn settings_come_back_as_they_were_sent() {
    let Some(shop) = Shop::native("the settings are changed").await else { return };
    let browser = owner(&shop).await;
    let see = async |path: &str| shop.get(path).bearer(&shop.owner().await).send().await.expect(200).json();
    // A select's choice and a text of several lines are not `<input>`s.
    let pages = [
        (
            "settings-edit",
            "/settings",
            vec![
                ("/currencies:lines", "EUR\r\nUSD\r\nGBP"),
                ("/default_currency:text", "EUR"),
                ("/payments/stripe/capture:text", "automatic"),
            ],
        ),
        ("tax-edit", "/settings/tax", vec![("/classes:lines", "standard\r\nreduced")]),
    ];
    for (form, path, typed) in pages {
        let before = see(&format!("/v1/admin{path}")).await;
        let page = browser.open(&format!("/admin{path}")).await;
        send(&browser, &format!("/admin{path}"), &filled(form, &page, &typed)).await.expect(303);
        let after = see(&format!("/v1/admin{path}")).await;
        if form == "settings-edit" {
            assert_eq!(after, before);
        } else {
            assert_eq!(after["classes"], json!(["standard", "reduced"]));
        }
    }
    let path = "/admin/settings/shipping";
    let page = browser.open(path).await;
    let zone = [
        ("/zones/0/title:text", "Home"),
        ("/zones/0/options/0/id:text", "post"),
        ("/zones/0/options/0/title:text", "By post"),
        ("/zones/0/options/0/handling_days/from:whole??", "1"),
        ("/zones/0/options/0/handling_days/to:whole??", "3"),
        ("/zones/0/options/0/rates/0/currency:text", "EUR"),
        ("/zones/0/options/0/rates/0/by:text?", "weight"),
        ("/zones/0/options/0/rates/0/amount:minor?", ""),
        ("/zones/0/options/0/rates/0/tiers/0/from:whole", "0"),
        ("/zones/0/options/0/rates/0/tiers/0/amount:minor", "4.90"),
    ];
    let fields = filled("shipping-edit", &page, &zone);
    send(&browser, path, &fields).await.expect(303);
    let rules = see("/v1/admin/settings/shipping").await;
    let rate = &rules["zones"][0]["options"][0]["rates"][0];
    assert_eq!(rate["tiers"], json!([{ "from": 0, "amount": 490 }]), "{rules}");
    assert_eq!(rules["zones"][0]["options"][0]["handling_days"], json!({ "from": 1, "to": 3 }));
    assert!(browser.open(path).await.contains("value=\"4.90\""));
}

#[tokio::test]
async fn the_seller_is_said_and_what_is_left_empty_is_not() {
    let Some(shop) = Shop::native("the settings are changed").await else { return };
    let browser = owner(&shop).await;
    let path = "/admin/settings/seller";
    let nobody = filled("seller-edit", &browser.open(path).await, &[]);
    send(&browser, path, &nobody).await.expect(303);
    let see = async || {
        shop.get("/v1/admin/settings").bearer(&shop.owner().await).send().await.expect(200).json()["seller"].clone()
    };
    assert_eq!(see().await, json!(null));
    let typed = [
        ("/seller/address/name:text-", "Kettles & Co"),
        ("/seller/address/line1:text-", "Lindenweg 7"),
        ("/seller/address/postal_code:text-", "28195"),
        ("/seller/address/city:text-", "Bremen"),
        ("/seller/address/country:text-", "Germany"),
        ("/seller/vat_number:text-", "DE123456789"),
        ("/seller/footer:text-", "Managing director: Ada\r\nBank: DE02 1203"),
    ];
    let page = browser.open(path).await;
    let refused = html(&send(&browser, path, &filled("seller-edit", &page, &typed)).await.expect(422));
    assert!(refused.contains("href=\"#seller-edit./seller/address/country:text-\""), "{}", said(&refused));
    let right = filled("seller-edit", &refused, &[("/seller/address/country:text-", "DE")]);
    send(&browser, path, &right).await.expect(303);
    let seller = see().await;
    assert_eq!((&seller["address"]["name"], &seller["vat_number"]), (&json!("Kettles & Co"), &json!("DE123456789")));
    assert!(seller["footer"].as_str().unwrap().contains("Bank"), "{seller}");
    let page = browser.open(path).await;
    send(&browser, path, &filled("seller-edit", &page, &[])).await.expect(303);
    assert_eq!(see().await, seller, "it comes back as it was");
}

const TAX: &str = "/admin/settings/tax";

/// The rates of tax by country and percent, as the API has them.
async fn rates(shop: &Shop) -> Vec<(String, String)> {
    let rules = shop.get("/v1/admin/settings/tax").bearer(&shop.owner().await).send().await.expect(200).json();
    let text = |rate: &Value, member: &str| rate[member].as_str().unwrap().to_owned();
    rules["rates"].as_array().unwrap().iter().map(|rate| (text(rate, "country"), text(rate, "rate"))).collect()
}

/// One rate in a row of the form.
fn rate<'a>(names: &'a [String; 4], country: &'a str, percent: &'a str) -> Vec<(&'a str, &'a str)> {
    let [of, class, name, rate] = names;
    vec![(of, country), (class, "standard"), (name, "VAT"), (rate, percent)]
}

fn names(row: usize) -> [String; 4] {
    ["country:text", "class:text", "name:text", "rate:percent"].map(|field| format!("/rates/{row}/{field}"))
}

#[tokio::test]
async fn a_rate_that_somebody_else_has_added_is_not_lost_by_who_saves_later() {
    let Some(shop) = Shop::native("the settings are changed").await else { return };
    let browser = owner(&shop).await;
    let [first, second, third] = [0, 1, 2].map(names);
    let save = async |page: &str, typed: &[(&str, &str)]| send(&browser, TAX, &filled("tax-edit", page, typed)).await;
    let page = browser.open(TAX).await;
    let classes = [("/classes:lines", "standard")];
    let begun = [&classes[..], &rate(&first, "DE", "19"), &rate(&second, "FR", "20")].concat();
    save(&page, &begun).await.expect(303);

    let (one, other) = (browser.open(TAX).await, browser.open(TAX).await);
    // Somebody else puts a country before them, and changes one.
    let added = [&rate(&first, "AT", "20")[..], &rate(&second, "DE", "19"), &rate(&third, "FR", "5,5")].concat();
    save(&other, &added).await.expect(303);
    // A mistake does not make what they did unseen.
    let wrong = html(&save(&one, &rate(&first, "DE", "much")).await.expect(422));
    let stale = html(&save(&wrong, &rate(&first, "DE", "16")).await.expect(412));
    let told = said(&stale);
    assert!(told.contains("Somebody else changed it. Now it is: 19"), "beside what is typed now: {told}");
    assert!(told.contains("Somebody else changed it. Now it is: 5.5"), "{told}");
    assert_eq!(told.matches("It is there besides what you sent").count(), 1, "{told}");
    // Sending it again is deciding, of what was seen.
    save(&stale, &[]).await.expect(303);
    let expected = [("DE", "16"), ("FR", "20"), ("AT", "20")].map(|(of, rate)| (of.to_owned(), rate.to_owned()));
    let mut found = rates(&shop).await;
    found.sort();
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn ways_of_shipping_are_folded_until_there_is_something_to_see() {
    let Some(shop) = Shop::native("the settings are changed").await else { return };
    let browser = owner(&shop).await;
    let path = "/admin/settings/shipping";
    let way = [
        ("/zones/0/title:text", "Home"),
        ("/zones/0/options/0/id:text", "post"),
        ("/zones/0/options/0/title:text", "By post"),
        ("/zones/0/options/0/rates/0/currency:text", "EUR"),
        ("/zones/0/options/0/rates/0/amount:minor?", "4,90"),
    ];
    send(&browser, path, &filled("shipping-edit", &browser.open(path).await, &way)).await.expect(303);
    let page = browser.open(path).await;
    assert!(page.contains("<details class=\"row\" aria-label=\"Zone 1\">"), "{page}");
    assert!(said(&page).contains("Zone 1 Home · By post"), "it says what is in it: {}", said(&page));
    let wrong = filled("shipping-edit", &page, &[("/zones/0/options/0/rates/0/amount:minor?", "much")]);
    let refused = html(&send(&browser, path, &wrong).await.expect(422));
    for row in ["Zone 1", "Way 1"] {
        assert!(refused.contains(&format!("<details class=\"row\" aria-label=\"{row}\" open>")), "{row}: {refused}");
    }
}
