//! Cursors: where a page ended. Opaque to clients; a digest makes any other
//! text than one of ours an error. It keeps no secret: a cursor grants nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::listing::Sort;
use crate::ids::ProductId;
use crate::money::Currency;

/// What products are ordered by, before their ids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Number(i64),
    Text(String),
}

/// The last product of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    pub key: Key,
    pub id: ProductId,
}

const DIGEST_BYTES: usize = 8;

impl Cursor {
    pub fn text(&self, sort: Sort, currency: Currency) -> String {
        let key = match &self.key {
            Key::Number(number) => number.to_string(),
            Key::Text(text) => text.clone(),
        };
        seal(sort.as_str(), currency.as_str(), &[&self.id.to_string(), &key])
    }

    /// `None` if the text is not a cursor of a list with this sort and currency.
    pub fn parse(text: &str, sort: Sort, currency: Currency) -> Option<Self> {
        let payload = open(text, sort.as_str(), currency.as_str())?;
        let (id, key) = payload.split_once('\n')?;
        let key = match sort {
            Sort::Title => Key::Text(key.to_owned()),
            Sort::Newest | Sort::PriceAsc | Sort::PriceDesc => Key::Number(key.parse().ok()?),
        };
        Some(Self { key, id: id.parse().ok()? })
    }
}

/// A cursor of the list of that name and kind, over the parts.
pub fn seal(list: &str, kind: &str, parts: &[&str]) -> String {
    let payload = parts.join("\n");
    let mut bytes = digest(list, kind, &payload).to_vec();
    bytes.extend_from_slice(payload.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What was sealed for the same list and kind.
pub fn open(text: &str, list: &str, kind: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (sum, payload) = bytes.split_at_checked(DIGEST_BYTES)?;
    let payload = std::str::from_utf8(payload).ok()?;
    (digest(list, kind, payload).as_slice() == sum).then(|| payload.to_owned())
}

fn digest(list: &str, kind: &str, payload: &str) -> [u8; DIGEST_BYTES] {
    let whole = Sha256::new().chain_update(list).chain_update("\n").chain_update(kind).chain_update("\n");
    let whole = whole.chain_update(payload).finalize();
    whole.first_chunk().copied().unwrap_or_default()
}
