//! A shop in memory for the rooms' own tests: the real migrations on SQLite,
//! a key-value store that can fail, a clock that is set by hand.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use rusqlite::Connection;
use rusqlite::types::{Value as Sql, ValueRef};

use crate::app::{App, Capabilities, Config, Keys};
use crate::auth::{Role, SignedIn};
use crate::ids::{AccountId, SessionId};
use crate::ports::*;
use crate::settings::Settings;

mod host;

pub use host::{Crash, Host};

pub fn settings() -> Settings {
    serde_json::from_value(serde_json::json!({
        "shop_name": "Tradepost", "default_currency": "EUR", "currencies": ["EUR", "USD", "GBP"], "country": null,
        "prices_include_tax": true, "low_level": 5, "tax": {"classes": ["standard"], "rates": [], "reverse_charge": false},
        "shipping": {"zones": []}, "payments": {"stripe": {"offered": true, "capture": "automatic"}}, "mail": {"sender": null}
    }))
    .unwrap()
}

/// A member of staff who is signed in to every [`Shop`].
pub fn staff_member() -> SignedIn {
    let (id, session) = (AccountId::derived([1; 16]), SessionId::derived([2; 16]));
    SignedIn { id, role: Role::Staff, session, has_prices: false }
}

fn sign_in(connection: &Connection, who: SignedIn) {
    let account = "INSERT INTO accounts (id, email, role, password_hash, password_changed_at, created_at)
                   VALUES (?1, 'staff@example.com', 'staff', '$argon2id$', 0, 0)";
    connection.execute(account, [who.id.to_string()]).unwrap();
    let session = "INSERT INTO sessions (id, account_id, generation, created_at, rotated_at, expires_at)
                   VALUES (?1, ?2, 0, 0, 0, 9007199254740991)";
    connection.execute(session, [who.session.to_string(), who.id.to_string()]).unwrap();
}

/// Every value once: ids that differ and repeat from run to run.
#[derive(Default)]
pub struct Counter(AtomicU64);

impl Entropy for Counter {
    fn fill(&self, buffer: &mut [u8]) {
        let next = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        buffer.fill(0);
        for (to, from) in buffer.iter_mut().rev().zip(next.iter().rev()) {
            *to = *from;
        }
    }
}

/// What the shop is made of, kept so that tests can look and meddle.
#[derive(Default)]
pub struct World {
    pub now: AtomicI64,
    pub keys: Mutex<HashMap<String, Vec<u8>>>,
    /// When each of them is gone, in milliseconds, if it ever is.
    ends: Mutex<HashMap<String, i64>>,
    /// Whether whoever asks the database or the key-value store is answered only when
    /// polled again: so that a test can stop it after each step.
    pub in_steps: AtomicBool,
    pub reads: AtomicI64,
    /// What happens while the head of a version is read.
    pub meanwhile: Mutex<Option<Box<dyn FnOnce() + Send>>>,
    pub writes: Mutex<Vec<String>>,
    /// To the database.
    pub batches: AtomicI64,
    pub store_is_down: Mutex<bool>,
    /// What alone cannot be written.
    pub refused_key: Mutex<Option<&'static str>>,
    pub commands: Mutex<Vec<String>>,
    /// What other systems were asked, and what they will answer, in turn; then nothing.
    pub calls: Mutex<Vec<HttpCall>>,
    pub replies: Mutex<VecDeque<Result<HttpReply, HttpError>>>,
    counter: Counter,
}

pub struct Shop {
    pub app: App,
    pub world: Arc<World>,
    pub database: Arc<Mutex<Connection>>,
}

struct Port(Arc<World>);
struct Sqlite(Arc<Mutex<Connection>>, Arc<World>);

impl World {
    /// What was done, told now or when it is asked for again.
    fn told<'a, T: Send + 'a>(&self, answer: T) -> Pending<'a, T> {
        let mut waits = self.in_steps.load(Ordering::Relaxed);
        Box::pin(async move {
            std::future::poll_fn(|context| {
                if std::mem::take(&mut waits) {
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Poll::Ready(())
            })
            .await;
            answer
        })
    }
}

pub fn connection() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    let mut migrations: Vec<_> = std::fs::read_dir("migrations").unwrap().map(|file| file.unwrap().path()).collect();
    migrations.sort();
    for migration in migrations {
        connection.execute_batch(&std::fs::read_to_string(migration).unwrap()).unwrap();
    }
    connection
}

