//! How a job goes on, pure: which rows are next, what an outcome changes, when to
//! look again.

use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::views::{Job, JobKind, JobStatus, Progress};
use crate::auth::Mandate;
use crate::exchange::told::{Import, ImportSums, Told};
use crate::ids::JobId;
use crate::lists::bulk::BulkAction;
use crate::lists::check::Rebuilt;
use crate::pools::pool::Reason;
use crate::ports::Timestamp;
use crate::problem::Problem;

/// The rows of one slice. A variant takes up to 8 calls, two of them batches: 400 of
/// the 1,000 calls that a run has at the least, and a second or two.
pub const SLICE: i64 = 50;

/// The products of a file that are written at once: some 700 statements.
pub const PRODUCTS: i64 = 100;

/// How often a row is tried that gets no answer. With the waits in between five
/// minutes.
pub const MOST_TRIES: u32 = 6;

/// The first wait for rows that got no answer, in milliseconds; each next is twice
/// as long.
pub const WAIT_MILLIS: i64 = 10_000;

/// A job that has ended is kept for so long, in milliseconds: 30 days.
pub const KEPT_MILLIS: i64 = 30 * 24 * 3_600 * 1_000;

/// A job, with what nobody is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub job: Job,
    pub work: Work,
    pub mandate: Mandate,
    /// Of the request that began it; see [`crate::wire::extract::request_digest`].
    pub digest: String,
    /// How often the rows whose turn it is have been tried.
    pub tries: u32,
}

/// What is done to each row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    Orders(BulkAction),
    /// Why stock changes.
    Variants(Reason),
    /// Goes on behind this order; an empty text is before all.
    Rebuild {
        behind: String,
    },
    /// The products of a file.
    Products(Box<Import>),
}

/// What came of trying a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Done,
    Refused(Said),
    /// Nobody knows whether it was done: it is tried again.
    NoAnswer(Said),
    /// Whoever began the job may do no more of it.
    NotAllowed(&'static str),
}

/// The code and the detail of a problem.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    pub code: &'static str,
    pub detail: String,
}

impl Outcome {
    pub fn of(result: Result<(), Problem>) -> Self {
        let Err(problem) = result else { return Self::Done };
        if is_refusal_of_staff(&problem) {
            return Self::NotAllowed(problem.code);
        }
        let said = Said { code: problem.code, detail: detail(&problem) };
        if problem.status.is_server_error() { Self::NoAnswer(said) } else { Self::Refused(said) }
    }
}

