//! How an order's edits look to staff.

use schemars::JsonSchema;
use serde::Serialize;

use super::Edit;
use crate::address::Address;
use crate::email::EmailAddress;
use crate::ids::AccountId;
use crate::money::Money;
use crate::orders::after::money::view::RefundLineView;
use crate::orders::facts::Fact;
use crate::orders::order::Order;
use crate::ports::Timestamp;

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
    /// What was taken out.
    taken_out: Vec<RefundLineView>,
    /// What went back for it.
    refunded: Money,
}

pub fn edits(order: &Order) -> Vec<EditView> {
    order.edits.iter().map(|edit| view(order, edit)).collect()
}

fn view(order: &Order, edit: &Edit) -> EditView {
    let giving = edit.plan.giving.as_ref();
    let mut view = EditView {
        number: edit.number,
        at: edit.at,
        by: edit.by,
        reason: edit.plan.reason.clone(),
        email: None,
        shipping_address: None,
        billing_address: None,
        taken_out: giving.map(|giving| RefundLineView::of(order, giving)).unwrap_or_default(),
        refunded: Money { amount: giving.map_or(0, |giving| giving.amount()), currency: order.currency },
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
