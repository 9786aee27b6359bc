//! Orders: the list, and one with all that can be done to it.

use crate::console::page::{
    Block, Each, Facts, Field, Form, Manner, Page, Shown, Table, Takes, Verb, When, ask, fact, link,
};

const STATUSES: &[(&str, &str)] = &[
    ("", "Any"),
    ("awaiting_payment", "Awaiting payment"),
    ("confirmed", "Confirmed"),
    ("fulfilled", "Fulfilled"),
    ("cancelled", "Cancelled"),
];

pub static ORDERS: Page = Page::new("/orders", "Orders", "/orders").asks(&[ask("/v1/admin/orders")]).shows(&[
    Block::Views(&[
        link("All", "?"),
        link("To send", "?status=confirmed"),
        link("Not paid yet", "?status=awaiting_payment"),
        link("Cancelled", "?status=cancelled"),
    ]),
    Block::Filter(&[
        Field::new("q", "Search", Takes::Line).note("Part of a mail address, or a number"),
        Field::new("status", "Status", Takes::Choice(STATUSES)),
        Field::new("from", "Placed from", Takes::Time),
        Field::new("to", "Placed before", Takes::Time),
    ]),
    Block::Table(Table {
        title: "",
        rows: "/items",
        leads: "/orders/{id}",
        columns: &[
            fact("Order", "/number", Shown::Plain),
            fact("Placed", "/placed_at", Shown::Time),
            fact("Buyer", "/email", Shown::Plain),
            fact("Status", "/status", Shown::Word),
            fact("Payment", "/payment_status", Shown::Word),
            fact("Pieces", "/pieces", Shown::Plain),
            fact("Total", "/total", Shown::Plain),
        ],
        empty: "No order is like that. Ask for less, or look at all of them.",
    }),
]);

const AMOUNT: Field = Field::new("/amount", "Amount", Takes::Money("/currency")).empty();
const WHICH: Field = Field::new("/line_id", "", Takes::Hidden).from("/id");
const WHAT: Field = Field::new("", "Product", Takes::Only(Shown::Plain)).from("/title");

const CAPTURE: Form = Form {
    fields: &[AMOUNT.note("All of it, if empty. What is not taken now is let go.")],
    when: &[When("/capturable", &[])],
    note: "{capturable} are set aside.",
    button: "Take the money",
    done: "The money is being taken.",
    ..Form::new("order-capture", "Take the money", Verb::Post, "/v1/admin/orders/{id}/capture")
};

const REFUND: Form = Form {
    fields: &[
        Field::new(
            "/lines",
            "Line",
            Takes::Rows(
                &[
                    WHICH,
                    WHAT,
                    Field::new("/quantity", "Pieces to refund", Takes::Whole).empty(),
                    Field::new("/restock", "Back into stock", Takes::Flag).empty(),
                ],
                0,
            ),
        ),
        Field::new("/shipping", "Of the shipping", Takes::Money("/currency")).empty(),
        AMOUNT.note("Instead of what lines and shipping come to, or without any"),
        Field::new("/reason", "Reason, for staff", Takes::Line).empty(),
    ],
    when: &[When("/refundable", &[])],
    note: "{refundable} can still be given back: first to the payment, then to gift cards.",
    button: "Refund",
    done: "The money is on its way back.",
    ..Form::new("order-refund", "Refund", Verb::Post, "/v1/admin/orders/{id}/refunds")
};

const NOTE: Form = Form {
    fields: &[
        Field::new("/text", "Note", Takes::Prose).empty(),
        Field::new("/visible_to_buyer", "The buyer sees it on the order", Takes::Flag).empty(),
    ],
    when: &[When("/timeline", &[])],
    button: "Add the note",
    done: "The note is there.",
    ..Form::new("order-note", "Add a note", Verb::Post, "/v1/admin/orders/{id}/notes")
};

const CANCEL: Form = Form {
    fields: &[
        Field::new("/reason", "Reason, for staff", Takes::Line).empty(),
        Field::new("/refund", "Give back all that was taken", Takes::Flag).from("/captured"),
        Field::new("/restock", "Put the pieces back into stock", Takes::Flag).from("/timeline"),
    ],
    manner: Manner::Hurt,
    when: &[When("/timeline", &[]), When("/status", &["awaiting_payment", "confirmed"])],
    note: "The order ends, and this cannot be undone.",
    button: "Cancel the order",
    done: "The order is cancelled.",
    ..Form::new("order-cancel", "Cancel the order", Verb::Post, "/v1/admin/orders/{id}/cancel")
};

