//! Long work: the same done to many things, with a result for each.

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tradepost::ports::{Clock, Database, ObjectClass, Statement};

use crate::ask::Answer;
use crate::fixtures::{Product, prices};
use crate::host::faults::{Site, When};
use crate::order_lists::{ids, listed, ordered};
use crate::shop::{Shop, unique, within};

const STRANGER: &str = "ord_01ARZ3NDEKTSV4RRFFQ69G5FAV";

async fn begin(shop: &Shop, body: Value) -> Answer {
    shop.post("/v1/admin/jobs").bearer(&shop.owner().await).json(body).send().await
}

async fn job(shop: &Shop, id: &str) -> Value {
    shop.get(&format!("/v1/admin/jobs/{id}")).bearer(&shop.owner().await).send().await.expect(200).json()
}

/// The job once it has ended.
pub async fn ended(shop: &Shop, begun: &Value) -> Value {
    let id = begun["id"].as_str().unwrap();
    within(60_000, "the job ends", async || {
        let job = job(shop, id).await;
        (job["status"] != "running").then_some(job)
    })
    .await
}

pub async fn done(shop: &Shop, body: Value) -> Value {
    let begun = begin(shop, body).await.expect(202).json();
    ended(shop, &begun).await
}

async fn rows(shop: &Shop, job: &Value, query: &str) -> Value {
    let path = format!("/v1/admin/jobs/{}/rows?{query}", job["id"].as_str().unwrap());
    shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json()
}

fn progress(done: i64, refused: i64) -> Value {
    json!({ "done": done, "refused": refused, "total": done + refused })
}

fn tag(tag: &str) -> Value {
    json!({ "tag": { "add": [tag] } })
}

/// A job that waits for ever: whoever looked after it has forgotten it.
pub async fn waiting(shop: &Shop) -> String {
    let job = done(shop, json!({ "orders": { "ids": [STRANGER], "action": tag("waiting") } })).await;
    let id = job["id"].as_str().unwrap().to_owned();
    // Until then the object still has its end in hand.
    within(60_000, "it rests", async || {
        let next = shop.host().objects.alarm(ObjectClass::Job, &id).await?;
        (next.since(shop.host().clock.now()) > 3_600_000).then_some(())
    })
    .await;
    let task = "UPDATE job SET task = json_set(task, '$.job.status', 'running', '$.job.ended_at', NULL)";
    shop.host().objects.look(ObjectClass::Job, &id, |store| store.execute(task, []).unwrap()).await;
    id
}

async fn variant(shop: &Shop, product: &Product) -> Value {
    let path = format!("/v1/admin/products/{}", product.id);
    shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json()
}

#[tokio::test]
async fn many_orders_are_tagged_and_what_is_none_is_named() {
    let shop = Shop::open().await;
    let one = ordered(&shop, "ada@example.com", json!({}), "pm_card_visa").await;
    let other = ordered(&shop, "bob@example.com", json!({}), "pm_card_visa").await;
    let name = unique("bulk");
    let ids_of_both = [&one.id, STRANGER, &other.id];
    let begun = begin(&shop, json!({ "orders": { "ids": ids_of_both, "action": tag(&name) } })).await.expect(202);
    let id = begun.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(begun.header("location"), format!("/v1/admin/jobs/{id}"));
    assert_eq!((&begun.json()["status"], &begun.json()["kind"]), (&json!("running"), &json!("orders")));
    let ended = ended(&shop, &begun.json()).await;
    assert_eq!((&ended["status"], &ended["progress"]), (&json!("done"), &progress(2, 1)));
    assert_eq!(listed(&shop, &format!("tag={name}")).await["total"], 2);
    let all = rows(&shop, &ended, "").await;
    let outcomes: Vec<_> = all["items"].as_array().unwrap().iter().map(|row| &row["outcome"]).collect();
    assert_eq!(outcomes, ["done", "refused", "done"]);
    let refused = rows(&shop, &ended, "outcome=refused").await["items"].clone();
    assert_eq!((&refused[0]["row"], &refused[0]["order_id"]), (&json!(1), &json!(STRANGER)));
    assert_eq!(refused[0]["code"], "not_found");
    let first = rows(&shop, &ended, "limit=2").await;
    let next = rows(&shop, &ended, &format!("limit=2&cursor={}", first["next_cursor"].as_str().unwrap())).await;
    assert_eq!((&next["items"][0]["order_id"], &next["next_cursor"]), (&json!(other.id), &Value::Null));
    within(2_000, "it is listed as it is", async || {
        let list = shop.get("/v1/admin/jobs").bearer(&shop.owner().await).send().await.expect(200).json();
        list["items"].as_array().unwrap().contains(&ended).then_some(())
    })
    .await;
}

