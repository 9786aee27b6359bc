//! Durable Objects on one thread: one instance per class and name, commands
//! that interleave only at awaits, a transactional store and one alarm each.
//! Instances are lost when told, or when they crash; stores are not.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};
use tradepost::app::App;
use tradepost::ports::{
    Clock, Commit, ObjectClass, ObjectHost, ObjectUnavailable, Objects, Pending, Rows, Statement, StorageError,
    Timestamp,
};

use super::clock::HostClock;
use super::faults::{Faults, Site, When};
use super::sqlite::{self, Failure};

/// The platform tries a failing alarm again after 2 s, doubling, six times.
const ALARM_RETRY_MILLIS: i64 = 2_000;
const ALARM_RETRIES: u32 = 6;

/// What the host asks of an object.
pub trait Shell {
    fn command(self: Rc<Self>, body: String) -> LocalBoxFuture<'static, Result<String, ObjectUnavailable>>;
    fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, Result<(), ObjectUnavailable>>;
}

/// Makes the object of a class and a name.
pub type Factory = fn(ObjectClass, App, &str, Rc<dyn ObjectHost>) -> Rc<dyn Shell>;

pub type ObjectId = (ObjectClass, String);

/// What the thread is asked to do.
pub enum Message {
    Command {
        id: ObjectId,
        body: String,
        answer: oneshot::Sender<Result<String, ObjectUnavailable>>,
    },
    /// `None` is everything.
    Evict {
        id: Option<ObjectId>,
        done: oneshot::Sender<()>,
    },
    /// Runs a look into an object's store, past the port.
    Look {
        id: ObjectId,
        look: Box<dyn FnOnce(&Connection) + Send>,
    },
    Alarm {
        id: ObjectId,
        answer: oneshot::Sender<Option<Timestamp>>,
    },
    Stop,
}

/// The way to the objects, from any thread.
#[derive(Clone)]
pub struct HostObjects {
    messages: mpsc::UnboundedSender<Message>,
    crashes: Arc<Mutex<Vec<String>>>,
    faults: Faults,
}

impl HostObjects {
    pub fn new(faults: &Faults) -> (Self, mpsc::UnboundedReceiver<Message>) {
        let (messages, receiver) = mpsc::unbounded_channel();
        (Self { messages, crashes: Arc::default(), faults: faults.clone() }, receiver)
    }

    /// The object's memory and everything it was doing is lost; its store and
    /// its alarm stay.
    pub async fn evict(&self, class: ObjectClass, name: &str) {
        self.ask(|done| Message::Evict { id: Some((class, name.to_owned())), done }).await;
    }

    pub async fn evict_all(&self) {
        self.ask(|done| Message::Evict { id: None, done }).await;
    }

    /// Looks into an object's store past the port, for invariants.
    pub async fn look<T: Send + 'static>(
        &self,
        class: ObjectClass,
        name: &str,
        look: impl FnOnce(&Connection) -> T + Send + 'static,
    ) -> T {
        let (answer, found) = oneshot::channel();
        let look = Box::new(move |connection: &Connection| {
            let _ = answer.send(look(connection));
        });
        let _ = self.messages.send(Message::Look { id: (class, name.to_owned()), look });
        found.await.expect("the host runs")
    }

    /// When the object's alarm is to ring.
    pub async fn alarm(&self, class: ObjectClass, name: &str) -> Option<Timestamp> {
        self.ask(|answer| Message::Alarm { id: (class, name.to_owned()), answer }).await
    }

    /// Panics of objects so far, other than those asked for by faults, and
    /// alarms that were given up.
    pub fn crashes(&self) -> Vec<String> {
        self.crashes.lock().unwrap().clone()
    }

    pub fn stop(&self) {
        let _ = self.messages.send(Message::Stop);
    }

    async fn ask<T>(&self, message: impl FnOnce(oneshot::Sender<T>) -> Message) -> T {
        let (answer, answered) = oneshot::channel();
        let _ = self.messages.send(message(answer));
        answered.await.expect("the host runs")
    }

    /// Runs the objects until told to stop. Needs a `LocalSet` around it.
    pub async fn serve(
        self,
        app: App,
        clock: HostClock,
        factory: Factory,
        mut receiver: mpsc::UnboundedReceiver<Message>,
    ) {
        let world = Rc::new(World { app, clock, factory, slots: RefCell::default(), objects: self });
        while let Some(message) = receiver.recv().await {
            match message {
                Message::Command { id, body, answer } => world.clone().command(id, body, answer),
                Message::Evict { id, done } => {
                    world.evict(id.as_ref());
                    let _ = done.send(());
                }
                Message::Look { id, look } => look(&world.slot(&id).store.borrow()),
                Message::Alarm { id, answer } => {
                    let _ = answer.send(world.slot(&id).alarm.get());
                }
                Message::Stop => break,
            }
        }
        world.evict(None);
        world.slots.borrow_mut().clear();
    }
}

