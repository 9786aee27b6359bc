//! What staff ask of the letters, and what they are shown.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Kind;
use crate::email::EmailAddress;
use crate::ids::{GiftCardId, OrderId};
use crate::money::MAX_AMOUNT;
use crate::ports::Timestamp;
use crate::text::Language;
use crate::wire::page;

/// The number of a letter, in the order in which letters were written.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(transparent)]
pub struct MessageNumber(pub i64);

impl JsonSchema for MessageNumber {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "MessageNumber".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "integer", "minimum": 1, "maximum": MAX_AMOUNT})
    }
}

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "MessageStatus")]
pub enum Status {
    /// It is sent, or tried again.
    Pending,
    /// The provider took it.
    Sent,
    /// The provider refused it for good.
    Refused,
    /// It may have been sent or not, and is not tried again.
    Unanswered,
    /// It could not be sent in time.
    Stale,
    /// Only kept: the settings name no sender, or the shop is in development.
    Kept,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Refused => "refused",
            Self::Unanswered => "unanswered",
            Self::Stale => "stale",
            Self::Kept => "kept",
        }
    }
}

/// Which letters.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageFilter {
    /// To this mailbox.
    pub to: Option<EmailAddress>,
    /// About this order.
    pub order_id: Option<OrderId>,
    pub kind: Option<Kind>,
    pub status: Option<Status>,
    /// The most letters of one page.
    #[schemars(with = "Option<page::LimitParameter>")]
    pub limit: Option<String>,
    /// The `next_cursor` of the page before.
    #[schemars(with = "Option<page::CursorParameter>")]
    pub cursor: Option<String>,
}

/// Letters, the newest first. They are kept for 90 days.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the database lays it out")]
pub struct MessageList {
    items: Vec<MessageSummary>,
    next_cursor: Option<String>,
}

/// A letter, without what it says.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the database lays it out")]
pub struct MessageSummary {
    number: MessageNumber,
    kind: Kind,
    to: EmailAddress,
    language: Language,
    subject: String,
    status: Status,
    /// How often it was tried to send it.
    tries: i64,
    /// What the provider said last, if it did not take the letter.
    error: Option<String>,
    /// The order that it is about.
    order_id: Option<OrderId>,
    /// The gift card that it brings.
    gift_card_id: Option<GiftCardId>,
    created_at: Timestamp,
    sent_at: Option<Timestamp>,
}

/// A letter as it was sent, but for what only its reader may have.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the database lays it out")]
pub struct SentMessage {
    #[schemars(flatten)]
    summary: MessageSummary,
    text: String,
    html: String,
}

/// In which language a letter is shown; in English if absent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewQuery {
    #[serde(default)]
    pub language: Language,
}

/// A letter of a kind, about an order that never was.
#[derive(Serialize, JsonSchema)]
pub struct MessagePreview {
    pub kind: Kind,
    pub language: Language,
    pub subject: String,
    pub text: String,
    pub html: String,
}
