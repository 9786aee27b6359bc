//! What a cart or an order comes to, row by row, as its pages show it. Each
//! amount is shown as it is, so that what is read re-adds.

use askama::Template;

use super::frame::Spoken;
use super::words::buying::BuyingWords;
use super::words::{Fill, fill};
use crate::messages::order::by_rate;
use crate::messages::words;
use crate::money::Money;
use crate::orders::cart::CartView;
use crate::orders::view::{GiftCardView, LineView, OrderView, PaymentStatus, ShippingView, TaxRateView};
use crate::pricing;
use crate::pricing::quote::TaxPart;
use crate::text::Language;

#[derive(Default, Template)]
#[template(path = "_totals.html")]
pub struct Totals {
    w: Spoken,
    /// What makes the total.
    pub rows: Vec<TotalRow>,
    pub label: &'static str,
    pub total: String,
    /// What is within the total, or is paid of it.
    pub below: Vec<TotalRow>,
    /// What is left to pay, where that is not the total.
    pub left: Option<TotalRow>,
    /// What will be charged, or was.
    pub to_pay: String,
}

pub struct TotalRow {
    pub label: String,
    pub amount: String,
    /// What it would cost without its discount.
    pub before: Option<String>,
}

/// What is known of shipping before it was chosen.
pub enum Shipping<'a> {
    /// Nothing is sent.
    None,
    Chosen(&'a ShippingView),
    /// To be chosen: the least that it costs, as far as that can be told.
    Open {
        from: Option<Money>,
    },
}

impl TotalRow {
    fn new(label: impl Into<String>, amount: String) -> Self {
        Self { label: label.into(), amount, before: None }
    }
}

/// The amount as it is taken off.
pub fn minus(language: Language, amount: Money) -> String {
    Money { amount: amount.amount.saturating_neg(), ..amount }.display_in(language)
}

impl Totals {
    pub fn of_cart(language: Language, cart: &CartView, shipping: &Shipping<'_>) -> Self {
        Self::new(language, &cart.totals, &cart.lines, shipping, &[], &cart.gift_cards)
    }

    pub fn of_order(language: Language, order: &OrderView) -> Self {
        let w = BuyingWords::of(language);
        let shipping = order.shipping_option.as_ref().map_or(Shipping::None, Shipping::Chosen);
        let (lines, former) = (&order.lines, &order.former_shipping);
        let mut totals = Self::new(language, &order.totals, lines, &shipping, former, &order.gift_cards);
        let set_off = order.set_off;
        let without = |amount: Money| Money { amount: amount.amount.saturating_sub(set_off.amount), ..amount };
        let (mut paid, mut back, to_pay) = (order.payment.captured, order.refunded, without(order.totals.to_pay));
        if order.payment.status.is_paid() {
            (paid, back) = (without(paid), without(back));
        }
        if set_off.amount > 0 {
            totals.below.push(TotalRow::new(w.taken_out, minus(language, set_off)));
            totals.left = Some(TotalRow::new(w.to_pay, to_pay.display_in(language)));
        }
        let is_paid = paid == to_pay && order.payment.status != PaymentStatus::Pending;
        if let Some(left) = totals.left.as_mut().filter(|_| is_paid) {
            left.label = w.paid.to_owned();
        }
        if paid.amount > 0 && paid.amount < to_pay.amount {
            totals.below.push(TotalRow::new(w.received, minus(language, paid)));
            let left = Money { amount: to_pay.amount - paid.amount, ..to_pay }.display_in(language);
            totals.left = Some(TotalRow::new(w.left_to_pay, left));
        }
        if back.amount > 0 {
            totals.below.push(TotalRow::new(w.refunded, back.display_in(language)));
        }
        totals
    }

