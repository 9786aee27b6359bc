//! Randomness from a seed, so that a failure can be had again. Not secure,
//! and need not be.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, Mutex};

use tradepost::ports::Entropy;

#[derive(Clone)]
pub struct SeededEntropy(Arc<Mutex<u64>>);

impl SeededEntropy {
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(seed)))
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    pub fn next(&self) -> u64 {
        let mut state = self.0.lock().unwrap();
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}

/// The seed asked for by `TRADEPOST_SEED`, else one from the machine.
pub fn seed() -> u64 {
    match std::env::var("TRADEPOST_SEED") {
        Ok(text) => text.parse().expect("TRADEPOST_SEED is a whole number"),
        Err(_) => RandomState::new().build_hasher().finish(),
    }
}
