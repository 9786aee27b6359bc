//! What carts and orders come to, line by line: discounts, tax, shipping; and
//! that nothing costs more in silence. That all of it re-adds is held against
//! every answer (`sums.rs`).

use serde_json::{Value, json};
use tradepost::ports::{ObjectClass, Statement};

use crate::buyers::{an_hour_ago, mailbox, new_code};
use crate::fixtures::{Cart, PUBLISHED_MILLIS, Product, eur, payment};
use crate::host::faults::{Site, When};
use crate::host::sqlite;
use crate::shop::{Shop, unique, within};
use crate::throttle;

const ALONE: &str = "the settings are everybody's";

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn amount(view: &Value, name: &str) -> i64 {
    view["totals"][name]["amount"].as_i64().unwrap()
}

fn total(view: &Value) -> i64 {
    amount(view, "total")
}

fn rate(country: &str, class: &str, percent: &str) -> Value {
    json!({ "country": country, "class": class, "name": format!("VAT {percent}"), "rate": percent })
}

fn rules(rates: Value) -> Value {
    json!({ "classes": ["standard", "reduced"], "rates": rates, "reverse_charge": true })
}

/// One way of shipping everywhere, for so much.
fn post_for(amount: i64) -> Value {
    let rates = json!([{ "currency": "EUR", "amount": amount }]);
    json!({ "zones": [{ "title": "World", "places": [], "options": [{ "id": "post", "title": "Post", "rates": rates }] }] })
}

async fn put(shop: &Shop, path: &str, body: Value) {
    let path = format!("/v1/admin/settings{path}");
    shop.put(&path).bearer(&shop.owner().await).json(body).send().await.expect(200);
}

async fn settle(shop: &Shop, change: Value) {
    shop.patch("/v1/admin/settings").bearer(&shop.owner().await).json(change).send().await.expect(200);
}

/// A shop in Germany whose prices include tax or not; nothing is known of it yet.
async fn shop_in_germany(included: bool, rates: Value) -> Option<Shop> {
    let shop = Shop::native(ALONE).await?;
    settle(&shop, json!({ "country": "DE", "prices_include_tax": included })).await;
    put(&shop, "/tax", rules(rates)).await;
    put(&shop, "/shipping", post_for(600)).await;
    Some(shop)
}

async fn product(shop: &Shop, amount: i64, members: Value) -> Product {
    let mut body = json!({ "variants": [{ "sku": unique("SKU"), "prices": [eur(amount)] }] });
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    let product = shop.product(body).await;
    shop.stock(&product.variant, 1_000).await;
    product
}

fn lines(of: &[(&Product, i64)]) -> Value {
    of.iter().map(|(product, quantity)| json!({ "variant_id": product.variant, "quantity": quantity })).collect()
}

fn address_in(country: &str, postal_code: &str) -> Value {
    let city = if country == "ES" { "Las Palmas" } else { "City" };
    let mut address =
        json!({ "name": "Ada", "line1": "1 Lane", "city": city, "postal_code": postal_code, "country": country });
    if country == "ES" {
        address["region"] = json!("Las Palmas");
    }
    address
}

/// A cart of these lines that goes there by post.
async fn cart_to(shop: &Shop, of: &[(&Product, i64)], address: Value) -> Cart {
    let cart = shop.new_cart(json!({ "currency": "EUR", "lines": lines(of) })).await;
    let facts = json!({ "email": mailbox(), "shipping_address": address, "shipping_option": "post" });
    let json = shop.change_cart(&cart, facts).await.expect(200).json();
    Cart { json, ..cart }
}

/// It is placed for what it was shown to come to.
async fn place(shop: &Shop, cart: &Cart) -> Value {
    let seen = shop.see_cart(cart).await;
    let body = json!({ "payment": payment("pm_card_visa"), "expected_total": seen["totals"]["total"] });
    let order = shop.place_with(cart, body).await.expect(201).json();
    let mut lines = order["lines"].clone();
    for line in lines.as_array_mut().unwrap() {
        // Where its pieces are is said of an order alone.
        for member in ["refunded", "fulfilled", "packed", "returned", "returnable"] {
            line.as_object_mut().unwrap().remove(member).unwrap();
        }
    }
    for (is, was) in [(&order["totals"], "totals"), (&lines, "lines"), (&order["shipping_option"], "shipping_option")] {
        assert_eq!(*is, seen[was], "the order is what the cart was");
    }
    assert_eq!(shop.ledger().map(|ledger| ledger.kept(&cart.id)), Some(amount(&seen, "to_pay")));
    order
}

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
        rows.ok().unwrap().0[0]["events"].as_str().unwrap().to_owned()
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

