//! An edit that waits for its buyer's money, on the order's page.

use crate::console::page::{Each, Fact, Field, Form, Manner, Shown, Takes, Verb, fact};

const NUMBER: &[(&str, &str)] = &[("number", "/number")];

/// What it would do.
const PLAN: &[Fact] = &[
    fact("Asked", "/at", Shown::Time),
    fact("Reason", "/reason", Shown::Plain),
    fact("Added", "/added", Shown::Pieces),
    fact("Sent by", "/shipping_option/title", Shown::Plain),
    fact("Taken out", "/taken_out", Shown::Pieces),
    fact("Tax on what stays, before", "/tax_change/before", Shown::Plain),
    fact("Tax on what stays, from then on", "/tax_change/after", Shown::Plain),
    fact("To be paid by the buyer", "/to_pay", Shown::Plain),
    fact("Waits until", "/lapses_at", Shown::Time),
];

const PAID: Form = Form {
    within: NUMBER,
    fields: &[Field::new("/reference", "Where it is found again", Takes::Line).empty()],
    note: "{to_pay} came by a bank transfer or in cash. The change counts at once.",
    button: "It was paid",
    manner: Manner::Act,
    done: "The order is changed.",
    ..Form::new("edit-paid", "Note it as paid", Verb::Post, "/v1/admin/orders/{id}/edits/{number}/paid")
};

const CALL_OFF: Form = Form {
    within: NUMBER,
    note: "Nothing is added, and the order stays as it is. The buyer can no longer pay {to_pay}; what was paid goes back.",
    button: "Call it off",
    manner: Manner::Hurt,
    done: "The change is called off.",
    ..Form::new("edit-cancel", "Call it off", Verb::Post, "/v1/admin/orders/{id}/edits/{number}/cancel")
};

pub const WAITING: Each = Each {
    rows: "/_waiting",
    title: "Change {number} waits for the buyer to pay",
    facts: PLAN,
    forms: &[PAID, CALL_OFF],
};
