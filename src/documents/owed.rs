//! Which document an order owes next, derived from how it stands and from what
//! is filed.

use super::document::Document;
use super::number::Kind;
use crate::money::Money;
use crate::orders::papers::{GivenBack, Papers};
use crate::orders::view::Status;

/// Why there is a document: with the kind, its name among the order's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    Sale,
    /// Money was given back the way that it was paid.
    Refund(u32),
    /// Money was given back to gift cards.
    GiftCards(u32),
    /// The order will not be.
    Cancellation,
}

impl Cause {
    pub fn of(back: &GivenBack) -> Self {
        if back.to_gift_cards { Self::GiftCards(back.number) } else { Self::Refund(back.number) }
    }
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sale => f.write_str("sale"),
            Self::Refund(number) => write!(f, "refund/{number}"),
            Self::GiftCards(number) => write!(f, "gift_cards/{number}"),
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
    /// `sure`: the sale stands. Else only if it has a number already: the order
    /// was cancelled before its invoice was written down.
    Invoice {
        sure: bool,
    },
    Credit {
        invoice: &'a Document,
        cause: Cause,
        amount: i64,
    },
}

/// The next document that is to be issued. Refunds of an order that will not be
/// are told by the credit note of its cancellation, as that is for all of it. Where
/// staff have kept its money, that one is for what was never paid; of what was, each
/// part is credited when it goes back.
pub fn next<'a>(papers: &Papers, filed: &'a [Filed]) -> Option<Owed<'a>> {
    let order = &papers.order;
    papers.secured_at?;
    let of_kind = |kind| filed.iter().filter(move |known| known.document.kind == kind);
    let cancelled = order.status == Status::Cancelled;
    let Some(invoice) = of_kind(Kind::Invoice).next().map(|known| &known.document) else {
        let sure = matches!(order.status, Status::Confirmed | Status::Fulfilled);
        return (sure || cancelled).then_some(Owed::Invoice { sure });
    };
    let credited: i64 = of_kind(Kind::CreditNote).map(|known| known.document.total.amount).sum();
    if credited >= invoice.total.amount {
        return None;
    }
    if cancelled && papers.kept.is_none() {
        return Some(Owed::Credit { invoice, cause: Cause::Cancellation, amount: invoice.total.amount });
    }
    let never_paid = |paid: Money| (Cause::Cancellation, invoice.total.amount.saturating_sub(paid.amount));
    let done = papers.refunds.iter().filter(|back| back.done);
    let mut refunds = done.map(|back| (Cause::of(back), back.amount.amount)).chain(papers.kept.map(never_paid));
    let is_filed = |cause: Cause| of_kind(Kind::CreditNote).any(|known| known.cause == cause.to_string());
    refunds.find(|(cause, amount)| *amount > 0 && !is_filed(*cause)).map(|(cause, amount)| Owed::Credit {
        invoice,
        cause,
        amount,
    })
}

#[cfg(test)]
#[path = "owed_tests.rs"]
pub(super) mod tests;
