//! One job's object, and a process that dies.

use std::cell::RefCell;

use serde_json::{Value, json};

use super::*;
use crate::catalog::product::Product;
use crate::exchange::file::File;
use crate::ids::{JobId, VariantId};
use crate::jobs::rules::{KEPT_MILLIS, MOST_TRIES};
use crate::pools::pool::Reason;
use crate::testing::{Crash, Host, Shop, block_on, insertion, product, settings, staff_member};

struct Desk {
    shop: Shop,
    host: Rc<Host>,
    object: RefCell<Rc<JobObject>>,
    id: JobId,
    products: Vec<Product>,
}

impl Desk {
    /// A job that gives so many variants a new price, the first of them in a currency
    /// that the shop has not.
    fn new(variants: u64) -> Self {
        let desk = Self::idle(variants);
        desk.begin("digest").unwrap();
        desk
    }

    /// A job that has the lists rebuilt.
    fn rebuilding() -> Self {
        let desk = Self::idle(0);
        desk.begin_with(Work::Rebuild { behind: String::new() }, 0, "digest", &json!([]), "$").unwrap();
        desk
    }

    /// A job that takes a file of so many products with five pieces each in, of which the first
    /// has no price.
    fn importing(products: usize) -> Self {
        let desk = Self::idle(0);
        desk.take(products);
        desk
    }

    /// Another job, in the same shop.
    fn another(self) -> Self {
        let host = Rc::new(Host::default());
        let object = RefCell::new(JobObject::new(self.shop.app.clone(), "", host.clone()));
        Self { host, object, id: JobId::derived([2; 16]), ..self }
    }

    fn take(&self, products: usize) {
        let line = |n: usize| format!("mug-{n},Mug {n},{n}-s,{},5\n", if n == 0 { "" } else { "1" });
        let lines: String = (0..products).map(line).collect();
        let text = format!("slug,title,sku,price_EUR,quantity\n{lines}");
        let file = File::open(text.as_bytes(), None, false, &settings()).unwrap();
        let rows: Vec<_> = (0..products).map(|n| file.row(n)).collect();
        for (from, some) in (0..).step_by(3).zip(rows.chunks(3)) {
            // Kept twice, as where the answer was lost.
            for _ in 0..2 {
                let keep = Command::Keep { from, rows: json!(some).to_string() };
                assert_eq!(self.ask(&keep).unwrap(), Value::Null);
            }
        }
        let total = i64::try_from(products).unwrap();
        self.begin_with(Work::Products(Box::new(file.import)), total, "digest", &json!([]), "$").unwrap();
    }

    fn idle(variants: u64) -> Self {
        let shop = Shop::new();
        let products: Vec<_> = (1..=variants).map(|n| product(n, "Mug", Some(100), 1)).collect();
        for product in &products {
            block_on(shop.app.database.batch(insertion(product))).unwrap();
        }
        let host = Rc::new(Host::default());
        let object = RefCell::new(JobObject::new(shop.app.clone(), "", host.clone()));
        Self { shop, host, object, id: JobId::derived([1; 16]), products }
    }

    fn begin(&self, digest: &str) -> Result<Value, ObjectUnavailable> {
        let row = |(n, id): (usize, VariantId)| {
            let price = json!({ "amount": 200, "currency": if n == 0 { "XXX" } else { "EUR" } });
            json!({ "id": id, "prices": [price] })
        };
        let rows: Vec<_> = self.variants().enumerate().map(row).collect();
        let total = i64::try_from(rows.len()).unwrap();
        let rows = json!({ "variants": { "rows": rows } });
        self.begin_with(Work::Variants(Reason::Received), total, digest, &rows, "$.variants.rows")
    }

    fn begin_with(
        &self,
        work: Work,
        total: i64,
        digest: &str,
        rows: &Value,
        at: &str,
    ) -> Result<Value, ObjectUnavailable> {
        let (mandate, now) = (StaffWrite::of(staff_member()).mandate(), self.shop.app.clock.now());
        let task = Task::new(self.id, work, total, mandate, digest.to_owned(), now);
        self.ask(&Command::Begin { task: Box::new(task), rows: rows.to_string(), at: at.to_owned() })
    }

    fn variants(&self) -> impl Iterator<Item = VariantId> {
        self.products.iter().map(|product| product.variants[0].id)
    }

    /// The process is lost, and another takes its place.
    fn restart(&self) {
        self.object.replace(JobObject::new(self.shop.app.clone(), "", self.host.clone()));
    }

    fn ask(&self, command: &Command) -> Result<Value, ObjectUnavailable> {
        let object = Rc::clone(&self.object.borrow());
        let answer = block_on(object.command(serde_json::to_string(command).unwrap()))?;
        Ok(serde_json::from_str(&answer).unwrap())
    }

