//! Tiers: many pieces in one line cost less each, and an order keeps to that.

use serde_json::{Value, json};

use crate::browser::html;
use crate::fixtures::{Cart, PUBLISHED_MILLIS, Product, eur};
use crate::shop::{Shop, unique, within};

/// 10.00 each, from ten pieces on 9.00, from twenty on 7.77.
async fn tiered(shop: &Shop) -> Product {
    let tiers = json!([{ "from": 10, "amount": 900 }, { "from": 20, "amount": 777 }]);
    let price = json!({ "amount": 1_000, "currency": "EUR", "tiers": tiers });
    let product = shop.product(json!({ "variants": [{ "sku": unique("T"), "prices": [price] }] })).await;
    shop.stock(&product.variant, 100).await;
    product
}

async fn set(shop: &Shop, cart: &Cart, pieces: u32) -> Value {
    let answer = shop
        .patch(&cart.path("/lines/line_1"))
        .cart_token(&cart.token)
        .json(json!({ "quantity": pieces }))
        .send()
        .await;
    answer.expect(200).json()
}

fn line(view: &Value) -> (&Value, &Value) {
    (&view["lines"][0]["unit_price"], &view["lines"][0]["total"])
}

#[tokio::test]
async fn a_line_costs_what_its_pieces_do_together() {
    let shop = Shop::open().await;
    let product = tiered(&shop).await;
    let path = format!("/v1/products/{}", product.id);
    let seen = within(PUBLISHED_MILLIS, "it can be bought", async || {
        let seen = shop.get(&path).send().await.expect(200).json();
        (seen["available"] == "in_stock").then_some(seen)
    });
    let seen = seen.await;
    assert_eq!(seen["variants"][0]["tiers"], json!([{ "from": 10, "amount": 900 }, { "from": 20, "amount": 777 }]));
    let page = html(&shop.get(&format!("/products/{}", product.slug)).send().await.expect(200));
    assert!(page.contains("10 or more: €9.00 each") && page.contains("20 or more: €7.77 each"), "{page}");

    let cart = shop.ready_cart(&product.variant, 9).await;
    assert_eq!(line(&cart.json), (&eur(1_000), &eur(9_000)));
    for (pieces, each) in [(10, 900), (19, 900), (20, 777), (1, 1_000)] {
        let view = set(&shop, &cart, pieces).await;
        assert_eq!(line(&view), (&eur(each), &eur(each * i64::from(pieces))));
        assert_eq!(view["problems"], json!([]), "nothing has changed but what the buyer did");
    }
    // The second time it is added it counts with the first.
    let more = json!({ "variant_id": product.variant, "quantity": 19 });
    let view = shop.post(&cart.path("/lines")).cart_token(&cart.token).json(more).send().await.expect(200).json();
    assert_eq!(line(&view), (&eur(777), &eur(20 * 777)));
    let order = shop.place(&cart, "pm_card_visa").await.expect(201).json();
    assert_eq!(line(&order), (&eur(777), &eur(20 * 777)));
}

#[tokio::test]
async fn a_coupon_takes_its_part_of_what_the_pieces_cost_together() {
    let shop = Shop::open().await;
    let product = tiered(&shop).await;
    let cart = shop.ready_cart(&product.variant, 20).await;
    let coupon = shop.percent_code("Ten", "10").await;
    let view = shop.coupon(&cart, &coupon.code).await.expect(200).json();
    assert_eq!(line(&view), (&eur(777), &eur(20 * 777 - 1_554)));
}

#[tokio::test]
async fn tiers_that_change_meanwhile_are_told_before_they_are_paid() {
    let shop = Shop::open().await;
    let product = tiered(&shop).await;
    let cart = shop.ready_cart(&product.variant, 10).await;
    let path = format!("/v1/admin/variants/{}", product.variant);
    shop.patch(&path).bearer(&shop.owner().await).json(json!({ "prices": [eur(1_000)] })).send().await.expect(200);
    let problem = shop.place(&cart, "pm_card_visa").await.problem(409, "price_changed");
    assert_eq!(problem["lines"][0]["new"], eur(1_000), "{problem}");
    let order = shop.place(&cart, "pm_card_visa").await.expect(201).json();
    assert_eq!(line(&order), (&eur(1_000), &eur(10_000)));
}

