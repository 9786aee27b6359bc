//! The database: SQLite in memory with the real migrations.

use std::path::Path;
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, backup::Backup};
use tradepost::ports::{Database, DatabaseError, Pending, Rows, Statement};

use super::faults::{Faults, Site, When};
use super::sqlite::{self, Failure};

#[derive(Clone)]
pub struct HostDatabase {
    connection: Arc<Mutex<Connection>>,
    faults: Faults,
    interloper: Arc<Mutex<Option<Interloper>>>,
}

/// Says of a batch, by its SQL, what somebody else writes just before it.
type Interloper = Box<dyn FnMut(&str) -> Option<Statement> + Send>;

impl HostDatabase {
    pub fn migrated(faults: &Faults) -> Self {
        let connection = sqlite::open();
        for (name, sql) in migrations() {
            connection.execute_batch(&sql).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        Self::on(connection, faults)
    }

    /// A database of its own with everything `other` has now.
    pub fn copied(other: &Self, faults: &Faults) -> Self {
        let mut connection = sqlite::open();
        let from = other.connection.lock().unwrap();
        Backup::new(&from, &mut connection).unwrap().step(-1).unwrap();
        Self::on(connection, faults)
    }

    fn on(connection: Connection, faults: &Faults) -> Self {
        Self { connection: Arc::new(Mutex::new(connection)), faults: faults.clone(), interloper: Arc::default() }
    }

    /// From now on somebody else comes between: asked before each batch.
    pub fn come_between(&self, interloper: impl FnMut(&str) -> Option<Statement> + Send + 'static) {
        *self.interloper.lock().unwrap() = Some(Box::new(interloper));
    }

    /// Nobody comes between any more.
    pub fn leave_alone(&self) {
        *self.interloper.lock().unwrap() = None;
    }

    fn run(&self, statements: &[Statement]) -> Result<Vec<Rows>, DatabaseError> {
        if statements.is_empty() {
            return Err(DatabaseError::Unavailable("No SQL statements detected.".to_owned()));
        }
        sqlite::transact(&mut self.connection.lock().unwrap(), statements).map_err(|failure| match failure {
            Failure::Constraint(text) => DatabaseError::Constraint(text),
            Failure::Other(text) => DatabaseError::Unavailable(text),
        })
    }
}

impl Database for HostDatabase {
    fn batch(&self, statements: Vec<Statement>) -> Pending<'_, Result<Vec<Rows>, DatabaseError>> {
        Box::pin(async move {
            let lost = || DatabaseError::Unavailable("fault".to_owned());
            let sql: Vec<&str> = statements.iter().map(|statement| statement.sql).collect();
            let sql = sql.join(";\n");
            let verdict = self.faults.verdict(Site::Batch, &sql);
            tokio::task::yield_now().await;
            let between = self.interloper.lock().unwrap().as_mut().and_then(|interloper| interloper(&sql));
            if let Some(statement) = between {
                self.run(&[statement])?;
            }
            if verdict == Some(When::Before) {
                return Err(lost());
            }
            let answer = self.run(&statements);
            tokio::task::yield_now().await;
            if verdict == Some(When::After) { Err(lost()) } else { answer }
        })
    }
}

/// Every migration's name and text, in order.
fn migrations() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    files
}
