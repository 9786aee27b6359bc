//! What is wrong with a promotion.

use super::Faults;
use crate::money::Currency;
use crate::pricing::Percent;
use crate::pricing::limits::{MAX_COLLECTIONS, MAX_NAME, MAX_PIECES, MAX_PRODUCTS, MAX_TAGS, MAX_TIERS, MAX_TITLE};
use crate::pricing::promotion::{Conditions, DiscountTier, Effect, Promotion};
use crate::problem::FieldError;
use crate::sorted::SortedMap;

impl Promotion {
    /// Cleans its texts, and says what is wrong with it: nothing, if buyers may
    /// have it. Pointers are into the promotion.
    pub fn check(&mut self) -> Vec<FieldError> {
        let mut faults = Faults::default();
        faults.line("/title", "a title", MAX_TITLE, &mut self.title);
        if self.starts_at.zip(self.ends_at).is_some_and(|(start, end)| end <= start) {
            faults.add("/ends_at", "this must be after `starts_at`");
        }
        for (pointer, limit) in
            [("/usage_limit", self.usage_limit), ("/usage_limit_per_customer", self.usage_limit_per_customer)]
        {
            if let Some(limit) = limit {
                faults.threshold(pointer, limit);
            }
        }
        check_conditions(&mut faults, &mut self.conditions);
        check_effect(&mut faults, &self.effect);
        faults.0
    }
}

fn check_conditions(faults: &mut Faults, conditions: &mut Conditions) {
    let minimum = "/conditions/subtotal_min";
    faults.amounts(minimum, &conditions.subtotal_min);
    for (place, money) in conditions.subtotal_min.iter().enumerate() {
        faults.threshold(format!("{minimum}/{place}/amount"), money.amount);
    }
    faults.at_most("/conditions/products", "products", MAX_PRODUCTS, &conditions.products);
    faults.at_most("/conditions/collections", "collections", MAX_COLLECTIONS, &conditions.collections);
    faults.at_most("/conditions/tags", "tags", MAX_TAGS, &conditions.tags);
    for (place, tag) in conditions.tags.iter_mut().enumerate() {
        faults.line(format!("/conditions/tags/{place}"), "a tag", MAX_NAME, tag);
    }
}

fn check_effect(faults: &mut Faults, effect: &Effect) {
    match effect {
        Effect::Percentage { percent } => check_percent(faults, "/effect/percentage/percent", *percent),
        Effect::FreeShipping {} => {}
        Effect::Fixed { amounts } => {
            let pointer = "/effect/fixed/amounts";
            faults.amounts(pointer, amounts);
            if amounts.is_empty() {
                faults.add(pointer, "there must be an amount for each currency in which it is offered");
            }
            for (place, money) in amounts.iter().enumerate() {
                let pointer = format!("{pointer}/{place}/amount");
                match money.amount {
                    0 => faults.add(pointer, "this takes nothing off"),
                    amount => faults.price(pointer, amount),
                }
            }
        }
        Effect::BuyGet { buy, get } => {
            for (pointer, quantity, products, collections) in [
                ("buy", buy.quantity, &buy.products, &buy.collections),
                ("get", get.quantity, &get.products, &get.collections),
            ] {
                let pointer = format!("/effect/buy_get/{pointer}");
                if !(1..=MAX_PIECES).contains(&quantity) {
                    faults.add(format!("{pointer}/quantity"), format!("this is between 1 and {MAX_PIECES} pieces"));
                }
                faults.at_most(&format!("{pointer}/products"), "products", MAX_PRODUCTS, products);
                faults.at_most(&format!("{pointer}/collections"), "collections", MAX_COLLECTIONS, collections);
            }
            check_percent(faults, "/effect/buy_get/get/percent", get.percent);
        }
        Effect::Tiered { tiers } => check_tiers(faults, "/effect/tiered/tiers", tiers),
    }
}

/// Each currency has tiers of its own; a step of nothing is a pause.
fn check_tiers(faults: &mut Faults, pointer: &str, tiers: &[DiscountTier]) {
    faults.at_most(pointer, "tiers", MAX_TIERS, tiers);
    if tiers.is_empty() {
        faults.add(pointer, "there must be a tier");
    }
    let mut by_currency: SortedMap<Currency, Vec<(usize, i64)>> = SortedMap::new();
    for (place, tier) in tiers.iter().enumerate() {
        faults.threshold(format!("{pointer}/{place}/from/amount"), tier.from.amount);
        by_currency.get_or_default(tier.from.currency).push((place, tier.from.amount));
    }
    for steps in by_currency.into_values() {
        faults.ascending(pointer, steps);
    }
}

fn check_percent(faults: &mut Faults, pointer: &str, percent: Percent) {
    if percent.is_zero() {
        faults.add(pointer, "this takes nothing off");
    }
}
