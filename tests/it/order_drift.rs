//! The lists are held against the orders, and put right.

use serde_json::{Value, json};
use tradepost::ports::{Database, Statement};

use crate::drafts;
use crate::host::faults::{Site, When};
use crate::jobs;
use crate::order_lists::{ids, listed, ordered};
use crate::shop::{Shop, within};

async fn damage(shop: &Shop, sql: &'static str) {
    shop.host().database.batch(vec![Statement::new(sql, [])]).await.unwrap();
}

/// Has all that the lists know of rebuilt: how many orders answered, and how many did not.
async fn rebuild(shop: &Shop) -> (Value, Value) {
    let job = jobs::done(shop, json!({ "rebuild": {} })).await;
    assert_eq!(job["status"], "done");
    (job["progress"]["done"].clone(), job["progress"]["refused"].clone())
}

async fn drift(shop: &Shop) -> Value {
    shop.get("/v1/admin/orders/drift").bearer(&shop.log_in_owner().await).send().await.expect(200).json()
}

/// The list as it is, the oldest first, but for times that no check holds against the order.
async fn all_listed(shop: &Shop) -> Vec<Value> {
    let owner = shop.log_in_owner().await;
    let list = shop.get("/v1/admin/orders?sort=oldest").bearer(&owner).send().await.expect(200).json();
    let mut items = list["items"].as_array().unwrap().clone();
    for item in &mut items {
        item["updated_at"] = Value::Null;
    }
    items
}

async fn is_found(shop: &Shop, q: &str) -> bool {
    let owner = shop.log_in_owner().await;
    let list = shop.get(&format!("/v1/admin/orders?q={q}")).bearer(&owner).send().await.expect(200).json();
    ids(&list).len() == 1
}

/// Lets a day go by, and waits until that night's check is through.
async fn a_night(shop: &Shop) -> Value {
    let before = drift(shop).await["runs"][0]["updated_at"].clone();
    shop.host().clock.advance(24 * 3_600_000);
    within(20_000, "the night is over", async || {
        shop.host().clock.advance(60_000);
        let drift = drift(shop).await;
        let run = &drift["runs"][0];
        (run["name"] == "nightly" && run["done"] == true && run["updated_at"] != before).then_some(drift)
    })
    .await
}

async fn shop_with_orders() -> Option<(Shop, Vec<String>)> {
    let shop = Shop::native("its tables cannot be damaged").await?;
    let one = ordered(&shop, "ada@example.com", json!({}), "pm_card_visa").await;
    let other = ordered(&shop, "bob@example.com", json!({}), "pm_card_visa").await;
    for cart in [&one, &other] {
        shop.until_order(cart, "confirmed", "paid").await;
        within(2_000, "it is listed as paid", async || {
            let list = listed(&shop, &format!("q={}", cart.id)).await;
            (list["items"][0]["status"] == "confirmed").then_some(())
        })
        .await;
    }
    let mut all = vec![one.id, other.id];
    all.sort();
    Some((shop, all))
}

#[tokio::test]
async fn a_row_that_was_damaged_is_put_right_by_night_and_reported() {
    let Some((shop, all)) = shop_with_orders().await else { return };
    let quiet = a_night(&shop).await;
    assert_eq!((&quiet["items"], &quiet["runs"][0]["checked"]), (&json!([]), &json!(2)), "{quiet}");
    let before = all_listed(&shop).await;
    damage(&shop, "UPDATE orders SET total = total + 1, email = 'eve@example.com' WHERE email = 'ada@example.com'")
        .await;
    damage(&shop, "UPDATE orders SET version = 1, status = 'awaiting_payment' WHERE email = 'bob@example.com'").await;
    let found = a_night(&shop).await;
    let mut wrong: Vec<_> = found["items"].as_array().unwrap().iter().map(|item| item["wrong"].clone()).collect();
    wrong.sort_by_key(Value::to_string);
    assert_eq!(wrong, [json!(["email", "total"]), json!(["version", "status"])], "{found}");
    assert!(found["items"].as_array().unwrap().iter().all(|item| item["repaired"] == true));
    assert_eq!(all_listed(&shop).await, before);
    assert!(is_found(&shop, "ada@example.com").await && !is_found(&shop, "eve@example.com").await);
    let quiet = a_night(&shop).await;
    assert_eq!((&quiet["runs"][0]["drifted"], quiet["items"].as_array().unwrap().len()), (&json!(0), 2));
    assert_eq!(all.len(), 2);
}

