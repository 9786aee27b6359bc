//! Orders: the list, and one with all that can be done to it.

use super::order_forms::{
    APPROVE, CANCEL, CAPTURE, FULFIL, NOTE, RECEIVE, RECEIVED, REFUND, REFUSE, SHIP, TAGS, UNPACK,
};
use crate::console::page::{Block, Each, Facts, Field, Page, Shown, Table, Takes, ask, fact, if_there, link};

const STATUSES: &[(&str, &str)] = &[
    ("", "Any"),
    ("awaiting_payment", "Awaiting payment"),
    ("confirmed", "Confirmed"),
    ("fulfilled", "Fulfilled"),
    ("cancelled", "Cancelled"),
];

const PAYMENTS: &[(&str, &str)] = &[
    ("", "Any"),
    ("pending", "Pending"),
    ("authorized", "Authorized"),
    ("paid", "Paid"),
    ("declined", "Declined"),
    ("partially_refunded", "Partially refunded"),
    ("refunded", "Refunded"),
];

const SENT: &[(&str, &str)] =
    &[("", "Any"), ("unfulfilled", "Nothing"), ("partially_fulfilled", "In part"), ("fulfilled", "All")];

const RETURNS: &[(&str, &str)] = &[("", "Any"), ("requested", "To decide"), ("approved", "On their way")];

pub static ORDERS: Page = Page::new("/orders", "Orders", "/orders").asks(&[ask("/v1/admin/orders")]).shows(&[
    Block::Views(&[
        link("All", "?"),
        link("To send", "?status=confirmed&fulfilment_status=unfulfilled"),
        link("Sent in part", "?status=confirmed&fulfilment_status=partially_fulfilled"),
        link("Not paid yet", "?status=awaiting_payment"),
        link("To capture", "?payment_status=authorized"),
        link("Returns to decide", "?return_status=requested"),
        link("Cancelled", "?status=cancelled"),
    ]),
    Block::Links(&[link("Invoices and credit notes", "/documents")]),
    Block::Filter(&[
        Field::new("q", "Search", Takes::Line)
            .note("Part of a number, a mail address, a name, a telephone number or an SKU"),
        Field::new("status", "Status", Takes::Choice(STATUSES)),
        Field::new("payment_status", "Payment", Takes::Choice(PAYMENTS)),
        Field::new("fulfilment_status", "Sent", Takes::Choice(SENT)),
        Field::new("return_status", "Returns", Takes::Choice(RETURNS)),
        Field::new("country", "Country", Takes::Line).note("Two letters, such as DE"),
        Field::new("tag", "Tag", Takes::Line),
        Field::new("from", "Placed from", Takes::Day),
        Field::new("to", "Placed until", Takes::Day),
    ]),
    Block::Table(Table {
        title: "",
        rows: "/items",
        leads: "/orders/{id}",
        columns: &[
            fact("Order", "/number", Shown::Plain),
            fact("Placed", "/placed_at", Shown::Time),
            fact("Buyer", "/name", Shown::Plain),
            fact("E-mail", "/email", Shown::Plain),
            fact("To", "/country", Shown::Plain),
            fact("Status", "/status", Shown::Word),
            fact("Payment", "/payment_status", Shown::Word),
            fact("Sent", "/fulfilment_status", Shown::Word),
            fact("Tags", "/tags", Shown::Plain),
            fact("Pieces", "/pieces", Shown::Plain),
            fact("Total", "/total", Shown::Plain),
        ],
        empty: "No order is like that. Ask for less, or look at all of them.",
    }),
]);

pub static ORDER: Page = Page::new("/orders/{id}", "Order {number}", "/orders")
    .asks(&[ask("/v1/admin/orders/{id}"), if_there("_documents", "/v1/admin/orders/{id}/documents")])
    .shows(&[
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
        Block::Links(&[link("Packing slip", "/packing-slips?orders={_at/id}")]),
        Block::Form(RECEIVED),
        Block::Form(CAPTURE),
        Block::Form(REFUND),
        Block::Form(NOTE),
        Block::Form(TAGS),
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
                fact("No documents", "/_documents/detail", Shown::Plain),
                fact("Due", "/payment/due_by", Shown::Time),
                fact("Goods kept until", "/held_until", Shown::Time),
                fact("May be paid until", "/payable_until", Shown::Time),
            ],
        }),
        Block::Table(Table {
            title: "Documents",
            rows: "/_documents/items",
            leads: "/documents/{number}",
            columns: &[
                fact("Number", "/number", Shown::Plain),
                fact("Kind", "/kind", Shown::Word),
                fact("Issued", "/issued_at", Shown::Time),
                fact("Total", "/total", Shown::Plain),
            ],
            empty: "None is issued yet.",
        }),
        Block::Table(Table {
            title: "Tries to pay",
            rows: "/attempts",
            leads: "",
            columns: &[
                fact("Begun", "/started_at", Shown::Time),
                fact("By", "/provider", Shown::Word),
                fact("Way", "/method", Shown::Plain),
                fact("Status", "/status", Shown::Word),
                fact("Amount", "/amount", Shown::Plain),
                fact("Taken", "/captured", Shown::Plain),
                fact("Reference", "/reference", Shown::Plain),
            ],
            empty: "",
        }),
        Block::Table(Table {
            title: "Refunds",
            rows: "/refunds",
            leads: "",
            columns: &[
                fact("When", "/at", Shown::Time),
                fact("Reason", "/reason", Shown::Plain),
                fact("Amount", "/amount", Shown::Plain),
                fact("Where to", "/parts", Shown::Plain),
            ],
            empty: "Nothing was given back.",
        }),
        Block::Table(Table {
            title: "Who did what",
            rows: "/timeline",
            leads: "",
            columns: &[
                fact("When", "/at", Shown::Time),
                fact("What", "/type", Shown::Word),
                fact("Note", "/text", Shown::Plain),
                fact("By", "/by", Shown::Plain),
                fact("The buyer sees it", "/visible_to_buyer", Shown::Plain),
            ],
            empty: "",
        }),
    ]);
