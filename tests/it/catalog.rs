//! Products as buyers see them: how soon, and from where. In lists: `catalog_lists.rs`;
//! as staff write them: `product_writes.rs`.

use serde_json::{Value, json};
use tradepost::ports::ObjectClass;

use crate::fixtures::{PRICE, PUBLISHED_MILLIS, Product, eur, is_published, prices};
use crate::host::faults::{Site, When};
use crate::shop::{Shop, eventually, unique, within};

/// Waits until buyers see the product so.
async fn until_seen(shop: &Shop, product: &Product, what: &str, seen: impl Fn(&Value) -> bool) -> Value {
    within(PUBLISHED_MILLIS, what, async || {
        let answer = shop.get(&format!("/v1/products/{}", product.id)).send().await;
        (answer.is(200) && is_published(&answer) && seen(&answer.json())).then(|| answer.json())
    })
    .await
}

pub async fn listed(shop: &Shop, query: &str) -> Vec<String> {
    let list = shop.get(&format!("/v1/products?{query}")).send().await.expect(200).json();
    list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_new_product_is_seen_by_id_by_slug_and_in_the_list_within_two_seconds() {
    let shop = Shop::open().await;
    let vendor = unique("vendor");
    let product = shop.new_product(json!({ "vendor": vendor, "description": "Made of wood.", "tags": ["oak"] })).await;
    let seen = until_seen(&shop, &product, "the product is seen", |_| true).await;
    assert_eq!(seen["title"], json!(product.title));
    assert_eq!(seen["vendor"], json!(vendor));
    assert_eq!(seen["description"], "Made of wood.");
    assert_eq!(seen["tags"], json!(["oak"]));
    assert_eq!(seen["variants"][0]["id"], json!(product.variant));
    assert_eq!(seen["variants"][0]["sku"], json!(product.sku));
    assert_eq!(seen["variants"][0]["price"], eur(PRICE));
    let by_slug = shop.get(&format!("/v1/products/{}", product.slug)).send().await.expect(200).json();
    assert_eq!(by_slug, seen);
    let list = shop.get(&format!("/v1/products?vendor={vendor}")).send().await.expect(200).json();
    assert_eq!(list["items"][0]["id"], json!(product.id), "{list}");
    assert_eq!(list["items"][0]["price"], json!({ "from": eur(PRICE), "to": eur(PRICE) }));
    assert_eq!(list["items"][0]["available"], "out");
    assert_eq!((&list["total"], &list["next_cursor"]), (&json!(1), &Value::Null));
}

#[tokio::test]
async fn a_product_answered_201_can_be_looked_up_and_bought_at_once_everywhere() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    // Isolates that had the catalog before there was this product.
    let others = [shop.clone(), shop.another_isolate()];
    for other in &others {
        other.get("/v1/products").send().await.expect(200);
    }
    for other in &others {
        let product = shop.new_product(json!({})).await;
        let by_id = other.get(&format!("/v1/products/{}", product.id)).send().await.expect(200);
        assert_eq!(by_id.json()["variants"][0]["id"], json!(product.variant));
        let by_slug = other.get(&format!("/v1/products/{}", product.slug)).send().await.expect(200);
        assert_eq!(by_slug.json(), by_id.json());
        let page = other.get(&format!("/products/{}", product.slug)).send().await.expect(200);
        assert!(String::from_utf8_lossy(&page.body).contains(&product.title));
        let availability = format!("/v1/variants/{}/availability", product.variant);
        assert_eq!(other.get(&availability).send().await.expect(200).json()["available"], 0);
    }
    for other in &others {
        let product = shop.new_product(json!({})).await;
        shop.stock(&product.variant, 1).await;
        let cart = other.cart_with(&product.variant, 1).await;
        assert_eq!(cart.json["lines"][0]["title"], json!(product.title));
        let problems = other.see_cart(&cart).await["problems"].clone();
        assert!(problems.as_array().unwrap().iter().all(|problem| problem["code"] == "cart_incomplete"), "{problems}");
    }
    for other in &others {
        let product = shop.new_product(json!({})).await;
        let cart = other.cart().await;
        let line = json!({ "variant_id": product.variant, "quantity": 2 });
        let added = other.post(&cart.path("/lines")).cart_token(&cart.token).json(line).send().await.expect(200);
        assert_eq!(added.json()["lines"][0]["quantity"], 2);
    }
    for other in &others {
        let product = shop.new_product(json!({})).await;
        let cart = other.cart().await;
        let line = json!({ "variant_id": product.variant, "quantity": 3, "unit_price": eur(5) });
        let priced = other.post(&format!("/v1/admin/carts/{}/lines", cart.id)).bearer(&owner);
        let priced = priced.json(json!({ "lines": [line] })).send().await.expect(200);
        assert_eq!(priced.json()["lines"][0]["unit_price"], eur(5));
    }
    for other in &others {
        let product = shop.new_product(json!({})).await;
        shop.stock(&product.variant, 1).await;
        let cart = other.ready_cart(&product.variant, 1).await;
        other.place(&cart, "pm_card_visa").await.expect(201);
        other.until_order(&cart, "confirmed", "paid").await;
    }
}

