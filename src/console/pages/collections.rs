//! Collections: the list, a new one of each kind, one, and what is picked for it.

use crate::console::page::{
    Ask, Block, Facts, Field, Form, Manner, Page, Shown, Table, Takes, Verb, When, also, ask, fact, link,
};
use crate::console::pages::translations::{into_english, into_german};

const ORDERS: &[(&str, &str)] = &[
    ("manual", "In my order"),
    ("newest", "Newest first"),
    ("price_asc", "Cheapest first"),
    ("price_desc", "Dearest first"),
    ("title", "By title"),
    ("best_selling", "Best-selling first"),
];
const MATCHES: &[(&str, &str)] = &[("all", "All conditions"), ("any", "At least one condition")];
const FACTS: &[(&str, &str)] = &[
    ("", ""),
    ("tag", "Tag is"),
    ("vendor", "Vendor is"),
    ("type", "Type is"),
    ("title", "Title contains"),
    ("price_from", "Price from"),
    ("price_to", "Price up to"),
    ("in_stock", "In stock"),
    ("on_sale", "Cheaper than before"),
];

const TITLE: Field = Field::new("/title", "Title", Takes::Line);
const DESCRIPTION: Field = Field::new("/description", "Description", Takes::Prose).optional();
const PUBLISHED: Field = Field::new("/published", "Buyers see it", Takes::Flag);
const PARENT: Field = Field::new("/parent", "Within", Takes::ChoiceOf("/_collections/items"))
    .optional()
    .note("Its products are that collection's, too");
const POSITION: Field =
    Field::new("/position", "Place among its siblings", Takes::Whole).note("Lower first; of equals by title").omitted();
const SORT: Field = Field::new("/sort", "How its products are sorted", Takes::Choice(ORDERS));
const IMAGE_URL: Field = Field::new("/image/url", "Address of a picture", Takes::Line).with_all();
const IMAGE_ALT: Field = Field::new("/image/alt", "What the picture shows", Takes::Line).with_all();
const SEO_TITLE: Field = Field::new("/seo_title", "Title for search engines", Takes::Line).optional();
const SEO_DESCRIPTION: Field = Field::new("/seo_description", "Description for search engines", Takes::Line).optional();
const MATCH: Field = Field::new("/rule/match", "Products fit", Takes::Choice(MATCHES)).when("/rule");
const CONDITIONS: Field = Field::new(
    "/rule/conditions",
    "Condition",
    Takes::Rows(
        &[
            Field::new("/fact", "What", Takes::Choice(FACTS)),
            Field::new("/not", "It is not so", Takes::Flag),
            Field::new("/text", "Text", Takes::Line).omitted(),
            Field::new("/price", "Price", Takes::Money("/_settings/default_currency")),
        ],
        2,
    ),
)
.when("/rule")
.note("A tag, a vendor, a type and a title need a text; a price needs an amount.");

const ASKS: &[Ask] = &[also("_settings", "/v1/admin/settings"), also("_collections", "/v1/admin/collections/paths")];

pub static COLLECTIONS: Page =
    Page::new("/collections", "Collections", "/collections").asks(&[ask("/v1/admin/collections")]).shows(&[
        Block::Links(&[
            link("Add one whose products I pick", "/collections/new/by-hand"),
            link("Add one with a rule", "/collections/new/by-rule"),
        ]),
        Block::Filter(&[Field::new("q", "Find", Takes::Line).note("Words of its title")]),
        Block::Table(Table {
            title: "",
            rows: "/items",
            leads: "/collections/{id}",
            columns: &[
                fact("Collection", "/title", Shown::Plain),
                fact("Shown to buyers", "/published", Shown::Plain),
                fact("Picked by hand", "/picked", Shown::Plain),
                fact("Rule", "/rule/match", Shown::Word),
                fact("Changed", "/updated_at", Shown::Time),
            ],
            empty: "No collection is like that.",
        }),
    ]);

const fn new(path: &'static str, title: &'static str, begins: &'static str) -> Page {
    const SHOWN: &[Block] = &[Block::Form(Form {
        fields: &[
            TITLE,
            DESCRIPTION,
            PUBLISHED,
            PARENT,
            POSITION,
            SORT,
            MATCH,
            CONDITIONS,
            IMAGE_URL,
            IMAGE_ALT,
            SEO_TITLE,
            SEO_DESCRIPTION,
        ],
        manner: Manner::Edit,
        button: "Add the collection",
        done: "The collection is there.",
        then: Some("/collections/{id}"),
        ..Form::new("collection-new", "", Verb::Post, "/v1/admin/collections")
    })];
    let page = Page::new(path, title, "/collections").asks(ASKS).shows(SHOWN);
    Page { begins, ..page }
}

