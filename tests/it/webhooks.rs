//! Other systems are told what happens: to whom, what, in which order, and what
//! the owner sees and does of it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tradepost::app::Config;
use tradepost::ports::ObjectClass;

use crate::fixtures::Cart;
use crate::host::faults::{Site, When};
use crate::host::receiver::{self, Taken};
use crate::shop::{Shop, config, eventually, unique, within};

const NATIVE: &str = "it needs an endpoint, and faults, which only the native host has";
const ALL: [&str; 5] = ["order.placed", "order.paid", "order.cancelled", "order.refunded", "order.updated"];

/// A webhook at a path of its own, and what takes it.
struct Hook {
    shop: Shop,
    id: String,
    path: String,
    json: Value,
}

impl Hook {
    async fn add(shop: &Shop, types: &[&str]) -> Self {
        let path = format!("/{}", unique("in"));
        let body = json!({ "url": format!("{}{path}", receiver::URL), "types": types });
        let made = shop.post("/v1/admin/webhooks").bearer(&shop.owner().await).json(body).send().await;
        let json = made.expect(201).json();
        Self { shop: shop.clone(), id: json["id"].as_str().unwrap().to_owned(), path, json }
    }

    fn at(&self, rest: &str) -> String {
        format!("/v1/admin/webhooks/{}{rest}", self.id)
    }

    fn taken(&self) -> Vec<Taken> {
        self.shop.host().http.receiver.taken(&self.path)
    }

    fn kinds(&self) -> Vec<String> {
        self.taken().iter().map(|one| one.kind().to_owned()).collect()
    }

    fn answers(&self, status: u16) {
        self.shop.host().http.receiver.answers(&self.path, status);
    }

    async fn until_taken(&self, count: usize) -> Vec<Taken> {
        eventually(&format!("{count} came"), async || Some(self.taken()).filter(|taken| taken.len() >= count)).await
    }

    async fn ask(&self, rest: &str, body: Value) -> Value {
        let post = self.shop.post(&self.at(rest)).bearer(&self.shop.owner().await);
        post.json(body).send().await.expect_success().json()
    }

    async fn change(&self, body: Value) -> Value {
        let patch = self.shop.patch(&self.at("")).bearer(&self.shop.owner().await);
        patch.json(body).send().await.expect(200).json()
    }

    async fn deliveries(&self, query: &str) -> Vec<Value> {
        let list = self.shop.get(&self.at(&format!("/deliveries{query}"))).bearer(&self.shop.owner().await);
        list.send().await.expect(200).json()["items"].as_array().unwrap().clone()
    }

    async fn until_deliveries(&self, query: &str, count: usize) -> Vec<Value> {
        eventually(&format!("{count} of {query}"), async || {
            Some(self.deliveries(query).await).filter(|deliveries| deliveries.len() == count)
        })
        .await
    }
}

async fn order(shop: &Shop, method: &str) -> Cart {
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, method).await.expect(201);
    cart
}

#[tokio::test]
async fn an_order_that_is_placed_and_paid_is_told_of_in_order() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let hook = Hook::add(&shop, &ALL).await;
    let cart = order(&shop, "pm_card_visa").await;
    let taken = hook.until_taken(2).await;
    assert_eq!(hook.kinds(), ["order.placed", "order.paid"]);
    let order = shop.order(&cart).await;
    for (taken, milestone) in taken.iter().zip(["placed", "paid"]) {
        let happened = order["events"].as_array().unwrap().iter().find(|one| one["type"] == milestone).unwrap();
        assert_eq!(taken.body["timestamp"], happened["at"]);
        let data = &taken.body["data"];
        for member in ["id", "number", "status", "placed_at"] {
            assert_eq!(data[member], order[member], "{member}");
        }
        assert_eq!((&data["total"], &data["payment_status"]), (&order["totals"]["total"], &json!("paid")));
        assert_eq!(data["url"], format!("{}/v1/admin/orders/{}", shop.origin(), cart.id));
        assert!(!taken.text.contains("ada@example.com") && !taken.text.contains("Lovelace"), "{}", taken.text);
        assert!(taken.header("webhook-signature").starts_with("v1,") && !taken.header("webhook-timestamp").is_empty());
    }
    let deliveries = hook.until_deliveries("?status=delivered", 2).await;
    let numbers: Vec<_> = deliveries.iter().map(|one| one["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [2, 1]);
    let newest = json!([deliveries[0]["order_id"], deliveries[0]["attempts"], deliveries[0]["response_status"]]);
    assert_eq!(newest, json!([cart.id, 1, 204]));
    assert_eq!(deliveries[0]["event_id"], taken[1].id());
}

#[tokio::test]
async fn what_else_changes_is_an_update_and_an_end_is_told_by_name() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let hook = Hook::add(&shop, &ALL).await;
    let cart = order(&shop, "pm_card_chargeDeclined").await;
    hook.until_taken(1).await;
    let pay = shop.post(&cart.order_path("/payments")).cart_token(&cart.token);
    pay.json(crate::fixtures::payment("pm_card_chargeDeclined")).send().await.expect(200);
    hook.until_taken(2).await;
    shop.post(&cart.order_path("/cancel")).cart_token(&cart.token).json(json!({})).send().await.expect(200);
    within(5_000, "its end is told", async || (hook.kinds().last()? == "order.cancelled").then_some(())).await;
    let kinds = hook.kinds();
    assert_eq!((&*kinds[0], &*kinds[1]), ("order.placed", "order.updated"), "{kinds:?}");
    assert_eq!(kinds.iter().filter(|kind| *kind == "order.cancelled").count(), 1);
}

