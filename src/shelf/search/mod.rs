//! The search over what is on sale, from memory: the words of titles, vendors,
//! tags and options, and the codes of variants (SKUs and barcodes). Titles and options
//! are found in every language that they are in, whoever looks for them.
//!
//! All words that are looked for must be found, in any order. A word is found as
//! it is, as the beginning of another (as it is being typed), by its
//! [stem](stem), or, where the shop has none of these, in spite of
//! [one or two mistakes](typo). There are no stop words, so a title made of
//! them is found like others.
//!
//! What is found ranks by how it was found ([`score`]), not by how often a word
//! is in the shop: so a product's rank changes only with the product.

mod codes;
mod fold;
mod highlight;
mod hits;
mod index;
mod meant;
mod query;
mod score;
mod stem;
mod titles;
mod typo;
mod words;

pub use highlight::{Highlighter, Piece};
pub use index::SearchIndex;
pub use query::Found;
pub use words::{begun, words};

#[cfg(test)]
mod tests;
