//! Which object answers for which class, and who reads the queue: the one
//! place where the host meets the shop's own shells.

use std::rc::Rc;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use tradepost::app::App;
use tradepost::catalog::publisher::PublisherObject;
use tradepost::orders::object::OrderObject;
use tradepost::orders::projection;
use tradepost::pools::object::PoolObject;
use tradepost::ports::{ObjectClass, ObjectHost, ObjectUnavailable};

use super::objects::Shell;

/// Makes `$object` a shell the host can run. What it must have:
/// `new(app: App, name: &str, host: Rc<dyn ObjectHost>) -> Rc<Self>`,
/// `async fn command(self: Rc<Self>, body: String) -> Result<String, ObjectUnavailable>`,
/// `async fn alarm(self: Rc<Self>) -> Result<(), ObjectUnavailable>`.
macro_rules! shell {
    ($object:ty) => {
        impl Shell for $object {
            fn command(self: Rc<Self>, body: String) -> LocalBoxFuture<'static, Result<String, ObjectUnavailable>> {
                <$object>::command(self, body).boxed_local()
            }
            fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, Result<(), ObjectUnavailable>> {
                <$object>::alarm(self).boxed_local()
            }
        }
    };
}

shell!(OrderObject);
shell!(PoolObject);
shell!(PublisherObject);

/// The shop's objects.
pub fn shop(class: ObjectClass, app: App, name: &str, host: Rc<dyn ObjectHost>) -> Rc<dyn Shell> {
    match class {
        ObjectClass::Order => OrderObject::new(app, name, host),
        ObjectClass::Pool => PoolObject::new(app, name, host),
        ObjectClass::Publisher => PublisherObject::new(app, name, host),
    }
}

/// The queue's consumer.
pub fn consume(app: App, messages: Vec<String>) -> LocalBoxFuture<'static, Result<(), String>> {
    async move { projection::consume(&app, messages).await.map_err(|problem| format!("{problem:?}")) }.boxed_local()
}
