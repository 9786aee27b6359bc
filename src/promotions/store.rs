//! The promotions' SQL. Each write begins with the row of `catalog_state`, whose
//! constraints refuse it where it must not happen: `stale_write`,
//! `too_many_promotions`, `promotions_too_large`.

use serde::{Deserialize, Serialize};

use super::Stored;
use crate::audit::{Entry, Kind};
use crate::auth::StaffChange;
use crate::ids::{CollectionId, ProductId, PromotionId};
use crate::json;
use crate::ports::{DatabaseError, Rows, Statement, Timestamp, Value};
use crate::pricing::Promotion;
use crate::sorted::SortedSet;
use crate::telemetry;

/// How long after its end a promotion still counts as one, in milliseconds, so
/// that whoever types its code reads that it has ended: 30 days.
const REMEMBERED_MILLIS: i64 = 30 * 24 * 3_600 * 1_000;

/// All promotions that prices may depend on, for [`read`].
pub fn current(now: Timestamp) -> Statement {
    Statement::new(
        "SELECT id, promotion FROM promotions WHERE ends_at IS NULL OR ends_at > ?1 ORDER BY id",
        [now.plus_millis(-REMEMBERED_MILLIS).millis().into()],
    )
}

/// Reads the rows of [`current`]. One that cannot be read is logged and left
/// out: the shop goes on selling without it.
pub fn read(rows: Rows) -> Result<Vec<Promotion>, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
        promotion: String,
    }
    let readable = |Row { id, promotion }: Row| {
        let unreadable = |error: DatabaseError| {
            let cause = error.to_string();
            telemetry::log(&serde_json::json!({
                "level": "error", "event": "promotion_unreadable", "promotion": id, "cause": cause,
            }));
        };
        parsed(&promotion).map_err(unreadable).ok()
    };
    Ok(rows.decode()?.into_iter().filter_map(readable).collect())
}

/// One promotion, for [`read_stored`].
pub fn promotion(id: PromotionId) -> Statement {
    Statement::new(
        "SELECT promotion, version, created_at, updated_at FROM promotions WHERE id = ?1",
        [id.to_string().into()],
    )
}

/// The newest first, for [`read_stored`].
pub fn newest(before: Option<PromotionId>, limit: u32) -> Statement {
    Statement::new(
        "SELECT promotion, version, created_at, updated_at FROM promotions
         WHERE ?1 IS NULL OR id < ?1 ORDER BY id DESC LIMIT ?2",
        [before.map(|id| id.to_string()).into(), limit.into()],
    )
}

/// How many there are in all: `promotions`.
pub fn count() -> Statement {
    Statement::new("SELECT promotions FROM catalog_state", [])
}

pub fn read_stored(rows: Rows) -> Result<Vec<Stored>, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        promotion: String,
        version: i64,
        created_at: i64,
        updated_at: i64,
    }
    let stored = |row: Row| {
        Ok(Stored {
            promotion: parsed(&row.promotion)?,
            version: row.version,
            created_at: Timestamp::from_millis(row.created_at),
            updated_at: Timestamp::from_millis(row.updated_at),
        })
    };
    rows.decode::<Row>()?.into_iter().map(stored).collect()
}

/// Of these products, those that there are not, for [`read_missing`].
pub fn missing(products: &[ProductId]) -> Statement {
    Statement::new(
        "SELECT value AS product FROM json_each(?1) WHERE NOT EXISTS (SELECT 1 FROM products WHERE id = value)",
        [json(&products).into()],
    )
}

pub fn read_missing(rows: Rows) -> Result<SortedSet<ProductId>, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        product: ProductId,
    }
    Ok(rows.decode::<Row>()?.into_iter().map(|row| row.product).collect())
}

/// All collections, for [`read_collections`]: a thousand at most.
pub fn collections() -> Statement {
    Statement::new("SELECT id FROM collections", [])
}

pub fn read_collections(rows: Rows) -> Result<SortedSet<CollectionId>, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        id: CollectionId,
    }
    Ok(rows.decode::<Row>()?.into_iter().map(|row| row.id).collect())
}

