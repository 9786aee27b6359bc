//! Promotions: the list, a new one of each kind, and one.

use crate::console::page::{
    Ask, Block, Facts, Field, Form, Manner, Page, Shown, Table, Takes, Verb, also, ask, fact, link,
};

const CURRENCY: Field = Field::new("/currency", "Currency", Takes::ChoiceOf("/_settings/currencies"));
const AMOUNTS: &[Field] = &[Field::new("/amount", "Amount", Takes::Minor), CURRENCY];
const PERCENT: &str = "Percent off";

/// All that a promotion is. Of the effects, those fields are there that the
/// promotion has, or the page begins with.
const FIELDS: &[Field] = &[
    Field::new("/title", "Title", Takes::Line).note("As buyers read it beside what it takes off"),
    Field::new("/code", "Code", Takes::Line).optional().note("What buyers type; without one it applies by itself"),
    Field::new("/effect/percentage/percent", PERCENT, Takes::Percent).when("/effect/percentage"),
    Field::new("/effect/fixed/amounts", "Amount off", Takes::Rows(AMOUNTS, 2)).when("/effect/fixed"),
    Field::new("/effect/free_shipping", "", Takes::Empty).when("/effect/free_shipping"),
    Field::new("/effect/buy_get/buy/quantity", "Pieces to buy", Takes::Whole).when("/effect/buy_get"),
    Field::new("/effect/buy_get/buy/products", "Of these products", Takes::Lines)
        .when("/effect/buy_get")
        .note("Their ids, one on each line; of all that count, if empty"),
    Field::new("/effect/buy_get/buy/collections", "Or of these collections", Takes::Lines)
        .when("/effect/buy_get")
        .note("Their ids, one on each line"),
    Field::new("/effect/buy_get/get/quantity", "Pieces that are cheaper then", Takes::Whole).when("/effect/buy_get"),
    Field::new("/effect/buy_get/get/products", "Of these products", Takes::Lines)
        .when("/effect/buy_get")
        .note("Their ids, one on each line; of all that count, if empty"),
    Field::new("/effect/buy_get/get/collections", "Or of these collections", Takes::Lines)
        .when("/effect/buy_get")
        .note("Their ids, one on each line"),
    Field::new("/effect/buy_get/get/percent", PERCENT, Takes::Percent).when("/effect/buy_get"),
    Field::new(
        "/effect/tiered/tiers",
        "Tier",
        Takes::Rows(
            &[
                Field::new("/from/amount", "From", Takes::Minor),
                Field::new("/from/currency", "Currency", Takes::ChoiceOf("/_settings/currencies")),
                Field::new("/percent", PERCENT, Takes::Percent),
            ],
            3,
        ),
    )
    .when("/effect/tiered"),
    Field::new("/starts_at", "Starts", Takes::Time).optional(),
    Field::new("/ends_at", "Ends", Takes::Time).optional(),
    Field::new("/usage_limit", "How often it may be used in all", Takes::Whole).optional(),
    Field::new("/usage_limit_per_customer", "How often by each customer", Takes::Whole).optional(),
    Field::new("/combinable", "May be had together with others that may, too", Takes::Flag),
    Field::new("/priority", "Priority", Takes::Whole).note("Higher first; of equals the older"),
    Field::new("/conditions/subtotal_min", "Minimum spend", Takes::Rows(AMOUNTS, 1)),
    Field::new("/conditions/products", "Only these products", Takes::Lines).note("Their ids, one on each line"),
    Field::new("/conditions/collections", "Only products of these collections", Takes::Lines)
        .note("Their ids, one on each line"),
    Field::new("/conditions/tags", "Only products with one of these tags", Takes::Lines).note("One on each line"),
    Field::new("/conditions/first_order", "Only for a first order", Takes::Flag),
    Field::new("/conditions/exclude_sale", "Not on what is cheaper already", Takes::Flag),
];

const NEW: &[Block] = &[Block::Form(Form {
    fields: FIELDS,
    manner: Manner::Edit,
    button: "Add the promotion",
    done: "The promotion is there.",
    then: Some("/promotions/{id}"),
    ..Form::new("promotion-new", "", Verb::Post, "/v1/admin/promotions")
})];

