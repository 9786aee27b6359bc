//! A form as it is shown: with what the API has, or with what was typed and what
//! is wrong with it.

use serde_json::Value;

use super::control::{blank, choice, choice_of, control, currency_of, in_units, mark, text, tiers_text};
use super::desk::Reply;
use super::page::{self, Blank, Field, Manner, Shown, Takes};
use super::rows::{List, MOST_ROWS, Placed, is_long, is_same};
use super::shown::{ADDRESS, at, cell, filled, is_there, plain, words};
use super::typed::{Pairs, Sent};
use super::view::{Choice, Form, Input, Row};
use crate::sorted::SortedMap;
use crate::text::capitalised;
use crate::web::SummaryItem;

/// A form that was sent and refused.
pub struct Refused<'a> {
    /// By name; the last of those that share one.
    typed: SortedMap<&'a str, &'a str>,
    /// What is wrong with which field, by name.
    errors: Vec<(String, String)>,
    /// What is wrong with none.
    rest: Vec<SummaryItem>,
    /// Whether it was filled in from what has changed since.
    stale: bool,
    /// Whether it may have taken effect, or is to yet.
    unsure: bool,
}

impl<'a> Refused<'a> {
    /// `reply`: a problem, as the API answered (RFC 9457).
    pub fn new(pairs: &'a Pairs, sent: &Sent, reply: &Reply) -> Self {
        let problem = &reply.json;
        let typed = pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let (mut errors, mut rest) = (Vec::new(), Vec::new());
        for error in at(problem, "/errors").as_array().into_iter().flatten() {
            let pointer = plain(at(error, "/pointer"));
            let detail = sent.unread(&pointer).map_or_else(|| plain(at(error, "/detail")), str::to_owned);
            let detail = sent.line(&pointer).map_or(detail.clone(), |line| format!("line {line}: {detail}"));
            match sent.field(&pointer) {
                Some(name) => errors.push((name.to_owned(), capitalised(&detail))),
                None => rest.push(SummaryItem {
                    field: String::new(),
                    text: format!("{} {detail}", words(pointer.trim_start_matches('/'))),
                }),
            }
        }
        let code = reply.said("code");
        let unsure = reply.status.is_server_error() || code == "idempotency_key_in_use";
        Self { typed, errors, rest, stale: matches!(code, "stale" | "order_edited"), unsure }
    }

    /// The key to send it under once more: its own where it may have taken effect,
    /// so that it still counts once. Whatever was refused for good takes another,
    /// as what is mended then is another request.
    pub fn key(&self) -> Option<&str> {
        self.typed("_key").filter(|key| self.unsure && !key.is_empty())
    }

    /// Whether it stood at this entry of a list.
    pub fn is_at(&self, form: &page::Form, entry: &Value) -> bool {
        let same =
            |(name, pointer): &(&str, &str)| self.typed(&format!("_at.{name}")) == Some(&*plain(at(entry, pointer)));
        form.within.iter().all(same)
    }

    /// Whether it was filled in from what has changed since.
    pub fn is_stale(&self) -> bool {
        self.stale
    }

    /// The version it was filled in from, to be sent with again: of what has changed
    /// since, whoever sends it again has seen what there is now.
    pub fn etag(&self) -> Option<&str> {
        self.typed("_etag").filter(|_| !self.stale)
    }

    pub fn typed(&self, name: &str) -> Option<&str> {
        self.typed.get(name).copied()
    }

    /// How many rows of a list were sent, by the highest number of one.
    pub fn rows(&self, list: &str) -> usize {
        let number =
            |name: &str| name.strip_prefix(list)?.strip_prefix('/')?.split(['/', ':']).next()?.parse::<usize>().ok();
        self.typed.keys().filter_map(|name| number(name)).max().map_or(0, |last| last.saturating_add(1))
    }
}

/// Makes the fields of one form, and keeps what is wrong, in their order.
pub struct Maker<'a> {
    /// Begins the ids of its fields: other forms of the page may have fields of the same names.
    form: String,
    root: &'a Value,
    refused: Option<&'a Refused<'a>>,
    told: Vec<SummaryItem>,
}

/// Where fields stand: in the form, or in a row of a list.
struct Scope<'a> {
    /// The pointer of the row in the body.
    base: String,
    json: &'a Value,
    /// The currency of its amounts, if one is beside them or around.
    currency: &'a str,
}

impl<'a> Maker<'a> {
    pub fn new(form: String, root: &'a Value, refused: Option<&'a Refused<'a>>) -> Self {
        Self { form, root, refused, told: Vec::new() }
    }

