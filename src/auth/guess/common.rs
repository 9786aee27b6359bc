//! The passwords that many people have, a line each, the most common first; whose
//! they are stands in their file.

use std::borrow::Cow;

#[cfg(not(target_arch = "wasm32"))]
pub fn passwords() -> Cow<'static, str> {
    let file = include_str!("common_passwords.js");
    file.split('`').nth(1).unwrap_or_default().trim().into()
}

/// As the platform keeps them.
#[cfg(target_arch = "wasm32")]
pub fn passwords() -> Cow<'static, str> {
    LENT.get().map_or_else(String::new, |lent| lent()).trim().to_owned().into()
}

#[cfg(target_arch = "wasm32")]
static LENT: std::sync::OnceLock<fn() -> String> = std::sync::OnceLock::new();

/// Has the platform asked from now on: before any password is chosen.
#[cfg(target_arch = "wasm32")]
pub fn lend(lent: fn() -> String) {
    let _ = LENT.set(lent);
}
