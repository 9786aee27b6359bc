//! What is wrong with rules of shipping.

use super::Faults;
use crate::money::Currency;
use crate::pricing::limits::{
    MAX_CURRENCIES, MAX_DAYS, MAX_NAME, MAX_NAMED, MAX_OPTIONS, MAX_PICK_UP, MAX_PLACES, MAX_TIERS, MAX_TITLE,
    MAX_ZONES,
};
use crate::pricing::shipping::{HandlingDays, ShippingOption, ShippingRate, ShippingRules, Zone};
use crate::problem::FieldError;
use crate::text;

/// What the rules are for.
struct Shop<'a> {
    currencies: &'a [Currency],
    classes: &'a [String],
}

impl ShippingRules {
    /// Cleans their texts, and says what is wrong with them in a shop with
    /// these currencies and tax classes: nothing, if they may be used. Pointers
    /// are into the rules.
    pub fn check(&mut self, currencies: &[Currency], classes: &[String]) -> Vec<FieldError> {
        let shop = Shop { currencies, classes };
        let mut faults = Faults::default();
        faults.at_most("/zones", "zones", MAX_ZONES, &self.zones);
        for (place, zone) in self.zones.iter_mut().enumerate() {
            shop.check_zone(&mut faults, &format!("/zones/{place}"), zone);
        }
        let ids = self.zones.iter().enumerate().flat_map(|(zone, rules)| {
            let options = rules.options.iter().enumerate();
            options.map(move |(place, option)| (format!("/zones/{zone}/options/{place}/id"), &option.id))
        });
        faults.once("id", ids);
        faults.0
    }
}

impl Shop<'_> {
    fn check_zone(&self, faults: &mut Faults, pointer: &str, zone: &mut Zone) {
        faults.line(format!("{pointer}/title"), "a title", MAX_TITLE, &mut zone.title);
        faults.at_most(&format!("{pointer}/places"), "places", MAX_PLACES, &zone.places);
        for (n, place) in zone.places.iter_mut().enumerate() {
            let pointer = format!("{pointer}/places/{n}");
            faults.at_most(&format!("{pointer}/regions"), "regions", MAX_NAMED, &place.regions);
            for (region, name) in place.regions.iter_mut().enumerate() {
                faults.line(format!("{pointer}/regions/{region}"), "a region", MAX_NAME, name);
            }
            faults.postal_codes(&format!("{pointer}/postal_codes"), &mut place.postal_codes);
        }
        faults.at_most(&format!("{pointer}/options"), "options", MAX_OPTIONS, &zone.options);
        for (place, option) in zone.options.iter_mut().enumerate() {
            self.check_option(faults, &format!("{pointer}/options/{place}"), option);
        }
    }

    fn check_option(&self, faults: &mut Faults, pointer: &str, option: &mut ShippingOption) {
        match text::code(&option.id) {
            Ok(id) => option.id = id,
            Err(rule) => faults.add(format!("{pointer}/id"), format!("an id {rule}")),
        }
        faults.line(format!("{pointer}/title"), "a title", MAX_TITLE, &mut option.title);
        if option.tax_class.as_ref().is_some_and(|class| !self.classes.contains(class)) {
            faults.add(format!("{pointer}/tax_class"), "this must be one of the tax classes");
        }
        if let Some(days) = option.handling_days {
            check_days(faults, &format!("{pointer}/handling_days"), days);
        }
        if let Some(address) = &mut option.pick_up {
            faults.line(format!("{pointer}/pick_up"), "an address", MAX_PICK_UP, address);
        }
        let rates = format!("{pointer}/rates");
        faults.at_most(&rates, "rates", MAX_CURRENCIES, &option.rates);
        if option.rates.is_empty() {
            faults.add(rates.as_str(), "an option has a rate for each currency in which it is offered");
        }
        for (place, rate) in option.rates.iter().enumerate() {
            self.check_rate(faults, &format!("{rates}/{place}"), rate);
        }
        let currencies = option.rates.iter().enumerate();
        faults.once("currency", currencies.map(|(n, rate)| (format!("{rates}/{n}/currency"), rate.currency)));
    }

    fn check_rate(&self, faults: &mut Faults, pointer: &str, rate: &ShippingRate) {
        if !self.currencies.contains(&rate.currency) {
            faults.add(format!("{pointer}/currency"), "this must be one of the shop's currencies");
        }
        match (rate.amount, rate.by, rate.tiers.is_empty()) {
            (Some(amount), None, true) => faults.price(format!("{pointer}/amount"), amount),
            (None, Some(_), false) => {}
            _ => faults.add(pointer, "a rate has either an amount, or tiers and what they go by"),
        }
        if let Some(from) = rate.free_from {
            faults.threshold(format!("{pointer}/free_from"), from);
        }
        let tiers = format!("{pointer}/tiers");
        faults.at_most(&tiers, "tiers", MAX_TIERS, &rate.tiers);
        for (place, tier) in rate.tiers.iter().enumerate() {
            faults.threshold(format!("{tiers}/{place}/from"), tier.from);
            faults.price(format!("{tiers}/{place}/amount"), tier.amount);
        }
        faults.ascending(&tiers, rate.tiers.iter().map(|tier| tier.from).enumerate());
    }
}

fn check_days(faults: &mut Faults, pointer: &str, days: HandlingDays) {
    if days.to < days.from {
        faults.add(format!("{pointer}/to"), "this must not be before `from`");
    }
    if days.from.max(days.to) > MAX_DAYS {
        faults.add(pointer, format!("these are at most {MAX_DAYS} days"));
    }
}
