//! The storefront's pages: rendered here. All work without a script; those of the
//! catalog have one that does some of it at once, and one starts Stripe's where it
//! asks for a card ([`card`]).
//!
//! Lends: [`pages::answer`], the pages that are the same for everyone, as a
//! pure function of the catalog's snapshot; [`problem::page`], any problem as
//! a page. Carts and orders are asked by the same client as
//! the API uses: the cart is the order, so placing it twice gives one order.

pub mod again;
mod asked;
pub mod assets;
pub mod bank;
pub mod card;
pub mod cart;
mod cart_form;
mod cart_page;
pub mod checkout;
mod checkout_page;
mod choosing;
pub mod collections;
mod difference;
mod document_page;
pub mod documents;
mod feeds;
mod fields;
pub mod find;
mod form;
mod frame;
mod goods;
mod gtin;
pub mod handlers;
mod list;
pub mod order;
mod order_page;
mod packing_slip;
pub mod pages;
mod parts;
pub mod preferences;
pub mod problem;
mod product;
mod quantities;
pub mod returns;
mod standing;
mod structured;
mod tile;
mod totals;
pub mod visitor;
mod ways;
mod wishes;
pub mod words;

pub use self::parts::{ErrorSummary, SummaryItem};
