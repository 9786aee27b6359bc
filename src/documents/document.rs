//! What a document says, as it was issued. It is stored as it is sent, and
//! nothing that happens later changes it.
//!
//! Directive 2006/112/EC, article 226, and § 14(4) UStG ask for: the date of
//! issue (1), the number (2), the seller's VAT number (3), the buyer's where the
//! buyer accounts for the tax (4), the names and addresses of both (5), quantity
//! and nature (6), the date of the supply or of its payment (7), the net amount
//! of each rate, the unit price without tax and discounts (8), the rate (9), the
//! tax (10), and "Reverse charge" (11a). VAT Notice 700, section 16.3.1, asks
//! for the same, and calls the date of the supply the tax point.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::{Missing, Unfit};
use super::number::{Kind, Number};
use crate::address::Address;
use crate::catalog::product::Part;
use crate::email::EmailAddress;
use crate::ids::OrderId;
use crate::money::Money;
use crate::orders::order::LineId;
use crate::orders::papers::{Papers, Sale};
use crate::orders::view::{LineView, OrderView, PaymentStatus, ShippingView, TaxRateView, TaxView};
use crate::ports::Timestamp;
use crate::pricing::spread::share;
use crate::pricing::tax::is_in_the_union;
use crate::settings::Seller;
use crate::text::Language;
use crate::vat;

/// The longest document as JSON, in bytes. A row of D1 has at most 2,000,000,
/// and a credit note says a little more than its invoice.
const MAX_BYTES: usize = 1_900_000;

/// All of an amount, in the unit of a [`Percent`](crate::pricing::Percent)'s parts.
const WHOLE: i64 = 1_000_000;

/// An invoice or a credit note. All amounts are in one currency, and re-add:
/// `net + tax = total`, and both are the sums of `taxes`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Document {
    pub number: Number,
    pub kind: Kind,
    /// The day of issue, in UTC.
    pub issued_at: Timestamp,
    /// When the supply was paid, or agreed to be: the tax point.
    pub supplied_at: Timestamp,
    pub order_id: OrderId,
    pub order_number: String,
    /// The invoice that a credit note takes back, or a part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<Corrected>,
    pub language: Language,
    pub seller: Seller,
    pub buyer: Buyer,
    /// The buyer accounts for the tax.
    pub reverse_charge: bool,
    /// Whether the lines' prices and totals have the tax in them.
    pub prices_include_tax: bool,
    /// On a credit note those that it takes back, each with as much of it; none, and no shipping, where it is for an
    /// amount.
    pub lines: Vec<DocumentLine>,
    /// As a line of one piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping: Option<DocumentLine>,
    pub taxes: Vec<TaxTotal>,
    pub net: Money,
    pub tax: Money,
    /// With tax.
    pub total: Money,
    /// What gift cards paid of it.
    pub gift_cards: Money,
    /// The shop's own words, where the money was still to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how_to_pay: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CorrectedInvoice")]
pub struct Corrected {
    pub number: Number,
    pub issued_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Buyer {
    /// Where the bill goes; absent where nothing was sent and none was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_number: Option<vat::Number>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DocumentLine {
    /// The order's line; none for the shipping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_id: Option<LineId>,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    pub quantity: u32,
    /// What each piece of a bundle is made of; absent of what is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// As it was sold.
    pub unit_price: Money,
    /// Without tax and discounts, rounded half up.
    pub unit_price_net: Money,
    pub discount: Money,
    /// What falls on the line.
    pub rates: Vec<TaxRateView>,
    /// After discounts, without tax.
    pub net: Money,
    /// After discounts; with tax only where prices include it.
    pub total: Money,
}

/// What one rate, or several together, fall on, and what they come to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaxTotal {
    pub net: Money,
    /// None where no tax falls on it.
    pub rates: Vec<TaxRateView>,
}

/// All of an invoice but its number and day.
pub struct Draft {
    document: Document,
}

impl TaxTotal {
    pub fn tax(&self) -> i64 {
        self.rates.iter().map(|rate| rate.amount.amount).sum()
    }

    pub fn gross(&self) -> i64 {
        self.net.amount.saturating_add(self.tax())
    }

    /// Whether the same rates fall on both.
    pub fn is_of(&self, rates: &[TaxRateView]) -> bool {
        let alike = |(one, other): (&TaxRateView, &TaxRateView)| one.name == other.name && one.rate == other.rate;
        self.rates.len() == rates.len() && self.rates.iter().zip(rates).all(alike)
    }
}

