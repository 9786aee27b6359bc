//! Which document an order owes next, derived from how it stands and from what
//! is filed.
//!
//! Each sale has an invoice: what was placed, and what each edit added. What was
//! given back is credited to those of the pieces and the shipping that it is for, else
//! to the oldest of which something is left; what is more than that, to the next.

use super::document::Document;
use super::number::Kind;
use super::series::{scope, unscoped};
use crate::orders::after::money::Pieces;
use crate::orders::papers::{GivenBack, Papers, Sale, Way};
use crate::orders::view::Status;
use crate::pricing::spread::share;

/// Why there is a document: with the kind, its name among the order's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    Sale,
    /// An edit has added something.
    Edit(u32),
    /// Money was given back the way that it was paid.
    Refund(u32),
    /// Money was given back to gift cards.
    GiftCards(u32),
    /// What was taken out has paid for what an edit added.
    SetOff(u32),
    /// The order will not be.
    Cancellation,
}

impl Cause {
    fn of(back: &GivenBack) -> Self {
        match back.way {
            Way::Payment => Self::Refund(back.number),
            Way::GiftCards => Self::GiftCards(back.number),
            Way::SetOff => Self::SetOff(back.number),
        }
    }

    /// Whether a credit note was issued for what was given back.
    pub fn is_of(filed: &str, back: &GivenBack) -> bool {
        unscoped(filed) == Self::of(back).to_string()
    }
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sale => f.write_str("sale"),
            Self::Edit(number) => write!(f, "edit/{number}"),
            Self::Refund(number) => write!(f, "refund/{number}"),
            Self::GiftCards(number) => write!(f, "gift_cards/{number}"),
            Self::SetOff(number) => write!(f, "set_off/{number}"),
            Self::Cancellation => f.write_str("cancellation"),
        }
    }
}

/// A document, and why there is one.
#[derive(Debug, Clone, PartialEq)]
pub struct Filed {
    pub cause: String,
    pub document: Document,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Owed<'a> {
    /// `sale`: which of the order's. `sure`: it stands. Else only if it has a number
    /// already: the order was cancelled before its invoice was written down.
    Invoice { sale: usize, cause: Cause, sure: bool },
    /// `sold_by`: the edit that the invoice is of. `cause`: within its invoice, see [`scope`].
    Credit { invoice: &'a Document, sold_by: Option<u32>, cause: String, amount: i64 },
}

/// The next document that is to be issued. Refunds of an order that will not be
/// are told by the credit notes of its cancellation, as those are for all of it. Where
/// staff have kept its money, they are for what was never paid; of what was, each part
/// is credited when it goes back.
pub fn next<'a>(papers: &Papers, filed: &'a [Filed]) -> Option<Owed<'a>> {
    let order = &papers.order;
    papers.secured_at?;
    let cancelled = order.status == Status::Cancelled;
    let mut invoices = Vec::new();
    for (place, sale) in papers.sales.iter().enumerate() {
        let cause = cause_of(sale);
        let Some(invoice) = find(filed, Kind::Invoice, &cause.to_string()) else {
            // What an edit has added was sold for certain, whatever came then.
            let sure = sale.edit.is_some() || order.status.is_invoiced();
            return (sure || cancelled).then_some(Owed::Invoice { sale: place, cause, sure });
        };
        invoices.push(Invoice { of: sale, document: invoice, left: left(filed, sale, invoice) });
    }
    if cancelled && papers.kept.is_none() {
        let mut open = invoices.iter().filter(|invoice| invoice.left > 0);
        return open.next().map(|invoice| invoice.credit(Cause::Cancellation, invoice.document.total.amount));
    }
    let invoiced: i64 = invoices.iter().map(|invoice| invoice.document.total.amount).sum();
    let never_paid = papers.kept.map(|paid| (Cause::Cancellation, invoiced.saturating_sub(paid.amount), None));
    let done = papers.refunds.iter().filter(|back| back.done);
    let mut refunds = done.map(|back| (Cause::of(back), back.amount.amount, Some(back))).chain(never_paid);
    refunds.find_map(|(cause, amount, back)| credit(&invoices, filed, cause, amount, back))
}

