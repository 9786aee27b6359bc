//! Why a document cannot be issued, and what that means to a client.

use crate::problem::Problem;

crate::codes! {
    /// No document can be issued before the owner has said who sells, in the setting `seller`; the detail says what of
    /// it is missing. No number is taken until then.
    SELLER_UNKNOWN = CONFLICT "seller_unknown";
    /// The order has more lines, with longer titles, than one document can hold. No number is taken for it.
    DOCUMENT_TOO_LONG = CONFLICT "document_too_long";
}

/// What the seller has not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    #[error("the shop has not said who it is: its owner sets `seller` in the settings")]
    Seller,
    /// An invoice with tax, or one that leaves it to the buyer, names it
    /// (Directive 2006/112/EC, article 226(3)).
    #[error("this invoice needs the seller's VAT or tax number: the owner sets `seller` in the settings")]
    TaxNumber,
}

impl From<Missing> for Problem {
    fn from(missing: Missing) -> Self {
        Problem::new(SELLER_UNKNOWN, missing.to_string())
    }
}

/// Why an order makes no invoice. Found before a number is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It never happens.
    #[error("the amounts of the order's lines do not sum to its totals")]
    SumsDiffer,
    #[error("the order has more lines, with longer titles, than one document can hold")]
    TooLong,
}

impl From<Unfit> for Problem {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::SumsDiffer => Problem::internal(unfit.to_string()),
            Unfit::TooLong => Problem::new(DOCUMENT_TOO_LONG, unfit.to_string()),
        }
    }
}

/// Whether documents wait for the seller's own words.
pub fn is_seller_unknown(problem: &Problem) -> bool {
    problem.code == SELLER_UNKNOWN.name
}
