//! What staff send of what a bundle is made of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::limits::MAX_PART_QUANTITY;
use crate::catalog::product::Part;
use crate::ids::VariantId;

/// So many pieces of a variant in each piece of the bundle.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartBody {
    pub variant_id: VariantId,
    #[schemars(range(min = 1, max = MAX_PART_QUANTITY))]
    pub quantity: u32,
}

impl From<&Part> for PartBody {
    fn from(part: &Part) -> Self {
        Self { variant_id: part.variant_id, quantity: part.quantity }
    }
}
