//! Customers: the list, and one with their orders.

use crate::console::page::{Block, Fact, Facts, Field, Page, Shown, Table, Takes, also, ask, fact, link};

pub const LISTED: Table = Table {
    title: "",
    rows: "/items",
    leads: "/customers/{email}",
    columns: &[
        fact("Mail", "/email", Shown::Plain),
        fact("Name", "/name", Shown::Plain),
        fact("Country", "/country", Shown::Plain),
        fact("Orders", "/orders", Shown::Plain),
        fact("Spent", "/spent", Shown::Plain),
        fact("Last order", "/last_order_at", Shown::Time),
    ],
    empty: "Nobody is like that. Whoever orders or registers is here.",
};

pub static CUSTOMERS: Page =
    Page::new("/customers", "Customers", "/customers").asks(&[ask("/v1/admin/customers")]).shows(&[
        Block::Links(&[link("Customer groups", "/customers/groups"), link("Price lists", "/price-lists")]),
        Block::Filter(&[Field::new("q", "Find", Takes::Line).note("Part of a mail address, name, telephone or order")]),
        Block::Table(LISTED),
    ]);

const ORDERS: &[Fact] = &[
    fact("Order", "/number", Shown::Plain),
    fact("Placed", "/placed_at", Shown::Time),
    fact("Status", "/status", Shown::Word),
    fact("Payment", "/payment_status", Shown::Word),
    fact("Sent", "/fulfilment_status", Shown::Word),
    fact("Total", "/total", Shown::Plain),
];

pub static CUSTOMER: Page = Page::new("/customers/{id}", "{_customer/email}", "/customers")
    .asks(&[ask("/v1/admin/customers/{id}/orders"), also("_customer", "/v1/admin/customers/{id}")])
    .shows(&[
        Block::Facts(Facts {
            title: "",
            facts: &[
                fact("Name", "/_customer/name", Shown::Plain),
                fact("Telephone", "/_customer/phone", Shown::Plain),
                fact("City", "/_customer/city", Shown::Plain),
                fact("Country", "/_customer/country", Shown::Plain),
                fact("Orders", "/_customer/orders", Shown::Plain),
                fact("Spent", "/_customer/spent", Shown::Plain),
                fact("Registered", "/_customer/registered_at", Shown::Time),
                fact("In these groups", "/_customer/groups", Shown::Plain),
            ],
        }),
        Block::Links(&[link("What they were written", "/messages?to={_customer/email}")]),
        Block::Table(Table {
            title: "Orders",
            rows: "/items",
            leads: "/orders/{id}",
            columns: ORDERS,
            empty: "They have ordered nothing yet.",
        }),
    ]);
