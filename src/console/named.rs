//! What an order's JSON names by an id, said in full, so that its page need not
//! be looked through: parcels, returns and refunds say what their lines are.

use serde_json::{Value, json};

use super::lacking;
use super::loading::put;
use super::shown::{at, is_there, plain, words};
use crate::ids::OrderId;

/// Lists of an order whose entries have lines of their own.
const LISTS: [&str; 5] = ["/fulfilments", "/returns", "/refunds", "/edits", "/_waiting"];

/// Names all that can be named; of what is no order, nothing.
pub fn name(order: &mut Value) {
    buyers(order);
    lacking::name(order);
    number(order);
    for list in ["/items", "/_ledger/items"] {
        order.pointer_mut(list).and_then(Value::as_array_mut).into_iter().flatten().for_each(number);
    }
    let Some(lines) = at(order, "/lines").as_array().cloned() else { return };
    let waiting: Vec<Value> = order.get("waiting_edit").cloned().into_iter().collect();
    put(order, "_waiting", waiting.into());
    let to_be_added = at(order, "/difference/added").as_array().cloned().unwrap_or_default();
    let known: Vec<Value> = lines.iter().cloned().chain(to_be_added).collect();
    for entry in LISTS.iter().flat_map(|list| entries(order, list)).collect::<Vec<_>>() {
        for pieces in ["lines", "received", "taken_out", "added"].map(|list| format!("{entry}/{list}")) {
            for line in order.pointer_mut(&pieces).and_then(Value::as_array_mut).into_iter().flatten() {
                say(line, known.iter());
            }
        }
    }
    for (known, number) in order.pointer_mut("/returns").and_then(Value::as_array_mut).into_iter().flatten().zip(1..) {
        put(known, "_number", Value::from(number));
    }
    let to_send: Vec<Value> = lines.iter().filter_map(left_to_send).collect();
    put(order, "_to_send", to_send.into());
    refunds(order);
    people(order);
    tax(order);
}

/// What the tax is to the total: a part of it, or one of its sums.
fn tax(order: &mut Value) {
    let (tax, in_it) = (at(order, "/totals/tax").clone(), at(order, "/totals/tax_included") == true);
    put(order, if in_it { "_tax_in_it" } else { "_tax_on_top" }, tax);
}

/// What was asked for, as what is looked at before it counts says it. `before`: the
/// order as it is.
pub fn asked(answer: &mut Value, body: &Value, before: &Value) {
    let mut body = body.clone();
    for line in body.pointer_mut("/lines").and_then(Value::as_array_mut).into_iter().flatten() {
        say(line, at(before, "/lines").as_array().into_iter().flatten());
    }
    put(answer, "_asked", body);
}

/// What so many pieces of a line are, and what all of them are made of.
fn say<'a>(pieces: &mut Value, mut lines: impl Iterator<Item = &'a Value>) {
    let line = lines.find(|line| at(line, "/id") == at(pieces, "/line_id"));
    let parts = line.map(|line| parts_of(line, at(pieces, "/quantity").as_i64().unwrap_or_default()));
    put(pieces, "title", line.map(|line| at(line, "/title").clone()).unwrap_or_default());
    put(pieces, "parts", parts.unwrap_or_default());
}

/// The parts of a bundle, of so many pieces of it together.
fn parts_of(line: &Value, pieces: i64) -> Value {
    let mut parts = at(line, "/parts").clone();
    for part in parts.as_array_mut().into_iter().flatten() {
        let each = at(part, "/quantity").as_i64().unwrap_or_default();
        put(part, "quantity", each.saturating_mul(pieces).into());
    }
    parts
}

/// An order that is named by its id has a number, too; and rows are counted from 1.
fn number(entry: &mut Value) {
    let order = at(entry, "/order_id").as_str().and_then(|id| id.parse::<OrderId>().ok());
    let row = at(entry, "/row").as_i64();
    order.into_iter().for_each(|id| put(entry, "_order", id.number().into()));
    row.into_iter().for_each(|row| put(entry, "_row", row.saturating_add(1).into()));
}

/// Whoever a list has no name of is known by the mail address; what is to be paid for
/// a change tells more than that the order itself is.
fn buyers(page: &mut Value) {
    for list in ["/items", "/_orders/items"] {
        buyers_of(page.pointer_mut(list));
    }
}

fn buyers_of(list: Option<&mut Value>) {
    for order in list.and_then(Value::as_array_mut).into_iter().flatten() {
        if order.get("email").is_some() {
            let name = if is_there(at(order, "/name")) { "/name" } else { "/email" };
            let payment = if is_there(at(order, "/edit_status")) { "/edit_status" } else { "/payment_status" };
            put(order, "_buyer", at(order, name).clone());
            put(order, "_payment", at(order, payment).clone());
        }
    }
}

/// What an edit that is only looked at would change, as what is shown of it.
/// `before`: the order as it is.
pub fn edited(order: &mut Value, before: &Value) {
    let done = at(before, "/edits").as_array().map_or(0, Vec::len);
    let Some(edits) = at(order, "/edits").as_array() else { return };
    let new = edits.get(done).cloned();
    let nothing = new.is_none();
    put(order, "_edit", new.unwrap_or_default());
    put(order, "_nothing", if nothing { "Nothing: the order is so already".into() } else { Value::Null });
}

