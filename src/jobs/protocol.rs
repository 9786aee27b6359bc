//! What goes to a job's object. It answers JSON that goes on to staff as it is:
//! `null` where there is no such job.

use serde::{Deserialize, Serialize};

use super::rules::Task;
use super::views::RowOutcome;
use crate::app::App;
use crate::auth::{Confirmed, Mandate};
use crate::ids::JobId;
use crate::json;
use crate::ports::{ObjectClass, ObjectUnavailable};

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Begins the job, once. `rows`: JSON, which has the list of rows at this path.
    /// Answers `null` if another request has begun it.
    Begin {
        task: Box<Task>,
        rows: String,
        at: String,
    },
    /// Keeps rows, of which the first has this number, for the job that will begin with them.
    /// `rows`: JSON, a list. Answers `null`.
    Keep {
        from: i64,
        rows: String,
    },
    Look,
    /// An import, with the first of its errors and notes.
    Import,
    /// What is wrong with the lines of an import, at most so many.
    Errors(u32),
    /// Does what a dry run said would be done.
    Start(Mandate),
    /// Ends it, if it has not ended. The rows that are being done are done.
    Cancel,
    Rows {
        outcome: Option<RowOutcome>,
        after: i64,
        limit: usize,
    },
}

pub async fn ask(app: &App, job: JobId, command: &Command) -> Result<String, ObjectUnavailable> {
    let body = json::text(command);
    app.objects.command(ObjectClass::Job, &job.to_string(), body).await
}

/// What staff have it do.
pub async fn ask_for_staff(
    app: &App,
    job: JobId,
    _: Confirmed,
    command: &Command,
) -> Result<String, ObjectUnavailable> {
    ask(app, job, command).await
}
