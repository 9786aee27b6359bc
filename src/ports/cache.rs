//! The eventually consistent key-value store. Nothing in it may be missed.

use super::Pending;

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the key-value store did not answer: {0}")]
pub struct CacheError(pub String);

pub trait Cache: Send + Sync {
    fn get<'a>(&'a self, key: &'a str) -> Pending<'a, Result<Option<Vec<u8>>, CacheError>>;
    /// `lifetime_seconds`: when the value may go; `None` keeps it.
    fn put<'a>(
        &'a self,
        key: &'a str,
        value: Vec<u8>,
        lifetime_seconds: Option<u32>,
    ) -> Pending<'a, Result<(), CacheError>>;
}
