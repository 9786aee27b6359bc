//! The host itself: that its fakes do what the platform does.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, join_all};
use serde_json::Value;
use tradepost::app::{App, Config};
use tradepost::ports::{
    Cache, Clock, Commit, Database, DatabaseError, EventQueue, ObjectClass, ObjectHost, ObjectUnavailable, Objects,
    Statement, Timestamp,
};

use crate::host::clock::HostClock;
use crate::host::faults::{Site, When};
use crate::host::objects::Shell;
use crate::host::{Host, Setup};

const POOL: ObjectClass = ObjectClass::Pool;

/// An object that does what it is told: each command is a line of words.
struct Puppet {
    app: App,
    host: Rc<dyn ObjectHost>,
    /// What the object remembers without having written it down.
    memory: RefCell<Vec<String>>,
}

fn puppets(_: ObjectClass, app: App, _name: &str, host: Rc<dyn ObjectHost>) -> Rc<dyn Shell> {
    let schema = Statement::new("CREATE TABLE IF NOT EXISTS notes (note TEXT PRIMARY KEY) STRICT", []);
    host.commit(Commit { schema: vec![schema], ..Commit::default() }).unwrap();
    Rc::new(Puppet { app, host, memory: RefCell::default() })
}

impl Puppet {
    fn note(&self, notes: &[&str], alarm: Option<Option<Timestamp>>) -> Result<(), ObjectUnavailable> {
        let insert = |note: &&str| Statement::new("INSERT INTO notes (note) VALUES (?1)", [(*note).into()]);
        let commit = Commit { schema: Vec::new(), statements: notes.iter().map(insert).collect(), alarm };
        self.host.commit(commit).map_err(|error| ObjectUnavailable(error.to_string()))
    }

