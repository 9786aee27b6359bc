//! The order's object. For every command: load, `decide`, commit in one
//! transaction, then do what is due ([`super::run`]). The alarm does what is
//! due too: that is all there is to recovery.
//!
//! An await on anything but the object's own store lets other commands in, so
//! no decision is held across one: state is read again after each.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_util::lock::Mutex;
use serde::Serialize;
use serde_json::value::RawValue;

use super::after::money;
use super::cart::Cart;
use super::decision::{Change, Command, NewLine, decide};
use super::drafts;
use super::effect::due;
use super::error::OrderError;
use super::event::Event;
use super::learning::{Answer, learn};
use super::order::{Key, Order};
use super::placing::{Next, Refusals, Wish};
use super::projection::Projection;
use super::protocol::{Access, Envelope, Reply, Request};
use super::record::Record;
use super::store::FirstAnswer;
use super::{papers, view};
use crate::app::App;
use crate::json;
use crate::payments::{self, Attempt, AttemptStatus, Provider};
use crate::pools::Supply;
use crate::pools::pool::Level;
use crate::ports::{ObjectHost, ObjectUnavailable, Timestamp};
use crate::sorted::SortedMap;

pub struct OrderObject {
    pub(super) app: App,
    pub(super) host: Rc<dyn ObjectHost>,
    pub(super) record: Record,
    /// The pools' levels that the projections have not been told of.
    pub(super) levels: RefCell<SortedMap<Supply, Level>>,
    pub(super) refused: RefCell<Refusals>,
    /// Held by the one run that does what is due.
    pub(super) turn: Mutex<()>,
    /// How many requests to place the order are being worked on.
    pub(super) placing: Cell<u32>,
    /// The key, if any, of the purchase in one request that is being worked on.
    pub(super) buying: RefCell<Option<Option<Key>>>,
}

impl OrderObject {
    pub fn new(app: App, _name: &str, host: Rc<dyn ObjectHost>) -> Rc<Self> {
        Rc::new(Self {
            app,
            record: Record::new(Rc::clone(&host)),
            host,
            levels: RefCell::default(),
            refused: RefCell::default(),
            turn: Mutex::new(()),
            placing: Cell::new(0),
            buying: RefCell::default(),
        })
    }

    /// Answers one [`Envelope`] with a [`Reply`], both as JSON.
    pub async fn command(self: Rc<Self>, body: String) -> Result<String, ObjectUnavailable> {
        let envelope: Envelope = json::read(body.as_bytes()).map_err(|error| ObjectUnavailable(error.to_string()))?;
        let reply = match self.answer(envelope).await {
            Ok(reply) => reply,
            Err(OrderError::Unavailable { cause }) => return Err(ObjectUnavailable(cause)),
            Err(error) => Reply::Refused(error),
        };
        Ok(json::text(&reply))
    }

    /// Time has come to look after the order.
    pub async fn alarm(self: Rc<Self>) -> Result<(), ObjectUnavailable> {
        let unavailable = |error: OrderError| ObjectUnavailable(error.to_string());
        if self.record.order().map_err(unavailable)?.is_none() {
            return Ok(());
        }
        self.record.rang();
        self.record.keep_time(self.now()).map_err(unavailable)?;
        self.run(false).await.map_err(unavailable)?;
        self.record.rearm(self.now()).map_err(unavailable)
    }

