//! How a variant's pieces are counted, how many more may be sold than there are, and what
//! buyers are told of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Product, Variant};
use crate::ids::VariantId;

/// How much is left, as coarsely as buyers are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "StockBand")]
pub enum Level {
    InStock,
    /// No more pieces than the variant's low level, or the shop's where none is said; or none, and more may be sold before
    /// they come.
    Low,
    #[default]
    Out,
}

/// The lowest floor: a shop that sells so many pieces before they come sells without a limit.
pub const LOWEST_FLOOR: i64 = -1_000_000;

/// How far what is left of a stock may go below zero by orders: Vendure's `outOfStockThreshold`,
/// and what is between Shopify's two words "deny" and "continue".
///
/// The truth is the variant's row. A pool knows the newest that it was told with a claim, so
/// that no order that was placed before can pass one that was raised since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Floor {
    /// The version of the product that said so first: of several, the last is the newest.
    pub as_of: i64,
    /// [`LOWEST_FLOOR`] to 0, in pieces.
    pub least: i64,
}

/// What staff say of how the pieces of a variant are counted; of most they say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StockRule {
    pub variant_id: VariantId,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub untracked: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Floor>,
}

impl Level {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InStock => "in_stock",
            Self::Low => "low",
            Self::Out => "out",
        }
    }

    pub fn is_out(self) -> bool {
        self == Self::Out
    }
}

impl Variant {
    /// Of what is taken for it: of a bundle, of its parts.
    pub fn stock_rules(&self) -> Vec<StockRule> {
        if self.is_bundle() {
            return self.part_rules.clone();
        }
        let own = StockRule { variant_id: self.id, untracked: self.untracked, floor: self.floor };
        if own.untracked || own.floor.is_some() { vec![own] } else { Vec::new() }
    }

    /// As of so many pieces that nobody holds; `store`'s SQL says the same. `low_level`: the shop's.
    pub fn level_of(&self, pieces: i64, low_level: u32) -> Level {
        match pieces {
            _ if self.untracked => Level::InStock,
            _ if pieces > self.few(low_level) => Level::InStock,
            _ if pieces > self.sets_floor.unwrap_or_else(|| self.least()) => Level::Low,
            _ => Level::Out,
        }
    }

    /// Whether so many pieces can be had, as far as that can be told from its level.
    pub fn promises(&self, pieces: i64, low_level: u32) -> bool {
        self.untracked || self.level == Level::InStock && pieces <= self.few(low_level).saturating_add(1)
    }

    /// The most pieces of it that count as few, in a shop whose `low_level` that is.
    pub fn few(&self, low_level: u32) -> i64 {
        self.low_level.unwrap_or(low_level).into()
    }

    /// How far below zero it may be sold.
    pub fn least(&self) -> i64 {
        self.floor.map_or(0, |floor| floor.least)
    }

    /// Says how many pieces nobody holds, and what that makes of its level.
    pub fn has(&mut self, pieces: i64, low_level: u32) {
        self.pieces = Some(pieces);
        self.level = self.level_of(pieces, low_level);
        self.backorder = self.level == Level::Low && pieces <= 0;
    }
}

impl Product {
    /// Whether whatever of it can be had has yet to come.
    pub fn is_on_backorder(&self) -> bool {
        let mut left = self.variants.iter().filter(|variant| !variant.level.is_out()).peekable();
        left.peek().is_some() && left.all(|variant| variant.backorder)
    }

    /// Of all variants together, as far as it is known how many pieces of each there are;
    /// `store`'s SQL says the same.
    pub fn level_of_all(&self, low_level: u32) -> Level {
        let pieces = self.variants.iter().filter_map(|variant| variant.pieces).map(|pieces| pieces.max(0));
        let few = self.variants.iter().map(|variant| variant.few(low_level)).max().unwrap_or_default();
        let has = |level| self.variants.iter().any(|variant| variant.level == level);
        match () {
            () if has(Level::InStock) || pieces.sum::<i64>() > few => Level::InStock,
            () if has(Level::Low) => Level::Low,
            () => Level::Out,
        }
    }
}

#[cfg(test)]
#[path = "stock_tests.rs"]
mod tests;
