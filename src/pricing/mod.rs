//! What a buyer pays: prices, discounts, shipping, tax, gift cards. Pure and
//! integer only: a cart, the shop's offer and the time in, a [`Quote`] out.
//!
//! The order of steps: unit price, discounts of items by priority, shipping and
//! its discount, tax, gift cards, what is left to pay. The cart, the order, the
//! mail and the amount that a provider is asked for are the same quote.
//!
//! | decided | how |
//! |---|---|
//! | percentages and tax | once, half up: a discount of the sum of its lines, a tax of each line |
//! | dividing an amount | by largest remainder, of equal ones the earlier: 1000 off three lines of 1000 are 334, 333, 333 |
//! | lines that a later promotion tells apart | are divided between as kinds first (`matching.rs`), so that no total depends on how a cart is divided into lines, or on their order |
//! | many pieces | count in one line; of a sale and a tier the lower is the unit price, before all else ([`tiers`]). Pieces that staff take out of an order later, or add, change no price that was agreed |
//! | thresholds | look at items after discounts, without gift cards; free shipping after all discounts of items |
//! | combining | the first promotion by priority that takes something off decides whether others may |
//! | a choice of shipping | changes no discount of items |
//! | reverse charge | prices come without tax, half up for each piece, and all else is made of these |
//! | pieces of a line | each as much as divides evenly, the last takes the rest ([`spread::pieces`]) |

mod anew;
mod buy_get;
pub mod cart;
mod checks;
mod days;
mod discounts;
mod engine;
pub mod limits;
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
pub mod tiers;

pub use anew::{Agreed, Agreement, price_anew};
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
