//! Products: the list, the editor with its grid of variants, one variant's stock.

use crate::console::page::{
    Block, Facts, Field, Form, Manner, Page, Shown, Table, Takes, Verb, When, also, ask, fact, link,
};
use crate::console::pages::translations::{into_english, into_german};

pub const STATUSES: &[(&str, &str)] = &[("draft", "Draft"), ("active", "On sale"), ("archived", "Archived")];
const DELIVERIES: &[(&str, &str)] = &[("shipped", "Sent"), ("digital", "Digital"), ("gift_card", "A gift card")];
const ANY_STATUS: &[(&str, &str)] = &[("", "Any"), ("draft", "Draft"), ("active", "On sale"), ("archived", "Archived")];

const OPTIONS: Field = Field::new(
    "/options",
    "Option",
    Takes::Rows(
        &[Field::new("/name", "Name", Takes::Line), Field::new("/values", "Values, one on each line", Takes::Lines)],
        1,
    ),
)
.note("What variants differ by, such as Size. Each variant says one value for each.");

const IMAGES: Field = Field::new(
    "/images",
    "Picture",
    Takes::Rows(
        &[Field::new("/url", "Address", Takes::Line), Field::new("/alt", "What it shows", Takes::Line).optional()],
        1,
    ),
)
.note("The first is the one that lists show.");

const IMAGE: Field = Field::new("/image", "Picture", Takes::Line).optional();
const OWN_TAX_CLASS: Field = Field::new("/tax_class", "Tax class", Takes::ChoiceOf("/_tax/classes")).optional();

/// The grid has a place for so many: its answer has this one if there are more.
const TOO_MANY: &str = "/variants/250";
const NOT_TOO_MANY: &str = "!/variants/250";

const TITLE: Field = Field::new("/title", "Title", Takes::Line);
const DESCRIPTION: Field = Field::new("/description", "Description", Takes::Prose)
    .optional()
    .note("Markdown: **strong**, *emphasis*, [a link](https://...), - a list, # a heading");
const VENDOR: Field = Field::new("/vendor", "Vendor", Takes::Line).optional();
const KIND: Field = Field::new("/type", "Type", Takes::Line).optional().note("What kind of thing it is, such as Mug");
const SEO_TITLE: Field = Field::new("/seo_title", "Title for search engines", Takes::Line).optional();
const SEO_DESCRIPTION: Field = Field::new("/seo_description", "Description for search engines", Takes::Line).optional();
const TAGS: Field = Field::new("/tags", "Tags, one on each line", Takes::Lines);
const STATUS: Field = Field::new("/status", "Status", Takes::Choice(STATUSES));
const PUBLISH_AT: Field =
    Field::new("/publish_at", "Buyers see it from", Takes::Time).optional().note("If it is on sale; at once if empty");
const UNPUBLISH_AT: Field = Field::new("/unpublish_at", "Buyers see it until", Takes::Time).optional();
const DELIVERY: Field = Field::new("/delivery", "How it reaches the buyer", Takes::Choice(DELIVERIES));
const TAX_CLASS: Field = Field::new("/tax_class", "Tax class", Takes::ChoiceOf("/_tax/classes")).optional();

const METADATA: Field = Field::new("/metadata", "For the shop's own programs, one on each line", Takes::Facts)
    .note("Such as cost: 300; staff alone see it. A text that looks like a number stands in quotes.");
const METADATA_BEFORE: Field = Field::new("/metadata", "", Takes::FactsBefore);

const SKU: Field = Field::new("/sku", "SKU", Takes::Line);
const VALUES: Field = Field::new("/options", "Options", Takes::Pairs).note("Size: S; Colour: red");
const PRICES: Field = Field::new("/prices", "", Takes::Prices);
const WEIGHT: Field = Field::new("/weight_grams", "Weight in g", Takes::Whole).optional();
const TRACKED: Field = Field::new("/tracked", "Pieces are counted", Takes::Flag).note("If not, it never runs out");
const FLOOR: Field = Field::new("/backorder_floor", "May be sold below zero, down to", Takes::Whole)
    .optional()
    .note("-10: ten more than there are, before they come");
