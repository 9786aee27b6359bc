//! Credit notes: what an invoice is credited with once money of it went back, an
//! order is cancelled or pieces are exchanged.

use serde_json::{Value, json};

use crate::browser::{VISA, html};
use crate::documents::{SETTINGS, TAX, amount, change, document, invoice, listed, open, seller};
use crate::fixtures::{Cart, eur};
use crate::host::faults::{Site, When};
use crate::manual_payments;
use crate::shop::{Shop, eventually};

/// A shop that sells on credit, and cancels what is not paid after two weeks; and
/// an order of that kind.
async fn on_credit() -> Option<(Shop, Cart)> {
    let ways = json!({
        "stripe": { "offered": false, "capture": "automatic" },
        "invoice": { "instructions": "Within 14 days", "cancel_after_days": 14 },
    });
    let (shop, product) = manual_payments::open(&ways, 5).await?;
    change(&shop, SETTINGS, json!({ "country": "GB", "seller": seller() })).await;
    let cart = shop.ready_cart(&product.variant, 2).await;
    let order = shop.place_with(&cart, manual_payments::manual("invoice")).await.expect(201).json();
    assert_eq!(order["status"], "confirmed");
    Some((shop, cart))
}

async fn two_weeks_later(shop: &Shop, cart: &Cart) {
    shop.host().clock.advance(14 * 24 * 3_600_000 + 1_000);
    shop.until_order(cart, "cancelled", "cancelled").await;
}

