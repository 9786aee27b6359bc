//! Finite supplies: the stock of a variant (later also the uses of a coupon
//! and the balance of a gift card). One object per pool decides alone, so no
//! unit is sold twice.
//!
//! Lends: [`hold`], [`commit`], [`release`], [`level`] for orders, and
//! [`pool::Level`].

pub mod error;
pub mod handlers;
pub mod object;
pub mod pool;
pub mod removal;
mod store;

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::auth::Confirmed;
use crate::ids::{GiftCardId, PromotionId, VariantId};
use crate::ports::{ObjectClass, ObjectUnavailable, Timestamp};
use pool::{Command, HoldId, Level, Reason, Refusal};

/// What a pool answers: how it decided, and its level afterwards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub level: Level,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
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
}

impl Claim {
    pub fn stock(variant: VariantId, quantity: i64) -> Self {
        Self { of: Supply::Stock(variant), quantity, limit: None }
    }
}

/// The pool that holds a variant's stock.
pub fn stock_of(variant: VariantId) -> String {
    Supply::Stock(variant).pool()
}

/// Sends one command to a pool. A failure leaves it unknown whether the
/// command took effect; every command may be repeated.
async fn ask(app: &App, pool: &str, command: &Command) -> Result<Answer, ObjectUnavailable> {
    let body = serde_json::to_string(command).map_err(|error| ObjectUnavailable(error.to_string()))?;
    let answer = app.objects.command(ObjectClass::Pool, pool, body).await?;
    serde_json::from_slice(answer.as_bytes()).map_err(|error| ObjectUnavailable(error.to_string()))
}

pub async fn hold(app: &App, claim: &Claim, hold: HoldId, until: Timestamp) -> Result<Answer, ObjectUnavailable> {
    ask(app, &claim.of.pool(), &Command::Hold { hold, quantity: claim.quantity, until }).await
}

pub async fn commit(app: &App, claim: &Claim, hold: HoldId) -> Result<Answer, ObjectUnavailable> {
    ask(app, &claim.of.pool(), &Command::Commit { hold, quantity: claim.quantity }).await
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

pub async fn level_of(app: &App, supply: &Supply) -> Result<Level, ObjectUnavailable> {
    Ok(ask(app, &supply.pool(), &Command::Level).await?.level)
}

pub async fn level(app: &App, variant: VariantId) -> Result<Level, ObjectUnavailable> {
    Ok(ask(app, &stock_of(variant), &Command::Level).await?.level)
}
