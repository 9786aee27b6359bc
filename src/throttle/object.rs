//! The throttle's object: load, `decide`, commit, answer. No step awaits, so
//! no two commands ever interleave, however many come at once. Its alarm
//! deletes it once nothing of it matters any more.

use std::cell::RefCell;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::rules::{Command, Refusal, Throttle, apply, decide};
use super::store;
use crate::app::App;
use crate::json;
use crate::ports::{Commit, ObjectHost, ObjectUnavailable, StorageError, Timestamp};

/// An alarm that is this late, in milliseconds, has been lost.
const LATE_MILLIS: i64 = 60_000;

/// What a throttle answers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Granted,
    Refused { retry_after_millis: i64 },
}

pub struct ThrottleObject {
    app: App,
    host: Rc<dyn ObjectHost>,
    /// As stored; read again after any failure.
    memory: RefCell<Option<Memory>>,
}

#[derive(Clone, Default)]
struct Memory {
    throttle: Throttle,
    stored: bool,
    /// When the alarm rings, as far as this instance knows.
    alarm: Option<Timestamp>,
}

impl ThrottleObject {
    pub fn new(app: App, _name: &str, host: Rc<dyn ObjectHost>) -> Rc<Self> {
        Rc::new(Self { app, host, memory: RefCell::default() })
    }

    /// Decides one [`Command`] and answers an [`Answer`], both as JSON.
    pub async fn command(self: Rc<Self>, body: String) -> Result<String, ObjectUnavailable> {
        let command: Command = json::read(body.as_bytes()).map_err(|error| ObjectUnavailable(error.to_string()))?;
        let answer = self.decide(&command).map_err(|error| ObjectUnavailable(error.to_string()))?;
        Ok(json::text(&answer))
    }

    /// Forgets everything, or finds that it still matters.
    pub async fn alarm(self: Rc<Self>) -> Result<(), ObjectUnavailable> {
        let unavailable = |error: StorageError| ObjectUnavailable(error.to_string());
        let now = self.app.clock.now();
        let mut memory = self.loaded().map_err(unavailable)?;
        memory.alarm = None;
        if memory.throttle.put_back(now) || memory.throttle.matters_for(now) > 0 {
            return self.record(memory, now).map_err(unavailable);
        }
        // Whoever asks while it is being deleted begins anew.
        self.memory.replace(Some(Memory::default()));
        self.host.forget().await.map_err(unavailable)
    }

    fn decide(&self, command: &Command) -> Result<Answer, StorageError> {
        let now = self.app.clock.now();
        let mut memory = self.loaded()?;
        let put_back = memory.throttle.put_back(now);
        let decided = decide(&memory.throttle, command, now);
        if let Ok(Some(event)) = &decided {
            apply(&mut memory.throttle, event, now);
        }
        if put_back || matches!(decided, Ok(Some(_))) {
            self.record(memory, now)?;
        }
        Ok(match decided {
            Ok(_) => Answer::Granted,
            Err(Refusal { retry_after_millis }) => Answer::Refused { retry_after_millis },
        })
    }

    /// Stores the throttle, with an alarm if none is set.
    fn record(&self, mut memory: Memory, now: Timestamp) -> Result<(), StorageError> {
        let schema = if memory.stored { Vec::new() } else { vec![store::schema()] };
        memory.stored = true;
        let statements = vec![store::record(&memory.throttle)?];
        // One that rings early does no harm, and costs less than moving it.
        let set = memory.alarm.is_some_and(|at| now.since(at) < LATE_MILLIS);
        if !set {
            memory.alarm = Some(now.plus_millis(memory.throttle.matters_for(now)));
        }
        // If it fails, it is read again.
        self.memory.replace(None);
        self.host.commit(Commit { schema, statements, alarm: (!set).then_some(memory.alarm) })?;
        self.memory.replace(Some(memory));
        Ok(())
    }

    fn loaded(&self) -> Result<Memory, StorageError> {
        let mut memory = self.memory.borrow_mut();
        if let Some(memory) = &*memory {
            return Ok(memory.clone());
        }
        let throttle = store::load(&*self.host)?;
        let stored = throttle.is_some();
        Ok(memory.insert(Memory { throttle: throttle.unwrap_or_default(), stored, alarm: None }).clone())
    }
}
