//! Parcels of many orders at once, as a morning's post is sent: each with a
//! carrier and a tracking link of its own, and with a result of its own.

use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

use super::bulk::{BulkResult, BulkResults, MAX_ORDERS, MAX_PARALLEL, each_once};
use crate::app::App;
use crate::auth::StaffWrite;
use crate::idempotency::{self, Answer};
use crate::ids::OrderId;
use crate::orders::after::goods::Command;
use crate::orders::after::goods::bodies::NewFulfilment;
use crate::orders::after::goods::tracking::TrackingUrl;
use crate::orders::after::goods::view::FulfilmentStatus;
use crate::orders::client::OrderClient;
use crate::orders::order::Key;
use crate::problem::Problem;
use crate::text::Line;
use crate::together::together;
use crate::wire::extract::{IdempotencyKey, Json};
use crate::wire::respond::JsonText;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFulfilments {
    /// Each order once.
    #[schemars(length(min = 1, max = MAX_ORDERS))]
    parcels: Vec<OrderParcel>,
    /// Whether the buyers are written to.
    #[serde(default = "yes")]
    notify: bool,
}

/// All that is still to be sent of an order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OrderParcel {
    order_id: OrderId,
    #[serde(default)]
    carrier: Option<Line<100>>,
    #[serde(default)]
    tracking_url: Option<TrackingUrl>,
}

fn yes() -> bool {
    true
}

/// Sends all that is still to be sent of each of up to 100 orders, in a parcel each, and says of each order what came of
/// it: the answer is a 200 whatever they refuse. With the same key again, each says what it said first.
pub async fn create_fulfilments(
    State(app): State<App>,
    staff: StaffWrite,
    IdempotencyKey(key): IdempotencyKey,
    body: Json<NewFulfilments>,
) -> Result<JsonText<BulkResults>, Problem> {
    let NewFulfilments { parcels, notify } = body.value;
    check(&parcels)?;
    let request = staff.keyed(key, "POST /v1/admin/fulfilments", &body.bytes);
    if let Some(first) = staff.begin(&app, request.as_ref(), Vec::new()).await?.first {
        return Ok(first.into());
    }
    // Each order has the key, too: a request that did not live to be remembered is gone on with.
    let key = request.as_ref().map(|request| Key { key: request.key.clone(), digest: request.digest.clone() });
    let each = parcels.into_iter().map(|parcel| {
        let (app, staff, key) = (&app, &staff, key.clone());
        async move {
            let id = parcel.order_id;
            BulkResult::of(id, send(app, staff, key, parcel, notify).await)
        }
    });
    let results = BulkResults { items: together(each.collect(), MAX_PARALLEL).await };
    Ok(idempotency::remember(&app, request.as_ref(), Answer::new(StatusCode::OK, &results)?).await?.into())
}

fn check(parcels: &[OrderParcel]) -> Result<(), Problem> {
    if !(1..=MAX_ORDERS).contains(&parcels.len()) {
        return Err(Problem::invalid_field("/parcels", format!("must have 1 to {MAX_ORDERS} items")));
    }
    let ids: Vec<OrderId> = parcels.iter().map(|parcel| parcel.order_id).collect();
    each_once(&ids, |at| format!("/parcels/{at}/order_id"))
}

/// The order decides, for staff who may still ask for it at that moment.
async fn send(
    app: &App,
    staff: &StaffWrite,
    key: Option<Key>,
    parcel: OrderParcel,
    notify: bool,
) -> Result<(), Problem> {
    let OrderParcel { order_id, carrier, tracking_url } = parcel;
    let wanted = NewFulfilment { lines: None, carrier, tracking_url, notify, status: FulfilmentStatus::Shipped };
    let order = OrderClient::of_staff(app, order_id, staff.confirm(app).await?).keyed(key);
    order.goods(Command::Fulfil(wanted)).await??;
    Ok(())
}
