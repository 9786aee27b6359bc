//! Staff's writes end with their session, although its access token lives on.
//! Tried on every route under `/v1/admin` that is not a read, as the shop
//! itself describes them: a new one is tried without anybody remembering to.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use http::Method;
use serde_json::{Value, json};
use tradepost::ports::{Database, ObjectClass, Rows, Statement};

use crate::ask::Ask;
use crate::drafts;
use crate::fixtures::{Cart, PUBLISHED_MILLIS, eur, prices};
use crate::host::faults::Site;
use crate::jobs;
use crate::manual_payments;
use crate::money;
use crate::openapi::{Ids, Operation};
use crate::price_lists;
use crate::shop::{Shop, unique, within};

/// What ends a member of staff's writing, and how it is refused then.
const ENDINGS: [(&str, u16, &str); 5] = [
    ("UPDATE sessions SET revoked_at = 1", 401, "invalid_token"),
    ("UPDATE sessions SET expires_at = created_at + 1", 401, "invalid_token"),
    ("DELETE FROM sessions", 401, "invalid_token"),
    ("DELETE FROM accounts", 401, "invalid_token"),
    ("UPDATE accounts SET role = 'customer'", 403, "forbidden"),
];

/// Each of these is done with an order of its own: most can be done once.
const OF_MONEY: [&str; 9] = [
    "capture",
    "edits",
    "edits/{number}/cancel",
    "edits/{number}/paid",
    "refunds",
    "refunds/{number}/done",
    "cancel",
    "notes",
    "payments",
];

/// A shop, what is in it to be changed, and how.
struct Desk {
    shop: Shop,
    owner: String,
    /// The destructive ones last.
    writes: Vec<Operation>,
}

impl Desk {
    async fn open() -> Option<Self> {
        let (shop, sold) = manual_payments::open(&manual_payments::all(), 100).await?;
        let variant = |size: &str| json!({ "sku": unique("sku"), "options": { "Size": size }, "prices": prices(1) });
        let sizes = json!([{ "name": "Size", "values": ["S", "M", "L"] }]);
        let product = shop.product(json!({ "options": sizes, "variants": [variant("S"), variant("M")] })).await;
        let cart = shop.cart().await.id;
        let promotion = json!({ "title": "Sale", "effect": { "free_shipping": {} } });
        let promotion = shop.post("/v1/admin/promotions").bearer(&shop.owner().await).json(promotion).send().await;
        let promotion = promotion.expect(201).json()["id"].as_str().unwrap().to_owned();
        let collection =
            shop.post("/v1/admin/collections").bearer(&shop.owner().await).json(json!({ "title": "Mugs" }));
        let collection = collection.send().await.expect(201).json()["id"].as_str().unwrap().to_owned();
        let (group, list) = price_lists::both(&shop, &product.variant).await;
        let gift_card = shop.gift_card().await;
        let owed = shop.ready_cart(&sold.variant, 9).await;
        let order = shop.place_with(&owed, manual_payments::manual("invoice")).await.expect(201).json();
        let order = order["id"].as_str().unwrap().to_owned();
        let webhook = shop.disabled_webhook().await;
        let view = shop.put("/v1/admin/views/nobodys/nobodys").bearer(&shop.owner().await);
        view.json(json!({ "query": "q=kettle" })).send().await.expect(200);
        have_something_moved(&shop, &owed).await;
        let draft = String::new();
        let (product, variant) = (product.id, product.variant);
        let job = crate::jobs::waiting(&shop).await;
        let import = crate::imports::dry_run(&shop).await;
        let ids = Ids {
            product,
            variant,
            cart,
            draft,
            order,
            promotion,
            collection,
            group,
            list,
            gift_card,
            webhook,
            job,
            import,
        };
        let mut about = Vec::new();
        for operation in writes(&shop).await {
            // All that is left of an order is sent, which the others want to send in parts.
            let sends = (operation.template == "/v1/admin/fulfilments").then(|| "refunds".to_owned());
            let deed = operation.template.strip_prefix("/v1/admin/orders/{id}/").map(str::to_owned);
            let order = match sends.or(deed) {
                Some(deed) if OF_MONEY.contains(&deed.as_str()) => money::order_for(&shop, &sold, &deed).await,
                _ => ids.order.clone(),
            };
            // Each of these is done with a draft of its own.
            let draft = match operation.template.starts_with("/v1/admin/drafts/{id}") {
                true => drafts::ready(&shop, &sold).await["id"].as_str().unwrap().to_owned(),
                false => String::new(),
            };
            about.push(operation.about(&Ids { order, draft, ..ids.clone() }));
        }
        let writes = about;
        let desk = Self { owner: shop.owner().await, shop, writes };
        desk.until_quiet().await;
        Some(desk)
    }

