//! When an order arrives: whole days of the UTC calendar, Monday to Friday.

use super::quote::Arrival;
use super::shipping::HandlingDays;
use crate::ports::Timestamp;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// The days on which it arrives if it is ordered now. The first working day is
/// the one after today; 0 is today, or the next working day at a weekend.
pub fn arrival(days: HandlingDays, now: Timestamp) -> Arrival {
    let today = now.millis().div_euclid(DAY_MILLIS);
    let day = |count| Timestamp::from_millis(working_day(today, count).saturating_mul(DAY_MILLIS));
    Arrival { from: day(days.from), to: day(days.to.max(days.from)) }
}

/// The day, counted from 1970-01-01, that is so many working days after `today`.
fn working_day(today: i64, count: u16) -> i64 {
    let mut day = today;
    let mut left = count;
    while left > 0 || is_weekend(day) {
        day = day.saturating_add(1);
        left = left.saturating_sub(u16::from(!is_weekend(day)));
    }
    day
}

/// 1970-01-01 was a Thursday.
fn is_weekend(day: i64) -> bool {
    day.saturating_add(3).rem_euclid(7) >= 5
}

#[cfg(test)]
#[path = "days_tests.rs"]
mod tests;