/// Whether it is about who asks.
pub fn is_refusal_of_staff(problem: &Problem) -> bool {
    matches!(problem.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

/// All that is wrong, each with its place in the row.
fn detail(problem: &Problem) -> String {
    let errors: Vec<_> = problem.errors.iter().map(|error| format!("{}: {}", error.pointer, error.detail)).collect();
    if errors.is_empty() { problem.detail.clone() } else { errors.join("; ") }
}

impl Work {
    fn kind(&self) -> JobKind {
        match self {
            Self::Orders(_) => JobKind::Orders,
            Self::Variants(_) => JobKind::Variants,
            Self::Rebuild { .. } => JobKind::Rebuild,
            Self::Products(_) => JobKind::Products,
        }
    }
}

impl Task {
    /// `total`: how many rows it has.
    pub fn new(id: JobId, work: Work, total: i64, mandate: Mandate, digest: String, now: Timestamp) -> Self {
        let job = Job {
            id,
            kind: work.kind(),
            status: JobStatus::Running,
            progress: Progress { done: 0, refused: 0, total },
            begun_by: mandate.account,
            begun_at: now,
            ended_at: None,
            stopped_by: None,
        };
        Self { job, work, mandate, digest, tries: 0 }
    }

    pub fn is_running(&self) -> bool {
        self.job.status == JobStatus::Running
    }

    /// The row whose turn it is: rows have theirs in order.
    pub fn next(&self) -> i64 {
        self.job.progress.done.saturating_add(self.job.progress.refused)
    }

    /// How many rows are tried at once. After a try without outcome each comes
    /// alone, so that one that brings the process down keeps no other from its turn.
    pub fn most(&self) -> i64 {
        match self.work {
            _ if self.tries > 1 => 1,
            Work::Products(_) => PRODUCTS,
            _ => SLICE,
        }
    }

    /// Counts a try, before it is made.
    pub fn begin(&mut self) {
        self.tries = self.tries.saturating_add(1);
    }

    /// Whether the row whose turn it is has been tried as often as any is.
    pub fn is_spent(&self) -> bool {
        self.tries > MOST_TRIES
    }

    /// Takes down what came of the rows whose turn it was, up to the first that got
    /// no answer. Answers those that are settled, with their numbers.
    pub fn take(&mut self, outcomes: Vec<Outcome>, now: Timestamp) -> Vec<(i64, Option<Said>)> {
        let mut settled = Vec::new();
        for outcome in outcomes {
            let said = match outcome {
                Outcome::Done => None,
                Outcome::Refused(said) => Some(said),
                Outcome::NoAnswer(said) if self.tries >= MOST_TRIES => Some(said),
                Outcome::NoAnswer(_) => break,
                Outcome::NotAllowed(code) => {
                    self.stop(code, now);
                    break;
                }
            };
            let number = self.next();
            let progress = &mut self.job.progress;
            let count = if said.is_none() { &mut progress.done } else { &mut progress.refused };
            *count = count.saturating_add(1);
            self.tries = 0;
            settled.push((number, said));
        }
        if self.next() >= self.job.progress.total {
            self.end(JobStatus::Done, now);
        }
        settled
    }

    /// Takes a slice of a rebuild down.
    pub fn advance(&mut self, slice: &Rebuilt, now: Timestamp) {
        let Progress { done, refused, total } = self.job.progress;
        let (done, refused) = (done.saturating_add(slice.checked), refused.saturating_add(slice.unanswered));
        let seen = done.saturating_add(refused);
        let total = if slice.next.is_some() { total.max(seen) } else { seen };
        self.job.progress = Progress { done, refused, total };
        self.tries = 0;
        match &slice.next {
            Some(next) => self.work = Work::Rebuild { behind: next.clone() },
            None => self.end(JobStatus::Done, now),
        }
    }

    /// Counts what is told of the products that were settled.
    pub fn count(&mut self, told: &[Told]) {
        if let Work::Products(import) = &mut self.work {
            told.iter().for_each(|told| import.sums.add(told));
        }
    }

    /// What does the work of a dry run that is over; none if this is none.
    pub fn start(&self, mandate: Mandate, now: Timestamp) -> Option<Self> {
        let Work::Products(import) = &self.work else { return None };
        if !import.dry_run || self.job.status != JobStatus::Done {
            return None;
        }
        let sums = ImportSums { notes: import.sums.notes.clone(), ..ImportSums::default() };
        let import = Import { dry_run: false, agreed: true, sums, ..(**import).clone() };
        let work = Work::Products(Box::new(import));
        Some(Self::new(self.job.id, work, self.job.progress.total, mandate, self.digest.clone(), now))
    }

    pub fn cancel(&mut self, now: Timestamp) {
        self.end(JobStatus::Cancelled, now);
    }

    /// Whoever began it may do no more.
    pub fn stop(&mut self, code: &str, now: Timestamp) {
        if self.is_running() {
            self.job.stopped_by = Some(code.to_owned());
            self.end(JobStatus::Stopped, now);
        }
    }

    /// A job ends once.
    fn end(&mut self, status: JobStatus, now: Timestamp) {
        if self.is_running() {
            self.job.status = status;
            self.job.ended_at = Some(now);
        }
    }

    /// When to look after it.
    pub fn wake(&self, now: Timestamp) -> Timestamp {
        match self.job.ended_at {
            Some(ended) => ended.plus_millis(KEPT_MILLIS),
            None if self.tries == 0 => now,
            None => now.plus_millis(WAIT_MILLIS << self.tries.min(MOST_TRIES).saturating_sub(1)),
        }
    }

    /// Whether nobody is to be shown it any more.
    pub fn is_old(&self, now: Timestamp) -> bool {
        self.job.ended_at.is_some_and(|ended| now.since(ended) >= KEPT_MILLIS)
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
