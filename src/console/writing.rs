//! How forms and their fields are written: with what most of them have, unless a
//! page says otherwise.

use super::page::{Blank, Field, Form, Manner, Takes, Verb};

impl Form {
    pub const fn new(id: &'static str, title: &'static str, verb: Verb, path: &'static str) -> Self {
        let (note, button, done, then, manner) = ("", title, "", None, Manner::Act);
        Self { id, title, note, verb, path, within: &[], fields: &[], button, manner, when: &[], done, then }
    }
}

impl Field {
    pub const fn new(at: &'static str, label: &'static str, takes: Takes) -> Self {
        Self { at, label, note: "", takes, from: at, when: "", blank: Blank::Sent }
    }
    pub const fn note(self, note: &'static str) -> Self {
        Self { note, ..self }
    }
    pub const fn from(self, from: &'static str) -> Self {
        Self { from, ..self }
    }
    /// It begins empty, whatever the answer has of that name.
    pub const fn empty(self) -> Self {
        Self { from: "/_", ..self }
    }
    pub const fn when(self, when: &'static str) -> Self {
        Self { when, ..self }
    }
    /// It begins ticked, whatever the answer has.
    pub const fn ticked(self) -> Self {
        // All of what the form or the row is about, which is always something.
        Self { from: "", ..self }
    }
    pub const fn optional(self) -> Self {
        Self { blank: Blank::Null, ..self }
    }
    /// Not said if it is empty.
    pub const fn omitted(self) -> Self {
        Self { blank: Blank::Omitted, ..self }
    }
    /// Optional together with all else of its object.
    pub const fn with_all(self) -> Self {
        Self { blank: Blank::NullWithAll, ..self }
    }
}
