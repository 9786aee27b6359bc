//! The documents' SQL: what was issued, and which orders were not looked at.

use serde::Deserialize;

use super::document::Document;
use super::number::{Kind, Number};
use super::owed::Filed;
use super::views::DocumentSummary;
use crate::ids::OrderId;
use crate::json;
use crate::money::{Currency, Money};
use crate::ports::{DatabaseError, Rows, Statement, Timestamp};

/// Files a document, unless there is one for its cause. That another has its
/// number breaks a constraint, and never happens.
pub fn insert(filed: &Filed) -> Result<Statement, DatabaseError> {
    let Filed { cause, document } = filed;
    let content = json::text(document);
    Ok(Statement::new(
        "INSERT INTO documents (number, kind, place, order_id, cause, issued_at, currency, net, tax, total, content)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (order_id, kind, cause) DO NOTHING",
        [
            document.number.to_string().into(),
            document.kind.as_str().into(),
            document.number.place.into(),
            document.order_id.to_string().into(),
            cause.as_str().into(),
            document.issued_at.millis().into(),
            document.total.currency.as_str().into(),
            document.net.amount.into(),
            document.tax.amount.into(),
            document.total.amount.into(),
            content.into(),
        ],
    ))
}

/// What an order has: its invoice, then its credit notes; for [`read`].
pub fn of_order(order: OrderId) -> Statement {
    Statement::new(
        "SELECT cause, content FROM documents WHERE order_id = ?1 ORDER BY kind DESC, place",
        [order.to_string().into()],
    )
}

/// One document, for [`read_text`].
pub fn by_number(number: Number) -> Statement {
    Statement::new("SELECT cause, content FROM documents WHERE number = ?1", [number.to_string().into()])
}

#[derive(Deserialize)]
struct Row {
    cause: String,
    content: String,
}

/// Reads the rows of [`of_order`].
pub fn read(rows: Rows) -> Result<Vec<Filed>, DatabaseError> {
    let filed = |Row { cause, content }| Ok(Filed { cause, document: document(&content)? });
    rows.decode::<Row>()?.into_iter().map(filed).collect()
}

/// Reads the row of [`by_number`]: the document as JSON.
pub fn read_text(rows: Rows) -> Result<Option<String>, DatabaseError> {
    Ok(rows.first::<Row>()?.map(|row| row.content))
}

/// A document as it is stored.
pub fn document(content: &str) -> Result<Document, DatabaseError> {
    json::read(content.as_bytes()).map_err(|error| DatabaseError::Undecodable(error.to_string()))
}

/// An order whose documents may lag behind it, and the version that it has in lists.
#[derive(Debug, Deserialize)]
pub struct Lagging {
    pub id: OrderId,
    pub version: i64,
}

/// Orders that have changed since their documents were last looked after, those
/// that wait the longest first. An order that is not paid owes none.
pub fn lagging(most: u32) -> Statement {
    Statement::new(
        "SELECT id, version FROM orders WHERE documented < version AND status <> 'awaiting_payment'
         ORDER BY updated_at LIMIT ?1",
        [most.into()],
    )
}

/// An order owes no document as it was in this version.
pub fn looked_after(order: &Lagging) -> Statement {
    Statement::new(
        "UPDATE orders SET documented = max(documented, ?2) WHERE id = ?1",
        [order.id.to_string().into(), order.version.into()],
    )
}

/// Which documents a list has.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub kind: Option<Kind>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

/// Documents, the newest first, after this one if any; for [`summaries`].
pub fn page(filter: &Filter, after: Option<(i64, Number)>, most: usize) -> Statement {
    Statement::new(
        "SELECT number, kind, issued_at, order_id, content ->> '$.order_number' AS order_number, currency, net, tax, total
         FROM documents
         WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR issued_at >= ?2) AND (?3 IS NULL OR issued_at < ?3)
           AND (?4 IS NULL OR (issued_at, kind, place) < (?4, ?5, ?6))
         ORDER BY issued_at DESC, kind DESC, place DESC LIMIT ?7",
        [
            filter.kind.map(|kind| kind.as_str().to_owned()).into(),
            filter.from.map(Timestamp::millis).into(),
            filter.to.map(Timestamp::millis).into(),
            after.map(|(at, _)| at).into(),
            after.map(|(_, number)| number.kind.as_str().to_owned()).into(),
            after.map(|(_, number)| i64::from(number.place)).into(),
            u32::try_from(most).unwrap_or(u32::MAX).into(),
        ],
    )
}

#[derive(Deserialize)]
struct SummaryRow {
    number: Number,
    kind: Kind,
    issued_at: i64,
    order_id: OrderId,
    order_number: String,
    currency: Currency,
    net: i64,
    tax: i64,
    total: i64,
}

/// Reads the rows of [`page`].
pub fn summaries(rows: Rows) -> Result<Vec<DocumentSummary>, DatabaseError> {
    let summary = |row: SummaryRow| {
        let money = |amount| Money { amount, currency: row.currency };
        DocumentSummary {
            number: row.number,
            kind: row.kind,
            issued_at: Timestamp::from_millis(row.issued_at),
            order_id: row.order_id,
            net: money(row.net),
            tax: money(row.tax),
            total: money(row.total),
            order_number: row.order_number,
        }
    };
    Ok(rows.decode::<SummaryRow>()?.into_iter().map(summary).collect())
}
