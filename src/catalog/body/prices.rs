//! A price as staff send it, and as they are shown it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::limits::MAX_TIERS;
use crate::catalog::product::{PriceTerms, Variant};
use crate::money::{MAX_PRICE, Money};
use crate::ports::Timestamp;
use crate::pricing::tiers::Tier;

/// A price in minor units of one of the shop's currencies.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceBody {
    /// In minor units.
    #[schemars(range(min = 0, max = MAX_PRICE))]
    pub amount: i64,
    #[schemars(with = "crate::money::Currency")]
    pub currency: String,
    /// What it cost before, for buyers to see beside `amount`: more than that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = MAX_PRICE))]
    pub compare_at: Option<i64>,
    /// A lower price for a time. While it runs buyers see `amount` as what it cost before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale: Option<SaleBody>,
    /// Lower prices for many pieces in one line, `from` rising and `amount` falling. Of a
    /// sale and a tier the lower counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MAX_TIERS))]
    pub tiers: Vec<Tier>,
}

/// A lower price for a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SaleBody {
    /// In minor units; less than the price's own.
    #[schemars(range(min = 0, max = MAX_PRICE))]
    pub amount: i64,
    /// It counts from this very millisecond on; without, at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
    /// The first millisecond at which it counts no more; without, it does not end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
}

impl SaleBody {
    pub fn of(terms: &PriceTerms) -> Option<Self> {
        let time = |millis: Option<i64>| millis.map(Timestamp::from_millis);
        Some(Self { amount: terms.sale?, starts_at: time(terms.starts_at), ends_at: time(terms.ends_at) })
    }
}

impl PriceBody {
    /// A variant's prices as they would be sent.
    pub fn all_of(variant: &Variant) -> Vec<Self> {
        let price = |price: &Money| Self {
            amount: price.amount,
            currency: price.currency.to_string(),
            compare_at: variant.compare_at(price.currency).map(|before| before.amount),
            sale: variant.terms(price.currency).and_then(SaleBody::of),
            tiers: variant.tiers(price.currency).to_vec(),
        };
        variant.prices.iter().map(price).collect()
    }
}