pub static BY_HAND: Page =
    new("/collections/new/by-hand", "A collection by hand", r#"{"published":true,"sort":"manual"}"#);
pub static BY_RULE: Page = new(
    "/collections/new/by-rule",
    "A collection with a rule",
    r#"{"published":true,"sort":"newest","rule":{"match":"all","conditions":[]}}"#,
);

pub static COLLECTION: Page = Page::new("/collections/{id}", "{title}", "/collections")
    .asks(&[
        ask("/v1/admin/collections/{id}"),
        also("_settings", "/v1/admin/settings"),
        also("_collections", "/v1/admin/collections/paths"),
        also("_listed", "/v1/products?collection={id}"),
    ])
    .shows(&[
        Block::Facts(Facts {
            title: "",
            facts: &[
                fact("Products that buyers find in it", "/_listed/total", Shown::Plain),
                fact("Picked by hand", "/picked", Shown::Plain),
                fact("Changed", "/updated_at", Shown::Time),
            ],
        }),
        Block::Links(&[
            link("Pick its products", "/collections/{id}/products").when(&[When("!/rule", &[])]),
            link("Put its products in order", "/collections/{id}/products").when(&[When("/rule", &[])]),
        ]),
        Block::Form(Form {
            fields: &[
                TITLE,
                Field::new("/slug", "Address in the shop", Takes::Line),
                DESCRIPTION,
                PUBLISHED,
                PARENT,
                POSITION,
                SORT,
                MATCH,
                CONDITIONS,
                IMAGE_URL,
                IMAGE_ALT,
                SEO_TITLE,
                SEO_DESCRIPTION,
            ],
            manner: Manner::Edit,
            button: "Save",
            done: "The collection is saved.",
            ..Form::new("collection-edit", "Edit", Verb::Patch, "/v1/admin/collections/{id}")
        }),
        into_german("collection-de", "/v1/admin/collections/{id}"),
        into_english("collection-en", "/v1/admin/collections/{id}"),
        Block::Table(Table {
            title: "What buyers find first",
            rows: "/_listed/items",
            leads: "/products/{id}",
            columns: &[
                fact("Product", "/title", Shown::Plain),
                fact("Vendor", "/vendor", Shown::Plain),
                fact("Stock", "/available", Shown::Word),
            ],
            empty: "Nothing yet: nothing in it is on sale, or buyers do not see it.",
        }),
        Block::Form(Form {
            note: "Its products stay in the shop. Collections in it go up to where it was.",
            manner: Manner::Hurt,
            button: "Delete the collection",
            done: "The collection is deleted.",
            then: Some("/collections"),
            ..Form::new("collection-delete", "Delete this collection", Verb::Delete, "/v1/admin/collections/{id}")
        }),
    ]);

const PICKS: &str = "/v1/admin/collections/{id}/products";

/// Products that can be ticked.
const fn ticks(at: &'static str, label: &'static str, from: &'static str, tick: Takes) -> Field {
    Field::new(at, label, tick).from(from)
}

pub static PRODUCTS: Page = Page::new("/collections/{id}/products", "Products of {_collection/title}", "/collections")
    .asks(&[
        ask("/v1/admin/products"),
        also("_collection", "/v1/admin/collections/{id}"),
        also("_picked", "/v1/admin/collections/{id}/products?limit=100"),
    ])
    .shows(&[
        Block::Links(&[link("The collection", "/collections/{_at/id}")]),
        Block::Form(Form {
            fields: &[ticks("/order", "Product", "/_picked/items", ROWS_TO_ORDER)],
            when: &[When("/_picked/items", &[])],
            manner: Manner::Open,
            button: "Put what is ticked to the front",
            done: "They come first now.",
            ..Form::new("picks-order", "In their order", Verb::Post, PICKS)
        }),
        Block::Form(Form {
            fields: &[ticks("/remove", "Product", "/_picked/items", ROWS_TO_REMOVE)],
            when: &[When("/_picked/items", &[])],
            manner: Manner::Act,
            button: "Take out what is ticked",
            done: "They are taken out.",
            ..Form::new("picks-remove", "Take products out", Verb::Post, PICKS)
        }),
        Block::Filter(&[
            Field::new("q", "Find products to add", Takes::Line).note("Words of a title, vendor, SKU or barcode")
        ]),
        Block::Form(Form {
            fields: &[ticks("/add", "Product", "/items", ROWS_TO_ADD)],
            when: &[When("!/_collection/rule", &[])],
            manner: Manner::Open,
            button: "Add what is ticked",
            done: "They are in it.",
            ..Form::new("picks-add", "Add products", Verb::Post, PICKS)
        }),
        Block::Form(Form {
            fields: &[ticks("/order", "Product", "/items", ROWS_TO_ORDER)],
            when: &[When("/_collection/rule", &[])],
            manner: Manner::Open,
            button: "Put what is ticked to the front",
            done: "They come first now, where they fit the rule.",
            ..Form::new("picks-first", "Products that come first", Verb::Post, PICKS)
        }),
    ]);

const NAME: Field = Field::new("/_title", "Product", Takes::Only(Shown::Link("/products/{id}"))).from("/title");
const VENDOR: Field = Field::new("/_vendor", "Vendor", Takes::Only(Shown::Plain)).from("/vendor");
const STATUS: Field = Field::new("/_status", "Status", Takes::Only(Shown::Word)).from("/status");

const ROWS_TO_ADD: Takes = Takes::Rows(&[Field::new("", "Add", Takes::Pick).from("/id"), NAME, VENDOR, STATUS], 0);
const ROWS_TO_REMOVE: Takes =
    Takes::Rows(&[Field::new("", "Take out", Takes::Pick).from("/id"), NAME, VENDOR, STATUS], 0);
const ROWS_TO_ORDER: Takes =
    Takes::Rows(&[Field::new("", "To the front", Takes::Pick).from("/id"), NAME, VENDOR, STATUS], 0);
