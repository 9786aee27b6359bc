//! What may happen to an order: `decide`, pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::details::Details;
use super::error::{ChangedLine, OrderError};
use super::event::Event;
use super::limits::{MAX_CHANGES, MAX_LINES, MAX_PLACEMENTS, MAX_QUANTITY, PLACEMENTS_MILLIS};
use super::order::{CancelReason, Key, Line, LineId, Order, Shipping, Stage, Totals};
use super::slots::Slot;
use crate::catalog::store::CurrentPrice;
use crate::ids::{ProductId, VariantId};
use crate::money::Money;
use crate::payments::{AttemptStatus, Method, Provider};
use crate::ports::Timestamp;
use crate::settings::ShippingOption;

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
    AddLines {
        lines: Vec<NewLine>,
    },
    SetQuantity {
        line: LineId,
        quantity: u32,
    },
    /// All or none; lines that are gone meanwhile are passed over.
    SetQuantities {
        quantities: Vec<(LineId, u32)>,
    },
    RemoveLine {
        line: LineId,
    },
    SetDetails {
        details: Box<Details>,
    },
    ChooseShipping {
        id: String,
        title: String,
        prices: Vec<Money>,
    },
    Place {
        prices: Vec<CurrentPrice>,
        payment: PaymentChoice,
        expected_total: Option<Money>,
        key: Option<Key>,
        slot: Option<Slot>,
    },
    /// `slot`: taken if the goods are to be held anew.
    Pay {
        payment: PaymentChoice,
        slot: Option<Slot>,
    },
    Cancel,
}

impl Command {
    pub fn choose_shipping(option: &ShippingOption) -> Self {
        Self::ChooseShipping { id: option.id.clone(), title: option.title.clone(), prices: option.prices.clone() }
    }
}