#[tokio::test]
async fn what_a_change_brings_into_the_shop_can_be_looked_up_at_once() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let other = shop.another_isolate();
    let draft = shop.new_product(json!({ "status": "draft" })).await;
    let path = format!("/v1/admin/products/{}", draft.id);
    let change = async |body: Value| shop.patch(&path).bearer(&owner).json(body).send().await.expect(200);
    for name in [&draft.id, &draft.slug] {
        shop.get(&format!("/v1/products/{name}")).send().await.problem(404, "not_found");
        other.get(&format!("/v1/products/{name}")).send().await.problem(404, "not_found");
    }
    change(json!({ "status": "active" })).await;
    // Elsewhere it is remembered for a moment as nobody's; where it was written it is not.
    if shop.is_native() {
        shop.get(&format!("/v1/products/{}", draft.id)).send().await.expect(200);
    }
    until_seen(&other, &draft, "the other isolate sees it", |_| true).await;
    let slug = unique("renamed");
    change(json!({ "slug": slug })).await;
    assert_eq!(other.get(&format!("/v1/products/{slug}")).send().await.expect(200).json()["id"], json!(draft.id));
    change(json!({ "options": [{ "name": "Size", "values": ["S", "L"] }], "variants": [
        { "id": draft.variant, "sku": draft.sku, "options": { "Size": "S" }, "prices": prices(PRICE) },
    ]}))
    .await;
    let variant = json!({ "sku": unique("sku"), "options": { "Size": "L" }, "prices": prices(PRICE) });
    let added = shop.post(&format!("{path}/variants")).bearer(&owner).json(variant).send().await.expect(201).json();
    let added = added["id"].as_str().unwrap();
    let cart = other.cart_with(added, 1).await;
    assert_eq!(cart.json["lines"][0]["variant_id"], *added);
    assert_eq!(other.available(added).await, 0);
}

