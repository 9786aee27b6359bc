//! What is asked of an order's goods, as it is sent. The order's object is asked
//! in the same shapes, and keeps their lines.

use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tracking::TrackingUrl;
use super::view::FulfilmentStatus;
use crate::orders::limits::{MAX_FULFILMENTS, MAX_LINES, MAX_QUANTITY};
use crate::orders::order::LineId;
use crate::text::{self, Line};

/// The longest note of a return, in characters.
pub const MAX_NOTE: usize = 1_000;

/// The number of a parcel, in an address.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(transparent)]
pub struct Number(pub u32);

impl JsonSchema for Number {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FulfilmentNumber".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "integer", "minimum": 1, "maximum": MAX_FULFILMENTS})
    }
}

/// Pieces of a line.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "FulfilmentLine")]
pub struct Pieces {
    pub line_id: LineId,
    #[schemars(range(min = 1, max = MAX_QUANTITY))]
    pub quantity: NonZeroU32,
}

/// A parcel: its lines, and how it goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFulfilment {
    /// All that is still to be sent, if absent. One line may be there several times.
    #[serde(default)]
    #[schemars(length(min = 1, max = MAX_LINES))]
    pub lines: Option<Vec<Pieces>>,
    #[serde(default)]
    pub carrier: Option<Line<100>>,
    #[serde(default)]
    pub tracking_url: Option<TrackingUrl>,
    /// Whether the buyer is written to when it is shipped at once.
    #[serde(default = "yes")]
    pub notify: bool,
    /// `packed`: it is shipped later, and can be undone until then.
    #[serde(default = "shipped")]
    pub status: FulfilmentStatus,
}

/// A packed parcel goes out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shipping {
    /// As it was said when it was packed, if absent.
    #[serde(default)]
    pub carrier: Option<Line<100>>,
    /// As it was said when it was packed, if absent.
    #[serde(default)]
    pub tracking_url: Option<TrackingUrl>,
    /// Whether the buyer is written to.
    #[serde(default = "yes")]
    pub notify: bool,
}

/// Pieces that are to come back, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ReturnLine")]
pub struct Asked {
    pub line_id: LineId,
    #[schemars(range(min = 1, max = MAX_QUANTITY))]
    pub quantity: NonZeroU32,
    /// In the buyer's words.
    pub reason: Line<200>,
}

/// What is to come back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReturn {
    #[schemars(length(min = 1, max = MAX_LINES))]
    pub lines: Vec<Asked>,
    #[serde(default)]
    pub comment: Option<Note>,
}

/// The return may come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// What the buyer is to do, such as where to send it; said in the letter.
    #[serde(default)]
    pub instructions: Option<Note>,
}

/// The return is not taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ReturnRefusal")]
pub struct Refusing {
    /// Said in the letter to the buyer.
    pub reason: Note,
}

/// What has come of a line.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ReceivedLine")]
pub struct Arrived {
    pub line_id: LineId,
    /// Zero: nothing.
    #[schemars(range(max = MAX_QUANTITY))]
    pub quantity: u32,
    /// Whether these pieces go back into stock.
    pub restock: bool,
}

/// What has come of a return. Of a line that is not named, nothing has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ReceivedReturn")]
pub struct Arrival {
    /// All that was asked for, and back into stock, if absent. A line may be there
    /// twice, where some of its pieces go back into stock and some do not.
    #[serde(default)]
    #[schemars(length(max = MAX_LINES))]
    pub lines: Option<Vec<Arrived>>,
}

impl Arrived {
    pub fn goes_back(&self) -> bool {
        self.restock && self.quantity > 0
    }
}

/// Some lines of text, at most [`MAX_NOTE`] characters, with something to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Note(String);

impl Note {
    /// A note as it was typed, or what is wrong with it.
    pub fn parse(typed: &str) -> Result<Self, text::Refusal> {
        if text::is_absent(typed) {
            return Err("must not be empty".to_owned());
        }
        text::prose(typed.trim(), MAX_NOTE).map(Self)
    }
}

impl From<Note> for String {
    fn from(note: Note) -> Self {
        note.0
    }
}

impl<'de> Deserialize<'de> for Note {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::read(deserializer, Self::parse)
    }
}

impl JsonSchema for Note {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Note".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "minLength": 1, "maxLength": MAX_NOTE})
    }
}

fn yes() -> bool {
    true
}

fn shipped() -> FulfilmentStatus {
    FulfilmentStatus::Shipped
}
