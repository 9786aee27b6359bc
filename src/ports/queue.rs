//! The queue that carries events out of objects, at least once, in no order.

use super::Pending;

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the queue did not take the messages: {0}")]
pub struct QueueError(pub String);

pub trait EventQueue: Send + Sync {
    fn send(&self, messages: Vec<String>) -> Pending<'_, Result<(), QueueError>>;
}
