//! Parcels: what may go out. Never more than was ordered, and nothing before the
//! money is there or as good as.

use super::bodies::{NewFulfilment, Pieces, Shipping};
use super::counts::{Counts, may_send};
use super::error::{Left, Refusal};
use super::view::FulfilmentStatus;
use super::{Event, Fulfilment, Progress};
use crate::orders::error::OrderError;
use crate::orders::limits::{MAX_FULFILMENTS, MAX_LINES};
use crate::orders::order::{LineId, Order};
use crate::sorted::SortedMap;

pub fn fulfil(order: &Order, wanted: NewFulfilment) -> Result<Vec<Event>, OrderError> {
    order.placement().ok_or(OrderError::NotFound)?;
    if wanted.lines.as_ref().is_some_and(Vec::is_empty) {
        return Err(Refusal::LinesOutOfRange.into());
    }
    let counts = Counts::of(&order.goods);
    let lines = wanted.lines.unwrap_or_else(|| all_that_is_left(order, &counts));
    let asked = by_line(order, lines.iter().map(|pieces| (pieces.line_id, pieces.quantity.get())))?;
    let ready = may_send(order);
    let left = |id: &LineId| order.line(*id).filter(|_| ready).map_or(0, |line| counts.left_to_send(order, line));
    let short = short(&asked, left);
    if !ready {
        return Err(Refusal::NotPaid { lines: short }.into());
    } else if !short.is_empty() || asked.is_empty() {
        return Err(Refusal::NotFulfillable { lines: short }.into());
    } else if order.goods.fulfilments.len() >= MAX_FULFILMENTS {
        return Err(Refusal::TooManyFulfilments.into());
    }
    let fulfilment = u32::try_from(order.goods.fulfilments.len()).unwrap_or(u32::MAX).saturating_add(1);
    let (carrier, tracking_url) = (wanted.carrier.map(String::from), wanted.tracking_url.map(String::from));
    let packed = Event::Packed { fulfilment, lines, carrier: carrier.clone(), tracking_url: tracking_url.clone() };
    let notify = wanted.notify;
    Ok(match wanted.status {
        FulfilmentStatus::Packed => vec![packed],
        FulfilmentStatus::Shipped => vec![packed, Event::Shipped { fulfilment, carrier, tracking_url, notify }],
    })
}

/// Money that was given back wins over what is packed: a parcel is undone in a
/// moment, a refund never. So a refund asks for no parcel, and a parcel that has
/// more in it than may still leave stays.
pub fn ship(order: &Order, number: u32, shipping: Shipping) -> Result<Vec<Event>, OrderError> {
    let parcel = parcel(order, number)?;
    match parcel.progress {
        Progress::Shipped { .. } => return Ok(Vec::new()),
        Progress::Undone => return Err(OrderError::NotFound),
        Progress::Packed => {}
    }
    let packed = by_line(order, parcel.lines.iter().map(|pieces| (pieces.line_id, pieces.quantity.get())))?;
    let counts = Counts::of(&order.goods);
    let given_up = short(&packed, |id| order.line(*id).map_or(0, |line| counts.left_to_leave(order, line)));
    if !given_up.is_empty() {
        return Err(Refusal::GivenUp { lines: given_up }.into());
    } else if !may_send(order) {
        return Err(Refusal::NotPaid { lines: short(&packed, |_| 0) }.into());
    }
    let carrier = shipping.carrier.map(String::from).or_else(|| parcel.carrier.clone());
    let tracking_url = shipping.tracking_url.map(String::from).or_else(|| parcel.tracking_url.clone());
    Ok(vec![Event::Shipped { fulfilment: number, carrier, tracking_url, notify: shipping.notify }])
}

pub fn undo(order: &Order, number: u32) -> Result<Vec<Event>, OrderError> {
    match parcel(order, number)?.progress {
        Progress::Packed => Ok(vec![Event::Undone { fulfilment: number }]),
        Progress::Undone => Ok(Vec::new()),
        Progress::Shipped { .. } => Err(Refusal::AlreadyShipped.into()),
    }
}

fn parcel(order: &Order, number: u32) -> Result<&Fulfilment, OrderError> {
    order.goods.fulfilments.iter().find(|parcel| parcel.number == number).ok_or(OrderError::NotFound)
}

fn all_that_is_left(order: &Order, counts: &Counts) -> Vec<Pieces> {
    let pieces = order.lines.iter().filter_map(|line| {
        let quantity = counts.left_to_send(order, line).try_into().ok()?;
        Some(Pieces { line_id: line.id, quantity })
    });
    pieces.collect()
}

/// What is wanted of each line, all of which are the order's.
pub fn by_line(
    order: &Order,
    wanted: impl ExactSizeIterator<Item = (LineId, u32)>,
) -> Result<SortedMap<LineId, u32>, Refusal> {
    if wanted.len() > MAX_LINES {
        return Err(Refusal::LinesOutOfRange);
    }
    let (mut sums, mut unknown) = (SortedMap::new(), Vec::new());
    for (index, (line, quantity)) in wanted.enumerate() {
        if order.line(line).is_none() {
            unknown.push(index);
        }
        let sum: &mut u32 = sums.get_or_default(line);
        *sum = sum.saturating_add(quantity);
    }
    if unknown.is_empty() { Ok(sums) } else { Err(Refusal::UnknownLines { at: unknown }) }
}

/// The lines of which more is asked than there is.
pub fn short(asked: &SortedMap<LineId, u32>, left: impl Fn(&LineId) -> u32) -> Vec<Left> {
    let lines = asked.iter().map(|(line, requested)| Left { line_id: *line, requested: *requested, left: left(line) });
    lines.filter(|line| line.requested > line.left).collect()
}
