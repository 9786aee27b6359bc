//! A gift card, but for its balance.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::Refusal;
use crate::ids::{AccountId, GiftCardId, OrderId};
use crate::money::{Currency, Money};
use crate::ports::Timestamp;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GiftCard {
    pub id: GiftCardId,
    /// The last four characters of the code.
    pub last4: String,
    /// What it was issued with.
    pub initial_balance: Money,
    /// From this moment on it is worth nothing.
    pub expires_at: Option<Timestamp>,
    pub note: Option<String>,
    /// The member of staff who issued it; else it was bought.
    pub account_id: Option<AccountId>,
    /// The order that bought it.
    pub order_id: Option<OrderId>,
    pub created_at: Timestamp,
    /// When it was disabled.
    pub disabled_at: Option<Timestamp>,
}

impl GiftCard {
    /// Whether it can be used now, as far as its row says.
    pub fn check(&self, currency: Currency, now: Timestamp) -> Result<(), Refusal> {
        if self.disabled_at.is_some() {
            Err(Refusal::Disabled)
        } else if self.expires_at.is_some_and(|end| end <= now) {
            Err(Refusal::Expired)
        } else if self.initial_balance.currency != currency {
            Err(Refusal::WrongCurrency)
        } else {
            Ok(())
        }
    }
}
