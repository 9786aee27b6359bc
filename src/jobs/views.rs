//! What staff are shown of jobs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exchange::columns::FileFormat;
use crate::exchange::told::{ImportSums, LineError};
use crate::ids::{AccountId, JobId, OrderId, VariantId};
use crate::ports::Timestamp;
use crate::wire::page::{CursorParameter, LimitParameter};

/// A piece of long work, and how far it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Job {
    pub id: JobId,
    pub kind: JobKind,
    pub status: JobStatus,
    pub progress: Progress,
    /// The member of staff.
    pub begun_by: AccountId,
    pub begun_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// Why it stopped: the code of the problem.
    pub stopped_by: Option<String>,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// The same to many orders.
    Orders,
    /// Prices and stock of variants.
    Variants,
    /// The lists of orders put right from the orders. It has no rows: what was wrong is in
    /// `GET /v1/admin/orders/drift`.
    Rebuild,
    /// A file of products, see `GET /v1/admin/imports/{id}`. Its rows are the products.
    Products,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    Running,
    Done,
    /// By staff. What was done stays done.
    Cancelled,
    /// The session of whoever began it is over, or their role was taken away.
    Stopped,
}

/// In rows; of a rebuild in orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "JobProgress")]
pub struct Progress {
    pub done: i64,
    /// Refused, or without an answer after several tries.
    pub refused: i64,
    /// In all. Of a rebuild what the lists knew when it began; there may be more.
    pub total: i64,
}

/// A file of products, and how far it is taken in.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Import {
    /// Of the job, too.
    pub id: JobId,
    pub format: FileFormat,
    /// Nothing was changed: what is counted is what would be.
    pub dry_run: bool,
    pub status: JobStatus,
    /// In products.
    pub progress: Progress,
    pub sums: ImportSums,
    /// What is wrong, line by line: the first 100. All are in `GET /v1/admin/imports/{id}/errors`.
    pub errors: Vec<LineError>,
    /// What is to be known of lines, such as SKUs that were made up: the first 100.
    pub notes: Vec<LineError>,
    pub begun_by: AccountId,
    pub begun_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// Why it stopped: the code of the problem.
    pub stopped_by: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct JobList {
    pub items: Vec<Job>,
    pub next_cursor: Option<String>,
    pub total: usize,
}

/// One row of a job, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JobRow {
    /// Its place in what was sent, from 0.
    pub row: i64,
    pub order_id: Option<OrderId>,
    pub variant_id: Option<VariantId>,
    /// Of the variant, where that was sent instead.
    pub sku: Option<String>,
    pub outcome: RowOutcome,
    /// Of the problem, as if it had been asked for alone.
    pub code: Option<String>,
    pub detail: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "JobRowOutcome")]
pub enum RowOutcome {
    /// Its turn has not come.
    Waiting,
    Done,
    Refused,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct JobRowList {
    pub items: Vec<JobRow>,
    pub next_cursor: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JobRowFilter {
    pub outcome: Option<RowOutcome>,
    /// The most rows of one page.
    #[schemars(with = "Option<LimitParameter>")]
    pub limit: Option<String>,
    /// The `next_cursor` of the page before.
    #[schemars(with = "Option<CursorParameter>")]
    pub cursor: Option<String>,
}