impl Objects for HostObjects {
    fn command<'a>(
        &'a self,
        class: ObjectClass,
        name: &'a str,
        body: String,
    ) -> Pending<'a, Result<String, ObjectUnavailable>> {
        Box::pin(async move {
            let verdict = self.faults.verdict(Site::Command(class), &format!("{name} {body}"));
            if verdict == Some(When::Before) {
                return Err(ObjectUnavailable("fault: never arrived".to_owned()));
            }
            let (answer, answered) = oneshot::channel();
            let id = (class, name.to_owned());
            let lost = || ObjectUnavailable("the object went away".to_owned());
            self.messages.send(Message::Command { id, body, answer }).map_err(|_| lost())?;
            let answer = answered.await.map_err(|_| lost())?;
            if verdict == Some(When::After) {
                return Err(ObjectUnavailable("fault: the answer was lost".to_owned()));
            }
            answer
        })
    }
}

struct World {
    app: App,
    clock: HostClock,
    factory: Factory,
    slots: RefCell<BTreeMap<ObjectId, Rc<Slot>>>,
    objects: HostObjects,
}

/// What stays of an object whatever happens to its instance.
struct Slot {
    store: RefCell<Connection>,
    alarm: Cell<Option<Timestamp>>,
    /// Counts how often the alarm was set: a timer of an older setting is void.
    setting: Cell<u64>,
    /// At most one alarm runs at a time.
    ringing: tokio::sync::Mutex<()>,
    instance: RefCell<Option<Rc<Instance>>>,
}

/// An object in memory.
struct Instance {
    shell: Rc<dyn Shell>,
    /// Turns true when the instance is lost; everything it does stops there.
    gone: watch::Sender<bool>,
}

/// How a piece of an object's work ended.
enum Outcome<T> {
    Done(T),
    Lost,
}

/// The panic by which a fault crashes an object: silent, unlike others.
struct Crash;

impl World {
    fn slot(&self, id: &ObjectId) -> Rc<Slot> {
        let mut slots = self.slots.borrow_mut();
        let slot = slots.entry(id.clone()).or_insert_with(|| {
            Rc::new(Slot {
                store: RefCell::new(sqlite::open()),
                alarm: Cell::default(),
                setting: Cell::default(),
                ringing: tokio::sync::Mutex::default(),
                instance: RefCell::default(),
            })
        });
        slot.clone()
    }

    /// The object's instance, made if there is none in memory.
    fn instance(self: &Rc<Self>, id: &ObjectId) -> Option<Rc<Instance>> {
        let slot = self.slot(id);
        if let Some(instance) = slot.instance.borrow().as_ref() {
            return Some(instance.clone());
        }
        let gone = watch::Sender::new(false);
        let host = Rc::new(Hosting { world: Rc::downgrade(self), id: id.clone(), gone: gone.clone() });
        let made = AssertUnwindSafe(|| (self.factory)(id.0, self.app.clone(), &id.1, host));
        match std::panic::catch_unwind(made) {
            Ok(shell) => {
                let instance = Rc::new(Instance { shell, gone });
                *slot.instance.borrow_mut() = Some(instance.clone());
                Some(instance)
            }
            Err(payload) => {
                gone.send_replace(true);
                self.note_crash(id, &*payload);
                None
            }
        }
    }

    fn command(self: Rc<Self>, id: ObjectId, body: String, answer: oneshot::Sender<Result<String, ObjectUnavailable>>) {
        // Dropping `answer` tells the caller that the object went away.
        let Some(instance) = self.instance(&id) else { return };
        tokio::task::spawn_local(async move {
            let work = instance.shell.clone().command(body);
            if let Outcome::Done(outcome) = self.run(&id, &instance.gone, work).await {
                let _ = answer.send(outcome);
            }
        });
    }

    /// Runs a piece of an object's work until it ends or the instance is lost.
    async fn run<T>(&self, id: &ObjectId, gone: &watch::Sender<bool>, work: impl Future<Output = T>) -> Outcome<T> {
        let mut lost = gone.subscribe();
        let outcome = tokio::select! {
            biased;
            _ = lost.wait_for(|lost| *lost) => return Outcome::Lost,
            outcome = AssertUnwindSafe(work).catch_unwind() => outcome,
        };
        match outcome {
            Ok(value) => Outcome::Done(value),
            Err(payload) => {
                self.note_crash(id, &*payload);
                // A later instance may be there already; it has done no wrong.
                if !gone.send_replace(true) {
                    self.evict(Some(id));
                }
                Outcome::Lost
            }
        }
    }