    /// Lets time pass until the alarm has rung.
    fn ring(&self) {
        let at = self.host.alarm.take().expect("there is more to do");
        self.shop.pass(at.since(self.shop.app.clock.now()).max(0));
        let object = Rc::clone(&self.object.borrow());
        if block_on(object.alarm()).is_err() {
            // As the platform's side of an object does.
            self.host.alarm.set(Some(self.shop.app.clock.now().plus_seconds(10)));
        }
    }

    fn job(&self) -> Value {
        self.ask(&Command::Look).unwrap()
    }

    fn run(&self) -> Value {
        while self.job()["status"] == "running" {
            self.ring();
        }
        self.job()
    }

    /// How lists know it.
    fn listed(&self) -> Value {
        let rows = block_on(self.shop.app.database.batch(vec![lists::newest()])).unwrap().remove(0);
        json!(lists::read(rows).unwrap())
    }

    fn write(&self, sql: &'static str) {
        block_on(self.shop.app.database.batch(vec![Statement::new(sql, [])])).unwrap();
    }

    /// Of each product how often it was changed, and its price.
    fn changed(&self) -> Vec<(i64, i64)> {
        let sql = "SELECT version - 1 AS changes, amount FROM products JOIN variants ON product_id = products.id
                   JOIN prices ON variant_id = variants.id ORDER BY products.id";
        let rows = block_on(self.shop.app.database.batch(vec![Statement::new(sql, [])])).unwrap().remove(0);
        rows.decode::<Value>()
            .unwrap()
            .iter()
            .map(|row| (row["changes"].as_i64().unwrap(), row["amount"].as_i64().unwrap()))
            .collect()
    }

    /// How many pieces lists know of each product.
    fn stocks(&self) -> Vec<i64> {
        let sql = "SELECT on_hand FROM stock_levels";
        let rows = block_on(self.shop.app.database.batch(vec![Statement::new(sql, [])])).unwrap().remove(0);
        rows.decode::<Value>().unwrap().iter().map(|row| row["on_hand"].as_i64().unwrap()).collect()
    }

    fn rows(&self, outcome: Option<RowOutcome>) -> Vec<Value> {
        let list = self.ask(&Command::Rows { outcome, after: -1, limit: 1_000 }).unwrap();
        list["items"].as_array().unwrap().clone()
    }
}

#[test]
fn each_row_is_done_and_what_is_refused_is_named() {
    let desk = Desk::new(60);
    desk.ring();
    assert_eq!(desk.job()["progress"], json!({ "done": 49, "refused": 1, "total": 60 }));
    assert_eq!(desk.listed(), json!([desk.job()]), "while it runs");
    let job = desk.run();
    assert_eq!((&job["status"], &job["progress"]["done"]), (&json!("done"), &json!(59)));
    let first = desk.variants().next().unwrap();
    let refused = json!({
        "row": 0, "order_id": null, "variant_id": first, "sku": null, "outcome": "refused", "code": "invalid",
        "detail": "/prices/0/currency: not a currency of this shop",
    });
    assert_eq!(desk.rows(Some(RowOutcome::Refused)), [refused]);
    assert_eq!(desk.rows(None).len(), 60);
    assert_eq!(desk.listed(), json!([job]));
}

/// The process dies before, in and after its commits, or is put away.
#[test]
fn every_row_is_done_once_whenever_the_process_dies() {
    for skip in 0..14 {
        for crash in [Crash::Before, Crash::After] {
            for every in [1, 2, 3] {
                let desk = Desk::new(7);
                let mut n = skip;
                while desk.job()["status"] == "running" {
                    n += 1;
                    if n % every == 0 && n < skip + 9 {
                        desk.host.crash.set(Some((skip % 4, crash)));
                        desk.restart();
                    }
                    desk.ring();
                }
                desk.host.crash.set(None);
                let mut expected = vec![(1, 200); 7];
                expected[0] = (0, 100);
                assert_eq!(desk.changed(), expected, "skip {skip}, every {every}");
                assert_eq!(desk.job()["progress"], json!({ "done": 6, "refused": 1, "total": 7 }));
                // Lists hear of the end, though that may have failed at first.
                while desk.listed() != json!([desk.job()]) {
                    desk.ring();
                }
                assert_eq!(desk.listed(), json!([desk.job()]));
            }
        }
    }
}

#[test]
fn a_rebuild_that_brings_the_process_down_each_time_comes_to_an_end() {
    let desk = Desk::rebuilding();
    for _ in 0..MOST_TRIES {
        // What came of the slice is never written down.
        desk.host.crash.set(Some((1, Crash::Before)));
        desk.ring();
        desk.restart();
        assert_eq!(desk.job()["status"], "running");
    }
    desk.host.crash.set(None);
    desk.ring();
    let job = desk.job();
    assert_eq!((&job["status"], &job["stopped_by"]), (&json!("stopped"), &json!("internal")));
}

