//! What Shopify's files say in words of their own.

use super::columns::{Column, FileFormat, Part};
use super::numbers::flag;
use super::sent::{Cells, Reading};

/// The option of a product without options, and its one value.
pub const NO_OPTION: (&str, &str) = ("Title", "Default Title");

/// Whether an option only says that there is none.
pub fn is_no_option(format: FileFormat, name: &str, values: &[String]) -> bool {
    let (no_name, no_value) = NO_OPTION;
    format == FileFormat::Shopify && name == no_name && values.len() == 1 && values.iter().all(|v| v == no_value)
}

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
