//! How lists of documents look from outside.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::document::Document;
use super::number::{Kind, Number};
use crate::ids::OrderId;
use crate::money::Money;
use crate::ports::Timestamp;
use crate::wire::page::{CursorParameter, LimitParameter};

/// A document in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DocumentSummary {
    pub number: Number,
    pub kind: Kind,
    pub issued_at: Timestamp,
    pub order_id: OrderId,
    pub order_number: String,
    /// Without tax.
    pub net: Money,
    pub tax: Money,
    /// With tax; of a credit note what is taken back.
    pub total: Money,
}

impl DocumentSummary {
    pub fn of(document: &Document) -> Self {
        Self {
            number: document.number,
            kind: document.kind,
            issued_at: document.issued_at,
            order_id: document.order_id,
            order_number: document.order_number.clone(),
            net: document.net,
            tax: document.tax,
            total: document.total,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct DocumentList {
    pub items: Vec<DocumentSummary>,
    pub next_cursor: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentFilter {
    #[serde(default)]
    pub kind: Option<Kind>,
    /// Issued at this time or later.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// Issued before this time.
    #[serde(default)]
    pub to: Option<Timestamp>,
    /// The most documents of one page.
    #[schemars(with = "Option<LimitParameter>")]
    pub limit: Option<String>,
    /// The `next_cursor` of the page before.
    #[schemars(with = "Option<CursorParameter>")]
    pub cursor: Option<String>,
}
