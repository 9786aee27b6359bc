//! A credit note: how an amount that is given back is divided between what it
//! was invoiced for. Pieces that it is for are taken back at their own rates; an
//! amount for nothing in particular in proportion to what each rate is left with.

use super::document::{Corrected, Document, DocumentLine, TaxTotal};
use super::number::{Kind, Number};
use super::series::Given;
use crate::money::Money;
use crate::orders::papers::{GivenBack, Way};
use crate::pricing::spread::{share, spread};

/// A line of the invoice, or its shipping, of which a note takes something back.
struct Named<'a> {
    of: &'a DocumentLine,
    quantity: u32,
    /// With tax.
    amount: i64,
}

/// All credit notes of an invoice, by the numbers that were given for them, each
/// with what staff gave back, if they did. They sum to the invoice, rate by rate,
/// once nothing is left. `sold_by`: the edit that the invoice is of.
pub fn notes<'a>(
    invoice: &Document,
    sold_by: Option<u32>,
    given: impl Iterator<Item = (&'a Given, Option<&'a GivenBack>)>,
) -> Vec<Document> {
    let mut left = invoice.taxes.clone();
    let notes = given.enumerate().map(|(place, (given, back))| {
        let named = named((invoice, sold_by), given.amount, back);
        let taken = take(&mut left, given.amount, &named);
        // What goes two ways is told twice, and of an amount beyond what
        // its pieces come to some is for nothing: then no line is named.
        let in_one = back.and_then(|back| back.giving.as_ref()).is_some_and(|giving| giving.worth() == given.amount);
        let is_named = in_one && taken.iter().all(|total| own(total, &named) == total.gross());
        let lines = if is_named { lines(invoice, &named, &taken) } else { Vec::new() };
        if place == 0 && given.amount == invoice.total.amount {
            return note(invoice, given, taken, (invoice.lines.clone(), invoice.shipping.clone()));
        }
        let (lines, mut shipping): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.line_id.is_some());
        note(invoice, given, taken, (lines, shipping.pop()))
    });
    notes.collect()
}

fn note(
    invoice: &Document,
    given: &Given,
    taken: Vec<TaxTotal>,
    (lines, shipping): (Vec<DocumentLine>, Option<DocumentLine>),
) -> Document {
    let taxes: Vec<_> = taken.into_iter().filter(|taken| taken.gross() != 0).collect();
    let money = |amount| Money { amount, currency: invoice.total.currency };
    let tax: i64 = taxes.iter().map(TaxTotal::tax).sum();
    Document {
        number: Number { kind: Kind::CreditNote, place: given.place },
        kind: Kind::CreditNote,
        issued_at: given.at,
        corrects: Some(Corrected { number: invoice.number, issued_at: invoice.issued_at }),
        lines,
        shipping,
        taxes,
        net: money(given.amount - tax),
        tax: money(tax),
        total: money(given.amount),
        gift_cards: money(0),
        how_to_pay: None,
        ..invoice.clone()
    }
}

/// What of an amount is for which line. Staff may give back less than pieces come
/// to, or two ways: then it is shared out between the same lines.
fn named<'a>((invoice, sold_by): (&'a Document, Option<u32>), amount: i64, back: Option<&GivenBack>) -> Vec<Named<'a>> {
    let Some((back, giving)) = back.and_then(|back| Some((back, back.giving.as_ref()?))) else { return Vec::new() };
    let line = |id| invoice.lines.iter().find(|line| line.line_id == Some(id));
    let pieces = giving
        .pieces
        .iter()
        .filter_map(|pieces| Some(Named { of: line(pieces.line)?, quantity: pieces.quantity, amount: pieces.amount }));
    let shipping = invoice.shipping.iter().map(|of| Named { of, quantity: 1, amount: back.shipping(sold_by) });
    let mut named: Vec<Named> = pieces.chain(shipping).filter(|named| named.amount > 0).collect();
    let without =
        |all: &[i64], part: &[i64]| -> Vec<i64> { all.iter().zip(part).map(|(all, part)| all - part).collect() };
    let in_all = shared(giving.worth(), &amounts(&named));
    let set_off = shared(giving.set_off, &in_all);
    let back_again = without(&in_all, &set_off);
    let to_payment = shared(giving.to_payment, &back_again);
    let of_it = match back.way {
        Way::SetOff => set_off,
        Way::Payment => to_payment,
        Way::GiftCards => without(&back_again, &to_payment),
    };
    let parts = shared(amount, &of_it);
    named.iter_mut().zip(parts).for_each(|(named, part)| named.amount = part);
    named
}