    /// The form, and what is wrong with it: field by field, then the rest.
    pub fn form(mut self, form: &'static page::Form, etag: &str, key: String, next: &str) -> (Form, Vec<SummaryItem>) {
        let inputs =
            self.inputs(form.fields, &Scope { base: String::new(), json: self.root, currency: currency_of(self.root) });
        let made = Form {
            id: form.id,
            place: self.form.clone(),
            places: form.within.iter().map(|(name, pointer)| (*name, plain(at(self.root, pointer)))).collect(),
            title: form.title,
            note: filled(form.note, self.root, false),
            button: form.button,
            inputs,
            is_plain: form.title.is_empty()
                || matches!(form.manner, Manner::Edit | Manner::Open | Manner::Answer | Manner::Each),
            is_edit: matches!(form.manner, Manner::Edit)
                || form.title.is_empty() && matches!(form.manner, Manner::Review(..) | Manner::Answer | Manner::Each),
            hurts: matches!(form.manner, Manner::Hurt),
            refused: self.refused.is_some(),
            confirms: false,
            key,
            etag: etag.to_owned(),
            next: next.to_owned(),
        };
        let rest = self.refused.into_iter().flat_map(|refused| &refused.rest);
        let rest = rest.map(|told| SummaryItem { field: String::new(), text: told.text.clone() });
        let told = self.told.into_iter().chain(rest).collect();
        (made, told)
    }

    fn inputs(&mut self, fields: &'static [Field], scope: &Scope) -> Vec<Input> {
        let mut inputs = Vec::new();
        for field in fields.iter().filter(|field| field.when.is_empty() || is_there(at(self.root, field.when))) {
            match field.takes {
                Takes::Prices | Takes::PricesAlone | Takes::WholePrices => self.prices(field, scope, &mut inputs),
                Takes::Address => self.address(field, scope, &mut inputs),
                Takes::Rows(of, spare) => {
                    if matches!(field.blank, Blank::Omitted) {
                        let name = format!("{}{}:rest", scope.base, field.at);
                        inputs.push(Input { kind: "hidden", name, ..Input::default() });
                    }
                    inputs.push(self.rows(field, of, spare, scope));
                }
                _ => inputs.push(self.input(field, scope)),
            }
        }
        inputs
    }

    fn input(&mut self, field: &Field, scope: &Scope) -> Input {
        let value = at(scope.json, field.from);
        let mark = mark(field, value, self.root);
        let blank = blank(field);
        let name = match field.takes {
            Takes::Place => format!("_at.{}", field.at),
            _ => format!("{}{}:{mark}{blank}", scope.base, field.at),
        };
        let (kind, keys, autocomplete) = control(field.takes);
        let mut input =
            Input { label: field.label.to_owned(), note: field.note, kind, keys, autocomplete, ..Input::default() };
        input.choices = match field.takes {
            Takes::Choice(choices) => choices.iter().map(|(value, label)| choice(value, label)).collect(),
            Takes::ChoiceOf(list) => {
                let there = at(self.root, list).as_array().into_iter().flatten();
                std::iter::once(choice("", "")).chain(there.map(choice_of)).collect()
            }
            _ => Vec::new(),
        };
        input.required = matches!(field.takes, Takes::Place);
        if input.kind == "pick" {
            let there = at(scope.json, "/_picked") == true;
            input.ticked =
                self.refused.map_or(there, |refused| refused.typed(&name).is_some_and(|text| !text.is_empty()));
        }
        if let Takes::Only(shown @ Shown::Link(_)) = field.takes {
            input.href = cell("", value, shown, scope.json).href;
        }
        let there = text(field.takes, value, scope.json, scope.currency);
        let is_of_all = matches!(field.takes, Takes::Kept) && scope.base.is_empty();
        let is_stale = is_of_all && self.refused.is_some_and(|refused| refused.stale);
        // Whoever sends it again has seen what there is now.
        if is_stale { Input { name, value: there, ..input } } else { self.fill(input, name, there) }
    }

    /// Gives a field its name, and its value: what was typed, or what there is.
    fn fill(&mut self, mut input: Input, name: String, there: String) -> Input {
        input.id = format!("{}.{name}", self.form);
        let given = matches!(input.kind, "only" | "pick" | "password");
        if let Some(sent) = self.refused.filter(|_| input.kind == "hidden").and_then(|refused| refused.typed(&name)) {
            // It says of what the row beside it is, also where others have moved the rows since.
            input.value = sent.to_owned();
        } else if let Some(refused) = self.refused.filter(|_| !given && input.kind != "hidden") {
            input.value = refused.typed(&name).map_or_else(|| there.clone(), str::to_owned);
            input.now = (refused.stale && !is_same(&input.value, &there)).then(|| there.clone());
        } else if input.kind != "password" {
            input.value = there;
        }
        if let Some((_, error)) = self.refused.and_then(|refused| refused.errors.iter().find(|(of, _)| *of == name)) {
            input.error.clone_from(error);
            self.told.push(SummaryItem { field: input.id.clone(), text: format!("{}: {error}", input.label) });
        }
        for choice in &mut input.choices {
            choice.selected = choice.value == input.value;
        }
        // What is there is never lost by opening a page that does not know it.
        if input.kind == "select" && !input.choices.iter().any(|choice| choice.selected) && !input.value.is_empty() {
            input.choices.push(Choice { selected: true, ..choice(&input.value, &input.value) });
        }
        input.name = name;
        input
    }