// --- discounts ---

fn off_lines(view: &Value) -> Vec<i64> {
    view["lines"].as_array().unwrap().iter().map(|line| line["discount"]["amount"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn an_amount_off_is_shared_out_by_what_lines_cost() {
    let shop = Shop::open().await;
    for (off, costs, shares) in [
        // Of equal remainders the earlier line's counts.
        (1_000, &[1_000, 1_000, 1_000][..], &[334, 333, 333][..]),
        (600, &[500, 200, 100], &[375, 150, 75]),
        (1, &[100, 100, 100], &[1, 0, 0]),
        (999_999, &[500], &[500]),
    ] {
        let mut products = Vec::new();
        for cost in costs {
            products.push(shop.download(*cost).await);
        }
        let code = new_code();
        shop.promotion(json!({ "title": "Off", "code": code, "effect": { "fixed": { "amounts": [eur(off)] } } })).await;
        let of: Vec<_> = products.iter().map(|product| (product, 1)).collect();
        let cart = shop.new_cart(json!({ "currency": "EUR", "lines": lines(&of) })).await;
        let seen = shop.coupon(&cart, &code).await.expect(200).json();
        assert_eq!(off_lines(&seen), shares);
        assert_eq!(total(&seen), costs.iter().sum::<i64>() - shares.iter().sum::<i64>());
    }
}

#[tokio::test]
async fn a_currency_without_cents_has_none() {
    let Some(shop) = Shop::native(ALONE).await else { return };
    settle(&shop, json!({ "currencies": ["EUR", "USD", "GBP", "JPY"] })).await;
    let variant = json!({ "sku": unique("SKU"), "prices": [{ "amount": 622, "currency": "JPY" }] });
    let tea = shop.product(json!({ "delivery": "digital", "variants": [variant] })).await;
    let code = new_code();
    shop.promotion(json!({ "title": "Tenth", "code": code, "effect": { "percentage": { "percent": "10" } } })).await;
    let cart = shop.new_cart(json!({ "currency": "JPY", "lines": lines(&[(&tea, 1)]) })).await;
    let seen = shop.coupon(&cart, &code).await.expect(200).json();
    assert_eq!((amount(&seen, "discount"), total(&seen)), (62, 560));
    shop.change_cart(&cart, json!({ "email": mailbox() })).await.expect(200);
    let order = shop.place(&cart, "pm_card_visa").await.expect(201).json();
    assert_eq!(order["payment"]["captured"], json!({ "amount": 560, "currency": "JPY" }));
}

#[tokio::test]
async fn how_a_cart_was_built_changes_nothing_that_it_comes_to() {
    let shop = Shop::open().await;
    let [tea, pot, cup] = [shop.download(333).await, shop.download(2_390).await, shop.download(777).await];
    let code = new_code();
    let percent = json!({ "title": "Odd", "code": code, "effect": { "percentage": { "percent": "8.875" } } });
    shop.promotion(percent).await;
    let (email, all) = (mailbox(), [(&tea, 7), (&pot, 2), (&cup, 3)]);
    let whole = |view: &Value| view["totals"].clone();
    let at_once = shop.new_cart(json!({ "currency": "EUR", "lines": lines(&all) })).await;
    let at_once = shop.change_cart(&at_once, json!({ "email": email, "coupons": [code] })).await.expect(200).json();
    // Line by line, backwards, with what is taken out again, the coupon first.
    let cart = shop.cart().await;
    shop.coupon(&cart, &code).await.problem(422, "coupon_not_valid");
    let add = async |product: &Product, quantity: i64| {
        let line = json!({ "variant_id": product.variant, "quantity": quantity });
        shop.post(&cart.path("/lines")).cart_token(&cart.token).json(line).send().await.expect_success().json()
    };
    let first = add(&pot, 9).await;
    shop.coupon(&cart, &code).await.expect(200);
    let line = cart.path(&format!("/lines/{}", text(&first["lines"][0]["id"])));
    shop.delete(&line).cart_token(&cart.token).send().await.expect(200);
    for product in [&cup, &tea, &pot, &tea, &cup, &tea, &cup, &tea, &pot, &tea, &tea, &tea] {
        add(product, 1).await;
    }
    shop.change_cart(&cart, json!({ "email": email })).await.expect(200);
    assert_eq!(whole(&shop.see_cart(&cart).await), whole(&at_once));
    // And in one request.
    let body = json!({ "currency": "EUR", "lines": lines(&all), "email": email, "coupons": [code], "payment": payment("pm_card_visa") });
    assert_eq!(whole(&shop.buy(body).await.expect(201).json()), whole(&at_once));
    assert_eq!(whole(&shop.place(&cart, "pm_card_visa").await.expect(201).json()), whole(&at_once));
}

// --- what changes between the cart and the order ---

#[tokio::test]
async fn what_a_cart_comes_to_now_is_told_before_it_is_charged() {
    let Some(shop) = shop_in_germany(false, json!([rate("DE", "standard", "19")])).await else { return };
    let lamp = product(&shop, 1_000, json!({})).await;
    let cart = cart_to(&shop, &[(&lamp, 1)], address_in("DE", "10115")).await;
    let sale = json!({
        "title": "Sale", "conditions": { "products": [lamp.id] }, "effect": { "fixed": { "amounts": [eur(200)] } },
    });
    let sale = shop.promotion(sale).await;
    let mut shown = total(&shop.see_cart(&cart).await);
    assert_eq!(shown, 800 + 152 + 600 + 114);
    for (what, expected) in [
        ("promotion", 1_000 + 190 + 600 + 114),
        ("tax", 1_000 + 70 + 600 + 42),
        ("shipping", 1_000 + 70 + 900 + 63),
        ("price", 1_100 + 77 + 900 + 63),
        ("included", 1_100 + 900),
    ] {
        match what {
            "promotion" => shop.change_promotion(&sale, json!({ "ends_at": an_hour_ago() })).await,
            "tax" => put(&shop, "/tax", rules(json!([rate("DE", "standard", "7")]))).await,
            "shipping" => put(&shop, "/shipping", post_for(900)).await,
            "price" => {
                let path = format!("/v1/admin/variants/{}", lamp.variant);
                let price = json!({ "prices": [eur(1_100)] });
                shop.patch(&path).bearer(&shop.owner().await).json(price).send().await.expect(200);
            }
            _ => settle(&shop, json!({ "prices_include_tax": true })).await,
        }
        // At once, whatever copy carts are shown from.
        let body = json!({ "payment": payment("pm_card_visa"), "expected_total": eur(shown) });
        let told = shop.place_with(&cart, body).await.problem(409, "price_changed");
        assert_eq!((&told["old_total"], &told["new_total"]), (&eur(shown), &eur(expected)), "{what}");
        assert!(shop.ledger().unwrap().charges().is_empty(), "{what}");
        assert_eq!(shop.available(&lamp.variant).await, 1_000);
        within(PUBLISHED_MILLIS, "the cart shows it", async || {
            (total(&shop.see_cart(&cart).await) == expected).then_some(())
        })
        .await;
        shown = expected;
    }
    assert_eq!(total(&place(&shop, &cart).await), shown);
}

#[tokio::test]
async fn the_total_that_was_shown_is_the_total_that_is_charged() {
    let shop = Shop::open().await;
    let tea = shop.download(500).await;
    let cart = shop.downloading(&tea.variant, 2).await;
    let expecting = |amount: i64, currency: &str| json!({ "payment": payment("pm_card_visa"), "expected_total": { "amount": amount, "currency": currency } });
    for wrong in [expecting(999, "EUR"), expecting(1_001, "EUR"), expecting(0, "EUR"), expecting(1_000, "USD")] {
        let told = shop.place_with(&cart, wrong).await.problem(409, "price_changed");
        assert_eq!((&told["new_total"], &told["lines"]), (&eur(1_000), &json!([])));
    }
    assert_eq!(total(&shop.place_with(&cart, expecting(1_000, "EUR")).await.expect(201).json()), 1_000);
    let purchase = json!({ "currency": "EUR", "lines": lines(&[(&tea, 2)]), "email": mailbox(), "payment": payment("pm_card_visa"), "expected_total": eur(999) });
    shop.buy(purchase).await.problem(409, "price_changed");
}

#[tokio::test]
async fn a_purchase_in_one_request_has_the_price_of_its_moment() {
    let shop = Shop::open().await;
    let tea = shop.download(500).await;
    let buy = |shown: i64| {
        shop.buy(json!({
            "currency": "EUR", "lines": lines(&[(&tea, 2)]), "email": mailbox(), "payment": payment("pm_card_visa"),
            "expected_total": eur(shown),
        }))
    };
    buy(1_000).await.expect(201);
    let path = format!("/v1/admin/variants/{}", tea.variant);
    let price = json!({ "prices": [eur(600)] });
    shop.patch(&path).bearer(&shop.owner().await).json(price).send().await.expect(200);
    let told = buy(1_000).await.problem(409, "price_changed");
    assert_eq!((&told["old_total"], &told["new_total"]), (&eur(1_000), &eur(1_200)));
    let order = buy(1_200).await.expect(201).json();
    assert_eq!((total(&order), &order["lines"][0]["unit_price"]), (1_200, &eur(600)));
}
