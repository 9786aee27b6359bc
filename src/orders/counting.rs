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
use crate::sorted::SortedMap;

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

/// Says of a cart's lines how many of their pieces have yet to come.
pub fn tell(lines: &[Line], views: &mut [LineView], later: &[Later]) {
    let pieces = of_each(&lines.iter().collect::<Vec<_>>(), later);
    for (view, pieces) in views.iter_mut().zip(pieces) {
        view.backordered = Some(pieces).filter(|pieces| *pieces > 0);
    }
}

/// Says so of an order's lines, as it was placed: of what was added to it since, nothing is
/// known. What is sold anew is what was there before.
pub fn tell_placed(order: &Order, views: &mut [LineView]) {
    if order.later.is_empty() {
        return;
    }
    let added = || order.edits.done.iter().filter_map(|edit| edit.plan.added.as_ref()).flat_map(|added| &added.lines);
    let is_placed = |line: &&Line| !added().any(|known| known.id == line.id);
    let placed: Vec<&Line> = order.lines.iter().filter(is_placed).collect();
    let ids = placed.iter().map(|line| line.id);
    let mut pieces: SortedMap<LineId, u32> = ids.zip(of_each(&placed, &order.later)).collect();
    for (before, line) in order.edits.done.iter().flat_map(|edit| edit.plan.sold_anew()) {
        let left = pieces.get_or_default(before.line);
        let of_line = line.quantity.min(*left);
        *left -= of_line;
        pieces.insert(line.id, of_line);
    }
    for view in views {
        view.backordered = pieces.get(&view.id).copied().filter(|pieces| *pieces > 0);
    }
}

/// How many pieces of each of these lines have yet to come: of several that take of one stock,
/// the last. A piece of a bundle has, where one of its parts has.
fn of_each(lines: &[&Line], later: &[Later]) -> Vec<u32> {
    let mut counts = vec![0; lines.len()];
    for (variant, units) in later {
        let mut rest = *units;
        for (line, count) in lines.iter().zip(&mut counts).rev() {
            let Some((_, each)) = line.takes(1).find(|(of, _)| of == variant) else { continue };
            let of_line = rest.min(each.saturating_mul(line.quantity.into()));
            rest -= of_line;
            let pieces = of_line.saturating_add(each).saturating_sub(1).checked_div(each).unwrap_or(0);
            *count = u32::try_from(pieces).unwrap_or(u32::MAX).max(*count);
        }
    }
    counts
}

#[cfg(test)]
#[path = "counting_tests.rs"]
mod tests;
