//! What is done to many orders at once: to those that were ticked in the list, each
//! of which says what came of it, and those that refused stay ticked; or to all that
//! fit what is asked of the list, by a job.

use super::orders::{FILTER, LISTED};
use crate::console::page::{
    Ask, Block, Field, Form, Link, Manner, Page, Shown, Table, Takes, Verb, When, ask, chosen, link,
};

const ORDERS: &[Link] = &[link("Back to the orders", "/orders")];

const NUMBER: Field = only("/number", "Order", Shown::Link("/orders/{id}"));
const BUYER: Field = only("/shipping_address/name", "Buyer", Shown::Plain);
/// Nothing before something was done.
const RESULT: Field = only("/_result", "Result", Shown::Plain).when("/_results");

const fn only(at: &'static str, label: &'static str, shown: Shown) -> Field {
    Field::new(at, label, Takes::Only(shown))
}

const IDS: Field = Field::new(
    "/ids",
    "Order",
    Takes::Rows(
        &[
            Field::new("", "Do it", Takes::Pick).from("/id"),
            NUMBER,
            BUYER,
            only("/status", "Status", Shown::Word),
            only("/payment/status", "Payment", Shown::Word),
            only("/totals/total", "Total", Shown::Plain),
            RESULT,
        ],
        0,
    ),
)
.from("/_chosen");

const fn bulk(id: &'static str, title: &'static str) -> Form {
    let done = "It is done as far as it could be: each order says what came of it.";
    Form { manner: Manner::Each, done, ..Form::new(id, title, Verb::Post, "/v1/admin/orders/bulk") }
}

const fn page(path: &'static str, title: &'static str) -> Page {
    const ASKS: &[Ask] = &[chosen("_chosen", "orders", "/v1/admin/orders/{orders}")];
    Page::new(path, title, "/orders").asks(ASKS)
}

pub static TAG: Page = page("/orders/tag", "Change the tags of orders").shows(&[
    Block::Links(ORDERS),
    Block::Form(Form {
        fields: &[
            Field::new("/action/tag/add", "Tags to add, one on each line", Takes::Lines),
            Field::new("/action/tag/remove", "Tags to take away, one on each line", Takes::Lines),
            IDS,
        ],
        button: "Change the tags",
        ..bulk("orders-tag", "")
    }),
]);

pub static CAPTURE: Page = page("/orders/capture", "Take the money of orders").shows(&[
    Block::Links(ORDERS),
    Block::Text("Of each order, all the money that is set aside is taken."),
    Block::Form(Form {
        fields: &[Field::new("/action/capture", "", Takes::Empty), IDS],
        button: "Take the money",
        ..bulk("orders-capture", "")
    }),
]);

pub static CANCEL: Page = page("/orders/cancel", "Cancel orders").shows(&[
    Block::Links(ORDERS),
    Block::Text(
        "Orders that are not paid end, and this cannot be undone. One that is paid is cancelled on its own page, \
         where you say what of its money goes back.",
    ),
    Block::Form(Form {
        fields: &[Field::new("/action/cancel", "", Takes::Empty), IDS],
        button: "Cancel the orders",
        ..bulk("orders-cancel", "")
    }),
]);

/// The queue: whichever were ticked in the list, else all that wait, the oldest first.
pub static SEND: Page = Page::new("/orders/send", "Send orders", "/orders")
    .asks(&[
        ask("/v1/admin/orders?status=confirmed&fulfilment_status=unfulfilled&sort=oldest&limit=20"),
        chosen("_chosen", "orders", "/v1/admin/orders/{orders}"),
    ])
    .shows(&[
        Block::Links(&[
            link("Back to the orders", "/orders"),
            link("Packing slips of all of these", "/packing-slips?orders={_ids}"),
            link("Those that wait now", "/orders/send").when(&[When("/_results", &[])]),
        ]),
        Block::Text(
            "All that is still to be sent of each order that is ticked goes out, in one parcel. For a part of an order, \
             go to its own page.",
        ),
        Block::Form(Form {
            fields: &[
                Field::new(
                    "/parcels",
                    "Order",
                    Takes::Rows(
                        &[
                            Field::new("/order_id", "Send", Takes::Pick).from("/id"),
                            NUMBER,
                            BUYER,
                            only("/shipping_address/city", "To", Shown::Plain),
                            only("/_to_send", "In the parcel", Shown::Pieces),
                            Field::new("/carrier", "Carrier", Takes::Line).empty().omitted(),
                            Field::new("/tracking_url", "Tracking link", Takes::Line).empty().omitted(),
                            RESULT,
                        ],
                        0,
                    ),
                )
                .from("/_chosen"),
                Field::new("/notify", "Write to the buyers", Takes::Flag).ticked(),
            ],
            manner: Manner::Each,
            button: "Send those that are ticked",
            done: "They are sent as far as they could be: each order says what came of it.",
            ..Form::new("orders-send", "", Verb::Post, "/v1/admin/fulfilments")
        }),
    ]);

/// Of all orders that the address asks for when the job begins.
const WHICH: Field = Field::new("/orders/filter", "", Takes::Hidden).from("/_filter");

const fn job(id: &'static str, title: &'static str, fields: &'static [Field]) -> Form {
    let when: &[When] = &[When("/items", &[])];
    let (then, done) = (Some("/jobs/{id}"), "It goes on by itself, order by order.");
    Form { fields, when, then, done, ..Form::new(id, title, Verb::Post, "/v1/admin/jobs") }
}

pub static ALL: Page =
    Page::new("/orders/all", "All {total} orders that fit", "/orders").asks(&[ask("/v1/admin/orders")]).shows(&[
        Block::Links(&[link("Back to the list", "/orders?")]),
        FILTER,
        Block::Text(
            "What is done here is done to all {total} orders that fit, on whichever page of the list they are. It is \
             a job, at most 10,000 orders long: it goes on by itself, and says of each order what came of it.",
        ),
        Block::Form(Form {
            button: "Change the tags of all that fit",
            ..job(
                "all-tag",
                "Change tags",
                &[
                    WHICH,
                    Field::new("/orders/action/tag/add", "Tags to add, one on each line", Takes::Lines),
                    Field::new("/orders/action/tag/remove", "Tags to take away, one on each line", Takes::Lines),
                ],
            )
        }),
        Block::Form(Form {
            note: "Of each of the {total} orders, all the money that is set aside is taken.",
            button: "Take the money of all that fit",
            manner: Manner::Hurt,
            ..job("all-capture", "Take the money", &[WHICH, Field::new("/orders/action/capture", "", Takes::Empty)])
        }),
        Block::Form(Form {
            note: "Those of the {total} orders that are not paid end, and this cannot be undone.",
            button: "Cancel all that fit",
            manner: Manner::Hurt,
            ..job("all-cancel", "Cancel", &[WHICH, Field::new("/orders/action/cancel", "", Takes::Empty)])
        }),
        Block::Table(Table { title: "Which they are", ..LISTED }),
    ]);
