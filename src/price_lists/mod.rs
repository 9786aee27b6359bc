//! Prices for customer groups: which customers there are of each, and which lists of prices
//! are for which of them. Whoever is in a group pays the lowest of the ordinary price, with its
//! sale and its tiers, and what the lists say that are for a group of theirs at that moment.
//!
//! The database alone knows these, and is asked each time ([`own::OwnPrices`]): for members of a group
//! that a list is for, when they look and when they put something into a cart, and for every
//! signed-in buyer when an order is placed, together with all else that it is priced by. So nobody pays
//! a price any more of a group that they have left, and no copy of these has to be kept in step.
//! What everybody reads knows nothing of them.

pub mod body;
pub mod error;
pub mod groups;
pub mod lists;
pub mod members;
pub mod own;
pub mod prices;
mod rows;
mod store;
pub mod views;
