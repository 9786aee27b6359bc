//! Products as files: in, out, and in again.

use serde_json::{Value, json};

use crate::ask::Answer;
use crate::jobs::ended;
use crate::order_export::{as_typed, cell, read};
use crate::shop::{Shop, unique, within};

async fn send(shop: &Shop, query: &str, file: impl Into<bytes::Bytes>) -> Answer {
    let path = format!("/v1/admin/imports?{query}");
    shop.post(&path).bearer(&shop.owner().await).body("text/csv", file).send().await
}

async fn look(shop: &Shop, job: &Value) -> Value {
    let path = format!("/v1/admin/imports/{}", job["id"].as_str().unwrap());
    shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json()
}

/// The import once it is over.
pub async fn import(shop: &Shop, query: &str, file: impl Into<bytes::Bytes>) -> Value {
    let begun = send(shop, query, file).await.expect(202).json();
    assert_eq!(ended(shop, &begun).await["status"], "done");
    look(shop, &begun).await
}

/// A dry run that is over, by its id.
pub async fn dry_run(shop: &Shop) -> String {
    let line = json!({ "title": "" }).to_string();
    import(shop, "dry_run=true", line).await["id"].as_str().unwrap().to_owned()
}

/// Does what a dry run has said.
pub async fn start(shop: &Shop, dry: &Value) -> Value {
    let path = format!("/v1/admin/imports/{}/start", dry["id"].as_str().unwrap());
    let begun = shop.post(&path).bearer(&shop.owner().await).send().await.expect(202).json();
    assert_eq!(ended(shop, &begun).await["status"], "done");
    look(shop, dry).await
}

async fn export(shop: &Shop, query: &str) -> Answer {
    let path = format!("/v1/admin/products/export?{query}");
    shop.get(&path).bearer(&shop.owner().await).send().await.expect(200)
}

/// The product of a slug, as staff see it.
pub async fn product(shop: &Shop, slug: &str) -> Value {
    let list = shop.get("/v1/admin/products?limit=100").bearer(&shop.owner().await).send().await.expect(200).json();
    let found = list["items"].as_array().unwrap().iter().find(|product| product["slug"] == slug).cloned();
    found.unwrap_or_else(|| panic!("no product {slug}"))
}

async fn on_hand(shop: &Shop, product: &Value, variant: usize) -> i64 {
    let path = format!("/v1/admin/stock/{}", product["variants"][variant]["id"].as_str().unwrap());
    shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json()["on_hand"].as_i64().unwrap()
}

pub fn counts(import: &Value) -> [i64; 4] {
    ["created", "updated", "unchanged", "refused"].map(|name| import["sums"][name].as_i64().unwrap())
}

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
async fn our_own_files_come_in_as_they_went_out() {
    let Some(shop) = Shop::native("others' products change between the export and the import").await else { return };
    let slug = unique("round");
    let body = json!({
        "title": "=HYPERLINK(\"x\")", "slug": slug, "description": "-5 °C\n\tand \"quotes\"", "vendor": "@home",
        "type": "1/7", "seo_title": "-50 %", "seo_description": "Round, and round", "metadata": { "shelf": 7 },
        "translations": {
            "de": { "title": "=Rund", "description": "Zwei\nZeilen", "options": { "Size": { "values": { "6½": "groß" } } } },
            "en": { "seo_title": "Round, too", "seo_description": "-1" },
        },
        "publish_at": "2026-01-02T03:04:05.000Z", "unpublish_at": "2099-01-01T00:00:00.000Z",
        "tags": ["+1", "plain"], "status": "active", "options": [{ "name": "Size", "values": ["1/7", "6½"] }],
        "images": [{ "url": "https://example.com/a.jpg", "alt": "\tA" }, { "url": "/b.jpg" }, { "url": "/c.jpg" }],
        "variants": [
            { "sku": format!("{slug}-1"), "options": { "Size": "1/7" }, "barcode": "0123", "weight_grams": 5,
              "image": "/b.jpg",
              "prices": [{ "amount": 1999, "currency": "EUR", "compare_at": 2500,
                           "sale": { "amount": 1500 }, "tiers": [{ "from": 10, "amount": 1400 }] },
                         { "amount": 5, "currency": "USD" }] },
            { "sku": format!("{slug}-2"), "options": { "Size": "6½" }, "prices": [{ "amount": 100, "currency": "GBP" }] },
        ],
    });
    shop.post("/v1/admin/products").bearer(&shop.owner().await).json(body).send().await.expect(201);
    let before = product(&shop, &slug).await;
    for format in ["csv", "shopify", "jsonl"] {
        let out = export(&shop, &format!("format={format}")).await;
        if format == "csv" {
            let rows = read(&out.body);
            let own = (1..rows.len()).find(|row| as_typed(cell(&rows, *row, "sku")) == format!("{slug}-1")).unwrap();
            let title = cell(&rows, own, "title");
            assert_eq!((title, as_typed(title).as_str()), ("'=HYPERLINK(\"x\")", "=HYPERLINK(\"x\")"));
        }
        if format != "jsonl" {
            let harmful = |cell: &String| cell.starts_with(['=', '+', '-', '@', '\t']);
            assert!(!read(&out.body).iter().flatten().any(harmful), "{format}");
        }
        let again = import(&shop, &format!("format={format}"), out.body).await;
        assert_eq!(counts(&again)[..2], [0, 0], "{format}: {again}");
        assert_eq!(product(&shop, &slug).await, before, "{format}");
    }
    // What no column says stays as it is.
    import(&shop, "", format!("slug,title,sku\n{slug},Renamed,{slug}-1\n")).await;
    let renamed = product(&shop, &slug).await;
    assert_eq!((&renamed["title"], &renamed["metadata"]), (&json!("Renamed"), &before["metadata"]));
}

