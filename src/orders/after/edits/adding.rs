//! Pieces that are added to an order: at the shelf's prices of today, taxed where
//! the order goes, and without promotions, which were run when it was placed.
//! They have a quote of their own, so both of them re-add, and together.

use super::Added;
use super::anew::Left;
use super::error::Refusal;
use crate::orders::after::money::{Pieces, left};
use crate::orders::bodies::WantedLine;
use crate::orders::counting::rules;
use crate::orders::decision::takes_of_too_many;
use crate::orders::error::OrderError;
use crate::orders::facts::{Fact, Facts};
use crate::orders::limits::MAX_LINES;
use crate::orders::order::{Line, LineId, Order, Stage};
use crate::orders::quoting::Wanted;
use crate::ports::Timestamp;
use crate::pricing::quote::QuotedShipping;
use crate::pricing::{Delivery, Quote, Totals};
use crate::problem::FieldError;
use crate::shelf::snapshot::Snapshot;

/// The lines and what they come to, with another way of shipping, where one is
/// chosen; none where nothing is added. `facts`: what else changes. `taken`: what is
/// taken out in the same step. `left`: what is sold anew in it.
pub fn of(
    order: &Order,
    add: &[WantedLine],
    facts: &[Fact],
    (taken, left): (&[Pieces], Option<&Left<'_>>),
    (shelf, now): (&Snapshot, Timestamp),
) -> Result<Option<Added>, OrderError> {
    let is_sent_another_way = facts.iter().any(|fact| matches!(fact, Fact::ShippingOption(_)));
    if add.is_empty() && !is_sent_another_way && left.is_none() {
        return Ok(None);
    }
    let mut lines = left.map(|left| left.lines.clone()).unwrap_or_default();
    let new = new_lines(order, add, lines.len(), shelf)?;
    let facts_priced = without_promotions(order, facts, shelf);
    let priced = Wanted { lines: &new, facts: &facts_priced, ..Wanted::of(order) };
    let mut quote = priced.quote(shelf, now)?;
    if let Some(left) = left {
        let agreed = Wanted { lines: &lines, ..priced }.quote_anew(&left.agreement, shelf)?;
        agreed.totals.total.checked_add(quote.totals.total)?;
        quote = joined(&agreed, &quote);
    }
    if is_sent_another_way {
        let all = as_it_will_be(order, &new, taken);
        let shipping_option = order.facts.clone().changed(facts).shipping_option;
        let facts = Facts { shipping_option, ..facts_priced };
        let sent = Wanted { lines: &all, facts: &facts, ..Wanted::of(order) }.quote(shelf, now)?;
        quote = with_shipping(quote, sent.shipping.ok_or(OrderError::ShippingNotOffered)?);
    }
    lines.extend(new);
    let Some(placement) = order.placement() else { return Err(Refusal::NotConfirmed.into()) };
    let before = &placement.quote;
    if !can_be_joined(before, &quote, left.is_some()) {
        let wrong = "tax was within the prices when the order was placed and is not now, or the other way around";
        return Err(Refusal::Unfit { errors: vec![FieldError::new("/add", wrong)] }.into());
    }
    before.totals.items.checked_add(quote.totals.items)?;
    before.totals.total.checked_add(quote.totals.total)?;
    Ok(Some(Added { lines, quote, set_off: 0, paid_by_hand: None, owed: false, anew: left.map(|left| left.anew) }))
}

/// Whether both say of their prices whether tax is within them; where none falls on
/// one of them, that says nothing.
fn can_be_joined(before: &Quote, added: &Quote, is_sold_anew: bool) -> bool {
    let is_alike = before.totals.tax_included == added.totals.tax_included;
    let is_reversed = before.reverse_charge || added.reverse_charge;
    let is_untaxed = before.totals.tax.amount == 0 || added.totals.tax.amount == 0;
    (is_alike || is_reversed && is_untaxed) && (is_sold_anew || before.reverse_charge == added.reverse_charge)
}

/// All of them, or what is wrong with each that cannot be had.
/// `before`: how many lines are sold anew, which come first.
fn new_lines(order: &Order, add: &[WantedLine], before: usize, shelf: &Snapshot) -> Result<Vec<Line>, OrderError> {
    let (mut lines, mut errors) = (Vec::new(), Vec::new());
    let made = order.lines_made.saturating_add(u32::try_from(before).unwrap_or(u32::MAX));
    for ((place, wanted), id) in add.iter().enumerate().zip(made.saturating_add(1)..) {
        match line(order, wanted, LineId(id), shelf) {
            Ok(line) => lines.push(line),
            Err(wrong) => errors.push(FieldError::new(format!("/add/{place}/variant_id"), wrong)),
        }
    }
    // Those of an order that is not paid make way for the new ones.
    let stay = if matches!(order.stage, Stage::AwaitingPayment { .. }) { 0 } else { order.lines.len() };
    let is_too_much = stay.saturating_add(before).saturating_add(add.len()) > MAX_LINES;
    if is_too_much || takes_of_too_many(order.lines.iter().chain(&lines)) {
        let wrong = format!("an order has at most {MAX_LINES} lines, with those that are sold anew for another tax");
        errors.push(FieldError::new("/add", wrong));
    }
    if errors.is_empty() { Ok(lines) } else { Err(Refusal::Unfit { errors }.into()) }
}

fn line(order: &Order, wanted: &WantedLine, id: LineId, shelf: &Snapshot) -> Result<Line, &'static str> {
    let (product, variant) = shelf.variant(wanted.variant_id).ok_or("no such variant is for sale")?;
    let unit_price = variant.price(order.currency).ok_or("this has no price in the order's currency")?;
    match product.delivery {
        Delivery::GiftCard => return Err("a gift card is sold by an order of its own"),
        Delivery::Shipped if !order.needs_shipping() => return Err("nothing of this order is sent anywhere"),
        Delivery::Shipped | Delivery::Digital => {}
    }
    Ok(Line {
        id,
        variant_id: variant.id,
        product_id: product.id,
        title: product.title.clone(),
        sku: variant.sku.clone(),
        unit_price,
        tiers: variant.tiers(order.currency).to_vec(),
        quantity: wanted.quantity,
        delivery: product.delivery,
        parts: variant.parts.clone(),
        rules: rules(shelf, variant.id),
        overridden: false,
    })
}

