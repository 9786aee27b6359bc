//! Gift cards: who issued them, their codes, and what is left on them. The
//! balance is a pool; the card's row says what it was filled with.
//!
//! Lends: [`find`], for a code that somebody typed, and [`issue_for_order`],
//! for a card that was bought.

mod card;
mod code;
pub mod error;
pub mod handlers;
mod lookup;
mod sold;
mod store;
mod views;

pub use self::code::{MAX_CODE, PlainCode, is_same_code};
pub use self::error::{GiftCardError, Refusal};
pub use self::lookup::{Found, find};
pub use self::sold::{Issued, Sold, issue_for_order};

use self::card::GiftCard;
use crate::app::App;
use crate::ids::GiftCardId;
use crate::pools::{self, pool::Level};
use crate::ports::ObjectUnavailable;
use crate::problem::Problem;
use crate::sorted::sort;

/// Writes down what is left on cards, for reports. Twice or out of order is the
/// same as once.
pub async fn project_balances(app: &App, mut levels: Vec<(GiftCardId, Level)>) -> Result<(), Problem> {
    // Of several of one card the newest: a statement writes a row once.
    sort(&mut levels, |(card, level), (other, others)| (card, -level.version).cmp(&(other, -others.version)));
    levels.dedup_by_key(|(card, _)| *card);
    if !levels.is_empty() {
        app.database.run(store::balances(&levels)).await?;
    }
    Ok(())
}

/// The level of a card's pool, which is filled first should that have been
/// missed: the row comes before the pool, and a crash may come between. The
/// card's id is the reference, so it is filled once.
async fn level(app: &App, card: &GiftCard) -> Result<Level, ObjectUnavailable> {
    Ok(pools::issue(app, card.id, card.initial_balance.amount, card.id.to_string()).await?.level)
}
