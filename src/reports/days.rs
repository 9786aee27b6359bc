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
    pub fn spans(&self) -> Vec<[Timestamp; 2]> {
        self.each().map(|day| [self.zone.begins(day), self.zone.begins(day.plus(1))]).collect()
    }
}

/// Spans of time as a statement takes them.
pub fn bound(spans: &[[Timestamp; 2]]) -> Value {
    let millis: Vec<_> = spans.iter().map(|span| span.map(Timestamp::millis)).collect();
    json::text(&millis).into()
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
