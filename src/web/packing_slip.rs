//! What goes into a parcel: its things and where it goes, without prices, as it
//! may be a present.

use askama::Template;

use crate::address::Address;
use crate::messages::words;
use crate::orders::view::OrderView;
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
    /// Of all lines.
    pieces: u64,
}

struct SlipLine {
    title: String,
    sku: String,
    quantity: u32,
}

impl PackingSlip {
    pub fn new(shop_name: &str, order: &OrderView) -> Self {
        let sent = order.lines.iter().filter(|line| line.delivery == Delivery::Shipped);
        let lines: Vec<_> = sent
            .map(|line| SlipLine { title: line.title.clone(), sku: line.sku.clone(), quantity: line.quantity })
            .collect();
        Self {
            language: order.language,
            shop_name: shop_name.to_owned(),
            number: order.number.clone(),
            date: words::date(order.language, order.placed_at),
            address: order.shipping_address.as_ref().map(Address::lines).unwrap_or_default(),
            shipping: order.shipping_option.as_ref().map(|option| option.title.clone()),
            pieces: lines.iter().map(|line| u64::from(line.quantity)).sum(),
            lines,
        }
    }

    /// The text in the language of whoever opens the parcel.
    fn say(&self, english: &'static str, german: &'static str) -> &'static str {
        self.language.of(english, german)
    }
}
