//! The SQL of groups and lists. Each write begins with [`unless_changed`], which refuses with
//! `stale_price_list` what was decided from something else than there is, and ends with [`weigh`], which
//! refuses what is too much. None raises the revision of the catalog: nothing that everybody reads has changed.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::views::{CustomerGroup, GroupName, PriceList};
use crate::audit::{Entry, Kind};
use crate::auth::StaffChange;
use crate::ids::{AccountId, CustomerGroupId, PriceListId};
use crate::json;
use crate::ports::{DatabaseError, Rows, Statement, Timestamp, Value};
use crate::text;
use crate::time;

macro_rules! select_groups {
    ($rest:literal) => {
        concat!(
            "SELECT json_object('id', id, 'title', title,
               'members', (SELECT count(*) FROM customer_group_members WHERE group_id = customer_groups.id),
               'price_lists', json((SELECT json_group_array(json(list)) FROM (
                  SELECT json_object('id', price_lists.id, 'title', price_lists.title) AS list
                  FROM price_list_groups JOIN price_lists ON price_lists.id = list_id
                  WHERE group_id = customer_groups.id ORDER BY price_lists.name))),
               'version', version, 'created_at', ",
            time!("created_at"),
            ", 'updated_at', ",
            time!("updated_at"),
            ") AS item, 0 AS key, name AS id FROM customer_groups ",
            $rest
        )
    };
}

macro_rules! select_lists {
    ($rest:literal) => {
        concat!(
            "SELECT json_object('id', id, 'title', title, 'status', status, 'starts_at', ",
            time!("starts_at"),
            ", 'ends_at', ",
            time!("ends_at"),
            ", 'groups', json((SELECT json_group_array(json(named)) FROM (
                  SELECT json_object('id', customer_groups.id, 'title', customer_groups.title) AS named
                  FROM price_list_groups JOIN customer_groups ON customer_groups.id = group_id
                  WHERE list_id = price_lists.id ORDER BY customer_groups.name))),
               'prices', (SELECT count(*) FROM price_list_prices WHERE list_id = price_lists.id),
               'version', version, 'created_at', ",
            time!("created_at"),
            ", 'updated_at', ",
            time!("updated_at"),
            ") AS item, 0 AS key, name AS id FROM price_lists ",
            $rest
        )
    };
}

pub fn group(id: CustomerGroupId) -> Statement {
    Statement::new(select_groups!("WHERE id = ?1"), [id.to_string().into()])
}

/// A page of them by title, and how many there are.
pub fn groups([_, after, limit]: [Value; 3]) -> [Statement; 2] {
    let page = select_groups!("WHERE ?1 IS NULL OR name > ?1 ORDER BY name LIMIT ?2");
    [Statement::new(page, [after, limit]), Statement::new("SELECT count(*) AS total FROM customer_groups", [])]
}

pub fn list(id: PriceListId) -> Statement {
    Statement::new(select_lists!("WHERE id = ?1"), [id.to_string().into()])
}

/// A page of them by title, and how many there are.
pub fn lists([_, after, limit]: [Value; 3]) -> [Statement; 2] {
    let page = select_lists!("WHERE ?1 IS NULL OR name > ?1 ORDER BY name LIMIT ?2");
    [Statement::new(page, [after, limit]), Statement::new("SELECT count(*) AS total FROM price_lists", [])]
}

/// All groups by their names, for [`found`]: a hundred at most.
pub fn group_names() -> Statement {
    Statement::new("SELECT json_object('id', id, 'title', title) AS item FROM customer_groups", [])
}

/// What the rows have the JSON of.
pub fn found<T: DeserializeOwned>(rows: Rows) -> Result<Vec<T>, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        item: String,
    }
    let read = |row: Row| json::read(row.item.as_bytes());
    let read: Result<Vec<T>, json::Error> = rows.decode::<Row>()?.into_iter().map(read).collect();
    read.map_err(|error| DatabaseError::Undecodable(error.to_string()))
}

