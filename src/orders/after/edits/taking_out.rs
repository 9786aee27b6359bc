//! Pieces that are taken out of an order.

use super::bodies::LeftLine;
use super::error::Refusal;
use crate::orders::after::goods::counts::{Counts, is_sent};
use crate::orders::after::goods::error::Left;
use crate::orders::after::money::decision::is_issued_card;
use crate::orders::after::money::{self, Pieces, left};
use crate::orders::error::OrderError;
use crate::orders::order::{Line, Order};
use crate::problem::FieldError;

/// The pieces, and what they come to. `is_replaced`: something is added in the same step.
pub fn of(order: &Order, lines: &[LeftLine], is_replaced: bool) -> Result<Vec<Pieces>, OrderError> {
    let counts = Counts::of(&order.goods);
    let (mut errors, mut short, mut pieces) = (Vec::new(), Vec::new(), Vec::new());
    for (place, wanted) in lines.iter().enumerate() {
        let Some(line) = order.line(wanted.line_id) else {
            errors.push(FieldError::new(format!("/lines/{place}/line_id"), "the order has no such line"));
            continue;
        };
        let has = line.quantity.saturating_sub(left::refunded_pieces(order, line.id));
        let Some(less) = has.checked_sub(wanted.quantity) else {
            let wrong = format!("the line has {has} pieces, and gets no more");
            errors.push(FieldError::new(format!("/lines/{place}/quantity"), wrong));
            continue;
        };
        let free = removable(order, line, &counts);
        if less > free.in_all() {
            short.push(Left { line_id: line.id, requested: less, left: free.in_all() });
        } else if less > 0 {
            pieces.extend(free.take(order, line, less));
        }
    }
    if !errors.is_empty() {
        return Err(Refusal::Unfit { errors }.into());
    } else if pieces.iter().any(|pieces| is_issued_card(order, pieces)) {
        return Err(money::error::Refusal::GiftCardsIssued.into());
    } else if !short.is_empty() {
        return Err(Refusal::NotRemovable { lines: short }.into());
    } else if !is_replaced && !leaves_something(order, &pieces) {
        let errors = vec![FieldError::new("/lines", "nothing would be left of the order: cancel it instead")];
        return Err(Refusal::Unfit { errors }.into());
    }
    Ok(pieces)
}

/// Of a line: pieces that can be taken out.
struct Removable {
    /// That have come back, and whose money has not gone back.
    back: u32,
    /// That were never packed.
    here: u32,
}

fn removable(order: &Order, line: &Line, counts: &Counts) -> Removable {
    if !is_sent(line) {
        return Removable { back: 0, here: line.quantity.saturating_sub(left::refunded_pieces(order, line.id)) };
    }
    Removable { back: counts.left_of_returned(order, line), here: counts.left_to_send(order, line) }
}

impl Removable {
    fn in_all(&self) -> u32 {
        self.back.saturating_add(self.here)
    }

    /// What has come back went into stock with its return, or did not. The others never leave
    /// any more, whether or not a stock counts them.
    fn take(&self, order: &Order, line: &Line, less: u32) -> impl Iterator<Item = Pieces> + use<> {
        let back = less.min(self.back);
        let worth = |quantity| left::pieces_worth(order, line, quantity).unwrap_or_default();
        let (of_back, of_all) = (worth(back), worth(less));
        let part = |quantity, restock, amount| Pieces { line: line.id, quantity, restock, amount };
        let parts = [part(back, false, of_back), part(less - back, is_sent(line), of_all - of_back)];
        parts.into_iter().filter(|pieces| pieces.quantity > 0)
    }
}

/// An order of nothing is a cancelled one.
fn leaves_something(order: &Order, taken: &[Pieces]) -> bool {
    order.lines.iter().any(|line| {
        let less = taken.iter().filter(|pieces| pieces.line == line.id).map(|pieces| pieces.quantity).sum();
        line.quantity.saturating_sub(left::refunded_pieces(order, line.id)) > less
    })
}
