//! `Shop`: the suite's client, on a fresh native shop or on a live one.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use http::{HeaderValue, Method};
use serde_json::json;
use tokio::sync::{Mutex, OnceCell};
use tradepost::app::{Config, OwnerCredentials};
use tradepost::router::site;
use tradepost::wire::site::Site;

use crate::ask::{Answer, Ask};
use crate::contract::Asked;
use crate::host::database::HostDatabase;
use crate::host::ledger::Ledger;
use crate::host::{Host, Setup, ledger};
use crate::sums;

pub const OWNER_EMAIL: &str = "owner@tradepost.test";
pub const OWNER_PASSWORD: &str = "plover granite lantern 42";
/// What the native shop is called in requests.
const NATIVE_HOST: &str = "tradepost.test";
/// A live owner signs in again after this long; tokens last 15 minutes.
const LIVE_TOKEN_SECONDS: u64 = 480;

#[derive(Clone)]
pub struct Shop(Arc<Door>);

enum Door {
    Native { host: Arc<Host>, site: Site },
    Live { client: reqwest::Client, url: String },
}

impl Shop {
    /// A shop of the test's own, or the live one at `TRADEPOST_URL`.
    pub async fn open() -> Self {
        let Some(url) = live_url() else { return Self::open_native().await };
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(120))
            .build()
            .unwrap();
        Self(Arc::new(Door::Live { client, url }))
    }

    /// A native shop, for tests that need the host's powers; none when the
    /// suite runs against a live one.
    pub async fn native(why: &str) -> Option<Self> {
        if live_url().is_some() {
            leave_out(why);
            return None;
        }
        Some(Self::open_native().await)
    }

    /// A native shop as it is deployed: of this configuration.
    pub async fn configured(why: &str, config: Config) -> Option<Self> {
        if live_url().is_some() {
            leave_out(why);
            return None;
        }
        Some(Self::begun_as(template().await, Setup::new(config)))
    }

    async fn open_native() -> Self {
        Self::begun_as(template().await, setup())
    }

    /// At the template's time, for which the owner's token is made, however long ago that was.
    fn begun_as(template: &Template, setup: Setup) -> Self {
        setup.clock.put_back(i64::try_from(template.made.elapsed().as_millis()).unwrap());
        Self::on(Host::start(Setup { database: Some(template.database.clone()), ..setup }))
    }

    fn on(host: Host) -> Self {
        Self::isolate_of(Arc::new(host))
    }

    fn isolate_of(host: Arc<Host>) -> Self {
        let app = host.isolate();
        let site = site(app);
        Self(Arc::new(Door::Native { host, site }))
    }

    /// The same shop through another isolate, with nothing in its memory yet.
    /// On a live shop, whatever isolate answers.
    pub fn another_isolate(&self) -> Self {
        match &*self.0 {
            Door::Native { host, .. } => Self::isolate_of(host.clone()),
            Door::Live { .. } => self.clone(),
        }
    }

    pub fn is_native(&self) -> bool {
        matches!(&*self.0, Door::Native { .. })
    }

    /// The host, for the part of a test that needs its powers; none on a live shop.
    pub fn native_host(&self, why: &str) -> Option<&Host> {
        match &*self.0 {
            Door::Native { host, .. } => Some(host),
            Door::Live { .. } => {
                leave_out(why);
                None
            }
        }
    }

    /// What the payment provider has written down, where that can be seen.
    pub fn ledger(&self) -> Option<&Ledger> {
        self.native_host("the provider's ledger cannot be seen").map(|host| &host.ledger)
    }

    /// The native shop's host.
    pub fn host(&self) -> &Host {
        match &*self.0 {
            Door::Native { host, .. } => host,
            Door::Live { .. } => panic!("a live shop has no host; open it with Shop::native"),
        }
    }

    /// The origin of the shop's own pages.
    pub fn origin(&self) -> String {
        match &*self.0 {
            Door::Native { .. } => format!("https://{NATIVE_HOST}"),
            Door::Live { url, .. } => url.clone(),
        }
    }

    pub fn get(&self, path: &str) -> Ask {
        self.ask(Method::GET, path)
    }
    pub fn post(&self, path: &str) -> Ask {
        self.ask(Method::POST, path)
    }
    pub fn put(&self, path: &str) -> Ask {
        self.ask(Method::PUT, path)
    }
    pub fn patch(&self, path: &str) -> Ask {
        self.ask(Method::PATCH, path)
    }
    pub fn delete(&self, path: &str) -> Ask {
        self.ask(Method::DELETE, path)
    }
    pub fn ask(&self, method: Method, path: &str) -> Ask {
        Ask::new(self, method, path)
    }

    /// Asks, and holds the answer against the contract.
    pub async fn answer(&self, ask: Ask) -> Answer {
        let asked = Asked::new(ask.method.as_str(), &ask.path, &ask.headers, &ask.body);
        let answer = self.pass(ask).await;
        if let Some(asked) = asked {
            asked.check(&answer);
            sums::check(&answer);
        }
        answer
    }

    async fn pass(&self, ask: Ask) -> Answer {
        let asked = format!("{} {}", ask.method, ask.path);
        match &*self.0 {
            Door::Native { site, .. } => {
                let mut request = http::Request::new(ask.body);
                *request.method_mut() = ask.method;
                *request.uri_mut() = ask.path.parse().unwrap_or_else(|error| panic!("{asked}: {error}"));
                *request.headers_mut() = ask.headers;
                request.headers_mut().insert("host", HeaderValue::from_static(NATIVE_HOST));
                let (parts, body) = site.answer(request).await.into_parts();
                Answer { asked, status: parts.status, headers: parts.headers, body }
            }
            Door::Live { client, url } => {
                let request = client.request(ask.method, format!("{url}{}", ask.path)).headers(ask.headers);
                let sent = request.body(ask.body).send().await;
                let response = sent.unwrap_or_else(|error| panic!("{asked}: {error:?}"));
                let (status, headers) = (response.status(), response.headers().clone());
                let body = response.bytes().await.unwrap_or_else(|error| panic!("{asked}: {error:?}"));
                Answer { asked, status, headers, body }
            }
        }
    }

    /// An access token of the owner's.
    pub async fn owner(&self) -> String {
        if self.is_native() {
            return template().await.owner.clone().unwrap_or_else(|told| panic!("the owner cannot sign in: {told}"));
        }
        static OWNER: Mutex<Option<(String, Instant)>> = Mutex::const_new(None);
        let mut owner = OWNER.lock().await;
        match &*owner {
            Some((token, at)) if at.elapsed() < Duration::from_secs(LIVE_TOKEN_SECONDS) => token.clone(),
            _ => {
                let token = self.log_in_owner().await;
                *owner = Some((token.clone(), Instant::now()));
                token
            }
        }
    }

    /// The owner's mail address and password.
    pub fn owner_credentials(&self) -> (String, String) {
        match self.is_native() {
            true => (OWNER_EMAIL.to_owned(), OWNER_PASSWORD.to_owned()),
            false => {
                let setting = |name| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
                (setting("TRADEPOST_ADMIN_EMAIL"), setting("TRADEPOST_ADMIN_PASSWORD"))
            }
        }
    }

    /// A token of a session of the owner's that nobody else uses.
    pub async fn log_in_owner(&self) -> String {
        let (email, password) = self.owner_credentials();
        let granted = self.log_in(&email, &password).await.expect(200).json();
        granted["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn log_in(&self, email: &str, password: &str) -> Answer {
        self.post("/v1/auth/login").json(json!({ "email": email, "password": password })).send().await
    }
}

