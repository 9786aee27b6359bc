//! How Stripe counts money: its own decimals by currency, the least and the most
//! that it takes. From "Supported currencies", docs.stripe.com/currencies
//! ("Specify amounts in API requests", "Minimum and maximum charge amounts"), as
//! it was on 2026-09-27.

use crate::money::{Currency, Money};

/// Without decimals, whatever ISO 4217 says of them.
const ZERO_DECIMAL: [&str; 15] =
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"];

/// With three, of which the last is zero: card networks know two. The page said
/// so until 2023 at least; now it names none of them, but takes nothing back.
const THREE_DECIMAL: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];

/// Counted in hundredths that are always zero, from the time before they lost
/// their decimals. The page has UGX among those without decimals, too, but what
/// it says of special cases is closer. HUF and TWD have whole units in payouts
/// alone, which we do not make.
const WHOLE_UNITS: [&str; 2] = ["ISK", "UGX"];

/// The least that is taken, as Stripe counts it, of an account that is paid out
/// in this currency. Of a currency that is not here, Stripe compares with what
/// the account is paid out in, and refuses by itself.
const MINIMUM: [(&str, i64); 31] = [
    ("AED", 200),
    ("ARS", 50),
    ("AUD", 50),
    ("BRL", 50),
    ("CAD", 50),
    ("CHF", 50),
    ("COP", 50),
    ("CZK", 1_500),
    ("DKK", 250),
    ("EUR", 50),
    ("GBP", 30),
    ("HKD", 400),
    ("HUF", 17_500),
    ("IDR", 50),
    ("ILS", 50),
    ("INR", 50),
    ("JPY", 50),
    ("KRW", 50),
    ("MXN", 1_000),
    ("MYR", 200),
    ("NOK", 300),
    ("NZD", 50),
    ("PHP", 50),
    ("PLN", 200),
    ("RON", 200),
    ("RUB", 50),
    ("SEK", 300),
    ("SGD", 50),
    ("THB", 1_000),
    ("USD", 50),
    ("ZAR", 50),
];

/// The most that is taken, as Stripe counts it: twelve digits, by most cards.
/// American Express takes nine, and ways that are no card eight of most
/// currencies; which it will be, only Stripe knows, and refuses by itself.
const MOST: i64 = 999_999_999_999;

/// The least that Stripe takes, in minor units.
pub fn minimum(currency: Currency) -> Option<i64> {
    let (_, least) = MINIMUM.iter().find(|(code, _)| *code == currency.as_str())?;
    money(*least, currency).map(|least| least.amount)
}

/// The amount as Stripe counts it; none if it cannot be said there.
pub fn amount(money: Money) -> Option<i64> {
    let (times, parts, step) = scale(money.currency);
    let scaled = money.amount.checked_mul(times)?;
    let counted = scaled / parts;
    (scaled % parts == 0 && counted % step == 0 && counted <= MOST).then_some(counted)
}

/// What Stripe counts so, in minor units.
pub fn money(amount: i64, currency: Currency) -> Option<Money> {
    let (times, parts, _) = scale(currency);
    Some(Money { amount: amount.checked_mul(parts)? / times, currency })
}

/// How many of Stripe's units are in how many of our minor units, and how many
/// of Stripe's are the smallest step.
fn scale(currency: Currency) -> (i64, i64, i64) {
    let is_in = |list: &[&str]| list.contains(&currency.as_str());
    let (decimals, step) = if is_in(&ZERO_DECIMAL) {
        (0, 1)
    } else if is_in(&THREE_DECIMAL) {
        (3, 10)
    } else if is_in(&WHOLE_UNITS) {
        (2, 100)
    } else {
        (2, 1)
    };
    let ours = currency.decimals();
    let power = |more: u32, than: u32| 10_i64.saturating_pow(more.saturating_sub(than));
    (power(decimals, ours), power(ours, decimals), step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours_of(amount: i64, currency: &str) -> Money {
        Money { amount, currency: Currency::parse(currency).unwrap() }
    }

    #[test]
    fn amounts_are_said_as_stripe_counts_them() {
        for (minor, currency, theirs) in [
            (1_999, "EUR", Some(1_999)),
            (500, "JPY", Some(500)),
            // The ariary has fifths, which are counted in tenths; the krona has nothing smaller.
            (50_000, "MGA", Some(5_000)),
            (50_001, "MGA", None),
            (5, "ISK", Some(500)),
            (5, "UGX", Some(500)),
            (5_120, "KWD", Some(5_120)),
            (5_124, "KWD", None),
            // Ours are whole forints.
            (1_050, "HUF", Some(105_000)),
            (999_999_999_999, "EUR", Some(999_999_999_999)),
            (1_000_000_000_000, "EUR", None),
            (9_999_999_999, "ISK", Some(999_999_999_900)),
            (10_000_000_000, "ISK", None),
            (i64::MAX, "ISK", None),
        ] {
            let said = ours_of(minor, currency);
            assert_eq!(amount(said), theirs, "{minor} {currency}");
            if let Some(theirs) = theirs {
                assert_eq!(money(theirs, said.currency), Some(said));
            }
        }
    }

    #[test]
    fn every_currency_of_the_tables_is_one() {
        let of_minimum = MINIMUM.iter().map(|(code, _)| *code);
        for code in ZERO_DECIMAL.into_iter().chain(THREE_DECIMAL).chain(WHOLE_UNITS).chain(of_minimum) {
            assert!(Currency::parse(code).is_ok(), "{code}");
        }
        let least = [("EUR", Some(50)), ("JPY", Some(50)), ("HUF", Some(175)), ("KRW", Some(50)), ("BGN", None)];
        for (code, least) in least {
            assert_eq!(minimum(Currency::parse(code).unwrap()), least, "{code}");
        }
    }
}
