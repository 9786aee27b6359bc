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
use crate::problem::Problem;

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

/// Every answer in JSON. No text of JSON is empty but that of what could not be
/// written ([`json::text`]), which nobody is to take for an answer.
fn whole(status: StatusCode, body: String) -> Response {
    if body.is_empty() {
        return Problem::internal("the answer could not be written as JSON").into_response();
    }
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

#[cfg(test)]
mod tests {
    use serde::ser::Error;

    use super::*;

    struct Unwritable;

    impl Serialize for Unwritable {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(S::Error::custom("it cannot be written"))
        }
    }

    #[test]
    fn what_cannot_be_written_is_no_success() {
        let answers = [
            Json(Unwritable).into_response(),
            JsonText::<()>::new(StatusCode::CREATED, json::text(&Unwritable)).into_response(),
        ];
        for answer in answers {
            assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        }
        assert_eq!(Json(()).into_response().status(), StatusCode::OK);
    }
}
