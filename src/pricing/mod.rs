//! What a buyer pays: prices, discounts, shipping, tax, gift cards. Pure and
//! integer only: a cart, the shop's offer and the time in, a [`Quote`] out.
//!
//! The order of steps: unit price, discounts of lines, discounts of the order
//! spread over its lines, shipping and its discount, tax, gift cards, what is
//! left to pay. The cart, the order, the mail and the amount that a provider is
//! asked for are the same quote.

pub mod cart;
pub mod percent;
pub mod place;
pub mod promotion;
pub mod quote;
pub mod shipping;
pub mod tax;

pub use cart::{Cart, Delivery, GiftCardBalance, Item, Offer};
pub use percent::Percent;
pub use place::{Place, PostalPattern};
pub use promotion::Promotion;
pub use quote::{Quote, Totals, price};
pub use shipping::ShippingRules;
pub use tax::TaxRules;
