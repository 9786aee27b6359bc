//! An order's goods over HTTP. Every handler parses, asks the order's object
//! once, and passes its answer on.

use axum::extract::State;
use bytes::Bytes;

use super::Command;
use super::bodies::{Approval, Arrival, NewFulfilment, NewReturn, Number, Refusing, Shipping};
use super::return_id::ReturnId;
use crate::app::App;
use crate::auth::StaffWrite;
use crate::ids::OrderId;
use crate::orders::access::Credentials;
use crate::orders::bodies::Empty;
use crate::orders::client::OrderClient;
use crate::orders::handlers::keyed;
use crate::orders::view::OrderView;
use crate::problem::Problem;
use crate::wire::extract::{self, IdempotencyKey, Path};
use crate::wire::respond::JsonText;

type Answer = Result<JsonText<OrderView, 201>, Problem>;

/// One command of staff's. The key's digest says of which parcel or return.
async fn staff(
    app: &App,
    staff: StaffWrite,
    order: OrderId,
    (operation, key, body): (String, IdempotencyKey, Bytes),
    command: Command,
) -> Answer {
    let key = keyed(key, &operation, &body);
    let order = OrderClient::of_staff(app, order, staff.confirm(app).await?).keyed(key);
    Ok(order.goods(command).await??.into())
}

/// Sends pieces of a paid order, or has them packed to be sent later (`status`). In as many parcels as it takes; never
/// more than was ordered. The buyer is written to once for each parcel that is shipped, unless `notify` is false.
pub async fn create_fulfilment(
    State(app): State<App>,
    who: StaffWrite,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<NewFulfilment>,
) -> Answer {
    let keyed = ("POST fulfilments".to_owned(), key, body.bytes);
    staff(&app, who, id, keyed, Command::Fulfil(body.value)).await
}

/// Sends a packed parcel. One that was shipped stays as it is; one with pieces that were refunded since is refused, and
/// is to be undone and packed anew.
pub async fn ship_fulfilment(
    State(app): State<App>,
    who: StaffWrite,
    Path((id, Number(number))): Path<(OrderId, Number)>,
    key: IdempotencyKey,
    body: extract::Json<Shipping>,
) -> Answer {
    let keyed = (format!("POST fulfilments/{number}/ship"), key, body.bytes);
    staff(&app, who, id, keyed, Command::Ship(number, body.value)).await
}

/// Unpacks a parcel that was not shipped: its pieces are still to be sent.
pub async fn undo_fulfilment(
    State(app): State<App>,
    who: StaffWrite,
    Path((id, Number(number))): Path<(OrderId, Number)>,
    key: IdempotencyKey,
    body: extract::Json<Empty>,
) -> Answer {
    let keyed = (format!("POST fulfilments/{number}/undo"), key, body.bytes);
    staff(&app, who, id, keyed, Command::Undo(number)).await
}

/// Asks to send pieces back that were shipped, within 30 days. The shop approves or refuses it, and writes to the buyer.
pub async fn create_return(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<NewReturn>,
) -> Answer {
    let order = credentials.order(&app, id)?.keyed(keyed(key, "POST returns", &body.bytes));
    Ok(order.goods(Command::Ask { wanted: body.value, by_staff: false }).await??.into())
}

/// Takes pieces back for their buyer, however long ago they were shipped. It is approved at once.
pub async fn create_staff_return(
    State(app): State<App>,
    who: StaffWrite,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<NewReturn>,
) -> Answer {
    let keyed = ("POST admin returns".to_owned(), key, body.bytes);
    staff(&app, who, id, keyed, Command::Ask { wanted: body.value, by_staff: true }).await
}

/// Lets a return come; the buyer is written what to do.
pub async fn approve_return(
    State(app): State<App>,
    who: StaffWrite,
    Path(ReturnId { order, number }): Path<ReturnId>,
    key: IdempotencyKey,
    body: extract::Json<Approval>,
) -> Answer {
    let keyed = (format!("POST returns/{number}/approve"), key, body.bytes);
    staff(&app, who, order, keyed, Command::Approve(number, body.value)).await
}

/// Does not take a return, as long as nothing of it has come; the buyer is written why.
pub async fn refuse_return(
    State(app): State<App>,
    who: StaffWrite,
    Path(ReturnId { order, number }): Path<ReturnId>,
    key: IdempotencyKey,
    body: extract::Json<Refusing>,
) -> Answer {
    let keyed = (format!("POST returns/{number}/refuse"), key, body.bytes);
    staff(&app, who, order, keyed, Command::Refuse(number, body.value)).await
}

/// Says what has come of a return, and what of that goes back into stock. What did not come is with its buyer still, and
/// may be asked for anew. The money goes back by a refund.
pub async fn receive_return(
    State(app): State<App>,
    who: StaffWrite,
    Path(ReturnId { order, number }): Path<ReturnId>,
    key: IdempotencyKey,
    body: extract::Json<Arrival>,
) -> Answer {
    let keyed = (format!("POST returns/{number}/receive"), key, body.bytes);
    staff(&app, who, order, keyed, Command::Receive(number, body.value)).await
}
