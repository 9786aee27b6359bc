//! Drafts over HTTP: orders that staff type in. Every handler parses, asks the
//! order's object once, and passes its answer on; the list is the database's.

use axum::extract::State;
use axum::response::NoContent;

use super::bodies::{DraftContent, DraftLetter, PlacedDraft, WantedDraft};
use super::view::{DraftFilter, DraftList, DraftView};
use super::{Deed, store};
use crate::app::App;
use crate::auth::{Staff, StaffWrite};
use crate::ids::OrderId;
use crate::orders::access::Credentials;
use crate::orders::bodies::choice;
use crate::orders::cart::Cart;
use crate::orders::cart_handlers::{currency, first_answer, new_id, offered};
use crate::orders::client::{Answer, OrderClient};
use crate::orders::decision::NewLine;
use crate::orders::facts::Fact;
use crate::orders::handlers::keyed;
use crate::orders::offers;
use crate::orders::order::Order;
use crate::orders::view::OrderView;
use crate::payments::Provider;
use crate::problem::Problem;
use crate::shelf;
use crate::wire::extract::{self, Checked, IdempotencyKey, Path, Query};
use crate::wire::page;
use crate::wire::respond::{Json, JsonText};

/// The name of the list in its cursors.
const LIST: &str = "drafts";

/// The drafts, the newest first.
pub async fn list_drafts(
    State(app): State<App>,
    _: Staff,
    Query(filter): Query<DraftFilter>,
) -> Result<Json<DraftList>, Problem> {
    let limit = page::limit(filter.limit.as_deref())?;
    let not_ours = || Problem::invalid_field("cursor", "not a cursor of this list; leave it out to begin at the front");
    let after = filter.cursor.as_deref().map(|text| open_cursor(text).ok_or_else(not_ours)).transpose()?;
    let page = store::page(filter.status, after, app.clock.now(), limit.saturating_add(1));
    let rows = app.database.run(page).await?;
    let mut items = store::drafts(rows)?;
    let next_cursor = page::cut(&mut items, limit)
        .map(|draft| page::seal(LIST, "", &[&draft.created_at.millis().to_string(), &draft.id.to_string()]));
    Ok(Json(DraftList { items, next_cursor }))
}

