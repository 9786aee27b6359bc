//! A product's pictures in a file: which uploads they are, and what becomes of those that
//! are there.

use serde_json::{Map, Value, json};

use super::sent::Sent;
use crate::catalog::product::Image;
use crate::uploads::Name;

/// The uploads that the pictures of these products are, to be looked up.
pub fn uploads_in(sent: &[Sent]) -> Vec<Name> {
    let images = sent.iter().filter_map(|sent| sent.facts.get("images")?.as_array()).flatten();
    let upload = |image: &Value| {
        let said = |member| image.get(member).and_then(Value::as_str);
        said("upload").map_or_else(|| Name::at(said("url")?), |id| id.parse().ok())
    };
    images.filter_map(upload).collect()
}

/// Lays the pictures of a file of lines over those that are there: a file names as few of
/// them as it likes, and none goes for it. Those that it does not name come behind, and one
/// of which it says no description keeps its own.
pub fn lay_over(facts: &mut Map<String, Value>, before: &[Image]) {
    let Some(named) = facts.get_mut("images").and_then(Value::as_array_mut) else { return };
    for Image { url, alt, .. } in before {
        let mut is_named = false;
        for same in named.iter_mut().filter_map(Value::as_object_mut) {
            if same.get("url").and_then(Value::as_str) == Some(url) {
                is_named = true;
                same.entry("alt").or_insert_with(|| alt.clone().into());
            }
        }
        if !is_named {
            named.push(json!({ "url": url, "alt": alt }));
        }
    }
}
