//! A job's object: what it is to do is written down before it is answered; the
//! alarm does a slice of it, writes down what came of that, and rings again.
//! Nothing but what is stored counts, and it is read anew after each await: what
//! was lost is done anew, and what came in between stays.

use std::rc::Rc;

use super::import_store as imports;
use super::object_store as store;
use super::perform::{perform, told};
use super::protocol::Command;
use super::rules::{Outcome, Said, Task, WAIT_MILLIS, Work, is_refusal_of_staff};
use super::store as lists;
use super::views::{Job, JobRowList, RowOutcome};
use crate::app::App;
use crate::auth::{Mandate, StaffWrite};
use crate::exchange::run::{Slice, run};
use crate::exchange::told::Import;
use crate::json;
use crate::lists::check::rebuild;
use crate::ports::{Commit, ObjectHost, ObjectUnavailable, Statement, StorageError, Timestamp};
use crate::problem::{INTERNAL, Problem};
use crate::telemetry;
use crate::wire::page;

/// The name of the list of rows in its cursors.
pub const LIST: &str = "job-rows";

/// For how long rows are kept whose job does not begin, in milliseconds: a day.
const KEPT_UNBEGUN_MILLIS: i64 = 24 * 3_600 * 1_000;

pub struct JobObject {
    app: App,
    host: Rc<dyn ObjectHost>,
}

impl JobObject {
    pub fn new(app: App, _name: &str, host: Rc<dyn ObjectHost>) -> Rc<Self> {
        Rc::new(Self { app, host })
    }

    /// Answers one [`Command`], both as JSON.
    pub async fn command(self: Rc<Self>, body: String) -> Result<String, ObjectUnavailable> {
        let command: Command = json::read(body.as_bytes()).map_err(unavailable)?;
        let answer: Option<Job> = match command {
            Command::Begin { task, rows, at } => self.begin(*task, rows, at),
            Command::Keep { from, rows } => self.keep_rows(from, rows).map(|()| None),
            Command::Import => {
                let import = imports::view(&*self.host).map_err(unavailable)?;
                return serde_json::to_string(&import).map_err(unavailable);
            }
            Command::Errors(most) => {
                let errors = imports::errors(&*self.host, most).map_err(unavailable)?;
                return Ok(json::text(&errors));
            }
            Command::Start(mandate) => self.start(mandate),
            Command::Look => store::load(&*self.host).map(|task| task.map(|task| task.job)),
            Command::Cancel => self.cancel(),
            Command::Rows { outcome, after, limit } => {
                let list = self.list(outcome, after, limit).map_err(unavailable)?;
                return Ok(json::text(&list));
            }
        }
        .map_err(unavailable)?;
        Ok(json::text(&answer))
    }

    /// Does a slice of what is to be done, tells lists how far it is, and rings
    /// again. What fails is left to the next ring.
    pub async fn alarm(self: Rc<Self>) -> Result<(), ObjectUnavailable> {
        let Some(task) = store::load(&*self.host).map_err(unavailable)? else {
            // Rows were kept for a job that never began.
            return self.host.forget().await.map_err(unavailable);
        };
        if task.is_old(self.now()) {
            self.app.database.run(lists::forget(task.job.id)).await.map_err(unavailable)?;
            return self.host.forget().await.map_err(unavailable);
        }
        if task.is_running() {
            self.go_on(task).await?;
        }
        let Some(task) = store::load(&*self.host).map_err(unavailable)? else { return Ok(()) };
        self.app.database.run(lists::tell(&task.job)).await.map_err(unavailable)?;
        self.rearm(&task.job).map_err(unavailable)
    }

    /// The job as it is; none if another request has begun it.
    fn begin(&self, task: Task, rows: String, at: String) -> Result<Option<Job>, StorageError> {
        if let Some(known) = store::load(&*self.host)? {
            return Ok(Some(known.job).filter(|_| known.digest == task.digest));
        }
        let statements = match task.work {
            Work::Products(_) => vec![store::write(&task), imports::forget_behind(task.job.progress.total)],
            _ => vec![store::write(&task), store::insert(rows, at)],
        };
        self.host.commit(Commit { schema: store::schema(), statements, alarm: Some(Some(self.now())) })?;
        Ok(Some(task.job))
    }