const CARRIER: Field = Field::new("/carrier", "Carrier", Takes::Line).omitted();
const TRACKING: Field = Field::new("/tracking_url", "Address where it is tracked", Takes::Line).omitted();
const NOTIFY: Field = Field::new("/notify", "Write to the buyer", Takes::Flag);
const PARCEL: &[(&str, &str)] = &[("number", "/number")];
const RETURN: &[(&str, &str)] = &[("return", "/id")];

const FULFIL: Form = Form {
    fields: &[
        Field::new(
            "/lines",
            "Line",
            Takes::Rows(&[WHICH, WHAT, Field::new("/quantity", "Pieces to send", Takes::Whole).empty()], 0),
        )
        .omitted()
        .note("All that is still to be sent, if every field is empty."),
        CARRIER,
        TRACKING,
        Field::new(
            "/status",
            "When",
            Takes::Choice(&[("shipped", "Shipped now"), ("packed", "Packed; shipped later")]),
        )
        .empty(),
        NOTIFY.from("/fulfilment_status"),
    ],
    when: &[When("/status", &["confirmed"]), When("/fulfilment_status", &["unfulfilled", "partially_fulfilled"])],
    button: "Send it",
    done: "The parcel is there.",
    ..Form::new("order-fulfil", "Send goods", Verb::Post, "/v1/admin/orders/{id}/fulfilments")
};

const SHIP: Form = Form {
    within: PARCEL,
    fields: &[CARRIER, TRACKING, NOTIFY.from("/status")],
    when: &[When("/status", &["packed"])],
    done: "The parcel is shipped.",
    ..Form::new("parcel-ship", "Ship the parcel", Verb::Post, "/v1/admin/orders/{id}/fulfilments/{number}/ship")
};

const UNPACK: Form = Form {
    within: PARCEL,
    when: &[When("/status", &["packed"])],
    done: "The parcel is unpacked.",
    ..Form::new("parcel-undo", "Unpack it again", Verb::Post, "/v1/admin/orders/{id}/fulfilments/{number}/undo")
};

const APPROVE: Form = Form {
    within: RETURN,
    fields: &[Field::new("/instructions", "What the buyer is to do", Takes::Prose)
        .omitted()
        .note("Said in the letter")],
    when: &[When("/status", &["requested"])],
    done: "The return is approved.",
    ..Form::new("return-approve", "Approve the return", Verb::Post, "/v1/admin/returns/{return}/approve")
};

const REFUSE: Form = Form {
    within: RETURN,
    fields: &[Field::new("/reason", "Reason", Takes::Prose).empty().note("Said in the letter")],
    when: &[When("/status", &["requested"])],
    done: "The return is refused.",
    ..Form::new("return-refuse", "Refuse the return", Verb::Post, "/v1/admin/returns/{return}/refuse")
};

const RECEIVE: Form = Form {
    within: RETURN,
    when: &[When("/status", &["approved"])],
    note: "All of it has come, and goes back into stock.",
    done: "The return is received.",
    ..Form::new("return-receive", "Receive the return", Verb::Post, "/v1/admin/returns/{return}/receive")
};

