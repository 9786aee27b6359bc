//! A PaymentIntent of Stripe's, and what it says of an attempt.

use serde::Deserialize;
use serde_json::{Value, json};

use super::api::Refusal;
use super::currency;
use crate::app::StripeKeys;
use crate::json;
use crate::payments::{Attempt, Outcome, Report};
use crate::settings::Capture;
use crate::telemetry;

#[derive(Debug, Clone, Default, Deserialize)]
pub struct Intent {
    pub id: String,
    pub status: String,
    pub amount: i64,
    #[serde(default)]
    pub amount_received: i64,
    pub currency: String,
    pub livemode: bool,
    #[serde(default)]
    pub client_secret: Option<String>,
    #[serde(default)]
    pub metadata: Metadata,
    #[serde(default)]
    pub last_payment_error: Option<Failure>,
    /// The payment that it came to; its name alone where it was not asked for.
    #[serde(default)]
    latest_charge: Value,
}

/// What we wrote beside an object when it was made.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Metadata {
    #[serde(default)]
    pub order: Option<String>,
    #[serde(default)]
    pub attempt: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct Failure {
    #[serde(default)]
    pub code: Option<String>,
    #[serde(default)]
    pub decline_code: Option<String>,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self { code: refusal.code, decline_code: refusal.decline_code }
    }
}

impl Failure {
    /// In the words that buyers are told by.
    pub fn reason(&self) -> String {
        let is = |code: &str| [&self.decline_code, &self.code].iter().any(|said| said.as_deref() == Some(code));
        let reason = if is("insufficient_funds") {
            "insufficient_funds"
        } else if is("payment_intent_authentication_failure") || is("authentication_required") {
            "authentication_failed"
        } else {
            "card_declined"
        };
        reason.to_owned()
    }
}

/// What an intent says of an attempt.
#[derive(Debug, PartialEq)]
pub enum Said {
    Told(Outcome),
    /// The method that came with the order was declined. The intent itself would
    /// take another one: it is to be cancelled before the attempt counts as over.
    MethodDeclined {
        reason: String,
    },
}

impl Intent {
    /// Whether it is what the attempt asked for, in each respect.
    fn is_of(&self, attempt: &Attempt, keys: &StripeKeys) -> bool {
        self.metadata.attempt.as_deref() == Some(&*attempt.id)
            && Some(self.amount) == currency::amount(attempt.amount)
            && self.currency.eq_ignore_ascii_case(attempt.amount.currency.as_str())
            && self.livemode == keys.is_live()
            && attempt.reference.as_ref().is_none_or(|reference| *reference == self.id)
    }

    pub fn said(&self, attempt: &Attempt, keys: &StripeKeys) -> Said {
        if !self.is_of(attempt, keys) {
            self.log_unfit(attempt);
            return Said::Told(Outcome::Unfit);
        }
        let failure = self.last_payment_error.as_ref();
        Said::Told(match self.status.as_str() {
            "succeeded" if self.amount_received == self.amount => Outcome::Paid,
            // Captured in part: only staff do so.
            "succeeded" if attempt.payment.terms.capture == Capture::Manual && self.amount_received > 0 => {
                match currency::money(self.amount_received, attempt.amount.currency) {
                    Some(amount) if amount.amount < attempt.amount.amount => Outcome::PartlyPaid { amount },
                    _ => Outcome::Unfit,
                }
            }
            "requires_capture" => Outcome::Authorized,
            "processing" => Outcome::Pending,
            "canceled" => match failure {
                Some(failure) => Outcome::Declined { reason: failure.reason() },
                None => Outcome::Voided,
            },
            "requires_action" => self.asks_buyer(),
            "requires_payment_method" | "requires_confirmation" => match (failure, &attempt.payment.method) {
                (Some(failure), Some(_)) => return Said::MethodDeclined { reason: failure.reason() },
                // The buyer's browser asks for another card, and confirms it.
                (_, None) => self.asks_buyer(),
                (None, Some(_)) => Outcome::Pending,
            },
            _ => {
                self.log_unfit(attempt);
                Outcome::Unfit
            }
        })
    }

    fn asks_buyer(&self) -> Outcome {
        match &self.client_secret {
            Some(client_secret) => Outcome::ActionRequired { client_secret: client_secret.clone() },
            None => Outcome::Pending,
        }
    }

    pub fn report(&self, outcome: Outcome, attempt: &Attempt) -> Report {
        // One that does not fit must not become the attempt's.
        if outcome == Outcome::Unfit {
            return outcome.into();
        }
        let refunded = self.latest_charge.get("amount_refunded").and_then(Value::as_i64);
        let refunded = refunded.and_then(|minor| currency::money(minor, attempt.amount.currency));
        Report { outcome, reference: Some(self.id.clone()), refunded }
    }

    /// Somebody has to look: it is never taken for paid.
    fn log_unfit(&self, attempt: &Attempt) {
        telemetry::log(&json!({
            "level": "error", "event": "stripe_payment_does_not_fit", "attempt": attempt.id, "intent": self.id,
            "status": self.status, "amount": self.amount, "received": self.amount_received,
            "currency": self.currency, "livemode": self.livemode, "expected": json::value(&attempt.amount),
        }));
    }
}