    /// Rows of a job that is to begin within a day.
    fn keep_rows(&self, from: i64, rows: String) -> Result<(), StorageError> {
        if store::load(&*self.host)?.is_some() {
            return Ok(());
        }
        let alarm = Some(Some(self.now().plus_millis(KEPT_UNBEGUN_MILLIS)));
        self.host.commit(Commit { schema: store::schema(), statements: vec![imports::keep(from, rows)], alarm })
    }

    /// The job as it is by then; none if there is none, or it is no dry run that is over.
    fn start(&self, mandate: Mandate) -> Result<Option<Job>, StorageError> {
        let Some(task) = store::load(&*self.host)? else { return Ok(None) };
        let Some(started) = task.start(mandate, self.now()) else {
            // It was started before, or there is nothing to start.
            return Ok(Some(task.job).filter(|_| imports::was_started(&task.work)));
        };
        self.keep(&started, [imports::wait_again()], self.now())?;
        Ok(Some(started.job))
    }

    fn cancel(&self) -> Result<Option<Job>, StorageError> {
        let Some(mut task) = store::load(&*self.host)? else { return Ok(None) };
        if task.is_running() {
            task.cancel(self.now());
            self.keep(&task, None, self.now())?;
            self.log(&task.job);
        }
        Ok(Some(task.job))
    }

    /// None: there is no such job.
    fn list(&self, outcome: Option<RowOutcome>, after: i64, limit: usize) -> Result<Option<JobRowList>, StorageError> {
        if store::load(&*self.host)?.is_none() {
            return Ok(None);
        }
        let mut items = store::list(&*self.host, outcome, after, limit.saturating_add(1))?;
        let next_cursor = page::cut(&mut items, limit).map(|last| page::seal(LIST, "", &[&last.row.to_string()]));
        Ok(Some(JobRowList { items, next_cursor }))
    }

    /// Does the rows whose turn it is, on the authority of whoever began the job,
    /// as it is now.
    async fn go_on(&self, task: Task) -> Result<(), ObjectUnavailable> {
        let staff = StaffWrite::by(task.mandate, task.job.id);
        if let Err(problem) = staff.confirm(&self.app).await {
            return self.settle_all(vec![refused_or_failed(problem)?]);
        }
        let Some(task) = self.begin_slice().map_err(unavailable)? else { return Ok(()) };
        if let Work::Rebuild { behind } = &task.work {
            if task.is_spent() {
                // Which slice would be next is not known, so none is left out.
                return self.change(|task, now| {
                    task.stop(INTERNAL.name, now);
                    Vec::new()
                });
            }
            return match rebuild(&self.app, &staff, behind).await {
                Ok(slice) => self.change(|task, now| {
                    task.advance(&slice, now);
                    Vec::new()
                }),
                Err(problem) => self.settle_all(vec![refused_or_failed(problem)?]),
            };
        }
        let outcomes = if task.is_spent() {
            // It has never come to an answer: it brings the process down.
            let detail = "it could not be done, however often it was tried".to_owned();
            vec![Outcome::Refused(Said { code: INTERNAL.name, detail })]
        } else if let Work::Products(import) = &task.work {
            return self.go_on_with_products(&task, import, &staff).await;
        } else {
            let rows = store::rows(&*self.host, task.next(), task.most()).map_err(unavailable)?;
            perform(&self.app, &task, &rows).await
        };
        self.settle_all(outcomes)
    }

