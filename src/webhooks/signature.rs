//! Who sent it: the symmetric signature of Standard Webhooks 1.0.0, "Signature
//! scheme".
//!
//! No secret is stored: each is a MAC of the endpoint's id and a number, by a key
//! of the shop's. So the database, or a copy of it, signs nothing, and a repeated
//! request is answered the same secret.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::views::Webhook;
use crate::app::Keys;
use crate::ids::WebhookId;
use crate::ports::Timestamp;

/// How long the secret before the newest one is good, in milliseconds: a day, to
/// put the new one in.
pub const OVERLAP_MILLIS: i64 = 24 * 3_600 * 1_000;

/// What an endpoint knows that its sender is the shop: 32 bytes, of the 24 to 64
/// that the standard asks for. No `Debug`, no `Display`.
pub struct SigningSecret([u8; 32]);

impl SigningSecret {
    pub fn of(keys: &Keys, webhook: WebhookId, version: i64) -> Self {
        Self(keys.mac("webhook secret", &[&webhook.to_string(), &version.to_string()]))
    }

    /// For the owner, who takes it to the endpoint.
    pub fn reveal(&self) -> String {
        format!("whsec_{}", BASE64_STANDARD.encode(self.0))
    }

    /// Signs `{id}.{timestamp}.{body}`.
    fn sign(&self, signed: &[&[u8]]) -> String {
        // A key of any length is one.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        for part in signed {
            mac.update(part);
        }
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// The headers that say which event it is, when this try is made, and by whom:
/// signed by the newest secret and, for a day, by the one before.
pub fn headers(keys: &Keys, webhook: &Webhook, event: &str, body: &str, now: Timestamp) -> [(&'static str, String); 3] {
    let seconds = (now.millis() / 1_000).to_string();
    let overlaps = webhook.secret_rotated_at.is_some_and(|at| now < at.plus_millis(OVERLAP_MILLIS));
    let newest = webhook.secret_version;
    let versions = [Some(newest), (overlaps && newest > 1).then_some(newest - 1)];
    let signed = [event.as_bytes(), b".", seconds.as_bytes(), b".", body.as_bytes()];
    let sign = |version| SigningSecret::of(keys, webhook.id, version).sign(&signed);
    let signatures: Vec<_> = versions.into_iter().flatten().map(sign).collect();
    [("webhook-id", event.to_owned()), ("webhook-timestamp", seconds), ("webhook-signature", signatures.join(" "))]
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
