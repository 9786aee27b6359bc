//! Numbers as people and spreadsheets write them into cells.

use crate::money::MAX_AMOUNT;
use crate::text::Refusal;

/// An amount in minor units: `1234.5`, `1234,50`, `1.234,50`. Where a mark could part
/// thousands or decimals it is refused: nobody's prices are to be guessed.
pub fn amount(text: &str, decimals: u32) -> Result<i64, Refusal> {
    let wrong = || "a number such as 1234.50, without a currency".to_owned();
    let decimals = usize::try_from(decimals).unwrap_or_default();
    let last = text.rfind(['.', ',']);
    let mark = last.and_then(|at| text.get(at..)?.chars().next());
    let same = text.chars().filter(|c| Some(*c) == mark).count();
    // Several of one kind part thousands.
    let cut = last.filter(|_| same == 1).and_then(|at| text.split_at_checked(at));
    let (whole, part) = cut.map_or((text, ""), |(whole, part)| (whole, part.get(1..).unwrap_or_default()));
    if part.len() == 3 && decimals != 3 && !whole.contains(['.', ',']) {
        return Err(format!(
            "could be thousands or decimals; write {whole}{part}, or {whole}.{}",
            cents(part, decimals)
        ));
    }
    let groups: Vec<_> = whole.split(['.', ',']).collect();
    let first = groups.first().copied().unwrap_or_default();
    let grouped = groups.len() == 1 || ((1..=3).contains(&first.len()) && groups.iter().skip(1).all(|g| g.len() == 3));
    let one_kind = !(whole.contains('.') && whole.contains(','));
    let (part, beyond) = part.split_at_checked(decimals.min(part.len())).ok_or_else(wrong)?;
    let digits = format!("{}{part:0<decimals$}", groups.concat());
    let plain = !first.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || !grouped || !one_kind || beyond.bytes().any(|byte| byte != b'0') {
        return Err(wrong());
    }
    digits.parse().ok().filter(|amount| *amount <= MAX_AMOUNT).ok_or_else(wrong)
}

fn cents(part: &str, decimals: usize) -> &str {
    part.get(..decimals.clamp(1, 2)).unwrap_or(part)
}

/// A whole number that counts something.
pub fn count(text: &str) -> Result<i64, Refusal> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number| digits && *number <= MAX_AMOUNT);
    number.ok_or_else(|| "a whole number such as 12; leave it blank to leave it as it is".to_owned())
}

/// A whole number that may be below zero.
pub fn signed(text: &str) -> Result<i64, Refusal> {
    let below = text.strip_prefix('-').map(|digits| count(digits).map(i64::saturating_neg));
    below.unwrap_or_else(|| count(text))
}

/// `true` or `false`, as programs write it.
pub fn flag(text: &str) -> Result<bool, Refusal> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err("true or false".to_owned()),
    }
}

/// Whether a spreadsheet has rounded a code: `4.01232E+12`.
pub fn is_rounded(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['E', 'e']) else { return false };
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = digits.split(['.', ',']);
    power.strip_prefix('+').is_some_and(plain) && parts.all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_they_are_written_in_either_world() {
        for (text, cents) in [
            ("60", 6_000),
            ("42.99", 4_299),
            ("42,99", 4_299),
            ("42.9", 4_290),
            ("1.234,50", 123_450),
            ("1,234.50", 123_450),
            ("1,234,567", 123_456_700),
            ("1.234.567,8", 123_456_780),
            ("9.9900", 999),
            ("0", 0),
        ] {
            assert_eq!(amount(text, 2), Ok(cents), "{text}");
        }
        assert_eq!(amount("500", 0), Ok(500));
        assert_eq!(amount("500.00", 0), Ok(500));
        assert_eq!(amount("1.234", 3), Ok(1_234));
    }

    #[test]
    fn what_could_be_two_amounts_is_neither() {
        assert_eq!(amount("1,234", 2), Err("could be thousands or decimals; write 1234, or 1.23".to_owned()));
        for wrong in ["", "n/a", "-3", "€5", "1 000", "12.345.6", "9.999999", "1.2,3.4", ".50", "1e5"] {
            assert!(amount(wrong, 2).is_err(), "{wrong}");
        }
    }

    #[test]
    fn pieces_are_whole_and_there() {
        assert_eq!(count("12"), Ok(12));
        for wrong in ["n/a", "-3", "", "1.5", "+1", "99999999999999999999"] {
            assert!(count(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_rounded_code_is_known_by_its_power() {
        assert!(is_rounded("4.01232E+12") && is_rounded("4,01232e+12"));
        assert!(!is_rounded("SHE+1") && !is_rounded("4012320000000") && !is_rounded("1E5"));
    }
}