fn numbers(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["number"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_cancelled_order_has_a_credit_note_for_all_of_its_invoice() {
    let Some((shop, cart)) = on_credit().await else { return };
    let first = invoice(&shop, &cart).await;
    assert_eq!(first["how_to_pay"], "Within 14 days");
    two_weeks_later(&shop, &cart).await;
    let items = listed(&shop, &cart).await;
    assert_eq!(numbers(&items), ["INV-000001", "CN-000001"]);
    // The owner's token has lapsed by now; the buyer's has not.
    let note = shop.get(&cart.order_path("/documents/CN-000001")).cart_token(&cart.token).send().await;
    let note = note.expect(200).json();
    assert_eq!(note["corrects"], json!({ "number": "INV-000001", "issued_at": first["issued_at"] }));
    for member in ["lines", "shipping", "taxes", "net", "tax", "total", "seller", "buyer"] {
        assert_eq!(note[member], first[member], "{member}");
    }
    assert_eq!(listed(&shop, &cart).await, items, "once");
    let page = format!("/orders/{}/documents", cart.id);
    let page = html(&shop.get(&page).cart_token(&cart.token).send().await.expect(200));
    for number in numbers(&items) {
        assert!(page.contains(&format!("/orders/{}/documents/{number}\"", cart.id)), "{page}");
    }
    let note = format!("/orders/{}/documents/CN-000001", cart.id);
    let note = html(&shop.get(&note).cart_token(&cart.token).send().await.expect(200));
    assert!(note.contains("Credit note CN-000001") && note.contains("INV-000001 of "), "{note}");
}

#[tokio::test]
async fn where_staff_keep_what_was_paid_the_rest_is_credited_and_the_page_leads_there() {
    let Some((shop, cart)) = on_credit().await else { return };
    let first = invoice(&shop, &cart).await;
    let received = json!({ "amount": { "amount": 500, "currency": "EUR" }, "reference": "statement 1" });
    shop.act(&cart, "payments/received", received).await.expect(201);
    shop.until_staff_see(&cart, "its goods are certain", |order| order["refundable"]["amount"] == 500).await;
    shop.act(&cart, "cancel", json!({ "reason": "never fetched", "refund": false })).await.expect(201);
    let items = listed(&shop, &cart).await;
    assert_eq!(numbers(&items), ["INV-000001", "CN-000001"]);
    let note = document(&shop, &items[1]["number"]).await;
    assert_eq!(amount(&note["total"]), amount(&first["total"]) - 500, "what was never paid");
    // What goes back after all is credited then.
    shop.refund(&cart, json!({ "amount": { "amount": 200, "currency": "EUR" } })).await.expect(201);
    shop.act(&cart, "refunds/1/done", json!({})).await.expect(201);
    let items = listed(&shop, &cart).await;
    assert_eq!(numbers(&items), ["INV-000001", "CN-000001", "CN-000002"]);
    assert_eq!(amount(&document(&shop, &items[2]["number"]).await["total"]), 200);
    let (path, leads) = (format!("/orders/{}", cart.id), format!("href=\"/orders/{}/documents\"", cart.id));
    eventually("its page leads there, once who sells is published", async || {
        let page = html(&shop.get(&path).cart_token(&cart.token).send().await.expect(200));
        page.contains(&leads).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_credit_note_names_the_pieces_that_money_went_back_for_at_their_own_rate() {
    let Some(shop) = open().await else { return };
    let (tea, mug) = (shop.stocked(5).await, shop.stocked(5).await);
    let rate = |class: &str, rate: &str| json!({ "country": "GB", "class": class, "name": "VAT", "rate": rate });
    let rates = json!([rate("standard", "20"), rate("reduced", "5")]);
    change(&shop, TAX, json!({ "classes": ["standard", "reduced"], "rates": rates, "reverse_charge": false })).await;
    let reduced = shop.patch(&format!("/v1/admin/products/{}", tea.id)).bearer(&shop.owner().await);
    reduced.json(json!({ "tax_class": "reduced" })).send().await.expect(200);
    let lines = [(&tea, 2), (&mug, 1)].map(|(of, pieces)| json!({ "variant_id": of.variant, "quantity": pieces }));
    let cart = shop.new_cart(json!({ "currency": "EUR", "lines": lines })).await;
    let cart = shop.ready(cart).await;
    shop.place(&cart, VISA).await.expect(201);
    let refund = format!("/v1/admin/orders/{}/refunds", cart.id);
    let one = json!({ "lines": [{ "line_id": "line_1", "quantity": 1, "restock": true }], "reason": "broken" });
    eventually("money can go back", async || {
        let asked = shop.post(&refund).bearer(&shop.owner().await).json(one.clone()).send().await;
        (asked.status == 201).then_some(())
    })
    .await;
    let items = eventually("it is credited", async || {
        let items = listed(&shop, &cart).await;
        (items.len() == 2).then_some(items)
    })
    .await;
    let note = document(&shop, &items[1]["number"]).await;
    // 19.99 with 5 % in it, and nothing of the mug's 20 %.
    assert_eq!((amount(&note["total"]), amount(&note["net"]), amount(&note["tax"])), (1_999, 1_904, 95));
    assert_eq!((note["taxes"].as_array().unwrap().len(), &note["taxes"][0]["rates"][0]["rate"]), (1, &json!("5")));
    let line = &note["lines"][0];
    assert_eq!((note["lines"].as_array().unwrap().len(), &line["sku"]), (1, &json!(tea.sku)));
    assert_eq!((&line["line_id"], &line["quantity"], amount(&line["total"])), (&json!("line_1"), &json!(1), 1_999));
    let page = format!("/orders/{}/documents/{}", cart.id, note["number"].as_str().unwrap());
    let page = html(&shop.get(&page).cart_token(&cart.token).send().await.expect(200));
    assert!(page.contains(&tea.sku) && !page.contains(&mug.sku), "{page}");
}

#[tokio::test]
async fn an_invoice_that_was_lost_with_its_number_given_is_there_though_the_order_is_cancelled() {
    let Some((shop, cart)) = on_credit().await else { return };
    shop.host().faults.always(Site::Batch, "INSERT INTO documents", When::Before);
    let asked = || shop.get(&cart.order_path("/documents")).cart_token(&cart.token).send();
    asked().await.problem(503, "unavailable");
    two_weeks_later(&shop, &cart).await;
    shop.host().faults.clear();
    assert_eq!(numbers(&listed(&shop, &cart).await), ["INV-000001", "CN-000001"]);
}

#[tokio::test]
async fn an_order_that_was_cancelled_before_its_invoice_has_none() {
    let Some((shop, cart)) = on_credit().await else { return };
    shop.host().faults.always(Site::Batch, "FROM documents WHERE order_id", When::Before);
    two_weeks_later(&shop, &cart).await;
    shop.host().faults.clear();
    assert_eq!(listed(&shop, &cart).await, Vec::<Value>::new());
}

#[tokio::test]
async fn an_exchange_has_an_invoice_of_what_was_added_and_credit_notes_of_what_was_taken_out() {
    let Some(shop) = open().await else { return };
    let product = shop.stocked(10).await;
    let cart = shop.ready_cart(&product.variant, 3).await;
    shop.place(&cart, VISA).await.expect(201);
    shop.until_staff_see(&cart, "its money can be given back", |order| order["refundable"]["amount"] != 0).await;
    let other = shop.stocked(10).await;
    let lines = json!([{ "line_id": "line_1", "quantity": 1 }]);
    let add = json!([{ "variant_id": other.variant, "quantity": 1 }]);
    let edit = json!({ "lines": lines, "add": add, "reason": "too small" });
    shop.act(&cart, "edits", edit).await.expect(201);
    let documents = eventually("all of them are issued", async || {
        let list = listed(&shop, &cart).await;
        (list.len() == 4).then_some(list)
    })
    .await;
    let said = |kind: &str| -> Vec<i64> {
        let of_kind = documents.iter().filter(|document| document["kind"] == kind);
        let mut totals: Vec<_> = of_kind.map(|document| document["total"]["amount"].as_i64().unwrap()).collect();
        totals.sort_unstable();
        totals
    };
    assert_eq!(said("invoice"), [1_999, cart.total()]);
    assert_eq!(said("credit_note"), [1_999, 1_999]);
    let added = documents.iter().find(|known| known["kind"] == "invoice" && known["total"]["amount"] == 1_999).unwrap();
    let document = document(&shop, &added["number"]).await;
    assert_eq!((document["lines"].as_array().unwrap().len(), &document["tax"]["amount"]), (1, &json!(333)));
    assert_eq!(document.get("shipping"), None);
}

/// An order that was sent for 5.00, and is now for another price: its documents once
/// the money for that is given back, too.
async fn sent_another_way(shop: &Shop, edit: Value, price: i64, documents: usize) -> Vec<Value> {
    let product = shop.stocked(10).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.change_cart(&cart, json!({ "shipping_option": "standard" })).await.expect(200);
    shop.place(&cart, VISA).await.expect(201);
    shop.until_staff_see(&cart, "its money can be given back", |order| order["refundable"]["amount"] != 0).await;
    shop.act(&cart, "edits", edit).await.expect(201);
    shop.act(&cart, "refunds", json!({ "shipping": eur(price), "reason": "late" })).await.expect(201);
    let listed = eventually("all of them are issued", async || {
        let list = listed(shop, &cart).await;
        (list.len() == documents).then_some(list)
    });
    let mut read = Vec::new();
    for known in listed.await {
        read.push(document(shop, &known["number"]).await);
    }
    read
}

#[tokio::test]
async fn shipping_is_credited_on_the_invoice_that_it_is_of() {
    let Some(shop) = open().await else { return };
    let option = |id: &str, price: i64| json!({ "id": id, "title": id, "rates": [eur(price)] });
    let options = json!([option("standard", 500), option("express", 900), option("slow", 200)]);
    let zones = json!({ "zones": [{ "title": "World", "places": [], "options": options }] });
    change(&shop, "/v1/admin/settings/shipping", zones).await;
    let express = json!({ "shipping_option": "express", "paid_by_hand": "till", "reason": "in a hurry" });
    let slow = json!({ "shipping_option": "slow", "reason": "in no hurry" });
    let dearer = sent_another_way(&shop, express, 900, 4).await;
    let cheaper = sent_another_way(&shop, slow, 200, 5).await;
    for (documents, price, of_first) in [(&dearer, 900, 500), (&cheaper, 200, 500)] {
        let credited = |invoice: &Value| -> i64 {
            let notes = documents.iter().filter(|note| note["corrects"]["number"] == invoice["number"]);
            notes.map(|note| amount(&note["total"])).sum()
        };
        let invoices: Vec<_> = documents.iter().filter(|known| known["kind"] == "invoice").collect();
        assert_eq!((invoices.len(), amount(&invoices[1]["total"])), (2, price));
        assert_eq!((credited(invoices[0]), credited(invoices[1])), (of_first, price), "{documents:?}");
        let last = documents.iter().rfind(|known| known["corrects"]["number"] == invoices[1]["number"]).unwrap();
        assert_eq!(amount(&last["shipping"]["total"]), price);
    }
    let mut notes: Vec<_> = dearer.iter().chain(&cheaper).map(|known| known["number"].as_str().unwrap()).collect();
    notes.retain(|number| number.starts_with("CN-"));
    notes.sort_unstable();
    assert_eq!(notes, ["CN-000001", "CN-000002", "CN-000003", "CN-000004", "CN-000005"]);
}
