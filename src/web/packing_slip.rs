//! What goes into a parcel: the things that are not sent yet, and where it goes; without
//! prices, as it may be a present.

use askama::Template;

use crate::address::Address;
use crate::catalog::product::Part;
use crate::messages::words;
use crate::orders::view::{LineView, OrderView};
use crate::pricing::Delivery;
use crate::text::Language;

#[derive(Template)]
#[template(path = "packing_slips.html")]
pub struct PackingSlips {
    pub slips: Vec<PackingSlip>,
}

pub struct PackingSlip {
    language: Language,
    shop_name: String,
    number: String,
    date: String,
    /// As on the parcel; nothing where nothing is sent.
    address: Vec<String>,
    shipping: Option<String>,
    lines: Vec<SlipLine>,
    /// Of all lines; of a bundle those of its parts.
    pieces: u64,
}

struct SlipLine {
    title: String,
    sku: String,
    quantity: u32,
    /// All pieces of each part of a bundle.
    parts: Vec<SlipLine>,
}

impl SlipLine {
    fn new(line: &LineView, quantity: u32) -> Self {
        let part = |part: &Part| Self {
            title: part.title.clone(),
            sku: part.sku.clone(),
            quantity: part.of(quantity),
            parts: Vec::new(),
        };
        Self {
            title: line.title.clone(),
            sku: line.sku.clone(),
            quantity,
            parts: line.parts.iter().map(part).collect(),
        }
    }

    /// What is to be put into the parcel for it.
    fn pieces(&self) -> u64 {
        if self.parts.is_empty() { self.quantity.into() } else { self.parts.iter().map(Self::pieces).sum() }
    }
}

impl PackingSlip {
    pub fn new(shop_name: &str, order: &OrderView) -> Self {
        let waiting = |line: &LineView| line.packed.unwrap_or(0).saturating_add(line.to_send.unwrap_or(0));
        let waits = order.lines.iter().any(|line| waiting(line) > 0);
        // Printed once all is sent, it is of what was.
        let quantity = |line: &LineView| if waits { waiting(line) } else { line.fulfilled.unwrap_or(0) };
        let sent = order.lines.iter().filter(|line| line.delivery == Delivery::Shipped);
        let lines = sent.map(|line| SlipLine::new(line, quantity(line))).filter(|line| line.quantity > 0);
        let lines: Vec<_> = lines.collect();
        Self {
            language: order.language,
            shop_name: shop_name.to_owned(),
            number: order.number.clone(),
            date: words::date(order.language, order.placed_at),
            address: order.shipping_address.as_ref().map(Address::lines).unwrap_or_default(),
            shipping: order.shipping_option.as_ref().map(|option| option.title.clone()),
            pieces: lines.iter().map(SlipLine::pieces).sum(),
            lines,
        }
    }

    /// The text in the language of whoever opens the parcel.
    fn say(&self, english: &'static str, german: &'static str) -> &'static str {
        self.language.of(english, german)
    }
}
