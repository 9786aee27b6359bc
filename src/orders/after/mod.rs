//! What becomes of an order after it was placed: its money is taken and given
//! back, its goods go out and come back, and staff change it.
//!
//! Each part has events, commands and state of its own, nested into the order's
//! as one variant and one field, so that the order's own rules stay as they are.

pub mod edits;
pub mod goods;
pub mod money;
