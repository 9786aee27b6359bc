//! The products of a copy that answers have needed, unpacked when the first one does: so
//! what is read often is unpacked once, and what nobody reads not at all.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::catalog::product::{Packed, Product};
use crate::ports::Timestamp;

/// So many bytes of packed products are kept unpacked, where they take four times as much.
/// Then the copy is taken for one that nothing was read of.
const MOST_BYTES: usize = 2_000_000;

#[derive(Debug)]
pub struct Unpacked {
    /// By place.
    products: Vec<OnceLock<Box<Product>>>,
    /// What was packed in so many bytes.
    bytes: AtomicUsize,
    at: Option<Timestamp>,
}

impl Unpacked {
    /// None yet of so many products, as they are at a time if one is said.
    pub fn none(count: usize, at: Option<Timestamp>) -> Self {
        let products = (0..count).map(|_| OnceLock::new()).collect();
        Self { products, bytes: AtomicUsize::new(0), at }
    }

    pub fn get(&self, place: u32, packed: &Packed) -> Option<&Product> {
        let known = self.products.get(place as usize)?;
        if let Some(product) = known.get() {
            return Some(product);
        }
        let product = self.alone(packed)?;
        self.bytes.fetch_add(packed.room(), Ordering::Relaxed);
        Some(known.get_or_init(|| Box::new(product)))
    }

    /// For whoever reads many products once: it is not kept.
    pub fn alone(&self, packed: &Packed) -> Option<Product> {
        let mut product = packed.product()?;
        self.at.into_iter().for_each(|now| product.be_at(now));
        Some(product)
    }

    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.products.iter().filter(|product| product.get().is_some()).count()
    }

    pub fn are_many(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > MOST_BYTES
    }
}
