//! Stock: how much there is of what, what has come in, and the grid in which prices
//! and stock of many variants are changed at once.

use crate::console::page::{
    Block, Column, Facts, Field, Form, Manner, Page, Shown, Table, Takes, Verb, When, also, ask, fact, link,
};

const LEVELS: &[(&str, &str)] = &[("", "Any"), ("in_stock", "Enough"), ("low", "Low"), ("out", "None left")];
const FIND: Field = Field::new("q", "Find", Takes::Line).note("Words of a title, vendor, SKU or barcode");
const LEVEL: Field = Field::new("available", "Left", Takes::Choice(LEVELS));

const VARIANTS: Block = Block::Table(Table {
    title: "",
    rows: "/items",
    leads: "/variants/{id}",
    columns: &[
        fact("SKU", "/sku", Shown::Plain),
        fact("Product", "/product_title", Shown::Plain),
        fact("Variant", "/title", Shown::Plain),
        fact("On hand", "/on_hand", Shown::Plain),
        fact("Held for orders", "/held", Shown::Plain),
        fact("Can be sold", "/available", Shown::Plain),
    ],
    empty: "No variant is like that.",
});

pub static STOCK: Page = Page::new("/stock", "Stock", "/stock").asks(&[ask("/v1/admin/variants")]).shows(&[
    Block::Links(&[link("Receive goods", "/stock/receive"), link("Change prices and stock", "/products/grid")]),
    Block::Views(&[link("All", "?"), link("Low", "?available=low"), link("None left", "?available=out")]),
    Block::Filter(&[FIND, LEVEL]),
    VARIANTS,
]);

/// What each row of a bulk change would do, or did.
const OUTCOME: Block = Block::Facts(Facts {
    title: "",
    facts: &[
        fact("Lines that change", "/_answer/changed", Shown::Plain),
        fact("Refused", "/_answer/refused", Shown::Plain),
        fact("Already so", "/_answer/unchanged", Shown::Plain),
    ],
});

const LINES: Block = Block::Table(Table {
    title: "Line by line",
    rows: "/_answer/items",
    leads: "",
    columns: &[
        fact("Line", "/row", Shown::Plain),
        fact("SKU", "/sku", Shown::Plain),
        fact("Product", "/title", Shown::Plain),
        fact("Refused because", "/detail", Shown::Plain),
        fact("Price before", "/before/prices", Shown::Plain),
        fact("Price after", "/after/prices", Shown::Plain),
        fact("Stock before", "/before/on_hand", Shown::Plain),
        fact("Stock after", "/after/on_hand", Shown::Plain),
        fact("Counted", "/after/tracked", Shown::Plain),
        fact("Down to", "/after/backorder_floor", Shown::Plain),
        fact("Few are", "/after/low_level", Shown::Plain),
    ],
    empty: "Nothing of it is new: all is so already.",
});

const BULK: &str = "/v1/admin/variants/bulk";
const DRY: Field = Field::new("/dry_run", "", Takes::Fixed("true"));

/// What was looked at, to be written as it was.
const AGREE: Block = Block::Form(Form {
    fields: &[
        Field::new("/rows", "", Takes::Kept).from("/_answer/rows"),
        Field::new("/reason", "", Takes::Kept).from("/_answer/reason"),
    ],
    manner: Manner::Answer,
    when: &[When("/_answer/rows", &[])],
    note: "Nothing is written yet. Lines that are refused are left out.",
    button: "Write these changes",
    done: "The changes are written; line by line below.",
    ..Form::new("bulk-agree", "Is this right?", Verb::Post, BULK)
});

const LOOKED: &str = "Nothing is written yet. This is what would change.";

pub static GRID: Page = Page::new("/products/grid", "Change prices and stock", "/products")
    .asks(&[ask("/v1/admin/variants"), also("_settings", "/v1/admin/settings")])
    .shows(&[
        OUTCOME,
        AGREE,
        LINES,
        Block::Filter(&[FIND, LEVEL, Field::new("product_id", "Id of a product", Takes::Line)]),
        Block::Form(Form {
            fields: &[
                Field::new(
                    "/rows",
                    "Variant",
                    Takes::Rows(
                        &[
                            Field::new("/id", "", Takes::Hidden),
                            Field::new("/_sku", "SKU", Takes::Only(Shown::Plain)).from("/sku"),
                            Field::new("/_product", "Product", Takes::Only(Shown::Plain)).from("/product_title"),
                            Field::new("/_title", "Variant", Takes::Only(Shown::Plain)).from("/title"),
                            Field::new("/prices", "", Takes::PricesAlone),
                            Field::new("/on_hand", "On hand", Takes::Whole),
                            Field::new("/on_hand_was", "", Takes::Kept).from("/on_hand"),
                            Field::new("/tracked", "Counted", Takes::Flag),
                            Field::new("/backorder_floor", "Sold down to", Takes::Whole),
                            Field::new("/low_level", "Few are", Takes::Whole).optional(),
                            Field::new("/version", "", Takes::Kept),
                        ],
                        0,
                    ),
                )
                .from("/items")
                .note("Cells copied from a spreadsheet can be pasted into any field: they fill those to its right and below it."),
                DRY,
            ],
            manner: Manner::Answer,
            when: &[When("/items", &[])],
            button: "Look at the changes",
            done: LOOKED,
            ..Form::new("bulk-grid", "", Verb::Post, BULK)
        }),
        Block::Form(Form {
            fields: &[
                Field::new(
                    "/rows",
                    "Rows",
                    Takes::Sheet(&[
                        Column::Text("sku"),
                        Column::Price("prices"),
                        Column::Whole("on_hand"),
                        Column::Whole("backorder_floor"),
                        Column::Whole("low_level"),
                    ]),
                )
                .note("SKU, price in the shop\u{2019}s first currency, pieces on hand, how far below zero it may be sold, how many are few: copied from a spreadsheet, or with a tab between them. What is left empty stays."),
                DRY,
            ],
            manner: Manner::Answer,
            button: "Look at the changes",
            done: LOOKED,
            ..Form::new("bulk-paste", "Or paste rows", Verb::Post, BULK)
        }),
    ]);

pub static RECEIVE: Page =
    Page::new("/stock/receive", "Receive goods", "/stock").asks(&[also("_settings", "/v1/admin/settings")]).shows(&[
        OUTCOME,
        AGREE,
        LINES,
        Block::Form(Form {
            fields: &[
                Field::new("/rows", "What came", Takes::Sheet(&[Column::Text("sku"), Column::Whole("add")]))
                    .note("SKU and pieces, one on each line, with a tab between them: as a spreadsheet copies them."),
                Field::new("/reason", "", Takes::Fixed("received")),
                DRY,
            ],
            manner: Manner::Answer,
            button: "Look at the changes",
            done: LOOKED,
            ..Form::new("stock-receive", "", Verb::Post, BULK)
        }),
    ]);
