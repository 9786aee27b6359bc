//! The native host: the shop's ports on one machine, with honest fakes. Each
//! keeps the limits and the semantics of the platform, and can fail before or
//! after it has taken effect.

pub mod cache;
pub mod clock;
pub mod database;
pub mod entropy;
pub mod faults;
pub mod http;
pub mod ledger;
pub mod mail;
pub mod media;
pub mod objects;
pub mod queue;
pub mod receiver;
pub mod shells;
pub mod sqlite;

use std::future::Future;

use tokio::sync::mpsc;
use tradepost::app::{App, Capabilities, Config, Keys};
use tradepost::ports::Clock;

use cache::HostCache;
use clock::HostClock;
use database::HostDatabase;
use entropy::SeededEntropy;
use faults::Faults;
use http::HostHttp;
use ledger::Ledger;
use mail::HostMailer;
use media::HostMedia;
use objects::{Factory, HostObjects};
use queue::{Consumer, HostQueue};

/// The same for every host, so that a token of one is good in another.
const SECRET_KEY: &str = "5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e";

/// What a host is made from.
pub struct Setup {
    pub config: Config,
    pub clock: HostClock,
    pub seed: u64,
    /// A database to copy; `None` begins with an empty one.
    pub database: Option<HostDatabase>,
    pub factory: Factory,
    pub consumer: Consumer,
}

impl Setup {
    /// A shop on the machine's clock.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            clock: HostClock::real(),
            seed: entropy::seed(),
            database: None,
            factory: shells::shop,
            consumer: shells::consume,
        }
    }
}

/// A running host. Its objects and its queue end with it.
pub struct Host {
    pub config: Config,
    pub database: HostDatabase,
    pub cache: HostCache,
    pub media: HostMedia,
    pub objects: HostObjects,
    pub queue: HostQueue,
    pub http: HostHttp,
    pub mailer: HostMailer,
    pub ledger: Ledger,
    pub clock: HostClock,
    pub entropy: SeededEntropy,
    pub faults: Faults,
}

impl Host {
    /// Starts a host whose objects and queue have a thread of their own.
    pub fn start(setup: Setup) -> Self {
        let (host, backstage) = Self::prepare(setup);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            tokio::task::LocalSet::new().block_on(&runtime, backstage.run());
        });
        host
    }

    /// For simulations: the caller runs the future in its own `LocalSet`, so
    /// that everything happens on one thread, in one order.
    pub fn in_caller(setup: Setup) -> (Self, impl Future<Output = ()>) {
        let (host, backstage) = Self::prepare(setup);
        (host, backstage.run())
    }

    fn prepare(setup: Setup) -> (Self, Backstage) {
        println!("host seed: TRADEPOST_SEED={}", setup.seed);
        let faults = Faults::default();
        let ledger = Ledger::default();
        let (objects, commands) = HostObjects::new(&faults);
        let (queue, messages) = HostQueue::new(&faults);
        let database = match &setup.database {
            Some(other) => HostDatabase::copied(other, &faults),
            None => HostDatabase::migrated(&faults),
        };
        let host = Self {
            config: setup.config,
            database,
            cache: HostCache::new(&setup.clock, &faults),
            media: HostMedia::new(&faults),
            objects,
            queue,
            http: HostHttp::new(&ledger, &faults),
            mailer: HostMailer::new(&faults),
            ledger,
            clock: setup.clock,
            entropy: SeededEntropy::new(setup.seed),
            faults,
        };
        let backstage = Backstage {
            app: host.isolate(),
            clock: host.clock.clone(),
            objects: host.objects.clone(),
            factory: setup.factory,
            commands,
            queue: host.queue.clone(),
            consumer: setup.consumer,
            messages,
        };
        (host, backstage)
    }

    /// An isolate of its own: the same ports, nothing in memory yet. Objects
    /// and the queue's consumer have theirs, as they may on the platform.
    pub fn isolate(&self) -> App {
        App::new(Capabilities {
            database: Box::new(self.database.clone()),
            cache: Box::new(self.cache.clone()),
            media: Box::new(self.media.clone()),
            objects: Box::new(self.objects.clone()),
            events: Box::new(self.queue.clone()),
            http: Box::new(self.http.clone()),
            mailer: Some(Box::new(self.mailer.clone())),
            clock: Box::new(self.clock.clone()),
            entropy: Box::new(self.entropy.clone()),
            keys: Keys::parse(SECRET_KEY).unwrap(),
            config: self.config.clone(),
        })
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.objects.stop();
    }
}

/// What goes on behind the requests.
struct Backstage {
    app: App,
    clock: HostClock,
    objects: HostObjects,
    factory: Factory,
    commands: mpsc::UnboundedReceiver<objects::Message>,
    queue: HostQueue,
    consumer: Consumer,
    messages: mpsc::UnboundedReceiver<queue::Message>,
}

impl Backstage {
    async fn run(self) {
        let (app, clock) = (self.app.clone(), self.clock.clone());
        let schedule = tokio::task::spawn_local(async move {
            loop {
                clock.sleep(shells::SCHEDULE_MILLIS).await;
                shells::scheduled(app.clone()).await;
            }
        });
        let deliveries = self.queue.serve(self.app.clone(), self.clock.clone(), self.consumer, self.messages);
        let deliveries = tokio::task::spawn_local(deliveries);
        self.objects.serve(self.app, self.clock, self.factory, self.commands).await;
        deliveries.abort();
        schedule.abort();
    }
}