    fn ask(&self, operation: &Operation) -> Ask {
        with_good(self.shop.ask(operation.method.clone(), &operation.path()), operation).bearer(&self.owner)
    }

    async fn write(&self, sql: &'static str) -> Rows {
        self.shop.host().database.batch(vec![Statement::new(sql, [])]).await.unwrap().remove(0)
    }

    /// Nothing goes on behind the requests.
    async fn until_quiet(&self) {
        within(PUBLISHED_MILLIS, "the catalog is published", async || {
            let state = self.write("SELECT revision = published_revision AS quiet FROM catalog_state").await;
            (state.decode::<Value>().unwrap()[0]["quiet"] == 1).then_some(())
        })
        .await;
        // An order tells lists and buyers of each change, and pools of what came back; a job
        // goes on when its alarm rings.
        let last = std::cell::RefCell::new((Vec::new(), 0));
        within(PUBLISHED_MILLIS, "nothing changes any more", async || {
            let now = self.everything().await;
            let mut last = last.borrow_mut();
            *last = if last.0 == now { (now, last.1 + 1) } else { (now, 0) };
            (last.1 == QUIET_LOOKS).then_some(())
        })
        .await;
    }

    /// All that staff can change, wherever it is kept.
    async fn everything(&self) -> Vec<Rows> {
        let mut everything = vec![Rows::new(json!([{ "decisions": self.decisions() }]).to_string())];
        let tables = self.write("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").await;
        for table in tables.decode::<Value>().unwrap() {
            let name = table["name"].as_str().unwrap().to_owned();
            // What an index keeps is its own affair.
            if !["accounts", "sessions"].contains(&name.as_str()) && !name.contains("_search") {
                everything.push(self.write(format!("SELECT * FROM {name}").leak()).await);
            }
        }
        everything
    }

    /// How often objects that staff command have committed anything.
    fn decisions(&self) -> usize {
        decisions(&self.shop)
    }
}

/// What goes on behind its answer; a slice of it that was interrupted is tried again after seconds.
fn begins_a_job(operation: &Operation) -> bool {
    ["/v1/admin/jobs", "/v1/admin/imports", "/v1/admin/imports/{id}/start"].contains(&&*operation.template)
}

/// How often nothing has changed since the last look where all is quiet.
const QUIET_LOOKS: usize = 12;

/// Parcels to be shipped and undone, and returns to be approved, refused and received.
async fn have_something_moved(shop: &Shop, order: &Cart) {
    let line = json!([{ "line_id": "line_1", "quantity": 1 }]);
    let parcels = format!("/v1/admin/orders/{}/fulfilments", order.id);
    for status in ["packed", "packed", "shipped", "shipped", "shipped", "shipped"] {
        let body = json!({ "lines": line, "status": status });
        crate::shop::eventually("its goods are certain", async || {
            let sent = shop.post(&parcels).bearer(&shop.owner().await).json(body.clone()).send().await;
            (sent.status == 201).then_some(())
        })
        .await;
    }
    let asked = json!([{ "line_id": "line_1", "quantity": 1, "reason": "Too small" }]);
    for _ in 0..3 {
        let ask = shop.post(&order.order_path("/returns")).cart_token(&order.token);
        ask.json(json!({ "lines": asked })).send().await.expect(201);
    }
}