impl Draft {
    /// The invoice of one of an order's sales, by its own quote.
    pub fn invoice(papers: &Papers, place: usize, seller: Seller) -> Result<Self, Unfit> {
        let order = &papers.order;
        let sale = papers.sales.get(place).ok_or(Unfit::SumsDiffer)?;
        let (totals, is_first) = (&sale.totals, sale.edit.is_none());
        let included = totals.tax_included;
        let before: usize = papers.sales.iter().take(place).map(|sale| sale.lines).sum();
        let sold = order.lines.iter().skip(before).take(sale.lines);
        let lines: Vec<_> = sold.map(|line| goods(line, included)).collect();
        let shipping = sale.shipping.as_ref().map(|option| shipping(option, included));
        let taxes = by_rates(lines.iter().chain(&shipping));
        let money = |amount| Money { amount, currency: order.currency };
        let tax: i64 = taxes.iter().map(TaxTotal::tax).sum();
        let total: i64 = taxes.iter().map(TaxTotal::gross).sum();
        if (tax, total) != (totals.tax.amount, totals.total.amount) {
            return Err(Unfit::SumsDiffer);
        }
        let first = Number { kind: Kind::Invoice, place: 0 };
        let document = Document {
            number: first,
            kind: Kind::Invoice,
            issued_at: order.placed_at,
            supplied_at: sale.at.or(papers.secured_at).unwrap_or(order.placed_at),
            order_id: order.id,
            order_number: order.number.clone(),
            corrects: None,
            language: order.language,
            seller,
            buyer: Buyer::of(order, sale),
            reverse_charge: sale.reverse_charge,
            prices_include_tax: included,
            lines,
            shipping,
            taxes,
            net: money(total - tax),
            tax: money(tax),
            total: money(total),
            gift_cards: totals.gift_cards,
            how_to_pay: order
                .payment
                .instructions
                .clone()
                .filter(|_| is_first && order.payment.status == PaymentStatus::Pending),
        };
        let long = serde_json::to_vec(&document).is_ok_and(|json| json.len() > MAX_BYTES);
        if long { Err(Unfit::TooLong) } else { Ok(Self { document }) }
    }

    /// What the seller is to say before this can be issued.
    pub fn missing(&self) -> Option<Missing> {
        let Document { seller, tax, reverse_charge, .. } = &self.document;
        let country = seller.address.country;
        let of_vat = is_in_the_union(country) || country.code() == "GB";
        let taxed = tax.amount != 0 || *reverse_charge;
        let named = seller.vat_number.is_some() || seller.tax_number.is_some();
        (of_vat && taxed && !named).then_some(Missing::TaxNumber)
    }

    pub fn total(&self) -> i64 {
        self.document.total.amount
    }

    /// The invoice, under its number.
    pub fn issued(self, place: u32, at: Timestamp) -> Document {
        Document { number: Number { kind: Kind::Invoice, place }, issued_at: at, ..self.document }
    }
}

impl Buyer {
    fn of(order: &OrderView, sale: &Sale) -> Self {
        Self { address: sale.billed_to.clone(), email: order.email.clone(), vat_number: order.vat_number.clone() }
    }
}

fn goods(line: &LineView, included: bool) -> DocumentLine {
    DocumentLine {
        line_id: Some(line.id),
        title: line.title.clone(),
        sku: Some(line.sku.clone()).filter(|sku| !sku.is_empty()),
        quantity: line.quantity,
        parts: line.parts.clone(),
        unit_price: line.unit_price,
        unit_price_net: without_tax(line.unit_price, &line.tax, included),
        discount: line.discount,
        rates: line.tax.rates.clone(),
        net: net(line.total, &line.tax, included),
        total: line.total,
    }
}

fn shipping(option: &ShippingView, included: bool) -> DocumentLine {
    let total = Money { amount: option.price.amount.saturating_sub(option.discount.amount), ..option.price };
    DocumentLine {
        line_id: None,
        title: option.title.clone(),
        sku: None,
        quantity: 1,
        parts: Vec::new(),
        unit_price: option.price,
        unit_price_net: without_tax(option.price, &option.tax, included),
        discount: option.discount,
        rates: option.tax.rates.clone(),
        net: net(total, &option.tax, included),
        total,
    }
}

fn net(total: Money, tax: &TaxView, included: bool) -> Money {
    let within = if included { tax.amount.amount } else { 0 };
    Money { amount: total.amount.saturating_sub(within), ..total }
}

/// The price of a piece without the tax that is in it, half up.
fn without_tax(price: Money, tax: &TaxView, included: bool) -> Money {
    let parts: i64 = tax.rates.iter().map(|rate| i64::from(rate.rate.parts())).sum();
    let amount = if included { share(price.amount, WHOLE, WHOLE + parts) } else { price.amount };
    Money { amount, ..price }
}

/// What each rate falls on, in the order that they are met.
pub(super) fn by_rates<'a>(lines: impl Iterator<Item = &'a DocumentLine>) -> Vec<TaxTotal> {
    let mut totals: Vec<TaxTotal> = Vec::new();
    for line in lines {
        let Some(total) = totals.iter_mut().find(|total| total.is_of(&line.rates)) else {
            totals.push(TaxTotal { net: line.net, rates: line.rates.clone() });
            continue;
        };
        total.net.amount = total.net.amount.saturating_add(line.net.amount);
        for (sum, part) in total.rates.iter_mut().zip(&line.rates) {
            sum.amount.amount = sum.amount.amount.saturating_add(part.amount.amount);
        }
    }
    totals
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
