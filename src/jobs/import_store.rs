//! The SQL of an import in its job's own store: the products of its file are its rows.

use serde::Deserialize;

use super::object_store::load;
use super::rules::Work;
use super::views::{Import, Job};
use crate::exchange::told::{self, LineError, Told};
use crate::json;
use crate::ports::{DatabaseError, ObjectHost, Statement, StorageError};

/// The most that products which have their turn take together, in bytes, so that an isolate has
/// room for what is made of them. One may take more.
const MOST_BYTES: usize = 64 * 1024;

/// The errors and notes that are shown with an import.
const SHOWN: u32 = 100;

/// Keeps rows from this number on; those of an earlier try give way.
pub fn keep(from: i64, rows: String) -> Statement {
    Statement::new(
        "INSERT OR REPLACE INTO job_rows (number, row, outcome) SELECT ?1 + key, value, 'waiting' FROM json_each(?2)",
        [from.into(), rows.into()],
    )
}

/// Takes away what an earlier try has kept beyond so many rows.
pub fn forget_behind(total: i64) -> Statement {
    Statement::new("DELETE FROM job_rows WHERE number >= ?1", [total.into()])
}

/// So many rows from this number on, as far as they may be done at once: each with the facts
/// that may be taken away.
pub fn rows(host: &dyn ObjectHost, from: i64, most: i64) -> Result<Vec<(String, Vec<String>)>, StorageError> {
    #[derive(Deserialize)]
    struct Row {
        row: String,
        agreed: String,
    }
    let select = "SELECT row, coalesce(told -> '$.clears', '[]') AS agreed FROM
                    (SELECT number, row, told, sum(length(row)) OVER (ORDER BY number) AS bytes FROM
                       (SELECT * FROM job_rows WHERE number >= ?1 ORDER BY number LIMIT ?2))
                  WHERE number = ?1 OR bytes <= ?3 ORDER BY number";
    let bytes = u32::try_from(MOST_BYTES).unwrap_or(u32::MAX);
    let rows = host.read(Statement::new(select, [from.into(), most.into(), bytes.into()]))?;
    let rows: Vec<Row> = rows.decode().map_err(undecodable)?;
    let read = |Row { row, agreed }: Row| Ok((row, json::read(agreed.as_bytes())?));
    rows.into_iter().map(read).collect::<Result<_, json::Error>>().map_err(|e| StorageError(e.to_string()))
}

/// What is told of these, from this number on.
pub fn tell(from: i64, told: &[Told]) -> Statement {
    Statement::new(
        "UPDATE job_rows SET told = value FROM json_each(?2) WHERE number = ?1 + key",
        [from.into(), json::text(told).into()],
    )
}

/// All rows wait again. What may be taken away of each is what was told.
pub fn wait_again() -> Statement {
    Statement::new(
        "UPDATE job_rows SET outcome = 'waiting', code = NULL, detail = NULL,
           told = json_object('clears', coalesce(told -> '$.clears', json('[]')))",
        [],
    )
}

/// Whether it does what a dry run has said.
pub fn was_started(work: &Work) -> bool {
    matches!(work, Work::Products(import) if import.agreed)
}

/// None: there is no such import.
pub fn view(host: &dyn ObjectHost) -> Result<Option<Import>, StorageError> {
    let Some((job, import)) = import(host)? else { return Ok(None) };
    Ok(Some(Import {
        id: job.id,
        format: import.format,
        dry_run: import.dry_run,
        status: job.status,
        progress: job.progress,
        sums: import.sums,
        errors: lines(host, ERRORS, SHOWN)?,
        notes: lines(host, NOTES, SHOWN)?,
        begun_by: job.begun_by,
        begun_at: job.begun_at,
        ended_at: job.ended_at,
        stopped_by: job.stopped_by,
    }))
}

/// What is wrong with lines; none: there is no such import.
pub fn errors(host: &dyn ObjectHost, most: u32) -> Result<Option<Vec<LineError>>, StorageError> {
    import(host)?.map(|_| lines(host, ERRORS, most)).transpose()
}

fn import(host: &dyn ObjectHost) -> Result<Option<(Job, Box<told::Import>)>, StorageError> {
    Ok(load(host)?.and_then(|task| match task.work {
        Work::Products(import) => Some((task.job, import)),
        _ => None,
    }))
}

/// Where what is told of a product has what was said of its lines.
const ERRORS: &str = "$.errors";
const NOTES: &str = "$.notes";

/// What was said of lines, in the order of the products.
fn lines(host: &dyn ObjectHost, path: &'static str, most: u32) -> Result<Vec<LineError>, StorageError> {
    #[derive(Deserialize)]
    struct Row {
        line: String,
    }
    let rows = host.read(Statement::new(
        "SELECT value AS line FROM job_rows, json_each(told, ?1) ORDER BY number, key LIMIT ?2",
        [path.into(), most.into()],
    ))?;
    let rows: Vec<Row> = rows.decode().map_err(undecodable)?;
    let read = |row: Row| json::read(row.line.as_bytes());
    rows.into_iter().map(read).collect::<Result<_, json::Error>>().map_err(|e| StorageError(e.to_string()))
}

fn undecodable(error: DatabaseError) -> StorageError {
    StorageError(error.to_string())
}