const LOW_LEVEL: Field = Field::new("/low_level", "Few are", Takes::Whole)
    .optional()
    .note("So many pieces or less; as the settings say if empty");
const BARCODE: Field = Field::new("/barcode", "Barcode", Takes::Line).optional();

pub const LISTED: Table = Table {
    title: "",
    rows: "/items",
    leads: "/products/{id}",
    columns: &[
        fact("Product", "/title", Shown::Plain),
        fact("Vendor", "/vendor", Shown::Plain),
        fact("Status", "/status", Shown::Word),
        fact("Stock", "/available", Shown::Word),
        fact("Price", "/variants/0/prices", Shown::Plain),
        fact("Changed", "/updated_at", Shown::Time),
    ],
    empty: "No product is like that.",
};

pub static PRODUCTS: Page =
    Page::new("/products", "Products", "/products").asks(&[ask("/v1/admin/products")]).shows(&[
        Block::Links(&[
            link("Add a product", "/products/new"),
            link("Change prices and stock", "/products/grid"),
            link("Import and export", "/imports"),
        ]),
        Block::Views(&[link("All", "?"), link("On sale", "?status=active"), link("Drafts", "?status=draft")]),
        Block::Filter(&[
            Field::new("q", "Find", Takes::Line).note("Words of its title, vendor, SKU or barcode"),
            Field::new("status", "Status", Takes::Choice(ANY_STATUS)),
        ]),
        Block::Picks(
            "products",
            LISTED,
            &[
                link("Put on sale or archive", "/products/status"),
                link("Change tags", "/products/tags"),
                link("Change vendor or type", "/products/facts"),
            ],
        ),
    ]);

pub static NEW: Page = Page::new("/products/new", "Add a product", "/products")
    .asks(&[also("_settings", "/v1/admin/settings"), also("_tax", "/v1/admin/settings/tax")])
    .shows(&[Block::Form(Form {
        fields: &[
            TITLE,
            DESCRIPTION,
            VENDOR,
            KIND,
            TAGS,
            STATUS,
            PUBLISH_AT,
            UNPUBLISH_AT,
            DELIVERY,
            TAX_CLASS,
            OPTIONS,
            Field::new(
                "/variants",
                "Variant",
                Takes::Rows(&[SKU, VALUES, PRICES, WEIGHT, BARCODE, IMAGE, OWN_TAX_CLASS], 3),
            ),
            IMAGES,
            SEO_TITLE,
            SEO_DESCRIPTION,
            METADATA,
        ],
        manner: Manner::Edit,
        button: "Add the product",
        done: "The product is there.",
        then: Some("/products/{id}"),
        ..Form::new("product-new", "", Verb::Post, "/v1/admin/products")
    })]);