pub static ORDER: Page =
    Page::new("/orders/{id}", "Order {number}", "/orders").asks(&[ask("/v1/admin/orders/{id}")]).shows(&[
        Block::Facts(Facts {
            title: "",
            facts: &[
                fact("Status", "/status", Shown::Word),
                fact("Payment", "/payment/status", Shown::Word),
                fact("Placed", "/placed_at", Shown::Time),
                fact("Total", "/totals/total", Shown::Plain),
                fact("Sent", "/fulfilment_status", Shown::Word),
                fact("Taken", "/payment/captured", Shown::Plain),
                fact("Refunded", "/refunded", Shown::Plain),
                fact("Can be taken", "/capturable", Shown::Plain),
                fact("Why cancelled", "/cancel_reason", Shown::Word),
                fact("Payment declined", "/payment/decline_reason", Shown::Word),
            ],
        }),
        Block::Form(Form {
            fields: &[
                Field::new("/amount", "Amount", Takes::Money("/currency")).from("/totals/to_pay"),
                Field::new("/reference", "Reference", Takes::Line)
                    .empty()
                    .note("Where it is found again, such as in a bank statement"),
            ],
            when: &[When("/payment/provider", &["manual"]), When("/payment/status", &["pending"])],
            note: "{totals/to_pay} are to come.",
            button: "Record the money",
            done: "The money is recorded.",
            ..Form::new("order-received", "Record a payment", Verb::Post, "/v1/admin/orders/{id}/payments/received")
        }),
        Block::Form(CAPTURE),
        Block::Form(REFUND),
        Block::Form(NOTE),
        Block::Form(CANCEL),
        Block::Table(Table {
            title: "Lines",
            rows: "/lines",
            leads: "/products/{product_id}",
            columns: &[
                fact("Product", "/title", Shown::Plain),
                fact("SKU", "/sku", Shown::Plain),
                fact("Price", "/unit_price", Shown::Plain),
                fact("Quantity", "/quantity", Shown::Plain),
                fact("Discount", "/discount", Shown::Plain),
                fact("Tax", "/tax/amount", Shown::Plain),
                fact("Total", "/total", Shown::Plain),
                fact("Sent", "/fulfilled", Shown::Plain),
                fact("Refunded", "/refunded", Shown::Plain),
                fact("Came back", "/returned", Shown::Plain),
            ],
            empty: "",
        }),
        Block::Form(FULFIL),
        Block::Each(Each {
            rows: "/fulfilments",
            title: "Parcel {number}",
            facts: &[
                fact("Status", "/status", Shown::Word),
                fact("Carrier", "/carrier", Shown::Plain),
                fact("Tracking", "/tracking_url", Shown::Plain),
                fact("Packed", "/packed_at", Shown::Time),
                fact("Shipped", "/shipped_at", Shown::Time),
            ],
            forms: &[SHIP, UNPACK],
        }),
        Block::Each(Each {
            rows: "/returns",
            title: "Return",
            facts: &[
                fact("Status", "/status", Shown::Word),
                fact("Asked for", "/asked_at", Shown::Time),
                fact("Pieces", "/lines", Shown::Plain),
                fact("Comment", "/comment", Shown::Plain),
                fact("Refused because", "/refusal", Shown::Plain),
            ],
            forms: &[APPROVE, REFUSE, RECEIVE],
        }),
        Block::Facts(Facts {
            title: "Sums",
            facts: &[
                fact("Items", "/totals/items", Shown::Plain),
                fact("Discount", "/totals/discount", Shown::Plain),
                fact("Shipping", "/totals/shipping", Shown::Plain),
                fact("Tax", "/totals/tax", Shown::Plain),
                fact("Total", "/totals/total", Shown::Plain),
                fact("Paid by gift cards", "/totals/gift_cards", Shown::Plain),
                fact("To pay", "/totals/to_pay", Shown::Plain),
                fact("Without VAT (reverse charge)", "/reverse_charge", Shown::Plain),
                fact("Coupons", "/coupons", Shown::Plain),
            ],
        }),
        Block::Facts(Facts {
            title: "Buyer and delivery",
            facts: &[
                fact("E-mail", "/email", Shown::Link("/orders?q={email}")),
                fact("Goes to", "/shipping_address", Shown::Address),
                fact("Bill goes to", "/billing_address", Shown::Address),
                fact("Shipping", "/shipping_option/title", Shown::Plain),
                fact("Fetched at", "/shipping_option/pick_up", Shown::Plain),
                fact("VAT number", "/vat_number", Shown::Plain),
                fact("Language", "/language", Shown::Plain),
            ],
        }),
        Block::Facts(Facts {
            title: "Payment",
            facts: &[
                fact("By", "/payment/provider", Shown::Word),
                fact("Way", "/payment/method", Shown::Word),
                fact("Due", "/payment/due_by", Shown::Time),
                fact("Goods kept until", "/held_until", Shown::Time),
                fact("May be paid until", "/payable_until", Shown::Time),
            ],
        }),
        Block::Table(Table {
            title: "What happened",
            rows: "/events",
            leads: "",
            columns: &[fact("When", "/at", Shown::Time), fact("What", "/type", Shown::Word)],
            empty: "",
        }),
        Block::Table(Table {
            title: "Notes",
            rows: "/notes",
            leads: "",
            columns: &[
                fact("When", "/at", Shown::Time),
                fact("Note", "/text", Shown::Plain),
                fact("For the buyer, too", "/visible_to_buyer", Shown::Plain),
            ],
            empty: "There is no note.",
        }),
    ]);
