//! The SQL of one order's own store: a log. Each commit is one row, of the
//! events that happened together and the answer to the keyed request that
//! caused them. The order is what its events say.

use serde::Deserialize;

use super::event::Event;
use super::order::{Key, Order};
use crate::json;
use crate::ports::{DatabaseError, ObjectHost, Statement, StorageError, Timestamp};

/// `answer` is last, so that looking for a key does not read through answers.
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS log (
       seq INTEGER PRIMARY KEY,
       key TEXT,
       digest TEXT,
       status INTEGER,
       events TEXT NOT NULL,
       answer TEXT
     ) STRICT";

/// The first answer to a keyed request.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstAnswer {
    pub key: Key,
    pub status: u16,
    pub body: String,
}

#[derive(Deserialize)]
struct LogRow {
    key: Option<String>,
    events: String,
}

#[derive(Deserialize)]
struct AnswerRow {
    digest: String,
    status: u16,
    answer: String,
}

pub fn schema() -> Statement {
    Statement::new(SCHEMA, [])
}

/// What the log says: the order, and the keys that have an answer.
pub struct Stored {
    pub order: Order,
    pub keys: Vec<String>,
}

/// Reads the log; none if this object was never written to.
pub fn load(host: &dyn ObjectHost) -> Result<Option<Stored>, StorageError> {
    let tables = host.read(Statement::new("SELECT name FROM sqlite_master WHERE name = 'log'", []))?;
    if tables.is_empty() {
        return Ok(None);
    }
    let rows = host.read(Statement::new("SELECT key, events FROM log ORDER BY seq", []))?;
    let rows: Vec<LogRow> = rows.decode().map_err(undecodable)?;
    let (mut order, mut keys) = (None, Vec::new());
    for LogRow { key, events } in rows {
        keys.extend(key);
        let events: Vec<(i64, Event)> =
            json::read(events.as_bytes()).map_err(|error| StorageError(error.to_string()))?;
        for (at, event) in events {
            Order::replay(&mut order, &event, Timestamp::from_millis(at));
        }
    }
    Ok(order.map(|order| Stored { order: order.recovered(), keys }))
}

pub fn first_answer(host: &dyn ObjectHost, key: &str) -> Result<Option<FirstAnswer>, StorageError> {
    let select = "SELECT digest, status, answer FROM log WHERE key = ?1 ORDER BY seq LIMIT 1";
    let row: Option<AnswerRow> = host.read(Statement::new(select, [key.into()]))?.first().map_err(undecodable)?;
    Ok(row.map(|AnswerRow { digest, status, answer }| FirstAnswer {
        key: Key { key: key.to_owned(), digest },
        status,
        body: answer,
    }))
}

/// Events, in the order they happened, and the answer that goes with them.
pub fn append(events: &[(Timestamp, Event)], answer: Option<FirstAnswer>) -> Result<Statement, StorageError> {
    let events: Vec<_> = events.iter().map(|(at, event)| (at.millis(), event)).collect();
    let events = json::text(&events);
    let (key, status, body) = match answer {
        Some(FirstAnswer { key, status, body }) => (Some(key), Some(i64::from(status)), Some(body)),
        None => (None, None, None),
    };
    let (key, digest) = key.map(|Key { key, digest }| (key, digest)).unzip();
    Ok(Statement::new(
        "INSERT INTO log (key, digest, status, events, answer) VALUES (?1, ?2, ?3, ?4, ?5)",
        [key.into(), digest.into(), status.into(), events.into(), body.into()],
    ))
}

fn undecodable(error: DatabaseError) -> StorageError {
    StorageError(error.to_string())
}
