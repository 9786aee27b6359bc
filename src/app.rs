//! `App`: the capabilities a handler or an object may use. Built once per
//! isolate by `edge/`, and by the tests' host.

use hmac::digest::Key;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::ops::Deref;
use std::sync::Arc;

use crate::auth::AccessTokenKeys;
use crate::catalog::snapshot::CatalogMemory;
use crate::ports::{Cache, Clock, Database, Entropy, EventQueue, HttpClient, Objects};

#[derive(Clone)]
pub struct App(Arc<Capabilities>);

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
    /// The catalog as this isolate last read it.
    pub catalog: CatalogMemory,
}

impl App {
    pub fn new(capabilities: Capabilities) -> Self {
        Self(Arc::new(capabilities))
    }
}

impl Deref for App {
    type Target = Capabilities;
    fn deref(&self) -> &Capabilities {
        &self.0
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
    /// Other sites whose pages may read answers, such as `https://www.example.com`.
    pub cors_origins: Vec<String>,
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
    /// Kept, because every signed-in request needs it.
    access_tokens: Arc<AccessTokenKeys>,
}

#[derive(Debug, thiserror::Error)]
#[error("SECRET_KEY must be 64 hexadecimal digits (32 random bytes)")]
pub struct InvalidSecretKey;

impl Keys {
    pub fn parse(secret_key: &str) -> Result<Self, InvalidSecretKey> {
        let mut master = [0; 32];
        hex::decode_to_slice(secret_key.trim(), &mut master).map_err(|_| InvalidSecretKey)?;
        let mut seed = [0; 32];
        expand(&master, "access-token", &mut seed);
        let access_tokens = AccessTokenKeys::new(seed).map_err(|_| InvalidSecretKey)?;
        Ok(Self { master, access_tokens: Arc::new(access_tokens) })
    }

    /// The key pair that signs and verifies access tokens.
    pub fn access_tokens(&self) -> &AccessTokenKeys {
        &self.access_tokens
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
