//! Ways of shipping: where each is offered, what it costs, when it arrives.

use serde_json::{Value, json};
use tradepost::ports::{Clock, Timestamp};

use crate::buyers::{mailbox, new_code};
use crate::fixtures::{Cart, PUBLISHED_MILLIS, Product, address, eur, payment};
use crate::shop::{Shop, unique, within};

const ALONE: &str = "the shop's shipping is everybody's";
const DAY_MILLIS: i64 = 24 * 3_600 * 1_000;

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn amount(view: &Value, name: &str) -> i64 {
    view["totals"][name]["amount"].as_i64().unwrap()
}

/// A way of shipping for one price.
fn flat(id: &str, amount: i64) -> Value {
    json!({ "id": id, "title": format!("By {id}"), "rates": [{ "currency": "EUR", "amount": amount }] })
}

fn zone(title: &str, places: Value, options: Value) -> Value {
    json!({ "title": title, "places": places, "options": options })
}

async fn ship(shop: &Shop, zones: Value) {
    let ask = shop.put("/v1/admin/settings/shipping").bearer(&shop.owner().await);
    ask.json(json!({ "zones": zones })).send().await.expect(200);
}

/// A shop that sends so, and a product of it with a weight.
async fn shop_that_sends(zones: Value, price: i64, grams: i64) -> Option<(Shop, Product)> {
    let shop = Shop::native(ALONE).await?;
    ship(&shop, zones).await;
    let variant = json!({ "sku": unique("SKU"), "prices": [eur(price)], "weight_grams": grams });
    let product = shop.product(json!({ "variants": [variant] })).await;
    shop.stock(&product.variant, 1_000).await;
    Some((shop, product))
}

fn address_in(country: &str, postal_code: Option<&str>, region: Option<&str>) -> Value {
    let mut address = json!({ "name": "Ada", "line1": "1 Lane", "city": "City", "country": country });
    for (member, value) in [("postal_code", postal_code), ("region", region)] {
        if let Some(value) = value {
            address[member] = json!(value);
        }
    }
    address
}

async fn go_to(shop: &Shop, cart: &Cart, address: Value) -> Value {
    shop.change_cart(cart, json!({ "shipping_address": address })).await.expect(200).json()
}

/// The ways that a cart may be sent, and their prices.
async fn offered(shop: &Shop, cart: &Cart) -> Vec<(String, i64)> {
    let options = shop.get(&cart.path("/shipping-options")).cart_token(&cart.token).send().await.expect(200).json();
    let option = |option: &Value| (text(&option["id"]).to_owned(), option["price"]["amount"].as_i64().unwrap());
    options["items"].as_array().unwrap().iter().map(option).collect()
}

fn problem_codes(view: &Value) -> Vec<&str> {
    view["problems"].as_array().unwrap().iter().map(|problem| text(&problem["code"])).collect()
}

#[tokio::test]
async fn a_rule_for_some_postal_codes_catches_those_and_no_others() {
    let britain = |codes: &[&str]| json!([{ "country": "GB", "postal_codes": codes }]);
    let zones = json!([
        zone("World", json!([]), json!([flat("world", 900)])),
        zone("Britain", json!([{ "country": "GB" }]), json!([flat("britain", 500)])),
        zone("Nottingham", britain(&["NG1 *"]), json!([flat("bike", 100)])),
        zone("Belfast", britain(&["BT*"]), json!([flat("ferry", 700)])),
        zone("One house", britain(&["BT1 5GS"]), json!([flat("carrier", 1)])),
        zone("Canaries", json!([{ "country": "ES", "postal_codes": ["35*", "38*"] }]), json!([flat("boat", 1_200)])),
        zone("Spain", json!([{ "country": "ES" }]), json!([flat("spain", 600)])),
    ]);
    let Some((shop, product)) = shop_that_sends(zones, 1_000, 100).await else { return };
    let cart = shop.cart_with(&product.variant, 1).await;
    for (country, postal_code, way) in [
        ("GB", Some("NG1 5DJ"), "bike"),
        ("GB", Some("ng15dj"), "bike"),
        ("GB", Some("NG11 1AA"), "britain"),
        ("GB", Some("NG10 1AA"), "britain"),
        ("GB", Some("NG2 1AA"), "britain"),
        ("GB", Some("bt9 6ag"), "ferry"),
        ("GB", Some("BT1 5GS"), "carrier"),
        ("GB", Some("BB1 5GS"), "britain"),
        ("ES", Some("35001"), "boat"),
        ("ES", Some("38770"), "boat"),
        ("ES", Some("28035"), "spain"),
        ("DE", Some("35037"), "world"),
        ("AE", None, "world"),
    ] {
        let region = (country == "AE").then_some("Dubai");
        go_to(&shop, &cart, address_in(country, postal_code, region)).await;
        let ways: Vec<String> = offered(&shop, &cart).await.into_iter().map(|(id, _)| id).collect();
        assert_eq!(ways, [way], "{country} {postal_code:?}");
    }
}

