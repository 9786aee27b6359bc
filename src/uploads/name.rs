//! What an upload is called: the name of its object, the end of its address,
//! and its id.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use std::str::FromStr;

use super::picture::{KINDS, Kind};
use crate::text::{self, Refusal};

/// Where pictures are in the shop.
const FOLDER: &str = "/media/";

/// Of the digest: 128 bits tell the pictures of a shop apart.
const BYTES: usize = 16;

/// A picture by what is in it, such as `9f86d081884c7d659a2feaa0c55ad015.jpg`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Name(String);

impl Name {
    /// Of a picture with this SHA-256. A smaller one is another than the same
    /// bytes by themselves: it goes with the larger one.
    pub fn new(digest: &[u8; 32], larger: Option<&Self>, kind: &Kind) -> Self {
        let both = larger.map(|larger| Sha256::new_with_prefix(&larger.0).chain_update(digest).finalize());
        let digest = both.as_deref().unwrap_or(digest);
        Self(format!("{}.{}", hex::encode(digest.get(..BYTES).unwrap_or(digest)), kind.ending))
    }

    /// The one at this address in the shop.
    pub fn at(address: &str) -> Option<Self> {
        address.strip_prefix(FOLDER)?.parse().ok()
    }

    pub fn address(&self) -> String {
        format!("{FOLDER}{}", self.0)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How a browser is told what it is.
    pub fn media_type(&self) -> &'static str {
        let (_, ending) = self.0.split_once('.').unwrap_or_default();
        KINDS.iter().find(|kind| kind.ending == ending).map_or("application/octet-stream", |kind| kind.media_type)
    }
}

impl FromStr for Name {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let fits = text.split_once('.').is_some_and(|(digest, ending)| {
            let hexadecimal = digest.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
            digest.len() == 2 * BYTES && hexadecimal && KINDS.iter().any(|kind| kind.ending == ending)
        });
        if fits { Ok(Self(text.to_owned())) } else { Err("not the id of an upload".to_owned()) }
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::read(deserializer, str::parse)
    }
}

impl JsonSchema for Name {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "UploadId".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let endings: Vec<_> = KINDS.iter().map(|kind| kind.ending).collect();
        schemars::json_schema!({
            "type": "string", "pattern": format!("^[0-9a-f]{{{}}}[.]({})$", 2 * BYTES, endings.join("|")),
            "examples": ["9f86d081884c7d659a2feaa0c55ad015.jpg"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_what_is_in_it_and_of_what_it_is_a_smaller_one_of() {
        let jpeg = &KINDS[0];
        let name = Name::new(&[0xab; 32], None, jpeg);
        assert_eq!(name.address(), format!("/media/{}.jpg", "ab".repeat(16)));
        assert_eq!(Name::at(&name.address()), Some(name.clone()));
        assert_eq!(name.media_type(), "image/jpeg");
        let smaller = Name::new(&[0xab; 32], Some(&name), jpeg);
        assert_ne!(smaller, name);
        assert_ne!(smaller, Name::new(&[0xab; 32], Some(&smaller), jpeg));
    }

    #[test]
    fn nothing_else_is_a_name() {
        let digest = "ab".repeat(16);
        for wrong in ["", ".jpg", "x.jpg", &digest, &format!("{digest}.svg"), &format!("{digest}.jpg.png")] {
            assert!(wrong.parse::<Name>().is_err(), "{wrong}");
        }
        for wrong in
            [format!("{}.jpg", "AB".repeat(16)), format!("../{}.jpg", "ab".repeat(14)), format!("{digest}0.gif")]
        {
            assert!(wrong.parse::<Name>().is_err(), "{wrong}");
        }
        assert_eq!(Name::at(&format!("https://a.shop/media/{digest}.jpg")), None);
    }
}
