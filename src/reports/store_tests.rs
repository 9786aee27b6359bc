use std::time::Instant;

use rusqlite::Connection;
use serde_json::{Value as Json, json};

use super::*;
use crate::orders::projection::{Projection, upserts};
use crate::ports::Day;
use crate::testing::{connection, run};

/// An order that was placed at this time, with these books; the n-th.
fn order(n: u64, placed_at: Timestamp, version: u64, sales: Json) -> Projection {
    let id = crate::ids::OrderId::derived(ulid::Ulid::from_parts(n, u128::from(n)).to_bytes());
    serde_json::from_value(json!({
        "id": id, "version": version, "number": id.number(), "account_id": null, "email": "ada@example.com",
        "status": "confirmed", "payment_status": "paid", "fulfilment_status": "unfulfilled",
        "total": {"amount": 0, "currency": if n.is_multiple_of(5) { "GBP" } else { "EUR" }}, "pieces": 1,
        "placed_at": placed_at, "updated_at": placed_at, "billing_address": null, "skus": [], "events": [],
        "shipping_address": {
            "name": "Ada", "line1": "1 Long Lane", "city": "Berlin", "postal_code": "10115",
            "country": country(n),
        },
        "channel": if n.is_multiple_of(3) { "api" } else { "storefront" },
        "sales": sales,
        "return_status": null,
        "edit_status": null,
        "goods": "",
    }))
    .unwrap()
}

fn country(n: u64) -> &'static str {
    if n.is_multiple_of(7) { "FR" } else { "DE" }
}

fn at(text: &str) -> Timestamp {
    serde_json::from_value(text.into()).unwrap()
}

/// Two products and shipping, 19 % of tax in each.
fn sold(n: u64, at: Timestamp) -> Json {
    let product = |n: u64| crate::ids::ProductId::derived(ulid::Ulid::from_parts(n % 500, 1).to_bytes());
    let (at, country) = (at.millis(), country(n));
    json!([
        [
            [at, 0, "item", product(n), "Mug", 2, 10, 1_000, 190, country],
            [at, 0, "item", product(n * 31 + 1), "Pot", 1, 0, 2_000, 380, country],
            [at, 0, "shipping", null, null, 0, 0, 500, 95, country],
        ],
        [[at, "VAT", "19", 3_500, 665, country]],
    ])
}

fn write(connection: &Connection, orders: &[Projection]) {
    upserts(orders).iter().for_each(|statement| drop(run(connection, statement).unwrap()));
}

fn days(zone: &str, first: &str, last: &str) -> Days {
    Days { zone: zone.parse().unwrap(), first: first.parse().unwrap(), last: last.parse().unwrap() }
}

fn rows(connection: &Connection, statement: &Statement) -> Vec<SalesRow> {
    run(connection, statement).unwrap().decode().unwrap()
}

/// Of each day that has something: which it is, its orders, and its total.
fn by_day(connection: &Connection, days: &Days) -> Vec<(Day, i64, i64)> {
    let named: Vec<Day> = days.each().collect();
    let found = rows(connection, &sales(days, SalesBy::Day, None, MAX_SHOWN));
    let of_days = found.into_iter().map(|row| (named[row.span], row.orders, row.net + row.tax));
    of_days.collect()
}

#[test]
fn days_are_the_shops_also_when_clocks_change() {
    let connection = connection();
    let moments = [
        // In Berlin 23:30 and 00:30, then 01:30 and 03:30, as there is no 02:30.
        "2026-03-28T22:30:00Z",
        "2026-03-28T23:30:00Z",
        "2026-03-29T00:30:00Z",
        "2026-03-29T01:30:00Z",
        "2026-03-29T21:30:00Z",
        "2026-03-29T22:30:00Z",
        // 02:30 twice, and the last half hour of a day of 25 hours.
        "2026-10-25T00:30:00Z",
        "2026-10-25T01:30:00Z",
        "2026-10-25T22:30:00Z",
        "2026-10-25T23:30:00Z",
    ];
    for (n, moment) in (1..).zip(moments) {
        write(&connection, &[order(n * 5 + 1, at(moment), 1, sold(n, at(moment)))]);
    }
    let day = |text: &str, orders: i64| (text.parse::<Day>().unwrap(), orders, orders * 4_165);
    let spring = by_day(&connection, &days("Europe/Berlin", "2026-03-28", "2026-03-30"));
    assert_eq!(spring, [day("2026-03-28", 1), day("2026-03-29", 4), day("2026-03-30", 1)]);
    let autumn = by_day(&connection, &days("Europe/Berlin", "2026-10-24", "2026-10-26"));
    assert_eq!(autumn, [day("2026-10-25", 3), day("2026-10-26", 1)]);
    let in_india = by_day(&connection, &days("Asia/Kolkata", "2026-03-28", "2026-03-30"));
    assert_eq!(in_india, [day("2026-03-29", 4), day("2026-03-30", 2)]);
    assert_eq!(by_day(&connection, &days("UTC", "2026-03-29", "2026-03-29")), [day("2026-03-29", 4)]);
}

