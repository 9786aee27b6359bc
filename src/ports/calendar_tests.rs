use proptest::prelude::*;

use super::*;

fn zone(name: &str) -> TimeZone {
    name.parse().unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    serde_json::from_value(text.into()).unwrap()
}

/// `tests/worker/calendar.test.mjs` has the platform asked for the same.
fn beginnings() -> Vec<(String, String, Timestamp)> {
    let cases = std::fs::read_to_string("tests/worker/calendar.json").unwrap();
    serde_json::from_str(&cases).unwrap()
}

#[test]
fn a_day_begins_when_clocks_there_first_show_it() {
    for (name, text, begins) in beginnings() {
        assert_eq!(zone(&name).begins(day(&text)), begins, "{name} {text}");
    }
}

#[test]
fn a_day_is_that_of_the_zone() {
    for (name, moment, text) in [
        ("Europe/Berlin", "2026-06-30T21:59:59.999Z", "2026-06-30"),
        ("Europe/Berlin", "2026-06-30T22:00:00Z", "2026-07-01"),
        ("Europe/Berlin", "2026-10-25T22:59:59.999Z", "2026-10-25"),
        ("Europe/Berlin", "2026-10-25T23:00:00Z", "2026-10-26"),
        ("Asia/Kolkata", "2026-06-30T18:29:59Z", "2026-06-30"),
        ("Asia/Kolkata", "2026-06-30T18:30:00Z", "2026-07-01"),
        ("Pacific/Kiritimati", "2026-06-30T10:00:00Z", "2026-07-01"),
        ("Pacific/Niue", "2026-06-30T10:59:00Z", "2026-06-29"),
        ("UTC", "2026-06-30T00:00:00Z", "2026-06-30"),
    ] {
        assert_eq!(zone(name).day_of(at(moment)), day(text), "{name} {moment}");
    }
}

#[test]
fn what_is_no_zone_is_told_by_its_form_or_by_the_tables() {
    for wrong in ["", "Europe/Berlin ", "+01:00", "Europe/Köln", "/etc", &"x".repeat(65)] {
        assert!(wrong.parse::<TimeZone>().is_err(), "{wrong:?}");
    }
    assert!(zone("Asia/Kolkata").is_known() && zone("UTC").is_known());
    assert!(!zone("Europe/Entenhausen").is_known());
    assert_eq!(zone("Europe/Entenhausen").begins(day("1970-01-02")), Timestamp::from_millis(DAY_MILLIS));
}

#[test]
fn a_day_is_written_in_one_way() {
    assert_eq!(day("2026-02-28").plus(1).to_string(), "2026-03-01");
    assert_eq!(day("9999-12-31").since(day("1970-01-01")), 2_932_896);
    for wrong in ["2026-2-3", "2026-02-29", "1969-12-31", "2026-01-31T00:00:00Z", "", "10000-01-01"] {
        assert!(wrong.parse::<Day>().is_err(), "{wrong:?}");
    }
}

proptest! {
    /// Days lie end to end: whatever moment there is, it is of one of them.
    #[test]
    fn every_moment_is_of_one_day(
        name in prop_oneof![
            Just("Europe/Berlin"), Just("America/Sao_Paulo"), Just("Atlantic/Azores"), Just("Australia/Lord_Howe"),
            Just("Asia/Kolkata"), Just("America/Havana"), Just("Asia/Beirut"),
        ],
        millis in 0_i64..2_000_000_000_000,
    ) {
        let (zone, moment) = (zone(name), Timestamp::from_millis(millis));
        let day = zone.day_of(moment);
        prop_assert!(zone.begins(day) <= moment && moment < zone.begins(day.plus(1)), "{} {:?}", day, moment);
    }
}
