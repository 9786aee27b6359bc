//! Whether an order may go to another address: one that the way of shipping reaches;
//! and whether another tax applies there. Prices stay as they were agreed.

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

/// Whether what is left is to be taxed anew.
pub fn check(order: &Order, facts: &[Fact], shelf: &Snapshot, now: Timestamp) -> Result<bool, OrderError> {
    let of_sending: Vec<&str> = facts.iter().filter_map(of_sending).collect();
    if !of_sending.is_empty() && !order.needs_shipping() {
        let errors = of_sending.iter().map(|pointer| FieldError::new(*pointer, "nothing of this order is sent"));
        return Err(Refusal::Unfit { errors: errors.collect() }.into());
    } else if !of_sending.is_empty() && order.goods.has_parcels() {
        return Err(Refusal::AlreadyPacked.into());
    } else if of_sending.is_empty() && !facts.iter().any(|fact| matches!(fact, Fact::BillingAddress(_))) {
        return Ok(false);
    }
    // Both by the shelf of today: what has changed there meanwhile tells them apart by nothing.
    let mut moved = order.facts.clone();
    facts.iter().for_each(|fact| moved.set(fact.clone()));
    let before = Wanted::of(order).quote(shelf, now)?;
    let after = Wanted { facts: &moved, ..Wanted::of(order) }.quote(shelf, now)?;
    let is_chosen = facts.iter().any(|fact| matches!(fact, Fact::ShippingOption(_)));
    if after.shipping.is_none() && (before.shipping.is_some() || is_chosen) {
        return Err(OrderError::ShippingNotOffered);
    }
    Ok(!are_taxed_alike(&before, &after))
}

/// What is about sending it, as it is called where it is sent from.
fn of_sending(fact: &Fact) -> Option<&'static str> {
    match fact {
        Fact::ShippingAddress(_) => Some("/shipping_address"),
        Fact::ShippingOption(_) => Some("/shipping_option"),
        _ => None,
    }
}

/// Whether the same rates fall on each part; sending it may cost something else
/// today, and so may its tax.
fn are_taxed_alike(one: &Quote, other: &Quote) -> bool {
    let of_lines = |quote: &Quote| quote.lines.iter().map(|line| rates(&line.tax)).collect::<Vec<_>>();
    // One of them may not be offered any more.
    let ways = one.shipping.as_ref().zip(other.shipping.as_ref());
    one.reverse_charge == other.reverse_charge
        && of_lines(one) == of_lines(other)
        && ways.is_none_or(|(one, other)| rates(&one.tax) == rates(&other.tax))
}

fn rates(tax: &Tax) -> Vec<(String, u32)> {
    tax.rates.iter().map(|part| (part.name.clone(), part.rate.parts())).collect()
}