#[test]
fn books_follow_the_row_whatever_happens_to_it() {
    let connection = connection();
    let (placed, later) = (at("2026-06-01T10:00:00Z"), at("2026-06-03T10:00:00Z"));
    let period = days("UTC", "2026-06-01", "2026-06-30");
    let mut given_back = sold(1, placed);
    let entry = json!([later.millis(), 1, "shipping", null, null, 0, 0, -500, -95, "DE"]);
    given_back[0].as_array_mut().unwrap().push(entry);
    given_back[1].as_array_mut().unwrap().push(json!([later.millis(), "VAT", "19", -500, -95, "DE"]));
    write(&connection, &[order(1, placed, 1, json!([[], []]))]);
    assert!(by_day(&connection, &period).is_empty());
    write(&connection, &[order(1, placed, 2, sold(1, placed))]);
    write(&connection, &[order(1, placed, 3, given_back)]);
    write(&connection, &[order(1, placed, 2, sold(1, placed))]);
    let day = |text: &str, orders, total| (text.parse::<Day>().unwrap(), orders, total);
    assert_eq!(by_day(&connection, &period), [day("2026-06-01", 1, 4_165), day("2026-06-03", 0, -595)]);
    let all = &rows(&connection, &totals(&period, None))[0];
    assert_eq!((all.orders, all.pieces, all.sold, all.refunded), (1, 3, 4_165, 595));
    assert_eq!((all.net, all.tax, all.shipping, all.discounts), (3_000, 570, 0, 10));
    let taxes: Vec<TaxRow> = run(&connection, &taxes(&period, MAX_RATES)).unwrap().decode().unwrap();
    assert_eq!((taxes.len(), taxes[0].net, taxes[0].tax, taxes[0].rate.as_deref()), (1, 3_000, 570, Some("19")));
    connection.execute("DELETE FROM orders", []).unwrap();
    assert!(by_day(&connection, &period).is_empty() && rows(&connection, &totals(&period, None)).is_empty());
}

/// What a report comes to in one currency.
fn sum(rows: &[SalesRow], currency: &str) -> (i64, i64, i64) {
    let of = rows.iter().filter(|row| row.currency.as_str() == currency);
    of.fold((0, 0, 0), |sum, row| (sum.0 + row.pieces, sum.1 + row.net, sum.2 + row.tax))
}

#[test]
fn every_way_to_sort_comes_to_the_same() {
    let connection = connection();
    let begins = at("2026-06-01T00:00:00Z");
    let all: Vec<_> = (0..300).map(|n| (n, begins.plus_seconds(i64::try_from(n).unwrap() * 7_200))).collect();
    write(&connection, &all.iter().map(|(n, at)| order(*n, *at, 1, sold(*n, *at))).collect::<Vec<_>>());
    let period = days("Europe/Berlin", "2026-06-03", "2026-06-20");
    let total = rows(&connection, &totals(&period, None));
    for currency in ["EUR", "GBP"] {
        let expected = sum(&total, currency);
        assert!(expected.0 > 0);
        for by in [SalesBy::Day, SalesBy::Product, SalesBy::Country, SalesBy::Channel] {
            let parts = rows(&connection, &sales(&period, by, None, MAX_LINES));
            assert_eq!(sum(&parts, currency), expected, "{by:?}");
        }
    }
    let pounds = rows(&connection, &sales(&period, SalesBy::Country, Currency::parse("GBP").ok(), MAX_SHOWN));
    assert!(pounds.iter().all(|row| row.currency.as_str() == "GBP"));
    let orders: i64 = pounds.iter().map(|row| row.orders).sum();
    assert_eq!(orders, total.iter().find(|row| row.currency.as_str() == "GBP").unwrap().orders);
}

