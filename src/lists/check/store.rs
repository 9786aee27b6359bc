//! The check's SQL.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Which;
use super::others::{Card, Left};
use crate::json;
use crate::ports::{DatabaseError, Rows, Statement, Timestamp};

/// What was found is kept for so many rows.
const MAX_FOUND: i64 = 1_000;

/// What the database knows of under an id: an order, a draft or a gift card, with
/// its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub id: String,
    /// Of an order's row; none where it has none.
    pub version: Option<i64>,
    /// The cells of [`crate::orders::projection::COLUMNS`].
    pub cells: Option<Value>,
    /// Those of [`crate::orders::drafts::store::COLUMNS`].
    pub draft: Option<Value>,
    pub card: Option<Card>,
}

macro_rules! rows_of_known {
    () => {
        "SELECT known.id, orders.version, iif(orders.id IS NULL, NULL, json_array(
           orders.id, version, number, account_id, email, status, payment_status, fulfilment_status, currency, total,
           pieces, placed_at, updated_at, name, phone, city, postal_code, country, sought, goods, channel, sales,
           return_status, edit_status)) AS cells,
           (SELECT json_array(id, version, account_id, email, currency, total, pieces, created_at, changed_at, sent_at,
             expires_at, deleted) FROM drafts WHERE id = known.id) AS draft,
           (SELECT json_object('initial', initial_balance, 'balance', balance, 'version', balance_version,
             'disabled_at', disabled_at) FROM gift_cards WHERE id = known.id) AS card
         FROM known LEFT JOIN orders ON orders.id = known.id ORDER BY known.id"
    };
}

/// Orders with their rows, in the order of their ids: for [`read_known`]. Letters
/// are about orders, whose ids begin with `ord_`, and other things.
pub fn known(which: Which<'_>, most: usize) -> Statement {
    match which {
        Which::Behind(after) => Statement::new(
            concat!(
                "WITH known (id) AS (
                   SELECT id FROM (SELECT id FROM orders WHERE id > ?1 ORDER BY id LIMIT ?2)
                   UNION
                   SELECT id FROM (SELECT id FROM drafts WHERE id > ?1 ORDER BY id LIMIT ?2)
                   UNION
                   SELECT id FROM (SELECT id FROM gift_cards WHERE id > ?1 ORDER BY id LIMIT ?2)
                   UNION
                   SELECT about FROM (SELECT DISTINCT about FROM messages
                     WHERE about > max(?1, 'ord_') AND about < 'ord`' ORDER BY about LIMIT ?2)
                   ORDER BY 1 LIMIT ?2) ",
                rows_of_known!()
            ),
            [after.into(), u32::try_from(most).unwrap_or(u32::MAX).into()],
        ),
        Which::These(ids) => Statement::new(
            concat!("WITH known (id) AS (SELECT value FROM json_each(?1)) ", rows_of_known!()),
            [json::text(ids).into()],
        ),
    }
}

pub fn read_known(rows: Rows) -> Result<Vec<Known>, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
        version: Option<i64>,
        cells: Option<String>,
        draft: Option<String>,
        card: Option<String>,
    }
    fn read<T: DeserializeOwned>(text: Option<String>) -> Result<Option<T>, DatabaseError> {
        let read = text.map(|text| json::read(text.as_bytes())).transpose();
        read.map_err(|error| DatabaseError::Undecodable(error.to_string()))
    }
    let known = |row: Row| {
        let (cells, draft, card) = (read(row.cells)?, read(row.draft)?, read(row.card)?);
        Ok(Known { id: row.id, version: row.version, cells, draft, card })
    };
    rows.decode::<Row>()?.into_iter().map(known).collect()
}

/// A row as it was read: its id, and the version that it had.
type Seen<'a> = (&'a str, Option<i64>);