#[tokio::test]
async fn a_columns_language_is_changed_and_taken_away_by_itself() {
    let shop = Shop::open().await;
    let slug = unique("round");
    let file = |line: &str| {
        format!("slug,sku,price_EUR,title,title_de,description_de,title_en\n{slug},{slug}-1,1.00,Round,{line}\n")
    };
    import(&shop, "", file("Rund,Ganz rund,Rounder")).await;
    let whole = json!({ "de": { "title": "Rund", "description": "Ganz rund" }, "en": { "title": "Rounder" } });
    assert_eq!(product(&shop, &slug).await["translations"], whole);
    let dry = import(&shop, "dry_run=true", file("Kugel,Ganz rund,")).await;
    assert_eq!(counts(&dry), [0, 1, 0, 0]);
    start(&shop, &dry).await;
    let left = json!({ "de": { "title": "Kugel", "description": "Ganz rund" } });
    assert_eq!(product(&shop, &slug).await["translations"], left);
    let long = file(&format!("{},,", "x".repeat(256)));
    let refused = import(&shop, "", long).await;
    assert_eq!(counts(&refused), [0, 0, 0, 1]);
    assert_eq!(refused["errors"][0]["column"], "title_de", "{refused}");
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
async fn a_time_that_is_none_is_told_by_its_column() {
    let shop = Shop::open().await;
    let slug = unique("timed");
    let done = import(&shop, "", format!("slug,title,sku,price_EUR,publish_at\n{slug},A,{slug},1,soon\n")).await;
    assert_eq!((counts(&done)[3], &done["errors"][0]["column"]), (1, &json!("publish_at")), "{done}");
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_and_a_start_does_just_that() {
    let shop = Shop::open().await;
    let [kept, new] = [unique("kept"), unique("new")];
    let body = json!({ "title": "Kept", "slug": kept, "vendor": "Acme", "tags": ["a"],
        "variants": [{ "sku": kept, "barcode": "123", "prices": [{ "amount": 100, "currency": "EUR" }] }] });
    shop.post("/v1/admin/products").bearer(&shop.owner().await).json(body).send().await.expect(201);
    let file =
        format!("slug,title,vendor,sku,price_EUR,quantity\n{kept},Changed,,{kept},\"2,50\",7\n{new},New,,{new},1,\n");
    let dry = import(&shop, "dry_run=true", file.clone()).await;
    assert_eq!(counts(&dry), [1, 1, 0, 0]);
    assert_eq!(dry["sums"]["clears"], json!({ "vendor": 1 }));
    assert_eq!(dry["sums"]["changes"], json!({ "price": 1, "quantity": 1, "title": 1 }));
    assert_eq!(dry["sums"]["pieces"], 7);
    assert_eq!(product(&shop, &kept).await["title"], "Kept");
    // Without it, nothing is taken away.
    let done = import(&shop, "", file).await;
    assert_eq!(counts(&done), [1, 1, 0, 0]);
    let kept_product = product(&shop, &kept).await;
    assert_eq!((&kept_product["title"], &kept_product["vendor"]), (&json!("Changed"), &json!("Acme")));
    assert_eq!(kept_product["variants"][0]["prices"][0]["amount"], 250);
    assert_eq!(kept_product["variants"][0]["barcode"], "123", "a column that is absent says nothing");
    assert_eq!(done["notes"][0]["column"], "vendor");
    assert_eq!(on_hand(&shop, &kept_product, 0).await, 7);
    let started = start(&shop, &dry).await;
    assert_eq!((&started["dry_run"], &started["status"]), (&json!(false), &json!("done")));
    assert_eq!(started["sums"]["clears"], json!({ "vendor": 1 }));
    assert_eq!(product(&shop, &kept).await["vendor"], Value::Null);
    // A second start of the same begins nothing.
    let again = start(&shop, &dry).await;
    assert_eq!(again["begun_at"], started["begun_at"]);
}

#[tokio::test]
async fn what_is_wrong_is_named_by_its_line_and_nothing_of_it_is_applied() {
    let shop = Shop::open().await;
    let [bad, good] = [unique("bad"), unique("good")];
    let file = format!(
        "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty,Variant Barcode,Image Src,Image Alt Text\n\
         {bad},Bad,Size,S,{bad}-s,10,n/a,,,\n\
         {good},Good,,,,12,,4.01232E+12,https://example.com/1.jpg,\n\
         {bad},,,M,{bad}-m,x,-3,,https://example.com/2.jpg,24\" wide\n"
    );
    let done = import(&shop, "format=shopify", file).await;
    assert_eq!(counts(&done), [1, 0, 0, 1], "{done}");
    let errors: Vec<_> =
        done["errors"].as_array().unwrap().iter().map(|e| (e["line"].clone(), e["column"].clone())).collect();
    for expected in [(2, "Variant Inventory Qty"), (4, "Variant Inventory Qty"), (4, "Variant Price")] {
        assert!(errors.contains(&(json!(expected.0), json!(expected.1))), "{errors:?}");
    }
    assert!(errors.contains(&(json!(4), Value::Null)), "the bare quote: {errors:?}");
    let notes = done["notes"].as_array().unwrap();
    assert!(notes.iter().any(|note| note["line"] == 3 && note["column"] == "Variant Barcode"), "{notes:?}");
    assert!(notes.iter().any(|note| note["detail"] == format!("has no SKU; it is given {good}")), "{notes:?}");
    let path = format!("/v1/admin/imports/{}/errors", done["id"].as_str().unwrap());
    let rows = read(&shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).body);
    assert_eq!(rows.len(), 1 + done["errors"].as_array().unwrap().len());
    assert!((1..rows.len()).all(|row| ["2", "4"].contains(&cell(&rows, row, "line"))), "{rows:?}");
    let list = shop.get("/v1/admin/products?limit=100").bearer(&shop.owner().await).send().await.expect(200).json();
    assert!(list["items"].as_array().unwrap().iter().all(|product| product["slug"] != bad));
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
async fn pieces_that_were_sold_meanwhile_stay_sold() {
    let shop = Shop::open().await;
    let slug = unique("sold");
    import(&shop, "", format!("slug,title,sku,price_EUR,quantity\n{slug},Sold,{slug},1,10\n")).await;
    let made = product(&shop, &slug).await;
    let variant = made["variants"][0]["id"].as_str().unwrap();
    shop.adjust(variant, json!({ "delta": -3, "reason": "sold_elsewhere" })).await.expect_success();
    // The file was written when there were ten, and two more have come.
    let done = import(&shop, "", format!("sku,quantity,quantity_was\n{slug},12,10\n")).await;
    assert_eq!((counts(&done), &done["sums"]["pieces"]), ([0, 1, 0, 0], &json!(2)));
    assert_eq!(on_hand(&shop, &made, 0).await, 9);
    // Blank leaves it as it is.
    let done = import(&shop, "", format!("sku,quantity\n{slug},\n")).await;
    assert_eq!(counts(&done), [0, 0, 1, 0]);
    assert_eq!(on_hand(&shop, &made, 0).await, 9);
    // What cannot be taken away is said, and nothing else is lost.
    shop.stock(variant, 1).await;
    let done = import(&shop, "", format!("sku,quantity\n{slug},4\n")).await;
    assert_eq!(done["sums"]["pieces"], -6);
}

#[tokio::test]
async fn pieces_that_come_with_a_file_are_sold_as_any_others() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let slug = unique("begun");
    let file = format!("slug,title,status,sku,price_EUR,quantity\n{slug},Begun,active,{slug},1,10\n");
    assert_eq!(import(&shop, "", file.clone()).await["sums"]["pieces"], 10);
    let made = product(&shop, &slug).await;
    let variant = made["variants"][0]["id"].as_str().unwrap().to_owned();
    let rows = export(&shop, "format=csv").await;
    let rows = read(&rows.body);
    let own = (1..rows.len()).find(|row| as_typed(cell(&rows, *row, "sku")) == slug).unwrap();
    assert_eq!([cell(&rows, own, "quantity"), cell(&rows, own, "quantity_was")], ["10", "10"], "lists know it at once");
    // The first who asks for them is a buyer.
    let cart = shop.ready_cart(&variant, 3).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    let sold = async || on_hand(&shop, &made, 0).await == 7;
    within(60_000, "they are sold", async || sold().await.then_some(())).await;
    // The file was written when there were ten.
    let done = import(&shop, "", format!("sku,quantity,quantity_was\n{slug},12,10\n")).await;
    assert_eq!((on_hand(&shop, &made, 0).await, &done["sums"]["pieces"]), (9, &json!(2)));
    let path = format!("/v1/admin/stock/{variant}/ledger");
    let ledger = shop.get(&path).bearer(&owner).send().await.expect(200).json();
    let units: Vec<_> = ledger["items"].as_array().unwrap().iter().map(|entry| entry["units"].clone()).collect();
    assert_eq!(units, [2, -3, 10]);
}

#[tokio::test]
async fn pieces_of_a_variant_that_goes_stay_also_where_nobody_asked_for_them() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let slug = unique("gone");
    import(&shop, "", format!("slug,title,sku,price_EUR,quantity\n{slug},Gone,{slug},1,10\n")).await;
    let made = product(&shop, &slug).await;
    let path = format!("/v1/admin/products/{}", made["id"].as_str().unwrap());
    shop.delete(&path).bearer(&owner).send().await.expect(204);
    assert_eq!(on_hand(&shop, &made, 0).await, 10);
}

