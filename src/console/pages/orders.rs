//! Orders: the list, and one with all that can be done to it.

use super::order_edit::EDITABLE;
use super::order_forms::{
    APPROVE, CANCEL, CAPTURE, FULFIL, NOTE, PAY_BY_HAND, RECEIVE, RECEIVED, REFUND, REFUND_DONE, REFUSE, RETURN, SHIP,
    TAGS, UNPACK,
};
use super::views;
use super::waiting_edit::WAITING;
use crate::console::page::{
    Block, Each, Fact, Facts, Field, Link, Page, Shown, Table, Takes, When, ask, fact, if_there, known, link,
};

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

const CHANGES: &[(&str, &str)] = &[("", "Any"), ("awaiting_payment", "To be paid")];

const VIEWS: &[Link] = &[
    link("All", "?"),
    link("To send", "?status=confirmed&fulfilment_status=unfulfilled"),
    link("Sent in part", "?status=confirmed&fulfilment_status=partially_fulfilled"),
    link("Not paid yet", "?status=awaiting_payment"),
    link("To capture", "?payment_status=authorized"),
    link("Returns to decide", "?return_status=requested"),
    link("Changes to be paid", "?edit_status=awaiting_payment"),
    link("Cancelled", "?status=cancelled"),
];

const SORTS: &[(&str, &str)] = &[
    ("", "Newest first"),
    ("oldest", "Oldest first"),
    ("total_desc", "Highest total first"),
    ("total_asc", "Lowest total first"),
];

/// What can be asked of a list of orders.
pub const FILTER: Block = Block::Filter(&[
    Field::new("q", "Search", Takes::Line)
        .note("Part of a number, a mail address, a name, a telephone number or an SKU"),
    Field::new("status", "Status", Takes::Choice(STATUSES)),
    Field::new("payment_status", "Payment", Takes::Choice(PAYMENTS)),
    Field::new("fulfilment_status", "Sent", Takes::Choice(SENT)),
    Field::new("return_status", "Returns", Takes::Choice(RETURNS)),
    Field::new("edit_status", "Changes", Takes::Choice(CHANGES)),
    Field::new("country", "Country", Takes::Line).note("Two letters, such as DE"),
    Field::new("tag", "Tag", Takes::Line),
    Field::new("from", "Placed from", Takes::Day),
    Field::new("to", "Placed until", Takes::Day),
    Field::new("currency", "Currency", Takes::Line).note("Three letters, such as EUR; needed to ask for totals"),
    Field::new("total_min", "Total at least", Takes::Minor),
    Field::new("total_max", "Total at most", Takes::Minor),
    Field::new("sort", "Sorted", Takes::Choice(SORTS)),
]);

pub const LISTED: Table = Table {
    title: "",
    rows: "/items",
    leads: "/orders/{id}",
    columns: &[
        fact("Order", "/number", Shown::Plain),
        fact("Placed", "/placed_at", Shown::Time),
        fact("Buyer", "/_buyer", Shown::Plain),
        fact("Country", "/country", Shown::Plain),
        fact("Status", "/status", Shown::Word),
        fact("Payment", "/_payment", Shown::Word),
        fact("Sent", "/fulfilment_status", Shown::Word),
        fact("Tags", "/tags", Shown::Plain),
        fact("Total", "/total", Shown::Plain),
    ],
    empty: "No order is like that. Ask for less, or look at all of them.",
};

pub static ORDERS: Page = Page::new("/orders", "Orders", "/orders")
    .asks(&[ask("/v1/admin/orders"), if_there("_views", "/v1/admin/views?page=orders")])
    .shows(&[
        Block::Views(VIEWS),
        Block::Links(&[
            link("Send orders", "/orders/send"),
            link("Drafts", "/drafts"),
            link("Export as CSV", FILE).when(&[When("!/_many", &[])]),
            link("Export as CSV", "/orders/export?").when(&[When("/_many", &[])]),
            link("Invoices and credit notes", "/documents"),
        ]),
        FILTER,
        Block::Form(views::KEEP),
        Block::Form(views::FORGET),
        Block::Picks(
            "orders",
            LISTED,
            &[
                link("Send", "/orders/send"),
                link("Packing slips", "/packing-slips"),
                link("Change tags", "/orders/tag"),
                link("Take the money", "/orders/capture"),
                link("Cancel", "/orders/cancel"),
                link("All {total} that fit…", "/orders/all?"),
            ],
        ),
    ]);

const FILE: &str = "/v1/admin/orders/export?";

/// More orders than one file has.
pub static EXPORT: Page =
    Page::new("/orders/export", "Export {total} orders", "/orders").asks(&[ask("/v1/admin/orders")]).shows(&[
        Block::Links(&[link("Back to the list", "/orders?"), link("Download as CSV", FILE)]),
        Block::Text(
            "The shop gives out 10,000 orders at a time, and this page puts them together into one file. Without \
             scripts you get the newest 10,000: choose days so that no more fit, and download file by file.",
        ),
        FILTER,
        Block::Table(LISTED),
    ]);