fn open_cursor(text: &str) -> Option<(i64, OrderId)> {
    let payload = page::open(text, LIST, "")?;
    let (at, id) = payload.split_once('\n')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

/// Begins an order that staff type in: a cart whose lines its buyer cannot change, some of them perhaps at prices that
/// staff set. It holds no stock until it is placed, and then has the shop's prices of that moment.
pub async fn create_draft(
    State(app): State<App>,
    staff: StaffWrite,
    key: IdempotencyKey,
    body: Checked<DraftContent>,
) -> Result<JsonText<DraftView, 201>, Problem> {
    let Checked { value: asked, bytes } = body;
    let currency = currency(&*shelf::current(&app).await?, asked.currency)?;
    let key = keyed(key, "POST /v1/admin/drafts", &bytes);
    let id = new_id(&app, key.as_ref(), staff.caller().account.map(|account| account.id), "");
    let nothing = Cart::of(&Order::created(id, currency, None, app.clock.now()));
    let begun = (currency, asked.language.unwrap_or_default());
    let content = content(&app, &staff, asked, nothing).await;
    let order = OrderClient::of_staff(&app, id, staff.confirm(&app).await?).keyed(key);
    let answer = match content {
        Ok((lines, facts)) => {
            order.draft(Some(begun), Deed::Begin { lines: lines.unwrap_or_default(), facts }).await??
        }
        Err(refusal) => first_answer(&order, refusal).await?,
    };
    Ok(shown(&app, answer).await?.into())
}

/// The draft, with what it comes to now.
pub async fn get_draft(State(app): State<App>, _: Staff, Path(id): Path<OrderId>) -> Result<Json<DraftView>, Problem> {
    let draft = OrderClient::of_shop(&app, id).cart().await??.read()?;
    Ok(Json(DraftView::of(&app, draft).await?))
}

/// Changes what is in a draft, all of it or nothing. Once it is placed, it is `cart_closed`.
pub async fn update_draft(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<OrderId>,
    body: Checked<DraftContent>,
) -> Result<JsonText<DraftView>, Problem> {
    let before = read(&app, &staff, id).await?;
    if body.value.currency.is_some_and(|currency| currency != before.currency) {
        return Err(Problem::invalid_field("/currency", "a draft keeps its currency; begin another one"));
    }
    let language = body.value.language;
    let (lines, facts) = content(&app, &staff, body.value, before).await?;
    let deed = Deed::Change { lines, facts, language };
    let order = OrderClient::of_staff(&app, id, staff.confirm(&app).await?);
    Ok(shown(&app, order.draft(None, deed).await??).await?.into())
}

/// Deletes a draft: the way to it leads nowhere any more.
pub async fn delete_draft(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<OrderId>,
) -> Result<NoContent, Problem> {
    let order = OrderClient::of_staff(&app, id, staff.confirm(&app).await?);
    order.draft(None, Deed::Delete).await??;
    Ok(NoContent)
}

/// Writes to the draft's buyer, in the draft's language, with the way to it: there they say where it goes, and pay. Again
/// is another letter. A draft without lines or an e-mail address is `cart_incomplete`.
pub async fn send_draft(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<DraftLetter>,
) -> Result<JsonText<DraftView, 201>, Problem> {
    let message = body.message().map_err(Problem::invalid)?;
    let key = keyed(key, "POST send", &body.bytes);
    let order = OrderClient::of_staff(&app, id, staff.confirm(&app).await?).keyed(key);
    let answer = order.draft(None, Deed::Send { message }).await??;
    Ok(shown(&app, answer).await?.as_made().into())
}

/// Places a draft for its buyer, by a way to pay that staff look after; what was paid is recorded with it, or once it
/// comes. The buyer is told as of any order. Where somebody else was faster, it is `cart_closed`.
pub async fn place_draft(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<PlacedDraft>,
) -> Result<JsonText<OrderView, 201>, Problem> {
    read(&app, &staff, id).await?;
    if body.payment.provider != Provider::Manual {
        return Err(Problem::invalid_field("/payment/provider", "staff look after `manual` payments alone"));
    }
    let payment = choice(&app, body.payment.clone(), "/payment").await?;
    let key = keyed(key, "POST draft order", &body.bytes);
    let order = OrderClient::of_staff(&app, id, staff.confirm(&app).await?).keyed(key);
    let received = body.received.as_ref().map(|reference| reference.as_str().to_owned());
    Ok(order.place_by_hand(payment, body.expected(), received).await??.into())
}

/// A draft as its object has it; a 404 of any other cart.
async fn read(app: &App, staff: &StaffWrite, id: OrderId) -> Result<Cart, Problem> {
    let cart = OrderClient::of_staff(app, id, staff.confirm(app).await?).cart().await??.read()?;
    let is_draft = cart.draft.as_ref().is_some_and(|draft| !draft.deleted);
    if is_draft { Ok(cart) } else { Err(Problem::not_found()) }
}

async fn shown(app: &App, answer: Answer<Cart>) -> Result<Answer<DraftView>, Problem> {
    let view = DraftView::of(app, answer.read()?).await?;
    answer.shown_as(&view)
}

/// The lines and facts that were sent, as the shop knows them now, for a draft that was so `before`.
async fn content(
    app: &App,
    staff: &StaffWrite,
    asked: WantedDraft,
    mut before: Cart,
) -> Result<(Option<Vec<NewLine>>, Vec<Fact>), Problem> {
    let WantedDraft { wanted, lines, discounted, .. } = asked;
    if discounted.is_some_and(|currency| currency != before.currency) {
        let detail = format!("the draft is in {}", before.currency);
        return Err(Problem::invalid_field("/discount/amount/currency", detail));
    }
    let lines = match lines {
        Some(lines) => Some(offers::typed(app, &lines, before.currency).await?),
        None => None,
    };
    let depends = wanted.depends_on_the_cart();
    let facts = wanted.facts(app, &Credentials::of_staff(staff), before.currency).await?;
    if depends {
        if lines.is_some() {
            before.lines.clear();
        }
        offered(app, before.after(lines.as_deref(), &facts), &facts).await?;
    }
    Ok((lines, facts))
}
