//! The one place that turns errors into a status and an
//! `application/problem+json` body (RFC 9457).

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};
use std::ops::{Deref, DerefMut};

use crate::auth::AuthError;
use crate::ids::RequestId;
use crate::orders::decision::OrderError;
use crate::pools::pool::Refusal;
use crate::ports::{CacheError, DatabaseError, ObjectUnavailable, QueueError, StorageError};

/// An answer that is not a success. Boxed: every handler returns one or
/// another value, and the happy path should not carry the room.
#[derive(Debug, Clone)]
pub struct Problem(Box<Parts>);

/// What a [`Problem`] says. `code` is stable and machine-readable;
/// `detail` is for the person who reads the answer; `cause` is for the log
/// and never leaves the Worker.
#[derive(Debug, Clone)]
pub struct Parts {
    pub status: StatusCode,
    pub code: &'static str,
    pub detail: String,
    pub errors: Vec<FieldError>,
    /// Further members of the body, such as the lines that ran out of stock.
    pub members: Map<String, Value>,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub cause: Option<String>,
}

impl Deref for Problem {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut Parts {
        &mut self.0
    }
}

/// One thing wrong with the input.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct FieldError {
    /// A JSON Pointer (RFC 6901) into the body, or the name of a parameter.
    pub pointer: String,
    pub detail: String,
}

impl FieldError {
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            members: Map::new(),
            headers: Vec::new(),
            cause: None,
        }))
    }

    pub fn unparsable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unparsable", detail)
    }
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = errors.first().map_or_else(|| "the input is invalid".to_owned(), |first| first.detail.clone());
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail);
        problem.errors = errors;
        problem
    }
    pub fn invalid_field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::new(pointer, detail)])
    }
    pub fn not_signed_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not_signed_in", "sign in first")
            .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "your role does not allow this")
    }
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing here, or it is not yours")
    }
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }
    /// A part of the system is down; the same request may work soon.
    pub fn unavailable(part: &'static str, cause: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", format!("{part} does not answer; try again shortly"))
            .with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
            .caused_by(cause)
    }
    /// A fault of ours. Nothing a client sends may lead here.
    pub fn internal(cause: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "a fault of the shop's, which has been logged")
            .caused_by(cause)
    }

    /// With pointers into the one item that was sent, not into the list that
    /// it becomes a part of, such as `/lines/`.
    pub fn of_one(mut self, list: &str) -> Self {
        for error in &mut self.errors {
            if let Some((_, rest)) = error.pointer.strip_prefix(list).and_then(|item| item.split_once('/')) {
                error.pointer = format!("/{rest}");
            }
        }
        self
    }

    /// Names the place in the input.
    pub fn at(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.errors.push(FieldError::new(pointer, detail));
        self
    }
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
    pub fn with_member(mut self, name: &str, value: impl Serialize) -> Self {
        self.members.insert(name.to_owned(), serde_json::to_value(value).unwrap_or(Value::Null));
        self
    }
    pub fn caused_by(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The body, once the request's id is known.
    pub fn body(&self, request_id: RequestId) -> Vec<u8> {
        let body = ProblemBody {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            code: self.code,
            request_id,
            errors: &self.errors,
            members: &self.members,
        };
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

/// The body is written by `router::answer`, which knows the request's id.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(axum::body::Body::empty());
        *response.status_mut() = self.status;
        response.extensions_mut().insert(self);
        response
    }
}

/// A problem as it is sent (RFC 9457).
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "Problem")]
struct ProblemBody<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    /// Stable and machine-readable.
    code: &'static str,
    request_id: RequestId,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schemars(default)]
    errors: &'a [FieldError],
    #[serde(flatten)]
    #[schemars(skip)]
    members: &'a Map<String, Value>,
}

impl aide::OperationOutput for Problem {
    type Inner = Self;

    fn operation_response(
        ctx: &mut aide::generate::GenContext,
        _: &mut aide::openapi::Operation,
    ) -> Option<aide::openapi::Response> {
        let json_schema = ctx.schema.subschema_for::<ProblemBody<'static>>();
        let schema = aide::openapi::SchemaObject { json_schema, external_docs: None, example: None };
        let media = aide::openapi::MediaType { schema: Some(schema), ..Default::default() };
        Some(aide::openapi::Response {
            description: "A problem (RFC 9457).".to_owned(),
            content: [("application/problem+json".to_owned(), media)].into_iter().collect(),
            ..Default::default()
        })
    }

