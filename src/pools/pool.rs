//! The rules of a finite supply, pure: `decide` and `apply`.
//!
//! A unit is on hand, and perhaps held for an order. A hold ends once: it is
//! committed (the units leave), released, or lapses at its time. Every command
//! may be repeated, lost or reordered; `0 <= held <= on_hand` stays true.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use super::error::Refusal;
use crate::catalog::StockLevel;
use crate::ids::VariantId;
use crate::money::MAX_AMOUNT;
use crate::ports::Timestamp;

/// Names one hold: the order and which of its placements. Chosen by the
/// holder, so that a repeated command means the same hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HoldId(pub String);

/// A supply as it stands. Units are pieces, redemptions or minor units.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pool {
    pub on_hand: i64,
    /// Counts changes; readers keep the newest level by it.
    pub version: i64,
    /// The holds that have not ended.
    pub holds: BTreeMap<HoldId, Hold>,
}

/// No hold is granted for longer, in milliseconds: half an hour, twice what an
/// order asks for.
pub const MAX_HOLD_MILLIS: i64 = 30 * 60 * 1_000;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hold {
    pub quantity: i64,
    /// From this moment on the hold counts for nothing.
    pub until: Timestamp,
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
    /// An adjustment with this reference was made before.
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
        until: Timestamp,
    },
    /// Takes the units of a hold out. A lapsed hold is honoured as long as the
    /// units are still there.
    Commit {
        hold: HoldId,
        quantity: i64,
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
    Level,
}

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
}

/// The counts of a pool at one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "StockLevel")]
pub struct Level {
    pub on_hand: i64,
    pub held: i64,
    pub available: i64,
    pub version: i64,
}

impl Level {
    /// The level as the catalog shows a variant's stock.
    pub fn of(&self, variant_id: VariantId) -> StockLevel {
        StockLevel { variant_id, on_hand: self.on_hand, held: self.held, version: self.version }
    }
}

impl Pool {
    /// Units in holds that have not ended, lapsed ones included.
    pub fn held(&self) -> i64 {
        self.holds.values().map(|hold| hold.quantity).sum()
    }

    pub fn level(&self, now: Timestamp) -> Level {
        let held = self.holds.values().filter(|hold| !hold.has_lapsed(now)).map(|hold| hold.quantity).sum();
        Level { on_hand: self.on_hand, held, available: self.on_hand - held, version: self.version }
    }
}

/// Decides one command. `past` is what the records say of the hold or the
/// reference it names. No events: it was done before.
pub fn decide(pool: &Pool, past: Past, command: &Command, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    // Lapsed holds end now, whatever is asked; the one that is asked about
    // decides for itself.
    let asked = match command {
        Command::Hold { hold, .. } | Command::Commit { hold, .. } | Command::Release { hold } => Some(hold),
        Command::Adjust { .. } | Command::Level => None,
    };
    let mut events: Vec<Event> = pool
        .holds
        .iter()
        .filter(|(id, hold)| hold.has_lapsed(now) && Some(*id) != asked)
        .map(|(id, _)| Event::Lapsed { hold: id.clone() })
        .collect();
    let live = |besides: &HoldId| -> i64 {
        pool.holds
            .iter()
            .filter(|(id, hold)| !hold.has_lapsed(now) && *id != besides)
            .map(|(_, hold)| hold.quantity)
            .sum()
    };

    match command {
        Command::Level => return Ok(Vec::new()),
        Command::Hold { hold, quantity, until } => {
            in_range(*quantity)?;
            match (pool.holds.get(hold), past) {
                (Some(_), _) | (None, Past::Ended(Ended::Committed { .. })) => return Ok(Vec::new()),
                (None, Past::Ended(Ended::Released)) => return Err(Refusal::HoldReleased),
                (None, Past::Nothing | Past::Adjusted { .. } | Past::Ended(Ended::Lapsed)) => {}
            }
            let available = pool.on_hand - live(hold);
            if available < *quantity {
                return Err(Refusal::OutOfStock { available });
            }
            let until = (*until).min(now.plus_millis(MAX_HOLD_MILLIS));
            events.push(Event::Held { hold: hold.clone(), quantity: *quantity, until });
        }
        Command::Commit { hold, quantity } => {
            in_range(*quantity)?;
            match past {
                Past::Ended(Ended::Committed { .. }) => return Ok(Vec::new()),
                Past::Ended(Ended::Released) => return Err(Refusal::HoldReleased),
                Past::Nothing | Past::Adjusted { .. } | Past::Ended(Ended::Lapsed) => {}
            }
            let available = pool.on_hand - live(hold);
            if available < *quantity {
                return Err(Refusal::OutOfStock { available });
            }
            events.push(Event::Committed { hold: hold.clone(), quantity: *quantity });
        }
        Command::Release { hold } => match past {
            Past::Ended(Ended::Released) => return Ok(Vec::new()),
            Past::Ended(Ended::Committed { quantity }) => {
                events.push(Event::PutBack { hold: hold.clone(), quantity });
            }
            Past::Nothing | Past::Adjusted { .. } | Past::Ended(Ended::Lapsed) => {
                events.push(Event::Released { hold: hold.clone() });
            }
        },
        Command::Adjust { delta, reason, reference } => {
            if let Past::Adjusted { delta: first } = past {
                return if first == *delta { Ok(Vec::new()) } else { Err(Refusal::ReferenceReused) };
            }
            in_range(delta.unsigned_abs().try_into().unwrap_or(i64::MAX))?;
            let held = pool.level(now).held;
            let on_hand = pool.on_hand + delta;
            if on_hand < held {
                return Err(Refusal::BelowHeld { held });
            }
            if on_hand > MAX_AMOUNT {
                return Err(Refusal::QuantityOutOfRange);
            }
            events.push(Event::Adjusted { delta: *delta, reason: *reason, reference: reference.clone() });
        }
    }
    Ok(events)
}

fn in_range(quantity: i64) -> Result<(), Refusal> {
    if (1..=MAX_AMOUNT).contains(&quantity) { Ok(()) } else { Err(Refusal::QuantityOutOfRange) }
}

/// The pool after an event that `decide` gave. Total.
pub fn apply(pool: &mut Pool, event: &Event) {
    pool.version += 1;
    match event {
        Event::Held { hold, quantity, until } => {
            pool.holds.insert(hold.clone(), Hold { quantity: *quantity, until: *until });
        }
        Event::Lapsed { hold } | Event::Released { hold } => {
            pool.holds.remove(hold);
        }
        Event::Committed { hold, quantity } => {
            pool.holds.remove(hold);
            pool.on_hand -= quantity;
        }
        Event::PutBack { quantity, .. } => pool.on_hand += quantity,
        Event::Adjusted { delta, .. } => pool.on_hand += delta,
    }
}

#[cfg(test)]
#[path = "pool_tests.rs"]
mod tests;
