//! The texts that the platform keeps as scripts.

use wasm_bindgen::prelude::*;

use crate::{address, auth, wire};

#[wasm_bindgen(module = "/src/auth/guess/common_passwords.js")]
extern "C" {
    #[wasm_bindgen(js_name = commonPasswords)]
    fn common_passwords() -> String;
}

#[wasm_bindgen(module = "/src/address/countries.js")]
extern "C" {
    fn countries() -> String;
}

#[wasm_bindgen(module = "/src/address/countries_german.js")]
extern "C" {
    #[wasm_bindgen(js_name = countriesGerman)]
    fn countries_german() -> String;
}

#[wasm_bindgen(module = "/src/wire/shapes.js")]
extern "C" {
    fn shapes() -> String;
}

/// Lends them to this instance.
pub fn lend() {
    auth::guess::COMMON.lend(common_passwords);
    address::country::KEPT.lend(countries);
    address::country::KEPT_GERMAN.lend(countries_german);
    wire::shape::SHAPES.lend(shapes);
}
