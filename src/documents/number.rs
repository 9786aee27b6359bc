//! How documents are numbered: one unbroken sequence for each kind, for ever.
//!
//! The law asks for "a sequential number, based on one or more series, which
//! uniquely identifies the invoice" (Directive 2006/112/EC, article 226(2);
//! § 14(4) no. 4 UStG; VAT Notice 700, section 16.3). A sequence that began
//! anew each year would only add a moment at which two could have one number.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "DocumentKind")]
pub enum Kind {
    Invoice,
    /// Takes back an invoice, or a part of it.
    CreditNote,
}

impl Kind {
    /// As the table and the object of its series are named.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::CreditNote => "credit_note",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Invoice => "INV-",
            Self::CreditNote => "CN-",
        }
    }
}

/// A document's number, such as `INV-000123`: six digits, or more once there
/// are a million.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number {
    pub kind: Kind,
    /// From 1 on, without a gap.
    pub place: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a document's number is like INV-000123 or CN-000123")]
pub struct InvalidNumber;

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:06}", self.kind.prefix(), self.place)
    }
}

impl FromStr for Number {
    type Err = InvalidNumber;

    /// One spelling only.
    fn from_str(text: &str) -> Result<Self, InvalidNumber> {
        let of = |kind: Kind| text.strip_prefix(kind.prefix()).map(|digits| (kind, digits));
        let (kind, digits) = of(Kind::Invoice).or_else(|| of(Kind::CreditNote)).ok_or(InvalidNumber)?;
        let number = Self { kind, place: digits.parse().map_err(|_| InvalidNumber)? };
        if number.place > 0 && number.to_string() == text { Ok(number) } else { Err(InvalidNumber) }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer, |text| text.parse())
    }
}

impl JsonSchema for Number {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DocumentNumber".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^(INV|CN)-[0-9]{6,10}$", "examples": ["INV-000123"]})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        for (kind, place, text) in [
            (Kind::Invoice, 1, "INV-000001"),
            (Kind::CreditNote, 999_999, "CN-999999"),
            (Kind::Invoice, 1_000_000, "INV-1000000"),
        ] {
            let number = Number { kind, place };
            assert_eq!((number.to_string().as_str(), text.parse()), (text, Ok(number)));
        }
        let others = ["INV-1", "INV-000000", "inv-000001", "INV-+00001", "INV-0000001", "CN-", "INV-9999999999", ""];
        for text in others {
            assert_eq!(text.parse::<Number>(), Err(InvalidNumber), "{text}");
        }
    }
}
