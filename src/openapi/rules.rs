//! What the whole contract must say, whichever route is added: a test that
//! fails says what the new one lacks.

use serde_json::Value;

use super::tests::document;

/// Every operation, by its method and path.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let named = paths.flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, it)| (format!("{} {path}", method.to_uppercase()), it))
    });
    named.collect()
}

#[test]
fn every_operation_says_what_it_is_for_who_may_ask_and_what_it_answers() {
    let document = document();
    let mut ids = std::collections::BTreeSet::new();
    for (name, operation) in operations(&document) {
        assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{name}: no summary");
        let tag = &operation["tags"][0];
        assert!(document["tags"].as_array().unwrap().iter().any(|known| known["name"] == *tag), "{name}: no tag");
        assert!(operation["security"].is_array(), "{name}: who may ask?");
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{name}: its id is another's, too");
        let answers = operation["responses"].as_object().unwrap();
        assert!(answers.keys().any(|status| status.starts_with('2')), "{name}: no success");
        assert!(!answers.contains_key("default"), "{name}: say which refusals there are");
        for (status, answer) in answers {
            assert!(!answer["description"].as_str().unwrap().is_empty(), "{name} {status}: no description");
            assert!(answer["headers"].is_object(), "{name} {status}: no headers");
            if status.starts_with(['4', '5']) {
                let codes = answer.pointer("/content/application~1problem+json/schema/properties/code/enum");
                assert!(codes.is_some_and(|codes| codes.is_array()), "{name} {status}: no codes");
            }
        }
    }
}

#[test]
fn a_name_of_a_type_means_something() {
    for name in document()["components"]["schemas"].as_object().unwrap().keys() {
        assert!(!name.ends_with(|last: char| last.is_ascii_digit()), "{name}: rename it, #[schemars(rename = ...)]");
    }
}

/// A value with no bound that a request may hold, at these places.
fn unbounded(document: &Value, schema: &Value, at: &str, seen: &mut Vec<String>, found: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        if !seen.iter().any(|name| name == reference) {
            seen.push(reference.to_owned());
            unbounded(document, document.pointer(reference.trim_start_matches('#')).unwrap(), at, seen, found);
        }
        return;
    }
    for choice in ["anyOf", "oneOf", "allOf"] {
        for schema in schema[choice].as_array().into_iter().flatten() {
            unbounded(document, schema, at, seen, found);
        }
    }
    let is = |kind: &str| {
        let among = |kinds: &Vec<Value>| kinds.iter().any(|one| one == kind);
        schema["type"] == kind || schema["type"].as_array().is_some_and(among)
    };
    let says = |rules: &[&str]| rules.iter().all(|rule| !schema[*rule].is_null());
    let chosen = says(&["enum"]) || says(&["const"]);
    // What has a length of its own.
    let fixed = says(&["pattern"]) || schema["format"] == "date-time";
    if is("string") && !chosen && !fixed && !says(&["maxLength"]) {
        found.push(format!("{at}: maxLength, a pattern or an enum"));
    }
    if is("integer") && !says(&["minimum", "maximum"]) {
        found.push(format!("{at}: minimum and maximum"));
    }
    if is("array") {
        if !says(&["maxItems"]) {
            found.push(format!("{at}: maxItems"));
        }
        unbounded(document, &schema["items"], &format!("{at}/*"), seen, found);
    }
    if is("object") {
        let others = &schema["additionalProperties"];
        if !(*others == false || others.is_object() && says(&["maxProperties"])) {
            found.push(format!("{at}: deny_unknown_fields, or maxProperties"));
        }
        if others.is_object() {
            unbounded(document, others, &format!("{at}/*"), seen, found);
        }
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            unbounded(document, member, &format!("{at}/{name}"), seen, found);
        }
    }
}

#[test]
fn whatever_a_request_holds_has_a_bound() {
    let document = document();
    let mut found = Vec::new();
    for (name, operation) in operations(&document) {
        // Of headers that are compared alone, any text is as none.
        let compared = |given: &&Value| {
            ["If-None-Match", "X-Cart-Token", "Accept-Language"].iter().any(|name| given["name"] == *name)
        };
        let parameters = operation["parameters"].as_array().unwrap().iter().filter(|given| !compared(given));
        for given in parameters {
            let at = format!("{name} ?{}", given["name"].as_str().unwrap());
            unbounded(&document, &given["schema"], &at, &mut Vec::new(), &mut found);
        }
        if let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") {
            unbounded(&document, schema, &name, &mut Vec::new(), &mut found);
        }
    }
    assert!(found.is_empty(), "say:\n{}", found.join("\n"));
}