fn amounts(named: &[Named]) -> Vec<i64> {
    named.iter().map(|named| named.amount).collect()
}

/// An amount shared out by weights, none of which gets more than it is.
fn shared(amount: i64, weights: &[i64]) -> Vec<i64> {
    spread(amount.min(weights.iter().sum()), weights)
}

/// Takes an amount, with tax, out of what is left of each rate: what is named at
/// its own rates as far as there is any left of them, the rest in proportion to
/// what each is left with, by largest remainder; and in it the tax in proportion,
/// half up. Whoever takes all that is left gets exactly that.
fn take(left: &mut [TaxTotal], amount: i64, named: &[Named]) -> Vec<TaxTotal> {
    let own: Vec<i64> = left.iter().map(|total| own(total, named).min(total.gross())).collect();
    let weights: Vec<i64> = left.iter().zip(&own).map(|(total, own)| total.gross() - own).collect();
    let rest = spread(amount - own.iter().sum::<i64>(), &weights);
    left.iter_mut().zip(own.iter().zip(rest)).map(|(total, (own, rest))| take_of(total, own + rest)).collect()
}

/// What of it is named at these rates.
fn own(total: &TaxTotal, named: &[Named]) -> i64 {
    named.iter().filter(|named| total.is_of(&named.of.rates)).map(|named| named.amount).sum()
}

fn take_of(left: &mut TaxTotal, part: i64) -> TaxTotal {
    let tax = share(left.tax(), part, left.gross());
    let weights: Vec<i64> = left.rates.iter().map(|rate| rate.amount.amount).collect();
    let mut taken = left.clone();
    for ((rate, left), amount) in taken.rates.iter_mut().zip(&mut left.rates).zip(spread(tax, &weights)) {
        rate.amount.amount = amount;
        left.amount.amount -= amount;
    }
    taken.net.amount = part - tax;
    left.net.amount -= part - tax;
    taken
}

/// The lines of a note that is for nothing else: what it takes of each rate is
/// shared out between them, so that they sum to it. What of a piece is not given
/// back stands as a discount.
fn lines(invoice: &Document, named: &[Named], taken: &[TaxTotal]) -> Vec<DocumentLine> {
    let mut lines = Vec::new();
    for total in taken {
        let of_it: Vec<&Named> = named.iter().filter(|named| total.is_of(&named.of.rates)).collect();
        let weights: Vec<i64> = of_it.iter().map(|named| named.amount).collect();
        let mut made: Vec<DocumentLine> = of_it.iter().map(|named| line(named)).collect();
        for (place, rate) in total.rates.iter().enumerate() {
            for (line, part) in made.iter_mut().zip(spread(rate.amount.amount, &weights)) {
                line.net.amount -= part;
                line.rates.get_mut(place).into_iter().for_each(|rate| rate.amount.amount = part);
            }
        }
        lines.append(&mut made);
    }
    for line in &mut lines {
        let worth = line.unit_price.amount.saturating_mul(i64::from(line.quantity));
        line.total.amount = if invoice.prices_include_tax { line.total.amount } else { line.net.amount };
        line.discount.amount = worth.saturating_sub(line.total.amount);
    }
    lines
}

/// With all of its amount as net yet.
fn line(named: &Named) -> DocumentLine {
    let amount = Money { amount: named.amount, ..named.of.total };
    DocumentLine { quantity: named.quantity, net: amount, total: amount, ..named.of.clone() }
}

#[cfg(test)]
#[path = "credit_tests.rs"]
mod tests;