/// Of the orders that a search for this one's mail address finds, the others of
/// just that address.
pub fn of_one_buyer(order: &mut Value) {
    let (id, email) = (at(order, "/id").clone(), at(order, "/email").clone());
    if let Some(others) = order.pointer_mut("/_others/items").and_then(Value::as_array_mut) {
        others.retain(|other| *at(other, "/email") == email && *at(other, "/id") != id);
    }
}

/// Who did each thing, of the staff that the page knows.
fn people(order: &mut Value) {
    let staff = at(order, "/_staff/items").as_array().cloned().unwrap_or_default();
    for entry in order.pointer_mut("/timeline").and_then(Value::as_array_mut).into_iter().flatten() {
        let seen = if is_there(at(entry, "/visible_to_buyer")) { "The buyer, too" } else { "Staff alone" };
        put(entry, "_seen", seen.into());
        let by = at(entry, "/by");
        let Some(id) = by.as_str() else { continue };
        let person = staff.iter().find(|person| at(person, "/id") == by);
        let name = person.map(|person| at(person, "/name")).filter(|name| is_there(name));
        let who = name.or(person.map(|person| at(person, "/email"))).map_or_else(|| id.to_owned(), plain);
        put(entry, "_who", who.into());
    }
}

fn entries(order: &Value, list: &'static str) -> impl Iterator<Item = String> + use<> {
    let count = at(order, list).as_array().map_or(0, Vec::len);
    (0..count).map(move |index| format!("{list}/{index}"))
}

/// The pieces of a line that are yet to be packed.
fn left_to_send(line: &Value) -> Option<Value> {
    let left = at(line, "/to_send").as_i64().filter(|left| *left > 0)?;
    Some(json!({ "quantity": left, "title": at(line, "/title"), "parts": parts_of(line, left) }))
}

/// Where each refund goes, in words; and those parts that staff have to see to.
fn refunds(order: &mut Value) {
    let mut by_hand = Vec::new();
    for refund in order.pointer_mut("/refunds").and_then(Value::as_array_mut).into_iter().flatten() {
        let parts = at(refund, "/parts").as_array().into_iter().flatten();
        let is_open = |part: &&Value| *at(part, "/to") == "by_hand" && *at(part, "/status") == "pending";
        by_hand.extend(parts.clone().filter(is_open).cloned());
        let part = |part: &Value| {
            let said = |pointer| words(&plain(at(part, pointer)));
            format!("{} {}: {}", said("/to"), plain(at(part, "/amount")), said("/status"))
        };
        let where_to = parts.map(part).collect::<Vec<_>>().join("\n");
        put(refund, "_where_to", where_to.into());
    }
    put(order, "_by_hand", by_hand.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_others_of_a_buyer_are_of_the_very_address() {
        let other = |id: &str, email: &str| json!({ "id": id, "email": email });
        let found = json!([other("a", "ada@x.org"), other("b", "ada@x.org"), other("c", "grada@x.org")]);
        let mut order = json!({ "id": "a", "email": "ada@x.org", "_others": { "items": found } });
        of_one_buyer(&mut order);
        assert_eq!(order["_others"]["items"], json!([other("b", "ada@x.org")]));
    }

    #[test]
    fn an_order_says_what_its_ids_stand_for() {
        let eur = json!({ "amount": 500, "currency": "EUR" });
        let mut order = json!({
            "lines": [
                { "id": "line_1", "title": "Set", "quantity": 3, "to_send": 2,
                  "parts": [{ "quantity": 4, "title": "Cup" }] },
                { "id": "line_2", "title": "Mug", "quantity": 1, "to_send": 0 },
            ],
            "fulfilments": [{ "lines": [{ "line_id": "line_1", "quantity": 1 }] }],
            "returns": [{ "lines": [{ "line_id": "line_2", "quantity": 1 }] }],
            "refunds": [{ "lines": [], "parts": [
                { "number": 1, "to": "by_hand", "amount": eur, "status": "pending" },
                { "number": null, "to": "gift_card", "amount": eur, "status": "done" },
            ] }],
        });
        order["timeline"] = json!([{ "by": "cus_1" }, { "by": "cus_2" }, { "by": null }]);
        order["_staff"] = json!({ "items": [{ "id": "cus_1", "name": null, "email": "grace@example.com" }] });
        name(&mut order);
        let who = [json!("grace@example.com"), json!("cus_2"), json!(null)];
        assert_eq!([0, 1, 2].map(|entry| order["timeline"][entry]["_who"].clone()), who);
        assert_eq!(order["returns"][0]["lines"][0]["title"], "Mug");
        assert_eq!(order["returns"][0]["_number"], 1);
        let cups = json!([{ "quantity": 8, "title": "Cup" }]);
        assert_eq!(order["_to_send"], json!([{ "quantity": 2, "title": "Set", "parts": cups }]));
        assert_eq!(order["fulfilments"][0]["lines"][0]["parts"][0]["quantity"], 4);
        assert_eq!(order["refunds"][0]["_where_to"], "By hand €5.00: Pending\nGift card €5.00: Done");
        assert_eq!(order["_by_hand"].as_array().unwrap().len(), 1);
        let mut list = json!({ "items": [] });
        name(&mut list);
        assert_eq!(list, json!({ "items": [] }));
    }
}