pub fn insert_group(new: &CustomerGroup) -> StaffChange {
    let entry = Entry::created(Kind::CustomerGroup, &new.id, &new.title);
    StaffChange::new(
        entry,
        vec![
            Statement::new(
                "INSERT INTO customer_groups (id, title, name, version, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
                [
                    new.id.to_string().into(),
                    new.title.as_str().into(),
                    text::bare(&new.title).into(),
                    new.version.into(),
                    new.created_at.millis().into(),
                ],
            ),
            weigh(None, &[]),
        ],
    )
}

pub fn update_group(before: &CustomerGroup, after: &CustomerGroup) -> StaffChange {
    let entry = changed_group(after, &json::value(before), &json::value(after));
    let (id, version) = (before.id.to_string(), after.version);
    StaffChange::new(
        entry,
        vec![
            unless_group_changed(before),
            Statement::new(
                "UPDATE customer_groups SET title = ?2, name = ?3, version = ?4, updated_at = ?5 WHERE id = ?1",
                [
                    id.into(),
                    after.title.as_str().into(),
                    text::bare(&after.title).into(),
                    version.into(),
                    after.updated_at.millis().into(),
                ],
            ),
        ],
    )
}

pub fn delete_group(before: &CustomerGroup) -> StaffChange {
    let entry = Entry::deleted(Kind::CustomerGroup, &before.id, &before.title, &json::value(before));
    let delete = Statement::new("DELETE FROM customer_groups WHERE id = ?1", [before.id.to_string().into()]);
    StaffChange::new(entry, vec![unless_group_changed(before), delete, weigh(None, &[])])
}

pub fn changed_group(group: &CustomerGroup, was: &serde_json::Value, is: &serde_json::Value) -> Entry {
    Entry::changed(Kind::CustomerGroup, &group.id, &group.title, was, is)
}

/// Puts these accounts in, and takes those out.
pub fn change_members(
    group: &CustomerGroup,
    entry: Entry,
    added: &[AccountId],
    removed: &[AccountId],
    now: Timestamp,
) -> StaffChange {
    let id = || Value::from(group.id.to_string());
    StaffChange::new(
        entry,
        vec![
            Statement::new(
                "UPDATE price_list_state SET checked = EXISTS (SELECT 1 FROM customer_groups WHERE id = ?1)",
                [id()],
            ),
            Statement::new(
                "DELETE FROM customer_group_members
                 WHERE group_id = ?1 AND account_id IN (SELECT value FROM json_each(?2))",
                [id(), json::text(&removed).into()],
            ),
            Statement::new(
                "INSERT INTO customer_group_members (group_id, account_id, added_at)
                 SELECT ?1, value, ?3 FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING",
                [id(), json::text(&added).into(), now.millis().into()],
            ),
            Statement::new(
                "UPDATE customer_groups SET version = version + 1, updated_at = ?2 WHERE id = ?1",
                [id(), now.millis().into()],
            ),
            weigh(None, added),
        ],
    )
}

pub fn insert_list(new: &PriceList) -> StaffChange {
    let entry = Entry::created(Kind::PriceList, &new.id, &new.title);
    let insert = Statement::new(
        "INSERT INTO price_lists (id, title, name, status, starts_at, ends_at, version, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        row(new),
    );
    StaffChange::new(entry, vec![insert, put_groups(new), weigh(Some(new.id), &[])])
}

pub fn update_list(before: &PriceList, after: &PriceList) -> StaffChange {
    let entry = Entry::changed(Kind::PriceList, &after.id, &after.title, &json::value(before), &json::value(after));
    StaffChange::new(
        entry,
        vec![
            unless_list_changed(before),
            Statement::new(
                "UPDATE price_lists SET title = ?2, name = ?3, status = ?4, starts_at = ?5, ends_at = ?6, version = ?7,
                   created_at = ?8, updated_at = ?9 WHERE id = ?1",
                row(after),
            ),
            Statement::new("DELETE FROM price_list_groups WHERE list_id = ?1", [after.id.to_string().into()]),
            put_groups(after),
        ],
    )
}

