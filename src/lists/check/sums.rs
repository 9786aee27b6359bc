//! Sums that triggers keep, held against what they are of: how many orders stand
//! how (`order_counts`), and what the books come to by hour, country, channel and
//! tax (`migrations/0013_create_sales.sql`).
//!
//! Both are of one database and written in one step, so nothing is ever on its way:
//! what differs is wrong.

use serde::Deserialize;
use serde_json::json;

use super::store::{self, Night};
use crate::app::App;
use crate::ports::{DatabaseError, Rows, Statement, Timestamp};
use crate::problem::Problem;
use crate::telemetry;

/// What the run is called.
const NAME: &str = "nightly_sums";
/// Of the books so much is compared in one minute of the night, in milliseconds: a
/// week, in a busy shop some 60,000 rows. A year is through within the hour.
const STEP_MILLIS: i64 = 7 * super::DAY_MILLIS;
/// From the first moment there is to the last, as JSON has numbers.
const EVER: [i64; 2] = [0, 9_007_199_254_740_991];

/// A table of sums, and what it should be.
struct Sums {
    name: &'static str,
    /// How many of its rows are wrong, missing or too many.
    wrong: &'static str,
    /// Takes it away, and makes it anew.
    anew: [&'static str; 2],
    /// Whether it is by time, so that a part of it can be looked at: from ?1 to ?2,
    /// both of which begin a day (UTC).
    by_time: bool,
}

macro_rules! sums {
    ($name:literal, $by_time:literal, $span:literal, $is_something:literal, $due:literal) => {
        Sums {
            name: $name,
            wrong: concat!(
                "WITH kept AS MATERIALIZED (SELECT * FROM ",
                $name,
                " WHERE (",
                $span,
                ") AND (",
                $is_something,
                ")), due AS MATERIALIZED (",
                $due,
                ") SELECT count(*) AS wrong FROM (
                   SELECT * FROM (SELECT * FROM kept EXCEPT SELECT * FROM due)
                   UNION ALL SELECT * FROM (SELECT * FROM due EXCEPT SELECT * FROM kept))"
            ),
            anew: [concat!("DELETE FROM ", $name, " WHERE ", $span), concat!("INSERT INTO ", $name, " ", $due)],
            by_time: $by_time,
        }
    };
}

const ALL: [Sums; 3] = [
    sums!(
        "order_counts",
        false,
        "true",
        "orders <> 0",
        "SELECT status, payment_status, fulfilment_status, coalesce(return_status, ''), coalesce(edit_status, ''),
           count(*) FROM orders GROUP BY 1, 2, 3, 4, 5"
    ),
    sums!(
        "sales_sums",
        true,
        "begins >= ?1 AND begins < ?2",
        "entries <> 0 OR net <> 0 OR tax <> 0",
        "SELECT slot, begins, value, currency, sum(entries), sum(orders), sum(pieces), sum(sold), sum(refunded),
           sum(discounts), sum(shipping), sum(net), sum(tax)
         FROM sales_parts WHERE at >= ?1 AND at < ?2 GROUP BY 1, 2, 3, 4"
    ),
    sums!(
        "sales_tax_sums",
        true,
        "begins >= ?1 AND begins < ?2",
        "entries <> 0 OR net <> 0 OR tax <> 0",
        "SELECT begins, country, name, rate, currency, sum(entries), sum(net), sum(tax)
         FROM sales_tax_parts WHERE at >= ?1 AND at < ?2 GROUP BY 1, 2, 3, 4, 5"
    ),
];

impl Sums {
    fn statement(&self, sql: &'static str, [from, to]: [i64; 2]) -> Statement {
        let times = [from, to].map(Into::into);
        if self.by_time { Statement::new(sql, times) } else { Statement::new(sql, []) }
    }

    fn anew(&self, span: [i64; 2]) -> [Statement; 2] {
        self.anew.map(|sql| self.statement(sql, span))
    }
}

/// Makes all of them anew, from the first day to the last.
pub fn make() -> Vec<Statement> {
    ALL.iter().flat_map(|sums| sums.anew(EVER)).collect()
}

/// By night, a step of the way through the books; at the first all that is by no
/// time, too.
pub async fn tick(app: &App, tonight: i64) -> Result<(), Problem> {
    let now = app.clock.now();
    let begun = Statement::new("SELECT min(at) AS at FROM sales", []);
    let mut rows = app.database.batch(vec![store::night(NAME), begun]).await?.into_iter();
    let night = store::read_night(rows.next().unwrap_or_default())?.unwrap_or_default();
    let night = if night.night == tonight { night } else { Night::begun(tonight) };
    if night.done {
        return Ok(());
    }
    let (span, is_last) = step(&night, first(rows.next().unwrap_or_default())?, now);
    let compared: Vec<&Sums> = ALL.iter().filter(|sums| sums.by_time || night.after.is_empty()).collect();
    let asked = compared.iter().map(|sums| sums.statement(sums.wrong, span));
    let answers = app.database.batch(asked.collect()).await?;
    let (mut batch, mut found) = (Vec::new(), Vec::new());
    for (sums, rows) in compared.into_iter().zip(answers) {
        if wrong(rows)? > 0 {
            batch.extend(sums.anew(span));
            found.push((sums.name.to_owned(), [Timestamp::from_millis(span[0])], true));
        }
    }
    let drifted = i64::try_from(found.len()).unwrap_or(i64::MAX);
    if drifted > 0 {
        batch.extend([store::found(&found, now), store::forget_old()]);
    }
    let after = Night {
        after: span[1].to_string(),
        checked: night.checked.saturating_add(1),
        drifted: night.drifted.saturating_add(drifted),
        done: is_last,
        ..night
    };
    batch.push(store::remember(NAME, &after, now));
    app.database.batch(batch).await?;
    for (name, from, _) in found {
        telemetry::log(&json!({"level": "error", "event": "sums_drifted", "sums": name, "from": from[0]}));
    }
    Ok(())
}

/// What of the books has its turn, and whether it is the last of them. The first
/// step goes from the beginning of time to a week behind the first sale, the last
/// to its end; where there is no sale, one step is all.
fn step(night: &Night, first: Option<i64>, now: Timestamp) -> ([i64; 2], bool) {
    let from: i64 = night.after.parse().unwrap_or(EVER[0]);
    let Some(first) = first else { return ([from, EVER[1]], true) };
    let to = from.max(first.saturating_sub(first.rem_euclid(super::DAY_MILLIS))).saturating_add(STEP_MILLIS);
    if to > now.millis() { ([from, EVER[1]], true) } else { ([from, to], false) }
}

fn wrong(rows: Rows) -> Result<i64, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        wrong: i64,
    }
    Ok(rows.first::<Row>()?.map_or(0, |row| row.wrong))
}

fn first(rows: Rows) -> Result<Option<i64>, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        at: Option<i64>,
    }
    Ok(rows.first::<Row>()?.and_then(|row| row.at))
}
