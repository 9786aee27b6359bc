//! What is wrong with rules of tax.

use super::Faults;
use crate::pricing::limits::{MAX_CLASSES, MAX_NAME, MAX_RATES_OF_PLACE, MAX_TAX_RATES};
use crate::pricing::percent::Percent;
use crate::pricing::tax::{TaxRate, TaxRules};
use crate::problem::FieldError;
use crate::sorted::SortedMap;
use crate::text::unicode::lowercase;

impl TaxRules {
    /// Cleans their texts, and says what is wrong with them: nothing, if they
    /// may be used. Pointers are into the rules.
    pub fn check(&mut self) -> Vec<FieldError> {
        let mut faults = Faults::default();
        faults.at_most("/classes", "classes", MAX_CLASSES, &self.classes);
        if self.classes.is_empty() {
            faults.add("/classes", "there must be one class at least: that of whatever says none");
        }
        for (place, class) in self.classes.iter_mut().enumerate() {
            faults.line(format!("/classes/{place}"), "a class", MAX_NAME, class);
        }
        faults.once("class", self.classes.iter().enumerate().map(|(n, class)| (format!("/classes/{n}"), class)));
        faults.at_most("/rates", "rates", MAX_TAX_RATES, &self.rates);
        for (place, rate) in self.rates.iter_mut().enumerate() {
            check_rate(&mut faults, &format!("/rates/{place}"), rate, &self.classes);
        }
        // A tax of one name is once in a place.
        let named = |(n, rate)| (format!("/rates/{n}"), (place_of(rate), &*rate.name));
        faults.once("rate", self.rates.iter().enumerate().map(named));
        check_sums(&mut faults, &self.rates);
        faults.0
    }
}

fn check_rate(faults: &mut Faults, pointer: &str, rate: &mut TaxRate, classes: &[String]) {
    faults.line(format!("{pointer}/name"), "a name", MAX_NAME, &mut rate.name);
    faults.line(format!("{pointer}/class"), "a class", MAX_NAME, &mut rate.class);
    if !classes.contains(&rate.class) {
        faults.add(format!("{pointer}/class"), "this must be one of the classes");
    }
    if let Some(region) = &mut rate.region {
        faults.line(format!("{pointer}/region"), "a region", MAX_NAME, region);
    }
    faults.postal_codes(&format!("{pointer}/postal_codes"), &mut rate.postal_codes);
}

/// What is added up in one place for one class: a few rates, and no more than
/// the price itself.
fn check_sums(faults: &mut Faults, rates: &[TaxRate]) {
    let mut sums: SortedMap<PlaceOf<'_>, (usize, u32)> = SortedMap::new();
    for (n, rate) in rates.iter().enumerate() {
        let (count, parts) = sums.get_or_default(place_of(rate));
        *count = count.saturating_add(1);
        *parts = parts.saturating_add(rate.rate.parts());
        if *count > MAX_RATES_OF_PLACE {
            let detail = format!("there may be at most {MAX_RATES_OF_PLACE} rates of one class in one place");
            faults.add(format!("/rates/{n}"), detail);
        } else if *parts > Percent::WHOLE.parts() {
            faults.add(format!("/rates/{n}/rate"), "the rates of one class in one place come to 100 % at most");
        }
    }
}

/// Country, region, postal codes, class.
type PlaceOf<'a> = (&'a str, Option<String>, Vec<&'a str>, &'a str);

fn place_of(rate: &TaxRate) -> PlaceOf<'_> {
    let codes = rate.postal_codes.iter().map(|pattern| pattern.0.as_str()).collect();
    (rate.country.code(), rate.region.as_deref().map(lowercase), codes, &rate.class)
}
