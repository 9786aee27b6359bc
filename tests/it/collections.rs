//! Collections as staff write them, and as buyers find them.

use serde_json::{Value, json};
use tradepost::ports::{Database, Statement};

use crate::ask::{Answer, Ask};
use crate::fixtures::{PUBLISHED_MILLIS, eur};
use crate::shop::{Shop, eventually, unique, within};

const COLLECTIONS: &str = "/v1/admin/collections";
const NOBODYS: &str = "col_01ARZ3NDEKTSV4RRFFQ69G5FAV";

fn path(collection: &Value) -> String {
    format!("{COLLECTIONS}/{}", collection["id"].as_str().unwrap())
}

fn shown(title: &str) -> Value {
    json!({ "title": title, "published": true })
}

async fn send(shop: &Shop, ask: Ask) -> Answer {
    ask.bearer(&shop.owner().await).send().await
}

async fn create(shop: &Shop, body: Value) -> Answer {
    send(shop, shop.post(COLLECTIONS).json(body)).await
}

async fn made(shop: &Shop, body: Value) -> Value {
    create(shop, body).await.expect(201).json()
}

async fn read(shop: &Shop, path: &str) -> Value {
    send(shop, shop.get(path)).await.expect(200).json()
}

async fn pick(shop: &Shop, collection: &Value, change: Value) -> Answer {
    send(shop, shop.post(&format!("{}/products", path(collection))).json(change)).await
}

/// The ids of what was picked, in order.
async fn picked(shop: &Shop, collection: &Value) -> Vec<String> {
    let list = read(shop, &format!("{}/products?limit=100", path(collection))).await;
    ids(&list["items"])
}