#[tokio::test]
async fn all_orders_that_fit_a_filter_are_chosen_and_no_others() {
    let shop = Shop::open().await;
    let email = format!("{}@example.com", unique("ada"));
    let paid = ordered(&shop, &email, json!({}), "pm_card_visa").await;
    let unpaid = ordered(&shop, &email, json!({}), "pm_card_chargeDeclined").await;
    shop.until_order(&paid, "confirmed", "paid").await;
    within(2_000, "it is listed as paid", async || {
        let list = listed(&shop, &format!("q={email}&status=confirmed")).await;
        (ids(&list) == [paid.id.clone()]).then_some(())
    })
    .await;
    // The page that staff look at says which; its size does not.
    let filter = format!("q={email}&status=awaiting_payment&limit=1");
    let ended = done(&shop, json!({ "orders": { "filter": filter, "action": { "cancel": {} } } })).await;
    assert_eq!(ended["progress"], progress(1, 0));
    assert_eq!(shop.order(&unpaid).await["status"], "cancelled");
    shop.until_order(&paid, "confirmed", "paid").await;
    let nobody = json!({ "orders": { "filter": format!("tag={}", unique("none")), "action": { "cancel": {} } } });
    let ended = done(&shop, nobody).await;
    assert_eq!((&ended["status"], &ended["progress"]), (&json!("done"), &progress(0, 0)));
}

#[tokio::test]
async fn of_300_products_with_one_bad_row_299_are_changed_and_nothing_else() {
    let shop = Shop::open().await;
    let making = stream::iter(0..300).map(|_| shop.new_product(json!({})));
    let products: Vec<Product> = making.buffered(8).collect().await;
    let before = variant(&shop, &products[7]).await;
    let row = |(n, product): (usize, &Product)| {
        let (amount, currency) = (2_500, if n == 150 { "JPY" } else { "EUR" });
        json!({ "id": product.variant, "prices": [{ "amount": amount, "currency": currency }] })
    };
    let sent: Vec<_> = products.iter().enumerate().map(row).collect();
    let ended = done(&shop, json!({ "variants": { "rows": sent } })).await;
    assert_eq!((&ended["status"], &ended["progress"]), (&json!("done"), &progress(299, 1)));
    let refused = rows(&shop, &ended, "outcome=refused").await["items"].clone();
    assert_eq!(refused.as_array().unwrap().len(), 1);
    let named = (&refused[0]["row"], &refused[0]["variant_id"], &refused[0]["code"]);
    assert_eq!(named, (&json!(150), &json!(products[150].variant), &json!("invalid")));
    assert_eq!(refused[0]["detail"], "/prices/0/currency: not a currency of this shop");
    let mut expected = before;
    expected["variants"][0]["prices"] = json!([
        { "amount": 2_500, "currency": "EUR" },
        { "amount": 1_999, "currency": "GBP" },
        { "amount": 1_999, "currency": "USD" },
    ]);
    let mut now = variant(&shop, &products[7]).await;
    assert_eq!(now["version"], json!(2));
    for member in ["version", "updated_at"] {
        now[member] = expected[member].clone();
    }
    assert_eq!(now, expected);
    let bad = variant(&shop, &products[150]).await;
    assert_eq!((&bad["version"], &bad["variants"][0]["prices"][0]["amount"]), (&json!(1), &json!(1_999)));
}

