//! An order's money after it was placed: what staff see of it, take, give back
//! and give up, and what its buyer is told.

use serde_json::{Value, json};

use crate::ask::Answer;
use crate::buyers::mailbox;
use crate::fixtures::{Cart, Product, eur, payment};
use crate::manual_payments;
use crate::shop::{Shop, eventually};

pub const FAULTS: &str = "it needs faults, which only the native host has";

impl Shop {
    /// The order as staff see it.
    pub async fn staff_order(&self, cart: &Cart) -> Value {
        let path = format!("/v1/admin/orders/{}", cart.id);
        self.get(&path).bearer(&self.owner().await).send().await.expect(200).json()
    }

    pub async fn act(&self, cart: &Cart, deed: &str, body: Value) -> Answer {
        let path = format!("/v1/admin/orders/{}/{deed}", cart.id);
        self.post(&path).bearer(&self.owner().await).json(body).send().await
    }

    pub async fn refund(&self, cart: &Cart, mut body: Value) -> Answer {
        body["reason"] = json!("arrived broken");
        self.act(cart, "refunds", body).await
    }

    /// Waits until staff see so.
    pub async fn until_staff_see(&self, cart: &Cart, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        eventually(what, async || Some(self.staff_order(cart).await).filter(|order| is(order))).await
    }

    /// A paid order of three pieces, and what it is of; 7 are left.
    pub async fn bought(&self) -> (Cart, String) {
        let product = self.stocked(10).await;
        let cart = self.ready_cart(&product.variant, 3).await;
        self.place(&cart, "pm_card_visa").await.expect(201);
        self.until_order(&cart, "confirmed", "paid").await;
        self.until_staff_see(&cart, "its money can be given back", |order| order["refundable"]["amount"] != 0).await;
        (cart, product.variant)
    }

    /// An order whose money is set aside.
    pub async fn reserved(&self) -> Cart {
        let product = self.stocked(10).await;
        let cart = self.ready_cart(&product.variant, 1).await;
        let order = self.place(&cart, "pm_test_authorized").await.expect(201).json();
        assert_eq!((&order["status"], &order["payment"]["status"]), (&json!("confirmed"), &json!("authorized")));
        self.until_staff_see(&cart, "its money can be taken", |order| order["capturable"]["amount"] != 0).await;
        cart
    }
}

/// An order with which staff can do so, of one piece.
pub async fn order_for(shop: &Shop, product: &Product, deed: &str) -> String {
    let cart = shop.ready_cart(&product.variant, 1).await;
    let payment = match deed {
        "payments/received" => manual_payments::manual("invoice"),
        "refunds/{number}/done" => manual_payments::manual("bank_transfer"),
        "capture" => json!({ "payment": payment("pm_test_authorized") }),
        "payments" => json!({ "payment": payment("pm_card_chargeDeclined") }),
        _ => json!({ "payment": payment("pm_card_visa") }),
    };
    shop.place_with(&cart, payment).await.expect(201);
    if deed == "payments" {
        return cart.id;
    }
    if deed == "refunds/{number}/done" {
        let receipt = json!({ "amount": eur(1), "reference": "statement 1" });
        shop.act(&cart, "payments/received", receipt).await.expect(201);
    }
    let is_certain = |order: &Value| types(&order["timeline"]).contains(&"stock_committed");
    shop.until_staff_see(&cart, "its goods are certain", is_certain).await;
    if deed.starts_with("edits/{number}/") {
        let add = json!([{ "variant_id": product.variant, "quantity": 1 }]);
        shop.act(&cart, "edits", json!({ "add": add, "ask_buyer": true, "reason": "x" })).await.expect(201);
    }
    if deed == "refunds/{number}/done" {
        shop.refund(&cart, json!({ "amount": eur(1) })).await.expect(201);
    }
    cart.id
}

pub fn line(quantity: u32, restock: bool) -> Value {
    json!({ "line_id": "line_1", "quantity": quantity, "restock": restock })
}

