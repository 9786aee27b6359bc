//! What else the check holds against its object: drafts, and what is left on gift
//! cards.

use serde::Deserialize;
use serde_json::Value;

use super::{Drift, Right, differing};
use crate::app::App;
use crate::ids::{GiftCardId, OrderId};
use crate::orders::drafts::{store::COLUMNS, told};
use crate::pools::{self, Supply};
use crate::ports::Timestamp;
use crate::problem::Problem;

/// What no row is wrong for: the version grows with what no list shows, and what a
/// draft came to when it was changed last nobody knows any more.
const FREE: [&str; 2] = ["version", "total"];

/// What is wrong with a draft's row, if anything. What was placed the list of
/// orders knows.
pub async fn draft(app: &App, id: OrderId, row: Option<&Value>, settled: Timestamp) -> Result<Option<Drift>, Problem> {
    let Some(due) = told::due(app, id).await? else { return Ok(None) };
    let version = row.and_then(|cells| cells.get(1)?.as_i64());
    if version.is_none_or(|version| version < due.version) && due.changed_at > settled {
        return Ok(None);
    }
    let mut wrong = differing(&COLUMNS, row, &due.cells, &FREE);
    // It would give way to nothing.
    if version > Some(due.version) {
        wrong.push("version");
    }
    let drift = Drift { about: id.to_string(), wrong, right: Right::Draft(Box::new(due)), version };
    Ok((!drift.wrong.is_empty()).then_some(drift))
}

/// A gift card as its row says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Card {
    initial: i64,
    balance: Option<i64>,
    version: i64,
    disabled_at: Option<i64>,
}

/// What its row should say.
#[derive(Debug, Clone, PartialEq)]
pub struct Left {
    pub balance: i64,
    pub version: i64,
    pub disabled_at: Option<i64>,
    /// What its row said of that, which the version does not tell.
    pub seen_disabled_at: Option<i64>,
}

/// What is wrong with a card's row, if anything: its pool knows.
pub async fn card(app: &App, id: GiftCardId, row: &Card, settled: Timestamp) -> Result<Option<Drift>, Problem> {
    let answer = pools::ledger(app, &Supply::GiftCard(id), 1, None).await?;
    let level = answer.level;
    // What was never used has no pool yet, or one with all that it began with.
    let left = if level.version == 0 { row.initial } else { level.on_hand };
    let disabled_at = level.closed_at.map(Timestamp::millis);
    let is_new = answer.ledger.first().is_some_and(|entry| entry.at > settled);
    let is_just_closed = level.closed_at.is_some_and(|at| at > settled);
    if row.version < level.version && is_new || is_just_closed {
        return Ok(None);
    }
    let wrong = [
        ("balance", row.balance.unwrap_or(row.initial) != left),
        ("balance_version", row.version > level.version),
        ("disabled_at", row.disabled_at.is_some() != disabled_at.is_some()),
    ];
    let wrong: Vec<_> = wrong.into_iter().filter(|(_, is_wrong)| *is_wrong).map(|(name, _)| name).collect();
    let right = Left { balance: left, version: level.version, disabled_at, seen_disabled_at: row.disabled_at };
    let drift = Drift { about: id.to_string(), wrong, right: Right::Card(right), version: Some(row.version) };
    Ok((!drift.wrong.is_empty()).then_some(drift))
}
