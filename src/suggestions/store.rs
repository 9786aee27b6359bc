//! The run's SQL: the database learns by itself.

use crate::ports::{Statement, Timestamp};

/// The products of one slice: the database is busy with 50 for half a second where
/// each is in some 100 orders of 20 lines.
pub const SLICE: i64 = 50;

/// Older sales are forgotten, in milliseconds: a year.
const MEMORY_MILLIS: i64 = 365 * 24 * 3_600_000;

/// The next slice: from behind `after` up to this product; none at the end.
macro_rules! slice_end {
    () => {
        "(SELECT product_id FROM
           (SELECT product_id FROM bought_together WHERE product_id > (SELECT after FROM learning) ORDER BY product_id LIMIT ?2)
          ORDER BY product_id DESC LIMIT 1)"
    };
}

/// A row, if tonight's run has not begun or one is under way.
pub fn is_due(tonight: i64) -> Statement {
    let sql = "SELECT after IS NULL AS begins FROM learning WHERE night < ?1 OR after IS NOT NULL";
    Statement::new(sql, [tonight.into()])
}

/// Begins tonight's run, if none has begun tonight and the one before is through:
/// counts the orders that have each product.
///
/// Of an order the first hundred entries count. Whoever buys more buys for a shop of
/// their own, and what stands together there says little.
pub fn begin(tonight: i64, now: Timestamp) -> [Statement; 3] {
    let since = now.plus_millis(-MEMORY_MILLIS).millis();
    let times = || [tonight.into(), since.into()];
    [
        Statement::new(
            "DELETE FROM bought_together
             WHERE (SELECT night < ?1 AND after IS NULL FROM learning)
               AND product_id NOT IN (SELECT product_id FROM sales WHERE kind = 'item' AND back = 0 AND at >= ?2)",
            times(),
        ),
        Statement::new(
            "INSERT INTO bought_together (product_id, orders, others)
             SELECT product_id, count(DISTINCT seq), '[]' FROM sales
             WHERE (SELECT night < ?1 AND after IS NULL FROM learning)
               AND at >= ?2 AND place < 100 AND kind = 'item' AND back = 0 AND product_id IS NOT NULL
             GROUP BY product_id
             ON CONFLICT (product_id) DO UPDATE SET orders = excluded.orders",
            times(),
        ),
        Statement::new(
            "UPDATE learning SET night = ?1, after = '' WHERE night < ?1 AND after IS NULL",
            [tonight.into()],
        ),
    ]
}

/// Learns what goes with the products of the next slice. Twice together may be
/// chance once, so once does not count. Behind the last slice the catalog is
/// published anew.
pub fn next_slice(now: Timestamp) -> [Statement; 3] {
    let since = now.plus_millis(-MEMORY_MILLIS).millis();
    let values = || [since.into(), SLICE.into()];
    [
        Statement::new(
            concat!(
                "UPDATE bought_together AS mine SET others = (SELECT json_group_array(product_id) FROM (
                   SELECT pairs.product_id FROM (
                     SELECT other.product_id, count(DISTINCT other.seq) AS common
                     FROM sales AS own INDEXED BY sales_by_product JOIN sales AS other ON other.seq = own.seq
                     WHERE own.product_id = mine.product_id AND own.kind = 'item' AND own.back = 0 AND own.place < 100 AND own.at >= ?1
                       AND other.kind = 'item' AND other.back = 0 AND other.place < 100 AND other.product_id <> own.product_id
                     GROUP BY other.product_id HAVING common >= 2
                   ) AS pairs JOIN bought_together AS known ON known.product_id = pairs.product_id
                   ORDER BY 1.0 * common * common / known.orders DESC, pairs.product_id LIMIT 8))
                 WHERE product_id > (SELECT after FROM learning) AND product_id <= ",
                slice_end!()
            ),
            values(),
        ),
        Statement::new(
            concat!(
                "UPDATE catalog_state SET revision = revision + 1
                 WHERE ?1 = ?1 AND (SELECT after IS NOT NULL FROM learning) AND ",
                slice_end!(),
                " IS NULL"
            ),
            values(),
        ),
        Statement::new(
            concat!("UPDATE learning SET after = ", slice_end!(), " WHERE ?1 = ?1 AND after IS NOT NULL"),
            values(),
        ),
    ]
}