    fn rows(&mut self, field: &Field, of: &'static [Field], spare: usize, scope: &Scope) -> Input {
        let there = at(scope.json, field.from).as_array().map_or(&[][..], Vec::as_slice);
        let list = List { name: format!("{}{}", scope.base, field.at), of, currency: scope.currency };
        let refused = self.refused;
        let placed = match refused {
            Some(refused) => list.sent(refused, there, spare),
            None => List::all(there, spare),
        };
        let rows = placed.into_iter().take(MOST_ROWS).map(|row| {
            let Placed { index, json, unsent } = row;
            let json = json.unwrap_or(&Value::Null);
            let own = currency_of(json);
            let currency = if own.is_empty() { scope.currency } else { own };
            let scope = Scope { base: format!("{}/{index}", list.name), json, currency };
            // What was typed for a row that is done with is not there to be sent again.
            self.refused = refused.filter(|_| !is_there(at(json, "/_done")));
            let label = format!("{} {}", field.label, index.saturating_add(1));
            Row { label, inputs: self.inputs(of, &scope), unsent, folds: is_long(of) }
        });
        let rows = rows.collect();
        self.refused = refused;
        let list = list.name;
        let (label, note) = (field.label.to_owned(), field.note);
        Input {
            id: format!("{}.{list}", self.form),
            label,
            note,
            kind: "rows",
            rows,
            grows: spare > 0,
            ..Input::default()
        }
    }

    /// The members of an address, with what the page has of it.
    fn address(&mut self, field: &Field, scope: &Scope, inputs: &mut Vec<Input>) {
        for (member, label) in ADDRESS {
            let label = match field.label {
                "" => label.to_owned(),
                of => format!("{of}: {label}"),
            };
            let input = Input { label, kind: "text", keys: "text", autocomplete: "off", ..Input::default() };
            let name = format!("{}{}/{member}:text-", scope.base, field.at);
            let input = self.fill(input, name, plain(at(at(scope.json, field.from), &format!("/{member}"))));
            inputs.push(input);
        }
    }

    /// The price in each of the shop's currencies, and perhaps what else there is to it.
    fn prices(&mut self, field: &Field, scope: &Scope, inputs: &mut Vec<Input>) {
        let currencies = at(self.root, "/_settings/currencies").as_array().into_iter().flatten();
        for (index, code) in currencies.filter_map(Value::as_str).enumerate() {
            let prices = at(scope.json, field.from).as_array().into_iter().flatten();
            let price = prices.clone().find(|price| at(price, "/currency") == code).unwrap_or(&Value::Null);
            let amount = |member: &str| in_units(at(price, member), code);
            let place = format!("{}{}/{index}", scope.base, field.at);
            let mut add = |label: String, kind, keys, name: String, there: String| {
                let input = Input { label, kind, keys, autocomplete: "off", ..Input::default() };
                inputs.push(self.fill(input, format!("{place}{name}"), there));
            };
            add(format!("Price in {code}"), "text", "decimal", format!(":money.{code}"), amount("/amount"));
            if matches!(field.takes, Takes::PricesAlone) {
                continue;
            }
            let before = format!("/compare_at:minor.{code}?");
            add(format!("Before in {code}"), "text", "decimal", before, amount("/compare_at"));
            if matches!(field.takes, Takes::Prices) {
                for member in ["/sale", "/tiers"].into_iter().filter(|member| is_there(at(price, member))) {
                    let there = at(price, member).to_string();
                    add(String::new(), "hidden", "", format!("{member}:json"), there);
                }
                continue;
            }
            let sale = format!("/sale/amount:minor.{code}??");
            add(format!("Sale price in {code}"), "text", "decimal", sale, amount("/sale/amount"));
            for (label, member) in [("Sale from", "/sale/starts_at"), ("Sale until", "/sale/ends_at")] {
                let there = text(Takes::Time, at(price, member), price, code);
                add(format!("{label} in {code}"), "datetime-local", "none", format!("{member}:time??"), there);
            }
            let tiers = format!("/tiers:tiers.{code}");
            add(format!("Tiers in {code}"), "text", "text", tiers, tiers_text(at(price, "/tiers"), code));
        }
    }
}

/// The field of a list's address.
pub fn parameter(field: &Field, value: &str) -> Input {
    let (kind, keys, autocomplete) = control(field.takes);
    let choices = match field.takes {
        Takes::Choice(choices) => choices,
        _ => &[],
    };
    let choices = choices.iter().map(|(of, label)| Choice { selected: *of == value, ..choice(of, label) }).collect();
    let (id, name, label) = (format!("filter.{}", field.at), field.at.to_owned(), field.label.to_owned());
    Input {
        id,
        name,
        label,
        note: field.note,
        kind,
        keys,
        autocomplete,
        value: value.to_owned(),
        choices,
        ..Input::default()
    }
}

/// One cell of a row.
pub fn shown_as(column: &page::Fact, row: &Value) -> super::shown::Cell {
    cell(column.label, at(row, column.at), column.shown, row)
}

impl page::When {
    pub fn holds(&self, json: &Value) -> bool {
        let Self(place, words) = self;
        let (pointer, is_so) = place.strip_prefix('!').map_or((*place, true), |pointer| (pointer, false));
        let value = at(json, pointer);
        is_so == if words.is_empty() { is_there(value) } else { words.iter().any(|word| value == word) }
    }
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
