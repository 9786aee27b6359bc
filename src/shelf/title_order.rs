//! How titles are sorted: letters of either case are alike.

use std::cmp::Ordering;

/// How two titles stand to each other.
pub fn compare(a: &str, b: &str) -> Ordering {
    key(a).cmp(&key(b))
}

/// Keys compare as their titles do.
pub fn key(title: &str) -> String {
    title.to_lowercase()
}
