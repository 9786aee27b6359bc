//! What payment providers tell by themselves.

use aide::OperationInput;
use aide::generate::GenContext;
use aide::openapi::Operation;
use axum::extract::{FromRequest, Request, State};
use axum::response::NoContent;
use bytes::Bytes;
use serde_json::json;

use super::client::OrderClient;
use super::error::OrderError;
use super::protocol::Access;
use crate::app::App;
use crate::payments::error::BAD_SIGNATURE;
use crate::payments::stripe::webhook::{self, Notice, Unheard};
use crate::problem::Problem;
use crate::telemetry;
use crate::wire::extract::{bounded_body, header_parameter};

/// An event of Stripe's as it was signed, byte for byte. Nobody else can make one.
pub struct SignedEvent(Bytes);

impl FromRequest<App> for SignedEvent {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let keys = app.config.stripe.as_ref().ok_or_else(Problem::not_found)?;
        let signature = request.headers().get("stripe-signature").and_then(|value| value.to_str().ok());
        let signature = signature.unwrap_or_default().to_owned();
        let body = bounded_body(request).await?;
        webhook::verify(&signature, &body, &keys.webhook_secrets, app.clock.now())
            .map_err(|bad| Problem::new(BAD_SIGNATURE, bad.to_string()))?;
        Ok(Self(body))
    }
}

impl OperationInput for SignedEvent {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        header_parameter(
            ctx,
            operation,
            "Stripe-Signature",
            "Stripe's signature of time and body.",
            schemars::json_schema!({"type": "string", "minLength": 1, "maxLength": 4_000}),
        );
    }
}

/// Takes an event of Stripe's, signed within the last five minutes. The event only says which payment to look at: what
/// counts is what Stripe answers then. Where it does not answer, this is a 503, and Stripe tells the event again.
pub async fn receive_stripe_event(
    State(app): State<App>,
    SignedEvent(body): SignedEvent,
) -> Result<NoContent, Problem> {
    let notice = match webhook::notice(&app, &body).await {
        Ok(Some(notice)) => notice,
        Ok(None) => return Ok(NoContent),
        Err(Unheard::Unreadable) => return Err(Problem::unparsable("this is no event of Stripe's")),
        Err(Unheard::NoAnswer) => return Err(Problem::unavailable("the payment provider", "stripe did not answer")),
    };
    let Notice { order, attempt, reference, about } = notice;
    match OrderClient::new(&app, order, Access::of_shop()).look_at_payment(attempt, reference, about).await? {
        Ok(_) => Ok(NoContent),
        // Another shop's, at the same account. Telling it again would not help.
        Err(OrderError::NotFound) => {
            telemetry::log(&json!({ "level": "warn", "event": "stripe_event_of_no_order", "order": order }));
            Ok(NoContent)
        }
        Err(error) => Err(error.into()),
    }
}
