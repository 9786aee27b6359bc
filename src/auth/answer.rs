//! Answers with a status or headers of their own that stay documented: aide
//! knows nothing of a tuple's parts.

use aide::OperationOutput;
use aide::generate::GenContext;
use aide::openapi::{Operation, Response as Documented};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};

/// An answer with headers beside it, such as cookies.
pub struct WithHeaders<T> {
    pub headers: HeaderMap,
    pub body: T,
}

impl<T: IntoResponse> IntoResponse for WithHeaders<T> {
    fn into_response(self) -> Response {
        (self.headers, self.body).into_response()
    }
}

impl<T: OperationOutput> OperationOutput for WithHeaders<T> {
    type Inner = T::Inner;

    fn operation_response(ctx: &mut GenContext, operation: &mut Operation) -> Option<Documented> {
        T::operation_response(ctx, operation)
    }
    fn inferred_responses(ctx: &mut GenContext, operation: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        T::inferred_responses(ctx, operation)
    }
}

/// 202: taken on, with more to follow elsewhere.
pub struct Accepted<T>(pub T);

impl<T: IntoResponse> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        (StatusCode::ACCEPTED, self.0).into_response()
    }
}

impl<T: OperationOutput> OperationOutput for Accepted<T> {
    type Inner = T::Inner;

    fn operation_response(ctx: &mut GenContext, operation: &mut Operation) -> Option<Documented> {
        T::operation_response(ctx, operation)
    }
    fn inferred_responses(ctx: &mut GenContext, operation: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        let documented = T::operation_response(ctx, operation);
        documented.into_iter().map(|response| (Some(StatusCode::ACCEPTED.as_u16()), response)).collect()
    }
}
