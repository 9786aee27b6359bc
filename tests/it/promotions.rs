//! Promotions as staff write them, and as they reach the shelf.

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tradepost::ids::PromotionId;
use tradepost::ports::{Database, Statement};
use tradepost::shelf;

use crate::ask::{Answer, Ask};
use crate::fixtures::{PUBLISHED_MILLIS, eur};
use crate::shop::{Shop, unique, within};

const PROMOTIONS: &str = "/v1/admin/promotions";

fn ten_percent(code: &str) -> Value {
    json!({ "title": "Welcome", "code": code, "effect": { "percentage": { "percent": "10" } } })
}

/// A code that nobody else has.
fn code() -> String {
    unique("welcome").to_uppercase()
}

fn path(promotion: &Value) -> String {
    format!("{PROMOTIONS}/{}", promotion["id"].as_str().unwrap())
}

async fn send(shop: &Shop, ask: Ask) -> Answer {
    ask.bearer(&shop.owner().await).send().await
}

async fn create(shop: &Shop, body: Value) -> Answer {
    send(shop, shop.post(PROMOTIONS).json(body)).await
}

async fn read(shop: &Shop, path: &str) -> Value {
    send(shop, shop.get(path)).await.expect(200).json()
}

#[tokio::test]
async fn a_promotion_is_read_as_it_was_written() {
    let shop = Shop::open().await;
    let product = shop.new_product(json!({})).await.id;
    let buy_get =
        json!({ "buy": { "quantity": 1, "products": [product] }, "get": { "quantity": 5, "percent": "100" } });
    for effect in [
        json!({ "percentage": { "percent": "12.5" } }),
        json!({ "fixed": { "amounts": [eur(500)] } }),
        json!({ "free_shipping": {} }),
        json!({ "buy_get": buy_get }),
        json!({ "tiered": { "tiers": [{ "from": eur(1_000), "percent": "5" }, { "from": eur(5_000), "percent": "10" }] } }),
    ] {
        let code = code();
        let whole = json!({
            "title": "Summer", "code": format!(" {} ", code.to_lowercase()), "starts_at": "2026-06-01T00:00:00.000Z",
            "ends_at": "2026-09-01T00:00:00.000Z", "combinable": true, "priority": 5, "usage_limit": 10,
            "usage_limit_per_customer": 1, "effect": effect,
            "conditions": { "subtotal_min": [eur(1_000)], "products": [product], "tags": ["sale"], "first_order": true, "exclude_sale": true },
        });
        let mut seen = create(&shop, whole.clone()).await.expect(201).json();
        assert_eq!(read(&shop, &path(&seen)).await, seen);
        assert_eq!((&seen["used"], &seen["version"], &seen["code"]), (&json!(0), &json!(1), &json!(code)));
        for (name, value) in whole.as_object().unwrap().iter().filter(|(name, _)| *name != "code") {
            assert_eq!(seen[name].take(), *value, "{name}");
        }
    }
}

#[tokio::test]
async fn a_promotion_without_code_and_limit_is_not_counted() {
    let shop = Shop::native("an automatic promotion is everybody's").await;
    let Some(shop) = shop else { return };
    let automatic = json!({ "title": "Sale", "effect": { "percentage": { "percent": "5" } } });
    let seen = create(&shop, automatic.clone()).await.expect(201).json();
    assert_eq!((&seen["code"], &seen["used"]), (&Value::Null, &Value::Null));
    let mut limited = automatic;
    limited["usage_limit"] = json!(3);
    assert_eq!(create(&shop, limited).await.expect(201).json()["used"], 0);
}

#[tokio::test]
async fn a_promotion_is_changed_and_deleted() {
    let shop = Shop::open().await;
    let created = create(&shop, ten_percent(&code())).await.expect(201);
    let (etag, seen) = (created.header("etag").to_owned(), created.json());
    let path = path(&seen);
    let change = json!({ "title": "Farewell", "usage_limit": 5, "effect": { "free_shipping": {} } });
    let changed = send(&shop, shop.patch(&path).header("if-match", &etag).json(change.clone())).await.expect(200);
    let mut expected = seen.clone();
    for (name, value) in change.as_object().unwrap() {
        expected[name] = value.clone();
    }
    expected["version"] = json!(2);
    expected["updated_at"] = changed.json()["updated_at"].clone();
    assert_eq!(changed.json(), expected);
    let stale = shop.patch(&path).header("if-match", &etag).json(json!({}));
    send(&shop, stale).await.problem(412, "stale");
    send(&shop, shop.delete(&path).header("if-match", &etag)).await.problem(412, "stale");
    send(&shop, shop.delete(&path)).await.expect(204);
    for gone in [shop.get(&path), shop.patch(&path).json(json!({})), shop.delete(&path)] {
        send(&shop, gone).await.problem(404, "not_found");
    }
    create(&shop, ten_percent(seen["code"].as_str().unwrap())).await.expect(201);
}

