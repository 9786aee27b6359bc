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
use crate::text::Language;

/// As what an order is begun for a draft.
pub type Begun = (OrderId, Currency, Language);

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
        match (begun, order) {
            (None, Some(_)) => {}
            (None, None) => return Err(OrderError::NotFound),
            // A cart was begun under the same key.
            (Some(_), Some(_)) => return Err(OrderError::KeyReused),
            (Some((id, currency, language)), None) => {
                let order = Order::created(id, currency, None, now);
                self.record.create(order.written_in(language).through(Channel::Staff), now);
            }
        }
        let status = if begun.is_some() { 201 } else { 200 };
        let before = order.map(|order| order.version);
        let decided = decide(&*self.record.existing()?, Command::Draft { by, deed }, now);
        // What could not be begun leaves nothing.
        self.record.learn(decided.inspect_err(|_| self.record.discard())?, now)?;
        let order = self.record.existing()?;
        let reply = self.changed(before != Some(order.version), key, done(status, &Cart::of(&order))?)?;
        self.go_on();
        Ok(reply)
    }
}