pub fn insert(new: &Stored) -> StaffChange {
    let entry = Entry::created(Kind::Promotion, &new.promotion.id, &new.promotion.title);
    StaffChange::new(
        entry,
        vec![
            Statement::new(
                "UPDATE catalog_state SET revision = revision + 1, promotions = promotions + 1,
               promotion_bytes = promotion_bytes + ?1 RETURNING revision",
                [bytes(&new.promotion).into()],
            ),
            Statement::new(
                "INSERT INTO promotions (id, code, ends_at, promotion, version, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                row(new),
            ),
        ],
    )
}

pub fn update(before: &Stored, after: &Stored) -> StaffChange {
    let more = bytes(&after.promotion) - bytes(&before.promotion);
    let (was, is) = (json::value(&before.promotion), json::value(&after.promotion));
    let entry = Entry::changed(Kind::Promotion, &after.promotion.id, &after.promotion.title, &was, &is);
    StaffChange::new(
        entry,
        vec![
            unless_changed(before, 0, more),
            Statement::new(
                "UPDATE promotions SET code = ?2, ends_at = ?3, promotion = ?4, version = ?5, created_at = ?6,
               updated_at = ?7 WHERE id = ?1",
                row(after),
            ),
        ],
    )
}

pub fn delete(before: &Stored) -> StaffChange {
    let id = before.promotion.id.to_string();
    let entry = Entry::deleted(Kind::Promotion, &id, &before.promotion.title, &json::value(&before.promotion));
    StaffChange::new(
        entry,
        vec![
            unless_changed(before, -1, -bytes(&before.promotion)),
            Statement::new("DELETE FROM promotions WHERE id = ?1", [id.into()]),
        ],
    )
}

/// Refused, by `stale_write`, if the promotion has changed since it was read.
fn unless_changed(before: &Stored, more: i64, more_bytes: i64) -> Statement {
    Statement::new(
        "UPDATE catalog_state SET
           revision = CASE WHEN EXISTS (SELECT 1 FROM promotions WHERE id = ?1 AND version = ?2) THEN revision + 1 ELSE -1 END,
           promotions = promotions + ?3, promotion_bytes = promotion_bytes + ?4
         RETURNING revision",
        [before.promotion.id.to_string().into(), before.version.into(), more.into(), more_bytes.into()],
    )
}

fn row(stored: &Stored) -> [Value; 7] {
    let promotion = &stored.promotion;
    [
        promotion.id.to_string().into(),
        promotion.code.as_ref().map(|code| code.as_str()).into(),
        promotion.ends_at.map(Timestamp::millis).into(),
        json(promotion).into(),
        stored.version.into(),
        stored.created_at.millis().into(),
        stored.updated_at.millis().into(),
    ]
}

fn parsed(text: &str) -> Result<Promotion, DatabaseError> {
    json::read(text.as_bytes()).map_err(|error| DatabaseError::Undecodable(error.to_string()))
}

fn bytes(promotion: &Promotion) -> i64 {
    i64::try_from(json(promotion).len()).unwrap_or(i64::MAX)
}

fn json(value: &impl Serialize) -> String {
    json::text(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_promotion_that_cannot_be_read_is_left_out_and_the_others_count() {
        let id = PromotionId::derived([1; 16]);
        let good = json!({
            "id": id, "title": "Ten", "combinable": true, "priority": 0, "conditions": {},
            "effect": {"percentage": {"percent": "10"}},
        });
        let row = |promotion: String| json!({ "id": id, "promotion": promotion });
        let late = good.to_string().replace(r#""title""#, r#""ends_at":"+10000-01-01T00:00:00.000Z","title""#);
        let read = read(Rows::new(json!([row(late), row(good.to_string()), row("{".to_owned())]).to_string())).unwrap();
        assert_eq!(read.iter().map(|promotion| &*promotion.title).collect::<Vec<_>>(), ["Ten"]);
    }
}
