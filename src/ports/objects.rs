//! Durable Objects: addressed by class and name, each with a transactional
//! store of its own and one alarm.

use std::future::Future;
use std::pin::Pin;

use super::{Pending, Rows, Statement, Timestamp};

/// The classes of objects there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectClass {
    /// One per order: `orders::object`.
    Order,
    /// One per finite supply: `pools::object`.
    Pool,
    /// One for the shop: `shelf::publisher`.
    Publisher,
    /// One per account, mailbox and network: `throttle::object`.
    Throttle,
    /// One per webhook: `webhooks::object`.
    Webhook,
    /// One per kind of document: `documents::object`.
    Series,
    /// One per piece of long work: `jobs::object`.
    Job,
}

/// The object did not answer. The command may or may not have taken effect.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the object did not answer: {0}")]
pub struct ObjectUnavailable(pub String);

pub trait Objects: Send + Sync {
    /// Sends one command, JSON in and JSON out, to the object of that name.
    fn command<'a>(
        &'a self,
        class: ObjectClass,
        name: &'a str,
        body: String,
    ) -> Pending<'a, Result<String, ObjectUnavailable>>;
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("object storage: {0}")]
pub struct StorageError(pub String);

/// What one transaction of an object writes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Commit {
    /// The tables that the statements need, if they are not there. Empty ones may
    /// stay behind where a statement fails: undoing them would cost each new
    /// object a transaction.
    pub schema: Vec<Statement>,
    pub statements: Vec<Statement>,
    /// `None` leaves the alarm as it is; `Some(None)` takes it away.
    pub alarm: Option<Option<Timestamp>>,
}

/// What an object has around it: its store, its alarm, and a way to go on
/// working after it has answered.
pub trait ObjectHost {
    /// Reads. Synchronous: no other command can come between.
    fn read(&self, statement: Statement) -> Result<Rows, StorageError>;
    /// Writes all of it in one commit, or nothing; after a failure the alarm
    /// may be set nevertheless, but never taken away.
    fn commit(&self, commit: Commit) -> Result<(), StorageError>;
    /// Deletes all that was ever stored, and the alarm: as if there had never
    /// been such an object. At once; the future says that it is durable.
    fn forget(&self) -> Pin<Box<dyn Future<Output = Result<(), StorageError>>>>;
    /// Runs the future after the answer is given. It may be lost with the
    /// process, so only work that the alarm would repeat belongs here.
    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()>>>);
}
