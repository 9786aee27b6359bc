//! Days of the calendar, and when each begins in a time zone. The tables of the
//! zones (IANA) are the platform's in the Worker, which has them anyway; natively
//! they are those of chrono-tz.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

use super::Timestamp;

const DAY_MILLIS: i64 = 24 * 3_600_000;

/// A day of the calendar, from 1970 on, wherever. Text form: RFC 3339, section
/// 5.6, `full-date`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(
    /// Since 1970-01-01.
    i32,
);

impl Day {
    /// 1970-01-01.
    pub const FIRST: Self = Self(0);

    pub const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }
    /// Days from `earlier` to here; negative if it is later.
    pub const fn since(self, earlier: Self) -> i32 {
        self.0.saturating_sub(earlier.0)
    }
    /// Midnight of it where clocks show UTC.
    fn in_utc(self) -> Timestamp {
        Timestamp::from_millis(i64::from(self.0).saturating_mul(DAY_MILLIS))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.in_utc().to_string().split('T').next().unwrap_or_default())
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Day {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let midnight = chrono::DateTime::parse_from_rfc3339(&format!("{text}T00:00:00Z")).ok();
        let days = midnight.and_then(|time| i32::try_from(time.timestamp().div_euclid(DAY_MILLIS / 1_000)).ok());
        days.filter(|days| *days >= 0).map(Self).ok_or("a day is such as 2026-01-31, from 1970 on")
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer, str::parse)
    }
}

impl JsonSchema for Day {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let pattern = "^(19[7-9]|[2-9][0-9]{2})[0-9]-[0-9]{2}-[0-9]{2}$";
        schemars::json_schema!({"type": "string", "format": "date", "pattern": pattern, "examples": ["2026-01-31"]})
    }
}

/// A time zone by its name in the IANA's list, such as `Europe/Berlin`. What was
/// stored is read again whatever the tables know by then: where they do not have
/// it any more, its days are those of UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeZone(String);

impl TimeZone {
    /// The longest name, in characters; the longest there is has 32.
    const MAX: usize = 64;

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the tables have it.
    pub fn is_known(&self) -> bool {
        tables::begins(&self.0, 0).is_some()
    }

    /// The first moment of a day. A day may have 23 or 25 hours, or begin at one
    /// o'clock; one that clocks leave out has no hour.
    pub fn begins(&self, day: Day) -> Timestamp {
        tables::begins(&self.0, day.0).map_or_else(|| day.in_utc(), Timestamp::from_millis)
    }

    /// The day that it is there.
    pub fn day_of(&self, at: Timestamp) -> Day {
        let in_utc = Day(i32::try_from(at.millis().div_euclid(DAY_MILLIS)).unwrap_or(i32::MAX));
        // No zone is a day or more ahead of UTC, or behind.
        let begun = [in_utc.plus(1), in_utc].into_iter().find(|day| self.begins(*day) <= at);
        begun.unwrap_or(in_utc.plus(-1))
    }
}

impl Default for TimeZone {
    fn default() -> Self {
        Self("UTC".to_owned())
    }
}

impl std::str::FromStr for TimeZone {
    type Err = &'static str;

    /// By the form of the name alone; see [`Self::is_known`].
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'+' | b'-');
        let begins = text.starts_with(|letter: char| letter.is_ascii_alphabetic());
        let fits = begins && text.len() <= Self::MAX && text.bytes().all(plain);
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err("a time zone has a name of the IANA's, such as Europe/Berlin")
        }
    }
}

impl Serialize for TimeZone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for TimeZone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer, str::parse)
    }
}

impl JsonSchema for TimeZone {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TimeZone".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let pattern = "^[A-Za-z][A-Za-z0-9/_+-]*$";
        schemars::json_schema!({
            "type": "string", "pattern": pattern, "maxLength": Self::MAX, "examples": ["Europe/Berlin"],
        })
    }
}

/// A time, or a day of the shop's. Text form: that of either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Time(Timestamp),
    Day(Day),
}

impl std::str::FromStr for Moment {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(day) => Ok(Self::Day(day)),
            Err(_) => super::clock::parse(text).map(Self::Time),
        }
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer, str::parse)
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Moment".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt].*)?$",
            "examples": ["2026-01-31", "2026-01-31T09:30:00.000Z"],
        })
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod tables {
    use chrono::TimeZone as _;

    const QUARTERS_OF_A_DAY: i64 = 24 * 4;

    /// In milliseconds since 1970, if the zone is known.
    pub fn begins(zone: &str, day: i32) -> Option<i64> {
        let zone: chrono_tz::Tz = zone.parse().ok()?;
        let midnight = chrono::DateTime::from_timestamp(i64::from(day) * 86_400, 0)?.naive_utc();
        // Clocks that are put forward at midnight show another time first.
        let shown = (0..=QUARTERS_OF_A_DAY).map(|quarter| midnight + chrono::TimeDelta::minutes(15 * quarter));
        let first = shown.filter_map(|time| zone.from_local_datetime(&time).earliest()).next()?;
        Some(first.timestamp_millis())
    }
}

/// Where the tables are the platform's.
#[cfg(target_arch = "wasm32")]
mod tables {
    use std::sync::OnceLock;

    pub(super) static LENT: OnceLock<super::Begins> = OnceLock::new();

    #[allow(clippy::cast_possible_truncation, reason = "whole milliseconds, far below 2^53")]
    pub fn begins(zone: &str, day: i32) -> Option<i64> {
        LENT.get()?(zone, day).map(|millis| millis as i64)
    }
}

/// When a day begins in a zone, in milliseconds since 1970; none if it is not known.
#[cfg(target_arch = "wasm32")]
pub type Begins = fn(zone: &str, day: i32) -> Option<f64>;

/// Has the platform's tables asked from now on: before any day is asked for.
#[cfg(target_arch = "wasm32")]
pub fn lend(begins: Begins) {
    let _ = tables::LENT.set(begins);
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;
