//! What staff change of an order that is confirmed, and what its buyer sees of it.

use serde_json::{Value, json};

use tradepost::ports::ObjectClass;

use crate::buyers::mailbox;
use crate::fixtures::{Cart, address, eur, prices};
use crate::host::faults::{Site, When};
use crate::money::types;
use crate::shop::{Shop, eventually, unique};

impl Shop {
    pub async fn edit(&self, cart: &Cart, mut body: Value) -> crate::ask::Answer {
        body["reason"] = json!("they rang");
        self.act(cart, "edits", body).await
    }
}

/// So many pieces more.
pub fn and(mut body: Value, variant: &str, quantity: u32) -> Value {
    body["add"] = json!([{ "variant_id": variant, "quantity": quantity }]);
    body
}

pub fn keep(quantity: u32) -> Value {
    json!({ "lines": [{ "line_id": "line_1", "quantity": quantity }] })
}

#[tokio::test]
async fn pieces_are_taken_out_and_their_money_goes_back() {
    let shop = Shop::open().await;
    let (cart, variant) = shop.bought().await;
    let order = shop.edit(&cart, keep(1)).await.expect(201).json();
    assert_eq!((&order["lines"][0]["refunded"], &order["lines"][0]["refundable"]), (&json!(2), &eur(1_999)));
    let edit = &order["edits"][0];
    assert_eq!(
        (&edit["number"], &edit["reason"], &edit["refunded"]),
        (&json!(1), &json!("they rang"), &eur(2 * 1_999))
    );
    assert_eq!(edit["taken_out"][0]["quantity"], 2);
    assert_eq!(types(&order["timeline"]).last(), Some(&"edited"));
    shop.until_available(&variant, 9).await;
    let order = shop.until_staff_see(&cart, "the money is back", |order| order["refunded"] == eur(2 * 1_999)).await;
    assert_eq!(order["refundable"], eur(cart.total() - 2 * 1_999));
    let seen = shop.order(&cart).await;
    assert!(types(&seen["events"]).contains(&"edited"), "{seen}");
    assert_eq!(seen.get("edits"), None, "the reason is the shop's");
    shop.edit(&cart, keep(0)).await.problem(422, "invalid");
    // All that is left is sent, and not a piece more.
    let sent = shop.act(&cart, "fulfilments", json!({})).await.expect(201).json();
    assert_eq!(sent["fulfilments"][0]["lines"], json!([{ "line_id": "line_1", "quantity": 1 }]));
    assert_eq!(sent["fulfilment_status"], "fulfilled");
}

#[tokio::test]
async fn nobody_takes_back_unseen_what_somebody_else_has_changed() {
    let shop = Shop::open().await;
    let (cart, _) = shop.bought().await;
    let seen = shop.staff_order(&cart).await["edit_count"].clone();
    let to = |line1: &str, expected: &Value| {
        let mut home = address();
        home["line1"] = json!(line1);
        json!({ "shipping_address": home, "expected_edits": expected })
    };
    let (one, other) = (to("1 First Street", &seen), to("2 Second Street", &seen));
    let answers = tokio::join!(shop.edit(&cart, one), shop.edit(&cart, other));
    let (done, refused) = if answers.0.is(201) { answers } else { (answers.1, answers.0) };
    refused.problem(409, "order_edited");
    let order = done.expect(201).json();
    assert_eq!(shop.staff_order(&cart).await["shipping_address"], order["shipping_address"]);
    let order = shop.edit(&cart, to("3 Third Street", &order["edit_count"])).await.expect(201).json();
    assert_eq!(order["shipping_address"]["line1"], "3 Third Street");
}

