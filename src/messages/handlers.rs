//! The mailbox of development.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::Letter;
use super::store::{self, Kept};
use crate::app::App;
use crate::ports::Timestamp;
use crate::problem::Problem;
use crate::wire::extract::Query;

/// The most letters shown.
const MAX_SHOWN: u32 = 1_000;

#[derive(Serialize)]
pub struct Mailbox {
    items: Vec<ShownMail>,
}

#[derive(Serialize)]
struct ShownMail {
    to: String,
    subject: String,
    text: String,
    html: String,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Row {
    #[serde(flatten)]
    kept: Kept,
    recipient: String,
    created_at: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reader {
    /// Whose letters; everybody's if absent.
    #[serde(default)]
    to: Option<String>,
}

/// Development only: what would have been sent, the newest first.
pub async fn get_mailbox(
    State(app): State<App>,
    Query(Reader { to }): Query<Reader>,
) -> Result<Json<Mailbox>, Problem> {
    if !app.config.development {
        return Err(Problem::not_found());
    }
    let answers = app.database.batch(vec![store::newest(to, MAX_SHOWN)]).await?;
    let rows: Vec<Row> = answers.into_iter().next().unwrap_or_default().decode()?;
    let shown = |row: Row| {
        let Letter { subject, text, html } = row.kept.letter(&app.keys);
        ShownMail { to: row.recipient, subject, text, html, at: Timestamp::from_millis(row.created_at) }
    };
    Ok(Json(Mailbox { items: rows.into_iter().map(shown).collect() }))
}