pub static PRODUCT: Page = Page::new("/products/{id}", "{title}", "/products")
    .asks(&[
        ask("/v1/admin/products/{id}"),
        also("_settings", "/v1/admin/settings"),
        also("_tax", "/v1/admin/settings/tax"),
    ])
    .shows(&[
        Block::Facts(Facts {
            title: "",
            facts: &[
                fact("Status", "/status", Shown::Word),
                fact("Stock", "/available", Shown::Word),
                fact("Changed", "/updated_at", Shown::Time),
            ],
        }),
        Block::Links(&[
            link("Change prices and stock", "/products/grid?product_id={id}&limit=100"),
            link("History", "/audit-log?thing={id}").when(&[When("/_role", &["owner"])]),
        ]),
        Block::Table(Table {
            title: "Variants and their stock",
            rows: "/variants",
            leads: "/variants/{id}",
            columns: &[
                fact("Variant", "/title", Shown::Plain),
                fact("SKU", "/sku", Shown::Plain),
                fact("Price", "/prices", Shown::Plain),
                fact("Stock", "/available", Shown::Word),
            ],
            empty: "",
        }),
        Block::Form(Form {
            fields: &[
                TITLE,
                Field::new("/slug", "Address in the shop", Takes::Line),
                DESCRIPTION,
                VENDOR,
                KIND,
                TAGS,
                STATUS,
                PUBLISH_AT,
                UNPUBLISH_AT,
                DELIVERY,
                TAX_CLASS,
                OPTIONS,
                Field::new(
                    "/variants",
                    "Variant",
                    Takes::Rows(
                        &[Field::new("/id", "", Takes::Hidden).omitted(), SKU, VALUES, PRICES, WEIGHT, BARCODE, IMAGE, OWN_TAX_CLASS],
                        1,
                    ),
                )
                .note("Cells copied from a spreadsheet can be pasted into any field of the grid."),
                IMAGES,
                SEO_TITLE,
                SEO_DESCRIPTION,
                METADATA_BEFORE,
                METADATA,
            ],
            manner: Manner::Edit,
            button: "Save",
            done: "The product is saved.",
            when: &[When(NOT_TOO_MANY, &[])],
            ..Form::new("product-edit", "Edit", Verb::Patch, "/v1/admin/products/{id}")
        }),
        Block::Form(Form {
            fields: &[
                TITLE,
                Field::new("/slug", "Address in the shop", Takes::Line),
                DESCRIPTION,
                VENDOR,
                KIND,
                TAGS,
                STATUS,
                PUBLISH_AT,
                UNPUBLISH_AT,
                DELIVERY,
                TAX_CLASS,
                IMAGES,
                SEO_TITLE,
                SEO_DESCRIPTION,
                METADATA_BEFORE,
                METADATA,
            ],
            note: "It has more variants than a page can hold: their prices and stock are changed in the grid, page by page.",
            manner: Manner::Edit,
            button: "Save",
            done: "The product is saved.",
            when: &[When(TOO_MANY, &[])],
            ..Form::new("product-facts", "Edit", Verb::Patch, "/v1/admin/products/{id}")
        }),
        into_german("product-de", "/v1/admin/products/{id}"),
        into_english("product-en", "/v1/admin/products/{id}"),
        Block::Form(Form {
            fields: &[Field::new("/title", "Title of the copy", Takes::Line).empty().omitted()],
            note: "A draft with all that stands here, but for its stock, its times and its barcodes.",
            button: "Copy the product",
            done: "This is the copy.",
            then: Some("/products/{id}"),
            ..Form::new("product-copy", "Copy this product", Verb::Post, "/v1/admin/products/{id}/copy")
        }),
        Block::Form(Form {
            note: "Takes it out of the shop with all its variants. Orders keep their lines. Archive it instead to keep it.",
            manner: Manner::Hurt,
            button: "Delete the product",
            done: "The product is deleted.",
            then: Some("/products"),
            ..Form::new("product-delete", "Delete this product", Verb::Delete, "/v1/admin/products/{id}")
        }),
    ]);

/// A part of a bundle, by its SKU.
const PART: Field =
    Field::new("/variant_id", "SKU", Takes::Variant).from("/sku").note("Or words of its title that fit no other");
const PIECES_IN_IT: Field = Field::new("/quantity", "Pieces in each", Takes::Whole);
/// What is no bundle has a stock of its own.
const NO_BUNDLE: &str = "!/parts/0";

const REASONS: &[(&str, &str)] = &[
    ("received", "Received"),
    ("correction", "Counted anew"),
    ("damaged", "Damaged"),
    ("returned", "Came back"),
    ("sold_elsewhere", "Sold elsewhere"),
];

const LEDGER: Table = Table {
    title: "",
    rows: "/items",
    leads: "",
    columns: &[
        fact("When", "/at", Shown::Time),
        fact("What", "/kind", Shown::Word),
        fact("Reason", "/reason", Shown::Word),
        fact("Pieces", "/units", Shown::Plain),
        fact("Order", "/_order", Shown::Link("/orders/{order_id}")),
        fact("Reference", "/reference", Shown::Plain),
    ],
    empty: "No piece has come or gone yet.",
};

