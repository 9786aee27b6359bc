//! Invoices and credit notes: numbered without a gap, and never changed once
//! they are issued.
//!
//! Lends: [`issue::of_order`], an order's documents, with whatever is owed
//! issued first; [`issue::tick`], which issues what nobody asked for;
//! [`document::Document`], what one says.
//!
//! Two things make a document. Its number, which the object of its
//! [series](series) gives, once for each cause; and its content, which is made
//! of the order and of who the seller is, and written once into the table
//! `documents`: whoever writes it first, and all others read that. A crash
//! between the two is repaired by asking again, as the object then answers the
//! same number, and as [`issue::tick`] asks until the order owes no document.
//!
//! | kind | is issued | says |
//! |---|---|---|
//! | invoice | once the order is confirmed: its money is there, set aside, or owed on credit | the order's own quote |
//! | credit note | once money of a confirmed order was given back; once an order with an invoice is cancelled | a part of its invoice, or all that is left |

pub mod credit;
pub mod document;
pub mod error;
pub mod handlers;
pub mod issue;
pub mod number;
pub mod object;
mod owed;
pub mod series;
mod series_store;
mod store;
pub mod views;

use crate::problem::Problem;

/// A document as it is stored: JSON of a [`document::Document`].
pub fn read(text: &str) -> Result<document::Document, Problem> {
    Ok(store::document(text)?)
}