/// Binds as D1 does: every number as a double.
pub fn run(connection: &Connection, statement: &Statement) -> Result<Rows, rusqlite::Error> {
    let mut prepared = connection.prepare(statement.sql)?;
    let params = statement.params.iter().map(|value| match value {
        Value::Null => Sql::Null,
        Value::Integer(number) => Sql::Real(*number as f64),
        Value::Text(text) => Sql::Text(text.clone()),
    });
    let names: Vec<String> = prepared.column_names().into_iter().map(str::to_owned).collect();
    let mut rows = prepared.query(rusqlite::params_from_iter(params))?;
    let mut answer = Vec::new();
    while let Some(row) = rows.next()? {
        let cell = |n| match row.get_ref(n).unwrap() {
            ValueRef::Integer(number) => number.into(),
            ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
            ValueRef::Real(number) => number.into(),
            _ => serde_json::Value::Null,
        };
        let cells = names.iter().enumerate().map(|(n, name)| (name.clone(), cell(n)));
        answer.push(cells.collect::<serde_json::Map<_, _>>());
    }
    Ok(Rows::new(serde_json::to_string(&answer).unwrap()))
}

impl Database for Sqlite {
    fn batch(&self, statements: Vec<Statement>) -> Pending<'_, Result<Vec<Rows>, DatabaseError>> {
        self.1.batches.fetch_add(1, Ordering::Relaxed);
        let mut connection = self.0.lock().unwrap();
        let transaction = connection.transaction().unwrap();
        let result: Result<Vec<Rows>, _> = statements.iter().map(|statement| run(&transaction, statement)).collect();
        let result = match result {
            Ok(rows) => transaction.commit().map(|()| rows),
            Err(error) => Err(error),
        };
        let result = result.map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::ConstraintViolation) => DatabaseError::Constraint(error.to_string()),
            // An isolate that was given no database.
            _ if error.to_string().contains("no such table") => DatabaseError::Unavailable(error.to_string()),
            _ => panic!("{error}"),
        });
        self.1.told(result)
    }
}

impl Cache for Port {
    fn get<'a>(&'a self, key: &'a str) -> Pending<'a, Result<Option<Vec<u8>>, CacheError>> {
        self.0.reads.fetch_add(1, Ordering::Relaxed);
        if key.contains("/heads/")
            && let Some(meanwhile) = self.0.meanwhile.lock().unwrap().take()
        {
            meanwhile();
        }
        let down = *self.0.store_is_down.lock().unwrap();
        let is_gone =
            self.0.ends.lock().unwrap().get(key).is_some_and(|end| *end <= self.0.now.load(Ordering::Relaxed));
        let value = self.0.keys.lock().unwrap().get(key).filter(|_| !is_gone).cloned();
        self.0.told(if down { Err(CacheError("down".into())) } else { Ok(value) })
    }
    fn put<'a>(&'a self, key: &'a str, value: Vec<u8>, seconds: Option<u32>) -> Pending<'a, Result<(), CacheError>> {
        let refused = *self.0.refused_key.lock().unwrap() == Some(key);
        let down = *self.0.store_is_down.lock().unwrap() || refused;
        if !down {
            self.0.writes.lock().unwrap().push(key.to_owned());
            self.0.keys.lock().unwrap().insert(key.to_owned(), value);
            let end = seconds.map_or(i64::MAX, |s| self.0.now.load(Ordering::Relaxed) + i64::from(s) * 1_000);
            self.0.ends.lock().unwrap().insert(key.to_owned(), end);
        }
        self.0.told(if down { Err(CacheError("down".into())) } else { Ok(()) })
    }
}

impl Media for Port {
    fn put<'a>(&'a self, name: &'a str, content: Content) -> Pending<'a, Result<(), MediaError>> {
        let Content::Here(bytes) = content else { panic!("nothing is with a platform here") };
        self.0.keys.lock().unwrap().insert(name.to_owned(), bytes.to_vec());
        Box::pin(async { Ok(()) })
    }
    fn get<'a>(&'a self, name: &'a str) -> Pending<'a, Result<Option<Content>, MediaError>> {
        let found = self.0.keys.lock().unwrap().get(name).cloned();
        Box::pin(async { Ok(found.map(|bytes| Content::Here(bytes.into()))) })
    }
    fn delete(&self, names: Vec<String>) -> Pending<'_, Result<(), MediaError>> {
        self.0.keys.lock().unwrap().retain(|key, _| !names.contains(key));
        Box::pin(async { Ok(()) })
    }
}

impl Objects for Port {
    fn command<'a>(
        &'a self,
        _: ObjectClass,
        _: &'a str,
        body: String,
    ) -> Pending<'a, Result<String, ObjectUnavailable>> {
        self.0.commands.lock().unwrap().push(body);
        Box::pin(async { Ok("{}".to_owned()) })
    }
}

