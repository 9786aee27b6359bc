//! Money as integer minor units with its currency. Nothing here rounds.

mod currencies;
pub mod typed;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

use crate::text::Language;

/// The largest amount carried anywhere, in minor units: 2^53 - 1, because
/// JSON, D1 and Durable Object storage all carry doubles.
pub const MAX_AMOUNT: i64 = (1 << 53) - 1;

/// The largest price of one piece, in minor units: a hundred million euros.
pub const MAX_PRICE: i64 = 10_000_000_000;

/// An ISO 4217 currency, such as `EUR`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("a currency is three capital letters from ISO 4217, such as EUR")]
    UnknownCurrency,
    #[error("amounts of different currencies cannot be added")]
    CurrencyMismatch,
    #[error("the amount is larger than 2^53 - 1 minor units")]
    TooLarge,
    #[error("a price is between 0 and 10,000,000,000 minor units")]
    PriceOutOfRange,
}

impl Currency {
    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        let code = code.as_bytes().try_into().map_err(|_| MoneyError::UnknownCurrency)?;
        currencies::find(code).map(|_| Self(code)).ok_or(MoneyError::UnknownCurrency)
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// How many decimals an amount has here: two of the euro, none of the yen.
    pub fn decimals(&self) -> u32 {
        currencies::find(self.0).map_or(2, |(decimals, _)| u32::from(decimals))
    }

    /// What stands for it beside an amount, such as `€`.
    pub fn symbol(&self) -> &str {
        currencies::find(self.0).map_or(self.as_str(), |(_, symbol)| symbol)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serializer.is_human_readable() {
            true => serializer.serialize_str(self.as_str()),
            false => self.0.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.is_human_readable() {
            true => crate::text::read(deserializer, Self::parse),
            // What is packed, we have packed.
            false => Deserialize::deserialize(deserializer).map(Self),
        }
    }
}

impl JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217", "examples": ["EUR"]})
    }
}

/// An amount in minor units (cents, pence, yen) of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// At most 2^53 - 1 either way, so that every reader of JSON reads it exactly.
    #[serde(deserialize_with = "exact")]
    #[schemars(range(min = -MAX_AMOUNT, max = MAX_AMOUNT))]
    pub amount: i64,
    pub currency: Currency,
}

fn exact<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let amount = i64::deserialize(deserializer)?;
    if (-MAX_AMOUNT..=MAX_AMOUNT).contains(&amount) {
        Ok(amount)
    } else {
        Err(serde::de::Error::custom(MoneyError::TooLarge))
    }
}

/// How the contract describes a price of one piece: see [`Money::price`].
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code)]
pub struct Price {
    /// In minor units.
    #[schemars(range(min = 0, max = MAX_PRICE))]
    amount: i64,
    currency: Currency,
}

impl Money {
    pub fn zero(currency: Currency) -> Self {
        Self { amount: 0, currency }
    }

    /// A price of one piece: not negative and at most [`MAX_PRICE`].
    pub fn price(amount: i64, currency: Currency) -> Result<Self, MoneyError> {
        if (0..=MAX_PRICE).contains(&amount) { Ok(Self { amount, currency }) } else { Err(MoneyError::PriceOutOfRange) }
    }

    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch);
        }
        Self::bounded(self.amount.checked_add(other.amount), self.currency)
    }

    pub fn checked_mul(self, quantity: u32) -> Result<Self, MoneyError> {
        Self::bounded(self.amount.checked_mul(i64::from(quantity)), self.currency)
    }

    fn bounded(amount: Option<i64>, currency: Currency) -> Result<Self, MoneyError> {
        match amount {
            Some(amount) if amount.abs() <= MAX_AMOUNT => Ok(Self { amount, currency }),
            _ => Err(MoneyError::TooLarge),
        }
    }

    /// The amount as people write it, such as `€19.99`: symbol, dot as the
    /// decimal sign, comma between thousands, whatever the currency.
    pub fn display(self) -> String {
        format!("{}{}{}", self.sign(), self.currency.symbol(), self.written(',', '.'))
    }

    /// The amount as people write it in a language: `€1,234.50`, or
    /// `1.234,50 €` with a space that does not break (CLDR).
    pub fn display_in(self, language: Language) -> String {
        match language {
            Language::En => self.display(),
            Language::De => format!("{}{}\u{a0}{}", self.sign(), self.written('.', ','), self.currency.symbol()),
        }
    }

    /// As a plain decimal number: `-1234.50`, or `500` of a currency without decimals.
    pub fn decimal(self) -> String {
        let (whole, part) = self.digits();
        let point = if part.is_empty() { "" } else { "." };
        format!("{}{whole}{point}{part}", self.sign())
    }

    fn sign(self) -> &'static str {
        if self.amount < 0 { "-" } else { "" }
    }

    /// Without its sign, with signs between thousands and before the decimals.
    fn written(self, thousands: char, point: char) -> String {
        let (whole, part) = self.digits();
        let mut written = String::new();
        for (digit, left) in whole.chars().zip((0..whole.len()).rev()) {
            written.push(digit);
            if left > 0 && left % 3 == 0 {
                written.push(thousands);
            }
        }
        if !part.is_empty() {
            written.push(point);
        }
        written + &part
    }

    /// The digits before and behind the point.
    fn digits(self) -> (String, String) {
        let decimals = self.currency.decimals() as usize;
        let mut whole = format!("{:0>1$}", self.amount.unsigned_abs(), decimals.saturating_add(1));
        let part = whole.split_off(whole.len().saturating_sub(decimals));
        (whole, part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_shown_as_people_write_it() {
        let show = |amount, code| Money { amount, currency: Currency::parse(code).unwrap() }.display();
        assert_eq!(show(1999, "EUR"), "€19.99");
        assert_eq!(show(123_456_789, "GBP"), "£1,234,567.89");
        assert_eq!(show(9_007_199_254_740_991, "EUR"), "€90,071,992,547,409.91");
        assert_eq!(show(9_007_199_254_740_991, "JPY"), "¥9,007,199,254,740,991");
        assert_eq!(show(500, "JPY"), "¥500");
        assert_eq!(show(-250, "USD"), "-$2.50");
    }

    #[test]
    fn money_is_shown_as_each_language_writes_it() {
        let show = |amount, code| Money { amount, currency: Currency::parse(code).unwrap() }.display_in(Language::De);
        assert_eq!(show(123_450, "EUR"), "1.234,50\u{a0}€");
        assert_eq!(show(-250, "USD"), "-2,50\u{a0}$");
        assert_eq!(show(1_234_567, "JPY"), "1.234.567\u{a0}¥");
        assert_eq!(show(1_234, "KWD"), "1,234\u{a0}د.ك");
        let euros = Money { amount: 123_450, currency: Currency::parse("EUR").unwrap() };
        assert_eq!(euros.display_in(Language::En), euros.display());
    }

    #[test]
    fn amounts_never_wrap_or_mix() {
        let eur = Currency::parse("EUR").unwrap();
        let gbp = Currency::parse("GBP").unwrap();
        let most = Money { amount: MAX_AMOUNT, currency: eur };
        assert_eq!(most.checked_add(Money { amount: 1, currency: eur }), Err(MoneyError::TooLarge));
        assert_eq!(most.checked_mul(2), Err(MoneyError::TooLarge));
        assert_eq!(most.checked_add(Money::zero(gbp)), Err(MoneyError::CurrencyMismatch));
        assert_eq!(Currency::parse("eur"), Err(MoneyError::UnknownCurrency));
        assert_eq!(Currency::parse("ZZZ"), Err(MoneyError::UnknownCurrency));
    }
}
