//! What each of many pieces costs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::money::MAX_PRICE;

/// The most pieces that a tier can begin at: no line has more.
pub const MAX_FROM: u32 = 1_000_000;

/// From so many pieces of a variant in one line on, each of them costs this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PriceTier")]
pub struct Tier {
    /// At least 2, and more than that of the tier before.
    #[schemars(range(min = 2, max = MAX_FROM))]
    pub from: u32,
    /// In minor units of the price's currency; less than that of the tier before.
    #[schemars(range(min = 0, max = MAX_PRICE))]
    pub amount: i64,
}

/// What one of so many pieces costs where a single one costs `one`: never more than that.
pub fn of_each(one: i64, tiers: &[Tier], pieces: u32) -> i64 {
    tiers.iter().filter(|tier| tier.from <= pieces).map(|tier| tier.amount).fold(one, i64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_that_the_pieces_reach_counts() {
        let tiers = [Tier { from: 10, amount: 900 }, Tier { from: 50, amount: 800 }];
        let each = |one, pieces| of_each(one, &tiers, pieces);
        assert_eq!([1, 9, 10, 49, 50, u32::MAX].map(|n| each(1_000, n)), [1_000, 1_000, 900, 900, 800, 800]);
        // A sale may be lower than a tier.
        assert_eq!([1, 10, 50].map(|n| each(850, n)), [850, 850, 800]);
        assert_eq!(of_each(1_000, &[], 50), 1_000);
    }
}
