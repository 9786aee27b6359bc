//! The reports' SQL, over the tables that the lists' triggers keep.

use serde::Deserialize;

use super::days::{Days, bound};
use super::rows::{SalesBy, SalesKind};
use crate::ids::ProductId;
use crate::money::Currency;
use crate::ports::{Statement, Timestamp, Value};

/// The most items of one report.
pub const MAX_ITEMS: usize = 1_000;
/// One more, which says that there are more.
const LIMIT: u32 = 1_001;

/// What a report sums up, by whatever is its own.
#[derive(Debug, Deserialize)]
pub struct SalesRow {
    /// By day: which of the spans that were asked for.
    pub span: Option<usize>,
    pub kind: Option<SalesKind>,
    pub product_id: Option<ProductId>,
    pub title: Option<String>,
    pub country: Option<String>,
    pub channel: Option<String>,
    pub currency: Currency,
    pub orders: i64,
    pub pieces: i64,
    pub sold: i64,
    pub refunded: i64,
    pub discounts: i64,
    pub shipping: i64,
    pub net: i64,
    pub tax: i64,
}

#[derive(Debug, Deserialize)]
pub struct TaxRow {
    pub country: Option<String>,
    pub name: Option<String>,
    pub rate: Option<String>,
    pub currency: Currency,
    pub net: i64,
    pub tax: i64,
}

/// An order's first entry counts it.
macro_rules! sums {
    () => {
        sums!("place = 0")
    };
    ($orders:literal) => {
        concat!(
            "currency, sum(",
            $orders,
            ") AS orders, sum(pieces) AS pieces, sum(iif(back, 0, net + tax)) AS sold,
             -sum(iif(back, net + tax, 0)) AS refunded, sum(discount) AS discounts,
             sum(iif(kind = 'shipping', net + tax, 0)) AS shipping, sum(net) AS net, sum(tax) AS tax "
        )
    };
}

macro_rules! of_period {
    () => {
        "FROM sales WHERE at >= ?1 AND at < ?2 AND kind <> 'gift_card' AND (?3 IS NULL OR currency = ?3) "
    };
}

const TOTALS: &str = concat!("SELECT ", sums!(), of_period!(), "GROUP BY currency ORDER BY currency");
const BY_SPAN: &str = concat!(
    "SELECT span.key AS span, ",
    sums!(),
    "FROM json_each(?1) AS span CROSS JOIN sales
     WHERE at >= span.value ->> 0 AND at < span.value ->> 1 AND kind <> 'gift_card' AND (?2 IS NULL OR currency = ?2)
     GROUP BY span.key, currency"
);
const BY_PRODUCT: &str = concat!(
    "SELECT kind, product_id, coalesce((SELECT title FROM products WHERE id = product_id), max(title)) AS title, ",
    sums!("back = 0"),
    of_period!(),
    "GROUP BY kind, product_id, currency ORDER BY currency, sum(net + tax) DESC, product_id LIMIT ?4"
);
const BY_COUNTRY: &str = concat!(
    "SELECT country, ",
    sums!(),
    of_period!(),
    "GROUP BY country, currency ORDER BY currency, sum(net + tax) DESC, country LIMIT ?4"
);
const BY_CHANNEL: &str = concat!(
    "SELECT channel, ",
    sums!(),
    of_period!(),
    "GROUP BY channel, currency ORDER BY currency, sum(net + tax) DESC, channel LIMIT ?4"
);

fn period(days: &Days, currency: Option<Currency>) -> Vec<Value> {
    let [begins, ends] = days.bounds().map(|at| at.millis().into());
    vec![begins, ends, code(currency)]
}

fn code(currency: Option<Currency>) -> Value {
    currency.map(|currency| currency.as_str().to_owned()).into()
}

/// All of the days, for each currency: [`SalesRow`]s.
pub fn totals(days: &Days, currency: Option<Currency>) -> Statement {
    Statement::new(TOTALS, period(days, currency))
}

/// [`SalesRow`]s; by day only for days on which there is something.
pub fn sales(days: &Days, by: SalesBy, currency: Option<Currency>) -> Statement {
    let sql = match by {
        SalesBy::Day => return spans(&days.spans(), currency),
        SalesBy::Product => BY_PRODUCT,
        SalesBy::Country => BY_COUNTRY,
        SalesBy::Channel => BY_CHANNEL,
    };
    let mut params = period(days, currency);
    params.push(LIMIT.into());
    Statement::new(sql, params)
}

/// [`SalesRow`]s for spans of time, each from its first moment to the one after its last.
pub fn spans(spans: &[[Timestamp; 2]], currency: Option<Currency>) -> Statement {
    Statement::new(BY_SPAN, [bound(spans), code(currency)])
}

/// [`TaxRow`]s.
pub fn taxes(days: &Days) -> Statement {
    let [begins, ends] = days.bounds().map(|at| at.millis().into());
    Statement::new(
        "SELECT country, name, rate, currency, sum(net) AS net, sum(tax) AS tax
         FROM sales_taxes WHERE at >= ?1 AND at < ?2
         GROUP BY country, name, rate, currency ORDER BY country, name, rate, currency LIMIT ?3",
        [begins, ends, LIMIT.into()],
    )
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
