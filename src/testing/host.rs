//! One object's store and alarm, whose commits can fail before and after they take effect.

use std::cell::{Cell, RefCell};
use std::pin::Pin;

use rusqlite::Connection;

use super::{block_on, run};
use crate::ports::*;

/// How an object's commit fails.
#[derive(Clone, Copy, PartialEq)]
pub enum Crash {
    Before,
    After,
}

/// One object's store and alarm.
pub struct Host {
    storage: RefCell<Connection>,
    pub alarm: Cell<Option<Timestamp>>,
    /// Of the commits that come, so many pass and the next one fails.
    pub crash: Cell<Option<(usize, Crash)>>,
}

impl Default for Host {
    fn default() -> Self {
        let storage = RefCell::new(Connection::open_in_memory().unwrap());
        Self { storage, alarm: Cell::default(), crash: Cell::default() }
    }
}

impl ObjectHost for Host {
    fn read(&self, statement: Statement) -> Result<Rows, StorageError> {
        run(&self.storage.borrow(), &statement).map_err(|error| StorageError(error.to_string()))
    }
    fn commit(&self, commit: Commit) -> Result<(), StorageError> {
        let crash = match self.crash.take() {
            Some((0, crash)) => Some(crash),
            Some((left, crash)) => {
                self.crash.set(Some((left - 1, crash)));
                None
            }
            None => None,
        };
        if crash == Some(Crash::Before) {
            return Err(StorageError("crash".to_owned()));
        }
        let mut storage = self.storage.borrow_mut();
        let transaction = storage.transaction().unwrap();
        for statement in commit.schema.iter().chain(&commit.statements) {
            run(&transaction, statement).map_err(|error| StorageError(error.to_string()))?;
        }
        transaction.commit().unwrap();
        if let Some(alarm) = commit.alarm {
            self.alarm.set(alarm);
        }
        if crash.is_some() { Err(StorageError("crash".to_owned())) } else { Ok(()) }
    }
    fn forget(&self) -> Pin<Box<dyn Future<Output = Result<(), StorageError>>>> {
        *self.storage.borrow_mut() = Connection::open_in_memory().unwrap();
        self.alarm.set(None);
        Box::pin(async { Ok(()) })
    }
    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()>>>) {
        block_on(work);
    }
}