#[tokio::test]
async fn products_of_one_sku_are_refused_and_other_shops_ids_too() {
    let shop = Shop::open().await;
    let [a, b, sku] = [unique("a"), unique("b"), unique("sku")];
    let file = format!("slug,title,sku,price_EUR\n{a},A,{sku},1\n{b},B,{sku},1\n");
    let done = import(&shop, "dry_run=true", file.clone()).await;
    assert_eq!(counts(&done), [1, 0, 0, 1], "{done}");
    assert!(done["errors"][0]["detail"].as_str().unwrap().contains("line 2"), "{done}");
    import(&shop, "", file).await;
    let taken = import(&shop, "", format!("slug,title,sku,price_EUR\n{b},B,{sku},1\n")).await;
    assert_eq!((counts(&taken)[3], &taken["errors"][0]["line"]), (1, &json!(2)));
    let unknown = "product_id,title\nprod_01ARZ3NDEKTSV4RRFFQ69G5FAV,X\n";
    let unknown = import(&shop, "", unknown).await;
    assert_eq!(unknown["errors"][0]["column"], "product_id");
}

#[tokio::test]
async fn lines_of_json_are_taken_as_the_route_for_one_takes_them() {
    let shop = Shop::open().await;
    let slug = unique("json");
    let good = json!({ "title": "One", "slug": slug, "variants": [{ "sku": slug, "prices": [{ "amount": 5, "currency": "EUR" }] }] });
    let file = format!("{good}\n\n{{\"title\": \"\", \"color\": 1}}\nnot json\n");
    let done = import(&shop, "format=jsonl", file).await;
    assert_eq!(counts(&done), [1, 0, 0, 2], "{done}");
    let lines: Vec<_> = done["errors"].as_array().unwrap().iter().map(|error| error["line"].clone()).collect();
    assert!(lines.contains(&json!(3)) && lines.contains(&json!(4)), "{done}");
    let changed = json!({ "slug": slug, "vendor": "Acme" });
    let done = import(&shop, "format=jsonl", changed.to_string()).await;
    assert_eq!((counts(&done), &done["sums"]["changes"]), ([0, 1, 0, 0], &json!({ "vendor": 1 })));
    assert_eq!(product(&shop, &slug).await["title"], "One");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_refused_as_a_whole() {
    let shop = Shop::open().await;
    let detail = async |query: &str, file: &[u8]| {
        send(&shop, query, file.to_vec()).await.problem(422, "invalid")["detail"].as_str().unwrap().to_owned()
    };
    assert!(detail("", b"").await.contains("line 1"));
    assert!(detail("", b"slug,title\n").await.contains("no product"));
    assert!(detail("format=shopify", b"Name,Price\nx,1\n").await.contains("Handle"));
    assert!(detail("", b"slug,slug\nx,1\n").await.contains("twice"));
    assert!(detail("", b"slug,title\nx,\"never\nclosed\n").await.contains("line 2"));
    assert!(
        detail("", "slug,title\né,\n".as_bytes().iter().copied().chain([0xe9]).collect::<Vec<_>>().as_slice())
            .await
            .contains("line 3, byte 1")
    );
    let slug = unique("latin");
    let file = [format!("slug,title,sku,price_EUR,shelf\n{slug},Caf").as_bytes(), b"\xe9,", slug.as_bytes(), b",1,7\n"]
        .concat();
    let done = import(&shop, "", file).await;
    assert_eq!(product(&shop, &slug).await["title"], "Café");
    let notes = done["sums"]["notes"].to_string();
    assert!(notes.contains("Windows-1252") && notes.contains("shelf"), "{notes}");
}

#[tokio::test]
async fn an_import_that_is_asked_for_twice_is_one() {
    let shop = Shop::open().await;
    let [slug, key] = [unique("twice"), unique("key")];
    let file = format!("title,sku,price_EUR\n{slug},{slug},1\n");
    let ask = async |file: &str| {
        let ask = shop.post("/v1/admin/imports").bearer(&shop.owner().await).key(&key);
        ask.body("text/csv", file.to_owned()).send().await
    };
    let (one, other) = (ask(&file).await.expect(202).json(), ask(&file).await.expect(202).json());
    assert_eq!(one["id"], other["id"]);
    ended(&shop, &one).await;
    assert_eq!(counts(&look(&shop, &one).await), [1, 0, 0, 0]);
    ask("title,sku,price_EUR\nother,other,1\n").await.problem(422, "idempotency_key_reused");
    let path = format!("/v1/admin/imports/{}/start", one["id"].as_str().unwrap());
    shop.post(&path).bearer(&shop.owner().await).send().await.problem(409, "not_startable");
}

#[tokio::test]
async fn staff_send_a_file_look_at_what_it_would_do_and_start_it() {
    let shop = Shop::open().await;
    let browser = crate::console::owner(&shop).await;
    let page = browser.open("/admin/imports").await;
    assert!(page.contains("enctype=\"multipart/form-data\"") && page.contains("type=\"file\""), "{page}");
    let slug = unique("desk");
    let upload = async |file: &str| {
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"_do\"\r\n\r\nimport\r\n--b\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n{file}\r\n--b--\r\n"
        );
        browser.form("/admin/imports", &vec![]).body("multipart/form-data; boundary=b", body).send().await
    };
    let wrong = crate::browser::html(&upload("Name,Price\nx,1\n").await.expect(422));
    assert!(wrong.contains("line 1 names no column"), "{wrong}");
    let file = format!("title,slug,sku,price_EUR\nFrom the desk,{slug},{slug},1\n");
    let at = upload(&file).await.expect(303).header("location").to_owned();
    assert!(at.starts_with("/admin/imports/job_"), "{at}");
    let looked = within(60_000, "the dry run is over", async || {
        let page = browser.open(&at).await;
        page.contains("Start the import").then_some(page)
    })
    .await;
    assert!(looked.contains("Nothing is wrong."), "{looked}");
    browser.form(&at, &vec![("_do", "import-start")]).send().await.expect(303);
    within(60_000, "it is taken in", async || {
        let list = shop.get("/v1/admin/products?limit=100").bearer(&shop.owner().await).send().await.json();
        list["items"].as_array()?.iter().any(|product| product["slug"] == *slug).then_some(())
    })
    .await;
}

