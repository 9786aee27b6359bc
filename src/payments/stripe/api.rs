//! One call to Stripe's API, and what it answered. Bodies go as forms, answers
//! come as JSON of which only what is looked at is read.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::intent::Intent;
use crate::app::{App, StripeKeys};
use crate::json;
use crate::payments::DEADLINE_MILLIS;
use crate::ports::{HttpCall, MOST_BODY};
use crate::telemetry;

/// The API's version that these shapes are of; Stripe answers in it for good.
const VERSION: &str = "2026-10-28.endive";

/// What became of a call.
#[derive(Debug)]
pub enum Answer<T> {
    Got(T),
    /// It was understood and refused: nothing new has happened.
    Refused(Box<Refusal>),
    /// Stripe failed (5xx), and says so again to whoever repeats the key: whether
    /// the call took effect is to be found out another way.
    Failed,
    /// No answer that says whether it took effect: the connection broke off, a
    /// request with the same key is under way (409), or there are too many (429).
    Silent,
}

/// Stripe's error object.
#[derive(Debug, Default, Deserialize)]
pub struct Refusal {
    #[serde(rename = "type", default)]
    pub kind: String,
    #[serde(default)]
    pub code: Option<String>,
    #[serde(default)]
    pub decline_code: Option<String>,
    /// The intent as it stands, where the refusal is about one.
    #[serde(default)]
    pub payment_intent: Option<Intent>,
}

impl Refusal {
    /// The key was used with other parameters.
    pub fn is_of_key(&self) -> bool {
        self.kind == "idempotency_error"
    }

    pub fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }
}

#[derive(Deserialize)]
struct Refused {
    error: Refusal,
}

/// The account that is asked.
pub struct Client<'a> {
    app: &'a App,
    pub keys: &'a StripeKeys,
}

impl<'a> Client<'a> {
    /// None where the deployment has no account.
    pub fn new(app: &'a App) -> Option<Self> {
        Some(Self { app, keys: app.config.stripe.as_ref()? })
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Answer<T> {
        self.call("GET", path, String::new(), None).await
    }

    /// `key`: the idempotency key; none for what may be done twice as it is.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, form: &[(&str, &str)], key: Option<&str>) -> Answer<T> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.call("POST", path, body, key).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: &'static str,
        path: &str,
        body: String,
        key: Option<&str>,
    ) -> Answer<T> {
        let mut headers = vec![
            ("authorization", format!("Bearer {}", self.keys.secret_key.reveal())),
            ("stripe-version", VERSION.to_owned()),
        ];
        if method == "POST" {
            headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
        }
        headers.extend(key.map(|key| ("idempotency-key", key.to_owned())));
        let url = format!("{}/v1/{path}", self.keys.api_url);
        let call = HttpCall { method, url, headers, body, deadline_millis: DEADLINE_MILLIS, most_body: MOST_BODY };
        let Ok(reply) = self.app.http.call(call).await else { return Answer::Silent };
        let bytes = reply.body.as_bytes();
        let answer = match reply.status {
            200..=299 => json::read(bytes).map_or(Answer::Silent, Answer::Got),
            409 | 429 => Answer::Silent,
            400..=499 => {
                json::read::<Refused>(bytes).map_or(Answer::Silent, |said| Answer::Refused(Box::new(said.error)))
            }
            500.. => Answer::Failed,
            _ => Answer::Silent,
        };
        // The keys are wrong or may not do this: nothing is known of what was asked about.
        let answer = if matches!(reply.status, 401 | 403) { Answer::Silent } else { answer };
        if matches!(answer, Answer::Silent | Answer::Failed) {
            telemetry::log(&json!({
                "level": if matches!(reply.status, 409 | 429) { "warn" } else { "error" },
                "event": "stripe_did_not_answer", "path": path, "status": reply.status,
            }));
        }
        answer
    }
}
