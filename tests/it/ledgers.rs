//! How a stock, a gift card's balance and a promotion's uses came about, page by page.

use serde_json::{Value, json};

use crate::fixtures::eur;
use crate::shop::{Shop, eventually, unique};

/// All entries, in pages of so many.
async fn entries(shop: &Shop, path: &str, limit: usize) -> Vec<Value> {
    let owner = shop.owner().await;
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = shop.get(&format!("{path}?limit={limit}{cursor}")).bearer(&owner).send().await.expect(200).json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        all.extend_from_slice(items);
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn a_stocks_ledger_is_read_page_by_page_and_adds_up() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let product = shop.stocked(5).await;
    let path = format!("/v1/admin/stock/{}", product.variant);
    for (delta, reason, reference) in
        [(7, "received", Some("note 1")), (-2, "damaged", None), (1, "received", Some("note 2"))]
    {
        let mut body = json!({ "delta": delta, "reason": reason });
        if let Some(reference) = reference {
            body["reference"] = reference.into();
        }
        shop.post(&format!("{path}/adjustments")).bearer(&owner).json(body).send().await.expect(200);
    }
    let cart = shop.ready_cart(&product.variant, 3).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    let ledger = format!("{path}/ledger");
    let all = eventually("the order has its pieces", async || {
        let all = entries(&shop, &ledger, 100).await;
        (all.len() == 5).then_some(all)
    })
    .await;
    for limit in [1, 2, 4] {
        assert_eq!(entries(&shop, &ledger, limit).await, all, "in pages of {limit}");
    }
    assert_eq!(
        (&all[0]["kind"], &all[0]["units"], &all[0]["order_id"]),
        (&json!("taken"), &json!(-3), &json!(cart.id))
    );
    let damaged = all.iter().find(|entry| entry["reason"] == "damaged").unwrap();
    assert_eq!((&damaged["kind"], &damaged["reference"]), (&json!("adjusted"), &json!(null)));
    assert!(all.iter().any(|entry| entry["reference"] == "note 1" && entry["reason"] == "received"));
    let sum: i64 = all.iter().map(|entry| entry["units"].as_i64().unwrap()).sum();
    let stock = shop.get(&path).bearer(&owner).send().await.expect(200).json();
    assert_eq!(stock["on_hand"], sum);
}

#[tokio::test]
async fn a_gift_cards_ledger_has_money_and_a_promotions_uses_their_orders() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let issue = json!({ "balance": eur(5_000) });
    let card = shop.post("/v1/admin/gift-cards").bearer(&owner).json(issue).send().await.expect(201).json();
    let path = format!("/v1/admin/gift-cards/{}/ledger", card["id"].as_str().unwrap());
    let all = entries(&shop, &path, 1).await;
    assert_eq!(all.len(), 1);
    assert_eq!((&all[0]["kind"], &all[0]["amount"]), (&json!("issued"), &eur(5_000)));

    let code = unique("spring").to_uppercase();
    let body = json!({ "title": "Spring", "code": code, "effect": { "percentage": { "percent": "10" } } });
    let promotion = shop.post("/v1/admin/promotions").bearer(&owner).json(body).send().await.expect(201).json();
    let path = format!("/v1/admin/promotions/{}/uses", promotion["id"].as_str().unwrap());
    assert_eq!(entries(&shop, &path, 24).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_ledger_is_of_something_and_its_cursors_are_its_own() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let (one, other) = (shop.stocked(1).await, shop.stocked(1).await);
    let ask = |id: &str, query: &str| shop.get(&format!("/v1/admin/stock/{id}/ledger{query}")).bearer(&owner);
    ask("var_01ARZ3NDEKTSV4RRFFQ69G5FAV", "").send().await.problem(404, "not_found");
    let more = json!({ "delta": 1, "reason": "received" });
    let path = format!("/v1/admin/stock/{}/adjustments", one.variant);
    shop.post(&path).bearer(&owner).json(more).send().await.expect(200);
    let page = ask(&one.variant, "?limit=1").send().await.expect(200).json();
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!(ask(&other.variant, &format!("?cursor={cursor}")).send().await.pointers(), ["cursor"]);
    assert_eq!(ask(&one.variant, "?limit=0").send().await.pointers(), ["limit"]);
    shop.get(&format!("/v1/admin/gift-cards/{}/ledger", "gift_01ARZ3NDEKTSV4RRFFQ69G5FAV"))
        .bearer(&owner)
        .send()
        .await
        .problem(404, "not_found");
}
