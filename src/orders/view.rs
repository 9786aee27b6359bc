//! How carts and orders look from outside.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cart_token::CartToken;
use super::decision::{compare_prices, missing};
use super::holding;
use super::order::{CancelReason, LineId, Milestone, Order, Stage, Totals};
use crate::address::Address;
use crate::auth::EmailAddress;
use crate::catalog::store::CurrentPrice;
use crate::ids::{AccountId, OrderId, ProductId, VariantId};
use crate::money::{Currency, Money};
use crate::payments::{AttemptStatus, Method, Provider};
use crate::ports::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "OrderStatus")]
pub enum Status {
    /// A cart.
    Open,
    AwaitingPayment,
    Confirmed,
    Fulfilled,
    Cancelled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    Pending,
    RequiresAction,
    Authorized,
    Paid,
    Declined,
    /// Called off before it took money.
    Cancelled,
    PartiallyRefunded,
    Refunded,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LineView {
    pub id: LineId,
    pub variant_id: VariantId,
    pub product_id: ProductId,
    pub title: String,
    pub sku: String,
    pub unit_price: Money,
    pub quantity: u32,
    pub discount: Money,
    pub total: Money,
}

/// Something the buyer should know before placing the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CartProblem {
    /// `cart_incomplete`; `out_of_stock`, told when lines change and when the
    /// cart is read; `price_changed` or `not_for_sale`, told when it is read.
    pub code: String,
    pub detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_id: Option<LineId>,
    /// `out_of_stock`: the pieces on the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested: Option<u32>,
    /// `out_of_stock`: the pieces that can be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<i64>,
}

