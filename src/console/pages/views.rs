//! What a member of staff asks of a list, kept under a name: it stands beside the
//! list's own views from then on.

use crate::console::page::{Field, Form, Takes, Verb, When};

/// There where the address asks for something that is no view yet.
pub const KEEP: Form = Form {
    within: &[("page", "/_page")],
    fields: &[
        Field::new("name", "Name", Takes::Place).empty().note("A view of that name is replaced."),
        Field::new("/query", "", Takes::Hidden).from("/_query"),
    ],
    when: &[When("/_query", &[]), When("!/_view", &[])],
    button: "Save the view",
    done: "The view is saved.",
    ..Form::new("view-keep", "Save as a view", Verb::Put, "/v1/admin/views/{page}/{name}")
};

/// There where the address is a view that was saved.
pub const FORGET: Form = Form {
    within: &[("page", "/_page"), ("name", "/_view")],
    when: &[When("/_view", &[])],
    note: "“{_view}” is yours alone. What it shows stays as it is.",
    button: "Delete the view",
    done: "The view is deleted.",
    ..Form::new("view-forget", "Delete this view", Verb::Delete, "/v1/admin/views/{page}/{name}")
};
