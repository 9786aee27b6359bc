//! What a pool answers to a command: `decide`, pure.

use super::error::Refusal;
use super::pool::{Command, Ended, Event, HoldId, MAX_HOLD_MILLIS, Past, Pool};
use crate::catalog::product::{Floor, LOWEST_FLOOR};
use crate::money::MAX_AMOUNT;
use crate::ports::Timestamp;

/// Decides one command. `past` is what the records say of the hold or the
/// reference it names. No events: it was done before, or changes nothing.
pub fn decide(pool: &Pool, past: Past, command: &Command, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    let decided = match command {
        Command::Level | Command::Recall { .. } | Command::Ledger { .. } => Vec::new(),
        Command::Hold { hold, quantity, limit, until, .. } => {
            let wanted = Wanted { hold, quantity: *quantity, limit: *limit };
            decide_hold(pool, past, wanted, *until, now)?
        }
        Command::Commit { hold, quantity, limit, .. } => {
            decide_commit(pool, past, Wanted { hold, quantity: *quantity, limit: *limit }, now)?
        }
        Command::Release { hold } => decide_release(past, hold),
        Command::Adjust { delta, reason, reference } => {
            let adjusted = Event::Adjusted { delta: *delta, reason: *reason, reference: reference.clone() };
            decide_change(pool, past, *delta, adjusted, now)?
        }
        Command::Issue { quantity, reference } => {
            in_range(*quantity)?;
            let issued = Event::Issued { quantity: *quantity, reference: reference.clone() };
            decide_change(pool, past, *quantity, issued, now)?
        }
        Command::Close if pool.closed_at.is_some() => Vec::new(),
        Command::Close => vec![Event::Closed { at: now }],
    };
    if decided.is_empty() {
        return Ok(decided);
    }
    // Lapsed holds end now, whatever is asked; the one that is asked about
    // decides for itself.
    let asked = match command {
        Command::Hold { hold, .. } | Command::Commit { hold, .. } | Command::Release { hold } => Some(hold),
        _ => None,
    };
    let lapsed = pool.holds.iter().filter(|(id, hold)| hold.has_lapsed(now) && Some(*id) != asked);
    let lapsed = lapsed.map(|(id, _)| Event::Lapsed { hold: id.clone() });
    Ok(lapsed.chain(decided).collect())
}

/// What a command tells that the pool did not know, which counts from then on, whatever is
/// decided of the command itself: a newer floor.
pub fn told(pool: &Pool, command: &Command) -> Option<Event> {
    let (Command::Hold { floor, .. } | Command::Commit { floor, .. }) = command else { return None };
    let floor = floor.filter(|floor| floor.as_of > pool.floor.as_of)?;
    Some(Event::Floored { floor: Floor { least: floor.least.clamp(LOWEST_FLOOR, 0), ..floor } })
}

/// What a hold wants, or its commit.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    hold: &'a HoldId,
    quantity: i64,
    limit: Option<i64>,
}

fn decide_hold(
    pool: &Pool,
    past: Past,
    wanted: Wanted,
    until: Timestamp,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    in_range(wanted.quantity)?;
    match (pool.holds.get(wanted.hold), past) {
        (Some(_), _) | (None, Past::Ended(Ended::Committed { .. })) => return Ok(Vec::new()),
        (None, Past::Ended(Ended::Released)) => return Err(Refusal::HoldReleased),
        (None, Past::Nothing | Past::Adjusted { .. } | Past::Ended(Ended::Lapsed)) => {}
    }
    if pool.closed_at.is_some() {
        return Err(Refusal::Closed);
    }
    let mut events = granted(pool, wanted, now)?;
    let until = until.min(now.plus_millis(MAX_HOLD_MILLIS));
    events.push(Event::Held { hold: wanted.hold.clone(), quantity: wanted.quantity, until });
    Ok(events)
}

fn decide_commit(pool: &Pool, past: Past, wanted: Wanted, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    let Wanted { hold, quantity, .. } = wanted;
    in_range(quantity)?;
    match past {
        Past::Ended(Ended::Committed { .. }) => return Ok(Vec::new()),
        Past::Ended(Ended::Released) => return Err(Refusal::HoldReleased),
        Past::Nothing | Past::Adjusted { .. } | Past::Ended(Ended::Lapsed) => {}
    }
    let is_held = pool.holds.get(hold).is_some_and(|held| !held.has_lapsed(now) && quantity <= held.quantity);
    if pool.closed_at.is_some() && !is_held {
        return Err(Refusal::Closed);
    }
    let mut events = granted(pool, wanted, now)?;
    events.push(Event::Committed { hold: hold.clone(), quantity });
    Ok(events)
}

/// Whether there is enough beside what others hold, by the limit that is said
/// now; with the event of a limit that is new.
fn granted(pool: &Pool, wanted: Wanted, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    let Wanted { hold, quantity, limit } = wanted;
    let all = match limit {
        Some(limit) if !(0..=MAX_AMOUNT).contains(&limit) => return Err(Refusal::QuantityOutOfRange),
        Some(limit) => limit - pool.taken,
        None => pool.on_hand - pool.floor.least,
    };
    // What is held stays held, also under a limit that was lowered since, or a floor that was raised.
    let available = all.max(pool.live(now, None)) - pool.live(now, Some(hold));
    if available < quantity {
        return Err(Refusal::OutOfStock { available });
    }
    let limited = limit.filter(|limit| limit - pool.taken != pool.on_hand);
    Ok(limited.map(|limit| Event::Limited { limit }).into_iter().collect())
}

fn decide_release(past: Past, hold: &HoldId) -> Vec<Event> {
    match past {
        Past::Ended(Ended::Released) => Vec::new(),
        Past::Ended(Ended::Committed { quantity }) => vec![Event::PutBack { hold: hold.clone(), quantity }],
        Past::Nothing | Past::Adjusted { .. } | Past::Ended(Ended::Lapsed) => {
            vec![Event::Released { hold: hold.clone() }]
        }
    }
}

fn decide_change(pool: &Pool, past: Past, delta: i64, event: Event, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    if let Past::Adjusted { delta: first } = past {
        return if first == delta { Ok(Vec::new()) } else { Err(Refusal::ReferenceReused) };
    }
    // A count that finds what there should be changes nothing, and is written down like any other.
    if delta.unsigned_abs() > MAX_AMOUNT.unsigned_abs() {
        return Err(Refusal::QuantityOutOfRange);
    }
    let held = pool.live(now, None);
    let on_hand = pool.on_hand + delta;
    // What has come may be fewer pieces than were sold before.
    if delta < 0 && on_hand - held < pool.floor.least {
        return Err(Refusal::BelowHeld { held });
    }
    // What was taken may be put back.
    if on_hand + pool.taken > MAX_AMOUNT {
        return Err(Refusal::QuantityOutOfRange);
    }
    Ok(vec![event])
}

fn in_range(quantity: i64) -> Result<(), Refusal> {
    if (1..=MAX_AMOUNT).contains(&quantity) { Ok(()) } else { Err(Refusal::QuantityOutOfRange) }
}
