//! The demo shop's data, through the routes that `scripts/seed.mjs` sends it to.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::ask::Ask;
use crate::fixtures::PUBLISHED_MILLIS;
use crate::shop::{Shop, within};

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn the_demo_shop_is_taken() {
    let Some(shop) = Shop::native("the settings are everybody's").await else { return };
    let owner = shop.owner().await;
    let send =
        async |ask: Ask, body: &Value| ask.bearer(&owner).json(body.clone()).send().await.expect_success().json();
    let demo = read(include_str!("../../demo/settings.json"));
    send(shop.put("/v1/admin/settings/tax"), &read(include_str!("../../data/tax/europe.json"))["tax"]).await;
    send(shop.put("/v1/admin/settings/shipping"), &demo["shipping"]).await;
    for promotion in demo["promotions"].as_array().unwrap() {
        send(shop.post("/v1/admin/promotions"), promotion).await;
    }
    send(shop.patch("/v1/admin/settings"), &demo["settings"]).await;
    let products = read(include_str!("../../demo/products.json"));
    let mut ids: BTreeMap<String, Value> = BTreeMap::new();
    for product in products["products"].as_array().unwrap() {
        let mut body = product.clone();
        for variant in body["variants"].as_array_mut().unwrap() {
            variant.as_object_mut().unwrap().remove("stock");
            for part in variant.get_mut("parts").and_then(Value::as_array_mut).into_iter().flatten() {
                let sku = part.as_object_mut().unwrap().remove("sku").unwrap();
                part["variant_id"] = ids[sku.as_str().unwrap()].clone();
            }
        }
        body["status"] = json!("active");
        let made = send(shop.post("/v1/admin/products"), &body).await;
        ids.insert(made["slug"].as_str().unwrap().to_owned(), made["id"].clone());
        for variant in made["variants"].as_array().unwrap() {
            ids.insert(variant["sku"].as_str().unwrap().to_owned(), variant["id"].clone());
        }
    }
    let collections = read(include_str!("../../demo/collections.json"));
    for (position, collection) in collections["collections"].as_array().unwrap().iter().enumerate() {
        let mut body = collection.clone();
        (body["position"], body["published"]) = (position.into(), json!(true));
        let picked = body.as_object_mut().unwrap().remove("products");
        if let Some(parent) = body.get_mut("parent") {
            *parent = ids[parent.as_str().unwrap()].clone();
        }
        let made = send(shop.post("/v1/admin/collections"), &body).await;
        ids.insert(made["slug"].as_str().unwrap().to_owned(), made["id"].clone());
        if let Some(picked) = picked {
            let add: Value =
                picked.as_array().unwrap().iter().map(|slug| ids[slug.as_str().unwrap()].clone()).collect();
            let path = format!("/v1/admin/collections/{}/products", made["id"].as_str().unwrap());
            send(shop.post(&path), &json!({ "add": add })).await;
        }
    }
    // Each of them has something to show, in German, too.
    within(PUBLISHED_MILLIS * 2, "the collections are published", async || {
        let list = shop.get("/v1/collections?locale=de").send().await.expect(200).json();
        let seen = list.to_string();
        ["Küche", "Eine Nacht draußen", "Reduziert"].iter().all(|title| seen.contains(title)).then_some(())
    })
    .await;
    for collection in collections["collections"].as_array().unwrap() {
        let slug = collection["slug"].as_str().unwrap();
        let list = shop.get(&format!("/v1/products?collection={slug}")).send().await.expect(200).json();
        assert!(!list["items"].as_array().unwrap().is_empty(), "{slug}");
    }
}
