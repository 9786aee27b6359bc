//! Copies of products.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::fixtures::prices;
use crate::shop::{Shop, unique};

async fn copy(shop: &Shop, id: &str, body: Value) -> Value {
    let ask = shop.post(&format!("/v1/admin/products/{id}/copy")).bearer(&shop.owner().await).json(body);
    ask.send().await.expect(201).json()
}

#[tokio::test]
async fn a_copy_is_a_draft_with_all_that_is_written_of_the_other() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let (stem, title) = (unique("sku"), unique("Mug"));
    let variant = |size: &str| {
        json!({ "sku": format!("{stem}-{size}"), "options": { "Size": size }, "prices": prices(900), "barcode": "4006381333931",
            "weight_grams": 300, "image": "/assets/mug.svg" })
    };
    let original = shop
        .new_product(json!({
            "title": title, "description": "**Large**", "vendor": "Fern", "type": "Mug", "tags": ["kitchen"],
            "metadata": { "cost": 3 }, "seo_title": "Mugs", "publish_at": "2020-01-01T00:00:00.000Z",
            "options": [{ "name": "Size", "values": ["S", "L"] }], "variants": [variant("S"), variant("L")],
            "images": [{ "url": "/assets/mug.svg", "alt": "A mug" }],
        }))
        .await;
    shop.stock(&original.variant, 7).await;
    let made = copy(&shop, &original.id, json!({})).await;
    let path = format!("/v1/admin/products/{}", made["id"].as_str().unwrap());
    let there = shop.get(&path).bearer(&owner).send().await.expect(200).json();
    assert_eq!(there, made, "what was answered is what is there");
    let before = shop.get(&format!("/v1/admin/products/{}", original.id)).bearer(&owner).send().await.json();
    for member in ["description", "vendor", "type", "tags", "metadata", "seo_title", "options", "images", "delivery"] {
        assert_eq!(made[member], before[member], "{member}");
    }
    assert_eq!(made["title"], format!("Copy of {title}"));
    assert_eq!((&made["status"], &made["publish_at"], &made["version"]), (&json!("draft"), &json!(null), &json!(1)));
    for (copied, old) in made["variants"].as_array().unwrap().iter().zip(before["variants"].as_array().unwrap()) {
        for member in ["title", "options", "prices", "weight_grams", "image"] {
            assert_eq!(copied[member], old[member], "{member}");
        }
        assert_eq!(copied["sku"], format!("{}-2", old["sku"].as_str().unwrap()));
        assert_ne!(copied["id"], old["id"]);
        assert_eq!(copied["barcode"], json!(null), "it names one thing alone");
        let stock = format!("/v1/admin/stock/{}", copied["id"].as_str().unwrap());
        assert_eq!(shop.get(&stock).bearer(&owner).send().await.expect(200).json()["on_hand"], 0);
    }
    let again = copy(&shop, &original.id, json!({ "title": title })).await;
    assert_eq!(again["title"], title);
    assert_ne!(again["slug"], original.slug, "a slug of its own");
    assert_eq!(again["variants"][0]["sku"], format!("{stem}-S-3"), "the next number");
}

#[tokio::test]
async fn copies_made_at_once_are_products_of_their_own_and_a_repeat_is_none() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let original = shop.new_product(json!({})).await;
    let path = format!("/v1/admin/products/{}/copy", original.id);
    let asks = (0..3).map(|_| shop.post(&path).bearer(&owner).json(json!({})).send());
    let mut made: Vec<_> = join_all(asks).await.into_iter().map(|answer| answer.expect(201).json()).collect();
    made.sort_by_key(|product| product["variants"][0]["sku"].to_string());
    let skus: Vec<_> = made.iter().map(|product| product["variants"][0]["sku"].clone()).collect();
    assert_eq!(skus, [2, 3, 4].map(|number| json!(format!("{}-{number}", original.sku))));
    let key = unique("key");
    let keyed = || shop.post(&path).bearer(&owner).key(&key).json(json!({ "title": "Twice" })).send();
    let (one, other) = (keyed().await.expect(201), keyed().await.expect(201));
    assert_eq!(one.json(), other.json());
    assert_eq!(other.header("idempotent-replayed"), "true");
}

#[tokio::test]
async fn what_is_wrong_with_a_copy_is_pointed_at() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let original = shop.new_product(json!({})).await;
    let path = format!("/v1/admin/products/{}/copy", original.id);
    let ask = |body: Value| shop.post(&path).bearer(&owner).json(body).send();
    assert_eq!(ask(json!({ "title": "", "slug": "Not A Slug" })).await.pointers(), ["/title", "/slug"]);
    assert_eq!(ask(json!({ "sku": "x" })).await.pointers(), ["/sku"]);
    ask(json!({ "slug": original.slug })).await.problem(409, "slug_taken");
    let nothing = shop.post("/v1/admin/products/prod_00000000000000000000000000/copy").bearer(&owner).json(json!({}));
    nothing.send().await.problem(404, "not_found");
    let long = "x".repeat(64);
    let original = shop.new_product(json!({ "variants": [{ "sku": long, "prices": prices(1) }] })).await;
    let made = copy(&shop, &original.id, json!({})).await;
    assert_eq!(made["variants"][0]["sku"], made["variants"][0]["id"], "no number fits behind it");
}

#[tokio::test]
async fn a_copy_is_sold_down_to_its_own_floor() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let original = shop.new_product(json!({})).await;
    let keep = async |variant: &str, floor: i64| {
        let path = format!("/v1/admin/variants/{variant}");
        shop.patch(&path).bearer(&owner).json(json!({ "backorder_floor": floor })).send().await.expect(200);
    };
    for floor in [-1, -2, -3] {
        keep(&original.variant, floor).await;
    }
    let made = copy(&shop, &original.id, json!({})).await;
    assert_eq!(made["variants"][0]["available"], "low", "three may be sold before they come");
    let path = format!("/v1/admin/products/{}", made["id"].as_str().unwrap());
    let publish = json!({ "status": "active" });
    shop.patch(&path).bearer(&owner).json(publish).send().await.expect(200);
    let variant = made["variants"][0]["id"].as_str().unwrap();
    let first = shop.ready_cart(variant, 1).await;
    shop.place(&first, "pm_card_visa").await.expect(201);
    keep(variant, 0).await;
    let second = shop.ready_cart(variant, 1).await;
    shop.place(&second, "pm_card_visa").await.problem(409, "out_of_stock");
}

#[tokio::test]
async fn a_copy_of_a_bundle_has_as_many_as_its_parts_make() {
    let shop = Shop::open().await;
    let part = shop.new_product(json!({})).await;
    shop.stock(&part.variant, 7).await;
    let set = json!({ "variants": [{ "sku": unique("SET"), "prices": prices(900),
        "parts": [{ "variant_id": part.variant, "quantity": 2 }] }] });
    let original = shop.new_product(set).await;
    let made = copy(&shop, &original.id, json!({})).await;
    let path = format!("/v1/admin/products/{}", made["id"].as_str().unwrap());
    let there = shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json();
    assert_eq!(there, made, "what was answered is what is there");
    assert_eq!(made["variants"][0]["available"], "low", "three can be put together");
}
