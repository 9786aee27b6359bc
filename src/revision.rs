//! The revision of all that buyers' prices are made of: products, settings,
//! promotions. Every write of these raises it in its batch. What such a write
//! owes its readers: that they are told, and that none of them takes the old
//! prices for the truth any more.

use std::sync::atomic::{AtomicI64, Ordering};

use axum::response::Response;
use serde::Deserialize;

use crate::app::App;
use crate::auth::{StaffChange, StaffWrite};
use crate::idempotency::{self, Answer, Meaning};
use crate::ports::{ObjectClass, Rows, Statement};
use crate::problem::Problem;
use crate::telemetry;

/// For how long the copy may be taken for the truth, in milliseconds.
pub const LEASE_MILLIS: i64 = 100;

/// How long a change waits for leases to run out, in milliseconds. More than
/// one lease: a Worker's clock stands still while it computes.
const SETTLE_MILLIS: u32 = 250;

/// The highest revision that this isolate has written.
#[derive(Default)]
struct Written(AtomicI64);

/// The highest revision of the catalog that this isolate has written; zero if
/// it wrote none.
pub fn last_written(app: &App) -> i64 {
    app.kept(|_| Written::default()).0.load(Ordering::Relaxed)
}

/// A row of [`bump`] and of every other statement that may raise the revision.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Revision {
    pub revision: i64,
}

/// What buyers see has changed: belongs into the batch that changes it.
pub fn bump() -> Statement {
    Statement::new("UPDATE catalog_state SET revision = revision + 1 RETURNING revision", [])
}

/// Writes a change whose statements raise the revision, the first among them, with the answer
/// for repeats of the request, and has it published. Answers the rows of the
/// change's statements, too. `meaning`: of violated constraints.
pub async fn write(
    app: &App,
    staff: &StaffWrite,
    request: Option<&idempotency::Request>,
    change: StaffChange,
    answer: Answer,
    meaning: Meaning<'_>,
) -> Result<(Response, Vec<Rows>), Problem> {
    let (response, rows) = staff.commit(app, request, change, answer, meaning).await?;
    // Several changes raise it each; a replayed answer wrote nothing and has no rows.
    let raised = rows.iter().filter_map(|rows| rows.first::<Revision>().ok().flatten());
    if let Some(Revision { revision }) = raised.max_by_key(|raised| raised.revision) {
        notify(app, revision).await;
    }
    Ok((response, rows))
}

/// Tells the publisher that the catalog has changed. Its silence is only
/// logged: the next tick finds what it missed.
pub async fn notify(app: &App, revision: i64) {
    app.kept(|_| Written::default()).0.fetch_max(revision, Ordering::Relaxed);
    let command = format!("{{\"changed\":{revision}}}");
    if let Err(error) = app.objects.command(ObjectClass::Publisher, "shop", command).await {
        telemetry::log(
            &serde_json::json!({"level": "warn", "event": "publisher_not_told", "cause": error.to_string()}),
        );
    }
}

/// Waits until no order is placed at the prices from before a change that was
/// just written.
pub async fn settle(app: &App) {
    app.clock.sleep(SETTLE_MILLIS).await;
}
