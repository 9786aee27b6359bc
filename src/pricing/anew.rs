//! What was agreed, sold anew where another tax applies. A price with tax in it is the
//! same everywhere, one without has that of the place on top, and under reverse charge
//! it comes without: as in a quote. Each line has the tax class that it had. What
//! promotions took off stays, in proportion.

use super::cart::{Cart, Delivery, Item, Offer};
use super::options::at;
use super::place::Spot;
use super::quote::{Discount, Quote, QuotedLine, QuotedShipping, Totals};
use super::spread::{share, spread};
use super::taxing::{Taxes, destination};
use crate::money::{Money, MoneyError};

/// What is left of a line, as it was agreed.
pub struct Agreed<'a> {
    pub quoted: &'a QuotedLine,
    /// After discounts, with tax only where that quote's prices included it.
    pub left: i64,
}

/// How all of it was agreed.
pub struct Agreement<'a> {
    /// One for each line of the cart.
    pub lines: Vec<Agreed<'a>>,
    pub shipping: Option<QuotedShipping>,
    pub reverse_charge: bool,
}

/// What it comes to where the cart goes now.
pub fn price_anew(cart: &Cart<'_>, offer: &Offer<'_>, agreement: &Agreement<'_>) -> Result<Quote, MoneyError> {
    let spot = destination(cart, offer).as_ref().map(Spot::of);
    let taxes = Taxes::of(cart, offer, spot.as_ref());
    let lines: Vec<_> =
        cart.lines.iter().zip(&agreement.lines).map(|(item, agreed)| line(item, agreed, &taxes)).collect();
    let shipping = agreement.shipping.as_ref().map(|way| {
        let every = offer.shipping.zones.iter().flat_map(|zone| &zone.options);
        let mut known = at(offer.shipping, spot.as_ref()).iter().chain(every);
        let class = known.find(|option| option.id == way.id).and_then(|option| option.tax_class.as_deref());
        sent(way, class, &taxes, agreement.reverse_charge)
    });
    let mut items = Money::zero(cart.currency);
    for (item, line) in cart.lines.iter().zip(&lines) {
        items = items.checked_add(money(cart, line.unit_price).checked_mul(item.quantity)?)?;
    }
    let left: i64 = lines.iter().map(|line| line.total).sum();
    let for_shipping = shipping.as_ref().map_or(0, QuotedShipping::to_pay);
    let taxed = lines.iter().map(|line| &line.tax).chain(shipping.iter().map(|way| &way.tax));
    let tax = money(cart, taxed.map(|tax| tax.amount).sum());
    let on_top = if taxes.are_included() { 0 } else { tax.amount };
    let total = money(cart, left).checked_add(money(cart, for_shipping.saturating_add(on_top)))?;
    let totals = Totals {
        items,
        discount: money(cart, items.amount - left),
        shipping: money(cart, for_shipping),
        tax,
        tax_included: taxes.are_included(),
        total,
        gift_cards: money(cart, 0),
        to_pay: total,
    };
    let (coupons, uses, gift_cards) = (Vec::new(), Vec::new(), Vec::new());
    Ok(Quote { lines, shipping, coupons, uses, gift_cards, totals, reverse_charge: taxes.is_reverse_charge() })
}

fn money(cart: &Cart<'_>, amount: i64) -> Money {
    Money { amount, currency: cart.currency }
}

fn line(item: &Item<'_>, agreed: &Agreed<'_>, taxes: &Taxes<'_>) -> QuotedLine {
    let (quoted, class) = (agreed.quoted, agreed.quoted.tax_class.as_deref());
    if item.delivery == Delivery::GiftCard {
        return QuotedLine { total: agreed.left, ..quoted.clone() };
    }
    let unit_price = taxes.quoted(item.unit_price, class);
    let full = unit_price.saturating_mul(i64::from(item.quantity));
    let off: Vec<i64> = quoted.discounts.iter().map(|discount| discount.amount).collect();
    let total = match off.iter().sum::<i64>() {
        0 => full,
        _ => share(agreed.left, unit_price, quoted.unit_price).min(full),
    };
    let parts = spread(full - total, &off);
    let discounts = quoted.discounts.iter().zip(parts).map(|(known, amount)| Discount { amount, ..known.clone() });
    let tax = taxes.on(total, class);
    let (discounts, tax_class) = (discounts.collect(), quoted.tax_class.clone());
    QuotedLine { unit_price, compare_at: None, discounts, tax_class, tax, total }
}

/// `was_reversed`: it was agreed without the tax that is in the shop's own price.
fn sent(way: &QuotedShipping, class: Option<&str>, taxes: &Taxes<'_>, was_reversed: bool) -> QuotedShipping {
    let quoted = |amount| match was_reversed {
        false => taxes.quoted(amount, class),
        true => taxes.with_tax(amount, class),
    };
    let discounts = way.discounts.iter().map(|known| Discount { amount: quoted(known.amount), ..known.clone() });
    let mut anew = QuotedShipping { price: quoted(way.price), discounts: discounts.collect(), ..way.clone() };
    anew.tax = taxes.on(anew.to_pay(), class);
    anew
}

#[cfg(test)]
#[path = "anew_tests.rs"]
mod tests;
