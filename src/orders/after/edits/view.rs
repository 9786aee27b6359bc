//! How an order's edits look to staff.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Added, Edit};
use crate::address::Address;
use crate::email::EmailAddress;
use crate::ids::AccountId;
use crate::money::Money;
use crate::orders::after::money::view::RefundLineView;
use crate::orders::facts::Fact;
use crate::orders::order::{Line, LineId, Order};
use crate::orders::view::ShippingView;
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
    /// What was taken out.
    taken_out: Vec<RefundLineView>,
    added: Vec<AddedView>,
    /// What of what was taken out has paid for what was added.
    set_off: Money,
    /// What was paid besides for what was added; where nothing says by which way, it is still to be.
    to_pay: Money,
    /// Where that money is found again.
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_by_hand: Option<String>,
    /// What went back.
    refunded: Money,
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
        taken_out: giving.map(|giving| RefundLineView::of(order, giving)).unwrap_or_default(),
        added: added.map(|added| added.lines.iter().zip(&added.quote.lines).map(line).collect()).unwrap_or_default(),
        set_off: money(added.map_or(0, |added| added.set_off)),
        to_pay: added.map_or(money(0), Added::to_pay),
        paid_by_hand: added.and_then(|added| added.paid_by_hand.clone()),
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
