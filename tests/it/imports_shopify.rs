//! Files of Shopify's: in, and out again.

use serde_json::{Value, json};

use crate::imports::{counts, export, import, product, start};
use crate::order_export::{cell, read};
use crate::shop::{Shop, unique};

/// What a file of Shopify's says of each product, without regard to which of its rows says it.
fn meaning(file: &[u8]) -> Vec<(String, Vec<String>)> {
    let rows = read(&[file, if file.ends_with(b"\n") { b"" } else { b"\n" }].concat());
    let mut products: Vec<(String, Vec<String>)> = Vec::new();
    for row in 1..rows.len() {
        let handle = cell(&rows, row, "Handle").to_owned();
        let at = products.iter().position(|(known, _)| *known == handle).unwrap_or(products.len());
        if at == products.len() {
            products.push((handle, Vec::new()));
        }
        let said = &mut products[at].1;
        for name in ["Title", "Vendor", "Type", "Tags", "Published", "Option1 Name", "Gift Card"] {
            let cell = cell(&rows, row, name);
            if !cell.is_empty() {
                said.push(format!("{name}: {cell}"));
            }
        }
        if !cell(&rows, row, "Variant Price").is_empty() {
            let number = |name| {
                let text = cell(&rows, row, name);
                if text.is_empty() { String::new() } else { format!("{:.2}", text.parse::<f64>().unwrap()) }
            };
            let (price, before) = (number("Variant Price"), number("Variant Compare At Price"));
            let plain = [
                "Option1 Value",
                "Variant Grams",
                "Variant Inventory Qty",
                "Variant Requires Shipping",
                "Variant Image",
            ];
            let plain = plain.map(|name| cell(&rows, row, name)).join(" ");
            said.push(format!("variant: {plain} {price} {before}"));
        }
        let image = cell(&rows, row, "Image Src");
        if !image.is_empty() {
            said.push(format!("image: {image}"));
        }
    }
    for (_, said) in &mut products {
        said.sort();
    }
    products.sort();
    products
}

#[tokio::test]
async fn files_of_shopify_go_in_and_out_again_with_the_same_meaning() {
    let shop = Shop::open().await;
    for (name, products) in [("apparel", 20), ("home-and-garden", 20), ("jewelery", 20)] {
        let file = std::fs::read(format!("tests/data/shopify/{name}.csv")).unwrap();
        let done = import(&shop, "format=shopify", file.clone()).await;
        assert_eq!(counts(&done), [products, 0, 0, 0], "{name}: {done}");
        let out = export(&shop, "format=shopify").await;
        let here = meaning(&file);
        let there = meaning(&out.body).into_iter().filter(|(handle, _)| here.iter().any(|(known, _)| known == handle));
        assert_eq!(there.collect::<Vec<_>>(), here, "{name}");
        // A live shop's other products change meanwhile.
        if !shop.is_native() {
            continue;
        }
        let again = import(&shop, "format=shopify", out.body.clone()).await;
        assert_eq!([again["sums"]["created"].clone(), again["sums"]["updated"].clone()], [json!(0), json!(0)]);
        assert_eq!(again["sums"]["pieces"], 0);
    }
}

#[tokio::test]
async fn a_file_of_shopifys_says_the_type_what_search_engines_show_and_each_variants_image() {
    let shop = Shop::open().await;
    let [mug, cup] = [unique("mug"), unique("cup")];
    let file = |kind: &str| {
        format!(
            "Handle,Title,Type,SEO Title,SEO Description,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src,Variant Image\n\
             {mug},Mug,{kind},Mugs!,\"Mugs, large\",Size,S,{mug}-s,10,https://example.com/1.jpg,https://example.com/2.jpg\n\
             {mug},,,,,,L,{mug}-l,12,https://example.com/2.jpg,\n\
             {cup},Cup,,,,,,{cup},10,https://example.com/1.jpg,https://example.com/3.jpg\n"
        )
    };
    let done = import(&shop, "format=shopify", file("Mug")).await;
    assert_eq!((counts(&done), &done["sums"]["notes"]), ([1, 0, 0, 1], &json!([])), "{done}");
    assert_eq!((&done["errors"][0]["line"], &done["errors"][0]["column"]), (&json!(4), &json!("Variant Image")));
    let made = product(&shop, &mug).await;
    let said = ["type", "seo_title", "seo_description"].map(|member| made[member].as_str().unwrap());
    assert_eq!(said, ["Mug", "Mugs!", "Mugs, large"]);
    let images = [0, 1].map(|at| made["variants"][at]["image"].clone());
    assert_eq!(images, [json!("https://example.com/2.jpg"), Value::Null]);
    // Blank takes it away, once that is agreed to.
    let dry = import(&shop, "format=shopify&dry_run=true", file("")).await;
    assert_eq!(dry["sums"]["clears"], json!({ "type": 1 }));
    start(&shop, &dry).await;
    assert_eq!(product(&shop, &mug).await["type"], Value::Null);
}

