//! The shapes of bodies and parameters, as the contract has them: JSON Schema,
//! as far as the contract uses it. Read only where something does not fit.
//!
//! `shapes.js` is made of the contract by the test that makes that, less all
//! that says nothing about the shape.

use serde_json::{Map, Value};

use crate::json;
use crate::problem::FieldError;
use crate::text::kept::Kept;

pub static SHAPES: Kept = Kept::new(include_str!("shapes.js"));

pub struct Shapes(Value);

impl Shapes {
    pub fn read() -> Self {
        Self(json::read(SHAPES.text().as_bytes()).unwrap_or_default())
    }

    /// The shape of an operation's body, such as `POST /v1/carts`.
    pub fn body(&self, operation: &str) -> Option<&Value> {
        self.0.get("bodies")?.get(operation)
    }

    /// The shape of one of an operation's query parameters.
    pub fn parameter(&self, operation: &str, name: &str) -> Option<&Value> {
        self.0.get("parameters")?.get(operation)?.get(name)
    }

    /// What a shape refers to, and of a choice with `null` the other one.
    fn resolved<'a>(&'a self, shape: &'a Value) -> &'a Value {
        if let Some(name) = shape.get("$ref").and_then(Value::as_str) {
            let name = name.rsplit('/').next().unwrap_or_default();
            return self.0.get("types").and_then(|types| types.get(name)).map_or(shape, |shape| self.resolved(shape));
        }
        let choices = shape.get("anyOf").or(shape.get("allOf")).and_then(Value::as_array);
        let other = choices.into_iter().flatten().find(|shape| shape.get("type") != Some(&Value::from("null")));
        other.map_or(shape, |shape| self.resolved(shape))
    }

    /// The shape at a pointer into a value of `shape`.
    pub fn at<'a>(&'a self, shape: &'a Value, pointer: &str) -> Option<&'a Value> {
        pointer.split('/').skip(1).try_fold(shape, |shape, part| {
            let shape = self.resolved(shape);
            let member = shape.get("properties").and_then(|members| members.get(part));
            member.or(shape.get("items")).or(shape.get("additionalProperties"))
        })
    }

    /// A value that the shape and its type take.
    pub fn example(&self, shape: &Value) -> Value {
        let shape = self.resolved(shape);
        if let Some(example) = shape.get("examples").and_then(|examples| examples.get(0)) {
            return example.clone();
        }
        if let Some(choice) = choices(shape).into_iter().next() {
            return Value::from(choice);
        }
        match kind(shape) {
            "object" => {
                let required = shape.get("required").and_then(Value::as_array).into_iter().flatten();
                let member = |name: &Value| {
                    let name = name.as_str()?;
                    Some((name.to_owned(), self.example(shape.get("properties")?.get(name)?)))
                };
                Value::Object(required.filter_map(member).collect::<Map<_, _>>())
            }
            "array" => {
                let items = shape.get("items").map(|items| self.example(items));
                Value::Array(items.into_iter().cycle().take(number(shape, "minItems").unwrap_or(0) as usize).collect())
            }
            "string" => Value::from("x".repeat(number(shape, "minLength").unwrap_or(0).clamp(0, 100) as usize)),
            "integer" => Value::from(number(shape, "minimum").unwrap_or(1)),
            "boolean" => Value::from(false),
            _ => Value::Null,
        }
    }

    /// Notes every place where the value does not fit the shape, and makes it fit.
    pub fn mend(&self, value: &mut Value, shape: &Value, pointer: &str, errors: &mut Vec<FieldError>) {
        if value.is_null() && takes_null(shape) {
            return;
        }
        let shape = self.resolved(shape);
        match (value, kind(shape)) {
            (Value::Object(members), "object") => self.mend_object(members, shape, pointer, errors),
            (Value::Array(items), "array") => {
                let (least, most) = (number(shape, "minItems"), number(shape, "maxItems"));
                let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
                if let Some(most) = most.filter(|most| count > *most) {
                    errors.push(FieldError::new(pointer, format!("may have at most {most} entries")));
                    items.truncate(most as usize);
                }
                let of = shape.get("items").unwrap_or(&Value::Null);
                if let Some(least) = least.filter(|least| count < *least) {
                    errors.push(FieldError::new(pointer, format!("must have at least {least} {}", entries(least))));
                    items.resize(least as usize, self.example(of));
                }
                for (index, item) in items.iter_mut().enumerate() {
                    self.mend(item, of, &format!("{pointer}/{index}"), errors);
                }
            }
            (value, _) => {
                if let Some(detail) = misfit(value, shape) {
                    errors.push(FieldError::new(pointer, detail));
                    *value = self.example(shape);
                }
            }
        }
    }

