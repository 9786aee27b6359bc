//! From a form to JSON. A field's name says where its value goes and what it
//! becomes: `/prices/0/amount:minor.EUR`, `/tags:lines`. An empty `/vendor:text?` is
//! `null`, of an empty `/note:text-` nothing is said; two question marks make the
//! object around it `null`, too, once all of it is. Whether that may be so is the API's to say, as of any other client.
//! `/tiers:tiers.EUR` is what many pieces cost, `/variant_id:variant` is a SKU that [`super::variants`] has made an id; `/rows:json`
//! is JSON already; of `/metadata:facts` each line is a name with its value; of `/rows:sheet.sku:text.add:whole` each line is a row.

use serde_json::{Map, Value};

use crate::json;
use crate::money::Currency;
use crate::money::typed::minor;
use crate::sorted::SortedMap;

/// The most fields of one form: 2,000 rates of tax of six fields each are 12,000.
const MOST_FIELDS: usize = 20_000;
/// How deep a value may lie: the deepest there is, a tier of a shipping rate, lies at 9.
const DEEPEST: usize = 10;

/// How the id of a variant begins.
pub const VARIANT: &str = "var_";
const NO_TIERS: &str = "write tiers such as 10: 9.00; 50: 8.00";
const NO_VARIANT: &str = "no variant has this SKU, and no single one is like it";

/// A form's fields as a browser sends them.
pub type Pairs = [(String, String)];

/// The currency that was chosen in each row, by the row's place.
type Currencies<'a> = SortedMap<&'a str, &'a str>;

/// The body that a form becomes.
#[derive(Debug)]
pub struct Sent {
    pub body: Value,
    places: Vec<Place>,
}

/// Where a field's value came to be in the body.
#[derive(Debug)]
struct Place {
    pointer: String,
    field: String,
    /// Why it could not be read, for people.
    unread: Option<&'static str>,
}

/// A value on its way to its place in the body.
struct Leaf {
    /// A pointer without its first slash.
    path: String,
    /// None: nothing is said of it.
    value: Option<Value>,
    field: String,
    unread: Option<&'static str>,
    /// Whether it says that somebody filled the row in which it is.
    typed: bool,
    /// Whether the object around it is `null` if all else in it is absent, too.
    absent: bool,
    /// Of a tick that takes its row along: whether it is set.
    picked: Option<bool>,
}

/// Reads a form. Fields whose names begin with `_` are the console's own. A row
/// of a list in which nothing was typed is left out. Of fields with one name the
/// last counts: a tick comes after the hidden field that says "no". The fields of
/// one object stand together, as in the page they are sent from.
pub fn read(pairs: &Pairs) -> Sent {
    let mut leaves: Vec<Leaf> = Vec::new();
    let chosen = pairs.iter().take(MOST_FIELDS).filter_map(|(name, code)| {
        let row = name.strip_suffix("/currency:text")?;
        Some((row.strip_prefix('/').unwrap_or(row), code.as_str()))
    });
    let currencies: Currencies = chosen.collect();
    for (name, text) in pairs.iter().take(MOST_FIELDS) {
        let Some((path, mark)) = name.strip_prefix('/').and_then(|rest| rest.split_once(':')) else { continue };
        if path.split('/').count() < DEEPEST {
            leaves_of(path, mark, name, text.trim(), &currencies, &mut leaves);
        }
    }
    let mut places = Vec::new();
    let body = if leaves.is_empty() { None } else { built(&leaves, 0, String::new(), &mut places) };
    Sent { body: body.unwrap_or(Value::Object(Map::new())), places }
}

