//! The platform's tables of time zones.

use wasm_bindgen::prelude::*;

use crate::ports::calendar;

#[wasm_bindgen(module = "/src/edge/calendar.js")]
extern "C" {
    fn begins(zone: &str, day: i32) -> Option<f64>;
}

/// Lends them to this instance.
pub fn lend() {
    calendar::lend(begins);
}
