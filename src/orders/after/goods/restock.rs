//! Pieces that came back and go into stock again: owed to the pools until they
//! have answered. Each line of each return has a reference of its own, which a
//! pool counts once.

use super::Step;
use crate::orders::after::money::Fate;
use crate::orders::order::{LineId, Order};
use crate::pools::Claim;
use crate::sorted::SortedMap;

/// What one return puts back.
#[derive(Debug, Clone, PartialEq)]
pub struct Restock {
    /// Which return.
    pub number: u32,
    /// By reference.
    pub pieces: Vec<(String, Claim)>,
}

/// The first return whose pieces are not known to be back.
pub fn owed(order: &Order) -> Option<Restock> {
    order.goods.returns.iter().find_map(|known| {
        let Step::Received { lines, restocked: Fate::Owed } = &known.step else { return None };
        let mut sums: SortedMap<LineId, i64> = SortedMap::new();
        for arrived in lines.iter().filter(|arrived| arrived.goes_back()) {
            *sums.get_or_default(arrived.line_id) += i64::from(arrived.quantity);
        }
        let mut pieces = Vec::new();
        for (line, quantity) in sums {
            let reference = format!("{}/return-{}/{line}", order.id, known.number);
            let taken = order.line(line).into_iter().flat_map(|line| line.takes(quantity));
            pieces.extend(taken.map(|(variant, units)| (reference.clone(), Claim::stock(variant, units))));
        }
        Some(Restock { number: known.number, pieces })
    })
}

/// Whether this return's pieces are still to go back into stock.
pub fn is_owed(order: &Order, number: u32) -> bool {
    let owes = |step: &Step| matches!(step, Step::Received { restocked: Fate::Owed, .. });
    order.goods.returns.iter().any(|known| known.number == number && owes(&known.step))
}

/// How many pieces of a line came back into a stock that had no room for all of
/// their return.
pub fn refused(order: &Order, line: LineId) -> u32 {
    let returns = order.goods.returns.iter().filter_map(|known| match &known.step {
        Step::Received { lines, restocked: Fate::Refused } => Some(lines),
        _ => None,
    });
    let pieces = returns.flatten().filter(|arrived| arrived.line_id == line && arrived.goes_back());
    pieces.map(|arrived| arrived.quantity).sum()
}
