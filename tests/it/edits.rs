//! What staff change of an order that is confirmed, and what its buyer sees of it.

use serde_json::{Value, json};

use tradepost::orders::after::edits::asking::PAYABLE_MILLIS;
use tradepost::orders::holding::HOLD_MILLIS;
use tradepost::ports::ObjectClass;

use crate::buyers::mailbox;
use crate::fixtures::{Cart, address, eur, payment};
use crate::host::faults::{Site, When};
use crate::money::types;
use crate::shop::{Shop, eventually};

impl Shop {
    async fn edit(&self, cart: &Cart, mut body: Value) -> crate::ask::Answer {
        body["reason"] = json!("they rang");
        self.act(cart, "edits", body).await
    }
}

/// So many pieces more.
fn and(mut body: Value, variant: &str, quantity: u32) -> Value {
    body["add"] = json!([{ "variant_id": variant, "quantity": quantity }]);
    body
}

fn keep(quantity: u32) -> Value {
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

/// An order of three pieces whose buyer is asked for two of another kind, and those.
async fn asked(shop: &Shop) -> (Cart, String, String) {
    let product = shop.stocked(10).await;
    let cart = shop.ready_cart(&product.variant, 3).await;
    let email = mailbox();
    shop.change_cart(&cart, json!({ "email": email })).await.expect(200);
    shop.place(&cart, "pm_card_visa").await.expect(201);
    shop.until_staff_see(&cart, "its money can be given back", |order| order["refundable"]["amount"] != 0).await;
    let other = shop.stocked(5).await;
    let mut body = and(json!({}), &other.variant, 2);
    body["ask_buyer"] = json!(true);
    let order = shop.edit(&cart, body).await.expect(201).json();
    assert_eq!((&order["waiting_edit"]["to_pay"], &order["edits"]), (&eur(2 * 1_999), &json!([])));
    (cart, other.variant, email)
}

/// The letter that the change is not made.
async fn letter_of_the_end(shop: &Shop, email: &str) -> String {
    let letter = eventually("the letter came", async || {
        let letters = shop.get(&format!("/dev/mailbox?to={email}")).send().await.expect(200).json();
        let of_the_end = |letter: &&Value| letter["subject"].as_str().unwrap().starts_with("The change of your order");
        letters["items"].as_array().unwrap().iter().find(of_the_end).cloned()
    });
    letter.await["text"].as_str().unwrap().to_owned()
}

async fn pay(shop: &Shop, cart: &Cart, method: &str) -> crate::ask::Answer {
    shop.post(&cart.order_path("/payments")).cart_token(&cart.token).json(payment(method)).send().await
}

async fn page(shop: &Shop, path: &str, cookie: &str) -> String {
    let page = shop.get(path).header("cookie", cookie).send().await.expect(200);
    String::from_utf8_lossy(&page.body).into_owned()
}

#[tokio::test]
async fn a_buyer_pays_the_difference_by_a_link_and_has_what_is_added() {
    let shop = Shop::open().await;
    let (cart, other, email) = asked(&shop).await;
    assert_eq!(shop.available(&other).await, 3, "kept for the buyer");
    let owner = shop.owner().await;
    let is_listed = async || {
        let path = format!("/v1/admin/orders?edit_status=awaiting_payment&q={email}");
        let list = shop.get(&path).bearer(&owner).send().await.expect(200).json();
        list["items"].as_array().unwrap().iter().any(|order| order["edit_status"] == "awaiting_payment")
    };
    eventually("it is among those that wait", async || is_listed().await.then_some(())).await;
    let seen = shop.order(&cart).await;
    assert_eq!((&seen["difference"]["added"][0]["quantity"], seen["lines"].as_array().unwrap().len()), (&json!(2), 1));
    assert_eq!((&seen["status"], &seen["totals"]["total"]), (&json!("confirmed"), &eur(cart.total())));
    let letter = eventually("the letter came", async || {
        let letters = shop.letters(&email, 1).await;
        letters.into_iter().find(|letter| letter["subject"].as_str().unwrap().contains("39.98"))
    });
    assert!(letter.await["text"].as_str().unwrap().contains("your order stays as it is"));
    let cookie = format!("__Host-cart={}.{}", cart.id, cart.token);
    let page = page(&shop, &format!("/orders/{}", cart.id), &cookie).await;
    assert!(page.contains("A change of your order waits for you") && page.contains("Pay €39.98 this way"), "{page}");
    let until = format!("<time datetime=\"{}\">until ", seen["difference"]["payable_until"].as_str().unwrap());
    assert!(page.contains(&until), "the day, as it is days ahead: {page}");

    assert_eq!(
        pay(&shop, &cart, "pm_card_chargeDeclined").await.expect(200).json()["difference"]["payment"]["status"],
        "declined"
    );
    let paid = pay(&shop, &cart, "pm_card_visa").await.expect(200).json();
    assert_eq!((paid.get("difference"), &paid["lines"][1]["quantity"]), (None, &json!(2)), "{paid}");
    assert_eq!(paid["payment"]["captured"], eur(cart.total() + 2 * 1_999));
    pay(&shop, &cart, "pm_card_visa").await.problem(409, "not_payable");
    assert_eq!(shop.available(&other).await, 3);
    eventually("it is not any more", async || (!is_listed().await).then_some(())).await;
    let order = shop.staff_order(&cart).await;
    assert_eq!((&order["refundable"], &order["edits"][0]["attempt"]), (&eur(cart.total() + 2 * 1_999), &json!(4)));
    assert!(types(&order["timeline"]).ends_with(&["difference_paid", "edited"]), "{}", order["timeline"]);
    if let Some(ledger) = shop.ledger() {
        assert_eq!(ledger.kept(&cart.id), cart.total() + 2 * 1_999);
    }
}

#[tokio::test]
async fn a_page_that_asked_for_one_difference_pays_no_other() {
    let shop = Shop::open().await;
    let (cart, other, _) = asked(&shop).await;
    let seen = shop.order(&cart).await["difference"]["number"].clone();
    shop.act(&cart, "edits/1/cancel", json!({})).await.expect(201);
    let mut dearer = and(json!({}), &other, 3);
    dearer["ask_buyer"] = json!(true);
    shop.edit(&cart, dearer).await.expect(201);
    let pay = async |edit: &Value| {
        let body = json!({ "provider": "test", "method": "pm_card_visa", "edit": edit });
        shop.post(&cart.order_path("/payments")).cart_token(&cart.token).json(body).send().await
    };
    for stale in [&seen, &json!(0)] {
        pay(stale).await.problem(409, "not_payable");
    }
    let cookie = format!("__Host-cart={}.{}", cart.id, cart.token);
    let page = page(&shop, &format!("/orders/{}", cart.id), &cookie).await;
    assert!(page.contains("name=\"edit\" value=\"2\""), "{page}");
    let order = shop.order(&cart).await;
    assert_eq!((&order["difference"]["number"], order["difference"].get("payment")), (&json!(2), None), "not charged");
    assert_eq!(pay(&json!(2)).await.expect(200).json()["lines"][1]["quantity"], 3);
}

#[tokio::test]
async fn the_bank_may_ask_about_a_difference_and_another_card_pays_it() {
    let shop = Shop::open().await;
    let (cart, _, email) = asked(&shop).await;
    let order = pay(&shop, &cart, "pm_card_authenticationRequired").await.expect(200).json();
    assert_eq!(order["difference"]["payment"]["status"], "requires_action");
    let letter = eventually("the letter came", async || {
        let letters = shop.get(&format!("/dev/mailbox?to={email}")).send().await.expect(200).json();
        let of_the_bank = |letter: &&Value| letter["subject"].as_str().unwrap().starts_with("Please confirm");
        letters["items"].as_array().unwrap().iter().find(of_the_bank).cloned()
    })
    .await;
    let text = letter["text"].as_str().unwrap();
    assert!(text.contains("payment of €39.98") && text.contains("The change of your order"), "{text}");
    pay(&shop, &cart, "pm_card_authenticationRequired").await.problem(409, "payment_in_progress");
    let cookie = format!("__Host-cart={}.{}", cart.id, cart.token);
    let bank = format!("/orders/{}/authenticate", cart.id);
    let page = page(&shop, &bank, &cookie).await;
    assert!(page.contains("39.98"), "{page}");
    let answer = shop.post(&bank).header("cookie", &cookie).header("sec-fetch-site", "same-origin");
    answer.body("application/x-www-form-urlencoded", "outcome=decline").send().await.expect(303);
    assert_eq!(shop.order(&cart).await["difference"]["payment"]["status"], "declined");
    pay(&shop, &cart, "pm_card_authenticationRequired").await.expect(200);
    let paid = pay(&shop, &cart, "pm_card_visa").await.expect(200).json();
    assert_eq!(paid["lines"][1]["quantity"], 2, "{paid}");
}

#[tokio::test]
async fn an_edit_that_is_called_off_gives_back_what_it_kept() {
    let shop = Shop::open().await;
    let (cart, other, email) = asked(&shop).await;
    shop.act(&cart, "cancel", json!({ "reason": "x", "refund": true })).await.problem(409, "edit_in_progress");
    shop.act(&cart, "edits/2/cancel", json!({})).await.problem(409, "nothing_asked");
    let order = shop.act(&cart, "edits/1/cancel", json!({})).await.expect(201).json();
    assert_eq!(
        (order.get("difference"), order.get("waiting_edit"), &order["status"]),
        (None, None, &json!("confirmed"))
    );
    shop.until_available(&other, 5).await;
    let text = letter_of_the_end(&shop, &email).await;
    assert!(text.contains("Your order stays as it is") && !text.contains('€'), "{text}");
    shop.act(&cart, "edits/1/cancel", json!({})).await.problem(409, "nothing_asked");
    shop.act(&cart, "edits/1/paid", json!({ "reference": "statement 7" })).await.problem(409, "nothing_asked");
    pay(&shop, &cart, "pm_card_visa").await.problem(409, "not_payable");
    shop.act(&cart, "cancel", json!({ "reason": "x", "refund": true })).await.expect(201);
}

#[tokio::test]
async fn a_difference_that_is_noted_while_a_pool_is_away_is_noted_once() {
    let Some(shop) = Shop::native("it needs faults, which only the native host has").await else { return };
    let (cart, other, _) = asked(&shop).await;
    let (path, owner) = (format!("/v1/admin/orders/{}/edits/1/paid", cart.id), shop.owner().await);
    let note = async |reference: &str, key: &str| {
        shop.post(&path).bearer(&owner).json(json!({ "reference": reference })).key(key).send().await
    };
    shop.host().faults.always(Site::Command(ObjectClass::Pool), &other, When::Before);
    note("statement 7", "noted-once-and-no-more").await.problem(503, "unavailable");
    note("statement 7", "noted-by-somebody-else").await.problem(409, "nothing_asked");
    note("statement 8", "noted-once-and-no-more").await.problem(422, "idempotency_key_reused");
    shop.host().faults.clear();
    let order = note("statement 7", "noted-once-and-no-more").await.expect(201).json();
    assert_eq!((&order["lines"][1]["quantity"], order["attempts"].as_array().unwrap().len()), (&json!(2), 2));
    let again = note("statement 7", "noted-once-and-no-more").await.expect(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
}

#[tokio::test]
async fn a_difference_for_what_is_gone_meanwhile_is_owed_back() {
    let Some(shop) = Shop::native("it needs faults, which only the native host has").await else { return };
    let (cart, other, email) = asked(&shop).await;
    let path = format!("/v1/admin/orders/{}/edits/1/paid", cart.id);
    let note = async || {
        let ask = shop.post(&path).bearer(&shop.log_in_owner().await).json(json!({ "reference": "statement 7" }));
        ask.key("noted-once-and-no-more").send().await
    };
    // What its pool keeps for it lapses, and somebody else has all of it.
    shop.host().faults.always(Site::Command(ObjectClass::Pool), &format!("{}/2", cart.id), When::Before);
    note().await.problem(503, "unavailable");
    shop.host().clock.advance(PAYABLE_MILLIS + HOLD_MILLIS);
    let others = shop.ready_cart(&other, 5).await;
    shop.place(&others, "pm_card_visa").await.expect(201);
    shop.host().faults.clear();
    for _ in 0..2 {
        note().await.problem(409, "edit_not_made");
    }
    let path = format!("/v1/admin/orders/{}", cart.id);
    let order = shop.get(&path).bearer(&shop.log_in_owner().await).send().await.expect(200).json();
    assert_eq!((&order["edits"], order.get("waiting_edit")), (&json!([]), None));
    assert_eq!((&order["refunds"][0]["amount"], &order["status"]), (&eur(2 * 1_999), &json!("confirmed")));
    let text = letter_of_the_end(&shop, &email).await;
    assert!(text.contains("€39.98 goes back to you"), "{text}");
}

#[tokio::test]
async fn staff_record_a_difference_that_came_by_hand() {
    let shop = Shop::open().await;
    let (cart, other, _) = asked(&shop).await;
    let paid = json!({ "reference": "statement 7" });
    let order = shop.act(&cart, "edits/1/paid", paid).await.expect(201).json();
    assert_eq!(
        (&order["edits"][0]["paid_by_hand"], &order["lines"][1]["quantity"]),
        (&json!("statement 7"), &json!(2))
    );
    assert_eq!(order["refundable"], eur(cart.total() + 2 * 1_999));
    assert_eq!(shop.available(&other).await, 3);
}
