//! The SQL of one pool's own store.

use serde::Deserialize;

use super::Adjusted;
use super::ledger::{Entry, Kind, Mark};
use super::pool::{Command, Ended, Event, Hold, HoldId, Past, Pool, Reason};
use crate::catalog::product::Floor;
use crate::ports::{ObjectHost, Statement, StorageError, Timestamp};

/// The invariant is here once more: a decision that broke it would not commit.
/// `until` is when a hold lapses or has ended; one whose units were put back
/// says that, too, in `put_back_at`.
const SCHEMA: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS pool (
       id INTEGER PRIMARY KEY CHECK (id = 1),
       on_hand INTEGER NOT NULL,
       held INTEGER NOT NULL,
       taken INTEGER NOT NULL CHECK (taken >= 0),
       floor INTEGER NOT NULL,
       floor_as_of INTEGER NOT NULL,
       lowest INTEGER NOT NULL CHECK (lowest <= floor AND lowest <= 0),
       closed_at INTEGER,
       version INTEGER NOT NULL,
       CHECK (0 <= held AND lowest <= on_hand - held)
     ) STRICT",
    "CREATE TABLE IF NOT EXISTS holds (
       hold TEXT PRIMARY KEY,
       quantity INTEGER NOT NULL CHECK (quantity > 0 OR state = 'released'),
       until INTEGER NOT NULL,
       state TEXT NOT NULL CHECK (state IN ('held', 'committed', 'put_back', 'released', 'lapsed')),
       later INTEGER NOT NULL CHECK (later BETWEEN 0 AND quantity),
       put_back_at INTEGER,
       CHECK ((state = 'put_back') = (put_back_at IS NOT NULL))
     ) STRICT, WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS adjustments (
       reference TEXT PRIMARY KEY,
       delta INTEGER NOT NULL,
       reason TEXT NOT NULL,
       at INTEGER NOT NULL,
       on_hand INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID",
];

#[derive(Deserialize)]
struct PoolRow {
    on_hand: i64,
    taken: i64,
    floor: i64,
    floor_as_of: i64,
    lowest: i64,
    closed_at: Option<i64>,
    version: i64,
}

#[derive(Deserialize)]
struct AdjustmentRow {
    delta: i64,
}

#[derive(Deserialize)]
struct HoldRow {
    hold: HoldId,
    quantity: i64,
    until: i64,
    state: String,
    later: i64,
}

pub fn schema() -> Vec<Statement> {
    SCHEMA.iter().map(|sql| Statement::new(sql, [])).collect()
}

/// The pool; none if nothing was ever written to it.
pub fn load(host: &dyn ObjectHost) -> Result<Option<Pool>, StorageError> {
    let tables = host.read(Statement::new("SELECT name FROM sqlite_master WHERE name = 'pool'", []))?;
    if tables.is_empty() {
        return Ok(None);
    }
    let row = host
        .read(Statement::new("SELECT on_hand, taken, floor, floor_as_of, lowest, closed_at, version FROM pool", []))?;
    let Some(row): Option<PoolRow> = row.first().map_err(undecodable)? else { return Ok(None) };
    let holds =
        host.read(Statement::new("SELECT hold, quantity, until, state, later FROM holds WHERE state = 'held'", []))?;
    let holds: Vec<HoldRow> = holds.decode().map_err(undecodable)?;
    Ok(Some(Pool {
        on_hand: row.on_hand,
        taken: row.taken,
        floor: Floor { least: row.floor, as_of: row.floor_as_of },
        lowest: row.lowest,
        closed_at: row.closed_at.map(Timestamp::from_millis),
        version: row.version,
        holds: holds
            .into_iter()
            .map(|HoldRow { hold, quantity, until, later, .. }| {
                (hold, Hold { quantity, until: Timestamp::from_millis(until), later })
            })
            .collect(),
    }))
}

/// What the records say of the thing a command names.
pub fn past(host: &dyn ObjectHost, command: &Command) -> Result<Past, StorageError> {
    match command {
        Command::Close | Command::Level | Command::Recall { .. } | Command::Ledger { .. } => Ok(Past::Nothing),
        Command::Hold { hold, .. } | Command::Commit { hold, .. } | Command::Release { hold } => {
            let rows = host.read(Statement::new(
                "SELECT hold, quantity, until, state, later FROM holds WHERE hold = ?1 AND state <> 'held'",
                [hold.0.as_str().into()],
            ))?;
            let row: Option<HoldRow> = rows.first().map_err(undecodable)?;
            Ok(row.map_or(Past::Nothing, |row| {
                Past::Ended(match row.state.as_str() {
                    "committed" => Ended::Committed { quantity: row.quantity },
                    "lapsed" => Ended::Lapsed,
                    _ => Ended::Released,
                })
            }))
        }
        Command::Adjust { reference, .. } | Command::Issue { reference, .. } => {
            let rows = host.read(Statement::new(
                "SELECT delta FROM adjustments WHERE reference = ?1",
                [reference.as_str().into()],
            ))?;
            let row: Option<AdjustmentRow> = rows.first().map_err(undecodable)?;
            Ok(row.map_or(Past::Nothing, |row| Past::Adjusted { delta: row.delta }))
        }
    }
}