fn live_url() -> Option<String> {
    std::env::var("TRADEPOST_URL").ok().map(|url| url.trim_end_matches('/').to_owned())
}

/// Says once what is left out on a live shop.
#[allow(clippy::explicit_write, reason = "eprintln! is shown only for tests that fail")]
fn leave_out(why: &str) {
    static SAID: std::sync::Mutex<BTreeSet<String>> = std::sync::Mutex::new(BTreeSet::new());
    if SAID.lock().unwrap().insert(why.to_owned()) {
        writeln!(std::io::stderr(), "left out on a live shop: {why}").unwrap();
    }
}

fn setup() -> Setup {
    Setup::new(config())
}

/// What a native shop is configured as, for tests of one that differs.
pub fn config() -> Config {
    Config {
        owner: Some(OwnerCredentials { email: OWNER_EMAIL.to_owned(), password: OWNER_PASSWORD.to_owned() }),
        test_provider: true,
        test_provider_ledger: Some(ledger::URL.to_owned()),
        public_url: Some(format!("https://{NATIVE_HOST}")),
        development: true,
        ..Config::default()
    }
}

/// What every native shop begins as: the migrated database in which the owner
/// has signed in, once per process because hashing passwords is slow.
struct Template {
    database: HostDatabase,
    /// The access token, or why there is none.
    owner: Result<String, String>,
    made: Instant,
}

async fn template() -> &'static Template {
    static TEMPLATE: OnceCell<Template> = OnceCell::const_new();
    TEMPLATE
        .get_or_init(|| async {
            let host = Host::start(setup());
            let ensured = tradepost::auth::ensure_owner(&host.isolate()).await;
            let shop = Shop::on(host);
            let answer = shop.log_in(OWNER_EMAIL, OWNER_PASSWORD).await;
            let owner = match answer.is(200) {
                true => Ok(answer.json()["access_token"].as_str().unwrap().to_owned()),
                false => Err(format!("{ensured:?}, {}", answer.told())),
            };
            Template { database: shop.host().database.clone(), owner, made: Instant::now() }
        })
        .await
}

/// A name that nobody else has, in this run or another: small letters and digits.
pub fn unique(prefix: &str) -> String {
    static RUN: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one("run"));
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{prefix}-{:x}-{}", *RUN >> 16, COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Asks again and again until there is an answer to what takes at most 5 seconds.
pub async fn eventually<T>(what: &str, probe: impl AsyncFnMut() -> Option<T>) -> T {
    within(5_000, what, probe).await
}

/// How much longer things may take than they do on a machine at rest: hundreds
/// of tests run at once, some of which flood the shop or start a whole office
/// suite. That it comes is tested here, and how fast in `benches/`.
const LOADED: u64 = 10;

/// Asks again and again until there is an answer, for as long as what takes so
/// many milliseconds on a machine at rest may take on a loaded one.
pub async fn within<T>(millis: u64, what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let patience = Duration::from_millis(millis * LOADED);
    let begun = Instant::now();
    let mut pause = Duration::from_millis(10);
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(begun.elapsed() < patience, "not within {patience:?}: {what}");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}