#[tokio::test]
async fn an_endpoint_is_told_of_the_types_that_it_chose_and_of_nothing_before_it_was_there() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let all = Hook::add(&shop, &ALL).await;
    let before = order(&shop, "pm_card_chargeDeclined").await;
    all.until_taken(1).await;
    let paid = Hook::add(&shop, &["order.paid", "order.cancelled"]).await;
    let late = Hook::add(&shop, &ALL).await;
    order(&shop, "pm_card_visa").await;
    shop.post(&before.order_path("/cancel")).cart_token(&before.token).json(json!({})).send().await.expect(200);
    paid.until_taken(2).await;
    late.until_taken(3).await;
    let sorted = |hook: &Hook| {
        let mut kinds = hook.kinds();
        kinds.sort();
        kinds
    };
    assert_eq!(sorted(&paid), ["order.cancelled", "order.paid"]);
    assert_eq!(sorted(&late), ["order.cancelled", "order.paid", "order.placed"]);
}

#[tokio::test]
async fn messages_that_come_twice_and_backwards_are_told_once() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    shop.host().queue.unruly();
    let hook = Hook::add(&shop, &ALL).await;
    let cart = order(&shop, "pm_card_visa").await;
    hook.until_taken(2).await;
    for _ in 0..3 {
        shop.post(&format!("/dev/orders/{}/republish", cart.id)).send().await.expect(202);
    }
    order(&shop, "pm_card_visa").await;
    hook.until_taken(4).await;
    let ids: BTreeSet<_> = hook.taken().iter().map(|one| one.id().to_owned()).collect();
    assert_eq!((ids.len(), hook.taken().len()), (4, 4));
}

#[tokio::test]
async fn what_a_crash_interrupts_comes_all_the_same_by_the_same_name() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let hook = Hook::add(&shop, &ALL).await;
    let faults = &shop.host().faults;
    let mut expected = 0;
    for when in [When::Before, When::After] {
        for (site, text) in [
            (Site::Command(ObjectClass::Webhook), "tell"),
            (Site::Commit(ObjectClass::Webhook), "INSERT INTO deliveries"),
            (Site::Commit(ObjectClass::Webhook), "SET attempts"),
            (Site::Commit(ObjectClass::Webhook), "SET status"),
            (Site::Http, receiver::URL),
            (Site::Batch, "FROM webhooks WHERE disabled_at IS NULL"),
            (Site::Batch, "FROM webhooks WHERE id"),
        ] {
            faults.once(site, text, when);
            order(&shop, "pm_card_visa").await;
            expected += 2;
            within(20_000, &format!("{site:?} {text} {when:?} is got over"), async || {
                let ids: BTreeSet<_> = hook.taken().iter().map(|one| one.id().to_owned()).collect();
                shop.host().clock.advance(1_000);
                (ids.len() == expected).then_some(())
            })
            .await;
        }
    }
    hook.until_deliveries("?status=waiting&limit=100", 0).await;
}

#[tokio::test]
async fn an_endpoint_that_fails_is_tried_again_and_others_have_theirs() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let (failing, well) = (Hook::add(&shop, &ALL).await, Hook::add(&shop, &ALL).await);
    failing.answers(302);
    order(&shop, "pm_card_visa").await;
    well.until_taken(2).await;
    failing.until_taken(1).await;
    let waiting = failing.until_deliveries("?status=waiting", 2).await;
    assert_eq!(failing.taken().len(), 1, "the second waits for the first");
    assert_eq!((&waiting[1]["attempts"], &waiting[1]["response_status"]), (&json!(1), &json!(302)));
    assert!(waiting[1]["next_attempt_at"].is_string());
    failing.answers(200);
    within(20_000, "both come", async || {
        shop.host().clock.advance(1_000);
        (failing.taken().len() == 3).then_some(())
    })
    .await;
    assert_eq!(failing.kinds(), ["order.placed", "order.placed", "order.paid"]);
    let tries = failing.taken();
    assert_eq!(tries[0].id(), tries[1].id());
    assert_eq!(tries[0].text, tries[1].text);
    assert_ne!(tries[0].header("webhook-timestamp"), tries[1].header("webhook-timestamp"));
}

