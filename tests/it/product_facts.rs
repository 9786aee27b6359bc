//! What prices depend on besides a price: what a variant cost before, how a
//! product reaches its buyer, and its tax class.

use serde_json::{Value, json};

use crate::fixtures::{PRICE, Product, eur, product_body};
use crate::shop::{Shop, unique};

/// A variant in euros that cost more before.
fn reduced(amount: i64, compare_at: i64) -> Value {
    json!({ "sku": unique("sku"), "prices": [{ "amount": amount, "currency": "EUR", "compare_at": compare_at }] })
}

async fn page_of(shop: &Shop, product: &Product) -> String {
    let page = shop.get(&format!("/products/{}", product.slug)).send().await.expect(200);
    String::from_utf8_lossy(&page.body).into_owned()
}

#[tokio::test]
async fn what_a_variant_cost_before_is_told_to_buyers() {
    let shop = Shop::open().await;
    let vendor = unique("vendor");
    let product = shop.product(json!({ "vendor": vendor, "variants": [reduced(1_999, 2_499)] })).await;
    let seen = shop.get(&format!("/v1/products/{}", product.id)).send().await.expect(200).json();
    assert_eq!(seen["compare_at"], eur(2_499));
    assert_eq!(seen["variants"][0]["compare_at"], eur(2_499));
    let list = shop.get(&format!("/v1/products?vendor={vendor}")).send().await.expect(200).json();
    assert_eq!(list["items"][0]["compare_at"], eur(2_499));
    let page = page_of(&shop, &product).await;
    assert!(page.contains(r#"€19.99</span> <s class="price-before"><span class="unseen">before </span><span id="price-before">€24.99</span></s>"#), "{page}");
}

#[tokio::test]
async fn what_is_not_reduced_says_nothing_of_before() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let seen = shop.get(&format!("/v1/products/{}", product.id)).send().await.expect(200).json();
    assert_eq!(seen.get("compare_at"), None);
    assert_eq!(seen["variants"][0].get("compare_at"), None);
    let page = page_of(&shop, &product).await;
    // The script may yet show it, of another variant.
    assert!(
        page.contains(r#"<s class="price-before" hidden>"#) && page.contains(r#"<span id="price-before"></span>"#),
        "{page}"
    );
}

#[tokio::test]
async fn there_is_always_enough_of_what_is_not_sent() {
    let shop = Shop::open().await;
    for delivery in ["digital", "gift_card"] {
        let product = shop.product(json!({ "delivery": delivery })).await;
        let seen = shop.get(&format!("/v1/products/{}", product.id)).send().await.expect(200).json();
        assert_eq!((&seen["available"], &seen["variants"][0]["available"]), (&json!("in_stock"), &json!("in_stock")));
        let page = page_of(&shop, &product).await;
        assert!(page.contains("In stock") && page.contains("Add to cart"), "{page}");
        shop.cart_with(&product.variant, 1_000).await;
    }
}

#[tokio::test]
async fn staff_read_what_they_wrote() {
    let shop = Shop::open().await;
    let facts = json!({ "delivery": "digital", "tax_class": "standard", "variants": [reduced(1_000, 1_500)] });
    let product = shop.new_product(facts).await;
    let owner = shop.owner().await;
    let path = format!("/v1/admin/products/{}", product.id);
    let seen = shop.get(&path).bearer(&owner).send().await.expect(200).json();
    assert_eq!((&seen["delivery"], &seen["tax_class"]), (&json!("digital"), &json!("standard")));
    let price = json!([{ "amount": 1_000, "currency": "EUR", "compare_at": 1_500 }]);
    assert_eq!(seen["variants"][0]["prices"], price);
    let change = json!({ "delivery": "gift_card", "tax_class": null, "title": "Gift card" });
    let seen = shop.patch(&path).bearer(&owner).json(change).send().await.expect(200).json();
    assert_eq!((&seen["delivery"], &seen["tax_class"]), (&json!("gift_card"), &Value::Null));
    assert_eq!(seen["variants"][0]["prices"], price, "the variant stayed as it was");
    let over = json!({ "prices": [{ "amount": 1_000, "currency": "EUR" }] });
    let path = format!("/v1/admin/variants/{}", product.variant);
    let seen = shop.patch(&path).bearer(&owner).json(over).send().await.expect(200).json();
    assert_eq!(seen["prices"], json!([eur(1_000)]), "the sale is over");
}

#[tokio::test]
async fn a_product_is_shipped_and_of_the_first_class_unless_it_says_otherwise() {
    let shop = Shop::open().await;
    let product = shop.new_product(json!({})).await;
    let path = format!("/v1/admin/products/{}", product.id);
    let seen = shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json();
    assert_eq!((&seen["delivery"], &seen["tax_class"]), (&json!("shipped"), &Value::Null));
}

#[tokio::test]
async fn what_is_wrong_with_these_is_pointed_at() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    for (overrides, pointer) in [
        (json!({ "variants": [reduced(PRICE, PRICE)] }), "/variants/0/prices/0/compare_at"),
        (json!({ "variants": [reduced(PRICE, 1)] }), "/variants/0/prices/0/compare_at"),
        (json!({ "variants": [reduced(PRICE, 10_000_000_001)] }), "/variants/0/prices/0/compare_at"),
        (json!({ "delivery": "by owl" }), "/delivery"),
        (json!({ "tax_class": "no such class" }), "/tax_class"),
        (json!({ "tax_class": "x".repeat(65) }), "/tax_class"),
    ] {
        let answer = shop.post("/v1/admin/products").bearer(&owner).json(product_body(&overrides)).send().await;
        answer.problem(422, "invalid");
        assert_eq!(answer.pointers(), [pointer], "{overrides}");
    }
}