pub static PROMOTIONS: Page =
    Page::new("/promotions", "Promotions", "/promotions").asks(&[ask("/v1/admin/promotions")]).shows(&[
        Block::Links(&[
            link("Add a percentage", "/promotions/new/percentage"),
            link("Add an amount off", "/promotions/new/fixed"),
            link("Add free shipping", "/promotions/new/free-shipping"),
            link("Add buy some, get some", "/promotions/new/buy-get"),
            link("Add tiers", "/promotions/new/tiered"),
        ]),
        Block::Table(Table {
            title: "",
            rows: "/items",
            leads: "/promotions/{id}",
            columns: &[
                fact("Promotion", "/title", Shown::Plain),
                fact("Code", "/code", Shown::Plain),
                fact("Starts", "/starts_at", Shown::Time),
                fact("Ends", "/ends_at", Shown::Time),
                fact("Used", "/used", Shown::Plain),
                fact("At most", "/usage_limit", Shown::Plain),
            ],
            empty: "There is no promotion yet.",
        }),
    ]);

const fn new(path: &'static str, title: &'static str, begins: &'static str) -> Page {
    const SETTINGS: &[Ask] = &[also("_settings", "/v1/admin/settings")];
    let page = Page::new(path, title, "/promotions").asks(SETTINGS).shows(NEW);
    Page { begins, ..page }
}

pub static PERCENTAGE: Page =
    new("/promotions/new/percentage", "A percentage off", r#"{"priority":0,"effect":{"percentage":{}}}"#);
pub static FIXED: Page = new("/promotions/new/fixed", "An amount off", r#"{"priority":0,"effect":{"fixed":{}}}"#);
pub static FREE_SHIPPING: Page =
    new("/promotions/new/free-shipping", "Free shipping", r#"{"priority":0,"effect":{"free_shipping":{}}}"#);
pub static BUY_GET: Page =
    new("/promotions/new/buy-get", "Buy some, get some", r#"{"priority":0,"effect":{"buy_get":{}}}"#);
pub static TIERED: Page =
    new("/promotions/new/tiered", "The more, the cheaper", r#"{"priority":0,"effect":{"tiered":{}}}"#);

pub static PROMOTION: Page = Page::new("/promotions/{id}", "{title}", "/promotions")
    .asks(&[ask("/v1/admin/promotions/{id}"), also("_settings", "/v1/admin/settings")])
    .shows(&[
        Block::Facts(Facts {
            title: "",
            facts: &[
                fact("Used", "/used", Shown::Plain),
                fact("Added", "/created_at", Shown::Time),
                fact("Changed", "/updated_at", Shown::Time),
            ],
        }),
        Block::Links(&[link("Which orders used it", "/promotions/{id}/uses")]),
        Block::Form(Form {
            fields: FIELDS,
            manner: Manner::Edit,
            button: "Save",
            done: "The promotion is saved.",
            ..Form::new("promotion-edit", "", Verb::Patch, "/v1/admin/promotions/{id}")
        }),
        Block::Form(Form {
            note: "Nobody gets it any more. What was ordered with it stays as it was.",
            manner: Manner::Hurt,
            button: "Delete the promotion",
            done: "The promotion is deleted.",
            then: Some("/promotions"),
            ..Form::new("promotion-delete", "Delete this promotion", Verb::Delete, "/v1/admin/promotions/{id}")
        }),
    ]);

pub static USES: Page = Page::new("/promotions/{id}/uses", "Uses of {_promotion/title}", "/promotions")
    .asks(&[ask("/v1/admin/promotions/{id}/uses"), also("_promotion", "/v1/admin/promotions/{id}")])
    .shows(&[
        Block::Links(&[link("The promotion", "/promotions/{_at/id}")]),
        Block::Table(Table {
            title: "",
            rows: "/items",
            leads: "",
            columns: &[
                fact("When", "/at", Shown::Time),
                fact("Order", "/_order", Shown::Link("/orders/{order_id}")),
                fact("What", "/kind", Shown::Word),
            ],
            empty: "No order has used it yet, or nobody counts: it has neither a code nor a limit.",
        }),
    ]);