pub static ORDER: Page = Page::new("/orders/{id}", "Order {number}", "/orders")
    .asks(&[
        ask("/v1/admin/orders/{id}"),
        if_there("_documents", "/v1/admin/orders/{id}/documents"),
        if_there("_staff", "/v1/admin/staff"),
        if_there("_listed", "/v1/admin/orders?limit=1&q={id}"),
        known("_others", "/v1/admin/orders?limit=10&q={email}"),
    ])
    .shows(&[
        Block::Facts(STANDING),
        Block::Links(&[
            link("Edit the order", "/orders/{id}/edit").when(EDITABLE),
            link("Packing slip", "/packing-slips?orders={_at/id}"),
        ]),
        Block::Table(LINES),
        Block::Each(WAITING),
        Block::Form(PAY_BY_HAND),
        Block::Form(RECEIVED),
        Block::Form(FULFIL),
        Block::Form(CAPTURE),
        Block::Form(REFUND),
        Block::Form(RETURN),
        Block::Form(NOTE),
        Block::Form(TAGS),
        Block::Form(CANCEL),
        Block::Each(Each { rows: "/_by_hand", title: "To give back by hand", facts: BY_HAND, forms: &[REFUND_DONE] }),
        Block::Each(Each { rows: "/fulfilments", title: "Parcel {number}", facts: PARCEL, forms: &[SHIP, UNPACK] }),
        Block::Each(Each {
            rows: "/returns",
            title: "Return {_number}",
            facts: RETURNED,
            forms: &[APPROVE, REFUSE, RECEIVE],
        }),
        Block::Table(REFUNDS),
        Block::Table(EDITS),
        Block::Table(TRIES),
        Block::Table(TIMELINE),
        Block::Beside,
        Block::Facts(SUMS),
        Block::Facts(BUYER),
        Block::Facts(PAYMENT),
        Block::Table(DOCUMENTS),
        Block::Table(OTHERS),
    ]);

/// What is seen first: how it stands.
const STANDING: Facts = Facts {
    title: "",
    facts: &[
        fact("Status", "/status", Shown::Word),
        fact("Payment", "/payment/status", Shown::Word),
        fact("Sent", "/fulfilment_status", Shown::Word),
        fact("Placed", "/placed_at", Shown::Time),
        fact("Total", "/totals/total", Shown::Plain),
        fact("Tags", "/_listed/items/0/tags", Shown::Plain),
        fact("Why cancelled", "/cancel_reason", Shown::Word),
        fact("Reason", "/cancellation/reason", Shown::Plain),
        fact("Payment declined", "/payment/decline_reason", Shown::Word),
        fact("Contested with the bank", "/disputes", Shown::Plain),
    ],
};

pub const LINES: Table = Table {
    title: "Lines",
    rows: "/lines",
    leads: "/products/{product_id}",
    columns: &[
        fact("Product", "/title", Shown::Plain),
        fact("SKU", "/sku", Shown::Plain),
        fact("In it", "/parts", Shown::Pieces),
        fact("Price", "/unit_price", Shown::Plain),
        fact("Pieces", "/quantity", Shown::Plain),
        fact("Discount", "/discount", Shown::Plain),
        fact("Tax", "/tax/amount", Shown::Plain),
        fact("Total", "/total", Shown::Plain),
        fact("Packed", "/packed", Shown::Of("/quantity")),
        fact("Sent", "/fulfilled", Shown::Of("/quantity")),
        fact("Came back", "/returned", Shown::Of("/quantity")),
        fact("Refunded", "/refunded", Shown::Of("/quantity")),
        fact("Not in stock again", "/not_put_back", Shown::Link("/variants/{variant_id}")),
    ],
    empty: "",
};

const BY_HAND: &[Fact] = &[fact("Amount", "/amount", Shown::Plain), fact("Status", "/status", Shown::Word)];

const PARCEL: &[Fact] = &[
    fact("Status", "/status", Shown::Word),
    fact("In it", "/lines", Shown::Pieces),
    fact("Carrier", "/carrier", Shown::Plain),
    fact("Tracking", "/tracking_url", Shown::Web),
    fact("Packed", "/packed_at", Shown::Time),
    fact("Shipped", "/shipped_at", Shown::Time),
];

const RETURNED: &[Fact] = &[
    fact("Status", "/status", Shown::Word),
    fact("What, and why", "/lines", Shown::Pieces),
    fact("Asked for", "/asked_at", Shown::Time),
    fact("Comment", "/comment", Shown::Plain),
    fact("The buyer was told", "/instructions", Shown::Plain),
    fact("Refused because", "/refusal", Shown::Plain),
    fact("What has come", "/received", Shown::Pieces),
];

