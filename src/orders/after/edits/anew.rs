//! An order that goes where another tax applies. What is left of it is given up, as
//! it was taxed, and sold anew: the same pieces, at the prices that were agreed, as
//! the pricing engine taxes them there. So an invoice stays true, and has a credit
//! note; and the difference is paid, or goes back, as with any other edit. The pieces
//! themselves stay where they are.

use super::Anew;
use crate::orders::after::money::{Pieces, left};
use crate::orders::facts::Fact;
use crate::orders::order::{Line, LineId, Order};
use crate::pricing::quote::{QuotedLine, QuotedShipping};
use crate::pricing::{Agreed, Agreement, Delivery, spread};

/// What is left of an order, to be sold anew.
pub struct Left<'a> {
    pub given_up: Vec<Pieces>,
    pub lines: Vec<Line>,
    pub agreement: Agreement<'a>,
    pub anew: Anew,
}

/// `taken`: what is taken out in the same step. `facts`: what else changes; another way
/// of shipping has a price of its own. On gift cards no tax falls anywhere.
pub fn of<'a>(order: &'a Order, taken: &[Pieces], facts: &[Fact]) -> Option<Left<'a>> {
    let left = left(order, taken, facts, |line| line.delivery != Delivery::GiftCard)?;
    (!left.lines.is_empty()).then_some(left)
}

/// With gift cards, too. `is_more_sent`: something that is added in the same step is
/// shipped. The agreed way is that of all of it, and none where nothing is shipped.
pub fn of_all<'a>(order: &'a Order, taken: &[Pieces], facts: &[Fact], is_more_sent: bool) -> Option<Left<'a>> {
    let mut left = left(order, taken, facts, |_| true)?;
    if !is_more_sent && !left.lines.iter().any(|line| line.delivery == Delivery::Shipped) {
        left.agreement.shipping = None;
    }
    (!left.lines.is_empty() || left.agreement.shipping.is_some()).then_some(left)
}

fn left<'a>(order: &'a Order, taken: &[Pieces], facts: &[Fact], counts: fn(&Line) -> bool) -> Option<Left<'a>> {
    let quote = &order.placement()?.quote;
    let shipping = quote.shipping.as_ref().filter(|_| order.needs_shipping());
    let (shipping, shipping_tax) = shipping.map(|way| way_left(order, way)).unzip();
    let is_sent_another_way = facts.iter().any(|fact| matches!(fact, Fact::ShippingOption(_)));
    let shipping = shipping.filter(|_| !is_sent_another_way);
    let agreement = Agreement { lines: Vec::new(), shipping, reverse_charge: quote.reverse_charge };
    let anew = Anew { lines: 0, tax_before: shipping_tax.unwrap_or_default() };
    let mut all = Left { given_up: Vec::new(), lines: Vec::new(), agreement, anew };
    for (line, quoted) in order.lines.iter().zip(&quote.lines).filter(|(line, _)| counts(line)) {
        all.add(order, line, quoted, taken);
    }
    Some(all)
}

impl<'a> Left<'a> {
    fn add(&mut self, order: &Order, line: &Line, quoted: &'a QuotedLine, taken: &[Pieces]) {
        let taken = || taken.iter().filter(|pieces| pieces.line == line.id);
        let out = taken().map(|pieces| pieces.quantity).fold(0, u32::saturating_add);
        let gone = left::refunded_pieces(order, line.id).saturating_add(out);
        let quantity = line.quantity.saturating_sub(gone);
        if quantity == 0 {
            return;
        }
        let of_rest = |all| spread::pieces(all, line.quantity, gone, quantity).unwrap_or_default();
        let of_all = left::pieces_worth(order, line, quantity.saturating_add(out)).unwrap_or_default();
        let amount = of_all.saturating_sub(taken().map(|pieces| pieces.amount).sum());
        self.given_up.push(Pieces { line: line.id, quantity, restock: false, amount });
        self.agreement.lines.push(Agreed { quoted, left: of_rest(quoted.total) });
        self.anew.lines += 1;
        self.anew.tax_before = self.anew.tax_before.saturating_add(of_rest(quoted.tax.amount));
        let id = LineId(order.lines_made.saturating_add(self.anew.lines));
        self.lines.push(Line { id, ..line.part(quantity) });
    }
}

/// What was not given back of a way of shipping, without tax on top, and its tax.
fn way_left(order: &Order, way: &QuotedShipping) -> (QuotedShipping, i64) {
    let (left, full) = (left::of_shipping(order), left::of_way(order, way));
    if left == full {
        return (way.clone(), way.tax.amount);
    }
    let part = |amount| spread::share(amount, left, full);
    (QuotedShipping { price: part(way.to_pay()), discounts: Vec::new(), ..way.clone() }, part(way.tax.amount))
}
