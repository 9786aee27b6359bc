//! What staff change of an order that is not paid: no money moves, another total is asked.

use serde_json::{Value, json};

use crate::documents::{SETTINGS, change, seller};
use crate::fixtures::{Cart, address, eur};
use crate::manual_payments;
use crate::shop::Shop;

async fn edit(shop: &Shop, cart: &Cart, mut body: Value) -> crate::ask::Answer {
    body["reason"] = json!("they rang");
    shop.act(cart, "edits", body).await
}

fn keep(quantity: u32) -> Value {
    json!({ "lines": [{ "line_id": "line_1", "quantity": quantity }] })
}

async fn pay(shop: &Shop, cart: &Cart, edit: u32) -> crate::ask::Answer {
    let body = json!({ "provider": "test", "method": "pm_card_visa", "edit": edit });
    shop.post(&cart.order_path("/payments")).cart_token(&cart.token).json(body).send().await
}

/// An order of three pieces whose card was declined.
async fn declined(shop: &Shop) -> (Cart, String) {
    let product = shop.stocked(10).await;
    let cart = shop.ready_cart(&product.variant, 3).await;
    shop.place(&cart, "pm_card_chargeDeclined").await.expect(201);
    (cart, product.variant)
}

#[tokio::test]
async fn an_order_that_was_not_paid_is_another_one_and_its_buyer_pays_that() {
    let shop = Shop::open().await;
    let (cart, variant) = declined(&shop).await;
    let other = shop.stocked(5).await;
    let mut body = keep(1);
    body["add"] = json!([{ "variant_id": other.variant, "quantity": 2 }]);
    body["preview"] = json!(true);
    let total = cart.total();
    let seen = edit(&shop, &cart, body.clone()).await.expect(201).json();
    assert_eq!((&seen["totals"]["to_pay"], &shop.order(&cart).await["totals"]["to_pay"]), (&eur(total), &eur(total)));
    assert_eq!(shop.order(&cart).await["lines"][0]["quantity"], 3, "nothing is done yet");
    body["preview"] = json!(false);
    let order = edit(&shop, &cart, body).await.expect(201).json();
    let lines: Vec<_> = order["lines"].as_array().unwrap().iter().map(|line| line["quantity"].clone()).collect();
    assert_eq!((lines, &order["edit_count"]), (vec![json!(1), json!(2)], &json!(1)));
    shop.until_available(&variant, 10).await;

    let seen = shop.order(&cart).await;
    assert_eq!((&seen["changed_by_edit"], &seen["payment"]["decline_reason"]), (&json!(1), &json!("order_changed")));
    let cookie = format!("__Host-cart={}.{}", cart.id, cart.token);
    let page = shop.get(&format!("/orders/{}", cart.id)).header("cookie", &cookie).send().await.expect(200);
    let page = String::from_utf8_lossy(&page.body).into_owned();
    assert!(
        page.contains("Your order was changed: please pay") && page.contains("name=\"edit\" value=\"1\""),
        "{page}"
    );
    assert!(page.contains("Not paid yet") && !page.contains("Nothing to pay"), "{page}");
    pay(&shop, &cart, 0).await.problem(409, "not_payable");
    let paid = pay(&shop, &cart, 1).await.expect(200).json();
    assert_eq!((&paid["status"], &paid["payment"]["captured"]), (&json!("confirmed"), &seen["totals"]["to_pay"]));
    shop.until_available(&variant, 9).await;
    shop.until_available(&other.variant, 3).await;
    if let Some(ledger) = shop.ledger() {
        assert_eq!(json!(ledger.kept(&cart.id)), seen["totals"]["to_pay"]["amount"]);
    }
}

#[tokio::test]
async fn more_than_there_is_is_refused_when_it_is_paid_and_nothing_is_charged() {
    let shop = Shop::open().await;
    let (cart, variant) = declined(&shop).await;
    let body = json!({ "add": [{ "variant_id": variant, "quantity": 20 }] });
    edit(&shop, &cart, body).await.expect(201);
    pay(&shop, &cart, 1).await.problem(409, "out_of_stock");
    edit(&shop, &cart, json!({ "lines": [{ "line_id": "line_2", "quantity": 7 }] })).await.expect(201);
    let paid = pay(&shop, &cart, 2).await.expect(200).json();
    assert_eq!((&paid["status"], paid["lines"].as_array().unwrap().len()), (&json!("confirmed"), 2));
    shop.until_available(&variant, 0).await;
}

