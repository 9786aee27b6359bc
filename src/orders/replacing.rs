//! All lines of a cart at once, in place of those that are there.

use super::decision::{NewLine, add_lines};
use super::error::OrderError;
use super::event::Event;
use super::limits::MAX_QUANTITY;
use super::order::{Line, Order};
use crate::ids::VariantId;
use crate::money::Currency;
use crate::sorted::{SortedMap, SortedSet};

/// `replaced`: which of the lines that are there the new ones stand for.
/// Whatever is not wanted any more goes, what is wanted has the quantity that is
/// wanted, the rest is new.
pub fn lines(order: &Order, new: Vec<NewLine>, replaced: fn(&Line) -> bool) -> Result<Vec<Event>, OrderError> {
    let mut wanted: SortedMap<SoldAs, u32> = SortedMap::new();
    for (index, line) in new.iter().enumerate() {
        let out_of_range = OrderError::QuantityOutOfRange { line: Some(index) };
        let quantity = wanted.get_or_default(SoldAs::of_new(line, order.currency));
        *quantity = quantity.saturating_add(line.quantity);
        if !(1..=MAX_QUANTITY).contains(&line.quantity) || *quantity > MAX_QUANTITY {
            return Err(out_of_range);
        }
    }
    let mut events = Vec::new();
    for line in order.lines.iter().filter(|line| replaced(line)) {
        events.extend(match wanted.get(&SoldAs::of(line)) {
            None => Some(Event::LineRemoved { line: line.id }),
            Some(quantity) if *quantity == line.quantity => None,
            Some(quantity) => Some(Event::LineQuantityChanged { line: line.id, quantity: *quantity }),
        });
    }
    let kept = order.after(&events);
    let known: SortedSet<SoldAs> = kept.lines.iter().map(SoldAs::of).collect();
    let is_new = |line: &NewLine| !known.contains_key(&SoldAs::of_new(line, order.currency));
    events.extend(add_lines(&kept, new.into_iter().enumerate().filter(|(_, line)| is_new(line)))?);
    Ok(events)
}

/// What makes one line of two: the variant, and the price where staff have set it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct SoldAs(VariantId, Option<i64>);

impl SoldAs {
    fn of(line: &Line) -> Self {
        Self(line.variant_id, line.overridden.then_some(line.unit_price.amount))
    }

    fn of_new(line: &NewLine, currency: Currency) -> Self {
        let price = line.prices.iter().find(|price| price.currency == currency).map(|price| price.amount);
        Self(line.variant_id, price.filter(|_| line.overridden))
    }
}
