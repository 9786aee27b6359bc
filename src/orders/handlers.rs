//! Orders over HTTP. Every handler parses, asks the order's object once, and
//! passes its answer on.

use axum::extract::State;
use http::StatusCode;

use super::access::Credentials;
use super::bodies::{Empty, NewOrder, Payment, choice};
use super::client::OrderClient;
use super::order::Key;
use super::protocol::Access;
use super::view::OrderView;
use crate::app::App;
use crate::ids::OrderId;
use crate::problem::Problem;
use crate::wire::extract::{self, IdempotencyKey, Path, request_digest};
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
    let payment = choice(&app, body.payment, "/payment/provider")?;
    let order = order.keyed(keyed(key, "POST order", &body.bytes));
    let slots = credentials.slots(&app).await;
    Ok(order.place(payment, body.expected_total, slots).await??.into())
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
    body: extract::Json<Payment>,
) -> Result<JsonText<OrderView>, Problem> {
    let order = credentials.order(&app, id)?;
    let payment = choice(&app, body.value, "/provider")?;
    let order = order.keyed(keyed(key, "POST payments", &body.bytes));
    Ok(order.pay(payment, credentials.slots(&app).await).await??.into())
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

/// Development only: tells the projections of an order once more. The local
/// queue keeps its messages in memory, and loses them with the process.
pub async fn republish_order(State(app): State<App>, Path(id): Path<OrderId>) -> Result<StatusCode, Problem> {
    if !app.config.development {
        return Err(Problem::not_found());
    }
    OrderClient::new(&app, id, Access::of_shop()).republish().await??;
    Ok(StatusCode::ACCEPTED)
}