const REFUNDS: Table = Table {
    title: "Refunds",
    rows: "/refunds",
    leads: "",
    columns: &[
        fact("When", "/at", Shown::Time),
        fact("Amount", "/amount", Shown::Plain),
        fact("For", "/lines", Shown::Pieces),
        fact("Shipping", "/shipping", Shown::Plain),
        fact("Reason", "/reason", Shown::Plain),
        fact("Where to", "/_where_to", Shown::Plain),
    ],
    empty: "Nothing was given back.",
};

const EDITS: Table = Table {
    title: "Changes",
    rows: "/edits",
    leads: "",
    columns: &[
        fact("When", "/at", Shown::Time),
        fact("Reason", "/reason", Shown::Plain),
        fact("Taken out", "/taken_out", Shown::Pieces),
        fact("Added", "/added", Shown::Pieces),
        fact("To be paid", "/to_pay", Shown::Plain),
        fact("Paid by hand", "/paid_by_hand", Shown::Plain),
        fact("Refunded", "/refunded", Shown::Plain),
        fact("Sent by", "/shipping_option/title", Shown::Plain),
        fact("E-mail", "/email", Shown::Plain),
        fact("Goes to", "/shipping_address", Shown::Address),
    ],
    empty: "It is as it was placed.",
};

const TRIES: Table = Table {
    title: "Tries to pay",
    rows: "/attempts",
    leads: "",
    columns: &[
        fact("Begun", "/started_at", Shown::Time),
        fact("By", "/provider", Shown::Word),
        fact("Way", "/method", Shown::Word),
        fact("Status", "/status", Shown::Word),
        fact("Amount", "/amount", Shown::Plain),
        fact("Taken", "/captured", Shown::Plain),
        fact("Reference", "/reference", Shown::Plain),
    ],
    empty: "",
};

const TIMELINE: Table = Table {
    title: "Who did what",
    rows: "/timeline",
    leads: "",
    columns: &[
        fact("When", "/at", Shown::Time),
        fact("What", "/type", Shown::Word),
        fact("Note", "/text", Shown::Plain),
        fact("By", "/_who", Shown::Plain),
        fact("Seen by", "/_seen", Shown::Plain),
    ],
    empty: "",
};

pub const ITEMS: Fact = fact("Items", "/totals/items", Shown::Plain);
pub const DISCOUNT: Fact = fact("Discount", "/totals/discount", Shown::Plain);
pub const SHIPPING: Fact = fact("Shipping", "/totals/shipping", Shown::Plain);
/// Where it comes on top; else it is in the others, and named after what they come to.
pub const TAX: Fact = fact("Tax", "/_tax_on_top", Shown::Plain);
pub const TOTAL: Fact = fact("Total", "/totals/total", Shown::Plain);
pub const TAX_IN_IT: Fact = fact("Of that tax", "/_tax_in_it", Shown::Plain);

/// All of its money in one place, as it adds up.
const SUMS: Facts = Facts {
    title: "Money",
    facts: &[
        ITEMS,
        DISCOUNT,
        SHIPPING,
        TAX,
        TOTAL,
        TAX_IN_IT,
        fact("Of that by gift cards", "/totals/gift_cards", Shown::Plain),
        fact("Of that taken out or replaced", "/set_off", Shown::Plain),
        fact("Taken", "/captured", Shown::Plain),
        fact("Left to pay", "/payment/left_to_pay", Shown::Plain),
        fact("Can be taken", "/capturable", Shown::Plain),
        fact("Refunded", "/refunded", Shown::Plain),
        fact("Can be given back", "/refundable", Shown::Plain),
        fact("Without VAT (reverse charge)", "/reverse_charge", Shown::Plain),
        fact("Coupons", "/coupons", Shown::Plain),
    ],
};

const BUYER: Facts = Facts {
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
};

const PAYMENT: Facts = Facts {
    title: "Payment",
    facts: &[
        fact("By", "/payment/provider", Shown::Word),
        fact("Way", "/payment/method", Shown::Word),
        fact("Due", "/payment/due_by", Shown::Time),
        fact("Goods kept until", "/held_until", Shown::Time),
        fact("May be paid until", "/payable_until", Shown::Time),
        fact("No documents", "/_documents/detail", Shown::Plain),
    ],
};

const DOCUMENTS: Table = Table {
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
};

const OTHERS: Table = Table {
    title: "Other orders of this buyer",
    rows: "/_others/items",
    leads: "/orders/{id}",
    columns: &[
        fact("Order", "/number", Shown::Plain),
        fact("Status", "/status", Shown::Word),
        fact("Total", "/total", Shown::Plain),
    ],
    empty: "It is the only one so far.",
};
