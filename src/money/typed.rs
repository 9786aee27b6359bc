//! Amounts as people type them, in minor units.

/// Reads `12.50`, `12,50`, `1,234.50` or `1 234`. What could be meant in two
/// ways, such as `1,234` of a currency with cents, is not read.
pub fn minor(typed: &str, decimals: u32) -> Option<i64> {
    let text: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '\'').collect();
    let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = match text.rfind(['.', ',']) {
        None => (text.to_owned(), ""),
        Some(at) => {
            let (before, after) = text.split_at_checked(at)?;
            let (mark, fraction) = after.split_at_checked(1)?;
            (ungrouped(before, if mark == "." { ',' } else { '.' })?, fraction)
        }
    };
    let places = usize::try_from(decimals).ok()?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let separated = whole.len() < text.len();
    if whole.is_empty() || !digits(&whole) || !digits(fraction) || fraction.len() > places {
        return None;
    }
    if separated && fraction.is_empty() {
        return None;
    }
    format!("{sign}{whole}{fraction:0<places$}").parse().ok()
}

/// Whole units without the marks between thousands: three digits stand behind each.
fn ungrouped(whole: &str, mark: char) -> Option<String> {
    let mut groups = whole.split(mark);
    let first = groups.next()?;
    let mut joined = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.is_empty() || first.len() > 3 {
            return None;
        }
        joined.push_str(group);
    }
    Some(joined)
}

/// As a field shows it: `12.50`.
pub fn plain(minor: i64, decimals: u32) -> String {
    let places = usize::try_from(decimals).unwrap_or(0);
    let sign = if minor < 0 { "-" } else { "" };
    let digits = format!("{:0>1$}", minor.unsigned_abs(), places.saturating_add(1));
    match digits.split_at_checked(digits.len().saturating_sub(places)) {
        Some((whole, fraction)) if !fraction.is_empty() => format!("{sign}{whole}.{fraction}"),
        _ => format!("{sign}{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_amount_is_read_as_people_write_it_or_not_at_all() {
        for (typed, read) in [
            ("12.50", Some(1_250)),
            ("12,5", Some(1_250)),
            (" 12 ", Some(1_200)),
            ("1,234.50", Some(123_450)),
            ("1.234,50", Some(123_450)),
            ("1 234 567,89", Some(123_456_789)),
            ("1'234.00", Some(123_400)),
            ("-3.00", Some(-300)),
            ("0", Some(0)),
            // Thousands, or a unit and three decimals?
            ("1,234", None),
            ("1.234", None),
            ("12.", None),
            (".50", None),
            ("1,23,456.00", None),
            ("12.345", None),
            ("€12", None),
            ("1e3", None),
            ("--1", None),
            ("", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(minor(typed, 2), read, "{typed}");
        }
        assert_eq!((minor("500", 0), minor("500.0", 0)), (Some(500), None));
        assert_eq!(minor("1.234", 3), Some(1_234));
    }

    proptest! {
        #[test]
        fn what_a_field_shows_is_read_as_the_same(amount in -9_007_199_254_740_991_i64..=9_007_199_254_740_991, decimals in 0_u32..=3) {
            prop_assert_eq!(minor(&plain(amount, decimals), decimals), Some(amount));
        }
    }
}
