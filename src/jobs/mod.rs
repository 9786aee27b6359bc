//! Long work: the same done to many things, row by row, with a result for each.
//!
//! A job is an [`object`] of its own, which has the rows and how far it is. Its
//! alarm does a few of them at a time by what the route for one does, on the
//! authority of whoever began it. Each row has a name of its own there, so a
//! process that dies between doing one and writing it down does it once.

pub mod body;
pub mod handlers;
mod import_store;
pub mod imports;
pub mod object;
mod object_store;
mod perform;
mod protocol;
mod rules;
mod store;
pub mod views;
