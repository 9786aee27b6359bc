//! What is written down of staff's changes. That each write leaves a row is tried on all
//! of them in `staff_writes`.

use serde_json::{Value, json};
use tradepost::ports::{Database, Statement};

use crate::fixtures::prices;
use crate::host::faults::{Site, When};
use crate::jobs;
use crate::order_lists::ordered;
use crate::shop::{Shop, unique, within};

async fn log(shop: &Shop, query: &str) -> Value {
    let path = format!("/v1/admin/audit-log?{query}");
    shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json()
}

pub async fn of(shop: &Shop, thing: &str) -> Vec<Value> {
    log(shop, &format!("thing={thing}")).await["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_change_is_told_with_what_was_there_before() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let product = shop.product(json!({ "title": "Mug", "tags": ["a"] })).await;
    let path = format!("/v1/admin/products/{}", product.id);
    let patch = json!({ "title": "Cup", "tags": ["a", "b"],
        "variants": [{ "id": product.variant, "prices": prices(700) }] });
    let changed = shop.patch(&path).bearer(&owner).from("2001:db8:1:2::99").json(patch).send().await.expect(200);
    let entries = of(&shop, &product.id).await;
    let deeds: Vec<_> = entries.iter().map(|entry| entry["deed"].as_str().unwrap()).collect();
    assert_eq!(deeds, ["changed", "created"], "the newest first");
    let entry = &entries[0];
    for (member, value) in [
        ("operation", "PATCH /v1/admin/products/{id}"),
        ("request", changed.header("x-request-id")),
        ("kind", "product"),
        ("title", "Cup"),
        ("account_email", shop.owner_credentials().0.as_str()),
    ] {
        assert_eq!(entry[member], value);
    }
    if shop.is_native() {
        assert_eq!(entry["network"], "2001:db8:1:2::", "what a provider gives one customer");
    }
    let at = |place: &str| entry["changes"].as_array().unwrap().iter().find(|change| change["at"] == place).cloned();
    assert_eq!(at("/title").unwrap(), json!({ "at": "/title", "before": "Mug", "after": "Cup" }));
    assert_eq!(at("/tags").unwrap()["before"], json!(["a"]));
    assert_eq!(at(&format!("/variants/{}/prices", product.variant)).unwrap()["after"][0]["amount"], 700);
    assert_eq!((at("/version"), at("/updated_at"), at("/vendor")), (None, None, None));
    shop.delete(&path).bearer(&owner).send().await.expect(204);
    let gone = &of(&shop, &product.id).await[0];
    assert_eq!((gone["deed"].as_str(), gone["title"].as_str()), (Some("deleted"), Some("Cup")));
    let title = gone["changes"].as_array().unwrap().iter().find(|change| change["at"] == "/title").unwrap();
    assert_eq!((&title["before"], &title["after"]), (&json!("Cup"), &json!(null)));
}

#[tokio::test]
async fn a_change_that_is_refused_is_not_told() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let product = shop.product(json!({})).await;
    let path = format!("/v1/admin/products/{}", product.id);
    let stale = shop.patch(&path).bearer(&owner).header("if-match", "\"7\"").json(json!({ "title": "Cup" }));
    stale.send().await.expect(412);
    shop.patch(&path).bearer(&owner).json(json!({ "title": "" })).send().await.problem(422, "invalid");
    assert_eq!(of(&shop, &product.id).await.len(), 1, "that it was created");
}

#[tokio::test]
async fn many_variants_at_once_are_told_product_by_product() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let (one, other) = (shop.product(json!({})).await, shop.product(json!({})).await);
    let row = |variant: &str| json!({ "id": variant, "prices": prices(123), "add": 3 });
    let body = json!({ "rows": [row(&one.variant), row(&other.variant)], "reason": "received" });
    shop.post("/v1/admin/variants/bulk").bearer(&owner).json(body).send().await.expect(200);
    for product in [one, other] {
        let entry = &of(&shop, &product.id).await[0];
        assert_eq!(entry["operation"], "POST /v1/admin/variants/bulk");
        let place = format!("/variants/{}/prices", product.variant);
        assert_eq!(entry["changes"].as_array().unwrap().len(), 1, "{entry}");
        assert_eq!(entry["changes"][0]["at"], place);
        let stock = &of(&shop, &product.variant).await[0];
        assert_eq!(stock["kind"], "stock");
        let expected = json!([
            { "at": "/on_hand", "before": 0, "after": 3 },
            { "at": "/reason", "before": null, "after": "received" },
        ]);
        assert_eq!(stock["changes"], expected);
    }
}

