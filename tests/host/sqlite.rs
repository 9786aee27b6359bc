//! Statements on SQLite, bound and decoded as D1 and Durable Objects do it:
//! every number goes in and comes out as a double, a row is an object keyed
//! by column name.

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tradepost::ports::{Rows, Statement, Value};

/// D1 and object storage bind at most this many values per statement.
const MAX_PARAMS: usize = 100;
/// The largest integer that a double carries exactly.
const MAX_INTEGER: i64 = 1 << 53;

#[derive(Debug)]
pub enum Failure {
    Constraint(String),
    Other(String),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        let constraint = error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation);
        let text = match &error {
            rusqlite::Error::SqliteFailure(_, Some(text)) => text.clone(),
            rusqlite::Error::SqlInputError { msg, sql, .. } => format!("{msg} in {sql}"),
            other => other.to_string(),
        };
        if constraint { Self::Constraint(text) } else { Self::Other(text) }
    }
}

/// An empty database in memory, with what both platforms switch on.
pub fn open() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.set_prepared_statement_cache_capacity(200);
    connection.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    connection
}

/// Runs the statements in one transaction: all of them or none.
pub fn transact(connection: &mut Connection, statements: &[Statement]) -> Result<Vec<Rows>, Failure> {
    let transaction = connection.transaction()?;
    let rows = statements.iter().map(|statement| run(&transaction, statement)).collect::<Result<Vec<_>, _>>()?;
    transaction.commit()?;
    Ok(rows)
}

/// Reads; a statement that would write is refused.
pub fn read(connection: &Connection, statement: &Statement) -> Result<Rows, Failure> {
    if !connection.prepare_cached(statement.sql)?.readonly() {
        return Err(Failure::Other(format!("not a read: {}", statement.sql)));
    }
    run(connection, statement)
}

fn run(connection: &Connection, statement: &Statement) -> Result<Rows, Failure> {
    let mut prepared = connection.prepare_cached(statement.sql)?;
    let (wanted, given) = (prepared.parameter_count(), statement.params.len());
    if wanted != given || given > MAX_PARAMS {
        return Err(Failure::Other(format!("{wanted} parameters wanted, {given} given: {}", statement.sql)));
    }
    for (index, param) in statement.params.iter().enumerate() {
        match param {
            Value::Null => prepared.raw_bind_parameter(index + 1, rusqlite::types::Null)?,
            Value::Text(text) => prepared.raw_bind_parameter(index + 1, text)?,
            Value::Integer(integer) if integer.abs() <= MAX_INTEGER => {
                prepared.raw_bind_parameter(index + 1, *integer as f64)?;
            }
            Value::Integer(integer) => return Err(Failure::Other(format!("{integer} is beyond a double"))),
        }
    }
    let columns: Vec<String> = prepared.column_names().into_iter().map(str::to_owned).collect();
    let mut found = Vec::new();
    let mut rows = prepared.raw_query();
    while let Some(row) = rows.next()? {
        let mut object = serde_json::Map::new();
        for (index, column) in columns.iter().enumerate() {
            object.insert(column.clone(), json(row.get_ref(index)?)?);
        }
        found.push(object);
    }
    Ok(Rows::new(serde_json::to_string(&found).unwrap()))
}

fn json(value: ValueRef<'_>) -> Result<serde_json::Value, Failure> {
    Ok(match value {
        ValueRef::Null => serde_json::Value::Null,
        ValueRef::Integer(integer) if integer.abs() > MAX_INTEGER => {
            return Err(Failure::Other(format!("{integer} is beyond a double")));
        }
        ValueRef::Integer(integer) => integer.into(),
        // JavaScript has one kind of number: 5.0 is 5.
        ValueRef::Real(real) if real.fract() == 0.0 && real.abs() <= MAX_INTEGER as f64 => (real as i64).into(),
        ValueRef::Real(real) => real.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
        ValueRef::Blob(_) => return Err(Failure::Other("no room keeps blobs".to_owned())),
    })
}
