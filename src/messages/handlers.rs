//! The letters over HTTP: what was sent, for staff; the mailbox of development.

use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::sample::{self, Sender};
use super::store::{self, Kept};
use super::views::{
    MessageFilter, MessageList, MessageNumber, MessagePreview, MessageSummary, PreviewQuery, SentMessage,
};
use super::{Kind, Letter, outbox, sent};
use crate::app::App;
use crate::audit;
use crate::auth::{Staff, StaffChange, StaffWrite};
use crate::idempotency::Answer;
use crate::ports::Timestamp;
use crate::problem::Problem;
use crate::wire::extract::{IdempotencyKey, Path, Query};
use crate::wire::listed::{self, Part};
use crate::wire::respond::{Json, JsonText};
use crate::{idempotency, json, shelf, telemetry};

const ACCEPTED: u16 = 202;

/// The name of the list in its cursors.
const LIST: &str = "messages";

/// What people were written, the newest first; for 90 days.
pub async fn list_messages(
    State(app): State<App>,
    _: Staff,
    Query(filter): Query<MessageFilter>,
) -> Result<JsonText<MessageList>, Problem> {
    let part = Part::of(LIST, filter.limit.as_deref(), filter.cursor.as_deref())?;
    let list = part.read(&app, sent::page(&filter, &part), None).await?;
    Ok(JsonText::new(StatusCode::OK, list))
}

/// A letter as it was sent. Dots stand for what only its reader may have: a gift card's code, and what opens an order.
pub async fn get_message(
    State(app): State<App>,
    _: Staff,
    Path(number): Path<MessageNumber>,
) -> Result<JsonText<SentMessage>, Problem> {
    let letter = listed::one(&app, sent::message(number)).await?;
    Ok(JsonText::new(StatusCode::OK, without_keys(&letter)))
}

/// What goes before a secret in the address of an order.
const KEY: &str = "/open?token=";

/// The letter with dots for what would let whoever reads it be its buyer.
fn without_keys(letter: &str) -> String {
    let mut parts = letter.split(KEY);
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_of_secret = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        shown.push_str(KEY);
        shown.push_str("••••");
        shown.push_str(part.trim_start_matches(is_of_secret));
    }
    shown
}

/// Sends a letter once more, word for word, whatever became of it: where it failed, or where its reader does not find it.
pub async fn send_message(
    State(app): State<App>,
    staff: StaffWrite,
    Path(number): Path<MessageNumber>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<JsonText<MessageSummary, ACCEPTED>, Problem> {
    let request = staff.keyed(key, &format!("POST send message {}", number.0), &[]);
    let mut begun = staff.begin(&app, request.as_ref(), vec![sent::message(number)]).await?;
    if let Some(first) = begun.first {
        return Ok(first.into());
    }
    listed::item(begun.rows.next().unwrap_or_default())?;
    let (was, is) = (serde_json::json!({ "sent_again": false }), serde_json::json!({ "sent_again": true }));
    let entry = audit::Entry::changed(audit::Kind::Message, &number.0, "", &was, &is);
    let change = StaffChange::new(entry, vec![sent::send_again(number, outbox::once_more(&app), app.clock.now())]);
    let (_, rows) = staff.commit(&app, None, change, Answer::new(StatusCode::ACCEPTED, &())?, &|_| None).await?;
    let item = listed::item(rows.into_iter().next().unwrap_or_default())?;
    // What is not sent now the tick sends: that is no reason to say that it was not taken.
    if !app.config.development
        && let Err(problem) = outbox::send_due(&app).await
    {
        telemetry::log(&serde_json::json!({ "level": "warn", "event": "mail_not_sent_yet", "cause": problem.cause }));
    }
    let item: Box<RawValue> = json::read(item.as_bytes()).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(idempotency::remember(&app, request.as_ref(), Answer::new(StatusCode::ACCEPTED, &item)?).await?.into())
}

/// A letter of a kind, about an order that never was: what buyers are written.
pub async fn preview_message(
    State(app): State<App>,
    _: Staff,
    Path(kind): Path<Kind>,
    Query(PreviewQuery { language }): Query<PreviewQuery>,
) -> Result<Json<MessagePreview>, Problem> {
    let snapshot = shelf::current(&app).await?;
    let settings = &snapshot.settings;
    let sender = Sender { shop_name: &settings.shop_name, currency: settings.default_currency };
    let letter = sample::letter(kind, language, &sender, app.clock.now());
    let Letter { subject, text, html } = letter.map_err(|error| Problem::internal(error.to_string()))?;
    Ok(Json(MessagePreview { kind, language, subject, text, html }))
}

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
    let letters: Vec<Kept> = answers.into_iter().next().unwrap_or_default().decode()?;
    let shown = |kept: Kept| {
        let Letter { subject, text, html } = kept.letter(&app.keys);
        ShownMail { to: kept.recipient, subject, text, html, at: Timestamp::from_millis(kept.created_at) }
    };
    Ok(Json(Mailbox { items: letters.into_iter().map(shown).collect() }))
}
