//! Percentages as people write them, held exactly.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Parts per million in one percent.
const ONE: u32 = 10_000;

/// From 0 to 100 percent, exact to a ten-thousandth of a percent; a decimal
/// string, such as `19` or `8.875`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Percent(u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a percentage is a decimal string from 0 to 100 with at most four decimals, such as \"8.875\"")]
pub struct InvalidPercent;

impl Percent {
    /// All of an amount.
    pub const WHOLE: Self = Self(100 * ONE);

    pub fn parse(text: &str) -> Result<Self, InvalidPercent> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let malformed = whole.is_empty()
            || whole.len() > 3
            || decimals.len() > 4
            || (decimals.is_empty() && text.contains('.'))
            || !digits(whole)
            || !digits(decimals);
        if malformed {
            return Err(InvalidPercent);
        }
        let whole: u32 = whole.parse().map_err(|_| InvalidPercent)?;
        let decimals: u32 = format!("{decimals:0<4}").parse().map_err(|_| InvalidPercent)?;
        let parts = whole * ONE + decimals;
        if parts <= Self::WHOLE.0 { Ok(Self(parts)) } else { Err(InvalidPercent) }
    }

    /// In parts per million.
    pub const fn parts(self) -> u32 {
        self.0
    }

    pub fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, decimals) = (self.0 / ONE, self.0 % ONE);
        if decimals == 0 {
            write!(f, "{whole}")
        } else {
            f.write_str(format!("{whole}.{decimals:04}").trim_end_matches('0'))
        }
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer, Self::parse)
    }
}

impl JsonSchema for Percent {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Percent".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "pattern": "^(100(\\.0{1,4})?|[0-9]{1,2}(\\.[0-9]{1,4})?)$",
            "description": "From 0 to 100.", "examples": ["19", "8.875"],
        })
    }
}
