//! The rules of a finite supply, pure: [`decide`], in a file of its own, and
//! [`apply`].
//!
//! A unit is on hand, and perhaps held for an order. A hold ends once: it is
//! committed (the units leave), released, or lapses at its time. Every command
//! may be repeated, lost or reordered; `0 <= held <= on_hand` stays true, but for a
//! stock that may be sold before it comes: there no unit is granted below its floor.
//!
//! What is on hand is put there beforehand, or follows from a limit that
//! whoever asks says anew each time: then it is the limit less what was taken.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use super::decision::{decide, told};
pub use super::error::Refusal;
use super::ledger::Mark;
use crate::catalog::StockLevel;
use crate::catalog::product::Floor;
use crate::ids::VariantId;
use crate::ports::Timestamp;

/// Names one hold: the order and which of its placements. Chosen by the
/// holder, so that a repeated command means the same hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HoldId(pub String);

/// A supply as it stands. Units are pieces, uses or minor units.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pool {
    pub on_hand: i64,
    /// Units that committed holds took out and that were not put back.
    pub taken: i64,
    /// The newest that it was told.
    pub floor: Floor,
    /// The least of all floors that it was told: what is left was never granted below it.
    pub lowest: i64,
    /// Since when nothing more is held: what was held before may still be committed.
    pub closed_at: Option<Timestamp>,
    /// Counts changes; readers keep the newest level by it.
    pub version: i64,
    /// The holds that have not ended.
    pub holds: BTreeMap<HoldId, Hold>,
}

/// No hold is granted for longer, in milliseconds: four days, one more than a buyer
/// has to pay for what staff want to add to an order.
pub const MAX_HOLD_MILLIS: i64 = 4 * 24 * 60 * 60 * 1_000;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hold {
    pub quantity: i64,
    /// From this moment on the hold counts for nothing.
    pub until: Timestamp,
    /// How many of its units had yet to come when they were held; whoever asks again is told
    /// the same, whatever others have held since.
    pub later: i64,
}

impl Hold {
    /// Whether it counts for nothing any more. One that would last longer than
    /// any is granted for was granted by a clock that was ahead.
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        self.until.has_come(now, MAX_HOLD_MILLIS)
    }
}

/// How a hold ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    Committed { quantity: i64 },
    Released,
    Lapsed,
}

/// What the records say of the thing a command names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Past {
    Nothing,
    Ended(Ended),
    /// An adjustment or an issue with this reference was made before.
    Adjusted {
        delta: i64,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Sets units aside until a time.
    Hold {
        hold: HoldId,
        quantity: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        floor: Option<Floor>,
        until: Timestamp,
    },
    /// Takes the units of a hold out. A lapsed hold is honoured as long as the
    /// units are still there.
    Commit {
        hold: HoldId,
        quantity: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        floor: Option<Floor>,
    },
    /// Ends a hold, or puts back what it took out. Final, even for a hold that
    /// was never seen: one that arrives later is refused.
    Release {
        hold: HoldId,
    },
    /// Changes what is on hand. A reference counts once.
    Adjust {
        delta: i64,
        reason: Reason,
        reference: String,
    },
    /// Puts units in that did not exist before. A reference counts once.
    Issue {
        quantity: i64,
        reference: String,
    },
    /// From now on nothing more is held. Closing again changes nothing.
    Close,
    Level,
    /// The level, and what was changed under this reference, if anything was.
    Recall {
        reference: String,
    },
    /// The level, and how what is on hand came about: the newest entries first,
    /// so many at most, from behind a place on.
    Ledger {
        limit: u32,
        after: Option<Mark>,
    },
}

/// Why staff change a stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AdjustmentReason")]
pub enum Reason {
    Received,
    Correction,
    Damaged,
    Returned,
    SoldElsewhere,
}