#[tokio::test]
async fn what_a_job_takes_in_is_told_of_whoever_began_it() {
    let shop = Shop::open().await;
    let slug = unique("taken");
    let mut jobs = Vec::new();
    for file in
        [format!("slug,title,sku,price_EUR\n{slug},In,{slug},1\n"), format!("slug,title,vendor\n{slug},In,Acme\n")]
    {
        jobs.push(crate::imports::import(&shop, "", file).await["id"].clone());
    }
    let product = crate::imports::product(&shop, &slug).await;
    let entries = of(&shop, product["id"].as_str().unwrap()).await;
    let told: Vec<_> = entries.iter().map(|entry| [&entry["deed"], &entry["operation"], &entry["request"]]).collect();
    assert_eq!(told, [[&json!("changed"), &json!("job"), &jobs[1]], [&json!("created"), &json!("job"), &jobs[0]]]);
    assert_eq!(entries[0]["changes"], json!([{ "at": "/vendor", "before": null, "after": "Acme" }]));
    assert_eq!(entries[0]["account_email"], shop.owner_credentials().0);
}

#[tokio::test]
async fn tags_of_many_orders_are_told_order_by_order() {
    let shop = Shop::open().await;
    let tag = unique("told");
    let mut ids = Vec::new();
    for name in ["ada@example.com", "bob@example.com"] {
        ids.push(ordered(&shop, name, json!({}), "pm_card_visa").await.id);
    }
    let action = json!({ "tag": { "add": [tag] } });
    let body = json!({ "ids": [ids[0]], "action": action });
    shop.post("/v1/admin/orders/bulk").bearer(&shop.owner().await).json(body).send().await.expect(200);
    let job = jobs::done(&shop, json!({ "orders": { "ids": [ids[1]], "action": action } })).await;
    let told = async |id: &str| {
        let entries = of(&shop, id).await;
        assert!(entries.iter().all(|entry| entry["kind"] == "order" && entry["changes"][0]["after"] == json!([tag])));
        entries.iter().map(|entry| entry["operation"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told(&ids[0]).await, ["POST /v1/admin/orders/bulk"]);
    assert_eq!(told(&ids[1]).await, ["job"]);
    assert_eq!(of(&shop, &ids[1]).await[0]["request"], job["id"]);
}

#[tokio::test]
async fn where_products_stood_in_a_collection_is_told_and_where_they_stand() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let body = json!({ "title": unique("Picks") });
    let made = shop.post("/v1/admin/collections").bearer(&owner).json(body).send().await.expect(201).json();
    let id = made["id"].as_str().unwrap();
    let mut products = Vec::new();
    for _ in 0..4 {
        products.push(shop.new_product(json!({})).await.id);
    }
    let [a, b, c, d] = [0, 1, 2, 3].map(|at: usize| products[at].as_str());
    let path = format!("/v1/admin/collections/{id}/products");
    for change in [json!({ "add": [a, b, c] }), json!({ "remove": [a, d], "add": [b, d], "order": [c] })] {
        shop.post(&path).bearer(&owner).json(change).send().await.expect(200);
    }
    let entry = of(&shop, id).await.remove(0);
    let mut changes: Vec<_> = entry["changes"].as_array().unwrap().clone();
    changes.sort_by_key(|change| products.iter().position(|id| change["at"].as_str().unwrap().contains(id.as_str())));
    let place = |id: &str, place: i64| json!({ "id": id, "place": place });
    let expected = [
        json!({ "at": format!("/products/{a}"), "before": place(a, 1), "after": null }),
        json!({ "at": format!("/products/{c}/place"), "before": 3, "after": 1 }),
        json!({ "at": format!("/products/{d}"), "before": null, "after": place(d, 3) }),
    ];
    assert_eq!(changes, expected, "b stays where it was");
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_done() {
    let Some(shop) = Shop::native("writes to the database").await else { return };
    let owner = shop.owner().await;
    let product = shop.new_product(json!({})).await;
    let order = ordered(&shop, "ada@example.com", json!({}), "pm_card_visa").await.id;
    let path = format!("/v1/admin/products/{}", product.id);
    let rename = async || shop.patch(&path).bearer(&owner).json(json!({ "title": "Cup" })).send().await;
    let tag = async || {
        let body = json!({ "ids": [order], "action": { "tag": { "add": ["kept"] } } });
        shop.post("/v1/admin/orders/bulk").bearer(&owner).json(body).send().await
    };
    let write = async |sql: &'static str| {
        shop.host().database.run(Statement::new(sql, [])).await.unwrap();
    };
    write("CREATE TRIGGER full BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'full'); END").await;
    assert!(!rename().await.is(200));
    assert!(!tag().await.is(200), "all of it is one write");
    write("DROP TRIGGER full").await;
    let read = async |path: &str| shop.get(path).bearer(&owner).send().await.expect(200).json();
    assert_eq!(read(&path).await["title"], product.title);
    assert_eq!(read("/v1/admin/orders?tag=kept").await["items"], json!([]));
    rename().await.expect(200);
    assert_eq!(tag().await.expect(200).json()["items"][0]["status"], 200);
    assert_eq!((of(&shop, &product.id).await.len(), of(&shop, &order).await.len()), (2, 1));
    // A job tries again, and has written it down once.
    shop.host().faults.once(Site::Batch, "INSERT INTO audit_log", When::Before);
    let file = format!("product_id,title\n{},Bowl\n", product.id);
    let begun = crate::imports::send(&shop, "", file).await.expect(202).json();
    within(30_000, "the job ends", async || {
        shop.host().clock.advance(1_000);
        (crate::imports::look(&shop, &begun).await["status"] == "done").then_some(())
    })
    .await;
    let entries = of(&shop, &product.id).await;
    assert_eq!((entries.len(), &entries[0]["title"]), (3, &json!("Bowl")));
}

#[tokio::test]
async fn it_is_asked_by_kind_by_person_and_by_time() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let title = unique("Sale");
    let body = json!({ "title": title, "effect": { "free_shipping": {} } });
    let made = shop.post("/v1/admin/promotions").bearer(&owner).json(body).send().await.expect(201).json();
    let id = made["id"].as_str().unwrap();
    let entry = of(&shop, id).await.remove(0);
    let found = async |query: &str| {
        let list = log(&shop, &format!("thing={id}&{query}")).await;
        list["items"].as_array().unwrap().len()
    };
    assert_eq!(found("kind=promotion").await, 1);
    assert_eq!(found("kind=product").await, 0);
    assert_eq!(found(&format!("account_id={}", entry["account_id"].as_str().unwrap())).await, 1);
    assert_eq!(found("account_id=cus_00000000000000000000000000").await, 0);
    let at = entry["at"].as_str().unwrap();
    assert_eq!(found(&format!("from={at}")).await, 1);
    assert_eq!(found(&format!("to={at}")).await, 0);
    assert_eq!(found("to=2020-01-01").await, 0);
    shop.delete(&format!("/v1/admin/promotions/{id}")).bearer(&owner).send().await.expect(204);
    let first = log(&shop, "limit=1").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = log(&shop, &format!("limit=1&cursor={cursor}")).await;
    assert!(first["items"][0]["number"].as_i64() > second["items"][0]["number"].as_i64());
    for (query, pointer) in [("kind=x", "kind"), ("cursor=x", "cursor"), ("thing=", "thing"), ("x=1", "x")] {
        let asked = shop.get(&format!("/v1/admin/audit-log?{query}")).bearer(&owner).send().await;
        assert_eq!(asked.pointers(), [pointer]);
    }
}

