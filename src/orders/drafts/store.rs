//! The SQL of the list of drafts: a projection, written from the event queue.
//! Which of them are orders by now the list of orders knows.

use serde::Deserialize;

use super::Draft;
use super::view::{DraftStatus, DraftSummary};
use crate::ids::OrderId;
use crate::json;
use crate::money::{Currency, Money};
use crate::orders::cart::Cart;
use crate::ports::{DatabaseError, Rows, Statement, Timestamp};

#[derive(Deserialize)]
struct Row {
    id: OrderId,
    status: DraftStatus,
    email: String,
    currency: Currency,
    total: i64,
    pieces: i64,
    made_by: Option<String>,
    created_at: i64,
    changed_at: i64,
    sent_at: Option<i64>,
    expires_at: i64,
}

impl From<Row> for DraftSummary {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            number: row.id.number(),
            status: row.status,
            email: row.email,
            total: Money { amount: row.total, currency: row.currency },
            pieces: row.pieces,
            made_by: row.made_by,
            created_at: Timestamp::from_millis(row.created_at),
            changed_at: Timestamp::from_millis(row.changed_at),
            sent_at: row.sent_at.map(Timestamp::from_millis),
            expires_at: Timestamp::from_millis(row.expires_at),
        }
    }
}

/// The columns of a draft's row that it decides, as [`DraftRow::cells`] has them.
pub const COLUMNS: [&str; 12] = [
    "id",
    "version",
    "account_id",
    "email",
    "currency",
    "total",
    "pieces",
    "created_at",
    "changed_at",
    "sent_at",
    "expires_at",
    "deleted",
];

/// How a draft stands, as its list has it.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftRow {
    pub version: i64,
    pub changed_at: Timestamp,
    pub cells: serde_json::Value,
}

impl DraftRow {
    /// Of one that was deleted its row alone is left, so that no late message
    /// brings it back.
    pub fn of(cart: &Cart, draft: &Draft, total: Money) -> Self {
        let email = cart.facts.email.as_ref().filter(|_| !draft.deleted).map_or("", |email| email.as_str());
        let version = i64::try_from(cart.version).unwrap_or(i64::MAX);
        let pieces: i64 = cart.lines.iter().map(|line| i64::from(line.quantity)).sum();
        let [at, touched_at, ends_at] = [draft.at, draft.touched_at, draft.ends_at()].map(Timestamp::millis);
        let cells = serde_json::json!([
            cart.id,
            version,
            draft.by,
            email,
            total.currency,
            total.amount,
            pieces,
            at,
            touched_at,
            draft.sent_at.map(Timestamp::millis),
            ends_at,
            i64::from(draft.deleted),
        ]);
        Self { version, changed_at: draft.touched_at, cells }
    }
}

/// Writes down how a draft stands; a row only gives way to a newer version.
pub fn upsert(row: &DraftRow) -> Statement {
    Statement::new(
        "INSERT INTO drafts (id, version, account_id, email, currency, total, pieces, created_at, changed_at, sent_at,
           expires_at, deleted)
         SELECT ?1 ->> 0, ?1 ->> 1, ?1 ->> 2, ?1 ->> 3, ?1 ->> 4, ?1 ->> 5, ?1 ->> 6, ?1 ->> 7, ?1 ->> 8, ?1 ->> 9,
           ?1 ->> 10, ?1 ->> 11
         WHERE true
         ON CONFLICT (id) DO UPDATE SET
           version = excluded.version, email = excluded.email, total = excluded.total, pieces = excluded.pieces,
           changed_at = excluded.changed_at, sent_at = excluded.sent_at, expires_at = excluded.expires_at,
           deleted = excluded.deleted
         WHERE excluded.version > drafts.version",
        [json::text(&row.cells).into()],
    )
}

/// The drafts that stand so, the newest first, behind a place.
pub fn page(status: Option<DraftStatus>, after: Option<(i64, OrderId)>, now: Timestamp, most: usize) -> Statement {
    let status = status.map(|status| match status {
        DraftStatus::Open => "open",
        DraftStatus::Sent => "sent",
        DraftStatus::Placed => "placed",
        DraftStatus::Expired => "expired",
    });
    Statement::new(
        "SELECT * FROM (
           SELECT drafts.id, drafts.email, drafts.currency, drafts.total, drafts.pieces, drafts.created_at,
                  changed_at, sent_at, expires_at, accounts.email AS made_by,
                  CASE WHEN orders.id IS NOT NULL THEN 'placed' WHEN expires_at <= ?4 THEN 'expired'
                       WHEN sent_at IS NOT NULL THEN 'sent' ELSE 'open' END AS status
           FROM drafts LEFT JOIN orders ON orders.id = drafts.id LEFT JOIN accounts ON accounts.id = drafts.account_id
           WHERE deleted = 0 AND (?2 IS NULL OR (drafts.created_at, drafts.id) < (?2, ?3)))
         WHERE ?1 IS NULL OR status = ?1
         ORDER BY created_at DESC, id DESC LIMIT ?5",
        [
            status.map(str::to_owned).into(),
            after.map(|(at, _)| at).into(),
            after.map(|(_, id)| id.to_string()).into(),
            now.millis().into(),
            u32::try_from(most).unwrap_or(u32::MAX).into(),
        ],
    )
}

/// Reads the rows of [`page`].
pub fn drafts(rows: Rows) -> Result<Vec<DraftSummary>, DatabaseError> {
    Ok(rows.decode::<Row>()?.into_iter().map(DraftSummary::from).collect())
}
