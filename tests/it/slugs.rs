//! Slugs that nobody gave: every title has one of its own, in every script.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::ask::{Answer, Ask};
use crate::fixtures::{PUBLISHED_MILLIS, prices};
use crate::shop::{Shop, unique, within};

/// A product without a slug.
async fn titled(shop: &Shop, title: &str) -> Ask {
    let variants = json!([{ "sku": unique("sku"), "prices": prices(1) }]);
    let body = json!({ "title": title, "status": "active", "variants": variants });
    shop.post("/v1/admin/products").bearer(&shop.owner().await).json(body)
}

async fn made(shop: &Shop, title: &str) -> Answer {
    titled(shop, title).await.send().await.expect(201)
}

fn slug(product: &Value) -> String {
    product["slug"].as_str().unwrap().to_owned()
}

/// What is stored, as staff read it.
async fn stored(shop: &Shop, product: &Value) -> Value {
    let path = format!("/v1/admin/products/{}", product["id"].as_str().unwrap());
    shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json()
}

/// An address as browsers send it.
fn encoded(slug: &str) -> String {
    slug.bytes()
        .map(|byte| if byte.is_ascii() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[tokio::test]
async fn products_of_one_title_are_numbered() {
    let shop = Shop::open().await;
    let name = unique("coffee mug");
    let plain = name.replace(' ', "-");
    for (title, number) in [
        (name.clone(), ""),
        (name.clone(), "-2"),
        (name.replace(' ', " & "), "-3"),
        (name.to_uppercase(), "-4"),
        (format!("  ★ {name} ®"), "-5"),
        (
            name.chars()
                .map(|c| if c.is_ascii_lowercase() { char::from_u32(c as u32 + 0xfee0).unwrap() } else { c })
                .collect(),
            "-6",
        ),
        // It is the next number that is free, not the next of its own name.
        (format!("{name} 7"), "-7"),
        (name.clone(), "-8"),
    ] {
        let answer = made(&shop, &title).await;
        let product = answer.json();
        assert_eq!(slug(&product), format!("{plain}{number}"), "{title}");
        assert_eq!(slug(&stored(&shop, &product).await), slug(&product));
    }
}

#[tokio::test]
async fn many_of_one_title_at_once_have_a_slug_each() {
    let shop = Shop::open().await;
    let name = unique("mug");
    let answers =
        join_all((0..20).map(async |n| titled(&shop, &name).await.key(&format!("{name}-{n}-key-of-one")).send().await));
    let answers = answers.await;
    let slugs: BTreeSet<String> = answers.iter().map(|answer| slug(&answer.clone().expect(201).json())).collect();
    let numbered = (2..=20).map(|n| format!("{name}-{n}"));
    assert_eq!(slugs, numbered.chain([name.clone()]).collect());
    for answer in answers {
        let product = answer.json();
        assert_eq!(slug(&stored(&shop, &product).await), slug(&product));
    }
}

#[tokio::test]
async fn a_repeat_answers_the_slug_that_was_found() {
    let shop = Shop::open().await;
    let name = unique("mug");
    made(&shop, &name).await;
    let (ask, key) = (titled(&shop, &name).await, unique("a-key-of-its-own"));
    let (body, owner) = (ask.body.clone(), shop.owner().await);
    let send =
        || shop.post("/v1/admin/products").bearer(&owner).body("application/json", body.clone()).key(&key).send();
    let both = join_all([send(), send()]).await;
    let again = send().await.expect(201);
    for answer in both {
        assert_eq!(answer.expect(201).json(), again.json());
    }
    assert_eq!(slug(&again.json()), format!("{name}-2"));
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(slug(&stored(&shop, &again.json()).await), format!("{name}-2"));
}

#[tokio::test]
async fn a_slug_that_was_given_is_the_one_or_a_conflict() {
    let shop = Shop::open().await;
    let name = unique("mug");
    let owner = shop.owner().await;
    let given = |slug: &str| {
        let variants = json!([{ "sku": unique("sku"), "prices": prices(1) }]);
        let body = json!({ "title": name, "slug": slug, "variants": variants });
        shop.post("/v1/admin/products").bearer(&owner).json(body).send()
    };
    let second = format!("{name}-2");
    assert_eq!(slug(&given(&second).await.expect(201).json()), second);
    for wanted in [name.clone(), format!("{name}-3"), format!("{name}-4")] {
        assert_eq!(slug(&made(&shop, &name).await.json()), wanted);
    }
    for taken in [&name, &second] {
        let problem = given(taken).await.problem(409, "slug_taken");
        assert_eq!(problem["errors"][0]["pointer"], "/slug");
    }
    let other = shop.new_product(json!({})).await;
    let path = format!("/v1/admin/products/{}", other.id);
    let change = |body: Value| shop.patch(&path).bearer(&owner).json(body).send();
    let problem = change(json!({ "slug": second })).await.problem(409, "slug_taken");
    assert_eq!(problem["errors"][0]["pointer"], "/slug");
    // A new title is no new address, not even another's.
    assert_eq!(slug(&change(json!({ "title": name })).await.expect(200).json()), other.slug);
}

#[tokio::test]
async fn every_title_has_a_slug() {
    let shop = Shop::open().await;
    let long = format!("{} {}", unique("long"), "word ".repeat(44));
    let titles = [
        "Привет 2000",
        "Пока 2000",
        "日本語",
        "中文",
        "한국어",
        "עברית",
        "العربية",
        "हिन्दी",
        "Ελληνικά",
        "★★★",
        "🎁🎁",
        "🎁",
        "---",
        "...",
        "..",
        "/",
        "%2e%2e",
        "?",
        "#",
        "admin",
        "new",
        "null",
        "undefined",
        "index.html",
        "prod_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "2000",
        &format!("{long}a"),
        &format!("{long}b"),
        &"ш".repeat(255),
    ];
    let mut products = Vec::new();
    for title in titles {
        let product = made(&shop, title).await.json();
        let slug = slug(&product);
        assert!((1..=100).contains(&slug.chars().count()), "{title}: {slug}");
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(slug.chars().all(|c| !c.is_ascii() || plain(c)), "{title}: {slug}");
        products.push(product);
    }
    let slugs: BTreeSet<String> = products.iter().map(slug).collect();
    assert_eq!(slugs.len(), products.len());
    for product in &products {
        let path = format!("/v1/products/{}", encoded(&slug(product)));
        let seen = within(PUBLISHED_MILLIS * 2, &path, async || {
            let answer = shop.get(&path).send().await;
            answer.is(200).then(|| answer.json())
        })
        .await;
        assert_eq!((&seen["id"], &seen["slug"]), (&product["id"], &product["slug"]), "{path}");
    }
}

#[tokio::test]
async fn the_page_of_a_product_is_found_by_its_link_in_any_script() {
    let shop = Shop::open().await;
    let title = format!("Кружка чайная {}", unique("синяя"));
    let product = made(&shop, &title).await.json();
    let path = format!("/products/{}", encoded(&slug(&product)));
    assert!(path.starts_with("/products/%D0%BA%D1%80"), "{path}");
    let page = within(PUBLISHED_MILLIS, &path, async || {
        let page = shop.get(&path).send().await;
        page.is(200).then_some(page)
    })
    .await;
    assert!(String::from_utf8_lossy(&page.body).contains(&title));
    // The same address in other bytes: small digits, and й as и with a breve.
    shop.get(&path.replace("%D0", "%d0")).send().await.expect(200);
    assert!(path.contains("%D0%B9"), "{path}");
    shop.get(&path.replace("%D0%B9", "%D0%B8%CC%86")).send().await.expect(200);
    // On one of the shelves, once it is published; others may have filled the first by then.
    within(PUBLISHED_MILLIS, "it is linked", async || {
        let mut shelf = "/".to_owned();
        loop {
            let page = shop.get(&shelf).send().await.expect(200);
            let page = String::from_utf8_lossy(&page.body).into_owned();
            if page.contains(&format!("href=\"{path}\"")) {
                return Some(());
            }
            let (_, next) = page.split_once("href=\"/?cursor=")?;
            shelf = format!("/?cursor={}", next.split_once('"')?.0);
        }
    })
    .await;
    for wrong in ["%ff", "%D0", "%D0%BA%2F"] {
        shop.get(&format!("/products/{wrong}")).header("accept", "*/*").send().await.expect(404);
        shop.get(&format!("/v1/products/{wrong}")).send().await.problem(404, "not_found");
    }
}

/// Where an address leads on to, if it does.
async fn moved(shop: &Shop, path: &str) -> Option<String> {
    let answer = shop.get(path).send().await;
    let leads = answer.is(301).then(|| answer.header("location").to_owned());
    assert!(answer.is(301) || answer.is(200), "{}", answer.told());
    assert!(leads.is_none() || answer.header("cache-control").contains("max-age=0"), "the next may be called so");
    leads
}

async fn rename(shop: &Shop, id: &str, slug: &str) {
    let change = shop.patch(&format!("/v1/admin/products/{id}")).json(json!({ "slug": slug }));
    change.bearer(&shop.owner().await).send().await.expect(200);
    within(PUBLISHED_MILLIS, "it is known by its new name", async || {
        let seen = shop.get(&format!("/v1/products/{id}")).send().await.expect(200).json();
        (seen["slug"] == slug).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_old_slug_leads_to_the_present_one_for_ever() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let (old, new) = (&product.slug, unique("größe"));
    let between = unique("between");
    rename(&shop, &product.id, &between).await;
    rename(&shop, &product.id, &new).await;
    let address = encoded(&new);
    for name in [old, &between] {
        let read = moved(&shop, &format!("/v1/products/{name}?currency=USD")).await;
        assert_eq!(read, Some(format!("/v1/products/{address}?currency=USD")));
        let page = moved(&shop, &format!("/products/{name}?utm_source=a%20b")).await;
        assert_eq!(page, Some(format!("/products/{address}?utm_source=a%20b")));
        assert_eq!(moved(&shop, &format!("/products/{name}")).await, Some(format!("/products/{address}")));
    }
    assert_eq!(moved(&shop, &format!("/products/{address}")).await, None);
    let told = stored(&shop, &json!({ "id": product.id })).await;
    let formers: BTreeSet<&str> =
        told["former_slugs"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
    assert_eq!(formers, BTreeSet::from([&**old, &*between]));
    // Another isolate that has not loaded it yet asks.
    let other = shop.another_isolate();
    assert!(moved(&other, &format!("/products/{old}")).await.is_some());
}

#[tokio::test]
async fn whoever_has_a_slug_is_found_by_it_and_no_way_goes_in_a_circle() {
    let shop = Shop::open().await;
    let (one, other) = (shop.product(json!({})).await, shop.product(json!({})).await);
    let spare = unique("spare");
    rename(&shop, &one.id, &spare).await;
    // What was the one's is the other's; then each takes the other's first name.
    rename(&shop, &other.id, &one.slug).await;
    rename(&shop, &one.id, &other.slug).await;
    for (slug, id) in [(&one.slug, &other.id), (&other.slug, &one.id)] {
        let path = format!("/v1/products/{slug}");
        within(PUBLISHED_MILLIS, "the new owner is found", async || {
            let answer = shop.get(&path).send().await;
            (answer.is(200) && answer.json()["id"] == **id).then_some(())
        })
        .await;
    }
    assert_eq!(moved(&shop, &format!("/v1/products/{spare}")).await, Some(format!("/v1/products/{}", other.slug)));
    shop.delete(&format!("/v1/admin/products/{}", one.id)).bearer(&shop.owner().await).send().await.expect(204);
    within(PUBLISHED_MILLIS, "what is deleted leads nowhere", async || {
        shop.get(&format!("/products/{spare}")).send().await.is(404).then_some(())
    })
    .await;
    let heir = shop.product(json!({ "slug": spare })).await;
    assert_eq!(heir.slug, spare);
}

#[tokio::test]
async fn an_old_slug_of_a_collection_leads_on_until_another_is_called_so() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let made = async |slug: &str| {
        let body = json!({ "title": "Mugs", "slug": slug, "published": true });
        let made = shop.post("/v1/admin/collections").bearer(&owner).json(body).send().await.expect(201).json();
        made["id"].as_str().unwrap().to_owned()
    };
    let called = async |id: &str, slug: &str| {
        let change = shop.patch(&format!("/v1/admin/collections/{id}")).bearer(&owner).json(json!({ "slug": slug }));
        let changed = change.send().await.expect(200).json();
        within(PUBLISHED_MILLIS, "it is known by its new name", async || {
            let seen = shop.get(&format!("/v1/collections/{id}")).send().await;
            (seen.is(200) && seen.json()["slug"] == slug).then_some(())
        })
        .await;
        changed
    };
    let [first, between, last] = ["first", "between", "last"].map(unique);
    let id = made(&first).await;
    called(&id, &between).await;
    let told = called(&id, &last).await;
    let mut former = [first.as_str(), between.as_str()];
    former.sort_unstable();
    assert_eq!(told["former_slugs"], json!(former));
    let there = shop.get(&format!("/v1/admin/collections/{id}")).bearer(&owner).send().await.expect(200).json();
    assert_eq!(there["former_slugs"], json!(former), "what was answered is what is there");
    for name in former {
        assert_eq!(moved(&shop, &format!("/v1/collections/{name}")).await, Some(format!("/v1/collections/{last}")));
        let page = moved(&shop, &format!("/collections/{name}?utm_source=a")).await;
        assert_eq!(page, Some(format!("/collections/{last}?utm_source=a")));
    }
    assert_eq!(moved(&shop, &format!("/collections/{last}")).await, None);
    // A new owner wins, and what comes back to its old name leads nowhere else.
    let other = made(&first).await;
    called(&other, &first).await;
    assert_eq!(moved(&shop, &format!("/collections/{first}")).await, None);
    let told = called(&id, &between).await;
    assert_eq!(told["former_slugs"], json!([last]));
    assert_eq!(moved(&shop, &format!("/collections/{between}")).await, None);
    assert_eq!(moved(&shop, &format!("/collections/{last}")).await, Some(format!("/collections/{between}")));
}