/// What somebody else changed in between stays, though the row comes again.
#[test]
fn a_row_that_was_done_is_not_done_again() {
    let desk = Desk::new(2);
    // The outcome is lost: the third commit is the one that keeps it.
    desk.host.crash.set(Some((1, Crash::Before)));
    desk.ring();
    assert_eq!(desk.changed(), [(0, 100), (1, 200)]);
    desk.write("UPDATE prices SET amount = 300");
    assert_eq!(desk.run()["progress"], json!({ "done": 1, "refused": 1, "total": 2 }));
    assert_eq!(desk.changed(), [(0, 300), (1, 300)]);
}

#[test]
fn a_row_that_brings_the_process_down_keeps_no_other_from_its_turn() {
    let desk = Desk::new(3);
    for _ in 0..MOST_TRIES {
        // Its outcome is never kept.
        desk.host.crash.set(Some((1, Crash::Before)));
        desk.ring();
    }
    let job = desk.run();
    assert_eq!(job["progress"], json!({ "done": 2, "refused": 1, "total": 3 }));
    assert_eq!(desk.rows(Some(RowOutcome::Refused))[0]["code"], "internal");
}

#[test]
fn a_file_is_taken_in_once_whenever_the_process_dies() {
    for skip in 0..6 {
        for crash in [Crash::Before, Crash::After] {
            for every in [1, 2] {
                let desk = Desk::importing(7);
                let mut n = skip;
                while desk.job()["status"] == "running" {
                    n += 1;
                    if n % every == 0 && n < skip + 6 {
                        desk.host.crash.set(Some((skip % 3, crash)));
                        desk.restart();
                    }
                    desk.ring();
                }
                desk.host.crash.set(None);
                assert_eq!(desk.changed(), [(0, 100); 6], "skip {skip}, every {every}");
                let import = desk.ask(&Command::Import).unwrap();
                let sums = &import["sums"];
                assert_eq!([&sums["created"], &sums["updated"], &sums["refused"]], [6, 0, 1], "{import}");
                assert_eq!((&sums["pieces"], desk.stocks()), (&json!(30), vec![5; 6]), "{import}");
                assert_eq!(import["errors"][0]["line"], 2, "{import}");
            }
        }
    }
}

#[test]
fn a_file_that_says_what_lists_say_wakes_no_pool() {
    let desk = Desk::importing(7);
    desk.run();
    let again = desk.another();
    again.take(7);
    again.run();
    let sums = again.ask(&Command::Import).unwrap()["sums"].clone();
    // No pool of this shop could answer.
    assert_eq!([&sums["unchanged"], &sums["refused"], &sums["pieces"]], [6, 1, 0], "{sums}");
    let commands = again.shop.world.commands.lock().unwrap();
    assert!(commands.iter().all(|command| command.contains("changed")), "{commands:?}");
}

#[test]
fn rows_of_a_job_that_never_begins_are_forgotten() {
    let desk = Desk::idle(0);
    desk.ask(&Command::Keep { from: 0, rows: json!(["{}"]).to_string() }).unwrap();
    assert_eq!(desk.job(), Value::Null);
    desk.ring();
    assert_eq!(desk.host.alarm.get(), None);
}

#[test]
fn it_ends_with_the_session_or_the_role_of_whoever_began_it() {
    for (ending, code) in [
        ("UPDATE sessions SET revoked_at = 1", "invalid_token"),
        ("UPDATE accounts SET role = 'customer'", "forbidden"),
    ] {
        let desk = Desk::new(60);
        desk.ring();
        desk.write(ending);
        let job = desk.run();
        assert_eq!((&job["status"], &job["stopped_by"]), (&json!("stopped"), &json!(code)));
        assert_eq!((&job["progress"]["done"], desk.rows(Some(RowOutcome::Waiting)).len()), (&json!(49), 10));
        assert_eq!(desk.listed(), json!([job]));
    }
}

#[test]
fn a_job_that_is_cancelled_does_no_more() {
    let desk = Desk::new(60);
    desk.ring();
    let job = desk.ask(&Command::Cancel).unwrap();
    assert_eq!(job["status"], "cancelled");
    assert_eq!(desk.ask(&Command::Cancel).unwrap(), job);
    desk.ring();
    assert_eq!(desk.changed().iter().filter(|(changes, _)| *changes == 1).count(), 49);
    assert_eq!(desk.listed(), json!([job]));
}

#[test]
fn it_is_begun_once() {
    let desk = Desk::new(2);
    desk.run();
    assert_eq!(desk.begin("digest").unwrap(), desk.job());
    assert_eq!(desk.begin("of another request").unwrap(), Value::Null);
    assert_eq!(desk.changed(), [(0, 100), (1, 200)]);
}

#[test]
fn after_a_month_nothing_is_left_of_it() {
    let desk = Desk::new(2);
    let job = desk.run();
    let ended = desk.shop.app.clock.now();
    while desk.job() != Value::Null {
        desk.ring();
    }
    assert_eq!(job["status"], "done");
    assert!(desk.shop.app.clock.now().since(ended) >= KEPT_MILLIS);
    assert_eq!((desk.listed(), desk.host.alarm.get()), (json!([]), None));
}