#[tokio::test]
async fn an_answer_that_is_not_from_the_copy_is_not_kept_for_long() {
    let shop = Shop::open().await;
    let product = shop.new_product(json!({})).await;
    for path in [format!("/v1/products/{}", product.id), format!("/products/{}", product.slug)] {
        let first = shop.get(&path).send().await.expect(200);
        let kept = first.header("cache-control");
        assert!(is_published(&first) || kept == "public, max-age=0, s-maxage=1", "{path}: {kept}");
        let etag = first.header("etag").to_owned();
        let again = shop.get(&path).header("if-none-match", &etag).send().await;
        // On a live shop it may be published in between.
        assert!(again.is(304) || again.header("etag") != etag, "{}", again.told());
    }
    let nowhere = shop.get(&format!("/v1/products/{}", unique("nowhere"))).send().await;
    nowhere.problem(404, "not_found");
    assert_eq!(nowhere.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_flood_of_names_that_nobody_has_costs_the_database_little() {
    let Some(shop) = Shop::native("it counts what the database is asked").await else { return };
    let product = shop.product(json!({})).await;
    let host = shop.host();
    let asked = || host.faults.passed(Site::Batch);
    let before = asked();
    for n in 0..20 {
        shop.get(&format!("/v1/products/{}", product.slug)).send().await.expect(200);
        shop.get(&format!("/products/{}", product.slug)).send().await.expect(200);
        let nobodys = format!("prod_7{}", &product.id[6..]);
        for wrong in ["Mug", "m%20g", "prod_1", "var_1", "a.b", &nobodys] {
            shop.get(&format!("/v1/products/{wrong}")).send().await.problem(404, "not_found");
            shop.get(&format!("/v1/variants/{wrong}{n}/availability")).send().await.problem(404, "not_found");
        }
    }
    assert_eq!(asked(), before, "what is known and what cannot be ours");
    for published in [true, false] {
        if !published {
            // The copy is behind, and stays so.
            host.faults.always(Site::Command(ObjectClass::Publisher), "", When::Before);
            shop.new_product(json!({})).await;
        }
        let (before, begun) = (asked(), std::time::Instant::now());
        let flood = (0..600).map(async |n| {
            let ulid = ulid::Ulid::from_parts(1_700_000_000_000, n);
            let id =
                [format!("products/prod_{ulid}"), format!("variants/var_{ulid}/availability")][n as usize % 2].clone();
            shop.get(&format!("/v1/{id}")).send().await.problem(404, "not_found");
        });
        futures_util::future::join_all(flood).await;
        let seconds = begun.elapsed().as_secs_f64();
        let asked = asked() - before;
        // Publishing what was made before may come in between, in three batches.
        assert!(asked > 0 && asked as f64 <= 20.0 * seconds + 4.0, "{asked} questions in {seconds} s");
        // Amidst it, what is new is found.
        let new = shop.new_product(json!({})).await;
        shop.get(&format!("/v1/products/{}", new.id)).send().await.expect(200);
    }
}

#[tokio::test]
async fn while_the_database_is_down_what_is_known_is_answered_and_carts_are_shown() {
    let Some(shop) = Shop::native("it takes the database away").await else { return };
    let product = shop.stocked(3).await;
    let gone = shop.product(json!({})).await;
    let cart = shop.cart_with(&gone.variant, 1).await;
    shop.delete(&format!("/v1/admin/products/{}", gone.id)).bearer(&shop.owner().await).send().await.expect_success();
    within(PUBLISHED_MILLIS, "it is gone from the copy", async || {
        shop.get(&format!("/v1/products/{}", gone.id)).send().await.is(404).then_some(())
    })
    .await;
    shop.host().faults.always(Site::Batch, "", When::Before);
    shop.get(&format!("/v1/products/{}", product.slug)).send().await.expect(200);
    assert_eq!(shop.available(&product.variant).await, 3);
    shop.cart_with(&product.variant, 1).await;
    shop.see_cart(&cart).await;
    let nobody = unique("nobody");
    shop.get(&format!("/v1/products/{nobody}")).send().await.problem(503, "unavailable");
    let lines = json!({ "lines": [{ "variant_id": "var_01ARZ3NDEKTSV4RRFFQ69G5FAV", "quantity": 1 }] });
    shop.post("/v1/carts").json(lines).send().await.problem(503, "unavailable");
    shop.host().faults.clear();
    shop.get(&format!("/v1/products/{nobody}")).send().await.problem(404, "not_found");
}

#[tokio::test]
async fn another_isolate_sees_a_change_too() {
    let shop = Shop::open().await;
    let other = shop.another_isolate();
    other.get("/v1/products").send().await.expect(200);
    let product = shop.new_product(json!({})).await;
    until_seen(&other, &product, "the other isolate sees the product", |_| true).await;
}

#[tokio::test]
async fn a_catalog_read_may_be_cached_and_is_not_sent_twice() {
    let shop = Shop::open().await;
    let vendor = unique("vendor");
    let product = shop.product(json!({ "vendor": vendor })).await;
    for path in [format!("/v1/products/{}", product.id), format!("/v1/products?vendor={vendor}")] {
        let first = shop.get(&path).send().await.expect(200);
        assert!(first.header("cache-control").contains("public"), "{path}: {}", first.header("cache-control"));
        assert!(!first.header("x-catalog-version").is_empty(), "{path}");
        let etag = first.header("etag");
        assert!(etag.starts_with('"') || etag.starts_with("W/\""), "{path}: {etag}");
        // On a live shop a parallel test may publish in between; then the body comes again.
        eventually(&format!("{path} is not sent twice"), async || {
            let etag = shop.get(&path).send().await.expect(200).header("etag").to_owned();
            let again = shop.get(&path).header("if-none-match", &etag).send().await;
            (again.is(304) && again.body.is_empty() && again.header("etag") == etag).then_some(())
        })
        .await;
        shop.get(&path).header("if-none-match", "\"other\"").send().await.expect(200);
    }
}

#[tokio::test]
async fn a_changed_price_is_seen() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let owner = shop.owner().await;
    let path = format!("/v1/admin/variants/{}", product.variant);
    shop.patch(&path).bearer(&owner).json(json!({ "prices": prices(2_499) })).send().await.expect(200);
    until_seen(&shop, &product, "the new price is seen", |seen| seen["variants"][0]["price"] == eur(2_499)).await;
}

#[tokio::test]
async fn a_draft_is_not_seen_until_it_is_active_nor_after_it_is_archived() {
    let shop = Shop::open().await;
    let vendor = unique("vendor");
    let draft = shop.new_product(json!({ "status": "draft", "vendor": vendor })).await;
    let marker = shop.product(json!({ "vendor": vendor })).await;
    let path = format!("/v1/products/{}", draft.id);
    shop.get(&path).send().await.problem(404, "not_found");
    shop.get(&format!("/v1/products/{}", draft.slug)).send().await.problem(404, "not_found");
    assert_eq!(listed(&shop, &format!("vendor={vendor}")).await, [marker.id]);
    let owner = shop.owner().await;
    let admin_path = format!("/v1/admin/products/{}", draft.id);
    shop.get(&admin_path).bearer(&owner).send().await.expect(200);
    shop.patch(&admin_path).bearer(&owner).json(json!({ "status": "active" })).send().await.expect(200);
    until_seen(&shop, &draft, "the active product is seen", |_| true).await;
    shop.patch(&admin_path).bearer(&owner).json(json!({ "status": "archived" })).send().await.expect(200);
    within(PUBLISHED_MILLIS, "the archived product is gone", async || {
        shop.get(&path).send().await.is(404).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let shop = Shop::open().await;
    for path in [
        "/v1/products/prod_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "/v1/products/no-such-slug-anywhere",
        "/v1/products/%00",
        "/v1/variants/var_01ARZ3NDEKTSV4RRFFQ69G5FAV/availability",
        "/v1/variants/nonsense/availability",
    ] {
        shop.get(path).send().await.problem(404, "not_found");
    }
}
