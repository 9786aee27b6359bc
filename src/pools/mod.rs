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
use crate::ids::VariantId;
use crate::ports::{ObjectClass, ObjectUnavailable, Timestamp};
use pool::{Command, HoldId, Level, Reason, Refusal};

/// What a pool answers: how it decided, and its level afterwards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub level: Level,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

/// The pool that holds a variant's stock.
pub fn stock_of(variant: VariantId) -> String {
    format!("stock/{variant}")
}

/// Sends one command to a pool. A failure leaves it unknown whether the
/// command took effect; every command may be repeated.
async fn ask(app: &App, pool: &str, command: &Command) -> Result<Answer, ObjectUnavailable> {
    let body = serde_json::to_string(command).map_err(|error| ObjectUnavailable(error.to_string()))?;
    let answer = app.objects.command(ObjectClass::Pool, pool, body).await?;
    serde_json::from_slice(answer.as_bytes()).map_err(|error| ObjectUnavailable(error.to_string()))
}

pub async fn hold(
    app: &App,
    variant: VariantId,
    hold: HoldId,
    quantity: i64,
    until: Timestamp,
) -> Result<Answer, ObjectUnavailable> {
    ask(app, &stock_of(variant), &Command::Hold { hold, quantity, until }).await
}

pub async fn commit(app: &App, variant: VariantId, hold: HoldId, quantity: i64) -> Result<Answer, ObjectUnavailable> {
    ask(app, &stock_of(variant), &Command::Commit { hold, quantity }).await
}

pub async fn release(app: &App, variant: VariantId, hold: HoldId) -> Result<Answer, ObjectUnavailable> {
    ask(app, &stock_of(variant), &Command::Release { hold }).await
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

pub async fn level(app: &App, variant: VariantId) -> Result<Level, ObjectUnavailable> {
    Ok(ask(app, &stock_of(variant), &Command::Level).await?.level)
}
