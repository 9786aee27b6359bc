//! SKUs and barcodes, with any or no marks between, from any of their parts on.

use std::ops::Range;
use std::sync::Arc;

use super::fold::folded;
use super::words::{Chunk, chunks};
use crate::catalog::product::Packed;
use crate::shelf::places::number;
use crate::sorted::order;

#[derive(Debug, Default)]
pub struct Codes {
    /// All codes without their marks, each after a line break.
    text: String,
    /// Where parts of codes begin in it, in the order of what is there, and
    /// whose they are.
    begins: Vec<(u32, u32)>,
}

impl Codes {
    pub fn new(products: &[Arc<Packed>]) -> Self {
        let (mut text, mut begins) = (String::new(), Vec::new());
        for (place, product) in products.iter().enumerate() {
            for variant in product.rest().into_iter().flat_map(|product| product.variants) {
                for code in [Some(variant.sku), variant.barcode].into_iter().flatten() {
                    text.push('\n');
                    for part in parts(code) {
                        begins.push((number(text.len()), number(place)));
                        text.push_str(&part);
                    }
                }
            }
        }
        let rest = |place: usize| begins.get(place).and_then(|(begin, _)| text.get(*begin as usize..));
        let order = order(begins.len(), &|one, other| rest(one).cmp(&rest(other)));
        let begins = order.into_iter().filter_map(|place| begins.get(place).copied()).collect();
        Self { text, begins }
    }

    /// Tells of each product that has a code with such a piece, and whether that is all of it.
    pub fn each(&self, sought: &str, tell: &mut dyn FnMut(u32, bool)) {
        for (begin, product) in self.begins.get(self.beginning(sought)).unwrap_or_default() {
            let begin = *begin as usize;
            let text = self.text.as_bytes();
            let before = begin.checked_sub(1).and_then(|before| text.get(before));
            let after = text.get(begin.saturating_add(sought.len()));
            tell(*product, before == Some(&b'\n') && after.is_none_or(|after| *after == b'\n'));
        }
    }

    fn beginning(&self, sought: &str) -> Range<usize> {
        let rest = |begin: u32| self.text.get(begin as usize..).unwrap_or_default();
        let first = self.begins.partition_point(|(begin, _)| rest(*begin) < sought);
        let last = self.begins.partition_point(|(begin, _)| {
            let rest = rest(*begin);
            rest < sought || rest.starts_with(sought)
        });
        first..last
    }
}

fn parts(code: &str) -> Vec<String> {
    let chunks = chunks(&folded(code)).into_iter();
    chunks
        .flat_map(|chunk| match chunk {
            Chunk::Parts(parts) => parts,
            Chunk::Singles(letters) => vec![letters.into_iter().collect()],
        })
        .collect()
}
