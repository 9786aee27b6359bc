//! Who among staff changed what: a row for each thing that a change is of, in the batch of
//! the change itself, so that neither is there without the other. What is written stays as
//! it was written: the table refuses to have a row changed.
//!
//! Lends: [`Entry`], without which `auth` takes no change of staff's; [`Origin`], from
//! where it came. Who looks at them: `lists::audited`.

mod differing;
pub mod store;

use std::fmt::Display;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use self::differing::Difference;
use self::differing::differing;

/// The longest title that is kept of a thing, in characters.
const MAX_TITLE: usize = 255;

/// What kind of thing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AuditedKind")]
pub enum Kind {
    Product,
    /// The pieces of a variant.
    Stock,
    Collection,
    Promotion,
    CustomerGroup,
    PriceList,
    GiftCard,
    Upload,
    Settings,
    Webhook,
    /// What staff sort an order by. What else becomes of one its timeline says.
    Order,
    Message,
    /// The lists of orders, put right.
    Lists,
    /// A member of staff's own view of a list.
    View,
}

impl Kind {
    /// As the table has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Stock => "stock",
            Self::Collection => "collection",
            Self::Promotion => "promotion",
            Self::CustomerGroup => "customer_group",
            Self::PriceList => "price_list",
            Self::GiftCard => "gift_card",
            Self::Upload => "upload",
            Self::Settings => "settings",
            Self::Webhook => "webhook",
            Self::Order => "order",
            Self::Message => "message",
            Self::Lists => "lists",
            Self::View => "view",
        }
    }
}

/// What became of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AuditedDeed")]
pub enum Deed {
    Created,
    Changed,
    Deleted,
}

/// What became of one thing, as the table keeps it. What it is made of is what staff are
/// shown of the thing, in which no secret is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    deed: Deed,
    kind: Kind,
    thing: String,
    title: String,
    changes: Vec<Difference>,
    /// How many more differences there were than are kept.
    left_out: usize,
    /// Names what an object decided, of which there is one row, however often it is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<String>,
}

/// From where a change came.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Origin {
    /// The route, as `PATCH /v1/admin/products/{id}`; `job`, where one goes on by itself.
    pub operation: String,
    /// The id of the request, or of the job.
    pub request: String,
    /// The network, where it is known and a request came from it.
    pub network: Option<String>,
}

impl Entry {
    fn new(deed: Deed, kind: Kind, thing: &dyn Display, title: &str) -> Self {
        let title = title.chars().take(MAX_TITLE).collect();
        Self { deed, kind, thing: thing.to_string(), title, changes: Vec::new(), left_out: 0, decided: None }
    }

    /// Of what is new: it says itself how it began.
    pub fn created(kind: Kind, thing: &dyn Display, title: &str) -> Self {
        Self::new(Deed::Created, kind, thing, title)
    }

    /// Of what differs between the thing as it was and as it is.
    pub fn changed(kind: Kind, thing: &dyn Display, title: &str, before: &Value, after: &Value) -> Self {
        let (changes, left_out) = differing(before, after);
        Self { changes, left_out, ..Self::new(Deed::Changed, kind, thing, title) }
    }

    /// With what of the thing there is room for, as nothing else is left of it.
    pub fn deleted(kind: Kind, thing: &dyn Display, title: &str, before: &Value) -> Self {
        let (changes, left_out) = differing(before, &json!({}));
        Self { changes, left_out, ..Self::new(Deed::Deleted, kind, thing, title) }
    }

    /// What an object decided by this name.
    pub fn decided(self, name: String) -> Self {
        Self { decided: Some(name), ..self }
    }
}
