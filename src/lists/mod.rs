//! Orders as staff work with many of them at once: lists, the search, tags,
//! bulk actions, files for a spreadsheet, and the job that holds the lists
//! against the orders.

pub mod audited;
pub mod bulk;
pub mod check;
pub mod customers;
pub mod export;
mod filter;
pub mod handlers;
pub mod sending;
pub mod sheet;
mod sought;
mod store;
pub mod tags;
pub mod views;
pub mod walk;