#[tokio::test]
async fn sales_and_tiers_go_out_and_come_in_as_they_are() {
    let Some(shop) = Shop::native("others' products change between the export and the import").await else { return };
    let slug = unique("sale");
    let file = |sale: &str, times: &str, tiers: &str| {
        format!(
            "slug,title,sku,price_EUR,sale_EUR,sale_starts_at_EUR,sale_ends_at_EUR,tiers_EUR\n\
             {slug},Sale,{slug},10,{sale},{times},\"{tiers}\"\n"
        )
    };
    let made = file("\"7,50\"", "2026-01-02T00:00:00Z,2099-01-01T00:00:00+01:00", "10+ 9.00, 50+ 8,50");
    assert_eq!(counts(&import(&shop, "", made).await), [1, 0, 0, 0]);
    let before = product(&shop, &slug).await;
    let price = &before["variants"][0]["prices"][0];
    let ends = "2098-12-31T23:00:00.000Z";
    assert_eq!(price["sale"], json!({ "amount": 750, "starts_at": "2026-01-02T00:00:00.000Z", "ends_at": ends }));
    assert_eq!(price["tiers"], json!([{ "from": 10, "amount": 900 }, { "from": 50, "amount": 850 }]));
    for format in ["csv", "shopify", "jsonl"] {
        let out = export(&shop, &format!("format={format}")).await;
        if format == "csv" {
            let rows = read(&out.body);
            let cells = ["price_EUR", "sale_EUR", "sale_ends_at_EUR", "tiers_EUR"].map(|name| cell(&rows, 1, name));
            assert_eq!(cells, ["10.00", "7.50", ends, "10+ 9.00, 50+ 8.50"]);
        }
        let again = import(&shop, &format!("format={format}"), out.body).await;
        assert_eq!((counts(&again), product(&shop, &slug).await), ([0, 0, 1, 0], before.clone()), "{format}: {again}");
    }
    // A file of prices alone leaves both.
    let done = import(&shop, "", format!("sku,price_EUR\n{slug},11\n")).await;
    assert_eq!(done["sums"]["changes"], json!({ "price": 1 }));
    let dearer = product(&shop, &slug).await["variants"][0]["prices"][0].clone();
    assert_eq!((&dearer["sale"], &dearer["tiers"]), (&price["sale"], &price["tiers"]));
    // Blank takes them away, once that is agreed to: a sale with its times.
    let blank = file("", ",", "");
    let kept = import(&shop, "", blank.clone()).await;
    let notes: Vec<_> = kept["notes"].as_array().unwrap().iter().map(|note| note["column"].clone()).collect();
    assert_eq!(notes, ["sale_EUR", "sale_starts_at_EUR", "sale_ends_at_EUR", "tiers_EUR"]);
    let dry = import(&shop, "dry_run=true", blank).await;
    assert_eq!(dry["sums"]["clears"], json!({ "sale": 1, "tiers": 1 }));
    start(&shop, &dry).await;
    assert_eq!(product(&shop, &slug).await["variants"][0]["prices"], json!([{ "amount": 1000, "currency": "EUR" }]));
}

