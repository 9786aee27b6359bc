//! What webhooks refuse.

use crate::problem::Problem;

crate::codes! {
    /// The shop has as many webhooks as one may have.
    WEBHOOKS_FULL = CONFLICT "webhooks_full";
}

/// What a violated constraint of the schema means.
pub fn refusal(constraint: &str) -> Option<Problem> {
    let full = constraint.contains("too_many_webhooks");
    full.then(|| Problem::new(WEBHOOKS_FULL, "a shop has at most 20 webhooks; delete one that is not needed"))
}
