//! What the Worker needs of the contract to say what is wrong with a request:
//! the shapes of bodies and query parameters, without a word of prose.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// What says something about a shape; a pattern is its type's to check.
const KEPT: [&str; 19] = [
    "$ref",
    "type",
    "anyOf",
    "allOf",
    "oneOf",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "examples",
    "default",
];

/// `wire/shapes.js`: the shapes of all operations.
pub fn script(document: &Value) -> String {
    format!("// Made of the contract; see shape.rs.\nexport const shapes = () => String.raw`{}`;\n", of(document))
}

fn of(document: &Value) -> String {
    let (mut bodies, mut parameters, mut names) = (Map::new(), Map::new(), BTreeSet::new());
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{} {path}", method.to_uppercase());
            if let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") {
                bodies.insert(name.clone(), pruned(schema, &mut names));
            }
            let query = operation["parameters"].as_array().into_iter().flatten().filter(|given| given["in"] == "query");
            let query: Map<_, _> = query
                .map(|given| (given["name"].as_str().unwrap().to_owned(), pruned(&given["schema"], &mut names)))
                .collect();
            if !query.is_empty() {
                parameters.insert(name, Value::Object(query));
            }
        }
    }
    let mut types = Map::new();
    while let Some(name) = names.iter().find(|name| !types.contains_key(*name)).cloned() {
        let shape = pruned(&document["components"]["schemas"][&name], &mut names);
        types.insert(name, shape);
    }
    serde_json::to_string(&json!({"bodies": bodies, "parameters": parameters, "types": types})).unwrap() + "\n"
}

fn pruned(schema: &Value, names: &mut BTreeSet<String>) -> Value {
    let Some(members) = schema.as_object() else { return schema.clone() };
    if let Some(name) = members.get("$ref").and_then(Value::as_str) {
        names.insert(name.rsplit('/').next().unwrap().to_owned());
    }
    let kept = members.iter().filter(|(name, _)| KEPT.contains(&name.as_str()));
    let kept = kept.map(|(name, value)| {
        let value = match (name.as_str(), value) {
            ("properties", Value::Object(members)) => {
                Value::Object(members.iter().map(|(name, schema)| (name.clone(), pruned(schema, names))).collect())
            }
            ("anyOf" | "allOf" | "oneOf", Value::Array(schemas)) => {
                Value::Array(schemas.iter().map(|schema| pruned(schema, names)).collect())
            }
            ("items" | "additionalProperties", schema) => pruned(schema, names),
            _ => value.clone(),
        };
        (name.clone(), value)
    });
    Value::Object(kept.collect())
}
