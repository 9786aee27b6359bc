//! Orders that hold stock without being paid: an account and a network have so
//! many at once. Whatever holds takes a slot of each before, and gives it back
//! once it is paid or the goods are given back.

use serde::{Deserialize, Serialize};

use super::error::OrderError;
use super::holding::HOLD_MILLIS;
use crate::app::App;
use crate::ids::RequestId;
use crate::ports::ObjectUnavailable;
use crate::throttle::rules::SlotId;
use crate::throttle::{self, Slots, ThrottleError};

/// For how long a slot is taken at most, in milliseconds: as long as the stock
/// is held, and a while for what comes between the two. Whatever is lost with a
/// process ends by itself.
pub const SLOT_MILLIS: i64 = HOLD_MILLIS + 30_000;

/// One hold's slots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// Each try to place has a slot of its own, so that one that is refused
    /// gives back nobody else's.
    pub id: SlotId,
    /// Whose slots they are.
    pub of: Vec<Slots>,
}

/// Takes a slot of each; none where nobody counts. Without an answer nothing is
/// placed: stock must not become free by overwhelming what counts.
pub async fn take(app: &App, of: Vec<Slots>) -> Result<Option<Slot>, OrderError> {
    if of.is_empty() {
        return Ok(None);
    }
    let slot = Slot { id: SlotId(RequestId::new(app.clock.now(), &*app.entropy).to_string()), of };
    let taken = throttle::occupy(app, &slot.of, &slot.id, SLOT_MILLIS).await;
    let refusal = match taken {
        Ok(()) => return Ok(Some(slot)),
        Err(ThrottleError::TooMany { retry_after_millis }) => OrderError::TooManyUnpaid { retry_after_millis },
        Err(error) => OrderError::Unavailable { cause: error.to_string() },
    };
    // One of them may have granted it.
    let _ = give_back(app, &slot).await;
    Err(refusal)
}

/// Gives them back. Doing so again changes nothing.
pub async fn give_back(app: &App, slot: &Slot) -> Result<(), ObjectUnavailable> {
    throttle::vacate(app, &slot.of, &slot.id).await
}