    fn new(
        language: Language,
        totals: &pricing::Totals,
        lines: &[LineView],
        shipping: &Shipping<'_>,
        former: &[ShippingView],
        gift_cards: &[GiftCardView],
    ) -> Self {
        let w = BuyingWords::of(language);
        let mut rows = vec![TotalRow::new(w.items, totals.items.display_in(language))];
        if totals.discount.amount != 0 {
            rows.push(TotalRow::new(w.discounts, minus(language, totals.discount)));
        }
        rows.extend(shipping_row(language, totals, shipping));
        let included = totals.tax_included;
        let chosen = if let Shipping::Chosen(shipping) = shipping { Some(*shipping) } else { None };
        let taxes = taxes(lines, former.iter().chain(chosen)).into_iter().filter(|tax| tax.amount != 0).map(|tax| {
            let rate = words::decimal(language, &tax.rate.to_string());
            let label = fill(if included { w.tax_included } else { "{} {} %" }, &[&tax.name, &rate]);
            TotalRow::new(label, Money { amount: tax.amount, ..totals.tax }.display_in(language))
        });
        // What comes on top stands above the total, what is within it below.
        let mut below = Vec::new();
        if included { &mut below } else { &mut rows }.extend(taxes);
        below.extend(
            gift_cards.iter().map(|card| TotalRow::new(w.gift_card.with(&card.last4), minus(language, card.amount))),
        );
        let to_pay = totals.to_pay.display_in(language);
        Self {
            w: Spoken::from(language),
            rows,
            label: if matches!(shipping, Shipping::Open { .. }) { w.total_so_far } else { w.total },
            total: totals.total.display_in(language),
            below,
            left: (totals.gift_cards.amount != 0).then(|| TotalRow::new(w.to_pay, to_pay.clone())),
            to_pay,
        }
    }
}

fn shipping_row(language: Language, totals: &pricing::Totals, shipping: &Shipping<'_>) -> Option<TotalRow> {
    let w = BuyingWords::of(language);
    let mut before = None;
    let amount = match shipping {
        Shipping::None => return None,
        Shipping::Chosen(shipping) => {
            before = (shipping.discount.amount != 0).then(|| shipping.price.display_in(language));
            price(language, totals.shipping)
        }
        Shipping::Open { from: Some(from) } if from.amount == 0 => price(language, *from),
        Shipping::Open { from: Some(from) } => w.shipping_from.with(&from.display_in(language)),
        Shipping::Open { from: None } => w.at_checkout.to_owned(),
    };
    Some(TotalRow { before, ..TotalRow::new(w.shipping, amount) })
}

/// A price of shipping.
pub fn price(language: Language, amount: Money) -> String {
    match amount.amount {
        0 => BuyingWords::of(language).free.to_owned(),
        _ => amount.display_in(language),
    }
}

/// The taxes of all parts, one of each rate.
fn taxes<'a>(lines: &'a [LineView], shipping: impl Iterator<Item = &'a ShippingView>) -> Vec<TaxPart> {
    let views = lines.iter().map(|line| &line.tax).chain(shipping.map(|shipping| &shipping.tax));
    let part = |rate: &TaxRateView| TaxPart { name: rate.name.clone(), rate: rate.rate, amount: rate.amount.amount };
    let parts: Vec<TaxPart> = views.flat_map(|tax| tax.rates.iter().map(part)).collect();
    by_rate(&parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::after::money::samples::{eur, mugs};
    use crate::orders::event::Event;
    use crate::orders::view;
    use crate::payments::TestMethod;

    /// What stands below the total of 1.50, 0.50 of which was set off.
    fn below(event: Event, captured: i64, refunded: i64) -> Vec<String> {
        let mut order = view::order(&mugs().order(TestMethod::Visa, &[event, Event::Committed])).unwrap();
        (order.set_off, order.refunded, order.payment.captured) = (eur(50), eur(refunded), eur(captured));
        let Totals { below, left, .. } = Totals::of_order(Language::En, &order);
        let rows = below.into_iter().chain(left).filter(|row| !row.label.starts_with("includes"));
        rows.map(|row| format!("{} {}", row.label, row.amount)).collect()
    }

    #[test]
    fn what_was_taken_out_what_came_and_what_is_left_come_to_the_total() {
        let (out, owed) = ("Taken out or replaced -€0.50", || Event::Owed { secured: true });
        assert_eq!(below(owed(), 0, 0), [out, "To pay €1.00"]);
        assert_eq!(below(owed(), 30, 0), [out, "Received so far -€0.30", "Left to pay €0.70"]);
        let paid = || Event::Paid { secured: true };
        assert_eq!(below(paid(), 150, 50), [out, "Paid €1.00"]);
        assert_eq!(below(paid(), 150, 70), [out, "Refunded to you €0.20", "Paid €1.00"]);
    }
}