/// An invoice that was issued.
struct Invoice<'a, 'b> {
    of: &'b Sale,
    document: &'a Document,
    /// What of it is not credited.
    left: i64,
}

impl<'a> Invoice<'a, '_> {
    fn scoped(&self, cause: Cause) -> String {
        match self.of.edit {
            None => cause.to_string(),
            Some(edit) => format!("{}:{cause}", Cause::Edit(edit)),
        }
    }

    fn credit(&self, cause: Cause, amount: i64) -> Owed<'a> {
        let (invoice, sold_by, cause) = (self.document, self.of.edit, self.scoped(cause));
        Owed::Credit { invoice, sold_by, cause, amount }
    }

    /// What the pieces and the shipping of it come to that something is given back for.
    fn worth(&self, back: Option<&GivenBack>) -> i64 {
        let is_of_it = |pieces: &&Pieces| self.document.lines.iter().any(|line| line.line_id == Some(pieces.line));
        let giving = back.and_then(|back| back.giving.as_ref());
        let pieces = giving.into_iter().flat_map(|giving| &giving.pieces).filter(is_of_it);
        let shipping = back.map_or(0, |back| back.shipping(self.of.edit));
        pieces.map(|pieces| pieces.amount).fold(shipping, i64::saturating_add)
    }
}

/// The credit note for what of an amount is not credited yet.
fn credit<'a>(
    invoices: &[Invoice<'a, '_>],
    filed: &[Filed],
    cause: Cause,
    amount: i64,
    back: Option<&GivenBack>,
) -> Option<Owed<'a>> {
    let rest = amount.saturating_sub(credited(filed, cause));
    let is_filed = |invoice: &Invoice| find(filed, Kind::CreditNote, &invoice.scoped(cause)).is_some();
    let open = || invoices.iter().filter(|invoice| rest > 0 && invoice.left > 0 && !is_filed(invoice));
    let mut named = open().filter(|invoice| invoice.worth(back) > 0);
    let invoice = named.next().or_else(|| open().next())?;
    let most = match named.next() {
        // What is of the others is credited to theirs.
        Some(_) => {
            let all = invoices.iter().map(|invoice| invoice.worth(back)).sum();
            share(invoice.worth(back), amount, all).max(1)
        }
        None => rest,
    };
    Some(invoice.credit(cause, rest.min(invoice.left).min(most)))
}

fn cause_of(sale: &Sale) -> Cause {
    sale.edit.map_or(Cause::Sale, Cause::Edit)
}

fn find<'a>(filed: &'a [Filed], kind: Kind, cause: &str) -> Option<&'a Document> {
    let known = filed.iter().find(|known| known.document.kind == kind && known.cause == cause);
    known.map(|known| &known.document)
}

/// What of an invoice is not credited.
fn left(filed: &[Filed], sale: &Sale, invoice: &Document) -> i64 {
    let invoiced = sale.edit.map(|edit| Cause::Edit(edit).to_string()).unwrap_or_default();
    let of_it = filed.iter().filter(|known| known.document.kind == Kind::CreditNote && scope(&known.cause) == invoiced);
    invoice.total.amount.saturating_sub(of_it.map(|known| known.document.total.amount).sum())
}

/// What was credited for a cause, on whatever invoice.
fn credited(filed: &[Filed], cause: Cause) -> i64 {
    let cause = cause.to_string();
    let is_for_it = |known: &str| unscoped(known) == cause;
    let notes = filed.iter().filter(|known| known.document.kind == Kind::CreditNote && is_for_it(&known.cause));
    notes.map(|known| known.document.total.amount).sum()
}

#[cfg(test)]
#[path = "owed_tests.rs"]
pub(super) mod tests;
