//! An endpoint's object: what it is told is written down before it is answered,
//! and sent after; the alarm sends what is due. What the endpoint is (its address,
//! whether it is enabled) is read from its row for every run, so that a change
//! needs no telling. Without a row the object forgets all it has.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_util::StreamExt;
use futures_util::lock::Mutex;
use futures_util::stream::FuturesUnordered;
use serde_json::json;

use super::news::{EventType, News, PING, payload};
use super::object_store::{self as store, KEPT_MILLIS, Letter, New};
use super::protocol::Command;
use super::rules::{Queue, Reply, Standing};
use super::send::send;
use super::store::{by_id, gone, read};
use super::views::{Delivery, DeliveryList, DeliveryStatus, Queued, Webhook};
use crate::app::App;
use crate::ids::{RequestId, WebhookId};
use crate::json;
use crate::ports::{Commit, ObjectHost, ObjectUnavailable, Pending, Statement, StorageError, Timestamp};
use crate::sorted::SortedMap;
use crate::telemetry;
use crate::wire::page;

/// The most tries under way at once; a Worker may have six connections open, and
/// further ones wait within the platform (Cloudflare Workers, "Limits").
const MAX_PARALLEL: usize = 6;

/// The most tries of one run; the next begins at once. 240 / 6 rounds of 15 s are
/// ten minutes, of the fifteen that an alarm may take (Cloudflare, "Alarms").
const MAX_TRIES: usize = 240;

/// How long the run after an answer has before the alarm looks after it, in
/// milliseconds.
const WATCHDOG_MILLIS: i64 = 10_000;

/// How often an object that has anything looks whether it is old, in
/// milliseconds: a day.
const LOOK_MILLIS: i64 = 24 * 3_600 * 1_000;

/// The name of the list of deliveries in its cursors.
pub const LIST: &str = "deliveries";

pub struct WebhookObject {
    app: App,
    name: String,
    host: Rc<dyn ObjectHost>,
    /// What waits, as stored; read again after any failure.
    memory: RefCell<Option<Queue>>,
    /// Whether the tables are known to be there.
    is_ready: Cell<bool>,
    /// Held by the one run that sends.
    turn: Mutex<()>,
}

impl WebhookObject {
    pub fn new(app: App, name: &str, host: Rc<dyn ObjectHost>) -> Rc<Self> {
        let (memory, is_ready) = (RefCell::default(), Cell::default());
        Rc::new(Self { app, name: name.to_owned(), host, memory, is_ready, turn: Mutex::new(()) })
    }

    /// Answers one [`Command`], both as JSON.
    pub async fn command(self: Rc<Self>, body: String) -> Result<String, ObjectUnavailable> {
        let command: Command = json::read(body.as_bytes()).map_err(unavailable)?;
        let looks = matches!(command, Command::Look);
        let answer = match command {
            Command::Tell { since, types, news } => self.hear(since, &types, &news).map(|()| None),
            Command::Ping => self.ping().map(Some),
            Command::Look => Ok(None),
            Command::Replay { from, to } => self.replay(from, to),
            Command::List { status, before, limit } => {
                let list = self.list(status, before, limit).map_err(unavailable)?;
                return Ok(json::text(&list));
            }
        };
        let answer = answer.map_err(unavailable)?;
        if looks || self.is_due().map_err(unavailable)? {
            // What fails is repaired by the alarm, which is set.
            let object = Rc::clone(&self);
            self.host.spawn(Box::pin(async move {
                let _ = object.run().await;
            }));
        }
        Ok(json::text(&answer))
    }

    /// Sends what is due, and forgets what is old.
    pub async fn alarm(self: Rc<Self>) -> Result<(), ObjectUnavailable> {
        if let Some(queue) = self.take().map_err(unavailable)? {
            self.keep(store::forget(self.now()).into(), Some(queue)).map_err(unavailable)?;
        }
        self.run().await
    }

