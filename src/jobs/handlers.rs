//! Jobs over HTTP.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::value::RawValue;

use super::body::{MAX_CHOSEN, NewJob, Wanted, Which};
use super::object::LIST;
use super::protocol::{Command, ask, ask_for_staff};
use super::rules::{Task, Work};
use super::store;
use super::views::{Job, JobList, JobRowFilter, JobRowList};
use crate::app::App;
use crate::auth::{Staff, StaffWrite};
use crate::idempotency::{self, Answer, key_reused};
use crate::ids::JobId;
use crate::json;
use crate::lists::walk::{chosen, how_many};
use crate::ports::ObjectUnavailable;
use crate::problem::Problem;
use crate::wire::extract::{self, IdempotencyKey, Path, Query};
use crate::wire::page;
use crate::wire::respond::{Json, JsonText};

pub const ACCEPTED: u16 = 202;

/// What the object is told of the rows: JSON, and the path of the list in it.
struct Rows {
    total: usize,
    text: String,
    at: &'static str,
}

/// Has something done that takes long, row by row, with a result for each: what one row refuses is no reason not to do
/// the others. It goes on by itself while the session of whoever began it does, also after the process has died, and
/// does each row once. A rebuild is for the owner alone.
pub async fn create_job(
    State(app): State<App>,
    staff: StaffWrite,
    IdempotencyKey(key): IdempotencyKey,
    body: extract::Json<NewJob>,
) -> Result<JsonText<Job, ACCEPTED>, Problem> {
    let extract::Json { value, bytes } = body;
    let wanted = value.check()?;
    let staff = if matches!(wanted, Wanted::Rebuild) { staff.as_owner()? } else { staff };
    let request = staff.keyed(key, "POST /v1/admin/jobs", &bytes);
    let id = id_of(&app, request.as_ref());
    if let Some(first) = staff.begin(&app, request.as_ref(), Vec::new()).await?.first {
        return Ok(located(first, id));
    }
    let (work, rows) = planned(&app, wanted, &bytes).await?;
    let digest = request.as_ref().map(|request| request.digest.clone()).unwrap_or_default();
    let total = i64::try_from(rows.total).unwrap_or(i64::MAX);
    let task = Task::new(id, work, total, staff.mandate(), digest, app.clock.now());
    let begin = Command::Begin { task: Box::new(task), rows: rows.text, at: rows.at.to_owned() };
    // Asked anew: finding the orders may have taken a while.
    let answer = ask_for_staff(&app, id, staff.confirm(&app).await?, &begin).await?;
    let job = told(&answer)?.ok_or_else(key_reused)?;
    Ok(located(idempotency::remember(&app, request.as_ref(), Answer::new(StatusCode::ACCEPTED, &job)?).await?, id))
}

/// Jobs, the newest 100 of the last 30 days. May lag a second behind them.
pub async fn list_jobs(State(app): State<App>, _: Staff) -> Result<Json<JobList>, Problem> {
    let rows = app.database.run(store::newest()).await?;
    let items = store::read(rows)?;
    Ok(Json(JobList { total: items.len(), items, next_cursor: None }))
}

/// A job, and how far it is. Kept for 30 days after it has ended.
pub async fn get_job(State(app): State<App>, _: Staff, Path(id): Path<JobId>) -> Result<JsonText<Job>, Problem> {
    there(ask(&app, id, &Command::Look).await?)
}

/// The rows of a job in their order, with what came of each.
pub async fn list_job_rows(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<JobId>,
    Query(filter): Query<JobRowFilter>,
) -> Result<JsonText<JobRowList>, Problem> {
    let limit = page::limit(filter.limit.as_deref())?;
    let after = match filter.cursor.as_deref() {
        None => -1,
        Some(cursor) => page::open(cursor, LIST, "").and_then(|number| number.parse().ok()).ok_or_else(|| {
            Problem::invalid_field("cursor", "not a cursor of this list; leave it out to begin at the front")
        })?,
    };
    there(ask(&app, id, &Command::Rows { outcome: filter.outcome, after, limit }).await?)
}

/// Ends a job before its last row. What was done stays done; a job that has ended stays as it is.
pub async fn cancel_job(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<JobId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<JsonText<Job>, Problem> {
    let request = staff.keyed(key, &format!("POST cancel {id}"), &[]);
    let begun = staff.begin(&app, request.as_ref(), Vec::new()).await?;
    if let Some(first) = begun.first {
        return Ok(first.into());
    }
    let answer = ask_for_staff(&app, id, begun.confirmed, &Command::Cancel).await?;
    let job = told(&answer)?.ok_or_else(Problem::not_found)?;
    Ok(idempotency::remember(&app, request.as_ref(), Answer::new(StatusCode::OK, &job)?).await?.into())
}

/// What is to be done, and to what. `body`: what was sent.
async fn planned(app: &App, wanted: Wanted, body: &[u8]) -> Result<(Work, Rows), Problem> {
    Ok(match wanted {
        Wanted::Orders(which, action) => {
            let ids = match which {
                Which::Named(ids) => ids,
                Which::Fitting(query) => chosen(app, &query, MAX_CHOSEN, "/orders/filter").await?,
            };
            (Work::Orders(action), Rows { total: ids.len(), text: json::text(&ids), at: "$" })
        }
        Wanted::Variants(total, reason) => {
            let text = String::from_utf8_lossy(body).into_owned();
            (Work::Variants(reason), Rows { total, text, at: "$.variants.rows" })
        }
        Wanted::Rebuild => {
            let total = usize::try_from(how_many(app).await?).unwrap_or_default();
            (Work::Rebuild { behind: String::new() }, Rows { total, text: "[]".to_owned(), at: "$" })
        }
    })
}

/// A keyed request names its job, so that it begins one, however often it comes.
pub fn id_of(app: &App, request: Option<&idempotency::Request>) -> JobId {
    let Some(request) = request else { return JobId::new(app.clock.now(), &*app.entropy) };
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = app.keys.mac("job-id", &[&request.scope, &request.key]);
    JobId::derived([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
}

/// With the job's address.
pub fn located<T, const STATUS: u16>(answer: Response, id: JobId) -> JsonText<T, STATUS> {
    let answer = JsonText::from(answer);
    match HeaderValue::from_str(&format!("/v1/admin/jobs/{id}")) {
        Ok(address) => answer.with_header(header::LOCATION, address),
        Err(_) => answer,
    }
}

/// What an object answered; none if that is `null`.
pub fn told(answer: &str) -> Result<Option<Box<RawValue>>, Problem> {
    Ok(json::read(answer.as_bytes()).map_err(|error| ObjectUnavailable(error.to_string()))?)
}

pub fn there<T>(answer: String) -> Result<JsonText<T>, Problem> {
    if answer == "null" { Err(Problem::not_found()) } else { Ok(JsonText::new(StatusCode::OK, answer)) }
}
