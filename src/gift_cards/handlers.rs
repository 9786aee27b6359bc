//! Gift cards as staff issue, see and disable them.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use http_body_util::BodyExt;
use serde_json::json;

use super::card::GiftCard;
use super::code::PlainCode;
use super::views::{
    GiftCardAccount, GiftCardFilter, GiftCardLedger, GiftCardList, IssuedGiftCard, MAX_ENTRIES, NewGiftCard,
};
use super::{error, level, store};
use crate::app::App;
use crate::audit::{Entry, Kind};
use crate::auth::{Staff, StaffChange, StaffWrite};
use crate::idempotency::{self, Answer};
use crate::ids::GiftCardId;
use crate::json;
use crate::pools::{self, Supply, ledger};
use crate::problem::Problem;
use crate::settings;
use crate::text;
use crate::wire::extract::{self, IdempotencyKey, Path, Query};
use crate::wire::page::{self, PageQuery};
use crate::wire::respond::{Json, JsonText};

const CREATED: u16 = 201;

/// The name of the list in its cursors.
const LIST: &str = "gift_cards";

/// Issues a gift card. Its code is in this answer, and in the same request's
/// repeated one, and nowhere else.
pub async fn create_gift_card(
    State(app): State<App>,
    staff: StaffWrite,
    IdempotencyKey(key): IdempotencyKey,
    body: extract::Json<NewGiftCard>,
) -> Result<JsonText<IssuedGiftCard, CREATED>, Problem> {
    let request = staff.keyed(key, "POST /v1/admin/gift-cards", &body.bytes);
    let mut begun = staff.begin(&app, request.as_ref(), vec![settings::current()]).await?;
    let given = body.code();
    if let Some(first) = begun.first {
        return with_code(&app, first, given).await;
    }
    let settings = settings::read(begun.rows.next().unwrap_or_default())?;
    let now = app.clock.now();
    let wanted = body.check(&settings, now).map_err(Problem::invalid)?;
    let id = GiftCardId::new(now, &*app.entropy);
    let made = PlainCode::of(&app.keys, id);
    let code = given.as_ref().unwrap_or(&made);
    let card = GiftCard {
        id,
        last4: code.last4().to_owned(),
        initial_balance: wanted.balance,
        expires_at: wanted.expires_at,
        note: wanted.note,
        account_id: Some(begun.confirmed.account()),
        order_id: None,
        created_at: now,
        disabled_at: None,
    };
    let entry = Entry::created(Kind::GiftCard, &id, &format!("•••• {}", card.last4));
    let change = StaffChange::new(entry, vec![store::insert(&card, code.digest(&app.keys))]);
    let status = StatusCode::CREATED;
    let (answer, _) = staff.commit(&app, request.as_ref(), change, Answer::new(status, &card)?, &error::taken).await?;
    with_code(&app, answer, given).await
}

/// The answer as it goes out. What is kept of it for repeats has no code, which
/// was sent or follows from the card's id. The card's balance is put in, too,
/// if the first request did not get there.
async fn with_code(
    app: &App,
    kept: Response,
    given: Option<PlainCode>,
) -> Result<JsonText<IssuedGiftCard, CREATED>, Problem> {
    let unreadable = |error: String| Problem::internal(format!("the answer that was kept: {error}"));
    let (parts, body) = kept.into_parts();
    let body = body.collect().await.map_err(|error| unreadable(error.to_string()))?.to_bytes();
    let card: GiftCard = json::read(&body).map_err(|error| unreadable(error.to_string()))?;
    level(app, &card).await?;
    let code = given.unwrap_or_else(|| PlainCode::of(&app.keys, card.id));
    let issued = IssuedGiftCard { code: code.reveal().to_owned(), balance: card.initial_balance, card };
    let text = json::text(&issued);
    Ok(Response::from_parts(parts, Body::from(text)).into())
}

