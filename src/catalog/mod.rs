//! What the shop sells, as staff write it: the truth, in the database. Buyers
//! read a copy, see [`crate::shelf`].
//!
//! Lends: [`store::stocked_variant`], [`project_levels`] and [`removal`] for the
//! pools; [`repricing`] for whoever has many prices to change.
//!
//! A body ([`body`]) is parsed into a [`draft`], becomes a [`product`], and is
//! written in one batch with the revision's increase.

pub mod body;
pub mod bulk;
mod bulk_rows;
mod change;
pub mod copying;
pub mod draft;
pub mod error;
pub mod handlers;
pub mod limits;
pub mod metadata;
pub mod product;
pub mod removal;
pub mod repricing;
pub mod slug;
pub mod store;
pub mod translations;
pub mod variant_list;

use serde::Serialize;

pub use change::{ATTEMPTS, check_slugs};

use crate::app::App;
use crate::ids::VariantId;
use crate::ports::Statement;
use crate::problem::Problem;
use crate::revision::{self, Revision};
use crate::sorted::SortedMap;

/// A variant's stock as lists show it; the pool is the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StockLevel {
    pub variant_id: VariantId,
    pub on_hand: i64,
    pub held: i64,
    /// Counts the pool's changes: the highest is the newest.
    pub version: i64,
}

/// Writes newer levels down for the lists, and has the catalog published if
/// buyers are to be told something else. `told`: what else is written down of them.
pub async fn project_levels(app: &App, levels: &[StockLevel], told: Vec<Statement>) -> Result<(), Problem> {
    let mut newest: SortedMap<VariantId, StockLevel> = SortedMap::new();
    for level in levels {
        if newest.get(&level.variant_id).is_none_or(|kept| level.version > kept.version) {
            newest.insert(level.variant_id, *level);
        }
    }
    let levels: Vec<_> = newest.into_values().collect();
    if levels.is_empty() {
        return Ok(());
    }
    let mut batch = vec![store::bump_if_levels_change(&levels), store::upsert_stock_levels(&levels)];
    batch.extend(told);
    let rows = app.database.batch(batch).await?.into_iter().next().unwrap_or_default();
    if let Some(Revision { revision }) = rows.first()? {
        revision::notify(app, revision).await;
    }
    Ok(())
}
