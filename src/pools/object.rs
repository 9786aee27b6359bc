//! The pool's object: load, `decide`, commit, answer. No step awaits, so no
//! two commands ever interleave, and it needs no alarm: a hold lapses by its
//! timestamp at the moment of use. Only what a stock [begins with](super::opening) is
//! asked for before that, of a pool that was never changed.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use super::opening::Opening;
use super::pool::{Command, Past, Pool, apply, decide, told};
use super::{Answer, store};
use crate::app::App;
use crate::ids::VariantId;
use crate::json;
use crate::ports::{Commit, ObjectHost, ObjectUnavailable, StorageError};

pub struct PoolObject {
    app: App,
    host: Rc<dyn ObjectHost>,
    /// The pool as stored; read again after any failure.
    pool: RefCell<Option<Pool>>,
    /// Whose stock it is, if it is one.
    variant: Option<VariantId>,
    /// What it begins with, once that was asked for.
    opening: OnceCell<Option<Opening>>,
}

impl PoolObject {
    pub fn new(app: App, name: &str, host: Rc<dyn ObjectHost>) -> Rc<Self> {
        let variant = super::variant_of(name);
        Rc::new(Self { app, host, pool: RefCell::default(), variant, opening: OnceCell::new() })
    }

    /// Decides one [`Command`] and answers an [`Answer`], both as JSON.
    pub async fn command(self: Rc<Self>, body: String) -> Result<String, ObjectUnavailable> {
        let command: Command = json::read(body.as_bytes()).map_err(|error| ObjectUnavailable(error.to_string()))?;
        self.ask_for_opening().await?;
        let answer = self.decide(&command).map_err(|error| ObjectUnavailable(error.to_string()))?;
        Ok(json::text(&answer))
    }

    pub async fn alarm(self: Rc<Self>) -> Result<(), ObjectUnavailable> {
        Ok(())
    }

    /// Learns what the stock begins with, if nothing was ever written to it. Other commands
    /// may come in meanwhile: each finds the same, whoever is first writes it down.
    async fn ask_for_opening(&self) -> Result<(), ObjectUnavailable> {
        let unavailable = |error: &dyn std::fmt::Display| ObjectUnavailable(error.to_string());
        let Some(variant) = self.variant.filter(|_| self.opening.get().is_none()) else { return Ok(()) };
        if self.pool.borrow().is_some() || store::load(&*self.host).map_err(|e| unavailable(&e))?.is_some() {
            return Ok(());
        }
        let rows = self.app.database.run(Opening::of(variant)).await.map_err(|e| unavailable(&e))?;
        let opening = Opening::read(&rows).map_err(|e| unavailable(&e))?;
        let _ = self.opening.set(opening);
        Ok(())
    }

    /// The pool as stored. What it begins with is written down before anything else is; whoever
    /// only asks for the level has it written nowhere.
    fn load(&self, command: &Command) -> Result<Option<Pool>, StorageError> {
        let stored = store::load(&*self.host)?;
        if stored.is_some() || matches!(command, Command::Level | Command::Recall { .. }) {
            return Ok(stored);
        }
        let Some(opening) = self.opening() else { return Ok(None) };
        let (pool, commit) = opening.taken_over();
        self.host.commit(commit)?;
        Ok(Some(pool))
    }

    fn opening(&self) -> Option<&Opening> {
        self.opening.get().and_then(Option::as_ref)
    }

    fn decide(&self, command: &Command) -> Result<Answer, StorageError> {
        let now = self.app.clock.now();
        let mut memory = self.pool.borrow_mut();
        if memory.is_none() {
            *memory = self.load(command)?;
        }
        // A pool that was never changed has no tables, and asking leaves none.
        let unwritten = memory.is_none();
        let begun = || self.opening().map(|opening| opening.taken_over().0).unwrap_or_default();
        let mut pool = memory.take().unwrap_or_else(begun);
        let past = if unwritten { Past::Nothing } else { store::past(&*self.host, command)? };
        let mut events: Vec<_> = told(&pool, command).into_iter().collect();
        events.iter().for_each(|event| apply(&mut pool, event));
        let refusal = match decide(&pool, past, command, now) {
            Ok(decided) => {
                decided.iter().for_each(|event| apply(&mut pool, event));
                events.extend(decided);
                None
            }
            Err(refusal) => Some(refusal),
        };
        if !events.is_empty() {
            let schema = if unwritten { store::schema() } else { Vec::new() };
            self.host.commit(Commit { schema, statements: store::record(&pool, &events, now), alarm: None })?;
        }
        let ledger = match command {
            Command::Ledger { limit, after } if !unwritten => store::ledger(&*self.host, *limit, after.as_ref())?,
            _ => Vec::new(),
        };
        let later = match command {
            Command::Hold { hold, .. } => pool.holds.get(hold).map_or(0, |hold| hold.later),
            _ => 0,
        };
        let is_written = !(unwritten && events.is_empty());
        let adjusted = match command {
            Command::Adjust { reference, .. } | Command::Recall { reference } if is_written => {
                store::adjusted(&*self.host, reference)?
            }
            _ => None,
        };
        let answer = Answer { level: pool.level(now), refusal, later, adjusted, ledger };
        if is_written {
            *memory = Some(pool);
        }
        Ok(answer)
    }
}

#[cfg(test)]
#[path = "object_tests.rs"]
mod tests;
