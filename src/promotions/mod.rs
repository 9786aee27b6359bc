//! Promotions as staff write them: what is sent, what is wrong with it, and
//! writing it down. What they take off a cart is [`crate::pricing`]'s.
//!
//! Lends: [`store::current`] with [`store::read`], all that prices may depend
//! on, for the shelf and for placing an order. The routes are beside the pools,
//! which know how often each was used.

pub mod body;
mod check;
pub mod error;
pub mod store;

pub use check::{Known, check};

use crate::ports::Timestamp;
use crate::pricing::Promotion;

/// A promotion, and what the database knows of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    pub promotion: Promotion,
    /// Grows by one with each change; the `ETag`.
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Whether uses are counted: not those of one with neither code nor limit, for
/// one pool would see every order.
pub fn is_counted(promotion: &Promotion) -> bool {
    promotion.code.is_some() || promotion.usage_limit.is_some()
}
