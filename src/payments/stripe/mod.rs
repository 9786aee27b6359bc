//! Stripe: a PaymentIntent for each attempt, made under the attempt's id as its
//! idempotency key, with order and attempt in its metadata.
//!
//! With a method it is confirmed in the call that makes it; without one the
//! buyer's browser confirms it with the Payment Element.
//!
//! **An answer that was lost.** Once the intent's id is known, it is looked up.
//! Before that, the same call under the same key is the question: it makes
//! nothing twice, and its answer has the id.
//!
//! **Calling off before the id is known.** A call that is on its way, or was
//! lost on the way there, may still take the money later. So its key is used up:
//! the same key with `confirm=false`. If the key was never used, that makes an
//! intent that takes no money and is cancelled, and whatever comes later under
//! the key with `confirm=true` is refused (docs.stripe.com/api/idempotent_requests:
//! parameters are compared). If it was used, this is refused instead, and the
//! first call is repeated for the id of the intent to be cancelled. Stripe keeps
//! keys for a day at least; nothing of ours is on its way for so long.
//! Where Stripe failed (5xx) it keeps that answer, too, and repeats it. Once a
//! refusal says that the key is used, nothing comes under it any more: the
//! intents of those minutes are listed, and ours is among them or never will be.

mod api;
pub mod currency;
mod intent;
mod refund;
#[cfg(test)]
mod tests;
pub mod webhook;

use serde::Deserialize;
use serde_json::json;

use self::api::{Answer, Client};
use self::intent::{Failure, Intent, Said};
use self::refund::give_back;
use super::{Attempt, Gateway, Outcome, Refund, RefundOutcome, RefundReport, Report};
use crate::app::App;
use crate::money::Money;
use crate::ports::Pending;
use crate::settings::Capture;
use crate::telemetry;

/// How the names of Stripe's methods begin (docs.stripe.com/api/payment_methods).
pub const METHOD_PREFIX: &str = "pm_";

pub struct Stripe;

impl Gateway for Stripe {
    fn charge<'a>(&'a self, app: &'a App, attempt: &'a Attempt) -> Pending<'a, Report> {
        self.poll(app, attempt)
    }

    fn capture<'a>(&'a self, app: &'a App, attempt: &'a Attempt, amount: Money) -> Pending<'a, Report> {
        Box::pin(async move { asking(app, attempt).capture(amount).await })
    }

    fn poll<'a>(&'a self, app: &'a App, attempt: &'a Attempt) -> Pending<'a, Report> {
        Box::pin(async move { asking(app, attempt).look().await })
    }

    fn void<'a>(&'a self, app: &'a App, attempt: &'a Attempt) -> Pending<'a, Report> {
        Box::pin(async move { asking(app, attempt).void().await })
    }

    fn refund<'a>(&'a self, app: &'a App, refund: &'a Refund) -> Pending<'a, RefundReport> {
        Box::pin(async move {
            match Client::new(app) {
                Some(client) => give_back(&client, refund).await,
                None => RefundOutcome::Unknown.into(),
            }
        })
    }
}

/// What is asked about one attempt. Without an account there is no answer.
struct Asking<'a> {
    client: Option<Client<'a>>,
    attempt: &'a Attempt,
}

fn asking<'a>(app: &'a App, attempt: &'a Attempt) -> Asking<'a> {
    Asking { client: Client::new(app), attempt }
}

/// How far from an attempt's beginning its intent may have been made, in seconds.
const LISTED_SECONDS: i64 = 600;

/// The most pages that are looked through, of 100 intents each: more than four
/// thousand in twenty minutes are asked for again.
const MOST_PAGES: usize = 40;

#[derive(Deserialize)]
struct Page {
    data: Vec<Intent>,
    has_more: bool,
}

/// Three calls under one key: whichever comes first is the only one.
#[derive(Clone, Copy, PartialEq)]
enum Making {
    AsChosen,
    /// Takes no money: uses the key up.
    Unconfirmed,
    /// Neither, and different from both: only whether the key is used is of interest.
    Probing,
}

