//! What handlers take from a request: bodies, paths, queries and headers,
//! each parsed once, each with a clear problem when it does not fit.

use aide::OperationInput;
use aide::generate::GenContext;
use aide::openapi::Operation;
use axum::extract::{FromRequest, FromRequestParts, MatchedPath, Request};
use bytes::Bytes;
use http::request::Parts;
use http::{Extensions, Method, header};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use std::ops::Deref;

use super::body::{self, Draft};
use crate::app::sha256_hex;
use crate::json;
use crate::problem::Problem;

crate::codes! {
    /// The body is larger than a body may be.
    BODY_TOO_LARGE = PAYLOAD_TOO_LARGE "body_too_large";
    /// The body is of a kind that this route does not take.
    UNSUPPORTED_MEDIA_TYPE = UNSUPPORTED_MEDIA_TYPE "unsupported_media_type";
}

/// The largest request body, in bytes.
pub const MAX_BODY: usize = 256 * 1024;
/// The largest of a product, which may have two thousand variants, in bytes.
const MAX_PRODUCT_BODY: usize = 1024 * 1024;

/// How large a body at this path may be, a form of the console's, too. `edge/request.js` says the same.
pub fn most_bytes(path: &str) -> usize {
    let is_product = |below: &str| below.is_empty() || below.starts_with('/');
    let below = path.strip_prefix("/v1").unwrap_or(path).strip_prefix("/admin/products");
    if below.is_some_and(is_product) { MAX_PRODUCT_BODY } else { MAX_BODY }
}

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
    let most = most_bytes(request.uri().path());
    body_of(request, most).await
}

/// The bytes of a body, at most so many. The door lets larger ones than [`MAX_BODY`] in where
/// `edge/request.js` says so.
pub async fn body_of(request: Request, most: usize) -> Result<Bytes, Problem> {
    let too_large = || Problem::new(BODY_TOO_LARGE, format!("a body may have at most {most} bytes"));
    if request.headers().contains_key("x-body-too-large") {
        return Err(too_large());
    }
    let bytes = request.into_body().collect().await.map_err(|_| Problem::unparsable("the body broke off"))?.to_bytes();
    if bytes.len() > most { Err(too_large()) } else { Ok(bytes) }
}

/// A file as the body, of whatever type, of at most so many bytes.
pub struct FileBody<const MOST: usize>(pub Bytes);

impl<const MOST: usize, S: Send + Sync> FromRequest<S> for FileBody<MOST> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        body_of(request, MOST).await.map(Self)
    }
}

impl<const MOST: usize> OperationInput for FileBody<MOST> {}

/// How the contract names what is asked, such as `POST /v1/carts/{id}/lines`.
fn operation(method: &Method, extensions: &Extensions) -> String {
    let path = extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    format!("{method} {path}")
}

fn media_type(request: &Request) -> &str {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    value.split(';').next().unwrap_or("").trim()
}

/// A JSON body as it came.
struct Sent {
    bytes: Bytes,
    /// What is read of it.
    text: Bytes,
    operation: String,
}

impl Sent {
    async fn from(request: Request) -> Result<Self, Problem> {
        let operation = operation(request.method(), request.extensions());
        let json = media_type(&request).eq_ignore_ascii_case("application/json");
        let posted = request.method() == Method::POST;
        let empty_type = media_type(&request).is_empty();
        let bytes = bounded_body(request).await?;
        // A POST without any body and any type is an empty object: `curl -X POST`.
        if bytes.is_empty() && empty_type && posted {
            return Ok(Self { bytes, text: Bytes::from_static(b"{}"), operation });
        }
        if !json {
            return Err(Problem::new(UNSUPPORTED_MEDIA_TYPE, "send the body as content-type: application/json"));
        }
        Ok(Self { text: bytes.clone(), bytes, operation })
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let Sent { bytes, text, operation } = Sent::from(request).await?;
        Ok(Self { value: body::parse(&text, &operation)?, bytes })
    }
}

/// A JSON body with rules of its own, which hold.
pub struct Checked<T: Draft> {
    pub value: T::Checked,
    pub bytes: Bytes,
}

impl<T: Draft, S: Send + Sync> FromRequest<S> for Checked<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let Sent { text, operation, bytes } = Sent::from(request).await?;
        Ok(Self { value: body::parse_checked::<T>(&text, &operation)?, bytes })
    }
}

impl<T: Draft + schemars::JsonSchema> OperationInput for Checked<T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        axum::Json::<T>::operation_input(ctx, operation);
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
        let incomplete = |_| Problem::invalid_field("", "the form was not complete; please go back and try again");
        json::read_pairs(&sent_form(request).await?).map(Self).map_err(incomplete)
    }
}

/// A form whose fields depend on what it is about: their names and values.
pub struct Fields(pub Vec<(String, String)>);

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        Ok(Self(form_urlencoded::parse(&sent_form(request).await?).into_owned().collect()))
    }
}

async fn sent_form(request: Request) -> Result<Bytes, Problem> {
    if !media_type(&request).eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Problem::new(UNSUPPORTED_MEDIA_TYPE, "send a form"));
    }
    bounded_body(request).await
}

/// The query string's parameters.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let operation = operation(&parts.method, &parts.extensions);
        body::parse_query(parts.uri.query().unwrap_or_default(), &operation).map(Self)
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

/// The path's parameters in their order; [`crate::openapi`] knows their names.
impl<T: schemars::JsonSchema> OperationInput for Path<T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        operation.extensions.insert(PATH_SHAPE.to_owned(), ctx.schema.subschema_for::<T>().into());
    }
}

/// Where an operation's description keeps the shape of its path, until it is
/// laid out as parameters.
pub const PATH_SHAPE: &str = "x-path";

/// The `Idempotency-Key` header: 1 to 255 visible ASCII characters.
pub struct IdempotencyKey(pub Option<String>);

/// The shortest key that may name a secret, in characters: as long as 128 bits
/// of a UUID are in bytes.
pub const MIN_SECRET_KEY: usize = 16;

impl IdempotencyKey {
    /// For requests of nobody in particular that are answered with a secret:
    /// whoever guesses the key of a neighbour in the same network is answered
    /// the same.
    pub fn hard_to_guess(self) -> Result<Self, Problem> {
        match &self.0 {
            Some(key) if key.len() < MIN_SECRET_KEY => Err(Problem::invalid_field(
                "Idempotency-Key",
                format!("a key has at least {MIN_SECRET_KEY} characters here, unless one is signed in; make it random"),
            )),
            _ => Ok(self),
        }
    }
}

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
            schemars::json_schema!({
                "type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": 255,
                "examples": ["8e03978e-40d5-43dd-bc93-6894a57f9324"],
            }),
        );
    }
}

/// Documents an optional request header.
pub fn header_parameter(
    ctx: &mut GenContext,
    operation: &mut Operation,
    name: &str,
    description: &str,
    json_schema: schemars::Schema,
) {
    use aide::openapi::{Parameter, ParameterData, ParameterSchemaOrContent, SchemaObject};
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
