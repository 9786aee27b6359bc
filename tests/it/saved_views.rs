//! Views that staff save.

use serde_json::{Value, json};

use crate::shop::{Shop, unique};

async fn of(shop: &Shop, page: &str) -> Value {
    let path = format!("/v1/admin/views?page={page}");
    shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json()["items"].clone()
}

#[tokio::test]
async fn a_view_is_the_query_of_a_page_by_a_name() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let page = unique("orders");
    let path = format!("/v1/admin/views/{page}/To%20send%20%2F%20late");
    for query in ["status=confirmed", "status=confirmed&sort=oldest"] {
        let saved = shop.put(&path).bearer(&owner).json(json!({ "query": query })).send().await.expect(200).json();
        assert_eq!(saved, json!({ "page": page, "name": "To send / late", "query": query }));
        assert_eq!(of(&shop, &page).await, json!([saved]));
    }
    shop.delete(&path).bearer(&owner).send().await.expect(204);
    shop.delete(&path).bearer(&owner).send().await.problem(404, "not_found");
    assert_eq!(of(&shop, &page).await, json!([]));
    let ask = || shop.put(&path).bearer(&owner);
    assert_eq!(ask().json(json!({ "query": "" })).send().await.pointers(), ["/query"]);
    assert_eq!(ask().json(json!({ "query": "q=a", "x": 1 })).send().await.pointers(), ["/x"]);
    let long = format!("/v1/admin/views/{page}/{}", "x".repeat(65));
    shop.put(&long).bearer(&owner).json(json!({ "query": "q=a" })).send().await.problem(404, "not_found");
}

#[tokio::test]
async fn what_is_written_down_of_a_view_for_good_names_no_buyer() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let page = unique("customers");
    let path = format!("/v1/admin/views/{page}/Ada");
    for query in ["q=ada%40example.com", "q=ada%40example.org"] {
        shop.put(&path).bearer(&owner).json(json!({ "query": query })).send().await.expect(200);
    }
    shop.delete(&path).bearer(&owner).send().await.expect(204);
    let path = format!("/v1/admin/audit-log?thing={page}%2FAda");
    let log = shop.get(&path).bearer(&owner).send().await.expect(200).json();
    let entries = log["items"].as_array().unwrap();
    let deeds: Vec<_> = entries.iter().map(|entry| entry["deed"].as_str().unwrap()).collect();
    assert_eq!(deeds, ["deleted", "changed", "created"]);
    assert!(!log.to_string().contains("ada%40"), "{log}");
}