#[tokio::test]
async fn pieces_of_an_order_keep_the_price_that_was_agreed_for_all_of_them() {
    let shop = Shop::open().await;
    let product = tiered(&shop).await;
    let cart = shop.ready_cart(&product.variant, 20).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    shop.until_order(&cart, "confirmed", "paid").await;
    // Too few are left for the tier, and five more are too few for any.
    let edit = json!({
        "reason": "they rang", "lines": [{ "line_id": "line_1", "quantity": 3 }],
        "add": [{ "variant_id": product.variant, "quantity": 5 }],
    });
    let order = shop.act(&cart, "edits", edit).await.expect(201).json();
    assert_eq!(order["edits"][0]["refunded"], eur(17 * 777 - 5_000), "{order}");
    let order = shop.until_staff_see(&cart, "it is done", |order| order["lines"].as_array().unwrap().len() == 2).await;
    assert_eq!((&order["lines"][0]["unit_price"], &order["lines"][1]["unit_price"]), (&eur(777), &eur(1_000)));
    assert_eq!(order["lines"][0]["refundable"], eur(3 * 777));
}

#[tokio::test]
async fn pieces_that_are_added_to_an_order_cost_what_so_many_do_now() {
    let shop = Shop::open().await;
    let product = tiered(&shop).await;
    let cart = shop.ready_cart(&product.variant, 9).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    shop.until_staff_see(&cart, "its pieces are its own", |order| order["refundable"]["amount"] != 0).await;
    let edit = async |pieces: u32, preview: bool| {
        let add = json!([{ "variant_id": product.variant, "quantity": pieces }]);
        let body = json!({ "reason": "they rang", "add": add, "paid_by_hand": "till", "preview": preview });
        shop.act(&cart, "edits", body).await.expect(201).json()
    };
    // Those that are there were sold as nine, and do not count with them.
    for (pieces, each) in [(1, 1_000), (9, 1_000), (10, 900), (20, 777)] {
        let order = edit(pieces, true).await;
        let of_all = eur(each * i64::from(pieces));
        assert_eq!((&order["edits"][0]["to_pay"], line(&order)), (&of_all, (&eur(1_000), &eur(9_000))));
    }
    // What the shop asks for them has changed since; what was agreed has not.
    let path = format!("/v1/admin/variants/{}", product.variant);
    let price = json!({ "amount": 1_100, "currency": "EUR", "tiers": [{ "from": 2, "amount": 500 }] });
    shop.patch(&path).bearer(&shop.owner().await).json(json!({ "prices": [price] })).send().await.expect(200);
    let order = edit(2, false).await;
    assert_eq!((line(&order), &order["lines"][1]["unit_price"]), ((&eur(1_000), &eur(9_000)), &eur(500)), "{order}");
    // One of the two alone would have cost more than both: it goes back for what it cost.
    let fewer = json!({ "reason": "they rang", "lines": [{ "line_id": "line_2", "quantity": 1 }] });
    let order = shop.act(&cart, "edits", fewer).await.expect(201).json();
    assert_eq!((&order["edits"][1]["refunded"], &order["lines"][1]["refundable"]), (&eur(500), &eur(500)));
}

#[tokio::test]
async fn an_order_that_is_changed_before_it_is_paid_keeps_the_price_of_what_stays() {
    let shop = Shop::open().await;
    let product = tiered(&shop).await;
    let cart = shop.ready_cart(&product.variant, 10).await;
    shop.place(&cart, "pm_card_chargeDeclined").await.expect(201);
    let edit = json!({
        "reason": "they rang", "lines": [{ "line_id": "line_1", "quantity": 4 }],
        "add": [{ "variant_id": product.variant, "quantity": 20 }],
    });
    let order = shop.act(&cart, "edits", edit).await.expect(201).json();
    assert_eq!((line(&order), &order["lines"][1]["total"]), ((&eur(900), &eur(4 * 900)), &eur(20 * 777)), "{order}");
}
