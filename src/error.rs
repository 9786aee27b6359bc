//! The one place that turns errors into a status and an
//! `application/problem+json` body (RFC 9457).

use aide::OperationOutput;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::auth::AuthError;
use crate::ids::RequestId;
use crate::ports::{CacheError, DatabaseError, ObjectUnavailable, QueueError, StorageError};

/// An answer that is not a success. `code` is stable and machine-readable;
/// `detail` is for the person who reads the answer; `cause` is for the log
/// and never leaves the Worker.
#[derive(Debug, Clone)]
pub struct Problem {
    pub status: StatusCode,
    pub code: &'static str,
    pub detail: String,
    pub errors: Vec<FieldError>,
    /// Further members of the body, such as the lines that ran out of stock.
    pub members: Map<String, Value>,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub cause: Option<String>,
}

/// One thing wrong with the input.
#[derive(Debug, Clone, PartialEq, Serialize)]
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
        Self {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            members: Map::new(),
            headers: Vec::new(),
            cause: None,
        }
    }

    pub fn unparsable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unparsable", detail)
    }
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = errors.first().map_or_else(|| "the input is invalid".to_owned(), |first| first.detail.clone());
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail) }
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
        let mut body = Map::new();
        body.insert("type".into(), "about:blank".into());
        body.insert("title".into(), self.status.canonical_reason().unwrap_or("Error").into());
        body.insert("status".into(), self.status.as_u16().into());
        body.insert("detail".into(), self.detail.clone().into());
        body.insert("code".into(), self.code.into());
        body.insert("request_id".into(), request_id.to_string().into());
        if !self.errors.is_empty() {
            body.insert("errors".into(), serde_json::to_value(&self.errors).unwrap_or(Value::Null));
        }
        body.extend(self.members.clone());
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

impl OperationOutput for Problem {
    type Inner = Self;
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