    /// Writes down what is new of what it is told.
    fn hear(&self, since: Timestamp, types: &[EventType], news: &[News]) -> Result<(), StorageError> {
        let now = self.now();
        let mut queue = self.take()?.unwrap_or_default();
        let about: Vec<_> = news.iter().map(|news| news.about.as_str()).collect();
        let before = if self.is_ready.get() { store::heard(&*self.host, &about)? } else { SortedMap::new() };
        let mut heard = before.clone();
        // What is older was heard, and may have been forgotten.
        let since = since.max(now.plus_millis(-KEPT_MILLIS));
        let mut statements = Vec::new();
        for news in news {
            let known = heard.get(&news.about).copied().unwrap_or_default();
            for event in news.untold(known, since) {
                if types.contains(&event.kind) {
                    let number = queue.add(Some(&news.about), now);
                    let kind = event.kind.name();
                    let letter = Letter { event_id: event.id, body: payload(kind, event.at, &news.data) };
                    statements.push(store::insert(New { number, about: Some(&news.about), kind, letter }, now));
                }
            }
            heard.insert(news.about.clone(), news.heard(known));
        }
        if heard == before {
            self.memory.replace(Some(queue));
            return Ok(());
        }
        while let Some(number) = queue.give_up() {
            statements.push(self.settled(number, &Standing::Dead, &Err("too many were waiting".to_owned())));
        }
        statements.push(store::remember(&heard, now));
        self.keep(statements, Some(queue))
    }

    fn ping(&self) -> Result<Queued, StorageError> {
        let now = self.now();
        let mut queue = self.take()?.unwrap_or_default();
        let number = queue.add(None, now);
        let event_id = format!("{PING}-{}", RequestId::new(now, &*self.app.entropy));
        let body = payload(PING, now, &json!({ "webhook_id": self.name }));
        let new = New { number, about: None, kind: PING, letter: Letter { event_id, body } };
        self.keep(vec![store::insert(new, now)], Some(queue))?;
        Ok(Queued { first: number, count: 1 })
    }

    /// None: nothing of these numbers is kept.
    fn replay(&self, from: i64, to: i64) -> Result<Option<Queued>, StorageError> {
        let queued = if self.is_stored()? { store::kept(&*self.host, from, to)? } else { None };
        if queued.is_some() {
            self.keep(vec![store::replay(from, to, self.now())], None)?;
        }
        Ok(queued)
    }

