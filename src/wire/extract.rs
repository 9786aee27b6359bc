//! What handlers take from a request: bodies, paths, queries and headers,
//! each parsed once, each with a clear problem when it does not fit.

use aide::OperationInput;
use aide::generate::GenContext;
use aide::openapi::Operation;
use axum::extract::{FromRequest, FromRequestParts, Request};
use bytes::Bytes;
use http::header;
use http::request::Parts;
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use std::ops::Deref;

use crate::app::{App, sha256_hex};
use crate::problem::Problem;

crate::codes! {
    /// The body is larger than a body may be.
    BODY_TOO_LARGE = PAYLOAD_TOO_LARGE "body_too_large";
    /// The body is of a kind that this route does not take.
    UNSUPPORTED_MEDIA_TYPE = UNSUPPORTED_MEDIA_TYPE "unsupported_media_type";
}

/// The largest request body, in bytes.
pub const MAX_BODY: usize = 256 * 1024;

/// A JSON body. Broken JSON is a 400; JSON that does not fit is a 422 with
/// a pointer to the place.
pub struct Json<T> {
    pub value: T,
    pub bytes: Bytes,
}

impl<T> Deref for Json<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// The bytes of a body, within the limit.
pub async fn bounded_body(request: Request) -> Result<Bytes, Problem> {
    let too_large = || Problem::new(BODY_TOO_LARGE, format!("a body may have at most {MAX_BODY} bytes"));
    if request.headers().contains_key("x-body-too-large") {
        return Err(too_large());
    }
    let bytes = request.into_body().collect().await.map_err(|_| Problem::unparsable("the body broke off"))?.to_bytes();
    if bytes.len() > MAX_BODY { Err(too_large()) } else { Ok(bytes) }
}

fn media_type(request: &Request) -> &str {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    value.split(';').next().unwrap_or("").trim()
}

/// Reads a JSON object into a type, with the pointer to what does not fit.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let read = match bytes.trim_ascii_start().first() {
        // A derived type would also read its fields from an array.
        Some(b'[') => Err(serde::de::Error::custom("the body must be a JSON object")),
        _ => serde_json::from_slice(bytes),
    };
    read.map_err(|error: serde_json::Error| {
        // What comes after the first thing that does not fit may be broken.
        // What is skipped is not looked at for UTF-8 (RFC 8259, section 8.1).
        let text = std::str::from_utf8(bytes).map_err(serde::de::Error::custom);
        match text.and_then(serde_json::from_str::<serde::de::IgnoredAny>) {
            Ok(_) => Problem::invalid_field(pointer_to(bytes, &error), without_position(&error.to_string())),
            Err(broken) => Problem::unparsable(format!("the body is not JSON: {broken}")),
        }
    })
}

/// Where in the body an error is. The body is cut off just there and read once
/// more, untyped and with its path tracked: tracking every type's own reading
/// would add a tenth to the Worker's weight.
fn pointer_to(bytes: &[u8], error: &serde_json::Error) -> String {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let line_start: usize = lines.take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    let end = line_start + error.column();
    // Whether the column is that of the last byte read or of the next one
    // depends on the error: the deeper place is the right one.
    let object = error.to_string().starts_with("missing field");
    let paths = [end, end.saturating_sub(1)].map(|cut| path_at(bytes.get(..cut).unwrap_or(bytes), object));
    let pointer = paths.into_iter().max_by_key(|path| path.matches('/').count()).unwrap_or_default();
    let text = error.to_string();
    // The member itself, where nobody knows it.
    match text.strip_prefix("unknown field `").and_then(|rest| rest.split_once("`, ")) {
        Some((name, _)) => format!("{pointer}/{}", escaped(name)),
        None => pointer,
    }
}

/// A member's name in a pointer (RFC 6901, section 3).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Where a body that breaks off breaks off. `object`: whether the error is the
/// object's, and not that of the value just read.
fn path_at(broken: &[u8], object: bool) -> String {
    // What is left of a number would read as a smaller one.
    let number = broken.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |last| last + 1);
    let end = if object { broken.len() } else { number };
    let mut rest = serde_json::Deserializer::from_slice(broken.get(..end).unwrap_or(broken));
    match serde_path_to_error::deserialize::<_, serde_json::Value>(&mut rest) {
        Ok(_) => String::new(),
        Err(error) => json_pointer(error.path()),
    }
}

fn json_pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path.iter() {
        let part = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => escaped(key),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&part);
    }
    pointer
}

