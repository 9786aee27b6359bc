//! The cards' SQL.

use serde::Deserialize;

use super::card::GiftCard;
use super::code::CodeDigest;
use crate::ids::{AccountId, GiftCardId, OrderId};
use crate::json;
use crate::money::{Currency, Money};
use crate::pools::pool::Level;
use crate::ports::{DatabaseError, Rows, Statement, Timestamp, Value};

macro_rules! select_cards {
    ($rest:literal) => {
        concat!(
            "SELECT id, last4, currency, initial_balance, expires_at, note, account_id, order_id, created_at, disabled_at
             FROM gift_cards ",
            $rest
        )
    };
}

macro_rules! insert_card {
    ($rest:literal) => {
        concat!(
            "INSERT INTO gift_cards (id, digest, last4, currency, initial_balance, expires_at, note, account_id, order_id,
               created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ",
            $rest
        )
    };
}

#[derive(Deserialize)]
struct Row {
    id: GiftCardId,
    last4: String,
    currency: Currency,
    initial_balance: i64,
    expires_at: Option<i64>,
    note: Option<String>,
    account_id: Option<AccountId>,
    order_id: Option<OrderId>,
    created_at: i64,
    disabled_at: Option<i64>,
}

impl From<Row> for GiftCard {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            last4: row.last4,
            initial_balance: Money { amount: row.initial_balance, currency: row.currency },
            expires_at: row.expires_at.map(Timestamp::from_millis),
            note: row.note,
            account_id: row.account_id,
            order_id: row.order_id,
            created_at: Timestamp::from_millis(row.created_at),
            disabled_at: row.disabled_at.map(Timestamp::from_millis),
        }
    }
}

/// Reads the row of [`by_id`] or [`by_digest`].
pub fn card(rows: Rows) -> Result<Option<GiftCard>, DatabaseError> {
    Ok(rows.first::<Row>()?.map(GiftCard::from))
}

/// Reads the rows of [`page`].
pub fn cards(rows: Rows) -> Result<Vec<GiftCard>, DatabaseError> {
    Ok(rows.decode::<Row>()?.into_iter().map(GiftCard::from).collect())
}

pub fn by_id(id: GiftCardId) -> Statement {
    Statement::new(select_cards!("WHERE id = ?1"), [id.to_string().into()])
}

pub fn by_digest(digest: CodeDigest) -> Statement {
    Statement::new(select_cards!("WHERE digest = ?1"), [digest.into()])
}

/// A new card; refused if there is one with its code.
pub fn insert(card: &GiftCard, digest: CodeDigest) -> Statement {
    Statement::new(insert_card!(""), values(card, digest))
}

/// A card, unless it is there.
pub fn insert_once(card: &GiftCard, digest: CodeDigest) -> Statement {
    Statement::new(insert_card!("ON CONFLICT (id) DO NOTHING"), values(card, digest))
}

fn values(card: &GiftCard, digest: CodeDigest) -> [Value; 10] {
    [
        card.id.to_string().into(),
        digest.into(),
        card.last4.as_str().into(),
        card.initial_balance.currency.as_str().into(),
        card.initial_balance.amount.into(),
        card.expires_at.map(Timestamp::millis).into(),
        card.note.clone().into(),
        card.account_id.map(|id| id.to_string()).into(),
        card.order_id.map(|id| id.to_string()).into(),
        card.created_at.millis().into(),
    ]
}

/// What the pool says, for lists.
pub fn disable(id: GiftCardId, at: Timestamp) -> Statement {
    Statement::new("UPDATE gift_cards SET disabled_at = ?2 WHERE id = ?1", [id.to_string().into(), at.millis().into()])
}

/// What is left on each of these cards, as their pools said; each once.
pub fn balances(levels: &[(GiftCardId, Level)]) -> Statement {
    let rows: Vec<_> = levels.iter().map(|(card, level)| (card, level.on_hand, level.version)).collect();
    Statement::new(
        "UPDATE gift_cards SET balance = level.value ->> 1, balance_version = level.value ->> 2
         FROM json_each(?1) AS level
         WHERE gift_cards.id = level.value ->> 0 AND level.value ->> 2 > balance_version",
        [json::text(&rows).into()],
    )
}

/// Cards, the newest first, after this one if any.
pub fn page(last4: Option<&str>, after: Option<(i64, GiftCardId)>, most: usize) -> Statement {
    Statement::new(
        select_cards!(
            "WHERE (?1 IS NULL OR last4 = ?1) AND (?2 IS NULL OR (created_at, id) < (?2, ?3))
             ORDER BY created_at DESC, id DESC LIMIT ?4"
        ),
        [
            last4.map(str::to_owned).into(),
            after.map(|(at, _)| at).into(),
            after.map(|(_, id)| id.to_string()).into(),
            u32::try_from(most).unwrap_or(u32::MAX).into(),
        ],
    )
}

#[derive(Deserialize)]
struct Count {
    total: i64,
}

/// How many there are in all, for [`total`].
pub fn count(last4: Option<&str>) -> Statement {
    Statement::new(
        "SELECT count(*) AS total FROM gift_cards WHERE (?1 IS NULL OR last4 = ?1)",
        [last4.map(str::to_owned).into()],
    )
}

pub fn total(rows: Rows) -> Result<i64, DatabaseError> {
    Ok(rows.first::<Count>()?.map_or(0, |count| count.total))
}
