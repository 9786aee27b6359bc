//! What Stripe tells by itself: signed, in any order, once, twice or never. An
//! event only says where to look: what counts is what Stripe answers then.

use hmac::{Hmac, Mac};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use sha2::Sha256;

use super::api::{Answer, Client};
use super::intent::{Intent, Metadata};
use crate::app::{App, Secret};
use crate::ids::OrderId;
use crate::json;
use crate::ports::Timestamp;
use crate::telemetry;

/// An event that was signed longer ago, or will be, is refused, in seconds:
/// Stripe's own tolerance (docs.stripe.com/webhooks, "Preventing replay attacks").
const TOLERANCE_SECONDS: i64 = 300;

/// The most signatures that are looked at: one for each secret while one is exchanged.
const MOST_SIGNATURES: usize = 10;

/// How the kinds of events begin that are about payments; what others have in
/// them, such as a balance without an id, is not looked at.
const HEARD: [&str; 3] = ["payment_intent.", "charge.", "refund."];

/// Nobody who knows one of the secrets signed this, or not in these minutes.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("the signature is not one of these bytes, by a secret of this shop, of the last five minutes")]
pub struct BadSignature;

/// Checks `t=...,v1=...` (docs.stripe.com/webhooks, "Verify manually"): the
/// HMAC-SHA-256 of time, dot and body, in constant time. `v0` and others mean nothing.
pub fn verify(header: &str, body: &[u8], secrets: &[Secret], now: Timestamp) -> Result<(), BadSignature> {
    let fields = || header.split(',').filter_map(|field| field.trim().split_once('='));
    let (_, time) = fields().find(|(name, _)| *name == "t").ok_or(BadSignature)?;
    let signed_at: i64 = time.parse().map_err(|_| BadSignature)?;
    let age = (now.millis() / 1_000).checked_sub(signed_at).ok_or(BadSignature)?;
    if age.checked_abs().is_none_or(|age| age > TOLERANCE_SECONDS) {
        return Err(BadSignature);
    }
    let given = fields().filter(|(name, _)| *name == "v1").take(MOST_SIGNATURES);
    let given: Vec<_> = given.filter_map(|(_, signature)| hex::decode(signature).ok()).collect();
    let signs = |secret: &Secret| {
        Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()).is_ok_and(|mut mac| {
            mac.update(time.as_bytes());
            mac.update(b".");
            mac.update(body);
            given.iter().any(|signature| mac.clone().verify_slice(signature).is_ok())
        })
    };
    if secrets.iter().any(signs) { Ok(()) } else { Err(BadSignature) }
}

/// Where to look, and for what.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    pub order: OrderId,
    /// The attempt's number.
    pub attempt: u32,
    /// How Stripe names it.
    pub reference: String,
    pub about: About,
}

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    Payment,
    Refund,
    Dispute { dispute: String },
}

#[derive(Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    livemode: bool,
    /// Of somebody who is connected to this account; not ours.
    #[serde(default)]
    account: Option<String>,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    /// An [`Object`], where the kind is one of [`HEARD`].
    object: Box<RawValue>,
}

#[derive(Deserialize)]
struct Object {
    id: String,
    #[serde(default)]
    payment_intent: Option<String>,
    #[serde(default)]
    metadata: Option<Metadata>,
}

/// Why an event cannot be worked on now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unheard {
    /// It is no event.
    Unreadable,
    /// Stripe did not say whose intent it is about.
    NoAnswer,
}

/// Reads an event whose signature is good. None: it is not about anything of
/// this shop's; telling it again would not help.
pub async fn notice(app: &App, body: &[u8]) -> Result<Option<Notice>, Unheard> {
    let Some(client) = Client::new(app) else { return Ok(None) };
    let event: Event = json::read(body).map_err(|_| Unheard::Unreadable)?;
    let ignored = |why: &str| {
        telemetry::log(&json!({
            "level": "error", "event": "stripe_event_ignored", "why": why, "stripe_event": event.id, "type": event.kind,
        }));
        Ok(None)
    };
    if !HEARD.iter().any(|kinds| event.kind.starts_with(kinds)) {
        return Ok(None);
    }
    let object = json::read(event.data.object.get().as_bytes()).map_err(|_| Unheard::Unreadable)?;
    let Object { id, payment_intent, metadata } = object;
    let (reference, about) = match event.kind.as_str() {
        kind if kind.starts_with("payment_intent.") => (Some(id), About::Payment),
        "charge.dispute.created" => (payment_intent, About::Dispute { dispute: id }),
        kind if kind.starts_with("refund.") || kind.starts_with("charge.refund") => (payment_intent, About::Refund),
        kind if kind.starts_with("charge.") && !kind.starts_with("charge.dispute.") => (payment_intent, About::Payment),
        _ => return Ok(None),
    };
    if event.livemode != client.keys.is_live() {
        return ignored("another mode");
    } else if event.account.is_some() {
        return ignored("another account");
    }
    let Some(reference) = reference else { return Ok(None) };
    let named = match metadata.filter(|metadata| metadata.attempt.is_some()) {
        Some(metadata) => metadata,
        // Disputes have none of ours: the intent has.
        None => match client.get::<Intent>(&format!("payment_intents/{reference}")).await {
            Answer::Got(intent) => intent.metadata,
            Answer::Refused(_) => return ignored("no intent of this account"),
            Answer::Failed | Answer::Silent => return Err(Unheard::NoAnswer),
        },
    };
    match attempt_of(&named) {
        Some((order, attempt)) => Ok(Some(Notice { order, attempt, reference, about })),
        None => Ok(None),
    }
}

