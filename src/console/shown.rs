//! From the API's JSON to what people read.

use askama::Template;
use serde_json::Value;

use super::page::Shown;
use crate::address::Address;
use crate::money::{Currency, Money};
use crate::text::capitalised;

/// One value as a page shows it.
#[derive(Debug, Default, PartialEq, Template)]
#[template(path = "admin/cell.html")]
pub struct Cell {
    pub label: &'static str,
    pub text: String,
    /// What styles go by: `word word-paid`, `amount`, `address`.
    pub class: String,
    /// Where it leads; nowhere if empty.
    pub href: String,
    /// The time that the text says, for the reader's own zone; none if empty.
    pub time: String,
    /// How much is done of how much, where the text says it, too.
    pub progress: Option<(i64, i64)>,
    /// The parameter and the value by which its row is chosen.
    pub pick: Option<(&'static str, String)>,
    pub ticked: bool,
}

/// The members of an address, in the order in which it is written, and what each is
/// called where it is typed.
pub const ADDRESS: [(&str, &str); 8] = [
    ("name", "Name"),
    ("line1", "Street and number"),
    ("line2", "Second line"),
    ("postal_code", "Postal code"),
    ("city", "City"),
    ("region", "Region"),
    ("country", "Country"),
    ("phone", "Telephone"),
];

/// What is at a pointer; `null` where nothing is.
pub fn at<'a>(json: &'a Value, pointer: &str) -> &'a Value {
    json.pointer(pointer).unwrap_or(&Value::Null)
}

/// Whether there is something to speak of: not `null`, `false`, zero, or empty
/// text or list; of an amount, whether it is more than nothing. An object without
/// members is something: it may say all by being there.
pub fn is_there(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_i64() != Some(0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(_) => money(value).is_none_or(|money| money.amount != 0),
    }
}

/// Puts values into a text: `{number}`, `{_at/id}`. In an address, each is
/// written so that it stays one part of it.
pub fn filled(template: &str, json: &Value, in_address: bool) -> String {
    let mut text = String::new();
    for (index, part) in template.split('{').enumerate() {
        match part.split_once('}') {
            Some((name, rest)) if index > 0 => {
                let value = plain(at(json, &format!("/{name}")));
                match in_address {
                    true => text.push_str(&in_place(&value)),
                    false => text.push_str(&value),
                }
                text.push_str(rest);
            }
            _ => text.push_str(part),
        }
    }
    text
}

/// A text as one part of an address: a plus sign is a blank in a query alone.
fn in_place(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).map(|part| if part == "+" { "%20" } else { part }).collect()
}

pub fn money(value: &Value) -> Option<Money> {
    let amount = value.get("amount")?.as_i64()?;
    let currency = Currency::parse(value.get("currency")?.as_str()?).ok()?;
    Some(Money { amount, currency })
}

/// A value in words: whatever it is, nothing of it is code.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "Yes" } else { "No" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(members) => match money(value) {
            Some(money) => money.display(),
            // A thing that is named.
            None if members.len() == 2 && members.contains_key("id") && members.contains_key("title") => {
                plain(at(value, "/title"))
            }
            None => {
                let pair = |(name, value): (&String, &Value)| format!("{}: {}", words(name), plain(value));
                members.iter().map(pair).collect::<Vec<_>>().join("; ")
            }
        },
    }
}

/// A word of the API's as people write it: `awaiting_payment` is "Awaiting payment".
pub fn words(name: &str) -> String {
    capitalised(&name.replace('_', " "))
}

/// `2026-11-26 20:56 UTC`, until the reader's browser makes it theirs.
fn moment(iso: &str) -> String {
    match (iso.get(..10), iso.get(11..16)) {
        (Some(day), Some(clock)) => format!("{day} {clock} UTC"),
        _ => iso.to_owned(),
    }
}