pub fn types(entries: &Value) -> Vec<&str> {
    entries.as_array().unwrap().iter().map(|entry| entry["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn staff_see_all_of_an_order_and_its_buyer_what_is_theirs() {
    let shop = Shop::open().await;
    let (cart, _) = shop.bought().await;
    let order = shop.staff_order(&cart).await;
    let total = cart.total();
    assert_eq!(
        (&order["captured"], &order["refunded"], &order["refundable"], &order["capturable"]),
        (&eur(total), &eur(0), &eur(total), &eur(0))
    );
    assert_eq!((&order["lines"][0]["refunded"], &order["lines"][0]["refundable"]), (&json!(0), &eur(3 * 1_999)));
    let attempt = &order["attempts"][0];
    assert_eq!(
        (&attempt["number"], &attempt["status"], &attempt["captured"]),
        (&json!(1), &json!("paid"), &eur(total))
    );
    assert!(types(&order["timeline"]).starts_with(&["placed", "paid"]), "{order}");

    shop.act(&cart, "notes", json!({ "text": "Called twice.\nNobody there." })).await.expect(201);
    let noted = json!({ "text": "Goes out on Monday", "visible_to_buyer": true });
    let order = shop.act(&cart, "notes", noted).await.expect(201).json();
    assert_eq!(order["notes"][0]["visible_to_buyer"], false);
    assert!(order["notes"][0]["by"].as_str().unwrap().starts_with("cus_"), "{order}");
    let last = order["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["type"], &last["text"]), (&json!("note"), &json!("Goes out on Monday")));
    let seen = shop.order(&cart).await;
    assert_eq!(seen["notes"], json!([{ "at": seen["notes"][0]["at"], "text": "Goes out on Monday" }]));
    for hidden in ["refundable", "timeline", "attempts", "captured"] {
        assert_eq!(seen.get(hidden), None, "{hidden}");
    }
    let path = format!("/v1/admin/orders/{}", cart.id);
    shop.get(&path).cart_token(&cart.token).send().await.problem(401, "not_signed_in");
    let cart = shop.cart().await;
    let path = format!("/v1/admin/orders/{}", cart.id);
    shop.get(&path).bearer(&shop.owner().await).send().await.problem(404, "not_found");
}

#[tokio::test]
async fn pieces_are_refunded_and_restocked_and_their_buyer_is_told() {
    let shop = Shop::open().await;
    let product = shop.stocked(10).await;
    let cart = shop.ready_cart(&product.variant, 3).await;
    let email = mailbox();
    shop.change_cart(&cart, json!({ "email": email })).await.expect(200);
    shop.place(&cart, "pm_card_visa").await.expect(201);
    shop.until_staff_see(&cart, "its money can be given back", |order| order["refundable"]["amount"] != 0).await;
    let order = shop.refund(&cart, json!({ "lines": [line(2, true)] })).await.expect(201).json();
    assert_eq!((&order["lines"][0]["refunded"], &order["lines"][0]["refundable"]), (&json!(2), &eur(1_999)));
    let refund = &order["refunds"][0];
    assert_eq!((&refund["amount"], &refund["reason"]), (&eur(3_998), &json!("arrived broken")));
    assert_eq!(refund["lines"], json!([{ "line_id": "line_1", "quantity": 2, "restock": true, "amount": eur(3_998) }]));
    assert_eq!((&refund["parts"][0]["to"], &refund["parts"][0]["amount"]), (&json!("payment"), &eur(3_998)));
    shop.until_available(&product.variant, 9).await;
    let seen = shop.until_order(&cart, "confirmed", "partially_refunded").await;
    assert_eq!((&seen["refunded"], &seen["lines"][0]["refunded"]), (&eur(3_998), &json!(2)));
    assert!(!types(&seen["events"]).contains(&"refund_asked"), "who asks is nothing to a buyer");
    let order = shop.staff_order(&cart).await;
    let asked = order["timeline"].as_array().unwrap().iter().find(|entry| entry["type"] == "refund_asked").unwrap();
    assert_eq!(asked["visible_to_buyer"], false);
    assert!(asked["by"].is_string(), "{asked}");

    let rest = json!({ "lines": [line(1, false)], "shipping": order["totals"]["shipping"] });
    shop.refund(&cart, rest).await.expect(201);
    shop.until_order(&cart, "confirmed", "refunded").await;
    if let Some(ledger) = shop.ledger() {
        assert_eq!(ledger.kept(&cart.id), 0);
    }
    assert_eq!(shop.available(&product.variant).await, 9);
    let letters = eventually("three letters came", async || {
        let letters = shop.get(&format!("/dev/mailbox?to={email}")).send().await.expect(200).json()["items"].clone();
        Some(letters).filter(|letters| letters.as_array().unwrap().len() == 3)
    })
    .await;
    let number = order["number"].as_str().unwrap();
    assert_eq!(letters[1]["subject"], format!("A refund for your order {number}"));
    assert!(letters[1]["text"].as_str().unwrap().contains("We give you back €39.98"), "{letters}");
}

#[tokio::test]
async fn never_more_goes_back_than_was_taken_and_nothing_is_half_done() {
    let shop = Shop::open().await;
    let (cart, variant) = shop.bought().await;
    let total = cart.total();
    let told = shop.refund(&cart, json!({ "lines": [line(4, true)] })).await.problem(409, "not_refundable");
    assert_eq!(told["lines"], json!([{ "line_id": "line_1", "requested": 4, "left": 3 }]));
    let told = shop.refund(&cart, json!({ "amount": eur(total + 1) })).await.problem(409, "not_refundable");
    assert_eq!(told["left"], eur(total));
    let told = shop.refund(&cart, json!({ "lines": [line(1, true)], "shipping": eur(491) })).await;
    assert_eq!(told.problem(409, "not_refundable")["left"], eur(490));
    shop.refund(&cart, json!({ "amount": eur(total - 1) })).await.expect(201);
    let told = shop.refund(&cart, json!({ "lines": [line(1, true)] })).await.problem(409, "not_refundable");
    assert_eq!(told["left"], eur(1));
    assert_eq!(shop.available(&variant).await, 7, "nothing was restocked");
    shop.refund(&cart, json!({ "lines": [line(1, true)], "amount": eur(1) })).await.expect(201);
    shop.until_available(&variant, 8).await;
}

#[tokio::test]
async fn what_does_not_fit_is_named_all_at_once() {
    let shop = Shop::open().await;
    let (cart, _) = shop.bought().await;
    let twice = json!({ "lines": [line(0, false), line(1, false)], "shipping": eur(0), "amount": eur(-1) });
    let refused = shop.refund(&cart, twice).await;
    assert_eq!(
        refused.pointers(),
        ["/lines/0/quantity", "/lines/1/line_id", "/shipping/amount", "/amount/amount"],
        "{}",
        refused.told()
    );
    assert_eq!(shop.refund(&cart, json!({})).await.pointers(), [""]);
    let dollars = json!({ "amount": 1, "currency": "USD" });
    let other = json!({ "line_id": "line_7", "quantity": 1 });
    let refused = shop.refund(&cart, json!({ "lines": [other], "shipping": dollars, "amount": dollars })).await;
    assert_eq!(refused.pointers(), ["/shipping/currency", "/amount/currency", "/lines/0/line_id"]);
    assert_eq!(shop.act(&cart, "capture", json!({ "amount": eur(0) })).await.pointers(), ["/amount/amount"]);
    assert_eq!(shop.act(&cart, "notes", json!({ "text": " \u{200b}\n" })).await.pointers(), ["/text"]);
    assert_eq!(shop.staff_order(&cart).await["refunds"], json!([]));
}

#[tokio::test]
async fn gift_cards_have_their_part_back_after_the_payment() {
    let shop = Shop::open().await;
    let cards = [
        shop.issued_card(json!({ "balance": eur(300) })).await,
        shop.issued_card(json!({ "balance": eur(500) })).await,
    ];
    let product = shop.download(1_000).await;
    let cart = shop.downloading(&product.variant, 1).await;
    for card in &cards {
        shop.pay_by(&cart, card["code"].as_str().unwrap()).await.expect(200);
    }
    shop.place(&cart, "pm_card_visa").await.expect(201);
    shop.until_staff_see(&cart, "its money can be given back", |order| order["refundable"] == eur(1_000)).await;
    let order = shop.refund(&cart, json!({ "amount": eur(600) })).await.expect(201).json();
    let parts = order["refunds"][0]["parts"].as_array().unwrap().clone();
    let parts: Vec<_> =
        parts.iter().map(|part| (part["to"].as_str().unwrap(), part["amount"]["amount"].as_i64().unwrap())).collect();
    assert_eq!(parts, [("payment", 200), ("gift_card", 400)]);
    shop.until_staff_see(&cart, "it is back", |order| order["refunded"] == eur(600)).await;
    let balance = async |card: &Value| shop.card(&card["id"]).await["balance"].clone();
    assert_eq!((balance(&cards[0]).await, balance(&cards[1]).await), (eur(0), eur(400)));
    let entry = shop.card(&cards[1]["id"]).await["ledger"][0].clone();
    assert_eq!((&entry["amount"], &entry["order_id"]), (&eur(400), &json!(cart.id)));
    // One that was disabled since has its part all the same.
    let disable = format!("/v1/admin/gift-cards/{}/disable", cards[0]["id"].as_str().unwrap());
    shop.post(&disable).bearer(&shop.owner().await).send().await.expect(200);
    shop.refund(&cart, json!({ "lines": [line(1, false)], "amount": eur(400) })).await.expect(201);
    shop.until_order(&cart, "confirmed", "refunded").await;
    assert_eq!((balance(&cards[0]).await, balance(&cards[1]).await), (eur(300), eur(500)));
}

#[tokio::test]
async fn money_that_is_set_aside_is_taken_in_part_and_its_buyer_is_told_so() {
    let shop = Shop::open().await;
    let cart = shop.reserved().await;
    let total = cart.total();
    let told = shop.act(&cart, "capture", json!({ "amount": eur(total + 1) })).await.problem(409, "not_capturable");
    assert_eq!(told["left"], eur(total));
    shop.refund(&cart, json!({ "amount": eur(1) })).await.problem(409, "not_refundable");
    shop.act(&cart, "capture", json!({ "amount": eur(1_000) })).await.expect(201);
    let order = shop.until_staff_see(&cart, "it was taken", |order| order["captured"] == eur(1_000)).await;
    assert_eq!((&order["payment"]["status"], &order["capturable"]), (&json!("paid"), &eur(0)));
    assert_eq!(order["refundable"], eur(1_000));
    shop.act(&cart, "capture", json!({})).await.problem(409, "not_capturable");
    shop.refund(&cart, json!({ "amount": eur(1_000) })).await.expect(201);
    shop.until_order(&cart, "confirmed", "refunded").await;
    if let Some(ledger) = shop.ledger() {
        assert_eq!(ledger.charges()[&format!("{}-1", cart.id)].amount, 1_000);
        assert_eq!(ledger.kept(&cart.id), 0);
    }
}

#[tokio::test]
async fn money_that_staff_have_recorded_goes_back_by_hand() {
    let Some((shop, product)) = manual_payments::open(&manual_payments::all(), 5).await else { return };
    let cart = shop.ready_cart(&product.variant, 2).await;
    shop.place_with(&cart, manual_payments::manual("bank_transfer")).await.expect(201);
    let total = cart.total();
    shop.act(&cart, "payments/received", json!({ "amount": eur(total), "reference": "statement 1" })).await.expect(201);
    shop.until_staff_see(&cart, "its money can be given back", |order| order["refundable"] == eur(total)).await;
    shop.refund(&cart, json!({ "amount": eur(500) })).await.expect(201);
    let timeline = shop.staff_order(&cart).await["timeline"].clone();
    let received = timeline.as_array().unwrap().iter().find(|entry| entry["type"] == "payment_received").unwrap();
    assert!(received["by"].is_string(), "{received}");
    let pending = |order: &Value| order["refunds"][0]["parts"][0]["to"] == "by_hand";
    let order = shop.until_staff_see(&cart, "it waits for staff", pending).await;
    assert_eq!((&order["refunds"][0]["parts"][0]["status"], &order["refunded"]), (&json!("pending"), &eur(0)));
    let done = eventually("it is for staff to do", async || {
        let answer = shop.act(&cart, "refunds/1/done", json!({})).await;
        answer.is(201).then(|| answer.json())
    })
    .await;
    assert_eq!((&done["refunds"][0]["parts"][0]["status"], &done["refunded"]), (&json!("done"), &eur(500)));
    shop.act(&cart, "refunds/1/done", json!({})).await.problem(409, "not_by_hand");
    shop.act(&cart, "refunds/7/done", json!({})).await.problem(409, "not_by_hand");
}

#[tokio::test]
async fn what_was_given_up_is_not_sent_and_what_was_sent_is_not_put_into_stock_by_a_refund() {
    let shop = Shop::open().await;
    let (cart, variant) = shop.bought().await;
    let parcel = |quantity: u32| json!({ "lines": [{ "line_id": "line_1", "quantity": quantity }] });
    shop.act(&cart, "fulfilments", parcel(2)).await.expect(201);
    let two = shop.refund(&cart, json!({ "lines": [line(2, true)] })).await;
    assert_eq!(two.problem(422, "invalid")["errors"][0]["pointer"], "/lines/0/restock");

    shop.refund(&cart, json!({ "lines": [line(1, true)] })).await.expect(201);
    shop.act(&cart, "fulfilments", parcel(1)).await.problem(409, "not_fulfillable");
    let order = shop.staff_order(&cart).await;
    assert_eq!((&order["status"], &order["fulfilment_status"]), (&json!("fulfilled"), &json!("fulfilled")));
    shop.until_available(&variant, 8).await;
}

#[tokio::test]
async fn a_refund_comes_to_what_was_said_of_it_before() {
    let shop = Shop::open().await;
    let (cart, _) = shop.bought().await;
    let path = format!("/v1/admin/orders/{}/refunds/preview", cart.id);
    let customer = shop.customer().await;
    let body =
        |pieces: u32| json!({ "lines": [line(pieces, false)], "shipping": eur(100), "reason": "arrived broken" });
    shop.post(&path).bearer(&customer.access).json(body(1)).send().await.problem(403, "forbidden");
    shop.act(&cart, "refunds/preview", body(4)).await.expect(409);
    shop.act(&cart, "refunds/preview", json!({ "reason": "nothing" })).await.expect(422);
    let said = shop.act(&cart, "refunds/preview", body(2)).await.expect(200).json();
    assert_eq!(shop.staff_order(&cart).await["refunds"], json!([]), "nothing is done");
    let order = shop.refund(&cart, body(2)).await.expect(201).json();
    assert_eq!((&order["refunds"][0]["amount"], &order["refundable"]), (&said["amount"], &said["left"]));
    assert_eq!((&said["to_payment"], &said["to_gift_cards"]), (&said["amount"], &eur(0)));
}
