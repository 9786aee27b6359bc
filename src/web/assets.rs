//! The files that every page is dressed with, each at an address that holds a
//! digest of its bytes: a browser may keep one for a year, and a page never
//! meets the styles of another release. `src/edge/assets.js` serves them.

use sha2_const_stable::Sha256;
use std::fmt;

// A file of this size is digested in less than a second, which rustc takes for long.
#[allow(long_running_const_eval)]
pub const STYLES: Asset = Asset::new("shop", "css", include_bytes!("../../public/assets/shop.css"));
pub const ICON: Asset = Asset::new("favicon", "svg", include_bytes!("../../public/assets/favicon.svg"));

/// What printed pages are dressed with.
pub const PAPER: Asset = Asset::new("paper", "css", include_bytes!("../../public/assets/paper.css"));

/// What pages of the catalog do at once.
pub const SCRIPT: Asset = Asset::new("shop", "js", include_bytes!("../../public/assets/shop.js"));

/// Starts Stripe's Payment Element; see [`super::card`].
pub const PAYMENT: Asset = Asset::new("payment", "js", include_bytes!("../../public/assets/payment.js"));

/// A file of `public/assets/`. Shown as its address.
pub struct Asset {
    stem: &'static str,
    ending: &'static str,
    /// The first 64 bits of the file's SHA-256.
    digest: u64,
}

impl Asset {
    /// The file `stem.ending`, of these bytes. Meant for constants, so that
    /// the digest is all of the file that gets into the Worker.
    pub const fn new(stem: &'static str, ending: &'static str, bytes: &[u8]) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = Sha256::new().update(bytes).finalize();
        Self { stem, ending, digest: u64::from_be_bytes([a, b, c, d, e, f, g, h]) }
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/assets/{}.{:016x}.{}", self.stem, self.digest, self.ending)
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    #[test]
    fn a_files_address_holds_the_digest_that_others_compute_of_it() {
        for (asset, name) in [
            (&super::STYLES, ["shop", "css"]),
            (&super::ICON, ["favicon", "svg"]),
            (&super::SCRIPT, ["shop", "js"]),
            (&super::PAYMENT, ["payment", "js"]),
            (&super::PAPER, ["paper", "css"]),
        ] {
            let bytes = std::fs::read(format!("public/assets/{}", name.join("."))).unwrap();
            let digest = hex::encode(Sha256::digest(bytes));
            assert_eq!(asset.to_string(), format!("/assets/{}.{}.{}", name[0], &digest[..16], name[1]));
        }
    }
}