impl CartProblem {
    fn new(code: &str, detail: String, line_id: Option<LineId>) -> Self {
        Self { code: code.to_owned(), detail, line_id, requested: None, available: None }
    }
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct CartView {
    pub id: OrderId,
    /// The secret that gives access; only in the answer that made the cart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<CartToken>,
    pub status: Status,
    pub version: u64,
    pub currency: Currency,
    pub lines: Vec<LineView>,
    pub coupons: Vec<String>,
    pub email: Option<EmailAddress>,
    pub shipping_address: Option<Address>,
    pub billing_address: Option<Address>,
    pub shipping_option: Option<ShippingView>,
    pub totals: Totals,
    pub problems: Vec<CartProblem>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShippingView {
    pub id: String,
    pub title: String,
    pub price: Money,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentView {
    pub status: PaymentStatus,
    pub provider: Provider,
    pub method: Method,
    /// Names the attempt among this order's.
    pub attempt: u32,
    /// How to pay once it is certain that this attempt takes no money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_method: Option<Method>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// Such as `card_declined`; `authentication_timed_out` and `no_answer` where
    /// it was called off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decline_reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderView {
    pub id: OrderId,
    /// What a person reads out on the telephone.
    pub number: String,
    pub status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_reason: Option<CancelReason>,
    pub version: u64,
    pub placed_at: Timestamp,
    /// Until when the pieces are kept for this order while it is not paid.
    /// Absent: none are. Another payment takes them again, if they are still there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<Timestamp>,
    /// Until when another payment may be begun, at the same prices; an order
    /// that is not paid then is cancelled. Absent: none may be begun any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payable_until: Option<Timestamp>,
    pub currency: Currency,
    pub payment: PaymentView,
    pub lines: Vec<LineView>,
    pub totals: Totals,
    pub refunded: Money,
    pub email: Option<EmailAddress>,
    pub shipping_address: Option<Address>,
    pub billing_address: Option<Address>,
    pub shipping_option: Option<ShippingView>,
    pub events: Vec<Milestone>,
}

/// What the lists of orders know of an order; the queue carries it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Projection {
    pub id: OrderId,
    pub version: u64,
    pub number: String,
    pub account_id: Option<AccountId>,
    pub email: String,
    pub status: Status,
    pub payment_status: PaymentStatus,
    pub total: Money,
    pub pieces: i64,
    pub placed_at: Timestamp,
    pub updated_at: Timestamp,
}

fn lines(order: &Order) -> Vec<LineView> {
    let zero = Money::zero(order.currency);
    order
        .lines
        .iter()
        .map(|line| LineView {
            id: line.id,
            variant_id: line.variant_id,
            product_id: line.product_id,
            title: line.title.clone(),
            sku: line.sku.clone(),
            unit_price: line.unit_price,
            quantity: line.quantity,
            discount: zero,
            // Every change checked the sums, so the product is in range.
            total: line.total().unwrap_or(zero),
        })
        .collect()
}

fn shipping(order: &Order) -> Option<ShippingView> {
    order.shipping.as_ref().map(|shipping| ShippingView {
        id: shipping.id.clone(),
        title: shipping.title.clone(),
        price: shipping.price,
    })
}

/// The cart. `prices`: what its lines cost in the catalog now, where known.
pub fn cart(order: &Order, prices: Option<&[CurrentPrice]>) -> CartView {
    let details = order.details.as_ref();
    CartView {
        id: order.id,
        token: None,
        status: status(order),
        version: order.version,
        currency: order.currency,
        lines: lines(order),
        coupons: Vec::new(),
        email: details.map(|details| details.email.clone()),
        shipping_address: details.map(|details| details.shipping_address.clone()),
        billing_address: details.and_then(|details| details.billing_address.clone()),
        shipping_option: shipping(order),
        totals: order.current_totals(),
        problems: if matches!(order.stage, Stage::Open) { problems(order, prices) } else { Vec::new() },
    }
}

fn problems(order: &Order, prices: Option<&[CurrentPrice]>) -> Vec<CartProblem> {
    let mut problems: Vec<CartProblem> =
        missing(order).into_iter().map(|what| CartProblem::new("cart_incomplete", what, None)).collect();
    if let Some(prices) = prices {
        let (changed, gone) = compare_prices(order, prices);
        problems.extend(changed.into_iter().map(|line| {
            let detail = format!("now {} instead of {}", line.new.display(), line.old.display());
            CartProblem::new("price_changed", detail, Some(line.line_id))
        }));
        problems.extend(
            gone.into_iter().map(|line| CartProblem::new("not_for_sale", "no longer for sale".to_owned(), Some(line))),
        );
    }
    problems
}

pub fn status(order: &Order) -> Status {
    match &order.stage {
        Stage::Open => Status::Open,
        Stage::Placing { .. } | Stage::AwaitingPayment { .. } => Status::AwaitingPayment,
        Stage::Confirmed { secured: false, committed: false, .. } => Status::AwaitingPayment,
        Stage::Confirmed { .. } => Status::Confirmed,
        Stage::Cancelled { .. } => Status::Cancelled,
    }
}

fn refunded(order: &Order) -> Money {
    let zero = Money::zero(order.currency);
    order
        .refunds
        .iter()
        .filter(|refund| refund.done)
        .fold(zero, |sum, refund| sum.checked_add(refund.amount).unwrap_or(sum))
}

fn payment_status(order: &Order) -> PaymentStatus {
    let Some(attempt) = order.attempt() else { return PaymentStatus::Pending };
    let gave_back = order.refunds.iter().any(|refund| refund.done && refund.attempt.number == attempt.number);
    match &attempt.status {
        AttemptStatus::Started | AttemptStatus::Unknown { .. } | AttemptStatus::CallingOff { .. } => {
            PaymentStatus::Pending
        }
        AttemptStatus::RequiresAction { .. } => PaymentStatus::RequiresAction,
        AttemptStatus::Declined { .. } => PaymentStatus::Declined,
        AttemptStatus::Paid if gave_back => PaymentStatus::Refunded,
        AttemptStatus::Paid => PaymentStatus::Paid,
        AttemptStatus::Voided => PaymentStatus::Cancelled,
    }
}

/// The order; none while it is a cart.
pub fn order(order: &Order) -> Option<OrderView> {
    let (placement, attempt) = (order.placement()?, order.attempt()?);
    let details = order.details.as_ref();
    Some(OrderView {
        id: order.id,
        number: order.id.number(),
        status: status(order),
        cancel_reason: match &order.stage {
            Stage::Cancelled { reason, .. } => Some(*reason),
            _ => None,
        },
        version: order.version,
        placed_at: placement.at,
        held_until: holding::kept_until(order),
        payable_until: holding::payable_until(order),
        currency: order.currency,
        payment: PaymentView {
            status: payment_status(order),
            provider: attempt.provider,
            method: attempt.method,
            attempt: attempt.number,
            next_method: match attempt.status {
                AttemptStatus::CallingOff { method, .. } => Some(method),
                _ => None,
            },
            client_secret: match &attempt.status {
                AttemptStatus::RequiresAction { client_secret, .. } => Some(client_secret.clone()),
                _ => None,
            },
            decline_reason: match &attempt.status {
                AttemptStatus::Declined { reason, .. } => Some(reason.clone()),
                _ => None,
            },
        },
        lines: lines(order),
        totals: placement.totals,
        refunded: refunded(order),
        email: details.map(|details| details.email.clone()),
        shipping_address: details.map(|details| details.shipping_address.clone()),
        billing_address: details.and_then(|details| details.billing_address.clone()),
        shipping_option: shipping(order),
        events: order.milestones.clone(),
    })
}

/// The order as lists know it; none while it is a cart.
pub fn projection(order: &Order) -> Option<Projection> {
    let placement = order.placement()?;
    Some(Projection {
        id: order.id,
        version: order.version,
        number: order.id.number(),
        account_id: order.account,
        email: order.details.as_ref().map_or_else(String::new, |details| details.email.as_str().to_owned()),
        status: status(order),
        payment_status: payment_status(order),
        total: placement.totals.total,
        pieces: order.lines.iter().map(|line| i64::from(line.quantity)).sum(),
        placed_at: placement.at,
        updated_at: order.updated_at,
    })
}
