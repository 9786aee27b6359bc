//! What is wrong with rules that staff send, place by place, before any buyer
//! meets them. Texts are cleaned on the way, as everywhere.

mod promotion;
mod shipping;
mod tax;

use super::limits::{MAX_CURRENCIES, MAX_NAMED, MAX_PATTERN};
use super::place::PostalPattern;
use crate::money::{MAX_AMOUNT, MAX_PRICE, Money};
use crate::problem::FieldError;
use crate::sorted::SortedSet;
use crate::text;

/// Answers with so many faults are read by nobody.
const MAX_FAULTS: usize = 100;

#[derive(Default)]
struct Faults(Vec<FieldError>);

impl Faults {
    fn add(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        if self.0.len() < MAX_FAULTS {
            self.0.push(FieldError::new(pointer, detail));
        }
    }

    /// Cleans a line of text in its place.
    fn line(&mut self, pointer: impl Into<String>, what: &str, most: usize, line: &mut String) {
        match text::line(line, most) {
            Ok(cleaned) => *line = cleaned,
            Err(rule) => self.add(pointer, format!("{what} {rule}")),
        }
    }

    fn at_most<T>(&mut self, pointer: &str, what: &str, most: usize, list: &[T]) {
        if list.len() > most {
            self.add(pointer, format!("there may be at most {most} {what}"));
        }
    }

    /// Each once; the later ones are refused.
    fn once<T: Ord>(&mut self, what: &str, items: impl IntoIterator<Item = (String, T)>) {
        let mut seen = SortedSet::new();
        for (pointer, item) in items {
            if !seen.add(item) {
                self.add(pointer, format!("this {what} is there already"));
            }
        }
    }

    fn price(&mut self, pointer: impl Into<String>, amount: i64) {
        if !(0..=MAX_PRICE).contains(&amount) {
            self.add(pointer, format!("an amount is between 0 and {MAX_PRICE} minor units"));
        }
    }

    /// What something must come to, such as a sum of prices or of weights.
    fn threshold(&mut self, pointer: impl Into<String>, from: i64) {
        if !(0..=MAX_AMOUNT).contains(&from) {
            self.add(pointer, format!("this is between 0 and {MAX_AMOUNT}"));
        }
    }

    /// Amounts of which each has another currency.
    fn amounts(&mut self, pointer: &str, amounts: &[Money]) {
        self.at_most(pointer, "amounts", MAX_CURRENCIES, amounts);
        let currencies = amounts.iter().enumerate();
        self.once("currency", currencies.map(|(n, money)| (format!("{pointer}/{n}/currency"), money.currency)));
    }

    fn ascending(&mut self, pointer: &str, steps: impl IntoIterator<Item = (usize, i64)>) {
        let mut before = None;
        for (place, from) in steps {
            if before.is_some_and(|before| from <= before) {
                self.add(format!("{pointer}/{place}/from"), "each tier must begin above the one before it");
            }
            before = Some(from);
        }
    }

    fn postal_codes(&mut self, pointer: &str, patterns: &mut [PostalPattern]) {
        self.at_most(pointer, "postal codes", MAX_NAMED, patterns);
        for (place, PostalPattern(pattern)) in patterns.iter_mut().enumerate() {
            let pointer = format!("{pointer}/{place}");
            // The blank before a star means something, so it stays.
            self.line(pointer.as_str(), "a postal code", MAX_PATTERN, pattern);
            let code = pattern.strip_suffix('*').unwrap_or(pattern);
            if !code.chars().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, ' ' | '-')) {
                let rule = "a postal code is letters, digits, blanks and hyphens, and may end with one *";
                self.add(pointer, format!("{rule}, such as 35* or NG1 *"));
            }
        }
    }
}

#[cfg(test)]
#[path = "checks_tests.rs"]
mod tests;
