//! Accounts: an address, a name, a role.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::str::FromStr;

use super::Role;
use crate::ids::AccountId;
use crate::ports::Timestamp;
use crate::text::Line;

/// An e-mail address: ASCII, lower-cased whole, so that one mailbox has one
/// account. No quoted local parts, comments or address literals, which RFC
/// 5321 allows and nobody has. `Debug` hides it: addresses stay out of logs.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

/// RFC 5321, section 4.5.3.1.3: 256 octets, less the two angle brackets.
const MAX_EMAIL_BYTES: usize = 254;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEmail {
    #[error("must have at most {MAX_EMAIL_BYTES} characters")]
    TooLong,
    #[error("must be plain ASCII; write an international domain in its xn-- form")]
    NotAscii,
    #[error("is not an e-mail address")]
    Malformed,
}

impl EmailAddress {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn local_part(&self) -> &str {
        self.0.split_once('@').map_or(&self.0, |(local, _)| local)
    }

    /// An address that was parsed before it was stored.
    pub(super) fn from_store(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress")
    }
}

impl FromStr for EmailAddress {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim();
        if text.len() > MAX_EMAIL_BYTES {
            return Err(InvalidEmail::TooLong);
        }
        if !text.is_ascii() {
            return Err(InvalidEmail::NotAscii);
        }
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !br#""(),:;<>[\]"#.contains(&byte));
        let options = email_address::Options::default().without_display_text().without_domain_literal();
        if !plain || email_address::EmailAddress::parse_with_options(text, options).is_err() {
            return Err(InvalidEmail::Malformed);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

impl<'de> Deserialize<'de> for EmailAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer, str::parse)
    }
}

impl JsonSchema for EmailAddress {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "EmailAddress".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "email", "maxLength": MAX_EMAIL_BYTES, "examples": ["ada@example.com"]})
    }
}

/// What someone is called.
pub type PersonName = Line<100>;

/// An account without its secrets.
#[derive(Clone)]
pub struct Account {
    pub id: AccountId,
    pub email: EmailAddress,
    pub name: Option<PersonName>,
    pub role: Role,
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_lower_cased_and_trimmed() {
        let email: EmailAddress = " Ada.Lovelace+shop@Example.COM ".parse().ok().unwrap();
        assert_eq!(email.as_str(), "ada.lovelace+shop@example.com");
        assert_eq!(email.local_part(), "ada.lovelace+shop");
    }

    #[test]
    fn what_is_not_a_plain_address_is_refused() {
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@@example.com",
            "a b@example.com",
            "ada@exam ple.com",
            "Ada <ada@example.com>",
            "\"a b\"@example.com",
            "ada(comment)@example.com",
            "ada@[127.0.0.1]",
            "ada@example.com\r\nBcc: all@example.com",
            "ada@example..com",
            ".ada@example.com",
        ] {
            assert!(text.parse::<EmailAddress>().is_err(), "{text:?}");
        }
        assert_eq!("ädä@example.com".parse::<EmailAddress>().err(), Some(InvalidEmail::NotAscii));
    }

    #[test]
    fn an_address_has_at_most_254_characters() {
        let domain = format!("{}.{}.{}.com", "d".repeat(61), "d".repeat(61), "d".repeat(61));
        let address = |local: usize| format!("{}@{domain}", "a".repeat(local));
        assert_eq!(address(64).len(), 254);
        assert!(address(64).parse::<EmailAddress>().is_ok());
        assert_eq!(format!("{}m", address(64)).parse::<EmailAddress>().err(), Some(InvalidEmail::TooLong));
    }
}