impl EventQueue for Port {
    fn send(&self, _: Vec<String>) -> Pending<'_, Result<(), QueueError>> {
        Box::pin(async { Ok(()) })
    }
}

impl HttpClient for Port {
    fn call(&self, call: HttpCall) -> Pending<'_, Result<HttpReply, HttpError>> {
        self.0.calls.lock().unwrap().push(call);
        let reply = self.0.replies.lock().unwrap().pop_front();
        Box::pin(async { reply.unwrap_or_else(|| Err(HttpError("nobody".to_owned()))) })
    }
}

impl Clock for Port {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.now.load(Ordering::Relaxed))
    }
    fn sleep(&self, millis: u32) -> Pending<'static, ()> {
        self.0.now.fetch_add(i64::from(millis), Ordering::Relaxed);
        Box::pin(async {})
    }
}

impl Entropy for Port {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.counter.fill(buffer);
    }
}

impl Shop {
    pub fn new() -> Self {
        Self::configured(Config::default())
    }

    pub fn configured(config: Config) -> Self {
        let world = Arc::new(World::default());
        world.now.store(1_700_000_000_000, Ordering::Relaxed);
        let connection = connection();
        sign_in(&connection, staff_member());
        let database = Arc::new(Mutex::new(connection));
        let app = isolate(&world, database.clone(), config);
        Self { app, world, database }
    }

    /// The whole site, for tests through the door.
    pub fn site(&self) -> crate::wire::site::Site {
        crate::router::site(self.app.clone())
    }

    pub fn publish(&self) {
        block_on(crate::shelf::publish(&self.app)).unwrap();
    }

    /// What buyers get from the copy as it is.
    pub fn read(&self, path: &str) -> Result<serde_json::Value, crate::problem::Problem> {
        let snapshot = crate::shelf::memory::CatalogMemory::of(&self.app).get().unwrap();
        let answer = crate::shelf::read::answer(&snapshot, path, "").unwrap()?;
        Ok(serde_json::from_slice(&answer.body).unwrap())
    }

    pub fn pass(&self, millis: i64) {
        self.world.now.fetch_add(millis, Ordering::Relaxed);
    }

    /// The same shop seen from another isolate: an empty memory, the same rest but for the
    /// database, which it does not have.
    pub fn forget(&self) -> App {
        let none = Connection::open_in_memory().unwrap();
        isolate(&self.world, Arc::new(Mutex::new(none)), Config::default())
    }

    /// Another isolate, which has the database, too.
    pub fn another(&self) -> App {
        isolate(&self.world, self.database.clone(), Config::default())
    }
}

fn isolate(world: &Arc<World>, database: Arc<Mutex<Connection>>, config: Config) -> App {
    let port = || Box::new(Port(world.clone()));
    App::new(Capabilities {
        database: Box::new(Sqlite(database, world.clone())),
        cache: port(),
        media: port(),
        objects: port(),
        events: port(),
        http: port(),
        mailer: None,
        clock: port(),
        entropy: port(),
        keys: Keys::parse(&"0".repeat(64)).unwrap(),
        config,
    })
}

/// Runs a future that waits for nothing but this file's ports.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    for _ in 0..1_000_000 {
        if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("the future waits for something else");
}

/// An active product with one variant, sold in euros at most.
pub fn product(n: u64, title: &str, eur: Option<i64>, created_at: i64) -> crate::catalog::product::Product {
    let id = |prefix| format!("{prefix}{}", ulid::Ulid::from_parts(1, u128::from(n)));
    let prices: Vec<_> = eur.iter().map(|amount| serde_json::json!({"amount": amount, "currency": "EUR"})).collect();
    serde_json::from_value(serde_json::json!({
        "id": id("prod_"), "slug": format!("slug-{n}"), "title": title, "description": "", "vendor": null,
        "tags": [], "status": "active", "version": 1, "created_at": created_at, "updated_at": created_at,
        "options": [], "images": [], "level": "out", "delivery": "shipped", "tax_class": null, "bought_with": [],
        "variants": [{"id": id("var_"), "sku": format!("SKU-{n}"), "title": title, "given_title": null, "options": [],
            "prices": prices, "compare_at": [], "weight_grams": null, "barcode": null, "level": "out", "pieces": 0}],
    }))
    .unwrap()
}

/// What writes a product whose slug is given.
pub fn insertion(product: &crate::catalog::product::Product) -> Vec<Statement> {
    use crate::catalog::store::{Naming, insert_product};
    insert_product(product, Naming::AsGiven, None).into_statements()
}
