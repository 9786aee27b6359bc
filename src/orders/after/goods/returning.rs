//! Things that come back: never more than was sent, and each piece once.

use super::bodies::{Approval, Arrival, Arrived, NewReturn, Refusing};
use super::counts::{Counts, returnable_until};
use super::error::Refusal;
use super::fulfilling::{by_line, short};
use super::{Event, Return, Step};
use crate::orders::error::OrderError;
use crate::orders::limits::MAX_RETURNS;
use crate::orders::order::{LineId, Order};
use crate::ports::Timestamp;
use crate::sorted::SortedMap;

/// A return that staff make for the buyer is approved at once, and may be of
/// pieces that were shipped long ago.
pub fn ask(order: &Order, wanted: NewReturn, by_staff: bool, now: Timestamp) -> Result<Vec<Event>, OrderError> {
    order.placement().ok_or(OrderError::NotFound)?;
    if wanted.lines.is_empty() {
        return Err(Refusal::LinesOutOfRange.into());
    }
    let asked = by_line(order, wanted.lines.iter().map(|asked| (asked.line_id, asked.quantity.get())))?;
    let counts = Counts::of(&order.goods);
    let lately = shipped_lately(order, now);
    // Pieces are alike: those that came back were the ones shipped first.
    let in_time = |line: &LineId| if by_staff { u32::MAX } else { lately.get(line).copied().unwrap_or(0) };
    let short = short(&asked, |line| counts.line(*line).left_to_return().min(in_time(line)));
    if !short.is_empty() {
        return Err(Refusal::NotReturnable { lines: short }.into());
    } else if order.goods.returns.len() >= MAX_RETURNS {
        return Err(Refusal::TooManyReturns.into());
    }
    let number = u32::try_from(order.goods.returns.len()).unwrap_or(u32::MAX).saturating_add(1);
    let comment = wanted.comment.map(String::from);
    let asked = Event::ReturnAsked { number, lines: wanted.lines, comment, by_staff };
    let approved = by_staff.then_some(Event::ReturnApproved { number, instructions: None });
    Ok(std::iter::once(asked).chain(approved).collect())
}

/// Pieces of each line that a buyer may still send back by the calendar.
fn shipped_lately(order: &Order, now: Timestamp) -> SortedMap<LineId, u32> {
    let mut pieces: SortedMap<LineId, u32> = SortedMap::new();
    let in_time = |at: Timestamp| now < returnable_until(at);
    for parcel in order.goods.fulfilments.iter().filter(|parcel| parcel.shipped_at().is_some_and(in_time)) {
        for sent in &parcel.lines {
            let sum = pieces.get_or_default(sent.line_id);
            *sum = sum.saturating_add(sent.quantity.get());
        }
    }
    pieces
}

pub fn approve(order: &Order, number: u32, approval: Approval) -> Result<Vec<Event>, OrderError> {
    match known(order, number)?.step {
        Step::Approved => Ok(Vec::new()),
        Step::Requested => {
            Ok(vec![Event::ReturnApproved { number, instructions: approval.instructions.map(String::from) }])
        }
        Step::Refused { .. } | Step::Received { .. } => Err(Refusal::ReturnClosed.into()),
    }
}

/// What was approved may still be refused, as long as nothing has come.
pub fn refuse(order: &Order, number: u32, refusing: Refusing) -> Result<Vec<Event>, OrderError> {
    let known = known(order, number)?;
    match known.step {
        Step::Refused { .. } => Ok(Vec::new()),
        _ if known.is_open() => Ok(vec![Event::ReturnRefused { number, reason: refusing.reason.into() }]),
        _ => Err(Refusal::ReturnClosed.into()),
    }
}

/// What has come is taken, whether or not it had been approved: it is there.
pub fn receive(order: &Order, number: u32, arrival: Arrival) -> Result<Vec<Event>, OrderError> {
    let known = known(order, number)?;
    let mut lines = arrival.lines.unwrap_or_else(|| all_of(known));
    let came = by_line(order, lines.iter().map(|arrived| (arrived.line_id, arrived.quantity)))?;
    lines.retain(|arrived| arrived.quantity > 0);
    match &known.step {
        Step::Received { lines: before, .. } if *before == lines => return Ok(Vec::new()),
        _ if known.is_open() => {}
        _ => return Err(Refusal::ReturnClosed.into()),
    }
    let asked = by_line(order, known.lines.iter().map(|asked| (asked.line_id, asked.quantity.get())))?;
    let short = short(&came, |line| asked.get(line).copied().unwrap_or(0));
    if !short.is_empty() {
        return Err(Refusal::NotReturnable { lines: short }.into());
    }
    Ok(vec![Event::ReturnReceived { number, lines }])
}

fn known(order: &Order, number: u32) -> Result<&Return, OrderError> {
    order.goods.returns.iter().find(|known| known.number == number).ok_or(OrderError::NotFound)
}

fn all_of(known: &Return) -> Vec<Arrived> {
    let arrived = known.lines.iter().map(|asked| Arrived {
        line_id: asked.line_id,
        quantity: asked.quantity.get(),
        restock: true,
    });
    arrived.collect()
}