#[tokio::test]
async fn whoever_answers_410_is_disabled_until_the_owner_enables_it() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let hook = Hook::add(&shop, &["order.placed"]).await;
    hook.answers(410);
    order(&shop, "pm_card_visa").await;
    hook.until_taken(1).await;
    let see =
        async || shop.get(&hook.at("")).bearer(&shop.owner().await).send().await.expect(200).json()["disabled"].clone();
    let disabled = eventually("it is disabled", async || Some(see().await).filter(|it| !it.is_null())).await;
    assert_eq!(disabled["because"], "gone");
    // What happens meanwhile is not told.
    order(&shop, "pm_card_visa").await;
    hook.answers(200);
    assert_eq!(hook.change(json!({ "enabled": true })).await["disabled"], Value::Null);
    within(20_000, "what waited goes out", async || {
        shop.host().clock.advance(1_000);
        (hook.taken().len() == 2).then_some(())
    })
    .await;
    let last = order(&shop, "pm_card_visa").await;
    hook.until_taken(3).await;
    let told: Vec<_> = hook.taken().iter().map(|one| one.body["data"]["id"].clone()).collect();
    assert_eq!((&told[0], &told[2]), (&told[1], &json!(last.id)));
    let disabled = hook.change(json!({ "enabled": false })).await["disabled"].clone();
    assert_eq!(disabled["because"], "owner");
}

#[tokio::test]
async fn a_ping_and_a_replay_go_out_with_their_outcome_to_be_seen() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let hook = Hook::add(&shop, &["order.placed"]).await;
    assert_eq!(hook.ask("/test", json!({})).await, json!({ "first": 1, "count": 1 }));
    let ping = hook.until_taken(1).await.remove(0);
    assert_eq!((ping.kind(), &ping.body["data"]["webhook_id"]), ("ping", &json!(hook.id)));
    for _ in 0..2 {
        order(&shop, "pm_card_visa").await;
    }
    hook.until_taken(3).await;
    assert_eq!(hook.ask("/deliveries/1/replay", json!({})).await, json!({ "first": 1, "count": 1 }));
    assert_eq!(hook.until_taken(4).await[3].id(), ping.id());
    assert_eq!(hook.ask("/replay", json!({ "from": 2 })).await, json!({ "first": 2, "count": 2 }));
    let taken = hook.until_taken(6).await;
    // Of two orders, of which neither waits for the other.
    let ids = |some: &[Taken]| some.iter().map(|one| one.id().to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(ids(&taken[1..3]), ids(&taken[4..6]));
    for missing in ["/deliveries/99/replay", "/deliveries/0/replay", "/deliveries/x/replay"] {
        let post = shop.post(&hook.at(missing)).bearer(&shop.owner().await);
        post.json(json!({})).send().await.problem(404, "not_found");
    }
    let page = shop.get(&hook.at("/deliveries?limit=2")).bearer(&shop.owner().await).send().await.expect(200).json();
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!(hook.deliveries(&format!("?limit=2&cursor={cursor}")).await[0]["type"], "ping");
    let wrong = shop.get(&hook.at("/deliveries?cursor=AAAA")).bearer(&shop.owner().await).send().await;
    assert_eq!(wrong.pointers(), ["cursor"]);
}

#[tokio::test]
async fn a_secret_is_shown_once_and_another_takes_its_place() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let (key, body) = (unique("key"), json!({ "url": "https://hooks.example.com/in", "types": ["order.placed"] }));
    let add = async || shop.post("/v1/admin/webhooks").bearer(&owner).key(&key).json(body.clone()).send().await;
    let made = add().await.expect(201).json();
    let again = add().await.expect(201);
    assert_eq!((again.header("idempotent-replayed"), again.json()), ("true", made.clone()));
    let path = format!("/v1/admin/webhooks/{}", made["id"].as_str().unwrap());
    let shown = shop.get(&path).bearer(&owner).send().await.expect(200).json();
    assert!(shown["secret"].is_null() && made["secret"].as_str().unwrap().starts_with("whsec_"));
    let rotated = shop.post(&format!("{path}/rotate")).bearer(&owner).json(json!({})).send().await.expect(200).json();
    assert_eq!(rotated["secret_version"], 2);
    assert!(rotated["secret_rotated_at"].is_string() && rotated["secret"] != made["secret"]);
    if let Some(host) = shop.native_host("its database cannot be read") {
        use tradepost::ports::{Database, Statement};
        let kept = ["SELECT * FROM webhooks", "SELECT * FROM idempotency_records"];
        let rows = host.database.batch(kept.map(|sql| Statement::new(sql, [])).into()).await.unwrap();
        let kept = format!("{rows:?}");
        for json in [&made, &rotated] {
            assert!(!kept.contains(json["secret"].as_str().unwrap().trim_start_matches("whsec_")));
        }
    }
    shop.delete(&path).bearer(&owner).send().await.expect(204);
}

