//! Does rows, by what the route for one of them does.

use serde_json::json;

use super::rules::{Outcome, Task, Work};
use crate::app::App;
use crate::auth::StaffWrite;
use crate::ids::OrderId;
use crate::json;
use crate::lists::bulk::BulkAction;
use crate::orders::order::Key;
use crate::pools::bulk::{VariantRow, change_variant};
use crate::pools::pool::Reason;
use crate::problem::Problem;
use crate::revision::settle;
use crate::telemetry;

/// Does these rows, the first of which has its turn, and says of each what came of
/// it; of fewer, if there is no use in doing the rest now. What was done before is
/// not done again.
pub async fn perform(app: &App, task: &Task, rows: &[String]) -> Vec<Outcome> {
    match &task.work {
        Work::Orders(action) => change_orders(app, task, action, rows).await,
        Work::Variants(reason) => change_variants(app, task, *reason, rows).await,
        Work::Rebuild { .. } | Work::Products(_) => Vec::new(),
    }
}

async fn change_orders(app: &App, task: &Task, action: &BulkAction, rows: &[String]) -> Vec<Outcome> {
    // All of them were ids when the job began.
    let ids: Vec<OrderId> = rows.iter().filter_map(|row| row.parse().ok()).collect();
    let key = Key { key: task.job.id.to_string(), digest: task.digest.clone() };
    let outcomes = action.perform(app, &StaffWrite::by(task.mandate, task.job.id), &ids, key).await;
    (task.next()..).zip(outcomes).map(|(number, outcome)| told(task, number, outcome)).collect()
}

/// One after the other: two of one product would only get into each other's way.
async fn change_variants(app: &App, task: &Task, reason: Reason, rows: &[String]) -> Vec<Outcome> {
    let staff = StaffWrite::by(task.mandate, task.job.id);
    let (mut outcomes, mut repriced) = (Vec::new(), false);
    for (number, row) in (task.next()..).zip(rows) {
        let outcome = match json::read::<VariantRow>(row.as_bytes()) {
            Ok(row) => {
                repriced |= row.changes_product();
                let name = format!("{}/{number}", task.job.id);
                told(task, number, change_variant(app, &staff, &row, reason, &name).await)
            }
            Err(error) => told(task, number, Err(Problem::invalid_field("", error.to_string()))),
        };
        let goes_on = matches!(outcome, Outcome::Done | Outcome::Refused(_));
        outcomes.push(outcome);
        if !goes_on {
            break;
        }
    }
    if repriced {
        settle(app).await;
    }
    outcomes
}

/// What came of a row; what failed is logged.
pub fn told(task: &Task, number: i64, result: Result<(), Problem>) -> Outcome {
    if let Err(problem) = &result
        && let Some(cause) = &problem.cause
    {
        telemetry::log(&json!({
            "level": "error", "event": "job_row_failed", "job": task.job.id, "row": number, "code": problem.code,
            "cause": cause,
        }));
    }
    Outcome::of(result)
}
