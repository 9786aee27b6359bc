//! The key-value store: a map, with the platform's limits and its staleness.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tradepost::ports::{Cache, CacheError, Clock, Pending, Timestamp};

use super::clock::HostClock;
use super::faults::{Faults, Site, When};

/// The platform's limits: bytes of a key, bytes of a value, seconds to live.
const MAX_KEY: usize = 512;
const MAX_VALUE: usize = 25 * 1024 * 1024;
const MIN_LIFETIME_SECONDS: u32 = 60;

type Entries = BTreeMap<String, (Vec<u8>, Option<Timestamp>)>;

#[derive(Default)]
struct State {
    entries: Entries,
    /// What readers see while the store is stale.
    frozen: Option<Entries>,
}

#[derive(Clone)]
pub struct HostCache {
    state: Arc<Mutex<State>>,
    clock: HostClock,
    faults: Faults,
}

impl HostCache {
    pub fn new(clock: &HostClock, faults: &Faults) -> Self {
        Self { state: Arc::default(), clock: clock.clone(), faults: faults.clone() }
    }

    /// Readers see the store as it is now, whatever is written after.
    pub fn freeze(&self) {
        let mut state = self.state.lock().unwrap();
        state.frozen = Some(state.entries.clone());
    }

    pub fn thaw(&self) {
        self.state.lock().unwrap().frozen = None;
    }

    /// Everything is lost, as it may be at any time.
    pub fn clear(&self) {
        *self.state.lock().unwrap() = State::default();
    }

    fn look_up(&self, key: &str) -> Option<Vec<u8>> {
        let state = self.state.lock().unwrap();
        let (value, until) = state.frozen.as_ref().unwrap_or(&state.entries).get(key)?;
        until.is_none_or(|until| self.clock.now() < until).then(|| value.clone())
    }

    fn write(&self, key: &str, value: Vec<u8>, lifetime_seconds: Option<u32>) -> Result<(), CacheError> {
        if key.is_empty() || key.len() > MAX_KEY || value.len() > MAX_VALUE {
            return Err(CacheError(format!("{key}: key or value too large")));
        }
        if lifetime_seconds.is_some_and(|seconds| seconds < MIN_LIFETIME_SECONDS) {
            return Err(CacheError(format!("{key}: must live for {MIN_LIFETIME_SECONDS} seconds at least")));
        }
        let until = lifetime_seconds.map(|seconds| self.clock.now().plus_seconds(i64::from(seconds)));
        self.state.lock().unwrap().entries.insert(key.to_owned(), (value, until));
        Ok(())
    }
}

impl Cache for HostCache {
    fn get<'a>(&'a self, key: &'a str) -> Pending<'a, Result<Option<Vec<u8>>, CacheError>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            match self.faults.verdict(Site::CacheGet, key) {
                Some(_) => Err(CacheError("fault".to_owned())),
                None => Ok(self.look_up(key)),
            }
        })
    }

    fn put<'a>(
        &'a self,
        key: &'a str,
        value: Vec<u8>,
        lifetime_seconds: Option<u32>,
    ) -> Pending<'a, Result<(), CacheError>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            let verdict = self.faults.verdict(Site::CachePut, key);
            if verdict != Some(When::Before) {
                self.write(key, value, lifetime_seconds)?;
            }
            if verdict.is_some() { Err(CacheError("fault".to_owned())) } else { Ok(()) }
        })
    }
}
