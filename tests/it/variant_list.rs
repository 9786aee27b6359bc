//! Variants of all products, as staff find them.

use serde_json::{Value, json};

use crate::fixtures::prices;
use crate::shop::{Shop, unique, within};

async fn list(shop: &Shop, query: &str) -> Value {
    let ask = shop.get(&format!("/v1/admin/variants?{query}")).bearer(&shop.owner().await);
    ask.send().await.expect(200).json()
}

fn skus(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["sku"].as_str().unwrap()).collect()
}

/// A shirt in two sizes; the SKUs end in S and L.
async fn shirt(shop: &Shop) -> (String, Value) {
    let sku = unique("shirt").to_uppercase();
    let variant = |size: &str| {
        json!({
            "sku": format!("{sku}-{size}"), "barcode": format!("{sku}{size}"), "options": { "Size": size },
            "prices": [{ "amount": 2_000, "currency": "EUR", "compare_at": 2_500 }],
        })
    };
    let body = json!({
        "title": format!("Chemise d’Été {sku}"), "vendor": "Müller & Söhne",
        "options": [{ "name": "Size", "values": ["S", "L"] }], "variants": [variant("S"), variant("L")],
    });
    let product =
        shop.post("/v1/admin/products").bearer(&shop.owner().await).json(body).send().await.expect(201).json();
    (sku, product)
}

#[tokio::test]
async fn a_variant_is_found_by_words_of_its_own_and_of_its_product() {
    let shop = Shop::open().await;
    let (sku, product) = shirt(&shop).await;
    let both = [format!("{sku}-S"), format!("{sku}-L")];
    let found = list(&shop, &format!("q=ETE+{sku}")).await;
    assert_eq!((skus(&found), &found["total"]), (both.iter().map(String::as_str).collect(), &json!(2)));
    for q in [format!("{sku}-l"), format!("{sku}L"), format!("muller+{sku}-l+chemise")] {
        assert_eq!(skus(&list(&shop, &format!("q={q}")).await), [&both[1]], "{q}");
    }
    assert!(skus(&list(&shop, &format!("q={sku}+trousers")).await).is_empty());
    assert_eq!(skus(&list(&shop, &format!("q=%25_{sku}")).await), Vec::<&str>::new(), "no sign means anything");

    // The list of products knows the same words.
    let products = shop.get(&format!("/v1/admin/products?q={sku}-l")).bearer(&shop.owner().await).send().await;
    let products = products.expect(200).json();
    assert_eq!((&products["items"][0]["id"], &products["total"]), (&product["id"], &json!(1)));

    // And what it is called from now on.
    let path = format!("/v1/admin/products/{}", product["id"].as_str().unwrap());
    let change = json!({ "title": format!("Hemd {sku}"), "variants": [{ "id": product["variants"][1]["id"], "sku": format!("{sku}-XL") }] });
    shop.patch(&path).bearer(&shop.owner().await).json(change).send().await.expect(200);
    assert_eq!(skus(&list(&shop, &format!("q=hemd+{sku}-xl")).await), [format!("{sku}-XL")]);
    assert!(skus(&list(&shop, &format!("q=chemise+{sku}")).await).is_empty());
    assert!(skus(&list(&shop, &format!("q={sku}-l")).await).is_empty());
}

#[tokio::test]
async fn a_variant_says_its_prices_and_its_stock_and_the_list_has_pages() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let (sku, product) = shirt(&shop).await;
    let id = product["variants"][0]["id"].as_str().unwrap();
    let adjust = json!({ "delta": 3, "reason": "received" });
    shop.post(&format!("/v1/admin/stock/{id}/adjustments")).bearer(&owner).json(adjust).send().await.expect(200);
    let first = within(5_000, "the list knows of it", async || {
        let page = list(&shop, &format!("q={sku}&limit=1")).await;
        (page["items"][0]["available"] == 3).then_some(page)
    })
    .await;
    let item = &first["items"][0];
    assert_eq!(item["prices"], product["variants"][0]["prices"]);
    assert_eq!(
        (&item["product_id"], &item["product_title"], &item["title"], &item["version"]),
        (&product["id"], &product["title"], &json!("S"), &json!(1))
    );
    assert_eq!((&item["on_hand"], &item["held"]), (&json!(3), &json!(0)));
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = list(&shop, &format!("q={sku}&limit=1&cursor={cursor}")).await;
    assert_eq!((skus(&second), &second["next_cursor"]), (vec![&*format!("{sku}-L")], &json!(null)));
    assert_eq!(skus(&list(&shop, &format!("q={sku}&available=low")).await), [format!("{sku}-S")]);
    assert_eq!(skus(&list(&shop, &format!("q={sku}&available=out")).await), [format!("{sku}-L")]);
    assert!(skus(&list(&shop, &format!("q={sku}&available=in_stock")).await).is_empty());

    // What is not sent is always there.
    let digital = shop
        .new_product(
            json!({ "delivery": "digital", "variants": [{ "sku": format!("{sku}-PDF"), "prices": prices(1) }] }),
        )
        .await;
    assert_eq!(
        skus(&list(&shop, &format!("product_id={}&available=in_stock", digital.id)).await),
        [format!("{sku}-PDF")]
    );
    let long = "x".repeat(256);
    for wrong in [format!("q={long}"), "cursor=x".to_owned(), "limit=101".to_owned(), "size=L".to_owned()] {
        let name = wrong.split('=').next().unwrap().to_owned();
        let refused = shop.get(&format!("/v1/admin/variants?{wrong}")).bearer(&owner).send().await;
        assert_eq!(refused.pointers(), [name]);
    }
}
