//! Finite supplies: the stock of a variant, the uses of a promotion and the
//! balance of a gift card. One object per pool decides alone, so no unit is
//! sold twice.
//!
//! Lends: [`hold`], [`commit`], [`release`], [`put_back`], [`level_of`] for orders,
//! [`issue`], [`close`] and [`ledger`] for gift cards, and [`pool::Level`].

pub mod bulk;
mod bulk_rows;
mod decision;
pub mod error;
pub mod handlers;
pub mod ledger;
pub mod object;
pub mod opening;
pub mod pool;
pub mod promotions;
pub mod removal;
mod store;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Kind};
use crate::auth::Confirmed;
use crate::catalog::product::Floor;
use crate::ids::{GiftCardId, PromotionId, VariantId};
use crate::json;
use crate::money::MAX_AMOUNT;
use crate::ports::{ObjectClass, ObjectUnavailable, Timestamp};
use crate::together::together;
use ledger::Entry;
use pool::{Command, HoldId, Level, Reason, Refusal};

/// What a pool answers: how it decided, and its level afterwards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub level: Level,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// Of a hold, how many of its units had yet to come when they were held.
    #[serde(default, skip_serializing_if = "nothing")]
    pub later: i64,
    /// Of a change of what is on hand, what it was when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjusted: Option<Adjusted>,
    /// Where it was asked for, the newest entry first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ledger: Vec<Entry>,
}

/// A change of what is on hand as it was made, whatever has become of the pool since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjusted {
    pub delta: i64,
    /// Afterwards.
    pub on_hand: i64,
}

fn nothing(units: &i64) -> bool {
    *units == 0
}

/// A finite supply, and so the pool that decides about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Supply {
    /// Pieces of a variant.
    Stock(VariantId),
    /// Uses of a promotion, by everybody.
    Uses(PromotionId),
    /// Uses of a promotion by one customer, whose name is nobody's to read.
    UsesBy(PromotionId, String),
    /// The balance of a gift card, in minor units.
    GiftCard(GiftCardId),
}

impl Supply {
    /// The name of its pool's object.
    pub fn pool(&self) -> String {
        match self {
            Self::Stock(variant) => format!("stock/{variant}"),
            Self::Uses(promotion) => format!("uses/{promotion}"),
            Self::UsesBy(promotion, customer) => format!("uses/{promotion}/{customer}"),
            Self::GiftCard(card) => format!("gift/{card}"),
        }
    }

    /// Whether lists show how much there is of it.
    pub fn is_listed(&self) -> bool {
        matches!(self, Self::Stock(_) | Self::GiftCard(_))
    }

    pub fn variant(&self) -> Option<VariantId> {
        match self {
            Self::Stock(variant) => Some(*variant),
            _ => None,
        }
    }
}

/// Units of a supply that an order wants.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Claim {
    pub of: Supply,
    pub quantity: i64,
    /// How many there are in all, where whoever asks is who knows: uses. Else
    /// the pool does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// How far below zero a stock may go for it, where staff have ever said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Floor>,
}

impl Claim {
    pub fn stock(variant: VariantId, quantity: i64) -> Self {
        Self { of: Supply::Stock(variant), quantity, limit: None, floor: None }
    }

    /// The same, where so many may be sold before they come.
    #[must_use]
    pub fn down_to(self, floor: Option<Floor>) -> Self {
        Self { floor, ..self }
    }

    /// One use of a promotion, of so many; without a limit it is counted alone.
    pub fn use_of(promotion: PromotionId, limit: Option<i64>) -> Self {
        Self { of: Supply::Uses(promotion), quantity: 1, limit: Some(limit.unwrap_or(MAX_AMOUNT)), floor: None }
    }

    /// One use of a promotion by one customer, of so many each may have.
    pub fn use_by(promotion: PromotionId, customer: String, limit: i64) -> Self {
        Self { of: Supply::UsesBy(promotion, customer), quantity: 1, limit: Some(limit), floor: None }
    }

    /// Minor units of a gift card's balance.
    pub fn gift_card(card: GiftCardId, amount: i64) -> Self {
        Self { of: Supply::GiftCard(card), quantity: amount, limit: None, floor: None }
    }
}

/// The pool that holds a variant's stock.
pub fn stock_of(variant: VariantId) -> String {
    Supply::Stock(variant).pool()
}

/// The variant whose stock the pool of this name holds, if any.
fn variant_of(pool: &str) -> Option<VariantId> {
    pool.strip_prefix("stock/")?.parse().ok()
}

/// Sends one command to a pool. A failure leaves it unknown whether the
/// command took effect; every command may be repeated.
async fn ask(app: &App, pool: &str, command: &Command) -> Result<Answer, ObjectUnavailable> {
    let body = json::text(command);
    let answer = app.objects.command(ObjectClass::Pool, pool, body).await?;
    json::read(answer.as_bytes()).map_err(|error| ObjectUnavailable(error.to_string()))
}