fn ids(items: &Value) -> Vec<String> {
    items.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn listed(shop: &Shop, query: &str) -> Vec<String> {
    ids(&shop.get(&format!("/v1/products?{query}")).send().await.expect(200).json()["items"])
}

async fn until_listed(shop: &Shop, query: &str, expected: &[&str]) {
    within(PUBLISHED_MILLIS, "the collection is published", async || {
        (listed(shop, query).await == expected).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_collection_is_read_as_it_was_written() {
    let shop = Shop::open().await;
    let parent = made(&shop, json!({ "title": "Kitchen" })).await;
    let rule = json!({ "match": "any", "conditions": [
        { "fact": "tag", "not": false, "text": "mug" }, { "fact": "vendor", "not": true, "text": "Acme" },
        { "fact": "price_to", "not": false, "price": eur(2_000) }, { "fact": "in_stock", "not": false },
    ] });
    let slug = unique("mugs");
    let whole = json!({
        "title": "Mugs", "slug": slug, "description": "To drink of.", "image": { "url": "/assets/mug.svg", "alt": "A mug" },
        "seo_title": "Mugs!", "seo_description": "All mugs.", "parent": parent["id"], "position": 7, "published": true,
        "sort": "price_desc", "rule": rule,
    });
    let seen = made(&shop, whole.clone()).await;
    assert_eq!(read(&shop, &path(&seen)).await, seen);
    for (name, value) in whole.as_object().unwrap() {
        assert_eq!(seen[name], *value, "{name}");
    }
    assert_eq!((&seen["version"], &seen["picked"]), (&json!(1), &json!(0)));
    let bare = made(&shop, json!({ "title": unique("Bare") })).await;
    assert_eq!(
        [&bare["published"], &bare["sort"], &bare["rule"], &bare["parent"]],
        [&json!(false), &json!("manual"), &Value::Null, &Value::Null]
    );
}

#[tokio::test]
async fn a_collection_is_changed_and_deleted() {
    let shop = Shop::open().await;
    let created = create(&shop, json!({ "title": unique("Before") })).await.expect(201);
    let (etag, seen) = (created.header("etag").to_owned(), created.json());
    let change = json!({ "title": "After", "published": true, "sort": "title" });
    let changed =
        send(&shop, shop.patch(&path(&seen)).header("if-match", &etag).json(change.clone())).await.expect(200);
    let mut expected = seen.clone();
    for (name, value) in change.as_object().unwrap() {
        expected[name] = value.clone();
    }
    expected["version"] = json!(2);
    expected["updated_at"] = changed.json()["updated_at"].clone();
    assert_eq!(changed.json(), expected);
    send(&shop, shop.patch(&path(&seen)).header("if-match", &etag).json(json!({}))).await.problem(412, "stale");
    send(&shop, shop.delete(&path(&seen)).header("if-match", &etag)).await.problem(412, "stale");
    send(&shop, shop.delete(&path(&seen))).await.expect(204);
    let path = path(&seen);
    let products = format!("{path}/products");
    for gone in [
        shop.get(&path),
        shop.patch(&path).json(json!({})),
        shop.delete(&path),
        shop.get(&products),
        shop.post(&products).json(json!({})),
    ] {
        send(&shop, gone).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn two_collections_of_one_title_have_a_slug_each() {
    let shop = Shop::open().await;
    let title = unique("Coffee Mugs");
    let first = made(&shop, json!({ "title": title })).await;
    let slug = first["slug"].as_str().unwrap();
    assert_eq!(made(&shop, json!({ "title": title })).await["slug"], format!("{slug}-2"));
    let taken = create(&shop, json!({ "title": "Other", "slug": slug })).await;
    assert_eq!(taken.problem(409, "slug_taken")["errors"][0]["pointer"], "/slug");
    let other = made(&shop, json!({ "title": unique("Other") })).await;
    send(&shop, shop.patch(&path(&other)).json(json!({ "slug": slug }))).await.problem(409, "slug_taken");
    let key = unique("key-of-one-collection");
    let ask = || shop.post(COLLECTIONS).key(&key).json(json!({ "title": title }));
    let once = send(&shop, ask()).await.expect(201).json();
    let again = send(&shop, ask()).await.expect(201);
    assert_eq!((again.json(), again.header("idempotent-replayed")), (once, "true"));
}

#[tokio::test]
async fn all_that_is_wrong_with_a_collection_is_pointed_at() {
    let shop = Shop::open().await;
    let yen = json!({ "amount": 1, "currency": "JPY" });
    let body = json!({
        "title": " ", "slug": "A b", "parent": NOBODYS, "image": { "url": "x" },
        "rule": { "match": "all", "conditions": [{ "fact": "tag" }, { "fact": "price_from", "price": yen }] },
    });
    let mut pointers = create(&shop, body).await.pointers();
    pointers.sort();
    let expected =
        ["/image/url", "/parent", "/rule/conditions/0/text", "/rule/conditions/1/price/currency", "/slug", "/title"];
    assert_eq!(pointers, expected);
    for (member, value, pointer) in [
        ("colour", json!("red"), "/colour"),
        ("sort", json!("best"), "/sort"),
        ("position", json!(-1), "/position"),
        ("rule", json!({ "match": "all", "conditions": [{ "fact": "size" }] }), "/rule/conditions/0/fact"),
    ] {
        let mut body = shown("Sale");
        body[member] = value;
        assert_eq!(create(&shop, body.clone()).await.pointers(), [pointer], "{body}");
    }
    let collection = made(&shop, json!({ "title": unique("Mugs") })).await;
    let nobodys = "prod_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let change = json!({ "add": [nobodys], "order": [nobodys], "remove": [nobodys] });
    assert_eq!(pick(&shop, &collection, change).await.pointers(), ["/add/0", "/order/0"]);
}

#[tokio::test]
async fn collections_make_at_most_five_levels_and_no_circle() {
    let shop = Shop::open().await;
    let mut chain: Vec<Value> = Vec::new();
    for _ in 0..5 {
        let parent = chain.last().map_or(Value::Null, |above| above["id"].clone());
        chain.push(made(&shop, json!({ "title": unique("Level"), "parent": parent })).await);
    }
    let deeper = create(&shop, json!({ "title": "Deep", "parent": chain[4]["id"] })).await;
    assert_eq!(deeper.pointers(), ["/parent"]);
    for below in [0, 2, 4] {
        let change = json!({ "parent": chain[below]["id"] });
        assert_eq!(send(&shop, shop.patch(&path(&chain[0])).json(change)).await.pointers(), ["/parent"]);
    }
    // What is in one that is deleted goes up.
    send(&shop, shop.delete(&path(&chain[1]))).await.expect(204);
    assert_eq!(read(&shop, &path(&chain[2])).await["parent"], chain[0]["id"]);
    made(&shop, json!({ "title": "Deep", "parent": chain[4]["id"] })).await;
}

#[tokio::test]
async fn every_collection_is_told_by_the_titles_that_lead_to_it() {
    let shop = Shop::open().await;
    let top = unique("Öfen");
    let above = made(&shop, json!({ "title": top })).await;
    let mut below = Vec::new();
    for title in ["Zinn", "émail", "Eisen"] {
        below.push(made(&shop, json!({ "title": title, "parent": above["id"] })).await);
    }
    let inner = made(&shop, json!({ "title": "Guss", "parent": below[2]["id"] })).await;
    let paths = read(&shop, &format!("{COLLECTIONS}/paths")).await;
    let paths = paths["items"].as_array().unwrap().iter().filter(|item| item["path"][0] == json!(top));
    let expected = [
        json!({ "id": above["id"], "path": [top] }),
        json!({ "id": below[2]["id"], "path": [top, "Eisen"] }),
        json!({ "id": inner["id"], "path": [top, "Eisen", "Guss"] }),
        json!({ "id": below[1]["id"], "path": [top, "émail"] }),
        json!({ "id": below[0]["id"], "path": [top, "Zinn"] }),
    ];
    assert_eq!(paths.cloned().collect::<Vec<_>>(), expected);
    shop.get(&format!("{COLLECTIONS}/paths")).send().await.expect(401);
}

/// Each of two goes below the other, and neither has seen the other go.
#[tokio::test]
async fn two_moves_at_once_make_no_circle() {
    let Some(shop) = Shop::native("another change comes in between").await else { return };
    let one = made(&shop, json!({ "title": "One" })).await;
    let other = made(&shop, json!({ "title": "Other" })).await;
    let moved = format!(
        "UPDATE collections SET parent = '{}' WHERE id = '{}'",
        one["id"].as_str().unwrap(),
        other["id"].as_str().unwrap()
    );
    let mut done = false;
    shop.host().database.come_between(move |sql| {
        let now = sql.contains("UPDATE collections SET slug") && !std::mem::replace(&mut done, true);
        now.then(|| Statement::new(moved.clone().leak() as &'static str, []))
    });
    let refused = send(&shop, shop.patch(&path(&one)).json(json!({ "parent": other["id"] }))).await;
    assert_eq!(refused.pointers(), ["/parent"]);
}

#[tokio::test]
async fn of_two_changes_at_once_none_is_lost() {
    let Some(shop) = Shop::native("another change comes in between").await else { return };
    let seen = made(&shop, json!({ "title": "Mugs" })).await;
    for ask in [shop.patch(&path(&seen)).json(json!({ "position": 1 })), shop.delete(&path(&seen))] {
        let mut done = false;
        shop.host().database.come_between(move |sql| {
            let now = sql.contains("AND version = ?2") && !std::mem::replace(&mut done, true);
            now.then(|| Statement::new("UPDATE collections SET version = version + 1", []))
        });
        send(&shop, ask).await.problem(409, "collection_changed");
    }
}

#[tokio::test]
async fn what_is_picked_is_changed_in_parts() {
    let shop = Shop::open().await;
    let collection = made(&shop, shown(&unique("Mugs"))).await;
    let mut products = Vec::new();
    for _ in 0..5 {
        products.push(shop.new_product(json!({})).await.id);
    }
    let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|n: usize| products[n].as_str());
    for (change, expected) in [
        (json!({ "add": [c, a, c] }), vec![c, a]),
        // Whoever adds what is there moves nothing.
        (json!({ "add": [b, c] }), vec![c, a, b]),
        (json!({ "remove": [a, e], "add": [d] }), vec![c, b, d]),
        (json!({ "order": [d, e, c, d] }), vec![d, c, b]),
        (json!({ "remove": [d], "add": [e, a], "order": [a] }), vec![a, c, b, e]),
        (json!({}), vec![a, c, b, e]),
    ] {
        pick(&shop, &collection, change.clone()).await.expect(200);
        assert_eq!(picked(&shop, &collection).await, expected, "{change}");
    }
    let seen = read(&shop, &path(&collection)).await;
    assert_eq!((&seen["picked"], &seen["version"]), (&json!(4), &json!(7)));
    let slug = seen["slug"].as_str().unwrap();
    until_listed(&shop, &format!("collection={slug}"), &[a, c, b, e]).await;
    let list = read(&shop, &format!("{}/products?limit=3", path(&collection))).await;
    assert_eq!(list["total"], 4);
    let next = format!("{}/products?cursor={}", path(&collection), list["next_cursor"].as_str().unwrap());
    assert_eq!(ids(&read(&shop, &next).await["items"]), [e]);
    // What is deleted is in no collection.
    send(&shop, shop.delete(&format!("/v1/admin/products/{c}"))).await.expect(204);
    assert_eq!(picked(&shop, &collection).await, [a, b, e]);
    until_listed(&shop, &format!("collection={slug}"), &[a, b, e]).await;
}

#[tokio::test]
async fn a_rule_takes_no_product_by_hand_but_an_order() {
    let shop = Shop::open().await;
    let tag = unique("tag");
    let rule = json!({ "match": "all", "conditions": [{ "fact": "tag", "text": tag }] });
    let collection = made(&shop, json!({ "title": unique("Red"), "published": true, "rule": rule })).await;
    let first = shop.new_product(json!({ "tags": [tag] })).await.id;
    let second = shop.new_product(json!({ "tags": [tag] })).await.id;
    let other = shop.new_product(json!({})).await.id;
    let query = format!("collection={}", collection["slug"].as_str().unwrap());
    until_listed(&shop, &query, &[&second, &first]).await;
    pick(&shop, &collection, json!({ "add": [other] })).await.problem(409, "by_rule");
    pick(&shop, &collection, json!({ "order": [first, other] })).await.expect(200);
    until_listed(&shop, &query, &[&first, &second]).await;
    // A product that is changed moves by itself.
    let change = json!({ "tags": [] });
    send(&shop, shop.patch(&format!("/v1/admin/products/{first}")).json(change)).await.expect(200);
    until_listed(&shop, &query, &[&second]).await;
}

#[tokio::test]
async fn buyers_find_the_tree_and_what_products_are_in() {
    let shop = Shop::open().await;
    let top = made(&shop, shown(&unique("Kitchen"))).await;
    let mut body = shown(&unique("Mugs"));
    body["parent"] = top["id"].clone();
    body["description"] = json!("To drink of.");
    let below = made(&shop, body).await;
    let hidden = made(&shop, json!({ "title": unique("Hidden") })).await;
    let product = shop.new_product(json!({})).await.id;
    for collection in [&below, &hidden] {
        pick(&shop, collection, json!({ "add": [product] })).await.expect(200);
    }
    let at = |collection: &Value| format!("/v1/collections/{}", collection["slug"].as_str().unwrap());
    let seen = eventually("the collection is published", async || {
        let product = shop.get(&format!("/v1/products/{product}")).send().await.expect(200).json();
        let own = [&top["id"], &below["id"], &hidden["id"]].map(|id| id.as_str().unwrap().to_owned());
        // A live shop may have rules that it meets.
        let seen: Vec<_> = ids(&product["collections"]).into_iter().filter(|id| own.contains(id)).collect();
        (!seen.is_empty()).then_some(seen)
    })
    .await;
    assert_eq!(seen, [top["id"].as_str().unwrap(), below["id"].as_str().unwrap()]);
    let answer = shop.get(&at(&below)).send().await.expect(200);
    let detail = answer.json();
    assert_eq!((&detail["description"], &detail["parent"]), (&below["description"], &top["id"]));
    assert_eq!(ids(&detail["ancestors"]), [top["id"].as_str().unwrap()]);
    let unchanged = shop.get(&at(&below)).header("if-none-match", answer.header("etag")).send().await;
    assert_eq!(unchanged.status, 304);
    let list = shop.get("/v1/collections").send().await.expect(200).json();
    let item = list["items"].as_array().unwrap().iter().find(|item| item["id"] == top["id"]).unwrap();
    assert_eq!(ids(&item["children"]), [below["id"].as_str().unwrap()]);
    assert_eq!(item.get("description"), None);
    assert!(!ids(&list["items"]).contains(&hidden["id"].as_str().unwrap().to_owned()));
    shop.get(&at(&hidden)).send().await.problem(404, "not_found");
    shop.get(&format!("{}?page=2", at(&below))).send().await.problem(422, "invalid");
}

/// The copy has it: nobody else is asked.
#[tokio::test]
async fn whoever_reads_collections_asks_no_database() {
    let Some(shop) = Shop::native("the database is down").await else { return };
    let collection = made(&shop, shown("Mugs")).await;
    let product = shop.new_product(json!({})).await.id;
    pick(&shop, &collection, json!({ "add": [product] })).await.expect(200);
    until_listed(&shop, "collection=mugs", &[&product]).await;
    shop.host().database.come_between(|sql| panic!("somebody asked: {sql}"));
    for path in ["/v1/collections", "/v1/collections/mugs", "/v1/products?collection=mugs&facets=true"] {
        shop.get(path).send().await.expect(200);
    }
}

#[tokio::test]
async fn a_shop_has_so_many_collections_and_no_more() {
    let Some(shop) = Shop::native("rows are put into the database").await else { return };
    let set = async |sql: &str| {
        let sql: &'static str = sql.to_owned().leak();
        shop.host().database.batch(vec![Statement::new(sql, [])]).await.unwrap();
    };
    let numbers = |most: u32| {
        format!("WITH RECURSIVE n (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < {most}) INSERT INTO")
    };
    let scanning = json!({ "match": "all", "conditions": [{ "fact": "on_sale" }] });
    let by_rule = json!({ "title": "Sale", "rule": scanning });
    let sale = made(&shop, by_rule.clone()).await;
    let mugs = made(&shop, json!({ "title": "Mugs" })).await;
    let copies = "collections SELECT printf('col_01ARZ3NDEKTSV4RRFFQ6%06d', n), 'copy-' || n, NULL, scans, '', collection, NULL, 1, 0, 0
                  FROM n JOIN collections ON slug = 'sale'";
    set(&format!("{} {copies}", numbers(100))).await;
    create(&shop, by_rule).await.problem(409, "collections_full");
    set("UPDATE collections SET scans = 0").await;
    set("DELETE FROM collections WHERE slug GLOB 'copy-*'").await;
    set(&format!("{} {copies}", numbers(999))).await;
    create(&shop, json!({ "title": "One more" })).await.problem(409, "collections_full");
    set("DELETE FROM collections WHERE slug GLOB 'copy-*'").await;
    let large = "json_set(collection, '$.description', printf('%.2000000c', 'x'))";
    set(&format!("UPDATE collections SET collection = {large} WHERE slug = 'mugs'")).await;
    create(&shop, json!({ "title": "One more" })).await.problem(409, "collections_full");
    send(&shop, shop.patch(&path(&mugs)).json(json!({ "description": null }))).await.expect(200);
    let columns = "id, slug, title, description, status, delivery, version, bytes, packed_bytes, created_at, updated_at, sought, metadata";
    let product = "printf('prod_01ARZ3NDEKTSV4RRFFQ6%06d', n), 'copy-' || n, 'x', '', 'draft', 'shipped', 1, 0, 0, 0, 0, '', '{}'";
    set(&format!("{} products ({columns}) SELECT {product} FROM n", numbers(5_001))).await;
    let all = "SELECT collections.id, products.id, 1 FROM collections, products WHERE collections.slug = 'mugs'";
    set(&format!("INSERT INTO collection_products {all}")).await;
    let product = shop.new_product(json!({})).await.id;
    pick(&shop, &mugs, json!({ "add": [product] })).await.problem(409, "collections_full");
    pick(&shop, &sale, json!({ "order": [product] })).await.expect(200);
}

#[tokio::test]
async fn collections_are_listed_the_newest_first_and_found_by_their_titles() {
    let Some(shop) = Shop::native("others make collections at the same time").await else { return };
    let mut all = Vec::new();
    for title in ["Émail Mugs", "Plates", "Blue Mugs"] {
        all.insert(0, made(&shop, json!({ "title": title })).await);
    }
    let mut seen = Vec::new();
    let mut next = Some(format!("{COLLECTIONS}?limit=2"));
    while let Some(page) = next.take() {
        let page = read(&shop, &page).await;
        assert_eq!(page["total"], 3);
        seen.extend(page["items"].as_array().unwrap().clone());
        next = page["next_cursor"].as_str().map(|cursor| format!("{COLLECTIONS}?limit=2&cursor={cursor}"));
    }
    assert_eq!(seen, all);
    let found = read(&shop, &format!("{COLLECTIONS}?q=email+mug")).await;
    assert_eq!((&found["total"], &found["items"][0]["title"]), (&json!(1), &json!("Émail Mugs")));
}

/// From the answer on where an order is placed, and within two seconds in carts.
#[tokio::test]
async fn a_promotion_takes_something_off_what_is_in_a_collection() {
    let Some(shop) = Shop::native("an automatic promotion is everybody's").await else { return };
    let (inside, outside) = (shop.stocked(5).await, shop.stocked(5).await);
    let top = made(&shop, json!({ "title": "Kitchen" })).await;
    let below = made(&shop, json!({ "title": "Mugs", "parent": top["id"] })).await;
    let promotion = |collections: Value| json!({ "title": "Sale", "conditions": { "collections": collections }, "effect": { "percentage": { "percent": "10" } } });
    let refused = send(&shop, shop.post("/v1/admin/promotions").json(promotion(json!([NOBODYS])))).await;
    assert_eq!(refused.pointers(), ["/conditions/collections/0"]);
    send(&shop, shop.post("/v1/admin/promotions").json(promotion(json!([top["id"]])))).await.expect(201);
    let (cart, other) = (shop.ready_cart(&inside.variant, 1).await, shop.ready_cart(&outside.variant, 1).await);
    let another = shop.ready_cart(&inside.variant, 1).await;
    pick(&shop, &below, json!({ "add": [inside.id] })).await.expect(200);
    let placed = shop.place(&cart, "pm_card_visa").await.expect_success().json();
    assert_eq!(placed["totals"]["discount"], eur(200), "the truth is asked");
    within(PUBLISHED_MILLIS, "the cart has the discount", async || {
        (shop.see_cart(&another).await["totals"]["discount"] == eur(200)).then_some(())
    })
    .await;
    assert_eq!(shop.see_cart(&other).await["totals"]["discount"], eur(0));
}
