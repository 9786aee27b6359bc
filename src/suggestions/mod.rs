//! What goes with a product, learned by night from what was bought together; and what
//! sells best, counted in the same run ([`selling`]).
//!
//! The method is item-to-item collaborative filtering (G. Linden, B. Smith and
//! J. York, "Amazon.com Recommendations: Item-to-Item Collaborative Filtering",
//! IEEE Internet Computing 7(1), 2003) with the cosine of B. Sarwar, G. Karypis,
//! J. Konstan and J. Riedl, "Item-based Collaborative Filtering Recommendation
//! Algorithms", WWW 2001: of two products, in how many orders both are, over the
//! root of how many have the one times how many have the other. For one product the
//! order by its square is the same and needs no root.
//!
//! Learned from what the books say was sold in the last year, not from what was
//! looked at: no person is followed. `benches/suggestions.rs` says how good it is.
//! What it finds is published with the product, and read from memory by
//! [`shelf`](crate::shelf).

mod selling;
mod store;

use serde::Deserialize;

use crate::app::App;
use crate::problem::Problem;

/// When a night begins, in milliseconds after midnight, UTC: one hour after that of
/// the lists' check.
const NIGHT_BEGINS_MILLIS: i64 = 3 * 3_600_000;
const DAY_MILLIS: i64 = 24 * 3_600_000;

pub use store::{begin, next_slice};

/// A row that there is only where something is to be done.
#[derive(Deserialize)]
struct Due {
    /// 1: a run begins. What that takes reads all sales, and not each minute.
    begins: i64,
}

/// The minute's tick: by night a run begins, and goes on by a slice of
/// [`store::SLICE`] products each minute until it is through; with 50,000 products
/// that takes 17 hours. What sells best is counted and published when it begins. A slice
/// that is cut off leaves nothing behind.
pub async fn tick(app: &App) -> Result<(), Problem> {
    let now = app.clock.now();
    let tonight = now.plus_millis(-NIGHT_BEGINS_MILLIS).millis().div_euclid(DAY_MILLIS);
    if let Some(due) = app.database.run(store::is_due(tonight)).await?.first::<Due>()? {
        let mut batch = Vec::new();
        if due.begins == 1 {
            batch.extend(selling::count(tonight, now));
            batch.extend(begin(tonight, now));
        }
        batch.extend(next_slice(now));
        app.database.batch(batch).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
