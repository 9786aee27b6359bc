//! Time, as an argument.

use chrono::Datelike;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

use super::Pending;

/// Milliseconds since 1970-01-01T00:00:00Z. Text form: RFC 3339, UTC,
/// milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }
    pub const fn millis(self) -> i64 {
        self.0
    }
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_millis(seconds.saturating_mul(1_000))
    }
    /// Whole milliseconds from `earlier` to here; negative if it is later.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
    /// Whether a time that was set at most `most_millis` ahead has come. One
    /// that is further ahead was set by a clock that was wrong and has been put
    /// right since: nobody meant to wait for so long, and nobody shall.
    pub const fn has_come(self, now: Self, most_millis: i64) -> bool {
        let ahead = self.since(now);
        ahead <= 0 || ahead > most_millis
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match chrono::DateTime::from_timestamp_millis(self.0) {
            Some(time) => f.write_str(&time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)),
            None => write!(f, "{}", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer, parse)
    }
}

/// Reads what `Display` writes. An offset may lead out of the years that have
/// four digits, which RFC 3339 cannot write: such a time could not be read again.
pub(super) fn parse(text: &str) -> Result<Timestamp, &'static str> {
    let time = chrono::DateTime::parse_from_rfc3339(text)
        .map_err(|_| "a time is RFC 3339, such as 2026-01-31T09:30:00.000Z")?;
    if (0..=9_999).contains(&time.to_utc().year()) {
        Ok(Timestamp(time.timestamp_millis()))
    } else {
        Err("a time lies in the years 0000 to 9999 of UTC")
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "date-time", "examples": ["2026-01-31T09:30:00.000Z"]})
    }
}

pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
    fn sleep(&self, millis: u32) -> Pending<'static, ()>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_time_further_ahead_than_it_could_be_set_has_come() {
        let now = Timestamp::from_millis(1_000_000);
        for (ahead, has_come) in [(-1, true), (0, true), (1, false), (500, false), (501, true), (900_000, true)] {
            assert_eq!(now.plus_millis(ahead).has_come(now, 500), has_come, "{ahead} ms ahead");
        }
        assert!(Timestamp::from_millis(i64::MAX).has_come(Timestamp::from_millis(i64::MIN), 500));
    }

    #[test]
    fn an_offset_does_not_lead_out_of_the_years_of_four_digits() {
        for (text, read) in [
            ("9999-12-31T23:59:59.999Z", true),
            ("9999-12-31T23:59:59-12:00", false),
            ("9999-12-31T23:59:59+00:01", true),
            ("0000-01-01T00:00:00Z", true),
            ("0000-01-01T00:00:00+00:01", false),
            ("+10000-01-01T00:00:00Z", false),
        ] {
            assert_eq!(parse(text).is_ok(), read, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_time_that_was_read_can_be_written_and_read_again(
            year in prop_oneof![Just(0), Just(9_999), 0..=9_999],
            (month, day, hour, minute, second) in (1..=12, 1..=31, 0..=23, 0..=59, 0..=60),
            (sign, hours, minutes) in ("[+-]", 0..=23, 0..=59),
            edge in prop_oneof![Just(""), Just(".9"), Just(".999999999")],
        ) {
            let day = format!("{year:04}-{month:02}-{day:02}");
            let text = format!("{day}T{hour:02}:{minute:02}:{second:02}{edge}{sign}{hours:02}:{minutes:02}");
            if let Ok(time) = parse(&text) {
                prop_assert_eq!(parse(&time.to_string()), Ok(time), "{}", text);
            }
        }
    }
}
