//! A form that is looked at before it counts: the API says what would come of it,
//! and nothing is done until that is confirmed. What was typed goes along unseen,
//! so that what is confirmed is what was looked at.

use serde_json::Value;

use super::laid_out::facts_of;
use super::page::{Facts, Form, Manner};
use super::typed::Pairs;
use super::view::{self, Input, Part};

/// Where it is asked first, and what is shown of the answer; none where it counts
/// at once, or was looked at.
pub fn of(form: &Form, pairs: &Pairs) -> Option<(&'static str, &'static Facts)> {
    match form.manner {
        Manner::Review(path, facts) if !is_said(pairs, "_reviewed") => Some((path, facts)),
        _ => None,
    }
}

/// Whether it is to be changed once more.
pub fn is_taken_back(pairs: &Pairs) -> bool {
    is_said(pairs, "_back")
}

fn is_said(pairs: &Pairs, name: &str) -> bool {
    pairs.iter().any(|(of, text)| of == name && !text.is_empty())
}

/// What would come of the form, and the way to say that it shall.
pub fn parts(form: &'static Form, facts: &'static Facts, pairs: &Pairs, answer: &Value) -> Vec<Part> {
    let said = |wanted: &str| pairs.iter().rfind(|(name, _)| name == wanted).map_or("", |(_, text)| text);
    let kept = pairs.iter().filter(|(name, _)| name.starts_with('/'));
    let hidden = |(name, value): &(String, String)| Input {
        kind: "hidden",
        name: name.clone(),
        value: value.clone(),
        ..Input::default()
    };
    let confirming = view::Form {
        id: form.id,
        places: form.within.iter().map(|(name, _)| (*name, said(&format!("_at.{name}")).to_owned())).collect(),
        title: "",
        note: String::new(),
        button: form.button,
        inputs: kept.map(hidden).collect(),
        is_plain: true,
        is_edit: false,
        hurts: false,
        refused: false,
        confirms: true,
        key: said("_key").to_owned(),
        etag: said("_etag").to_owned(),
        next: String::new(),
    };
    let shown = facts_of(facts.title.to_owned(), facts.facts, answer);
    shown.into_iter().chain([Part::Forms(vec![confirming])]).collect()
}
