//! The days that a report is about.

use crate::app::App;
use crate::json;
use crate::ports::{Day, TimeZone, Timestamp, Value};
use crate::problem::{FieldError, Problem};
use crate::settings;

/// The most days of one report: those of a leap year.
pub const MAX_DAYS: i32 = 366;
/// The days of a report where nobody says which.
const DAYS: i32 = 30;
const WEEK: i32 = 7;
const DAY_MILLIS: i64 = 24 * 3_600_000;

/// Days of the shop, from the first to the last.
#[derive(Debug, Clone)]
pub struct Days {
    pub zone: TimeZone,
    pub first: Day,
    pub last: Day,
}

impl Days {
    /// As they were asked for: to today, if nothing is said, and thirty of them.
    pub async fn of(app: &App, from: Option<Day>, to: Option<Day>) -> Result<Self, Problem> {
        let zone = settings::read_zone(app).await?;
        let today = zone.day_of(app.clock.now());
        let last = to.unwrap_or_else(|| from.map_or(today, |first| today.max(first).min(first.plus(MAX_DAYS - 1))));
        let first = from.unwrap_or_else(|| last.plus(1 - DAYS).max(Day::FIRST));
        let days = last.since(first).saturating_add(1);
        let wrong = match days {
            ..=0 => "must not be before the first day".to_owned(),
            1..=MAX_DAYS => return Ok(Self { zone, first, last }),
            _ => format!("must be at most {MAX_DAYS} days from the first one on"),
        };
        Err(Problem::invalid(vec![FieldError::new("to", wrong)]))
    }

    /// The first moment of the first day, and the first after the last one.
    pub fn bounds(&self) -> [Timestamp; 2] {
        [self.zone.begins(self.first), self.zone.begins(self.last.plus(1))]
    }

    pub fn each(&self) -> impl Iterator<Item = Day> {
        let first = self.first;
        (0..=self.last.since(first)).map(move |days| first.plus(days))
    }

    /// The first moment of each day and of the one after it.
    ///
    /// Asking the tables of the zones is slow, so they are asked for each week, and
    /// for its days only where that has not its hours: no zone has changed its
    /// clocks and changed them back within seven days.
    pub fn spans(&self) -> Vec<[Timestamp; 2]> {
        let after = self.last.plus(1);
        let (mut spans, mut first, mut begins) = (Vec::new(), self.first, self.zone.begins(self.first));
        while first < after {
            let next = first.plus(WEEK).min(after);
            let ends = self.zone.begins(next);
            let is_plain = ends.since(begins) == i64::from(next.since(first)).saturating_mul(DAY_MILLIS);
            for day in 1..=next.since(first) {
                let end = match first.plus(day) {
                    day if day == next => ends,
                    _ if is_plain => begins.plus_millis(DAY_MILLIS),
                    day => self.zone.begins(day),
                };
                spans.push([begins, end]);
                begins = end;
            }
            first = next;
        }
        spans
    }
}

/// Spans of time as a statement takes them, in slots of so many milliseconds: the
/// whole slots of each, and what is left of one at either end. Each with which span
/// it is of.
pub fn slots(spans: &[[Timestamp; 2]], millis: i64) -> [Value; 2] {
    let (mut whole, mut ends) = (Vec::new(), Vec::new());
    for (span, [from, to]) in spans.iter().enumerate() {
        let [from, to] = [from, to].map(|at| at.millis());
        let floor = |at: i64| at.saturating_sub(at.rem_euclid(millis));
        let begins = floor(from.saturating_add(millis - 1)).min(to);
        let end = floor(to).max(begins);
        whole.extend((begins < end).then_some((span, begins, end)));
        ends.extend([(span, from, begins), (span, end, to)].into_iter().filter(|(_, from, to)| from < to));
    }
    [json::text(&whole).into(), json::text(&ends).into()]
}

/// Today so far, and the same weekday a week ago as long: until the same time by
/// clocks, unless they have changed since midnight on one of the two days.
pub fn today(zone: &TimeZone, now: Timestamp) -> (Day, [[Timestamp; 2]; 2]) {
    let day = zone.day_of(now);
    let begins = [day, day.plus(-7)].map(|day| zone.begins(day));
    let [today, before] = begins;
    let until = now.plus_millis(1);
    let until_then = before.plus_millis(until.since(today)).min(zone.begins(day.plus(-6)));
    (day, [[today, until], [before, until_then]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_weeks_are_those_that_each_day_is_asked_for() {
        for zone in chrono_tz::TZ_VARIANTS {
            let zone: TimeZone = zone.name().parse().unwrap();
            // Samoa left out a day in 2011, Morocco changes its clocks around Ramadan, and the third has a leap day.
            for (first, last) in
                [("2011-06-02", "2012-06-01"), ("2026-01-03", "2026-12-31"), ("2027-12-30", "2028-12-29")]
            {
                let days = Days { zone: zone.clone(), first: first.parse().unwrap(), last: last.parse().unwrap() };
                let each = days.each().map(|day| [zone.begins(day), zone.begins(day.plus(1))]);
                assert_eq!(days.spans(), each.collect::<Vec<_>>(), "{zone:?}");
            }
        }
    }
}