#[tokio::test]
async fn nobody_but_the_owner_reads_it() {
    let shop = Shop::open().await;
    shop.get("/v1/admin/audit-log").send().await.problem(401, "not_signed_in");
    let Some(native) = Shop::native("makes a member of staff").await else { return };
    let customer = native.customer().await;
    // What is wrong with the query they are not told either.
    let path = "/v1/admin/audit-log?x=1";
    native.get(path).bearer(&customer.access).send().await.problem(403, "forbidden");
    let promote = "UPDATE accounts SET role = 'staff' WHERE email = ?1";
    native.host().database.run(Statement::new(promote, [customer.email.clone().into()])).await.unwrap();
    let staff = native.log_in(&customer.email, &customer.password).await.expect(200).json();
    let token = staff["access_token"].as_str().unwrap();
    native.get("/v1/admin/orders").bearer(token).send().await.expect(200);
    native.get(path).bearer(token).send().await.problem(403, "forbidden");
}

#[tokio::test]
async fn what_was_written_down_stays_as_it_is() {
    let Some(shop) = Shop::native("writes to the database").await else { return };
    shop.product(json!({})).await;
    let forged = Statement::new("UPDATE audit_log SET account_id = 'cus_other'", []);
    assert!(shop.host().database.run(forged).await.is_err());
}

#[tokio::test]
async fn a_change_of_stock_is_told_once_though_the_lists_did_not_learn_of_it_at_first() {
    let Some(shop) = Shop::native("it needs faults, which only the native host has").await else { return };
    let owner = shop.owner().await;
    let (one, other) = (shop.product(json!({})).await, shop.stocked(4).await);
    let rows = json!({ "rows": [{ "id": other.variant, "on_hand": 9 }] });
    let adjustments = format!("/v1/admin/stock/{}/adjustments", one.variant);
    for (path, body, product, before, after) in [
        (adjustments.as_str(), json!({ "delta": 10, "reason": "received" }), &one, 0, 10),
        ("/v1/admin/variants/bulk", rows, &other, 4, 9),
    ] {
        let key = unique("key");
        let ask = async || shop.post(path).bearer(&owner).key(&key).json(body.clone()).send().await;
        shop.host().faults.once(Site::Batch, "INSERT INTO stock_levels", When::Before);
        ask().await.expect(503);
        // What is sold meanwhile is no part of the change.
        let cart = shop.ready_cart(&product.variant, 1).await;
        shop.place(&cart, "pm_card_visa").await.expect(201);
        shop.until_available(&product.variant, after - 1).await;
        let answers = [ask().await.expect(200), ask().await.expect(200)];
        assert_eq!(answers[0].json(), answers[1].json());
        let entries = of(&shop, &product.variant).await;
        let found: Vec<_> = entries.iter().map(|entry| entry["changes"][0].clone()).collect();
        assert_eq!(found[0], json!({ "at": "/on_hand", "before": before, "after": after }));
        assert_eq!(found.iter().filter(|change| **change == found[0]).count(), 1, "{found:?}");
        assert_eq!(shop.available(&product.variant).await, after - 1, "it counted once");
    }
}