pub static STOCK_LEDGER: Page = Page::new("/variants/{id}/ledger", "What came and went of {_stock/sku}", "/products")
    .asks(&[ask("/v1/admin/stock/{id}/ledger"), also("_stock", "/v1/admin/stock/{id}")])
    .shows(&[Block::Links(&[link("The variant", "/variants/{_at/id}")]), Block::Table(LEDGER)]);

pub static VARIANT: Page = Page::new("/variants/{id}", "{title}", "/products")
    .asks(&[
        ask("/v1/admin/variants/{id}"),
        also("_stock", "/v1/admin/stock/{id}"),
        also("_ledger", "/v1/admin/stock/{id}/ledger?limit=12"),
        also("_settings", "/v1/admin/settings"),
    ])
    .shows(&[
        Block::Facts(Facts {
            title: "",
            facts: &[
                fact("SKU", "/sku", Shown::Link("/products/{product_id}")),
                fact("Options", "/options", Shown::Plain),
                fact("Prices", "/prices", Shown::Plain),
                fact("Barcode", "/barcode", Shown::Plain),
                fact("Made of", "/parts", Shown::Pieces),
            ],
        }),
        Block::Facts(Facts {
            title: "Stock",
            facts: &[
                fact("On hand", "/_stock/on_hand", Shown::Plain),
                fact("Held for orders", "/_stock/held", Shown::Plain),
                fact("Left", "/_stock/available", Shown::Plain),
                fact("Buyers are told", "/available", Shown::Word),
            ],
        }),
        Block::Form(Form {
            fields: &[
                Field::new("/delta", "Pieces to add", Takes::Whole).empty().note("With a minus to take away"),
                Field::new("/reason", "Reason", Takes::Choice(REASONS)).empty(),
                Field::new("/reference", "Reference", Takes::Line)
                    .empty()
                    .omitted()
                    .note("Such as a delivery note; one that comes twice counts once"),
            ],
            manner: Manner::Open,
            button: "Change the stock",
            done: "The stock is changed.",
            when: &[When(NO_BUNDLE, &[])],
            ..Form::new("stock-adjust", "Change the stock", Verb::Post, "/v1/admin/stock/{id}/adjustments")
        }),
        Block::Form(Form {
            fields: &[TRACKED, FLOOR, LOW_LEVEL],
            note: "Orders that were placed before keep to what was said then.",
            button: "Save",
            done: "The stock is kept so from now on.",
            ..Form::new("stock-settings", "How its stock is kept", Verb::Patch, "/v1/admin/variants/{id}")
        }),
        Block::Form(Form {
            fields: &[Field::new("/prices", "", Takes::WholePrices)],
            note: "Tiers are lower prices for many pieces in one line, such as 10: 9.00; 50: 8.00.",
            button: "Save the prices",
            done: "The prices are saved.",
            ..Form::new("variant-prices", "Prices, sales and tiers", Verb::Patch, "/v1/admin/variants/{id}")
        }),
        Block::Form(Form {
            fields: &[Field::new("/parts", "Part", Takes::Rows(&[PART, PIECES_IN_IT], 2))],
            note: "A bundle has no stock of its own: what is sold of it is taken of its parts. Without parts it is none.",
            button: "Save what it is made of",
            done: "What it is made of is saved.",
            ..Form::new("variant-parts", "What it is made of", Verb::Patch, "/v1/admin/variants/{id}")
        }),
        Block::Table(Table { title: "What came and went", rows: "/_ledger/items", ..LEDGER }),
        Block::Links(&[link("All that came and went", "/variants/{id}/ledger")]),
        Block::Form(Form {
            note: "Takes it out of the shop. Orders keep their lines, and its stock stays as it is.",
            manner: Manner::Hurt,
            button: "Delete this variant",
            done: "The variant is deleted.",
            then: Some("/products"),
            ..Form::new("variant-delete", "Delete this variant", Verb::Delete, "/v1/admin/variants/{id}")
        }),
    ]);
