//! How an order's goods look from outside.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bodies::{Arrived, Asked, Pieces};
use super::counts::{Counts, all_sent, is_paid, is_sent, returnable_until};
use super::return_id::ReturnId;
use super::{Fulfilment, Progress, Return, Step};
use crate::orders::order::{Order, Stage};
use crate::orders::view::LineView;
use crate::ports::Timestamp;

/// How much of an order was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "OrderFulfilment")]
pub enum Fulfilled {
    Unfulfilled,
    PartiallyFulfilled,
    Fulfilled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FulfilmentStatus {
    Packed,
    Shipped,
}

/// What a return waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenReturn {
    /// That staff approve or refuse it.
    Requested,
    /// What is to come back.
    Approved,
}

impl OpenReturn {
    /// Of an order's returns, the one that staff are to decide first.
    pub fn of(order: &Order) -> Option<Self> {
        let is_at = |step: fn(&Step) -> bool| order.goods.returns.iter().any(|known| step(&known.step));
        if is_at(|step| matches!(step, Step::Requested)) {
            Some(Self::Requested)
        } else {
            is_at(|step| matches!(step, Step::Approved)).then_some(Self::Approved)
        }
    }
}

/// A parcel. One that was undone is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Fulfilment")]
pub struct FulfilmentView {
    /// Names it among the order's.
    pub number: u32,
    pub status: FulfilmentStatus,
    pub lines: Vec<Pieces>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_url: Option<String>,
    pub packed_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipped_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReturnStatus {
    Requested,
    Approved,
    Refused,
    Received,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Return")]
pub struct ReturnView {
    pub id: ReturnId,
    pub status: ReturnStatus,
    pub lines: Vec<Asked>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    pub asked_at: Timestamp,
    /// What its buyer is to do, where staff said so when they approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// Why it is not taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// What has come of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub received: Vec<Arrived>,
}

/// Says of each line of an order how many of its pieces are where.
pub fn tell_lines(order: &Order, views: &mut [LineView]) {
    let (counts, is_paid) = (Counts::of(&order.goods), is_paid(order));
    let is_off = matches!(order.stage, Stage::Cancelled { .. });
    for (view, line) in views.iter_mut().zip(&order.lines) {
        let count = counts.line(line.id);
        view.fulfilled = Some(match is_sent(line) {
            true => count.shipped,
            false if is_paid => line.quantity,
            false => 0,
        });
        view.packed = Some(count.packed);
        view.to_send = Some(if is_off { 0 } else { counts.left_to_send(order, line) });
        view.returned = Some(count.returned);
        view.returnable = Some(count.left_to_return());
    }
}

impl Fulfilled {
    /// What is not sent holds nothing back; where nothing is, paid is fulfilled.
    pub fn of(order: &Order) -> Self {
        let is_done = if order.needs_shipping() { all_sent(order) } else { is_paid(order) };
        if is_done {
            Self::Fulfilled
        } else if order.goods.fulfilments.iter().any(|parcel| parcel.shipped_at().is_some()) {
            Self::PartiallyFulfilled
        } else {
            Self::Unfulfilled
        }
    }
}

/// The order's parcels, but for those that were undone.
pub fn fulfilments(order: &Order) -> Vec<FulfilmentView> {
    order.goods.fulfilments.iter().filter_map(fulfilment).collect()
}

fn fulfilment(parcel: &Fulfilment) -> Option<FulfilmentView> {
    let status = match parcel.progress {
        Progress::Packed => FulfilmentStatus::Packed,
        Progress::Shipped { .. } => FulfilmentStatus::Shipped,
        Progress::Undone => return None,
    };
    Some(FulfilmentView {
        number: parcel.number,
        status,
        lines: parcel.lines.clone(),
        carrier: parcel.carrier.clone(),
        tracking_url: parcel.tracking_url.clone(),
        packed_at: parcel.packed_at,
        shipped_at: parcel.shipped_at(),
    })
}

pub fn returns(order: &Order) -> Vec<ReturnView> {
    order.goods.returns.iter().map(|known| of_return(order, known)).collect()
}

fn of_return(order: &Order, known: &Return) -> ReturnView {
    let (mut refusal, mut received) = (None, Vec::new());
    let status = match &known.step {
        Step::Requested => ReturnStatus::Requested,
        Step::Approved => ReturnStatus::Approved,
        Step::Refused { reason } => {
            refusal = Some(reason.clone());
            ReturnStatus::Refused
        }
        Step::Received { lines, .. } => {
            received.clone_from(lines);
            ReturnStatus::Received
        }
    };
    ReturnView {
        id: ReturnId { order: order.id, number: known.number },
        status,
        lines: known.lines.clone(),
        comment: known.comment.clone(),
        asked_at: known.asked_at,
        instructions: known.instructions.clone(),
        refusal,
        received,
    }
}

/// Until when the buyer may ask for a return of what was shipped last.
pub fn order_returnable_until(order: &Order) -> Option<Timestamp> {
    order.goods.fulfilments.iter().filter_map(Fulfilment::shipped_at).max().map(returnable_until)
}