#[tokio::test]
async fn stock_is_counted_or_changed_beside_prices() {
    let shop = Shop::open().await;
    let (one, other) = (shop.new_product(json!({})).await, shop.new_product(json!({})).await);
    shop.stock(&one.variant, 5).await;
    let row = |product: &Product, member: &str, pieces: i64| json!({ "id": product.variant, member: pieces });
    let nobodys = unique("nothing");
    let sent = [
        row(&one, "on_hand", 12),
        json!({ "sku": other.sku, "prices": prices(2_000), "add": 4 }),
        row(&other, "add", -5),
        // Two of one variant, one after the other.
        row(&one, "on_hand", 9),
        row(&one, "on_hand", 9),
        json!({ "sku": nobodys, "add": 1 }),
    ];
    let ended = done(&shop, json!({ "variants": { "rows": sent, "reason": "damaged" } })).await;
    assert_eq!(ended["progress"], progress(4, 2));
    let refused = rows(&shop, &ended, "outcome=refused").await["items"].clone();
    let codes: Vec<_> = refused.as_array().unwrap().iter().map(|row| (&row["row"], &row["code"])).collect();
    assert_eq!(codes, [(&json!(2), &json!("below_held")), (&json!(5), &json!("not_found"))]);
    assert_eq!((&refused[1]["sku"], &refused[1]["variant_id"]), (&json!(nobodys), &Value::Null));
    let path = format!("/v1/admin/stock/{}/ledger", one.variant);
    let ledger = shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json();
    assert_eq!((&ledger["items"][0]["reason"], &ledger["items"][0]["units"]), (&json!("damaged"), &json!(-3)));
    shop.until_available(&one.variant, 9).await;
    shop.until_available(&other.variant, 4).await;
    assert_eq!(variant(&shop, &other).await["variants"][0]["prices"][0]["amount"], 2_000);
}

/// Where something fails: any of the steps, the first or a later one.
const SITES: [(Site, &str, usize); 14] = [
    (Site::Command(ObjectClass::Job), "begin", 0),
    (Site::Command(ObjectClass::Pool), "adjust", 0),
    (Site::Command(ObjectClass::Pool), "adjust", 1),
    (Site::Commit(ObjectClass::Pool), "", 0),
    (Site::Commit(ObjectClass::Job), "", 0),
    (Site::Commit(ObjectClass::Job), "", 1),
    (Site::Commit(ObjectClass::Job), "job_rows SET", 0),
    (Site::Commit(ObjectClass::Job), "", 3),
    (Site::Batch, "INSERT INTO prices", 0),
    (Site::Batch, "INSERT INTO prices", 1),
    (Site::Batch, "INTO stock_levels", 0),
    (Site::Batch, "INTO jobs", 0),
    (Site::Batch, "staff_refusals", 0),
    (Site::Batch, "staff_refusals", 3),
];

