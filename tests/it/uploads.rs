//! Pictures: uploaded, shown with a product, sent to whoever looks, and taken away again.

use http::Method;
use serde_json::{Value, json};
use tradepost::ports::{Database, Statement};

use crate::ask::{Answer, Ask};
use crate::fixtures::Product;
use crate::host::faults::{Site, When};
use crate::shop::{Shop, unique};

/// A PNG as far as anybody looks here, unlike those with another `salt`.
pub fn png(width: u32, height: u32, salt: u64) -> Vec<u8> {
    let [w, h] = [width, height].map(u32::to_be_bytes);
    [b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", &w[..], &h, b"\x08\x06\0\0\0", &salt.to_be_bytes()].concat()
}

/// One that no shop has.
pub fn new_png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(width, height, 0);
    bytes.extend(unique("picture").into_bytes());
    bytes
}

async fn ask(shop: &Shop, query: &str, bytes: Vec<u8>) -> Ask {
    shop.post(&format!("/v1/admin/uploads{query}")).bearer(&shop.owner().await).body("image/png", bytes)
}

async fn upload(shop: &Shop, bytes: Vec<u8>) -> Value {
    ask(shop, "", bytes).await.send().await.expect(201).json()
}

async fn smaller(shop: &Shop, larger: &Value, bytes: Vec<u8>) -> Answer {
    ask(shop, &format!("?larger={}", larger["id"].as_str().unwrap()), bytes).await.send().await
}

fn url(upload: &Value) -> &str {
    upload["url"].as_str().unwrap()
}

/// What staff see of the product's pictures.
async fn images(shop: &Shop, product: &Product) -> Value {
    let path = format!("/v1/admin/products/{}", product.id);
    shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json()["images"].clone()
}

async fn change(shop: &Shop, product: &Product, images: Value) -> Answer {
    let ask = shop.patch(&format!("/v1/admin/products/{}", product.id)).bearer(&shop.owner().await);
    ask.json(json!({ "images": images })).send().await
}

