//! The SQL of a series' own store: which number was given for what.

use serde::Deserialize;

use super::series::{Given, Last};
use crate::ids::OrderId;
use crate::ports::{DatabaseError, ObjectHost, Statement, StorageError, Timestamp};

/// The invariants are here once more: no number twice, none twice for one cause.
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS numbers (
       place INTEGER PRIMARY KEY CHECK (place > 0),
       order_id TEXT NOT NULL,
       cause TEXT NOT NULL,
       amount INTEGER NOT NULL CHECK (amount >= 0),
       at INTEGER NOT NULL,
       UNIQUE (order_id, cause)
     ) STRICT";

#[derive(Deserialize)]
struct Row {
    place: u32,
    cause: String,
    amount: i64,
    at: i64,
}

#[derive(Deserialize)]
struct LastRow {
    place: u32,
    at: i64,
}

pub fn schema() -> Statement {
    Statement::new(SCHEMA, [])
}

/// Whether a number was ever given here.
pub fn is_written(host: &dyn ObjectHost) -> Result<bool, StorageError> {
    let tables = host.read(Statement::new("SELECT name FROM sqlite_master WHERE name = 'numbers'", []))?;
    Ok(!tables.is_empty())
}

pub fn last(host: &dyn ObjectHost) -> Result<Option<Last>, StorageError> {
    let rows = host.read(Statement::new("SELECT place, at FROM numbers ORDER BY place DESC LIMIT 1", []))?;
    let row: Option<LastRow> = rows.first().map_err(undecodable)?;
    Ok(row.map(|row| Last { place: row.place, at: Timestamp::from_millis(row.at) }))
}

/// What an order has, in the order of the numbers.
pub fn of_order(host: &dyn ObjectHost, order: OrderId) -> Result<Vec<Given>, StorageError> {
    let select = "SELECT place, cause, amount, at FROM numbers WHERE order_id = ?1 ORDER BY place";
    let rows: Vec<Row> =
        host.read(Statement::new(select, [order.to_string().into()]))?.decode().map_err(undecodable)?;
    let given = |Row { place, cause, amount, at }| Given { place, cause, amount, at: Timestamp::from_millis(at) };
    Ok(rows.into_iter().map(given).collect())
}

pub fn insert(order: OrderId, given: &Given) -> Statement {
    Statement::new(
        "INSERT INTO numbers (place, order_id, cause, amount, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        [
            given.place.into(),
            order.to_string().into(),
            given.cause.as_str().into(),
            given.amount.into(),
            given.at.millis().into(),
        ],
    )
}

fn undecodable(error: DatabaseError) -> StorageError {
    StorageError(error.to_string())
}
