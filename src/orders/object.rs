//! The order's object. For every command: load, `decide`, commit in one
//! transaction, then do what is due, feeding each answer back in. The alarm
//! does what is due too: that is all there is to recovery.
//!
//! An await on anything but the object's own store lets other commands in, so
//! no decision is held across one: state is read again after each.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_util::lock::Mutex;
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::decision::{
    Answer, Command, NewLine, OrderError, PaymentChoice, Refused, decide, learn, reprice, short_lines,
};
use super::effect::{Effect, WATCHDOG_MILLIS, due, in_foreground, wake};
use super::event::Event;
use super::order::{Key, Order, Stage};
use super::{store, view};
use crate::app::App;
use crate::catalog;
use crate::catalog::store::CurrentPrice;
use crate::ids::{AccountId, OrderId, VariantId};
use crate::money::{Currency, Money};
use crate::payments::{self, Outcome};
use crate::pools;
use crate::pools::pool::{Level, Refusal};
use crate::ports::{Commit, ObjectHost, ObjectUnavailable, StorageError, Timestamp};

/// The most effects one run works off: a placement needs four.
const MAX_STEPS: usize = 64;

/// The most pools asked at once.
const MAX_PARALLEL: usize = 32;

/// One request to an order's object.
#[derive(Debug, Serialize, Deserialize)]
pub struct Envelope {
    pub access: Access,
    pub key: Option<Key>,
    pub request: Request,
}

/// What the caller has shown.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Access {
    /// The cart's token.
    pub token: bool,
    pub account: Option<AccountId>,
    pub staff: bool,
}

impl Access {
    fn allows(&self, order: &Order) -> bool {
        self.token || self.staff || (self.account.is_some() && self.account == order.account)
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    Create {
        id: OrderId,
        currency: Currency,
        account: Option<AccountId>,
        lines: Vec<NewLine>,
        token: String,
    },
    ReadCart {
        prices: Option<Vec<CurrentPrice>>,
    },
    ReadOrder,
    Change {
        command: Command,
    },
    Place {
        payment: PaymentChoice,
        expected_total: Option<Money>,
    },
    Pay {
        payment: PaymentChoice,
    },
    Cancel,
    /// Tell the projections once more.
    Republish,
    /// The buyer's bank answered what an attempt asked for.
    Authenticate {
        approved: bool,
    },
}

/// What the object answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    Done { status: u16, replayed: bool, body: Box<RawValue> },
    Refused(OrderError),
}

/// What the queue carries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    pub order: view::Projection,
    /// The pools' levels after this order took from them or gave back.
    pub levels: Vec<(VariantId, Level)>,
}

pub struct OrderObject {
    app: App,
    host: Rc<dyn ObjectHost>,
    memory: RefCell<Memory>,
    /// Held by the one run that does what is due.
    turn: Mutex<()>,
    /// How many requests to place the order are being worked on.
    placing: Cell<u32>,
}

/// The order as stored, and what is still to be stored with the next commit.
#[derive(Default)]
struct Memory {
    order: Option<Order>,
    alarm: Option<Timestamp>,
    waiting: Vec<(Timestamp, Event)>,
    levels: Vec<(VariantId, Level)>,
}

/// How a run ended.
enum Run {
    Done,
    /// The placement was refused.
    Refused(Vec<Refused>),
    Unanswered,
}

impl From<StorageError> for OrderError {
    fn from(error: StorageError) -> Self {
        Self::Unavailable { cause: error.0 }
    }
}

impl OrderObject {
    pub fn new(app: App, _name: &str, host: Rc<dyn ObjectHost>) -> Rc<Self> {
        Rc::new(Self { app, host, memory: RefCell::default(), turn: Mutex::new(()), placing: Cell::new(0) })
    }

    /// Answers one [`Envelope`] with a [`Reply`], both as JSON.
    pub async fn command(self: Rc<Self>, body: String) -> Result<String, ObjectUnavailable> {
        let unavailable = |error: serde_json::Error| ObjectUnavailable(error.to_string());
        let envelope: Envelope = serde_json::from_slice(body.as_bytes()).map_err(unavailable)?;
        let reply = match self.answer(envelope).await {
            Ok(reply) => reply,
            Err(OrderError::Unavailable { cause }) => return Err(ObjectUnavailable(cause)),
            Err(error) => Reply::Refused(error),
        };
        serde_json::to_string(&reply).map_err(unavailable)
    }

