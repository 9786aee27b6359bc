//! Tax: within prices or on top of them, by place, and accounted for by the buyer.

use serde_json::{Value, json};
use tradepost::ports::{ObjectClass, Statement};

use crate::buyers::new_code;
use crate::fixtures::{Cart, eur};
use crate::host::faults::{Site, When};
use crate::host::sqlite;
use crate::prices::{ALONE, address_in, amount, cart_to, lines, place, product, rate, shop_in_germany, text, total};
use crate::shop::Shop;
use crate::throttle;

#[tokio::test]
async fn tax_that_is_included_moves_no_total() {
    let Some(shop) = shop_in_germany(true, json!([rate("NL", "standard", "21"), rate("GB", "standard", "20")])).await
    else {
        return;
    };
    let [shirt, scarf] = [product(&shop, 4_500, json!({})).await, product(&shop, 4_900, json!({})).await];
    let cart = cart_to(&shop, &[(&shirt, 1), (&scarf, 1)], address_in("NL", "1012 AB")).await;
    // Of each line and of the shipping: 780.99, 850.41 and 104.13.
    assert_eq!((total(&cart.json), amount(&cart.json, "tax")), (10_000, 781 + 850 + 104));
    place(&shop, &cart).await;
    let [cheap, dear, many] = [
        product(&shop, 149, json!({})).await,
        product(&shop, 250, json!({})).await,
        product(&shop, 199, json!({})).await,
    ];
    let cart = cart_to(&shop, &[(&cheap, 2), (&dear, 1)], address_in("GB", "SW1Y 4JH")).await;
    assert_eq!(total(&cart.json) - amount(&cart.json, "shipping"), 548);
    let cart = cart_to(&shop, &[(&many, 36)], address_in("GB", "SW1Y 4JH")).await;
    let line = &cart.json["lines"][0];
    assert_eq!((&line["total"], &line["tax"]["amount"]), (&eur(7_164), &eur(1_194)));
    assert_eq!(line["tax"]["rates"], json!([{ "name": "VAT 20", "rate": "20", "amount": eur(1_194) }]));
    place(&shop, &cart).await;
}

#[tokio::test]
async fn a_coupon_and_included_tax_go_together() {
    let Some(shop) = shop_in_germany(true, json!([rate("GB", "standard", "20")])).await else { return };
    let (kettle, code) = (product(&shop, 2_390, json!({})).await, new_code());
    shop.promotion(json!({ "title": "Quarter", "code": code, "effect": { "percentage": { "percent": "25" } } })).await;
    let cart = cart_to(&shop, &[(&kettle, 10)], address_in("GB", "SW1Y 4JH")).await;
    let seen = shop.coupon(&cart, &code).await.expect(200).json();
    assert_eq!((&seen["lines"][0]["total"], total(&seen)), (&eur(17_925), 17_925 + 600));
    // Of what is left to pay.
    assert_eq!(seen["lines"][0]["tax"]["amount"], eur(2_988));
    place(&shop, &cart).await;
}

#[tokio::test]
async fn tax_that_is_not_included_comes_on_top_and_is_told_by_line() {
    let rates = json!([rate("DE", "standard", "19"), rate("DE", "reduced", "7")]);
    let Some(shop) = shop_in_germany(false, rates).await else { return };
    let lamp = product(&shop, 1_000, json!({})).await;
    let book = product(&shop, 999, json!({ "tax_class": "reduced" })).await;
    let cart = cart_to(&shop, &[(&lamp, 3), (&book, 1)], address_in("DE", "10115")).await;
    let of_line = |nth: usize| cart.json["lines"][nth]["tax"]["amount"]["amount"].as_i64().unwrap();
    // 69.93 of the book, and 114 of the shipping.
    assert_eq!((of_line(0), of_line(1)), (570, 70));
    assert_eq!((amount(&cart.json, "tax"), total(&cart.json)), (570 + 70 + 114, 3_999 + 600 + 754));
    assert_eq!(cart.json["totals"]["tax_included"], false);
    place(&shop, &cart).await;
}