fn decisions(shop: &Shop) -> usize {
    let faults = &shop.host().faults;
    let classes = [ObjectClass::Pool, ObjectClass::Order, ObjectClass::Webhook, ObjectClass::Job];
    classes.map(|class| faults.passed(Site::Commit(class))).iter().sum()
}

async fn writes(shop: &Shop) -> Vec<Operation> {
    let mut writes = shop.operations().await;
    // What a refund would come to is asked with a body, and changes nothing.
    let is_read = |operation: &Operation| operation.method == Method::GET || operation.template.ends_with("/preview");
    writes.retain(|operation| operation.is_admins() && !is_read(operation));
    writes.sort_by_key(|operation| (operation.method == Method::DELETE, operation.template.len()));
    // Before the list and the variant are gone.
    let last = |operation: &Operation| operation.method == Method::DELETE && !operation.template.contains("/prices/");
    writes.sort_by_key(last);
    writes.sort_by_key(|operation| operation.template.ends_with("/products/{id}"));
    // What is placed by hand needs the shipping that others change.
    writes.sort_by_key(|operation| !operation.template.contains("/drafts/"));
    assert!(writes.len() >= 8, "{} writes", writes.len());
    writes
}

/// A body that the shop takes: the example of its schema, and what no schema says.
fn good(operation: &Operation) -> Value {
    let mut body = operation.example();
    if operation.method == Method::POST && operation.template.ends_with("/variants") {
        body["sku"] = json!(unique("sku"));
        body["options"] = json!({ "Size": "L" });
    }
    if operation.method == Method::PATCH && operation.template.ends_with("/drafts/{id}") {
        body["email"] = json!(format!("{}@example.com", unique("ada")));
    }
    if operation.template.ends_with("/drafts/{id}/order") {
        body = manual_payments::manual("invoice");
    }
    if operation.template.ends_with("/orders/bulk") {
        body["action"] = json!({ "tag": { "add": ["at once"] } });
    }
    if operation.template == "/v1/admin/jobs" {
        body = json!({ "orders": { "filter": "tag=nobody's", "action": { "tag": { "add": ["at once"] } } } });
    }
    if operation.template == "/v1/admin/imports" {
        // A file of one line, which is refused once it is taken in.
        body = json!({ "title": "" });
    }
    if operation.template.ends_with("/products/bulk") {
        body = json!({ "rows": [{ "id": operation.product(), "change": { "vendor": unique("vendor") } }] });
    }
    if operation.template.ends_with("/variants/bulk") {
        body = json!({ "rows": [{ "id": operation.variant(), "add": 1 }] });
    }
    if operation.template.ends_with("/customer-groups/{id}/members") {
        body = json!({ "rows": [{ "email": crate::shop::OWNER_EMAIL }] });
    }
    if operation.template.ends_with("/price-lists/{id}/prices") {
        body = json!({ "rows": [{ "id": operation.variant(), "prices": [eur(1)] }] });
    }
    if ["/customer-groups", "/price-lists"].iter().any(|path| operation.template.contains(path))
        && body["title"].is_string()
    {
        body["title"] = json!(unique("Title"));
    }
    if operation.template.ends_with("/settings/shipping") {
        body["zones"][0]["options"][0]["rates"] = json!([{ "currency": "EUR", "amount": 1 }]);
    }
    if operation.template.ends_with("/orders/{id}/edits") {
        body = json!({ "email": format!("{}@example.com", unique("moved")), "reason": "they rang" });
    }
    if operation.template.ends_with("/orders/{id}/payments") {
        body = manual_payments::manual("bank_transfer")["payment"].clone();
    }
    if operation.template.ends_with("/orders/{id}/refunds") {
        body["amount"] = json!({ "amount": 1, "currency": "EUR" });
    }
    body
}

/// With a body that the shop takes.
fn with_good(ask: Ask, operation: &Operation) -> Ask {
    match operation.template.ends_with("/uploads") {
        true => ask.body("image/png", crate::uploads::png(1, 1, 1)),
        false => ask.json(good(operation)),
    }
}

