//! Pictures that staff upload, and sending them to whoever looks.
//!
//! A picture is named by what is in it, so that one sent twice is one object
//! and its address may be kept for good. What it is, its own bytes say
//! ([`picture`]), not whoever sends them. It has a row before its object and
//! until after it ([`store`]), so that a crash leaves nothing that nobody knows
//! of: the same request mends it, or the tick takes it away ([`sweep`]).
//!
//! Nothing here makes a picture smaller. Whoever uploads one sends smaller ones
//! along (`larger`), as the console does: a browser has what it takes, while a
//! service that resizes costs for each picture and is not there locally.
//!
//! Lends [`Known`] to the catalog and the collections, for what they show.

pub mod error;
mod exif;
pub mod handlers;
mod name;
mod picture;
pub mod store;
pub mod sweep;

pub use name::Name;
pub use store::Known;
