//! What can be done to an order. Each is there once the order says that it can be.

use crate::console::page::{Block, Facts, Field, Form, Manner, Shown, Takes, Verb, When, fact};

/// How staff may be paid.
pub const BY_HAND: Takes = Takes::Choice(&[
    ("bank_transfer", "Bank transfer"),
    ("cash_on_delivery", "Cash on delivery"),
    ("invoice", "Invoice"),
]);

pub const PAY_BY_HAND: Form = Form {
    fields: &[Field::new("/provider", "", Takes::Fixed("manual")), Field::new("/method", "Paid by", BY_HAND).empty()],
    when: &[When("/status", &["awaiting_payment"]), When("!/payment/provider", &["manual"])],
    note: "For a buyer who was not able to pay, and has agreed on another way. What comes is recorded then.",
    button: "Have it paid this way",
    done: "It is to be paid this way.",
    ..Form::new("order-pay", "Have it paid by hand", Verb::Post, "/v1/admin/orders/{id}/payments")
};

pub const RECEIVED: Form = Form {
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
};

pub const REASON: Field = Field::new("/reason", "Reason, for staff", Takes::Line).empty();
const AMOUNT: Field = Field::new("/amount", "Amount", Takes::Money("/currency")).empty();
/// A row for each line of the order, or of what the form is about.
pub const fn lines(of: &'static [Field]) -> Field {
    Field::new("/lines", "Line", Takes::Rows(of, 0))
}

pub const WHICH: Field = Field::new("/line_id", "", Takes::Hidden).from("/id");
pub const ORDERED: Field = Field::new("", "Ordered", Takes::Only(Shown::Plain)).from("/quantity");
pub const WHAT: Field = Field::new("", "Product", Takes::Only(Shown::Plain)).from("/title");

pub const CAPTURE: Form = Form {
    fields: &[AMOUNT.note("All of it, if empty. What is not taken now is let go.")],
    when: &[When("/capturable", &[])],
    note: "{capturable} are set aside.",
    button: "Take the money",
    done: "The money is being taken.",
    ..Form::new("order-capture", "Take the money", Verb::Post, "/v1/admin/orders/{id}/capture")
};

pub const REFUND: Form = Form {
    fields: &[
        lines(&[
            WHICH,
            WHAT,
            ORDERED,
            Field::new("", "Can be given back", Takes::Only(Shown::Plain)).from("/refundable"),
            Field::new("/quantity", "Pieces to refund", Takes::Whole).empty(),
            Field::new("/restock", "Back into stock", Takes::Flag).empty(),
        ]),
        Field::new("/shipping", "Of the shipping", Takes::Money("/currency")).empty(),
        AMOUNT.note("Instead of what lines and shipping come to, or without any"),
        REASON,
    ],
    when: &[When("/refundable", &[])],
    note: "{refundable} can still be given back: first to the payment, then to gift cards.",
    button: "Refund",
    manner: Manner::Review("/v1/admin/orders/{id}/refunds/preview", COMES_TO),
    done: "The money is on its way back.",
    ..Form::new("order-refund", "Refund", Verb::Post, "/v1/admin/orders/{id}/refunds")
};

const COMES_TO: &[Block] = &[Block::Facts(Facts {
    title: "This refund comes to",
    facts: &[
        fact("For", "/_asked/lines", Shown::Pieces),
        fact("Reason", "/_asked/reason", Shown::Plain),
        fact("In all", "/amount", Shown::Plain),
        fact("Back to the payment", "/to_payment", Shown::Plain),
        fact("Back to gift cards", "/to_gift_cards", Shown::Plain),
        fact("Can be given back afterwards", "/left", Shown::Plain),
    ],
})];

pub const NOTE: Form = Form {
    fields: &[
        Field::new("/text", "Note", Takes::Prose).empty(),
        Field::new("/visible_to_buyer", "The buyer sees it on the order", Takes::Flag).empty(),
    ],
    when: &[When("/timeline", &[])],
    button: "Add the note",
    done: "The note is there.",
    ..Form::new("order-note", "Add a note", Verb::Post, "/v1/admin/orders/{id}/notes")
};

pub const TAGS: Form = Form {
    fields: &[
        Field::new("/add", "Tags to add, one on each line", Takes::Lines),
        Field::new("/remove", "Tags to take away, one on each line", Takes::Lines),
    ],
    note: "Staff see them in the list, and ask by them.",
    button: "Change the tags",
    done: "The tags are changed. The list has them in a moment.",
    ..Form::new("order-tags", "Tags", Verb::Post, "/v1/admin/orders/{id}/tags")
};

