//! Does rows, by what the route for one of them does.

use serde_json::json;

use super::body::{StockRow, VariantRow};
use super::rules::{Outcome, Task, Work};
use crate::app::App;
use crate::auth::StaffWrite;
use crate::catalog::reprice::reprice;
use crate::ids::OrderId;
use crate::json;
use crate::lists::bulk::BulkAction;
use crate::pools::handlers::{StockChange, change_stock};
use crate::problem::Problem;
use crate::revision::settle;
use crate::telemetry;

/// Does these rows, the first of which has its turn, and says of each what came of
/// it; of fewer, if there is no use in doing the rest now. What was done before is
/// not done again.
pub async fn perform(app: &App, task: &Task, rows: &[String]) -> Vec<Outcome> {
    match &task.work {
        Work::Orders(action) => change_orders(app, task, action, rows).await,
        Work::Variants => change_variants(app, task, rows).await,
        Work::Rebuild { .. } => Vec::new(),
    }
}

async fn change_orders(app: &App, task: &Task, action: &BulkAction, rows: &[String]) -> Vec<Outcome> {
    // All of them were ids when the job began.
    let ids: Vec<OrderId> = rows.iter().filter_map(|row| row.parse().ok()).collect();
    let outcomes = action.perform(app, &StaffWrite::by(task.mandate), &ids).await;
    (task.next()..).zip(outcomes).map(|(number, outcome)| told(task, number, outcome)).collect()
}

/// One after the other: two of one product would only get into each other's way.
async fn change_variants(app: &App, task: &Task, rows: &[String]) -> Vec<Outcome> {
    let (mut outcomes, mut repriced) = (Vec::new(), false);
    for (number, row) in (task.next()..).zip(rows) {
        let outcome = match json::read::<VariantRow>(row.as_bytes()) {
            Ok(row) => {
                repriced |= row.prices.is_some();
                told(task, number, change_variant(app, task, number, &row).await)
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

/// The prices first: a row that they are refused for leaves the stock alone.
async fn change_variant(app: &App, task: &Task, number: i64, row: &VariantRow) -> Result<(), Problem> {
    let staff = || StaffWrite::by(task.mandate);
    let name = format!("{}/{number}", task.job.id);
    if let Some(prices) = &row.prices {
        let request = staff().keyed(Some(name.clone()), "job", &[]);
        let refused = |problem: Problem| problem.of_one("/variants/");
        reprice(app, staff(), row.variant_id, prices, request).await.map_err(refused)?;
    }
    let Some(StockRow { on_hand, delta, reason }) = row.stock else { return Ok(()) };
    let change = on_hand.map_or_else(|| StockChange::By(delta.unwrap_or_default()), StockChange::To);
    change_stock(app, &staff(), row.variant_id, change, reason, name).await
}

/// What came of a row; what failed is logged.
fn told(task: &Task, number: i64, result: Result<(), Problem>) -> Outcome {
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