#[tokio::test]
async fn what_is_wrong_with_a_sale_or_tiers_is_told_by_its_column() {
    let shop = Shop::open().await;
    for (cells, column) in [
        ("10,11,,,", "sale_EUR"),
        ("10,n/a,,,", "sale_EUR"),
        ("10,,2026-01-01T00:00:00Z,,", "sale_starts_at_EUR"),
        ("10,9,2026-02-01T00:00:00Z,2026-01-01T00:00:00Z,", "sale_ends_at_EUR"),
        ("10,9,,tomorrow,", "sale_ends_at_EUR"),
        ("10,,,,10+ 11.00", "tiers_EUR"),
        ("10,,,,10 for 9", "tiers_EUR"),
    ] {
        let slug = unique("wrong");
        let names = "slug,title,sku,price_EUR,sale_EUR,sale_starts_at_EUR,sale_ends_at_EUR,tiers_EUR";
        let done = import(&shop, "", format!("{names}\n{slug},A,{slug},{cells}\n")).await;
        assert_eq!((counts(&done), &done["errors"][0]["column"]), ([0, 0, 0, 1], &json!(column)), "{cells}: {done}");
    }
    // What belongs to a price that is not there is not left out in silence.
    let slug = unique("alone");
    let done = import(&shop, "", format!("slug,title,sku,price_EUR,sale_USD\n{slug},A,{slug},10,9\n")).await;
    assert_eq!((counts(&done)[3], &done["errors"][0]["column"]), (1, &json!("sale_USD")), "{done}");
}

