//! How far the catalog is published: its revision, and the products that changed since.

use serde::Deserialize;

use crate::ids::ProductId;
use crate::ports::{DatabaseError, Rows, Statement, Timestamp};

/// A row of [`state`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct State {
    pub revision: i64,
    /// -1 if nothing was published, or all of it must be published again.
    pub published_revision: i64,
    /// Since when, in milliseconds, all that the pointer names is in the store: each part was
    /// written then or later.
    pub published_at: i64,
    /// What the store's pointer says, or will in a moment; empty if nothing was published.
    pub pointer: String,
}

pub fn state() -> Statement {
    Statement::new("SELECT revision, published_revision, published_at, pointer FROM catalog_state", [])
}

/// Writes down what is published from now on, if what was `seen` still is: of two
/// publishers that add to the same version, one is first, and the other begins anew.
/// `whole_at`: when everything began to be written, if it was. It moves with the pointer
/// alone, so what the pointer names is never older.
pub fn publish(seen: &State, revision: i64, pointer: &str, whole_at: Option<Timestamp>) -> Statement {
    Statement::new(
        "UPDATE catalog_state SET published_at = coalesce(?2, published_at), published_revision = ?1, pointer = ?3
         WHERE published_revision = ?4 AND pointer = ?5",
        [
            revision.into(),
            whole_at.map(Timestamp::millis).into(),
            pointer.to_owned().into(),
            seen.published_revision.into(),
            seen.pointer.clone().into(),
        ],
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

/// What was changed up to a revision is published, if this pointer is.
pub fn forget_changed(revision: i64, pointer: &str) -> Statement {
    Statement::new(
        "DELETE FROM changed_products WHERE revision <= ?1 AND (SELECT pointer = ?2 FROM catalog_state)",
        [revision.into(), pointer.to_owned().into()],
    )
}