#[tokio::test]
async fn a_region_is_nearer_than_its_country_and_the_country_than_the_world() {
    let states = json!([{ "country": "US", "regions": ["CA", "California", "HI"] }]);
    let zones = json!([
        zone("Far states", states, json!([flat("air", 2_000)])),
        zone("Home", json!([{ "country": "US" }, { "country": "CA" }]), json!([flat("ground", 700)])),
        zone("World", json!([]), json!([flat("sea", 3_000)])),
    ]);
    let Some((shop, product)) = shop_that_sends(zones, 1_000, 100).await else { return };
    let cart = shop.cart_with(&product.variant, 1).await;
    for (country, postal_code, region, way) in [
        ("US", "90210", "CA", "air"),
        ("US", "90210", " california ", "air"),
        ("US", "10001", "NY", "ground"),
        ("CA", "H0H 0H0", "QC", "ground"),
        ("FR", "75001", "CA", "sea"),
    ] {
        go_to(&shop, &cart, address_in(country, Some(postal_code), Some(region))).await;
        assert_eq!(offered(&shop, &cart).await[0].0, way, "{country} {region}");
    }
}

#[tokio::test]
async fn outside_every_zone_there_is_no_way_and_the_cart_says_so() {
    let zones = json!([zone("Britain", json!([{ "country": "GB" }]), json!([flat("post", 500)]))]);
    let Some((shop, product)) = shop_that_sends(zones, 1_000, 100).await else { return };
    let cart = shop.ready_cart(&product.variant, 1).await;
    assert_eq!(problem_codes(&cart.json), Vec::<&str>::new());
    let seen = go_to(&shop, &cart, address_in("AE", None, Some("Dubai"))).await;
    assert_eq!((problem_codes(&seen), &seen["shipping_option"]), (vec!["not_shipped_there"], &Value::Null));
    assert_eq!(amount(&seen, "total"), 1_000, "nothing is charged for what is not offered");
    assert_eq!(offered(&shop, &cart).await, []);
    let chosen = shop.put(&cart.path("/shipping-option")).cart_token(&cart.token).json(json!({ "id": "post" }));
    assert_eq!(chosen.send().await.pointers(), ["/id"]);
    shop.place(&cart, "pm_card_visa").await.problem(409, "shipping_not_offered");
    let purchase = json!({
        "currency": "EUR", "lines": [{ "variant_id": product.variant, "quantity": 1 }], "email": mailbox(),
        "shipping_address": address_in("AE", None, Some("Dubai")), "shipping_option": "post",
        "payment": payment("pm_card_visa"),
    });
    shop.buy(purchase).await.problem(409, "shipping_not_offered");
    assert_eq!(shop.available(&product.variant).await, 1_000);
    // Back home it is as before.
    assert_eq!(problem_codes(&go_to(&shop, &cart, address()).await), Vec::<&str>::new());
    shop.place(&cart, "pm_card_visa").await.expect(201);
}

