//! Orders that staff type in: the list, beginning one, and one with what becomes
//! of it. Once it is placed, it is an order of the same id.

use super::order_edit::{PIECES, VARIANT};
use super::order_forms::BY_HAND;
use super::orders::LINES;
use crate::console::page::{
    Block, Each, Facts, Field, Form, Manner, Page, Shown, Table, Takes, Verb, When, also, ask, fact, link,
};

const STATUSES: &[(&str, &str)] =
    &[("", "Any"), ("open", "Open"), ("sent", "Sent"), ("placed", "Placed"), ("expired", "Expired")];
/// What can still become an order.
const WAITS: &[When] = &[When("/status", &["open", "sent"])];

pub static DRAFTS: Page = Page::new("/drafts", "Drafts", "/orders")
    .asks(&[ask("/v1/admin/drafts"), also("_settings", "/v1/admin/settings")])
    .shows(&[
        Block::Form(Form {
            fields: &[
                Field::new("/currency", "Currency", Takes::ChoiceOf("/_settings/currencies"))
                    .from("/_settings/default_currency"),
                Field::new("/email", "The buyer's e-mail", Takes::Line).empty().omitted(),
                Field::new("/lines", "Line", Takes::Rows(&[VARIANT, PIECES], 2))
                    .from("/_")
                    .note("At the shop's prices. The draft's own page sets others."),
            ],
            button: "Begin the draft",
            done: "The draft is begun.",
            then: Some("/drafts/{id}"),
            ..Form::new("draft-new", "Type in an order", Verb::Post, "/v1/admin/drafts")
        }),
        Block::Filter(&[Field::new("status", "Status", Takes::Choice(STATUSES))]),
        Block::Table(Table {
            title: "",
            rows: "/items",
            leads: "/drafts/{id}",
            columns: &[
                fact("Draft", "/number", Shown::Plain),
                fact("Status", "/status", Shown::Word),
                fact("Buyer", "/email", Shown::Plain),
                fact("Total", "/total", Shown::Plain),
                fact("Pieces", "/pieces", Shown::Plain),
                fact("Begun by", "/made_by", Shown::Plain),
                fact("Begun", "/created_at", Shown::Time),
                fact("Changed", "/changed_at", Shown::Time),
                fact("Expires", "/expires_at", Shown::Time),
            ],
            empty: "No draft is like that.",
        }),
    ]);

const PATH: &str = "/v1/admin/drafts/{id}";

pub static DRAFT: Page = Page::new("/drafts/{id}", "Draft {number}", "/orders").asks(&[ask(PATH)]).shows(&[
    Block::Facts(STANDING),
    Block::Links(&[link("Its order", "/orders/{id}").when(&[When("/status", &["placed"])])]),
    Block::Table(Table { rows: "/cart/lines", empty: "There is nothing in it yet.", ..LINES }),
    Block::Table(Table {
        title: "What it lacks",
        rows: "/cart/problems",
        leads: "",
        columns: &[fact("What", "/_what", Shown::Plain), fact("Mend it", "/_mend", Shown::Link("#{_form}"))],
        empty: "Nothing.",
    }),
    Block::Form(CHANGE),
    Block::Form(CHANGE_LINES),
    Block::Form(DISCOUNT),
    Block::Form(SEND),
    Block::Form(PLACE),
    Block::Form(DELETE),
    Block::Each(Each {
        rows: "/shipping_options",
        title: "{title}",
        facts: &[fact("Price", "/price", Shown::Plain)],
        forms: &[CHOOSE],
    }),
]);

const STANDING: Facts = Facts {
    title: "",
    facts: &[
        fact("Status", "/status", Shown::Word),
        fact("Buyer", "/cart/email", Shown::Plain),
        fact("Goes to", "/cart/shipping_address", Shown::Address),
        fact("Shipping", "/cart/shipping_option/title", Shown::Plain),
        fact("Discount", "/cart/totals/discount", Shown::Plain),
        fact("Tax", "/cart/totals/tax", Shown::Plain),
        fact("Total", "/cart/totals/total", Shown::Plain),
        fact("Sent", "/sent_at", Shown::Time),
        fact("Expires", "/expires_at", Shown::Time),
        fact("Where its buyer pays", "/url", Shown::Copied),
    ],
};