#[tokio::test]
async fn a_picture_is_what_its_bytes_say_and_is_sent_for_good() {
    let shop = Shop::open().await;
    let bytes = new_png(640, 480);
    let sent = ask(&shop, "", bytes.clone()).await.header("content-type", "image/jpeg").send().await.expect(201).json();
    let id = sent["id"].as_str().unwrap();
    assert!(id.ends_with(".png") && url(&sent) == format!("/media/{id}"), "{sent}");
    let said = (&sent["width"], &sent["height"], &sent["content_type"], &sent["bytes"]);
    assert_eq!(said, (&json!(640), &json!(480), &json!("image/png"), &json!(bytes.len())));
    let seen = shop.get(url(&sent)).send().await.expect(200);
    assert_eq!((seen.body.to_vec(), seen.header("content-type")), (bytes, "image/png"));
    assert_eq!(seen.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(seen.header("x-content-type-options"), "nosniff");
    assert!(seen.header("content-security-policy").starts_with("default-src 'none'"));
    let etag = seen.header("etag");
    let again = shop.get(url(&sent)).header("if-none-match", etag).send().await.expect(304);
    assert!(again.body.is_empty() && again.header("etag") == etag);
    let head = shop.ask(Method::HEAD, url(&sent)).send().await.expect(200);
    assert_eq!(head.header("content-type"), "image/png");
}

#[tokio::test]
async fn the_same_picture_twice_is_one_upload() {
    let shop = Shop::open().await;
    let bytes = new_png(5, 5);
    let (first, second) = (upload(&shop, bytes.clone()).await, upload(&shop, bytes).await);
    assert_eq!(first, second);
    assert_ne!(upload(&shop, new_png(5, 5)).await["id"], first["id"]);
    if let Some(host) = shop.native_host("what the store was asked cannot be seen") {
        assert_eq!(host.faults.passed(Site::MediaPut), 2);
    }
}

#[tokio::test]
async fn what_is_no_good_picture_is_refused_with_what_to_do() {
    let shop = Shop::open().await;
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec();
    let refused = ask(&shop, "", svg).await.header("content-type", "image/svg+xml").send().await;
    assert!(refused.problem(415, "unknown_picture")["detail"].as_str().unwrap().contains("SVG"));
    for (bytes, status, code) in [
        (Vec::new(), 415, "unknown_picture"),
        (b"<!DOCTYPE html><script>alert(1)</script>".to_vec(), 415, "unknown_picture"),
        (png(640, 480, 1)[..20].to_vec(), 422, "broken_picture"),
        (png(0, 480, 1), 422, "broken_picture"),
        (png(50_000, 50_000, 1), 422, "picture_too_large"),
    ] {
        ask(&shop, "", bytes).await.send().await.problem(status, code);
    }
    let mut large = png(10, 10, 1);
    large.resize(10_000_001, 0);
    ask(&shop, "", large).await.send().await.problem(413, "body_too_large");
    for other in ["application/json", "multipart/form-data; boundary=x", "text/html"] {
        let answer = ask(&shop, "", new_png(1, 1)).await.header("content-type", other).send().await;
        answer.problem(415, "unsupported_media_type");
    }
    shop.post("/v1/admin/uploads").body("image/png", new_png(1, 1)).send().await.problem(401, "not_signed_in");
}

#[tokio::test]
async fn a_picture_as_large_as_one_may_be_is_taken() {
    let shop = Shop::open().await;
    let mut bytes = new_png(10_000, 5_000);
    bytes.resize(10_000_000, 7);
    let sent = upload(&shop, bytes.clone()).await;
    assert!(shop.get(url(&sent)).send().await.expect(200).body == bytes);
}

#[tokio::test]
async fn no_other_path_leads_to_a_picture() {
    let shop = Shop::open().await;
    let digest = "ab".repeat(16);
    for path in [format!("{digest}.png"), format!("{digest}.svg"), digest, "..%2fcatalog%2fcurrent".to_owned()] {
        shop.get(&format!("/media/{path}")).send().await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_product_shows_its_uploads_with_their_size() {
    let shop = Shop::open().await;
    let (one, other) = (upload(&shop, new_png(640, 480)).await, upload(&shop, new_png(30, 40)).await);
    let elsewhere = json!({ "url": "https://cdn.example/mug.jpg", "alt": "A mug" });
    let sent = json!([{ "upload": one["id"], "alt": "One" }, { "url": other["url"] }, elsewhere]);
    let product = shop.product(json!({ "images": sent })).await;
    let shown = json!([
        { "url": one["url"], "alt": "One", "width": 640, "height": 480 },
        { "url": other["url"], "alt": "", "width": 30, "height": 40 },
        elsewhere,
    ]);
    assert_eq!(images(&shop, &product).await, shown);
    let seen = shop.get(&format!("/v1/products/{}", product.id)).send().await.expect(200).json();
    assert_eq!(seen["images"], shown);
    let page = shop.get(&format!("/products/{}", product.slug)).send().await.expect(200);
    let page = String::from_utf8(page.body.to_vec()).unwrap();
    assert!(page.contains(&format!(" src=\"{}\" alt=\"One\" width=\"640\" height=\"480\"", url(&one))), "{page}");
    // A change of anything else leaves them, and one of a variant.
    let path = format!("/v1/admin/variants/{}", product.variant);
    let owner = shop.owner().await;
    shop.patch(&path).bearer(&owner).json(json!({ "weight_grams": 5 })).send().await.expect(200);
    assert_eq!(images(&shop, &product).await, shown);
    let turned = json!([elsewhere, { "url": one["url"], "alt": "One" }]);
    let answer = change(&shop, &product, turned).await.expect(200).json();
    assert_eq!(answer["images"], json!([elsewhere, shown[0]]));
    assert_eq!(images(&shop, &product).await, answer["images"]);
}

#[tokio::test]
async fn a_picture_that_is_not_there_cannot_be_shown() {
    let shop = Shop::open().await;
    let product = shop.new_product(json!({})).await;
    let nobodys = format!("{}.png", "ab".repeat(16));
    for (image, pointer) in [
        (json!({ "upload": nobodys }), "/images/1"),
        (json!({ "url": format!("/media/{nobodys}") }), "/images/1"),
        (json!({ "url": "/media/../v1/me" }), "/images/1"),
        (json!({ "upload": "prod_1" }), "/images/1/upload"),
        (json!({ "alt": "Nothing" }), "/images/1/url"),
        (json!({ "upload": nobodys, "url": "/a.svg" }), "/images/1/url"),
    ] {
        let answer = change(&shop, &product, json!([{ "url": "/assets/mug.svg" }, image])).await;
        assert_eq!(answer.pointers(), [pointer], "{image}");
    }
    assert_eq!(images(&shop, &product).await, json!([]));
}

#[tokio::test]
async fn smaller_ones_of_the_same_shape_are_offered_to_narrow_screens() {
    let shop = Shop::open().await;
    let large = upload(&shop, new_png(1_600, 1_067)).await;
    let middle = smaller(&shop, &large, new_png(800, 533)).await.expect(201).json();
    let small = smaller(&shop, &large, new_png(400, 267)).await.expect(201).json();
    for wrong in [new_png(1_600, 1_067), new_png(1_700, 1_133), new_png(400, 400), new_png(400, 269)] {
        assert_eq!(smaller(&shop, &large, wrong).await.pointers(), ["larger"]);
    }
    assert_eq!(smaller(&shop, &small, new_png(200, 133)).await.pointers(), ["larger"]);
    let product = shop.product(json!({ "images": [{ "upload": large["id"] }] })).await;
    let srcset = format!("{} 400w, {} 800w, {} 1600w", url(&small), url(&middle), url(&large));
    assert_eq!(images(&shop, &product).await[0]["srcset"], json!(srcset));
    let page = shop.get(&format!("/products/{}", product.slug)).send().await.expect(200);
    let page = String::from_utf8(page.body.to_vec()).unwrap();
    assert!(page.contains(&format!("srcset=\"{srcset}\"")), "{page}");
    assert_eq!(change(&shop, &product, json!([{ "upload": small["id"] }])).await.pointers(), ["/images/0"]);
    for n in 3..=8 {
        smaller(&shop, &large, new_png(1_600 - n, 1_067 - n * 2 / 3)).await.expect(201);
    }
    smaller(&shop, &large, new_png(160, 107)).await.problem(409, "too_many_sizes");
}

/// What may fail on the way, before it takes effect and after.
#[tokio::test]
async fn whatever_breaks_off_is_mended_by_sending_it_again() {
    let Some(shop) = Shop::native("faults").await else { return };
    let faults = &shop.host().faults;
    let bytes = new_png(64, 48);
    for when in [When::Before, When::After] {
        for (site, text) in [(Site::Batch, "INTO uploads"), (Site::MediaPut, ""), (Site::Batch, "state = 'kept' WHERE")]
        {
            let bytes = [&bytes[..], format!("{site:?}{when:?}{text}").as_bytes()].concat();
            faults.once(site, text, when);
            ask(&shop, "", bytes.clone()).await.send().await.problem(503, "unavailable");
            let sent = upload(&shop, bytes.clone()).await;
            assert!(shop.get(url(&sent)).send().await.expect(200).body == bytes);
            shop.new_product(json!({ "images": [{ "upload": sent["id"] }] })).await;
        }
    }
    let sent = upload(&shop, bytes).await;
    faults.once(Site::MediaGet, "", When::Before);
    shop.get(url(&sent)).send().await.problem(503, "unavailable");
    // What has no object yet cannot be shown.
    let half = new_png(3, 3);
    faults.once(Site::MediaPut, "", When::Before);
    ask(&shop, "", half.clone()).await.send().await.problem(503, "unavailable");
    let product = shop.new_product(json!({})).await;
    let row = Statement::new("SELECT name FROM uploads WHERE state = 'coming'", []);
    let name = shop.host().database.run(row).await.unwrap().first::<Value>().unwrap().unwrap()["name"].clone();
    assert_eq!(change(&shop, &product, json!([{ "upload": name }])).await.pointers(), ["/images/0"]);
}

/// As if so many days had gone by since a product last showed each picture. The clock stays, for sessions would end.
async fn pass_days(shop: &Shop, days: i64) {
    let sql = "UPDATE uploads SET unused_since = unused_since - ?1 * 86400000 WHERE unused_since > 0";
    shop.host().database.run(Statement::new(sql, [days.into()])).await.unwrap();
}

/// Whether the minute's tick has done all that it is to do.
async fn tick(shop: &Shop) -> bool {
    tradepost::uploads::sweep::tick(&shop.host().isolate()).await.is_ok()
}

fn kept(shop: &Shop) -> usize {
    shop.host().media.names().len()
}

#[tokio::test]
async fn what_no_product_shows_for_a_week_is_taken_away_with_its_smaller_ones() {
    let Some(shop) = Shop::native("time is moved").await else { return };
    let (used, unused) = (upload(&shop, new_png(64, 48)).await, upload(&shop, new_png(640, 480)).await);
    smaller(&shop, &unused, new_png(320, 240)).await.expect(201);
    smaller(&shop, &used, new_png(32, 24)).await.expect(201);
    let product = shop.new_product(json!({ "images": [{ "upload": used["id"] }] })).await;
    pass_days(&shop, 6).await;
    assert!(tick(&shop).await);
    assert_eq!(kept(&shop), 4);
    pass_days(&shop, 2).await;
    assert!(tick(&shop).await);
    assert_eq!(kept(&shop), 2);
    shop.get(url(&unused)).send().await.problem(404, "not_found");
    shop.get(url(&used)).send().await.expect(200);
    // From the day on that the last product has taken it off.
    let other = shop.new_product(json!({ "images": [{ "upload": used["id"] }, { "upload": used["id"] }] })).await;
    let owner = shop.owner().await;
    shop.delete(&format!("/v1/admin/products/{}", product.id)).bearer(&owner).send().await.expect_success();
    assert!(tick(&shop).await);
    pass_days(&shop, 8).await;
    assert!(tick(&shop).await);
    assert_eq!(kept(&shop), 2);
    change(&shop, &other, json!([])).await.expect(200);
    assert!(tick(&shop).await);
    pass_days(&shop, 6).await;
    assert!(tick(&shop).await);
    assert_eq!(kept(&shop), 2);
    pass_days(&shop, 2).await;
    assert!(tick(&shop).await);
    assert_eq!(kept(&shop), 0);
    let totals = Statement::new("SELECT uploads, bytes FROM upload_totals", []);
    let totals: Option<Value> = shop.host().database.run(totals).await.unwrap().first().unwrap();
    assert_eq!(totals, Some(json!({ "uploads": 0, "bytes": 0 })));
}

#[tokio::test]
async fn a_collections_picture_stays_with_it_and_goes_after_it() {
    let Some(shop) = Shop::native("time is moved").await else { return };
    let owner = shop.owner().await;
    let collections = "/v1/admin/collections";
    let [one, other] = [upload(&shop, new_png(640, 480)).await, upload(&shop, new_png(30, 40)).await];
    let small = smaller(&shop, &one, new_png(320, 240)).await.expect(201).json();
    let create = async |image: Value| {
        let body = json!({ "title": unique("Shown"), "published": true, "image": image });
        shop.post(collections).bearer(&owner).json(body).send().await
    };
    let made = create(json!({ "upload": one["id"], "alt": "One" })).await.expect(201).json();
    let srcset = format!("{} 320w, {} 640w", url(&small), url(&one));
    let image = json!({ "url": one["url"], "alt": "One", "width": 640, "height": 480, "srcset": srcset });
    assert_eq!(made["image"], image);
    let path = format!("{collections}/{}", made["id"].as_str().unwrap());
    let change = async |body: Value| shop.patch(&path).bearer(&owner).json(body).send().await;
    assert_eq!(change(json!({ "sort": "title" })).await.expect(200).json()["image"], image);
    for wrong in [json!({ "upload": small["id"] }), json!({ "upload": format!("{}.png", "ab".repeat(16)) })] {
        assert_eq!(change(json!({ "image": wrong })).await.pointers(), ["/image"]);
        assert_eq!(create(wrong).await.pointers(), ["/image"]);
    }
    let week = async || {
        assert!(tick(&shop).await);
        pass_days(&shop, 8).await;
        assert!(tick(&shop).await);
        kept(&shop)
    };
    let product = shop.new_product(json!({ "images": [{ "upload": one["id"] }, { "upload": other["id"] }] })).await;
    self::change(&shop, &product, json!([])).await.expect(200);
    assert_eq!(week().await, 2, "the collection shows the one and its smaller one");
    let other = upload(&shop, new_png(30, 40)).await;
    change(json!({ "image": { "upload": other["id"] } })).await.expect(200);
    assert_eq!(week().await, 1);
    let product = shop.new_product(json!({ "images": [{ "upload": other["id"] }] })).await;
    shop.delete(&path).bearer(&owner).send().await.expect(204);
    assert_eq!(week().await, 1, "the product shows it");
    self::change(&shop, &product, json!([])).await.expect(200);
    let again = create(json!({ "upload": other["id"] })).await.expect(201).json();
    assert_eq!(week().await, 1);
    let path = format!("{collections}/{}", again["id"].as_str().unwrap());
    shop.delete(&path).bearer(&owner).send().await.expect(204);
    assert_eq!(week().await, 0);
}

#[tokio::test]
async fn a_sweep_that_breaks_off_is_gone_on_with_and_takes_nothing_that_comes_again() {
    let Some(shop) = Shop::native("faults").await else { return };
    let faults = &shop.host().faults;
    let product = shop.new_product(json!({})).await;
    for (site, text, when, going) in [
        (Site::Batch, "SET state = 'going'", When::Before, false),
        (Site::Batch, "SET state = 'going'", When::After, true),
        (Site::MediaDelete, "", When::Before, true),
        (Site::MediaDelete, "", When::After, true),
        (Site::Batch, "DELETE FROM uploads", When::Before, true),
        (Site::Batch, "DELETE FROM uploads", When::After, false),
    ] {
        let bytes = new_png(64, 48);
        let sent = upload(&shop, bytes.clone()).await;
        faults.once(site, text, when);
        pass_days(&shop, 8).await;
        assert!(!tick(&shop).await, "{site:?} {text}");
        // Its object may be gone, or goes: nobody is told that it is there.
        if going {
            ask(&shop, "", bytes.clone()).await.send().await.problem(409, "upload_going");
            assert_eq!(change(&shop, &product, json!([{ "upload": sent["id"] }])).await.pointers(), ["/images/0"]);
        }
        assert!(tick(&shop).await);
        assert_eq!(kept(&shop), 0, "{site:?} {text}");
        let again = upload(&shop, bytes.clone()).await;
        assert_eq!(again, sent);
        assert!(shop.get(url(&again)).send().await.expect(200).body == bytes);
        change(&shop, &product, json!([{ "upload": sent["id"] }])).await.expect(200);
        change(&shop, &product, json!([])).await.expect(200);
        assert!(tick(&shop).await);
        pass_days(&shop, 8).await;
        assert!(tick(&shop).await);
        assert_eq!(kept(&shop), 0);
    }
}
