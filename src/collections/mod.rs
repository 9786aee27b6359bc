//! What products are gathered in, as staff write it: by hand or by a rule, one
//! below another. Which products buyers find there is worked out on the shelf
//! ([`crate::shelf`]), from its copy of both.
//!
//! Lends: [`store::current`] with [`store::read`], all collections with what was
//! picked for them, for the shelf; [`rule::Tests`], which says whether a product
//! fits a rule.
//!
//! A body ([`body`]) is checked against the other collections ([`tree`]), becomes
//! a [`collection`], and is written in one batch with the revision's increase.

pub mod body;
mod check;
pub mod collection;
pub mod error;
pub mod handlers;
pub mod limits;
pub mod picks;
pub mod rule;
pub mod store;
mod tree;
mod views;
