//! What Shopify's files say in words of their own.

use serde_json::{Map, Value};

use super::columns::{Column, FileFormat, Part};
use super::numbers::flag;
use super::sent::{Cells, Reading};
use crate::catalog::product::{LOWEST_FLOOR, Variant};

/// The option of a product without options, and its one value.
pub const NO_OPTION: (&str, &str) = ("Title", "Default Title");

/// Whether an option only says that there is none.
pub fn is_no_option(format: FileFormat, name: &str, values: &[String]) -> bool {
    let (no_name, no_value) = NO_OPTION;
    format == FileFormat::Shopify && name == no_name && values.len() == 1 && values.iter().all(|v| v == no_value)
}

/// `Variant Inventory Tracker` and `Variant Inventory Policy` of a variant's line. Whoever it is
/// that counts its pieces, they are counted; "continue" sells without a limit.
pub fn stock(reading: &mut Reading, cells: &Cells, facts: &mut Map<String, Value>) {
    if reading.has(Part::Tracker) {
        let is_tracked = reading.cell(cells, Column::Part(Part::Tracker)).is_some();
        facts.insert("tracked".to_owned(), is_tracked.into());
    }
    let Some(word) = reading.cell(cells, Column::Part(Part::Policy)) else { return };
    let floor = match () {
        () if word.eq_ignore_ascii_case(DENY) => 0,
        () if word.eq_ignore_ascii_case(CONTINUE) => LOWEST_FLOOR,
        () => {
            let name = reading.name(Column::Part(Part::Policy));
            reading.wrong(cells.line, &name, format!("one of {DENY}, {CONTINUE}"));
            return;
        }
    };
    facts.insert("backorder_floor".to_owned(), floor.into());
}

/// What [`stock`] says of a variant that may already be sold below zero, down to a floor that
/// Shopify has no word for: it stays.
pub fn keep_floor(facts: &mut Map<String, Value>, now: i64) {
    let is_continue = facts.get("backorder_floor").and_then(Value::as_i64) == Some(LOWEST_FLOOR);
    if is_continue && now < 0 {
        facts.insert("backorder_floor".to_owned(), now.into());
    }
}

/// Who counts the pieces, and whether more are sold than there are, as Shopify's files say it.
pub fn stock_words(variant: &Variant) -> (&'static str, &'static str) {
    let tracker = if variant.untracked { "" } else { "shopify" };
    (tracker, if variant.least() < 0 { CONTINUE } else { DENY })
}

/// Shopify's words for its two policies.
const DENY: &str = "deny";
const CONTINUE: &str = "continue";

/// `Published`, `Variant Requires Shipping` and `Gift Card`, which are true or false there,
/// and one of several words here.
pub fn words(reading: &mut Reading, rows: &[Cells]) {
    let mut read = |part| {
        let (line, cell) = reading.first(rows, part)?;
        match flag(&cell) {
            Ok(flag) => Some(flag),
            Err(detail) => {
                let name = reading.name(Column::Part(part));
                reading.wrong(line, &name, detail);
                None
            }
        }
    };
    let (published, shipped, card) = (read(Part::Published), read(Part::Shipped), read(Part::GiftCard));
    let status = published.map(|published| if published { "active" } else { "draft" });
    let delivery = match (card, shipped) {
        (Some(true), _) => Some("gift_card"),
        (_, Some(false)) => Some("digital"),
        (_, Some(true)) => Some("shipped"),
        _ => None,
    };
    for (member, word) in [("status", status), ("delivery", delivery)] {
        // `Status` says more than `Published`.
        if let Some(word) = word
            && !reading.sent.facts.contains_key(member)
        {
            reading.sent.facts.insert(member.to_owned(), word.into());
        }
    }
}
