//! How a version of the catalog lies in the key-value store.
//!
//! `catalog/{version}/products/{n}` and `catalog/{version}/head` are written
//! first and never changed to mean something else; then the pointer
//! `catalog/current` is moved. What must stay true: whatever the pointer names
//! is complete.

use serde::{Deserialize, Serialize};

use crate::collections::collection::Collection;
use crate::pricing::Promotion;
use crate::settings::Settings;

pub const POINTER: &str = "catalog/current";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pointer {
    pub version: String,
    pub chunks: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    pub settings: Settings,
    pub promotions: Vec<Promotion>,
    pub collections: Vec<Collection>,
    pub products: usize,
}

pub fn head_key(version: &str) -> String {
    format!("catalog/{version}/head")
}
pub fn chunk_key(version: &str, n: usize) -> String {
    format!("catalog/{version}/products/{n}")
}