/// Takes wrong rows away, each unless it has changed since it was read, so that
/// whatever the order says may take its place.
pub fn remove_orders(seen: &[Seen<'_>]) -> Statement {
    Statement::new(
        "DELETE FROM orders WHERE (id, version) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))",
        [json::text(seen).into()],
    )
}

/// As [`remove_orders`].
pub fn remove_drafts(seen: &[Seen<'_>]) -> Statement {
    Statement::new(
        "DELETE FROM drafts WHERE (id, version) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))",
        [json::text(seen).into()],
    )
}

/// Writes down what is left on cards, each unless its row has changed since it was
/// read: disabling one changes its row and no version.
pub fn mend_cards(cards: &[(Seen<'_>, &Left)]) -> Statement {
    let cells = cards
        .iter()
        .map(|((id, seen), left)| (*id, *seen, left.balance, left.version, left.disabled_at, left.seen_disabled_at));
    let rows: Vec<_> = cells.collect();
    Statement::new(
        "UPDATE gift_cards SET balance = card.value ->> 2, balance_version = card.value ->> 3,
           disabled_at = card.value ->> 4
         FROM json_each(?1) AS card
         WHERE gift_cards.id = card.value ->> 0 AND balance_version = card.value ->> 1
           AND disabled_at IS card.value ->> 5",
        [json::text(&rows).into()],
    )
}

/// What was wrong, and with what: an order's id or the name of sums; the columns,
/// and whether it was put right.
pub fn found<W: Serialize>(found: &[(String, W, bool)], now: Timestamp) -> Statement {
    let rows: Vec<_> =
        found.iter().map(|(about, wrong, repaired)| (about, json::text(wrong), i64::from(*repaired))).collect();
    Statement::new(
        "INSERT INTO order_drifts (about, wrong, repaired, found_at)
         SELECT value ->> 0, value ->> 1, value ->> 2, ?2 FROM json_each(?1)",
        [json::text(&rows).into(), now.millis().into()],
    )
}

pub fn forget_old() -> Statement {
    Statement::new("DELETE FROM order_drifts WHERE id <= (SELECT max(id) FROM order_drifts) - ?1", [MAX_FOUND.into()])
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Night {
    /// In days since 1970.
    pub night: i64,
    pub after: String,
    pub checked: i64,
    pub drifted: i64,
    pub unanswered: i64,
    pub done: bool,
}

/// How far a nightly run is, for [`read_night`].
pub fn night(name: &str) -> Statement {
    Statement::new(
        "SELECT night, after_id, checked, drifted, unanswered, done FROM order_checks WHERE name = ?1",
        [name.into()],
    )
}

pub fn read_night(rows: Rows) -> Result<Option<Night>, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        night: i64,
        after_id: String,
        checked: i64,
        drifted: i64,
        unanswered: i64,
        done: u8,
    }
    let Some(row) = rows.first::<Row>()? else { return Ok(None) };
    Ok(Some(Night {
        night: row.night,
        after: row.after_id,
        checked: row.checked,
        drifted: row.drifted,
        unanswered: row.unanswered,
        done: row.done != 0,
    }))
}

/// Writes down how far a nightly run is.
pub fn remember(name: &str, night: &Night, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO order_checks (name, night, after_id, checked, drifted, unanswered, done, updated_at)
         VALUES (?8, ?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (name) DO UPDATE SET
           night = excluded.night, after_id = excluded.after_id, checked = excluded.checked,
           drifted = excluded.drifted, unanswered = excluded.unanswered, done = excluded.done,
           updated_at = excluded.updated_at",
        [
            night.night.into(),
            night.after.as_str().into(),
            night.checked.into(),
            night.drifted.into(),
            night.unanswered.into(),
            night.done.into(),
            now.millis().into(),
            name.into(),
        ],
    )
}

/// The runs, and what was found last: two statements.
pub fn report(most: u32) -> Vec<Statement> {
    vec![
        Statement::new(
            "SELECT name, checked, drifted, unanswered, done, updated_at FROM order_checks ORDER BY name",
            [],
        ),
        Statement::new(
            "SELECT about, wrong, repaired, found_at FROM order_drifts ORDER BY id DESC LIMIT ?1",
            [most.into()],
        ),
    ]
}

/// Has the search's index made anew from the rows.
pub fn reindex() -> Statement {
    Statement::new("INSERT INTO orders_search (orders_search) VALUES ('rebuild')", [])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{connection, run};

    #[test]
    fn a_card_that_was_disabled_while_it_was_compared_stays_so() {
        let connection = connection();
        let insert = "INSERT INTO gift_cards (id, digest, last4, currency, initial_balance, created_at, account_id, balance, balance_version)
            VALUES ('gift_1', 'ggggggggggggggggggggggggggggggggggggggggggg', '1234', 'EUR', 500, 1, 'cus_1', 9, 3)";
        connection.execute(insert, []).unwrap();
        let row = || -> (i64, Option<i64>) {
            let select = "SELECT balance, disabled_at FROM gift_cards";
            connection.query_row(select, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
        };
        let right = Left { balance: 500, version: 3, disabled_at: None, seen_disabled_at: None };
        connection.execute("UPDATE gift_cards SET disabled_at = 7", []).unwrap();
        run(&connection, &mend_cards(&[(("gift_1", Some(3)), &right)])).unwrap();
        assert_eq!(row(), (9, Some(7)));
        let seen = Left { seen_disabled_at: Some(7), ..right };
        run(&connection, &mend_cards(&[(("gift_1", Some(3)), &seen)])).unwrap();
        assert_eq!(row(), (500, None));
    }
}
