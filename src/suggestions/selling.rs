//! What sells best: of the last ninety days, in how many orders each product is.
//!
//! Orders count and not pieces, as in Shopify's collections that are sorted by "best
//! selling" (https://store-dojo.com/en-us/products/2023-03-10): one who buys a hundred
//! says no more than one who buys one, and three buyers more than both. An order counts
//! for a product as long as it keeps a piece of it; what was given back, taken out or
//! cancelled is in the books with as many pieces below zero. The ninety days are ours: a
//! season, and no more rows than the database counts in a moment.

use crate::ports::{Statement, Timestamp};

/// Older sales count no more, in milliseconds.
const SEASON_MILLIS: i64 = 90 * 24 * 3_600_000;

/// Where tonight's run is to begin.
macro_rules! if_run_begins {
    () => {
        "(SELECT night < ?1 AND after IS NULL FROM learning)"
    };
}

/// The products of which an order keeps a piece, a row for each such order. What was given
/// back of one that is older is less than nothing by itself.
macro_rules! kept {
    () => {
        "(SELECT product_id FROM sales WHERE at >= ?2 AND kind = 'item' AND product_id IS NOT NULL
          GROUP BY product_id, seq HAVING sum(pieces) > 0)"
    };
}

/// Counts anew where tonight's run is to begin, in the batch that begins it, before that;
/// and has published what has changed.
pub fn count(tonight: i64, now: Timestamp) -> [Statement; 3] {
    let since = now.plus_millis(-SEASON_MILLIS).millis();
    let times = || [tonight.into(), since.into()];
    [
        Statement::new(
            concat!("DELETE FROM best_selling WHERE ", if_run_begins!(), " AND product_id NOT IN ", kept!()),
            times(),
        ),
        Statement::new(
            concat!(
                "INSERT INTO best_selling (product_id, orders)
                 SELECT product_id, count(*) FROM ",
                kept!(),
                " WHERE ",
                if_run_begins!(),
                " GROUP BY product_id
                 ON CONFLICT (product_id) DO UPDATE SET orders = excluded.orders"
            ),
            times(),
        ),
        Statement::new(
            concat!(
                "UPDATE catalog_state SET revision = revision + 1 WHERE ",
                if_run_begins!(),
                " AND EXISTS (SELECT 1 FROM changed_products WHERE changed_products.revision > catalog_state.revision)"
            ),
            [tonight.into()],
        ),
    ]
}
