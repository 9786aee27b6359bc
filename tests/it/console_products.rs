//! Products in the console: many at once, a copy of one, what programs keep with one, and
//! what became of one.

use serde_json::{Value, json};

use crate::browser::html;
use crate::console::{filled, owner, said, send};
use crate::shop::{Shop, unique};

async fn read(shop: &Shop, id: &str) -> Value {
    shop.get(&format!("/v1/admin/products/{id}")).bearer(&shop.owner().await).send().await.expect(200).json()
}

#[tokio::test]
async fn those_that_are_ticked_are_changed_and_each_says_what_came_of_it() {
    let shop = Shop::open().await;
    let browser = owner(&shop).await;
    let tags: Vec<String> = (0..50).map(|n| format!("tag {n}")).collect();
    let (one, full) = (shop.new_product(json!({})).await, shop.new_product(json!({ "tags": tags })).await);
    let path = format!("/admin/products/tags?products={}&products={}", one.id, full.id);
    let page = browser.open(&path).await;
    let typed = [("/change/tags_add:lines", "one more")];
    let done = html(&send(&browser, &path, &filled("products-tags", &page, &typed)).await.expect(200));
    let told = said(&done);
    assert!(told.contains("each product says what came of it"), "{told}");
    assert!(told.contains("Done") && told.contains("at most 50 tags"), "{told}");
    assert_eq!(read(&shop, &one.id).await["tags"], json!(["one more"]));
    assert_eq!(read(&shop, &full.id).await["version"], 1);
    let path = format!("/admin/products/status?products={}", one.id);
    let page = browser.open(&path).await;
    let typed = [("/change/status:text", "archived")];
    send(&browser, &path, &filled("products-status", &page, &typed)).await.expect(200);
    assert_eq!(read(&shop, &one.id).await["status"], "archived");
}

#[tokio::test]
async fn a_product_is_copied_from_its_page() {
    let shop = Shop::open().await;
    let browser = owner(&shop).await;
    let product = shop.new_product(json!({ "title": "Mug" })).await;
    let path = format!("/admin/products/{}", product.id);
    let page = browser.open(&path).await;
    let copied = send(&browser, &path, &filled("product-copy", &page, &[])).await.expect(303);
    let copy = browser.open(copied.header("location").split('?').next().unwrap()).await;
    assert!(said(&copy).contains("Copy of Mug") && said(&copy).contains("Draft"), "{}", said(&copy));
}

#[tokio::test]
async fn what_programs_keep_is_typed_line_by_line() {
    let shop = Shop::open().await;
    let browser = owner(&shop).await;
    let product = shop.new_product(json!({ "metadata": { "cost": 300, "code": "007", "gone": true } })).await;
    let path = format!("/admin/products/{}", product.id);
    let page = browser.open(&path).await;
    send(&browser, &path, &filled("product-edit", &page, &[])).await.expect(303);
    let kept = read(&shop, &product.id).await["metadata"].clone();
    assert_eq!(kept, json!({ "cost": 300, "code": "007", "gone": true }), "it goes back as it came");
    let page = browser.open(&path).await;
    let typed = [("/metadata:facts", "cost: 250\r\ncode: \"007\"\r\nSupplier: Fern")];
    let refused = html(&send(&browser, &path, &filled("product-edit", &page, &typed)).await.expect(422));
    assert!(said(&refused).contains("small letters a to z"), "{}", said(&refused));
    let typed = [("/metadata:facts", "cost: 250\r\ncode: \"007\"\r\nsupplier: Fern")];
    send(&browser, &path, &filled("product-edit", &refused, &typed)).await.expect(303);
    let kept = read(&shop, &product.id).await["metadata"].clone();
    assert_eq!(kept, json!({ "cost": 250, "code": "007", "supplier": "Fern" }));
}

/// As large as that of a product of many variants, in several currencies.
#[tokio::test]
async fn a_large_form_of_a_product_is_taken() {
    let shop = Shop::open().await;
    let browser = owner(&shop).await;
    let product = shop.new_product(json!({ "title": "Mug" })).await;
    let path = format!("/admin/products/{}", product.id);
    let page = browser.open(&path).await;
    let mut form = filled("product-edit", &page, &[("/title:text", "Large mug")]);
    form.push(("_padding".to_owned(), "x".repeat(900 * 1_024)));
    send(&browser, &path, &form).await.expect(303);
    assert_eq!(read(&shop, &product.id).await["title"], "Large mug");
    form.push(("_padding".to_owned(), "x".repeat(200 * 1_024)));
    send(&browser, &path, &form).await.expect(413);
}

#[tokio::test]
async fn the_owner_reads_what_became_of_a_product() {
    let shop = Shop::open().await;
    let browser = owner(&shop).await;
    let title = unique("Cup");
    let product = shop.new_product(json!({ "title": "Mug" })).await;
    let change = shop.patch(&format!("/v1/admin/products/{}", product.id)).bearer(&shop.owner().await);
    change.json(json!({ "title": title })).send().await.expect(200);
    let page = browser.open(&format!("/admin/products/{}", product.id)).await;
    let history = format!("/admin/audit-log?thing={}", product.id);
    assert!(page.contains(&history), "{}", said(&page));
    let log = said(&browser.open(&history).await);
    assert!(log.contains(&format!("title: Mug → {title}")), "{log}");
    assert!(log.contains("Changed") && log.contains("Created"), "{log}");
}
