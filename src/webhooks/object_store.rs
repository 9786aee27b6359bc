//! The SQL of one endpoint's own store: its deliveries, and what it has heard of
//! each thing.

use serde::Deserialize;
use serde_json::json;

use super::news::Heard;
use super::rules::{Queue, Reply, Standing, Waiting};
use super::views::{Delivery, DeliveryStatus, Queued};
use crate::json;
use crate::ports::{DatabaseError, ObjectHost, Rows, Statement, StorageError, Timestamp};
use crate::sorted::SortedMap;

/// A delivery that waits for nothing more is kept for so long, in milliseconds, 30
/// days, as is what was heard of a thing.
pub const KEPT_MILLIS: i64 = 30 * 24 * 3_600 * 1_000;

/// The most of them that are kept, the newest.
const MOST_KEPT: i64 = 1_000;

const SCHEMA: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS deliveries (
       number INTEGER PRIMARY KEY CHECK (number >= 1),
       event_id TEXT NOT NULL,
       about TEXT,
       type TEXT NOT NULL,
       body TEXT NOT NULL CHECK (json_valid(body)),
       status TEXT NOT NULL CHECK (status IN ('waiting', 'delivered', 'dead')),
       attempts INTEGER NOT NULL CHECK (attempts >= 0),
       next_at INTEGER NOT NULL,
       tried_at INTEGER,
       response INTEGER,
       error TEXT,
       created_at INTEGER NOT NULL
     ) STRICT",
    "CREATE TABLE IF NOT EXISTS heard (
       about TEXT PRIMARY KEY,
       version INTEGER NOT NULL,
       events INTEGER NOT NULL,
       at INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID",
];

pub fn schema() -> Vec<Statement> {
    SCHEMA.map(|sql| Statement::new(sql, [])).into()
}

/// What waits; none if nothing was ever stored.
pub fn load(host: &dyn ObjectHost) -> Result<Option<Queue>, StorageError> {
    #[derive(Deserialize)]
    struct Row {
        number: i64,
        about: Option<String>,
        attempts: u32,
        next_at: i64,
    }
    #[derive(Deserialize)]
    struct Last {
        last: i64,
    }
    let tables = host.read(Statement::new("SELECT name FROM sqlite_master WHERE name = 'deliveries'", []))?;
    if tables.is_empty() {
        return Ok(None);
    }
    let waiting = "SELECT number, about, attempts, next_at FROM deliveries WHERE status = 'waiting' ORDER BY number";
    let rows: Vec<Row> = host.read(Statement::new(waiting, []))?.decode().map_err(undecodable)?;
    let last = host.read(Statement::new("SELECT coalesce(max(number), 0) AS last FROM deliveries", []))?;
    let last: Option<Last> = last.first().map_err(undecodable)?;
    let waiting = rows.into_iter().map(|row| {
        let next_at = Timestamp::from_millis(row.next_at);
        (row.number, Waiting { about: row.about, tries: row.attempts, next_at })
    });
    Ok(Some(Queue { last: last.map_or(0, |row| row.last), waiting: waiting.collect() }))
}

/// What was heard of these things.
pub fn heard(host: &dyn ObjectHost, about: &[&str]) -> Result<SortedMap<String, Heard>, StorageError> {
    #[derive(Deserialize)]
    struct Row {
        about: String,
        version: u64,
        events: u64,
    }
    let select = "SELECT about, version, events FROM heard WHERE about IN (SELECT value FROM json_each(?1))";
    let rows = host.read(Statement::new(select, [json::text(about).into()]))?;
    let rows: Vec<Row> = rows.decode().map_err(undecodable)?;
    Ok(rows.into_iter().map(|Row { about, version, events }| (about, Heard { version, events })).collect())
}

/// Writes down what is heard by now.
pub fn remember(heard: &SortedMap<String, Heard>, now: Timestamp) -> Statement {
    let rows: Vec<_> = heard.iter().map(|(about, heard)| json!([about, heard.version, heard.events])).collect();
    Statement::new(
        "INSERT INTO heard (about, version, events, at)
         SELECT value ->> 0, value ->> 1, value ->> 2, ?2 FROM json_each(?1) WHERE true
         ON CONFLICT (about) DO UPDATE SET version = excluded.version, events = excluded.events, at = excluded.at",
        [json::text(&rows).into(), now.millis().into()],
    )
}

/// What is sent.
pub struct Letter {
    pub event_id: String,
    pub body: String,
}

/// A delivery that is new.
pub struct New<'a> {
    pub number: i64,
    pub about: Option<&'a str>,
    pub kind: &'a str,
    pub letter: Letter,
}

pub fn insert(new: New, now: Timestamp) -> Statement {
    let New { number, about, kind, letter: Letter { event_id, body } } = new;
    Statement::new(
        "INSERT INTO deliveries (number, event_id, about, type, body, status, attempts, next_at, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', 0, ?6, ?6)",
        [
            number.into(),
            event_id.into(),
            about.map(str::to_owned).into(),
            kind.into(),
            body.into(),
            now.millis().into(),
        ],
    )
}