    /// Takes products of a file in, and keeps what is told of each beside its outcome.
    async fn go_on_with_products(
        &self,
        task: &Task,
        import: &Import,
        staff: &StaffWrite,
    ) -> Result<(), ObjectUnavailable> {
        let rows = imports::rows(&*self.host, task.next(), task.most()).map_err(unavailable)?;
        let first = task.next();
        let is_last = first.saturating_add(i64::try_from(rows.len()).unwrap_or_default()) >= task.job.progress.total;
        let (job, begun_at) = (task.job.id, task.job.begun_at);
        let slice = Slice { app: &self.app, staff, job, begun_at, import, first, rows: &rows, is_last };
        let done = match run(&slice).await {
            Ok(done) => done,
            Err(problem) => return self.settle_all(vec![told(task, first, Err(problem))]),
        };
        let (outcomes, all): (Vec<_>, Vec<_>) = done.into_iter().unzip();
        let outcomes = (first..).zip(outcomes).map(|(number, outcome)| told(task, number, outcome)).collect();
        self.change(|task, now| {
            let settled = task.take(outcomes, now);
            let told = all.get(..settled.len()).unwrap_or_default();
            task.count(told);
            vec![store::settle(&settled), imports::tell(first, told)]
        })
    }

    /// Counts a try of the rows whose turn it is; none if the job has ended.
    fn begin_slice(&self) -> Result<Option<Task>, StorageError> {
        let Some(mut task) = store::load(&*self.host)?.filter(Task::is_running) else { return Ok(None) };
        task.begin();
        // Should the process die, it is tried again after that.
        self.keep(&task, None, self.now().plus_millis(WAIT_MILLIS))?;
        Ok(Some(task))
    }

    fn settle_all(&self, outcomes: Vec<Outcome>) -> Result<(), ObjectUnavailable> {
        self.change(|task, now| vec![store::settle(&task.take(outcomes, now))])
    }

    /// Changes the job as it is by now: while rows were done it may have been
    /// cancelled.
    fn change(&self, change: impl FnOnce(&mut Task, Timestamp) -> Vec<Statement>) -> Result<(), ObjectUnavailable> {
        let Some(mut task) = store::load(&*self.host).map_err(unavailable)? else { return Ok(()) };
        let now = self.now();
        let was_running = task.is_running();
        let statements = change(&mut task, now);
        if was_running && !task.is_running() {
            self.log(&task.job);
        }
        // Lists are told next: at once again, should that fail.
        self.keep(&task, statements, now).map_err(unavailable)
    }

    fn keep(
        &self,
        task: &Task,
        statements: impl IntoIterator<Item = Statement>,
        alarm: Timestamp,
    ) -> Result<(), StorageError> {
        let statements = std::iter::once(store::write(task)).chain(statements).collect();
        self.host.commit(Commit { schema: Vec::new(), statements, alarm: Some(Some(alarm)) })
    }

    /// `told`: how it was when lists were told of it; if it is otherwise by now,
    /// they are to be told again.
    fn rearm(&self, told: &Job) -> Result<(), StorageError> {
        let Some(task) = store::load(&*self.host)? else { return Ok(()) };
        let now = self.now();
        let at = if task.job == *told { task.wake(now) } else { now };
        self.host.commit(Commit { alarm: Some(Some(at)), ..Commit::default() })
    }

    fn now(&self) -> Timestamp {
        self.app.clock.now()
    }

    fn log(&self, job: &Job) {
        telemetry::log(&serde_json::json!({
            "level": "info", "event": "job_ended", "job": job.id, "status": job.status,
            "done": job.progress.done, "refused": job.progress.refused,
        }));
    }
}

/// Whoever is refused ends the job; what failed is tried again.
fn refused_or_failed(problem: Problem) -> Result<Outcome, ObjectUnavailable> {
    if is_refusal_of_staff(&problem) {
        return Ok(Outcome::NotAllowed(problem.code));
    }
    Err(ObjectUnavailable(problem.cause.clone().unwrap_or_else(|| problem.detail.clone())))
}

fn unavailable(error: impl std::fmt::Display) -> ObjectUnavailable {
    ObjectUnavailable(error.to_string())
}

#[cfg(test)]
#[path = "object_tests.rs"]
mod tests;
