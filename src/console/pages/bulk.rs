//! What is done to many orders at once: to those that were ticked in the list.
//! Each says what came of it, and those that refused stay ticked.

use crate::console::page::{Ask, Block, Field, Form, Link, Manner, Page, Shown, Takes, Verb, ask, chosen, link};

const ORDERS: &[Link] = &[link("Back to the orders", "/orders")];

const NUMBER: Field = only("/number", "Order", Shown::Plain);
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
                Field::new("/notify", "Write to the buyers", Takes::Flag).from("/_at"),
            ],
            manner: Manner::Each,
            button: "Send those that are ticked",
            done: "They are sent as far as they could be: each order says what came of it.",
            ..Form::new("orders-send", "", Verb::Post, "/v1/admin/fulfilments")
        }),
    ]);
