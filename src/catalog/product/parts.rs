//! What a bundle is made of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Variant;
use crate::ids::VariantId;

/// A part of a bundle, as it is called: so many pieces of it are in each piece of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "BundlePart")]
pub struct Part {
    pub variant_id: VariantId,
    /// In one piece of the bundle.
    pub quantity: u32,
    pub sku: String,
    /// Of its product.
    pub title: String,
}

impl Part {
    /// How many pieces of it are in so many of the bundle.
    pub fn of(&self, bundles: u32) -> u32 {
        self.quantity.saturating_mul(bundles)
    }
}

impl Variant {
    /// Whether it is made of others, and has no stock of its own.
    pub fn is_bundle(&self) -> bool {
        !self.parts.is_empty()
    }

    /// Whose pieces are taken for one of its own, and how many of each.
    pub fn takes(&self) -> Vec<(VariantId, i64)> {
        if self.parts.is_empty() {
            return vec![(self.id, 1)];
        }
        self.parts.iter().map(|part| (part.variant_id, i64::from(part.quantity))).collect()
    }
}

/// Whether both are made of as much of the same, whatever it is called.
pub fn are_alike(some: &[Part], others: &[Part]) -> bool {
    some.len() == others.len()
        && some.iter().all(|part| {
            others.iter().any(|other| (other.variant_id, other.quantity) == (part.variant_id, part.quantity))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(n: u8, quantity: u32, title: &str) -> Part {
        Part { variant_id: VariantId::derived([n; 16]), quantity, sku: "P".to_owned(), title: title.to_owned() }
    }

    #[test]
    fn bundles_are_alike_by_what_is_in_them() {
        let set = [part(1, 1, "Pot"), part(2, 4, "Cup")];
        assert!(are_alike(&set, &[part(2, 4, "Mug"), part(1, 1, "Pot")]), "in another order, under another name");
        assert!(!are_alike(&set, &[part(1, 1, "Pot"), part(2, 3, "Cup")]));
        assert!(!are_alike(&set, &set[..1]) && !are_alike(&set[..1], &set));
    }
}
