//! What the owner decides once for the whole shop. The truth is in the
//! database; buyers meet it in the catalog's snapshot.

use serde::{Deserialize, Serialize};

use crate::money::{Currency, Money};
use crate::ports::{DatabaseError, Rows, Statement};

/// The shop's settings as buyers meet them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub shop_name: String,
    pub default_currency: Currency,
    pub currencies: Vec<Currency>,
    pub shipping_options: Vec<ShippingOption>,
}

/// A way to send an order, at one flat rate per currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShippingOption {
    pub id: String,
    pub title: String,
    pub prices: Vec<Money>,
}

impl ShippingOption {
    pub fn price(&self, currency: Currency) -> Option<Money> {
        self.prices.iter().copied().find(|price| price.currency == currency)
    }
}

#[derive(Deserialize)]
struct Row {
    document: String,
}

/// The settings, a row for [`read`].
pub fn current() -> Statement {
    Statement::new("SELECT json_group_object(key, json(value)) AS document FROM settings", [])
}

/// One setting, for [`read_value`].
pub fn value(key: &'static str) -> Statement {
    Statement::new("SELECT value AS document FROM settings WHERE key = ?1", [key.into()])
}

/// Reads the row of [`value`]: JSON text, if the setting is there.
pub fn read_value(rows: Rows) -> Result<Option<String>, DatabaseError> {
    Ok(rows.first::<Row>()?.map(|row| row.document))
}

/// Reads the row of [`current`].
pub fn read(rows: Rows) -> Result<Settings, DatabaseError> {
    let undecodable = |why: String| DatabaseError::Undecodable(why);
    let row = rows.first::<Row>()?.ok_or_else(|| undecodable("no settings".to_owned()))?;
    serde_json::from_slice(row.document.as_bytes()).map_err(|error| undecodable(error.to_string()))
}
