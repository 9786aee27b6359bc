//! Whatever is like a text, of all kinds: what Ctrl K finds by script, without one.

use super::{customers, gift_cards, orders, products};
use crate::console::page::{Block, Field, Page, Table, Takes, if_there};

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
            empty: "No order is like that.",
            ..orders::LISTED
        }),
        Block::Table(Table { title: "Products", rows: "/_products/items", ..products::LISTED }),
        Block::Table(Table {
            title: "Customers",
            rows: "/_customers/items",
            empty: "No customer is like that.",
            ..customers::LISTED
        }),
        Block::Table(Table { title: "Gift cards", rows: "/_cards/items", ..gift_cards::LISTED }),
    ]);