/// Whose attempt it is; none if this shop did not make it.
fn attempt_of(metadata: &Metadata) -> Option<(OrderId, u32)> {
    let (order, number) = metadata.attempt.as_deref()?.rsplit_once('-')?;
    if metadata.order.as_deref() != Some(order) {
        return None;
    }
    Some((order.parse().ok()?, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Signed by Stripe's own library for Node:
    /// `stripe.webhooks.generateTestHeaderString({payload: '{"id":"evt_1"}', secret: 'whsec_test', timestamp: 1700000000})`.
    const BODY: &[u8] = br#"{"id":"evt_1"}"#;
    const SIGNATURE: &str = "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925";
    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn secrets() -> Vec<Secret> {
        vec![Secret::new("whsec_new"), Secret::new("whsec_test")]
    }

    fn signed() -> String {
        format!("t=1700000000,v1={SIGNATURE}")
    }

    #[test]
    fn what_stripe_signed_is_stripes() {
        assert_eq!(verify(&signed(), BODY, &secrets(), NOW), Ok(()));
        let among_others = format!("t=1700000000, v0=00, v1={}, v1={SIGNATURE}", "0".repeat(64));
        assert_eq!(verify(&among_others, BODY, &secrets(), NOW), Ok(()));
        for seconds in [-TOLERANCE_SECONDS, TOLERANCE_SECONDS] {
            assert_eq!(verify(&signed(), BODY, &secrets(), NOW.plus_millis(seconds * 1_000)), Ok(()));
        }
    }

    #[test]
    fn nothing_else_is() {
        let other_body = br#"{"id":"evt_2"}"#;
        assert_eq!(verify(&signed(), other_body, &secrets(), NOW), Err(BadSignature));
        assert_eq!(verify(&signed(), BODY, &[Secret::new("whsec_other")], NOW), Err(BadSignature));
        assert_eq!(verify(&signed(), BODY, &[], NOW), Err(BadSignature));
        for seconds in [-TOLERANCE_SECONDS - 1, TOLERANCE_SECONDS + 1, 6 * 24 * 3_600] {
            assert_eq!(verify(&signed(), BODY, &secrets(), NOW.plus_millis(seconds * 1_000)), Err(BadSignature));
        }
        for header in [
            "",
            "t=1700000000",
            "t=,v1=",
            "v1=00",
            &format!("v1={SIGNATURE}"),
            &format!("t=1700000000,v0={SIGNATURE}"),
            &format!("t=1700000001,v1={SIGNATURE}"),
            &format!("t=9223372036854775807,v1={SIGNATURE}"),
            &format!("t=-9223372036854775808,v1={SIGNATURE}"),
            &format!("t=1700000000,v1={}", &SIGNATURE[..62]),
            &format!("t=1700000000,v1={}", "0".repeat(64)),
        ] {
            assert_eq!(verify(header, BODY, &secrets(), NOW), Err(BadSignature), "{header}");
        }
    }

    #[test]
    fn an_attempt_is_named_by_its_order_and_itself() {
        let order = OrderId::derived([1; 16]);
        let named = |order: &str, attempt: &str| {
            attempt_of(&Metadata { order: Some(order.to_owned()), attempt: Some(attempt.to_owned()) })
        };
        assert_eq!(named(&order.to_string(), &format!("{order}-2")), Some((order, 2)));
        for (of, attempt) in
            [("", format!("{order}-2")), (&order.to_string(), "x-2".to_owned()), ("x", "x-2".to_owned())]
        {
            assert_eq!(named(of, &attempt), None);
        }
    }
}
