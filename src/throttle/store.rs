//! The SQL of one throttle's own store.

use serde::Deserialize;

use super::rules::Throttle;
use crate::json;
use crate::ports::{ObjectHost, Statement, StorageError};

/// One row for all of it: what is written is what is paid for, and a throttle
/// is small and changes as a whole, because time passes for all of it.
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS throttle (
       id INTEGER PRIMARY KEY CHECK (id = 1),
       state TEXT NOT NULL CHECK (json_valid(state))
     ) STRICT";

#[derive(Deserialize)]
struct ThrottleRow {
    state: String,
}

pub fn schema() -> Statement {
    Statement::new(SCHEMA, [])
}

/// The throttle; none if nothing is stored.
pub fn load(host: &dyn ObjectHost) -> Result<Option<Throttle>, StorageError> {
    let tables = host.read(Statement::new("SELECT name FROM sqlite_master WHERE name = 'throttle'", []))?;
    if tables.is_empty() {
        return Ok(None);
    }
    let failed = |error: String| StorageError(error);
    let row: Option<ThrottleRow> = host
        .read(Statement::new("SELECT state FROM throttle", []))?
        .first()
        .map_err(|error| failed(error.to_string()))?;
    row.map(|row| json::read(row.state.as_bytes()).map_err(|error| failed(error.to_string()))).transpose()
}

pub fn record(throttle: &Throttle) -> Result<Statement, StorageError> {
    let state = json::text(throttle);
    Ok(Statement::new(
        "INSERT INTO throttle (id, state) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET state = excluded.state",
        [state.into()],
    ))
}