/// Without this the others would hold nothing.
#[tokio::test]
async fn whoever_may_write_does() {
    let Some(desk) = Desk::open().await else { return };
    for operation in &desk.writes {
        if operation.template.ends_with("/orders/rebuild") {
            desk.write("UPDATE orders SET total = total + 1").await;
        }
        let before = desk.everything().await;
        desk.ask(operation).send().await.expect_success();
        assert_ne!(desk.everything().await, before, "{operation:?}");
    }
}

/// Whether an object decides it, which says itself who asked for what: the timeline of an order, a job.
fn is_told_elsewhere(operation: &Operation) -> bool {
    let of_orders = ["orders/{id}/", "drafts", "returns/", "fulfilments", "carts/", "jobs", "imports"];
    let begins = |with: &&str| operation.template.starts_with(&format!("/v1/admin/{with}"));
    let of_deliveries = ["/test", "/replay"].iter().any(|end| operation.template.ends_with(end));
    of_deliveries || (of_orders.iter().any(begins) && !operation.template.ends_with("/tags"))
}

#[tokio::test]
async fn each_write_leaves_one_row_of_who_did_what_and_its_repeat_none() {
    let Some(desk) = Desk::open().await else { return };
    let rows = async || {
        let rows = desk.write("SELECT * FROM audit_log WHERE operation <> 'job' ORDER BY id").await;
        rows.decode::<Value>().unwrap()
    };
    let owner = desk.write("SELECT id FROM accounts WHERE role = 'owner'").await.decode::<Value>().unwrap();
    let mut told = 0;
    for operation in &desk.writes {
        let before = rows().await.len();
        let body = good(operation);
        let ask = || {
            let ask = desk.shop.ask(operation.method.clone(), &operation.path()).bearer(&desk.owner);
            match operation.template.ends_with("/uploads") {
                true => ask.body("image/png", crate::uploads::png(1, 1, 1)),
                false => ask.json(body.clone()).key(&format!("audited-{}", operation.path())),
            }
        };
        let answer = ask().send().await.expect_success();
        let after = rows().await;
        if is_told_elsewhere(operation) {
            assert_eq!(after.len(), before, "{operation:?}");
            continue;
        }
        assert_eq!(after.len(), before + 1, "{operation:?}");
        let row = after.last().unwrap();
        assert_eq!(row["account_id"], owner[0]["id"]);
        assert_eq!(row["operation"], format!("{} {}", operation.method, operation.template));
        assert_eq!(row["request"], answer.header("x-request-id"));
        assert_ne!(row["thing"], "", "{operation:?}");
        told += 1;
        if operation.method == Method::POST && !operation.template.ends_with("/uploads") {
            assert_eq!(ask().send().await.expect_success().header("idempotent-replayed"), "true");
            assert_eq!(rows().await, after, "{operation:?}");
        }
    }
    assert!(told >= 20, "{told} were told");
}

