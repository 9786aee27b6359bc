//! Where a parcel can be followed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text;

/// The longest address, in characters.
const MAX_URL: usize = 500;

/// An address that a buyer may safely be sent to: `https`, a host, nobody's
/// password, nothing that would end an attribute or a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct TrackingUrl(String);

impl TrackingUrl {
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let host = text.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#']).next());
        let is_host = |host: &str| host.starts_with(|c: char| c.is_ascii_alphanumeric()) && !host.contains('@');
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'`');
        if text.len() <= MAX_URL && host.is_some_and(is_host) && text.bytes().all(is_plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err("must be an address that begins with https://, at most 500 characters, percent-encoded")
        }
    }
}

impl From<TrackingUrl> for String {
    fn from(url: TrackingUrl) -> Self {
        url.0
    }
}

impl<'de> Deserialize<'de> for TrackingUrl {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::read(deserializer, Self::parse)
    }
}

impl JsonSchema for TrackingUrl {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TrackingUrl".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "format": "uri", "maxLength": MAX_URL, "examples": ["https://parcels.example/track?id=1Z"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parcel_is_followed_at_an_address_that_is_safe_to_follow() {
        for good in ["https://parcels.example/track?id=1Z&lang=de#now", " https://p.example:8443 ", "https://1.example"]
        {
            assert!(TrackingUrl::parse(good).is_ok(), "{good}");
        }
        let long = format!("https://parcels.example/{}", "a".repeat(500));
        for wrong in [
            "",
            "http://parcels.example",
            "javascript:alert(1)",
            "https://",
            "https:///track",
            "https://:443",
            "https://parcels.example@evil.example/",
            "https://parcels.example/a b",
            "https://parcels.example/\"onclick=\"",
            "https://parcels.example/\r\nBcc: all",
            "https://pärcels.example/",
            &long,
        ] {
            assert!(TrackingUrl::parse(wrong).is_err(), "{wrong}");
        }
    }
}
