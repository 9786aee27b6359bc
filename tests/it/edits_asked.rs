//! What an edit costs more: its buyer is asked for it, pays it or does not, and staff end
//! the wait.

use serde_json::{Value, json};

use tradepost::orders::after::edits::asking::PAYABLE_MILLIS;
use tradepost::orders::holding::HOLD_MILLIS;
use tradepost::ports::ObjectClass;

use crate::buyers::mailbox;
use crate::edits::and;
use crate::fixtures::{Cart, eur, payment};
use crate::host::faults::{Site, When};
use crate::money::types;
use crate::shop::{Shop, eventually};

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
