//! Drafts that become orders: paid by their buyer, or placed by hand, once.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::browser::{VISA, html, value_of};
use crate::drafts::{
    at_checkout, changed, check_out, desk, form, letters, of_buyer, path, placed, ready, seen, sent, total,
};
use crate::fixtures::{PUBLISHED_MILLIS, eur, payment};
use crate::manual_payments::{self, manual};
use crate::shop::{Shop, unique, within};

#[tokio::test]
async fn paid_from_two_tabs_it_is_one_order_and_one_charge() {
    let shop = Shop::open().await;
    let product = shop.stocked(9).await;
    let draft = ready(&shop, &product).await;
    let link = draft["url"].as_str().unwrap().trim_start_matches(&shop.origin()).to_owned();
    let (one, checkout) = at_checkout(&shop, &link).await;
    let (other, _) = at_checkout(&shop, &link).await;
    let (of_one, of_other) = (form(&one, &checkout).await, form(&other, &checkout).await);
    let tabs = (0..6).map(|n| match n % 2 {
        0 => check_out(&one, &checkout, &of_one),
        _ => check_out(&other, &checkout, &of_other),
    });
    let cart = of_buyer(&draft);
    let by_api = shop.place(&cart, VISA);
    let (tabs, by_api) = futures_util::future::join(join_all(tabs), by_api).await;
    let order = format!("/orders/{}", draft["id"].as_str().unwrap());
    for answer in tabs {
        assert_eq!(answer.expect(303).header("location"), order);
    }
    assert_eq!(by_api.expect(201).json()["id"], draft["id"]);
    shop.until_available(&product.variant, 7).await;
    if let Some(ledger) = shop.ledger() {
        assert_eq!(ledger.charges().len(), 1);
    }
}

#[tokio::test]
async fn what_staff_change_while_the_buyer_pays_is_shown_and_never_charged_as_it_was() {
    let shop = Shop::open().await;
    let (one, other) = (shop.stocked(9).await, shop.stocked(9).await);
    let draft = ready(&shop, &one).await;
    let link = draft["url"].as_str().unwrap().trim_start_matches(&shop.origin()).to_owned();
    let (browser, checkout) = at_checkout(&shop, &link).await;
    let before = form(&browser, &checkout).await;
    let lines = json!([{ "variant_id": other.variant, "quantity": 3 }]);
    let after = changed(&shop, &draft, json!({ "lines": lines })).await.expect(200).json();
    let page = html(&check_out(&browser, &checkout, &before).await.expect(409));
    assert!(page.contains("Nothing has been ordered yet") && page.contains(&other.title), "{page}");
    assert_eq!(value_of(&page, "expected_total"), total(&after).to_string());
    if let Some(ledger) = shop.ledger() {
        assert!(ledger.charges().is_empty());
    }
    // As well where it comes to as much as before.
    let again = form(&browser, &checkout).await;
    changed(&shop, &draft, json!({ "lines": [{ "variant_id": one.variant, "quantity": 3 }] })).await.expect(200);
    let page = html(&check_out(&browser, &checkout, &again).await.expect(409));
    assert!(page.contains("The shop has changed this order") && page.contains(&one.title), "{page}");
    // By the API the same, for whoever says what they were shown.
    let stale = json!({ "payment": payment(VISA), "expected_total": eur(total(&draft)) });
    shop.place_with(&of_buyer(&draft), stale).await.problem(409, "price_changed");
    let fields = form(&browser, &checkout).await;
    check_out(&browser, &checkout, &fields).await.expect(303);
    let order = shop.until_order(&of_buyer(&draft), "confirmed", "paid").await;
    assert_eq!(order["payment"]["captured"], eur(total(&after)));
    // And once it is placed, staff change nothing more.
    let late = changed(&shop, &draft, json!({ "lines": [] })).await;
    late.problem(409, "cart_closed");
    sent(&shop, &draft, json!({})).await.problem(409, "cart_closed");
    desk(&shop, shop.delete(&path(&draft, ""))).await.problem(409, "cart_closed");
    assert_eq!(seen(&shop, &draft).await["status"], "placed");
}

#[tokio::test]
async fn its_buyer_changes_where_it_goes_and_not_what_is_bought() {
    let shop = Shop::open().await;
    let product = shop.stocked(9).await;
    let priced = json!([{ "variant_id": product.variant, "quantity": 1, "unit_price": eur(1) }]);
    let draft = ready(&shop, &product).await;
    changed(&shop, &draft, json!({ "lines": priced })).await.expect(200);
    let cart = of_buyer(&draft);
    let more = json!({ "variant_id": product.variant, "quantity": 9 });
    let line = shop.see_cart(&cart).await["lines"][0]["id"].as_str().unwrap().to_owned();
    let asks = [
        shop.post(&cart.path("/lines")).json(more.clone()),
        shop.patch(&cart.path(&format!("/lines/{line}"))).json(json!({ "quantity": 9 })),
        shop.delete(&cart.path(&format!("/lines/{line}"))),
        shop.patch(&cart.path("")).json(json!({ "lines": [more] })),
    ];
    for ask in asks {
        ask.cart_token(&cart.token).send().await.problem(409, "draft_lines");
    }
    let moved = json!({ "email": "grace@example.com" });
    let moved = shop.patch(&cart.path("")).cart_token(&cart.token).json(moved).send().await.expect(200).json();
    assert_eq!((&moved["lines"][0]["quantity"], &moved["email"]), (&json!(1), &json!("grace@example.com")));
    let order = shop.place(&cart, VISA).await.expect(201).json();
    assert_eq!(order["lines"][0]["unit_price"], eur(1), "staff's price stands");
}