#[tokio::test]
async fn an_edit_with_a_key_is_done_once() {
    let shop = Shop::open().await;
    let (cart, variant) = shop.bought().await;
    let mut body = keep(2);
    body["reason"] = json!("they rang");
    let path = format!("/v1/admin/orders/{}/edits", cart.id);
    let ask =
        async || shop.post(&path).bearer(&shop.owner().await).json(body.clone()).key("an-edit-of-its-own").send().await;
    let first = ask().await.expect(201);
    let second = ask().await.expect(201);
    assert_eq!((first.json(), second.header("idempotent-replayed")), (second.json(), "true"));
    shop.until_available(&variant, 8).await;
    assert_eq!(shop.staff_order(&cart).await["edits"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_order_that_is_not_sent_yet_goes_elsewhere_and_its_buyer_is_told() {
    let shop = Shop::open().await;
    let (cart, _) = shop.bought().await;
    let (mut there, email) = (address(), mailbox());
    there["line1"] = json!("Another Street 2");
    let edit = json!({ "shipping_address": there, "email": email });
    let order = shop.edit(&cart, edit.clone()).await.expect(201).json();
    assert_eq!((&order["shipping_address"]["line1"], &order["email"]), (&json!("Another Street 2"), &json!(email)));
    assert_eq!(order["edits"][0]["shipping_address"]["line1"], "Another Street 2");
    assert_eq!(order["edits"][0]["refunded"], eur(0));
    let letters = shop.letters(&email, 1).await;
    let told = letters.iter().find(|letter| letter["subject"].as_str().unwrap().contains("was changed")).unwrap();
    assert!(told["text"].as_str().unwrap().contains("Another Street 2"), "{told}");
    let listed = eventually("the list has it", async || {
        let list = shop.get(&format!("/v1/admin/orders?q={email}")).bearer(&shop.owner().await).send().await;
        list.expect(200).json()["items"].as_array().unwrap().first().cloned()
    });
    assert_eq!(listed.await["id"], cart.id);

    shop.act(&cart, "fulfilments", json!({ "status": "packed" })).await.expect(201);
    there["line1"] = json!("A Third Street");
    shop.edit(&cart, json!({ "shipping_address": there })).await.problem(409, "already_packed");
    let refused = shop.edit(&cart, keep(1)).await.problem(409, "not_removable");
    assert_eq!(refused["lines"], json!([{ "line_id": "line_1", "requested": 2, "left": 0 }]));
}

#[tokio::test]
async fn a_cart_is_no_order_to_edit_and_what_does_not_fit_is_said() {
    let shop = Shop::open().await;
    let cart = shop.cart().await;
    shop.edit(&cart, keep(1)).await.problem(404, "not_found");
    let (cart, _) = shop.bought().await;
    shop.edit(&cart, json!({})).await.problem(422, "invalid");
    let wrong = shop.edit(&cart, json!({ "email": "ada", "lines": [{ "line_id": "line_7", "quantity": 1 }] })).await;
    assert_eq!(wrong.problem(422, "invalid")["errors"][0]["pointer"], "/email");
    let wrong = shop.edit(&cart, json!({ "lines": [{ "line_id": "line_7", "quantity": 1 }] })).await;
    assert_eq!(wrong.problem(422, "invalid")["errors"][0]["pointer"], "/lines/0/line_id");
    shop.act(&cart, "cancel", json!({ "reason": "x", "refund": true })).await.expect(201);
    shop.edit(&cart, keep(1)).await.problem(409, "not_editable");
}

#[tokio::test]
async fn pieces_are_exchanged_for_others_and_the_difference_goes_back() {
    let shop = Shop::open().await;
    let (cart, variant) = shop.bought().await;
    let other = shop.stocked(5).await;
    let total = cart.total();
    let order = shop.edit(&cart, and(keep(1), &other.variant, 1)).await.expect(201).json();
    let edit = &order["edits"][0];
    assert_eq!((&edit["set_off"], &edit["to_pay"], &edit["refunded"]), (&eur(1_999), &eur(0), &eur(1_999)));
    assert_eq!(edit["added"], json!([{ "line_id": "line_2", "quantity": 1, "total": eur(1_999) }]));
    assert_eq!((&order["totals"]["total"], &order["set_off"]), (&eur(total + 1_999), &eur(1_999)));
    shop.until_available(&other.variant, 4).await;
    shop.until_available(&variant, 9).await;
    let order = shop.until_staff_see(&cart, "the money is back", |order| order["refunded"] == eur(2 * 1_999)).await;
    assert_eq!(
        (&order["refundable"], &order["payment"]["status"]),
        (&eur(total - 1_999), &json!("partially_refunded"))
    );
    let sent = shop.act(&cart, "fulfilments", json!({})).await.expect(201).json();
    let lines = |n: &str| json!({ "line_id": n, "quantity": 1 });
    assert_eq!(sent["fulfilments"][0]["lines"], json!([lines("line_1"), lines("line_2")]));
    // All of it can go back still, and no more.
    shop.act(&cart, "returns", json!({ "lines": [{ "line_id": "line_2", "quantity": 1, "reason": "x" }] }))
        .await
        .expect(201);
    let all = json!({ "amount": eur(total - 1_999), "reason": "x" });
    shop.act(&cart, "refunds", all).await.expect(201);
    shop.act(&cart, "refunds", json!({ "amount": eur(1), "reason": "x" })).await.problem(409, "not_refundable");
}

#[tokio::test]
async fn what_is_not_in_stock_is_not_added_and_nothing_else_happens() {
    let shop = Shop::open().await;
    let (cart, variant) = shop.bought().await;
    let (other, third) = (shop.stocked(1).await, shop.stocked(9).await);
    let mut body = and(keep(1), &third.variant, 1);
    body["add"].as_array_mut().unwrap().push(json!({ "variant_id": other.variant, "quantity": 2 }));
    body["paid_by_hand"] = json!("till 7");
    let refused = shop.edit(&cart, body).await.problem(409, "out_of_stock");
    assert_eq!(refused["lines"], json!([{ "variant_id": other.variant, "requested": 2, "available": 1 }]));
    let order = shop.staff_order(&cart).await;
    assert_eq!((&order["edits"], &order["refunded"]), (&json!([]), &eur(0)));
    for (variant, pieces) in [(&variant, 7), (&other.variant, 1), (&third.variant, 9)] {
        shop.until_available(variant, pieces).await;
    }
}

#[tokio::test]
async fn an_edit_is_seen_before_it_is_done_and_a_difference_is_named() {
    let shop = Shop::open().await;
    let (cart, variant) = shop.bought().await;
    let other = shop.stocked(5).await;
    let mut body = and(keep(2), &other.variant, 3);
    body["preview"] = json!(true);
    let order = shop.edit(&cart, body.clone()).await.expect(201).json();
    assert_eq!((&order["edits"][0]["to_pay"], &order["lines"][1]["quantity"]), (&eur(2 * 1_999), &json!(3)));
    assert_eq!(shop.staff_order(&cart).await["edits"], json!([]));
    body["preview"] = json!(false);
    let refused = shop.edit(&cart, body.clone()).await.problem(409, "difference_to_pay");
    assert_eq!(refused["to_pay"], eur(2 * 1_999));
    body["paid_by_hand"] = json!("till 7");
    let order = shop.edit(&cart, body).await.expect(201).json();
    assert_eq!(order["attempts"][1]["reference"], "till 7");
    assert_eq!(order["refundable"], eur(cart.total() + 2 * 1_999));
    assert_eq!((shop.available(&other.variant).await, shop.available(&variant).await), (2, 8));
}

#[tokio::test]
async fn an_edit_whose_pool_does_not_answer_is_done_once_in_the_end() {
    let Some(shop) = Shop::native("it needs faults, which only the native host has").await else { return };
    let (cart, _) = shop.bought().await;
    let other = shop.stocked(5).await;
    let path = format!("/v1/admin/orders/{}/edits", cart.id);
    let mut body = and(keep(2), &other.variant, 1);
    body["reason"] = json!("they rang");
    let owner = shop.owner().await;
    let ask = async || shop.post(&path).bearer(&owner).json(body.clone()).key("one-edit-and-no-more").send().await;
    shop.host().faults.always(Site::Command(ObjectClass::Pool), &other.variant, When::After);
    ask().await.problem(503, "unavailable");
    shop.act(&cart, "refunds", json!({ "amount": eur(1), "reason": "x" })).await.problem(409, "edit_in_progress");
    shop.host().faults.clear();
    let first = ask().await.expect(201).json();
    assert_eq!(first["edits"].as_array().unwrap().len(), 1);
    assert_eq!(ask().await.expect(201).header("idempotent-replayed"), "true");
    assert_eq!(shop.available(&other.variant).await, 4);
    let mut another = body.clone();
    another["reason"] = json!("another");
    let ask = shop.post(&path).bearer(&owner).json(another).key("one-edit-and-no-more");
    ask.send().await.problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn an_order_is_sent_another_way_for_the_difference() {
    let Some(shop) = Shop::native("the ways of shipping are everybody's").await else { return };
    let option = |id: &str, price: i64| json!({ "id": id, "title": id, "rates": [eur(price)] });
    let put = |options: Value| {
        let zones = json!({ "zones": [{ "title": "World", "places": [], "options": options }] });
        shop.put("/v1/admin/settings/shipping").json(zones)
    };
    let options = json!([option("standard", 500), option("express", 900), option("slow", 200)]);
    put(options).bearer(&shop.owner().await).send().await.expect(200);
    let product = shop.stocked(10).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.change_cart(&cart, json!({ "shipping_option": "standard" })).await.expect(200);
    shop.place(&cart, "pm_card_visa").await.expect(201);
    shop.until_staff_see(&cart, "its money can be given back", |order| order["refundable"]["amount"] != 0).await;
    let path = format!("/v1/admin/orders/{}/shipping-options", cart.id);
    let offered = shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json();
    assert_eq!(offered["items"].as_array().unwrap().len(), 3, "{offered}");
    assert_eq!((&offered["items"][1]["id"], &offered["items"][1]["price"]), (&json!("express"), &eur(900)));
    let still = shop.ready_cart(&product.variant, 1).await;
    let path = format!("/v1/admin/orders/{}/shipping-options", still.id);
    shop.get(&path).bearer(&shop.owner().await).send().await.problem(404, "not_found");
    let refused = shop.edit(&cart, json!({ "shipping_option": "express" })).await.problem(409, "difference_to_pay");
    assert_eq!(refused["to_pay"], eur(400));
    let order = shop.edit(&cart, json!({ "shipping_option": "slow" })).await.expect(201).json();
    assert_eq!((&order["shipping_option"]["id"], &order["edits"][0]["refunded"]), (&json!("slow"), &eur(300)));
    assert_eq!(order["edits"][0]["shipping_option"]["price"], eur(200));
    shop.until_staff_see(&cart, "the rest is back", |order| order["refunded"] == eur(500)).await;
    shop.edit(&cart, json!({ "shipping_option": "pigeon" })).await.problem(409, "shipping_not_offered");
}

#[tokio::test]
async fn what_is_taken_out_is_never_sent_whatever_comes_back() {
    let shop = Shop::open().await;
    let uncounted = json!({ "sku": unique("sku"), "prices": prices(1_999), "tracked": false });
    let product = shop.product(json!({ "variants": [uncounted] })).await;
    let cart = shop.ready_cart(&product.variant, 4).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    shop.until_staff_see(&cart, "its money can be given back", |order| order["refundable"]["amount"] != 0).await;
    let line = |quantity: u32| json!([{ "line_id": "line_1", "quantity": quantity, "reason": "Too small" }]);
    let parcel = |quantity: u32| json!({ "lines": [{ "line_id": "line_1", "quantity": quantity }] });
    shop.act(&cart, "fulfilments", parcel(1)).await.expect(201);
    let order = shop.edit(&cart, keep(3)).await.expect(201).json();
    assert_eq!(order["lines"][0]["to_send"], 2);
    let asked = shop.act(&cart, "returns", json!({ "lines": line(1) })).await.expect(201).json();
    let owner = shop.owner().await;
    let path = format!("/v1/admin/returns/{}/receive", asked["returns"][0]["id"].as_str().unwrap());
    shop.post(&path).bearer(&owner).json(json!({})).send().await.expect(201);
    let seen = shop.staff_order(&cart).await["lines"][0].clone();
    assert_eq!((&seen["to_send"], seen.get("not_put_back")), (&json!(2), None), "{seen}");
    let slip = shop.get(&format!("/admin/packing-slips?orders={}", cart.id)).bearer(&owner).send().await.expect(200);
    assert!(String::from_utf8_lossy(&slip.body).contains("Pieces: 2"));
    shop.act(&cart, "fulfilments", parcel(3)).await.problem(409, "not_fulfillable");
    let sent = shop.act(&cart, "fulfilments", json!({})).await.expect(201).json();
    assert_eq!((&sent["fulfilments"][1]["lines"][0]["quantity"], &sent["lines"][0]["to_send"]), (&json!(2), &json!(0)));
    // The piece that came back can be taken out, too; those that are with their buyer cannot.
    let refused = shop.edit(&cart, keep(0)).await.problem(409, "not_removable");
    assert_eq!(refused["lines"][0]["left"], 1);
}