    async fn answer(self: &Rc<Self>, envelope: Envelope) -> Result<Reply, OrderError> {
        let Envelope { access, key, request } = envelope;
        self.not_while_bought(key.as_ref())?;
        let order = match &request {
            // Its id is of this moment: there is nothing to be read.
            Request::Create { .. } | Request::Buy { .. } if key.is_none() => self.record.in_memory(),
            _ => {
                self.record.keep_time(self.now())?;
                self.record.order()?
            }
        };
        if let Some(order) = &order {
            if !access.allows(order) || (order.is_deleted() && !access.is_staff()) {
                // What begins an order names it by the caller's own key: a draft has it that is deleted.
                let begins = matches!(request, Request::Create { .. } | Request::Buy { .. });
                return Err(if begins { OrderError::KeyReused } else { OrderError::NotFound });
            }
            if let Some(reply) = self.replay(key.as_ref(), order)? {
                return Ok(reply);
            }
        }
        match (request, order) {
            (Request::Create { id, currency, account, language, channel, lines }, None) => {
                let order = Order::created(id, currency, account, self.now()).written_in(language).through(channel);
                self.create(order, lines, key)
            }
            // The same key once more, perhaps: what was refused may be something else by now.
            (Request::Buy { id, purchase }, before) => self.buy(id, *purchase, key, before).await,
            (Request::Draft { begun, deed }, order) => {
                let by = access.staff_account().ok_or(OrderError::NotFound)?;
                self.draft(begun, order.as_deref(), by, deed, key.as_ref())
            }
            (_, None) => Err(OrderError::NotFound),
            // A purchase has it that was refused.
            (Request::Create { .. }, Some(_)) => Err(OrderError::KeyReused),
            (Request::ReadCart, Some(order)) => done(200, &Cart::of(&order)),
            (Request::ReadOrder, Some(order)) => {
                // Should its alarm ever be lost, whoever looks at it wakes it.
                let now = self.now();
                let owes = !due(&order, now).is_empty() || !learn(&order, &Answer::Tick, now).is_empty();
                if owes && self.turn.try_lock().is_some() {
                    self.go_on();
                }
                order_reply(200, &order)
            }
            (Request::ReadPapers, Some(order)) => done(200, &papers::of(&order).ok_or(OrderError::NotFound)?),
            (Request::Change { change }, Some(order)) => {
                let mut events = decide(&order, Command::Change(change), self.now())?;
                let changed = !events.is_empty();
                let taken = access.takes(&order).filter(|_| changed);
                events.extend(taken.map(|account| Event::TakenBy { account }));
                self.record.learn(events, self.now())?;
                let reply = done(200, &Cart::of(&*self.record.existing()?))?;
                self.changed(changed, key.as_ref(), reply)
            }
            (Request::Place { payment, expected, slots, received }, Some(order)) => {
                let taken = access.takes(&order).map(|account| Event::TakenBy { account });
                self.record.learn(taken.into_iter().collect(), self.now())?;
                let by_hand = access.staff_account().map(|by| drafts::Event::PlacedByHand { by, received });
                self.place(Wish { payment, expected, at_shelf_prices: false, by_hand, slots, key }).await
            }
            (Request::Pay { payment, slots, edit }, Some(_)) => {
                let next = Next { payment, slots, edit, by: access.staff_account() };
                self.pay(next, key.as_ref()).await
            }
            (Request::Cancel, Some(order)) => self.act(&order, Command::Cancel, 200, key.as_ref()),
            (Request::Receive { receipt }, Some(order)) => {
                let by = access.staff_account();
                self.act(&order, Command::Receive { receipt, by }, 201, key.as_ref())
            }
            (Request::Goods { command }, Some(order)) => {
                let by = access.staff_account().filter(|_| !command.is_of_buyer());
                self.act(&order, Command::Goods { by, command }, 201, key.as_ref())
            }
            (Request::Money { deed }, Some(order)) => self.as_staff(&order, &access, deed, key.as_ref()),
            (Request::Edit { wish }, Some(_)) => self.edit(wish, &access, key.as_ref()).await,
            (Request::SettleEdit { number, deed }, Some(_)) => {
                self.settle_edit(number, deed, &access, key.as_ref()).await
            }
            (Request::PreviewRefund { wanted }, Some(order)) if access.is_staff() => {
                done(200, &money::view::preview(&order, &money::decision::refund(&order, wanted)?))
            }
            (Request::PreviewRefund { .. }, Some(_)) => Err(OrderError::NotFound),
            (Request::Republish, Some(order)) => {
                self.record.learn(vec![Event::PublicationLost], self.now())?;
                self.go_on();
                order_reply(202, &order)
            }
            (Request::ReadProjection, Some(order)) => done(200, &Projection::of(&order).ok_or(OrderError::NotFound)?),
            (Request::LookAtPayment { attempt, reference, about }, Some(order)) => {
                self.look_at_payment(&order, attempt, reference, about).await
            }
            (Request::LookAgain, Some(order)) => self.look_again(&order).await,
            (Request::Authenticate { approved }, Some(order)) => self.authenticate(&order, approved).await,
        }
    }

    /// The first answer to the same request, if there is one.
    pub(super) fn replay(&self, key: Option<&Key>, order: &Order) -> Result<Option<Reply>, OrderError> {
        let Some(key) = key else { return Ok(None) };
        if let Some(first) = self.record.first_answer(&key.key)? {
            if first.key != *key {
                return Err(OrderError::KeyReused);
            }
            let body = RawValue::from_string(first.body).map_err(undecodable)?;
            return Ok(Some(Reply::Done { status: first.status, replayed: true, body }));
        }
        let running = order.placement().and_then(|placement| placement.key.as_ref());
        match running {
            Some(running) if running.key == key.key && running.digest != key.digest => Err(OrderError::KeyReused),
            Some(running) if running == key && self.placing.get() > 0 => Err(OrderError::KeyInUse),
            _ => Ok(None),
        }
    }

