//! Shipping: zones, what is offered in them, what it costs and when it arrives.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use super::engine::options;

use super::limits::{
    MAX_CURRENCIES, MAX_DAYS, MAX_NAME, MAX_NAMED, MAX_OPTIONS, MAX_PICK_UP, MAX_PLACES, MAX_TIERS, MAX_TITLE,
    MAX_ZONES,
};
use super::place::PostalPattern;
use crate::address::Country;
use crate::money::{Currency, MAX_AMOUNT, MAX_PRICE};
use crate::text::MAX_CODE;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShippingRules {
    #[schemars(length(max = MAX_ZONES))]
    pub zones: Vec<Zone>,
}

/// Places with the same ways of shipping. Of the zones that have a place the
/// one that names it most closely counts: by postal pattern, by region, by
/// country, then one without places; of equals the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    #[schemars(length(min = 1, max = MAX_TITLE))]
    pub title: String,
    /// Empty: the rest of the world.
    #[schemars(length(max = MAX_PLACES))]
    pub places: Vec<ZonePlace>,
    #[schemars(length(max = MAX_OPTIONS))]
    pub options: Vec<ShippingOption>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ZonePlace {
    pub country: Country,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MAX_NAMED), inner(length(min = 1, max = MAX_NAME)))]
    pub regions: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MAX_NAMED))]
    pub postal_codes: Vec<PostalPattern>,
}

/// A way to send an order, or to fetch it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShippingOption {
    /// Unique among all zones' options.
    #[schemars(length(min = 1, max = MAX_CODE))]
    pub id: String,
    #[schemars(length(min = 1, max = MAX_TITLE))]
    pub title: String,
    /// The first of the tax classes, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = MAX_NAME))]
    pub tax_class: Option<String>,
    /// Working days from the order to the door: Monday to Friday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling_days: Option<HandlingDays>,
    /// The address where the buyer fetches it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = MAX_PICK_UP))]
    pub pick_up: Option<String>,
    /// One for each currency in which it is offered.
    #[schemars(length(min = 1, max = MAX_CURRENCIES))]
    pub rates: Vec<ShippingRate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HandlingDays {
    #[schemars(range(max = MAX_DAYS))]
    pub from: u16,
    #[schemars(range(max = MAX_DAYS))]
    pub to: u16,
}

/// What it costs in one currency: `amount`, or by `tiers`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShippingRate {
    pub currency: Currency,
    /// Minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = MAX_PRICE))]
    pub amount: Option<i64>,
    /// Free where the items, after their discounts, come to so much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = MAX_AMOUNT))]
    pub free_from: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<TierBasis>,
    /// Ascending; the last whose `from` is reached counts. Below the first the
    /// option is not offered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MAX_TIERS))]
    pub tiers: Vec<Tier>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierBasis {
    /// In grams.
    Weight,
    /// Of the items, after their discounts, in minor units.
    Subtotal,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    #[schemars(range(min = 0, max = MAX_AMOUNT))]
    pub from: i64,
    /// Minor units.
    #[schemars(range(min = 0, max = MAX_PRICE))]
    pub amount: i64,
}
