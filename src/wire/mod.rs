//! What every request and every answer passes through, whatever the route.

pub mod body;
pub mod client;
pub mod conditional;
pub mod contract;
mod cross_origin;
pub mod extract;
pub mod forgery;
pub mod headers;
pub mod language;
pub mod page;
pub mod patch;
pub mod respond;
mod shape;
pub mod site;
