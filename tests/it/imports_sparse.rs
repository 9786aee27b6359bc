//! Files that say little of a product, and what they leave alone.

use serde_json::{Value, json};

use crate::imports::{counts, import, product, start};
use crate::shop::{Shop, unique};

/// A product with two variants and three pictures, one of which is a variant's own.
async fn shirt(shop: &Shop) -> String {
    let slug = unique("shirt");
    let variant = |size: &str| {
        json!({ "sku": format!("{slug}-{size}"), "options": { "Size": size }, "image": image(size),
            "prices": [{ "amount": 100, "currency": "EUR" }] })
    };
    let image = |name: &str| json!({ "url": image(name), "alt": name.to_uppercase() });
    let body = json!({ "title": "Shirt", "slug": slug, "status": "draft",
        "options": [{ "name": "Size", "values": ["s", "l"] }],
        "images": [image("a"), image("s"), image("l")], "variants": [variant("s"), variant("l")] });
    shop.post("/v1/admin/products").bearer(&shop.owner().await).json(body).send().await.expect(201);
    slug
}

fn image(name: &str) -> String {
    format!("https://example.com/{name}.jpg")
}

/// A product's pictures, each with its description.
fn images(product: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    product["images"].as_array().unwrap().iter().map(|image| (text(&image["url"]), text(&image["alt"]))).collect()
}

#[tokio::test]
async fn a_picture_keeps_its_description_unless_the_file_says_one() {
    let shop = Shop::open().await;
    let slug = shirt(&shop).await;
    let described = |name: &str, alt: &str| (image(name), alt.to_owned());
    let whole = |cell: &str, alt: [&str; 3]| {
        let rows = ["a", "s", "l"].into_iter().zip(alt);
        let rows =
            rows.map(|(name, alt)| format!("{slug},{}{}\n", image(name), if cell.is_empty() { "" } else { alt }));
        format!("slug,image_url{cell}\n{}", rows.collect::<String>())
    };
    for (cell, alt) in [("", ["", "", ""]), (",image_alt", [",", ",", ","])] {
        assert_eq!(counts(&import(&shop, "", whole(cell, alt)).await), [0, 0, 1, 0], "{cell}");
    }
    import(&shop, "", whole(",image_alt", [",", ",Small", ","])).await;
    let now = images(&product(&shop, &slug).await);
    assert_eq!(now, [described("a", "A"), described("s", "Small"), described("l", "L")]);
}

#[tokio::test]
async fn pictures_that_a_file_does_not_name_stay_behind_those_it_names() {
    let shop = Shop::open().await;
    let slug = shirt(&shop).await;
    let before = product(&shop, &slug).await;
    let urls = |product: &Value| images(product).into_iter().map(|(url, _)| url).collect::<Vec<_>>();
    import(&shop, "", format!("slug,sku,image_url\n{slug},{slug}-s,{}\n", image("l"))).await;
    let after = product(&shop, &slug).await;
    assert_eq!(urls(&after), ["l", "a", "s"].map(image));
    for at in [0, 1] {
        assert_eq!(after["variants"][at]["image"], before["variants"][at]["image"]);
    }
    // With those that are there they would be one too many.
    let rows: String = (0..48).map(|n| format!("{slug},{}\n", image(&n.to_string()))).collect();
    let refused = import(&shop, "", format!("slug,image_url\n{rows}")).await;
    assert_eq!((counts(&refused)[3], &refused["errors"][0]["column"]), (1, &json!("image_url")), "{refused}");
    // All of them go where the column is blank, once that is agreed to.
    let dry = import(
        &shop,
        "dry_run=true",
        format!("slug,sku,image_url,variant_image\n{slug},{slug}-s,,\n{slug},{slug}-l,,\n"),
    )
    .await;
    assert_eq!(dry["sums"]["clears"], json!({ "images": 1, "variant_image": 1 }), "{dry}");
    start(&shop, &dry).await;
    assert_eq!(images(&product(&shop, &slug).await), []);
}

#[tokio::test]
async fn a_file_of_a_products_facts_alone_names_no_variant() {
    let shop = Shop::open().await;
    let slug = shirt(&shop).await;
    let before = product(&shop, &slug).await;
    let files = [
        ("", format!("slug,status\n{slug},active\n")),
        ("", format!("slug,vendor,sku,price_EUR,sale_EUR,quantity\n{slug},Acme,,,,\n")),
        ("format=shopify", format!("Handle,Title,Variant Inventory Tracker,Variant SKU\n{slug},Renamed,,\n")),
    ];
    for (query, file) in files {
        let done = import(&shop, query, file).await;
        assert_eq!(counts(&done), [0, 1, 0, 0], "{done}");
    }
    let after = product(&shop, &slug).await;
    assert_eq!(["status", "vendor", "title"].map(|fact| after[fact].clone()), ["active", "Acme", "Renamed"]);
    assert_eq!(after["variants"], before["variants"]);
    // One that says a price means a variant, and does not say which.
    let refused = import(&shop, "", format!("slug,price_EUR\n{slug},2\n")).await;
    assert_eq!(counts(&refused), [0, 0, 0, 1], "{refused}");
}

