//! The uploads' SQL. What they come to, and which of them are shown, the
//! schema's triggers count.

use serde::Deserialize;

use super::name::Name;
use crate::audit::{Entry, Kind};
use crate::auth::StaffChange;
use crate::json;
use crate::ports::{DatabaseError, Rows, Statement, Timestamp};

/// A picture that may be shown: a row of [`known`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Known {
    pub name: Name,
    /// In pixels.
    pub width: u32,
    pub height: u32,
    /// It and its smaller ones, as HTML's `srcset` has them; none if it has none.
    pub srcset: Option<String>,
}

/// The pictures of these names that are there and are nobody's smaller ones.
pub fn known(names: &[Name]) -> Statement {
    Statement::new(
        "SELECT name, width, height,
           (SELECT group_concat('/media/' || name || ' ' || width || 'w', ', ') FROM (
              SELECT name, width FROM uploads AS smaller
              WHERE larger = uploads.name AND state = 'kept' GROUP BY width ORDER BY width
            )) || ', /media/' || name || ' ' || width || 'w' AS srcset
         FROM uploads WHERE larger IS NULL AND state = 'kept' AND name IN (SELECT value FROM json_each(?1))",
        [json::text(names).into()],
    )
}

/// What is to be kept.
pub struct Coming<'a> {
    pub name: &'a Name,
    pub width: u32,
    pub height: u32,
    pub bytes: u32,
    pub larger: Option<&'a Name>,
}

/// Says that an object comes. It and the larger one are safe from the tick for
/// another while; one that is just going refuses. Its first row is [`is_kept`]'s.
pub fn begin(coming: &Coming<'_>, now: Timestamp) -> StaffChange {
    let larger = coming.larger.map(Name::as_str);
    let entry = Entry::created(Kind::Upload, &coming.name.as_str(), "");
    StaffChange::new(
        entry,
        vec![
            Statement::new(
                "INSERT INTO uploads (name, state, width, height, bytes, larger, place, unused_since)
             SELECT ?1, 'coming', ?2, ?3, ?4, ?5,
               CASE WHEN ?5 IS NULL THEN 0
                    WHEN NOT EXISTS (SELECT 1 FROM uploads WHERE name = ?5 AND state = 'kept') THEN -1
                    ELSE (SELECT count(*) FROM uploads WHERE larger = ?5 AND name <> ?1) END,
               iif(?5 IS NULL, ?6, NULL)
             WHERE true
             ON CONFLICT (name) DO UPDATE SET
               place = iif(state = 'going', -1, place), unused_since = iif(unused_since IS NULL, NULL, ?6)
             RETURNING state",
                [
                    coming.name.as_str().into(),
                    coming.width.into(),
                    coming.height.into(),
                    coming.bytes.into(),
                    larger.into(),
                    now.millis().into(),
                ],
            ),
            Statement::new(
                "UPDATE uploads SET unused_since = ?2 WHERE name = ?1 AND unused_since IS NOT NULL",
                [larger.into(), now.millis().into()],
            ),
        ],
    )
}

/// Whether the object was there already.
pub fn is_kept(rows: &[Rows]) -> Result<bool, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        state: String,
    }
    let begun = rows.first().cloned().unwrap_or_default();
    Ok(begun.first::<Row>()?.is_some_and(|row| row.state == "kept"))
}

/// Its object is there.
pub fn keep(name: &Name) -> Statement {
    Statement::new("UPDATE uploads SET state = 'kept' WHERE name = ?1 AND state = 'coming'", [name.as_str().into()])
}

/// The most uploads that go at once: with 8 smaller ones each, 900 objects.
const MOST_GOING: u32 = 100;

/// Lets go of what nothing has shown since `before`. The rows of the last
/// one are [`names`]: of all objects that are to go, those of an earlier time that
/// broke off, too.
pub fn let_go(before: Timestamp, now: Timestamp) -> Vec<Statement> {
    vec![
        Statement::new("UPDATE uploads SET unused_since = ?1 WHERE unused_since = 0", [now.millis().into()]),
        Statement::new(
            "UPDATE uploads SET state = 'going' WHERE name IN (
               SELECT name FROM uploads WHERE unused_since BETWEEN 1 AND ?1 ORDER BY unused_since LIMIT ?2)",
            [before.millis().into(), MOST_GOING.into()],
        ),
        Statement::new(
            "WITH going AS (SELECT name FROM uploads WHERE state = 'going' LIMIT ?1)
             SELECT name FROM going UNION ALL SELECT name FROM uploads WHERE larger IN going",
            [MOST_GOING.into()],
        ),
    ]
}

pub fn names(rows: Rows) -> Result<Vec<String>, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        name: String,
    }
    Ok(rows.decode::<Row>()?.into_iter().map(|row| row.name).collect())
}

/// Their objects are gone.
pub fn gone(names: &[String]) -> Statement {
    Statement::new(
        "DELETE FROM uploads WHERE state = 'going' AND name IN (SELECT value FROM json_each(?1))",
        [json::text(names).into()],
    )
}
