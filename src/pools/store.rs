//! The SQL of one pool's own store.

use serde::Deserialize;

use super::pool::{Command, Ended, Event, Hold, HoldId, Past, Pool};
use crate::ports::{ObjectHost, Statement, StorageError, Timestamp};

/// The invariant is here once more: a decision that broke it would not commit.
const SCHEMA: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS pool (
       id INTEGER PRIMARY KEY CHECK (id = 1),
       on_hand INTEGER NOT NULL,
       held INTEGER NOT NULL,
       version INTEGER NOT NULL,
       CHECK (0 <= held AND held <= on_hand)
     ) STRICT",
    "CREATE TABLE IF NOT EXISTS holds (
       hold TEXT PRIMARY KEY,
       quantity INTEGER NOT NULL CHECK (quantity > 0 OR state = 'released'),
       until INTEGER NOT NULL,
       state TEXT NOT NULL CHECK (state IN ('held', 'committed', 'released', 'lapsed'))
     ) STRICT, WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS adjustments (
       reference TEXT PRIMARY KEY,
       delta INTEGER NOT NULL,
       reason TEXT NOT NULL,
       at INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID",
];

#[derive(Deserialize)]
struct PoolRow {
    on_hand: i64,
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
}

pub fn schema() -> Vec<Statement> {
    SCHEMA.iter().map(|sql| Statement::new(sql, [])).collect()
}

/// The pool; none if nothing was ever written to it.
pub fn load(host: &dyn ObjectHost) -> Result<Option<Pool>, StorageError> {
    let tables = host.read(Statement::new("SELECT name FROM sqlite_master WHERE name = 'pool'", []))?;
    if tables.0.is_empty() {
        return Ok(None);
    }
    let row = host.read(Statement::new("SELECT on_hand, version FROM pool", []))?;
    let row: Option<PoolRow> = row.first().map_err(undecodable)?;
    let holds = host.read(Statement::new("SELECT hold, quantity, until, state FROM holds WHERE state = 'held'", []))?;
    let holds: Vec<HoldRow> = holds.decode().map_err(undecodable)?;
    Ok(Some(Pool {
        on_hand: row.as_ref().map_or(0, |row| row.on_hand),
        version: row.as_ref().map_or(0, |row| row.version),
        holds: holds
            .into_iter()
            .map(|row| (row.hold, Hold { quantity: row.quantity, until: Timestamp::from_millis(row.until) }))
            .collect(),
    }))
}

/// What the records say of the thing a command names.
pub fn past(host: &dyn ObjectHost, command: &Command) -> Result<Past, StorageError> {
    match command {
        Command::Level => Ok(Past::Nothing),
        Command::Hold { hold, .. } | Command::Commit { hold, .. } | Command::Release { hold } => {
            let rows = host.read(Statement::new(
                "SELECT hold, quantity, until, state FROM holds WHERE hold = ?1 AND state <> 'held'",
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
        Command::Adjust { reference, .. } => {
            let rows = host.read(Statement::new(
                "SELECT delta FROM adjustments WHERE reference = ?1",
                [reference.as_str().into()],
            ))?;
            let row: Option<AdjustmentRow> = rows.first().map_err(undecodable)?;
            Ok(row.map_or(Past::Nothing, |row| Past::Adjusted { delta: row.delta }))
        }
    }
}

/// The statements that record events and the pool after them.
pub fn record(pool: &Pool, events: &[Event], now: Timestamp) -> Vec<Statement> {
    let mut statements: Vec<Statement> = events.iter().map(|event| record_event(event, now)).collect();
    statements.push(Statement::new(
        "INSERT INTO pool (id, on_hand, held, version) VALUES (1, ?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET on_hand = excluded.on_hand, held = excluded.held, version = excluded.version",
        [pool.on_hand.into(), pool.held().into(), pool.version.into()],
    ));
    statements
}

const UPSERT_HOLD: &str = "INSERT INTO holds (hold, quantity, until, state) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (hold) DO UPDATE SET quantity = excluded.quantity, until = excluded.until, state = excluded.state";

fn record_event(event: &Event, now: Timestamp) -> Statement {
    let hold = |hold: &HoldId, quantity: i64, until: Timestamp, state: &str| {
        Statement::new(UPSERT_HOLD, [hold.0.as_str().into(), quantity.into(), until.millis().into(), state.into()])
    };
    match event {
        Event::Held { hold: id, quantity, until } => hold(id, *quantity, *until, "held"),
        Event::Committed { hold: id, quantity } => hold(id, *quantity, now, "committed"),
        Event::Released { hold: id } | Event::PutBack { hold: id, .. } => hold(id, 0, now, "released"),
        Event::Lapsed { hold } => {
            Statement::new("UPDATE holds SET state = 'lapsed' WHERE hold = ?1", [hold.0.as_str().into()])
        }
        Event::Adjusted { delta, reason, reference } => Statement::new(
            "INSERT INTO adjustments (reference, delta, reason, at) VALUES (?1, ?2, ?3, ?4)",
            [
                reference.as_str().into(),
                (*delta).into(),
                serde_json::to_value(reason).ok().and_then(|v| v.as_str().map(str::to_owned)).into(),
                now.millis().into(),
            ],
        ),
    }
}

fn undecodable(error: crate::ports::DatabaseError) -> StorageError {
    StorageError(error.to_string())
}
