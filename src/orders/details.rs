//! What an order needs to know of its buyer.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use std::str::FromStr;

use crate::auth::EmailAddress;
use crate::text::{self, Line, Refusal};

/// A country of ISO 3166-1, by its two letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct Country(isocountry::CountryCode);

impl FromStr for Country {
    type Err = Refusal;

    fn from_str(code: &str) -> Result<Self, Refusal> {
        isocountry::CountryCode::for_alpha2(code)
            .map(Self)
            .map_err(|_| "is not a country of ISO 3166-1, such as DE".to_owned())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::read(deserializer, str::parse)
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.0.alpha2().to_owned()
    }
}

impl JsonSchema for Country {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Country".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[A-Z]{2}$", "description": "ISO 3166-1 alpha-2", "examples": ["DE"]})
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    pub name: Line<200>,
    pub line1: Line<200>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<Line<200>>,
    pub city: Line<100>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Line<100>>,
    pub postal_code: Line<20>,
    pub country: Country,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Line<40>>,
}

/// Where the order goes and whom to write to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Details {
    pub email: EmailAddress,
    pub shipping_address: Address,
    /// The shipping address, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<Address>,
}
