//! Which pieces of an order are counted, and how far below zero their stocks may go for it:
//! as staff had said of each variant when the order was placed. So it gives back what it
//! took and no more, whatever staff say meanwhile. Pure.

use serde::{Deserialize, Serialize};

use super::event::Event as OrderEvent;
use super::line_view::LineView;
use super::order::{Line, LineId, Order};
pub use crate::catalog::product::StockRule as Rule;
use crate::ids::VariantId;
use crate::shelf::snapshot::Snapshot;

/// Pieces of a variant that had yet to come as they were held.
pub type Later = (VariantId, i64);

/// What becomes known of how an order's pieces are counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Staff had said something else of the stocks that a line takes from.
    Ruled { line: LineId, rules: Vec<Rule> },
    /// Some of what is held has yet to come.
    Backordered { later: Vec<Later> },
}

/// What staff say of what a line of this variant takes: of a bundle, of its parts.
pub fn rules(shelf: &Snapshot, variant: VariantId) -> Vec<Rule> {
    shelf.variant(variant).map_or_else(Vec::new, |(_, variant)| variant.stock_rules())
}

/// Brings a cart's lines to what the shelf says of their stocks.
pub fn recounted(order: &Order, shelf: &Snapshot) -> Vec<OrderEvent> {
    let known = order.lines.iter().filter(|line| shelf.variant(line.variant_id).is_some());
    let anew = known.map(|line| (line, rules(shelf, line.variant_id))).filter(|(line, rules)| line.rules != *rules);
    anew.map(|(line, rules)| OrderEvent::Counting(Event::Ruled { line: line.id, rules })).collect()
}

impl Order {
    pub(super) fn count(&mut self, event: &Event) {
        match event {
            Event::Ruled { line, rules } => {
                let ruled = self.lines.iter_mut().filter(|known| known.id == *line);
                ruled.for_each(|known| known.rules.clone_from(rules));
            }
            Event::Backordered { later } => self.later.clone_from(later),
        }
    }
}

impl Line {
    pub fn rule(&self, variant: VariantId) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.variant_id == variant)
    }
}

/// How many of these pieces have yet to come, where what nobody holds is this much once they
/// are held: whoever was there before has what is there.
pub fn yet_to_come(pieces: i64, left: i64) -> i64 {
    left.saturating_neg().clamp(0, pieces)
}

/// Says of lines how many of their pieces have yet to come: of several that take of one stock,
/// the last. A piece of a bundle has, where one of its parts has.
pub fn tell(lines: &mut [LineView], later: &[Later]) {
    for (variant, units) in later {
        let mut rest = *units;
        for line in lines.iter_mut().rev() {
            let each = match line.parts.iter().find(|part| part.variant_id == *variant) {
                Some(part) => i64::from(part.quantity),
                None if line.parts.is_empty() && line.variant_id == *variant => 1,
                None => continue,
            };
            let of_line = rest.min(each.saturating_mul(line.quantity.into()));
            rest -= of_line;
            let pieces = u32::try_from(of_line.saturating_add(each).saturating_sub(1).checked_div(each).unwrap_or(0))
                .unwrap_or(u32::MAX)
                .max(line.backordered.unwrap_or(0));
            line.backordered = Some(pieces).filter(|pieces| *pieces > 0);
        }
    }
}

#[cfg(test)]
#[path = "counting_tests.rs"]
mod tests;