    fn evict(&self, id: Option<&ObjectId>) {
        for (other, slot) in self.slots.borrow().iter() {
            if id.is_none_or(|id| id == other) {
                let instance = slot.instance.borrow_mut().take();
                if let Some(instance) = instance {
                    instance.gone.send_replace(true);
                }
            }
        }
    }

    fn note_crash(&self, id: &ObjectId, payload: &(dyn Any + Send)) {
        if !payload.is::<Crash>() {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or(payload.downcast_ref::<&str>().copied()).unwrap_or("?");
            self.objects.crashes.lock().unwrap().push(format!("{id:?} panicked: {text}"));
        }
    }

    fn set_alarm(self: &Rc<Self>, id: &ObjectId, slot: &Slot, at: Option<Timestamp>) {
        slot.alarm.set(at);
        slot.setting.set(slot.setting.get() + 1);
        if let Some(at) = at {
            tokio::task::spawn_local(self.clone().ring(id.clone(), at, slot.setting.get()));
        }
    }

    /// Waits for one setting of an alarm and runs it, again if it fails,
    /// unless the alarm was set anew.
    async fn ring(self: Rc<Self>, id: ObjectId, mut at: Timestamp, setting: u64) {
        let slot = self.slot(&id);
        for attempt in 0..=ALARM_RETRIES {
            self.clock.sleep_until(at).await;
            let _one_at_a_time = slot.ringing.lock().await;
            if slot.setting.get() != setting {
                return;
            }
            slot.alarm.set(None);
            let outcome = match self.instance(&id) {
                Some(instance) => self.run(&id, &instance.gone, instance.shell.clone().alarm()).await,
                None => Outcome::Lost,
            };
            if matches!(outcome, Outcome::Done(Ok(()))) || slot.setting.get() != setting {
                return;
            }
            at = self.clock.now().plus_millis(ALARM_RETRY_MILLIS << attempt);
            slot.alarm.set(Some(at));
        }
        slot.alarm.set(None);
        self.objects.crashes.lock().unwrap().push(format!("{id:?}: the alarm was given up"));
    }
}

/// What one instance has around it.
struct Hosting {
    world: Weak<World>,
    id: ObjectId,
    gone: watch::Sender<bool>,
}

impl Hosting {
    /// A lost instance has no store any more.
    fn world(&self) -> Result<Rc<World>, StorageError> {
        let world = self.world.upgrade().filter(|_| !*self.gone.borrow());
        world.ok_or_else(|| StorageError("this instance is gone".to_owned()))
    }
}

impl ObjectHost for Hosting {
    fn read(&self, statement: Statement) -> Result<Rows, StorageError> {
        let slot = self.world()?.slot(&self.id);
        let rows = sqlite::read(&slot.store.borrow(), &statement);
        rows.map_err(refused)
    }

    fn commit(&self, commit: Commit) -> Result<(), StorageError> {
        let world = self.world()?;
        let slot = world.slot(&self.id);
        let statements = [commit.schema, commit.statements].concat();
        let sql: Vec<&str> = statements.iter().map(|statement| statement.sql).collect();
        let verdict = world.objects.faults.verdict(Site::Commit(self.id.0), &sql.join(";\n"));
        if verdict == Some(When::Before) {
            std::panic::resume_unwind(Box::new(Crash));
        }
        if !statements.is_empty() {
            sqlite::transact(&mut slot.store.borrow_mut(), &statements).map_err(refused)?;
        }
        if let Some(at) = commit.alarm {
            world.set_alarm(&self.id, &slot, at);
        }
        if verdict == Some(When::After) {
            std::panic::resume_unwind(Box::new(Crash));
        }
        Ok(())
    }

    fn forget(&self) -> Pin<Box<dyn Future<Output = Result<(), StorageError>>>> {
        let forgotten = self.world().map(|world| {
            let slot = world.slot(&self.id);
            let verdict = world.objects.faults.verdict(Site::Commit(self.id.0), "forget");
            if verdict == Some(When::Before) {
                std::panic::resume_unwind(Box::new(Crash));
            }
            *slot.store.borrow_mut() = sqlite::open();
            world.set_alarm(&self.id, &slot, None);
            if verdict == Some(When::After) {
                std::panic::resume_unwind(Box::new(Crash));
            }
        });
        Box::pin(async move { forgotten })
    }

    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()>>>) {
        let Ok(world) = self.world() else { return };
        let (id, gone) = (self.id.clone(), self.gone.clone());
        tokio::task::spawn_local(async move {
            world.run(&id, &gone, work).await;
        });
    }
}

fn refused(failure: Failure) -> StorageError {
    match failure {
        Failure::Constraint(text) | Failure::Other(text) => StorageError(text),
    }
}
