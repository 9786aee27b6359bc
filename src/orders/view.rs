//! How carts and orders look from outside.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::after::goods::counts::all_sent;
use super::after::goods::view::{self as goods, Fulfilled, FulfilmentView, ReturnView};
use super::cart_token::CartToken;
use super::decision::waits_for_money;
use super::holding;
use super::order::{CancelReason, Line, LineId, Milestone, Order, Stage};
use crate::address::Address;
use crate::email::EmailAddress;
use crate::ids::{GiftCardId, OrderId, ProductId, PromotionId, VariantId};
use crate::money::{Currency, Money};
use crate::payments::{Attempt, AttemptStatus, Method, PaymentChoice, Provider, RefundStatus};
use crate::ports::Timestamp;
use crate::pricing::quote::{Arrival, Discount, QuotedGiftCard, QuotedShipping, Tax, TaxPart};
use crate::pricing::{Delivery, Percent, Quote, Totals};
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
    /// Without tax under reverse charge.
    pub unit_price: Money,
    /// What one piece cost before, where it is on sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare_at: Option<Money>,
    pub quantity: u32,
    pub delivery: Delivery,
    /// The sum of `discounts`.
    pub discount: Money,
    pub discounts: Vec<DiscountView>,
    pub tax: TaxView,
    /// After discounts.
    pub total: Money,
    /// Pieces that were shipped; those of what is not sent, once it is paid. Absent in a cart, as the next three.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fulfilled: Option<u32>,
    /// Pieces that are packed, and not shipped yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packed: Option<u32>,
    /// Pieces that have come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<u32>,
    /// Pieces that may still be asked to come back, within the order's `returnable_until`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returnable: Option<u32>,
}

/// What a promotion takes off, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiscountView {
    pub promotion_id: PromotionId,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    pub amount: Money,
}

/// Whether it is within the amounts or comes on top: `totals.tax_included`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaxView {
    pub amount: Money,
    pub rates: Vec<TaxRateView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaxRateView {
    pub name: String,
    pub rate: Percent,
    pub amount: Money,
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
    /// What has been taken so far.
    pub captured: Money,
    /// What of it was given back.
    pub refunded: Money,
    /// Such as `card_declined`; `authentication_timed_out` and `no_answer` where
    /// it was called off.
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
    pub fulfilment_status: Fulfilled,
    pub lines: Vec<LineView>,
    pub totals: Totals,
    /// The buyer accounts for the tax: prices are without it.
    pub reverse_charge: bool,
    pub refunded: Money,
    pub coupons: Vec<String>,
    pub gift_cards: Vec<GiftCardView>,
    pub email: Option<EmailAddress>,
    pub shipping_address: Option<Address>,
    pub billing_address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_number: Option<vat::Number>,
    pub shipping_option: Option<ShippingView>,
    pub fulfilments: Vec<FulfilmentView>,
    pub returns: Vec<ReturnView>,
    /// Until when the buyer may ask for another return.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returnable_until: Option<Timestamp>,
    pub events: Vec<Milestone>,
}

impl TaxView {
    fn of(tax: &Tax, currency: Currency) -> Self {
        let money = |amount| Money { amount, currency };
        let rate =
            |part: &TaxPart| TaxRateView { name: part.name.clone(), rate: part.rate, amount: money(part.amount) };
        Self { amount: money(tax.amount), rates: tax.rates.iter().map(rate).collect() }
    }
}

impl DiscountView {
    fn of(discount: &Discount, currency: Currency) -> Self {
        Self {
            promotion_id: discount.promotion,
            title: discount.title.clone(),
            code: discount.code.as_ref().map(|code| code.as_str().to_owned()),
            amount: Money { amount: discount.amount, currency },
        }
    }
}

