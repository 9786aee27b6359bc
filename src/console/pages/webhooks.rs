//! Webhooks: the endpoints, and what was delivered to each.

use crate::console::page::{Block, Each, Facts, Field, Form, Manner, Page, Shown, Takes, Verb, When, ask, fact, link};

const SECRET: Facts = Facts {
    title: "What it knows the shop by: write it down, it is shown only now",
    facts: &[fact("Secret", "/secret", Shown::Copied), fact("Endpoint", "/url", Shown::Link("/webhooks/{id}"))],
};

const OWNER: &[When] = &[When("/_role", &["owner"])];
const URL: Field = Field::new("/url", "Address", Takes::Line).note("HTTPS, by the name of a host on the Internet");
const TYPES: Field = Field::new("/types", "What it is told, one on each line", Takes::Lines)
    .note("order.placed, order.paid, order.cancelled, order.refunded, order.updated");

const FACTS: &[crate::console::page::Fact] = &[
    fact("Told of", "/types", Shown::Plain),
    fact("Disabled", "/disabled/at", Shown::Time),
    fact("Because", "/disabled/because", Shown::Word),
    fact("Secret changed", "/secret_rotated_at", Shown::Time),
    fact("Deliveries", "/url", Shown::Link("/webhooks/{id}/deliveries")),
];

pub static WEBHOOKS: Page =
    Page::new("/webhooks", "Webhooks", "/settings").asks(&[ask("/v1/admin/webhooks")]).shows(&[
        Block::Text("Other systems that are told what happens. Only the owner changes them."),
        Block::Form(Form {
            fields: &[URL, TYPES],
            manner: Manner::Reveal(&SECRET),
            when: OWNER,
            button: "Add the webhook",
            done: "The webhook is there.",
            ..Form::new("webhook-new", "Add a webhook", Verb::Post, "/v1/admin/webhooks")
        }),
        Block::Each(Each { rows: "/items", title: "{url}", facts: FACTS, forms: &[] }),
    ]);

pub static WEBHOOK: Page =
    Page::new("/webhooks/{id}", "{url}", "/settings").asks(&[ask("/v1/admin/webhooks/{id}")]).shows(&[
        Block::Facts(Facts { title: "", facts: FACTS }),
        Block::Form(Form {
            fields: &[URL, TYPES],
            manner: Manner::Edit,
            when: OWNER,
            button: "Save",
            done: "The webhook is saved.",
            ..Form::new("webhook-edit", "", Verb::Patch, "/v1/admin/webhooks/{id}")
        }),
        Block::Form(Form {
            fields: &[Field::new("/enabled", "", Takes::Fixed("true"))],
            when: &[When("/_role", &["owner"]), When("/disabled", &[])],
            note: "What waits for it goes out.",
            done: "The webhook is enabled.",
            ..Form::new("webhook-enable", "Enable it again", Verb::Patch, "/v1/admin/webhooks/{id}")
        }),
        Block::Form(Form {
            when: OWNER,
            done: "A ping is on its way.",
            ..Form::new("webhook-test", "Send a ping", Verb::Post, "/v1/admin/webhooks/{id}/test")
        }),
        Block::Form(Form {
            manner: Manner::Reveal(&SECRET),
            when: OWNER,
            note: "For a day what is sent is signed by the secret of now, too.",
            done: "The secret is changed.",
            ..Form::new("webhook-rotate", "Change the secret", Verb::Post, "/v1/admin/webhooks/{id}/rotate")
        }),
        Block::Form(Form {
            fields: &[Field::new("/from", "From the number", Takes::Whole).empty()],
            when: OWNER,
            note: "That one and all that came after it go out again.",
            done: "The deliveries go out again.",
            ..Form::new("webhook-replay", "Deliver again", Verb::Post, "/v1/admin/webhooks/{id}/replay")
        }),
        Block::Form(Form {
            manner: Manner::Hurt,
            when: OWNER,
            note: "It is told nothing more, and what waits for it is lost.",
            button: "Delete the webhook",
            done: "The webhook is deleted.",
            then: Some("/webhooks"),
            ..Form::new("webhook-delete", "Delete this webhook", Verb::Delete, "/v1/admin/webhooks/{id}")
        }),
    ]);

const STATUSES: &[(&str, &str)] =
    &[("", "Any"), ("waiting", "Waiting"), ("delivered", "Delivered"), ("dead", "Given up")];

pub static DELIVERIES: Page = Page::new("/webhooks/{id}/deliveries", "Deliveries", "/settings")
    .asks(&[ask("/v1/admin/webhooks/{id}/deliveries")])
    .shows(&[
        Block::Links(&[link("The webhook", "/webhooks/{_at/id}")]),
        Block::Views(&[link("All", "?"), link("Given up", "?status=dead"), link("Waiting", "?status=waiting")]),
        Block::Filter(&[Field::new("status", "Status", Takes::Choice(STATUSES))]),
        Block::Each(Each {
            rows: "/items",
            title: "{number}: {type}",
            facts: &[
                fact("Status", "/status", Shown::Word),
                fact("Order", "/_order", Shown::Link("/orders/{order_id}")),
                fact("Tries", "/attempts", Shown::Plain),
                fact("Tried last", "/last_attempt_at", Shown::Time),
                fact("Next", "/next_attempt_at", Shown::Time),
                fact("Answered", "/response_status", Shown::Plain),
                fact("Error", "/error", Shown::Plain),
            ],
            forms: &[Form {
                within: &[("number", "/number")],
                when: &[When("!/status", &["waiting"])],
                done: "It goes out again.",
                ..Form::new(
                    "delivery-replay",
                    "Deliver it again",
                    Verb::Post,
                    "/v1/admin/webhooks/{id}/deliveries/{number}/replay",
                )
            }],
        }),
    ]);
