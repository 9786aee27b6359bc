//! The publisher: one object for the shop, which gathers changes and publishes
//! them one after the other. An import of thousands of products is published
//! about once a second; the last change is visible within 1.5 s.
//!
//! Times are stored, and clocks are put right: a time that this object cannot
//! have set counts for nothing, and an alarm that does not ring is not waited for.

use std::cell::Cell;
use std::rc::Rc;

use serde::Deserialize;

use super::publish::publish;
use crate::app::App;
use crate::json;
use crate::ports::{Commit, ObjectHost, ObjectUnavailable, Rows, Statement, StorageError, Timestamp};
use crate::telemetry;

/// How long further changes are waited for, in milliseconds.
const GATHER_MILLIS: i64 = 200;
/// From the start of one publication to the next, in milliseconds; the store
/// takes one write a second to the pointer.
const PAUSE_MILLIS: i64 = 1_000;
/// An alarm this late, in milliseconds, is taken for lost.
const LOST_MILLIS: i64 = 30_000;
/// The longest wait after failures, in milliseconds.
const MAX_BACKOFF_MILLIS: i64 = 60_000;

pub struct PublisherObject {
    app: App,
    host: Rc<dyn ObjectHost>,
    /// Whether the table is known to be there.
    is_ready: Cell<bool>,
}

#[derive(Deserialize)]
struct Command {
    /// The revision that the sender made. What is published is whatever is
    /// there by then.
    #[allow(dead_code)]
    changed: i64,
}

/// The object's one row.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
struct Plan {
    /// When the alarm is set for, in milliseconds; `None` if nothing waits.
    due_at: Option<i64>,
    /// When publishing last began, in milliseconds.
    began_at: i64,
    /// How often it has failed since it last succeeded.
    failures: i64,
}

enum Alarm {
    None,
    /// It will ring.
    Set,
    /// It should have rung, and has not.
    Lost,
}

impl Plan {
    fn alarm(&self, now: Timestamp) -> Alarm {
        let Some(due) = self.due_at.map(Timestamp::from_millis) else { return Alarm::None };
        let most = backoff_millis(self.failures).max(PAUSE_MILLIS);
        if !due.has_come(now, most) {
            Alarm::Set
        } else if due > now {
            // Set by a clock that has been put right.
            Alarm::None
        } else if now.since(due) < LOST_MILLIS {
            Alarm::Set
        } else {
            Alarm::Lost
        }
    }

    /// When to publish a change that came now, in milliseconds.
    fn next(&self, now: Timestamp) -> i64 {
        // Nothing began later than now, whatever the clock said then.
        let began_at = self.began_at.min(now.millis());
        now.millis().saturating_add(GATHER_MILLIS).max(began_at.saturating_add(PAUSE_MILLIS))
    }
}

impl PublisherObject {
    pub fn new(app: App, _name: &str, host: Rc<dyn ObjectHost>) -> Rc<Self> {
        Rc::new(Self { app, host, is_ready: Cell::new(false) })
    }

    /// `{"changed": revision}`: answers `{}` once it is certain to be published.
    pub async fn command(self: Rc<Self>, body: String) -> Result<String, ObjectUnavailable> {
        let _: Command = json::read(body.as_bytes()).map_err(unavailable)?;
        let now = self.app.clock.now();
        let plan = self.plan().map_err(unavailable)?;
        match plan.alarm(now) {
            Alarm::Set => {}
            Alarm::None => self.keep(Plan { due_at: Some(plan.next(now)), ..plan }).map_err(unavailable)?,
            Alarm::Lost => {
                self.keep(Plan { due_at: Some(plan.next(now)), ..plan }).map_err(unavailable)?;
                // The clock by which it is set may be another than the one by which it rings.
                let object = Rc::clone(&self);
                self.host.spawn(Box::pin(async move {
                    // Failing, it has set the next alarm.
                    let _ = object.publish().await;
                }));
            }
        }
        Ok("{}".to_owned())
    }

    /// Publishes. Changes told from here on are planned anew: they may come too
    /// late for this publication. If the process is lost, the platform repeats
    /// the alarm.
    pub async fn alarm(self: Rc<Self>) -> Result<(), ObjectUnavailable> {
        self.publish().await.map_err(unavailable)
    }

    async fn publish(&self) -> Result<(), StorageError> {
        let plan = Plan { due_at: None, began_at: self.app.clock.now().millis(), ..self.plan()? };
        self.keep(plan)?;
        let failure = publish(&self.app).await.err();
        // Commands may have come in the meantime.
        let now = self.plan()?;
        match failure {
            None if now.failures == 0 => Ok(()),
            None => self.keep(Plan { failures: 0, ..now }),
            Some(problem) => {
                let cause = problem.cause.as_ref().unwrap_or(&problem.detail);
                telemetry::log(&serde_json::json!({"level": "error", "event": "publishing_failed", "cause": cause}));
                let failures = now.failures.saturating_add(1);
                let due = self.app.clock.now().millis().saturating_add(backoff_millis(failures));
                self.keep(Plan { due_at: Some(due), failures, ..now })
            }
        }
    }

    fn plan(&self) -> Result<Plan, StorageError> {
        if !self.is_ready.get() {
            let schema = vec![Statement::new(
                "CREATE TABLE IF NOT EXISTS publishing (id INTEGER PRIMARY KEY CHECK (id = 1),
                       due_at INTEGER, began_at INTEGER NOT NULL, failures INTEGER NOT NULL) STRICT",
                [],
            )];
            let first = "INSERT OR IGNORE INTO publishing (id, began_at, failures) VALUES (1, 0, 0)";
            self.host.commit(Commit { schema, statements: vec![Statement::new(first, [])], alarm: None })?;
            self.is_ready.set(true);
        }
        let rows: Rows = self.host.read(Statement::new("SELECT due_at, began_at, failures FROM publishing", []))?;
        let plan = rows.first().map_err(|error| StorageError(error.to_string()))?;
        Ok(plan.unwrap_or_default())
    }

    /// Writes the plan and sets the alarm by it, in one transaction.
    fn keep(&self, plan: Plan) -> Result<(), StorageError> {
        let statement = Statement::new(
            "UPDATE publishing SET due_at = ?1, began_at = ?2, failures = ?3",
            [plan.due_at.into(), plan.began_at.into(), plan.failures.into()],
        );
        // Without a due time the alarm is left alone: the one that rings is gone by itself.
        let alarm = plan.due_at.map(|due| Some(Timestamp::from_millis(due)));
        self.host.commit(Commit { schema: Vec::new(), statements: vec![statement], alarm })
    }
}

fn unavailable(cause: impl std::fmt::Display) -> ObjectUnavailable {
    ObjectUnavailable(cause.to_string())
}

/// 0.4 s, 0.8 s and so on, up to a minute.
fn backoff_millis(failures: i64) -> i64 {
    let doublings = u32::try_from(failures.clamp(0, 20)).unwrap_or(20);
    GATHER_MILLIS.saturating_mul(1_i64 << doublings).min(MAX_BACKOFF_MILLIS)
}

#[cfg(test)]
#[path = "publisher_tests.rs"]
mod tests;