/// What one field brings: nothing, a value, or an amount with its currency.
fn leaves_of(path: &str, mark: &str, name: &str, text: &str, currencies: &Currencies, leaves: &mut Vec<Leaf>) {
    if let Some(columns) = mark.strip_prefix("sheet.") {
        return rows_of(path, columns, name, text, currencies, leaves);
    }
    let (kind, blank) = mark.split_at_checked(mark.find(['?', '-']).unwrap_or(mark.len())).unwrap_or((mark, ""));
    let (kind, code) = kind.split_once('.').unwrap_or((kind, ""));
    let (optional, whole) = (!blank.is_empty(), blank == "??");
    let leaf = |path: String, value: Value, typed: bool| {
        let absent = whole && value.is_null();
        Leaf { path, value: Some(value), field: name.to_owned(), unread: None, typed, absent, picked: None }
    };
    let there = !text.is_empty();
    let one = |value: Value, typed: bool| leaf(path.to_owned(), value, typed);
    let made = match kind {
        // Of a list: nothing is said of it if nothing was typed into it.
        "rest" => Leaf { value: None, ..one(Value::Null, false) },
        "pick" => Leaf { picked: Some(there), ..one(text.into(), there) },
        _ if !there && (blank == "-" || kind == "money" && !whole) => Leaf { value: None, ..one(Value::Null, false) },
        _ if !there && optional => one(Value::Null, false),
        "money" => {
            leaves.push(leaf(format!("{path}/currency"), code.into(), false));
            amount(one(text.into(), true), format!("{path}/amount"), text, code)
        }
        "minor" if code.is_empty() => amount(one(text.into(), there), path.to_owned(), text, beside(path, currencies)),
        "minor" => amount(one(text.into(), there), path.to_owned(), text, code),
        // A comma is a point: of a hundred nobody writes thousands.
        "percent" => one(text.trim_end_matches(['%', ' ', '\u{a0}']).replace(',', ".").into(), there),
        "whole" => one(text.parse::<i64>().map_or_else(|_| text.into(), Value::from), there),
        "flag" => one((text == "true").into(), false),
        "lines" => one(text.lines().map(str::trim).filter(|line| !line.is_empty()).collect(), there),
        "pairs" => one(pairs_of(text), there),
        "names" => one(json::read(text.as_bytes()).unwrap_or_default(), false),
        "facts" => {
            let before = leaves.pop_if(|leaf| leaf.path == path).and_then(|leaf| leaf.value);
            one(facts_of(text, before), there)
        }
        "tiers" => match tiers_of(text, code) {
            Some(tiers) => one(tiers, there),
            None => Leaf { unread: Some(NO_TIERS), ..one(text.into(), true) },
        },
        "time" => one(time(text).into(), there),
        "variant" if there && !text.starts_with(VARIANT) => Leaf { unread: Some(NO_VARIANT), ..one(text.into(), true) },
        "key" => one(text.into(), false),
        "json" => one(json::read(text.as_bytes()).unwrap_or_default(), false),
        "empty" => one(Value::Object(Map::new()), false),
        _ => one(text.into(), there),
    };
    leaves.push(made);
}

/// The rows of a sheet: of each line that has something the cells, each as its
/// column's mark says, such as `prices/0:money~EUR`.
fn rows_of(path: &str, columns: &str, name: &str, text: &str, currencies: &Currencies, leaves: &mut Vec<Leaf>) {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let before = leaves.len();
    for (index, line) in lines.enumerate() {
        for (column, cell) in columns.split('.').zip(line.split('\t')) {
            let Some((at, mark)) = column.split_once(':') else { continue };
            let path = format!("{path}/{index}/{at}");
            leaves_of(&path, &mark.replace('~', "."), name, cell.trim(), currencies, leaves);
        }
    }
    if leaves.len() == before {
        let value = Some(Value::Array(Vec::new()));
        let field = name.to_owned();
        leaves.push(Leaf {
            path: path.to_owned(),
            value,
            field,
            unread: None,
            typed: false,
            absent: false,
            picked: None,
        });
    }
}

/// What cannot be read goes to the API as it was typed: it says what else is
/// wrong, too.
fn amount(typed: Leaf, path: String, text: &str, code: &str) -> Leaf {
    let currency = Currency::parse(code).ok();
    let unread = match currency.map(|currency| (minor(text, currency.decimals()), currency.decimals())) {
        Some((Some(amount), _)) => return Leaf { path, value: Some(amount.into()), ..typed },
        Some((None, 0)) => "write an amount such as 1250",
        Some((None, _)) => "write an amount such as 12.50",
        None => "say the amount's currency",
    };
    Leaf { path, unread: Some(unread), ..typed }
}

/// The currency that was chosen in the same row, or in the nearest around it.
fn beside<'a>(path: &str, currencies: &Currencies<'a>) -> &'a str {
    let mut row = path;
    while !row.is_empty() {
        row = row.rsplit_once('/').map_or("", |(around, _)| around);
        if let Some(code) = currencies.get(row) {
            return code;
        }
    }
    ""
}

/// A browser's field for a time has no offset, and seconds and their parts only where
/// there are some (HTML, section 2.3.5.5); the console's script has made it UTC.
fn time(text: &str) -> String {
    match text.len() {
        16 => format!("{text}:00.000Z"),
        19..=23 if !text.ends_with('Z') => format!("{text}Z"),
        _ => text.to_owned(),
    }
}

fn pairs_of(text: &str) -> Value {
    let parts = text.split([';', '\n']).filter(|part| !part.trim().is_empty());
    let pair = |part: &str| {
        let (name, value) = part.split_once(':').unwrap_or((part, ""));
        (name.trim().to_owned(), Value::from(value.trim()))
    };
    Value::Object(parts.map(pair).collect())
}

/// A name with its value on each line. `before`: `null` for each of the names that there
/// were, as is what is no longer there.
fn facts_of(text: &str, before: Option<Value>) -> Value {
    let mut facts = match before {
        Some(Value::Object(names)) => names,
        _ => Map::new(),
    };
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        facts.insert(name.trim().to_owned(), fact_of(value.trim()));
    }
    Value::Object(facts)
}

