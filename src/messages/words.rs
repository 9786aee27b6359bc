//! Dates and numbers as each language writes them.

use chrono::{DateTime, Datelike, Timelike, Utc};

use crate::ports::Timestamp;
use crate::text::Language;

const MONTHS: [(&str, &str); 12] = [
    ("January", "Januar"),
    ("February", "Februar"),
    ("March", "März"),
    ("April", "April"),
    ("May", "Mai"),
    ("June", "Juni"),
    ("July", "Juli"),
    ("August", "August"),
    ("September", "September"),
    ("October", "Oktober"),
    ("November", "November"),
    ("December", "Dezember"),
];

fn utc(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.millis()).unwrap_or_default()
}

/// A day, such as `31 January 2026` or `31. Januar 2026`; in UTC.
pub fn date(language: Language, at: Timestamp) -> String {
    let day = utc(at);
    format!("{} {} {}", number(language, day), month(language, day), day.year())
}

fn number(language: Language, day: DateTime<Utc>) -> String {
    format!("{}{}", day.day(), language.of("", "."))
}

fn month(language: Language, day: DateTime<Utc>) -> &'static str {
    let (english, german) = MONTHS.get(day.month0() as usize).copied().unwrap_or_default();
    language.of(english, german)
}

/// One day or several, such as `3 to 5 December` or `3. bis 5. Dezember`; the
/// years are said unless both are that of `now`. In UTC.
pub fn days(language: Language, from: Timestamp, to: Timestamp, now: Timestamp) -> String {
    let (first, last) = (utc(from), utc(to));
    let this_year = [first, last].iter().all(|day| day.year() == utc(now).year());
    let whole = |day| match this_year {
        true => format!("{} {}", number(language, day), month(language, day)),
        false => format!("{} {} {}", number(language, day), month(language, day), day.year()),
    };
    let until = language.of("to", "bis");
    if first.date_naive() == last.date_naive() {
        whole(last)
    } else if (first.year(), first.month()) == (last.year(), last.month()) {
        format!("{} {until} {}", number(language, first), whole(last))
    } else {
        format!("{} {until} {}", whole(first), whole(last))
    }
}

/// A minute, such as `31 January 2026, 09:30 UTC`: a mail does not know its
/// reader's clock.
pub fn moment(language: Language, at: Timestamp) -> String {
    let time = utc(at);
    let clock = language.of("UTC", "Uhr (UTC)");
    format!("{}, {:02}:{:02} {clock}", date(language, at), time.hour(), time.minute())
}

/// A decimal number that is written with a dot, such as a percentage.
pub fn decimal(language: Language, number: &str) -> String {
    language.of(number.to_owned(), number.replace('.', ","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_minutes_are_written_in_the_language() {
        let at = Timestamp::from_millis(1_772_442_300_000);
        assert_eq!(date(Language::En, at), "2 March 2026");
        assert_eq!(date(Language::De, at), "2. März 2026");
        assert_eq!(moment(Language::En, at), "2 March 2026, 09:05 UTC");
        assert_eq!(moment(Language::De, at), "2. März 2026, 09:05 Uhr (UTC)");
        let day = |n: i64| at.plus_millis(n * 86_400_000);
        assert_eq!(days(Language::En, at, at, at), "2 March");
        assert_eq!(days(Language::En, day(1), day(3), at), "3 to 5 March");
        assert_eq!(days(Language::De, day(1), day(3), at), "3. bis 5. März");
        assert_eq!(days(Language::En, day(29), day(30), at), "31 March to 1 April");
        assert_eq!(days(Language::En, day(304), day(305), at), "31 December 2026 to 1 January 2027");
        assert_eq!(days(Language::En, at, day(1), day(400)), "2 to 3 March 2026");
        assert_eq!(decimal(Language::De, "8.875"), "8,875");
    }
}
