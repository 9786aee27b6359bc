//! Why a gift card cannot be used, and what that means to a client.

use serde::{Deserialize, Serialize};

use crate::json;
use crate::ports::{DatabaseError, ObjectUnavailable};
use crate::problem::Problem;
use crate::throttle::ThrottleError;

crate::codes! {
    /// The gift card cannot be used; `reason` is `unknown`, `expired`,
    /// `disabled`, `empty` or `wrong_currency`.
    GIFT_CARD_NOT_VALID = UNPROCESSABLE_ENTITY "gift_card_not_valid";
    /// Another gift card has this code.
    GIFT_CARD_CODE_TAKEN = CONFLICT "gift_card_code_taken";
}

/// Why a gift card cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("there is no gift card with this code")]
    Unknown,
    #[error("this gift card has expired")]
    Expired,
    #[error("this gift card was disabled; please ask the shop")]
    Disabled,
    /// Or what is left of it is held for other orders.
    #[error("nothing is left on this gift card")]
    Empty,
    #[error("this gift card is in another currency")]
    WrongCurrency,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GiftCardError {
    #[error(transparent)]
    NotValid(#[from] Refusal),
    #[error(transparent)]
    Throttled(#[from] ThrottleError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Pool(#[from] ObjectUnavailable),
}

impl From<GiftCardError> for Problem {
    fn from(error: GiftCardError) -> Self {
        match error {
            GiftCardError::NotValid(refusal) => {
                Self::new(GIFT_CARD_NOT_VALID, refusal.to_string()).with_member("reason", json::value(&refusal))
            }
            GiftCardError::Throttled(error) => error.into(),
            GiftCardError::Database(error) => error.into(),
            GiftCardError::Pool(error) => error.into(),
        }
    }
}

/// What a violated constraint of the schema means.
pub fn taken(constraint: &str) -> Option<Problem> {
    let detail = "another gift card has this code";
    let digest = constraint.contains("gift_cards.digest");
    digest.then(|| Problem::new(GIFT_CARD_CODE_TAKEN, detail).at("/code", detail))
}