pub async fn hold(app: &App, claim: &Claim, hold: HoldId, until: Timestamp) -> Result<Answer, ObjectUnavailable> {
    let Claim { quantity, limit, floor, .. } = *claim;
    ask(app, &claim.of.pool(), &Command::Hold { hold, quantity, limit, floor, until }).await
}

pub async fn commit(app: &App, claim: &Claim, hold: HoldId) -> Result<Answer, ObjectUnavailable> {
    let Claim { quantity, limit, floor, .. } = *claim;
    ask(app, &claim.of.pool(), &Command::Commit { hold, quantity, limit, floor }).await
}

pub async fn release(app: &App, claim: &Claim, hold: HoldId) -> Result<Answer, ObjectUnavailable> {
    ask(app, &claim.of.pool(), &Command::Release { hold }).await
}

/// Changes what is on hand, as staff say; a reference counts once.
pub async fn adjust(
    app: &App,
    _: Confirmed,
    variant: VariantId,
    delta: i64,
    reason: Reason,
    reference: String,
) -> Result<Answer, ObjectUnavailable> {
    ask(app, &stock_of(variant), &Command::Adjust { delta, reason, reference }).await
}

/// The level, and what was changed under this reference, if anything was.
pub async fn recall(app: &App, variant: VariantId, reference: String) -> Result<Answer, ObjectUnavailable> {
    ask(app, &stock_of(variant), &Command::Recall { reference }).await
}

/// What is written down of staff's change of a variant's stock, which its pool has decided
/// under this reference. The same however often, so that what was not written down is by
/// whoever tries again.
pub fn told(variant: VariantId, sku: &str, change: Adjusted, reason: Reason, reference: &str) -> audit::Entry {
    let Adjusted { delta, on_hand } = change;
    let was = json!({ "on_hand": on_hand.saturating_sub(delta) });
    let is = json!({ "on_hand": on_hand, "reason": reason.as_str() });
    audit::Entry::changed(Kind::Stock, &variant, sku, &was, &is).decided(format!("stock/{variant}/{reference}"))
}

/// One of many changes of what is on hand.
pub struct Adjustment {
    pub variant: VariantId,
    pub delta: i64,
    pub reason: Reason,
    /// Counts once.
    pub reference: String,
}

/// Makes many changes side by side, all of them within moments of being confirmed.
pub async fn adjust_all(
    app: &App,
    _: Confirmed,
    changes: Vec<Adjustment>,
    at_once: usize,
) -> Vec<Result<Answer, ObjectUnavailable>> {
    let one = |Adjustment { variant, delta, reason, reference }| async move {
        ask(app, &stock_of(variant), &Command::Adjust { delta, reason, reference }).await
    };
    together(changes.into_iter().map(one).collect(), at_once).await
}

/// Puts units back that an order had taken, also of a gift card that was
/// disabled since; a reference counts once.
pub async fn put_back(app: &App, of: &Supply, units: i64, reference: String) -> Result<Answer, ObjectUnavailable> {
    ask(app, &of.pool(), &Command::Adjust { delta: units, reason: Reason::Returned, reference }).await
}

/// Gives a gift card its balance, in minor units; a reference counts once.
pub async fn issue(app: &App, card: GiftCardId, quantity: i64, reference: String) -> Result<Answer, ObjectUnavailable> {
    ask(app, &Supply::GiftCard(card).pool(), &Command::Issue { quantity, reference }).await
}

/// Sees to it that nothing more is held of a gift card; what is held may still
/// be committed.
pub async fn close(app: &App, _: Confirmed, card: GiftCardId) -> Result<Answer, ObjectUnavailable> {
    ask(app, &Supply::GiftCard(card).pool(), &Command::Close).await
}

/// The level of a supply, and its newest entries behind a place, at most so many.
pub async fn ledger(
    app: &App,
    of: &Supply,
    limit: u32,
    after: Option<ledger::Mark>,
) -> Result<Answer, ObjectUnavailable> {
    ask(app, &of.pool(), &Command::Ledger { limit, after }).await
}

pub async fn level_of(app: &App, supply: &Supply) -> Result<Level, ObjectUnavailable> {
    Ok(ask(app, &supply.pool(), &Command::Level).await?.level)
}

/// How many pieces of each of these stocks nobody holds; exact, from the pools.
pub async fn free(app: &App, stocks: &[(VariantId, i64)]) -> Result<Vec<(VariantId, i64)>, ObjectUnavailable> {
    /// Pools asked side by side: a bundle has no more parts.
    const MAX_PARALLEL: usize = 20;
    let asked = stocks.iter().map(|(variant, _)| async move { Ok((*variant, level(app, *variant).await?.left())) });
    together(asked.collect(), MAX_PARALLEL).await.into_iter().collect()
}

pub async fn level(app: &App, variant: VariantId) -> Result<Level, ObjectUnavailable> {
    level_of(app, &Supply::Stock(variant)).await
}
