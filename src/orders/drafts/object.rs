//! What staff do with a draft, as its object does it. Part of the order's object.

use std::rc::Rc;

use super::Deed;
use crate::ids::{AccountId, OrderId};
use crate::money::Currency;
use crate::orders::cart::Cart;
use crate::orders::decision::{Command, decide};
use crate::orders::error::OrderError;
use crate::orders::object::{OrderObject, done};
use crate::orders::order::{Channel, Key, Order};
use crate::orders::protocol::Reply;

/// As what an order is begun for a draft.
pub type Begun = (OrderId, Currency);

impl OrderObject {
    /// Decides what a member of staff wants done, of an order that is `begun`
    /// for it, or of the one that there is.
    pub(in crate::orders) fn draft(
        self: &Rc<Self>,
        begun: Option<Begun>,
        order: Option<&Order>,
        by: AccountId,
        deed: Deed,
        key: Option<&Key>,
    ) -> Result<Reply, OrderError> {
        let now = self.now();
        let deeds = match (begun, order) {
            (None, Some(_)) => vec![deed],
            (None, None) => return Err(OrderError::NotFound),
            // A cart was begun under the same key.
            (Some(_), Some(_)) => return Err(OrderError::KeyReused),
            (Some((id, currency)), None) => {
                self.record.create(Order::created(id, currency, None, now).through(Channel::Staff), now);
                vec![Deed::Begin, deed]
            }
        };
        let status = if begun.is_some() { 201 } else { 200 };
        let before = order.map(|order| order.version);
        for deed in deeds {
            let decided = decide(&*self.record.existing()?, Command::Draft { by, deed }, now);
            // One that could not be begun is not left half begun.
            let events = decided.inspect_err(|_| self.record.discard())?;
            self.record.learn(events, now)?;
        }
        let order = self.record.existing()?;
        let reply = self.changed(before != Some(order.version), key, done(status, &Cart::of(&order))?)?;
        self.go_on();
        Ok(reply)
    }
}
