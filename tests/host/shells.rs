//! Which object answers for which class, and who reads the queue: the one
//! place where the host meets the shop's own shells.

use std::rc::Rc;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use tradepost::app::App;
use tradepost::ports::{ObjectClass, ObjectHost, ObjectUnavailable};

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

// To wire a shell: `shell!(tradepost::orders::object::OrderObject);` here, and
// its line in `shop` below.
shell!(Unbuilt);

/// The shop's objects.
pub fn shop(class: ObjectClass, app: App, name: &str, host: Rc<dyn ObjectHost>) -> Rc<dyn Shell> {
    match class {
        // OrderObject::new(app, name, host),
        ObjectClass::Order => Unbuilt::new(app, name, host),
        // PoolObject::new(app, name, host),
        ObjectClass::Pool => Unbuilt::new(app, name, host),
        // PublisherObject::new(app, name, host),
        ObjectClass::Publisher => Unbuilt::new(app, name, host),
    }
}

/// The queue's consumer.
pub fn consume(_app: App, _messages: Vec<String>) -> LocalBoxFuture<'static, Result<(), String>> {
    // Box::pin(async move {
    //     tradepost::admin::consume(&_app, _messages).await.map_err(|problem| format!("{problem:?}"))
    // })
    async { Ok(()) }.boxed_local()
}

/// How often the schedule runs, in milliseconds.
pub const SCHEDULE_MILLIS: u32 = 60_000;

/// What the platform's schedule runs.
pub fn scheduled(_app: App) -> LocalBoxFuture<'static, ()> {
    // async move {
    //     let _ = tradepost::catalog::tick(&_app).await;
    // }
    async {}.boxed_local()
}

/// Stands where a shell is still to come.
struct Unbuilt(String);

impl Unbuilt {
    fn new(_app: App, name: &str, _host: Rc<dyn ObjectHost>) -> Rc<Self> {
        Rc::new(Self(name.to_owned()))
    }
    async fn command(self: Rc<Self>, _body: String) -> Result<String, ObjectUnavailable> {
        Err(ObjectUnavailable(format!("{} has no shell yet", self.0)))
    }
    async fn alarm(self: Rc<Self>) -> Result<(), ObjectUnavailable> {
        Ok(())
    }
}
