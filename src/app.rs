//! `App`: the capabilities a handler or an object may use. Built once per
//! isolate by `edge/`, and by the tests' host.

use hmac::digest::Key;
use hmac::{Hmac, Mac};
use http::HeaderName;
use sha2::{Digest, Sha256};
use std::any::{Any, TypeId};
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

use crate::ports::{Cache, Clock, Database, Entropy, EventQueue, HttpClient, Mailer, Media, Objects};

#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    kept: RwLock<Vec<(TypeId, Arc<dyn Any + Send + Sync>)>>,
}

pub struct Capabilities {
    pub database: Box<dyn Database>,
    pub cache: Box<dyn Cache>,
    pub media: Box<dyn Media>,
    pub objects: Box<dyn Objects>,
    pub events: Box<dyn EventQueue>,
    pub http: Box<dyn HttpClient>,
    /// None where the deployment cannot send mail.
    pub mailer: Option<Box<dyn Mailer>>,
    pub clock: Box<dyn Clock>,
    pub entropy: Box<dyn Entropy>,
    pub keys: Keys,
    pub config: Config,
}

impl App {
    pub fn new(capabilities: Capabilities) -> Self {
        Self(Arc::new(Inner { capabilities, kept: RwLock::default() }))
    }

    /// What a room keeps for the life of the isolate, one value of each type;
    /// made by whoever asks first.
    pub fn kept<T: Send + Sync + 'static>(&self, make: impl FnOnce(&Self) -> T) -> Arc<T> {
        let find = |kept: &[(TypeId, Arc<dyn Any + Send + Sync>)]| {
            let (_, value) = kept.iter().find(|(of, _)| *of == TypeId::of::<T>())?;
            value.clone().downcast::<T>().ok()
        };
        if let Some(value) = find(&self.0.kept.read().unwrap_or_else(PoisonError::into_inner)) {
            return value;
        }
        let made = Arc::new(make(self));
        let mut kept = self.0.kept.write().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have come first, natively.
        find(&kept).unwrap_or_else(|| {
            kept.push((TypeId::of::<T>(), made.clone()));
            made
        })
    }
}

impl Deref for App {
    type Target = Capabilities;
    fn deref(&self) -> &Capabilities {
        &self.0.capabilities
    }
}

/// What the deployment sets.
#[derive(Clone, Default)]
pub struct Config {
    /// The first owner's account, created or updated when it differs.
    pub owner: Option<OwnerCredentials>,
    /// Whether the test payment provider takes payments.
    pub test_provider: bool,
    /// Where the test provider writes down its charges; in memory of nobody if unset.
    pub test_provider_ledger: Option<String>,
    /// Where VIES is asked for VAT numbers; the European Commission's own if unset.
    pub vies_api_url: Option<String>,
    /// Where card payments go; none are taken if unset, or not in order.
    pub stripe: Option<StripeKeys>,
    /// Other sites whose pages may read answers, such as `https://www.example.com`.
    pub cors_origins: Vec<String>,
    /// The header in which the proxy before the shop says where a request comes
    /// from; Cloudflare's own if unset.
    pub client_address_header: Option<HeaderName>,
    /// Where people reach the shop, such as `https://shop.example`, for links in
    /// mails; they have none if unset.
    pub public_url: Option<String>,
    /// Development endpoints under `/dev/`; no mail leaves the shop.
    pub development: bool,
}

/// Text that only its receiver may see. No `Debug`, no `Display`.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// For the one who is to have it, and nobody's log.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// The account at Stripe whose money it is.
#[derive(Clone)]
pub struct StripeKeys {
    pub secret_key: Secret,
    /// For buyers' browsers.
    pub publishable_key: String,
    /// Whoever knows one of them may tell of events: several while one is exchanged.
    pub webhook_secrets: Vec<Secret>,
    /// Where its API is: a stand-in's in development.
    pub api_url: String,
}

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum InvalidStripeKeys {
    #[error("set STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY and STRIPE_WEBHOOK_SECRET, or none of them")]
    Incomplete,
    #[error("STRIPE_SECRET_KEY begins with sk_ or rk_, STRIPE_PUBLISHABLE_KEY with pk_, both with the same mode")]
    Keys,
    #[error("each of STRIPE_WEBHOOK_SECRET begins with whsec_")]
    WebhookSecret,
}

impl StripeKeys {
    /// Where Stripe's own API is.
    pub const API_URL: &'static str = "https://api.stripe.com";

