//! What to do now.

use super::orders::LISTED;
use super::reports::BY_DAY;
use crate::console::page::{Block, Count, Page, Plot, Shown, Table, ask, fact, if_there, link};

pub static HOME: Page = Page::new("", "What to do now", "")
    .asks(&[
        ask("/v1/admin/orders?limit=8"),
        if_there("_to_send", "/v1/admin/orders?limit=1&status=confirmed&fulfilment_status=unfulfilled"),
        if_there("_to_pay", "/v1/admin/orders?limit=1&status=awaiting_payment"),
        if_there("_to_capture", "/v1/admin/orders?limit=1&payment_status=authorized"),
        if_there("_declined", "/v1/admin/orders?limit=1&payment_status=declined&status=awaiting_payment"),
        if_there("_returns", "/v1/admin/orders?limit=1&return_status=requested"),
        if_there("_changes", "/v1/admin/orders?limit=1&edit_status=awaiting_payment"),
        if_there("_stock", "/v1/admin/reports/stock?totals=false"),
        if_there("_today", "/v1/admin/reports/today"),
        if_there("_sales", "/v1/admin/reports/sales"),
        if_there("_drafts", "/v1/admin/products?limit=1&status=draft"),
    ])
    .shows(&[
        Block::Counts(&[
            Count { label: "Orders to send", at: "/_to_send/total", path: "/orders/send" },
            Count { label: "Orders not paid yet", at: "/_to_pay/total", path: "/orders?status=awaiting_payment" },
            Count { label: "Money to take", at: "/_to_capture/total", path: "/orders?payment_status=authorized" },
            Count {
                label: "Payments declined",
                at: "/_declined/total",
                path: "/orders?payment_status=declined&status=awaiting_payment",
            },
            Count { label: "Returns to decide", at: "/_returns/total", path: "/orders?return_status=requested" },
            Count { label: "Changes to be paid", at: "/_changes/total", path: "/orders?edit_status=awaiting_payment" },
            Count { label: "Running out of stock", at: "/_stock/low", path: "/reports/stock" },
            Count { label: "Products not on sale yet", at: "/_drafts/total", path: "/products?status=draft" },
        ]),
        Block::Table(Table {
            title: "Today, and a week ago by now",
            rows: "/_today/items",
            leads: "/reports",
            columns: &[
                fact("Sold today", "/today/total", Shown::Plain),
                fact("Orders today", "/today/orders", Shown::Plain),
                fact("A week ago", "/week_before/total", Shown::Plain),
                fact("Orders a week ago", "/week_before/orders", Shown::Plain),
            ],
            empty: "Nothing was sold today yet, nor a week ago by now.",
        }),
        Block::Links(&[link("Close the day", "/reports?from={_today/day}&to={_today/day}&by=product")]),
        Block::Plot(Plot { title: "Sales of the last 30 days", rows: "/_sales/items", ..BY_DAY }),
        Block::Table(Table {
            title: "Newest orders",
            empty: "No order has come yet. Once somebody buys, it is here.",
            ..LISTED
        }),
    ]);
