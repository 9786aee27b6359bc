//! What buyers read: a copy of the catalog in the isolate's memory, and the
//! answers made from it. What the copy knows asks neither the database nor an
//! object; what it does not know yet, [`beyond`](mod@beyond) asks for.
//!
//! Lends: [`snapshot::Snapshot`] (titles, prices, settings as buyers see them),
//! [`current`], [`knowing`], [`list_query::ListQuery`], [`listing::page`] and [`read::answer`] over it;
//! [`prices::current`] (the truth, for placing an order); [`tick`], which mends
//! what publishing missed.
//!
//! [`publisher`] decides when to publish, [`publish`](mod@publish) writes the
//! copy into the key-value store, [`current`](mod@current) reads it from there.

mod beyond;
mod chunks;
pub mod collection_read;
pub mod collections;
mod current;
pub mod cursor;
pub mod facets;
pub mod filter;
mod format;
pub mod handlers;
mod index;
pub mod labels;
pub mod list_query;
pub mod listing;
pub mod memory;
pub mod name;
pub mod near;
mod own;
mod places;
mod price_index;
pub mod prices;
pub mod publish;
pub mod publisher;
mod questions;
mod ranked;
pub mod read;
pub mod related;
pub mod search;
pub mod selection;
pub mod snapshot;
pub mod suggest;
mod terms;
pub mod title_order;
mod unpacked;
mod variants;
pub mod views;

pub use beyond::{knowing, knowing_all, knowing_at_best};
pub use current::current;
pub use own::{at_own_prices, not_asked, showing_own_prices};
pub use publish::{publish, tick};
pub use terms::digest;
