//! One change of many products at once.

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tradepost::ports::{Database, Statement};

use crate::ask::Ask;
use crate::fixtures::{PUBLISHED_MILLIS, Product, prices};
use crate::host::faults::{Site, When};
use crate::shop::{Shop, unique, within};

const PATH: &str = "/v1/admin/products/bulk";

async fn ask(shop: &Shop, body: Value) -> Ask {
    shop.post(PATH).bearer(&shop.owner().await).json(body)
}

async fn change(shop: &Shop, body: Value) -> Value {
    ask(shop, body).await.send().await.expect(200).json()
}

async fn read(shop: &Shop, id: &str) -> Value {
    shop.get(&format!("/v1/admin/products/{id}")).bearer(&shop.owner().await).send().await.expect(200).json()
}

fn counts(results: &Value) -> [i64; 3] {
    ["changed", "unchanged", "refused"].map(|name| results[name].as_i64().unwrap())
}

#[tokio::test]
async fn each_row_says_what_came_of_it_and_those_that_refuse_stop_no_other() {
    let shop = Shop::open().await;
    let made = || shop.new_product(json!({ "tags": ["Old", "kept"], "vendor": "Fern" }));
    let [one, other, stale, wrong] = [made().await, made().await, made().await, made().await];
    let rows = json!([
        { "id": one.id },
        { "id": other.id, "change": { "vendor": null, "type": "Mug", "metadata": { "cost": 3 } } },
        { "id": stale.id, "version": 7 },
        { "id": wrong.id, "change": { "tax_class": "no such", "status": "archived" } },
        { "id": one.id, "change": { "status": "draft" } },
        { "id": "prod_00000000000000000000000000" },
    ]);
    let shared = json!({ "status": "archived", "tags_add": ["Old", "new"], "tags_remove": ["Old", "no such"] });
    let results = change(&shop, json!({ "rows": rows, "change": shared })).await;
    assert_eq!(counts(&results), [2, 0, 4], "{results}");
    let items = results["items"].as_array().unwrap();
    let told: Vec<_> = items.iter().map(|item| (item["status"].as_i64().unwrap(), item["code"].as_str())).collect();
    let (stale_row, invalid, unknown) = ((412, Some("stale")), (422, Some("invalid")), (404, Some("not_found")));
    assert_eq!(told, [(200, None), (200, None), stale_row, invalid, invalid, unknown]);
    assert_eq!(items[3]["row"], 4);
    let one = read(&shop, &one.id).await;
    assert_eq!((&one["status"], &one["tags"]), (&json!("archived"), &json!(["kept", "Old", "new"])));
    assert_eq!((&one["vendor"], &one["version"]), (&json!("Fern"), &json!(2)));
    let other = read(&shop, &other.id).await;
    assert_eq!(
        (&other["vendor"], &other["type"], &other["metadata"]),
        (&json!(null), &json!("Mug"), &json!({ "cost": 3 }))
    );
    assert_eq!(other["status"], "active", "its own change is all of it");
    for product in [stale, wrong] {
        assert_eq!(read(&shop, &product.id).await["version"], 1, "nothing of it is half applied");
    }
}

#[tokio::test]
async fn a_change_that_is_there_already_changes_nothing_and_a_repeat_says_the_same() {
    let shop = Shop::open().await;
    let product = shop.new_product(json!({})).await;
    let body = json!({ "rows": [{ "id": product.id }], "change": { "tags_add": ["sale"] } });
    let key = unique("key");
    for replayed in ["", "true"] {
        let answer = ask(&shop, body.clone()).await.key(&key).send().await.expect(200);
        assert_eq!(answer.header("idempotent-replayed"), replayed);
        assert_eq!(counts(&answer.json()), [1, 0, 0]);
    }
    assert_eq!(counts(&change(&shop, body).await), [0, 1, 0]);
    assert_eq!(read(&shop, &product.id).await["version"], 2);
    let path = format!("/v1/admin/audit-log?thing={}", product.id);
    let log = shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json();
    assert_eq!(log["items"].as_array().unwrap().len(), 2, "made, and changed once");
}

#[tokio::test]
async fn a_request_whose_answer_was_lost_does_not_find_its_own_rows_stale() {
    let Some(shop) = Shop::native("nothing fails when told").await else { return };
    let product = shop.new_product(json!({})).await;
    let body = json!({ "rows": [{ "id": product.id, "version": 1 }], "change": { "tags_add": ["sale"] } });
    let key = unique("key");
    let send = async || ask(&shop, body.clone()).await.key(&key).send().await;
    shop.host().faults.once(Site::Batch, "INSERT INTO idempotency_records", When::Before);
    send().await.problem(503, "unavailable");
    let written = read(&shop, &product.id).await;
    assert_eq!((&written["version"], &written["tags"]), (&json!(2), &json!(["sale"])));
    assert_eq!(counts(&send().await.expect(200).json()), [0, 1, 0]);
}

