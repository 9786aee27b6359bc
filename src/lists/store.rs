//! The lists' SQL. A statement is constant text: what a filter leaves open is
//! bound as null, and its condition is then true.
//!
//! A list is read in one of two ways, which the statement chooses itself. Where
//! the search, a tag or an id names few orders, those are looked at. Else the
//! index `orders_listed` is walked along, which has all the other filters, until
//! the page is full: what many orders have is found at once.

use serde::Deserialize;

use super::filter::{Filter, Sort};
use crate::email::EmailAddress;
use crate::ids::{AccountId, OrderId};
use crate::json;
use crate::money::{Currency, MAX_AMOUNT};
use crate::orders::after::edits::view::OpenEdit;
use crate::orders::after::goods::view::Fulfilled;
use crate::orders::view::{PaymentStatus, Status};
use crate::ports::{DatabaseError, Rows, Statement, Value};

/// An order as [`page`] reads it: one JSON text, as one cell crosses into Wasm far
/// faster than many.
#[derive(Debug, Deserialize)]
pub struct Listed {
    pub id: OrderId,
    pub number: String,
    pub status: Status,
    pub payment_status: PaymentStatus,
    pub fulfilment_status: Fulfilled,
    pub edit_status: Option<OpenEdit>,
    pub account_id: Option<AccountId>,
    pub email: String,
    pub currency: Currency,
    pub total: i64,
    pub pieces: i64,
    pub goods: String,
    pub placed_at: i64,
    pub updated_at: i64,
    pub to: Destination,
    pub tags: Vec<String>,
}

/// Where an order goes.
#[derive(Debug, Deserialize)]
pub struct Destination {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub city: Option<String>,
    pub postal_code: Option<String>,
    pub country: Option<String>,
}

impl Listed {
    /// What the list is sorted by.
    pub fn key(&self, sort: Sort) -> i64 {
        if sort.is_by_total() { self.total } else { self.placed_at }
    }
}

// D1 takes 32 arguments of a function at most.
macro_rules! listed {
    () => {
        "json_object('id', id, 'number', number, 'status', status, 'payment_status', payment_status,
           'fulfilment_status', fulfilment_status, 'edit_status', edit_status, 'account_id', account_id, 'email', email, 'currency', currency,
           'total', total, 'pieces', pieces, 'goods', goods, 'placed_at', placed_at, 'updated_at', updated_at,
           'to', json_object('name', name, 'phone', phone, 'city', city, 'postal_code', postal_code, 'country', country),
           'tags', json((SELECT json_group_array(tag) FROM order_tags WHERE order_id = orders.id))) AS listed"
    };
}

/// The conditions, over the parameters of [`Filter::params`].
macro_rules! fits {
    () => {
        "(?1 IS NULL OR status = ?1) AND (?2 IS NULL OR payment_status = ?2)
         AND placed_at >= ?3 AND placed_at < ?4
         AND (?5 IS NULL OR currency = ?5) AND (?6 IS NULL OR country = ?6)
         AND (?7 IS NULL OR total >= ?7) AND (?8 IS NULL OR total <= ?8)
         AND (?9 IS NULL OR EXISTS (SELECT 1 FROM order_tags WHERE order_id = orders.id AND tag = ?9))
         AND (?10 IS NULL OR id = ?10)
         AND (?12 IS NULL OR instr(sought, ?12) OR instr(sought, ?13) OR instr(sought, ?14))
         AND (?15 IS NULL OR fulfilment_status = ?15)
         AND (?16 IS NULL OR return_status = ?16)
         AND (?17 IS NULL OR edit_status = ?17)"
    };
}

/// What is named: by the search, an id, or else by a tag. `few`: whether they are
/// so few (2,000) that looking at each is quicker than walking along. `counted`: how
/// many stand so, whatever else is asked of them.
///
/// Two letters are too short for the index, but begin some of what it knows, as
/// each text ends with a line's end: any of those is looked for, or what the two
/// are in a mail domain, which is longer.
macro_rules! named {
    () => {
        r#"WITH searched (expression) AS MATERIALIZED (
           SELECT CASE WHEN ?11 IS NOT NULL THEN ?11 WHEN length(?12) = 2 AND ?14 IS NULL THEN
             (SELECT coalesce(group_concat('"' || replace(term, '"', '""') || '"', ' OR '), '""')
              FROM orders_terms WHERE term >= ?12 AND term < ?12 || char(1114111))
             || coalesce(' OR "' || replace(?13, '"', '""') || '"', '') END),
         named (seq) AS MATERIALIZED (
           SELECT orders_search.rowid FROM searched CROSS JOIN orders_search
             WHERE expression IS NOT NULL AND orders_search MATCH expression
           UNION ALL
           SELECT orders.seq FROM searched CROSS JOIN order_tags JOIN orders ON orders.id = order_id
             WHERE expression IS NULL AND ?10 IS NULL AND tag = ?9
           UNION ALL
           SELECT seq FROM orders WHERE id = ?10
           LIMIT 2001),
         few (yes) AS MATERIALIZED (
           SELECT coalesce(?9, ?10, (SELECT expression FROM searched)) IS NOT NULL AND count(*) <= 2000 FROM named),
         counted (orders) AS MATERIALIZED (
           SELECT coalesce(sum(orders), 0) FROM order_counts
           WHERE (?1 IS NULL OR status = ?1) AND (?2 IS NULL OR payment_status = ?2)
             AND (?15 IS NULL OR fulfilment_status = ?15) AND (?16 IS NULL OR return_status = ?16)
             AND (?17 IS NULL OR edit_status = ?17))
         "#
    };
}

