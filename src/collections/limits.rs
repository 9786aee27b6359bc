//! How much of anything collections take. The contract says the same numbers,
//! and the constraints of `catalog_state` those of all together.

/// The longest title, in characters.
pub const MAX_TITLE: usize = 255;
/// The longest description, in characters.
pub const MAX_DESCRIPTION: usize = 20_000;
/// The longest title and description for search engines, in characters.
pub const MAX_SEO_TITLE: usize = 255;
pub const MAX_SEO_DESCRIPTION: usize = 500;
/// The most slugs that a collection had before: then it keeps the one that it has.
pub const MAX_FORMER_SLUGS: usize = 20;
/// The highest place among the siblings.
pub const MAX_POSITION: u32 = 1_000_000;
/// How many levels collections make, the top included.
pub const MAX_LEVELS: usize = 5;
/// The most conditions of one rule.
pub const MAX_CONDITIONS: usize = 20;
/// The longest text of a condition, in characters: no vendor is longer.
pub const MAX_TEXT: usize = 255;
/// The most products that one collection's list by hand has: at 33 bytes each in
/// a body, 165 KB of the 256 that one may have.
pub const MAX_PICKS: usize = 5_000;