impl Asking<'_> {
    /// What became of the attempt; makes its intent if there is none yet.
    async fn look(&self) -> Report {
        let Some(client) = &self.client else { return Outcome::Unknown.into() };
        let intent = match &self.attempt.reference {
            Some(reference) => match client.get(&format!("payment_intents/{reference}?expand[]=latest_charge")).await {
                Answer::Got(intent) => intent,
                // Another account's: nothing of ours is there.
                Answer::Refused(_) => return Outcome::Unfit.into(),
                Answer::Failed | Answer::Silent => return Outcome::Unknown.into(),
            },
            None => match self.make(client, Making::AsChosen).await {
                Answer::Got(intent) => intent,
                Answer::Refused(refusal) if refusal.is_of_key() => return Outcome::Unknown.into(),
                Answer::Refused(mut refusal) => match refusal.payment_intent.take() {
                    Some(intent) => intent,
                    // Refused before there was an intent: no money moves. An unknown
                    // method is the buyer's mistake, the rest is for whoever runs the shop.
                    None => {
                        telemetry::log(&json!({
                            "level": "warn", "event": "stripe_refused_a_payment", "attempt": self.attempt.id,
                            "type": refusal.kind, "code": refusal.code,
                        }));
                        return Outcome::Declined { reason: Failure::from(*refusal).reason() }.into();
                    }
                },
                Answer::Failed | Answer::Silent => return Outcome::Unknown.into(),
            },
        };
        match intent.said(self.attempt, client.keys) {
            Said::Told(outcome) => intent.report(outcome, self.attempt),
            Said::MethodDeclined { reason } => match self.cancel(client, &intent.id).await.outcome {
                Outcome::Voided => intent.report(Outcome::Declined { reason }, self.attempt),
                outcome => intent.report(outcome, self.attempt),
            },
        }
    }

    /// The call that makes the attempt's intent; always the same, so that its
    /// key finds the first answer.
    async fn make(&self, client: &Client<'_>, making: Making) -> Answer<Intent> {
        let attempt = self.attempt;
        let Some(amount) = currency::amount(attempt.amount) else { return Answer::Refused(Default::default()) };
        let (amount, currency) = (amount.to_string(), attempt.amount.currency.as_str().to_ascii_lowercase());
        let order = attempt.id.rsplit_once('-').map_or("", |(order, _)| order);
        let capture = match attempt.payment.terms.capture {
            Capture::Automatic => "automatic",
            Capture::Manual => "manual",
        };
        let mut form = vec![
            ("amount", &*amount),
            ("currency", &*currency),
            ("capture_method", capture),
            ("automatic_payment_methods[enabled]", "true"),
            ("metadata[order]", order),
            ("metadata[attempt]", &attempt.id),
        ];
        if let Some(method) = &attempt.payment.method {
            form.extend([
                // One that sends the buyer elsewhere needs an address to come back to.
                ("automatic_payment_methods[allow_redirects]", "never"),
                ("payment_method", method.as_str()),
                ("confirm", if making == Making::AsChosen { "true" } else { "false" }),
            ]);
        }
        if making == Making::Probing {
            form.push(("description", "called off"));
        }
        client.post("payment_intents", &form, Some(&attempt.id)).await
    }

    /// Sees to it that no money is taken; see the head of this file.
    async fn void(&self) -> Report {
        let Some(client) = &self.client else { return Outcome::Unknown.into() };
        if let Some(reference) = &self.attempt.reference {
            return self.cancel(client, reference).await;
        }
        let is_of_key = |answer: &Answer<Intent>| matches!(answer, Answer::Refused(refusal) if refusal.is_of_key());
        let mut made = self.make(client, Making::Unconfirmed).await;
        let is_used = match &made {
            Answer::Failed => {
                made = self.make(client, Making::Probing).await;
                is_of_key(&made)
            }
            answer if is_of_key(answer) => {
                made = self.make(client, Making::AsChosen).await;
                matches!(made, Answer::Failed) || is_of_key(&made)
            }
            _ => false,
        };
        if is_used {
            return self.void_listed(client).await;
        }
        match made {
            Answer::Got(intent) => self.cancel(client, &intent.id).await,
            Answer::Refused(refusal) => match refusal.payment_intent {
                Some(intent) => self.cancel(client, &intent.id).await,
                None => Outcome::Voided.into(),
            },
            Answer::Failed | Answer::Silent => Outcome::Unknown.into(),
        }
    }

    /// Looks for the attempt's intent among all that were made in those minutes,
    /// and cancels it if there is one.
    async fn void_listed(&self, client: &Client<'_>) -> Report {
        let began = self.attempt.started_at.millis() / 1_000;
        let (from, to) = (began - LISTED_SECONDS, began + LISTED_SECONDS);
        let mut after = String::new();
        for _ in 0..MOST_PAGES {
            let path = format!("payment_intents?limit=100&created[gte]={from}&created[lte]={to}{after}");
            let Answer::Got(page) = client.get::<Page>(&path).await else { return Outcome::Unknown.into() };
            let is_ours = |intent: &&Intent| intent.metadata.attempt.as_deref() == Some(&*self.attempt.id);
            if let Some(intent) = page.data.iter().find(is_ours) {
                return self.cancel(client, &intent.id).await;
            }
            match page.data.last() {
                Some(last) if page.has_more => after = format!("&starting_after={}", last.id),
                _ => return Outcome::Voided.into(),
            }
        }
        Outcome::Unknown.into()
    }

    /// `Voided` once it is cancelled, `Paid` if it has taken the money.
    async fn cancel(&self, client: &Client<'_>, id: &str) -> Report {
        let intent = match client.post(&format!("payment_intents/{id}/cancel"), &[], None).await {
            Answer::Got(intent) => intent,
            // It has taken the money, or was cancelled before.
            Answer::Refused(mut refusal) => match refusal.payment_intent.take() {
                Some(intent) => intent,
                None => return Outcome::Unfit.into(),
            },
            Answer::Failed | Answer::Silent => return Outcome::Unknown.into(),
        };
        let outcome = match intent.said(self.attempt, client.keys) {
            Said::Told(outcome @ (Outcome::Paid | Outcome::PartlyPaid { .. } | Outcome::Unfit)) => outcome,
            Said::Told(Outcome::Voided | Outcome::Declined { .. }) => Outcome::Voided,
            // Not cancelled after all.
            Said::Told(_) | Said::MethodDeclined { .. } => Outcome::Unknown,
        };
        intent.report(outcome, self.attempt)
    }

    async fn capture(&self, amount: Money) -> Report {
        let (Some(client), Some(reference)) = (&self.client, &self.attempt.reference) else {
            return Outcome::Unknown.into();
        };
        let Some(minor) = currency::amount(amount).map(|minor| minor.to_string()) else {
            return Outcome::Unfit.into();
        };
        // Taken once as it is: an intent that was captured refuses to be so again.
        let path = format!("payment_intents/{reference}/capture");
        match client.post::<Intent>(&path, &[("amount_to_capture", &minor)], None).await {
            Answer::Got(_) => self.look().await,
            // It was captured before, or lapsed.
            Answer::Refused(_) => self.look().await,
            Answer::Failed | Answer::Silent => Outcome::Unknown.into(),
        }
    }
}
