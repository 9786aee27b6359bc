//! How a version of the catalog lies in the key-value store.
//!
//! Everything but the pointer is called by what is in it, so that it is never
//! changed, and what another version has as well is neither written nor read
//! again. It is written first; then the pointer is put into the database, where of two
//! publishers one is first; then the store's, `catalog/current`, is moved to what the
//! database says. What must stay true: whatever either pointer names is complete.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::chunks::Stored;
use crate::app::sha256_hex;
use crate::catalog::product::{FORMAT, Packed};
use crate::collections::collection::Collection;
use crate::ids::ProductId;
use crate::pricing::Promotion;
use crate::settings::Settings;

pub const POINTER: &str = "catalog/current";

/// At 32 MB of products in chunks of 2 MB: 1 KB.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pointer {
    pub version: String,
    /// What the products were packed by: [`FORMAT`]. One of
    /// another is none.
    pub format: u32,
    /// The key of a [`Head`].
    pub head: String,
    /// The keys of [`products`], all of them in the order of the products' ids.
    pub chunks: Vec<String>,
    /// The key of [`changes`], if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<String>,
}

impl Pointer {
    pub fn of(version: &str, stored: &Stored) -> Self {
        Self {
            version: version.to_owned(),
            format: FORMAT,
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

/// Products one after another, each behind its length.
pub fn bytes_of(products: &[Arc<Packed>]) -> Vec<u8> {
    let mut all = Vec::new();
    for product in products {
        let bytes = product.bytes();
        all.append(&mut postcard::to_allocvec(&bytes.len()).unwrap_or_default());
        all.extend_from_slice(&bytes);
    }
    all
}

/// The same read; `None` if it is something else.
pub fn products(mut bytes: &[u8]) -> Option<Vec<Packed>> {
    let mut products = Vec::new();
    while !bytes.is_empty() {
        let (product, rest): (&[u8], _) = postcard::take_from_bytes(bytes).ok()?;
        products.push(Packed::read(product)?);
        bytes = rest;
    }
    Some(products)
}

/// What is another than in the chunks: the products that are not on sale any more, and others
/// as they are now.
pub fn changes_of(removed: &[ProductId], products: &[Arc<Packed>]) -> Vec<u8> {
    let mut bytes = postcard::to_allocvec(removed).unwrap_or_default();
    bytes.append(&mut bytes_of(products));
    bytes
}

/// The same read.
pub fn changes(bytes: &[u8]) -> Option<(Vec<ProductId>, Vec<Packed>)> {
    let (removed, rest) = postcard::take_from_bytes(bytes).ok()?;
    Some((removed, products(rest)?))
}

/// The key that bytes of a kind are kept under: 128 bits of their SHA-256.
pub fn key_of(kind: &str, bytes: &[u8]) -> String {
    let digest = sha256_hex(bytes);
    format!("catalog/{kind}/{}", digest.get(..32).unwrap_or(&digest))
}
