//! The reports' SQL, over the tables that the lists' triggers keep.

use serde::Deserialize;

use super::days::{Days, slots};
use super::rows::{SalesBy, SalesKind};
use crate::ids::{ProductId, VariantId};
use crate::money::Currency;
use crate::ports::{Statement, Timestamp, Value};

/// The most lines of a file: some 2 MB, of which an isolate has room for a few at
/// once. What has more is asked for in parts.
pub const MAX_LINES: usize = 10_000;
/// The most products, countries or channels of a currency where they are shown: of
/// 1,000 a page has 600 KB.
pub const MAX_SHOWN: usize = 250;
/// The most rates of tax where they are shown.
pub const MAX_RATES: usize = 1_000;

const HOUR_MILLIS: i64 = 3_600_000;
const DAY_MILLIS: i64 = 24 * HOUR_MILLIS;

/// The most variants that are named as running out.
const MAX_LOW: u32 = 100;

/// What a report sums up, by whatever is its own.
#[derive(Debug, Deserialize)]
pub struct SalesRow {
    /// Which of the spans that were asked for.
    pub span: usize,
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

/// What is added up of [`sales_sums`](../../migrations/0013_create_sales.sql), or of what makes it.
macro_rules! sums {
    () => {
        "sum(orders) AS orders, sum(pieces) AS pieces, sum(sold) AS sold, sum(refunded) AS refunded,
         sum(discounts) AS discounts, sum(shipping) AS shipping, sum(net) AS net, sum(tax) AS tax"
    };
}

/// Sums by span of time and, unless this is left open (?5), by what the slots are
/// of (?3): whole slots (?1) as they were added up, what is left at the ends (?2)
/// one by one.
const SUMS: &str = concat!(
    "SELECT span, iif(?5 = 'country', nullif(value, ''), NULL) AS country,
       iif(?5 = 'channel', nullif(value, ''), NULL) AS channel, currency, ",
    sums!(),
    " FROM (
       SELECT span.value ->> 0 AS span, sales_sums.*
       FROM json_each(?1) AS span CROSS JOIN sales_sums
       WHERE slot = ?3 AND begins >= span.value ->> 1 AND begins < span.value ->> 2 AND entries > 0
       UNION ALL
       SELECT span.value ->> 0, slot, begins, sales_parts.value, currency, entries, orders, pieces, sold, refunded,
         discounts, shipping, net, tax
       FROM json_each(?2) AS span CROSS JOIN sales_parts
       WHERE slot = ?3 AND at >= span.value ->> 1 AND at < span.value ->> 2)
     WHERE ?4 IS NULL OR currency = ?4
     GROUP BY span, iif(?5 IS NULL, '', value), currency
     ORDER BY span, currency, sum(net + tax) DESC, value"
);

/// The largest of each currency first, as many of each. An order counts once for a
/// product, however often that was added to it. Only of those that are in the
/// report it is looked up what they are called by now.
const BY_PRODUCT: &str = "
    WITH sums AS MATERIALIZED (
      SELECT kind, product_id, max(title) AS title, currency, count(DISTINCT iif(back, NULL, seq)) AS orders,
        sum(pieces) AS pieces, sum(iif(back, 0, net + tax)) AS sold, -sum(iif(back, net + tax, 0)) AS refunded,
        sum(discount) AS discounts, sum(iif(kind = 'shipping', net + tax, 0)) AS shipping, sum(net) AS net, sum(tax) AS tax
      FROM sales WHERE at >= ?1 AND at < ?2 AND kind <> 'gift_card' AND (?3 IS NULL OR currency = ?3)
      GROUP BY product_id, kind, currency),
    ranked AS (
      SELECT *, row_number() OVER (PARTITION BY currency ORDER BY net + tax DESC, product_id, kind) AS rank FROM sums)
    SELECT 0 AS span, kind, product_id, coalesce((SELECT title FROM products WHERE id = product_id), title) AS title,
      currency, orders, pieces, sold, refunded, discounts, shipping, net, tax
    FROM ranked WHERE rank <= ?4 ORDER BY currency, rank";

/// What `sales_sums` has slots of.
#[derive(Clone, Copy)]
enum Slot {
    Hour,
    Country,
    Channel,
}

impl Slot {
    fn parts(self) -> (&'static str, i64) {
        match self {
            Self::Hour => ("hour", HOUR_MILLIS),
            Self::Country => ("country", DAY_MILLIS),
            Self::Channel => ("channel", DAY_MILLIS),
        }
    }
}

