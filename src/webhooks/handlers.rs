//! Webhooks over HTTP: staff see them, the owner changes them.

use axum::body::Body;
use axum::extract::State;
use axum::response::{NoContent, Response};
use http::StatusCode;
use http_body_util::BodyExt;
use serde_json::Value;
use serde_json::value::RawValue;

use super::object::LIST;
use super::protocol::{Command, ask, ask_for_staff};
use super::signature::SigningSecret;
use super::views::{
    DeliveryFilter, DeliveryList, DeliveryNumber, NewWebhook, Queued, ReplayBody, Webhook, WebhookList, WebhookPatch,
    WebhookWithSecret,
};
use super::{error, store};
use crate::app::App;
use crate::audit::{Entry, Kind};
use crate::auth::{OwnerWrite, Staff, StaffChange, StaffWrite};
use crate::idempotency::{self, Answer};
use crate::ids::WebhookId;
use crate::json;
use crate::money::MAX_AMOUNT;
use crate::ports::{ObjectUnavailable, Statement};
use crate::problem::Problem;
use crate::wire::extract::{self, IdempotencyKey, Path, Query};
use crate::wire::page;
use crate::wire::respond::{Json, JsonText};

const CREATED: u16 = 201;
const ACCEPTED: u16 = 202;

/// The shop's webhooks, the newest first.
pub async fn list_webhooks(State(app): State<App>, _: Staff) -> Result<Json<WebhookList>, Problem> {
    let items = look_up(&app, store::all()).await?;
    Ok(Json(WebhookList { total: items.len(), items, next_cursor: None }))
}

/// A webhook.
pub async fn get_webhook(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<WebhookId>,
) -> Result<Json<Webhook>, Problem> {
    look_up(&app, store::by_id(id)).await?.pop().map(Json).ok_or_else(Problem::not_found)
}

/// Adds a webhook: from now on it is told of events of these types, in order for each order, at least once, signed as
/// Standard Webhooks says. The secret that shows who sent them is in this answer, and in the same request's repeated
/// one. The owner alone may.
pub async fn create_webhook(
    State(app): State<App>,
    OwnerWrite(owner): OwnerWrite,
    IdempotencyKey(key): IdempotencyKey,
    body: extract::Json<NewWebhook>,
) -> Result<JsonText<WebhookWithSecret, CREATED>, Problem> {
    let request = owner.keyed(key, "POST /v1/admin/webhooks", &body.bytes);
    if let Some(first) = owner.begin(&app, request.as_ref(), Vec::new()).await?.first {
        return Ok(with_secret(&app, first).await?.into());
    }
    let wanted = body.value.check(app.config.development).map_err(Problem::invalid)?;
    let now = app.clock.now();
    let webhook = Webhook {
        id: WebhookId::new(now, &*app.entropy),
        url: wanted.url.as_str().to_owned(),
        types: wanted.types,
        disabled: None,
        secret_version: 1,
        secret_rotated_at: None,
        created_at: now,
        updated_at: now,
        enabled_at: now,
    };
    let entry = Entry::created(Kind::Webhook, &webhook.id, &webhook.url);
    let change = StaffChange::new(entry, vec![store::insert(&webhook)]);
    let status = StatusCode::CREATED;
    let (answer, _) =
        owner.commit(&app, request.as_ref(), change, Answer::new(status, &webhook)?, &error::refusal).await?;
    Ok(with_secret(&app, answer).await?.into())
}

/// Changes a webhook; the owner alone may. What waits goes to the new address, and out once it is enabled again.
pub async fn update_webhook(
    State(app): State<App>,
    OwnerWrite(owner): OwnerWrite,
    Path(id): Path<WebhookId>,
    body: extract::Json<WebhookPatch>,
) -> Result<Json<Webhook>, Problem> {
    let change = body.value.check(app.config.development).map_err(Problem::invalid)?;
    let before = found(&app, &owner, id).await?;
    let now = app.clock.now();
    let entry = Entry::changed(Kind::Webhook, &id, &before.url, &json::value(&before), &change.over(&before, now));
    let webhook = write(&app, &owner, entry, store::update(id, &change, now)).await?;
    ask(&app, id, &Command::Look).await?;
    Ok(Json(webhook))
}