/// None: it has been forgotten.
pub fn letter(host: &dyn ObjectHost, number: i64) -> Result<Option<Letter>, StorageError> {
    #[derive(Deserialize)]
    struct Row {
        event_id: String,
        body: String,
    }
    let select = "SELECT event_id, body FROM deliveries WHERE number = ?1";
    let row: Option<Row> = host.read(Statement::new(select, [number.into()]))?.first().map_err(undecodable)?;
    Ok(row.map(|Row { event_id, body }| Letter { event_id, body }))
}

/// A try is about to be made.
pub fn begin(number: i64, waiting: &Waiting, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE deliveries SET attempts = ?2, next_at = ?3, tried_at = ?4, response = NULL, error = 'no outcome yet'
         WHERE number = ?1",
        [number.into(), waiting.tries.into(), waiting.next_at.millis().into(), now.millis().into()],
    )
}

/// What a try came to.
pub fn end(number: i64, standing: &Standing, reply: &Reply) -> Statement {
    let (status, next_at) = match standing {
        Standing::Delivered => ("delivered", None),
        Standing::Waiting { next_at } => ("waiting", Some(next_at.millis())),
        Standing::Dead => ("dead", None),
    };
    let (response, error) = match reply {
        Ok(status) => (Some(i64::from(*status)), None),
        Err(cause) => (None, Some(cause.clone())),
    };
    Statement::new(
        "UPDATE deliveries SET status = ?2, next_at = coalesce(?3, next_at), response = ?4, error = ?5 WHERE number = ?1",
        [number.into(), status.into(), next_at.into(), response.into(), error.into()],
    )
}

/// Has these delivered once more.
pub fn replay(from: i64, to: i64, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE deliveries SET status = 'waiting', attempts = 0, next_at = ?3 WHERE number BETWEEN ?1 AND ?2",
        [from.into(), to.into(), now.millis().into()],
    )
}

/// Which of these are kept, if any.
pub fn kept(host: &dyn ObjectHost, from: i64, to: i64) -> Result<Option<Queued>, StorageError> {
    #[derive(Deserialize)]
    struct Row {
        first: Option<i64>,
        count: i64,
    }
    let select = "SELECT min(number) AS first, count(*) AS count FROM deliveries WHERE number BETWEEN ?1 AND ?2";
    let row: Option<Row> = host.read(Statement::new(select, [from.into(), to.into()]))?.first().map_err(undecodable)?;
    Ok(row.and_then(|Row { first, count }| Some(Queued { first: first?, count })))
}

/// Forgets what is old or too much, but for what waits and for the newest number.
pub fn forget(now: Timestamp) -> [Statement; 2] {
    let before = now.plus_millis(-KEPT_MILLIS).millis();
    [
        Statement::new(
            "DELETE FROM deliveries WHERE status <> 'waiting' AND number < (SELECT max(number) FROM deliveries)
               AND (created_at < ?1 OR number <= (SELECT max(number) FROM deliveries) - ?2)",
            [before.into(), MOST_KEPT.into()],
        ),
        Statement::new("DELETE FROM heard WHERE at < ?1", [before.into()]),
    ]
}

/// The newest first, before this number if any.
pub fn list(
    host: &dyn ObjectHost,
    status: Option<DeliveryStatus>,
    before: Option<i64>,
    most: usize,
) -> Result<Vec<Delivery>, StorageError> {
    let status = status.map(|status| match status {
        DeliveryStatus::Waiting => "waiting",
        DeliveryStatus::Delivered => "delivered",
        DeliveryStatus::Dead => "dead",
    });
    let rows = host.read(Statement::new(
        "SELECT number, event_id, about, type, status, attempts, next_at, tried_at, response, error, created_at
         FROM deliveries WHERE (?1 IS NULL OR status = ?1) AND (?2 IS NULL OR number < ?2)
         ORDER BY number DESC LIMIT ?3",
        [status.map(str::to_owned).into(), before.into(), u32::try_from(most).unwrap_or(u32::MAX).into()],
    ))?;
    deliveries(rows).map_err(undecodable)
}

fn deliveries(rows: Rows) -> Result<Vec<Delivery>, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        number: i64,
        event_id: String,
        about: Option<String>,
        r#type: String,
        status: DeliveryStatus,
        attempts: u32,
        next_at: i64,
        tried_at: Option<i64>,
        response: Option<u16>,
        error: Option<String>,
        created_at: i64,
    }
    let delivery = |row: Row| Delivery {
        number: row.number,
        event_id: row.event_id,
        kind: row.r#type,
        order_id: row.about,
        status: row.status,
        attempts: row.attempts,
        last_attempt_at: row.tried_at.map(Timestamp::from_millis),
        next_attempt_at: (row.status == DeliveryStatus::Waiting).then(|| Timestamp::from_millis(row.next_at)),
        response_status: row.response,
        error: row.error,
        created_at: Timestamp::from_millis(row.created_at),
    };
    Ok(rows.decode::<Row>()?.into_iter().map(delivery).collect())
}

fn undecodable(error: DatabaseError) -> StorageError {
    StorageError(error.to_string())
}
