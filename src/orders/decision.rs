//! What may happen to an order: `decide`, pure.

use serde::{Deserialize, Serialize};

use super::details::Details;
use super::effect::{POLL_MILLIS, POLL_MOST_MILLIS};
use super::event::Event;
use super::order::{CancelReason, Key, Line, LineId, Order, SECURED_MARGIN_MILLIS, Shipping, Stage};
use crate::catalog::store::CurrentPrice;
use crate::ids::{ProductId, VariantId};
use crate::money::{Money, MoneyError};
use crate::payments::{AttemptStatus, Method, Outcome, Provider};
use crate::ports::Timestamp;

/// The most lines of one order: the largest invoice known to us has 1,114.
pub const MAX_LINES: usize = 2_000;
/// The most pieces on one line.
pub const MAX_QUANTITY: u32 = 1_000_000;
/// The most changes of one cart: it is read by replaying them. The largest
/// invoice known to us, line by line, takes 1,114.
pub const MAX_CHANGES: u64 = 10_000;
/// The most payment attempts of one order: a brake on trying cards out.
pub const MAX_ATTEMPTS: u32 = 10;

/// A line to add, as the catalog (or staff) prices it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewLine {
    pub variant_id: VariantId,
    pub product_id: ProductId,
    pub title: String,
    pub sku: String,
    /// In the currencies it is sold in; the order's own counts.
    pub prices: Vec<Money>,
    pub quantity: u32,
    pub overridden: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentChoice {
    pub provider: Provider,
    pub method: Method,
}

/// What buyers and staff ask for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    AddLines { lines: Vec<NewLine> },
    SetQuantity { line: LineId, quantity: u32 },
    RemoveLine { line: LineId },
    SetDetails { details: Box<Details> },
    ChooseShipping { id: String, title: String, prices: Vec<Money> },
    Place { prices: Vec<CurrentPrice>, payment: PaymentChoice, expected_total: Option<Money>, key: Option<Key> },
    Pay { payment: PaymentChoice },
    Cancel,
}