#[tokio::test]
async fn the_place_says_which_tax_it_is() {
    let canary =
        json!({ "country": "ES", "postal_codes": ["35*", "38*"], "class": "standard", "name": "IGIC", "rate": "7" });
    let rates = json!([rate("DE", "standard", "19"), rate("ES", "standard", "21"), canary]);
    let Some(shop) = shop_in_germany(false, rates).await else { return };
    let lamp = product(&shop, 1_000, json!({})).await;
    let cart = shop.new_cart(json!({ "currency": "EUR", "lines": lines(&[(&lamp, 1)]) })).await;
    assert_eq!(amount(&cart.json, "tax"), 190, "the shop's own country, before anybody knows better");
    for (country, postal_code, tax) in
        [("ES", "28001", 210), ("ES", "35001", 70), ("DE", "10115", 190), ("US", "90210", 0), ("ES", "38001", 70)]
    {
        let mut address = address_in(country, postal_code);
        if country == "US" {
            address["region"] = json!("CA");
        }
        let seen = shop.change_cart(&cart, json!({ "shipping_address": address })).await.expect(200).json();
        assert_eq!(amount(&seen, "tax"), tax, "{country} {postal_code}");
    }
}

// --- reverse charge ---

/// The object's own log of an order.
async fn log(shop: &Shop, cart: &Cart) -> String {
    let read = |connection: &rusqlite::Connection| {
        let rows = sqlite::read(connection, &Statement::new("SELECT group_concat(events) AS events FROM log", []));
        rows.ok().unwrap().decode::<Value>().unwrap()[0]["events"].as_str().unwrap().to_owned()
    };
    shop.host().objects.look(ObjectClass::Order, &cart.id, read).await
}

#[tokio::test]
async fn a_business_of_another_member_state_accounts_for_the_tax_itself() {
    let rates = json!([rate("DE", "standard", "19"), rate("AT", "standard", "20")]);
    for included in [true, false] {
        let Some(shop) = shop_in_germany(included, rates.clone()).await else { return };
        shop.host().http.vies.says("ATU12345678", true);
        let lamp = product(&shop, 1_200, json!({})).await;
        let cart = cart_to(&shop, &[(&lamp, 2)], address_in("AT", "1010")).await;
        let before = total(&cart.json);
        let seen = shop.change_cart(&cart, json!({ "vat_number": "at u123 456-78" })).await.expect(200).json();
        assert_eq!((text(&seen["vat_number"]), amount(&seen, "tax")), ("ATU12345678", 0));
        let net = if included { 2_000 + 500 } else { 2_400 + 600 };
        assert_eq!((before, total(&seen)), (if included { 3_000 } else { 3_600 }, net));
        let order = place(&shop, &cart).await;
        assert_eq!((&order["reverse_charge"], total(&order)), (&json!(true), net));
        let log = log(&shop, &cart).await;
        assert!(log.contains("asked about ATU12345678"), "the proof is kept: {log}");
        // Without its number it is taxed as everybody.
        let other = cart_to(&shop, &[(&lamp, 2)], address_in("AT", "1010")).await;
        shop.change_cart(&other, json!({ "vat_number": "ATU12345678" })).await.expect(200);
        let without = shop.change_cart(&other, json!({ "vat_number": null })).await.expect(200).json();
        assert_eq!((without.get("vat_number"), total(&without)), (None, before));
    }
}

