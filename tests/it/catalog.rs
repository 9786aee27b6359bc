//! Products: made by staff, seen by buyers.

use serde_json::{Value, json};
use tradepost::ports::ObjectClass;

use crate::fixtures::{PRICE, PUBLISHED_MILLIS, Product, eur, is_published, prices, product_body};
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

async fn listed(shop: &Shop, query: &str) -> Vec<String> {
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
async fn pages_hold_each_product_once() {
    let shop = Shop::open().await;
    let vendor = unique("vendor");
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(shop.new_product(json!({ "vendor": vendor })).await.id);
    }
    let query = format!("vendor={vendor}&limit=2&sort=newest");
    within(PUBLISHED_MILLIS, "all are listed", async || {
        let list = shop.get(&format!("/v1/products?{query}")).send().await.expect(200).json();
        (list["total"] == 5).then_some(())
    })
    .await;
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for page in 0..3 {
        let list = shop.get(&format!("/v1/products?{query}{cursor}")).send().await.expect(200).json();
        let items = list["items"].as_array().unwrap();
        assert_eq!(items.len(), [2, 2, 1][page]);
        found.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        assert_eq!(list["next_cursor"].is_null(), page == 2, "{list}");
        cursor = format!("&cursor={}", list["next_cursor"].as_str().unwrap_or(""));
    }
    found.sort();
    made.sort();
    assert_eq!(found, made);
}

#[tokio::test]
async fn a_list_is_sorted_by_price_and_bounded_by_it() {
    let shop = Shop::open().await;
    let vendor = unique("vendor");
    let mut ids = Vec::new();
    for amount in [300, 100, 200] {
        let variants = json!([{ "sku": unique("sku"), "prices": prices(amount) }]);
        ids.push(shop.product(json!({ "vendor": vendor, "variants": variants })).await.id);
    }
    assert_eq!(
        listed(&shop, &format!("vendor={vendor}&sort=price_asc")).await,
        [1, 2, 0].map(|i: usize| ids[i].clone())
    );
    assert_eq!(
        listed(&shop, &format!("vendor={vendor}&sort=price_desc")).await,
        [0, 2, 1].map(|i: usize| ids[i].clone())
    );
    let bounded = listed(&shop, &format!("vendor={vendor}&price_min=150&price_max=250")).await;
    assert_eq!(bounded, [ids[2].clone()]);
}

/// A product of the vendor's in two sizes, at these prices.
async fn in_two_sizes(shop: &Shop, vendor: &str, small: i64, large: i64) -> (Product, [String; 2]) {
    let variant = |size: &str, amount: i64| json!({ "sku": unique("sku"), "options": { "Size": size }, "prices": prices(amount) });
    let sizes = json!([{ "name": "Size", "values": ["S", "L"] }]);
    let variants = json!([variant("S", small), variant("L", large)]);
    let product = shop.product(json!({ "vendor": vendor, "options": sizes, "variants": variants })).await;
    let seen = shop.get(&format!("/v1/products/{}", product.id)).send().await.expect(200).json();
    let ids = [0, 1].map(|n: usize| seen["variants"][n]["id"].as_str().unwrap().to_owned());
    (product, ids)
}