/// The sums that reports and the home page read, without what is of single days.
async fn sums(shop: &Shop) -> [Value; 4] {
    let owner = shop.log_in_owner().await;
    let read = async |path: &str| {
        let mut answer = shop.get(path).bearer(&owner).send().await.expect(200).json();
        answer.as_object_mut().unwrap().remove("items");
        answer
    };
    [
        read("/v1/admin/reports/sales").await,
        read("/v1/admin/reports/sales?by=country").await,
        shop.get("/v1/admin/reports/tax").bearer(&owner).send().await.expect(200).json(),
        read("/v1/admin/orders?limit=1&status=confirmed").await["total"].clone(),
    ]
}

/// Has the sums wrong, too few and too many.
async fn damage_sums(shop: &Shop) {
    for sql in [
        "UPDATE order_counts SET orders = iif(orders = 1, 0, orders + 1)",
        "UPDATE sales_sums SET net = net + 1 WHERE slot = 'channel'",
        "UPDATE sales_sums SET entries = 0 WHERE slot = 'hour'",
        "DELETE FROM sales_sums WHERE slot = 'country'",
        "INSERT INTO sales_tax_sums VALUES (86400000, 'DE', 'VAT', '19', 'EUR', 1, 5, 1)",
        "UPDATE sales_tax_sums SET tax = 7 WHERE begins > 86400000",
    ] {
        damage(shop, sql).await;
    }
}

