//! What a buyer pays: prices, discounts, shipping, tax, gift cards. Pure and
//! integer only: a cart, the shop's offer and the time in, a [`Quote`] out.
//!
//! The order of steps: unit price, discounts of lines, discounts of the order
//! spread over its lines, shipping and its discount, tax, gift cards, what is
//! left to pay. The cart, the order, the mail and the amount that a provider is
//! asked for are the same quote.

mod buy_get;
pub mod cart;
mod checks;
mod days;
mod discounts;
mod engine;
mod matching;
mod options;
pub mod percent;
pub mod place;
pub mod promotion;
pub mod quote;
#[cfg(test)]
mod random;
#[cfg(test)]
mod samples;
pub mod shipping;
pub mod spread;
pub mod tax;
mod taxing;

pub use cart::{Cart, Delivery, GiftCardBalance, Item, Offer};
pub use engine::price;
pub use percent::Percent;
pub use place::{Place, PostalPattern};
pub use promotion::Promotion;
pub use quote::{Quote, Totals};
pub use shipping::ShippingRules;
pub use tax::TaxRules;

#[cfg(test)]
mod properties_tests;
#[cfg(test)]
mod second_tests;
