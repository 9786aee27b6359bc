//! The SQL of what lists know of jobs.

use serde::Deserialize;

use super::views::Job;
use crate::ids::JobId;
use crate::json;
use crate::ports::{DatabaseError, Rows, Statement};

/// The most jobs that are listed.
const MOST: u32 = 100;

/// How a job is. Its object alone writes that, so what comes later is newer.
pub fn tell(job: &Job) -> Statement {
    Statement::new(
        "INSERT INTO jobs (id, begun_at, job) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET job = excluded.job",
        [job.id.to_string().into(), job.begun_at.millis().into(), json::text(job).into()],
    )
}

pub fn forget(id: JobId) -> Statement {
    Statement::new("DELETE FROM jobs WHERE id = ?1", [id.to_string().into()])
}

/// The newest, for [`read`].
pub fn newest() -> Statement {
    Statement::new("SELECT job FROM jobs ORDER BY begun_at DESC, id DESC LIMIT ?1", [MOST.into()])
}

pub fn read(rows: Rows) -> Result<Vec<Job>, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        job: String,
    }
    let undecodable = |error: json::Error| DatabaseError::Undecodable(error.to_string());
    rows.decode::<Row>()?.into_iter().map(|row| json::read(row.job.as_bytes()).map_err(undecodable)).collect()
}
