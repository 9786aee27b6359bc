//! Settings: the shop, its taxes, its ways of shipping. Staff read them; the
//! owner alone is offered to change them.

use crate::console::page::{Block, Field, Form, Manner, Page, Takes, Verb, When, also, ask, link};

const OWNER: &[When] = &[When("/_role", &["owner"])];
const ROOMS: Block = Block::Links(&[
    link("Shop", "/settings"),
    link("Seller", "/settings/seller"),
    link("Tax", "/settings/tax"),
    link("Shipping", "/settings/shipping"),
    link("Webhooks", "/webhooks"),
    link("Jobs", "/jobs"),
    link("Audit log", "/audit-log").when(OWNER),
]);
const NOT_OWNER: &str = "Only the owner changes these.";

const CAPTURE: &[(&str, &str)] = &[("automatic", "With the order"), ("manual", "By staff, later")];

const HOW: &str = "How to pay, as the buyer reads it";
const DAYS: &str = "Cancelled without the money after days";

pub static SETTINGS: Page =
    Page::new("/settings", "Settings", "/settings").asks(&[ask("/v1/admin/settings")]).shows(&[
        ROOMS,
        Block::Text(NOT_OWNER),
        Block::Form(Form {
            fields: &[
                Field::new("/shop_name", "Name of the shop", Takes::Line),
                Field::new("/country", "Country", Takes::Line).optional().note("Two letters, such as DE"),
                Field::new("/time_zone", "Time zone", Takes::Line)
                    .note("In which its days begin, such as Europe/Berlin"),
                Field::new("/currencies", "Currencies, one on each line", Takes::Lines),
                Field::new("/default_currency", "First currency", Takes::ChoiceOf("/currencies")),
                Field::new("/prices_include_tax", "Prices include tax", Takes::Flag),
                Field::new("/low_level", "Few are", Takes::Whole)
                    .note("So many pieces or less, of what says nothing else of it"),
                Field::new("/mail/sender", "Mail comes from", Takes::Line)
                    .optional()
                    .note("Without one, no mail is sent"),
                Field::new("/payments/stripe/offered", "Cards, by Stripe", Takes::Flag),
                Field::new("/payments/stripe/capture", "A card's money is taken", Takes::Choice(CAPTURE)),
                Field::new("/payments/bank_transfer/instructions", "Bank transfer", Takes::Prose).with_all().note(HOW),
                Field::new("/payments/bank_transfer/cancel_after_days", DAYS, Takes::Whole).with_all(),
                Field::new("/payments/cash_on_delivery/instructions", "Cash on delivery", Takes::Prose)
                    .with_all()
                    .note(HOW),
                Field::new("/payments/cash_on_delivery/cancel_after_days", DAYS, Takes::Whole).with_all(),
                Field::new("/payments/invoice/instructions", "Invoice", Takes::Prose).with_all().note(HOW),
                Field::new("/payments/invoice/cancel_after_days", DAYS, Takes::Whole).with_all(),
            ],
            manner: Manner::Edit,
            when: OWNER,
            button: "Save",
            done: "The settings are saved.",
            ..Form::new("settings-edit", "", Verb::Patch, "/v1/admin/settings")
        }),
    ]);

/// Who sells, as each document says it.
pub static SELLER: Page =
    Page::new("/settings/seller", "Seller", "/settings").asks(&[ask("/v1/admin/settings")]).shows(&[
        ROOMS,
        Block::Text("Who sells, as it stands on invoices and credit notes: the shop issues them once this is said."),
        Block::Text(NOT_OWNER),
        Block::Form(Form {
            fields: &[
                Field::new("/seller/address", "", Takes::Address),
                Field::new("/seller/vat_number", "VAT number", Takes::Line)
                    .omitted()
                    .note("With its country, such as DE123456789"),
                Field::new("/seller/tax_number", "Tax number", Takes::Line)
                    .omitted()
                    .note("That of the tax office, where there is no VAT number"),
                Field::new("/seller/register", "Register", Takes::Line)
                    .omitted()
                    .note("Such as HRB 12345, Amtsgericht München"),
                Field::new("/seller/footer", "At the foot of each document", Takes::Prose).omitted(),
            ],
            manner: Manner::Edit,
            when: OWNER,
            button: "Save",
            done: "The seller is saved.",
            ..Form::new("seller-edit", "", Verb::Patch, "/v1/admin/settings")
        }),
    ]);

