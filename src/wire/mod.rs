//! What every request and every answer passes through, whatever the route.

#[cfg(target_arch = "wasm32")]
pub mod bare;
pub mod body;
pub mod client;
pub mod conditional;
#[cfg(not(target_arch = "wasm32"))]
pub mod contract;
mod cross_origin;
pub mod extract;
pub mod forgery;
pub mod headers;
pub mod language;
pub mod listed;
pub mod page;
pub mod patch;
pub mod respond;
pub mod shape;
pub mod site;
