//! Answers whose JSON is already text, documented as the type they hold.

use aide::OperationOutput;
use aide::generate::GenContext;
use aide::openapi::{Operation, Response as Documented};
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use std::marker::PhantomData;

/// JSON text of a `T`. `STATUS` is the success it documents.
pub struct JsonText<T, const STATUS: u16 = 200> {
    response: Response,
    shape: PhantomData<fn() -> T>,
}

impl<T, const STATUS: u16> JsonText<T, STATUS> {
    pub fn new(status: StatusCode, body: String) -> Self {
        let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        (status, json, body).into_response().into()
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
