//! How what is on hand came about: what was put in, what orders took, and what
//! came back. Holds that were never committed are not in it.

use serde::{Deserialize, Serialize};

use crate::ports::Timestamp;

/// What an entry of a ledger tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "LedgerEntryKind")]
pub enum Kind {
    Issued,
    Adjusted,
    Taken,
    PutBack,
}

/// One change of what is on hand. All entries of a pool that is not limited
/// from outside add up to what is on hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub at: Timestamp,
    pub kind: Kind,
    /// Units that came, negative if they went.
    pub units: i64,
    /// The hold's id, or the adjustment's reference.
    pub reference: String,
}
