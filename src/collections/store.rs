//! The collections' SQL. Each write begins with the row of `catalog_state`, which
//! raises the revision or refuses with `stale_write`, and ends with that row
//! again ([`weigh`]): what all collections come to is counted anew, so that
//! whatever else takes products away needs to know nothing of it.

use serde::Deserialize;

use super::collection::{Collection, Stored};
use super::tree::{Node, Tree};
use crate::audit::{Entry, Kind};
use crate::auth::StaffChange;
use crate::ids::{CollectionId, ProductId, VariantId};
use crate::json;
use crate::ports::{DatabaseError, Rows, Statement, Timestamp, Value};
use crate::text;
use crate::uploads::Name;

/// What of a row is the collection: its text, where the columns have the last word.
macro_rules! document {
    () => {
        "json_set(collection, '$.parent', parent, '$.former_slugs', json((
           SELECT json_group_array(slug) FROM (
             SELECT slug FROM former_collection_slugs WHERE collection_id = collections.id ORDER BY slug))))"
    };
}

/// All collections, each with what was picked for it, for [`read`]: of the
/// products on sale, or of those of these variants alone.
pub fn current(of: Option<&[VariantId]>) -> Statement {
    Statement::new(
        concat!(
            "SELECT ",
            document!(),
            " AS collection, (SELECT json_group_array(product_id) FROM (
               SELECT product_id FROM collection_products AS picked
               WHERE picked.collection_id = collections.id AND (?1 IS NULL OR product_id IN (
                 SELECT product_id FROM variants WHERE variants.id IN (SELECT value FROM json_each(?1))))
               ORDER BY position)) AS picked
             FROM collections ORDER BY id"
        ),
        [of.map(|variants| json::text(&variants)).into()],
    )
}

/// A collection with what was picked for it.
#[derive(Debug, PartialEq)]
pub struct Picked {
    pub collection: Collection,
    pub products: Vec<ProductId>,
}

/// The rows of [`current`].
pub fn read(rows: Rows) -> Result<Vec<Picked>, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        collection: String,
        picked: String,
    }
    let picked = |row: Row| Ok(Picked { collection: parsed(&row.collection)?, products: parsed(&row.picked)? });
    rows.decode::<Row>()?.into_iter().map(picked).collect()
}

macro_rules! select_stored {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            document!(),
            " AS collection, version, created_at, updated_at,
               (SELECT count(*) FROM collection_products WHERE collection_id = collections.id) AS picked
             FROM collections ",
            $rest
        )
    };
}

/// One collection, for [`read_stored`].
pub fn collection(id: CollectionId) -> Statement {
    Statement::new(select_stored!("WHERE id = ?1"), [id.to_string().into()])
}

/// Those whose titles have all the words, the newest first, for [`read_stored`].
pub fn newest(words: &[String], before: Option<CollectionId>, limit: u32) -> Statement {
    Statement::new(
        select_stored!(
            "WHERE (?2 IS NULL OR id < ?2)
               AND NOT EXISTS (SELECT 1 FROM json_each(?1) WHERE NOT instr(sought, value))
             ORDER BY id DESC LIMIT ?3"
        ),
        [json::text(&words).into(), before.map(|id| id.to_string()).into(), limit.into()],
    )
}

/// How many of them there are in all: `total`.
pub fn count(words: &[String]) -> Statement {
    Statement::new(
        "SELECT count(*) AS total FROM collections
         WHERE NOT EXISTS (SELECT 1 FROM json_each(?1) WHERE NOT instr(sought, value))",
        [json::text(&words).into()],
    )
}

pub fn read_stored(rows: Rows) -> Result<Vec<Stored>, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        collection: String,
        picked: i64,
        version: i64,
        created_at: i64,
        updated_at: i64,
    }
    let stored = |row: Row| {
        Ok(Stored {
            collection: parsed(&row.collection)?,
            picked: row.picked,
            version: row.version,
            created_at: Timestamp::from_millis(row.created_at),
            updated_at: Timestamp::from_millis(row.updated_at),
        })
    };
    rows.decode::<Row>()?.into_iter().map(stored).collect()
}

/// All of them by the titles that lead to each, as one `item`. Sorted as they are found, in small letters
/// without accents; what is unlikely in a title stands between two of them.
pub fn paths() -> Statement {
    Statement::new(
        "WITH RECURSIVE paths(id, path, sought) AS (
           SELECT id, json_array(collection ->> '$.title'), sought FROM collections WHERE parent IS NULL
           UNION ALL
           SELECT below.id, json_insert(paths.path, '$[#]', below.collection ->> '$.title'),
                  paths.sought || char(1) || below.sought
           FROM paths JOIN collections AS below ON below.parent = paths.id)
         SELECT json_object('items', json_group_array(json_object('id', id, 'path', json(path)))) AS item
         FROM (SELECT id, path FROM paths ORDER BY sought, id)",
        [],
    )
}

