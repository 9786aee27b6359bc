//! A credit note: how an amount that is given back is divided between what it
//! was invoiced for.

use super::document::{Corrected, Document, TaxTotal};
use super::number::{Kind, Number};
use super::series::Given;
use crate::money::Money;
use crate::pricing::spread::{share, spread};

/// The credit note that `given` is the number of. `earlier`: what the invoice's
/// credit notes before it come to, in their order. All of an invoice's credit
/// notes sum to it, rate by rate, once nothing is left.
pub fn note(invoice: &Document, earlier: &[i64], given: &Given) -> Document {
    let mut left = invoice.taxes.clone();
    for amount in earlier {
        take(&mut left, *amount);
    }
    let taxes = take(&mut left, given.amount);
    let money = |amount| Money { amount, currency: invoice.total.currency };
    let tax: i64 = taxes.iter().map(TaxTotal::tax).sum();
    // Line by line only where all lines are taken back as they were.
    let whole = earlier.is_empty() && given.amount == invoice.total.amount;
    Document {
        number: Number { kind: Kind::CreditNote, place: given.place },
        kind: Kind::CreditNote,
        issued_at: given.at,
        corrects: Some(Corrected { number: invoice.number, issued_at: invoice.issued_at }),
        lines: if whole { invoice.lines.clone() } else { Vec::new() },
        shipping: invoice.shipping.clone().filter(|_| whole),
        taxes,
        net: money(given.amount - tax),
        tax: money(tax),
        total: money(given.amount),
        gift_cards: money(0),
        how_to_pay: None,
        ..invoice.clone()
    }
}

/// Takes an amount, with tax, out of what is left: in proportion to what each
/// rate is left with, by largest remainder, and in it the tax in proportion,
/// half up. Whoever takes all that is left gets exactly that.
fn take(left: &mut [TaxTotal], amount: i64) -> Vec<TaxTotal> {
    let weights: Vec<i64> = left.iter().map(TaxTotal::gross).collect();
    let parts = spread(amount, &weights);
    left.iter_mut().zip(parts).map(|(total, part)| take_of(total, part)).filter(|taken| taken.gross() != 0).collect()
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

#[cfg(test)]
#[path = "credit_tests.rs"]
mod tests;