pub fn delete_list(before: &PriceList) -> StaffChange {
    let entry = Entry::deleted(Kind::PriceList, &before.id, &before.title, &json::value(before));
    let delete = Statement::new("DELETE FROM price_lists WHERE id = ?1", [before.id.to_string().into()]);
    StaffChange::new(entry, vec![unless_list_changed(before), delete, weigh(None, &[])])
}

/// A price that a list is to have: none takes it out.
#[derive(serde::Serialize)]
pub struct Priced<'a> {
    pub variant: crate::ids::VariantId,
    pub currency: &'a str,
    pub amount: Option<i64>,
}

pub fn change_prices(list: &PriceList, entry: Entry, prices: &[Priced], now: Timestamp) -> StaffChange {
    let (id, rows) = (|| Value::from(list.id.to_string()), json::text(&prices));
    StaffChange::new(
        entry,
        vec![
            Statement::new(
                "UPDATE price_list_state SET checked = EXISTS (SELECT 1 FROM price_lists WHERE id = ?1)",
                [id()],
            ),
            Statement::new(
                "DELETE FROM price_list_prices WHERE list_id = ?1 AND (variant_id, currency) IN (
                   SELECT value ->> '$.variant', value ->> '$.currency' FROM json_each(?2)
                   WHERE value ->> '$.amount' IS NULL)",
                [id(), rows.as_str().into()],
            ),
            Statement::new(
                "INSERT INTO price_list_prices (list_id, variant_id, currency, amount)
                 SELECT ?1, value ->> '$.variant', value ->> '$.currency', value ->> '$.amount' FROM json_each(?2)
                 WHERE value ->> '$.amount' IS NOT NULL
                 ON CONFLICT DO UPDATE SET amount = excluded.amount",
                [id(), rows.into()],
            ),
            Statement::new(
                "UPDATE price_lists SET version = version + 1, updated_at = ?2 WHERE id = ?1",
                [id(), now.millis().into()],
            ),
            weigh(Some(list.id), &[]),
        ],
    )
}

fn put_groups(list: &PriceList) -> Statement {
    let groups: Vec<CustomerGroupId> = list.groups.iter().map(|GroupName { id, .. }| *id).collect();
    Statement::new(
        "INSERT INTO price_list_groups (list_id, group_id) SELECT ?1, value FROM json_each(?2)",
        [list.id.to_string().into(), json::text(&groups).into()],
    )
}

fn unless_group_changed(before: &CustomerGroup) -> Statement {
    Statement::new(
        "UPDATE price_list_state SET checked = EXISTS (SELECT 1 FROM customer_groups WHERE id = ?1 AND version = ?2)",
        [before.id.to_string().into(), before.version.into()],
    )
}

fn unless_list_changed(before: &PriceList) -> Statement {
    Statement::new(
        "UPDATE price_list_state SET checked = EXISTS (SELECT 1 FROM price_lists WHERE id = ?1 AND version = ?2)",
        [before.id.to_string().into(), before.version.into()],
    )
}

/// Counts what there is, of that list and of those accounts, too.
fn weigh(list: Option<PriceListId>, accounts: &[AccountId]) -> Statement {
    Statement::new(
        "UPDATE price_list_state SET
           customer_groups = (SELECT count(*) FROM customer_groups),
           price_lists = (SELECT count(*) FROM price_lists),
           prices_of_list = (SELECT count(*) FROM price_list_prices WHERE list_id = ?1),
           groups_of_account = coalesce((SELECT max((
             SELECT count(*) FROM customer_group_members WHERE account_id = value)) FROM json_each(?2)), 0)",
        [list.map(|id| id.to_string()).into(), json::text(&accounts).into()],
    )
}

fn row(list: &PriceList) -> [Value; 9] {
    [
        list.id.to_string().into(),
        list.title.as_str().into(),
        text::bare(&list.title).into(),
        list.status.as_str().into(),
        list.starts_at.map(Timestamp::millis).into(),
        list.ends_at.map(Timestamp::millis).into(),
        list.version.into(),
        list.created_at.millis().into(),
        list.updated_at.millis().into(),
    ]
}
