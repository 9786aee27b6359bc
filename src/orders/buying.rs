//! A purchase in one request: an order is begun and placed, or nothing is left.
//! Part of the order's object.

use std::rc::Rc;

use super::decision::{Change, Command, NewLine, decide};
use super::error::OrderError;
use super::event::Event;
use super::facts::Fact;
use super::object::OrderObject;
use super::order::{Key, Order, Stage};
use super::placing::Wish;
use super::protocol::{Purchase, Reply};
use crate::ids::OrderId;

/// For as long as a purchase in one request lasts, however it ends. What it has
/// not stored by then is forgotten.
struct Buying<'a>(&'a OrderObject);

impl<'a> Buying<'a> {
    fn begin(object: &'a OrderObject, key: Option<Key>) -> Self {
        object.buying.replace(Some(key));
        Self(object)
    }
}

impl Drop for Buying<'_> {
    fn drop(&mut self) {
        self.0.buying.replace(None);
        self.0.record.discard();
    }
}

impl OrderObject {
    /// Begins an order and places it: one commit for both. Refused before that,
    /// it leaves nothing. `before`: what the same key began, and was refused since.
    pub(super) async fn buy(
        self: &Rc<Self>,
        id: OrderId,
        purchase: Purchase,
        key: Option<Key>,
        before: Option<Rc<Order>>,
    ) -> Result<Reply, OrderError> {
        let Purchase { currency, account, language, channel, lines, facts, payment, expected, slots } = purchase;
        let _buying = Buying::begin(self, key.clone());
        let now = self.now();
        match before {
            None => {
                self.record
                    .create(Order::created(id, currency, account, now).written_in(language).through(channel), now);
                self.fill(Vec::new(), lines, facts)?;
            }
            Some(order) if matches!(order.stage, Stage::Open) => {
                self.fill(vec![Event::BegunAnew { currency, language }], lines, facts)?;
            }
            Some(_) => {}
        }
        self.place(Wish { payment, expected, at_shelf_prices: true, by_hand: None, slots, key }).await
    }

    /// Sets what is bought, once it has `begun`. The next commit stores it.
    fn fill(&self, begun: Vec<Event>, lines: Vec<NewLine>, facts: Vec<Fact>) -> Result<(), OrderError> {
        let order = self.record.existing()?.after(&begun);
        let change = Change::Update { lines: Some(lines), facts };
        let events = decide(&order, Command::Change(change), self.now())?;
        self.record.learn(begun.into_iter().chain(events).collect(), self.now())
    }

    /// An order that a purchase has begun is that one's alone while it may still
    /// be refused: nobody else sees it, and a repeat waits.
    pub(super) fn not_while_bought(&self, key: Option<&Key>) -> Result<(), OrderError> {
        let buying = self.buying.borrow();
        let Some(first) = &*buying else { return Ok(()) };
        match (first, key) {
            (Some(first), Some(key)) if first.key == key.key && !self.record.is_answered(&key.key) => {
                Err(if first == key { OrderError::KeyInUse } else { OrderError::KeyReused })
            }
            _ if !self.record.is_stored() => Err(OrderError::NotFound),
            _ => Ok(()),
        }
    }
}
