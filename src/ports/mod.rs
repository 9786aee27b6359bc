//! The seam between the shop's rules and the platform: small traits. The
//! Worker's adapters are in `edge/`, the tests' in `tests/host/`.

mod cache;
pub mod calendar;
mod clock;
mod database;
mod entropy;
mod http;
mod mail;
mod media;
mod objects;
mod problem;
mod queue;

use std::future::Future;
use std::pin::Pin;

pub use self::cache::{Cache, CacheError};
pub use self::calendar::{Day, Moment, TimeZone};
pub use self::clock::{Clock, Timestamp};
pub use self::database::{Database, DatabaseError, Rows, Statement, Value};
pub use self::entropy::Entropy;
pub use self::http::{HttpCall, HttpClient, HttpError, HttpReply, MOST_BODY};
pub use self::mail::{Mail, MailError, Mailer};
pub use self::media::{Content, Media, MediaError, Received};
pub use self::objects::{Commit, ObjectClass, ObjectHost, ObjectUnavailable, Objects, StorageError};
pub use self::queue::{EventQueue, QueueError};

/// A future a port answers with. `Send`, so that handlers are what axum asks
/// for; the edge's adapters wrap the platform's single-threaded futures.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