#[tokio::test]
async fn rows_of_shopify_may_be_anywhere_and_say_little() {
    let shop = Shop::open().await;
    let [shirt, mug] = [unique("shirt"), unique("mug")];
    let image = |n: u8| format!("https://example.com/{n}.jpg");
    // A mark, semicolons and commas in decimals, as spreadsheets write them in much of Europe.
    let file = format!(
        "\u{feff}Handle;Title;Vendor;Option1 Name;Option1 Value;Variant Price;Image Src;Image Position\r\n\
         {shirt};Shirt;Acme;Größe;;;{};3\r\n\
         {mug};Mug;Acme;Title;Default Title;1.234,50;;\r\n\
         {shirt};;;;S;19,90;{};1\r\n\
         {shirt};;;;L;21;;\r\n\
         {shirt};;;;;;{};1\r\n",
        image(3),
        image(1),
        image(2)
    );
    let done = import(&shop, "format=shopify", file).await;
    assert_eq!(counts(&done), [2, 0, 0, 0], "{done}");
    let shirt = product(&shop, &shirt).await;
    assert_eq!(shirt["options"], json!([{ "name": "Größe", "values": ["S", "L"] }]));
    let urls: Vec<_> = shirt["images"].as_array().unwrap().iter().map(|image| image["url"].clone()).collect();
    assert_eq!(urls, [image(1), image(2), image(3)]);
    let prices: Vec<_> =
        shirt["variants"].as_array().unwrap().iter().map(|variant| variant["prices"][0]["amount"].clone()).collect();
    assert_eq!(prices, [1990, 2100]);
    let mug = product(&shop, &mug).await;
    assert_eq!((&mug["options"], &mug["variants"][0]["prices"][0]["amount"]), (&json!([]), &json!(123_450)));
}

#[tokio::test]
async fn what_is_wrong_with_a_file_of_shopifys_is_told_by_shopifys_columns() {
    let shop = Shop::open().await;
    let names = "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price,\
                 Variant Compare At Price,Image Src,Image Alt Text";
    let (long, taken) = ("x".repeat(501), shop.new_product(json!({})).await.sku);
    for (cells, column) in [
        ("A,,,,,sku,,,,", "Variant Price"),
        ("A,,,,,sku,10,5,,", "Variant Compare At Price"),
        ("A,Size,S,Size,L,sku,10,,,", "Option2 Name"),
        (&*format!("A,,,,,sku,10,,/a.jpg,{long}"), "Image Alt Text"),
        (&*format!("A,,,,,{taken},10,,,"), "Variant SKU"),
        (",,,,,sku,10,,,", "Title"),
    ] {
        let slug = unique("theirs");
        let cells = cells.replace("sku", &slug);
        let done = import(&shop, "format=shopify", format!("{names}\n{slug},{cells}\n")).await;
        assert_eq!((counts(&done), &done["errors"][0]["column"]), ([0, 0, 0, 1], &json!(column)), "{cells}: {done}");
    }
    // What its pool refuses, too: one of three is held by a buyer.
    let product = shop.stocked(3).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, "pm_card_authenticationRequired").await.expect(201);
    shop.until_available(&product.variant, 2).await;
    let file = format!("Handle,Variant SKU,Variant Inventory Qty\n{},{},0\n", product.slug, product.sku);
    let done = import(&shop, "format=shopify", file).await;
    assert_eq!(done["errors"][0]["column"], "Variant Inventory Qty", "{done}");
}

#[tokio::test]
async fn skus_that_are_made_up_are_each_of_one_variant() {
    let shop = Shop::open().await;
    let mug = unique("mug");
    let long = format!("{mug}-{}", "x".repeat(60));
    let names = "Handle,Title,Option1 Name,Option1 Value,Variant Price";
    let file = format!(
        "{names}\n{mug},Mug,Color,Blue,10\n{mug}-blue,Blue mug,,,10\n{long}a,A,,,10\n{long}b,B,Size,S,10\n{long}b,,,L,10\n"
    );
    for query in ["format=shopify&dry_run=true", "format=shopify"] {
        let done = import(&shop, query, file.clone()).await;
        assert_eq!(counts(&done), [4, 0, 0, 0], "{query} {done}");
    }
    assert_eq!(product(&shop, &mug).await["variants"][0]["sku"], format!("{mug}_blue"));
    // One that has what would be made up for another.
    let file = format!("{names},Variant SKU\n{mug},Mug,Color,Blue,10,{mug}_red\n{mug},,,Red,10,\n");
    let done = import(&shop, "format=shopify", file).await;
    assert_eq!(counts(&done), [0, 1, 0, 0], "{done}");
    let file = format!("{names}\n{mug},Mug,Color,Red!,10\n");
    let done = import(&shop, "format=shopify", file).await;
    assert_eq!(counts(&done), [0, 1, 0, 0], "{done}");
}
