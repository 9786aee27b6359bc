//! Changing an order over HTTP.

use axum::extract::State;

use super::bodies::{EditNumber, NewEdit, PaidDifference};
use super::decision::Settling;
use crate::app::App;
use crate::auth::{Staff, StaffWrite};
use crate::ids::OrderId;
use crate::orders::after::money::view::StaffOrder;
use crate::orders::bodies::{Empty, ShippingOptions};
use crate::orders::client::OrderClient;
use crate::orders::handlers::keyed;
use crate::orders::offer_handlers::shipping_options;
use crate::problem::Problem;
use crate::wire::extract::{self, Checked, IdempotencyKey, Path};
use crate::wire::respond::{Json, JsonText};

/// Changes an order that is not packed as far as the change goes: whom to write to, where it goes and how, how many pieces
/// of each line there are, and what is added. All of it or nothing; promotions are not run again.
///
/// Of an order that is paid, pieces are given up for their share of the line, as it was placed. What is taken out pays for
/// what is added; what is left of it goes back as the money of a refund does, and is on its way when this is answered.
/// What is added is out of the stock by then, or `out_of_stock` says what is not there, and nothing has happened. Of one
/// whose money staff wait for, the same changes what is owed. Of one that nobody has paid yet, its lines and its total
/// change themselves, what is held is given back, and its buyer pays what it comes to then.
pub async fn create_order_edit(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: Checked<NewEdit>,
) -> Result<JsonText<StaffOrder, 201>, Problem> {
    let key = keyed(key, "POST edits", &body.bytes);
    let order = OrderClient::of_staff(&app, id, staff.confirm(&app).await?).keyed(key);
    Ok(order.edit(body.value).await??.into())
}

/// The ways this order can be sent, of which an edit chooses another: at their prices of now, for all that was ordered.
/// None where the shop does not send there any more, or nothing of it is sent.
pub async fn list_order_shipping_options(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<OrderId>,
) -> Result<Json<ShippingOptions>, Problem> {
    let order = OrderClient::of_shop(&app, id).cart().await??.read()?;
    if order.placed.is_none() {
        return Err(Problem::not_found());
    }
    shipping_options(&app, &order).await
}

/// Gives up an edit whose buyer is asked for the difference (`waiting_edit`): what it would have added is for sale again,
/// and the order stays as it is. Money that is under way, or comes later all the same, goes back.
pub async fn cancel_order_edit(
    State(app): State<App>,
    staff: StaffWrite,
    Path((id, EditNumber(number))): Path<(OrderId, EditNumber)>,
    key: IdempotencyKey,
    body: extract::Json<Empty>,
) -> Result<JsonText<StaffOrder, 201>, Problem> {
    let key = keyed(key, &format!("POST edits/{number}/cancel"), &body.bytes);
    let order = OrderClient::of_staff(&app, id, staff.confirm(&app).await?).keyed(key);
    Ok(order.settle_edit(number, Settling::CallOff).await??.into())
}

/// Says that staff have the difference that a buyer was asked for, such as by a bank transfer: the edit counts then, or
/// `edit_not_made` says that it cannot be had any more, and that the money is owed back.
pub async fn create_order_edit_payment(
    State(app): State<App>,
    staff: StaffWrite,
    Path((id, EditNumber(number))): Path<(OrderId, EditNumber)>,
    key: IdempotencyKey,
    body: extract::Json<PaidDifference>,
) -> Result<JsonText<StaffOrder, 201>, Problem> {
    let key = keyed(key, &format!("POST edits/{number}/paid"), &body.bytes);
    let order = OrderClient::of_staff(&app, id, staff.confirm(&app).await?).keyed(key);
    Ok(order.settle_edit(number, Settling::Paid(body.value)).await??.into())
}