    fn mend_object(
        &self,
        members: &mut Map<String, Value>,
        shape: &Value,
        pointer: &str,
        errors: &mut Vec<FieldError>,
    ) {
        let at = |name: &str| format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        let known = shape.get("properties");
        members.retain(|name, value| {
            let shape = known.and_then(|known| known.get(name)).or(shape.get("additionalProperties"));
            match shape {
                Some(Value::Bool(false)) => {
                    errors.push(FieldError::new(at(name), "is not known"));
                    false
                }
                Some(shape) => {
                    self.mend(value, shape, &at(name), errors);
                    true
                }
                None => true,
            }
        });
        for name in shape.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                errors.push(FieldError::new(at(name), "is missing"));
                let shape = known.and_then(|known| known.get(name)).unwrap_or(&Value::Null);
                members.insert(name.to_owned(), self.example(shape));
            }
        }
    }

    /// Why a parameter's text does not fit its shape.
    pub fn refusal(&self, text: &str, shape: &Value) -> Option<String> {
        let shape = self.resolved(shape);
        let value = match kind(shape) {
            "integer" => text.parse::<i64>().map_or(Value::from(text), Value::from),
            "boolean" => text.parse::<bool>().map_or(Value::from(text), Value::from),
            _ => Value::from(text),
        };
        misfit(&value, shape)
    }
}

fn entries(count: i64) -> &'static str {
    if count == 1 { "entry" } else { "entries" }
}

fn number(shape: &Value, name: &str) -> Option<i64> {
    shape.get(name).and_then(Value::as_i64)
}

/// The one type of a shape, `null` aside; none where it may be of several.
fn kind(shape: &Value) -> &str {
    match shape.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            let mut kinds = kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null");
            kinds.next().filter(|_| kinds.next().is_none()).unwrap_or("")
        }
        _ => "",
    }
}

fn takes_null(shape: &Value) -> bool {
    let null = |shape: &Value| shape.get("type").is_some_and(|kind| kind == "null");
    let among = |kinds: &Vec<Value>| kinds.iter().any(|kind| kind == "null");
    shape.get("type").and_then(Value::as_array).is_some_and(among)
        || shape.get("anyOf").and_then(Value::as_array).is_some_and(|shapes| shapes.iter().any(null))
}

/// The texts of which a value must be one; none if any may be.
fn choices(shape: &Value) -> Vec<&str> {
    let mut all = Vec::new();
    let alternatives = shape.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    for shape in std::iter::once(shape).chain(alternatives) {
        let listed = shape.get("enum").and_then(Value::as_array).into_iter().flatten();
        all.extend(listed.chain(shape.get("const")).filter_map(Value::as_str));
    }
    all
}

/// What is wrong with a value that is neither a list nor an object.
fn misfit(value: &Value, shape: &Value) -> Option<String> {
    let choices = choices(shape);
    if !choices.is_empty() {
        let fits = value.as_str().is_some_and(|text| choices.contains(&text));
        return (!fits).then(|| format!("must be {}", listed(&choices)));
    }
    match (kind(shape), value) {
        ("object", _) => Some("must be an object".to_owned()),
        ("array", _) => Some("must be a list".to_owned()),
        ("string", Value::String(text)) => {
            let count = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
            let most = number(shape, "maxLength").filter(|most| count > *most);
            let least = number(shape, "minLength").filter(|least| count < *least);
            match (most, least) {
                (Some(most), _) => Some(format!("must have at most {most} characters")),
                (None, Some(1)) => Some("must not be empty".to_owned()),
                (None, Some(least)) => Some(format!("must have at least {least} characters")),
                (None, None) => None,
            }
        }
        ("string", _) => Some("must be a text".to_owned()),
        ("integer", Value::Number(given)) if given.is_i64() || given.is_u64() => {
            let given = given.as_i64().unwrap_or(i64::MAX);
            let least = number(shape, "minimum").filter(|least| given < *least);
            let most = number(shape, "maximum").filter(|most| given > *most);
            match (least, most) {
                (Some(least), _) => Some(format!("must be at least {least}")),
                (None, Some(most)) => Some(format!("must be at most {most}")),
                (None, None) => None,
            }
        }
        ("integer", _) => Some("must be a whole number".to_owned()),
        ("boolean", Value::Bool(_)) => None,
        ("boolean", _) => Some("must be true or false".to_owned()),
        _ => None,
    }
}

fn listed(choices: &[&str]) -> String {
    match choices {
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
        [] => String::new(),
    }
}