fn code(currency: Option<Currency>) -> Value {
    currency.map(|currency| currency.as_str().to_owned()).into()
}

fn sums(spans: &[[Timestamp; 2]], slot: Slot, currency: Option<Currency>, apart: bool) -> Statement {
    let (name, millis) = slot.parts();
    let [whole, ends] = slots(spans, millis);
    Statement::new(SUMS, [whole, ends, name.into(), code(currency), apart.then(|| name.to_owned()).into()])
}

/// All of the days, for each currency: [`SalesRow`]s.
pub fn totals(days: &Days, currency: Option<Currency>) -> Statement {
    sums(&[days.bounds()], Slot::Channel, currency, false)
}

/// [`SalesRow`]s; by day only for days on which there is something.
///
/// Of products at most one more of each currency than so many, which says that
/// there are more.
pub fn sales(days: &Days, by: SalesBy, currency: Option<Currency>, most: usize) -> Statement {
    let all = [days.bounds()];
    match by {
        SalesBy::Day => spans(&days.spans(), currency),
        SalesBy::Country => sums(&all, Slot::Country, currency, true),
        SalesBy::Channel => sums(&all, Slot::Channel, currency, true),
        SalesBy::Product => {
            let [begins, ends] = days.bounds().map(|at| at.millis().into());
            Statement::new(BY_PRODUCT, [begins, ends, code(currency), one_more(most)])
        }
    }
}

/// [`SalesRow`]s for spans of time, each from its first moment to the one after its last.
pub fn spans(spans: &[[Timestamp; 2]], currency: Option<Currency>) -> Statement {
    sums(spans, Slot::Hour, currency, false)
}

/// [`TaxRow`]s, at most one more than so many.
pub fn taxes(days: &Days, most: usize) -> Statement {
    let [whole, ends] = slots(&[days.bounds()], DAY_MILLIS);
    Statement::new(
        "SELECT nullif(country, '') AS country, nullif(name, '') AS name, nullif(rate, '') AS rate, currency,
           sum(net) AS net, sum(tax) AS tax
         FROM (
           SELECT country, name, rate, currency, net, tax
           FROM json_each(?1) AS span CROSS JOIN sales_tax_sums
           WHERE begins >= span.value ->> 1 AND begins < span.value ->> 2 AND entries > 0
           UNION ALL
           SELECT country, name, rate, currency, net, tax
           FROM json_each(?2) AS span CROSS JOIN sales_tax_parts
           WHERE at >= span.value ->> 1 AND at < span.value ->> 2)
         GROUP BY country, name, rate, currency ORDER BY country, name, rate, currency LIMIT ?3",
        [whole, ends, one_more(most)],
    )
}

fn one_more(most: usize) -> Value {
    u32::try_from(most).unwrap_or(u32::MAX).saturating_add(1).into()
}

/// What the stock would bring, for each currency: [`StockRow`]s. A bundle's is that of its parts. Sums that no one
/// can count are cut off where JSON ends.
pub fn stock_values() -> Statement {
    Statement::new(
        "SELECT currency, count(*) AS variants, cast(min(total(on_hand), 9007199254740991.0) AS INTEGER) AS pieces,
           cast(min(total(1.0 * on_hand * amount), 9007199254740991.0) AS INTEGER) AS value
         FROM stock_levels CROSS JOIN prices USING (variant_id)
         WHERE on_hand > 0 AND variant_id NOT IN (SELECT variant_id FROM bundle_parts)
         GROUP BY currency ORDER BY currency",
        [],
    )
}

/// What is sold and running out, the least first: [`LowRow`]s. As many pieces as
/// buyers are told are few, or fewer (`src/catalog/store.rs`). An index has these alone.
pub fn low() -> Statement {
    Statement::new(
        "SELECT variant_id, product_id, product, sku, available, low, out,
           coalesce(title, (SELECT group_concat(value, ' / ') FROM json_each(option_values))) AS variant
         FROM (
           SELECT variant_id, product_id, products.title AS product, sku, variants.title, option_values,
             on_hand - held AS available, count(*) OVER () AS low, sum(on_hand - held <= coalesce(sets_floor, backorder_floor)) OVER () AS out
           FROM stock_levels INDEXED BY stock_levels_low CROSS JOIN variants ON variants.id = variant_id
             CROSS JOIN products ON products.id = product_id
           WHERE status = 'active' AND delivery = 'shipped' AND on_hand - held <= stock_levels.low
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
