//! What a shop's own programs keep beside a product: names with a value each.
//! Staff's alone, so that a supplier's number or a cost can stand there; what
//! buyers are to read has a field of its own.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use super::limits::{MAX_METADATA, MAX_METADATA_BYTES, MAX_METADATA_TEXT, MAX_NAME};
use crate::json;
use crate::problem::FieldError;
use crate::sorted::SortedMap;
use crate::text;

pub type Metadata = SortedMap<String, Value>;

/// The greatest integer that every reader of JSON keeps (RFC 8259, section 6).
const MAX_INTEGER: i64 = (1 << 53) - 1;

/// How the contract describes it.
pub struct Described;

impl JsonSchema for Described {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Metadata".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "maxProperties": MAX_METADATA,
            "additionalProperties": {
                "type": ["string", "integer", "boolean", "null"],
                "maxLength": MAX_METADATA_TEXT,
                "minimum": -MAX_INTEGER,
                "maximum": MAX_INTEGER,
            },
        })
    }
}

/// What is there, with what was sent laid over it: `null` takes a name away.
pub fn over(mut now: Metadata, sent: Metadata) -> Metadata {
    for (name, value) in sent {
        if value.is_null() {
            now.remove(&name);
        } else {
            now.insert(name, value);
        }
    }
    now
}

/// The metadata as it is kept, and what is wrong with it.
pub fn parsed(sent: Metadata) -> (Metadata, Vec<FieldError>) {
    let mut faults = Vec::new();
    if sent.len() > MAX_METADATA {
        faults.push(FieldError::new("/metadata", format!("at most {MAX_METADATA} names")));
        return (Metadata::new(), faults);
    }
    let mut kept = Metadata::new();
    for (name, value) in sent {
        let value = if is_name(&name) {
            cleaned(value)
        } else {
            Err(format!("a name is 1 to {MAX_NAME} small letters a to z, digits and _ . -"))
        };
        match value {
            Ok(value) => drop(kept.insert(name, value)),
            Err(refusal) => {
                let name = name.replace('~', "~0").replace('/', "~1");
                faults.push(FieldError::new(format!("/metadata/{name}"), refusal));
            }
        }
    }
    if json::text(&kept).len() > MAX_METADATA_BYTES {
        faults.push(FieldError::new("/metadata", format!("at most {MAX_METADATA_BYTES} bytes of JSON")));
    }
    (kept, faults)
}

fn is_name(name: &str) -> bool {
    let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-');
    (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(fits)
}

fn cleaned(value: Value) -> Result<Value, text::Refusal> {
    match value {
        Value::String(text) => text::prose(&text, MAX_METADATA_TEXT).map(Value::String),
        Value::Bool(_) => Ok(value),
        Value::Number(ref number)
            if number.as_i64().is_some_and(|number| (-MAX_INTEGER..=MAX_INTEGER).contains(&number)) =>
        {
            Ok(value)
        }
        _ => Err(format!("a text, true, false, or an integer of at most {MAX_INTEGER}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn metadata(value: Value) -> Metadata {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn texts_integers_and_booleans_are_kept() {
        let sent = metadata(
            json!({"erp.id": "A-1\n2", "cost_cents": -9_007_199_254_740_991_i64, "x": true, "0-a": "cafe\u{301}"}),
        );
        let (kept, faults) = parsed(sent);
        assert_eq!(faults, []);
        let expected = json!({"0-a": "café", "cost_cents": -9_007_199_254_740_991_i64, "erp.id": "A-1\n2", "x": true});
        assert_eq!(json::value(&kept), expected);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (sent, pointer) in [
            (json!({"A": 1}), "/metadata/A"),
            (json!({"": 1}), "/metadata/"),
            (json!({"a/b~": 1}), "/metadata/a~1b~0"),
            (json!({"a".repeat(65): 1}), &*format!("/metadata/{}", "a".repeat(65))),
            (json!({"a": 1.5}), "/metadata/a"),
            (json!({"a": 9_007_199_254_740_992_i64}), "/metadata/a"),
            (json!({"a": u64::MAX}), "/metadata/a"),
            (json!({"a": null}), "/metadata/a"),
            (json!({"a": []}), "/metadata/a"),
            (json!({"a": {"b": 1}}), "/metadata/a"),
            (json!({"a": "x".repeat(2_001)}), "/metadata/a"),
            (json!({"a": "\u{202e}"}), "/metadata/a"),
            ((0..51).map(|n| (format!("n{n}"), json!(n))).collect(), "/metadata"),
            ((0..6).map(|n| (format!("n{n}"), json!("x".repeat(1_900)))).collect(), "/metadata"),
        ] {
            let (_, faults) = parsed(metadata(sent));
            assert_eq!(faults.iter().map(|fault| &*fault.pointer).collect::<Vec<_>>(), [pointer]);
        }
    }

    #[test]
    fn a_change_names_what_it_changes() {
        let now = metadata(json!({"a": 1, "b": 2, "c": 3}));
        let sent = metadata(json!({"b": null, "c": "three", "d": true, "e": null}));
        assert_eq!(over(now, sent), metadata(json!({"a": 1, "c": "three", "d": true})));
    }
}
