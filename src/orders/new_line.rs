//! A line that is to be added, and what becomes of it.

use serde::{Deserialize, Serialize};

use super::counting::Rule;
use super::order::{Line, LineId};
use crate::catalog::product::{Part, PriceTerms};
use crate::ids::{ProductId, VariantId};
use crate::money::{Currency, Money};
use crate::pricing::Delivery;

/// A line to add, as the catalog (or staff) prices it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewLine {
    pub variant_id: VariantId,
    pub product_id: ProductId,
    pub title: String,
    pub sku: String,
    /// In the currencies it is sold in; the order's own counts.
    pub prices: Vec<Money>,
    /// What many cost, in these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<PriceTerms>,
    pub quantity: u32,
    pub delivery: Delivery,
    /// What it is made of, if it is a bundle.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    pub overridden: bool,
}

/// The line that it becomes; none if it is not sold in that currency.
pub fn line_of(new: &NewLine, id: LineId, currency: Currency) -> Option<Line> {
    Some(Line {
        id,
        variant_id: new.variant_id,
        product_id: new.product_id,
        title: new.title.clone(),
        sku: new.sku.clone(),
        unit_price: new.prices.iter().copied().find(|price| price.currency == currency)?,
        tiers: new
            .terms
            .iter()
            .find(|terms| terms.currency == currency)
            .map_or(Vec::new(), |terms| terms.tiers.clone()),
        quantity: new.quantity,
        delivery: new.delivery,
        parts: new.parts.clone(),
        rules: new.rules.clone(),
        overridden: new.overridden,
    })
}
