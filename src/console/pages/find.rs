//! Whatever is like a text, of all kinds: what Ctrl K finds by script, without one.

use crate::console::page::{Block, Field, Page, Shown, Table, Takes, fact, if_there};

pub static FIND: Page = Page::new("/find", "Find", "/find")
    .asks(&[
        if_there("_orders", "/v1/admin/orders?limit=12&q={q}"),
        if_there("_products", "/v1/admin/products?limit=12&q={q}"),
        if_there("_customers", "/v1/admin/customers?limit=12&q={q}"),
        // A problem instead, unless it can be the end of a code.
        if_there("_cards", "/v1/admin/gift-cards?limit=12&last4={q}"),
    ])
    .shows(&[
        Block::Filter(&[Field::new("q", "Find", Takes::Line)]),
        Block::Table(Table {
            title: "Orders",
            rows: "/_orders/items",
            leads: "/orders/{id}",
            columns: &[
                fact("Order", "/number", Shown::Plain),
                fact("Buyer", "/email", Shown::Plain),
                fact("Name", "/name", Shown::Plain),
                fact("Placed", "/placed_at", Shown::Time),
                fact("Status", "/status", Shown::Word),
            ],
            empty: "No order is like that.",
        }),
        Block::Table(Table {
            title: "Products",
            rows: "/_products/items",
            leads: "/products/{id}",
            columns: &[
                fact("Product", "/title", Shown::Plain),
                fact("SKU", "/variants/0/sku", Shown::Plain),
                fact("Status", "/status", Shown::Word),
                fact("Stock", "/available", Shown::Word),
            ],
            empty: "No product is like that.",
        }),
        Block::Table(Table {
            title: "Customers",
            rows: "/_customers/items",
            leads: "/customers/{email}",
            columns: &[
                fact("Mail", "/email", Shown::Plain),
                fact("Name", "/name", Shown::Plain),
                fact("Orders", "/orders", Shown::Plain),
                fact("Last order", "/last_order_at", Shown::Time),
            ],
            empty: "No customer is like that.",
        }),
        Block::Table(Table {
            title: "Gift cards",
            rows: "/_cards/items",
            leads: "/gift-cards/{id}",
            columns: &[fact("Code ends in", "/last4", Shown::Plain), fact("Issued", "/created_at", Shown::Time)],
            empty: "No gift card\u{2019}s code ends so.",
        }),
    ]);
