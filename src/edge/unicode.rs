//! The platform's tables of Unicode, for whatever reads text.

use wasm_bindgen::prelude::*;

use crate::text::unicode::{self, Form, Tables};

#[wasm_bindgen(module = "/src/edge/unicode.js")]
extern "C" {
    fn normalized(text: &str, form: &str) -> String;
    fn lowercase(text: &str) -> String;
    fn uppercase(text: &str) -> String;
    fn host(domain: &str) -> Option<String>;
}

/// Lends them to this instance.
pub fn lend() {
    let normalized = |text: &str, form| {
        let form = match form {
            Form::Nfc => "NFC",
            Form::Nfd => "NFD",
            Form::Nfkc => "NFKC",
            Form::Nfkd => "NFKD",
        };
        normalized(text, form)
    };
    unicode::lend(Tables { normalized, lowercase, uppercase, host });
}