    fn inferred_responses(
        ctx: &mut aide::generate::GenContext,
        operation: &mut aide::openapi::Operation,
    ) -> Vec<(Option<u16>, aide::openapi::Response)> {
        Self::operation_response(ctx, operation).map(|response| (None, response)).into_iter().collect()
    }
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Unavailable(cause) => Self::unavailable("the database", cause),
            other => Self::internal(other.to_string()),
        }
    }
}
impl From<CacheError> for Problem {
    fn from(error: CacheError) -> Self {
        Self::unavailable("the catalog's store", error.0)
    }
}
impl From<QueueError> for Problem {
    fn from(error: QueueError) -> Self {
        Self::unavailable("the event queue", error.0)
    }
}
impl From<ObjectUnavailable> for Problem {
    fn from(error: ObjectUnavailable) -> Self {
        Self::unavailable("the order desk", error.0)
    }
}
impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        Self::unavailable("the order desk", error.0)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::OutOfStock { available } => {
                Self::conflict("out_of_stock", detail).with_member("available", available)
            }
            Refusal::HoldReleased => Self::conflict("hold_released", detail),
            Refusal::BelowHeld { held } => Self::conflict("below_held", detail).with_member("held", held),
            Refusal::QuantityOutOfRange => Self::invalid_field("/delta", detail),
            Refusal::ReferenceReused => Self::invalid_field("/reference", detail),
        }
    }
}

impl From<OrderError> for Problem {
    fn from(error: OrderError) -> Self {
        let detail = error.to_string();
        match error {
            OrderError::NotFound | OrderError::LineNotFound => Self::not_found(),
            OrderError::CartClosed => Self::conflict("cart_closed", detail),
            OrderError::NoPrice { line: Some(line) } => {
                Self::invalid_field(format!("/lines/{line}/variant_id"), detail)
            }
            OrderError::NoPrice { line: None } => Self::invalid_field("/id", detail),
            OrderError::TooManyLines => Self::invalid_field("/lines", detail),
            OrderError::TooManyChanges => Self::conflict("too_many_changes", detail),
            OrderError::QuantityOutOfRange { line: Some(line) } => {
                Self::invalid_field(format!("/lines/{line}/quantity"), detail)
            }
            OrderError::QuantityOutOfRange { line: None } => Self::invalid_field("/quantity", detail),
            OrderError::TotalTooLarge => Self::invalid_field("", detail),
            OrderError::CartIncomplete { missing } => {
                Self::conflict("cart_incomplete", format!("{detail}: {} missing", missing.join(", ")))
                    .with_member("missing", missing)
            }
            OrderError::PriceChanged { lines, old_total, new_total } => Self::conflict("price_changed", detail)
                .with_member("lines", lines)
                .with_member("old_total", old_total)
                .with_member("new_total", new_total),
            OrderError::NotForSale { lines } => Self::conflict("not_for_sale", detail).with_member("lines", lines),
            OrderError::OutOfStock { lines } => Self::conflict("out_of_stock", detail).with_member("lines", lines),
            OrderError::StockUnavailable => Self::unavailable("the stock", "a pool did not answer"),
            OrderError::PaymentInProgress => Self::conflict("payment_in_progress", detail),
            OrderError::NotPayable => Self::conflict("not_payable", detail),
            OrderError::TooManyAttempts => Self::conflict("too_many_attempts", detail),
            OrderError::NotCancellable => Self::conflict("not_cancellable", detail),
            OrderError::KeyReused => crate::idempotency::key_reused(),
            OrderError::KeyInUse => Self::conflict("idempotency_key_in_use", detail)
                .with_header(header::RETRY_AFTER, HeaderValue::from_static("1")),
            OrderError::Unavailable { cause } => Self::unavailable("the order desk", cause),
        }
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        let detail = error.to_string();
        let refused = |code, challenge| {
            Self::new(StatusCode::UNAUTHORIZED, code, detail.clone())
                .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
        };
        match error {
            AuthError::InvalidCredentials => refused("invalid_credentials", "Bearer"),
            AuthError::InvalidToken => refused("invalid_token", r#"Bearer error="invalid_token""#),
            AuthError::TokenReused => refused("token_reused", r#"Bearer error="invalid_token""#),
            AuthError::WeakPassword(rule) => Self::invalid_field("/password", rule.to_string()),
            AuthError::UnknownSession => Self::not_found(),
            AuthError::UnusableOwner(_) | AuthError::Cryptography(_) => Self::internal(detail),
            AuthError::Database(error) => error.into(),
        }
    }
}