/// Decides what a command does. No events: it is so already.
pub fn decide(order: &Order, command: Command, now: Timestamp) -> Result<Vec<Event>, OrderError> {
    match command {
        Command::Pay { payment, slot } => return pay(order, payment, slot, now),
        Command::Cancel => return cancel(order),
        _ if !matches!(order.stage, Stage::Open) => return Err(OrderError::CartClosed),
        _ if order.version >= MAX_CHANGES => return Err(OrderError::TooManyChanges),
        _ => {}
    }
    let events = match command {
        Command::AddLines { lines } => add_lines(order, lines)?,
        Command::SetQuantity { line, quantity } => set_quantity(order, line, quantity)?,
        Command::SetQuantities { quantities } => set_quantities(order, quantities)?,
        Command::RemoveLine { line } => {
            order.line(line).ok_or(OrderError::LineNotFound)?;
            vec![Event::LineRemoved { line }]
        }
        Command::SetDetails { details } => vec![Event::DetailsSet { details }],
        Command::ChooseShipping { id, title, prices } => {
            let price = in_currency(order, &prices).ok_or(OrderError::NoPrice { line: None })?;
            vec![Event::ShippingChosen { shipping: Shipping { id, title, price } }]
        }
        Command::Place { prices, payment, expected_total, key, slot } => {
            let totals = place(order, &prices, expected_total, now)?;
            let PaymentChoice { provider, method } = payment;
            vec![Event::Placed { totals, provider, method, key, slot }]
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

fn set_quantities(order: &Order, quantities: Vec<(LineId, u32)>) -> Result<Vec<Event>, OrderError> {
    let wanted: BTreeMap<LineId, u32> = quantities.into_iter().collect();
    let mut events = Vec::new();
    for line in &order.lines {
        if let Some(quantity) = wanted.get(&line.id) {
            events.extend(set_quantity(order, line.id, *quantity)?);
        }
    }
    Ok(events)
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

/// What the order comes to, if it can be placed.
fn place(
    order: &Order,
    prices: &[CurrentPrice],
    expected_total: Option<Money>,
    now: Timestamp,
) -> Result<Totals, OrderError> {
    let missing = missing(order);
    if !missing.is_empty() {
        return Err(OrderError::CartIncomplete { missing });
    }
    not_too_often(order, now)?;
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
    Ok(totals)
}

fn not_too_often(order: &Order, now: Timestamp) -> Result<(), OrderError> {
    let is_one = |kind: &str| matches!(kind, "placed" | "payment_started");
    let placed = order.milestones.iter().rev().filter(|milestone| is_one(&milestone.kind));
    let Some(first) = placed.take(MAX_PLACEMENTS).nth(MAX_PLACEMENTS - 1) else { return Ok(()) };
    match now.since(first.at) {
        // A clock that has gone back keeps nobody waiting.
        passed @ 0..PLACEMENTS_MILLIS => {
            Err(OrderError::PlacedTooOften { retry_after_millis: PLACEMENTS_MILLIS - passed })
        }
        _ => Ok(()),
    }
}

/// Brings the cart to the prices that a refusal named, so that placing again
/// accepts them.
pub fn reprice(changed: &[ChangedLine]) -> Vec<Event> {
    changed.iter().map(|line| Event::LineRepriced { line: line.line_id, unit_price: line.new }).collect()
}

fn pay(order: &Order, payment: PaymentChoice, slot: Option<Slot>, now: Timestamp) -> Result<Vec<Event>, OrderError> {
    match &order.stage {
        Stage::Placing { .. } => Err(OrderError::PaymentInProgress),
        Stage::AwaitingPayment { placement, hold, attempt } => {
            let PaymentChoice { provider, method } = payment;
            let open = attempt.status.is_open();
            match &attempt.status {
                // Asked for already.
                AttemptStatus::CallingOff { provider: to, method: by } if (*to, *by) == (provider, method) => {
                    return Ok(Vec::new());
                }
                AttemptStatus::Started | AttemptStatus::CallingOff { .. } => return Err(OrderError::PaymentInProgress),
                // A second click, not another way to pay.
                _ if open && (attempt.provider, attempt.method) == (provider, method) => {
                    return Err(OrderError::PaymentInProgress);
                }
                _ => {}
            }
            if now >= placement.payable_until() {
                return Err(OrderError::NotPayable);
            } else if !placement.may_try_again() {
                return Err(OrderError::TooManyAttempts);
            } else if open {
                return Ok(vec![Event::PaymentSwitched { provider, method }]);
            }
            if hold.as_ref().is_some_and(|hold| hold.secures(now)) {
                return Ok(vec![Event::PaymentStarted { provider, method }]);
            }
            not_too_often(order, now)?;
            let given_back = hold.as_ref().map(|_| Event::HoldGivenBack);
            Ok(given_back.into_iter().chain([Event::PlacedAgain { provider, method, slot }]).collect())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::OrderId;
    use crate::money::Currency;
    use crate::orders::order::Milestone;

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

    #[test]
    fn a_cart_is_placed_so_often_in_a_while_and_no_more() {
        let at = Timestamp::from_millis;
        let mut order = Order::created(OrderId::derived([1; 16]), Currency::parse("EUR").unwrap(), None, at(0));
        let placed = |at| Milestone { at, kind: "placed".to_owned() };
        order.milestones = vec![placed(at(0)); MAX_PLACEMENTS - 1];
        assert_eq!(not_too_often(&order, at(1_000)), Ok(()));
        order.milestones.insert(0, placed(at(500)));
        order.milestones.push(Milestone { at: at(600), kind: "stock_refused".to_owned() });
        let wait = |retry_after_millis| Err(OrderError::PlacedTooOften { retry_after_millis });
        assert_eq!(not_too_often(&order, at(1_000)), wait(PLACEMENTS_MILLIS - 500));
        assert_eq!(not_too_often(&order, at(500 + PLACEMENTS_MILLIS - 1)), wait(1));
        assert_eq!(not_too_often(&order, at(500 + PLACEMENTS_MILLIS)), Ok(()));
        assert_eq!(not_too_often(&order, at(499)), Ok(()), "the clock went back");
    }
}
