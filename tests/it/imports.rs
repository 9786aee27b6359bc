//! Products as files: in, out, and in again.

use serde_json::{Value, json};

use crate::ask::Answer;
use crate::jobs::ended;
use crate::order_export::{as_typed, cell, read};
use crate::shop::{Shop, unique, within};

pub async fn send(shop: &Shop, query: &str, file: impl Into<bytes::Bytes>) -> Answer {
    let path = format!("/v1/admin/imports?{query}");
    shop.post(&path).bearer(&shop.owner().await).body("text/csv", file).send().await
}

pub async fn look(shop: &Shop, job: &Value) -> Value {
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

pub async fn export(shop: &Shop, query: &str) -> Answer {
    let path = format!("/v1/admin/products/export?{query}");
    shop.get(&path).bearer(&shop.owner().await).send().await.expect(200)
}

/// The product of a slug, as staff see it.
pub async fn product(shop: &Shop, slug: &str) -> Value {
    let list = shop.get("/v1/admin/products?limit=100").bearer(&shop.owner().await).send().await.expect(200).json();
    let found = list["items"].as_array().unwrap().iter().find(|product| product["slug"] == slug).cloned();
    found.unwrap_or_else(|| panic!("no product {slug}"))
}

pub async fn on_hand(shop: &Shop, product: &Value, variant: usize) -> i64 {
    let path = format!("/v1/admin/stock/{}", product["variants"][variant]["id"].as_str().unwrap());
    shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json()["on_hand"].as_i64().unwrap()
}

pub fn counts(import: &Value) -> [i64; 4] {
    ["created", "updated", "unchanged", "refused"].map(|name| import["sums"][name].as_i64().unwrap())
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
