//! Lists that the database lays out: each of its rows has the JSON of an item,
//! and the item's place in the list. Whatever the list is of, it is read by one
//! reader and goes out as it came, so another list adds its SQL and its schema.

use serde::Deserialize;

use super::page::{self, PageQuery};
use crate::app::App;
use crate::ports::{Rows, Statement, Value};
use crate::problem::Problem;

/// Which part of a list is asked for.
pub struct Part {
    /// The list's name in its cursors.
    list: &'static str,
    limit: usize,
    after: Option<(i64, String)>,
}

/// A row of a list's statement: `item`, a text of JSON, and its place: `key` and
/// `id`, by which the list is sorted, whichever way.
#[derive(Deserialize)]
struct Row {
    item: String,
    key: i64,
    id: String,
}

#[derive(Deserialize)]
struct Total {
    total: i64,
}

impl Part {
    pub fn of(list: &'static str, limit: Option<&str>, cursor: Option<&str>) -> Result<Self, Problem> {
        let after = cursor.map(|text| place(list, text).ok_or_else(page::unknown_cursor)).transpose()?;
        Ok(Self { list, limit: page::limit(limit)?, after })
    }

    pub fn asked(list: &'static str, query: &PageQuery) -> Result<Self, Problem> {
        Self::of(list, query.limit.as_deref(), query.cursor.as_deref())
    }

    /// For a list's statement: its place, `key` and `id` (null at the front), and how
    /// many rows there may be: one more than are shown, so that the end is seen.
    pub fn params(&self) -> [Value; 3] {
        let (key, id) = self.after.clone().unzip();
        [key.into(), id.into(), u32::try_from(self.limit.saturating_add(1)).unwrap_or(u32::MAX).into()]
    }

    /// The list's envelope. `count`: says in `total` how many there are in all, where
    /// that is cheap.
    pub async fn read(&self, app: &App, rows: Statement, count: Option<Statement>) -> Result<String, Problem> {
        let mut answers = app.database.batch([rows].into_iter().chain(count).collect()).await?.into_iter();
        let mut rows: Vec<Row> = answers.next().unwrap_or_default().decode()?;
        let next = page::cut(&mut rows, self.limit)
            .map(|last| format!("\"{}\"", page::seal(self.list, "", &[&last.key.to_string(), &last.id])));
        let total: Option<Total> = answers.next().map(|rows| rows.first()).transpose()?.flatten();
        let total = total.map(|Total { total }| format!(",\"total\":{total}"));
        let items: Vec<String> = rows.into_iter().map(|row| row.item).collect();
        let (items, next) = (items.join(","), next.as_deref().unwrap_or("null"));
        Ok(format!("{{\"items\":[{items}],\"next_cursor\":{next}{}}}", total.unwrap_or_default()))
    }
}

/// The first item of rows, of which there is one at most.
pub fn item(rows: Rows) -> Result<String, Problem> {
    #[derive(Deserialize)]
    struct Item {
        item: String,
    }
    let item: Option<Item> = rows.first()?;
    item.map(|Item { item }| item).ok_or_else(Problem::not_found)
}

/// What a statement answers that finds one thing.
pub async fn one(app: &App, row: Statement) -> Result<String, Problem> {
    item(app.database.run(row).await?)
}

fn place(list: &str, text: &str) -> Option<(i64, String)> {
    let payload = page::open(text, list, "")?;
    let (key, id) = payload.split_once('\n')?;
    Some((key.parse().ok()?, id.to_owned()))
}

/// Milliseconds since 1970 as the contract writes times, in SQL.
#[macro_export]
macro_rules! time {
    ($column:literal) => {
        concat!("strftime('%Y-%m-%dT%H:%M:%fZ', ", $column, " / 1000.0, 'unixepoch')")
    };
}
