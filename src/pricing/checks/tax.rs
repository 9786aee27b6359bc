//! What is wrong with rules of tax.

use super::Faults;
use crate::pricing::limits::{MAX_CLASSES, MAX_NAME, MAX_TAX_RATES};
use crate::pricing::tax::{TaxRate, TaxRules};
use crate::problem::FieldError;

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
        faults.once("rate", self.rates.iter().enumerate().map(|(place, rate)| (format!("/rates/{place}"), key(rate))));
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

/// A tax of one name is once in a place.
fn key(rate: &TaxRate) -> (&str, Option<String>, Vec<&str>, &str, &str) {
    let codes = rate.postal_codes.iter().map(|pattern| pattern.0.as_str()).collect();
    (rate.country.code(), rate.region.as_deref().map(str::to_lowercase), codes, &rate.class, &rate.name)
}