#[tokio::test]
async fn a_product_is_listed_only_if_one_of_its_variants_is_all_that_is_asked_for() {
    let shop = Shop::open().await;
    let vendor = unique("vendor");
    let (wide, _) = in_two_sizes(&shop, &vendor, 1_000, 10_000).await;
    let (stocked, [_, large]) = in_two_sizes(&shop, &vendor, 1_000, 5_000).await;
    shop.stock(&large, 20).await;
    eventually("the stock is seen", async || {
        (!listed(&shop, &format!("vendor={vendor}&in_stock=true")).await.is_empty()).then_some(())
    })
    .await;
    for (query, expected) in [
        ("price_min=4000&price_max=6000", &[&stocked][..]),
        ("price_min=1000&price_max=1000", &[&stocked, &wide]),
        ("price_min=6000", &[&wide]),
        ("in_stock=true&price_max=2000", &[]),
        ("in_stock=true&price_min=5000&price_max=5000", &[&stocked]),
        ("in_stock=true&price_min=6000", &[]),
    ] {
        let list = shop.get(&format!("/v1/products?vendor={vendor}&{query}")).send().await.expect(200).json();
        let ids: Vec<_> = list["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
        assert_eq!(ids, expected.iter().map(|product| json!(product.id)).collect::<Vec<_>>(), "{query}");
        assert_eq!(list["total"], expected.len(), "{query}");
    }
    let crossed = shop.get("/v1/products?price_min=6000&price_max=4000").send().await;
    crossed.problem(422, "invalid");
    assert_eq!(crossed.pointers(), ["price_min"]);
}

#[tokio::test]
async fn titles_are_sorted_as_people_do_and_pages_neither_repeat_nor_leave_out() {
    let shop = Shop::open().await;
    let vendor = unique("vendor");
    let in_order = ["apple", "Ärmel", "Éclair", "mug 2", "mug 2", "Mug 2", "mug 10", "Øre", "Zebra"];
    for n in [8, 2, 0, 1, 7, 6, 5, 3, 4] {
        shop.new_product(json!({ "vendor": vendor, "title": in_order[n] })).await;
    }
    for limit in [1, 2, 4, 100] {
        let walked = within(PUBLISHED_MILLIS * 2, "all are listed", async || {
            let (mut titles, mut cursor) = (Vec::new(), String::new());
            loop {
                let query = format!("vendor={vendor}&sort=title&limit={limit}{cursor}");
                let list = shop.get(&format!("/v1/products?{query}")).send().await.expect(200).json();
                let items = list["items"].as_array().unwrap();
                titles.extend(items.iter().map(|item| item["title"].as_str().unwrap().to_owned()));
                match list["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => return (titles.len() == in_order.len()).then_some(titles),
                }
            }
        })
        .await;
        assert_eq!(walked, in_order, "{limit} a page");
    }
}

#[tokio::test]
async fn prices_are_told_in_the_currency_asked_for() {
    let shop = Shop::open().await;
    let sale = json!([{ "amount": 1_000, "currency": "EUR" }, { "amount": 1_200, "currency": "USD" }]);
    let product = shop.product(json!({ "variants": [{ "sku": unique("sku"), "prices": sale }] })).await;
    let path = format!("/v1/products/{}", product.id);
    let in_dollars = shop.get(&format!("{path}?currency=USD")).send().await.expect(200).json();
    assert_eq!(in_dollars["variants"][0]["price"], json!({ "amount": 1_200, "currency": "USD" }));
    let refused = shop.get("/v1/products?currency=XXXX").send().await;
    assert!(refused.is(422), "{}", refused.told());
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
async fn stock_is_seen_coarsely_and_filters_the_list() {
    let shop = Shop::open().await;
    let vendor = unique("vendor");
    let product = shop.product(json!({ "vendor": vendor })).await;
    assert!(listed(&shop, &format!("vendor={vendor}&in_stock=true")).await.is_empty());
    for (received, level) in [(3, "low"), (100, "in_stock")] {
        shop.stock(&product.variant, received).await;
        eventually(level, async || {
            let list = shop.get(&format!("/v1/products?vendor={vendor}&in_stock=true")).send().await.expect(200).json();
            (list["items"][0]["available"] == level).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_product_is_pointed_at() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let price = |amount: i64, currency: &str| json!([{ "sku": unique("sku"), "prices": [{ "amount": amount, "currency": currency }] }]);
    for (overrides, pointer) in [
        (json!({ "title": "" }), "/title"),
        (json!({ "title": "x".repeat(10_000) }), "/title"),
        (json!({ "title": "two\nlines" }), "/title"),
        (json!({ "title": 7 }), "/title"),
        (json!({ "slug": "Not A Slug" }), "/slug"),
        (json!({ "status": "sold" }), "/status"),
        (json!({ "variants": [] }), "/variants"),
        (json!({ "variants": [{ "sku": "", "prices": prices(1) }] }), "/variants/0/sku"),
        (json!({ "variants": [{ "sku": unique("sku"), "prices": [] }] }), "/variants/0/prices"),
        (json!({ "variants": price(-1, "EUR") }), "/variants/0/prices/0/amount"),
        (json!({ "variants": price(10_000_000_001, "EUR") }), "/variants/0/prices/0/amount"),
        (json!({ "variants": price(1, "euro") }), "/variants/0/prices/0/currency"),
        (json!({ "images": [{ "url": "javascript:alert(1)", "alt": "" }] }), "/images/0/url"),
        (json!({ "titel": "a typo" }), "/titel"),
    ] {
        let answer = shop.post("/v1/admin/products").bearer(&owner).json(product_body(&overrides)).send().await;
        answer.problem(422, "invalid");
        assert_eq!(answer.pointers(), [pointer], "{overrides}");
    }
}

#[tokio::test]
async fn a_price_with_a_fraction_is_refused() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    for amount in ["19.99", "1e3", "\"1999\"", "1e400", "9007199254740993"] {
        let name = unique("thing");
        let body = format!(
            r#"{{"title": "Thing", "status": "draft", "variants": [{{"sku": "{name}", "prices": [{{"amount": {amount}, "currency": "EUR"}}]}}]}}"#
        );
        let answer = shop.post("/v1/admin/products").bearer(&owner).body("application/json", body).send().await;
        answer.some_problem();
        assert!(answer.is(422) || answer.is(400), "{amount}: {}", answer.told());
    }
}

#[tokio::test]
async fn a_slug_or_a_sku_that_is_taken_is_a_conflict() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let product = shop.new_product(json!({})).await;
    let body = product_body(&json!({ "slug": product.slug }));
    shop.post("/v1/admin/products").bearer(&owner).json(body).send().await.problem(409, "slug_taken");
    let body = product_body(&json!({ "variants": [{ "sku": product.sku, "prices": prices(1) }] }));
    let answer = shop.post("/v1/admin/products").bearer(&owner).json(body).send().await.expect(409);
    answer.problem(409, "sku_taken");
    let sized = |sku: &str, size: &str| json!({ "sku": sku, "options": { "Size": size }, "prices": prices(1) });
    let sizes = json!([{ "name": "Size", "values": ["S", "L"] }]);
    let other = json!({ "options": sizes, "variants": [sized(&unique("sku"), "S")] });
    let other = shop.new_product(other).await;
    for ask in [
        shop.post(&format!("/v1/admin/products/{}/variants", other.id)).json(sized(&product.sku, "L")),
        shop.patch(&format!("/v1/admin/variants/{}", other.variant)).json(json!({ "sku": product.sku })),
    ] {
        let problem = ask.bearer(&owner).send().await.problem(409, "sku_taken");
        assert_eq!(problem["errors"][0]["pointer"], "/sku");
    }
}

#[tokio::test]
async fn a_change_of_an_older_product_than_there_is_is_refused() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let product = shop.new_product(json!({})).await;
    let path = format!("/v1/admin/products/{}", product.id);
    let etag = shop.get(&path).bearer(&owner).send().await.expect(200).header("etag").to_owned();
    assert!(!etag.is_empty());
    let change =
        |title: &str| shop.patch(&path).bearer(&owner).header("if-match", &etag).json(json!({ "title": title }));
    let changed = change("First").send().await.expect(200);
    assert_ne!(changed.header("etag"), etag);
    let contract = shop.openapi().await;
    for (member, schema) in contract["components"]["schemas"]["ProductPatch"]["properties"].as_object().unwrap() {
        let answer = shop.patch(&path).bearer(&owner).json(json!({ member: null })).send().await;
        match schema.to_string().contains("null") {
            true => drop(answer.expect(200)),
            false => assert_eq!(answer.pointers(), [format!("/{member}")]),
        }
    }
    let description = shop.get(&path).bearer(&owner).send().await.json()["description"].clone();
    assert_eq!(description, "", "null takes an optional text away");
    let refused = change("Second").send().await.expect(412);
    refused.some_problem();
    assert_eq!(shop.get(&path).bearer(&owner).send().await.json()["title"], "First");
}

#[tokio::test]
async fn a_deleted_product_is_gone() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let product = shop.product(json!({})).await;
    let path = format!("/v1/admin/products/{}", product.id);
    shop.delete(&path).bearer(&owner).send().await.expect_success();
    within(PUBLISHED_MILLIS, "the deleted product is gone", async || {
        shop.get(&format!("/v1/products/{}", product.id)).send().await.is(404).then_some(())
    })
    .await;
}

#[tokio::test]
async fn creating_a_product_with_a_key_happens_once() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let (body, key) = (product_body(&json!({})), unique("key"));
    let create = |body: &Value| shop.post("/v1/admin/products").bearer(&owner).key(&key).json(body.clone());
    let first = create(&body).send().await.expect(201);
    assert_eq!(first.header("idempotent-replayed"), "");
    let again = create(&body).send().await.expect(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.json(), first.json());
    create(&product_body(&json!({}))).send().await.problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn a_query_that_makes_no_sense_is_refused() {
    let shop = Shop::open().await;
    for query in
        ["limit=0", "limit=101", "limit=-1", "limit=many", "sort=sideways", "price_min=cheap", "cursor=nonsense"]
    {
        let answer = shop.get(&format!("/v1/products?{query}")).send().await;
        answer.some_problem();
        assert!(answer.is(422) || answer.is(400), "{query}: {}", answer.told());
    }
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
