//! The settings' SQL: what is written. What is read is in [`crate::settings`].

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::audit::{Entry as Told, Kind};
use crate::auth::StaffChange;
use crate::json;
use crate::ports::{DatabaseError, Rows, Statement};
use crate::settings::{Settings, Versioned};

/// A setting as its row has it.
#[derive(Serialize)]
struct Entry<'a> {
    key: &'a str,
    /// JSON text.
    value: String,
}

/// Writes what differs between the settings as they were read and as they shall
/// be; refused, by `stale_settings`, if they have changed since.
pub fn update(before: &Versioned, after: &Settings) -> StaffChange {
    let (was, will) = (members(&before.settings), members(after));
    let told = Told::changed(Kind::Settings, &"settings", "", &Json::Object(was.clone()), &Json::Object(will.clone()));
    let changed = will.iter().filter(|(key, value)| was.get(*key) != Some(*value));
    let entries: Vec<_> = changed.map(|(key, value)| Entry { key, value: value.to_string() }).collect();
    let mut batch = vec![
        Statement::new(
            "UPDATE catalog_state SET revision = revision + 1,
               settings_version = CASE WHEN settings_version = ?1 THEN settings_version + 1 ELSE -1 END
             RETURNING revision",
            [before.version.into()],
        ),
        Statement::new(
            "INSERT INTO settings (key, value) SELECT value ->> '$.key', value ->> '$.value' FROM json_each(?1) WHERE true
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [json(&entries).into()],
        ),
    ];
    if before.settings.tax.classes != after.tax.classes {
        let classes = json(&after.tax.classes);
        batch.extend([
            Statement::new(
                "DELETE FROM tax_classes WHERE name NOT IN (SELECT value FROM json_each(?1))",
                [classes.clone().into()],
            ),
            Statement::new(
                "INSERT INTO tax_classes (name) SELECT value FROM json_each(?1) WHERE true ON CONFLICT DO NOTHING",
                [classes.into()],
            ),
        ]);
    }
    StaffChange::new(told, batch)
}

/// The most products that are named in a refusal.
const MAX_NAMED: u32 = 5;

/// Some of the products whose tax class is none of these, for [`read_titles`].
pub fn products_of_other_classes(classes: &[String]) -> Statement {
    Statement::new(
        "SELECT title FROM products WHERE id IN (
           SELECT id FROM products WHERE tax_class NOT IN (SELECT value FROM json_each(?1))
           UNION SELECT product_id FROM variants WHERE tax_class NOT IN (SELECT value FROM json_each(?1)))
         ORDER BY title LIMIT ?2",
        [json(&classes).into(), MAX_NAMED.into()],
    )
}

pub fn read_titles(rows: Rows) -> Result<Vec<String>, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        title: String,
    }
    Ok(rows.decode::<Row>()?.into_iter().map(|row| row.title).collect())
}

fn members(settings: &Settings) -> serde_json::Map<String, Json> {
    match crate::json::value(settings) {
        Json::Object(members) => members,
        _ => serde_json::Map::new(),
    }
}

fn json(value: &impl Serialize) -> String {
    json::text(value)
}
