//! How carts and orders look from outside.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::after::edits::view::{DifferenceView, difference};
use super::after::goods::counts::all_sent;
use super::after::goods::view::{self as goods, Fulfilled, FulfilmentView, ReturnView};
use super::after::money::{left, view as money};
use super::cart_token::CartToken;
use super::decision::waits_for_money;
use super::holding;
use super::line_view::off;
pub use super::line_view::{DiscountView, LineView, TaxRateView, TaxView, lines};
use super::order::{CancelReason, Milestone, Order, Stage};
use crate::address::Address;
use crate::email::EmailAddress;
use crate::ids::{GiftCardId, OrderId};
use crate::money::{Currency, Money};
use crate::payments::{Attempt, AttemptStatus, Method, Provider, RefundStatus};
use crate::ports::Timestamp;
use crate::pricing::quote::{Arrival, QuotedGiftCard, QuotedShipping};
use crate::pricing::{Quote, Totals};
use crate::text::Language;
use crate::vat;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "OrderStatus")]
pub enum Status {
    /// A cart.
    Open,
    AwaitingPayment,
    Confirmed,
    /// All that is to be sent was sent.
    Fulfilled,
    Cancelled,
}

impl Status {
    /// Whether an order that was secured once is invoiced: not while it waits for its money.
    pub fn is_invoiced(self) -> bool {
        matches!(self, Self::Confirmed | Self::Fulfilled)
    }
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

impl PaymentStatus {
    /// Whether its money has come, whatever was given back of it.
    pub fn is_paid(self) -> bool {
        matches!(self, Self::Paid | Self::PartiallyRefunded | Self::Refunded)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShippingView {
    pub id: String,
    pub title: String,
    /// Before its discount.
    pub price: Money,
    pub discount: Money,
    pub tax: TaxView,
    /// Where the buyer fetches it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pick_up: Option<String>,
    /// When it arrives, or can be fetched, if it is ordered now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrives: Option<Arrival>,
}

/// A gift card, and what it pays of the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GiftCardView {
    pub id: GiftCardId,
    /// The end of its code.
    pub last4: String,
    pub amount: Money,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentView {
    pub status: PaymentStatus,
    /// `none` where nothing was left to pay.
    pub provider: Provider,
    /// Absent where the provider asks the buyer for one, or nothing was left to pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// Names the attempt among this order's.
    pub attempt: u32,
    /// How to pay once it is certain that this attempt takes no money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_method: Option<Method>,
    /// For the provider's script in the buyer's browser, which asks for a card or has the bank's question answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publishable_key: Option<String>,
    /// How to pay, where staff look after the payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// An order that has had no money until then is cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_by: Option<Timestamp>,
    /// What has been taken so far, by whatever payment; of an order that is paid also what was set off.
    pub captured: Money,
    /// What of it was given back.
    pub refunded: Money,
    /// What is still to come, where staff wait for the money: what the order comes to, less what was set off and what
    /// has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_to_pay: Option<Money>,
    /// Such as `card_declined`; `authentication_timed_out` and `no_answer` where
    /// it was called off; `order_changed` where staff have changed the order since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decline_reason: Option<String>,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct OrderView {
    pub id: OrderId,
    /// The secret that gives access; only in the answer that made the order of
    /// nothing but one request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<CartToken>,
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
    /// In which the shop writes to the buyer.
    pub language: Language,
    pub payment: PaymentView,
    /// The last edit that has made it another order before it was paid. Absent: none has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_by_edit: Option<u32>,
    /// What its buyer is asked to pay for a change of the order, which counts once that is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<DifferenceView>,
    pub fulfilment_status: Fulfilled,
    pub lines: Vec<LineView>,
    pub totals: Totals,
    /// The buyer accounts for the tax: prices are without it.
    pub reverse_charge: bool,
    pub refunded: Money,
    /// What was taken out and did not go back, but has paid for pieces that were added, or made what is to be paid
    /// less. Once the order is paid it is a part of `refunded`.
    pub set_off: Money,
    pub coupons: Vec<String>,
    pub gift_cards: Vec<GiftCardView>,
    pub email: Option<EmailAddress>,
    pub shipping_address: Option<Address>,
    pub billing_address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_number: Option<vat::Number>,
    pub shipping_option: Option<ShippingView>,
    /// Ways of shipping that another took the place of: what they came to is in the totals, and was given up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_shipping: Vec<ShippingView>,
    pub fulfilments: Vec<FulfilmentView>,
    pub returns: Vec<ReturnView>,
    /// Until when the buyer may ask for another return.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returnable_until: Option<Timestamp>,
    pub events: Vec<Milestone>,
    /// What staff have written for the buyer, or, for staff, whatever they have noted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<money::NoteView>,
}

impl PaymentView {
    /// One attempt, whatever was given back of it.
    pub fn of(attempt: &Attempt) -> Self {
        let Attempt { payment, status, .. } = attempt;
        let mut view = Self {
            status: status_of(attempt),
            provider: payment.provider,
            method: payment.method.clone(),
            attempt: attempt.number,
            next_method: None,
            client_secret: None,
            publishable_key: None,
            instructions: payment.terms.instructions.clone(),
            due_by: attempt.due_by(),
            captured: attempt.captured,
            refunded: Money::zero(attempt.amount.currency),
            left_to_pay: None,
            decline_reason: None,
        };
        match status {
            AttemptStatus::CallingOff { next } => view.next_method = next.method.clone(),
            AttemptStatus::RequiresAction { client_secret, .. } => {
                view.client_secret = Some(client_secret.clone());
                view.publishable_key = payment.terms.publishable_key.clone();
            }
            AttemptStatus::Declined { reason, .. } => view.decline_reason = Some(reason.clone()),
            AttemptStatus::Owed => view.left_to_pay = Some(attempt.left()),
            _ => {}
        }
        view
    }
}

impl ShippingView {
    pub fn of(shipping: &QuotedShipping, currency: Currency) -> Self {
        Self {
            id: shipping.id.clone(),
            title: shipping.title.clone(),
            price: Money { amount: shipping.price, currency },
            discount: off(&shipping.discounts, currency),
            tax: TaxView::of(&shipping.tax, currency),
            pick_up: shipping.pick_up.clone(),
            arrives: shipping.arrives,
        }
    }
}

/// The lines of an order, each with where its pieces and its money are.
fn order_lines(order: &Order, quote: &Quote) -> Vec<LineView> {
    let mut views = money::lines(order, quote);
    goods::tell_lines(order, &mut views);
    views
}

pub fn gift_cards(quote: &Quote, currency: Currency) -> Vec<GiftCardView> {
    let view = |card: &QuotedGiftCard| GiftCardView {
        id: card.id,
        last4: card.last4.clone(),
        amount: Money { amount: card.amount, currency },
    };
    quote.gift_cards.iter().map(view).collect()
}

pub fn status(order: &Order) -> Status {
    match &order.stage {
        Stage::Open => Status::Open,
        Stage::Placing { .. } | Stage::AwaitingPayment { .. } => Status::AwaitingPayment,
        Stage::Confirmed { secured: false, committed: false, .. } => Status::AwaitingPayment,
        Stage::Confirmed { attempt, .. } if waits_for_money(attempt) => Status::AwaitingPayment,
        Stage::Confirmed { .. } if all_sent(order) => Status::Fulfilled,
        Stage::Confirmed { .. } => Status::Confirmed,
        Stage::Cancelled { .. } => Status::Cancelled,
    }
}

/// What was given back of an attempt's money.
fn refunded(order: &Order, attempt: &Attempt) -> Money {
    let is_given = |status| status == RefundStatus::Done;
    let of_attempt = order.refunds.iter().filter(|refund| refund.attempt.number == attempt.number);
    let given = of_attempt.filter(|refund| is_given(refund.status)).map(|refund| refund.amount.amount).sum();
    Money { amount: given, currency: order.currency }
}

/// Of all payments, and what has paid for what was added.
fn with_set_off(order: &Order, of: impl Fn(&Attempt) -> Money) -> Money {
    let of_payments: i64 = left::payments(order).map(|payment| of(payment).amount).sum();
    Money { amount: of_payments.saturating_add(left::paid_by_set_off(order)), currency: order.currency }
}

pub fn payment_status(order: &Order) -> PaymentStatus {
    let Some(attempt) = order.attempt() else { return PaymentStatus::Pending };
    let taken: i64 = left::payments(order).map(|payment| payment.captured.amount).sum();
    let gave_back: i64 = left::payments(order).map(|payment| refunded(order, payment).amount).sum();
    let taken = taken.saturating_add(left::paid_by_cards(order));
    let gave_back = gave_back.saturating_add(left::given_to_cards(order));
    match status_of(attempt) {
        PaymentStatus::Paid if gave_back > 0 && gave_back >= taken => PaymentStatus::Refunded,
        PaymentStatus::Paid if gave_back > 0 => PaymentStatus::PartiallyRefunded,
        status => status,
    }
}

/// How an attempt stands, whatever was given back of it.
pub fn status_of(attempt: &Attempt) -> PaymentStatus {
    match &attempt.status {
        AttemptStatus::Started
        | AttemptStatus::Unknown { .. }
        | AttemptStatus::CallingOff { .. }
        | AttemptStatus::Owed => PaymentStatus::Pending,
        AttemptStatus::Authorized => PaymentStatus::Authorized,
        AttemptStatus::RequiresAction { .. } => PaymentStatus::RequiresAction,
        AttemptStatus::Declined { .. } => PaymentStatus::Declined,
        AttemptStatus::Paid => PaymentStatus::Paid,
        AttemptStatus::Voided => PaymentStatus::Cancelled,
    }
}

/// The order; none while it is a cart.
pub fn order(order: &Order) -> Option<OrderView> {
    let (placement, attempt) = (order.placement()?, order.attempt()?);
    let (facts, quote) = (&order.facts, &placement.quote);
    Some(OrderView {
        id: order.id,
        token: None,
        number: order.id.number(),
        status: status(order),
        cancel_reason: match &order.stage {
            Stage::Cancelled { reason, .. } => Some(*reason),
            _ => None,
        },
        version: order.version,
        placed_at: placement.at,
        held_until: holding::kept_until(&order.stage),
        payable_until: holding::payable_until(&order.stage),
        currency: order.currency,
        language: order.language,
        payment: PaymentView {
            status: payment_status(order),
            due_by: order.due_by(),
            captured: with_set_off(order, |payment| payment.captured),
            refunded: with_set_off(order, |payment| refunded(order, payment)),
            ..PaymentView::of(attempt)
        },
        changed_by_edit: Some(order.edits.asks_for_order).filter(|number| *number > 0),
        difference: difference(order),
        fulfilment_status: Fulfilled::of(order),
        lines: order_lines(order, quote),
        totals: quote.totals,
        reverse_charge: quote.reverse_charge,
        refunded: left::given(order),
        set_off: Money { amount: left::set_off(order), currency: order.currency },
        coupons: facts.coupons.iter().map(|code| code.as_str().to_owned()).collect(),
        gift_cards: gift_cards(quote, order.currency),
        email: facts.email.clone(),
        shipping_address: facts.shipping_address.clone(),
        billing_address: facts.billing_address.clone(),
        vat_number: facts.vat_number.as_ref().map(|known| known.number.clone()),
        shipping_option: quote.shipping.as_ref().map(|shipping| ShippingView::of(shipping, order.currency)),
        former_shipping: order.edits.former_shipping.iter().map(|way| ShippingView::of(way, order.currency)).collect(),
        fulfilments: goods::fulfilments(order),
        returns: goods::returns(order),
        returnable_until: goods::order_returnable_until(order),
        events: order.milestones.iter().filter(|milestone| !milestone.hidden).cloned().collect(),
        notes: money::notes_for_buyer(order),
    })
}
