//! What an order refuses, and what that means to a client.

use http::{HeaderValue, header};
use serde::{Deserialize, Serialize};

use super::after::{edits, goods, money};
use super::limits::{
    MAX_ATTEMPTS, MAX_CHANGES, MAX_COUPONS, MAX_GIFT_CARDS, MAX_LETTERS, MAX_LINES, MAX_QUANTITY, MAX_RECEIPTS,
};
use super::order::LineId;
use crate::gift_cards;
use crate::idempotency::KEY_IN_USE;
use crate::json;
use crate::money::{Currency, Money, MoneyError};
use crate::payments::AmountRefused;
use crate::pools::error::OUT_OF_STOCK;
use crate::pricing::promotion::Code;
use crate::pricing::quote::CouponRefusal;
use crate::problem::Problem;
use crate::throttle::error::retry_after;

crate::codes! {
    /// The order was placed; its cart can no longer be changed.
    CART_CLOSED = CONFLICT "cart_closed";
    /// This cart was changed as often as one may be.
    TOO_MANY_CHANGES = CONFLICT "too_many_changes";
    /// The cart lacks something; `missing` says what.
    CART_INCOMPLETE = CONFLICT "cart_incomplete";
    /// Prices have changed since they were shown; `lines`, `old_total` and `new_total` say how. Where the total is as
    /// expected, but not what gift cards leave of it to be paid, `old_to_pay` and `new_to_pay` do.
    PRICE_CHANGED = CONFLICT "price_changed";
    /// Bundles are made of something else since they were put into the cart, which has them as they are by now; `lines`
    /// names them. Placed again, they are taken like that.
    CONTENTS_CHANGED = CONFLICT "contents_changed";
    /// Some lines are no longer for sale; `lines` names them.
    NOT_FOR_SALE = CONFLICT "not_for_sale";
    /// A payment of this order is under way; its outcome comes first.
    PAYMENT_IN_PROGRESS = CONFLICT "payment_in_progress";
    /// The order needs no payment, or no longer takes one.
    NOT_PAYABLE = CONFLICT "not_payable";
    /// The order had as many payment attempts as one may have.
    TOO_MANY_ATTEMPTS = CONFLICT "too_many_attempts";
    /// As many orders of this account or network wait to be paid as there may be at once;
    /// `Retry-After` says when one of them surely no longer does.
    TOO_MANY_UNPAID_ORDERS = TOO_MANY_REQUESTS "too_many_unpaid_orders";
    /// This was placed, or tried to be paid, and refused too often in a short time.
    PLACED_TOO_OFTEN = TOO_MANY_REQUESTS "placed_too_often";
    /// This code takes nothing off; `coupon` names it, `reason` says why: `unknown`, `not_started`, `ended`,
    /// `minimum_not_met`, `nothing_matches`, `exhausted`, `already_used` or `not_combinable`.
    COUPON_NOT_VALID = UNPROCESSABLE_ENTITY "coupon_not_valid";
    /// Others have had the last use of this code; `coupon` names it. There is no `coupon` where an order is to be paid
    /// again from which something was taken off without one.
    COUPON_EXHAUSTED = CONFLICT "coupon_exhausted";
    /// There is less on a gift card than was shown; `gift_card` has the end of its code.
    GIFT_CARD_CHANGED = CONFLICT "gift_card_changed";
    /// The chosen way of shipping is not offered for this cart and address.
    SHIPPING_NOT_OFFERED = CONFLICT "shipping_not_offered";
    /// The order can no longer be cancelled.
    NOT_CANCELLABLE = CONFLICT "not_cancellable";
    /// What staff have put into this order is theirs to change.
    DRAFT_LINES = CONFLICT "draft_lines";
    /// The shop has changed this order since it was shown.
    DRAFT_CHANGED = CONFLICT "draft_changed";
    /// This order was never placed, and its prices stand no longer.
    DRAFT_OVER = CONFLICT "draft_over";
    /// This draft was sent as often as one may be.
    TOO_MANY_LETTERS = CONFLICT "too_many_letters";
    /// More money than the order still owes; `left` says how much it does.
    MORE_THAN_OWED = CONFLICT "more_than_owed";
    /// Money of this order was recorded as often as it may be.
    TOO_MANY_RECEIPTS = CONFLICT "too_many_receipts";
}

/// A line that could not be had.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShortLine {
    pub line_id: LineId,
    pub requested: u32,
    pub available: i64,
}

