//! `Idempotency-Key` for writes to the database: the record goes into the
//! same batch as the write, so either both are there or neither is. (Orders
//! keep their own records, in their object; an adjustment of stock is the
//! pool's to repeat, and its record follows.)

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::json;
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

/// Looks for the first answer to the request: see [`Request::first_answer`].
pub fn look_up(request: &Request, now: Timestamp) -> Statement {
    Statement::new(
        "SELECT digest, status, body FROM idempotency_records WHERE scope = ?1 AND key = ?2 AND expires_at > ?3",
        [request.scope.clone().into(), request.key.clone().into(), now.millis().into()],
    )
}

impl Request {
    /// The first answer to this request, if it has been answered.
    pub fn first_answer(&self, found: Rows) -> Result<Option<Response>, Problem> {
        match found.first::<Record>()? {
            None => Ok(None),
            Some(record) if record.digest == self.digest => Ok(Some(replay(record.status, record.body))),
            Some(_) => Err(key_reused()),
        }
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

/// What is answered and, where the request has a key, kept for repeats of it.
/// Whoever writes takes it as text: with a type of their own, each answer would
/// bring all of the writing once more.
pub struct Answer {
    status: StatusCode,
    body: String,
}

impl Answer {
    pub fn new(status: StatusCode, body: &impl Serialize) -> Result<Self, Problem> {
        let body = json::text(body);
        Ok(Self { status, body })
    }

    /// How long its body is.
    pub fn bytes(&self) -> usize {
        self.body.len()
    }

    fn response(self) -> Response {
        json_response(self.status, self.body)
    }
}

/// What a violated constraint means to whoever sent the request.
pub type Meaning<'a> = &'a (dyn Fn(&str) -> Option<Problem> + Sync);

/// Writes the statements together with the record of the answer, and answers.
/// `guard` comes before all else and may refuse the batch; `meaning` says what
/// a violated constraint means (a fault of ours if it says nothing). Answers
/// the rows of each statement, too. Of two equal requests at once one writes;
/// the other replays its answer, with no rows.
pub async fn commit(
    app: &App,
    request: Option<&Request>,
    guard: Statement,
    statements: Vec<Statement>,
    answer: Answer,
    meaning: Meaning<'_>,
) -> Result<(Response, Vec<Rows>), Problem> {
    let mut batch = vec![guard];
    batch.extend(request.into_iter().flat_map(|request| record(request, &answer, app.clock.now())));
    let before = batch.len();
    batch.extend(statements);
    match app.database.batch(batch).await {
        Ok(rows) => Ok((answer.response(), rows.into_iter().skip(before).collect())),
        Err(DatabaseError::Constraint(text)) => match (request, meaning(&text)) {
            (Some(request), None) if is_repeat(&text) => {
                Ok((answered_meanwhile(app, request, text).await?, Vec::new()))
            }
            (_, meaning) => Err(meaning.unwrap_or_else(|| DatabaseError::Constraint(text).into())),
        },
        Err(error) => Err(error.into()),
    }
}

/// Keeps the answer to a request that an object has decided, and answers.
pub async fn remember(app: &App, request: Option<&Request>, answer: Answer) -> Result<Response, Problem> {
    let Some(request) = request else { return Ok(answer.response()) };
    match app.database.batch(record(request, &answer, app.clock.now()).into()).await {
        Ok(_) => Ok(answer.response()),
        Err(DatabaseError::Constraint(text)) if is_repeat(&text) => answered_meanwhile(app, request, text).await,
        Err(error) => Err(error.into()),
    }
}

fn is_repeat(constraint: &str) -> bool {
    constraint.contains("idempotency_records")
}

/// What an equal request was answered that came first by a moment.
async fn answered_meanwhile(app: &App, request: &Request, cause: String) -> Result<Response, Problem> {
    let rows = app.database.run(look_up(request, app.clock.now())).await?;
    let first = request.first_answer(rows)?;
    first.ok_or_else(|| Problem::unavailable("the database", cause))
}

fn record(request: &Request, answer: &Answer, now: Timestamp) -> [Statement; 2] {
    [
        Statement::new("DELETE FROM idempotency_records WHERE expires_at <= ?1", [now.millis().into()]),
        Statement::new(
            "INSERT INTO idempotency_records (scope, key, digest, status, body, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            [
                request.scope.clone().into(),
                request.key.clone().into(),
                request.digest.clone().into(),
                i64::from(answer.status.as_u16()).into(),
                answer.body.as_str().into(),
                now.plus_millis(LIFETIME_MILLIS).millis().into(),
            ],
        ),
    ]
}