const CHANGE: Form = Form {
    fields: &[
        Field::new("/email", "The buyer's e-mail", Takes::Line).from("/cart/email").omitted(),
        Field::new("/shipping_address", "", Takes::Address).from("/cart/shipping_address"),
    ],
    when: WAITS,
    button: "Change it",
    done: "The draft is changed.",
    ..Form::new("draft-change", "Change the buyer or where it goes", Verb::Patch, PATH)
};

/// By itself: the lines that are sent are the only ones from then on, at the
/// prices that stand there.
const CHANGE_LINES: Form = Form {
    fields: &[Field::new(
        "/lines",
        "Line",
        Takes::Rows(
            &[
                Field::new("", "Product", Takes::Only(Shown::Plain)).from("/title"),
                VARIANT.from("/sku"),
                PIECES,
                Field::new("/unit_price", "Price of a piece", Takes::Money("/cart/currency"))
                    .note("The shop's, if empty. One that stands here stays, whatever becomes of the shop's."),
            ],
            2,
        ),
    )
    .from("/cart/lines")],
    when: WAITS,
    button: "Change the lines",
    done: "The lines are changed.",
    ..Form::new("draft-lines", "Change the lines", Verb::Patch, PATH)
};

const DISCOUNT: Form = Form {
    fields: &[
        Field::new("/discount/reason", "Why", Takes::Line).with_all().note("Its buyer reads it"),
        Field::new("/discount/percent", "Percent of the lines", Takes::Percent).with_all(),
        Field::new("/discount/amount", "Or an amount", Takes::Money("/cart/currency")).with_all(),
    ],
    when: WAITS,
    note: "Beside whatever the shop's promotions take off. Nothing, if all is empty.",
    button: "Change the discount",
    done: "The discount is changed.",
    ..Form::new("draft-discount", "Take something off the whole", Verb::Patch, PATH)
};

const CHOOSE: Form = Form {
    within: &[("option", "/id")],
    fields: &[Field::new("/shipping_option", "", Takes::Hidden).from("/id")],
    button: "Send it this way",
    done: "The way it is sent is chosen.",
    manner: Manner::Open,
    ..Form::new("draft-shipping", "", Verb::Patch, PATH)
};

const SEND: Form = Form {
    fields: &[Field::new("/message", "Message", Takes::Prose).empty().omitted().note("Said in the letter")],
    when: WAITS,
    note: "The buyer gets a letter that leads to where it is paid. Again is another letter.",
    button: "Send it",
    done: "The draft is sent.",
    ..Form::new("draft-send", "Send it to its buyer", Verb::Post, "/v1/admin/drafts/{id}/send")
};

const PLACE: Form = Form {
    fields: &[
        Field::new("/payment/provider", "", Takes::Fixed("manual")),
        Field::new("/payment/method", "Paid by", BY_HAND).empty(),
        Field::new("/received", "Where the money is found again", Takes::Line)
            .empty()
            .omitted()
            .note("If all of it is there; else it is recorded once it has come"),
        Field::new("/expected_total", "Total that was agreed on", Takes::Money("/cart/currency"))
            .from("/cart/totals/total"),
    ],
    when: WAITS,
    note: "For a buyer who has ordered otherwise, such as by telephone.",
    button: "Place the order",
    done: "The order is placed.",
    then: Some("/orders/{id}"),
    ..Form::new("draft-place", "Place it by hand", Verb::Post, "/v1/admin/drafts/{id}/order")
};

const DELETE: Form = Form {
    manner: Manner::Hurt,
    when: WAITS,
    note: "The way to it leads nowhere any more, and this cannot be undone.",
    button: "Delete the draft",
    done: "The draft is deleted.",
    then: Some("/drafts"),
    ..Form::new("draft-delete", "Delete this draft", Verb::Delete, PATH)
};
