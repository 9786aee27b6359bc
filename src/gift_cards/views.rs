//! What staff send of gift cards, and what they are shown.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::card::GiftCard;
use super::code::{MAX_CODE, MIN_CODE, PlainCode};
use crate::ids::OrderId;
use crate::money::{Currency, MAX_PRICE, Money};
use crate::pools::ledger::Kind;
use crate::pools::{Answer, ledger};
use crate::ports::Timestamp;
use crate::problem::FieldError;
use crate::settings::Settings;
use crate::text;
use crate::wire::page;

const MAX_NOTE: usize = 255;

/// The most entries of a ledger that are shown.
pub const MAX_ENTRIES: u32 = 1_000;

/// What a card is issued with.
#[derive(JsonSchema)]
#[schemars(rename = "GiftCardBalance", deny_unknown_fields)]
#[allow(dead_code)]
struct Balance {
    /// In minor units.
    #[schemars(range(min = 1, max = MAX_PRICE))]
    amount: i64,
    currency: Currency,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGiftCard {
    /// In one of the shop's currencies.
    #[schemars(with = "Balance")]
    balance: Money,
    /// At least 16 letters and digits (A to Z, 0 to 9); case, blanks and hyphens
    /// do not count, and O is 0, I and L are 1. Whoever guesses it has the money:
    /// leave it out for one that nobody guesses.
    #[schemars(length(min = MIN_CODE, max = MAX_CODE))]
    code: Option<String>,
    /// In the future. Never if absent.
    expires_at: Option<Timestamp>,
    /// For staff.
    #[schemars(length(max = MAX_NOTE))]
    note: Option<String>,
}

/// What staff want of a new card, once all rules hold.
pub struct Wanted {
    pub balance: Money,
    pub expires_at: Option<Timestamp>,
    pub note: Option<String>,
}

impl NewGiftCard {
    /// The code that it brings.
    pub fn code(&self) -> Option<PlainCode> {
        self.code.as_deref().and_then(|code| PlainCode::typed(code).ok())
    }

    /// The rules, all that are broken at once.
    pub fn check(&self, settings: &Settings, now: Timestamp) -> Result<Wanted, Vec<FieldError>> {
        let mut errors = Vec::new();
        if !(1..=MAX_PRICE).contains(&self.balance.amount) {
            errors.push(FieldError::new("/balance/amount", format!("must be 1 to {MAX_PRICE} minor units")));
        }
        if !settings.currencies.contains(&self.balance.currency) {
            errors.push(FieldError::new("/balance/currency", "the shop does not sell in this currency"));
        }
        if let Some(Err(wrong)) = self.code.as_deref().map(PlainCode::typed) {
            errors.push(FieldError::new("/code", wrong.to_string()));
        }
        if self.expires_at.is_some_and(|end| end <= now) {
            errors.push(FieldError::new("/expires_at", "must be in the future"));
        }
        let note = text::optional_line(self.note.as_deref(), MAX_NOTE).unwrap_or_else(|wrong| {
            errors.push(FieldError::new("/note", wrong));
            None
        });
        let Self { balance, expires_at, .. } = *self;
        if errors.is_empty() { Ok(Wanted { balance, expires_at, note }) } else { Err(errors) }
    }
}

/// A card that was just issued.
#[derive(Serialize, JsonSchema)]
pub struct IssuedGiftCard {
    #[serde(flatten)]
    pub card: GiftCard,
    /// Shown here alone: the shop does not keep it.
    pub code: String,
    pub balance: Money,
}

/// A card, what is left on it, and how that came about.
#[derive(Serialize, JsonSchema)]
pub struct GiftCardAccount {
    #[serde(flatten)]
    card: GiftCard,
    /// What is left, what is held for orders included: the ledger's sum.
    balance: Money,
    /// What orders hold of it that are not paid yet.
    held: Money,
    /// The newest entries first, 1,000 at most.
    ledger: Vec<Entry>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "GiftCardEntry")]
struct Entry {
    at: Timestamp,
    kind: Kind,
    /// Negative where an order took it.
    amount: Money,
    /// The order that took it, or to which it was given back.
    order_id: Option<OrderId>,
}

impl Entry {
    fn new(card: &GiftCard, entry: ledger::Entry) -> Self {
        let amount = Money { amount: entry.units, currency: card.initial_balance.currency };
        Self { at: entry.at, kind: entry.kind, amount, order_id: entry.order() }
    }
}

/// A part of a card's ledger.
#[derive(Serialize, JsonSchema)]
pub struct GiftCardLedger {
    items: Vec<Entry>,
    next_cursor: Option<String>,
}

impl GiftCardLedger {
    pub fn new(card: &GiftCard, page: ledger::Page) -> Self {
        let items = page.entries.into_iter().map(|entry| Entry::new(card, entry)).collect();
        Self { items, next_cursor: page.next_cursor }
    }
}

impl GiftCardAccount {
    /// A card with what its pool answered, which knows first that it is closed.
    pub fn new(card: GiftCard, answer: Answer) -> Self {
        let Answer { level, ledger, .. } = answer;
        let currency = card.initial_balance.currency;
        let money = |amount| Money { amount, currency };
        Self {
            balance: money(level.on_hand),
            held: money(level.held),
            ledger: ledger.into_iter().map(|entry| Entry::new(&card, entry)).collect(),
            card: GiftCard { disabled_at: level.closed_at, ..card },
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub struct GiftCardList {
    pub items: Vec<GiftCard>,
    pub next_cursor: Option<String>,
    pub total: i64,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GiftCardFilter {
    /// The last four characters of the code.
    #[schemars(length(min = 4, max = 4))]
    pub last4: Option<String>,
    /// The most cards of one page.
    #[schemars(with = "Option<page::LimitParameter>")]
    pub limit: Option<String>,
    /// The `next_cursor` of the page before.
    #[schemars(with = "Option<page::CursorParameter>")]
    pub cursor: Option<String>,
}
