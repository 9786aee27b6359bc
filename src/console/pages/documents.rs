//! Invoices and credit notes. Each is a page of its own, made for printing.

use crate::console::page::{Block, Field, Page, Shown, Table, Takes, ask, fact, link};

const KINDS: &[(&str, &str)] = &[("", "Any"), ("invoice", "Invoices"), ("credit_note", "Credit notes")];

pub static DOCUMENTS: Page =
    Page::new("/documents", "Documents", "/orders").asks(&[ask("/v1/admin/documents")]).shows(&[
        Block::Views(&[link("All", "?"), link("Invoices", "?kind=invoice"), link("Credit notes", "?kind=credit_note")]),
        Block::Filter(&[
            Field::new("kind", "Kind", Takes::Choice(KINDS)),
            Field::new("from", "Issued from", Takes::Time),
            Field::new("to", "Issued before", Takes::Time),
        ]),
        Block::Table(Table {
            title: "",
            rows: "/items",
            leads: "/documents/{number}",
            columns: &[
                fact("Number", "/number", Shown::Plain),
                fact("Kind", "/kind", Shown::Word),
                fact("Issued", "/issued_at", Shown::Time),
                fact("Order", "/order_number", Shown::Link("/orders/{order_id}")),
                fact("Net", "/net", Shown::Plain),
                fact("Tax", "/tax", Shown::Plain),
                fact("Total", "/total", Shown::Plain),
            ],
            empty: "No document is like that.",
        }),
    ]);