/// Lets a day go by, and the sums be compared: what was found wrong so far.
async fn a_night_of_sums(shop: &Shop) -> Vec<Value> {
    a_night(shop).await;
    let drift = within(20_000, "the sums are through", async || {
        shop.host().clock.advance(60_000);
        let drift = drift(shop).await;
        let run = &drift["runs"][1];
        (run["name"] == "nightly_sums" && run["done"] == true).then_some(drift)
    })
    .await;
    drift["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
}

#[tokio::test]
async fn sums_that_were_damaged_are_made_anew_by_a_rebuild_and_by_night() {
    let Some((shop, _)) = shop_with_orders().await else { return };
    let before = sums(&shop).await;
    damage_sums(&shop).await;
    assert_ne!(sums(&shop).await, before);
    rebuild(&shop).await;
    assert_eq!(sums(&shop).await, before);
    assert!(a_night_of_sums(&shop).await.is_empty());
    let before = sums(&shop).await;
    damage_sums(&shop).await;
    assert_ne!(sums(&shop).await, before);
    let mut found = a_night_of_sums(&shop).await;
    found.sort_by_key(Value::to_string);
    assert_eq!(found, ["order_counts", "sales_sums", "sales_tax_sums"]);
    let after = sums(&shop).await;
    // Days have gone by.
    for (report, before) in after.iter().zip(&before) {
        assert_eq!((&report["totals"], &report["items"]), (&before["totals"], &before["items"]));
    }
    assert_eq!(after[3], before[3]);
}

#[tokio::test]
async fn lists_that_were_lost_are_made_anew_from_the_orders() {
    let Some((shop, all)) = shop_with_orders().await else { return };
    let before = all_listed(&shop).await;
    damage(&shop, "DELETE FROM orders").await;
    assert!(all_listed(&shop).await.is_empty());
    // The letters know which orders there were.
    assert_eq!(rebuild(&shop).await, (json!(2), json!(0)));
    assert_eq!(all_listed(&shop).await, before);
    assert!(is_found(&shop, "ada@example.com").await, "the search knows it again");
    // Without them, whoever knows the ids.
    damage(&shop, "DELETE FROM orders").await;
    damage(&shop, "DELETE FROM messages").await;
    assert_eq!(rebuild(&shop).await, (json!(0), json!(0)));
    let ask = shop.post("/v1/admin/orders/rebuild").bearer(&shop.log_in_owner().await).json(json!({ "ids": all }));
    let rebuilt = ask.send().await.expect(200).json();
    assert_eq!(rebuilt, json!({ "checked": 2, "repaired": 2, "unanswered": 0 }));
    assert_eq!(all_listed(&shop).await, before);
}

#[tokio::test]
async fn what_cannot_be_compared_is_left_as_it_is() {
    let Some((shop, all)) = shop_with_orders().await else { return };
    damage(&shop, "UPDATE orders SET total = 1").await;
    let faults = &shop.host().faults;
    faults.always(Site::Command(tradepost::ports::ObjectClass::Order), &all[0], When::Before);
    assert_eq!(rebuild(&shop).await, (json!(1), json!(1)));
    let repaired = async || drift(&shop).await["items"].as_array().unwrap().len();
    assert_eq!(repaired().await, 1);
    faults.clear();
    assert_eq!(rebuild(&shop).await, (json!(2), json!(0)));
    assert_eq!(repaired().await, 2);
    // A row of an order that is none is reported, and nothing else.
    damage(&shop, "UPDATE orders SET id = 'ord_01ARZ3NDEKTSV4RRFFQ69G5FAV' WHERE email = 'bob@example.com'").await;
    rebuild(&shop).await;
    let found = drift(&shop).await["items"].as_array().unwrap().clone();
    let left: Vec<_> = found.iter().filter(|item| item["repaired"] == false).map(|item| &item["id"]).collect();
    assert_eq!(left, ["ord_01ARZ3NDEKTSV4RRFFQ69G5FAV"]);
}

/// What the list of drafts says of this one, without times.
async fn listed_draft(shop: &Shop, draft: &Value) -> Value {
    let owner = shop.log_in_owner().await;
    let list = shop.get("/v1/admin/drafts").bearer(&owner).send().await.expect(200).json();
    let found = list["items"].as_array().unwrap().iter().find(|item| item["id"] == draft["id"]);
    found.map_or(Value::Null, |item| json!([item["email"], item["total"], item["pieces"], item["status"]]))
}

/// What the list of gift cards, and the report of what is owed on them, say.
async fn owed(shop: &Shop) -> [Value; 2] {
    let owner = shop.log_in_owner().await;
    let report = shop.get("/v1/admin/reports/gift-cards").bearer(&owner).send().await.expect(200).json();
    let list = shop.get("/v1/admin/gift-cards").bearer(&owner).send().await.expect(200).json();
    [report["items"][0]["liability"].clone(), list["items"][0]["disabled_at"].clone()]
}

#[tokio::test]
async fn drafts_and_gift_cards_that_were_damaged_are_put_right_by_a_rebuild_and_by_night() {
    let Some(shop) = Shop::native("its tables cannot be damaged").await else { return };
    let product = shop.stocked(10).await;
    let draft = drafts::ready(&shop, &product).await;
    let owner = shop.owner().await;
    let card = json!({ "balance": { "amount": 5_000, "currency": "EUR" } });
    shop.post("/v1/admin/gift-cards").bearer(&owner).json(card).send().await.expect(201);
    let draft_before = within(2_000, "it is listed", async || {
        let listed = listed_draft(&shop, &draft).await;
        (listed[2] == 2).then_some(listed)
    })
    .await;
    let owed_before = owed(&shop).await;
    let damage_all = async || {
        damage(&shop, "UPDATE drafts SET email = 'eve@example.com', pieces = 7").await;
        damage(&shop, "UPDATE gift_cards SET balance = 9, disabled_at = 1").await;
        assert_ne!(listed_draft(&shop, &draft).await, draft_before);
        assert_ne!(owed(&shop).await, owed_before);
    };
    let is_right = async || {
        assert_eq!(listed_draft(&shop, &draft).await, draft_before);
        assert_eq!(owed(&shop).await, owed_before);
    };
    damage_all().await;
    assert_eq!(rebuild(&shop).await, (json!(2), json!(0)));
    is_right().await;
    damage(&shop, "DELETE FROM order_drifts").await;
    let quiet = a_night(&shop).await;
    assert_eq!((&quiet["items"], &quiet["runs"][0]["checked"]), (&json!([]), &json!(2)), "{quiet}");
    damage_all().await;
    let found = a_night(&shop).await;
    let mut wrong: Vec<_> = found["items"].as_array().unwrap().iter().map(|item| item["wrong"].clone()).collect();
    wrong.sort_by_key(Value::to_string);
    assert_eq!(wrong, [json!(["balance", "disabled_at"]), json!(["email", "pieces"])], "{found}");
    is_right().await;
    // A row that says it is of a later version than any would give way to nothing.
    damage(&shop, "UPDATE drafts SET version = 1000000").await;
    damage(&shop, "UPDATE gift_cards SET balance_version = 1000000").await;
    let found = a_night(&shop).await;
    assert_eq!((found["items"][0]["repaired"].clone(), found["items"].as_array().unwrap().len()), (json!(true), 4));
}

#[tokio::test]
async fn a_shop_that_has_sold_nothing_is_compared_in_one_step() {
    let Some(shop) = Shop::native("its clock is moved").await else { return };
    assert!(a_night_of_sums(&shop).await.is_empty());
    assert_eq!(drift(&shop).await["runs"][1]["checked"], 1);
}
