//! How far the catalog is published: its revision, and the products that changed since.

use serde::Deserialize;

use crate::ids::ProductId;
use crate::ports::{DatabaseError, Rows, Statement, Timestamp};

/// A row of [`state`].
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct State {
    pub revision: i64,
    /// -1 if nothing was published, or all of it must be published again.
    pub published_revision: i64,
    /// When all of it was, in milliseconds.
    pub published_at: i64,
}

pub fn state() -> Statement {
    Statement::new("SELECT revision, published_revision, published_at FROM catalog_state", [])
}

/// Writes down that a revision is published. Where a later one is there
/// already, two publishers have met, and the pointer may have been moved back:
/// then everything counts as unpublished, and the next tick mends it. `whole_at`: when
/// all of it was written, if that is so.
pub fn mark_published(revision: i64, whole_at: Option<Timestamp>) -> Statement {
    Statement::new(
        "UPDATE catalog_state SET published_at = coalesce(?2, published_at),
           published_revision = CASE WHEN published_revision > ?1 THEN -1 ELSE ?1 END",
        [revision.into(), whole_at.map(Timestamp::millis).into()],
    )
}

/// Those that may have changed since they were published: rows of `id`.
pub fn changed(limit: u32) -> Statement {
    Statement::new("SELECT product_id AS id FROM changed_products ORDER BY product_id LIMIT ?1", [limit.into()])
}

pub fn changed_ids(rows: Rows) -> Result<Vec<ProductId>, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        id: ProductId,
    }
    Ok(rows.decode::<Row>()?.into_iter().map(|row| row.id).collect())
}

/// What was changed up to a revision is published.
pub fn forget_changed(revision: i64) -> Statement {
    Statement::new("DELETE FROM changed_products WHERE revision <= ?1", [revision.into()])
}
