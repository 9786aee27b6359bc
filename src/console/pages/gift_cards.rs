//! Gift cards: the list, issuing one, and one with its ledger.

use crate::console::page::{
    Block, Facts, Field, Form, Manner, Page, Shown, Table, Takes, Verb, When, also, ask, fact, link,
};

const ISSUED: Facts = Facts {
    title: "The new card's code: write it down, it is shown only now",
    facts: &[
        fact("Code", "/code", Shown::Copied),
        fact("Balance", "/balance", Shown::Plain),
        fact("Card", "/last4", Shown::Link("/gift-cards/{id}")),
    ],
};

pub const LISTED: Table = Table {
    title: "",
    rows: "/items",
    leads: "/gift-cards/{id}",
    columns: &[
        fact("Code ends in", "/last4", Shown::Plain),
        fact("Issued", "/created_at", Shown::Time),
        fact("Issued with", "/initial_balance", Shown::Plain),
        fact("Expires", "/expires_at", Shown::Time),
        fact("Disabled", "/disabled_at", Shown::Time),
        fact("Note", "/note", Shown::Plain),
    ],
    empty: "No gift card is like that.",
};

pub static GIFT_CARDS: Page = Page::new("/gift-cards", "Gift cards", "/gift-cards")
    .asks(&[ask("/v1/admin/gift-cards"), also("_settings", "/v1/admin/settings")])
    .shows(&[
        Block::Form(Form {
            fields: &[
                Field::new("/balance/amount", "Amount", Takes::Minor).empty(),
                Field::new("/balance/currency", "Currency", Takes::ChoiceOf("/_settings/currencies"))
                    .from("/_settings/default_currency"),
                Field::new("/expires_at", "Expires", Takes::Time).empty().omitted().note("Never, if empty"),
                Field::new("/note", "Note for staff", Takes::Line).empty().omitted(),
            ],
            manner: Manner::Reveal(&ISSUED),
            button: "Issue the card",
            done: "The card is issued.",
            ..Form::new("gift-card-issue", "Issue a gift card", Verb::Post, "/v1/admin/gift-cards")
        }),
        Block::Filter(&[Field::new("last4", "End of the code", Takes::Line).note("Its last four letters and digits")]),
        Block::Table(LISTED),
    ]);

const LEDGER: Table = Table {
    title: "",
    rows: "/items",
    leads: "",
    columns: &[
        fact("When", "/at", Shown::Time),
        fact("What", "/kind", Shown::Word),
        fact("Amount", "/amount", Shown::Plain),
        fact("Order", "/_order", Shown::Link("/orders/{order_id}")),
    ],
    empty: "Nothing has moved on it yet.",
};

pub static GIFT_CARD_LEDGER: Page =
    Page::new("/gift-cards/{id}/ledger", "Ledger of gift card {_card/last4}", "/gift-cards")
        .asks(&[ask("/v1/admin/gift-cards/{id}/ledger"), also("_card", "/v1/admin/gift-cards/{id}")])
        .shows(&[Block::Links(&[link("The card", "/gift-cards/{_at/id}")]), Block::Table(LEDGER)]);

pub static GIFT_CARD: Page = Page::new("/gift-cards/{id}", "Gift card {last4}", "/gift-cards")
    .asks(&[ask("/v1/admin/gift-cards/{id}"), also("_ledger", "/v1/admin/gift-cards/{id}/ledger?limit=12")])
    .shows(&[
        Block::Facts(Facts {
            title: "",
            facts: &[
                fact("Left on it", "/balance", Shown::Plain),
                fact("Held by orders not paid yet", "/held", Shown::Plain),
                fact("Issued with", "/initial_balance", Shown::Plain),
                fact("Issued", "/created_at", Shown::Time),
                fact("Bought with", "/_order", Shown::Link("/orders/{order_id}")),
                fact("Expires", "/expires_at", Shown::Time),
                fact("Disabled", "/disabled_at", Shown::Time),
                fact("Note", "/note", Shown::Plain),
            ],
        }),
        Block::Table(Table { title: "Ledger", rows: "/_ledger/items", ..LEDGER }),
        Block::Links(&[link("The whole ledger", "/gift-cards/{id}/ledger")]),
        Block::Form(Form {
            note: "{balance} are left on it. Nobody can pay with it any more, and this cannot be undone.",
            manner: Manner::Hurt,
            button: "Disable it for good",
            when: &[When("!/disabled_at", &[])],
            done: "The card is disabled.",
            ..Form::new("gift-card-disable", "Disable this card", Verb::Post, "/v1/admin/gift-cards/{id}/disable")
        }),
    ]);