/// Deletes a webhook, with what waits for it and what was delivered. The owner alone may.
pub async fn delete_webhook(
    State(app): State<App>,
    OwnerWrite(owner): OwnerWrite,
    Path(id): Path<WebhookId>,
) -> Result<NoContent, Problem> {
    let before = found(&app, &owner, id).await?;
    let entry = Entry::deleted(Kind::Webhook, &id, &before.url, &json::value(&before));
    write(&app, &owner, entry, store::delete(id)).await?;
    // Should it not answer, it looks by itself within a day.
    let _ = ask(&app, id, &Command::Look).await;
    Ok(NoContent)
}

/// Gives a webhook another secret, which is in this answer, and in the same request's repeated one. For a day what is
/// sent is signed by the one before, too. The owner alone may.
pub async fn rotate_webhook_secret(
    State(app): State<App>,
    OwnerWrite(owner): OwnerWrite,
    Path(id): Path<WebhookId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<JsonText<WebhookWithSecret>, Problem> {
    let request = owner.keyed(key, &format!("POST rotate {id}"), &[]);
    let mut begun = owner.begin(&app, request.as_ref(), vec![store::by_id(id)]).await?;
    if let Some(first) = begun.first {
        return Ok(with_secret(&app, first).await?.into());
    }
    let before = store::read(begun.rows.next().unwrap_or_default())?.pop().ok_or_else(Problem::not_found)?;
    let now = app.clock.now();
    let secret_version = before.secret_version.saturating_add(1);
    let was = json::value(&before);
    let webhook = Webhook { secret_version, secret_rotated_at: Some(now), updated_at: now, ..before };
    let entry = Entry::changed(Kind::Webhook, &id, &webhook.url, &was, &json::value(&webhook));
    let change = StaffChange::new(entry, vec![store::rotate(id, secret_version, now)]);
    let (answer, _) =
        owner.commit(&app, request.as_ref(), change, Answer::new(StatusCode::OK, &webhook)?, &error::refusal).await?;
    Ok(with_secret(&app, answer).await?.into())
}

/// What was delivered, what waits and what was given up, the newest first: all that waits, and of the rest the newest
/// 1,000 of the last 30 days.
pub async fn list_webhook_deliveries(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<WebhookId>,
    Query(filter): Query<DeliveryFilter>,
) -> Result<JsonText<DeliveryList>, Problem> {
    let limit = page::limit(filter.limit.as_deref())?;
    let before = match filter.cursor.as_deref() {
        Some(cursor) => {
            Some(page::open(cursor, LIST, "").and_then(|number| number.parse().ok()).ok_or_else(page::unknown_cursor)?)
        }
        None => None,
    };
    look_up(&app, store::by_id(id)).await?.pop().ok_or_else(Problem::not_found)?;
    let answer = ask(&app, id, &Command::List { status: filter.status, before, limit }).await?;
    Ok(JsonText::new(StatusCode::OK, answer))
}

/// Sends a `ping`, whatever types of events the webhook is told of. Its outcome is among the deliveries. The owner
/// alone may.
pub async fn test_webhook(
    State(app): State<App>,
    OwnerWrite(owner): OwnerWrite,
    Path(id): Path<WebhookId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<JsonText<Queued, ACCEPTED>, Problem> {
    queue(&app, &owner, id, (key, format!("POST test {id}")), &Command::Ping).await
}

/// Delivers once more what was delivered or given up from a number on, in order and with the same `webhook-id`s. The
/// owner alone may.
pub async fn replay_webhook(
    State(app): State<App>,
    OwnerWrite(owner): OwnerWrite,
    Path(id): Path<WebhookId>,
    IdempotencyKey(key): IdempotencyKey,
    body: extract::Json<ReplayBody>,
) -> Result<JsonText<Queued, ACCEPTED>, Problem> {
    let from = body.from.get();
    let command = Command::Replay { from, to: MAX_AMOUNT };
    queue(&app, &owner, id, (key, format!("POST replay {id} {from}")), &command).await
}

/// Delivers one event once more, with the same `webhook-id`; one that waits is tried now. The owner alone may.
pub async fn replay_webhook_delivery(
    State(app): State<App>,
    OwnerWrite(owner): OwnerWrite,
    Path((id, number)): Path<(WebhookId, DeliveryNumber)>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<JsonText<Queued, ACCEPTED>, Problem> {
    let number = number.get();
    let command = Command::Replay { from: number, to: number };
    queue(&app, &owner, id, (key, format!("POST replay {id} {number} alone")), &command).await
}

async fn look_up(app: &App, statement: Statement) -> Result<Vec<Webhook>, Problem> {
    let rows = app.database.run(statement).await?;
    Ok(store::read(rows)?)
}

/// A webhook that the owner is about to change.
async fn found(app: &App, owner: &StaffWrite, id: WebhookId) -> Result<Webhook, Problem> {
    let mut begun = owner.begin(app, None, vec![store::by_id(id)]).await?;
    store::read(begun.rows.next().unwrap_or_default())?.pop().ok_or_else(Problem::not_found)
}

/// Writes a change that answers the webhook, if there is one.
async fn write(app: &App, owner: &StaffWrite, entry: Entry, change: Statement) -> Result<Webhook, Problem> {
    let change = StaffChange::new(entry, vec![change]);
    let (_, rows) =
        owner.commit(app, None, change, Answer::new(StatusCode::OK, &Value::Null)?, &error::refusal).await?;
    let found = store::read(rows.into_iter().next().unwrap_or_default())?.pop();
    found.ok_or_else(Problem::not_found)
}

/// Has the object deliver something. `request`: the key, and what is asked.
async fn queue(
    app: &App,
    owner: &StaffWrite,
    id: WebhookId,
    (key, operation): (Option<String>, String),
    command: &Command,
) -> Result<JsonText<Queued, ACCEPTED>, Problem> {
    let request = owner.keyed(key, &operation, &[]);
    let mut begun = owner.begin(app, request.as_ref(), vec![store::by_id(id)]).await?;
    if let Some(first) = begun.first {
        return Ok(first.into());
    }
    store::read(begun.rows.next().unwrap_or_default())?.pop().ok_or_else(Problem::not_found)?;
    let answer = ask_for_staff(app, id, begun.confirmed, command).await?;
    let queued: Option<Box<RawValue>> =
        json::read(answer.as_bytes()).map_err(|error| ObjectUnavailable(error.to_string()))?;
    let queued = queued.ok_or_else(Problem::not_found)?;
    Ok(idempotency::remember(app, request.as_ref(), Answer::new(StatusCode::ACCEPTED, &queued)?).await?.into())
}

/// The answer as it goes out. What is kept of it for repeats has no secret, which
/// follows from what is.
async fn with_secret(app: &App, kept: Response) -> Result<Response, Problem> {
    let unreadable = |error: String| Problem::internal(format!("the answer that was kept: {error}"));
    let (parts, body) = kept.into_parts();
    let body = body.collect().await.map_err(|error| unreadable(error.to_string()))?.to_bytes();
    let mut webhook: Value = json::read(&body).map_err(|error| unreadable(error.to_string()))?;
    let id = webhook.get("id").and_then(Value::as_str).and_then(|id| id.parse::<WebhookId>().ok());
    let version = webhook.get("secret_version").and_then(Value::as_i64);
    let (id, version) = id.zip(version).ok_or_else(|| unreadable("no id".to_owned()))?;
    if let Some(members) = webhook.as_object_mut() {
        members.insert("secret".to_owned(), SigningSecret::of(&app.keys, id, version).reveal().into());
    }
    Ok(Response::from_parts(parts, Body::from(webhook.to_string())))
}
