//! A form that is looked at before it counts: the API says what would come of it,
//! and nothing is done until that is confirmed. What was typed goes along unseen,
//! so that what is confirmed is what was looked at.

use super::page::{Block, Form, Manner, Takes};
use super::typed::Pairs;
use super::view::{self, Input};

/// Where it is asked first, and what is shown of the answer; none where it counts
/// at once, or was looked at.
pub fn of(form: &Form, pairs: &Pairs) -> Option<(&'static str, &'static [Block])> {
    match form.manner {
        Manner::Review(path, blocks) if !is_said(pairs, "_reviewed") => Some((path, blocks)),
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

/// The way to say that it shall be done as it was looked at.
pub fn confirming(form: &'static Form, pairs: &Pairs) -> view::Form {
    let said = |wanted: &str| pairs.iter().rfind(|(name, _)| name == wanted).map_or("", |(_, text)| text);
    let looks = form.fields.iter().filter(|field| matches!(field.takes, Takes::Look));
    let is_look = |name: &str| looks.clone().any(|field| name.starts_with(field.at));
    let kept = pairs.iter().filter(|(name, _)| name.starts_with('/') && !is_look(name));
    let hidden = |(name, value): &(String, String)| Input {
        kind: "hidden",
        name: name.clone(),
        value: value.clone(),
        ..Input::default()
    };
    view::Form {
        id: form.id,
        place: form.id.to_owned(),
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
    }
}
