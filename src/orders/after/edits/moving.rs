//! Whether an order may go to another address. What it costs stays as it was
//! agreed, so the address is one where the same tax applies and which the way of
//! shipping reaches.

use super::error::Refusal;
use crate::orders::error::OrderError;
use crate::orders::facts::Fact;
use crate::orders::order::Order;
use crate::orders::quoting::Wanted;
use crate::ports::Timestamp;
use crate::pricing::Quote;
use crate::pricing::quote::Tax;
use crate::problem::FieldError;
use crate::shelf::snapshot::Snapshot;

pub fn check(order: &Order, facts: &[Fact], shelf: &Snapshot, now: Timestamp) -> Result<(), OrderError> {
    let is_sent_elsewhere = facts.iter().any(|fact| matches!(fact, Fact::ShippingAddress(_)));
    if is_sent_elsewhere && !order.needs_shipping() {
        let errors = vec![FieldError::new("/shipping_address", "nothing of this order is sent")];
        return Err(Refusal::Unfit { errors }.into());
    } else if is_sent_elsewhere && order.goods.has_parcels() {
        return Err(Refusal::AlreadyPacked.into());
    } else if !facts.iter().any(|fact| matches!(fact, Fact::ShippingAddress(_) | Fact::BillingAddress(_))) {
        return Ok(());
    }
    // Both by the shelf of today: what has changed there meanwhile tells them apart by nothing.
    let mut moved = order.facts.clone();
    facts.iter().for_each(|fact| moved.set(fact.clone()));
    let before = Wanted::of(order).quote(shelf, now)?;
    let after = Wanted { facts: &moved, ..Wanted::of(order) }.quote(shelf, now)?;
    if before.shipping.is_some() && after.shipping.is_none() {
        return Err(OrderError::ShippingNotOffered);
    } else if !are_taxed_alike(&before, &after) {
        return Err(Refusal::TaxDiffers { old: before.totals.tax, new: after.totals.tax }.into());
    }
    Ok(())
}

/// Whether the same rates fall on each part; sending it may cost something else
/// today, and so may its tax.
fn are_taxed_alike(one: &Quote, other: &Quote) -> bool {
    one.reverse_charge == other.reverse_charge && taxes(one).map(rates).eq(taxes(other).map(rates))
}

fn taxes(quote: &Quote) -> impl Iterator<Item = &Tax> {
    quote.lines.iter().map(|line| &line.tax).chain(quote.shipping.as_ref().map(|shipping| &shipping.tax))
}

fn rates(tax: &Tax) -> Vec<(&str, u32)> {
    tax.rates.iter().map(|part| (part.name.as_str(), part.rate.parts())).collect()
}