/// What they take off together. They re-add: a quote's sums were checked.
fn off(discounts: &[Discount], currency: Currency) -> Money {
    Money { amount: discounts.iter().map(|discount| discount.amount).sum(), currency }
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

/// Lines, each with what the quote says of it.
pub fn lines(lines: &[Line], quote: &Quote, currency: Currency) -> Vec<LineView> {
    lines
        .iter()
        .zip(&quote.lines)
        .map(|(line, quoted)| LineView {
            id: line.id,
            variant_id: line.variant_id,
            product_id: line.product_id,
            title: line.title.clone(),
            sku: line.sku.clone(),
            unit_price: Money { amount: quoted.unit_price, currency },
            compare_at: quoted.compare_at.map(|amount| Money { amount, currency }),
            quantity: line.quantity,
            delivery: line.delivery,
            discount: off(&quoted.discounts, currency),
            discounts: quoted.discounts.iter().map(|discount| DiscountView::of(discount, currency)).collect(),
            tax: TaxView::of(&quoted.tax, currency),
            total: Money { amount: quoted.total, currency },
            fulfilled: None,
            packed: None,
            returned: None,
            returnable: None,
        })
        .collect()
}

/// The lines of an order, each with where its pieces are.
fn of_order(order: &Order, quote: &Quote) -> Vec<LineView> {
    let mut views = lines(&order.lines, quote, order.currency);
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

/// What was given back, of one attempt or of all.
fn refunded(order: &Order, attempt: Option<&Attempt>) -> Money {
    let zero = Money::zero(order.currency);
    order
        .refunds
        .iter()
        .filter(|refund| refund.status == RefundStatus::Done)
        .filter(|refund| attempt.is_none_or(|attempt| attempt.number == refund.attempt.number))
        .fold(zero, |sum, refund| sum.checked_add(refund.amount).unwrap_or(sum))
}

pub fn payment_status(order: &Order) -> PaymentStatus {
    let Some(attempt) = order.attempt() else { return PaymentStatus::Pending };
    let gave_back = refunded(order, Some(attempt)).amount;
    match &attempt.status {
        AttemptStatus::Started
        | AttemptStatus::Unknown { .. }
        | AttemptStatus::CallingOff { .. }
        | AttemptStatus::Owed => PaymentStatus::Pending,
        AttemptStatus::Authorized => PaymentStatus::Authorized,
        AttemptStatus::RequiresAction { .. } => PaymentStatus::RequiresAction,
        AttemptStatus::Declined { .. } => PaymentStatus::Declined,
        AttemptStatus::Paid if gave_back > 0 && gave_back >= attempt.captured.amount => PaymentStatus::Refunded,
        AttemptStatus::Paid if gave_back > 0 => PaymentStatus::PartiallyRefunded,
        AttemptStatus::Paid => PaymentStatus::Paid,
        AttemptStatus::Voided => PaymentStatus::Cancelled,
    }
}

/// The order; none while it is a cart.
pub fn order(order: &Order) -> Option<OrderView> {
    let (placement, attempt) = (order.placement()?, order.attempt()?);
    let (facts, quote) = (&order.facts, &placement.quote);
    let asks: Option<&PaymentChoice> =
        matches!(attempt.status, AttemptStatus::RequiresAction { .. }).then_some(&attempt.payment);
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
        held_until: holding::kept_until(order),
        payable_until: holding::payable_until(order),
        currency: order.currency,
        language: order.language,
        payment: PaymentView {
            status: payment_status(order),
            provider: attempt.payment.provider,
            method: attempt.payment.method.clone(),
            attempt: attempt.number,
            next_method: match &attempt.status {
                AttemptStatus::CallingOff { next } => next.method.clone(),
                _ => None,
            },
            publishable_key: asks.and_then(|payment| payment.terms.publishable_key.clone()),
            instructions: attempt.payment.terms.instructions.clone(),
            due_by: attempt.due_by(),
            captured: attempt.captured,
            refunded: refunded(order, Some(attempt)),
            client_secret: match &attempt.status {
                AttemptStatus::RequiresAction { client_secret, .. } => Some(client_secret.clone()),
                _ => None,
            },
            decline_reason: match &attempt.status {
                AttemptStatus::Declined { reason, .. } => Some(reason.clone()),
                _ => None,
            },
        },
        fulfilment_status: Fulfilled::of(order),
        lines: of_order(order, quote),
        totals: quote.totals,
        reverse_charge: quote.reverse_charge,
        refunded: refunded(order, None),
        coupons: facts.coupons.iter().map(|code| code.as_str().to_owned()).collect(),
        gift_cards: gift_cards(quote, order.currency),
        email: facts.email.clone(),
        shipping_address: facts.shipping_address.clone(),
        billing_address: facts.billing_address.clone(),
        vat_number: facts.vat_number.as_ref().map(|known| known.number.clone()),
        shipping_option: quote.shipping.as_ref().map(|shipping| ShippingView::of(shipping, order.currency)),
        fulfilments: goods::fulfilments(order),
        returns: goods::returns(order),
        returnable_until: goods::order_returnable_until(order),
        events: order.milestones.clone(),
    })
}
