//! Which object answers for which class, and who reads the queue: the one
//! place where the host meets the shop's own shells.

use std::rc::Rc;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use tradepost::app::App;
use tradepost::documents::object::SeriesObject;
use tradepost::jobs::object::JobObject;
use tradepost::minute;
use tradepost::orders::consumer;
use tradepost::orders::object::OrderObject;
use tradepost::pools::object::PoolObject;
use tradepost::ports::{ObjectClass, ObjectHost, ObjectUnavailable};
use tradepost::shelf::publisher::PublisherObject;
use tradepost::throttle::object::ThrottleObject;
use tradepost::webhooks::object::WebhookObject;

use super::objects::Shell;

/// Makes `$object` a shell the host can run. What it must have:
/// `new(app: App, name: &str, host: Rc<dyn ObjectHost>) -> Rc<Self>`,
/// `async fn command(self: Rc<Self>, body: String) -> Result<String, impl Debug>`,
/// `async fn alarm(self: Rc<Self>) -> Result<(), impl Debug>`.
macro_rules! shell {
    ($object:ty) => {
        impl Shell for $object {
            fn command(self: Rc<Self>, body: String) -> LocalBoxFuture<'static, Result<String, ObjectUnavailable>> {
                async move { <$object>::command(self, body).await.map_err(unanswered) }.boxed_local()
            }
            fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, Result<(), ObjectUnavailable>> {
                async move { <$object>::alarm(self).await.map_err(unanswered) }.boxed_local()
            }
        }
    };
}

/// Whatever a shell's own error is, its caller only learns that there is no answer.
fn unanswered(error: impl std::fmt::Debug) -> ObjectUnavailable {
    ObjectUnavailable(format!("{error:?}"))
}

// A new shell gets a line here and one in `shop` below.
shell!(OrderObject);
shell!(PoolObject);
shell!(PublisherObject);
shell!(ThrottleObject);
shell!(WebhookObject);
shell!(SeriesObject);
shell!(JobObject);

/// The shop's objects.
pub fn shop(class: ObjectClass, app: App, name: &str, host: Rc<dyn ObjectHost>) -> Rc<dyn Shell> {
    match class {
        ObjectClass::Order => OrderObject::new(app, name, host),
        ObjectClass::Pool => PoolObject::new(app, name, host),
        ObjectClass::Publisher => PublisherObject::new(app, name, host),
        ObjectClass::Throttle => ThrottleObject::new(app, name, host),
        ObjectClass::Webhook => WebhookObject::new(app, name, host),
        ObjectClass::Series => SeriesObject::new(app, name, host),
        ObjectClass::Job => JobObject::new(app, name, host),
    }
}

/// The queue's consumer.
pub fn consume(app: App, messages: Vec<String>) -> LocalBoxFuture<'static, Result<(), String>> {
    async move { consumer::consume(&app, messages).await.map_err(|problem| format!("{problem:?}")) }.boxed_local()
}

/// How often the schedule runs, in milliseconds.
pub const SCHEDULE_MILLIS: u32 = 60_000;

/// What the platform's schedule runs.
pub fn scheduled(app: App) -> LocalBoxFuture<'static, ()> {
    async move {
        // Each that failed has said so.
        let _ = minute::tick(&app).await;
    }
    .boxed_local()
}
