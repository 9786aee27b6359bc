//! The products of a version as they are stored: in chunks, and beside them what
//! has changed since. Most changes are of a few products, so they are written
//! together, a few KB again and again, until there are so many that they are put
//! into the chunks they belong to.

use std::sync::Arc;

use super::format;
use crate::catalog::product::Packed;
use crate::ids::ProductId;
use crate::sorted::sort;

/// A chunk ends when it has so many bytes. The store takes 25 MiB; with three
/// chunks at a time, 2 MB keep a load's raw bytes at 6 MB.
pub const CHUNK_BYTES: usize = 2_000_000;

/// So many bytes of changes are put into the chunks. Until then each publication
/// writes half of it on average, and afterwards at most all chunks, once for some
/// hundred changes.
const CHANGES_BYTES: usize = 128_000;

/// Products that are stored together, in the order of their ids.
#[derive(Debug)]
pub struct Chunk {
    pub key: String,
    pub bytes: usize,
    pub products: Vec<Arc<Packed>>,
}

/// What is another than in the chunks.
#[derive(Debug, Default, Clone)]
pub struct Changed {
    /// In the order of their ids.
    pub products: Vec<Arc<Packed>>,
    /// In their order.
    pub removed: Vec<ProductId>,
}

/// Where a version's products are stored. Cheap to clone beside the products.
#[derive(Debug, Default, Clone)]
pub struct Stored {
    /// The key of what is stored beside the products; empty if nothing is stored.
    pub head: String,
    pub chunks: Vec<Arc<Chunk>>,
    pub changes: Option<String>,
    pub changed: Changed,
}

impl Changed {
    /// Whether it says something else of the product than its chunk does.
    fn is_about(&self, id: ProductId) -> bool {
        self.removed.binary_search(&id).is_ok() || self.products.binary_search_by(|product| product.id.cmp(&id)).is_ok()
    }

    /// The same with what has changed after it.
    fn and(&self, later: Self) -> Self {
        let products = self.products.iter().filter(|product| !later.is_about(product.id)).cloned();
        let removed = self.removed.iter().filter(|id| !later.is_about(**id)).copied();
        let mut all = Self { products: products.collect(), removed: removed.collect() };
        all.products.extend(later.products);
        all.removed.extend(later.removed);
        sort(&mut all.products, |one, other| one.id.cmp(&other.id));
        sort(&mut all.removed, Ord::cmp);
        all
    }

    pub fn is_empty(&self) -> bool {
        self.products.is_empty() && self.removed.is_empty()
    }

    /// As [`super::format::changes`] reads them.
    pub fn bytes(&self) -> Vec<u8> {
        format::changes_of(&self.removed, &self.products)
    }

    /// What of it is before an id, of which it has the rest from then on.
    fn take_before(&mut self, end: ProductId) -> Self {
        let from = self.products.partition_point(|product| product.id < end);
        let rest = Self {
            products: self.products.split_off(from),
            removed: self.removed.split_off(self.removed.partition_point(|id| *id < end)),
        };
        std::mem::replace(self, rest)
    }
}

/// What is to be written for a change.
#[derive(Debug)]
pub enum Plan {
    /// All changes there are, as bytes.
    Beside(Changed, Vec<u8>),
    /// By chunk: what it consists of now.
    Into(Vec<Part>),
}

#[derive(Debug)]
pub enum Part {
    /// As it was.
    Same(Arc<Chunk>),
    /// To be cut into chunks of so many bytes.
    Anew(Vec<Arc<Packed>>, usize),
}

impl Stored {
    /// All products, in the order of their ids but for those that have changed.
    pub fn products(&self) -> Vec<Arc<Packed>> {
        let stored = self.chunks.iter().flat_map(|chunk| &chunk.products);
        let mut products: Vec<_> = stored.filter(|product| !self.changed.is_about(product.id)).cloned().collect();
        products.extend(self.changed.products.iter().cloned());
        products
    }

    /// The chunk of that key.
    pub fn chunk(&self, key: &str) -> Option<&Arc<Chunk>> {
        self.chunks.iter().find(|chunk| chunk.key == key)
    }

    pub fn plan(&self, later: Changed) -> Plan {
        let changed = self.changed.and(later);
        let bytes = changed.bytes();
        if bytes.len() <= CHANGES_BYTES { Plan::Beside(changed, bytes) } else { Plan::Into(self.parts(changed)) }
    }

    fn parts(&self, mut changed: Changed) -> Vec<Part> {
        let begins = self.chunks.iter().skip(1).map(|chunk| chunk.products.first().map(|product| product.id));
        let ends = begins.chain([None]);
        let mut parts: Vec<Part> = Vec::new();
        for (chunk, end) in self.chunks.iter().zip(ends) {
            let own = match end {
                Some(end) => changed.take_before(end),
                None => std::mem::take(&mut changed),
            };
            parts.push(if own.is_empty() { Part::Same(chunk.clone()) } else { anew(chunk, own) });
        }
        if !changed.is_empty() {
            parts.push(Part::Anew(changed.products, CHUNK_BYTES));
        }
        parts
    }
}

/// A chunk is left whole until it is twice as large as it shall be.
fn anew(chunk: &Chunk, own: Changed) -> Part {
    let most = CHUNK_BYTES.saturating_mul(2);
    let bytes = chunk.bytes.saturating_add(own.bytes().len());
    let mut products: Vec<_> = chunk.products.iter().filter(|product| !own.is_about(product.id)).cloned().collect();
    products.extend(own.products);
    sort(&mut products, |one, other| one.id.cmp(&other.id));
    Part::Anew(products, if bytes <= most { most } else { CHUNK_BYTES })
}

#[cfg(test)]
#[path = "chunks_tests.rs"]
mod tests;
