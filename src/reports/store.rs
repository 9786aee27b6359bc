//! The reports' SQL, over the tables that the lists' triggers keep.

use serde::Deserialize;

use super::days::{Days, bound};
use super::rows::{SalesBy, SalesKind};
use crate::ids::{ProductId, VariantId};
use crate::money::Currency;
use crate::ports::{Statement, Timestamp, Value};

/// The most items of one report, or of a file of one.
pub const MAX_ITEMS: usize = 1_000;
/// The most products, countries or channels where they are shown: of 1,000 a page
/// has 600 KB.
pub const MAX_SHOWN: usize = 250;
/// One more, which says that there are more.
const LIMIT: u32 = 1_001;

/// The most variants that are named as running out.
const MAX_LOW: u32 = 100;

/// What a report sums up, by whatever is its own.
#[derive(Debug, Deserialize)]
pub struct SalesRow {
    /// By day: which of the spans that were asked for; none of what all come to.
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

#[derive(Debug, Deserialize)]
pub struct StockRow {
    pub currency: Currency,
    pub variants: i64,
    pub pieces: i64,
    pub value: i64,
}

#[derive(Debug, Deserialize)]
pub struct LowRow {
    pub variant_id: VariantId,
    pub product_id: ProductId,
    pub product: String,
    pub variant: Option<String>,
    pub sku: String,
    pub available: i64,
    pub low: i64,
    pub out: i64,
}

#[derive(Debug, Deserialize)]
pub struct CardsRow {
    pub currency: Currency,
    pub cards: i64,
    pub liability: i64,
    pub issued: i64,
    pub sold: i64,
}

/// An order's first entry counts it, unless said otherwise.
macro_rules! sums {
    () => {
        sums!("sum(place = 0)")
    };
    ($orders:literal) => {
        concat!(
            "currency, ",
            $orders,
            " AS orders, sum(pieces) AS pieces, sum(iif(back, 0, net + tax)) AS sold,
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
macro_rules! by_span {
    () => {
        concat!(
            "SELECT span.key AS span, ",
            sums!(),
            "FROM json_each(?1) AS span CROSS JOIN sales
             WHERE at >= span.value ->> 0 AND at < span.value ->> 1 AND kind <> 'gift_card'
               AND (?2 IS NULL OR currency = ?2)
             GROUP BY span.key, currency"
        )
    };
}
const BY_SPAN: &str = by_span!();
const BY_SPAN_AND_ALL: &str = concat!(
    "WITH spans AS MATERIALIZED (",
    by_span!(),
    ") SELECT * FROM spans
     UNION ALL
     SELECT NULL, currency, sum(orders), sum(pieces), sum(sold), sum(refunded), sum(discounts), sum(shipping), sum(net),
       sum(tax)
     FROM spans GROUP BY currency ORDER BY span, currency"
);
/// Sums by something, the largest of each currency first, as many of each.
macro_rules! largest {
    ($named:expr, $sums:expr, $by:literal) => {
        concat!(
            "WITH sums AS MATERIALIZED (SELECT ",
            $named,
            ", ",
            $sums,
            of_period!(),
            "GROUP BY ",
            $by,
            ", currency),
             ranked AS (
               SELECT *, row_number() OVER (PARTITION BY currency ORDER BY net + tax DESC, ",
            $by,
            ") AS rank FROM sums)
             SELECT * FROM ranked WHERE rank <= ?4 ORDER BY currency, rank"
        )
    };
}

/// An order counts once for a product, however often that was added to it. Only of
/// those that are in the report it is looked up what they are called by now.
const BY_PRODUCT: &str = concat!(
    "SELECT kind, product_id, coalesce((SELECT title FROM products WHERE id = product_id), title) AS title, currency, orders,
       pieces, sold, refunded, discounts, shipping, net, tax FROM (",
    largest!(
        "kind, product_id, max(title) AS title",
        sums!("count(DISTINCT iif(back, NULL, seq))"),
        "product_id, kind"
    ),
    ") ORDER BY currency, rank"
);
const BY_COUNTRY: &str = largest!("country", sums!(), "country");
const BY_CHANNEL: &str = largest!("channel", sums!(), "channel");

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

/// [`SalesRow`]s; by day only for days on which there is something, behind [`totals`]
/// from the same pass.
///
/// Of each currency at most one more than so many, which says that there are more.
pub fn sales(days: &Days, by: SalesBy, currency: Option<Currency>, most: usize) -> Statement {
    let sql = match by {
        SalesBy::Day => return Statement::new(BY_SPAN_AND_ALL, [bound(&days.spans()), code(currency)]),
        SalesBy::Product => BY_PRODUCT,
        SalesBy::Country => BY_COUNTRY,
        SalesBy::Channel => BY_CHANNEL,
    };
    let mut params = period(days, currency);
    params.push(u32::try_from(most).unwrap_or(u32::MAX).saturating_add(1).into());
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

/// What the stock would bring, for each currency: [`StockRow`]s. Sums that no one
/// can count are cut off where JSON ends.
pub fn stock_values() -> Statement {
    Statement::new(
        "SELECT currency, count(*) AS variants, cast(min(total(on_hand), 9007199254740991.0) AS INTEGER) AS pieces,
           cast(min(total(1.0 * on_hand * amount), 9007199254740991.0) AS INTEGER) AS value
         FROM stock_levels CROSS JOIN prices USING (variant_id)
         WHERE on_hand > 0 GROUP BY currency ORDER BY currency",
        [],
    )
}

/// What is sold and running out, the least first: [`LowRow`]s. As many pieces as
/// buyers are told are few (`src/catalog/store.rs`). An index has these alone.
pub fn low() -> Statement {
    Statement::new(
        "SELECT variant_id, product_id, product, sku, available, low, out,
           coalesce(title, (SELECT group_concat(value, ' / ') FROM json_each(option_values))) AS variant
         FROM (
           SELECT variant_id, product_id, products.title AS product, sku, variants.title, option_values,
             on_hand - held AS available, count(*) OVER () AS low, sum(on_hand - held <= 0) OVER () AS out
           FROM stock_levels INDEXED BY stock_levels_low CROSS JOIN variants ON variants.id = variant_id
             CROSS JOIN products ON products.id = product_id
           WHERE status = 'active' AND delivery = 'shipped' AND on_hand - held <= 5
           ORDER BY on_hand - held, products.title, sku LIMIT ?1)",
        [MAX_LOW.into()],
    )
}

/// The gift cards, for each currency: [`CardsRow`]s. Worth something is what is
/// neither disabled nor expired by `now`.
pub fn gift_cards(days: &Days, now: Timestamp) -> Statement {
    let [begins, ends] = days.bounds().map(|at| at.millis().into());
    Statement::new(
        "WITH cards AS (
           SELECT currency, coalesce(balance, initial_balance) AS balance,
             disabled_at IS NULL AND (expires_at IS NULL OR expires_at > ?3) AS live,
             iif(created_at >= ?1 AND created_at < ?2, initial_balance, 0) AS issued
           FROM gift_cards),
         parts AS (
           SELECT currency, sum(live AND balance > 0) AS cards, total(iif(live, balance, 0)) AS liability,
             total(issued) AS issued, 0.0 AS sold
           FROM cards GROUP BY currency
           UNION ALL
           SELECT currency, 0, 0.0, 0.0, total(net + tax) FROM sales
           WHERE at >= ?1 AND at < ?2 AND kind = 'gift_card' GROUP BY currency)
         SELECT currency, sum(cards) AS cards, cast(min(sum(liability), 9007199254740991.0) AS INTEGER) AS liability,
           cast(min(sum(issued), 9007199254740991.0) AS INTEGER) AS issued, cast(sum(sold) AS INTEGER) AS sold
         FROM parts GROUP BY currency ORDER BY currency",
        [begins, ends, now.millis().into()],
    )
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
