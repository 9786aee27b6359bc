//! Which tax falls on an amount, and how much it is.

use super::cart::{Cart, Offer};
use super::percent::Percent;
use super::place::{Closeness, Place, Spot};
use super::quote::{Tax, TaxPart};
use super::spread::{share, spread};
use super::tax::{TaxRate, is_in_the_union};
use crate::address::Country;

/// All of an amount, in the unit of [`Percent::parts`].
const WHOLE: i64 = 1_000_000;

/// How prices and taxes go together in this quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Prices have the tax in them.
    Included,
    /// It comes on top.
    OnTop,
    /// The buyer accounts for it; prices come without.
    ReverseCharge { prices_include_tax: bool },
}

/// The taxes of the place where a cart goes.
pub struct Taxes<'a> {
    mode: Mode,
    /// By the place of the class in the shop's list.
    by_class: Vec<Vec<&'a TaxRate>>,
    classes: &'a [String],
}

/// Where the goods go, as far as it is known.
pub fn destination(cart: &Cart<'_>, offer: &Offer<'_>) -> Option<Place> {
    cart.to.clone().or_else(|| offer.country.map(Place::anywhere_in))
}

impl<'a> Taxes<'a> {
    pub fn of(cart: &Cart<'_>, offer: &Offer<'a>, spot: Option<&Spot>) -> Self {
        let mode = match offer.prices_include_tax {
            prices_include_tax if reverses(cart, offer, spot) => Mode::ReverseCharge { prices_include_tax },
            true => Mode::Included,
            false => Mode::OnTop,
        };
        Self { mode, by_class: spot.map(|spot| closest(offer, spot)).unwrap_or_default(), classes: &offer.tax.classes }
    }

    pub fn is_reverse_charge(&self) -> bool {
        matches!(self.mode, Mode::ReverseCharge { .. })
    }

    pub fn are_included(&self) -> bool {
        self.mode == Mode::Included
    }

    /// A price as this buyer is quoted it: under reverse charge without the
    /// tax that it has in it, rounded half up for each piece.
    pub fn quoted(&self, price: i64, class: Option<&str>) -> i64 {
        match self.mode {
            Mode::ReverseCharge { prices_include_tax: true } => share(price, WHOLE, WHOLE + sum_of(self.rates(class))),
            _ => price,
        }
    }

    /// An amount that was quoted without the tax, as it is quoted here.
    pub fn with_tax(&self, amount: i64, class: Option<&str>) -> i64 {
        if self.are_included() { share(amount, WHOLE + sum_of(self.rates(class)), WHOLE) } else { amount }
    }

    /// The tax on an amount, within it or on top of it: half up for all rates
    /// together, then shared out between them.
    pub fn on(&self, amount: i64, class: Option<&str>) -> Tax {
        let rates = self.rates(class);
        if self.is_reverse_charge() || rates.is_empty() {
            return Tax::default();
        }
        let parts = sum_of(rates);
        let tax = share(amount, parts, if self.are_included() { WHOLE + parts } else { WHOLE });
        let weights: Vec<i64> = rates.iter().map(|rate| i64::from(rate.rate.parts())).collect();
        let shares = spread(tax, &weights);
        let part = |(rate, amount): (&&TaxRate, i64)| TaxPart { name: rate.name.clone(), rate: rate.rate, amount };
        Tax { amount: tax, rates: rates.iter().zip(shares).map(part).collect() }
    }

    /// A class that the shop does not have any more counts as the first, so
    /// that what belongs to it does not become free of tax by oversight.
    fn rates(&self, class: Option<&str>) -> &[&'a TaxRate] {
        let place = class.and_then(|class| self.classes.iter().position(|name| name == class)).unwrap_or_default();
        self.by_class.get(place).map_or(&[], Vec::as_slice)
    }
}

fn sum_of(rates: &[&TaxRate]) -> i64 {
    rates.iter().map(|rate| i64::from(rate.rate.parts())).sum()
}

/// For each class the rates that name the spot most closely, each name once.
fn closest<'a>(offer: &Offer<'a>, spot: &Spot) -> Vec<Vec<&'a TaxRate>> {
    let mut by_class: Vec<(Option<Closeness>, Vec<&TaxRate>)> = vec![(None, Vec::new()); offer.tax.classes.len()];
    for rate in &offer.tax.rates {
        let Some(near) = spot.named(rate.country, rate.region.iter(), &rate.postal_codes) else { continue };
        let class = offer.tax.classes.iter().position(|class| *class == rate.class);
        let Some((nearest, rates)) = class.and_then(|class| by_class.get_mut(class)) else { continue };
        if Some(near) > *nearest {
            *nearest = Some(near);
            rates.clear();
        }
        if Some(near) == *nearest && !rates.iter().any(|other| other.name == rate.name) {
            rates.push(rate);
        }
    }
    by_class.into_iter().map(|(_, rates)| rates).collect()
}

/// Whether the buyer accounts for the tax: a business of the member state
/// where the goods go, which is not the shop's.
fn reverses(cart: &Cart<'_>, offer: &Offer<'_>, spot: Option<&Spot>) -> bool {
    let other_member = |shop: Country, buyer: Country| {
        shop != buyer && is_in_the_union(shop) && is_in_the_union(buyer) && spot.is_some_and(|to| to.country() == buyer)
    };
    offer.tax.reverse_charge
        && cart.to.is_some()
        && offer.country.zip(cart.business_in).is_some_and(|(a, b)| other_member(a, b))
}

/// What a percentage comes to, half up.
pub fn percent_of(amount: i64, percent: Percent) -> i64 {
    share(amount, i64::from(percent.parts()), WHOLE)
}

#[cfg(test)]
#[path = "taxing_tests.rs"]
mod tests;
