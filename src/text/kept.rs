//! Long texts that few requests need. The Worker has its platform keep them, as
//! scripts: within its own code each start would carry them. Natively they are read
//! from the same files.

use std::borrow::Cow;
#[cfg(target_arch = "wasm32")]
use std::sync::OnceLock;

/// A text that stands in a script between two backticks.
pub struct Kept {
    #[cfg(not(target_arch = "wasm32"))]
    script: &'static str,
    #[cfg(target_arch = "wasm32")]
    lent: OnceLock<fn() -> String>,
}

#[cfg(not(target_arch = "wasm32"))]
impl Kept {
    pub const fn new(script: &'static str) -> Self {
        Self { script }
    }

    pub fn text(&self) -> Cow<'static, str> {
        self.script.split('`').nth(1).unwrap_or_default().trim().into()
    }
}

#[cfg(target_arch = "wasm32")]
impl Kept {
    pub const fn new(_: &'static str) -> Self {
        Self { lent: OnceLock::new() }
    }

    pub fn text(&self) -> Cow<'static, str> {
        self.lent.get().map_or_else(String::new, |lent| lent()).trim().to_owned().into()
    }

    /// Has it asked of the platform from now on: before anybody reads it.
    pub fn lend(&self, lent: fn() -> String) {
        let _ = self.lent.set(lent);
    }
}
