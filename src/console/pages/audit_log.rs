//! What staff changed, for the owner: all of it, or what became of one thing.

use crate::console::page::{Block, Field, Page, Shown, Table, Takes, ask, fact, link};

const KINDS: &[(&str, &str)] = &[
    ("", "Any"),
    ("product", "Products"),
    ("stock", "Stock"),
    ("collection", "Collections"),
    ("promotion", "Promotions"),
    ("customer_group", "Customer groups"),
    ("price_list", "Price lists"),
    ("gift_card", "Gift cards"),
    ("upload", "Pictures"),
    ("settings", "Settings"),
    ("webhook", "Webhooks"),
    ("order", "Tags of orders"),
    ("message", "Messages"),
    ("lists", "Lists put right"),
    ("view", "Saved views"),
];

pub static AUDIT_LOG: Page =
    Page::new("/audit-log", "Audit log", "/settings").asks(&[ask("/v1/admin/audit-log")]).shows(&[
        Block::Text(
            "What staff changed, with how it was before. What was done with an order stands in the order's own timeline.",
        ),
        Block::Views(&[
            link("All", "?"),
            link("Products", "?kind=product"),
            link("Stock", "?kind=stock"),
            link("Settings", "?kind=settings"),
        ]),
        Block::Filter(&[
            Field::new("kind", "What", Takes::Choice(KINDS)),
            Field::new("thing", "Id of a thing", Takes::Line),
            Field::new("account_id", "Id of a member of staff", Takes::Line),
            Field::new("from", "From", Takes::Day),
            Field::new("to", "Until", Takes::Day),
        ]),
        Block::Table(Table {
            title: "",
            rows: "/items",
            leads: "",
            columns: &[
                fact("When", "/at", Shown::Time),
                fact("Who", "/account_email", Shown::Link("/audit-log?account_id={account_id}")),
                fact("Done", "/deed", Shown::Word),
                fact("What", "/kind", Shown::Word),
                fact("Title", "/title", Shown::Plain),
                fact("Id", "/thing", Shown::Link("/audit-log?thing={thing}")),
                fact("Before and after", "/changes", Shown::Differences),
                fact("By", "/operation", Shown::Plain),
                fact("From", "/network", Shown::Plain),
            ],
            empty: "Nothing is like that.",
        }),
    ]);