#[tokio::test]
async fn every_row_takes_effect_once_whatever_fails() {
    let Some(shop) = Shop::native("nothing fails when told").await else { return };
    let product = shop.new_product(json!({})).await;
    let (owner, mut pieces) = (shop.owner().await, 0);
    for (n, (site, text, skip)) in SITES.into_iter().enumerate() {
        for when in [When::Before, When::After] {
            let told = format!("{site:?} {text} {skip} {when:?}");
            let version = variant(&shop, &product).await["version"].as_i64().unwrap();
            let amount = 100 + i64::try_from(n).unwrap();
            let row = |amount: i64| json!({ "id": product.variant, "prices": prices(amount), "add": 1 });
            let body = json!({ "variants": { "rows": [row(amount + 1_000), row(amount)] } });
            shop.host().faults.nth(site, text, skip, when);
            let key = unique("key");
            // Whoever gets no answer asks again.
            let begun = within(10_000, "the job is begun", async || {
                let ask = shop.post("/v1/admin/jobs").bearer(&owner).key(&key).json(body.clone());
                Some(ask.send().await).filter(|answer| answer.is(202)).map(|answer| answer.json())
            })
            .await;
            let path = format!("/v1/admin/jobs/{}", begun["id"].as_str().unwrap());
            let job = within(30_000, "the job ends", async || {
                shop.host().clock.advance(1_000);
                let answer = shop.get(&path).bearer(&owner).send().await;
                (answer.is(200) && answer.json()["status"] == "done").then(|| answer.json())
            })
            .await;
            shop.host().faults.clear();
            pieces += 2;
            assert_eq!(job["progress"], progress(2, 0), "{told}");
            assert_eq!(shop.available(&product.variant).await, pieces, "{told}");
            let now = variant(&shop, &product).await;
            assert_eq!(
                (&now["version"], &now["variants"][0]["prices"][0]["amount"]),
                (&json!(version + 2), &json!(amount)),
                "{told}"
            );
        }
    }
    assert_eq!(shop.host().objects.crashes(), Vec::<String>::new());
}

#[tokio::test]
async fn what_was_captured_is_told_as_done_though_an_answer_was_lost() {
    let Some(shop) = Shop::native("nothing fails when told").await else { return };
    let carts = [shop.reserved().await, shop.reserved().await, shop.reserved().await];
    let ids = carts.each_ref().map(|cart| cart.id.clone());
    shop.host().faults.once(Site::Command(ObjectClass::Order), "capture", When::After);
    let begun = begin(&shop, json!({ "orders": { "ids": ids, "action": { "capture": {} } } })).await.expect(202).json();
    let job = within(30_000, "the job ends", async || {
        shop.host().clock.advance(1_000);
        let job = job(&shop, begun["id"].as_str().unwrap()).await;
        (job["status"] == "done").then_some(job)
    })
    .await;
    assert_eq!(job["progress"], progress(3, 0));
    for cart in &carts {
        shop.until_staff_see(cart, "its money was taken", |order| order["captured"]["amount"] == cart.total()).await;
    }
    let twice = json!({ "orders": { "ids": [ids[0], ids[1], ids[0]], "action": { "capture": {} } } });
    assert_eq!(begin(&shop, twice).await.pointers(), ["/orders/ids/2"]);
}

#[tokio::test]
async fn a_request_that_is_repeated_begins_one_job() {
    let shop = Shop::open().await;
    let (owner, key) = (shop.owner().await, unique("key"));
    let ask = |body: Value| shop.post("/v1/admin/jobs").bearer(&owner).key(&key).json(body).send();
    let body = json!({ "orders": { "ids": [STRANGER], "action": tag("a") } });
    let first = ask(body.clone()).await.expect(202);
    let again = ask(body.clone()).await.expect(202);
    assert_eq!((first.json(), first.header("location")), (again.json(), again.header("location")));
    assert_eq!(again.header("idempotent-replayed"), "true");
    let other = json!({ "orders": { "ids": [STRANGER], "action": tag("b") } });
    ask(other.clone()).await.problem(422, "idempotency_key_reused");
    // The job itself knows whose it is, where the record of the answer was lost.
    let Some(host) = shop.native_host("its tables cannot be damaged") else { return };
    let lost = Statement::new("DELETE FROM idempotency_records", []);
    host.database.batch(vec![lost]).await.unwrap();
    ask(other).await.problem(422, "idempotency_key_reused");
    assert_eq!(ask(body).await.expect(202).json()["id"], first.json()["id"]);
}

