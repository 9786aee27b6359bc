//! How much of anything one order takes.

/// The most lines of one order: the largest invoice known to us has 1,114.
pub const MAX_LINES: usize = 2_000;
/// The most pieces on one line.
pub const MAX_QUANTITY: u32 = 1_000_000;
/// The most changes of one cart: it is read by replaying them. The largest
/// invoice known to us, line by line, takes 1,114.
pub const MAX_CHANGES: u64 = 10_000;
/// The most times that one cart is placed, or its order tried to be paid, within
/// [`PLACEMENTS_MILLIS`]: each that is refused has held some of its lines for a moment.
pub const MAX_PLACEMENTS: usize = 20;
/// In milliseconds: ten minutes.
pub const PLACEMENTS_MILLIS: i64 = 10 * 60_000;
/// The most payment attempts of one order: a brake on trying cards out.
pub const MAX_ATTEMPTS: u32 = 10;
/// The most coupons of one order.
pub const MAX_COUPONS: usize = 10;
/// The most gift cards of one order: each is a pool to ask.
pub const MAX_GIFT_CARDS: usize = 10;
/// The longest `id` of a way of shipping, in characters.
pub const MAX_SHIPPING_ID: usize = 100;
/// The most times that staff record money of one order.
pub const MAX_RECEIPTS: usize = 100;
/// The most letters with the way to one draft.
pub const MAX_LETTERS: u32 = 20;
/// The most parcels of one order, those that were undone among them.
pub const MAX_FULFILMENTS: usize = 200;
/// The most returns of one order: whoever was refused may ask again.
pub const MAX_RETURNS: usize = 50;
