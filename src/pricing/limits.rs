//! How much of anything the rules of a shop take. The contract says the same
//! numbers.

/// The longest title of a zone, an option, a promotion, in characters.
pub const MAX_TITLE: usize = 255;
/// The longest name of a class, a tax, a region, a tag, in characters.
pub const MAX_NAME: usize = 64;
pub const MAX_CLASSES: usize = 50;
pub const MAX_TAX_RATES: usize = 2_000;
/// The most rates that one place adds up for one class: all of them stand with
/// each line of an order.
pub const MAX_RATES_OF_PLACE: usize = 5;
pub const MAX_ZONES: usize = 100;
/// The most places of one zone.
pub const MAX_PLACES: usize = 300;
/// The most ways of shipping in one zone.
pub const MAX_OPTIONS: usize = 20;
/// The most regions or postal patterns of one rule.
pub const MAX_NAMED: usize = 500;
/// The longest postal pattern, in characters: every country's codes are shorter.
pub const MAX_PATTERN: usize = 20;
/// The longest time from the order to the door, in working days.
pub const MAX_DAYS: u16 = 365;
/// The longest address to fetch an order from, in characters.
pub const MAX_PICK_UP: usize = 500;
/// The most products that one promotion names in one place.
pub const MAX_PRODUCTS: usize = 500;
/// The most collections that one promotion names in one place.
pub const MAX_COLLECTIONS: usize = 50;
/// The most tags that one promotion names.
pub const MAX_TAGS: usize = 50;
/// The most steps of a price or of a discount, all currencies together.
pub const MAX_TIERS: usize = 50;
/// The most amounts of one kind, each in another currency.
pub const MAX_CURRENCIES: usize = 50;
/// The most pieces to buy or to get: as many as a line of a cart has at most.
pub const MAX_PIECES: u32 = 1_000_000;
