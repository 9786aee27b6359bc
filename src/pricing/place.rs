//! Where goods go, as far as prices depend on it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::{Address, Country};

/// A place as rules compare it: codes without case and blanks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub country: Country,
    pub region: Option<String>,
    pub postal_code: Option<String>,
}

impl Place {
    pub fn of(address: &Address) -> Self {
        Self {
            country: address.country,
            region: address.region.as_ref().map(|region| region.as_str().to_owned()),
            postal_code: address.postal_code.as_ref().map(|code| code.as_str().to_owned()),
        }
    }

    /// A whole country, before anything nearer is known.
    pub fn anywhere_in(country: Country) -> Self {
        Self { country, region: None, postal_code: None }
    }
}

/// Postal codes: one (`NG1 5DJ`), or all that begin alike (`35*`; `NG1 *` are
/// those of the district NG1, and not NG11's). Neither case nor blanks count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct PostalPattern(#[schemars(length(min = 1, max = 20))] pub String);
