//! The SQL of the endpoints.

use serde::Deserialize;

use super::news::EventType;
use super::views::{Because, Change, Disabled, MAX_WEBHOOKS, Webhook};
use crate::ids::WebhookId;
use crate::json;
use crate::ports::{DatabaseError, Rows, Statement, Timestamp};

macro_rules! columns {
    () => {
        "id, url, types, secret_version, secret_rotated_at, disabled_at, disabled_because, enabled_at, created_at,
         updated_at"
    };
}

#[derive(Deserialize)]
struct Row {
    id: WebhookId,
    url: String,
    types: String,
    secret_version: i64,
    secret_rotated_at: Option<i64>,
    disabled_at: Option<i64>,
    disabled_because: Option<Because>,
    enabled_at: i64,
    created_at: i64,
    updated_at: i64,
}

/// Reads what the statements here answer.
pub fn read(rows: Rows) -> Result<Vec<Webhook>, DatabaseError> {
    let webhook = |row: Row| {
        let types: Result<Vec<EventType>, _> = json::read(row.types.as_bytes());
        let disabled = row.disabled_at.zip(row.disabled_because);
        Ok(Webhook {
            id: row.id,
            url: row.url,
            types: types.map_err(|error| DatabaseError::Undecodable(error.to_string()))?,
            disabled: disabled.map(|(at, because)| Disabled { at: Timestamp::from_millis(at), because }),
            secret_version: row.secret_version,
            secret_rotated_at: row.secret_rotated_at.map(Timestamp::from_millis),
            created_at: Timestamp::from_millis(row.created_at),
            updated_at: Timestamp::from_millis(row.updated_at),
            enabled_at: Timestamp::from_millis(row.enabled_at),
        })
    };
    rows.decode::<Row>()?.into_iter().map(webhook).collect()
}

/// All of them, the newest first.
pub fn all() -> Statement {
    Statement::new(
        concat!("SELECT ", columns!(), " FROM webhooks ORDER BY id DESC LIMIT ?1"),
        [u32::try_from(MAX_WEBHOOKS).unwrap_or(u32::MAX).into()],
    )
}

/// Those that are told what happens.
pub fn enabled() -> Statement {
    Statement::new(concat!("SELECT ", columns!(), " FROM webhooks WHERE disabled_at IS NULL"), [])
}

pub fn by_id(id: WebhookId) -> Statement {
    Statement::new(concat!("SELECT ", columns!(), " FROM webhooks WHERE id = ?1"), [id.to_string().into()])
}

/// A new one; refused, by `too_many_webhooks`, if there are as many as there may be.
pub fn insert(webhook: &Webhook) -> Statement {
    Statement::new(
        "INSERT INTO webhooks (id, url, types, secret_version, enabled_at, created_at, updated_at, others)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5, (SELECT count(*) FROM webhooks))",
        [
            webhook.id.to_string().into(),
            webhook.url.as_str().into(),
            names(&webhook.types).into(),
            webhook.secret_version.into(),
            webhook.created_at.millis().into(),
        ],
    )
}

/// Changes what is to be changed and nothing else, so that no two changes undo
/// each other; answers how it is then, or no row.
pub fn update(id: WebhookId, change: &Change, now: Timestamp) -> Statement {
    Statement::new(
        concat!(
            "UPDATE webhooks SET
               url = coalesce(?2, url), types = coalesce(?3, types),
               enabled_at = iif(?4 = 1 AND disabled_at IS NOT NULL, ?5, enabled_at),
               disabled_at = CASE ?4 WHEN 1 THEN NULL WHEN 0 THEN coalesce(disabled_at, ?5) ELSE disabled_at END,
               disabled_because =
                 CASE ?4 WHEN 1 THEN NULL WHEN 0 THEN coalesce(disabled_because, 'owner') ELSE disabled_because END,
               updated_at = ?5
             WHERE id = ?1 RETURNING ",
            columns!()
        ),
        [
            id.to_string().into(),
            change.url.as_ref().map(|url| url.as_str().to_owned()).into(),
            change.types.as_deref().map(names).into(),
            change.enabled.map(i64::from).into(),
            now.millis().into(),
        ],
    )
}

/// Makes this the newest secret. Two who do it at once make the same.
pub fn rotate(id: WebhookId, version: i64, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE webhooks SET secret_version = ?2, secret_rotated_at = ?3, updated_at = ?3 WHERE id = ?1",
        [id.to_string().into(), version.into(), now.millis().into()],
    )
}

/// Deletes it; answers what it was, or no row.
pub fn delete(id: WebhookId) -> Statement {
    Statement::new(concat!("DELETE FROM webhooks WHERE id = ?1 RETURNING ", columns!()), [id.to_string().into()])
}

/// Whoever is at this address wants nothing more. If it is another by now, or
/// disabled already, nothing happens.
pub fn gone(webhook: &Webhook, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE webhooks SET disabled_at = ?3, disabled_because = 'gone', updated_at = ?3
         WHERE id = ?1 AND url = ?2 AND disabled_at IS NULL",
        [webhook.id.to_string().into(), webhook.url.as_str().into(), now.millis().into()],
    )
}

fn names(types: &[EventType]) -> String {
    json::text(types)
}
