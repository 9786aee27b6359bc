//! What of a price holds only for a time, or only for many pieces.

use serde::{Deserialize, Serialize};

use super::{Product, Variant};
use crate::money::{Currency, Money};
use crate::ports::Timestamp;
use crate::pricing::tiers::{self, Tier};

/// Of a variant's price in one currency. Times are in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PriceTerms {
    pub currency: Currency,
    /// What it costs while the sale runs; `None` if there is no sale.
    pub sale: Option<i64>,
    /// From then on; `None` is from ever.
    pub starts_at: Option<i64>,
    /// Until just before then; `None` is for ever.
    pub ends_at: Option<i64>,
    pub tiers: Vec<Tier>,
    /// The lowest price of the 30 days before the sale: what must be shown beside a
    /// reduction (Directive 98/6/EC, article 6a). `None` if it had no price before.
    #[serde(default)]
    pub lowest: Option<i64>,
    /// Whether the sale is what buyers pay: see [`Product::be_at`]. As it is stored, and as
    /// staff have it, it is not.
    #[serde(skip)]
    pub runs: bool,
}

impl PriceTerms {
    /// When its sale begins and ends.
    pub(super) fn times(&self) -> impl Iterator<Item = i64> {
        [self.starts_at, self.ends_at].into_iter().flatten()
    }

    fn runs_at(&self, now: i64) -> bool {
        self.sale.is_some()
            && self.starts_at.is_none_or(|from| from <= now)
            && self.ends_at.is_none_or(|until| now < until)
    }
}

impl Product {
    /// The lowest price of the 30 days before the sale of the first of its cheapest variants.
    pub fn lowest(&self, currency: Currency) -> Option<Money> {
        self.cheapest_if_reduced(currency)?.lowest(currency)
    }

    /// Makes it as buyers have it at this moment: a sale that runs is its price, compared
    /// with the ordinary one.
    pub fn be_at(&mut self, now: Timestamp) {
        self.variants.iter_mut().for_each(|variant| be_at(&mut variant.terms, now));
    }

    /// When it becomes another to buyers by itself: as it comes and goes, and its sales.
    pub fn times(&self) -> impl Iterator<Item = Timestamp> {
        let of_sales = self.terms().flat_map(PriceTerms::times);
        let own = [self.publish_at, self.unpublish_at].into_iter().flatten();
        own.chain(of_sales.map(Timestamp::from_millis))
    }

    fn terms(&self) -> impl Iterator<Item = &PriceTerms> {
        self.variants.iter().flat_map(|variant| &variant.terms)
    }
}

impl Variant {
    /// What one piece costs now: the lowest of the ordinary price, its sale and the buyer's own.
    pub fn price(&self, currency: Currency) -> Option<Money> {
        let everybodys = self.everybodys_price(currency)?;
        let own = find(&self.own, currency).map_or(everybodys.amount, |own| own.amount);
        Some(Money { amount: everybodys.amount.min(own), currency })
    }

    /// The lowest but for the buyer's own: what it is found by.
    pub fn everybodys_price(&self, currency: Currency) -> Option<Money> {
        price(&self.prices, &self.terms, currency)
    }

    /// In each currency it is sold in.
    pub fn all_prices(&self) -> Vec<Money> {
        self.prices.iter().filter_map(|price| self.price(price.currency)).collect()
    }

    /// What it cost before, if that was more: before the sale that runs, else as staff say.
    pub fn compare_at(&self, currency: Currency) -> Option<Money> {
        let before = if self.running(currency).is_some() { &self.prices } else { &self.compare_at };
        find(before, currency)
    }

    /// Whether it costs less than before in some currency.
    pub fn is_reduced(&self) -> bool {
        !self.compare_at.is_empty() || self.terms.iter().any(|terms| terms.runs)
    }

    fn running(&self, currency: Currency) -> Option<&PriceTerms> {
        self.terms(currency).filter(|terms| terms.runs)
    }

    pub fn terms(&self, currency: Currency) -> Option<&PriceTerms> {
        self.terms.iter().find(|terms| terms.currency == currency)
    }

    pub fn tiers(&self, currency: Currency) -> &[Tier] {
        self.terms(currency).map_or(&[], |terms| &terms.tiers)
    }

    /// What each of so many pieces costs.
    pub fn price_of(&self, pieces: u32, currency: Currency) -> Option<Money> {
        let one = self.price(currency)?;
        Some(Money { amount: tiers::of_each(one.amount, self.tiers(currency), pieces), currency })
    }

    /// The tiers that take something off what one piece costs now.
    pub fn lower_tiers(&self, currency: Currency) -> Vec<Tier> {
        let one = self.price(currency).map_or(0, |price| price.amount);
        self.tiers(currency).iter().copied().filter(|tier| tier.amount < one).collect()
    }

    /// The lowest price of the 30 days before the sale that runs.
    pub fn lowest(&self, currency: Currency) -> Option<Money> {
        let amount = self.running(currency)?.lowest?;
        Some(Money { amount, currency })
    }

    /// Whether nobody would pay something else, now or at any time.
    pub fn costs_the_same(&self, other: &Self) -> bool {
        // The lowest of the last days is nobody's to set, nor is what time it is.
        let set = |variant: &Self| -> Vec<_> {
            variant.terms.iter().map(|terms| PriceTerms { lowest: None, runs: false, ..terms.clone() }).collect()
        };
        self.prices == other.prices && self.compare_at == other.compare_at && set(self) == set(other)
    }
}

/// What something of these prices costs now.
pub(super) fn price(prices: &[Money], terms: &[PriceTerms], currency: Currency) -> Option<Money> {
    let ordinary = find(prices, currency)?;
    let running = terms.iter().find(|terms| terms.currency == currency).filter(|terms| terms.runs);
    Some(Money { amount: running.and_then(|terms| terms.sale).unwrap_or(ordinary.amount), currency })
}

/// Says which of them run at that time.
pub(super) fn be_at(all: &mut [PriceTerms], now: Timestamp) {
    all.iter_mut().for_each(|terms| terms.runs = terms.runs_at(now.millis()));
}

fn find(prices: &[Money], currency: Currency) -> Option<Money> {
    prices.iter().copied().find(|price| price.currency == currency)
}

#[cfg(test)]
#[path = "terms_tests.rs"]
mod tests;