    /// Time has come to look after the order.
    pub async fn alarm(self: Rc<Self>) -> Result<(), ObjectUnavailable> {
        let unavailable = |error: OrderError| ObjectUnavailable(error.to_string());
        if self.order().map_err(unavailable)?.is_none() {
            return Ok(());
        }
        self.memory.borrow_mut().alarm = None;
        self.run(false).await.map_err(unavailable)?;
        // It has rung; set it again where something is still owed.
        self.flush(Vec::new(), true).map_err(unavailable)
    }

    async fn answer(self: &Rc<Self>, envelope: Envelope) -> Result<Reply, OrderError> {
        let Envelope { access, key, request } = envelope;
        let order = self.order()?;
        if let Some(order) = &order {
            if !access.allows(order) {
                return Err(OrderError::NotFound);
            }
            if let Some(reply) = self.replay(key.as_ref(), order)? {
                return Ok(reply);
            }
        }
        match (request, order) {
            (Request::Create { id, currency, account, lines, token }, None) => {
                self.create(Order::created(id, currency, account, self.now()), lines, token, key)
            }
            (_, None) | (Request::Create { .. }, Some(_)) => Err(OrderError::NotFound),
            (Request::ReadCart { prices }, Some(order)) => done(200, &view::cart(&order, prices.as_deref())),
            (Request::ReadOrder, Some(order)) => order_reply(200, &order),
            (Request::Change { command }, Some(order)) => {
                let events = decide(&order, command, self.now())?;
                self.learned(events)?;
                let view = view::cart(&self.existing()?, None);
                let reply = done(200, &view)?;
                self.flush(recorded(key.as_ref(), &reply), false)?;
                Ok(reply)
            }
            (Request::Place { payment, expected_total }, Some(_)) => self.place(payment, expected_total, key).await,
            (Request::Pay { payment }, Some(order)) => {
                self.learned(decide(&order, Command::Pay { payment }, self.now())?)?;
                self.flush(Vec::new(), false)?;
                self.run(true).await?;
                self.go_on();
                let reply = order_reply(200, &self.existing()?)?;
                self.answered(key.as_ref(), reply)
            }
            (Request::Cancel, Some(order)) => {
                self.learned(decide(&order, Command::Cancel, self.now())?)?;
                let reply = order_reply(200, &self.existing()?)?;
                self.flush(recorded(key.as_ref(), &reply), false)?;
                self.go_on();
                Ok(reply)
            }
            (Request::Republish, Some(order)) => {
                self.learned(vec![Event::PublicationLost])?;
                self.go_on();
                order_reply(202, &order)
            }
            (Request::Authenticate { approved }, Some(order)) => self.authenticate(&order, approved).await,
        }
    }

