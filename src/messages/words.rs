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
    let (english, german) = MONTHS.get(day.month0() as usize).copied().unwrap_or_default();
    let (month, dot) = language.of((english, ""), (german, "."));
    format!("{}{dot} {month} {}", day.day(), day.year())
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
        assert_eq!(decimal(Language::De, "8.875"), "8,875");
    }
}
