//! What a stock begins with that comes with its variant. It is written in the batch that
//! makes the variant, so that a file of thousands needs no object for each; the pool takes
//! it over when it is first asked. That is sound because nobody can have asked before: there
//! was no such variant. From then on the pool alone decides, and what is written here is not
//! read again.

use serde::{Deserialize, Serialize};

use super::pool::{Event, Pool, Reason, apply};
use super::store;
use crate::ids::VariantId;
use crate::json;
use crate::ports::{Commit, DatabaseError, Rows, Statement, Timestamp};

/// What a new variant's stock begins with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewStock {
    pub variant: VariantId,
    /// More than none.
    pub pieces: i64,
    /// Names the entry of the ledger that it becomes.
    pub reference: String,
}

/// Belongs behind the statements that make the variants. A second time it changes nothing.
pub fn begin(stocks: &[NewStock], now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO stock_openings (variant_id, pieces, reference, at)
         SELECT value ->> '$.variant', value ->> '$.pieces', value ->> '$.reference', ?2 FROM json_each(?1) WHERE true
         ON CONFLICT (variant_id) DO NOTHING",
        [json::text(stocks).into(), now.millis().into()],
    )
}

/// What a pool begins with that nothing was written to yet.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Opening {
    pieces: i64,
    reference: String,
    at: i64,
}

impl Opening {
    pub fn of(variant: VariantId) -> Statement {
        let select = "SELECT pieces, reference, at FROM stock_openings WHERE variant_id = ?1";
        Statement::new(select, [variant.to_string().into()])
    }

    /// Reads [`Opening::of`].
    pub fn read(rows: &Rows) -> Result<Option<Self>, DatabaseError> {
        rows.first()
    }

    /// The pool that begins with it, and what writes it down.
    pub fn taken_over(&self) -> (Pool, Commit) {
        let (delta, reference) = (self.pieces, self.reference.clone());
        let event = Event::Adjusted { delta, reason: Reason::Correction, reference };
        let mut pool = Pool::default();
        apply(&mut pool, &event);
        let statements = store::record(&pool, &[event], Timestamp::from_millis(self.at));
        (pool, Commit { schema: store::schema(), statements, alarm: None })
    }
}