#[tokio::test]
async fn a_code_is_one_promotions() {
    let shop = Shop::open().await;
    let code = code();
    create(&shop, ten_percent(&code)).await.expect(201);
    for same in [code.clone(), code.to_lowercase(), format!(" {code} ")] {
        let refused = create(&shop, ten_percent(&same)).await;
        assert_eq!(refused.problem(409, "code_taken")["errors"][0]["pointer"], "/code");
    }
    let other = create(&shop, ten_percent(&self::code())).await.expect(201).json();
    let change = shop.patch(&path(&other)).json(json!({ "code": code }));
    send(&shop, change).await.problem(409, "code_taken");
    let at_once: Vec<_> = {
        let code = self::code();
        join_all((0..8).map(|_| create(&shop, ten_percent(&code)))).await
    };
    assert_eq!(at_once.iter().filter(|answer| answer.is(201)).count(), 1);
}

#[tokio::test]
async fn a_repeated_request_makes_one_promotion() {
    let shop = Shop::open().await;
    let body = ten_percent(&code());
    let ask = |key: &str| shop.post(PROMOTIONS).key(key).json(body.clone());
    let key = unique("key-of-one-promotion");
    let first = send(&shop, ask(&key)).await.expect(201);
    let again = send(&shop, ask(&key)).await.expect(201);
    assert_eq!((again.json(), again.header("idempotent-replayed")), (first.json(), "true"));
    let other = shop.post(PROMOTIONS).key(&key).json(ten_percent(&code()));
    send(&shop, other).await.problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn all_that_is_wrong_with_a_promotion_is_pointed_at() {
    let shop = Shop::open().await;
    let nobodys = "prod_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let body = json!({
        "title": "Sale", "code": "two words", "starts_at": "2026-02-01T00:00:00.000Z", "ends_at": "2026-01-01T00:00:00.000Z",
        "priority": 1_001, "conditions": { "products": [nobodys], "tags": [""] }, "effect": { "percentage": { "percent": "0" } },
    });
    let mut pointers = create(&shop, body).await.pointers();
    pointers.sort();
    let expected = [
        "/code",
        "/conditions/products/0",
        "/conditions/tags/0",
        "/effect/percentage/percent",
        "/ends_at",
        "/priority",
    ];
    assert_eq!(pointers, expected);
    for (member, value, pointer) in [
        ("code", json!(""), "/code"),
        ("code", json!("x".repeat(65)), "/code"),
        ("title", json!(""), "/title"),
        ("usage_limit", json!(-1), "/usage_limit"),
        ("effect", json!({ "fixed": { "amounts": [] } }), "/effect/fixed/amounts"),
        ("effect", json!({ "fixed": { "amounts": [eur(0)] } }), "/effect/fixed/amounts/0/amount"),
        ("discount", json!(10), "/discount"),
    ] {
        let mut body = ten_percent(&code());
        body[member] = value;
        assert_eq!(create(&shop, body.clone()).await.pointers(), [pointer], "{body}");
    }
}

#[tokio::test]
async fn promotions_are_listed_the_newest_first() {
    let Some(shop) = Shop::native("others make promotions at the same time").await else { return };
    let mut made = Vec::new();
    for _ in 0..5 {
        made.insert(0, create(&shop, ten_percent(&code())).await.expect(201).json());
    }
    let mut seen = Vec::new();
    let mut next = Some(format!("{PROMOTIONS}?limit=2"));
    while let Some(page) = next.take() {
        let page = read(&shop, &page).await;
        assert_eq!(page["total"], 5);
        seen.extend(page["items"].as_array().unwrap().clone());
        next = page["next_cursor"].as_str().map(|cursor| format!("{PROMOTIONS}?limit=2&cursor={cursor}"));
    }
    assert_eq!(seen, made);
    send(&shop, shop.get(&format!("{PROMOTIONS}?cursor=nonsense"))).await.problem(422, "invalid");
}

