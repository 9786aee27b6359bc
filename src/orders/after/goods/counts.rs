//! How many pieces of each line are where.

use super::{Goods, Progress, Step};
use crate::orders::after::money::left;
use crate::orders::decision::waits_for_money;
use crate::orders::order::{Line, LineId, Order, Stage};
use crate::payments::AttemptStatus;
use crate::ports::Timestamp;
use crate::pricing::Delivery;
use crate::sorted::SortedMap;

/// How long after it was shipped a buyer may ask to send something back, in
/// milliseconds: 30 days, as most shops give (Directive 2011/83/EU, article 9,
/// demands 14). Staff may take something back at any time.
pub const RETURN_MILLIS: i64 = 30 * 24 * 3_600_000;

/// The pieces of one line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// In parcels that are not shipped yet.
    pub packed: u32,
    pub shipped: u32,
    /// Asked to come back, and still to come or to be decided.
    pub returning: u32,
    /// That have come back.
    pub returned: u32,
}

impl Count {
    /// That are in no parcel, of so many that were ordered.
    pub fn never_sent(self, ordered: u32) -> u32 {
        ordered.saturating_sub(self.packed.saturating_add(self.shipped))
    }

    /// That are with the buyer, and are not about to come back.
    pub fn left_to_return(self) -> u32 {
        self.shipped.saturating_sub(self.returning.saturating_add(self.returned))
    }
}

/// The pieces of all lines; a line that nothing has happened to is not there.
pub struct Counts(SortedMap<LineId, Count>);

impl Counts {
    pub fn of(goods: &Goods) -> Self {
        let mut counts: SortedMap<LineId, Count> = SortedMap::new();
        for parcel in &goods.fulfilments {
            for pieces in &parcel.lines {
                let count = counts.get_or_default(pieces.line_id);
                match parcel.progress {
                    Progress::Packed => add(&mut count.packed, pieces.quantity.get()),
                    Progress::Shipped { .. } => add(&mut count.shipped, pieces.quantity.get()),
                    Progress::Undone => {}
                }
            }
        }
        for known in &goods.returns {
            for asked in known.lines.iter().filter(|_| known.is_open()) {
                add(&mut counts.get_or_default(asked.line_id).returning, asked.quantity.get());
            }
            if let Step::Received { lines, .. } = &known.step {
                for arrived in lines {
                    add(&mut counts.get_or_default(arrived.line_id).returned, arrived.quantity);
                }
            }
        }
        Self(counts)
    }

    pub fn line(&self, line: LineId) -> Count {
        self.0.get(&line).copied().unwrap_or_default()
    }

    /// Pieces of a line that still go into a parcel.
    pub fn left_to_send(&self, order: &Order, line: &Line) -> u32 {
        self.left_to_leave(order, line).saturating_sub(self.line(line.id).packed)
    }

    /// Pieces of a line that may still leave, packed or not: none of what is not
    /// sent, nor of what was given up for its money. Pieces that were given up and
    /// have not come back are taken for those that never left, were they packed.
    pub fn left_to_leave(&self, order: &Order, line: &Line) -> u32 {
        if !is_sent(line) {
            return 0;
        }
        let count = self.line(line.id);
        let given_up = left::refunded_pieces(order, line.id).saturating_sub(count.returned);
        let unsent = left::unsent_pieces(order, line.id);
        line.quantity.saturating_sub(given_up.max(unsent)).saturating_sub(count.shipped)
    }

    /// Pieces of a line that are back from their buyer, and whose money is not. Of what was
    /// given up, that which never left is none of them.
    pub fn left_of_returned(&self, order: &Order, line: &Line) -> u32 {
        let had_left = left::refunded_pieces(order, line.id).saturating_sub(left::unsent_pieces(order, line.id));
        self.line(line.id).returned.saturating_sub(had_left)
    }
}

fn add(sum: &mut u32, more: u32) {
    *sum = sum.saturating_add(more);
}

/// Whether the line goes into parcels at all.
pub fn is_sent(line: &Line) -> bool {
    line.delivery == Delivery::Shipped
}

/// Whether goods may leave: they are the order's, and its money is there, set
/// aside, or to come later by agreement. Not where all of it has gone back.
pub fn may_send(order: &Order) -> bool {
    let Stage::Confirmed { attempt, committed: true, .. } = &order.stage else { return false };
    match attempt.status {
        AttemptStatus::Paid => !left::all_gone_back(order),
        AttemptStatus::Authorized => true,
        AttemptStatus::Owed => !waits_for_money(attempt),
        _ => false,
    }
}

/// Whether what is not sent has reached its buyer: once it is paid.
pub fn is_paid(order: &Order) -> bool {
    let Stage::Confirmed { attempt, committed: true, .. } = &order.stage else { return false };
    attempt.status == AttemptStatus::Paid
}

/// Whether something was sent, and nothing is left to be.
pub fn all_sent(order: &Order) -> bool {
    let counts = Counts::of(&order.goods);
    let is_done = |line: &Line| counts.line(line.id).packed == 0 && counts.left_to_send(order, line) == 0;
    order.lines.iter().any(|line| counts.line(line.id).shipped > 0) && order.lines.iter().all(is_done)
}

/// Until when something that was shipped then may be asked to come back.
pub fn returnable_until(shipped_at: Timestamp) -> Timestamp {
    shipped_at.plus_millis(RETURN_MILLIS)
}
