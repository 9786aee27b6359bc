//! The demo shop's data, through the routes that `scripts/seed.mjs` sends it to.

use serde_json::{Value, json};

use crate::ask::Ask;
use crate::shop::Shop;

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn the_demo_shop_is_taken() {
    let Some(shop) = Shop::native("the settings are everybody's").await else { return };
    let owner = shop.owner().await;
    let send = async |ask: Ask, body: &Value| {
        ask.bearer(&owner).json(body.clone()).send().await.expect_success();
    };
    let demo = read(include_str!("../../demo/settings.json"));
    send(shop.put("/v1/admin/settings/tax"), &read(include_str!("../../data/tax/europe.json"))["tax"]).await;
    send(shop.put("/v1/admin/settings/shipping"), &demo["shipping"]).await;
    for promotion in demo["promotions"].as_array().unwrap() {
        send(shop.post("/v1/admin/promotions"), promotion).await;
    }
    send(shop.patch("/v1/admin/settings"), &demo["settings"]).await;
    let products = read(include_str!("../../demo/products.json"));
    for product in products["products"].as_array().unwrap() {
        let mut body = product.clone();
        for variant in body["variants"].as_array_mut().unwrap() {
            variant.as_object_mut().unwrap().remove("stock");
        }
        body["status"] = json!("active");
        send(shop.post("/v1/admin/products"), &body).await;
    }
}
