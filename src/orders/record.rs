//! The order as its object has it: in memory, in storage, and what is still
//! to be stored.

use std::cell::RefCell;
use std::rc::Rc;

use super::decision::OrderError;
use super::effect::{WATCHDOG_MILLIS, wake};
use super::event::Event;
use super::order::Order;
use super::store::{self, FirstAnswer};
use crate::ports::{Commit, ObjectHost, Statement, StorageError, Timestamp};

pub struct Record {
    host: Rc<dyn ObjectHost>,
    memory: RefCell<Memory>,
}

#[derive(Default)]
struct Memory {
    order: Option<Rc<Order>>,
    alarm: Option<Timestamp>,
    waiting: Vec<(Timestamp, Event)>,
}

impl From<StorageError> for OrderError {
    fn from(error: StorageError) -> Self {
        Self::Unavailable { cause: error.0 }
    }
}

impl Record {
    pub fn new(host: Rc<dyn ObjectHost>) -> Self {
        Self { host, memory: RefCell::default() }
    }

    /// The order, read from storage the first time.
    pub fn order(&self) -> Result<Option<Rc<Order>>, OrderError> {
        let mut memory = self.memory.borrow_mut();
        if memory.order.is_none()
            && let Some((order, alarm)) = store::load(&*self.host)?
        {
            memory.order = Some(Rc::new(order));
            memory.alarm = alarm;
        }
        Ok(memory.order.clone())
    }

    pub fn existing(&self) -> Result<Rc<Order>, OrderError> {
        self.order()?.ok_or(OrderError::NotFound)
    }

    /// The first answer to the request with this key.
    pub fn first_answer(&self, key: &str) -> Result<Option<FirstAnswer>, OrderError> {
        Ok(store::first_answer(&*self.host, key)?)
    }

    /// Begins with a new order; it is stored with the next [`Self::commit`].
    pub fn create(&self, order: Order, now: Timestamp) {
        let created = Event::Created { id: order.id, currency: order.currency, account: order.account };
        *self.memory.borrow_mut() = Memory { order: Some(Rc::new(order)), alarm: None, waiting: vec![(now, created)] };
    }

    /// Applies events; they are stored with the next [`Self::commit`].
    pub fn learn(&self, events: Vec<Event>, now: Timestamp) -> Result<(), OrderError> {
        let mut memory = self.memory.borrow_mut();
        let memory = &mut *memory;
        let order = Rc::make_mut(memory.order.as_mut().ok_or(OrderError::NotFound)?);
        for event in events {
            order.apply(&event, now);
            memory.waiting.push((now, event));
        }
        Ok(())
    }

    /// Whether events wait to be stored.
    pub fn waits(&self) -> bool {
        !self.memory.borrow().waiting.is_empty()
    }

    /// The alarm has rung, and is no longer set.
    pub fn rang(&self) {
        self.memory.borrow_mut().alarm = None;
    }

    /// Commits what waits, the state, the alarm and `more` in one transaction.
    /// Nothing, if nothing waits.
    pub fn commit(&self, more: Vec<Statement>, now: Timestamp) -> Result<(), OrderError> {
        if self.waits() || !more.is_empty() { self.write(more, now) } else { Ok(()) }
    }

    /// Sets the alarm that the order needs, if another one is set or none.
    pub fn rearm(&self, now: Timestamp) -> Result<(), OrderError> {
        self.write(Vec::new(), now)
    }

    fn write(&self, more: Vec<Statement>, now: Timestamp) -> Result<(), OrderError> {
        let mut memory = self.memory.borrow_mut();
        let order = memory.order.as_ref().ok_or(OrderError::NotFound)?;
        let wanted = wake(order, now);
        let alarm = match (wanted, memory.alarm) {
            (None, _) => None,
            // One that rings early does no harm, and costs less than moving it;
            // one that is long past has been lost, and is set again.
            (Some(wanted), Some(set)) if set <= wanted && now < set.plus_millis(WATCHDOG_MILLIS) => Some(set),
            (Some(wanted), _) => Some(wanted),
        };
        let alarm_changed = alarm != memory.alarm;
        if memory.waiting.is_empty() && more.is_empty() && !alarm_changed {
            return Ok(());
        }
        // The schema, where it comes along, comes first.
        let mut statements = more;
        statements.extend(store::record(order, &memory.waiting, alarm)?);
        let commit = Commit { statements, alarm: alarm_changed.then_some(alarm) };
        if let Err(error) = self.host.commit(commit) {
            // Memory is ahead of storage: read it again.
            *memory = Memory::default();
            return Err(error.into());
        }
        memory.waiting.clear();
        memory.alarm = alarm;
        Ok(())
    }
}
