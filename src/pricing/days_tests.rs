//! Arrival by the calendar.

use super::*;

fn at(text: &str) -> Timestamp {
    serde_json::from_value(serde_json::json!(text)).unwrap()
}

#[test]
fn an_order_arrives_on_working_days_counted_from_tomorrow() {
    for (now, from, to, first, last) in [
        ("2026-01-01T12:00:00Z", 1, 3, "2026-01-02", "2026-01-06"),
        ("2026-01-02T23:59:59Z", 1, 1, "2026-01-05", "2026-01-05"),
        ("2026-01-03T00:00:00Z", 1, 6, "2026-01-05", "2026-01-12"),
        ("2026-01-04T00:00:00Z", 1, 5, "2026-01-05", "2026-01-09"),
        ("2026-01-01T12:00:00Z", 0, 2, "2026-01-01", "2026-01-05"),
        ("2026-01-03T12:00:00Z", 0, 0, "2026-01-05", "2026-01-05"),
        ("2026-02-27T12:00:00Z", 10, 10, "2026-03-13", "2026-03-13"),
        ("1969-12-31T12:00:00Z", 1, 2, "1970-01-01", "1970-01-02"),
        ("2026-01-01T12:00:00Z", 3, 1, "2026-01-06", "2026-01-06"),
    ] {
        let arrival = arrival(HandlingDays { from, to }, at(now));
        let day = |date: &str| at(&format!("{date}T00:00:00Z"));
        assert_eq!((arrival.from, arrival.to), (day(first), day(last)), "{from} to {to} days after {now}");
    }
}
