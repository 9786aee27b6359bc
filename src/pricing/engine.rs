//! The steps of a quote, in their order.

use super::cart::{Cart, Delivery, GiftCardBalance, Offer};
use super::discounts::Discounts;
use super::options::{Parcel, at, quoted};
use super::place::Spot;
use super::quote::{Quote, QuotedGiftCard, QuotedLine, QuotedShipping, Tax, Totals, Use};
use super::taxing::{Taxes, destination};
use crate::money::{MAX_AMOUNT, Money, MoneyError};
use crate::ports::Timestamp;

/// A cart whose lines are discounted; what is left is to say what sending it
/// costs.
struct Priced<'a> {
    cart: &'a Cart<'a>,
    offer: &'a Offer<'a>,
    spot: Option<Spot>,
    taxes: Taxes<'a>,
    /// What a piece of each line costs this buyer.
    unit_prices: Vec<i64>,
    items: i64,
    discounts: Discounts<'a>,
}

/// What the cart comes to at this moment. Fails only where a sum is larger than
/// [`MAX_AMOUNT`].
pub fn price<'a>(cart: &'a Cart<'a>, offer: &'a Offer<'a>, now: Timestamp) -> Result<Quote, MoneyError> {
    let priced = Priced::of(cart, offer, now)?;
    let chosen = priced.options().iter().find(|option| Some(option.id.as_str()) == cart.shipping_option);
    let shipping = chosen.and_then(|option| quoted(option, &priced.parcel(), &priced.discounts, &priced.taxes, now));
    priced.quote(shipping)
}

/// The options that this cart has, each as its quote would be with it: none
/// outside every zone, and none where nothing is to be sent.
pub fn options<'a>(
    cart: &'a Cart<'a>,
    offer: &'a Offer<'a>,
    now: Timestamp,
) -> Result<Vec<QuotedShipping>, MoneyError> {
    let priced = Priced::of(cart, offer, now)?;
    let parcel = priced.parcel();
    let options = priced.options().iter();
    Ok(options.filter_map(|option| quoted(option, &parcel, &priced.discounts, &priced.taxes, now)).collect())
}

impl<'a> Priced<'a> {
    fn of(cart: &'a Cart<'a>, offer: &'a Offer<'a>, now: Timestamp) -> Result<Self, MoneyError> {
        let spot = destination(cart, offer).as_ref().map(Spot::of);
        let taxes = Taxes::of(cart, offer, spot.as_ref());
        let mut unit_prices = Vec::with_capacity(cart.lines.len());
        let mut full = Vec::with_capacity(cart.lines.len());
        let mut items = 0;
        for line in &cart.lines {
            let is_taxed = line.delivery != Delivery::GiftCard;
            let unit = if is_taxed { taxes.quoted(line.unit_price, line.tax_class) } else { line.unit_price };
            let total = Money { amount: unit, currency: cart.currency }.checked_mul(line.quantity)?.amount;
            items = sum([items, total])?;
            unit_prices.push(unit);
            full.push(total);
        }
        let discounts = Discounts::of(cart, offer.promotions, full, now);
        Ok(Self { cart, offer, spot, taxes, unit_prices, items, discounts })
    }

    fn parcel(&self) -> Parcel {
        Parcel::of(self.cart, &self.discounts.left)
    }

    fn options(&self) -> &'a [super::shipping::ShippingOption] {
        if self.cart.needs_shipping() { at(self.offer.shipping, self.spot.as_ref()) } else { &[] }
    }

    fn quote(self, shipping: Option<QuotedShipping>) -> Result<Quote, MoneyError> {
        let coupons = self.discounts.coupons(self.cart);
        let mut used = self.discounts.taken.clone();
        used.extend(self.discounts.free_shipping.first().filter(|_| is_discounted(shipping.as_ref())));
        let uses = used.into_iter().filter(|promotion| !promotion.is_of_staff()).map(Use::of).collect();
        let Discounts { left, of_lines, .. } = self.discounts;
        let items_left: i64 = left.iter().sum();
        let mut lines = Vec::with_capacity(left.len());
        let mut tax = shipping.as_ref().map_or(0, |shipping| shipping.tax.amount);
        for (((line, unit_price), total), discounts) in
            self.cart.lines.iter().zip(self.unit_prices).zip(left).zip(of_lines)
        {
            let on_line = match line.delivery {
                Delivery::GiftCard => Tax::default(),
                Delivery::Shipped | Delivery::Digital => self.taxes.on(total, line.tax_class),
            };
            tax = sum([tax, on_line.amount])?;
            let compare_at = line.compare_at.filter(|before| *before > unit_price && unit_price == line.unit_price);
            let tax_class = line.tax_class.map(str::to_owned);
            lines.push(QuotedLine { unit_price, compare_at, discounts, tax_class, tax: on_line, total });
        }
        let for_shipping = shipping.as_ref().map_or(0, QuotedShipping::to_pay);
        let total = sum([items_left, for_shipping, if self.taxes.are_included() { 0 } else { tax }])?;
        let gift_cards = paid_by(self.cart.gift_cards, total);
        let paid = gift_cards.iter().map(|card| card.amount).sum();
        let money = |amount| Money { amount, currency: self.cart.currency };
        let totals = Totals {
            items: money(self.items),
            discount: money(self.items - items_left),
            shipping: money(for_shipping),
            tax: money(tax),
            tax_included: self.taxes.are_included(),
            total: money(total),
            gift_cards: money(paid),
            to_pay: money(total - paid),
        };
        let reverse_charge = self.taxes.is_reverse_charge();
        Ok(Quote { lines, shipping, coupons, uses, gift_cards, totals, reverse_charge })
    }
}

fn is_discounted(shipping: Option<&QuotedShipping>) -> bool {
    shipping.is_some_and(|shipping| !shipping.discounts.is_empty())
}

impl Use {
    fn of(promotion: &super::Promotion) -> Self {
        Self {
            promotion: promotion.id,
            code: promotion.code.clone(),
            limit: promotion.usage_limit,
            limit_per_customer: promotion.limit_per_customer(),
        }
    }
}

/// What each gift card pays of the total, in their order. A card that is named
/// twice pays once.
fn paid_by(cards: &[GiftCardBalance], total: i64) -> Vec<QuotedGiftCard> {
    let mut left = total;
    let mut paid: Vec<QuotedGiftCard> = Vec::with_capacity(cards.len());
    for card in cards {
        let is_again = paid.iter().any(|other| other.id == card.id);
        let amount = if is_again { 0 } else { card.balance.clamp(0, left) };
        left -= amount;
        paid.push(QuotedGiftCard { id: card.id, last4: card.last4.clone(), amount });
    }
    paid
}

fn sum<const N: usize>(amounts: [i64; N]) -> Result<i64, MoneyError> {
    let add = |sum: i64, amount: i64| sum.checked_add(amount).filter(|sum| *sum <= MAX_AMOUNT);
    amounts.into_iter().try_fold(0, add).ok_or(MoneyError::TooLarge)
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "speed_tests.rs"]
mod speed;