/// As it is written on a parcel to its country, then the telephone's number; one that
/// no country would read so, member by member.
fn address(value: &Value) -> String {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let lines = match Address::parse(|field| text(field.id())) {
        Ok(address) => address.lines().into_iter().chain([text("phone").to_owned()]).collect(),
        Err(_) => ADDRESS.map(|(name, _)| text(name).to_owned()).to_vec(),
    };
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Each line with its quantity, and the reason where it has one.
fn pieces(lines: &Value) -> String {
    let line = |line: &Value| {
        let reason = plain(at(line, "/reason"));
        let reason = if reason.is_empty() { reason } else { format!(": {reason}") };
        let parts: Vec<_> = at(line, "/parts").as_array().into_iter().flatten().map(piece).collect();
        let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
        format!("{}{parts}{reason}", piece(line))
    };
    lines.as_array().into_iter().flatten().map(line).collect::<Vec<_>>().join("\n")
}

/// A part of a bundle with the SKU that it is found by.
fn piece(line: &Value) -> String {
    let sku = plain(at(line, "/sku"));
    let sku = if sku.is_empty() { sku } else { format!(" · {sku}") };
    format!("{} × {}{sku}", plain(at(line, "/quantity")), plain(at(line, "/title")))
}

/// Each difference on a line of its own.
fn differences(list: &Value) -> String {
    let said = |value: &Value| if value.is_null() { "nothing".to_owned() } else { plain(value) };
    let line = |difference: &Value| {
        let place = plain(at(difference, "/at"));
        let (before, after) = (said(at(difference, "/before")), said(at(difference, "/after")));
        format!("{}: {before} → {after}", place.trim_start_matches('/'))
    };
    list.as_array().into_iter().flatten().map(line).collect::<Vec<_>>().join("\n")
}

pub fn cell(label: &'static str, value: &Value, shown: Shown, json: &Value) -> Cell {
    let text = plain(value);
    let cell = Cell { label, ..Cell::default() };
    match shown {
        Shown::Plain if value.is_number() => Cell { class: "number".to_owned(), text, ..cell },
        Shown::Plain => Cell { class: if money(value).is_some() { "amount" } else { "" }.to_owned(), text, ..cell },
        Shown::Word if text.is_empty() => cell,
        Shown::Word => Cell { class: format!("word word-{text}"), text: words(&text), ..cell },
        Shown::Time => Cell { time: text.clone(), text: moment(&text), ..cell },
        Shown::Address => Cell { text: address(value), class: "address".to_owned(), ..cell },
        Shown::Copied => Cell { text, class: "address copied".to_owned(), ..cell },
        Shown::Progress => progress(cell, value),
        Shown::Prose => Cell { text, class: "prose".to_owned(), ..cell },
        Shown::Of(all) => {
            let class = match is_there(value) {
                true if value == at(json, all) => "word of word-done",
                true => "word of word-pending",
                false => "of",
            };
            Cell { class: class.to_owned(), text: format!("{text} of {}", plain(at(json, all))), ..cell }
        }
        Shown::Pieces => Cell { text: pieces(value), class: "pieces".to_owned(), ..cell },
        Shown::Differences => Cell { text: differences(value), class: "pieces".to_owned(), ..cell },
        // Only where a browser goes, and nothing runs.
        Shown::Web => {
            Cell { href: if text.starts_with("https://") { text.clone() } else { String::new() }, text, ..cell }
        }
        // Where there is nothing to lead to, there is no link.
        Shown::Link(_) if text.is_empty() => cell,
        // A place of the page itself.
        Shown::Link(to) if to.starts_with('#') => Cell { href: filled(to, json, true), text, ..cell },
        Shown::Link(to) => Cell { href: format!("/admin{}", filled(to, json, true)), text, ..cell },
    }
}

fn progress(cell: Cell, value: &Value) -> Cell {
    let number = |name: &str| value.get(name).and_then(Value::as_i64).unwrap_or_default();
    let (done, refused, total) = (number("done"), number("refused"), number("total"));
    let text = match refused {
        0 => format!("{done} of {total} done"),
        _ => format!("{done} of {total} done, {refused} refused"),
    };
    // An empty one would count as one that nobody knows anything of (HTML, section 4.10.13).
    let all = if total == 0 { (1, 1) } else { (done.saturating_add(refused), total) };
    Cell { text, progress: Some(all), ..cell }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_shown_as_people_read_them() {
        for (value, text) in [
            (json!({ "amount": 1_999, "currency": "EUR" }), "€19.99"),
            (json!([{ "amount": 500, "currency": "JPY", "compare_at": 900 }, "x"]), "¥500, x"),
            (json!({ "Size": "S", "dark_side": true }), "Size: S; Dark side: Yes"),
            (json!(null), ""),
            (json!(3), "3"),
        ] {
            assert_eq!(plain(&value), text);
        }
        let word = cell("Status", &json!("awaiting_payment"), Shown::Word, &json!({}));
        assert_eq!((word.text.as_str(), word.class.as_str()), ("Awaiting payment", "word word-awaiting_payment"));
        let time = cell("Placed", &json!("2026-11-26T20:56:15.000Z"), Shown::Time, &json!({}));
        assert_eq!((time.text.as_str(), time.time.as_str()), ("2026-11-26 20:56 UTC", "2026-11-26T20:56:15.000Z"));
    }

    #[test]
    fn an_address_is_written_as_in_its_country() {
        let shown = |value| cell("", &value, Shown::Address, &json!({})).text;
        let mut to = json!({ "name": "Ada", "line1": "Lindenweg 7", "city": "Bremen", "postal_code": "28195", "country": "DE", "phone": "030 1" });
        assert_eq!(shown(to.clone()), "Ada\nLindenweg 7\n28195 Bremen\nGermany\n030 1");
        to["country"] = json!("Nowhere");
        assert_eq!(
            shown(to),
            "Ada\nLindenweg 7\n28195\nBremen\nNowhere\n030 1",
            "what cannot be read is shown as it is"
        );
        assert_eq!(shown(json!(null)), "");
    }

    #[test]
    fn how_far_long_work_is_is_said_and_shown() {
        let of = |done: i64, refused: i64, total: i64| {
            let value = json!({ "done": done, "refused": refused, "total": total });
            let cell = cell("Progress", &value, Shown::Progress, &json!({}));
            (cell.text, cell.progress.unwrap())
        };
        assert_eq!(of(3, 0, 9), ("3 of 9 done".to_owned(), (3, 9)));
        assert_eq!(of(3, 1, 9), ("3 of 9 done, 1 refused".to_owned(), (4, 9)));
        assert_eq!(of(0, 0, 0).1, (1, 1), "nothing to do is done");
    }

    #[test]
    fn pieces_are_counted() {
        let line = json!({ "quantity": 2, "title": "Kettle", "sent": 1 });
        assert_eq!(cell("Sent", at(&line, "/sent"), Shown::Of("/quantity"), &line).text, "1 of 2");
        let back = json!([line, { "quantity": 1, "title": "Mug", "reason": "Broken" }]);
        assert_eq!(cell("", &back, Shown::Pieces, &json!({})).text, "2 × Kettle\n1 × Mug: Broken");
        let parts =
            json!([{ "quantity": 8, "title": "Cup", "sku": "CUP-4" }, { "quantity": 2, "title": "Pot", "sku": "" }]);
        let set = json!([{ "quantity": 2, "title": "Set", "parts": parts }]);
        assert_eq!(cell("", &set, Shown::Pieces, &json!({})).text, "2 × Set (8 × Cup · CUP-4, 2 × Pot)");
    }

    #[test]
    fn what_differs_is_said_by_its_place() {
        let changes = json!([
            { "at": "/title", "before": "Mug", "after": "Cup" },
            { "at": "/tags", "before": null, "after": ["a", "b"] },
        ]);
        assert_eq!(cell("", &changes, Shown::Differences, &json!({})).text, "title: Mug → Cup\ntags: nothing → a, b");
    }

    #[test]
    fn what_is_put_into_an_address_stays_one_part_of_it() {
        let json = json!({ "id": "a/../b?c=d&e#f", "n": { "m": 1 } });
        assert_eq!(filled("/v1/{id}/x{n/m}", &json, true), "/v1/a%2F..%2Fb%3Fc%3Dd%26e%23f/x1");
        assert_eq!(filled("/views/{n}", &json!({ "n": "To send +1" }), true), "/views/To%20send%20%2B1");
        assert_eq!(filled("Order {id}{none}", &json, false), "Order a/../b?c=d&e#f");
    }

    #[test]
    fn nothing_to_speak_of_is_nothing() {
        for nothing in
            [json!(null), json!(false), json!(0), json!(""), json!([]), json!({ "amount": 0, "currency": "EUR" })]
        {
            assert!(!is_there(&nothing), "{nothing}");
        }
        for something in [json!(true), json!(-1), json!({}), json!({ "amount": 1, "currency": "EUR" })] {
            assert!(is_there(&something), "{something}");
        }
    }
}