#[tokio::test]
async fn a_price_goes_by_weight_or_by_what_the_items_come_to() {
    let tiers = |by: &str, tiers: Value| json!([{ "currency": "EUR", "by": by, "tiers": tiers }]);
    let by_weight = tiers(
        "weight",
        json!([{ "from": 0, "amount": 300 }, { "from": 1_000, "amount": 500 }, { "from": 5_000, "amount": 900 }]),
    );
    let by_subtotal = tiers("subtotal", json!([{ "from": 2_000, "amount": 400 }, { "from": 6_000, "amount": 0 }]));
    let zones = json!([zone(
        "World",
        json!([]),
        json!([
            { "id": "parcel", "title": "Parcel", "rates": by_weight },
            { "id": "van", "title": "Van", "rates": by_subtotal },
        ])
    )]);
    let Some((shop, product)) = shop_that_sends(zones, 1_000, 500).await else { return };
    let cart = shop.ready_cart(&product.variant, 1).await;
    let line = cart.path(&format!("/lines/{}", text(&cart.json["lines"][0]["id"])));
    for (pieces, parcel, van) in [
        (1, 300, None),
        (2, 500, Some(400)),
        (5, 500, Some(400)),
        (6, 500, Some(0)),
        (9, 500, Some(0)),
        (10, 900, Some(0)),
    ] {
        let ask = shop.patch(&line).cart_token(&cart.token).json(json!({ "quantity": pieces }));
        let seen = ask.send().await.expect(200).json();
        let expected = std::iter::once(("parcel", parcel)).chain(van.map(|price| ("van", price)));
        let expected: Vec<_> = expected.map(|(id, price)| (id.to_owned(), price)).collect();
        assert_eq!(offered(&shop, &cart).await, expected, "{pieces}");
        assert_eq!(amount(&seen, "shipping"), parcel, "what was chosen goes with the cart");
    }
    // A tier is gone with the pieces it was for, and with a discount.
    shop.put(&cart.path("/shipping-option"))
        .cart_token(&cart.token)
        .json(json!({ "id": "van" }))
        .send()
        .await
        .expect(200);
    let ask = shop.patch(&line).cart_token(&cart.token).json(json!({ "quantity": 1 }));
    let seen = ask.send().await.expect(200).json();
    assert_eq!((&seen["shipping_option"], problem_codes(&seen)), (&Value::Null, vec!["cart_incomplete"]));
    shop.place(&cart, "pm_card_visa").await.problem(409, "shipping_not_offered");
}

#[tokio::test]
async fn shipping_is_free_from_what_is_left_of_the_items() {
    let rates = json!([{ "currency": "EUR", "amount": 490, "free_from": 5_000 }]);
    let zones = json!([zone("World", json!([]), json!([{ "id": "post", "title": "Post", "rates": rates }]))]);
    let Some((shop, product)) = shop_that_sends(zones, 100, 10).await else { return };
    let code = new_code();
    let ten = json!({ "title": "Ten euros", "code": code, "effect": { "fixed": { "amounts": [eur(1_000)] } } });
    shop.promotion(ten).await;
    for (pieces, coupon, shipping) in [(49, false, 490), (50, false, 0), (53, false, 0), (53, true, 490), (60, true, 0)]
    {
        let cart = shop.ready_cart(&product.variant, pieces).await;
        let coupons = if coupon { vec![&code] } else { Vec::new() };
        let seen = shop.change_cart(&cart, json!({ "coupons": coupons })).await.expect(200).json();
        assert_eq!(amount(&seen, "shipping"), shipping, "{pieces} {coupon}");
        let order = shop.place(&cart, "pm_card_visa").await.expect(201).json();
        assert_eq!(order["totals"], seen["totals"]);
    }
}

#[tokio::test]
async fn what_was_chosen_is_looked_at_again_when_the_cart_is_placed() {
    let world = |options: Value| json!([zone("World", json!([]), options)]);
    let both = world(json!([flat("post", 500), flat("express", 900)]));
    let Some((shop, product)) = shop_that_sends(both.clone(), 1_000, 100).await else { return };
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.put(&cart.path("/shipping-option"))
        .cart_token(&cart.token)
        .json(json!({ "id": "express" }))
        .send()
        .await
        .expect(200);
    // The owner takes it off: the next to place the cart learns it at once.
    ship(&shop, world(json!([flat("post", 500)]))).await;
    shop.place(&cart, "pm_card_visa").await.problem(409, "shipping_not_offered");
    assert_eq!(shop.available(&product.variant).await, 1_000);
    within(PUBLISHED_MILLIS, "the cart shows it", async || {
        let seen = shop.see_cart(&cart).await;
        (seen["shipping_option"].is_null() && problem_codes(&seen) == ["cart_incomplete"]).then_some(())
    })
    .await;
    ship(&shop, both).await;
    let order = shop.place(&cart, "pm_card_visa").await.expect(201).json();
    assert_eq!((text(&order["shipping_option"]["id"]), amount(&order, "shipping")), ("express", 900));
    // Whatever becomes of it afterwards: the order stands.
    ship(&shop, world(json!([flat("post", 1)]))).await;
    assert_eq!(shop.order(&cart).await["shipping_option"], order["shipping_option"]);
}