    /// What the environment says; none if it says nothing. What is empty is not
    /// said. `webhook_secrets`: separated by commas.
    pub fn parse(
        secret_key: Option<String>,
        publishable_key: Option<String>,
        webhook_secrets: Option<String>,
        api_url: Option<String>,
    ) -> Result<Option<Self>, InvalidStripeKeys> {
        let said = |value: Option<String>| value.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let (secret, publishable, webhooks) = match (said(secret_key), said(publishable_key), said(webhook_secrets)) {
            (None, None, None) => return Ok(None),
            (Some(secret), Some(publishable), Some(webhooks)) => (secret, publishable, webhooks),
            _ => return Err(InvalidStripeKeys::Incomplete),
        };
        let mode = |key: &str, kinds: &[&str]| {
            let rest = kinds.iter().find_map(|kind| key.strip_prefix(kind))?;
            Some(if rest.starts_with("live_") { "live" } else { rest.starts_with("test_").then_some("test")? })
        };
        let modes = (mode(&secret, &["sk_", "rk_"]), mode(&publishable, &["pk_"]));
        if !matches!(modes, (Some(one), Some(other)) if one == other) {
            return Err(InvalidStripeKeys::Keys);
        }
        let webhooks = webhooks.split(',').map(str::trim).filter(|secret| !secret.is_empty());
        let webhook_secrets: Vec<_> = webhooks.map(Secret::new).collect();
        let known = webhook_secrets.iter().all(|secret| secret.reveal().starts_with("whsec_"));
        if webhook_secrets.is_empty() || !known {
            return Err(InvalidStripeKeys::WebhookSecret);
        }
        let api_url = said(api_url).unwrap_or_else(|| Self::API_URL.to_owned()).trim_end_matches('/').to_owned();
        Ok(Some(Self { secret_key: Secret::new(secret), publishable_key: publishable, webhook_secrets, api_url }))
    }

    /// Whether real money is taken.
    pub fn is_live(&self) -> bool {
        self.publishable_key.starts_with("pk_live_")
    }
}

#[derive(Clone)]
pub struct OwnerCredentials {
    pub email: String,
    pub password: String,
}

/// The one master secret; every use has a key of its own, derived by HKDF
/// (RFC 5869). No `Debug`, no `Display`.
#[derive(Clone)]
pub struct Keys {
    master: [u8; 32],
}

#[derive(Debug, thiserror::Error)]
#[error("SECRET_KEY must be 64 hexadecimal digits (32 random bytes)")]
pub struct InvalidSecretKey;

impl Keys {
    pub fn parse(secret_key: &str) -> Result<Self, InvalidSecretKey> {
        let mut master = [0; 32];
        hex::decode_to_slice(secret_key.trim(), &mut master).map_err(|_| InvalidSecretKey)?;
        Ok(Self { master })
    }

    /// The key for one purpose.
    pub fn derived(&self, purpose: &'static str) -> [u8; 32] {
        let mut key = [0; 32];
        expand(&self.master, purpose, &mut key);
        key
    }

    /// HMAC-SHA-256 under the key for `purpose` over the parts, each preceded
    /// by its length so that no two lists of parts collide.
    pub fn mac(&self, purpose: &'static str, parts: &[&str]) -> [u8; 32] {
        let mut key = Key::<Hmac<Sha256>>::default();
        expand(&self.master, purpose, &mut key);
        let mut mac = Hmac::<Sha256>::new(&key);
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }
}

/// The key for one purpose.
fn expand(master: &[u8; 32], purpose: &'static str, key: &mut [u8]) {
    // It can only fail for keys of more than 255 blocks; ours have one or two.
    let _ = hkdf::Hkdf::<Sha256>::new(Some(b"tradepost"), master).expand(purpose.as_bytes(), key);
}

/// SHA-256 in hexadecimal: names a request body.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(secret: &str, publishable: &str, webhooks: &str) -> Result<Option<StripeKeys>, InvalidStripeKeys> {
        let given = |text: &str| Some(text.to_owned());
        StripeKeys::parse(given(secret), given(publishable), given(webhooks), given(""))
    }

    #[test]
    fn keys_of_stripes_are_of_one_mode_and_complete() {
        let keys = parse("sk_test_1", " pk_test_1", "whsec_1, whsec_2,").unwrap().unwrap();
        assert!(!keys.is_live());
        assert_eq!(keys.webhook_secrets.iter().map(Secret::reveal).collect::<Vec<_>>(), ["whsec_1", "whsec_2"]);
        assert_eq!(keys.api_url, StripeKeys::API_URL);
        assert!(parse("rk_live_1", "pk_live_1", "whsec_1").unwrap().unwrap().is_live());
        assert!(parse("", " ", "").unwrap().is_none());
        assert!(StripeKeys::parse(None, None, None, None).unwrap().is_none());
        for (secret, publishable, webhooks, refused) in [
            ("sk_test_1", "", "", InvalidStripeKeys::Incomplete),
            ("sk_test_1", "pk_test_1", "", InvalidStripeKeys::Incomplete),
            ("sk_test_1", "pk_live_1", "whsec_1", InvalidStripeKeys::Keys),
            ("pk_test_1", "sk_test_1", "whsec_1", InvalidStripeKeys::Keys),
            ("sk_test_1", "pk_test_1", "whsec_1,other", InvalidStripeKeys::WebhookSecret),
            ("sk_test_1", "pk_test_1", ",", InvalidStripeKeys::WebhookSecret),
        ] {
            assert_eq!(parse(secret, publishable, webhooks).err(), Some(refused), "{secret} {publishable} {webhooks}");
        }
    }
}
