//! What a pool refuses, and what that means to a client.

use serde::{Deserialize, Serialize};

use crate::problem::Problem;

crate::codes! {
    /// The stock does not cover what was asked for; `lines` or `available` say what is left.
    OUT_OF_STOCK = CONFLICT "out_of_stock";
    /// The hold was released before it came.
    HOLD_RELEASED = CONFLICT "hold_released";
    /// The change would take away pieces that are held for orders; `held` says how many are.
    BELOW_HELD = CONFLICT "below_held";
    /// What is to be removed has pieces that are held for orders; `held` says how many, `variants` of what.
    STOCK_HELD = CONFLICT "stock_held";
    /// This variant is a bundle, and has no stock of its own: change that of its parts.
    NO_STOCK = CONFLICT "no_stock_of_its_own";
}

/// A bundle's stock is its parts'.
pub fn no_stock() -> Problem {
    Problem::new(NO_STOCK, "a bundle has no stock of its own: change that of its parts")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("only {available} are available")]
    OutOfStock { available: i64 },
    #[error("this hold was released")]
    HoldReleased,
    /// The pool was closed: a gift card that was disabled.
    #[error("nothing more is given out of this")]
    Closed,
    #[error("{held} are held for orders; what is on hand cannot go below that")]
    BelowHeld { held: i64 },
    #[error("a quantity is between 1 and 2^53 - 1, and so is what is on hand")]
    QuantityOutOfRange,
    #[error("this reference names another change")]
    ReferenceReused,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::Closed => Self::new(OUT_OF_STOCK, detail).with_member("available", 0),
            Refusal::OutOfStock { available } => Self::new(OUT_OF_STOCK, detail).with_member("available", available),
            Refusal::HoldReleased => Self::new(HOLD_RELEASED, detail),
            Refusal::BelowHeld { held } => Self::new(BELOW_HELD, detail).with_member("held", held),
            Refusal::QuantityOutOfRange => Self::invalid_field("/delta", detail),
            Refusal::ReferenceReused => Self::invalid_field("/reference", detail),
        }
    }
}
