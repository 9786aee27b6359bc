//! Which ways of shipping a cart has, and what each costs.

use super::cart::{Cart, Delivery, Item};
use super::days::arrival;
use super::discounts::Discounts;
use super::place::{Closeness, Spot};
use super::quote::{Discount, QuotedShipping};
use super::shipping::{ShippingOption, ShippingRate, ShippingRules, TierBasis, Zone};
use super::taxing::Taxes;
use crate::money::Currency;
use crate::ports::Timestamp;

/// What the price of shipping depends on.
pub struct Parcel {
    currency: Currency,
    /// Of the items after their discounts; gift cards do not count.
    subtotal: i64,
    /// In grams, of what is sent.
    weight: i64,
}

impl Parcel {
    pub fn of(cart: &Cart<'_>, left: &[i64]) -> Self {
        let lines = || cart.lines.iter().zip(left);
        let items = lines().filter(|(line, _)| line.delivery != Delivery::GiftCard);
        let sent = lines().filter(|(line, _)| line.delivery == Delivery::Shipped);
        Self {
            currency: cart.currency,
            subtotal: items.map(|(_, left)| *left).sum(),
            weight: sent.map(|(line, _)| weight(line)).fold(0, i64::saturating_add),
        }
    }
}

fn weight(line: &Item<'_>) -> i64 {
    i64::from(line.weight_grams).saturating_mul(i64::from(line.quantity))
}

/// The options of the zone that a place is in; none outside every zone.
pub fn at<'a>(rules: &'a ShippingRules, spot: Option<&Spot>) -> &'a [ShippingOption] {
    let mut nearest: Option<(Option<Closeness>, &Zone)> = None;
    for zone in &rules.zones {
        let Some(near) = closeness(zone, spot) else { continue };
        if nearest.is_none_or(|(other, _)| near > other) {
            nearest = Some((near, zone));
        }
    }
    nearest.map_or(&[], |(_, zone)| &zone.options)
}

/// How closely a zone names the place: `Some(None)` is the rest of the world.
fn closeness(zone: &Zone, spot: Option<&Spot>) -> Option<Option<Closeness>> {
    if zone.places.is_empty() {
        return Some(None);
    }
    let named = |spot: &Spot| {
        let places = zone.places.iter();
        places.filter_map(|place| spot.named(place.country, place.regions.iter(), &place.postal_codes)).max()
    };
    spot.and_then(named).map(Some)
}

/// The option as this cart has it, if it is offered to it.
pub fn quoted(
    option: &ShippingOption,
    parcel: &Parcel,
    discounts: &Discounts<'_>,
    taxes: &Taxes<'_>,
    now: Timestamp,
) -> Option<QuotedShipping> {
    let class = option.tax_class.as_deref();
    let rate = option.rates.iter().find(|rate| rate.currency == parcel.currency)?;
    let price = taxes.quoted(price(rate, parcel)?, class);
    let free = discounts.free_shipping.first().filter(|_| price > 0);
    let discounts: Vec<Discount> = free.map(|promotion| Discount::of(promotion, price)).into_iter().collect();
    Some(QuotedShipping {
        id: option.id.clone(),
        title: option.title.clone(),
        price,
        tax: taxes.on(if discounts.is_empty() { price } else { 0 }, class),
        discounts,
        pick_up: option.pick_up.clone(),
        arrives: option.handling_days.map(|days| arrival(days, now)),
    })
}

fn price(rate: &ShippingRate, parcel: &Parcel) -> Option<i64> {
    let reached = match rate.by {
        Some(TierBasis::Weight) => parcel.weight,
        Some(TierBasis::Subtotal) | None => parcel.subtotal,
    };
    let tier = || rate.tiers.iter().rev().find(|tier| tier.from <= reached).map(|tier| tier.amount);
    let amount = rate.amount.or_else(tier)?;
    Some(if rate.free_from.is_some_and(|from| parcel.subtotal >= from) { 0 } else { amount })
}

impl QuotedShipping {
    /// What is left of the price.
    pub fn to_pay(&self) -> i64 {
        self.price - self.discounts.iter().map(|discount| discount.amount).sum::<i64>()
    }
}

#[cfg(test)]
#[path = "options_tests.rs"]
mod tests;
