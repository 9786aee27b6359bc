//! The SQL of one order's own store: its state, its events, and the first
//! answers to its keyed requests.

use serde::Deserialize;

use super::event::Event;
use super::order::{Key, Order};
use crate::ports::{DatabaseError, ObjectHost, Statement, StorageError, Timestamp};

const SCHEMA: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS state (
       id INTEGER PRIMARY KEY CHECK (id = 1),
       body TEXT NOT NULL,
       alarm INTEGER
     ) STRICT",
    "CREATE TABLE IF NOT EXISTS events (
       seq INTEGER PRIMARY KEY,
       at INTEGER NOT NULL,
       body TEXT NOT NULL
     ) STRICT",
];

/// Made with the first keyed request: every table costs a new object a page
/// and a parse, and most orders have no keys.
const ANSWERS: &str = "CREATE TABLE IF NOT EXISTS answers (
       key TEXT PRIMARY KEY,
       digest TEXT NOT NULL,
       status INTEGER NOT NULL,
       body TEXT NOT NULL
     ) STRICT, WITHOUT ROWID";

#[derive(Deserialize)]
struct StateRow {
    body: String,
    alarm: Option<i64>,
}

/// The first answer to a keyed request.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FirstAnswer {
    pub digest: String,
    pub status: u16,
    pub body: String,
}

pub fn schema() -> Vec<Statement> {
    SCHEMA.iter().map(|sql| Statement::new(sql, [])).collect()
}

/// The order and its alarm; none if this object was never written to.
pub fn load(host: &dyn ObjectHost) -> Result<Option<(Order, Option<Timestamp>)>, StorageError> {
    let tables = host.read(Statement::new("SELECT name FROM sqlite_master WHERE name = 'state'", []))?;
    if tables.0.is_empty() {
        return Ok(None);
    }
    let rows = host.read(Statement::new("SELECT body, alarm FROM state", []))?;
    let Some(row) = rows.first::<StateRow>().map_err(undecodable)? else { return Ok(None) };
    let mut order: Order =
        serde_json::from_slice(row.body.as_bytes()).map_err(|error| StorageError(error.to_string()))?;
    order.recover();
    Ok(Some((order, row.alarm.map(Timestamp::from_millis))))
}

pub fn first_answer(host: &dyn ObjectHost, key: &str) -> Result<Option<FirstAnswer>, StorageError> {
    let tables = host.read(Statement::new("SELECT name FROM sqlite_master WHERE name = 'answers'", []))?;
    if tables.0.is_empty() {
        return Ok(None);
    }
    let rows = host.read(Statement::new("SELECT digest, status, body FROM answers WHERE key = ?1", [key.into()]))?;
    rows.first().map_err(undecodable)
}

pub fn record_answer(key: &Key, status: u16, body: &str) -> Vec<Statement> {
    let insert = "INSERT INTO answers (key, digest, status, body) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (key) DO NOTHING";
    let params = [key.key.as_str().into(), key.digest.as_str().into(), i64::from(status).into(), body.into()];
    vec![Statement::new(ANSWERS, []), Statement::new(insert, params)]
}

/// Events, in the order they happened, and the state after them. One
/// statement for all the events: an order may get a thousand lines at once.
pub fn record(
    order: &Order,
    events: &[(Timestamp, Event)],
    alarm: Option<Timestamp>,
) -> Result<Vec<Statement>, StorageError> {
    let mut statements = Vec::with_capacity(2);
    if !events.is_empty() {
        let rows: Vec<_> = events.iter().map(|(at, event)| (at.millis(), event)).collect();
        statements.push(Statement::new(
            "INSERT INTO events (at, body)
             SELECT CAST(value ->> 0 AS INTEGER), value ->> 1 FROM json_each(?1) ORDER BY key",
            [json(&rows)?.into()],
        ));
    }
    statements.push(Statement::new(
        "INSERT INTO state (id, body, alarm) VALUES (1, ?1, ?2)
         ON CONFLICT (id) DO UPDATE SET body = excluded.body, alarm = excluded.alarm",
        [json(order)?.into(), alarm.map(Timestamp::millis).into()],
    ));
    Ok(statements)
}

fn json(value: &impl serde::Serialize) -> Result<String, StorageError> {
    serde_json::to_string(value).map_err(|error| StorageError(error.to_string()))
}

fn undecodable(error: DatabaseError) -> StorageError {
    StorageError(error.to_string())
}
