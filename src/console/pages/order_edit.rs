//! Changing an order that is confirmed: what is to be, then what that comes to, and
//! only then is it done.

use super::order_forms::{NOTIFY, ORDERED, REASON, WHAT, WHICH, lines};
use super::orders::{DISCOUNT, ITEMS, LINES, SHIPPING, TAX, TAX_IN_IT, TOTAL};
use crate::console::page::{
    Block, Facts, Field, Form, Manner, Page, Shown, Table, Takes, Verb, When, ask, fact, if_there, link,
};

/// The order can be changed still.
pub const EDITABLE: &[When] = &[When("/status", &["awaiting_payment", "confirmed"])];

const PATH: &str = "/v1/admin/orders/{id}/edits";

pub static EDIT: Page = Page::new("/orders/{id}/edit", "Edit order {number}", "/orders")
    .asks(&[ask("/v1/admin/orders/{id}"), if_there("_ways", "/v1/admin/orders/{id}/shipping-options")])
    .shows(&[
        Block::Links(&[link("Back to the order", "/orders/{_at/id}")]),
        Block::Facts(Facts {
            title: "",
            facts: &[
                fact("Status", "/status", Shown::Word),
                fact("Payment", "/payment/status", Shown::Word),
                fact("Sent", "/fulfilment_status", Shown::Word),
                fact("Goes to", "/shipping_address", Shown::Address),
                fact("Total", "/totals/total", Shown::Plain),
            ],
        }),
        Block::Text(
            "An order is changed while it waits for its payment or is confirmed, and where it goes while nothing of it is packed. Of one that is not paid only the total changes, which its buyer pays then. Where another tax applies there, all that is left is taxed anew: its invoice has a credit note and a new one.",
        ),
        Block::Form(CHANGE),
    ]);

const CHANGE: Form = Form {
    fields: &[
        lines(&[WHICH, WHAT, ORDERED, Field::new("/quantity", "Pieces from now on", Takes::Whole).empty()])
            .omitted()
            .note("Fewer than there are, of those that were not refunded. What is left empty stays as it is."),
        Field::new("/add", "Added piece", Takes::Rows(&[VARIANT, PIECES], 1)).from("/_").omitted().note(
            "At the shop's prices of now, without promotions. What is taken out pays for them as far as it goes.",
        ),
        Field::new("/shipping_option", "Way of shipping", Takes::ChoiceOf("/_ways/items"))
            .from("/shipping_option/id")
            .when("/_ways/items")
            .omitted(),
        Field::new("/email", "E-mail", Takes::Line).omitted(),
        Field::new("/shipping_address", "", Takes::Address),
        Field::new("/billing_address", "Bill", Takes::Address).when("/billing_editable"),
        Field::new("/paid_by_hand", "Where the difference was paid", Takes::Line)
            .empty()
            .omitted()
            .note("Such as a bank statement or the till; only if what is added comes to more and that money is there"),
        Field::new("/ask_buyer", "Ask the buyer for the difference", Takes::Flag)
            .empty()
            .note("By a letter that leads to where it is paid; the change waits three days for it"),
        REASON,
        NOTIFY.ticked(),
        Field::new("/expected_edits", "", Takes::Kept).from("/edit_count"),
        Field::new("/preview", "", Takes::Look),
    ],
    when: EDITABLE,
    note: "Nothing is changed yet: first you see what it comes to.",
    button: "Change the order",
    manner: Manner::Review(PATH, WOULD_BE),
    done: "The order is changed, or the change waits for its buyer to pay.",
    then: Some("/orders/{id}"),
    ..Form::new("order-edit", "", Verb::Post, PATH)
};

/// A variant of a row, by what staff call it.
pub const VARIANT: Field =
    Field::new("/variant_id", "SKU", Takes::Variant).note("Or words of its title that fit no other");
pub const PIECES: Field = Field::new("/quantity", "Pieces", Takes::Whole);

const WOULD_BE: &[Block] = &[
    Block::Facts(Facts {
        title: "This is what changes",
        facts: &[
            fact("", "/_nothing", Shown::Plain),
            fact("Taken out", "/_edit/taken_out", Shown::Pieces),
            fact("Added", "/_edit/added", Shown::Pieces),
            fact("Sent by", "/_edit/shipping_option/title", Shown::Plain),
            fact("E-mail", "/_edit/email", Shown::Plain),
            fact("Goes to", "/_edit/shipping_address", Shown::Address),
            fact("Bill goes to", "/_edit/billing_address", Shown::Address),
            fact("Tax on what stays, before", "/_edit/tax_change/before", Shown::Plain),
            fact("Tax on what stays, from then on", "/_edit/tax_change/after", Shown::Plain),
            fact("Paid by what is taken out", "/_edit/set_off", Shown::Plain),
            fact("To be paid besides", "/_edit/to_pay", Shown::Plain),
            fact("That money is here", "/_edit/paid_by_hand", Shown::Plain),
            fact("Goes back to the buyer", "/_edit/refunded", Shown::Plain),
        ],
    }),
    Block::Table(Table { title: "The order from then on", ..LINES }),
    // What was taken is not among it: what is added may still have to be paid.
    Block::Facts(Facts { title: "It comes to", facts: &[ITEMS, DISCOUNT, SHIPPING, TAX, TOTAL, TAX_IN_IT] }),
];
