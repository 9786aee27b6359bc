//! What a variant is to cost: its prices, a sale of each, and tiers.

use super::{Draft, Faults};
use crate::catalog::body::PriceBody;
use crate::catalog::limits::{MAX_PRICES, MAX_TIERS};
use crate::catalog::product::{PriceTerms, Variant};
use crate::money::{Currency, Money};
use crate::pricing::Delivery;
use crate::pricing::tiers::MAX_FROM;
use crate::settings::Settings;

/// What a variant costs, one price a currency.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prices {
    pub now: Vec<Money>,
    /// What it cost before, in the currencies in which that was more.
    pub before: Vec<Money>,
    pub terms: Vec<PriceTerms>,
}

impl Prices {
    pub fn of(variant: &Variant) -> Self {
        Self { now: variant.prices.clone(), before: variant.compare_at.clone(), terms: variant.terms.clone() }
    }
}

impl Faults {
    /// In currencies of the shop's, and in those of its former ones in which the
    /// variant has a price, which is kept for when they come back.
    pub fn prices(
        &mut self,
        pointer: &str,
        prices: Vec<PriceBody>,
        was: Option<&Variant>,
        settings: &Settings,
    ) -> Prices {
        if prices.is_empty() {
            self.add(pointer, "at least one price");
        }
        let known = |currency: &Currency| {
            settings.currencies.contains(currency) || was.is_some_and(|variant| variant.price(*currency).is_some())
        };
        let mut kept = Prices::default();
        for (n, price) in self.at_most(pointer, "prices", MAX_PRICES, prices).into_iter().enumerate() {
            let Some(currency) = Currency::parse(&price.currency).ok().filter(known) else {
                self.add(format!("{pointer}/{n}/currency"), "not a currency of this shop");
                continue;
            };
            if kept.now.iter().any(|other| other.currency == currency) {
                self.add(format!("{pointer}/{n}/currency"), "this currency is there twice");
            }
            kept.now.extend(self.price(format!("{pointer}/{n}/amount"), price.amount, currency));
            let known = was.and_then(|variant| variant.terms(currency));
            kept.terms.extend(self.terms(&format!("{pointer}/{n}"), &price, currency, known));
            let Some(before) = price.compare_at else { continue };
            let before = self.price(format!("{pointer}/{n}/compare_at"), before, currency);
            if before.is_some_and(|before| before.amount <= price.amount) {
                self.add(format!("{pointer}/{n}/compare_at"), "must be more than amount, or absent");
            }
            kept.before.extend(before);
        }
        kept
    }

    fn price(&mut self, pointer: String, amount: i64, currency: Currency) -> Option<Money> {
        let price = Money::price(amount, currency);
        price.map_err(|error| self.add(pointer, error.to_string())).ok()
    }

    /// What there is to say of a price besides; mostly nothing.
    fn terms(
        &mut self,
        pointer: &str,
        price: &PriceBody,
        currency: Currency,
        known: Option<&PriceTerms>,
    ) -> Option<PriceTerms> {
        if let Some(sale) = &price.sale {
            let lower = self.price(format!("{pointer}/sale/amount"), sale.amount, currency);
            if lower.is_some_and(|lower| lower.amount >= price.amount) {
                self.add(format!("{pointer}/sale/amount"), "must be less than the price's own amount");
            }
            if sale.ends_at.zip(sale.starts_at).is_some_and(|(end, start)| end <= start) {
                self.add(format!("{pointer}/sale/ends_at"), "must be later than starts_at");
            }
        }
        self.tiers(pointer, price, currency);
        let millis = |time: Option<crate::ports::Timestamp>| time.map(crate::ports::Timestamp::millis);
        let terms = PriceTerms {
            currency,
            sale: price.sale.map(|sale| sale.amount),
            starts_at: millis(price.sale.and_then(|sale| sale.starts_at)),
            ends_at: millis(price.sale.and_then(|sale| sale.ends_at)),
            tiers: price.tiers.clone(),
            lowest: None,
            runs: false,
        };
        // What nobody sets stays with a sale that stays: it is no change.
        let lowest = known.and_then(|known| known.lowest);
        let kept = known.is_some_and(|known| PriceTerms { lowest, ..terms.clone() } == *known);
        let terms = if kept { PriceTerms { lowest, ..terms } } else { terms };
        (price.sale.is_some() || !price.tiers.is_empty()).then_some(terms)
    }

    fn tiers(&mut self, pointer: &str, price: &PriceBody, currency: Currency) {
        if price.tiers.len() > MAX_TIERS {
            return self.add(format!("{pointer}/tiers"), format!("at most {MAX_TIERS} tiers"));
        }
        let (mut from, mut amount) = (1, price.amount);
        for (n, tier) in price.tiers.iter().enumerate() {
            if tier.from <= from || tier.from > MAX_FROM {
                let detail = format!("must be more than {from}, and at most {MAX_FROM}");
                self.add(format!("{pointer}/tiers/{n}/from"), detail);
            }
            let lower = self.price(format!("{pointer}/tiers/{n}/amount"), tier.amount, currency);
            if lower.is_some_and(|lower| lower.amount >= amount) {
                self.add(format!("{pointer}/tiers/{n}/amount"), format!("must be less than {amount}"));
            }
            (from, amount) = (tier.from, tier.amount);
        }
    }

    /// A gift card is worth what it costs: nothing is taken off.
    pub fn worth(&mut self, draft: &Draft) {
        if draft.delivery == Delivery::GiftCard && draft.variants.iter().any(|variant| !variant.prices.terms.is_empty())
        {
            self.add("/delivery", "a gift card has no sale and no tiers: it is worth what it costs");
        }
    }
}
