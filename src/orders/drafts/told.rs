//! What others are told of drafts: staff's list, and the buyer whom one was sent.

use super::store::{self, DraftRow};
use crate::app::App;
use crate::ids::OrderId;
use crate::messages::{self, Message, Name};
use crate::orders::cart::Cart;
use crate::orders::client::OrderClient;
use crate::orders::error::OrderError;
use crate::orders::mail;
use crate::orders::notice::Notice;
use crate::orders::offers::names;
use crate::orders::view::Status;
use crate::ports::Statement;
use crate::problem::Problem;
use crate::shelf;
use crate::together::together;

/// The most drafts asked at once.
const MAX_PARALLEL: usize = 16;

/// Writes down how drafts stand, and the letters with the way to them. Each is
/// asked, so however late a message comes, what is written is of now.
pub(in crate::orders) async fn write(app: &App, told: Vec<(OrderId, Option<Notice>)>) -> Result<(), Problem> {
    if told.is_empty() {
        return Ok(());
    }
    let asked = told.into_iter().map(|(id, notice)| of_one(app, id, notice));
    let (mut rows, mut letters, mut failure) = (Vec::new(), Vec::new(), None);
    for outcome in together(asked.collect(), MAX_PARALLEL).await {
        match outcome {
            Ok((row, letter)) => {
                rows.push(row);
                letters.extend(letter);
            }
            Err(problem) => failure = Some(problem),
        }
    }
    if !rows.is_empty() {
        app.database.batch(rows).await?;
    }
    messages::write(app, &letters).await?;
    failure.map_or(Ok(()), Err)
}

async fn of_one(app: &App, id: OrderId, notice: Option<Notice>) -> Result<(Statement, Option<Message>), Problem> {
    let cart = OrderClient::of_shop(app, id).cart().await??.read()?;
    let shelf = shelf::knowing_at_best(app, names(&cart)).await?;
    let cart = cart.asked_for_first_order(app, &shelf).await;
    let draft = cart.draft.as_ref().ok_or_else(Problem::not_found)?;
    let view = cart.view(&shelf, app.clock.now()).map_err(OrderError::from)?;
    let row = store::upsert(&DraftRow::of(&cart, draft, view.totals.total));
    // Placed or deleted meanwhile: the way there is of no use any more.
    let is_of_use = cart.status == Status::Open && !draft.deleted;
    let letter = match notice.filter(|_| is_of_use) {
        Some(notice) => letter(&shelf.settings.shop_name, &cart, notice, &mail::of_draft(app, &cart, &view))?,
        None => None,
    };
    Ok((row, letter))
}

/// What the list should say of a draft that is still one, at today's prices; none
/// of what is none, or was placed.
pub async fn due(app: &App, id: OrderId) -> Result<Option<DraftRow>, Problem> {
    let cart = match OrderClient::of_shop(app, id).cart().await? {
        Ok(answer) => answer.read()?,
        Err(OrderError::NotFound) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let Some(draft) = cart.draft.as_ref().filter(|_| cart.status == Status::Open) else { return Ok(None) };
    let shelf = shelf::knowing_at_best(app, names(&cart)).await?;
    let view = cart.view(&shelf, app.clock.now()).map_err(OrderError::from)?;
    Ok(Some(DraftRow::of(&cart, draft, view.totals.total)))
}

fn letter(
    shop_name: &str,
    cart: &Cart,
    notice: Notice,
    order: &messages::order::Order,
) -> Result<Option<Message>, Problem> {
    let Some(to) = cart.facts.email.clone() else { return Ok(None) };
    let letter = messages::order::letter(order, shop_name, &notice.news);
    let letter = letter.map_err(|error| Problem::internal(error.to_string()))?;
    let name = Name { about: cart.id.to_string(), kind: notice.kind(), version: notice.version };
    Ok(Some(Message { name, to, language: cart.language, letter }))
}
