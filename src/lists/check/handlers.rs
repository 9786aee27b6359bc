//! The check over HTTP: what it found, and having it done now for a few orders.

use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::store;
use super::{Right, SLICE, Which, look, mend, report};
use crate::app::App;
use crate::auth::{OwnerWrite, Staff, StaffChange};
use crate::idempotency::Answer;
use crate::ids::OrderId;
use crate::json;
use crate::ports::Timestamp;
use crate::problem::Problem;
use crate::wire::extract::{IdempotencyKey, Json};
use crate::wire::respond::{self, JsonText};

/// The most that is told of what was found.
const MAX_SHOWN: u32 = 100;

#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderDrift {
    runs: Vec<CheckRun>,
    /// The rows that were not as their orders say, the newest first.
    items: Vec<FoundDrift>,
}

/// How far a run is, or how it ended.
#[derive(Debug, Serialize, JsonSchema)]
struct CheckRun {
    /// `nightly`: the lists. `nightly_sums`: how many orders stand how, and what reports add up.
    name: String,
    /// Orders; of sums, weeks.
    checked: i64,
    drifted: i64,
    /// Orders that did not answer: they have their turn again another night.
    unanswered: i64,
    done: bool,
    updated_at: Timestamp,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FoundDrift {
    /// The id of an order, a draft or a gift card, or the name of sums: `order_counts`, `sales_sums`, `sales_tax_sums`.
    id: String,
    /// The columns that were wrong; all of them where there was no row, or is no such order. Of sums, since when.
    wrong: Vec<String>,
    /// False: there is no such order, and its row was left as it is.
    repaired: bool,
    found_at: Timestamp,
}

#[derive(Deserialize)]
struct RunRow {
    name: String,
    checked: i64,
    drifted: i64,
    unanswered: i64,
    done: u8,
    updated_at: i64,
}

#[derive(Deserialize)]
struct FoundRow {
    about: String,
    wrong: String,
    repaired: u8,
    found_at: i64,
}

/// What the nightly check of the lists found, and how far it is. Each night up to 5,000 orders, drafts and gift cards are
/// asked how they stand, and rows that say otherwise are put right; so are sums that are not those of their rows.
pub async fn get_order_drift(State(app): State<App>, _: Staff) -> Result<respond::Json<OrderDrift>, Problem> {
    let mut answers = app.database.batch(store::report(MAX_SHOWN)).await?.into_iter();
    let runs: Vec<RunRow> = answers.next().unwrap_or_default().decode()?;
    let found: Vec<FoundRow> = answers.next().unwrap_or_default().decode()?;
    let run = |row: RunRow| CheckRun {
        name: row.name,
        checked: row.checked,
        drifted: row.drifted,
        unanswered: row.unanswered,
        done: row.done != 0,
        updated_at: Timestamp::from_millis(row.updated_at),
    };
    let drift = |row: FoundRow| FoundDrift {
        id: row.about,
        wrong: json::read(row.wrong.as_bytes()).unwrap_or_default(),
        repaired: row.repaired != 0,
        found_at: Timestamp::from_millis(row.found_at),
    };
    Ok(respond::Json(OrderDrift {
        runs: runs.into_iter().map(run).collect(),
        items: found.into_iter().map(drift).collect(),
    }))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RebuildBody {
    /// Which the lists may know nothing of.
    #[schemars(length(min = 1, max = SLICE))]
    ids: Vec<OrderId>,
}

/// What it came to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RebuiltOrders {
    checked: i64,
    /// Rows that were put right.
    repaired: i64,
    unanswered: i64,
}

/// Puts the lists right from these orders, at most 100. All that the lists know of are put right by a job, see
/// `POST /v1/admin/jobs`.
pub async fn rebuild_orders(
    State(app): State<App>,
    OwnerWrite(staff): OwnerWrite,
    IdempotencyKey(key): IdempotencyKey,
    body: Json<RebuildBody>,
) -> Result<JsonText<RebuiltOrders>, Problem> {
    if !(1..=SLICE).contains(&body.ids.len()) {
        return Err(Problem::invalid_field("/ids", format!("must have 1 to {SLICE} items")));
    }
    let request = staff.keyed(key, "POST /v1/admin/orders/rebuild", &body.bytes);
    if let Some(first) = staff.begin(&app, request.as_ref(), Vec::new()).await?.first {
        return Ok(first.into());
    }
    let now = app.clock.now();
    let slice = look(&app, Which::These(&body.ids), now).await?;
    let repaired = slice.drifts.iter().filter(|drift| drift.right != Right::Nothing).count();
    let told = RebuiltOrders {
        checked: slice.checked,
        repaired: i64::try_from(repaired).unwrap_or(i64::MAX),
        unanswered: slice.unanswered,
    };
    let change = StaffChange::new(super::told(&slice), mend(&slice, now));
    let (response, _) =
        staff.commit(&app, request.as_ref(), change, Answer::new(StatusCode::OK, &told)?, &|_| None).await?;
    report(&slice);
    Ok(response.into())
}