    fn create(&self, order: Order, lines: Vec<NewLine>, key: Option<Key>) -> Result<Reply, OrderError> {
        let now = self.now();
        let events = decide(&order, Command::Change(Change::AddLines { lines }), now)?;
        self.record.create(order, now);
        self.record.learn(events, self.now())?;
        let reply = done(201, &Cart::of(&*self.record.existing()?))?;
        self.record.commit(recorded(key.as_ref(), &reply), self.now())?;
        Ok(reply)
    }

    /// Does what can be decided at once; what is due then comes after the answer.
    fn act(
        self: &Rc<Self>,
        order: &Order,
        command: Command,
        status: u16,
        key: Option<&Key>,
    ) -> Result<Reply, OrderError> {
        let events = decide(order, command, self.now())?;
        let changed = !events.is_empty();
        self.record.learn(events, self.now())?;
        let reply = order_reply(status, &*self.record.existing()?)?;
        let reply = self.changed(changed, key, reply)?;
        self.go_on();
        Ok(reply)
    }

    /// What only staff may ask; they are shown all of the order.
    fn as_staff(
        self: &Rc<Self>,
        order: &Order,
        access: &Access,
        deed: Option<money::decision::Deed>,
        key: Option<&Key>,
    ) -> Result<Reply, OrderError> {
        match (deed, access.staff_account()) {
            (None, _) if access.is_staff() => staff_reply(200, order),
            (Some(deed), Some(by)) => {
                let events = decide(order, Command::Money { by, deed }, self.now())?;
                self.record.learn(events, self.now())?;
                let reply = self.answered(key, staff_reply(201, &*self.record.existing()?)?)?;
                self.go_on();
                Ok(reply)
            }
            _ => Err(OrderError::NotFound),
        }
    }

    async fn authenticate(self: &Rc<Self>, order: &Order, approved: bool) -> Result<Reply, OrderError> {
        let asks = |attempt: &&Attempt| matches!(attempt.status, AttemptStatus::RequiresAction { .. });
        let waiting = order.attempt_to_pay().filter(asks);
        if let Some(attempt) = waiting.filter(|attempt| attempt.payment.provider == Provider::Test).cloned() {
            let report = payments::authenticate(&self.app, &attempt, approved).await.into();
            let answer = Answer::Payment { attempt: attempt.number, report };
            self.record.learn(learn(&*self.record.existing()?, &answer, self.now()), self.now())?;
            self.record.commit(None, self.now())?;
            self.run(true).await?;
            self.go_on();
        }
        order_reply(200, &*self.record.existing()?)
    }

    /// Goes on with what is due after the answer.
    pub(super) fn go_on(self: &Rc<Self>) {
        let object = Rc::clone(self);
        self.host.spawn(Box::pin(async move {
            // A failure is repaired by the alarm, which is set.
            let _ = object.run(false).await;
        }));
    }

    pub(super) fn now(&self) -> Timestamp {
        self.app.clock.now()
    }

    /// Stores a reply with its key if anything changed: what changed nothing
    /// may be done again, and must not make the log longer.
    pub(super) fn changed(&self, changed: bool, key: Option<&Key>, reply: Reply) -> Result<Reply, OrderError> {
        if changed { self.answered(key, reply) } else { Ok(reply) }
    }

    /// Stores a reply with its key, and gives it.
    pub(super) fn answered(&self, key: Option<&Key>, reply: Reply) -> Result<Reply, OrderError> {
        self.record.commit(recorded(key, &reply), self.now())?;
        Ok(reply)
    }
}

/// A reply as it is stored with its key.
pub(super) fn recorded(key: Option<&Key>, reply: &Reply) -> Option<FirstAnswer> {
    match (key, reply) {
        (Some(key), Reply::Done { status, body, .. }) => {
            Some(FirstAnswer { key: key.clone(), status: *status, body: body.get().to_owned() })
        }
        _ => None,
    }
}

pub(super) fn done(status: u16, view: &impl Serialize) -> Result<Reply, OrderError> {
    let body = serde_json::value::to_raw_value(view).map_err(undecodable)?;
    Ok(Reply::Done { status, replayed: false, body })
}

pub(super) fn order_reply(status: u16, order: &Order) -> Result<Reply, OrderError> {
    done(status, &view::order(order).ok_or(OrderError::NotFound)?)
}

/// The order as staff see it.
pub(super) fn staff_reply(status: u16, order: &Order) -> Result<Reply, OrderError> {
    done(status, &money::view::order(order).ok_or(OrderError::NotFound)?)
}

fn undecodable(error: serde_json::Error) -> OrderError {
    OrderError::Unavailable { cause: error.to_string() }
}