#[tokio::test]
async fn nobody_writes_after_the_session_or_the_role_is_gone() {
    for (ending, status, code) in ENDINGS {
        let Some(desk) = Desk::open().await else { return };
        desk.write(ending).await;
        let before = desk.everything().await;
        for operation in &desk.writes {
            let answer = desk.ask(operation).send().await;
            answer.problem(status, code);
            if status == 401 {
                assert_eq!(answer.header("www-authenticate"), r#"Bearer error="invalid_token""#);
            }
            let keyed = desk.ask(operation).key("a-key-of-its-own").send().await;
            keyed.problem(status, code);
        }
        assert_eq!(desk.everything().await, before, "{ending}");
    }
}

#[tokio::test]
async fn signing_out_ends_writing_at_once() {
    let shop = Shop::open().await;
    for by_list in [false, true] {
        let token = shop.log_in_owner().await;
        if by_list {
            let list = shop.get("/v1/auth/sessions").bearer(&token).send().await.expect(200).json();
            let own = list["items"].as_array().unwrap().iter().find(|session| session["current"] == true).unwrap();
            let path = format!("/v1/auth/sessions/{}", own["id"].as_str().unwrap());
            shop.delete(&path).bearer(&token).send().await.expect_success();
        } else {
            shop.post("/v1/auth/logout").bearer(&token).send().await.expect_success();
        }
        for operation in writes(&shop).await {
            let ask = with_good(shop.ask(operation.method.clone(), &operation.path()), &operation);
            ask.bearer(&token).send().await.problem(401, "invalid_token");
        }
        // Reads take the token's word until it expires.
        shop.get("/v1/admin/orders").bearer(&token).send().await.expect(200);
    }
}

/// The session ends between the look at what is there and the change.
#[tokio::test]
async fn no_change_slips_through_while_the_session_ends() {
    let Some(desk) = Desk::open().await else { return };
    let mut refused = 0;
    for operation in &desk.writes {
        desk.until_quiet().await;
        let before = desk.everything().await;
        // How often objects had committed by then.
        let ended: Arc<Mutex<Option<usize>>> = Arc::default();
        let (seen, shop) = (ended.clone(), desk.shop.clone());
        desk.shop.host().database.come_between(move |sql| {
            let mut ended = seen.lock().unwrap();
            if ended.is_some() || !changes_something(sql) {
                return None;
            }
            *ended = Some(decisions(&shop));
            Some(Statement::new("UPDATE sessions SET revoked_at = 1", []))
        });
        let answer = desk.ask(operation).send().await;
        desk.shop.host().database.leave_alone();
        let undecided = *ended.lock().unwrap()
            == before[0].decode::<Value>().unwrap()[0]["decisions"].as_u64().map(|count| count as usize);
        if undecided {
            answer.problem(401, "invalid_token");
            assert_eq!(desk.everything().await, before, "{operation:?}");
            refused += 1;
        } else {
            // An object had decided: what is written after that only tells of it.
            let begun = answer.expect_success();
            desk.write("UPDATE sessions SET revoked_at = NULL").await;
            if begins_a_job(operation) {
                jobs::ended(&desk.shop, &begun.json()).await;
            }
        }
        desk.write("UPDATE sessions SET revoked_at = NULL").await;
    }
    assert!(refused >= 6, "{refused} were interrupted");
}

/// Whether a batch changes more than what goes on behind the requests.
fn changes_something(sql: &str) -> bool {
    let writes =
        |statement: &str| ["INSERT INTO", "UPDATE ", "DELETE FROM"].iter().any(|verb| statement.contains(verb));
    let behind = [
        "staff_refusals",
        "published_at =",
        "changed_products",
        "INTO orders",
        "INTO drafts",
        "INTO messages",
        "INTO stock_levels",
        "INTO jobs",
    ];
    sql.split(";\n").any(|statement| writes(statement) && !behind.iter().any(|behind| statement.contains(behind)))
}

#[tokio::test]
async fn an_answer_is_repeated_only_to_whoever_may_still_ask() {
    let Some(desk) = Desk::open().await else { return };
    // A picture sent again is the same upload without a key.
    let keyed = |operation: &&Operation| operation.method == Method::POST && !operation.template.ends_with("/uploads");
    let posts: Vec<_> = desk.writes.iter().filter(keyed).collect();
    let bodies: Vec<_> = posts.iter().map(|operation| good(operation)).collect();
    let count = AtomicUsize::new(0);
    let keyed = |token: &str| {
        let n = count.fetch_add(1, Ordering::Relaxed) % posts.len();
        let ask = desk.shop.post(&posts[n].path()).bearer(token).json(bodies[n].clone());
        ask.key(&format!("key-of-request-number-{n}")).send()
    };
    for replayed in ["", "true"] {
        for _ in &posts {
            let answer = keyed(&desk.owner).await.expect_success();
            assert_eq!(answer.header("idempotent-replayed"), replayed, "{}", answer.told());
        }
    }
    desk.write("UPDATE sessions SET revoked_at = 1").await;
    for _ in &posts {
        keyed(&desk.owner).await.problem(401, "invalid_token");
    }
    let again = desk.shop.log_in_owner().await;
    for _ in &posts {
        assert_eq!(keyed(&again).await.expect_success().header("idempotent-replayed"), "true");
    }
}
