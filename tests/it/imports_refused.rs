//! What is wrong with a file, and how that is said.

use serde_json::{Value, json};
use tradepost::ports::{Database, Statement};

use crate::host::faults::{Site, When};
use crate::imports::{counts, import, look, product, send};
use crate::order_export::{cell, read};
use crate::shop::{Shop, unique, within};

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
async fn a_dry_run_refuses_what_belongs_to_another_product_as_the_import_does() {
    let shop = Shop::open().await;
    let other = shop.new_product(json!({})).await;
    let own = shop.new_product(json!({})).await;
    let made_up = unique("made");
    let taken = json!({ "variants": [{ "sku": made_up, "prices": [{ "amount": 1, "currency": "EUR" }] }] });
    shop.new_product(taken).await;
    let new = unique("new");
    let file = format!(
        "product_id,slug,title,sku,price_EUR\n\
         ,{new},New,{},1\n\
         {},{},,,\n\
         ,{made_up},Made up,,1\n",
        other.sku, own.id, other.slug
    );
    let mut told = Vec::new();
    for query in ["dry_run=true", ""] {
        let done = import(&shop, query, file.clone()).await;
        assert_eq!(counts(&done), [0, 0, 0, 3], "{query} {done}");
        told.push(done["errors"].clone());
    }
    let places: Vec<_> = told[0].as_array().unwrap().iter().map(|error| (&error["line"], &error["column"])).collect();
    assert_eq!(places, [(&json!(2), &json!("sku")), (&json!(3), &json!("slug")), (&json!(4), &json!("sku"))]);
    assert_eq!(told[0], told[1]);
    let line = |slug: &str, sku: &str| json!({ "title": "A", "slug": slug, "variants": [{ "sku": sku, "prices": [{ "amount": 1, "currency": "EUR" }] }] });
    let [a, b] = [unique("a"), unique("b")];
    let file = [line(&a, &a), line(&b, &other.sku), line(&a, &b)].map(|line| line.to_string()).join("\n");
    for query in ["dry_run=true", ""] {
        let done = import(&shop, query, file.clone()).await;
        assert_eq!(counts(&done), [1, 0, 0, 2], "{query} {done}");
        assert_eq!(done["errors"][0]["column"], "variants/0/sku");
        assert_eq!(done["errors"][1]["detail"], "line 1 has the same slug for another product");
    }
}

#[tokio::test]
async fn what_no_product_has_is_refused_by_its_name_wherever_it_stands() {
    let shop = Shop::open().await;
    let slug = unique("typed");
    let whole = json!({
        "title": "Typed", "slug": slug, "images": [{ "url": "/a.svg" }], "translations": { "de": { "title": "Getippt" } },
        "options": [{ "name": "Size", "values": ["S"] }],
        "variants": [{ "sku": slug, "options": { "Size": "S" }, "prices": [{ "amount": 5, "currency": "EUR" }] }],
    });
    for there in [false, true] {
        if there {
            assert_eq!(counts(&import(&shop, "format=jsonl", whole.to_string()).await), [1, 0, 0, 0]);
        }
        for (within, name) in [
            ("", "vender"),
            ("/images/0", "urll"),
            ("/translations/de", "titel"),
            ("/options/0", "nmae"),
            ("/variants/0", "barcod"),
            ("/variants/0/prices/0", "amout"),
        ] {
            let mut line = whole.clone();
            line.pointer_mut(within).unwrap()[name] = json!("x");
            let done = import(&shop, "format=jsonl", line.to_string()).await;
            let place = format!("{within}/{name}");
            let error = json!({ "line": 1, "column": place.trim_start_matches('/'), "detail": "is not known" });
            assert_eq!((counts(&done), &done["errors"]), ([0, 0, 0, 1], &json!([error])), "{place}");
        }
        for (member, value) in [("variants", json!({})), ("variants", json!([7])), ("id", json!(7))] {
            let mut line = whole.clone();
            line[member] = value;
            assert_eq!(counts(&import(&shop, "format=jsonl", line.to_string()).await), [0, 0, 0, 1], "{line}");
        }
    }
}

#[tokio::test]
async fn a_file_gives_a_product_no_more_slugs_than_staff_may() {
    let Some(shop) = Shop::native("writes to the database").await else { return };
    let product = shop.new_product(json!({})).await;
    let full = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 100)
                INSERT INTO former_slugs (slug, product_id) SELECT 'former-' || n, ?1 FROM n";
    shop.host().database.run(Statement::new(full, [product.id.clone().into()])).await.unwrap();
    let another = unique("another");
    let path = format!("/v1/admin/products/{}", product.id);
    let by_hand = shop.patch(&path).bearer(&shop.owner().await).json(json!({ "slug": another }));
    let by_hand = by_hand.send().await.problem(422, "invalid");
    let file = format!("product_id,slug\n{},{another}\n", product.id);
    for query in ["dry_run=true", ""] {
        let done = import(&shop, query, file.clone()).await;
        assert_eq!((counts(&done), &done["errors"][0]["column"]), ([0, 0, 0, 1], &json!("slug")), "{done}");
        assert_eq!(done["errors"][0]["detail"], by_hand["detail"]);
    }
}

#[tokio::test]
async fn what_was_done_is_told_though_the_next_product_got_no_answer() {
    let Some(shop) = Shop::native("nothing fails when told").await else { return };
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(shop.new_product(json!({})).await.id);
    }
    // Somebody changes the first of them: they cannot be written together.
    let (first, mut came) = (ids[0].clone(), false);
    shop.host().database.come_between(move |sql| {
        let comes = !came && sql.contains("UPDATE products SET");
        came |= comes;
        let change = "UPDATE products SET version = version + 1 WHERE id = ?1";
        comes.then(|| Statement::new(change, [first.clone().into()]))
    });
    // By itself the first is written, and the second is not.
    shop.host().faults.nth(Site::Batch, "UPDATE products SET", 2, When::Before);
    let lines: String = ids.iter().map(|id| format!("{id},Acme\n")).collect();
    let begun = send(&shop, "", format!("product_id,vendor\n{lines}")).await.expect(202).json();
    let done = within(30_000, "the job ends", async || {
        shop.host().clock.advance(1_000);
        let import = look(&shop, &begun).await;
        (import["status"] == "done").then_some(import)
    })
    .await;
    assert_eq!((counts(&done), &done["sums"]["changes"]), ([0, 3, 0, 0], &json!({ "vendor": 3 })), "{done}");
}

#[tokio::test]
async fn bundles_are_looked_at_by_a_dry_run_as_by_the_import() {
    let shop = Shop::open().await;
    let part = shop.new_product(json!({})).await;
    let [good, bad] = [unique("set"), unique("set")];
    let line = |slug: &str, part: &str| {
        json!({ "title": "Set", "slug": slug, "variants": [{ "sku": slug,
            "prices": [{ "amount": 5, "currency": "EUR" }], "parts": [{ "variant_id": part, "quantity": 2 }] }] })
    };
    let file = format!("{}\n{}\n", line(&good, &part.variant), line(&bad, "var_01ARZ3NDEKTSV4RRFFQ69G5FAV"));
    for query in ["format=jsonl&dry_run=true", "format=jsonl"] {
        let done = import(&shop, query, file.clone()).await;
        assert_eq!(counts(&done), [1, 0, 0, 1], "{query} {done}");
        assert_eq!(done["errors"][0]["column"], "variants/0/parts/0/variant_id", "{done}");
    }
    assert_eq!(product(&shop, &good).await["variants"][0]["parts"][0]["sku"], part.sku);
}
