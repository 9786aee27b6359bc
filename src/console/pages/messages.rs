//! Messages: what people were written, one letter, and how each kind of letter looks.

use crate::console::page::{
    Block, Facts, Field, Form, Link, Manner, Page, Shown, Table, Takes, Verb, When, ask, fact, link,
};

const STATUSES: &[(&str, &str)] = &[
    ("", "Any"),
    ("pending", "Waiting"),
    ("sent", "Sent"),
    ("refused", "Refused"),
    ("unanswered", "Perhaps sent"),
    ("stale", "Too late"),
    ("kept", "Only kept"),
];

/// Every kind of letter with its name: as something that a list can be asked for, and
/// as a way to what it looks like.
macro_rules! letters {
    ($($kind:literal => $name:literal,)*) => {
        const KINDS: &[(&str, &str)] = &[("", "Any"), $(($kind, $name),)*];
        const LETTERS: &[Link] = &[$(link($name, concat!("/messages/previews/", $kind)),)*];
    };
}

letters! {
    "payment_awaited" => "How to pay",
    "order_confirmed" => "Order confirmed",
    "payment_failed" => "Payment failed",
    "action_needed" => "The bank asks",
    "order_cancelled" => "Order cancelled",
    "order_refunded" => "Refund",
    "order_changed" => "Change by staff",
    "difference_asked" => "Difference to pay",
    "difference_over" => "Change not made",
    "gift_card" => "Gift card",
    "order_shipped" => "On its way",
    "return_requested" => "Return asked for",
    "return_approved" => "Return approved",
    "return_refused" => "Return refused",
    "order_link" => "Way to the order",
    "draft_sent" => "Order to be paid",
}

pub static MESSAGES: Page =
    Page::new("/messages", "Messages", "/messages").asks(&[ask("/v1/admin/messages")]).shows(&[
        Block::Links(&[link("What each letter looks like", "/messages/previews")]),
        Block::Views(&[
            link("All", "?"),
            link("Refused", "?status=refused"),
            link("Perhaps sent", "?status=unanswered"),
            link("Too late", "?status=stale"),
            link("Waiting", "?status=pending"),
        ]),
        Block::Filter(&[
            Field::new("to", "To", Takes::Line).note("A whole mail address"),
            Field::new("kind", "Letter", Takes::Choice(KINDS)),
            Field::new("status", "Status", Takes::Choice(STATUSES)),
            Field::new("order_id", "Id of an order", Takes::Line),
        ]),
        Block::Table(Table {
            title: "",
            rows: "/items",
            leads: "/messages/{number}",
            columns: &[
                fact("Subject", "/subject", Shown::Plain),
                fact("To", "/to", Shown::Plain),
                fact("Status", "/status", Shown::Word),
                fact("Written", "/created_at", Shown::Time),
                fact("Sent", "/sent_at", Shown::Time),
                fact("Error", "/error", Shown::Plain),
            ],
            empty: "No letter is like that. Letters are kept for 90 days.",
        }),
    ]);

pub static MESSAGE: Page =
    Page::new("/messages/{id}", "{subject}", "/messages").asks(&[ask("/v1/admin/messages/{id}")]).shows(&[
        Block::Facts(Facts {
            title: "",
            facts: &[
                fact("To", "/to", Shown::Link("/messages?to={to}")),
                fact("Letter", "/kind", Shown::Word),
                fact("Language", "/language", Shown::Plain),
                fact("Status", "/status", Shown::Word),
                fact("Written", "/created_at", Shown::Time),
                fact("Sent", "/sent_at", Shown::Time),
                fact("Tries", "/tries", Shown::Plain),
                fact("Error", "/error", Shown::Plain),
                fact("Order", "/_order", Shown::Link("/orders/{order_id}")),
                fact("Gift card", "/gift_card_id", Shown::Link("/gift-cards/{gift_card_id}")),
            ],
        }),
        Block::Form(Form {
            manner: Manner::Open,
            when: &[When("/status", &["refused", "unanswered", "stale"])],
            note: "It did not get through, or nobody knows. It goes out once more, word for word.",
            done: "It goes out once more.",
            ..Form::new("message-send", "Send it again", Verb::Post, SEND)
        }),
        Block::Form(Form {
            when: &[When("/status", &["sent"])],
            note: "It was sent. Whoever does not find it gets it once more, word for word.",
            done: "It goes out once more.",
            ..Form::new("message-send-again", "Send it once more", Verb::Post, SEND)
        }),
        Block::Frame("The letter", "/messages/{_at/id}/letter"),
        TEXT,
    ]);

const SEND: &str = "/v1/admin/messages/{id}/send";
const TEXT: Block = Block::Facts(Facts { title: "", facts: &[fact("As text", "/text", Shown::Prose)] });

pub static MESSAGE_LETTER: Page = Page {
    letter: "/html",
    ..Page::new("/messages/{id}/letter", "", "/messages").asks(&[ask("/v1/admin/messages/{id}")])
};

pub static PREVIEWS: Page = Page::new("/messages/previews", "What each letter looks like", "/messages").shows(&[
    Block::Text(
        "Each is about an order that never was. A buyer is written in the language that they read the shop in.",
    ),
    Block::Links(LETTERS),
]);

const LANGUAGES: Block =
    Block::Filter(&[Field::new("language", "Language", Takes::Choice(&[("en", "English"), ("de", "Deutsch")]))]);

pub static PREVIEW: Page = Page::new("/messages/previews/{id}", "{subject}", "/messages")
    .asks(&[ask("/v1/admin/messages/previews/{id}")])
    .shows(&[
        Block::Links(&[link("All letters", "/messages/previews")]),
        LANGUAGES,
        Block::Frame("The letter", "/messages/previews/{_at/id}/letter?language={language}"),
        TEXT,
    ]);

pub static PREVIEW_LETTER: Page = Page {
    letter: "/html",
    ..Page::new("/messages/previews/{id}/letter", "", "/messages")
        .asks(&[ask("/v1/admin/messages/previews/{id}")])
        .shows(&[LANGUAGES])
};