/// What the world answered to an effect.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Every pool granted its hold.
    Held,
    /// `refused`: pools without enough. `unanswered`: some pool did not answer.
    NotHeld {
        refused: Vec<Refused>,
        unanswered: bool,
    },
    Payment {
        attempt: u32,
        outcome: Outcome,
    },
    Committed {
        refused: bool,
    },
    Released {
        placement: u32,
    },
    Refunded {
        attempt: u32,
    },
    Published {
        version: u64,
    },
    /// Time passed.
    Tick,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Refused {
    pub variant: VariantId,
    pub available: i64,
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
    #[error("a cart may have at most {MAX_LINES} lines")]
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
    #[error("some lines are no longer for sale")]
    NotForSale { lines: Vec<LineId> },
    #[error("some lines are not in stock in the quantity asked for")]
    OutOfStock { lines: Vec<ShortLine> },
    #[error("the stock could not be reached; nothing was charged")]
    StockUnavailable,
    #[error("a payment is under way; wait for its outcome")]
    PaymentInProgress,
    #[error("this order needs no payment")]
    NotPayable,
    #[error("this order had {MAX_ATTEMPTS} payment attempts, the most there may be")]
    TooManyAttempts,
    #[error("this order can no longer be cancelled")]
    NotCancellable,
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

/// Decides what a command does. No events: it is so already.
pub fn decide(order: &Order, command: Command, now: Timestamp) -> Result<Vec<Event>, OrderError> {
    match command {
        Command::Pay { payment } => return pay(order, &payment, now),
        Command::Cancel => return cancel(order),
        _ if !matches!(order.stage, Stage::Open) => return Err(OrderError::CartClosed),
        _ if order.version >= MAX_CHANGES => return Err(OrderError::TooManyChanges),
        _ => {}
    }
    let events = match command {
        Command::AddLines { lines } => add_lines(order, lines)?,
        Command::SetQuantity { line, quantity } => set_quantity(order, line, quantity)?,
        Command::RemoveLine { line } => {
            order.line(line).ok_or(OrderError::LineNotFound)?;
            vec![Event::LineRemoved { line }]
        }
        Command::SetDetails { details } => vec![Event::DetailsSet { details }],
        Command::ChooseShipping { id, title, prices } => {
            let price = in_currency(order, &prices).ok_or(OrderError::NoPrice { line: None })?;
            vec![Event::ShippingChosen { shipping: Shipping { id, title, price } }]
        }
        Command::Place { prices, payment, expected_total, key } => {
            place(order, &prices, &payment, expected_total, key)?
        }
        Command::Pay { .. } | Command::Cancel => Vec::new(),
    };
    let mut after = order.clone();
    for event in &events {
        after.apply(event, now);
    }
    after.totals()?;
    Ok(events)
}

fn add_lines(order: &Order, new: Vec<NewLine>) -> Result<Vec<Event>, OrderError> {
    let mut events = Vec::new();
    let mut lines = order.lines.clone();
    let mut made = order.lines_made;
    for (index, new) in new.into_iter().enumerate() {
        let unit_price = in_currency(order, &new.prices).ok_or(OrderError::NoPrice { line: Some(index) })?;
        if !(1..=MAX_QUANTITY).contains(&new.quantity) {
            return Err(OrderError::QuantityOutOfRange { line: Some(index) });
        }
        let same = lines.iter_mut().find(|line| {
            line.variant_id == new.variant_id
                && line.overridden == new.overridden
                && (!new.overridden || line.unit_price == unit_price)
        });
        if let Some(line) = same {
            line.quantity = line.quantity.saturating_add(new.quantity);
            if line.quantity > MAX_QUANTITY {
                return Err(OrderError::QuantityOutOfRange { line: Some(index) });
            }
            events.push(Event::LineQuantityChanged { line: line.id, quantity: line.quantity });
            continue;
        }
        made += 1;
        let line = Line {
            id: LineId(made),
            variant_id: new.variant_id,
            product_id: new.product_id,
            title: new.title,
            sku: new.sku,
            unit_price,
            quantity: new.quantity,
            overridden: new.overridden,
        };
        lines.push(line.clone());
        events.push(Event::LineAdded { line });
    }
    if lines.len() > MAX_LINES { Err(OrderError::TooManyLines) } else { Ok(events) }
}

fn in_currency(order: &Order, prices: &[Money]) -> Option<Money> {
    prices.iter().copied().find(|price| price.currency == order.currency)
}

fn set_quantity(order: &Order, id: LineId, quantity: u32) -> Result<Vec<Event>, OrderError> {
    let line = order.line(id).ok_or(OrderError::LineNotFound)?;
    match quantity {
        0 => Ok(vec![Event::LineRemoved { line: id }]),
        _ if quantity > MAX_QUANTITY => Err(OrderError::QuantityOutOfRange { line: None }),
        _ if quantity == line.quantity => Ok(Vec::new()),
        _ => Ok(vec![Event::LineQuantityChanged { line: id, quantity }]),
    }
}

/// What a cart lacks to become an order.
pub fn missing(order: &Order) -> Vec<String> {
    let mut missing = Vec::new();
    if order.lines.is_empty() {
        missing.push("lines".to_owned());
    }
    if order.details.is_none() {
        missing.extend(["email".to_owned(), "shipping_address".to_owned()]);
    }
    if order.shipping.is_none() {
        missing.push("shipping_option".to_owned());
    }
    missing
}

/// The lines whose price is no longer the catalog's, with the new one; and
/// the lines that the catalog no longer sells.
pub fn compare_prices(order: &Order, prices: &[CurrentPrice]) -> (Vec<ChangedLine>, Vec<LineId>) {
    let mut changed = Vec::new();
    let mut gone = Vec::new();
    for line in order.lines.iter().filter(|line| !line.overridden) {
        match prices.iter().find(|price| price.variant_id == line.variant_id) {
            None => gone.push(line.id),
            Some(price) if price.amount != line.unit_price.amount => changed.push(ChangedLine {
                line_id: line.id,
                old: line.unit_price,
                new: Money { amount: price.amount, currency: order.currency },
            }),
            Some(_) => {}
        }
    }
    (changed, gone)
}

fn place(
    order: &Order,
    prices: &[CurrentPrice],
    payment: &PaymentChoice,
    expected_total: Option<Money>,
    key: Option<Key>,
) -> Result<Vec<Event>, OrderError> {
    let missing = missing(order);
    if !missing.is_empty() {
        return Err(OrderError::CartIncomplete { missing });
    }
    let (changed, gone) = compare_prices(order, prices);
    if !gone.is_empty() {
        return Err(OrderError::NotForSale { lines: gone });
    }
    let totals = order.totals()?;
    if !changed.is_empty() {
        let mut repriced = order.clone();
        for event in reprice(&changed) {
            repriced.apply(&event, order.updated_at);
        }
        let new_total = repriced.totals()?.total;
        return Err(OrderError::PriceChanged { lines: changed, old_total: totals.total, new_total });
    }
    if let Some(expected) = expected_total.filter(|expected| *expected != totals.total) {
        return Err(OrderError::PriceChanged { lines: Vec::new(), old_total: expected, new_total: totals.total });
    }
    Ok(vec![Event::Placed { totals, provider: payment.provider, method: payment.method, key }])
}

/// Brings the cart to the prices that a refusal named, so that placing again
/// accepts them.
pub fn reprice(changed: &[ChangedLine]) -> Vec<Event> {
    changed.iter().map(|line| Event::LineRepriced { line: line.line_id, unit_price: line.new }).collect()
}

fn pay(order: &Order, payment: &PaymentChoice, now: Timestamp) -> Result<Vec<Event>, OrderError> {
    match &order.stage {
        Stage::Placing { .. } => Err(OrderError::PaymentInProgress),
        Stage::AwaitingPayment { attempt, placement } => {
            if attempt.status.is_open() {
                Err(OrderError::PaymentInProgress)
            } else if now >= placement.until {
                Err(OrderError::NotPayable)
            } else if placement.attempts_before + MAX_ATTEMPTS <= order.attempts {
                Err(OrderError::TooManyAttempts)
            } else {
                Ok(vec![Event::PaymentStarted { provider: payment.provider, method: payment.method }])
            }
        }
        Stage::Open => Err(OrderError::NotFound),
        Stage::Confirmed { .. } | Stage::Cancelled { .. } => Err(OrderError::NotPayable),
    }
}

fn cancel(order: &Order) -> Result<Vec<Event>, OrderError> {
    match &order.stage {
        Stage::Open => Err(OrderError::NotFound),
        Stage::Placing { .. } => Err(OrderError::PaymentInProgress),
        Stage::AwaitingPayment { .. } => Ok(vec![Event::Cancelled { reason: CancelReason::Requested }]),
        Stage::Confirmed { .. } => Err(OrderError::NotCancellable),
        Stage::Cancelled { .. } => Ok(Vec::new()),
    }
}

/// Decides what an effect's answer means. Total: an answer that comes twice,
/// or too late to matter, means nothing.
pub fn learn(order: &Order, answer: &Answer, now: Timestamp) -> Vec<Event> {
    match (answer, &order.stage) {
        (Answer::Held, Stage::Placing { held: false, .. }) => vec![Event::Held],
        (Answer::NotHeld { .. }, Stage::Placing { held: false, recovered: false, .. }) => vec![Event::PlacementRefused],
        // A payment may have been begun by the run that crashed.
        (Answer::NotHeld { refused, .. }, Stage::Placing { held: false, recovered: true, placement, .. }) => {
            if !refused.is_empty() || now >= placement.until { vec![Event::PlacementAbandoned] } else { Vec::new() }
        }
        (Answer::Payment { attempt, outcome }, _) => learn_payment(order, *attempt, outcome, now),
        (Answer::Committed { refused }, Stage::Confirmed { committed: false, .. }) => {
            vec![if *refused { Event::CommitRefused } else { Event::Committed }]
        }
        (Answer::Released { placement }, _) if order.releasing.contains_key(placement) => {
            vec![Event::Released { placement: *placement }]
        }
        (Answer::Refunded { attempt }, _) if order.refunds.iter().any(|r| r.attempt.number == *attempt && !r.done) => {
            vec![Event::Refunded { attempt: *attempt }]
        }
        (Answer::Published { version }, _) if *version > order.published => {
            vec![Event::Published { version: *version }]
        }
        // Cut off for longer than its hold: only what the payment came to counts.
        (Answer::Tick, Stage::Placing { placement, .. }) if now >= placement.until => {
            vec![Event::PaymentAsked { next_poll: now }]
        }
        (Answer::Tick, Stage::AwaitingPayment { placement, attempt })
            if now >= placement.until && !attempt.status.is_open() =>
        {
            vec![Event::Cancelled { reason: CancelReason::Expired }]
        }
        _ => Vec::new(),
    }
}

fn learn_payment(order: &Order, number: u32, outcome: &Outcome, now: Timestamp) -> Vec<Event> {
    let Some(attempt) = order.attempt().filter(|attempt| attempt.number == number) else {
        return paid_twice(order, number, outcome);
    };
    match (&order.stage, outcome) {
        (Stage::Placing { placement, .. } | Stage::AwaitingPayment { placement, .. }, outcome) => match outcome {
            Outcome::Paid => {
                let secured = now.plus_millis(SECURED_MARGIN_MILLIS) <= placement.until;
                vec![Event::Paid { secured }]
            }
            // Only an attempt whose outcome is open learns of another one.
            _ if !attempt.status.is_open() => Vec::new(),
            Outcome::Declined { reason } => vec![Event::PaymentDeclined { reason: reason.clone() }],
            Outcome::ActionRequired { client_secret } => match &attempt.status {
                AttemptStatus::RequiresAction { .. } => Vec::new(),
                _ => vec![Event::PaymentActionRequired { client_secret: client_secret.clone() }],
            },
            Outcome::Unknown | Outcome::NotFound => match &attempt.status {
                AttemptStatus::RequiresAction { .. } => Vec::new(),
                _ => vec![Event::PaymentAsked { next_poll: now.plus_millis(poll_delay(attempt.polls)) }],
            },
            Outcome::Voided if now >= placement.until => vec![Event::Cancelled { reason: CancelReason::Expired }],
            Outcome::Voided => vec![Event::PaymentDeclined { reason: "no_answer".to_owned() }],
        },
        (Stage::Cancelled { resolving: true, .. }, Outcome::Paid) => vec![Event::PaidAfterAll],
        (Stage::Cancelled { resolving: true, .. }, Outcome::Voided | Outcome::Declined { .. }) => {
            vec![Event::PaymentVoided]
        }
        (Stage::Cancelled { resolving: false, .. }, Outcome::Paid) => paid_twice(order, number, outcome),
        _ => Vec::new(),
    }
}

/// Money for an attempt that was given up, or for an order that is not to be.
fn paid_twice(order: &Order, number: u32, outcome: &Outcome) -> Vec<Event> {
    let known = order.refunds.iter().any(|refund| refund.attempt.number == number);
    match (outcome, order.attempt(), order.placement()) {
        (Outcome::Paid, Some(current), Some(placement)) if !known && (1..=order.attempts).contains(&number) => {
            let attempt = crate::payments::Attempt {
                number,
                id: format!("{}-{number}", order.id),
                status: AttemptStatus::Paid,
                ..current.clone()
            };
            vec![Event::PaidTwice { attempt, amount: placement.totals.total }]
        }
        _ => Vec::new(),
    }
}

fn poll_delay(polls: u32) -> i64 {
    POLL_MILLIS.saturating_mul(1 << polls.min(10)).min(POLL_MOST_MILLIS)
}

/// The lines that wanted what the pools refused.
pub fn short_lines(order: &Order, items: &[Refused]) -> Vec<ShortLine> {
    order
        .lines
        .iter()
        .filter_map(|line| {
            let refused = items.iter().find(|item| item.variant == line.variant_id)?;
            Some(ShortLine { line_id: line.id, requested: line.quantity, available: refused.available })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::OrderId;
    use crate::money::Currency;

    #[test]
    fn a_cart_can_be_changed_so_often_and_no_more() {
        let now = Timestamp::from_millis(1_000);
        let mut order = Order::created(OrderId::derived([1; 16]), Currency::parse("EUR").unwrap(), None, now);
        let add = || Command::AddLines { lines: Vec::new() };
        order.version = MAX_CHANGES - 1;
        assert!(decide(&order, add(), now).is_ok());
        order.version = MAX_CHANGES;
        assert_eq!(decide(&order, add(), now), Err(OrderError::TooManyChanges));
    }
}
