//! The language that a request asks for.

use std::convert::Infallible;

use aide::OperationInput;
use aide::generate::GenContext;
use aide::openapi::Operation;
use axum::extract::FromRequestParts;
use http::header;
use http::request::Parts;

use super::extract::header_parameter;
use crate::text::Language;

/// The language of ours that the caller likes best.
pub struct AcceptLanguage(pub Language);

impl<S: Send + Sync> FromRequestParts<S> for AcceptLanguage {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let liked = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Ok(Self(Language::accepted(liked.unwrap_or_default())))
    }
}

impl OperationInput for AcceptLanguage {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        header_parameter(
            ctx,
            operation,
            "Accept-Language",
            "The language in which the shop writes to the buyer: `en` or `de`, English where neither is asked for.",
            schemars::json_schema!({"type": "string", "examples": ["de-DE, en;q=0.8"]}),
        );
    }
}