/// What was changed under a reference, if anything was.
pub fn adjusted(host: &dyn ObjectHost, reference: &str) -> Result<Option<Adjusted>, StorageError> {
    let select = "SELECT delta, on_hand FROM adjustments WHERE reference = ?1";
    host.read(Statement::new(select, [reference.into()]))?.first().map_err(undecodable)
}

/// The statements that record events and the pool after them.
pub fn record(pool: &Pool, events: &[Event], now: Timestamp) -> Vec<Statement> {
    let mut statements: Vec<Statement> = events.iter().filter_map(|event| record_event(pool, event, now)).collect();
    statements.push(Statement::new(
        "INSERT INTO pool (id, on_hand, held, taken, closed_at, version, floor, floor_as_of, lowest)
         VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (id) DO UPDATE SET on_hand = excluded.on_hand, held = excluded.held, taken = excluded.taken,
           closed_at = excluded.closed_at, version = excluded.version, floor = excluded.floor,
           floor_as_of = excluded.floor_as_of, lowest = excluded.lowest",
        [
            pool.on_hand.into(),
            pool.held().into(),
            pool.taken.into(),
            pool.closed_at.map(Timestamp::millis).into(),
            pool.version.into(),
            pool.floor.least.into(),
            pool.floor.as_of.into(),
            pool.lowest.into(),
        ],
    ));
    statements
}

const UPSERT_HOLD: &str = "INSERT INTO holds (hold, quantity, until, state, later) VALUES (?1, ?2, ?3, ?4, ?5)
     ON CONFLICT (hold) DO UPDATE SET quantity = excluded.quantity, until = excluded.until, state = excluded.state,
       later = excluded.later";

/// What the pool's own row does not say of an event.
fn record_event(pool: &Pool, event: &Event, now: Timestamp) -> Option<Statement> {
    let hold = |hold: &HoldId, quantity: i64, until: Timestamp, state: &str| {
        let later = pool.holds.get(hold).map_or(0, |hold| hold.later);
        let values = [hold.0.as_str().into(), quantity.into(), until.millis().into(), state.into(), later.into()];
        Statement::new(UPSERT_HOLD, values)
    };
    let change = |reference: &str, delta: i64, reason: &str| {
        Statement::new(
            "INSERT INTO adjustments (reference, delta, reason, at, on_hand) VALUES (?1, ?2, ?3, ?4, ?5)",
            [reference.into(), delta.into(), reason.into(), now.millis().into(), pool.on_hand.into()],
        )
    };
    Some(match event {
        Event::Held { hold: id, quantity, until } => hold(id, *quantity, *until, "held"),
        Event::Committed { hold: id, quantity } => hold(id, *quantity, now, "committed"),
        Event::Released { hold: id } => hold(id, 0, now, "released"),
        Event::PutBack { hold, .. } => Statement::new(
            "UPDATE holds SET state = 'put_back', put_back_at = ?2 WHERE hold = ?1",
            [hold.0.as_str().into(), now.millis().into()],
        ),
        Event::Lapsed { hold } => {
            Statement::new("UPDATE holds SET state = 'lapsed' WHERE hold = ?1", [hold.0.as_str().into()])
        }
        Event::Adjusted { delta, reason, reference } => change(reference, *delta, reason.as_str()),
        Event::Issued { quantity, reference } => change(reference, *quantity, ISSUED),
        Event::Limited { .. } | Event::Floored { .. } | Event::Closed { .. } => return None,
    })
}

/// What stands for a reason where units were issued: none of the staff's.
const ISSUED: &str = "issued";

#[derive(Deserialize)]
struct EntryRow {
    at: i64,
    kind: Kind,
    units: i64,
    reference: String,
    reason: Option<Reason>,
}

/// The newest entries behind a place, at most so many. Of one moment, what was
/// taken comes before what was put back: see [`Kind::step`].
pub fn ledger(host: &dyn ObjectHost, limit: u32, after: Option<&Mark>) -> Result<Vec<Entry>, StorageError> {
    let rows = host.read(Statement::new(
        "SELECT at, kind, units, reference, reason FROM (
           SELECT at, iif(reason = ?1, 'issued', 'adjusted') AS kind, delta AS units, reference, 1 AS step,
                  nullif(reason, ?1) AS reason
             FROM adjustments WHERE delta <> 0
           UNION ALL SELECT until, 'taken', -quantity, hold, 2, NULL FROM holds WHERE state IN ('committed', 'put_back')
           UNION ALL SELECT put_back_at, 'put_back', quantity, hold, 3, NULL FROM holds WHERE state = 'put_back'
         ) WHERE ?3 IS NULL OR (at, step, reference) < (?3, ?4, ?5)
         ORDER BY at DESC, step DESC, reference DESC LIMIT ?2",
        [
            ISSUED.into(),
            i64::from(limit).into(),
            after.map(|after| after.at.millis()).into(),
            after.map(|after| after.step).into(),
            after.map(|after| after.reference.clone()).into(),
        ],
    ))?;
    let rows: Vec<EntryRow> = rows.decode().map_err(undecodable)?;
    let entry = |EntryRow { at, kind, units, reference, reason }| {
        let at = Timestamp::from_millis(at);
        Entry { at, kind, units, reference, reason }
    };
    Ok(rows.into_iter().map(entry).collect())
}

fn undecodable(error: crate::ports::DatabaseError) -> StorageError {
    StorageError(error.to_string())
}