pub static TAX: Page = Page::new("/settings/tax", "Tax", "/settings").asks(&[ask("/v1/admin/settings/tax")]).shows(&[
    ROOMS,
    Block::Text(NOT_OWNER),
    Block::Form(Form {
        fields: &[
            Field::new("/classes", "Classes, one on each line", Takes::Lines)
                .note("The first is that of whatever says none"),
            Field::new("/reverse_charge", "Businesses elsewhere in the EU account for VAT themselves", Takes::Flag),
            Field::new(
                "/rates",
                "Rate",
                Takes::Rows(
                    &[
                        Field::new("/country", "Country", Takes::Line),
                        Field::new("/region", "Region", Takes::Line).optional(),
                        Field::new("/postal_codes", "Postal codes", Takes::Lines),
                        Field::new("/class", "Class", Takes::ChoiceOf("/classes")),
                        Field::new("/name", "Name", Takes::Line),
                        Field::new("/rate", "Percent", Takes::Percent),
                    ],
                    3,
                ),
            ),
        ],
        manner: Manner::Edit,
        when: OWNER,
        button: "Save",
        done: "The taxes are saved.",
        ..Form::new("tax-edit", "", Verb::Put, "/v1/admin/settings/tax")
    }),
]);

const BASIS: &[(&str, &str)] =
    &[("", "One amount"), ("weight", "By weight"), ("subtotal", "By what the items come to")];

const RATE: &[Field] = &[
    Field::new("/currency", "Currency", Takes::ChoiceOf("/_settings/currencies")),
    Field::new("/amount", "Amount", Takes::Minor).optional(),
    Field::new("/free_from", "Free from", Takes::Minor).optional(),
    Field::new("/by", "Reckoned", Takes::Choice(BASIS)).optional(),
    Field::new(
        "/tiers",
        "Tier",
        Takes::Rows(
            &[
                Field::new("/from", "From", Takes::Whole).note("In grams, or in cents"),
                Field::new("/amount", "Amount", Takes::Minor),
            ],
            1,
        ),
    ),
];

const OPTION: &[Field] = &[
    Field::new("/id", "Short name", Takes::Line),
    Field::new("/title", "Title", Takes::Line),
    Field::new("/tax_class", "Tax class", Takes::ChoiceOf("/_tax/classes")).optional(),
    Field::new("/handling_days/from", "Days at least", Takes::Whole).with_all(),
    Field::new("/handling_days/to", "Days at most", Takes::Whole).with_all(),
    Field::new("/pick_up", "Fetched at", Takes::Line).optional(),
    Field::new("/rates", "Rate", Takes::Rows(RATE, 1)),
];

const PLACE: &[Field] = &[
    Field::new("/country", "Country", Takes::Line),
    Field::new("/regions", "Regions", Takes::Lines),
    Field::new("/postal_codes", "Postal codes", Takes::Lines),
];

pub static SHIPPING: Page = Page::new("/settings/shipping", "Shipping", "/settings")
    .asks(&[
        ask("/v1/admin/settings/shipping"),
        also("_settings", "/v1/admin/settings"),
        also("_tax", "/v1/admin/settings/tax"),
    ])
    .shows(&[
        ROOMS,
        Block::Text(NOT_OWNER),
        Block::Form(Form {
            fields: &[Field::new(
                "/zones",
                "Zone",
                Takes::Rows(
                    &[
                        Field::new("/title", "Title", Takes::Line),
                        Field::new("/places", "Place", Takes::Rows(PLACE, 1)).note("None: the rest of the world"),
                        Field::new("/options", "Way", Takes::Rows(OPTION, 1)),
                    ],
                    1,
                ),
            )],
            manner: Manner::Edit,
            when: OWNER,
            button: "Save",
            done: "The ways of shipping are saved.",
            ..Form::new("shipping-edit", "", Verb::Put, "/v1/admin/settings/shipping")
        }),
    ]);
