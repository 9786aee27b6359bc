//! What differs between two values of JSON, within bounds: what is kept for good must not
//! grow with what is written.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::json;

/// The most differences of one entry, and what they come to together, in bytes of JSON.
const MAX_DIFFERENCES: usize = 50;
const MAX_BYTES: usize = 8_000;
/// The longest text that is kept of a value, in characters, and the longest other value, in
/// bytes of JSON.
const MAX_TEXT: usize = 200;
const MAX_VALUE: usize = 1_000;

/// A place where two values differ.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "AuditedDifference")]
pub struct Difference {
    /// As a JSON Pointer; an item of a list that has an id is named by that.
    at: String,
    /// `null` where there was nothing. The end of a long text is an ellipsis; what else is long is not kept.
    before: Value,
    /// As `before`.
    after: Value,
}

#[derive(Default)]
struct Found {
    kept: Vec<Difference>,
    bytes: usize,
    left_out: usize,
}

/// The differences for which there is room, and how many more there are.
pub fn differing(before: &Value, after: &Value) -> (Vec<Difference>, usize) {
    let mut found = Found::default();
    found.compare("", Some(before), Some(after));
    (found.kept, found.left_out)
}

impl Found {
    fn compare(&mut self, at: &str, before: Option<&Value>, after: Option<&Value>) {
        if before == after {
            return;
        }
        match (before, after) {
            (Some(Value::Object(before)), Some(Value::Object(after))) => self.members(at, before, after),
            (Some(Value::Array(before)), Some(Value::Array(after))) if has_ids(before) && has_ids(after) => {
                self.items(at, before, after);
            }
            _ => self.keep(Difference { at: at.to_owned(), before: cut(before), after: cut(after) }),
        }
    }

    fn members(&mut self, at: &str, before: &Map<String, Value>, after: &Map<String, Value>) {
        let new = after.keys().filter(|name| !before.contains_key(*name));
        for name in before.keys().chain(new).filter(|name| !is_untold(at, name)) {
            self.compare(&place(at, name), before.get(name), after.get(name));
        }
    }

    fn items(&mut self, at: &str, before: &[Value], after: &[Value]) {
        let in_list = |list: &[Value], id: &str| list.iter().find(|item| id_of(item) == Some(id)).cloned();
        let new = after.iter().filter(|item| id_of(item).is_some_and(|id| in_list(before, id).is_none()));
        for id in before.iter().chain(new).filter_map(id_of) {
            self.compare(&place(at, id), in_list(before, id).as_ref(), in_list(after, id).as_ref());
        }
    }

    fn keep(&mut self, difference: Difference) {
        let bytes = json::text(&difference).len();
        if self.kept.len() < MAX_DIFFERENCES && self.bytes.saturating_add(bytes) <= MAX_BYTES {
            self.bytes = self.bytes.saturating_add(bytes);
            self.kept.push(difference);
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }
}

/// What differs with every change, or follows from what else does: members of the thing itself
/// and of its variants. Further below, as in metadata, such a name is anybody's own.
fn is_untold(at: &str, name: &str) -> bool {
    let is_variant = || at.strip_prefix("/variants/").is_some_and(|id| !id.contains('/'));
    match name {
        "version" | "updated_at" | "former_slugs" => at.is_empty(),
        "available" => at.is_empty() || is_variant(),
        _ => false,
    }
}

/// RFC 6901, section 3.
fn place(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn id_of(item: &Value) -> Option<&str> {
    item.get("id").and_then(Value::as_str)
}

fn has_ids(list: &[Value]) -> bool {
    list.iter().all(|item| id_of(item).is_some())
}

fn cut(value: Option<&Value>) -> Value {
    match value {
        None => Value::Null,
        Some(Value::String(text)) if text.chars().count() > MAX_TEXT => {
            format!("{}…", text.chars().take(MAX_TEXT).collect::<String>()).into()
        }
        Some(value) => {
            let bytes = json::text(value).len();
            if bytes > MAX_VALUE { format!("… ({bytes} bytes)").into() } else { value.clone() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(before: Value, after: Value) -> Value {
        let (kept, left_out) = differing(&before, &after);
        assert_eq!(left_out, 0);
        json!(kept)
    }

    #[test]
    fn only_what_differs_is_told_by_its_place() {
        let before = json!({ "title": "Mug", "version": 1, "tags": ["a"], "image": { "url": "/a", "alt": "A" } });
        let after =
            json!({ "title": "Cup", "version": 2, "tags": ["a"], "image": { "url": "/b", "alt": "A" }, "a/b": 1 });
        assert_eq!(
            told(before, after),
            json!([
                { "at": "/title", "before": "Mug", "after": "Cup" },
                { "at": "/image/url", "before": "/a", "after": "/b" },
                { "at": "/a~1b", "before": null, "after": 1 },
            ])
        );
    }

    #[test]
    fn what_has_an_id_is_itself_wherever_it_stands() {
        let item = |id: &str, sku: &str| json!({ "id": id, "sku": sku });
        let before = json!({ "variants": [item("1", "a"), item("2", "b")] });
        let after = json!({ "variants": [item("3", "d"), item("2", "c")] });
        assert_eq!(
            told(before, after),
            json!([
                { "at": "/variants/1", "before": item("1", "a"), "after": null },
                { "at": "/variants/2/sku", "before": "b", "after": "c" },
                { "at": "/variants/3", "before": null, "after": item("3", "d") },
            ])
        );
    }

    #[test]
    fn what_follows_by_itself_is_left_out_only_where_it_does() {
        let thing = |n: i64| {
            let metadata = json!({ "version": n, "updated_at": n, "variants": [{ "id": "1", "available": n }] });
            json!({
                "version": n, "updated_at": n, "former_slugs": [n], "available": n, "metadata": metadata,
                "variants": [{ "id": "1", "available": n, "version": n, "metadata": { "available": n } }],
            })
        };
        let told = told(thing(1), thing(2));
        let mut places: Vec<_> = told.as_array().unwrap().iter().map(|one| one["at"].as_str().unwrap()).collect();
        places.sort_unstable();
        assert_eq!(
            places,
            [
                "/metadata/updated_at",
                "/metadata/variants/1/available",
                "/metadata/version",
                "/variants/1/metadata/available",
                "/variants/1/version",
            ]
        );
    }

    #[test]
    fn nothing_makes_it_longer_than_its_bounds() {
        let long = "é".repeat(300);
        let (kept, _) = differing(&json!({ "a": "" }), &json!({ "a": long }));
        assert_eq!(kept[0].after, format!("{}…", "é".repeat(MAX_TEXT)));
        let (kept, _) = differing(&json!({ "a": [] }), &json!({ "a": [long.as_str(), long.as_str()] }));
        assert_eq!(kept[0].after, "… (1207 bytes)");
        let many: Map<String, Value> = (0..500).map(|n| (format!("name-{n}"), json!("x".repeat(n)))).collect();
        let (kept, left_out) = differing(&json!({}), &Value::Object(many));
        assert!(json::text(&kept).len() <= MAX_BYTES + MAX_DIFFERENCES + 2);
        assert!(kept.len() <= MAX_DIFFERENCES);
        assert_eq!(kept.len() + left_out, 500);
    }
}