pub const CANCEL: Form = Form {
    fields: &[
        REASON,
        Field::new("/refund", "Give back all that was taken", Takes::Flag).from("/captured"),
        Field::new("/restock", "Put the pieces back into stock", Takes::Flag).ticked(),
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
pub const NOTIFY: Field = Field::new("/notify", "Write to the buyer", Takes::Flag);
const PARCEL: &[(&str, &str)] = &[("number", "/number")];
const RETURN_ID: &[(&str, &str)] = &[("return", "/id")];

pub const FULFIL: Form = Form {
    fields: &[
        lines(&[
            WHICH,
            WHAT,
            ORDERED,
            Field::new("", "Packed", Takes::Only(Shown::Plain)).from("/packed"),
            Field::new("", "Sent", Takes::Only(Shown::Plain)).from("/fulfilled"),
            Field::new("/quantity", "Pieces to send", Takes::Whole).empty(),
        ])
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
        NOTIFY.ticked(),
    ],
    when: &[When("/status", &["confirmed"]), When("/fulfilment_status", &["unfulfilled", "partially_fulfilled"])],
    button: "Send it",
    done: "The parcel is there.",
    ..Form::new("order-fulfil", "Send goods", Verb::Post, "/v1/admin/orders/{id}/fulfilments")
};

pub const SHIP: Form = Form {
    within: PARCEL,
    fields: &[CARRIER, TRACKING, NOTIFY.ticked()],
    when: &[When("/status", &["packed"])],
    done: "The parcel is shipped.",
    ..Form::new("parcel-ship", "Ship the parcel", Verb::Post, "/v1/admin/orders/{id}/fulfilments/{number}/ship")
};

pub const UNPACK: Form = Form {
    within: PARCEL,
    when: &[When("/status", &["packed"])],
    done: "The parcel is unpacked.",
    ..Form::new("parcel-undo", "Unpack it again", Verb::Post, "/v1/admin/orders/{id}/fulfilments/{number}/undo")
};

pub const APPROVE: Form = Form {
    within: RETURN_ID,
    fields: &[Field::new("/instructions", "What the buyer is to do", Takes::Prose)
        .omitted()
        .note("Said in the letter")],
    when: &[When("/status", &["requested"])],
    done: "The return is approved.",
    ..Form::new("return-approve", "Approve the return", Verb::Post, "/v1/admin/returns/{return}/approve")
};

pub const REFUSE: Form = Form {
    within: RETURN_ID,
    fields: &[Field::new("/reason", "Reason", Takes::Prose).empty().note("Said in the letter")],
    when: &[When("/status", &["requested"])],
    done: "The return is refused.",
    ..Form::new("return-refuse", "Refuse the return", Verb::Post, "/v1/admin/returns/{return}/refuse")
};

pub const RECEIVE: Form = Form {
    within: RETURN_ID,
    fields: &[lines(&[
        Field::new("/line_id", "", Takes::Hidden),
        WHAT,
        Field::new("", "Why", Takes::Only(Shown::Plain)).from("/reason"),
        Field::new("/quantity", "Pieces that came", Takes::Whole),
        Field::new("/restock", "As good as new: back into stock", Takes::Flag).ticked(),
    ])],
    when: &[When("/status", &["approved"])],
    note: "What did not come is with the buyer still, and may be asked for again. The money goes back by a refund.",
    button: "It has come",
    done: "The return is received.",
    ..Form::new("return-receive", "Receive the return", Verb::Post, "/v1/admin/returns/{return}/receive")
};

pub const RETURN: Form = Form {
    fields: &[
        lines(&[
            WHICH,
            WHAT,
            Field::new("", "Can come back", Takes::Only(Shown::Plain)).from("/returnable"),
            Field::new("/quantity", "Pieces", Takes::Whole).empty(),
            Field::new("/reason", "Why", Takes::Line).empty(),
        ]),
        Field::new("/comment", "Comment", Takes::Prose).empty().omitted(),
    ],
    when: &[When("/fulfilments", &[])],
    note: "Of what was sent. It counts as approved at once.",
    button: "Begin the return",
    done: "The return is begun.",
    ..Form::new("order-return", "Take something back", Verb::Post, "/v1/admin/orders/{id}/returns")
};

pub const REFUND_DONE: Form = Form {
    within: PARCEL,
    note: "{amount} went back to the buyer by a bank transfer or in cash. This cannot be undone.",
    button: "It was given back",
    manner: Manner::Hurt,
    done: "The refund is noted as done.",
    ..Form::new("refund-done", "Note it as done", Verb::Post, "/v1/admin/orders/{id}/refunds/{number}/done")
};
