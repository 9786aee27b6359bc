//! Reading what a client sent, and saying all that is wrong with it at once.
//!
//! The type is the truth: what it reads is good. What it refuses is laid beside
//! the shape that the contract gives ([`super::shape`]), which names every member
//! that does not fit, in words for people. What fits the shape may still break a
//! rule of its type; then the value there is exchanged for one that does not, and
//! the type is asked again, until it has nothing more to say.

use serde::de::DeserializeOwned;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::shape::Shapes;
use crate::json;
use crate::problem::{FieldError, Problem};

/// The most errors that one answer names.
const MOST_ERRORS: usize = 50;

/// Reads a JSON body into a type. `operation`: such as `POST /v1/carts`. Broken
/// JSON is a 400, JSON that does not fit a 422 with a pointer to each place.
pub fn parse<T: DeserializeOwned>(bytes: &[u8], operation: &str) -> Result<T, Problem> {
    json::read(bytes).map_err(|error| refusal(bytes, &error, &|bytes| json::read::<T>(bytes).err(), operation))
}

/// What a type has to say against a text. Asked in this form, one reader of
/// each type is in the Worker, and what goes on around it is there once.
type Objection<'a, E> = &'a dyn Fn(&[u8]) -> Option<E>;

fn refusal(bytes: &[u8], error: &json::Error, objection: Objection<json::Error>, operation: &str) -> Problem {
    match untyped(bytes) {
        Ok(value) => Problem::invalid(faults(value, error, objection, operation)),
        Err(broken) => Problem::unparsable(format!("the body is not JSON: {broken}")),
    }
}

/// The whole body: what comes after the first thing that does not fit may be broken.
fn untyped(bytes: &[u8]) -> Result<Value, String> {
    // What is skipped is not looked at for UTF-8 (RFC 8259, section 8.1).
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    // It says where JSON breaks off better than the type's reader.
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| error.to_string())?;
    json::read(bytes).map_err(|_| "it is nested too deep, or has a number that is too large".to_owned())
}

/// A body with rules that none of its members shows alone, such as what an
/// address needs in its country. It takes whatever has the right shape.
pub trait Draft: DeserializeOwned {
    /// What it is once all rules hold.
    type Checked;

    /// That, or all that is wrong, each with a pointer to its place.
    fn check(&self) -> Result<Self::Checked, Vec<FieldError>>;
}

/// Like [`parse`], with the rules of a [`Draft`]; what breaks a rule is told
/// beside what does not fit the shape.
pub fn parse_checked<T: Draft>(bytes: &[u8], operation: &str) -> Result<T::Checked, Problem> {
    match parse::<T>(bytes, operation) {
        Ok(draft) => draft.check().map_err(Problem::invalid),
        Err(problem) => Err(with_rules(problem, bytes, &|bytes| json::read::<T>(bytes).ok()?.check().err())),
    }
}

/// A problem with what breaks a rule in the members that have the right shape.
fn with_rules(mut problem: Problem, bytes: &[u8], objection: Objection<Vec<FieldError>>) -> Problem {
    let mut value: Value = json::read(bytes).unwrap_or_default();
    for error in &problem.errors {
        remove(&mut value, &error.pointer);
    }
    let told = |pointer: &str| {
        let beneath = |known: &FieldError| {
            pointer.strip_prefix(&*known.pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        problem.errors.iter().any(beneath)
    };
    let broken = objection(json::text(&value).as_bytes());
    let more: Vec<_> = broken.into_iter().flatten().filter(|error| !told(&error.pointer)).collect();
    problem.errors.extend(more);
    problem.errors.truncate(MOST_ERRORS);
    problem
}

/// Takes a member out, or an entry's members.
fn remove(value: &mut Value, pointer: &str) {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    let name = name.replace("~1", "/").replace("~0", "~");
    if let Some(Value::Object(members)) = value.pointer_mut(parent) {
        members.remove(&name);
    }
}

/// All that is wrong with a body that its type has refused with `error`.
fn faults(
    mut value: Value,
    error: &json::Error,
    objection: Objection<json::Error>,
    operation: &str,
) -> Vec<FieldError> {
    let shapes = Shapes::read();
    let mut errors = Vec::new();
    if let Some(shape) = shapes.body(operation) {
        shapes.mend(&mut value, shape, "", &mut errors);
        while errors.len() < MOST_ERRORS {
            let Some(error) = objection(json::text(&value).as_bytes()) else { break };
            let pointer = error.pointer();
            let another = shapes.at(shape, pointer).map(|shape| shapes.example(shape));
            let known = errors.iter().any(|known: &FieldError| known.pointer == pointer);
            errors.push(FieldError::new(pointer, error.words()));
            match (value.pointer_mut(pointer), another) {
                (Some(place), Some(another)) if !known && !pointer.is_empty() => *place = another,
                _ => break,
            }
        }
    }
    if errors.is_empty() {
        errors.push(FieldError::new(error.pointer(), error.words()));
    }
    errors.truncate(MOST_ERRORS);
    errors
}

/// Reads a query string. A parameter that does not fit is a 422 that names it,
/// as is one that is not known or there twice.
pub fn parse_query<T: DeserializeOwned>(query: &str, operation: &str) -> Result<T, Problem> {
    let read = |query: &[u8]| json::read_pairs::<T>(query);
    read(query.as_bytes()).map_err(|error| query_refusal(query, &error, &|pair| read(pair).err(), operation))
}

fn query_refusal(query: &str, error: &json::Error, objection: Objection<json::Error>, operation: &str) -> Problem {
    let shapes = Shapes::read();
    let mut errors: Vec<FieldError> = Vec::new();
    let mut seen = Vec::new();
    for pair in query.split('&') {
        let Some((name, text)) = form_urlencoded::parse(pair.as_bytes()).next() else { continue };
        let detail = if seen.contains(&name) {
            Some("is there twice".to_owned())
        } else if let Some(error) = objection(pair.as_bytes()) {
            let by_shape = shapes.parameter(operation, &name).map(|shape| shapes.refusal(&text, shape));
            Some(
                by_shape.unwrap_or_else(|| Some("is not known".to_owned())).unwrap_or_else(|| error.words().to_owned()),
            )
        } else {
            None
        };
        errors.extend(detail.map(|detail| FieldError::new(name.clone(), detail)));
        seen.push(name);
    }
    if errors.is_empty() {
        errors.push(FieldError::new("", error.words()));
    }
    errors.truncate(MOST_ERRORS);
    Problem::invalid(errors)
}
