//! What the settings refuse to be.

use crate::problem::Problem;

crate::codes! {
    /// What is to be taken out of the settings is used; the detail says where.
    IN_USE = CONFLICT "in_use";
    /// The settings are being changed by others; try again.
    SETTINGS_CHANGED = CONFLICT "settings_changed";
}

/// What `pointer` would take away is used by these.
pub fn in_use(pointer: &str, what: &str, users: &[String]) -> Problem {
    let detail = format!("{what} cannot be taken away; change this first: {}", users.join(", "));
    Problem::new(IN_USE, detail.clone()).at(pointer, detail)
}

/// What a violated constraint of the schema means.
pub fn refusal(constraint: &str) -> Option<Problem> {
    if constraint.contains("stale_settings") {
        Some(Problem::new(SETTINGS_CHANGED, "the settings are being changed by others; try again"))
    } else if constraint.contains("FOREIGN KEY") {
        // Given to a product since it was asked who uses it.
        Some(in_use("/classes", "a tax class of products", &["those products".to_owned()]))
    } else {
        None
    }
}