    fn list(
        &self,
        status: Option<DeliveryStatus>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<DeliveryList, StorageError> {
        let mut items: Vec<Delivery> = Vec::new();
        if self.is_stored()? {
            items = store::list(&*self.host, status, before, limit.saturating_add(1))?;
        }
        let next_cursor = page::cut(&mut items, limit).map(|last| page::seal(LIST, "", &[&last.number.to_string()]));
        Ok(DeliveryList { items, next_cursor })
    }

    /// Sends what is due, a few at once, until nothing is; one run at a time.
    async fn run(&self) -> Result<(), ObjectUnavailable> {
        let Some(_turn) = self.turn.try_lock() else { return Ok(()) };
        let Some(webhook) = self.webhook().await? else { return self.forget().await };
        let (mut flying, mut left, mut enabled) = (FuturesUnordered::new(), MAX_TRIES, webhook.disabled.is_none());
        loop {
            let room = if enabled { left.min(MAX_PARALLEL.saturating_sub(flying.len())) } else { 0 };
            for (number, letter) in self.begin(room).map_err(unavailable)? {
                left = left.saturating_sub(1);
                flying.push(self.attempt(&webhook, number, letter));
            }
            let Some((number, reply)) = flying.next().await else { break };
            self.end(number, &reply).map_err(unavailable)?;
            if reply == Ok(410) && enabled {
                enabled = false;
                self.app.database.run(gone(&webhook, self.now())).await.map_err(unavailable)?;
                self.log("webhook_gone", number, "410");
            }
        }
        self.rearm(enabled).map_err(unavailable)
    }

    fn attempt<'a>(&'a self, webhook: &'a Webhook, number: i64, letter: Letter) -> Pending<'a, (i64, Reply)> {
        let app = self.app.clone();
        Box::pin(async move { (number, send(&app, webhook, &letter).await) })
    }

    /// The row. None: it was deleted.
    async fn webhook(&self) -> Result<Option<Webhook>, ObjectUnavailable> {
        let id: WebhookId = self.name.parse().map_err(unavailable)?;
        let rows = self.app.database.batch(vec![by_id(id)]).await.map_err(unavailable)?;
        Ok(read(rows.into_iter().next().unwrap_or_default()).map_err(unavailable)?.pop())
    }

    async fn forget(&self) -> Result<(), ObjectUnavailable> {
        // Whoever asks while it is being deleted begins anew.
        self.memory.replace(None);
        self.is_ready.set(false);
        self.host.forget().await.map_err(unavailable)
    }

    /// Counts up to so many tries, which are then to be made.
    fn begin(&self, most: usize) -> Result<Vec<(i64, Letter)>, StorageError> {
        let now = self.now();
        let Some(mut queue) = self.take()? else { return Ok(Vec::new()) };
        let (mut letters, mut statements) = (Vec::new(), Vec::new());
        for number in queue.due(now, most) {
            let letter = store::letter(&*self.host, number)?;
            match letter.filter(|_| !queue.is_spent(number)) {
                Some(letter) => {
                    statements.extend(queue.begin(number, now).map(|waiting| store::begin(number, waiting, now)));
                    letters.push((number, letter));
                }
                None => {
                    queue.waiting.remove(&number);
                    statements.push(self.settled(number, &Standing::Dead, &Err("its tries were lost".to_owned())));
                }
            }
        }
        if statements.is_empty() {
            self.memory.replace(Some(queue));
        } else {
            self.keep(statements, Some(queue))?;
        }
        Ok(letters)
    }

    /// Takes the outcome of a try down.
    fn end(&self, number: i64, reply: &Reply) -> Result<(), StorageError> {
        let Some(mut queue) = self.take()? else { return Ok(()) };
        let mut chance = [0];
        self.app.entropy.fill(&mut chance);
        let [chance] = chance;
        let statement = queue.end(number, reply, self.now(), chance);
        let statement = statement.map(|standing| self.settled(number, &standing, reply));
        self.keep(statement.into_iter().collect(), Some(queue))
    }

    /// Where a delivery stands; one that is given up is logged.
    fn settled(&self, number: i64, standing: &Standing, reply: &Reply) -> Statement {
        if *standing == Standing::Dead {
            let cause = reply.as_ref().map_or_else(Clone::clone, ToString::to_string);
            self.log("webhook_given_up", number, &cause);
        }
        store::end(number, standing, reply)
    }

    /// Takes what waits out of memory, to be put back by [`Self::keep`]; none if
    /// nothing was ever stored.
    fn take(&self) -> Result<Option<Queue>, StorageError> {
        if let Some(queue) = self.memory.take() {
            return Ok(Some(queue));
        }
        let queue = store::load(&*self.host)?;
        self.is_ready.set(queue.is_some());
        Ok(queue)
    }

    fn is_due(&self) -> Result<bool, StorageError> {
        let queue = self.take()?;
        let due = queue.as_ref().is_some_and(|queue| !queue.due(self.now(), 1).is_empty());
        self.memory.replace(queue);
        Ok(due)
    }

    fn is_stored(&self) -> Result<bool, StorageError> {
        let queue = self.take()?;
        self.memory.replace(queue);
        Ok(self.is_ready.get())
    }

    /// Writes it, with an alarm for what waits then, should the run that follows be
    /// lost. `queue`: what waits; if it is not known, it is read again.
    fn keep(&self, statements: Vec<Statement>, queue: Option<Queue>) -> Result<(), StorageError> {
        let schema = if self.is_ready.get() { Vec::new() } else { store::schema() };
        self.memory.replace(None);
        let now = self.now();
        let watchdog = now.plus_millis(WATCHDOG_MILLIS);
        let at = queue.as_ref().map_or(watchdog, |queue| next_look(queue, now).max(watchdog));
        self.host.commit(Commit { schema, statements, alarm: Some(Some(at)) })?;
        self.is_ready.set(true);
        self.memory.replace(queue);
        Ok(())
    }

    /// Sets the alarm for what is to be done next.
    fn rearm(&self, enabled: bool) -> Result<(), StorageError> {
        let now = self.now();
        let Some(queue) = self.take()? else { return Ok(()) };
        let at = if enabled { next_look(&queue, now) } else { now.plus_millis(LOOK_MILLIS) };
        self.memory.replace(Some(queue));
        self.host.commit(Commit { alarm: Some(Some(at)), ..Commit::default() })
    }

    fn now(&self) -> Timestamp {
        self.app.clock.now()
    }

    fn log(&self, event: &str, number: i64, cause: &str) {
        telemetry::log(&json!({
            "level": "error", "event": event, "webhook": self.name, "delivery": number, "cause": cause,
        }));
    }
}

/// When something is to be tried, or to be forgotten.
fn next_look(queue: &Queue, now: Timestamp) -> Timestamp {
    let look = now.plus_millis(LOOK_MILLIS);
    queue.wake(now).map_or(look, |next| next.min(look))
}

fn unavailable(cause: impl std::fmt::Display) -> ObjectUnavailable {
    ObjectUnavailable(cause.to_string())
}

#[cfg(test)]
#[path = "object_tests.rs"]
mod tests;