    fn notes(&self) -> String {
        let rows = self.host.read(Statement::new("SELECT note FROM notes ORDER BY note", [])).unwrap();
        let rows = rows.decode::<Value>().unwrap();
        rows.iter().map(|row| row["note"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
    }
}

impl Shell for Puppet {
    fn command(self: Rc<Self>, body: String) -> LocalBoxFuture<'static, Result<String, ObjectUnavailable>> {
        async move {
            let words: Vec<&str> = body.split(' ').collect();
            match words[0] {
                "note" => self.note(&words[1..], None)?,
                "remember" => self.memory.borrow_mut().push(words[1].to_owned()),
                "remembered" => return Ok(self.memory.borrow().join(" ")),
                // Reads, waits, and writes down what it had read.
                "slowly" => {
                    let before = self.memory.borrow().len();
                    self.app.clock.sleep(20).await;
                    self.memory.borrow_mut().push(format!("{}:{before}", words[1]));
                }
                "alarm" => {
                    let at = self.app.clock.now().plus_millis(words[1].parse().unwrap());
                    self.note(&[], Some(Some(at)))?;
                }
                "later" => {
                    let (me, note) = (self.clone(), words[1].to_owned());
                    self.host.spawn(Box::pin(async move {
                        me.app.clock.sleep(20).await;
                        let _ = me.note(&[&note], None);
                    }));
                }
                "panic" => panic!("as told"),
                "write-by-read" => {
                    let statement = Statement::new("DELETE FROM notes RETURNING note", []);
                    self.host.read(statement).map_err(|error| ObjectUnavailable(error.to_string()))?;
                }
                other => return Err(ObjectUnavailable(format!("no such trick: {other}"))),
            }
            Ok(self.notes())
        }
        .boxed_local()
    }

    fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, Result<(), ObjectUnavailable>> {
        async move {
            let rung = self.notes().split_whitespace().filter(|note| note.starts_with("rung")).count();
            self.note(&[&format!("rung-{rung}")], None)?;
            if self.notes().contains(&format!("fail-{rung}")) { panic!("as told") } else { Ok(()) }
        }
        .boxed_local()
    }
}

fn host_on(clock: HostClock) -> Host {
    Host::start(Setup { clock, factory: puppets, ..Setup::new(Config::default()) })
}

fn host() -> Host {
    host_on(HostClock::real())
}

async fn tell(host: &Host, name: &str, body: &str) -> Result<String, ObjectUnavailable> {
    host.objects.command(POOL, name, body.to_owned()).await
}

/// Asks until the object's notes are these.
async fn until_notes(host: &Host, name: &str, wanted: &str) {
    let mut notes = String::new();
    for _ in 0..500 {
        notes = tell(host, name, "note").await.unwrap();
        if notes == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{name} has {notes:?}, not {wanted:?}");
}

#[tokio::test]
async fn a_commit_is_all_or_nothing() {
    let host = host();
    assert_eq!(tell(&host, "a", "note one").await.unwrap(), "one");
    let refused = tell(&host, "a", "note two one").await.unwrap_err();
    assert!(refused.0.contains("UNIQUE constraint failed: notes.note"), "{refused}");
    assert_eq!(tell(&host, "a", "note").await.unwrap(), "one");
    assert!(tell(&host, "a", "write-by-read").await.is_err(), "a read that writes is refused");
    assert_eq!(tell(&host, "b", "note").await.unwrap(), "", "another name is another object");
}

#[tokio::test]
async fn commands_interleave_at_awaits_and_nowhere_else() {
    let host = host();
    join_all([tell(&host, "a", "slowly x"), tell(&host, "a", "slowly y")]).await;
    assert_eq!(tell(&host, "a", "remembered").await.unwrap(), "x:0 y:0");
    join_all((0..20).map(|_| tell(&host, "b", "remember z"))).await;
    assert_eq!(tell(&host, "b", "remembered").await.unwrap().len(), 39);
}

#[tokio::test]
async fn eviction_loses_memory_and_work_but_not_the_store() {
    let host = host();
    tell(&host, "a", "note kept").await.unwrap();
    tell(&host, "a", "remember lost").await.unwrap();
    tell(&host, "a", "later never").await.unwrap();
    let (answer, ()) = tokio::join!(tell(&host, "a", "slowly x"), async {
        tokio::task::yield_now().await;
        host.objects.evict(POOL, "a").await;
    });
    assert!(answer.is_err(), "a command in flight is lost");
    assert_eq!(tell(&host, "a", "remembered").await.unwrap(), "");
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(tell(&host, "a", "note").await.unwrap(), "kept");
}

#[tokio::test]
async fn work_goes_on_after_the_answer() {
    let host = host();
    assert_eq!(tell(&host, "a", "later done").await.unwrap(), "");
    until_notes(&host, "a", "done").await;
}

#[tokio::test]
async fn an_alarm_rings_once_at_its_time_even_after_eviction() {
    let host = host_on(HostClock::manual());
    tell(&host, "a", "alarm 60000").await.unwrap();
    host.objects.evict_all().await;
    host.clock.advance(59_999);
    assert_eq!(tell(&host, "a", "note").await.unwrap(), "");
    assert_eq!(host.objects.alarm(POOL, "a").await, Some(host.clock.now().plus_millis(1)));
    host.clock.advance(1);
    until_notes(&host, "a", "rung-0").await;
    host.clock.advance(3_600_000);
    until_notes(&host, "a", "rung-0").await;
    assert_eq!(host.objects.alarm(POOL, "a").await, None);
}

#[tokio::test]
async fn an_object_has_one_alarm_and_the_last_setting_counts() {
    let host = host_on(HostClock::manual());
    tell(&host, "a", "alarm 1000").await.unwrap();
    tell(&host, "a", "alarm 5000").await.unwrap();
    host.clock.advance(4_999);
    assert_eq!(tell(&host, "a", "note").await.unwrap(), "");
    host.clock.advance(1);
    until_notes(&host, "a", "rung-0").await;
}

#[tokio::test]
async fn a_failing_alarm_rings_again_later() {
    let host = host_on(HostClock::manual());
    tell(&host, "a", "note fail-0 fail-1").await.unwrap();
    tell(&host, "a", "alarm 0").await.unwrap();
    until_notes(&host, "a", "fail-0 fail-1 rung-0").await;
    until_asleep(&host).await;
    host.clock.advance(2_000);
    until_notes(&host, "a", "fail-0 fail-1 rung-0 rung-1").await;
    until_asleep(&host).await;
    host.clock.advance(4_000);
    until_notes(&host, "a", "fail-0 fail-1 rung-0 rung-1 rung-2").await;
    assert_eq!(host.objects.crashes().len(), 2);
}

async fn until_asleep(host: &Host) {
    while host.objects.alarm(POOL, "a").await.is_none() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_panic_ends_the_object_and_no_other() {
    let host = host();
    tell(&host, "a", "remember lost").await.unwrap();
    tell(&host, "b", "remember kept").await.unwrap();
    assert!(tell(&host, "a", "panic").await.is_err());
    assert_eq!(tell(&host, "a", "remembered").await.unwrap(), "");
    assert_eq!(tell(&host, "b", "remembered").await.unwrap(), "kept");
    assert_eq!(host.objects.crashes(), [r#"(Pool, "a") panicked: as told"#]);
}

#[tokio::test]
async fn a_command_can_fail_before_and_after_taking_effect() {
    let host = host();
    host.faults.once(Site::Command(POOL), "note one", When::Before);
    host.faults.once(Site::Command(POOL), "note two", When::After);
    assert!(tell(&host, "a", "note one").await.is_err());
    assert_eq!(tell(&host, "a", "note").await.unwrap(), "");
    assert!(tell(&host, "a", "note two").await.is_err());
    assert_eq!(tell(&host, "a", "note").await.unwrap(), "two");
}

#[tokio::test]
async fn an_object_can_crash_before_and_after_its_commit() {
    let host = host();
    tell(&host, "a", "remember lost").await.unwrap();
    host.faults.once(Site::Commit(POOL), "INSERT", When::Before);
    assert!(tell(&host, "a", "note one").await.is_err());
    assert_eq!(tell(&host, "a", "remembered").await.unwrap(), "", "a crash loses the memory");
    host.faults.once(Site::Commit(POOL), "INSERT", When::After);
    assert!(tell(&host, "a", "note two").await.is_err());
    assert_eq!(tell(&host, "a", "note").await.unwrap(), "two");
    assert!(host.objects.crashes().is_empty(), "a crash asked for is no fault of the object's");
}

fn insert(key: &'static str) -> Statement {
    let sql = "INSERT INTO idempotency_records (scope, key, digest, status, body, expires_at) VALUES ('s', ?1, '', ?2, '', ?3)";
    Statement::new(sql, [key.into(), 201_u32.into(), 1_769_851_800_000_i64.into()])
}

fn keys() -> Statement {
    Statement::new("SELECT key, status, expires_at FROM idempotency_records ORDER BY key", [])
}

#[tokio::test]
async fn a_batch_is_one_transaction_and_names_the_broken_constraint() {
    let host = host();
    host.database.batch(vec![insert("a")]).await.unwrap();
    let refused = host.database.batch(vec![insert("b"), insert("a")]).await.unwrap_err();
    assert!(
        matches!(&refused, DatabaseError::Constraint(text)
        if text == "UNIQUE constraint failed: idempotency_records.scope, idempotency_records.key"),
        "{refused}"
    );
    let rows = host.database.batch(vec![keys()]).await.unwrap();
    assert_eq!(
        Value::from(rows[0].decode::<Value>().unwrap()),
        serde_json::json!([{"key": "a", "status": 201, "expires_at": 1_769_851_800_000_i64}])
    );
    let mistaken = host.database.batch(vec![Statement::new("SELECT ?1", [])]).await.unwrap_err();
    assert!(matches!(mistaken, DatabaseError::Unavailable(_)), "{mistaken}");
    let empty = host.database.batch(Vec::new()).await.unwrap_err();
    assert!(matches!(empty, DatabaseError::Unavailable(_)), "as D1 does: {empty}");
}

#[tokio::test]
async fn a_batch_can_fail_before_and_after_taking_effect() {
    let host = host();
    host.faults.nth(Site::Batch, "INSERT", 1, When::Before);
    host.database.batch(vec![insert("a")]).await.unwrap();
    assert!(host.database.batch(vec![insert("b")]).await.is_err());
    host.faults.once(Site::Batch, "INSERT", When::After);
    assert!(host.database.batch(vec![insert("c")]).await.is_err());
    let rows = host.database.batch(vec![keys()]).await.unwrap();
    assert_eq!(rows[0].decode::<Value>().unwrap().len(), 2);
}

#[tokio::test]
async fn a_copied_database_is_a_database_of_its_own() {
    let first = host();
    first.database.batch(vec![insert("a")]).await.unwrap();
    let setup = Setup { database: Some(first.database.clone()), ..Setup::new(Config::default()) };
    let second = Host::start(setup);
    second.database.batch(vec![insert("b")]).await.unwrap();
    let count = |rows: Vec<tradepost::ports::Rows>| rows[0].decode::<Value>().unwrap().len();
    assert_eq!(count(first.database.batch(vec![keys()]).await.unwrap()), 1);
    assert_eq!(count(second.database.batch(vec![keys()]).await.unwrap()), 2);
}

#[tokio::test]
async fn the_cache_forgets_in_time_and_can_be_stale() {
    let host = host_on(HostClock::manual());
    host.cache.put("a", b"1".to_vec(), Some(60)).await.unwrap();
    host.cache.freeze();
    host.cache.put("a", b"2".to_vec(), None).await.unwrap();
    assert_eq!(host.cache.get("a").await.unwrap().unwrap(), b"1");
    host.clock.advance(60_000);
    assert_eq!(host.cache.get("a").await.unwrap(), None);
    host.cache.thaw();
    assert_eq!(host.cache.get("a").await.unwrap().unwrap(), b"2");
    assert!(host.cache.put("b", Vec::new(), Some(59)).await.is_err());
}

/// A consumer that writes messages down, and fails at first if they say so.
fn scribe(app: App, messages: Vec<String>) -> LocalBoxFuture<'static, Result<(), String>> {
    async move {
        for message in messages {
            let sql = "INSERT INTO idempotency_records (scope, key, digest, status, body, expires_at)
                       VALUES ('q', ?1, '', 1, '', 0)
                       ON CONFLICT (scope, key) DO UPDATE SET status = status + 1";
            app.database.batch(vec![Statement::new(sql, [message.clone().into()])]).await.unwrap();
            assert!(message != "poison", "as told");
        }
        Ok(())
    }
    .boxed_local()
}

async fn deliveries(host: &Host) -> String {
    let rows = host.database.batch(vec![keys()]).await.unwrap();
    let text = |row: &Value| format!("{}:{}", row["key"].as_str().unwrap(), row["status"]);
    rows[0].decode().unwrap().iter().map(text).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn the_queue_delivers_at_least_once_and_gives_poison_up() {
    let setup = Setup { clock: HostClock::manual(), consumer: scribe, ..Setup::new(Config::default()) };
    let host = Host::start(setup);
    host.faults.once(Site::Send, "lost", When::Before);
    host.faults.once(Site::Send, "sent", When::After);
    assert!(host.queue.send(vec!["lost".to_owned()]).await.is_err());
    assert!(host.queue.send(vec!["sent".to_owned()]).await.is_err());
    while deliveries(&host).await != "sent:1" {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    host.queue.unruly();
    host.queue.send(vec!["twice".to_owned()]).await.unwrap();
    while deliveries(&host).await != "sent:1 twice:2" {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    host.queue.send(vec!["poison".to_owned()]).await.unwrap();
    while host.queue.dead_letters().is_empty() {
        host.clock.advance(1_000);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(deliveries(&host).await, "poison:4 sent:1 twice:2");
}

#[tokio::test]
async fn a_host_in_the_callers_thread_is_a_function_of_its_seed() {
    let story = || async {
        let setup = Setup { clock: HostClock::manual(), seed: 7, factory: puppets, ..Setup::new(Config::default()) };
        let (host, backstage) = Host::in_caller(setup);
        let telling = async {
            let deeds = ["slowly x", "slowly y", "alarm 30", "remembered", "note"];
            let clock = host.clock.clone();
            let turns = join_all(deeds.map(|deed| tell(&host, "a", deed)));
            let time = async move {
                for _ in 0..100 {
                    tokio::task::yield_now().await;
                    if let Some(next) = clock.next_deadline() {
                        clock.advance(next.since(clock.now()).max(0));
                    }
                }
            };
            let (answers, ()) = tokio::join!(turns, time);
            host.objects.stop();
            (answers, host.entropy.next())
        };
        let (told, ()) = tokio::join!(telling, backstage);
        told
    };
    let local = tokio::task::LocalSet::new();
    let (first, second) = local.run_until(async { (story().await, story().await) }).await;
    assert_eq!(first, second);
}