/// The shop's gift cards, the newest first. What is left on each is said by the
/// card alone.
pub async fn list_gift_cards(
    State(app): State<App>,
    _: Staff,
    Query(filter): Query<GiftCardFilter>,
) -> Result<Json<GiftCardList>, Problem> {
    let limit = page::limit(filter.limit.as_deref())?;
    let last4 = filter.last4.as_deref().map(last4).transpose()?;
    let after = match filter.cursor.as_deref() {
        Some(cursor) => Some(open_cursor(cursor).ok_or_else(page::unknown_cursor)?),
        None => None,
    };
    let batch = vec![store::page(last4.as_deref(), after, limit.saturating_add(1)), store::count(last4.as_deref())];
    let mut answers = app.database.batch(batch).await?.into_iter();
    let mut items = store::cards(answers.next().unwrap_or_default())?;
    let total = store::total(answers.next().unwrap_or_default())?;
    let next_cursor = page::cut(&mut items, limit)
        .map(|card| page::seal(LIST, "", &[&card.created_at.millis().to_string(), &card.id.to_string()]));
    Ok(Json(GiftCardList { items, next_cursor, total }))
}

/// The end of a code as it is kept.
fn last4(typed: &str) -> Result<String, Problem> {
    let last4 = text::folded(&text::sought(typed)).to_ascii_uppercase();
    if last4.len() == 4 && last4.chars().all(|c| c.is_ascii_alphanumeric()) {
        Ok(last4)
    } else {
        Err(Problem::invalid_field("last4", "the last four letters and digits of a code"))
    }
}

fn open_cursor(text: &str) -> Option<(i64, GiftCardId)> {
    let payload = page::open(text, LIST, "")?;
    let (at, id) = payload.split_once('\n')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

/// A gift card with its balance and ledger.
pub async fn get_gift_card(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<GiftCardId>,
) -> Result<Json<GiftCardAccount>, Problem> {
    let rows = app.database.run(store::by_id(id)).await?;
    let card = store::card(rows)?.ok_or_else(Problem::not_found)?;
    Ok(Json(account(&app, card).await?))
}

async fn account(app: &App, card: GiftCard) -> Result<GiftCardAccount, Problem> {
    level(app, &card).await?;
    let answer = pools::ledger(app, &Supply::GiftCard(card.id), MAX_ENTRIES, None).await?;
    Ok(GiftCardAccount::new(card, answer))
}

/// How a gift card's balance came about, the newest entries first.
pub async fn list_gift_card_entries(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<GiftCardId>,
    Query(query): Query<PageQuery>,
) -> Result<Json<GiftCardLedger>, Problem> {
    let rows = app.database.run(store::by_id(id)).await?;
    let card = store::card(rows)?.ok_or_else(Problem::not_found)?;
    level(&app, &card).await?;
    let page = ledger::page(&app, &Supply::GiftCard(id), &query).await?;
    Ok(Json(GiftCardLedger::new(&card, page)))
}

/// Disables a gift card for good. Orders that hold something of it may still be
/// paid with that; what is put back stays on it.
pub async fn disable_gift_card(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<GiftCardId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<JsonText<GiftCardAccount>, Problem> {
    let request = staff.keyed(key, &format!("POST disable {id}"), &[]);
    let mut begun = staff.begin(&app, request.as_ref(), vec![store::by_id(id)]).await?;
    if let Some(first) = begun.first {
        return Ok(first.into());
    }
    let card = store::card(begun.rows.next().unwrap_or_default())?.ok_or_else(Problem::not_found)?;
    let level = pools::close(&app, begun.confirmed, id).await?.level;
    // The pool has decided; the lists learn of it here.
    if let Some(at) = level.closed_at {
        let (was, is) = (json!({ "disabled_at": null }), json!({ "disabled_at": at }));
        let entry = Entry::changed(Kind::GiftCard, &id, &format!("•••• {}", card.last4), &was, &is);
        let mut batch = vec![store::disable(id, at)];
        batch.extend(staff.told(&app, &[entry.decided(format!("{id}/disabled"))]));
        app.database.batch(batch).await?;
    }
    let account = account(&app, card).await?;
    Ok(idempotency::remember(&app, request.as_ref(), Answer::new(StatusCode::OK, &account)?).await?.into())
}
