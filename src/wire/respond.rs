//! Answers in JSON, documented as the type they hold.

use aide::OperationOutput;
use aide::generate::GenContext;
use aide::openapi::{Operation, Response as Documented};
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;
use std::marker::PhantomData;

use crate::json;

/// A `T`, written as everything is that is stored or repeated: axum's own answer
/// has another writer, for which every type would be there once more.
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        whole(StatusCode::OK, json::text(&self.0))
    }
}

impl<T: JsonSchema> OperationOutput for Json<T> {
    type Inner = T;

    fn operation_response(ctx: &mut GenContext, operation: &mut Operation) -> Option<Documented> {
        axum::Json::<T>::operation_response(ctx, operation)
    }

    fn inferred_responses(ctx: &mut GenContext, operation: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        axum::Json::<T>::inferred_responses(ctx, operation)
    }
}

fn whole(status: StatusCode, body: String) -> Response {
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (status, json, body).into_response()
}

/// JSON text of a `T`. `STATUS` is the success it documents.
pub struct JsonText<T, const STATUS: u16 = 200> {
    response: Response,
    shape: PhantomData<fn() -> T>,
}

impl<T, const STATUS: u16> JsonText<T, STATUS> {
    pub fn new(status: StatusCode, body: String) -> Self {
        whole(status, body).into()
    }

    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.response.headers_mut().append(name, value);
        self
    }
}

impl<T, const STATUS: u16> From<Response> for JsonText<T, STATUS> {
    fn from(response: Response) -> Self {
        Self { response, shape: PhantomData }
    }
}

impl<T, const STATUS: u16> IntoResponse for JsonText<T, STATUS> {
    fn into_response(self) -> Response {
        self.response
    }
}

impl<T: JsonSchema, const STATUS: u16> OperationOutput for JsonText<T, STATUS> {
    type Inner = T;

    fn operation_response(ctx: &mut GenContext, operation: &mut Operation) -> Option<Documented> {
        axum::Json::<T>::operation_response(ctx, operation)
    }

    fn inferred_responses(ctx: &mut GenContext, operation: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        Self::operation_response(ctx, operation).map(|response| (Some(STATUS), response)).into_iter().collect()
    }
}