#[tokio::test]
async fn a_shop_has_so_many_promotions_and_no_more() {
    let Some(shop) = Shop::native("the count is set in the database").await else { return };
    let set = async |sql: &'static str| {
        shop.host().database.batch(vec![Statement::new(sql, [])]).await.unwrap();
    };
    set("UPDATE catalog_state SET promotions = 499").await;
    let last = create(&shop, ten_percent(&code())).await.expect(201).json();
    create(&shop, ten_percent(&code())).await.problem(409, "promotions_full");
    send(&shop, shop.delete(&path(&last))).await.expect(204);
    set("UPDATE catalog_state SET promotion_bytes = 999999").await;
    create(&shop, ten_percent(&code())).await.problem(409, "promotions_full");
}

/// Another change comes between the look at the promotion and the write.
#[tokio::test]
async fn of_two_changes_at_once_none_is_lost() {
    let Some(shop) = Shop::native("another change comes in between").await else { return };
    let seen = create(&shop, ten_percent(&code())).await.expect(201).json();
    for ask in [shop.patch(&path(&seen)).json(json!({ "priority": 1 })), shop.delete(&path(&seen))] {
        let mut done = false;
        shop.host().database.come_between(move |sql| {
            let now = sql.contains("promotions = promotions + ?3") && !std::mem::replace(&mut done, true);
            now.then(|| Statement::new("UPDATE promotions SET version = version + 1", []))
        });
        send(&shop, ask).await.problem(409, "promotion_changed");
    }
}

/// What prices are made of, as another isolate has it within two seconds.
#[tokio::test]
async fn a_promotion_is_on_the_shelf_within_two_seconds() {
    let Some(shop) = Shop::native("the shelf is looked into").await else { return };
    let product = shop.product(json!({})).await;
    let there = async |app: &tradepost::app::App, id: PromotionId| {
        let copy: Arc<_> = shelf::current(app).await.unwrap();
        copy.promotions.iter().any(|promotion| promotion.id == id)
    };
    let reader = shop.host().isolate();
    let seen = create(&shop, ten_percent(&code())).await.expect(201).json();
    let id: PromotionId = seen["id"].as_str().unwrap().parse().unwrap();
    within(PUBLISHED_MILLIS, "the promotion is on the shelf", async || there(&reader, id).await.then_some(())).await;
    let beginner = shop.host().isolate();
    assert!(there(&beginner, id).await, "an isolate that begins has it, too");
    // One that ended long ago is nobody's to read about.
    let ended = json!({ "ends_at": "2020-01-01T00:00:00.000Z" });
    send(&shop, shop.patch(&path(&seen)).json(ended)).await.expect(200);
    within(PUBLISHED_MILLIS, "it is gone", async || (!there(&reader, id).await).then_some(())).await;
    shop.get(&format!("/v1/products/{}", product.id)).send().await.expect(200);
}

/// Nothing was ever published, or the store is down.
#[tokio::test]
async fn an_isolate_that_reads_the_database_has_the_promotions() {
    let Some(shop) = Shop::native("the shelf is looked into").await else { return };
    let seen = create(&shop, ten_percent(&code())).await.expect(201).json();
    let copy = shelf::current(&shop.host().isolate()).await.unwrap();
    assert_eq!(
        copy.promotions.iter().map(|promotion| promotion.id.to_string()).collect::<Vec<_>>(),
        [seen["id"].as_str().unwrap()]
    );
}

/// Within two seconds in carts, and from the answer on where an order is placed.
#[tokio::test]
async fn a_cart_has_what_staff_have_just_decided() {
    let Some(shop) = Shop::native("an automatic promotion is everybody's").await else { return };
    let product = shop.stocked(2).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    let ten_off = json!({ "title": "Sale", "effect": { "percentage": { "percent": "10" } } });
    create(&shop, ten_off).await.expect(201);
    let other = shop.ready_cart(&product.variant, 1).await;
    let placed = shop.place(&other, "pm_card_visa").await.expect_success().json();
    assert_eq!(placed["totals"]["discount"], eur(200));
    within(PUBLISHED_MILLIS, "the cart has the discount", async || {
        (shop.see_cart(&cart).await["totals"]["discount"] == eur(200)).then_some(())
    })
    .await;
}
