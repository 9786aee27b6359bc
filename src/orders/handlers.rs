//! Orders over HTTP. Every handler parses, asks the order's object once, and
//! passes its answer on.

use axum::extract::State;
use http::{StatusCode, header};

use super::access::Credentials;
use super::bodies::{Empty, NewOrder, NewPurchase, NewReceipt, NextPayment, Payment, choice};
use super::cart_handlers::{currency, new_id};
use super::cart_token::CartToken;
use super::changing::WantedPurchase;
use super::client::{Answer, OrderClient};
use super::error::OrderError;
use super::offers::wanted;
use super::order::{Key, Receipt};
use super::protocol::{Access, Purchase};
use super::view::OrderView;
use crate::app::App;
use crate::auth::StaffWrite;
use crate::ids::OrderId;
use crate::payments::Provider;
use crate::problem::Problem;
use crate::shelf;
use crate::text::Language;
use crate::wire::extract::{self, Checked, IdempotencyKey, Path, request_digest};
use crate::wire::language::AcceptLanguage;
use crate::wire::respond::JsonText;

pub(super) fn keyed(key: IdempotencyKey, operation: &str, body: &[u8]) -> Option<Key> {
    key.0.map(|key| Key { key, digest: request_digest(operation, body) })
}

/// Places the order. Placing it again answers the same order.
pub async fn place_order(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<NewOrder>,
) -> Result<JsonText<OrderView, 201>, Problem> {
    let order = credentials.order(&app, id)?;
    let payment = choice(&app, body.value.payment.clone(), "/payment").await?;
    let order = order.keyed(keyed(key, "POST order", &body.bytes));
    let slots = credentials.slots(&app).await;
    Ok(order.place(payment, body.expected(), slots).await??.into())
}

/// A whole purchase in one request, refused exactly as placing a cart is: then there is no order. An
/// `Idempotency-Key` has at least 16 characters, better random ones, unless one is signed in: whoever sends the same
/// with the same e-mail address, from wherever, is answered the same order, and its secret.
pub async fn create_order(
    State(app): State<App>,
    credentials: Credentials,
    AcceptLanguage(language): AcceptLanguage,
    key: IdempotencyKey,
    body: Checked<NewPurchase>,
) -> Result<JsonText<OrderView, 201>, Problem> {
    let Checked { value: asked, bytes } = body;
    let account = credentials.caller.account.map(|account| account.id);
    let key = if account.is_none() { key.hard_to_guess()? } else { key };
    let key = keyed(key, "POST /v1/orders", &bytes);
    // Not the network address: who repeats it on the way may be in another network by then.
    let id = new_id(&app, key.as_ref(), account, asked.wanted.email());
    let order = credentials.new_order(&app, id).keyed(key);
    let answer = match purchase(&app, &credentials, asked, language).await {
        Ok(purchase) => order.buy(purchase).await??,
        Err(refusal) => first_order(&order, refusal).await?,
    };
    let answer = JsonText::from(answer.with_token(&CartToken::of(&app.keys, id)));
    Ok(answer.with_header(header::SET_COOKIE, credentials.remember_order(&app.keys, id)))
}

/// What was sent, as the shop knows it now.
async fn purchase(
    app: &App,
    credentials: &Credentials,
    asked: WantedPurchase,
    language: Language,
) -> Result<Purchase, Problem> {
    let payment = choice(app, asked.payment, "/payment").await?;
    let currency = currency(&*shelf::current(app).await?, asked.currency)?;
    let lines = asked.wanted.lines.as_deref().unwrap_or_default();
    let lines = wanted(app, &credentials.caller, lines).await?;
    credentials.count_cart(app).await?;
    let slots = credentials.slots(app).await;
    let facts = asked.wanted.facts(app, credentials, currency).await?;
    let account = credentials.caller.account.map(|account| account.id);
    let channel = credentials.channel();
    Ok(Purchase { currency, account, language, channel, lines, facts, payment, expected: asked.expected, slots })
}

/// The first answer to the same request, if all of it could still be had then: it may have spent the very gift card
/// that is empty now. Else why it cannot.
async fn first_order(order: &OrderClient<'_>, refusal: Problem) -> Result<Answer<OrderView>, Problem> {
    if !order.has_key() {
        return Err(refusal);
    }
    match order.order().await? {
        Ok(first) => Ok(first.as_made()),
        Err(error @ (OrderError::KeyReused | OrderError::KeyInUse)) => Err(error.into()),
        Err(_) => Err(refusal),
    }
}

/// The order.
pub async fn get_order(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
) -> Result<JsonText<OrderView>, Problem> {
    Ok(credentials.order(&app, id)?.order().await??.into())
}

/// Tries another payment after a decline, until `payable_until`. Pieces that were given back meanwhile (`held_until` is
/// absent) are held anew first, all of them, at the order's prices; `out_of_stock` says what is gone, and nothing was
/// charged then. While an attempt waits for the buyer or the bank, another way to pay calls it off first, and begins
/// once it is certain that it takes no money (`next_method` until then); the same way is `payment_in_progress`.
pub async fn create_order_payment(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<NextPayment>,
) -> Result<JsonText<OrderView>, Problem> {
    let order = credentials.order(&app, id)?;
    let payment = choice(&app, body.payment(), "").await?;
    let order = order.keyed(keyed(key, "POST payments", &body.bytes));
    Ok(order.pay(payment, credentials.slots(&app).await, body.edit).await??.into())
}

/// Cancels an order that is not paid yet.
pub async fn cancel_order(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<Empty>,
) -> Result<JsonText<OrderView>, Problem> {
    let order = credentials.order(&app, id)?.keyed(keyed(key, "POST cancel", &body.bytes));
    Ok(order.cancel().await??.into())
}

/// Has an order that is not paid yet paid by a way that staff look after, such as a bank transfer that was agreed on by
/// telephone: as if its buyer had chosen it. What comes is recorded then.
pub async fn create_payment_as_staff(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<Payment>,
) -> Result<JsonText<OrderView>, Problem> {
    let confirmed = staff.confirm(&app).await?;
    OrderClient::of_shop(&app, id).order().await??;
    if body.provider != Provider::Manual {
        return Err(Problem::invalid_field("/provider", "staff look after `manual` payments alone"));
    }
    let payment = choice(&app, body.value.clone(), "").await?;
    let key = keyed(key, "POST payments as staff", &body.bytes);
    let order = OrderClient::of_staff(&app, id, confirmed).keyed(key);
    Ok(order.pay(payment, Vec::new(), None).await??.into())
}

/// Records money that came by a way to pay that staff look after. Several add up; the order is paid once all of it is
/// there.
pub async fn create_received_payment(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<NewReceipt>,
) -> Result<JsonText<OrderView, 201>, Problem> {
    let receipt = Receipt { amount: body.amount, reference: body.reference.as_str().to_owned() };
    let key = keyed(key, "POST received", &body.bytes);
    let order = OrderClient::of_staff(&app, id, staff.confirm(&app).await?).keyed(key);
    Ok(order.receive(receipt).await??.into())
}

/// Development only: tells the projections of an order once more. The local
/// queue keeps its messages in memory, and loses them with the process.
pub async fn republish_order(State(app): State<App>, Path(id): Path<OrderId>) -> Result<StatusCode, Problem> {
    if !app.config.development {
        return Err(Problem::not_found());
    }
    OrderClient::new(&app, id, Access::of_shop()).republish().await??;
    Ok(StatusCode::ACCEPTED)
}
