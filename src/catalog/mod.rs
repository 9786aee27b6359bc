//! Products, the snapshot that buyers read, and publishing.
//!
//! Lends: [`snapshot::Snapshot`] (titles, prices, settings as buyers see them),
//! [`current`], [`store::current_prices`] (the truth, for placing an order).

pub mod snapshot;
pub mod store;

use std::sync::Arc;

use crate::app::App;
use crate::error::Problem;
use snapshot::Snapshot;

/// The snapshot to answer from; reads it first where this isolate has none or
/// has not looked at the pointer for a while.
pub async fn current(app: &App) -> Result<Arc<Snapshot>, Problem> {
    app.catalog.get().ok_or_else(|| Problem::unavailable("the catalog", "no snapshot"))
}