#[tokio::test]
async fn a_job_is_cancelled_by_staff() {
    let Some(shop) = Shop::native("a job that waits cannot be made").await else { return };
    let id = waiting(&shop).await;
    let owner = shop.owner().await;
    let cancel = |id: &str| shop.post(&format!("/v1/admin/jobs/{id}/cancel")).bearer(&owner).json(json!({})).send();
    let cancelled = cancel(&id).await.expect(200).json();
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(cancel(&id).await.expect(200).json(), cancelled, "once");
    for path in ["", "/rows"] {
        let path = format!("/v1/admin/jobs/job_01ARZ3NDEKTSV4RRFFQ69G5FAV{path}");
        shop.get(&path).bearer(&owner).send().await.problem(404, "not_found");
    }
    cancel("job_01ARZ3NDEKTSV4RRFFQ69G5FAV").await.problem(404, "not_found");
}

#[tokio::test]
async fn only_the_owner_has_lists_rebuilt() {
    let Some(shop) = Shop::native("nobody can be made staff").await else { return };
    let customer = shop.customer().await;
    let promote = "UPDATE accounts SET role = 'staff' WHERE email = ?1";
    shop.host().database.batch(vec![Statement::new(promote, [customer.email.clone().into()])]).await.unwrap();
    let staff = shop.log_in(&customer.email, &customer.password).await.expect(200).json();
    let staff = staff["access_token"].as_str().unwrap();
    let ask = |body: Value| shop.post("/v1/admin/jobs").bearer(staff).json(body).send();
    ask(json!({ "rebuild": {} })).await.problem(403, "forbidden");
    ask(json!({ "orders": { "ids": [STRANGER], "action": tag("a") } })).await.expect(202);
}

#[tokio::test]
async fn a_job_that_cannot_be_begun_names_what_is_wrong_with_it() {
    let shop = Shop::open().await;
    let of_variants = |row: Value| json!({ "variants": { "rows": [{ "sku": "A", "add": 1 }, row] } });
    for (body, pointers) in [
        (json!({}), vec![""]),
        (json!({ "rebuild": {}, "orders": { "ids": [STRANGER], "action": tag("a") } }), vec![""]),
        (json!({ "orders": { "action": tag("a") } }), vec!["/orders"]),
        (json!({ "orders": { "ids": [STRANGER], "filter": "", "action": tag("a") } }), vec!["/orders"]),
        (json!({ "orders": { "ids": [], "action": tag("a") } }), vec!["/orders/ids"]),
        (
            json!({ "orders": { "ids": [STRANGER], "action": { "tag": { "add": vec!["a"; 51] } } } }),
            vec!["/orders/action/tag/add"],
        ),
        (
            json!({ "orders": { "ids": [], "action": { "tag": { "add": vec!["a"; 51] } } } }),
            vec!["/orders/action/tag/add", "/orders/ids"],
        ),
        (json!({ "orders": { "filter": "colour=red", "action": tag("a") } }), vec!["/orders/filter"]),
        (json!({ "orders": { "filter": "x".repeat(2_001), "action": tag("a") } }), vec!["/orders/filter"]),
        (
            of_variants(json!({ "id": "x", "price": 1, "add": "1" })),
            vec!["/variants/rows/1/add", "/variants/rows/1/id", "/variants/rows/1/price"],
        ),
        (json!({ "variants": { "rows": [] } }), vec!["/variants/rows"]),
        (of_variants(json!({ "sku": "B", "on_hand": 1, "add": 1 })), vec!["/variants/rows/1/add"]),
        (
            of_variants(json!({ "sku": "B", "on_hand": -1_000_001, "on_hand_was": -1_000_001, "version": 1 })),
            vec!["/variants/rows/1/on_hand", "/variants/rows/1/on_hand_was", "/variants/rows/1/version"],
        ),
        (
            of_variants(json!({ "sku": "B", "backorder_floor": 1, "low_level": 1_000_001 })),
            vec!["/variants/rows/1/backorder_floor", "/variants/rows/1/low_level"],
        ),
    ] {
        let mut told = begin(&shop, body.clone()).await.pointers();
        told.sort();
        assert_eq!(told, pointers, "{body}");
    }
}