#[test]
fn each_currency_has_its_largest_and_an_order_counts_once_for_a_product() {
    let connection = connection();
    let moment = at("2026-06-10T12:00:00Z");
    let product = |n: u64| crate::ids::ProductId::derived([u8::try_from(n).unwrap(); 16]);
    let item = |of: u64, net: i64| json!([moment.millis(), 0, "item", product(of), "Mug", 1, 0, net, 0, "DE"]);
    // By number each fifth order is in pounds, and sells for less.
    let books = [(1, 900), (2, 800), (3, 700), (5, 30), (10, 20)];
    let orders = books.map(|(n, net)| order(n, moment, 1, json!([[item(n, net), item(n, net)], []])));
    write(&connection, &orders);
    let found = rows(&connection, &sales(&days("UTC", "2026-06-10", "2026-06-10"), SalesBy::Product, None, 1));
    let found: Vec<_> = found.iter().map(|row| (row.currency.as_str(), row.net, row.orders, row.pieces)).collect();
    assert_eq!(found, [("EUR", 1_800, 1, 2), ("EUR", 1_600, 1, 2), ("GBP", 60, 1, 2), ("GBP", 40, 1, 2)]);
}

/// What `sales_sums` and `sales_tax_sums` have, and what the books say they should.
fn kept_and_due(connection: &Connection) -> [Vec<String>; 2] {
    let read = |from: &str, taxes: &str| {
        let sql = format!(
            "SELECT json_array(slot, begins, value, currency, sum(entries), sum(orders), sum(pieces), sum(sold),
               sum(refunded), sum(discounts), sum(shipping), sum(net), sum(tax))
             FROM {from} WHERE entries > 0 GROUP BY slot, begins, value, currency
             UNION ALL
             SELECT json_array(begins, country, name, rate, currency, sum(entries), sum(net), sum(tax))
             FROM {taxes} WHERE entries > 0 GROUP BY begins, country, name, rate, currency ORDER BY 1"
        );
        let mut prepared = connection.prepare(&sql).unwrap();
        prepared.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    [read("sales_sums", "sales_tax_sums"), read("sales_parts", "sales_tax_parts")]
}

#[test]
fn sums_follow_whatever_is_written_changed_and_deleted() {
    let connection = connection();
    let begins = at("2026-06-01T00:00:00Z");
    let written = |n: u64, version: u64| {
        let placed = begins.plus_seconds(i64::try_from(n).unwrap() * 2_000);
        let mut books = sold(n, placed);
        if version > 1 {
            let back = placed.plus_seconds(40_000).millis();
            let pieces = json!([back, 1, "item", null, "Mug", -1, 0, -500, -95, "AT"]);
            books[0]
                .as_array_mut()
                .unwrap()
                .extend([pieces, json!([back, 0, "gift_card", null, null, 1, 0, 900, 0, "DE"])]);
            books[1].as_array_mut().unwrap().push(json!([back, null, null, -500, 0, "AT"]));
        }
        order(n, placed, version, books)
    };
    write(&connection, &(0..200).map(|n| written(n, 1)).collect::<Vec<_>>());
    write(&connection, &(0..200).step_by(3).map(|n| written(n, 2)).collect::<Vec<_>>());
    connection.execute("UPDATE orders SET country = 'AT', channel = 'staff' WHERE seq % 5 = 0", []).unwrap();
    connection.execute("DELETE FROM orders WHERE seq % 7 = 0", []).unwrap();
    let [kept, due] = kept_and_due(&connection);
    assert!(kept.len() > 150);
    assert_eq!(kept, due);
    connection.execute("DELETE FROM orders", []).unwrap();
    assert_eq!(kept_and_due(&connection), [Vec::<String>::new(), Vec::new()]);
}