impl Reason {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Correction => "correction",
            Self::Damaged => "damaged",
            Self::Returned => "returned",
            Self::SoldElsewhere => "sold_elsewhere",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    Held {
        hold: HoldId,
        quantity: i64,
        until: Timestamp,
    },
    Lapsed {
        hold: HoldId,
    },
    Committed {
        hold: HoldId,
        quantity: i64,
    },
    Released {
        hold: HoldId,
    },
    /// A committed hold was released: its units came back.
    PutBack {
        hold: HoldId,
        quantity: i64,
    },
    Adjusted {
        delta: i64,
        reason: Reason,
        reference: String,
    },
    Issued {
        quantity: i64,
        reference: String,
    },
    /// There are so many in all now, those that were taken included.
    Limited {
        limit: i64,
    },
    /// What is left may go down to this from now on.
    Floored {
        floor: Floor,
    },
    Closed {
        at: Timestamp,
    },
}

/// The counts of a pool at one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Level {
    pub on_hand: i64,
    pub held: i64,
    /// What can be held now. Where whoever asks says the limit, it is what the
    /// last one said; see [`Level::left_of`].
    pub available: i64,
    /// Taken out and not put back.
    pub taken: i64,
    /// Since when nothing more is held.
    pub closed_at: Option<Timestamp>,
    pub version: i64,
}

impl Level {
    /// The level as the catalog shows a variant's stock.
    pub fn of(&self, variant_id: VariantId) -> StockLevel {
        StockLevel { variant_id, on_hand: self.on_hand, held: self.held, version: self.version }
    }

    /// What nobody holds; below zero, so many are sold that have yet to come.
    pub fn left(&self) -> i64 {
        self.on_hand.saturating_sub(self.held)
    }

    /// What can be held now if there are so many in all.
    pub fn left_of(&self, limit: i64) -> i64 {
        (limit - self.taken - self.held).max(0)
    }
}

impl Pool {
    /// Units in holds that have not ended, lapsed ones included.
    pub fn held(&self) -> i64 {
        self.holds.values().map(|hold| hold.quantity).sum()
    }

    pub fn level(&self, now: Timestamp) -> Level {
        let held = self.live(now, None);
        let available = if self.closed_at.is_some() { 0 } else { self.on_hand - self.floor.least - held };
        let Self { on_hand, taken, closed_at, version, .. } = *self;
        Level { on_hand, held, available, taken, closed_at, version }
    }

    /// Units in holds that count, but for one.
    pub(super) fn live(&self, now: Timestamp, besides: Option<&HoldId>) -> i64 {
        let counts = |(id, hold): &(&HoldId, &Hold)| !hold.has_lapsed(now) && Some(*id) != besides;
        self.holds.iter().filter(counts).map(|(_, hold)| hold.quantity).sum()
    }
}

/// How many of these units have yet to come, where what nobody holds is this much once they
/// are held: whoever was there before has what is there.
pub fn yet_to_come(units: i64, left: i64) -> i64 {
    left.saturating_neg().clamp(0, units)
}

/// The pool after an event that `decide` gave. Total.
pub fn apply(pool: &mut Pool, event: &Event) {
    pool.version += 1;
    match event {
        Event::Held { hold, quantity, until } => {
            pool.holds.remove(hold);
            let left = pool.on_hand - pool.held() - quantity;
            let later = yet_to_come(*quantity, left);
            pool.holds.insert(hold.clone(), Hold { quantity: *quantity, until: *until, later });
        }
        Event::Lapsed { hold } | Event::Released { hold } => {
            pool.holds.remove(hold);
        }
        Event::Committed { hold, quantity } => {
            pool.holds.remove(hold);
            pool.on_hand -= quantity;
            pool.taken += quantity;
        }
        Event::PutBack { quantity, .. } => {
            pool.on_hand += quantity;
            pool.taken -= quantity;
        }
        Event::Adjusted { delta, .. } => pool.on_hand += delta,
        Event::Issued { quantity, .. } => pool.on_hand += quantity,
        Event::Limited { limit } => pool.on_hand = (limit - pool.taken).max(pool.held()),
        Event::Floored { floor } => (pool.floor, pool.lowest) = (*floor, pool.lowest.min(floor.least)),
        Event::Closed { at } => pool.closed_at = Some(*at),
    }
}

#[cfg(test)]
#[path = "pool_tests.rs"]
mod tests;
