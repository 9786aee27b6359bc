//! The SQL of one job's own store: the job, and its rows.

use serde::Deserialize;
use serde_json::json;

use super::rules::{Said, Task};
use super::views::{JobRow, RowOutcome};
use crate::json;
use crate::ports::{DatabaseError, ObjectHost, Rows, Statement, StorageError};

const SCHEMA: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS job (
       singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
       task TEXT NOT NULL CHECK (json_valid(task))
     ) STRICT",
    // An order's row is its id, a variant's is JSON.
    "CREATE TABLE IF NOT EXISTS job_rows (
       number INTEGER PRIMARY KEY CHECK (number >= 0),
       row TEXT NOT NULL,
       outcome TEXT NOT NULL CHECK (outcome IN ('waiting', 'done', 'refused')),
       code TEXT,
       detail TEXT,
       -- Of a product of a file: what is told of it.
       told TEXT CHECK (json_valid(told)),
       CHECK ((outcome = 'refused') = (code IS NOT NULL))
     ) STRICT",
];

pub fn schema() -> Vec<Statement> {
    SCHEMA.map(|sql| Statement::new(sql, [])).into()
}

/// None: there is no such job.
pub fn load(host: &dyn ObjectHost) -> Result<Option<Task>, StorageError> {
    #[derive(Deserialize)]
    struct Row {
        task: String,
    }
    let tables = host.read(Statement::new("SELECT name FROM sqlite_master WHERE name = 'job'", []))?;
    if tables.is_empty() {
        return Ok(None);
    }
    let row: Option<Row> = host.read(Statement::new("SELECT task FROM job", []))?.first().map_err(undecodable)?;
    row.map(|row| json::read(row.task.as_bytes())).transpose().map_err(|error| StorageError(error.to_string()))
}

pub fn write(task: &Task) -> Statement {
    Statement::new(
        "INSERT INTO job (singleton, task) VALUES (1, ?1) ON CONFLICT DO UPDATE SET task = excluded.task",
        [json::text(task).into()],
    )
}

/// `rows`: JSON, which has the list of them at this path.
pub fn insert(rows: String, at: String) -> Statement {
    Statement::new(
        "INSERT INTO job_rows (number, row, outcome) SELECT key, value, 'waiting' FROM json_each(?1, ?2)",
        [rows.into(), at.into()],
    )
}

/// So many rows from this number on.
pub fn rows(host: &dyn ObjectHost, from: i64, most: i64) -> Result<Vec<String>, StorageError> {
    #[derive(Deserialize)]
    struct Row {
        row: String,
    }
    let select = "SELECT row FROM job_rows WHERE number >= ?1 ORDER BY number LIMIT ?2";
    let rows: Vec<Row> =
        host.read(Statement::new(select, [from.into(), most.into()]))?.decode().map_err(undecodable)?;
    Ok(rows.into_iter().map(|row| row.row).collect())
}

/// What came of these rows: none was refused of which nothing is said.
pub fn settle(settled: &[(i64, Option<Said>)]) -> Statement {
    let row = |(number, said): &(i64, Option<Said>)| match said {
        None => json!([number, "done", null, null]),
        Some(said) => json!([number, "refused", said.code, said.detail]),
    };
    let rows: Vec<_> = settled.iter().map(row).collect();
    Statement::new(
        "UPDATE job_rows SET outcome = value ->> 1, code = value ->> 2, detail = value ->> 3
         FROM json_each(?1) WHERE number = value ->> 0",
        [json::text(&rows).into()],
    )
}

/// Rows with what came of them, after this number.
pub fn list(
    host: &dyn ObjectHost,
    outcome: Option<RowOutcome>,
    after: i64,
    most: usize,
) -> Result<Vec<JobRow>, StorageError> {
    let outcome = outcome.and_then(|outcome| json!(outcome).as_str().map(str::to_owned));
    let rows: Rows = host.read(Statement::new(
        "SELECT number AS row, iif(json_valid(row), NULL, row) AS order_id,
                CASE WHEN json_valid(row) THEN row ->> '$.id' END AS variant_id,
                CASE WHEN json_valid(row) THEN row ->> '$.sku' END AS sku, outcome, code, detail
         FROM job_rows WHERE number > ?1 AND (?2 IS NULL OR outcome = ?2) ORDER BY number LIMIT ?3",
        [after.into(), outcome.into(), u32::try_from(most).unwrap_or(u32::MAX).into()],
    ))?;
    rows.decode().map_err(undecodable)
}

fn undecodable(error: DatabaseError) -> StorageError {
    StorageError(error.to_string())
}
