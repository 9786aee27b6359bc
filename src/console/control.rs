//! What is typed into a field: its control, what its name says of how it is read,
//! and how a value stands in it.

use serde_json::Value;

use super::page::{Blank, Column, Field, Takes};
use super::shown::{at, cell, filled, is_there, plain};
use super::typed::fact_of;
use super::view::Choice;
use crate::money::Currency;
use crate::money::typed::plain as typed_amount;

impl Column {
    /// As the name of a sheet's field says it: where it goes in a row, with a comma for
    /// each slash, and how it is read.
    fn mark(self, currency: &str) -> String {
        match self {
            Self::Text(at) => format!("{at}:text"),
            Self::Whole(at) => format!("{at}:whole-"),
            Self::Price(at) => format!("{at}/0:money~{currency}"),
        }
    }
}

pub fn choice(value: &str, label: &str) -> Choice {
    let label = if label.is_empty() { "—" } else { label };
    Choice { value: value.to_owned(), label: label.to_owned(), selected: false }
}

/// A text, or a thing by its id: by its title and price, or by all titles that lead to it.
pub fn choice_of(thing: &Value) -> Choice {
    let id = at(thing, "/id");
    if id.is_null() {
        return choice(&plain(thing), &plain(thing));
    }
    let label = match at(thing, "/path").as_array() {
        Some(path) => path.iter().map(plain).collect::<Vec<_>>().join(" › "),
        None => filled("{title}, {price}", thing, false),
    };
    choice(&plain(id), &label)
}

/// What a field's name says of how it is read; see [`super::typed`].
pub fn mark(field: &Field, value: &Value, root: &Value) -> String {
    let mark = match field.takes {
        Takes::Money(currency) => {
            let beside = at(root, currency).as_str();
            let code = at(value, "/currency").as_str().or(beside).unwrap_or_default();
            return format!("money.{code}");
        }
        Takes::Sheet(columns) => {
            let code = plain(at(root, "/_settings/default_currency"));
            let columns: Vec<String> = columns.iter().map(|column| column.mark(&code)).collect();
            return format!("sheet.{}", columns.join("."));
        }
        Takes::Lines => "lines",
        Takes::Kept => "json",
        Takes::Whole => "whole",
        Takes::Percent => "percent",
        Takes::Minor => "minor",
        Takes::Flag => "flag",
        Takes::Time => "time",
        Takes::Pairs => "pairs",
        Takes::Facts => "facts",
        Takes::FactsBefore => "names",
        Takes::Empty => "empty",
        Takes::Pick => "pick",
        Takes::Hidden => "key",
        Takes::Fixed("true" | "false") | Takes::Look => "flag",
        Takes::Variant => "variant",
        Takes::Fixed(_) => "key",
        _ => "text",
    };
    mark.to_owned()
}

/// How a field's name says what becomes of it if it is empty.
pub fn blank(field: &Field) -> &'static str {
    match field.blank {
        Blank::Sent => "",
        Blank::Omitted => "-",
        Blank::Null => "?",
        Blank::NullWithAll => "??",
    }
}

/// The control, the keys that a telephone shows for it, and what a browser may fill in.
pub fn control(takes: Takes) -> (&'static str, &'static str, &'static str) {
    match takes {
        Takes::Email => ("email", "email", "username"),
        Takes::Password => ("password", "text", "current-password"),
        Takes::Prose | Takes::Lines | Takes::Facts | Takes::Sheet(_) => ("area", "", ""),
        Takes::Whole => ("text", "numeric", "off"),
        Takes::Minor | Takes::Money(_) | Takes::Percent => ("text", "decimal", "off"),
        Takes::Flag => ("checkbox", "", "off"),
        Takes::Choice(_) | Takes::ChoiceOf(_) => ("select", "", ""),
        Takes::Time => ("datetime-local", "none", "off"),
        Takes::Day => ("date", "none", "off"),
        Takes::Hidden | Takes::Kept | Takes::Fixed(_) | Takes::Look | Takes::Empty | Takes::FactsBefore => {
            ("hidden", "", "")
        }
        Takes::File => ("file", "none", "off"),
        Takes::Only(_) => ("only", "", ""),
        Takes::Pick => ("pick", "", ""),
        Takes::Rows(..) => ("rows", "", ""),
        Takes::Line
        | Takes::Variant
        | Takes::Place
        | Takes::Pairs
        | Takes::Address
        | Takes::Prices
        | Takes::WholePrices
        | Takes::PricesAlone => ("text", "text", "off"),
    }
}

/// A value as it stands in its field. `currency`: of the amounts in its row.
pub fn text(takes: Takes, value: &Value, row: &Value, currency: &str) -> String {
    match (takes, value) {
        (Takes::Fixed(word), _) => word.to_owned(),
        (Takes::Look, _) => "true".to_owned(),
        (Takes::Kept, _) => value.to_string(),
        (Takes::Sheet(_), _) => String::new(),
        (Takes::Only(shown), _) => cell("", value, shown, row).text,
        (Takes::Flag, _) => is_there(value).to_string(),
        (Takes::Minor, _) => in_units(value, currency),
        (Takes::Money(_), _) => in_units(at(value, "/amount"), currency_of(value)),
        (Takes::Time, Value::String(time)) => clock(time).to_owned(),
        (Takes::Lines, Value::Array(lines)) => lines.iter().map(plain).collect::<Vec<_>>().join("\n"),
        (Takes::Facts, Value::Object(members)) => {
            let line = |(name, value): (&String, &Value)| format!("{name}: {}", fact_text(value));
            members.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        (Takes::FactsBefore, Value::Object(members)) => {
            let names = members.keys().map(|name| (name.clone(), Value::Null));
            Value::Object(names.collect()).to_string()
        }
        (Takes::Pairs, Value::Object(members)) => {
            members.iter().map(|(name, value)| format!("{name}: {}", plain(value))).collect::<Vec<_>>().join("; ")
        }
        _ => plain(value),
    }
}

/// As it is typed into a line: a text in quotes where it would be read as something else.
fn fact_text(value: &Value) -> String {
    match value {
        Value::String(text) if fact_of(text) == *text && !text.contains('\n') && text.trim() == text => text.clone(),
        value => value.to_string(),
    }
}

/// `2026-01-31T23:59`; with its seconds only where there are some, so that a time
/// goes back as it came.
fn clock(iso: &str) -> &str {
    let time = iso.trim_end_matches('Z').trim_end_matches(".000");
    time.strip_suffix(":00").filter(|rest| rest.len() == "2026-01-31T23:59".len()).unwrap_or(time)
}

/// `10: 9.00; 50: 8.00`: what each costs from so many pieces on.
pub fn tiers_text(tiers: &Value, code: &str) -> String {
    let tiers = tiers.as_array().into_iter().flatten();
    let tier = |tier: &Value| format!("{}: {}", plain(at(tier, "/from")), in_units(at(tier, "/amount"), code));
    tiers.map(tier).collect::<Vec<_>>().join("; ")
}

/// The currency of the amounts in a row, if it says one.
pub fn currency_of(row: &Value) -> &str {
    at(row, "/currency").as_str().unwrap_or_default()
}

/// Minor units as people write them.
pub fn in_units(value: &Value, code: &str) -> String {
    let decimals = Currency::parse(code).map_or(0, |currency| currency.decimals());
    value.as_i64().map(|amount| typed_amount(amount, decimals)).unwrap_or_default()
}
