//! The common passwords, which the platform keeps as a script.

use wasm_bindgen::prelude::*;

use crate::auth::guess::common;

#[wasm_bindgen(module = "/src/auth/guess/common_passwords.js")]
extern "C" {
    #[wasm_bindgen(js_name = commonPasswords)]
    fn common_passwords() -> String;
}

/// Lends them to this instance.
pub fn lend() {
    common::lend(common_passwords);
}