#[tokio::test]
async fn blank_cells_of_options_leave_the_options_there() {
    let shop = Shop::open().await;
    let slug = unique("poster");
    let body = json!({ "title": "Poster", "slug": slug, "options": [{ "name": "Size", "values": ["A3"] }],
        "variants": [{ "sku": slug, "options": { "Size": "A3" }, "prices": [{ "amount": 100, "currency": "EUR" }] }] });
    shop.post("/v1/admin/products").bearer(&shop.owner().await).json(body).send().await.expect(201);
    let before = product(&shop, &slug).await;
    let file = format!("slug,sku,option1_name,option1_value,price_EUR\n{slug},{slug},,,2\n");
    let done = import(&shop, "", file).await;
    assert_eq!((counts(&done), &done["sums"]["changes"]), ([0, 1, 0, 0], &json!({ "price": 1 })), "{done}");
    let after = product(&shop, &slug).await;
    for (was, is) in [(&before, &after), (&before["variants"][0], &after["variants"][0])] {
        assert_eq!(is["options"], was["options"]);
    }
    // Shopify has words for a product without options.
    let none = "Title,Default Title";
    let file = format!("Handle,Variant SKU,Option1 Name,Option1 Value\n{slug},{slug},{none}\n");
    import(&shop, "format=shopify", file).await;
    assert_eq!(product(&shop, &slug).await["options"], json!([]));
}

#[tokio::test]
async fn an_option_whose_column_is_blank_stays_beside_those_that_are_named() {
    let shop = Shop::open().await;
    let slug = unique("both");
    let price = json!([{ "amount": 100, "currency": "EUR" }]);
    let variant = |size: &str, color: &str| json!({ "sku": format!("{slug}-{size}-{color}"), "options": { "Size": size, "Color": color }, "prices": price });
    let body = json!({ "title": "Both", "slug": slug,
        "options": [{ "name": "Size", "values": ["s", "l"] }, { "name": "Color", "values": ["red", "blue"] }],
        "variants": [variant("s", "red"), variant("s", "blue"), variant("l", "red")] });
    shop.post("/v1/admin/products").bearer(&shop.owner().await).json(body).send().await.expect(201);
    let before = product(&shop, &slug).await;
    let names = "slug,sku,option1_name,option1_value,option2_name,option2_value,price_EUR";
    // Of either column, by SKU; with its name, or without.
    for cells in ["Size,s,,", "Size,s,Color,", ",,Color,red"] {
        let file = format!("{names}\n{slug},{slug}-s-red,{cells},2\n");
        let done = import(&shop, "", file).await;
        assert_eq!(counts(&done)[3], 0, "{cells}: {done}");
        let after = product(&shop, &slug).await;
        let options = |product: &Value| [0, 1, 2].map(|at| product["variants"][at]["options"].clone());
        assert_eq!((&after["options"], options(&after)), (&before["options"], options(&before)), "{cells}");
    }
    // One value tells which variant is meant where only one has it.
    let file = format!("slug,option1_name,option1_value,price_EUR\n{slug},Size,l,3\n");
    assert_eq!(counts(&import(&shop, "", file).await), [0, 1, 0, 0]);
    assert_eq!(product(&shop, &slug).await["variants"][2]["prices"][0]["amount"], 300);
    // A new one has to say all.
    let file = format!("{names}\n{slug},{slug}-xl,Size,xl,,,3\n");
    let done = import(&shop, "", file).await;
    assert_eq!((counts(&done)[3], &done["errors"][0]["column"]), (1, &json!("option2_value")), "{done}");
}

#[tokio::test]
async fn a_name_that_a_product_gives_up_is_free_for_a_new_one_of_the_same_file() {
    let shop = Shop::open().await;
    let slug = unique("mug");
    import(&shop, "", format!("slug,title,sku,price_EUR\n{slug},Mug,{slug},1\n")).await;
    let before = product(&shop, &slug).await;
    let id = before["id"].as_str().unwrap();
    let file = format!("product_id,slug,title,sku,price_EUR\n{id},{slug}-old,,,\n,{slug},New mug,{slug}-new,10\n");
    for query in ["dry_run=true", ""] {
        let done = import(&shop, query, file.clone()).await;
        assert_eq!(counts(&done), [1, 1, 0, 0], "{query} {done}");
    }
    assert_eq!(product(&shop, &format!("{slug}-old")).await["id"], id);
    assert_eq!(product(&shop, &slug).await["title"], "New mug");
}
