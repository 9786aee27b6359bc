//! One action on many orders, with a result for each: what one order refuses is
//! no reason not to do it to the others.

use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::tags::{self, TagChange, Tagged};
use crate::app::App;
use crate::auth::{StaffChange, StaffWrite};
use crate::idempotency::{self, Answer};
use crate::ids::OrderId;
use crate::orders::after::money::bodies::NewCapture;
use crate::orders::after::money::decision::Deed;
use crate::orders::bodies::Empty;
use crate::orders::client::OrderClient;
use crate::orders::order::Key;
use crate::problem::{FieldError, Problem};
use crate::sorted::order;
use crate::telemetry;
use crate::together::together;
use crate::wire::extract::{IdempotencyKey, Json};
use crate::wire::respond::JsonText;

/// The most orders of one request. Each takes a batch and a command at most: 200 of the
/// 1,000 calls that a request has at the least.
pub const MAX_ORDERS: usize = 100;

/// Orders asked side by side.
pub const MAX_PARALLEL: usize = 8;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkChange {
    /// Each once.
    #[schemars(length(min = 1, max = MAX_ORDERS))]
    ids: Vec<OrderId>,
    action: BulkAction,
}

/// What is done to each of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum BulkAction {
    /// As `POST /v1/admin/orders/{id}/tags` does it.
    Tag(TagChange),
    /// As `POST /v1/orders/{id}/cancel` does it.
    Cancel(Empty),
    /// As `POST /v1/admin/orders/{id}/capture` takes all that is set aside.
    Capture(Empty),
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct BulkResults {
    /// In the order of `ids`.
    pub items: Vec<BulkResult>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct BulkResult {
    id: OrderId,
    /// As if it had been asked for alone: 200, or that of a problem.
    status: u16,
    /// Of the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl BulkResults {
    fn of(ids: &[OrderId], outcomes: Vec<Result<(), Problem>>) -> Self {
        Self { items: ids.iter().zip(outcomes).map(|(id, outcome)| BulkResult::of(*id, outcome)).collect() }
    }
}

impl BulkResult {
    pub fn of(id: OrderId, outcome: Result<(), Problem>) -> Self {
        let Err(problem) = outcome else { return Self { id, status: 200, code: None, detail: None } };
        if let Some(cause) = &problem.cause {
            telemetry::log(&json!({
                "level": "error", "event": "bulk_action_failed", "order": id, "code": problem.code, "cause": cause,
            }));
        }
        let status = problem.status.as_u16();
        Self { id, status, code: Some(problem.code), detail: Some(problem.detail.clone()) }
    }
}

impl BulkAction {
    /// What is wrong with it; `at`: where it stands in the body.
    pub fn check(&self, at: &str) -> Result<(), Problem> {
        match self {
            Self::Tag(change) => change.check(&format!("{at}/tag")),
            Self::Cancel(_) | Self::Capture(_) => Ok(()),
        }
    }

    /// Does it to these orders, as many as one request may name, and says of each
    /// what came of it. Each order has the `key`: asked again, it says what it said first.
    pub async fn perform(&self, app: &App, staff: &StaffWrite, ids: &[OrderId], key: Key) -> Vec<Result<(), Problem>> {
        match self {
            Self::Tag(change) => match tag_at_once(app, staff, ids, change).await {
                Ok(outcomes) => outcomes,
                Err(problem) => ids.iter().map(|_| Err(problem.clone())).collect(),
            },
            Self::Cancel(_) | Self::Capture(_) => one_by_one(app, staff, ids, self, Some(key)).await,
        }
    }
}

/// Does the same to each of up to 100 orders, and says of each what came of it: the answer is a 200 whatever they
/// refuse. Doing so again changes nothing more.
pub async fn change_orders(
    State(app): State<App>,
    staff: StaffWrite,
    IdempotencyKey(key): IdempotencyKey,
    body: Json<BulkChange>,
) -> Result<JsonText<BulkResults>, Problem> {
    let ids = &body.ids;
    check(ids)?;
    body.action.check("/action")?;
    let request = staff.keyed(key, "POST /v1/admin/orders/bulk", &body.bytes);
    let mut begun = staff.begin(&app, request.as_ref(), vec![tags::of(ids)]).await?;
    if let Some(first) = begun.first {
        return Ok(first.into());
    }
    let response = match &body.action {
        BulkAction::Tag(change) => {
            let known = tags::tagged(begun.rows.next().unwrap_or_default())?;
            let (change, outcomes) = tag(ids, &known, change);
            let results = BulkResults::of(ids, outcomes);
            staff.commit(&app, request.as_ref(), change, Answer::new(StatusCode::OK, &results)?, &|_| None).await?.0
        }
        BulkAction::Cancel(_) | BulkAction::Capture(_) => {
            // Each order has the key, too: a request that did not live to be remembered is gone on with.
            let key = request.as_ref().map(|request| Key { key: request.key.clone(), digest: request.digest.clone() });
            let results = BulkResults::of(ids, one_by_one(&app, &staff, ids, &body.action, key).await);
            idempotency::remember(&app, request.as_ref(), Answer::new(StatusCode::OK, &results)?).await?
        }
    };
    Ok(response.into())
}

fn check(ids: &[OrderId]) -> Result<(), Problem> {
    if !(1..=MAX_ORDERS).contains(&ids.len()) {
        return Err(Problem::invalid_field("/ids", format!("must have 1 to {MAX_ORDERS} items")));
    }
    each_once(ids, |at| format!("/ids/{at}"))
}

/// Whether each order is there once. `pointer`: where that of a place stands in the body.
pub fn each_once(ids: &[OrderId], pointer: impl Fn(usize) -> String) -> Result<(), Problem> {
    let sorted = order(ids.len(), &|one, other| ids.get(one).cmp(&ids.get(other)));
    let pairs = sorted.iter().zip(sorted.iter().skip(1));
    let mut again: Vec<usize> =
        pairs.filter(|(one, other)| ids.get(**one) == ids.get(**other)).map(|(_, at)| *at).collect();
    again.sort_unstable();
    let errors: Vec<_> = again.into_iter().map(|at| FieldError::new(pointer(at), "is there twice")).collect();
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
}

/// What is written for those that take it, and what each makes of it.
fn tag(ids: &[OrderId], known: &[Tagged], change: &TagChange) -> (StaffChange, Vec<Result<(), Problem>>) {
    let decide = |id: &OrderId| {
        let order = known.iter().find(|order| order.id == *id);
        change.decide(order.ok_or_else(Problem::not_found)?).map(drop)
    };
    let outcomes: Vec<_> = ids.iter().map(decide).collect();
    let taken = ids.iter().zip(&outcomes).filter(|(_, outcome)| outcome.is_ok());
    let taken: Vec<_> = taken.filter_map(|(id, _)| known.iter().find(|order| order.id == *id)).collect();
    (change.write(&taken), outcomes)
}

async fn tag_at_once(
    app: &App,
    staff: &StaffWrite,
    ids: &[OrderId],
    change: &TagChange,
) -> Result<Vec<Result<(), Problem>>, Problem> {
    let mut begun = staff.begin(app, None, vec![tags::of(ids)]).await?;
    let known = tags::tagged(begun.rows.next().unwrap_or_default())?;
    let (change, outcomes) = tag(ids, &known, change);
    staff.commit(app, None, change, Answer::new(StatusCode::OK, &())?, &|_| None).await?;
    Ok(outcomes)
}

/// Each order decides for itself, for staff who may still ask for it at that moment.
async fn one_by_one(
    app: &App,
    staff: &StaffWrite,
    ids: &[OrderId],
    action: &BulkAction,
    key: Option<Key>,
) -> Vec<Result<(), Problem>> {
    together(ids.iter().map(|id| change_one(app, staff, *id, action, key.clone())).collect(), MAX_PARALLEL).await
}

async fn change_one(
    app: &App,
    staff: &StaffWrite,
    id: OrderId,
    action: &BulkAction,
    key: Option<Key>,
) -> Result<(), Problem> {
    let order = OrderClient::of_staff(app, id, staff.confirm(app).await?).keyed(key);
    match action {
        // It needs no order: see above.
        BulkAction::Tag(_) => {}
        BulkAction::Cancel(_) => drop(order.cancel().await??),
        BulkAction::Capture(_) => drop(order.do_as_staff(Deed::Capture(NewCapture { amount: None })).await??),
    }
    Ok(())
}
