//! What promotions refuse.

use crate::problem::Problem;

crate::codes! {
    /// Another promotion has this code.
    CODE_TAKEN = CONFLICT "code_taken";
    /// The promotion is being changed by others; try again.
    PROMOTION_CHANGED = CONFLICT "promotion_changed";
    /// The shop has as many promotions as one may have, or they are too large together.
    PROMOTIONS_FULL = CONFLICT "promotions_full";
}

/// What a violated constraint of the schema means.
pub fn refusal(constraint: &str) -> Option<Problem> {
    let names = |name| constraint.contains(name);
    if names("promotions.code") {
        let detail = "another promotion has this code";
        Some(Problem::new(CODE_TAKEN, detail).at("/code", detail))
    } else if names("stale_write") {
        Some(Problem::new(PROMOTION_CHANGED, "the promotion is being changed by others; try again"))
    } else if names("too_many_promotions") {
        Some(Problem::new(PROMOTIONS_FULL, "a shop has at most 500 promotions; delete some that have ended"))
    } else if names("promotions_too_large") {
        Some(Problem::new(PROMOTIONS_FULL, "the shop's promotions take more than 1 MB together"))
    } else {
        None
    }
}
