//! Amounts that a provider does not take, and what that means to a client.

use serde::{Deserialize, Serialize};

use crate::json;
use crate::money::Money;
use crate::problem::Problem;

crate::codes! {
    /// What is left to pay is less than this way to pay takes; `minimum` says how much it takes at least.
    AMOUNT_TOO_SMALL = CONFLICT "amount_too_small";
    /// This way to pay does not take such an amount, or not in this currency.
    AMOUNT_NOT_TAKEN = CONFLICT "amount_not_taken";
    /// The event is not signed by the provider, or not in these minutes.
    BAD_SIGNATURE = BAD_REQUEST "bad_signature";
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum AmountRefused {
    #[error(
        "this way to pay takes {} at least; choose another one, add something, or pay a little less by gift card",
        minimum.display()
    )]
    TooSmall { minimum: Money },
    #[error("this way to pay does not take {}; choose another one", amount.display())]
    NotTaken { amount: Money },
}

impl From<AmountRefused> for Problem {
    fn from(refused: AmountRefused) -> Self {
        let detail = refused.to_string();
        match refused {
            AmountRefused::TooSmall { minimum } => {
                Self::new(AMOUNT_TOO_SMALL, detail).with_member("minimum", json::value(&minimum))
            }
            AmountRefused::NotTaken { .. } => Self::new(AMOUNT_NOT_TAKEN, detail),
        }
    }
}
