//! `Idempotency-Key` for writes to the database: the record goes into the
//! same batch as the write, so either both are there or neither is. (Orders
//! keep their own records, in their object; an adjustment of stock is the
//! pool's to repeat, and its record follows.)

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::ports::{DatabaseError, Rows, Statement, Timestamp};
use crate::problem::Problem;

/// How long a record is kept, in milliseconds: a week.
pub const LIFETIME_MILLIS: i64 = 7 * 24 * 3_600 * 1_000;

/// One keyed request: who asked for what.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The account's id, or what else sets callers apart.
    pub scope: String,
    pub key: String,
    /// [`crate::wire::extract::request_digest`] of the operation and the body.
    pub digest: String,
}

#[derive(Deserialize)]
struct Record {
    digest: String,
    status: u16,
    body: String,
}

crate::codes! {
    /// The same Idempotency-Key came with another body before.
    KEY_REUSED = UNPROCESSABLE_ENTITY "idempotency_key_reused";
    /// The first request with this Idempotency-Key is still running.
    KEY_IN_USE = CONFLICT "idempotency_key_in_use";
}

/// The same key came with another body.
pub fn key_reused() -> Problem {
    Problem::new(KEY_REUSED, "this Idempotency-Key was used for a different request")
}

/// The first answer to this request, if it has been answered.
pub async fn first_answer(app: &App, request: &Option<Request>) -> Result<Option<Response>, Problem> {
    let Some(request) = request else { return Ok(None) };
    let statement = Statement::new(
        "SELECT digest, status, body FROM idempotency_records WHERE scope = ?1 AND key = ?2 AND expires_at > ?3",
        [request.scope.clone().into(), request.key.clone().into(), app.clock.now().millis().into()],
    );
    let rows = app.database.batch(vec![statement]).await?.into_iter().next().unwrap_or_default();
    match rows.first::<Record>()? {
        None => Ok(None),
        Some(record) if record.digest == request.digest => Ok(Some(replay(record.status, record.body))),
        Some(_) => Err(key_reused()),
    }
}

/// A stored answer, marked as such.
pub fn replay(status: u16, body: String) -> Response {
    let mut response = json_response(StatusCode::from_u16(status).unwrap_or(StatusCode::OK), body);
    response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    response
}

/// An answer whose JSON is already text.
pub fn json_response(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}

/// Writes the statements together with the record, and answers. Of two equal
/// requests at once one writes; the other replays its answer.
pub async fn commit(
    app: &App,
    request: Option<Request>,
    statements: Vec<Statement>,
    status: StatusCode,
    answer: &impl Serialize,
) -> Result<Response, Problem> {
    Ok(commit_unless(app, request, statements, status, answer, |_| None).await?.0)
}

/// [`commit`], where `refusal` says what a violated constraint means (a fault
/// of ours if it says nothing); with the rows that each statement answered,
/// none if the answer is a replay.
pub async fn commit_unless(
    app: &App,
    request: Option<Request>,
    statements: Vec<Statement>,
    status: StatusCode,
    answer: &impl Serialize,
    refusal: impl FnOnce(&str) -> Option<Problem>,
) -> Result<(Response, Vec<Rows>), Problem> {
    let body = serde_json::to_string(answer).map_err(|error| Problem::internal(error.to_string()))?;
    let mut batch = Vec::with_capacity(statements.len() + 2);
    if let Some(request) = &request {
        batch.extend(record(request, status, &body, app.clock.now()));
    }
    let count = statements.len();
    batch.extend(statements);
    let records = batch.len().saturating_sub(count);
    // D1 refuses a batch without statements.
    if batch.is_empty() {
        return Ok((json_response(status, body), Vec::new()));
    }
    match app.database.batch(batch).await {
        Ok(rows) => Ok((json_response(status, body), rows.into_iter().skip(records).collect())),
        Err(DatabaseError::Constraint(text)) if text.contains("idempotency_records") => {
            let first = first_answer(app, &request).await?;
            first.map(|first| (first, Vec::new())).ok_or_else(|| Problem::unavailable("the database", text))
        }
        Err(DatabaseError::Constraint(text)) => {
            Err(refusal(&text).unwrap_or_else(|| DatabaseError::Constraint(text).into()))
        }
        Err(error) => Err(error.into()),
    }
}

fn record(request: &Request, status: StatusCode, body: &str, now: Timestamp) -> [Statement; 2] {
    [
        Statement::new("DELETE FROM idempotency_records WHERE expires_at <= ?1", [now.millis().into()]),
        Statement::new(
            "INSERT INTO idempotency_records (scope, key, digest, status, body, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            [
                request.scope.clone().into(),
                request.key.clone().into(),
                request.digest.clone().into(),
                i64::from(status.as_u16()).into(),
                body.into(),
                now.plus_millis(LIFETIME_MILLIS).millis().into(),
            ],
        ),
    ]
}
