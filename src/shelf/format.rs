//! How a version of the catalog lies in the key-value store.
//!
//! Everything but the pointer is called by what is in it, so that it is never
//! changed, and what another version has as well is neither written nor read
//! again. It is written first; then the pointer is put into the database, where of two
//! publishers one is first; then the store's, `catalog/current`, is moved to what the
//! database says. What must stay true: whatever either pointer names is complete.

use serde::{Deserialize, Serialize};

use super::chunks::Stored;
use crate::app::sha256_hex;
use crate::catalog::product::Product;
use crate::collections::collection::Collection;
use crate::ids::ProductId;
use crate::pricing::Promotion;
use crate::settings::Settings;

pub const POINTER: &str = "catalog/current";

/// At 64 MB of products in chunks of 2 MB: 3 KB.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pointer {
    pub version: String,
    /// The key of a [`Head`].
    pub head: String,
    /// The keys of arrays of products, all of them in the order of the products' ids.
    pub chunks: Vec<String>,
    /// The key of a [`Changes`], if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<String>,
}

impl Pointer {
    pub fn of(version: &str, stored: &Stored) -> Self {
        Self {
            version: version.to_owned(),
            head: stored.head.clone(),
            chunks: stored.chunks.iter().map(|chunk| chunk.key.clone()).collect(),
            changes: stored.changes.clone(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    pub settings: Settings,
    pub promotions: Vec<Promotion>,
    pub collections: Vec<Collection>,
}

/// What is another than in the chunks; written by [`super::chunks::Changed::text`].
#[derive(Debug, Deserialize)]
pub struct Changes {
    /// As they are now, in the order of their ids.
    pub products: Vec<Product>,
    /// Those that are not on sale any more.
    pub removed: Vec<ProductId>,
}

/// The key that bytes of a kind are kept under: 128 bits of their SHA-256.
pub fn key_of(kind: &str, bytes: &[u8]) -> String {
    let digest = sha256_hex(bytes);
    format!("catalog/{kind}/{}", digest.get(..32).unwrap_or(&digest))
}
