//! What collections refuse.

use super::limits::{MAX_LEVELS, MAX_PICKS};
use crate::catalog::error::SLUG_TAKEN;
use crate::problem::Problem;

crate::codes! {
    /// The collection is being changed by others; try again.
    COLLECTION_CHANGED = CONFLICT "collection_changed";
    /// The shop's collections, or one of them, have as much of something as may be.
    COLLECTIONS_FULL = CONFLICT "collections_full";
    /// A collection with a rule has its products by that: none can be added or removed.
    BY_RULE = CONFLICT "by_rule";
}

/// What a violated constraint of the schema means.
pub fn refusal(constraint: &str) -> Option<Problem> {
    let names = |name| constraint.contains(name);
    let full = |detail: String| Some(Problem::new(COLLECTIONS_FULL, detail));
    if names("collections.slug") {
        let detail = "another collection has this slug";
        Some(Problem::new(SLUG_TAKEN, detail).at("/slug", detail))
    } else if names("unknown_upload") {
        // Taken away since it was read.
        Some(Problem::invalid_field("/image", "this upload is not there any more; send it again"))
    } else if names("stale_write") || names("FOREIGN KEY") {
        Some(Problem::new(COLLECTION_CHANGED, "the collection is being changed by others; try again"))
    } else if names("too_many_collections") {
        full("a shop has at most 1,000 collections".to_owned())
    } else if names("collections_too_large") {
        full("the shop's collections take more than 2 MB together, without what is picked for them".to_owned())
    } else if names("too_many_scans") {
        full("at most 100 collections have a rule that asks for no tag, no vendor and no type".to_owned())
    } else if names("too_many_picks") {
        full("a shop has at most 100,000 products in its collections by hand".to_owned())
    } else if names("collection_too_long") {
        full(format!("a collection has at most {MAX_PICKS} products by hand"))
    } else if names("collection_too_deep") {
        Some(Problem::invalid_field("/parent", format!("collections make at most {MAX_LEVELS} levels")))
    } else {
        None
    }
}
