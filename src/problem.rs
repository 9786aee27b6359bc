//! An answer that is not a success: `application/problem+json` (RFC 9457).
//! A leaf: it knows no room. Each room says beside its errors what they mean to
//! a client, and declares its codes with [`codes!`](crate::codes).

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};
use std::ops::{Deref, DerefMut};

/// What is stable about a refusal: its code and the status it goes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    pub status: StatusCode,
    /// Machine-readable, unique in the whole contract.
    pub name: &'static str,
    /// When a client meets it, for the table of all codes.
    pub meaning: &'static str,
}

/// Declares the codes that a room answers with, and lists them as `CODES`, of
/// which the contract's table of codes is made.
#[macro_export]
macro_rules! codes {
    ($($(#[doc = $meaning:literal])+ $constant:ident = $status:ident $name:literal;)+) => {
        $($(#[doc = $meaning])+
        pub const $constant: $crate::problem::Code = $crate::problem::Code {
            status: http::StatusCode::$status,
            name: $name,
            meaning: concat!($($meaning),+),
        };)+
        /// Every code declared here. The Worker has no use for the list.
        #[cfg(not(target_arch = "wasm32"))]
        pub const CODES: &[$crate::problem::Code] = &[$($constant),+];
    };
}

codes! {
    /// The body, or a part of it, cannot be read as what it says it is.
    UNPARSABLE = BAD_REQUEST "unparsable";
    /// The input can be read but breaks a rule; `errors` points at each place.
    INVALID = UNPROCESSABLE_ENTITY "invalid";
    /// Nobody is signed in, and this is only for who is.
    NOT_SIGNED_IN = UNAUTHORIZED "not_signed_in";
    /// The account's role does not allow this.
    FORBIDDEN = FORBIDDEN "forbidden";
    /// There is no such thing, or it is somebody else's.
    NOT_FOUND = NOT_FOUND "not_found";
    /// A part of the shop does not answer; the same request may work soon.
    UNAVAILABLE = SERVICE_UNAVAILABLE "unavailable";
    /// A fault of the shop's, which has been logged.
    INTERNAL = INTERNAL_SERVER_ERROR "internal";
}

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
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize, schemars::JsonSchema)]
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
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            status: code.status,
            code: code.name,
            detail: detail.into(),
            errors: Vec::new(),
            members: Map::new(),
            headers: Vec::new(),
            cause: None,
        }))
    }

    pub fn unparsable(detail: impl Into<String>) -> Self {
        Self::new(UNPARSABLE, detail)
    }
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = errors.first().map_or_else(|| "the input is invalid".to_owned(), |first| first.detail.clone());
        let mut problem = Self::new(INVALID, detail);
        problem.errors = errors;
        problem
    }
    pub fn invalid_field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::new(pointer, detail)])
    }
    pub fn not_signed_in() -> Self {
        Self::new(NOT_SIGNED_IN, "sign in first")
            .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }
    pub fn forbidden() -> Self {
        Self::new(FORBIDDEN, "your role does not allow this")
    }
    pub fn not_found() -> Self {
        Self::new(NOT_FOUND, "there is nothing here, or it is not yours")
    }
    /// A part of the system is down; the same request may work soon.
    pub fn unavailable(part: &'static str, cause: impl Into<String>) -> Self {
        Self::new(UNAVAILABLE, format!("{part} does not answer; try again shortly"))
            .with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
            .caused_by(cause)
    }
    /// A fault of ours. Nothing a client sends may lead here.
    pub fn internal(cause: impl Into<String>) -> Self {
        Self::new(INTERNAL, "a fault of the shop's, which has been logged").caused_by(cause)
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
    pub fn with_member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }
    pub fn caused_by(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The body, once the request's id is known.
    pub fn body(&self, request_id: &str) -> Vec<u8> {
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

/// The body is written by `wire::site`, which knows the request's id.
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
    #[schemars(regex(pattern = r"^req_[0-9A-HJKMNP-TV-Z]{26}$"))]
    request_id: &'a str,
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
