//! `App`: the capabilities a handler or an object may use. Built once per
//! isolate by `edge/`, and by the tests' host.

use hmac::digest::Key;
use hmac::{Hmac, Mac};
use http::HeaderName;
use sha2::{Digest, Sha256};
use std::any::{Any, TypeId};
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

use crate::ports::{Cache, Clock, Database, Entropy, EventQueue, HttpClient, Objects};

#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    kept: RwLock<Vec<(TypeId, Arc<dyn Any + Send + Sync>)>>,
}

pub struct Capabilities {
    pub database: Box<dyn Database>,
    pub cache: Box<dyn Cache>,
    pub objects: Box<dyn Objects>,
    pub events: Box<dyn EventQueue>,
    pub http: Box<dyn HttpClient>,
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
    /// Other sites whose pages may read answers, such as `https://www.example.com`.
    pub cors_origins: Vec<String>,
    /// The header in which the proxy before the shop says where a request comes
    /// from; Cloudflare's own if unset.
    pub client_address_header: Option<HeaderName>,
    /// Development endpoints under `/dev/`.
    pub development: bool,
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
