//! Pieces that are added to an order: at the shelf's prices of today, taxed where
//! the order goes, and without promotions, which were run when it was placed.
//! They have a quote of their own, so both of them re-add, and together.

use super::error::Refusal;
use crate::orders::bodies::WantedLine;
use crate::orders::error::OrderError;
use crate::orders::facts::{Fact, Facts};
use crate::orders::limits::MAX_LINES;
use crate::orders::order::{Line, LineId, Order};
use crate::orders::quoting::Wanted;
use crate::ports::Timestamp;
use crate::pricing::{Delivery, Quote, Totals};
use crate::problem::FieldError;
use crate::shelf::snapshot::Snapshot;

/// The lines and what they come to; none where nothing is added. `facts`: what
/// else changes.
pub fn of(
    order: &Order,
    add: &[WantedLine],
    facts: &[Fact],
    shelf: &Snapshot,
    now: Timestamp,
) -> Result<Option<(Vec<Line>, Quote)>, OrderError> {
    if add.is_empty() {
        return Ok(None);
    }
    let lines = lines(order, add, shelf)?;
    let facts = without_promotions(order, facts, shelf);
    let priced = Wanted { lines: &lines, facts: &facts, ..Wanted::of(order) };
    let quote = priced.quote(shelf, now)?;
    let Some(placement) = order.placement() else { return Err(Refusal::NotConfirmed.into()) };
    let before = &placement.quote;
    if before.totals.tax_included != quote.totals.tax_included || before.reverse_charge != quote.reverse_charge {
        let wrong = "tax was within the prices when the order was placed and is not now, or the other way around";
        return Err(Refusal::Unfit { errors: vec![FieldError::new("/add", wrong)] }.into());
    }
    before.totals.items.checked_add(quote.totals.items)?;
    before.totals.total.checked_add(quote.totals.total)?;
    Ok(Some((lines, quote)))
}

/// All of them, or what is wrong with each that cannot be had.
fn lines(order: &Order, add: &[WantedLine], shelf: &Snapshot) -> Result<Vec<Line>, OrderError> {
    let (mut lines, mut errors) = (Vec::new(), Vec::new());
    for ((place, wanted), id) in add.iter().enumerate().zip(order.lines_made.saturating_add(1)..) {
        match line(order, wanted, LineId(id), shelf) {
            Ok(line) => lines.push(line),
            Err(wrong) => errors.push(FieldError::new(format!("/add/{place}/variant_id"), wrong)),
        }
    }
    if order.lines.len().saturating_add(add.len()) > MAX_LINES {
        errors.push(FieldError::new("/add", format!("an order has at most {MAX_LINES} lines")));
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
        quantity: wanted.quantity,
        delivery: product.delivery,
        overridden: false,
    })
}

/// What is known of the order where nothing is taken off, sent or paid by a card.
fn without_promotions(order: &Order, facts: &[Fact], shelf: &Snapshot) -> Facts {
    let mut all = order.facts.clone();
    facts.iter().for_each(|fact| all.set(fact.clone()));
    all.used_up = shelf.promotions.iter().map(|promotion| promotion.id).collect();
    Facts { shipping_option: None, coupons: Vec::new(), gift_cards: Vec::new(), ..all }
}

/// What was agreed, and what was added to it: the sums of both.
pub fn joined(before: &Quote, added: &Quote) -> Quote {
    let mut both = before.clone();
    both.lines.extend(added.lines.iter().cloned());
    both.totals = sums(&before.totals, &added.totals, i64::saturating_add);
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