/// A page in an order, behind a place in it (?18, ?19), of at most ?20 orders. A
/// limit of zero ends a way before its first row. No more are looked for than stand
/// so: else one that is rare or none would be looked for to the end of the index. If
/// that count were wrong, the page would lack some until the night's check mends it.
macro_rules! page_by {
    ($order:literal, $behind:literal) => {
        concat!(
            named!(),
            "SELECT ",
            listed!(),
            " FROM orders WHERE seq IN (
               SELECT seq FROM (
                 SELECT orders.seq FROM named CROSS JOIN orders USING (seq) WHERE ",
            fits!(),
            " AND ",
            $behind,
            "
                 ORDER BY ",
            $order,
            " LIMIT iif((SELECT yes FROM few), ?20, 0))
               UNION ALL
               SELECT seq FROM (
                 SELECT seq FROM orders INDEXED BY orders_listed WHERE ",
            fits!(),
            " AND ",
            $behind,
            "
                 ORDER BY ",
            $order,
            " LIMIT iif((SELECT yes FROM few), 0, min(?20, (SELECT orders FROM counted)))))
             ORDER BY ",
            $order
        )
    };
}

const BY_NEWEST: &str = page_by!("placed_at DESC, id DESC", "(placed_at, id) < (?18, ?19)");
const BY_OLDEST: &str = page_by!("placed_at, id", "(placed_at, id) > (?18, ?19)");
const BY_TOTAL_DESC: &str = page_by!("total DESC, id DESC", "(total, id) < (?18, ?19)");
const BY_TOTAL_ASC: &str = page_by!("total, id", "(total, id) > (?18, ?19)");

/// Not where the search or a tag names many: counting those would mean reading them all.
/// How many stand so is kept by triggers; whatever else is asked for is counted along the index.
const COUNT: &str = concat!(
    named!(),
    "SELECT CASE
       WHEN (SELECT yes FROM few) THEN (SELECT count(*) FROM named CROSS JOIN orders USING (seq) WHERE ",
    fits!(),
    ")
       WHEN coalesce(?5, ?6, ?7, ?8, ?9, ?12) IS NULL AND ?3 <= 0 AND ?4 >= 9007199254740991 THEN (
         SELECT orders FROM counted)
       WHEN coalesce(?9, ?12) IS NULL THEN (SELECT count(*) FROM orders INDEXED BY orders_listed WHERE ",
    fits!(),
    ") END AS total"
);

/// The orders that fit, behind the filter's place, at most so many.
pub fn page(filter: &Filter, most: usize) -> Statement {
    let sql = match filter.sort {
        Sort::Newest => BY_NEWEST,
        Sort::Oldest => BY_OLDEST,
        Sort::TotalDesc => BY_TOTAL_DESC,
        Sort::TotalAsc => BY_TOTAL_ASC,
    };
    let mut params = filter.params();
    params.extend(filter.place());
    params.push(bounded(most));
    Statement::new(sql, params)
}

/// How many fit, where that is cheap to say, for [`total`].
pub fn count(filter: &Filter) -> Statement {
    Statement::new(COUNT, filter.params())
}

/// Whose orders are listed.
#[derive(Clone, Copy)]
pub enum Buyer<'a> {
    Account(AccountId),
    Mailbox(&'a EmailAddress),
}

/// A page of a buyer's orders, and how many there are.
macro_rules! of_buyer {
    ($column:literal) => {
        [
            concat!(
                "SELECT ",
                listed!(),
                " FROM orders WHERE ",
                $column,
                " = ?1 AND (placed_at, id) < (?2, ?3) ORDER BY placed_at DESC, id DESC LIMIT ?4"
            ),
            concat!("SELECT count(*) AS total FROM orders WHERE ", $column, " = ?1"),
        ]
    };
}

/// A buyer's orders, the newest first, behind a place, and behind them for [`total`]
/// how many there are.
pub fn page_of(buyer: Buyer<'_>, after: Option<(i64, OrderId)>, most: usize) -> Vec<Statement> {
    let ([page, count], named) = match buyer {
        Buyer::Account(account) => (of_buyer!("account_id"), account.to_string()),
        Buyer::Mailbox(email) => (of_buyer!("email"), email.as_str().to_owned()),
    };
    let (at, id) = after.map_or_else(|| (MAX_AMOUNT, String::new()), |(at, id)| (at, id.to_string()));
    vec![
        Statement::new(page, [named.clone().into(), at.into(), id.into(), bounded(most)]),
        Statement::new(count, [named.into()]),
    ]
}

fn bounded(most: usize) -> Value {
    u32::try_from(most).unwrap_or(u32::MAX).into()
}

#[derive(Deserialize)]
struct Row {
    listed: String,
}

/// Reads the rows of a page.
pub fn listed(rows: Rows) -> Result<Vec<Listed>, DatabaseError> {
    let undecodable = |error: json::Error| DatabaseError::Undecodable(error.to_string());
    let read = |row: Row| json::read(row.listed.as_bytes()).map_err(undecodable);
    rows.decode::<Row>()?.into_iter().map(read).collect()
}

#[derive(Deserialize)]
struct Count {
    total: Option<i64>,
}

pub fn total(rows: Rows) -> Result<Option<i64>, DatabaseError> {
    Ok(rows.first::<Count>()?.and_then(|count| count.total))
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