#[tokio::test]
async fn after_a_rotation_both_secrets_sign_for_a_day() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let hook = Hook::add(&shop, &["order.placed"]).await;
    let signatures = async |count: usize| {
        hook.ask("/test", json!({})).await;
        hook.until_taken(count).await[count - 1].header("webhook-signature").split(' ').count()
    };
    assert_eq!(signatures(1).await, 1);
    hook.ask("/rotate", json!({})).await;
    assert_eq!(signatures(2).await, 2);
    assert_eq!(hook.json["secret_version"], 1);
}

#[tokio::test]
async fn an_endpoint_is_a_public_name_and_chooses_each_type_once() {
    let Some(shop) = Shop::configured("how it is configured is not known", deployed()).await else { return };
    let owner = shop.owner().await;
    let add = async |body: Value| shop.post("/v1/admin/webhooks").bearer(&owner).json(body).send().await;
    for url in ["http://hooks.example.com", "https://127.0.0.1", "https://2130706433/", "https://localhost:8443", ""] {
        let refused = add(json!({ "url": url, "types": ["order.paid"] })).await;
        assert_eq!(refused.pointers(), ["/url"], "{url}");
    }
    let refused = add(json!({ "url": "http://[::1]/", "types": ["order.paid", "order.paid"] })).await;
    assert_eq!(refused.pointers(), ["/url", "/types"]);
    let refused = add(json!({ "url": "https://hooks.example.com", "types": [] })).await;
    assert_eq!(refused.pointers(), ["/types"]);
    let refused = add(json!({ "url": "https://hooks.example.com", "types": ["ping"], "secret": "x" })).await;
    assert_eq!(refused.pointers(), ["/types/0", "/secret"]);
    let made = add(json!({ "url": "https://hooks.example.com", "types": ["order.paid"] })).await.expect(201).json();
    let path = format!("/v1/admin/webhooks/{}", made["id"].as_str().unwrap());
    let patch = json!({ "url": "https://10.0.0.1", "types": [] });
    let refused = shop.patch(&path).bearer(&owner).json(patch).send().await;
    assert_eq!(refused.pointers(), ["/url", "/types"]);
}

fn deployed() -> Config {
    Config { development: false, ..config() }
}

#[tokio::test]
async fn a_shop_has_twenty_webhooks_and_no_more() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    for _ in 0..20 {
        Hook::add(&shop, &["order.placed"]).await;
    }
    let owner = shop.owner().await;
    let add = async || {
        let body = json!({ "url": receiver::URL, "types": ["order.placed"] });
        shop.post("/v1/admin/webhooks").bearer(&owner).json(body).send().await
    };
    add().await.problem(409, "webhooks_full");
    let list = shop.get("/v1/admin/webhooks").bearer(&owner).send().await.expect(200).json();
    assert_eq!((list["total"].as_i64(), list["items"].as_array().unwrap().len()), (Some(20), 20));
    let path = format!("/v1/admin/webhooks/{}", list["items"][0]["id"].as_str().unwrap());
    shop.delete(&path).bearer(&owner).send().await.expect(204);
    shop.get(&path).bearer(&owner).send().await.problem(404, "not_found");
    shop.delete(&path).bearer(&owner).send().await.problem(404, "not_found");
    add().await.expect(201);
}

#[tokio::test]
async fn a_webhook_that_was_deleted_leaves_nothing() {
    let Some(shop) = Shop::native(NATIVE).await else { return };
    let hook = Hook::add(&shop, &ALL).await;
    order(&shop, "pm_card_visa").await;
    hook.until_deliveries("?status=delivered", 2).await;
    shop.delete(&hook.at("")).bearer(&shop.owner().await).send().await.expect(204);
    eventually("nothing is stored", async || {
        let count = |store: &rusqlite::Connection| {
            store.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get::<_, i64>(0)).unwrap()
        };
        (shop.host().objects.look(ObjectClass::Webhook, &hook.id, count).await == 0).then_some(())
    })
    .await;
}