/// A line whose price is not what the cart showed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangedLine {
    pub line_id: LineId,
    pub old: Money,
    pub new: Money,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum OrderError {
    #[error("there is no such order, or it is not yours")]
    NotFound,
    #[error("this order was placed; its cart can no longer be changed")]
    CartClosed,
    #[error("the cart has no such line")]
    LineNotFound,
    #[error("this has no price in the cart's currency")]
    NoPrice { line: Option<usize> },
    #[error("a cart may have at most {MAX_LINES} lines, and take of as many stocks")]
    TooManyLines,
    #[error("this cart was changed {MAX_CHANGES} times, the most there may be; begin another one")]
    TooManyChanges,
    /// `line`: which of those to be added; none for a line that is there.
    #[error("a quantity is between 1 and {MAX_QUANTITY}")]
    QuantityOutOfRange { line: Option<usize> },
    #[error("the order's total would be too large")]
    TotalTooLarge,
    #[error("the cart is not complete")]
    CartIncomplete { missing: Vec<String> },
    #[error("prices have changed since they were shown")]
    PriceChanged { lines: Vec<ChangedLine>, old_total: Money, new_total: Money },
    #[error("gift cards leave another amount to pay than was shown")]
    ToPayChanged { old: Money, new: Money },
    #[error("some bundles are made of something else since they were put into the cart; look through them again")]
    ContentsChanged { lines: Vec<LineId> },
    #[error("some lines are no longer for sale")]
    NotForSale { lines: Vec<LineId> },
    #[error("some lines are not in stock in the quantity asked for")]
    OutOfStock { lines: Vec<ShortLine> },
    #[error("the stock could not be reached; nothing was charged")]
    StockUnavailable,
    #[error("too many orders from here are waiting to be paid; pay or cancel one of them, or try again shortly")]
    TooManyUnpaid { retry_after_millis: i64 },
    #[error("this was tried too often in a short time; try again in some minutes")]
    PlacedTooOften { retry_after_millis: i64 },
    #[error("{reason}")]
    CouponNotValid { code: Code, reason: CouponRefusal },
    #[error("others have had the last use of this code")]
    CouponExhausted { code: Code },
    #[error("there is less on the gift card that ends in {last4} than was shown; look at the total again")]
    GiftCardChanged { last4: String },
    /// Of an order that was placed before. `code`: none if it was taken off by itself.
    #[error("what was taken off this order has no use left; cancel it, and begin another cart")]
    DiscountGone { code: Option<Code> },
    /// Of an order that was placed before.
    #[error(
        "there is less on the gift card that ends in {last4} than this order takes; cancel it, and begin another cart"
    )]
    GiftCardSpent { last4: String },
    #[error(transparent)]
    GiftCardNotValid(#[from] gift_cards::Refusal),
    #[error("the chosen way of shipping is not offered for this cart and address; choose another")]
    ShippingNotOffered,
    #[error("an order takes at most {MAX_COUPONS} coupons")]
    TooManyCoupons,
    #[error("an order takes at most {MAX_GIFT_CARDS} gift cards")]
    TooManyGiftCards,
    #[error("the shop has put this order together: ask it for a change of what is bought")]
    DraftLines,
    #[error("the shop has changed this order since it was shown; look through it again")]
    DraftChanged,
    #[error("this order was to be placed within 90 days; please ask the shop for another one")]
    DraftOver,
    #[error("a draft is sent {MAX_LETTERS} times at most")]
    TooManyLetters,
    #[error("a payment is under way; wait for its outcome")]
    PaymentInProgress,
    #[error("this order needs no payment")]
    NotPayable,
    #[error("this order had {MAX_ATTEMPTS} payment attempts, the most there may be")]
    TooManyAttempts,
    #[error("this order can no longer be cancelled")]
    NotCancellable,
    #[error(transparent)]
    Money(#[from] money::error::Refusal),
    #[error(transparent)]
    Edits(#[from] edits::error::Refusal),
    #[error(transparent)]
    Amount(#[from] AmountRefused),
    #[error("this is more than the order owes: {} is left to pay", left.display())]
    MoreThanOwed { left: Money },
    #[error("an amount is more than zero, in the order's currency: {currency}")]
    ReceiptAmount { currency: Currency },
    #[error("this reference names another amount")]
    ReceiptReused,
    #[error("money of this order was recorded {MAX_RECEIPTS} times, the most there may be")]
    TooManyReceipts,
    #[error(transparent)]
    Goods(#[from] goods::error::Refusal),
    #[error("this Idempotency-Key was used for a different request")]
    KeyReused,
    #[error("the first request with this Idempotency-Key is still running")]
    KeyInUse,
    #[error("the order's store did not answer")]
    Unavailable { cause: String },
}

impl From<MoneyError> for OrderError {
    fn from(_: MoneyError) -> Self {
        Self::TotalTooLarge
    }
}

impl From<OrderError> for Problem {
    fn from(error: OrderError) -> Self {
        let detail = error.to_string();
        match error {
            OrderError::NotFound | OrderError::LineNotFound => Self::not_found(),
            OrderError::CartClosed => Self::new(CART_CLOSED, detail),
            OrderError::NoPrice { line: Some(line) } => {
                Self::invalid_field(format!("/lines/{line}/variant_id"), detail)
            }
            OrderError::NoPrice { line: None } => Self::invalid_field("/id", detail),
            OrderError::TooManyLines => Self::invalid_field("/lines", detail),
            OrderError::TooManyChanges => Self::new(TOO_MANY_CHANGES, detail),
            OrderError::QuantityOutOfRange { line: Some(line) } => {
                Self::invalid_field(format!("/lines/{line}/quantity"), detail)
            }
            OrderError::QuantityOutOfRange { line: None } => Self::invalid_field("/quantity", detail),
            OrderError::TotalTooLarge => Self::invalid_field("", detail),
            OrderError::CartIncomplete { missing } => {
                Self::new(CART_INCOMPLETE, format!("{detail}: {} missing", missing.join(", ")))
                    .with_member("missing", missing)
            }
            OrderError::PriceChanged { lines, old_total, new_total } => Self::new(PRICE_CHANGED, detail)
                .with_member("lines", json::value(&lines))
                .with_member("old_total", json::value(&old_total))
                .with_member("new_total", json::value(&new_total)),
            OrderError::ToPayChanged { old, new } => Self::new(PRICE_CHANGED, detail)
                .with_member("old_to_pay", json::value(&old))
                .with_member("new_to_pay", json::value(&new)),
            OrderError::ContentsChanged { lines } => {
                Self::new(CONTENTS_CHANGED, detail).with_member("lines", json::value(&lines))
            }
            OrderError::NotForSale { lines } => {
                Self::new(NOT_FOR_SALE, detail).with_member("lines", json::value(&lines))
            }
            OrderError::OutOfStock { lines } => {
                Self::new(OUT_OF_STOCK, detail).with_member("lines", json::value(&lines))
            }
            OrderError::StockUnavailable => Self::unavailable("the stock", "a pool did not answer"),
            OrderError::TooManyUnpaid { retry_after_millis } => Self::new(TOO_MANY_UNPAID_ORDERS, detail)
                .with_header(header::RETRY_AFTER, retry_after(retry_after_millis)),
            OrderError::PlacedTooOften { retry_after_millis } => {
                Self::new(PLACED_TOO_OFTEN, detail).with_header(header::RETRY_AFTER, retry_after(retry_after_millis))
            }
            OrderError::CouponNotValid { code, reason } => Self::new(COUPON_NOT_VALID, detail)
                .with_member("coupon", json::value(&code))
                .with_member("reason", json::value(&reason)),
            OrderError::CouponExhausted { code } => {
                Self::new(COUPON_EXHAUSTED, detail).with_member("coupon", json::value(&code))
            }
            OrderError::DiscountGone { code: None } => Self::new(COUPON_EXHAUSTED, detail),
            OrderError::DiscountGone { code: Some(code) } => {
                Self::new(COUPON_EXHAUSTED, detail).with_member("coupon", json::value(&code))
            }
            OrderError::GiftCardChanged { last4 } | OrderError::GiftCardSpent { last4 } => {
                Self::new(GIFT_CARD_CHANGED, detail).with_member("gift_card", last4)
            }
            OrderError::GiftCardNotValid(refusal) => gift_cards::GiftCardError::from(refusal).into(),
            OrderError::ShippingNotOffered => Self::new(SHIPPING_NOT_OFFERED, detail),
            OrderError::TooManyCoupons => Self::invalid_field("/coupons", detail),
            OrderError::TooManyGiftCards => Self::invalid_field("/gift_cards", detail),
            OrderError::DraftLines => Self::new(DRAFT_LINES, detail),
            OrderError::DraftChanged => Self::new(DRAFT_CHANGED, detail),
            OrderError::DraftOver => Self::new(DRAFT_OVER, detail),
            OrderError::TooManyLetters => Self::new(TOO_MANY_LETTERS, detail),
            OrderError::PaymentInProgress => Self::new(PAYMENT_IN_PROGRESS, detail),
            OrderError::NotPayable => Self::new(NOT_PAYABLE, detail),
            OrderError::TooManyAttempts => Self::new(TOO_MANY_ATTEMPTS, detail),
            OrderError::NotCancellable => Self::new(NOT_CANCELLABLE, detail),
            OrderError::Amount(refused) => refused.into(),
            OrderError::Money(refusal) => refusal.into(),
            OrderError::Edits(refusal) => refusal.into(),
            OrderError::MoreThanOwed { left } => {
                Self::new(MORE_THAN_OWED, detail).with_member("left", json::value(&left))
            }
            OrderError::ReceiptAmount { .. } => Self::invalid_field("/amount", detail),
            OrderError::ReceiptReused => Self::invalid_field("/reference", detail),
            OrderError::TooManyReceipts => Self::new(TOO_MANY_RECEIPTS, detail),
            OrderError::Goods(refusal) => refusal.into(),
            OrderError::KeyReused => crate::idempotency::key_reused(),
            OrderError::KeyInUse => {
                Self::new(KEY_IN_USE, detail).with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
            }
            OrderError::Unavailable { cause } => Self::unavailable("the order desk", cause),
        }
    }
}