#[tokio::test]
async fn a_price_that_changes_is_told_before_it_is_paid() {
    let shop = Shop::open().await;
    let product = shop.stocked(9).await;
    let draft = ready(&shop, &product).await;
    let dearer = json!({ "prices": [eur(2_500)] });
    desk(&shop, shop.patch(&format!("/v1/admin/variants/{}", product.variant)).json(dearer)).await.expect_success();
    within(PUBLISHED_MILLIS * 2, "the price is the shelf's", async || {
        let problems = seen(&shop, &draft).await["cart"]["problems"].clone();
        problems.as_array().unwrap().iter().any(|problem| problem["code"] == "price_changed").then_some(())
    })
    .await;
    shop.place(&of_buyer(&draft), VISA).await.problem(409, "price_changed");
    assert_eq!(seen(&shop, &draft).await["cart"]["totals"]["items"], eur(5_000));
    let order = shop.place(&of_buyer(&draft), VISA).await.expect(201).json();
    assert_eq!(order["totals"]["items"], eur(5_000));
}

#[tokio::test]
async fn staff_place_it_by_hand_and_the_buyer_is_told() {
    let Some((shop, product)) = manual_payments::open(&manual_payments::all(), 5).await else { return };
    let draft = ready(&shop, &product).await;
    let other_total = json!({ "amount": 1, "currency": "EUR" });
    let mut body = manual("bank_transfer");
    body["received"] = json!("statement 7");
    body["expected_total"] = other_total;
    placed(&shop, &draft, body.clone()).await.problem(409, "price_changed");
    body["expected_total"] = eur(total(&draft));
    let key = unique("placed-by-hand");
    for _ in 0..2 {
        let ask = shop.post(&path(&draft, "/order")).key(&key).json(body.clone());
        let order = desk(&shop, ask).await.expect(201).json();
        assert_eq!((&order["status"], &order["payment"]["status"]), (&json!("confirmed"), &json!("paid")));
        assert_eq!(order["payment"]["captured"], eur(total(&draft)));
    }
    shop.until_available(&product.variant, 3).await;
    // Of the money that is there: nobody is asked to pay.
    let letter = letters(&shop, &draft, 1).await.remove(0);
    assert!(letter["text"].as_str().unwrap().contains("We have your payment of €44.88"), "{letter}");
    let order = desk(&shop, shop.get(&format!("/v1/admin/orders/{}", draft["id"].as_str().unwrap()))).await;
    let order = order.expect(200).json();
    assert_eq!(order["receipts"][0]["reference"], "statement 7");
    let by_staff = |entry: &&Value| entry["by"] == draft["made_by"];
    let steps: Vec<_> =
        order["timeline"].as_array().unwrap().iter().filter(by_staff).map(|entry| &entry["type"]).collect();
    assert_eq!(steps, ["draft_made", "draft_changed", "placed_by_staff", "payment_received"]);
    // Its buyer sees none of what staff did before.
    let events = shop.order(&of_buyer(&draft)).await["events"].clone();
    assert!(
        events.as_array().unwrap().iter().all(|event| !event["type"].as_str().unwrap().contains("draft")),
        "{events}"
    );
}

#[tokio::test]
async fn by_hand_it_is_placed_by_what_staff_look_after_unless_the_buyer_was_faster() {
    let Some((shop, product)) = manual_payments::open(&manual_payments::all(), 9).await else { return };
    let draft = ready(&shop, &product).await;
    let card = placed(&shop, &draft, json!({ "payment": payment(VISA) })).await;
    assert_eq!(card.pointers(), ["/payment/provider"]);
    shop.place(&of_buyer(&draft), VISA).await.expect(201);
    let mut body = manual("invoice");
    body["received"] = json!("in cash");
    placed(&shop, &draft, body.clone()).await.problem(409, "cart_closed");
    // Nor do staff take what the buyer has yet to transfer for what they have in cash.
    let by_transfer = ready(&shop, &product).await;
    shop.place_with(&of_buyer(&by_transfer), manual("bank_transfer")).await.expect(201);
    placed(&shop, &by_transfer, body).await.problem(409, "cart_closed");
    let order = shop.until_order(&of_buyer(&draft), "confirmed", "paid").await;
    assert_eq!(order["payment"]["captured"], eur(total(&draft)));
    // What is to come later is recorded once it has.
    let owed = ready(&shop, &product).await;
    let order = placed(&shop, &owed, manual("invoice")).await.expect(201).json();
    assert_eq!((&order["status"], &order["payment"]["status"]), (&json!("confirmed"), &json!("pending")));
    // Too few are left: nothing is placed, and it stays a draft.
    let short = ready(&shop, &product).await;
    let many = json!({ "lines": [{ "variant_id": product.variant, "quantity": 4 }] });
    changed(&shop, &short, many).await.expect(200);
    placed(&shop, &short, manual("invoice")).await.problem(409, "out_of_stock");
    assert_eq!(seen(&shop, &short).await["status"], "open");
}
