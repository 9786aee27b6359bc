use rusqlite::Connection;

use super::*;
use crate::ports::{Statement, Timestamp};
use crate::testing::{connection, run};

const NOW: i64 = 1_790_000_000_000;

/// Orders of products that are named by one letter each, a minute apart, the last one now.
fn sold(orders: &[&str]) -> Connection {
    let connection = connection();
    for (n, order) in orders.iter().enumerate() {
        for (place, product) in order.chars().enumerate() {
            sell(&connection, NOW - 60_000 * (orders.len() - n) as i64, n, place, &product.to_string(), false);
        }
    }
    connection
}

fn sell(connection: &Connection, at: i64, order: usize, place: usize, product: &str, back: bool) {
    let sql = "INSERT INTO sales VALUES (?1, ?2, ?3, ?4, 'item', ?5, 'x', 1, 0, 100, 0, 'EUR', 'DE', 'api')";
    connection.execute(sql, (at, order as i64, place as i64, back, product)).unwrap();
}

fn all(connection: &Connection, statements: impl IntoIterator<Item = Statement>) {
    statements.into_iter().for_each(|statement| drop(run(connection, &statement).unwrap()));
}

fn is_due(connection: &Connection, night: i64) -> bool {
    run(connection, &store::is_due(night)).unwrap().first::<Due>().unwrap().is_some()
}

/// A whole run: how many slices it took.
fn learn(connection: &Connection, night: i64, now: i64) -> usize {
    let now = Timestamp::from_millis(now);
    all(connection, selling::count(night, now));
    all(connection, begin(night, now));
    (1..100)
        .find(|_| {
            all(connection, next_slice(now));
            !is_due(connection, night)
        })
        .unwrap()
}

fn with(connection: &Connection, product: &str) -> String {
    let sql = "SELECT others FROM bought_together WHERE product_id = ?1";
    let others = connection.query_row(sql, [product], |row| row.get::<_, String>(0)).unwrap_or_default();
    others.replace(['[', ']', '"', ','], "")
}

fn revision(connection: &Connection) -> i64 {
    connection.query_row("SELECT revision FROM catalog_state", [], |row| row.get(0)).unwrap()
}

#[test]
fn what_is_bought_together_twice_goes_together_and_what_is_in_all_orders_with_nothing_more_than_others() {
    // b is in each order that has a, and d in nearly all orders.
    let connection = sold(&["abd", "abd", "ad", "cd", "cd", "ed", "fd", "gd", "ac"]);
    learn(&connection, 1, NOW);
    assert_eq!(with(&connection, "a"), "bd", "c once with a is chance");
    assert_eq!(with(&connection, "c"), "d");
    assert_eq!(with(&connection, "d"), "abc");
    assert_eq!(with(&connection, "e"), "");
}

#[test]
fn a_run_goes_through_all_in_slices_publishes_at_its_end_and_rests_until_the_next_night() {
    let connection = sold(&["ab", "ab"]);
    for n in 0..120 {
        sell(&connection, NOW - 1, 100 + n, 0, &format!("product {n:03}"), false);
    }
    let before = revision(&connection);
    assert!(is_due(&connection, 7));
    assert_eq!(learn(&connection, 7, NOW), 4, "122 products, and nothing after them");
    assert_eq!((with(&connection, "a"), revision(&connection)), ("b".into(), before + 2), "what sells at once");
    assert!(!is_due(&connection, 7) && is_due(&connection, 8));
    // What comes in the same night changes nothing more.
    all(&connection, selling::count(7, Timestamp::from_millis(NOW)));
    all(&connection, begin(7, Timestamp::from_millis(NOW)));
    all(&connection, next_slice(Timestamp::from_millis(NOW)));
    assert_eq!(revision(&connection), before + 2);
}

fn selling(connection: &Connection) -> Vec<(String, i64)> {
    let mut rows = connection.prepare("SELECT product_id, orders FROM best_selling ORDER BY product_id").unwrap();
    let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Gives back pieces of what an order has one of.
fn give_back(connection: &Connection, at: i64, order: usize, product: &str) {
    let sql = "INSERT INTO sales VALUES (?1, ?2, 999, 1, 'item', ?3, 'x', -1, 0, -100, 0, 'EUR', 'DE', 'api')";
    connection.execute(sql, (at, order as i64, product)).unwrap();
}

#[test]
fn what_sells_is_counted_by_the_orders_of_ninety_days_that_keep_a_piece_of_it() {
    let day = 24 * 3_600_000;
    let connection = sold(&["ab", "a", "a", "c", "d"]);
    // A hundred at once are one order; so are two entries of the same.
    connection.execute("UPDATE sales SET pieces = 100 WHERE product_id = 'c'", []).unwrap();
    sell(&connection, NOW - 1, 3, 7, "c", false);
    sell(&connection, NOW - 91 * day, 50, 0, "old", false);
    // Of one that is too old to count, of all there was, and of a part.
    give_back(&connection, NOW, 50, "old");
    give_back(&connection, NOW, 51, "a");
    give_back(&connection, NOW, 4, "d");
    give_back(&connection, NOW, 3, "c");
    learn(&connection, 1, NOW);
    assert_eq!(selling(&connection), [("a".into(), 3), ("b".into(), 1), ("c".into(), 1)]);
    let marked = |connection: &Connection| -> i64 {
        connection.query_row("SELECT count(*) FROM changed_products", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(marked(&connection), 3);
    // A night later one more is given back, and nothing else is another.
    connection.execute("DELETE FROM changed_products", []).unwrap();
    let before = revision(&connection);
    give_back(&connection, NOW + 1, 2, "a");
    learn(&connection, 2, NOW + day);
    assert_eq!(selling(&connection), [("a".into(), 2), ("b".into(), 1), ("c".into(), 1)]);
    assert_eq!((marked(&connection), revision(&connection)), (1, before + 2));
    // Nothing new: nothing is published for it.
    learn(&connection, 3, NOW + day);
    assert_eq!(revision(&connection), before + 3, "the run's end alone");
    learn(&connection, 100, NOW + 91 * day);
    assert_eq!(selling(&connection), []);
}

#[test]
fn a_run_that_takes_longer_than_a_night_is_not_begun_anew() {
    let connection = sold(&[]);
    (0..60).for_each(|n| sell(&connection, NOW - 1, n, 0, &format!("product {n:03}"), false));
    let now = Timestamp::from_millis(NOW);
    all(&connection, begin(1, now));
    all(&connection, next_slice(now));
    all(&connection, begin(2, now));
    let after = |connection: &Connection| -> (i64, String) {
        connection.query_row("SELECT night, after FROM learning", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    };
    assert_eq!(after(&connection), (1, "product 049".into()));
}

#[test]
fn a_year_is_remembered_what_was_given_back_does_not_count_nor_what_follows_a_hundred_others() {
    let connection = sold(&["ab", "ab"]);
    for order in [10, 11] {
        sell(&connection, NOW, order, 0, "a", false);
        sell(&connection, NOW, order, 100, "c", false);
        sell(&connection, NOW, order, 1, "d", true);
    }
    learn(&connection, 1, NOW);
    assert_eq!(
        (with(&connection, "a"), with(&connection, "c"), with(&connection, "d")),
        ("b".into(), String::new(), String::new())
    );
    learn(&connection, 400, NOW + 366 * 24 * 3_600_000);
    let left: i64 = connection.query_row("SELECT count(*) FROM bought_together", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}
