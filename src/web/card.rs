//! Where a buyer gives Stripe a card, or answers the bank: the one page with a
//! script. Stripe's own script asks (the Payment Element), ours starts it.

use axum::extract::State;
use axum::response::{Redirect, Response};
use http::{HeaderName, HeaderValue, header};
use serde::Deserialize;

use super::parts::to_order;
use crate::app::{App, StripeKeys};
use crate::ids::OrderId;
use crate::orders::access::Credentials;
use crate::orders::error::OrderError;
use crate::orders::view::{OrderView, PaymentStatus};
use crate::payments::Provider;
use crate::problem::Problem;
use crate::wire::extract::{Path, Query};

/// Stripe's script, always from Stripe itself (docs.stripe.com/js/including).
const SCRIPT: &str = "https://js.stripe.com/v3/";

/// What [`SCRIPT`] needs of a page's policy (docs.stripe.com/security/guide,
/// "Content Security Policy").
const STRIPES: [&str; 3] = [
    "https://js.stripe.com https://*.js.stripe.com",
    "https://api.stripe.com",
    "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com",
];

/// What the scripts are told.
pub struct CardForm {
    pub publishable_key: String,
    pub client_secret: String,
    /// The address of Stripe's script.
    pub script: String,
    pub return_url: String,
    /// Whether the card is known, and its bank has a question.
    pub bank_asks: bool,
    policy: String,
}

impl CardForm {
    /// None where the order does not wait for its buyer, or not at Stripe.
    pub fn new(app: &App, order: &OrderView) -> Option<Self> {
        let payment = &order.payment;
        let waits = payment.provider == Provider::Stripe && payment.status == PaymentStatus::RequiresAction;
        let keys = app.config.stripe.as_ref().filter(|_| waits)?;
        let (script, policy) = script(keys);
        Some(Self {
            publishable_key: payment.publishable_key.clone()?,
            client_secret: payment.client_secret.clone()?,
            script,
            return_url: format!("/orders/{}/returned", order.id),
            bank_asks: payment.method.is_some(),
            policy,
        })
    }

    /// Lets the page run these scripts, and no others, and speak to the windows
    /// that a bank or a wallet asks its buyer in.
    pub fn allow(&self, response: &mut Response) {
        let to_popups = HeaderValue::from_static("same-origin-allow-popups");
        response.headers_mut().insert(HeaderName::from_static("cross-origin-opener-policy"), to_popups);
        if let Ok(policy) = HeaderValue::from_str(&self.policy) {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
}

/// The script's address, and the policy of a page with it. A stand-in for
/// Stripe brings its own script.
fn script(keys: &StripeKeys) -> (String, String) {
    let (script, [scripts, calls, frames]) = match keys.api_url.as_str() {
        StripeKeys::API_URL => (SCRIPT.to_owned(), STRIPES),
        stand_in => (format!("{stand_in}/v3/"), [stand_in; 3]),
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self' https: data:; script-src 'self' {scripts}; \
         connect-src {calls}; frame-src {frames}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    (script, policy)
}

/// What Stripe adds to the address it sends the buyer back to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Returned {
    redirect_status: String,
}

/// The buyer is back from Stripe or the bank. The order asks what came of it;
/// what the address says decides nothing, and is gone from it after this.
pub async fn get_return(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    Query(Returned { redirect_status }): Query<Returned>,
) -> Result<Redirect, Problem> {
    match credentials.order(&app, id)?.look_again().await {
        Ok(Err(OrderError::NotFound)) => Err(Problem::not_found()),
        Ok(_) if redirect_status == "failed" => Ok(Redirect::to(&format!("/orders/{id}?declined=yes"))),
        // Where Stripe did not answer either, its events will tell.
        Ok(_) | Err(_) => Ok(to_order(id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(api_url: Option<&str>) -> StripeKeys {
        let [secret, publishable, webhooks] = ["sk_test_1", "pk_test_1", "whsec_1"].map(|key| Some(key.to_owned()));
        StripeKeys::parse(secret, publishable, webhooks, api_url.map(str::to_owned)).unwrap().unwrap()
    }

    #[test]
    fn the_page_may_speak_to_the_windows_that_a_bank_asks_in() {
        let (script, policy) = script(&keys(None));
        let form = CardForm {
            publishable_key: "pk_test_1".to_owned(),
            client_secret: "pi_1_secret".to_owned(),
            script,
            return_url: "/".to_owned(),
            bank_asks: false,
            policy: policy.clone(),
        };
        let mut response = Response::default();
        form.allow(&mut response);
        assert_eq!(response.headers()["cross-origin-opener-policy"], "same-origin-allow-popups");
        assert_eq!(response.headers()[header::CONTENT_SECURITY_POLICY], policy);
    }

    #[test]
    fn only_stripe_runs_where_stripe_is_asked() {
        let (address, policy) = script(&keys(None));
        assert_eq!(address, "https://js.stripe.com/v3/");
        assert!(policy.contains("script-src 'self' https://js.stripe.com https://*.js.stripe.com;"), "{policy}");
        assert!(!policy.contains("unsafe") && policy.starts_with("default-src 'none';"), "{policy}");
        let (address, policy) = script(&keys(Some("http://127.0.0.1:9/")));
        assert_eq!(address, "http://127.0.0.1:9/v3/");
        assert!(!policy.contains("stripe.com") && policy.contains("connect-src http://127.0.0.1:9;"), "{policy}");
    }
}