#[tokio::test]
async fn what_is_fetched_says_where_and_what_arrives_says_when() {
    let fetched = json!({
        "id": "shop", "title": "Fetch it", "pick_up": "Bahnhofstrasse 1, Zug", "handling_days": { "from": 0, "to": 0 },
        "rates": [{ "currency": "EUR", "amount": 0 }],
    });
    let sent = json!({
        "id": "post", "title": "Post", "handling_days": { "from": 2, "to": 4 },
        "rates": [{ "currency": "EUR", "amount": 500 }],
    });
    let zones = json!([zone("World", json!([]), json!([fetched, sent, flat("someday", 100)]))]);
    let Some((shop, product)) = shop_that_sends(zones, 1_000, 100).await else { return };
    let cart = shop.ready_cart(&product.variant, 1).await;
    let options = shop.get(&cart.path("/shipping-options")).cart_token(&cart.token).send().await.expect(200).json();
    let [shop_option, post, some_day] = [0, 1, 2].map(|nth| options["items"][nth].clone());
    assert_eq!((text(&shop_option["pick_up"]), post.get("pick_up")), ("Bahnhofstrasse 1, Zug", None));
    assert_eq!(some_day.get("arrives"), None);
    let day =
        |value: &Value| serde_json::from_value::<Timestamp>(value.clone()).unwrap().millis().div_euclid(DAY_MILLIS);
    let is_working = |day: i64| (day + 3).rem_euclid(7) < 5;
    let today = shop.host().clock.now().millis().div_euclid(DAY_MILLIS);
    let working_days_until = |end: i64| (today + 1..=end).filter(|day| is_working(*day)).count();
    let (from, to) = (day(&post["arrives"]["from"]), day(&post["arrives"]["to"]));
    assert_eq!((working_days_until(from), working_days_until(to)), (2, 4));
    assert!(is_working(from) && is_working(to) && is_working(day(&shop_option["arrives"]["from"])));
    // The order keeps what was promised, as of the moment it was placed.
    let choose = shop.put(&cart.path("/shipping-option")).cart_token(&cart.token).json(json!({ "id": "post" }));
    choose.send().await.expect(200);
    let order = shop.place(&cart, "pm_card_visa").await.expect(201).json();
    assert_eq!(order["shipping_option"]["arrives"], post["arrives"]);
    shop.host().clock.advance(5 * DAY_MILLIS);
    assert_eq!(shop.order(&cart).await["shipping_option"]["arrives"], post["arrives"]);
}

#[tokio::test]
async fn what_is_not_sent_needs_no_address_and_what_is_sent_beside_it_does() {
    let shop = Shop::open().await;
    let (song, record) = (shop.download(700).await, shop.stocked(5).await);
    let cart = shop.cart_with(&song.variant, 1).await;
    let missing = |view: &Value| -> Vec<String> {
        let problems = view["problems"].as_array().unwrap().iter();
        problems
            .filter(|problem| problem["code"] == "cart_incomplete")
            .map(|problem| text(&problem["detail"]).to_owned())
            .collect()
    };
    assert_eq!(missing(&cart.json), ["email"]);
    let line = json!({ "variant_id": record.variant, "quantity": 1 });
    let both = shop.post(&cart.path("/lines")).cart_token(&cart.token).json(line).send().await.expect_success().json();
    assert_eq!(missing(&both), ["email", "shipping_address", "shipping_option"]);
    let refused = shop.place(&cart, "pm_card_visa").await.problem(409, "cart_incomplete");
    assert_eq!(refused["missing"], json!(["email", "shipping_address", "shipping_option"]));
    let only = json!({ "lines": [{ "variant_id": song.variant, "quantity": 2 }], "email": mailbox() });
    let seen = shop.change_cart(&cart, only).await.expect(200).json();
    assert_eq!((missing(&seen), amount(&seen, "total")), (Vec::new(), 1_400));
    let order = shop.place(&cart, "pm_card_visa").await.expect(201).json();
    assert_eq!(
        (text(&order["status"]), &order["shipping_option"], &order["shipping_address"]),
        ("confirmed", &Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn a_cart_that_is_not_sent_any_more_pays_for_no_shipping() {
    let shop = Shop::open().await;
    let (song, record) = (shop.download(700).await, shop.stocked(5).await);
    let cart = shop.ready_cart(&record.variant, 1).await;
    assert!(amount(&cart.json, "shipping") > 0);
    let only = json!({ "lines": [{ "variant_id": song.variant, "quantity": 1 }] });
    let seen = shop.change_cart(&cart, only).await.expect(200).json();
    assert_eq!((amount(&seen, "shipping"), amount(&seen, "total"), &seen["shipping_option"]), (0, 700, &Value::Null));
    assert_eq!(amount(&shop.place(&cart, "pm_card_visa").await.expect(201).json(), "total"), 700);
}
