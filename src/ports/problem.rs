//! What it means to a client that a part of the platform does not answer.

use super::{CacheError, DatabaseError, MediaError, ObjectUnavailable, QueueError, StorageError};
use crate::problem::Problem;

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Unavailable(cause) => Self::unavailable("the database", cause),
            other => Self::internal(other.to_string()),
        }
    }
}
impl From<CacheError> for Problem {
    fn from(error: CacheError) -> Self {
        Self::unavailable("the catalog's store", error.0)
    }
}
impl From<MediaError> for Problem {
    fn from(error: MediaError) -> Self {
        Self::unavailable("the store of pictures", error.0)
    }
}
impl From<QueueError> for Problem {
    fn from(error: QueueError) -> Self {
        Self::unavailable("the event queue", error.0)
    }
}
impl From<ObjectUnavailable> for Problem {
    fn from(error: ObjectUnavailable) -> Self {
        Self::unavailable("the order desk", error.0)
    }
}
impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        Self::unavailable("the order desk", error.0)
    }
}
