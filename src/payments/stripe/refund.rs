//! Giving money back: one refund of Stripe's for each of ours, under its id as
//! the idempotency key.
//!
//! Where Stripe failed (5xx) it repeats that to whoever repeats the key. So the
//! same is asked under the same key in other words: if the key was new, that is
//! the refund; if it was used, nothing comes under it any more, and the refund
//! is among those of the intent, or is asked for under the next key.

use serde::Deserialize;
use serde_json::json;

use super::api::{Answer, Client};
use super::currency;
use crate::payments::{Refund, RefundOutcome, RefundReport};
use crate::telemetry;

/// The most keys of one refund: each but the last was used up by a failure.
const MOST_KEYS: u32 = 5;

#[derive(Debug, Deserialize)]
struct Given {
    id: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Debug, Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    refund: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Given>,
}

/// Asks for a refund, or what became of it.
pub async fn give_back(client: &Client<'_>, refund: &Refund) -> RefundReport {
    let answer = match (&refund.reference, &refund.attempt.reference) {
        (Some(reference), _) => client.get(&format!("refunds/{reference}")).await,
        (None, Some(intent)) => ask(client, refund, intent).await,
        (None, None) => Answer::Silent,
    };
    match answer {
        Answer::Got(given) => RefundReport {
            outcome: match given.status.as_deref() {
                Some("succeeded") => RefundOutcome::Done,
                Some("failed" | "canceled") => RefundOutcome::Failed,
                _ => RefundOutcome::Pending,
            },
            reference: Some(given.id),
        },
        // All of it went back another way, such as by Stripe's own pages.
        Answer::Refused(refusal) if refusal.is("charge_already_refunded") => RefundOutcome::Done.into(),
        Answer::Refused(refusal) => {
            telemetry::log(&json!({
                "level": "error", "event": "stripe_refund_refused", "refund": refund.id,
                "type": refusal.kind, "code": refusal.code,
            }));
            RefundOutcome::Failed.into()
        }
        Answer::Failed | Answer::Silent => RefundOutcome::Unknown.into(),
    }
}

async fn ask(client: &Client<'_>, refund: &Refund, intent: &str) -> Answer<Given> {
    for number in 1..=MOST_KEYS {
        let key = if number == 1 { refund.id.clone() } else { format!("{}-{number}", refund.id) };
        let mut answer = make(client, refund, intent, &key, "").await;
        if matches!(answer, Answer::Failed) {
            answer = make(client, refund, intent, &key, "again").await;
        }
        if !matches!(&answer, Answer::Refused(refusal) if refusal.is_of_key()) {
            return answer;
        }
        match client.get::<Page>(&format!("refunds?limit=100&payment_intent={intent}")).await {
            Answer::Got(page) => {
                let is_ours = |given: &Given| given.metadata.refund.as_deref() == Some(&*refund.id);
                if let Some(given) = page.data.into_iter().find(is_ours) {
                    return Answer::Got(given);
                }
            }
            _ => return Answer::Silent,
        }
    }
    Answer::Silent
}

/// `words`: what makes this another request under the same key.
async fn make(client: &Client<'_>, refund: &Refund, intent: &str, key: &str, words: &str) -> Answer<Given> {
    let Some(amount) = currency::amount(refund.amount).map(|amount| amount.to_string()) else { return Answer::Silent };
    let order = refund.attempt.id.rsplit_once('-').map_or("", |(order, _)| order);
    let mut form = vec![
        ("payment_intent", intent),
        ("amount", &amount),
        ("metadata[order]", order),
        ("metadata[attempt]", &refund.attempt.id),
        ("metadata[refund]", &refund.id),
    ];
    if !words.is_empty() {
        form.push(("metadata[asked]", words));
    }
    client.post("refunds", &form, Some(key)).await
}