#[tokio::test]
async fn what_is_archived_buyers_no_longer_see() {
    let shop = Shop::open().await;
    let [one, other] = [shop.product(json!({})).await, shop.product(json!({})).await];
    let rows = json!([{ "id": one.id }, { "id": other.id }]);
    change(&shop, json!({ "rows": rows, "change": { "status": "archived" } })).await;
    for Product { id, .. } in [one, other] {
        within(PUBLISHED_MILLIS, "it is gone", async || {
            shop.get(&format!("/v1/products/{id}")).send().await.is(404).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn what_is_no_bulk_change_is_refused_in_words() {
    let shop = Shop::open().await;
    const ID: &str = "prod_00000000000000000000000000";
    let row = json!({ "id": ID });
    for (body, pointer) in [
        (json!({ "rows": [] }), "/rows"),
        (json!({ "rows": vec![row.clone(); 1_001] }), "/rows"),
        (json!({ "rows": [{ "id": "x" }] }), "/rows/0/id"),
        (json!({ "rows": [{ "id": ID, "change": { "tags_add": ["x".repeat(65)] } }] }), "/rows/0/change/tags_add/0"),
        (json!({ "rows": [row], "change": { "metadata": { "A b": 1, "gone": null } } }), "/change/metadata/A b"),
        (json!({ "rows": [row], "change": { "title": "All alike" } }), "/change/title"),
    ] {
        assert_eq!(ask(&shop, body).await.send().await.pointers(), [pointer]);
    }
}

#[tokio::test]
async fn a_thousand_products_are_changed_by_one_request() {
    let Some(shop) = Shop::native("makes a thousand products").await else { return };
    let make = |n: usize| {
        let shop = &shop;
        async move {
            let sku = format!("THOUSAND-{n}");
            let body = json!({ "title": format!("Thing {n}"), "slug": format!("of-a-thousand-{n}"),
                "variants": [{ "sku": sku, "prices": prices(100) }] });
            shop.new_product(body).await.id
        }
    };
    let ids: Vec<String> = stream::iter(0..1_000).map(make).buffered(16).collect().await;
    let rows: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
    let results = change(&shop, json!({ "rows": rows, "change": { "vendor": "Fern", "tags_add": ["all"] } })).await;
    assert_eq!(counts(&results), [1_000, 0, 0]);
    for id in [&ids[0], &ids[19], &ids[20], &ids[999]] {
        let product = read(&shop, id).await;
        assert_eq!((&product["vendor"], &product["tags"]), (&json!("Fern"), &json!(["all"])));
    }
}

#[tokio::test]
async fn what_the_database_refuses_together_is_tried_one_by_one_as_far_as_a_request_may() {
    let Some(shop) = Shop::native("fills the catalog").await else { return };
    let made = stream::iter(0..420).map(|_| async { shop.new_product(json!({})).await.id });
    let ids: Vec<String> = made.buffered(16).collect().await;
    // One more byte is too much: what becomes shorter fits, and what becomes longer does not.
    let vendor = json!({ "vendor": "Fern & Fettle" });
    let short = json!({ "rows": [{ "id": ids[419] }], "change": vendor });
    assert_eq!(counts(&change(&shop, short).await), [1, 0, 0]);
    let full = Statement::new("UPDATE catalog_state SET packed_bytes = 32000000", []);
    shop.host().database.run(full).await.unwrap();
    let mut rows: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
    rows[419]["change"] = json!({ "vendor": null });
    let results = change(&shop, json!({ "rows": rows, "change": vendor })).await;
    let codes: Vec<_> = results["items"].as_array().unwrap().iter().map(|item| item["code"].as_str()).collect();
    let of = |code: Option<&str>| codes.iter().filter(|of| **of == code).count();
    // 21 times twenty take two calls each, and so does each row of the 758 that are left.
    assert_eq!((of(Some("catalog_full")), of(Some("not_tried"))), (379, 41));
    assert_eq!(codes.last(), Some(&Some("not_tried")), "it would have been taken");
    assert!(results["items"][419]["detail"].as_str().unwrap().contains("send it again"), "{results}");
    let again = json!({ "rows": [{ "id": ids[419], "change": { "vendor": null } }] });
    assert_eq!(counts(&change(&shop, again).await), [1, 0, 0]);
}
