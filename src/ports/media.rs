//! The store of pictures. Their bytes are for those who look at them, and the
//! shop's rules need few of them: in the Worker they stay with the platform, as
//! this memory grows for good by whatever was in it once.

use std::any::Any;
use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::Pending;

/// Bytes on their way, from somebody who sends them or to somebody who asked.
#[derive(Clone)]
pub enum Content {
    /// In this memory.
    Here(Bytes),
    /// With the platform; its adapter knows what this is.
    There(Arc<dyn Any + Send + Sync>),
}

/// What was sent, as far as rules look at it.
pub struct Received {
    pub length: u32,
    /// SHA-256 of all of it.
    pub digest: [u8; 32],
    /// Its first bytes.
    pub head: Vec<u8>,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the store of pictures did not answer: {0}")]
pub struct MediaError(pub String);

pub trait Media: Send + Sync {
    /// Reads a body to its end. `None`: it has more than `most` bytes.
    fn receive(&self, body: Content, most: u32, head: u32) -> Pending<'_, Result<Option<Received>, MediaError>> {
        Box::pin(async move {
            match body {
                Content::Here(bytes) => Ok(Received::here(bytes, most, head)),
                Content::There(_) => Err(MediaError("a body of another platform's".to_owned())),
            }
        })
    }
    /// Keeps it under a name; what was there before is gone.
    fn put<'a>(&'a self, name: &'a str, content: Content) -> Pending<'a, Result<(), MediaError>>;
    fn get<'a>(&'a self, name: &'a str) -> Pending<'a, Result<Option<Content>, MediaError>>;
    /// Forgets what is under these names, 1,000 at most; one that is not there is forgotten, too.
    fn delete(&self, names: Vec<String>) -> Pending<'_, Result<(), MediaError>>;
}

impl Received {
    /// A body that is in this memory; see [`Media::receive`].
    pub fn here(bytes: Bytes, most: u32, head: u32) -> Option<Self> {
        let length = u32::try_from(bytes.len()).ok().filter(|length| *length <= most)?;
        let digest = Sha256::digest(&bytes).into();
        let head = bytes.get(..head as usize).unwrap_or(&bytes).to_vec();
        Some(Self { length, digest, head, content: Content::Here(bytes) })
    }
}