#[tokio::test]
async fn nothing_is_changed_while_a_bank_is_asked() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 2).await;
    shop.place(&cart, "pm_card_authenticationRequired").await.expect(201);
    edit(&shop, &cart, keep(1)).await.problem(409, "payment_in_progress");
    assert_eq!(shop.order(&cart).await["lines"][0]["quantity"], 2);
}

#[tokio::test]
async fn whom_it_bills_is_changed_until_the_order_is_invoiced() {
    let shop = Shop::open().await;
    let (cart, _) = declined(&shop).await;
    let mut firm = address();
    firm["name"] = json!("Fern Ltd");
    let order = edit(&shop, &cart, json!({ "billing_address": firm })).await.expect(201).json();
    assert_eq!((&order["billing_address"]["name"], &order["billing_editable"]), (&json!("Fern Ltd"), &json!(true)));
    pay(&shop, &cart, 0).await.expect(200);
    assert_eq!(shop.staff_order(&cart).await["billing_editable"], false);
    firm["name"] = json!("Moss Ltd");
    shop.until_staff_see(&cart, "its money can be given back", |order| order["refundable"]["amount"] != 0).await;
    edit(&shop, &cart, json!({ "billing_address": firm })).await.problem(409, "already_invoiced");
}

#[tokio::test]
async fn an_order_by_bank_transfer_owes_what_it_comes_to_by_then() {
    let Some((shop, product)) = manual_payments::open(&manual_payments::all(), 5).await else { return };
    change(&shop, SETTINGS, json!({ "seller": seller() })).await;
    let cart = shop.ready_cart(&product.variant, 3).await;
    shop.place_with(&cart, manual_payments::manual("bank_transfer")).await.expect(201);
    shop.until_available(&product.variant, 2).await;
    let other = shop.stocked(5).await;
    let mut body = keep(1);
    body["add"] = json!([{ "variant_id": other.variant, "quantity": 1 }]);
    body["paid_by_hand"] = json!("till");
    assert_eq!(edit(&shop, &cart, body.clone()).await.pointers(), ["/paid_by_hand"]);
    body.as_object_mut().unwrap().remove("paid_by_hand");
    let order = edit(&shop, &cart, body).await.expect(201).json();
    assert_eq!((&order["refunds"][0]["amount"], &order["refundable"]), (&eur(0), &eur(0)), "no money moves");
    shop.until_available(&product.variant, 4).await;
    shop.until_available(&other.variant, 4).await;
    let left = cart.total() - 1_999;
    let cookie = format!("__Host-cart={}.{}", cart.id, cart.token);
    let page = shop.get(&format!("/orders/{}", cart.id)).header("cookie", &cookie).send().await.expect(200);
    let amount = format!("<dt>Amount</dt><dd><strong>€{}.{:02}", left / 100, left % 100);
    let page = String::from_utf8_lossy(&page.body).into_owned();
    for said in [&*amount, "Not paid yet", "Taken out or replaced", "Cancel the order"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("Received so far") && !page.contains("/documents"), "nothing has come: {page}");
    let seen = shop.staff_order(&cart).await;
    assert_eq!((&seen["captured"], &seen["payment"]["left_to_pay"]), (&eur(0), &eur(left)));
    let receive = async |amount: i64| {
        let body = json!({ "amount": eur(amount), "reference": format!("statement {amount}") });
        shop.act(&cart, "payments/received", body).await
    };
    assert_eq!(receive(left + 1).await.problem(409, "more_than_owed")["left"], eur(left));
    receive(left - 1).await.expect(201);
    edit(&shop, &cart, keep(0)).await.problem(409, "nothing_left_to_pay");
    let paid = receive(1).await.expect(201).json();
    assert_eq!((&paid["status"], &paid["payment"]["status"]), (&json!("confirmed"), &json!("paid")));
}

#[tokio::test]
async fn an_edited_order_that_is_never_paid_gives_everything_back_once() {
    let Some((shop, product)) = manual_payments::open(&manual_payments::all(), 5).await else { return };
    let cart = shop.ready_cart(&product.variant, 3).await;
    shop.place_with(&cart, manual_payments::manual("bank_transfer")).await.expect(201);
    shop.until_available(&product.variant, 2).await;
    let other = shop.stocked(5).await;
    let mut body = keep(2);
    body["add"] = json!([{ "variant_id": other.variant, "quantity": 2 }]);
    edit(&shop, &cart, body).await.expect(201);
    shop.until_available(&product.variant, 3).await;
    shop.post(&cart.order_path("/cancel")).cart_token(&cart.token).json(json!({})).send().await.expect(200);
    shop.until_available(&product.variant, 5).await;
    shop.until_available(&other.variant, 5).await;
}