fn without_position(text: &str) -> String {
    text.split_once(" at line ").map_or(text, |(before, _)| before).to_owned()
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let json = media_type(&request).eq_ignore_ascii_case("application/json");
        let empty_type = media_type(&request).is_empty();
        let bytes = bounded_body(request).await?;
        // A POST without any body and any type is an empty object: `curl -X POST`.
        if bytes.is_empty() && empty_type {
            return Ok(Self { value: parse_json(b"{}")?, bytes });
        }
        if !json {
            return Err(Problem::new(UNSUPPORTED_MEDIA_TYPE, "send the body as content-type: application/json"));
        }
        Ok(Self { value: parse_json(&bytes)?, bytes })
    }
}

impl<T: schemars::JsonSchema> OperationInput for Json<T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        axum::Json::<T>::operation_input(ctx, operation);
    }
}

/// A form as browsers send it.
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let form_type = media_type(&Request::from_parts(parts.clone(), axum::body::Body::empty()))
            .eq_ignore_ascii_case("application/x-www-form-urlencoded");
        if !form_type {
            return Err(Problem::new(UNSUPPORTED_MEDIA_TYPE, "send a form"));
        }
        let bytes = bounded_body(Request::from_parts(parts, body)).await?;
        let incomplete = |_| Problem::invalid_field("", "the form was not complete; please go back and try again");
        serde_urlencoded::from_bytes(&bytes).map(Self).map_err(incomplete)
    }
}

/// The query string's parameters.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        serde_urlencoded::from_str(query).map(Self).map_err(|error| {
            // The first that cannot be read even by itself; else the message names it.
            let alone = |pair: &&str| serde_urlencoded::from_str::<T>(pair).is_err();
            let named = query.split('&').find(alone).and_then(|pair| form_urlencoded::parse(pair.as_bytes()).next());
            let text = error.to_string();
            let quoted = || text.split('`').nth(1).unwrap_or_default().to_owned();
            Problem::invalid_field(named.map_or_else(quoted, |(name, _)| name.into_owned()), &*text)
        })
    }
}

impl<T: schemars::JsonSchema> OperationInput for Query<T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        axum::extract::Query::<T>::operation_input(ctx, operation);
    }
}

/// The path's parameters. One that does not parse names nothing: a 404.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(Problem::not_found()),
        }
    }
}

impl<T> OperationInput for Path<T> {}

/// The `Idempotency-Key` header: 1 to 255 visible ASCII characters.
pub struct IdempotencyKey(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        match value.to_str() {
            Ok(key) if (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Ok(Self(Some(key.to_owned())))
            }
            _ => Err(Problem::invalid_field("Idempotency-Key", "a key is 1 to 255 visible ASCII characters")),
        }
    }
}

impl OperationInput for IdempotencyKey {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        header_parameter(
            ctx,
            operation,
            "Idempotency-Key",
            "Repeating the request with the same key and body replays its first answer.",
        );
    }
}

/// Documents an optional request header.
pub fn header_parameter(ctx: &mut GenContext, operation: &mut Operation, name: &str, description: &str) {
    use aide::openapi::{Parameter, ParameterData, ParameterSchemaOrContent, SchemaObject};
    let json_schema = ctx.schema.subschema_for::<String>();
    aide::operation::add_parameters(
        ctx,
        operation,
        [Parameter::Header {
            parameter_data: ParameterData {
                name: name.to_owned(),
                description: Some(description.to_owned()),
                required: false,
                deprecated: None,
                format: ParameterSchemaOrContent::Schema(SchemaObject {
                    json_schema,
                    external_docs: None,
                    example: None,
                }),
                example: None,
                examples: Default::default(),
                explode: None,
                extensions: Default::default(),
            },
            style: Default::default(),
        }],
    );
}

/// What an idempotency key is compared by: the operation's name and the body.
pub fn request_digest(operation: &str, body: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(operation.len() + 1 + body.len());
    bytes.extend_from_slice(operation.as_bytes());
    bytes.push(0);
    bytes.extend_from_slice(body);
    sha256_hex(&bytes)
}

/// The caller's network address as the platform saw it; never a header that a
/// client can set on the public network.
pub struct ClientAddress(pub String);

impl FromRequestParts<App> for ClientAddress {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let address = parts.headers.get("cf-connecting-ip").and_then(|value| value.to_str().ok()).unwrap_or("local");
        Ok(Self(address.to_owned()))
    }
}

impl OperationInput for ClientAddress {}
