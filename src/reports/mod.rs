//! Reports over the shop's books: what was sold, and the tax in it, by days of the
//! shop's own time zone. What is in the books, and of which day: [`crate::orders::sales`].
//!
//! A report is one pass over the days that are asked for. Amounts of several
//! currencies are never added up. Reports lag as far behind the orders as lists do.

mod days;
pub mod handlers;
mod rows;
mod store;

pub use self::days::MAX_DAYS;