    /// The first answer to the same request, if there is one.
    fn replay(&self, key: Option<&Key>, order: &Order) -> Result<Option<Reply>, OrderError> {
        let Some(key) = key else { return Ok(None) };
        if let Some(first) = store::first_answer(&*self.host, &key.key)? {
            if first.digest != key.digest {
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

    fn create(&self, order: Order, lines: Vec<NewLine>, token: String, key: Option<Key>) -> Result<Reply, OrderError> {
        let now = self.now();
        let created = Event::Created { id: order.id, currency: order.currency, account: order.account };
        let events = decide(&order, Command::AddLines { lines }, now)?;
        {
            let mut memory = self.memory.borrow_mut();
            memory.order = Some(order);
            memory.waiting.push((now, created));
        }
        self.learned(events)?;
        let view = view::CartView { token: Some(token), ..view::cart(&self.existing()?, None) };
        let reply = done(201, &view)?;
        let mut statements = store::schema();
        statements.extend(recorded(key.as_ref(), &reply));
        self.flush(statements, false)?;
        Ok(reply)
    }

    async fn place(
        self: &Rc<Self>,
        payment: PaymentChoice,
        expected_total: Option<Money>,
        key: Option<Key>,
    ) -> Result<Reply, OrderError> {
        if matches!(self.existing()?.stage, Stage::Open) {
            let prices = self.current_prices().await?;
            // Others may have come in between: the order is read again, and so
            // is whether this request has been answered or is being worked on.
            let order = self.existing()?;
            if let Some(reply) = self.replay(key.as_ref(), &order)? {
                return Ok(reply);
            }
            if matches!(order.stage, Stage::Open) {
                let command = Command::Place { prices, payment, expected_total, key };
                match decide(&order, command, self.now()) {
                    Ok(events) => {
                        self.learned(events)?;
                        self.flush(Vec::new(), false)?;
                        // Before the next await: an equal request is told so.
                        return self.placed().await;
                    }
                    Err(refusal) => {
                        if let OrderError::PriceChanged { lines, .. } = &refusal {
                            self.learned(reprice(lines))?;
                            self.flush(Vec::new(), false)?;
                        }
                        return Err(refusal);
                    }
                }
            }
        }
        self.placed().await
    }

    /// Placed by this request or by another: either way the first result.
    async fn placed(self: &Rc<Self>) -> Result<Reply, OrderError> {
        self.placing.update(|placing| placing + 1);
        let run = self.run(true).await;
        self.placing.update(|placing| placing - 1);
        self.go_on();
        match run? {
            Run::Done => {}
            Run::Refused(refused) => {
                return Err(OrderError::OutOfStock { lines: short_lines(&self.existing()?, &refused) });
            }
            Run::Unanswered => return Err(OrderError::StockUnavailable),
        }
        let order = self.existing()?;
        if matches!(order.stage, Stage::Open) {
            // Another request's placement was refused while this one waited.
            return Err(OrderError::StockUnavailable);
        }
        order_reply(201, &order)
    }

    /// What the lines cost now; the cart's own prices while the database is
    /// down, so that a cart that was priced can still be paid.
    async fn current_prices(&self) -> Result<Vec<CurrentPrice>, OrderError> {
        let order = self.existing()?;
        let mut variants: Vec<VariantId> =
            order.lines.iter().filter(|line| !line.overridden).map(|line| line.variant_id).collect();
        if variants.is_empty() {
            return Ok(Vec::new());
        }
        variants.sort_unstable();
        variants.dedup();
        let statement = catalog::store::current_prices(&variants, order.currency);
        match self.app.database.batch(vec![statement]).await {
            Ok(rows) => rows
                .into_iter()
                .next()
                .unwrap_or_default()
                .decode()
                .map_err(|error| OrderError::Unavailable { cause: error.to_string() }),
            Err(_) => Ok(order
                .lines
                .iter()
                .map(|line| CurrentPrice { variant_id: line.variant_id, amount: line.unit_price.amount })
                .collect()),
        }
    }

    async fn authenticate(self: &Rc<Self>, order: &Order, approved: bool) -> Result<Reply, OrderError> {
        let waiting = match &order.stage {
            Stage::AwaitingPayment { attempt, placement } if attempt.status.is_open() => {
                Some((attempt.clone(), placement.totals.total))
            }
            _ => None,
        };
        if let Some((attempt, amount)) = waiting {
            let outcome = payments::test_provider::authenticate(&self.app, &attempt, amount, approved).await;
            let answer = Answer::Payment { attempt: attempt.number, outcome };
            self.learned(learn(&self.existing()?, &answer, self.now()))?;
            self.flush(Vec::new(), false)?;
            self.run(true).await?;
            self.go_on();
        }
        order_reply(200, &self.existing()?)
    }

    /// Goes on with what is due after the answer.
    fn go_on(self: &Rc<Self>) {
        let object = Rc::clone(self);
        self.host.spawn(Box::pin(async move {
            // A failure is repaired by the alarm, which is set.
            let _ = object.run(false).await;
        }));
    }

    /// Does what is due, one run at a time. `foreground`: only what belongs to
    /// the buyer's request.
    async fn run(&self, foreground: bool) -> Result<Run, OrderError> {
        let _turn = self.turn.lock().await;
        let mut end = Run::Done;
        for _ in 0..MAX_STEPS {
            let order = self.existing()?;
            if foreground && !in_foreground(&order) {
                return Ok(end);
            }
            let now = self.now();
            let ticked = learn(&order, &Answer::Tick, now);
            if !ticked.is_empty() {
                self.learned(ticked)?;
                self.flush(Vec::new(), false)?;
                continue;
            }
            let Some(effect) = due(&order, now).into_iter().next() else { break };
            let Some(answer) = self.perform(effect).await else { break };
            let events = learn(&self.existing()?, &answer, self.now());
            if events.is_empty() {
                break;
            }
            if let (Answer::NotHeld { refused, unanswered }, [Event::PlacementRefused]) = (answer, events.as_slice()) {
                end = if unanswered && refused.is_empty() { Run::Unanswered } else { Run::Refused(refused) };
            }
            let wait = events.iter().all(Event::may_wait);
            self.learned(events)?;
            if !wait {
                let answer = self.first_answer_to_placement()?;
                self.flush(answer, false)?;
            }
        }
        if !self.memory.borrow().waiting.is_empty() {
            self.flush(Vec::new(), false)?;
        }
        Ok(end)
    }

    /// Once a placement has its outcome, the request that made it has its answer.
    fn first_answer_to_placement(&self) -> Result<Vec<crate::ports::Statement>, OrderError> {
        let order = self.existing()?;
        let Some(key) = order.placement().and_then(|placement| placement.key.clone()) else { return Ok(Vec::new()) };
        if order.attempts > 1 || in_foreground(&order) {
            return Ok(Vec::new());
        }
        Ok(recorded(Some(&key), &order_reply(201, &order)?))
    }

    /// Performs one effect. None: no answer; the alarm tries again.
    async fn perform(&self, effect: Effect) -> Option<Answer> {
        let app = &self.app;
        match effect {
            Effect::Hold { hold, items, until } => {
                let answers = stream::iter(items).map(|item| {
                    let hold = hold.clone();
                    async move { (item.variant, pools::hold(app, item.variant, hold, item.quantity, until).await) }
                });
                let answers: Vec<_> = answers.buffer_unordered(MAX_PARALLEL).collect().await;
                let mut refused = Vec::new();
                let mut unanswered = false;
                for (variant, answer) in answers {
                    match answer {
                        Ok(answer) => match answer.refusal {
                            None => {}
                            Some(Refusal::OutOfStock { available }) => refused.push(Refused { variant, available }),
                            Some(_) => refused.push(Refused { variant, available: answer.level.available }),
                        },
                        Err(_) => unanswered = true,
                    }
                }
                let granted = refused.is_empty() && !unanswered;
                Some(if granted { Answer::Held } else { Answer::NotHeld { refused, unanswered } })
            }
            Effect::Charge { attempt, amount } => {
                let outcome = payments::charge(app, &attempt, amount).await;
                Some(Answer::Payment { attempt: attempt.number, outcome })
            }
            Effect::Poll { attempt } => {
                let outcome = payments::poll(app, &attempt).await;
                Some(Answer::Payment { attempt: attempt.number, outcome })
            }
            Effect::CallOff { attempt } => match payments::cancel(app, &attempt).await {
                Outcome::Unknown => None,
                outcome => Some(Answer::Payment { attempt: attempt.number, outcome }),
            },
            Effect::Commit { hold, items } => {
                let answers = stream::iter(items).map(|item| {
                    let hold = hold.clone();
                    async move { (item.variant, pools::commit(app, item.variant, hold, item.quantity).await) }
                });
                let refused = self.settled(answers.buffer_unordered(MAX_PARALLEL).collect().await)?;
                Some(Answer::Committed { refused })
            }
            Effect::Release { placement, hold, items } => {
                let answers = stream::iter(items).map(|item| {
                    let hold = hold.clone();
                    async move { (item.variant, pools::release(app, item.variant, hold).await) }
                });
                self.settled(answers.buffer_unordered(MAX_PARALLEL).collect().await)?;
                Some(Answer::Released { placement })
            }
            Effect::Refund { attempt, amount } => {
                let done = payments::refund(app, &attempt, amount).await;
                done.then_some(Answer::Refunded { attempt: attempt.number })
            }
            Effect::Publish { version } => {
                // After a crash the levels that came with the commits are gone.
                if self.memory.borrow().levels.is_empty() {
                    self.read_levels().await?;
                }
                let message = Message {
                    order: view::projection(&self.existing().ok()?)?,
                    levels: self.memory.borrow().levels.clone(),
                };
                let message = serde_json::to_string(&message).ok()?;
                app.events.send(vec![message]).await.ok()?;
                self.memory.borrow_mut().levels.clear();
                Some(Answer::Published { version })
            }
        }
    }

    /// Keeps the levels for the projections. None if a pool did not answer;
    /// else whether one refused.
    fn settled(&self, answers: Vec<(VariantId, Result<pools::Answer, ObjectUnavailable>)>) -> Option<bool> {
        let mut refused = false;
        let mut levels = Vec::with_capacity(answers.len());
        for (variant, answer) in answers {
            let answer = answer.ok()?;
            refused |= answer.refusal.is_some();
            levels.push((variant, answer.level));
        }
        self.memory.borrow_mut().levels.extend(levels);
        Some(refused)
    }

    async fn read_levels(&self) -> Option<()> {
        let app = &self.app;
        let items = self.existing().ok()?.items();
        let levels = stream::iter(items)
            .map(|item| async move { Some((item.variant, pools::level(app, item.variant).await.ok()?)) })
            .buffer_unordered(MAX_PARALLEL);
        let levels: Option<Vec<_>> = levels.collect::<Vec<_>>().await.into_iter().collect();
        self.memory.borrow_mut().levels = levels?;
        Some(())
    }

    fn now(&self) -> Timestamp {
        self.app.clock.now()
    }

    /// The order, read from storage the first time.
    fn order(&self) -> Result<Option<Order>, OrderError> {
        let mut memory = self.memory.borrow_mut();
        if memory.order.is_none()
            && let Some((order, alarm)) = store::load(&*self.host)?
        {
            memory.order = Some(order);
            memory.alarm = alarm;
        }
        Ok(memory.order.clone())
    }

    fn existing(&self) -> Result<Order, OrderError> {
        self.order()?.ok_or(OrderError::NotFound)
    }

    /// Applies events; they are stored with the next [`Self::flush`].
    fn learned(&self, events: Vec<Event>) -> Result<(), OrderError> {
        let now = self.now();
        let mut memory = self.memory.borrow_mut();
        let memory = &mut *memory;
        let order = memory.order.as_mut().ok_or(OrderError::NotFound)?;
        for event in events {
            order.apply(&event, now);
            memory.waiting.push((now, event));
        }
        Ok(())
    }

    /// Commits what waits, the state, the alarm and `more` in one transaction.
    /// `always`: even if nothing waits.
    fn flush(&self, more: Vec<crate::ports::Statement>, always: bool) -> Result<(), OrderError> {
        let mut memory = self.memory.borrow_mut();
        let order = memory.order.as_ref().ok_or(OrderError::NotFound)?;
        let now = self.now();
        let wanted = wake(order, now);
        let alarm = match (wanted, memory.alarm) {
            (None, _) => None,
            // One that rings early does no harm, and costs less than moving it;
            // one that is long past has been lost, and is set again.
            (Some(wanted), Some(set)) if set <= wanted && now < set.plus_millis(WATCHDOG_MILLIS) => Some(set),
            (Some(wanted), _) => Some(wanted),
        };
        let alarm_changed = alarm != memory.alarm;
        if memory.waiting.is_empty() && more.is_empty() && !(always && alarm_changed) {
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

    /// Stores a reply with its key, and gives it.
    fn answered(&self, key: Option<&Key>, reply: Reply) -> Result<Reply, OrderError> {
        self.flush(recorded(key, &reply), false)?;
        Ok(reply)
    }
}

fn recorded(key: Option<&Key>, reply: &Reply) -> Vec<crate::ports::Statement> {
    match (key, reply) {
        (Some(key), Reply::Done { status, body, .. }) => store::record_answer(key, *status, body.get()),
        _ => Vec::new(),
    }
}

fn done(status: u16, view: &impl Serialize) -> Result<Reply, OrderError> {
    let body = serde_json::value::to_raw_value(view).map_err(undecodable)?;
    Ok(Reply::Done { status, replayed: false, body })
}

fn order_reply(status: u16, order: &Order) -> Result<Reply, OrderError> {
    done(status, &view::order(order).ok_or(OrderError::NotFound)?)
}

fn undecodable(error: serde_json::Error) -> OrderError {
    OrderError::Unavailable { cause: error.to_string() }
}
