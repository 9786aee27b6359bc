//! Products, the snapshot that buyers read, and publishing.
//!
//! Lends: [`snapshot::Snapshot`] (titles, prices, settings as buyers see them),
//! [`current`], [`listing::page`] and [`read::answer`] over it;
//! [`prices::current`] (the truth, for placing an order);
//! [`require_variant`] and [`project_levels`] for the pools; [`tick`], which
//! mends what publishing missed.
//!
//! Staff write through `admin_handlers`: a body ([`body`]) is parsed into a
//! [`draft`], becomes a [`product`], and is written in one batch with the
//! revision's increase. [`publisher`] then has it published.

pub mod admin_handlers;
pub mod body;
pub mod cursor;
pub mod draft;
pub mod error;
pub mod handlers;
pub mod listing;
mod memory;
pub mod prices;
pub mod product;
pub mod publish;
pub mod publisher;
pub mod read;
pub mod snapshot;
pub mod store;
#[cfg(test)]
pub(crate) mod testing;
mod text;

use serde::Serialize;

pub use product::level_changed;
pub use publish::{current, publish, tick};

use crate::app::App;
use crate::ids::VariantId;
use crate::problem::Problem;

/// A variant's stock as lists show it; the pool is the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StockLevel {
    pub variant_id: VariantId,
    pub on_hand: i64,
    pub held: i64,
    /// Counts the pool's changes: the highest is the newest.
    pub version: i64,
}

/// 404 unless there is such a variant, on sale or not.
pub async fn require_variant(app: &App, variant: VariantId) -> Result<(), Problem> {
    let rows = app.database.batch(vec![store::variant_exists(variant)]).await?;
    if rows.iter().all(|rows| rows.0.is_empty()) { Err(Problem::not_found()) } else { Ok(()) }
}

/// Writes newer levels down for the lists, and has the catalog published if
/// buyers are to be told something else.
pub async fn project_levels(app: &App, levels: &[StockLevel]) -> Result<(), Problem> {
    let mut newest = std::collections::BTreeMap::new();
    for level in levels {
        let kept = newest.entry(level.variant_id).or_insert(*level);
        if level.version > kept.version {
            *kept = *level;
        }
    }
    let levels: Vec<_> = newest.into_values().collect();
    if levels.is_empty() {
        return Ok(());
    }
    let batch = vec![store::bump_if_levels_change(&levels), store::upsert_stock_levels(&levels)];
    let rows = app.database.batch(batch).await?.into_iter().next().unwrap_or_default();
    if let Some(store::Revision { revision }) = rows.first()? {
        publish::notify(app, revision).await;
    }
    Ok(())
}