/// What a collection is checked against, for [`read_tree`].
pub fn tree() -> Statement {
    Statement::new("SELECT id, slug, parent FROM collections", [])
}

pub fn read_tree(rows: Rows) -> Result<Tree, DatabaseError> {
    Ok(Tree(rows.decode::<Node>()?))
}

pub fn insert(new: &Stored) -> StaffChange {
    let entry = Entry::created(Kind::Collection, &new.collection.id, &new.collection.title);
    StaffChange::new(entry, vec![
        crate::revision::bump(),
        Statement::new(
            "INSERT INTO collections (id, slug, parent, scans, sought, collection, version, created_at, updated_at, upload)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
               (SELECT name FROM uploads WHERE name = ?10 AND larger IS NULL AND state = 'kept'))",
            row(new),
        ),
        weigh(new.collection.id),
    ])
}

pub fn update(before: &Stored, after: &Stored) -> StaffChange {
    let (was, is) = (json::value(&before.collection), json::value(&after.collection));
    let entry = Entry::changed(Kind::Collection, &after.collection.id, &after.collection.title, &was, &is);
    StaffChange::new(
        entry,
        vec![
            unless_changed(before),
            Statement::new(
                "UPDATE collections SET slug = ?2, parent = ?3, scans = ?4, sought = ?5, collection = ?6, version = ?7,
               created_at = ?8, updated_at = ?9,
               upload = (SELECT name FROM uploads WHERE name = ?10 AND larger IS NULL AND state = 'kept')
             WHERE id = ?1",
                row(after),
            ),
            weigh(after.collection.id),
        ],
    )
}

/// What is in it goes up to where it was.
pub fn delete(before: &Stored, now: Timestamp) -> StaffChange {
    let id = || Value::from(before.collection.id.to_string());
    let collection = &before.collection;
    let entry = Entry::deleted(Kind::Collection, &collection.id, &collection.title, &json::value(collection));
    StaffChange::new(
        entry,
        vec![
            unless_changed(before),
            Statement::new(
                "UPDATE collections SET version = version + 1, updated_at = ?2,
               parent = (SELECT parent FROM collections WHERE id = ?1) WHERE parent = ?1",
                [id(), now.millis().into()],
            ),
            Statement::new("DELETE FROM collections WHERE id = ?1", [id()]),
            weigh(before.collection.id),
        ],
    )
}

/// Refused, by `stale_write`, if the collection has changed since it was read.
fn unless_changed(before: &Stored) -> Statement {
    Statement::new(
        "UPDATE catalog_state SET revision =
           CASE WHEN EXISTS (SELECT 1 FROM collections WHERE id = ?1 AND version = ?2) THEN revision + 1 ELSE -1 END
         RETURNING revision",
        [before.collection.id.to_string().into(), before.version.into()],
    )
}

/// Counts what all collections come to, and what this one does; the constraints
/// of the row refuse what is too much. Going up or down a chain stops at ten, where a
/// circle is refused, too.
pub(super) fn weigh(id: CollectionId) -> Statement {
    Statement::new(
        "WITH RECURSIVE up (id, level) AS (
           SELECT ?1, 0
           UNION ALL SELECT parent, level + 1 FROM up JOIN collections USING (id) WHERE parent IS NOT NULL AND level < 10
         ), down (id, level) AS (
           SELECT ?1, 1
           UNION ALL SELECT collections.id, level + 1 FROM down JOIN collections ON parent = down.id WHERE level < 10
         )
         UPDATE catalog_state SET
           collections = (SELECT count(*) FROM collections),
           collection_bytes = (SELECT coalesce(sum(length(CAST(collection AS BLOB))), 0) FROM collections),
           collection_scans = (SELECT coalesce(sum(scans), 0) FROM collections),
           collection_picks = (SELECT count(*) FROM collection_products),
           collection_length = (SELECT count(*) FROM collection_products WHERE collection_id = ?1),
           collection_levels = (SELECT max(level) FROM up) + (SELECT max(level) FROM down)",
        [id.to_string().into()],
    )
}

fn row(stored: &Stored) -> [Value; 10] {
    let collection = &stored.collection;
    let upload = collection.image.as_ref().and_then(|image| Name::at(&image.url));
    let scans = collection.rule.as_ref().is_some_and(|rule| rule.tests().narrowed().is_none());
    [
        collection.id.to_string().into(),
        collection.slug.clone().into(),
        collection.parent.map(|parent| parent.to_string()).into(),
        i64::from(scans).into(),
        text::bare(&collection.title).into(),
        // Those are kept apart.
        json::text(&Collection { former_slugs: Vec::new(), ..collection.clone() }).into(),
        stored.version.into(),
        stored.created_at.millis().into(),
        stored.updated_at.millis().into(),
        upload.as_ref().map(Name::as_str).into(),
    ]
}

fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, DatabaseError> {
    json::read(text.as_bytes()).map_err(|error| DatabaseError::Undecodable(error.to_string()))
}
