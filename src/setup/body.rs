//! What the owner sends, and what must hold between one setting and another.

use schemars::JsonSchema;
use serde::Deserialize;

use super::error::in_use;
use super::seller::NewSeller;
use crate::address::Country;
use crate::catalog::limits::MAX_LOW;
use crate::money::Currency;
use crate::ports::TimeZone;
use crate::pricing::shipping::ShippingOption;
use crate::pricing::{ShippingRules, TaxRules};
use crate::problem::{FieldError, Problem};
use crate::settings::{MailSettings, ManualPayment, PaymentSettings, Settings};
use crate::text::{self, Line};
use crate::wire::patch::{not_null, present};

/// The longest name of a shop, in characters.
const MAX_SHOP_NAME: usize = 100;
/// The most currencies of a shop. Each has an index over all products, in each
/// copy of the catalog in memory: at most 3 MB where there are 50,000.
const MAX_CURRENCIES: usize = 12;
/// The longest instructions how to pay, in characters. `ManualPayment` says the same.
const MAX_INSTRUCTIONS: usize = 2_000;
/// The longest wait for money, in days. `ManualPayment` says the same.
const MAX_DAYS: u32 = 365;

/// The way to pay that explains itself.
const CASH: &str = "cash_on_delivery";

/// A change of the settings: what is absent stays as it is, what is there is
/// replaced whole. Prices in a currency that is taken away are kept, and count
/// again when it comes back.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SettingsPatch {
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Line<MAX_SHOP_NAME>", skip_serializing_if = "Option::is_none")]
    shop_name: Option<Line<MAX_SHOP_NAME>>,
    /// One of `currencies`.
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Currency", skip_serializing_if = "Option::is_none")]
    default_currency: Option<Currency>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Vec<Currency>", skip_serializing_if = "Option::is_none", length(min = 1, max = MAX_CURRENCIES))]
    currencies: Option<Vec<Currency>>,
    /// Where the shop is; `null` takes it away.
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<Country>")]
    country: Option<Option<Country>>,
    /// In which the shop's days begin and end.
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "TimeZone", skip_serializing_if = "Option::is_none")]
    time_zone: Option<TimeZone>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "bool", skip_serializing_if = "Option::is_none")]
    prices_include_tax: Option<bool>,
    /// The most pieces that buyers are told are few, of a variant that says nothing of it.
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "u32", skip_serializing_if = "Option::is_none", range(max = MAX_LOW))]
    low_level: Option<u32>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "PaymentSettings", skip_serializing_if = "Option::is_none")]
    payments: Option<PaymentSettings>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "MailSettings", skip_serializing_if = "Option::is_none")]
    mail: Option<MailSettings>,
    /// Who sells; the shop issues invoices from then on. It can be replaced, and not taken away.
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "NewSeller", skip_serializing_if = "Option::is_none")]
    seller: Option<NewSeller>,
}

impl SettingsPatch {
    /// The settings as they would be.
    pub fn over(self, now: &Settings) -> Result<Settings, Problem> {
        let mut faults = Vec::new();
        if let Some(currencies) = &self.currencies {
            check_currencies(currencies, &mut faults);
        }
        if self.time_zone.as_ref().is_some_and(|zone| !zone.is_known()) {
            faults.push(FieldError::new("/time_zone", "there is no such time zone; its name is such as Europe/Berlin"));
        }
        if self.low_level.is_some_and(|pieces| pieces > MAX_LOW) {
            faults.push(FieldError::new("/low_level", format!("at most {MAX_LOW} pieces")));
        }
        let says_default = self.default_currency.is_some();
        let after = Settings {
            shop_name: self.shop_name.map_or_else(|| now.shop_name.clone(), String::from),
            default_currency: self.default_currency.unwrap_or(now.default_currency),
            currencies: self.currencies.unwrap_or_else(|| now.currencies.clone()),
            country: self.country.unwrap_or(now.country),
            time_zone: self.time_zone.unwrap_or_else(|| now.time_zone.clone()),
            prices_include_tax: self.prices_include_tax.unwrap_or(now.prices_include_tax),
            low_level: self.low_level.unwrap_or(now.low_level),
            payments: match self.payments {
                Some(payments) => checked_payments(payments, &mut faults),
                None => now.payments.clone(),
            },
            mail: self.mail.unwrap_or_else(|| now.mail.clone()),
            seller: match &self.seller {
                Some(seller) => seller.parse("/seller", &mut faults),
                None => now.seller.clone(),
            },
            tax: now.tax.clone(),
            shipping: now.shipping.clone(),
        };
        if !after.currencies.is_empty() && !after.currencies.contains(&after.default_currency) {
            let (pointer, detail) = match says_default {
                true => ("/default_currency", "must be one of the currencies"),
                false => ("/currencies", "must have the default currency among them"),
            };
            faults.push(FieldError::new(pointer, detail));
        }
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        rates_have_their_currency(&after)?;
        Ok(after)
    }
}

