//! The catalog's SQL.

use serde::{Deserialize, Serialize};

use crate::ids::VariantId;
use crate::money::Currency;
use crate::ports::Statement;

/// A row of [`current_prices`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurrentPrice {
    pub variant_id: VariantId,
    /// Minor units of the currency asked for.
    pub amount: i64,
}

/// What each variant costs now, from the truth; a variant that is not on sale
/// in the currency has no row. One parameter whatever the number of ids.
pub fn current_prices(variants: &[VariantId], currency: Currency) -> Statement {
    let ids = serde_json::to_string(variants).unwrap_or_default();
    Statement::new(
        "SELECT prices.variant_id, prices.amount
         FROM json_each(?1) AS wanted
         JOIN prices ON prices.variant_id = wanted.value AND prices.currency = ?2
         JOIN variants ON variants.id = prices.variant_id
         JOIN products ON products.id = variants.product_id AND products.status = 'active'",
        [ids.into(), currency.as_str().into()],
    )
}
