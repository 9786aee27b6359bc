//! Staff's side of an order over HTTP. Every handler parses, asks the order's
//! object once, and passes its answer on.

use axum::extract::State;
use bytes::Bytes;

use super::bodies::{NewCancellation, NewCapture, NewNote, NewRefund, RefundNumber};
use super::decision::Deed;
use super::view::{RefundPreview, StaffOrder};
use crate::app::App;
use crate::auth::{Staff, StaffWrite};
use crate::ids::OrderId;
use crate::orders::bodies::Empty;
use crate::orders::client::OrderClient;
use crate::orders::handlers::keyed;
use crate::orders::protocol::Access;
use crate::problem::Problem;
use crate::wire::extract::{self, IdempotencyKey, Path};
use crate::wire::respond::JsonText;

/// Everything that staff need to know of an order.
pub async fn get_staff_order(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<OrderId>,
) -> Result<JsonText<StaffOrder>, Problem> {
    Ok(OrderClient::new(&app, id, Access::of_shop()).for_staff().await??.into())
}

/// Writes something down on an order, for staff or for its buyer, too.
pub async fn create_order_note(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<NewNote>,
) -> Result<JsonText<StaffOrder, 201>, Problem> {
    let note = body.value.check().map_err(Problem::invalid)?;
    act(&app, staff, id, (key, "POST notes", body.bytes), Deed::Note(note)).await
}

/// Gives money back, pieces to the stock, or both; never more than was taken and not given back yet, and all that is
/// asked for or nothing. The money goes to the payment first, then to gift cards, the one that was used last first. It
/// is on its way when this is answered: `refunds` says where it is. What the provider could not give back is
/// `refundable` once more, by `amount`.
pub async fn create_order_refund(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<NewRefund>,
) -> Result<JsonText<StaffOrder, 201>, Problem> {
    let wanted = body.value.check().map_err(Problem::invalid)?;
    act(&app, staff, id, (key, "POST refunds", body.bytes), Deed::Refund(wanted)).await
}

/// Says what a refund would come to, and does nothing. What this refuses, the refund refuses, too.
pub async fn preview_order_refund(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<OrderId>,
    body: extract::Json<NewRefund>,
) -> Result<JsonText<RefundPreview>, Problem> {
    let wanted = body.value.check().map_err(Problem::invalid)?;
    Ok(OrderClient::of_shop(&app, id).preview_refund(wanted).await??.into())
}

/// Says that money was given back by hand, where the order was paid by a way that staff look after. `number`: of that
/// part of a refund.
pub async fn create_refund_done(
    State(app): State<App>,
    staff: StaffWrite,
    Path((id, RefundNumber(refund))): Path<(OrderId, RefundNumber)>,
    key: IdempotencyKey,
    body: extract::Json<Empty>,
) -> Result<JsonText<StaffOrder, 201>, Problem> {
    let operation = format!("POST refunds {refund} done");
    act(&app, staff, id, (key, &operation, body.bytes), Deed::GiveByHand { refund }).await
}

/// Takes money that was set aside when the order was placed, once, in all or in part; the rest is let go. It is under
/// way when this is answered: the order is `paid` once it was taken.
pub async fn create_order_capture(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<NewCapture>,
) -> Result<JsonText<StaffOrder, 201>, Problem> {
    let wanted = body.value.check().map_err(Problem::invalid)?;
    act(&app, staff, id, (key, "POST capture", body.bytes), Deed::Capture(wanted)).await
}

/// Cancels an order, whatever was paid. Uses of coupons are given back, and money that is only set aside is let go. An
/// order whose gift cards are issued is not cancelled: whoever has their codes may be spending them.
pub async fn cancel_order_as_staff(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<NewCancellation>,
) -> Result<JsonText<StaffOrder, 201>, Problem> {
    act(&app, staff, id, (key, "POST cancel as staff", body.bytes), Deed::Cancel(body.value)).await
}

/// `request`: its key, what is done and by which body.
async fn act(
    app: &App,
    staff: StaffWrite,
    id: OrderId,
    request: (IdempotencyKey, &str, Bytes),
    deed: Deed,
) -> Result<JsonText<StaffOrder, 201>, Problem> {
    let (key, operation, body) = request;
    let key = keyed(key, operation, &body);
    let order = OrderClient::of_staff(app, id, staff.confirm(app).await?).keyed(key);
    Ok(order.do_as_staff(deed).await??.into())
}
