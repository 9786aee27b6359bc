//! The order as its object has it: in memory, in storage, and what is still
//! to be stored.

use std::cell::RefCell;
use std::rc::Rc;

use super::effect::{WATCHDOG_MILLIS, wake};
use super::error::OrderError;
use super::event::Event;
use super::order::{Order, Stage};
use super::store::{self, FirstAnswer, Stored};
use crate::ports::{Commit, ObjectHost, StorageError, Timestamp};
use crate::sorted::SortedSet;

pub struct Record {
    host: Rc<dyn ObjectHost>,
    memory: RefCell<Memory>,
}

#[derive(Default)]
struct Memory {
    order: Option<Rc<Order>>,
    /// Whether there is anything in storage.
    stored: bool,
    /// The keys of the requests that have an answer in storage.
    keys: SortedSet<String>,
    waiting: Vec<(Timestamp, Event)>,
    /// When the alarm rings, as far as this instance knows. One that an
    /// earlier instance set may ring besides; it finds nothing to do.
    alarm: Option<Timestamp>,
}

impl From<StorageError> for OrderError {
    fn from(error: StorageError) -> Self {
        Self::Unavailable { cause: error.0 }
    }
}

impl Order {
    /// The order as a new instance must take it: a crash may have left a
    /// placement half done, so its stock is asked for again.
    #[must_use]
    pub fn recovered(mut self) -> Self {
        if let Stage::Placing { recovered, held, .. } = &mut self.stage {
            *recovered = true;
            *held = false;
        }
        self
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
            && let Some(Stored { order, keys }) = store::load(&*self.host)?
        {
            let (order, keys) = (Some(Rc::new(order)), keys.into_iter().collect());
            *memory = Memory { order, keys, stored: true, ..Memory::default() };
        }
        Ok(memory.order.clone())
    }

    /// The order, as far as it was read or begun before.
    pub fn in_memory(&self) -> Option<Rc<Order>> {
        self.memory.borrow().order.clone()
    }

    pub fn existing(&self) -> Result<Rc<Order>, OrderError> {
        self.order()?.ok_or(OrderError::NotFound)
    }

    /// Whether the request with this key has its answer.
    pub fn is_answered(&self, key: &str) -> bool {
        self.memory.borrow().keys.contains_key(key)
    }

    /// The first answer to the request with this key.
    pub fn first_answer(&self, key: &str) -> Result<Option<FirstAnswer>, OrderError> {
        if self.is_answered(key) { Ok(store::first_answer(&*self.host, key)?) } else { Ok(None) }
    }

    /// Begins with a new order; it is stored with the next [`Self::commit`].
    pub fn create(&self, order: Order, now: Timestamp) {
        let Order { id, currency, account, language, channel, .. } = order;
        let created = Event::Created { id, currency, account, language, channel };
        *self.memory.borrow_mut() =
            Memory { order: Some(Rc::new(order)), waiting: vec![(now, created)], ..Memory::default() };
    }

    /// Whether anything of it is in storage.
    pub fn is_stored(&self) -> bool {
        self.memory.borrow().stored
    }

    /// Forgets an order that was never stored.
    pub fn discard(&self) {
        let mut memory = self.memory.borrow_mut();
        if !memory.stored {
            *memory = Memory::default();
        }
    }

    /// Applies events; they are stored with the next [`Self::commit`].
    pub fn learn(&self, events: Vec<Event>, now: Timestamp) -> Result<(), OrderError> {
        let mut memory = self.memory.borrow_mut();
        let memory = &mut *memory;
        let order = Rc::make_mut(memory.order.as_mut().ok_or(OrderError::NotFound)?);
        let put_back = order.ahead_of(now).map(|millis| Event::ClockPutBack { millis });
        for event in put_back.into_iter().chain(events) {
            order.apply(&event, now);
            memory.waiting.push((now, event));
        }
        Ok(())
    }

    /// Puts the order's times right at once, with its alarm, if the clock was
    /// put back since its last event.
    pub fn keep_time(&self, now: Timestamp) -> Result<(), OrderError> {
        match self.order()? {
            Some(order) if order.ahead_of(now).is_some() => {
                self.learn(Vec::new(), now)?;
                self.commit(None, now)
            }
            _ => Ok(()),
        }
    }

    /// Commits what waits, with the answer to the request that caused it and
    /// the alarm that it needs. Nothing, if there is neither.
    pub fn commit(&self, answer: Option<FirstAnswer>, now: Timestamp) -> Result<(), OrderError> {
        let something = answer.is_some() || !self.memory.borrow().waiting.is_empty();
        if something { self.write(answer, now) } else { Ok(()) }
    }

    /// Sets the alarm that the order needs now, whether or not anything waits.
    pub fn rearm(&self, now: Timestamp) -> Result<(), OrderError> {
        self.write(None, now)
    }

    /// The alarm has rung, and is no longer set.
    pub fn rang(&self) {
        self.memory.borrow_mut().alarm = None;
    }

    fn write(&self, answer: Option<FirstAnswer>, now: Timestamp) -> Result<(), OrderError> {
        let mut memory = self.memory.borrow_mut();
        let order = memory.order.as_ref().ok_or(OrderError::NotFound)?;
        let alarm = match (wake(order, now), memory.alarm) {
            (None, _) => None,
            // One that rings early does no harm, and costs less than moving it;
            // one that is long past has been lost, and is set again.
            (Some(wanted), Some(set)) if set <= wanted && now < set.plus_millis(WATCHDOG_MILLIS) => Some(set),
            (Some(wanted), _) => Some(wanted),
        };
        let alarm_changed = alarm != memory.alarm;
        let (mut schema, mut statements) = (Vec::new(), Vec::new());
        let key = answer.as_ref().map(|answer| answer.key.key.clone());
        if answer.is_some() || !memory.waiting.is_empty() {
            if !memory.stored {
                schema.push(store::schema());
            }
            statements.push(store::append(&memory.waiting, answer)?);
        } else if !alarm_changed {
            return Ok(());
        }
        let commit = Commit { schema, statements, alarm: alarm_changed.then_some(alarm) };
        if let Err(error) = self.host.commit(commit) {
            // Memory is ahead of storage: read it again.
            *memory = Memory::default();
            return Err(error.into());
        }
        memory.stored = true;
        memory.keys.extend(key.map(|key| (key, ())));
        memory.waiting.clear();
        memory.alarm = alarm;
        Ok(())
    }
}
