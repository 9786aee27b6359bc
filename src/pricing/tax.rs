//! Tax: which rates apply where. The rates are the owner's.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::limits::{MAX_CLASSES, MAX_NAME, MAX_NAMED, MAX_TAX_RATES};
use super::percent::Percent;
use super::place::PostalPattern;
use crate::address::Country;

/// `reverse_charge`: a business in another EU country with a confirmed VAT
/// number accounts for the tax itself (Council Directive 2006/112/EC, article
/// 196; for goods the exemption of article 138).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxRules {
    /// Names of classes; the first is that of whatever says none.
    #[schemars(length(min = 1, max = MAX_CLASSES), inner(length(min = 1, max = MAX_NAME)))]
    pub classes: Vec<String>,
    #[schemars(length(max = MAX_TAX_RATES))]
    pub rates: Vec<TaxRate>,
    pub reverse_charge: bool,
}

/// A rate for a class in a place. Of those for a class the most specific place
/// counts: a postal pattern before a region before the country. Several of the
/// same place are added up, such as GST and PST.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxRate {
    pub country: Country,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = MAX_NAME))]
    pub region: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MAX_NAMED))]
    pub postal_codes: Vec<PostalPattern>,
    #[schemars(length(min = 1, max = MAX_NAME))]
    pub class: String,
    /// As buyers read it, such as `VAT`.
    #[schemars(length(min = 1, max = MAX_NAME))]
    pub name: String,
    pub rate: Percent,
}

/// The member states of the European Union as it says itself
/// (<https://european-union.europa.eu/principles-countries-history/eu-countries_en>,
/// 27 since 2020-02-01), by their codes of ISO 3166-1; Greece is `GR` there,
/// though its VAT numbers begin with `EL`. Monaco and Northern Ireland, which
/// the VAT system has in for goods, are not: there the tax is charged.
const UNION: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

pub fn is_in_the_union(country: Country) -> bool {
    UNION.contains(&country.code())
}