fn check_currencies(currencies: &[Currency], faults: &mut Vec<FieldError>) {
    if currencies.is_empty() || currencies.len() > MAX_CURRENCIES {
        faults.push(FieldError::new("/currencies", format!("1 to {MAX_CURRENCIES} currencies")));
    }
    for (n, currency) in currencies.iter().enumerate().take(MAX_CURRENCIES) {
        if currencies.iter().take(n).any(|other| other == currency) {
            faults.push(FieldError::new(format!("/currencies/{n}"), "this currency is there twice"));
        }
    }
}

fn checked_payments(mut payments: PaymentSettings, faults: &mut Vec<FieldError>) -> PaymentSettings {
    let ways = [
        ("bank_transfer", &mut payments.bank_transfer),
        (CASH, &mut payments.cash_on_delivery),
        ("invoice", &mut payments.invoice),
    ];
    for (name, way) in ways {
        let Some(ManualPayment { instructions, cancel_after_days }) = way else { continue };
        let mut wrong = |field: &str, detail: String| {
            faults.push(FieldError::new(format!("/payments/{name}/{field}"), detail));
        };
        match text::prose(instructions.trim(), MAX_INSTRUCTIONS) {
            Ok(text) if text.is_empty() && name != CASH => wrong("instructions", "must not be empty".to_owned()),
            Ok(text) => *instructions = text,
            Err(refusal) => wrong("instructions", refusal),
        }
        if cancel_after_days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
            wrong("cancel_after_days", format!("1 to {MAX_DAYS} days"));
        }
    }
    payments
}

/// A rate that nobody can be offered would be a mistake that nobody sees: the
/// shipping options are changed first.
fn rates_have_their_currency(settings: &Settings) -> Result<(), Problem> {
    let is_lost =
        |option: &&ShippingOption| option.rates.iter().any(|rate| !settings.currencies.contains(&rate.currency));
    let users: Vec<_> = options(&settings.shipping).filter(is_lost).map(named).collect();
    if users.is_empty() { Ok(()) } else { Err(in_use("/currencies", "a currency of shipping rates", &users)) }
}

/// A table of taxes as far as it can be told by itself.
pub fn cleaned_tax(mut tax: TaxRules) -> Result<TaxRules, Problem> {
    let faults = tax.check();
    if faults.is_empty() { Ok(tax) } else { Err(Problem::invalid(faults)) }
}

/// The settings with this table of taxes.
pub fn with_tax(tax: TaxRules, now: &Settings) -> Result<Settings, Problem> {
    let is_lost =
        |option: &&ShippingOption| option.tax_class.as_ref().is_some_and(|class| !tax.classes.contains(class));
    let users: Vec<_> = options(&now.shipping).filter(is_lost).map(named).collect();
    if !users.is_empty() {
        return Err(in_use("/classes", "a tax class of shipping options", &users));
    }
    Ok(Settings { tax, ..now.clone() })
}

/// The settings with these ways of shipping.
pub fn with_shipping(mut shipping: ShippingRules, now: &Settings) -> Result<Settings, Problem> {
    let faults = shipping.check(&now.currencies, &now.tax.classes);
    if faults.is_empty() { Ok(Settings { shipping, ..now.clone() }) } else { Err(Problem::invalid(faults)) }
}

fn options(shipping: &ShippingRules) -> impl Iterator<Item = &ShippingOption> {
    shipping.zones.iter().flat_map(|zone| &zone.options)
}

fn named(option: &ShippingOption) -> String {
    format!("the shipping option {}", option.id)
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
