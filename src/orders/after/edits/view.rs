//! How an order's edits look to staff.

use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::asking::Ask;
use super::{Added, Edit};
use crate::address::Address;
use crate::email::EmailAddress;
use crate::ids::AccountId;
use crate::money::Money;
use crate::orders::after::goods::bodies::Pieces;
use crate::orders::after::money::Pieces as GivenUp;
use crate::orders::after::money::view::RefundLineView;
use crate::orders::facts::Fact;
use crate::orders::order::{Line, LineId, Order, Stage};
use crate::orders::view::{LineView, PaymentView, ShippingView, lines};
use crate::payments::Provider;
use crate::ports::Timestamp;
use crate::pricing::quote::QuotedLine;

/// What staff have changed in one go.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OrderEdit")]
pub struct EditView {
    number: u32,
    at: Timestamp,
    by: AccountId,
    reason: String,
    /// What each is since then; absent where the edit left it.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<EmailAddress>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address: Option<Address>,
    /// Null: the shipping address.
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_address: Option<Option<Address>>,
    /// Another way of shipping.
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_option: Option<ShippingView>,
    /// Where another tax applies since then. What was left is given up and sold anew, by lines of its own, at the prices
    /// that were agreed; none of these pieces are among `taken_out` and `added`.
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_change: Option<TaxChange>,
    /// What was taken out.
    taken_out: Vec<RefundLineView>,
    added: Vec<AddedView>,
    /// What of what was taken out has paid for what was added.
    set_off: Money,
    /// What was paid besides for what was added; where nothing says by which way, it is still to be.
    to_pay: Money,
    /// Which of the order's `attempts` has paid it, where its buyer was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
    /// Where that money is found again.
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_by_hand: Option<String>,
    /// When nothing of it happens any more, where it waits for its buyer to pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    lapses_at: Option<Timestamp>,
    /// What went back.
    refunded: Money,
}

/// What falls on the pieces that stay, and on sending them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaxChange {
    pub before: Money,
    pub after: Money,
}

impl TaxChange {
    fn of(order: &Order, added: &Added) -> Option<Self> {
        let money = |amount| Money { amount, currency: order.currency };
        Some(Self { before: money(added.anew?.tax_before), after: money(added.tax_anew()) })
    }
}

/// What a buyer is asked to pay for a change of the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "OrderDifference")]
pub struct DifferenceView {
    /// The edit's.
    pub number: u32,
    pub to_pay: Money,
    /// What of what is added is paid by what is taken out.
    pub set_off: Money,
    /// Until when another payment may be begun; absent where it was tried as often as one may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payable_until: Option<Timestamp>,
    /// Until when what is added is kept. After that nothing of it happens.
    pub lapses_at: Timestamp,
    pub added: Vec<LineView>,
    /// The way of shipping that takes the place of the one there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_option: Option<ShippingView>,
    pub taken_out: Vec<Pieces>,
    /// Where another tax applies: what is left is given up and sold anew, which is none of `added` and `taken_out`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_change: Option<TaxChange>,
    /// The last try at paying it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentView>,
}

/// What a change of an order waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenEdit {
    /// That its buyer pays the difference.
    AwaitingPayment,
}

impl OpenEdit {
    pub fn of(order: &Order) -> Option<Self> {
        order.edits.payable().map(|_| Self::AwaitingPayment)
    }
}

/// What its buyer is to pay besides, if anything.
pub fn difference(order: &Order) -> Option<DifferenceView> {
    let (ask, begun) = (order.edits.payable()?, order.edits.open.as_ref()?);
    let added = begun.plan.added.as_deref()?;
    let Stage::AwaitingPayment { placement, .. } = &ask.stage else { return None };
    let anew = added.sold_anew();
    Some(DifferenceView {
        number: ask.number,
        to_pay: placement.to_pay(),
        set_off: Money { amount: added.set_off, currency: order.currency },
        payable_until: placement.may_try_again().then(|| placement.payable_until()),
        lapses_at: placement.payable_until(),
        added: lines(&added.lines, &added.quote, order.currency).into_iter().skip(anew).collect(),
        shipping_option: added.quote.shipping.as_ref().map(|way| ShippingView::of(way, order.currency)),
        taken_out: begun.plan.taken_out().iter().filter_map(taken_out).collect(),
        tax_change: TaxChange::of(order, added),
        payment: ask.attempt().map(PaymentView::of),
    })
}

fn taken_out(pieces: &GivenUp) -> Option<Pieces> {
    Some(Pieces { line_id: pieces.line, quantity: NonZeroU32::new(pieces.quantity)? })
}

/// The edit whose buyer is asked for money, as it will be.
pub fn waiting(order: &Order) -> Option<EditView> {
    let (ask, begun) = (order.edits.open_ask()?, order.edits.open.as_ref()?);
    let at = ask.asked_at()?;
    let edit = Edit { number: begun.number, at, by: begun.by, plan: begun.plan.clone(), begin: None };
    let lapses_at = difference(order).map(|difference| difference.lapses_at);
    Some(EditView { lapses_at, ..view(order, &edit) })
}

/// Pieces that were added, a line of the order.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AddedLine")]
struct AddedView {
    line_id: LineId,
    quantity: u32,
    total: Money,
}

pub fn edits(order: &Order) -> Vec<EditView> {
    order.edits.done.iter().map(|edit| view(order, edit)).collect()
}

fn view(order: &Order, edit: &Edit) -> EditView {
    let (giving, added) = (edit.plan.giving.as_ref(), edit.plan.added.as_deref());
    let money = |amount| Money { amount, currency: order.currency };
    let line = |(line, quoted): (&Line, &QuotedLine)| AddedView {
        line_id: line.id,
        quantity: line.quantity,
        total: money(quoted.total),
    };
    let paid = order.edits.ask(edit.number).filter(|ask| ask.is_paid()).and_then(Ask::attempt);
    let mut view = EditView {
        number: edit.number,
        at: edit.at,
        by: edit.by,
        reason: edit.plan.reason.clone(),
        email: None,
        shipping_address: None,
        billing_address: None,
        shipping_option: added
            .and_then(|added| added.quote.shipping.as_ref())
            .map(|way| ShippingView::of(way, order.currency)),
        tax_change: added.and_then(|added| TaxChange::of(order, added)),
        taken_out: RefundLineView::of(order, edit.plan.taken_out()),
        added: added.map(|added| added.new_lines().map(line).collect()).unwrap_or_default(),
        set_off: money(added.map_or(0, |added| added.set_off)),
        to_pay: added.map_or(money(0), Added::to_pay),
        paid_by_hand: match paid {
            Some(payment) if payment.payment.provider == Provider::Manual => payment.reference.clone(),
            _ => added.and_then(|added| added.paid_by_hand.clone()),
        },
        attempt: paid.map(|payment| payment.number),
        lapses_at: None,
        refunded: money(giving.map_or(0, |giving| giving.amount())),
    };
    for fact in &edit.plan.facts {
        match fact {
            Fact::Email(email) => view.email = Some(email.clone()),
            Fact::ShippingAddress(address) => view.shipping_address = Some((**address).clone()),
            Fact::BillingAddress(address) => view.billing_address = Some(address.as_deref().cloned()),
            _ => {}
        }
    }
    view
}