#[test]
fn slots_are_all_of_a_span_and_nothing_else() {
    let connection = connection();
    let begins = at("2026-06-10T00:00:00Z");
    // One every five minutes of two days.
    let orders: Vec<_> = (0..576).map(|n| (n, begins.plus_seconds(i64::try_from(n).unwrap() * 300))).collect();
    write(&connection, &orders.iter().map(|(n, at)| order(*n, *at, 1, sold(*n, *at))).collect::<Vec<_>>());
    // Empty, within an hour, across one, and from anywhere to anywhere.
    let minutes = [(0, 0), (7, 9), (61, 119), (55, 65), (60, 120), (1, 2_000), (60 * 24, 60 * 48), (45, 60 * 24 + 15)];
    for (from, to) in minutes {
        let span = [from, to].map(|minute| begins.plus_seconds(minute * 60));
        let expected = orders.iter().filter(|(_, at)| (span[0]..span[1]).contains(at)).count();
        for slot in [Slot::Hour, Slot::Country, Slot::Channel] {
            let found = rows(&connection, &sums(&[span], slot, None, true));
            let counted: i64 = found.iter().map(|row| row.orders).sum();
            assert_eq!(usize::try_from(counted).unwrap(), expected, "{from} to {to}");
        }
    }
}

#[test]
fn no_report_reads_more_than_its_days() {
    let connection = connection();
    let period = days("UTC", "2026-06-01", "2026-06-30");
    let mut statements = vec![totals(&period, None), taxes(&period, MAX_RATES)];
    statements.extend(
        [SalesBy::Day, SalesBy::Product, SalesBy::Country, SalesBy::Channel]
            .map(|by| sales(&period, by, None, MAX_SHOWN)),
    );
    for statement in statements {
        let mut prepared = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql)).unwrap();
        let nulls = vec![rusqlite::types::Null; prepared.parameter_count()];
        let lines = prepared.query_map(rusqlite::params_from_iter(nulls), |row| row.get::<_, String>(3)).unwrap();
        let plan = lines.map(Result::unwrap).collect::<Vec<_>>();
        let read: Vec<_> = plan.iter().filter(|line| line.contains(" sales")).collect();
        assert!(!read.is_empty() && read.iter().all(|line| line.starts_with("SEARCH")), "{plan:#?}");
        let bounds = ["PRIMARY KEY (at>? AND at<?)", "begins>? AND begins<?)"];
        assert!(read.iter().all(|line| bounds.iter().any(|bound| line.contains(bound))), "{plan:#?}");
    }
}

#[test]
#[ignore = "makes 100,000 orders and prints how long reports take: cargo test --lib -- --ignored --nocapture reports"]
#[allow(clippy::disallowed_methods, reason = "it measures")]
fn a_year_of_a_hundred_thousand_orders_is_reported_within_seconds() {
    let connection = connection();
    let begins = at("2026-01-01T00:00:00Z");
    let all: Vec<_> = (0..100_000).map(|n| (n, begins.plus_seconds(i64::try_from(n).unwrap() * 315))).collect();
    connection.execute_batch("BEGIN").unwrap();
    for part in all.chunks(1_000) {
        write(&connection, &part.iter().map(|(n, at)| order(*n, *at, 1, sold(*n, *at))).collect::<Vec<_>>());
    }
    connection.execute_batch("COMMIT").unwrap();
    for (name, period) in [
        ("a day", days("Europe/Berlin", "2026-06-01", "2026-06-01")),
        ("thirty days", days("Europe/Berlin", "2026-06-01", "2026-06-30")),
        ("a year", days("Europe/Berlin", "2026-01-01", "2026-12-31")),
    ] {
        let mut statements = vec![("totals", totals(&period, None)), ("taxes", taxes(&period, MAX_RATES))];
        for by in [SalesBy::Day, SalesBy::Product, SalesBy::Country, SalesBy::Channel] {
            statements.push(("sales", sales(&period, by, None, MAX_SHOWN)));
        }
        for (what, statement) in statements {
            let begun = Instant::now();
            let found = run(&connection, &statement).unwrap().decode::<serde_json::Value>().unwrap().len();
            let took = begun.elapsed();
            println!("{name:12} {what:8} {found:>5} rows {took:>10.2?}");
            assert!(took.as_millis() < 2_500, "{name} {what}");
        }
    }
}
