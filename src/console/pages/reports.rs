//! Reports: what was sold, the tax in it.

use crate::console::page::{Block, Field, Page, Plot, Shown, Table, Takes, When, ask, fact, link};

/// The days that one asks for stay, from one report to the next.
const ROOMS: Block = Block::Links(&[
    link("Sales", "/reports?"),
    link("Tax", "/reports/tax?"),
    link("Stock", "/reports/stock"),
    link("Gift cards", "/reports/gift-cards?"),
]);

const FROM: Field = Field::new("from", "First day", Takes::Day);
const TO: Field = Field::new("to", "Last day", Takes::Day);

/// Whether the page has not all there is.
const CUT: &[When] = &[When("/cut", &[])];
const WHOLE: &[When] = &[When("!/cut", &[])];

const BY: &[(&str, &str)] =
    &[("day", "By day"), ("product", "By product"), ("country", "By country"), ("channel", "By channel")];

pub const BY_DAY: Plot = Plot { title: "Sales by day", rows: "/items", label: "/day", amount: "/total" };

pub static SALES: Page = Page::new("/reports", "Sales", "/reports").asks(&[ask("/v1/admin/reports/sales")]).shows(&[
    ROOMS,
    Block::Filter(&[FROM, TO, Field::new("by", "Sorted", Takes::Choice(BY))]),
    Block::Text("{from} to {to}, days of {time_zone}. With tax; less what was given back."),
    Block::Table(Table {
        title: "In all",
        rows: "/totals",
        leads: "",
        columns: &[
            fact("Total", "/total", Shown::Plain),
            fact("Sold", "/sold", Shown::Plain),
            fact("Given back", "/refunded", Shown::Plain),
            fact("Of it shipping", "/shipping", Shown::Plain),
            fact("Discounts", "/discounts", Shown::Plain),
            fact("Net", "/net", Shown::Plain),
            fact("Tax", "/tax", Shown::Plain),
            fact("Orders", "/orders", Shown::Plain),
            fact("Pieces", "/pieces", Shown::Plain),
        ],
        empty: "Nothing was sold on these days.",
    }),
    Block::Plot(BY_DAY),
    Block::Table(Table {
        title: "One by one",
        rows: "/items",
        leads: "",
        columns: &[
            fact("Day", "/day", Shown::Link("/orders?from={day}&to={day}")),
            fact("Product", "/title", Shown::Link("/products/{product_id}")),
            fact("Kind", "/kind", Shown::Word),
            fact("Country", "/country", Shown::Plain),
            fact("Channel", "/channel", Shown::Word),
            fact("Orders", "/orders", Shown::Plain),
            fact("Pieces", "/pieces", Shown::Plain),
            fact("Sold", "/sold", Shown::Plain),
            fact("Given back", "/refunded", Shown::Plain),
            fact("Net", "/net", Shown::Plain),
            fact("Tax", "/tax", Shown::Plain),
            fact("Total", "/total", Shown::Plain),
        ],
        empty: "",
    }),
    Block::Links(&[
        link("More than is shown: all of it as a file (CSV)", "/v1/admin/reports/sales/export?").when(CUT),
        link("As a file (CSV)", "/v1/admin/reports/sales/export?").when(WHOLE),
    ]),
]);

pub static TAX: Page = Page::new("/reports/tax", "Tax", "/reports").asks(&[ask("/v1/admin/reports/tax")]).shows(&[
    ROOMS,
    Block::Filter(&[FROM, TO]),
    Block::Text("{from} to {to}, days of {time_zone}. Of what was sold, less that of what was given back."),
    Block::Table(Table {
        title: "In all",
        rows: "/totals",
        leads: "",
        columns: &[
            fact("Tax", "/tax", Shown::Plain),
            fact("Net", "/net", Shown::Plain),
            fact("Total", "/total", Shown::Plain),
        ],
        empty: "Nothing was sold on these days.",
    }),
    Block::Table(Table {
        title: "By rate",
        rows: "/items",
        leads: "",
        columns: &[
            fact("Country", "/country", Shown::Plain),
            fact("Name", "/name", Shown::Plain),
            fact("Percent", "/rate", Shown::Plain),
            fact("Net", "/net", Shown::Plain),
            fact("Tax", "/tax", Shown::Plain),
        ],
        empty: "",
    }),
    Block::Links(&[
        link("More than is shown: all of it as a file (CSV)", "/v1/admin/reports/tax/export?").when(CUT),
        link("As a file (CSV)", "/v1/admin/reports/tax/export?").when(WHOLE),
    ]),
]);

pub static STOCK: Page =
    Page::new("/reports/stock", "Stock", "/reports").asks(&[ask("/v1/admin/reports/stock")]).shows(&[
        ROOMS,
        Block::Table(Table {
            title: "What it would bring at today's prices",
            rows: "/totals",
            leads: "",
            columns: &[
                fact("Value", "/at_prices", Shown::Plain),
                fact("Pieces", "/pieces", Shown::Plain),
                fact("Variants", "/variants", Shown::Plain),
            ],
            empty: "Nothing is in stock.",
        }),
        Block::Table(Table {
            title: "Running out",
            rows: "/items",
            leads: "/variants/{variant_id}",
            columns: &[
                fact("Variant", "/title", Shown::Plain),
                fact("SKU", "/sku", Shown::Plain),
                fact("Left", "/available", Shown::Plain),
            ],
            empty: "There is enough of whatever is on sale.",
        }),
    ]);

pub static GIFT_CARDS: Page = Page::new("/reports/gift-cards", "Gift cards: what is owed", "/reports")
    .asks(&[ask("/v1/admin/reports/gift-cards")])
    .shows(&[
        ROOMS,
        Block::Filter(&[FROM, TO]),
        Block::Text("Left on cards now. Issued and sold: {from} to {to}, days of {time_zone}."),
        Block::Table(Table {
            title: "",
            rows: "/items",
            leads: "/gift-cards",
            columns: &[
                fact("Left on cards", "/liability", Shown::Plain),
                fact("Cards", "/cards", Shown::Plain),
                fact("Issued", "/issued", Shown::Plain),
                fact("Sold", "/sold", Shown::Plain),
            ],
            empty: "There are no gift cards.",
        }),
    ]);
