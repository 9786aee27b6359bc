use serde_json::{Value, json};

use super::*;
use crate::testing::settings;

fn over(change: Value, now: &Settings) -> Result<Settings, Vec<(String, &'static str)>> {
    let patch: SettingsPatch = serde_json::from_value(change).unwrap();
    patch.over(now).map_err(|problem| problem.errors.iter().map(|e| (e.pointer.clone(), problem.code)).collect())
}

fn shipping(option: Value) -> ShippingRules {
    serde_json::from_value(json!({"zones": [{"title": "World", "places": [], "options": [option]}]})).unwrap()
}

fn in_pounds() -> Settings {
    let option =
        json!({"id": "post", "title": "Post", "tax_class": "standard", "rates": [{"currency": "GBP", "amount": 1}]});
    with_shipping(shipping(option), &settings()).unwrap()
}

#[test]
fn what_is_absent_stays_and_what_is_there_is_replaced() {
    let now = in_pounds();
    assert_eq!(over(json!({}), &now).as_ref(), Ok(&now));
    let change = json!({
        "shop_name": " Fern & Fettle ", "currencies": ["CHF", "GBP"], "default_currency": "CHF", "country": "CH", "time_zone": "Europe/Zurich",
        "prices_include_tax": false, "low_level": 12, "mail": {"sender": "Shop@Example.com"},
        "payments": {"stripe": {"offered": false, "capture": "manual"}, "invoice": {"instructions": " Pay.\n"}},
    });
    let after = over(change, &now).unwrap();
    assert_eq!((after.shop_name.as_str(), after.default_currency.as_str()), ("Fern & Fettle", "CHF"));
    assert_eq!(after.country.map(Country::code), Some("CH"));
    assert_eq!((after.time_zone.as_str(), after.low_level), ("Europe/Zurich", 12));
    assert_eq!(after.mail.sender.as_ref().map(|sender| sender.as_str()), Some("shop@example.com"));
    assert_eq!(after.payments.invoice.as_ref().map(|invoice| invoice.instructions.as_str()), Some("Pay."));
    assert_eq!((&after.tax, &after.shipping), (&now.tax, &now.shipping));
    assert_eq!(over(json!({"country": null}), &after).unwrap().country, None);
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let now = settings();
    let wrong = json!({
        "currencies": ["EUR", "USD", "EUR"], "default_currency": "GBP", "time_zone": "Europe/Entenhausen",
        "low_level": 1_000_001, "payments": {
            "stripe": {"offered": true, "capture": "automatic"},
            "bank_transfer": {"instructions": " ", "cancel_after_days": 0},
            "cash_on_delivery": {"instructions": ""},
            "invoice": {"instructions": "x".repeat(2_001), "cancel_after_days": 366},
        },
    });
    let pointers: Vec<_> = over(wrong, &now).unwrap_err().into_iter().map(|(pointer, _)| pointer).collect();
    let expected = [
        "/currencies/2",
        "/time_zone",
        "/low_level",
        "/payments/bank_transfer/instructions",
        "/payments/bank_transfer/cancel_after_days",
        "/payments/invoice/instructions",
        "/payments/invoice/cancel_after_days",
        "/default_currency",
    ];
    assert_eq!(pointers, expected);
    let thirteen = "EUR USD GBP CHF SEK NOK DKK PLN CZK HUF RON JPY CAD".split(' ').collect::<Vec<_>>();
    for currencies in [json!([]), json!(thirteen), json!(["GBP"])] {
        let at = |(pointer, code): &(String, &str)| pointer == "/currencies" && *code == "invalid";
        assert!(over(json!({"currencies": currencies}), &now).unwrap_err().iter().all(at), "{currencies}");
    }
}

#[test]
fn what_shipping_needs_stays() {
    let now = in_pounds();
    assert_eq!(over(json!({"currencies": ["EUR"]}), &now), Err(vec![("/currencies".to_owned(), "in_use")]));
    let classes =
        |names: &[&str]| TaxRules { classes: names.iter().map(|name| (*name).to_owned()).collect(), ..now.tax.clone() };
    let refused = with_tax(classes(&["reduced"]), &now).unwrap_err();
    assert_eq!(refused.code, "in_use");
    assert!(refused.detail.contains("the shipping option post"), "{}", refused.detail);
    assert!(with_tax(classes(&["reduced", "standard"]), &now).is_ok());
}

#[test]
fn shipping_is_offered_in_the_shops_currencies_and_of_its_classes() {
    let option = json!({
        "id": "post", "title": "Post", "tax_class": "heavy", "rates": [{"currency": "EUR", "amount": 1}, {"currency": "JPY", "amount": 1}],
    });
    let refused = with_shipping(shipping(option), &settings()).unwrap_err();
    let pointers: Vec<_> = refused.errors.iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(pointers, ["/zones/0/options/0/tax_class", "/zones/0/options/0/rates/1/currency"]);
}