/// What is sent in the end.
fn as_it_will_be(order: &Order, added: &[Line], taken: &[Pieces]) -> Vec<Line> {
    let kept = order.lines.iter().map(|line| {
        let taken = taken.iter().filter(|pieces| pieces.line == line.id).map(|pieces| pieces.quantity);
        let gone = taken.fold(left::refunded_pieces(order, line.id), u32::saturating_add);
        line.part(line.quantity.saturating_sub(gone))
    });
    kept.filter(|line| line.quantity > 0).chain(added.iter().cloned()).collect()
}

fn with_shipping(quote: Quote, shipping: QuotedShipping) -> Quote {
    let mut totals = quote.totals;
    let on_top = if totals.tax_included { 0 } else { shipping.tax.amount };
    let more = shipping.to_pay().saturating_add(on_top);
    for (sum, more) in [
        (&mut totals.shipping, shipping.to_pay()),
        (&mut totals.tax, shipping.tax.amount),
        (&mut totals.total, more),
        (&mut totals.to_pay, more),
    ] {
        sum.amount = sum.amount.saturating_add(more);
    }
    Quote { shipping: Some(shipping), totals, ..quote }
}

/// What is known of the order where nothing is taken off, sent or paid by a card.
fn without_promotions(order: &Order, facts: &[Fact], shelf: &Snapshot) -> Facts {
    let mut all = order.facts.clone().changed(facts);
    all.used_up = shelf.promotions.iter().map(|promotion| promotion.id).collect();
    Facts { shipping_option: None, coupons: Vec::new(), gift_cards: Vec::new(), discount: None, ..all }
}

/// What was agreed, and what was added to it: the sums of both.
pub fn joined(before: &Quote, added: &Quote) -> Quote {
    let mut both = before.clone();
    both.lines.extend(added.lines.iter().cloned());
    both.shipping = added.shipping.clone().or(both.shipping);
    both.totals = sums(&before.totals, &added.totals, i64::saturating_add);
    both.reverse_charge = added.reverse_charge;
    if before.totals.tax.amount == 0 {
        both.totals.tax_included = added.totals.tax_included;
    }
    both
}

/// What was agreed before this was added to it.
pub fn without(both: &Totals, added: &Totals) -> Totals {
    sums(both, added, i64::saturating_sub)
}

fn sums(one: &Totals, other: &Totals, by: fn(i64, i64) -> i64) -> Totals {
    let mut sums = *one;
    for (sum, more) in [
        (&mut sums.items, other.items),
        (&mut sums.discount, other.discount),
        (&mut sums.shipping, other.shipping),
        (&mut sums.tax, other.tax),
        (&mut sums.total, other.total),
        (&mut sums.gift_cards, other.gift_cards),
        (&mut sums.to_pay, other.to_pay),
    ] {
        sum.amount = by(sum.amount, more.amount);
    }
    sums
}
