//! The cart and the order it becomes: one object per order, so that carts and
//! orders are serialised by construction.

pub mod access;
mod admission;
pub mod bodies;
pub mod cart;
pub mod cart_handlers;
pub mod cart_token;
mod changing;
pub mod client;
pub mod decision;
pub mod details;
pub mod effect;
pub mod error;
pub mod event;
pub mod facts;
pub mod handlers;
pub mod holding;
pub mod learning;
pub mod limits;
pub mod object;
pub mod offer_handlers;
pub mod offers;
pub mod order;
mod paying;
mod placing;
pub mod projection;
pub mod protocol;
pub mod quoting;
mod record;
mod run;
pub mod slots;
pub mod stock;
mod store;
pub mod terms;
mod timekeeping;
mod uses;
pub mod view;