/// A whole number, yes or no, or a text in quotes, as JSON writes them; else the text as it stands.
pub fn fact_of(text: &str) -> Value {
    match json::read::<Value>(text.as_bytes()) {
        Ok(value @ (Value::Bool(_) | Value::String(_))) => value,
        Ok(Value::Number(number)) if number.is_i64() => Value::Number(number),
        _ => text.into(),
    }
}

/// `10: 9.00; 50: 8.00` as tiers of a price in this currency.
fn tiers_of(text: &str, code: &str) -> Option<Value> {
    let decimals = Currency::parse(code).ok()?.decimals();
    let parts = text.split([';', '\n']).filter(|part| !part.trim().is_empty());
    let tier = |part: &str| {
        let (from, amount) = part.split_once(':')?;
        let (from, amount) = (from.trim().parse::<u32>().ok()?, minor(amount.trim(), decimals)?);
        Some(serde_json::json!({ "from": from, "amount": amount }))
    };
    parts.map(tier).collect()
}

/// A parameter of a list, as the API reads it. `currency`: of an amount, the code
/// that stands beside it. What cannot be read goes to the API as it was typed.
pub fn parameter(mark: &str, text: &str, currency: &str) -> String {
    let text = text.trim();
    let amount = || minor(text, Currency::parse(currency).ok()?.decimals());
    match mark {
        "time" => time(text),
        "minor" => amount().map_or_else(|| text.to_owned(), |amount| amount.to_string()),
        _ => text.to_owned(),
    }
}

impl Leaf {
    fn part(&self, depth: usize) -> Option<&str> {
        self.path.split('/').nth(depth)
    }
}

/// The value of leaves that share the parts of their paths before `depth`;
/// there is at least one.
fn built(leaves: &[Leaf], depth: usize, pointer: String, places: &mut Vec<Place>) -> Option<Value> {
    let is_typed = leaves.iter().any(|leaf| leaf.typed);
    if let Some(leaf) = leaves.iter().rfind(|leaf| leaf.part(depth).is_none()) {
        places.push(Place { pointer: pointer.clone(), field: leaf.field.clone(), unread: leaf.unread });
        if leaf.value.is_some() || !is_typed {
            return leaf.value.clone();
        }
    }
    if depth > 0 && leaves.iter().all(|leaf| leaf.absent) {
        places.extend(leaves.first().map(|leaf| Place { pointer, field: leaf.field.clone(), unread: None }));
        return Some(Value::Null);
    }
    let groups = leaves.chunk_by(|one, other| one.part(depth) == other.part(depth));
    let groups = groups.filter_map(|group| Some((group, group.first()?.part(depth)?)));
    let next = depth.saturating_add(1);
    if groups.clone().any(|(_, part)| part.parse::<u32>().is_ok()) {
        let rows = groups.filter(|(group, _)| is_row(group)).enumerate();
        let rows = rows.filter_map(|(index, (group, _))| built(group, next, format!("{pointer}/{index}"), places));
        return Some(rows.collect());
    }
    let mut members = Map::new();
    for (group, name) in groups {
        if let Some(value) = built(group, next, format!("{pointer}/{name}"), places) {
            members.insert(name.to_owned(), value);
        }
    }
    // Of an object none of whose members is said, nothing is.
    (!members.is_empty()).then_some(Value::Object(members))
}

/// Whether something was typed into a row, and it is ticked where it can be.
fn is_row(leaves: &[Leaf]) -> bool {
    // The tick comes after the hidden field that says "no".
    let picked = leaves.iter().rev().find_map(|leaf| leaf.picked);
    picked != Some(false) && leaves.iter().any(|leaf| leaf.typed)
}

impl Sent {
    /// The field that a pointer of the API's is about, if there is one: that of
    /// the very place, of the nearest around it, or the first within.
    pub fn field(&self, pointer: &str) -> Option<&str> {
        let within = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
        let places = || self.places.iter();
        let exact = places().find(|place| place.pointer == pointer);
        let around =
            || places().filter(|place| within(pointer, &place.pointer)).max_by_key(|place| place.pointer.len());
        let inside = || places().find(|place| within(&place.pointer, pointer));
        exact.or_else(around).or_else(inside).map(|place| place.field.as_str())
    }

    /// Which line of a sheet a pointer is about, from 1; blank lines do not count.
    pub fn line(&self, pointer: &str) -> Option<usize> {
        let (list, mark) = self.field(pointer)?.split_once(':')?;
        let row = pointer.strip_prefix(list)?.split('/').nth(1)?.parse::<usize>().ok()?;
        mark.starts_with("sheet.").then(|| row.saturating_add(1))
    }

    /// Why what was typed there could not be read.
    pub fn unread(&self, pointer: &str) -> Option<&'static str> {
        self.places.iter().find(|place| place.pointer == pointer)?.unread
    }
}

#[cfg(test)]
#[path = "typed_tests.rs"]
mod tests;