#[tokio::test]
async fn an_upload_that_a_file_shows_is_there_and_brings_its_size() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let slug = unique("shown");
    let picture = crate::uploads::new_png(640, 480);
    let upload = shop.post("/v1/admin/uploads").bearer(&owner).body("image/png", picture).send().await.expect(201);
    let url = upload.json()["url"].as_str().unwrap().to_owned();
    let file = |url: &str| format!("slug,title,sku,price_EUR,image_url\n{slug},Shown,{slug},1,{url}\n");
    let nobodys = format!("/media/{}.png", "0".repeat(32));
    for dry in ["", "dry_run=true"] {
        let refused = import(&shop, dry, file(&nobodys)).await;
        let at = (&refused["errors"][0]["line"], &refused["errors"][0]["column"]);
        assert_eq!((counts(&refused), at), ([0, 0, 0, 1], (&json!(2), &json!("image_url"))), "{refused}");
    }
    import(&shop, "", file(&url)).await;
    let size = |product: &Value| ["width", "height"].map(|side| product["images"][0][side].clone());
    assert_eq!(size(&product(&shop, &slug).await), [640, 480]);
    // Of one that is there, and by its id.
    let line = json!({ "slug": slug, "images": [{ "url": "/b.svg" }] });
    import(&shop, "format=jsonl", line.to_string()).await;
    let line = json!({ "slug": slug, "images": [{ "upload": upload.json()["id"] }] });
    import(&shop, "format=jsonl", line.to_string()).await;
    assert_eq!(size(&product(&shop, &slug).await), [640, 480]);
    assert_eq!(counts(&import(&shop, "", file(&nobodys)).await)[3], 1);
}

#[tokio::test]
async fn what_a_file_counts_is_written_down_as_each_change_of_stock() {
    let shop = Shop::open().await;
    let slug = unique("counted");
    import(&shop, "", format!("slug,title,sku,price_EUR,quantity\n{slug},Counted,{slug},1,10\n")).await;
    let variant = product(&shop, &slug).await["variants"][0]["id"].as_str().unwrap().to_owned();
    for quantity in [12, 12, 7] {
        import(&shop, "", format!("sku,quantity\n{slug},{quantity}\n")).await;
    }
    let path = format!("/v1/admin/audit-log?thing={variant}");
    let log = shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json();
    let entries = log["items"].as_array().unwrap();
    assert!(entries.iter().all(|entry| entry["kind"] == "stock" && entry["title"] == slug.as_str()), "{log}");
    let on_hand = |entry: &Value| {
        let changes = entry["changes"].as_array().unwrap();
        let change = changes.iter().find(|change| change["at"] == "/on_hand").unwrap();
        ["before", "after"].map(|side| change[side].as_i64().unwrap())
    };
    assert_eq!(entries.iter().map(on_hand).collect::<Vec<_>>(), [[12, 7], [10, 12], [0, 10]]);
}
