//! The owner's side of the [settings](crate::settings): what is sent, what is
//! wrong with it, and writing it down. A setting that is stored was checked
//! against all others in the batch that stored it, so whoever reads them has
//! nothing to check.
//!
//! All settings have one version, the `ETag` of each answer here.

mod body;
pub mod error;
pub mod handlers;
mod seller;
mod store;
