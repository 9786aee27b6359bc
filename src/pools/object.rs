//! The pool's object: load, `decide`, commit, answer. No step awaits, so no
//! two commands ever interleave, and it needs no alarm: a hold lapses by its
//! timestamp at the moment of use.

use std::cell::RefCell;
use std::rc::Rc;

use super::pool::{Command, Past, Pool, apply, decide};
use super::{Answer, store};
use crate::app::App;
use crate::json;
use crate::ports::{Commit, ObjectHost, ObjectUnavailable, StorageError};

pub struct PoolObject {
    app: App,
    host: Rc<dyn ObjectHost>,
    /// The pool as stored; read again after any failure.
    pool: RefCell<Option<Pool>>,
}

impl PoolObject {
    pub fn new(app: App, _name: &str, host: Rc<dyn ObjectHost>) -> Rc<Self> {
        Rc::new(Self { app, host, pool: RefCell::default() })
    }

    /// Decides one [`Command`] and answers an [`Answer`], both as JSON.
    pub async fn command(self: Rc<Self>, body: String) -> Result<String, ObjectUnavailable> {
        let command: Command = json::read(body.as_bytes()).map_err(|error| ObjectUnavailable(error.to_string()))?;
        let answer = self.decide(&command).map_err(|error| ObjectUnavailable(error.to_string()))?;
        Ok(json::text(&answer))
    }

    pub async fn alarm(self: Rc<Self>) -> Result<(), ObjectUnavailable> {
        Ok(())
    }

    fn decide(&self, command: &Command) -> Result<Answer, StorageError> {
        let now = self.app.clock.now();
        let mut memory = self.pool.borrow_mut();
        if memory.is_none() {
            *memory = store::load(&*self.host)?;
        }
        // A pool that was never changed has no tables, and asking leaves none.
        let unwritten = memory.is_none();
        let mut pool = memory.take().unwrap_or_default();
        let past = if unwritten { Past::Nothing } else { store::past(&*self.host, command)? };
        let (events, refusal) = match decide(&pool, past, command, now) {
            Ok(events) => (events, None),
            Err(refusal) => (Vec::new(), Some(refusal)),
        };
        for event in &events {
            apply(&mut pool, event);
        }
        if !events.is_empty() {
            let schema = if unwritten { store::schema() } else { Vec::new() };
            self.host.commit(Commit { schema, statements: store::record(&pool, &events, now), alarm: None })?;
        }
        let ledger = match command {
            Command::Ledger { limit, after } if !unwritten => store::ledger(&*self.host, *limit, after.as_ref())?,
            _ => Vec::new(),
        };
        let answer = Answer { level: pool.level(now), refusal, ledger };
        if !(unwritten && events.is_empty()) {
            *memory = Some(pool);
        }
        Ok(answer)
    }
}
