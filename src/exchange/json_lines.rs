//! What a line of JSON says of one product: the body of the route for one, which may have
//! ids besides. What no such body has is left in it, so that it is refused by its name.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::sent::{Sent, SentVariant};
use super::told::LineError;
use crate::json;

/// What a job keeps of a line.
#[derive(Deserialize)]
pub struct Row {
    line: usize,
    text: String,
    /// What is wrong with it beside others.
    faults: Vec<(usize, String)>,
}

pub fn read(row: Row) -> Sent {
    let Row { line, text, faults } = row;
    let mut sent = Sent { line, ..Sent::default() };
    sent.errors.extend(faults.into_iter().map(|(line, detail)| LineError::new(line, "", detail)));
    let mut facts: Map<String, Value> = match json::read(text.as_bytes()) {
        Ok(facts) => facts,
        Err(error) => {
            sent.errors.push(LineError::new(line, "", format!("not an object of JSON: {error}")));
            return sent;
        }
    };
    let mut wrong = |member: &str, detail: &str| sent.errors.push(LineError::new(line, member, detail));
    sent.id = id(&mut facts, "id", &mut wrong);
    sent.slug = facts.get("slug").and_then(Value::as_str).map(str::to_owned);
    match facts.remove("variants") {
        None => {}
        Some(Value::Array(variants)) => {
            for (at, variant) in variants.into_iter().enumerate() {
                let Value::Object(mut facts) = variant else {
                    wrong(&format!("variants/{at}"), "must be an object");
                    continue;
                };
                let id = id(&mut facts, &format!("variants/{at}/id"), &mut wrong);
                sent.variants.push(SentVariant { line, id, facts, ..SentVariant::default() });
            }
        }
        Some(_) => wrong("variants", "must be a list"),
    }
    sent.facts = facts;
    sent
}

/// `place`: where it stands in the line.
fn id(facts: &mut Map<String, Value>, place: &str, wrong: &mut dyn FnMut(&str, &str)) -> Option<String> {
    match facts.remove("id")? {
        Value::String(id) => Some(id),
        _ => {
            wrong(place, "must be a text");
            None
        }
    }
}
