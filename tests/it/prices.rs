//! What carts and orders come to, line by line: discounts, tax, shipping; and
//! that nothing costs more in silence. That all of it re-adds is held against
//! every answer (`sums.rs`).

use serde_json::{Value, json};

use crate::buyers::{an_hour_ago, mailbox, new_code};
use crate::fixtures::{Cart, PUBLISHED_MILLIS, Product, eur, payment};
use crate::shop::{Shop, unique, within};

pub const ALONE: &str = "the settings are everybody's";

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

pub fn amount(view: &Value, name: &str) -> i64 {
    view["totals"][name]["amount"].as_i64().unwrap()
}

pub fn total(view: &Value) -> i64 {
    amount(view, "total")
}

pub fn rate(country: &str, class: &str, percent: &str) -> Value {
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
pub async fn shop_in_germany(included: bool, rates: Value) -> Option<Shop> {
    let shop = Shop::native(ALONE).await?;
    settle(&shop, json!({ "country": "DE", "prices_include_tax": included })).await;
    put(&shop, "/tax", rules(rates)).await;
    put(&shop, "/shipping", post_for(600)).await;
    Some(shop)
}

pub async fn product(shop: &Shop, amount: i64, members: Value) -> Product {
    let mut body = json!({ "variants": [{ "sku": unique("SKU"), "prices": [eur(amount)] }] });
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    let product = shop.product(body).await;
    shop.stock(&product.variant, 1_000).await;
    product
}

pub fn lines(of: &[(&Product, i64)]) -> Value {
    of.iter().map(|(product, quantity)| json!({ "variant_id": product.variant, "quantity": quantity })).collect()
}

pub fn address_in(country: &str, postal_code: &str) -> Value {
    let city = if country == "ES" { "Las Palmas" } else { "City" };
    let mut address =
        json!({ "name": "Ada", "line1": "1 Lane", "city": city, "postal_code": postal_code, "country": country });
    if country == "ES" {
        address["region"] = json!("Las Palmas");
    }
    address
}

/// A cart of these lines that goes there by post.
pub async fn cart_to(shop: &Shop, of: &[(&Product, i64)], address: Value) -> Cart {
    let cart = shop.new_cart(json!({ "currency": "EUR", "lines": lines(of) })).await;
    let facts = json!({ "email": mailbox(), "shipping_address": address, "shipping_option": "post" });
    let json = shop.change_cart(&cart, facts).await.expect(200).json();
    Cart { json, ..cart }
}

/// It is placed for what it was shown to come to.
pub async fn place(shop: &Shop, cart: &Cart) -> Value {
    let seen = shop.see_cart(cart).await;
    let body = json!({ "payment": payment("pm_card_visa"), "expected_total": seen["totals"]["total"] });
    let order = shop.place_with(cart, body).await.expect(201).json();
    let mut lines = order["lines"].clone();
    for line in lines.as_array_mut().unwrap() {
        // Where its pieces are is said of an order alone.
        for member in ["refunded", "fulfilled", "packed", "to_send", "returned", "returnable"] {
            line.as_object_mut().unwrap().remove(member).unwrap();
        }
    }
    for (is, was) in [(&order["totals"], "totals"), (&lines, "lines"), (&order["shipping_option"], "shipping_option")] {
        assert_eq!(*is, seen[was], "the order is what the cart was");
    }
    assert_eq!(shop.ledger().map(|ledger| ledger.kept(&cart.id)), Some(amount(&seen, "to_pay")));
    order
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