#[tokio::test]
async fn vies_is_asked_only_where_it_matters_and_by_nobody_too_often() {
    let Some(shop) = shop_in_germany(true, json!([rate("DE", "standard", "19")])).await else { return };
    throttle::limit(shop.host(), json!({ "vat_numbers_by_network": { "at_once": 2, "one_each_seconds": 3_600 } }))
        .await;
    shop.host().clock.advance(60_000);
    let (lamp, from) = (product(&shop, 1_200, json!({})).await, throttle::address(&throttle::network(), 1));
    let cart = cart_to(&shop, &[(&lamp, 1)], address_in("AT", "1010")).await;
    let asked = || shop.host().faults.passed(Site::Http);
    let change = async || {
        let change = shop.patch(&cart.path("")).cart_token(&cart.token).from(&from);
        change.json(json!({ "vat_number": "ATU12345678" })).send().await
    };
    let before = asked();
    change().await.expect(200);
    change().await.expect(200);
    assert_eq!(asked(), before + 2);
    change().await.problem(429, "too_many_requests");
    // Nobody counting: the number is kept, and tax is charged.
    shop.host().faults.once(Site::Command(ObjectClass::Throttle), "", When::Before);
    assert_eq!(text(&change().await.expect(200).json()["vat_number"]), "ATU12345678");
    let Some(without) = Shop::native(ALONE).await else { return };
    let cart = without.ready_cart(&without.stocked(1).await.variant, 1).await;
    let seen = without.change_cart(&cart, json!({ "vat_number": "ATU12345678" })).await.expect(200).json();
    assert_eq!((text(&seen["vat_number"]), without.host().faults.passed(Site::Http)), ("ATU12345678", 0));
}

#[tokio::test]
async fn a_number_that_is_not_confirmed_is_charged_tax_and_the_order_keeps_what_was_said() {
    let rates = json!([rate("DE", "standard", "19"), rate("AT", "standard", "20")]);
    let Some(shop) = shop_in_germany(true, rates).await else { return };
    let vies = &shop.host().http.vies;
    vies.says("ATU00000000", false);
    vies.says("DE123456789", true);
    vies.says("ATU12345678", true);
    let lamp = product(&shop, 1_200, json!({})).await;
    let problems = |view: &Value| -> Vec<String> {
        view["problems"].as_array().unwrap().iter().map(|problem| text(&problem["code"]).to_owned()).collect()
    };
    for (number, to, proof) in [
        ("ATU00000000", address_in("AT", "1010"), "unknown"),
        // A member state does not answer.
        ("ATU99999999", address_in("AT", "1010"), "unanswered"),
        // A business, but of the shop's own country, or not where the goods go.
        ("DE123456789", address_in("DE", "10115"), "confirmed"),
        ("ATU12345678", address_in("DE", "10115"), "confirmed"),
        ("DE123456789", address_in("AT", "1010"), "confirmed"),
    ] {
        let cart = cart_to(&shop, &[(&lamp, 1)], to).await;
        let seen = shop.change_cart(&cart, json!({ "vat_number": number })).await.expect(200).json();
        assert_eq!((total(&seen), amount(&seen, "tax") > 0), (1_800, true), "{number}: {seen}");
        let told = problems(&seen).contains(&"vat_number_not_confirmed".to_owned());
        assert_eq!(told, proof != "confirmed", "{number}");
        let order = place(&shop, &cart).await;
        assert_eq!((&order["reverse_charge"], text(&order["vat_number"])), (&json!(false), number));
        assert!(log(&shop, &cart).await.contains(proof), "{number}");
    }
    // Nor is anybody let off while VIES itself is down.
    shop.host().faults.always(Site::Http, "check-vat-number", When::Before);
    let cart = cart_to(&shop, &[(&lamp, 1)], address_in("AT", "1010")).await;
    let seen = shop.change_cart(&cart, json!({ "vat_number": "ATU12345678" })).await.expect(200).json();
    assert_eq!((total(&seen), problems(&seen)), (1_800, vec!["vat_number_not_confirmed".to_owned()]));
    assert!(log(&shop, &cart).await.contains("unanswered"));
    // Asked again, it may be confirmed.
    shop.host().faults.clear();
    let seen = shop.change_cart(&cart, json!({ "vat_number": "ATU12345678" })).await.expect(200).json();
    assert_eq!((total(&seen), problems(&seen)), (1_000 + 500, Vec::new()));
}
