//! The relational database. Statements are values, so the same SQL runs on
//! D1 and on the tests' SQLite; adapters only bind and execute.

use serde::de::DeserializeOwned;

use super::Pending;
use crate::json;

/// One SQL statement and its positional parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Constant text: a value can only ever arrive by `params`.
    pub sql: &'static str,
    pub params: Vec<Value>,
}

impl Statement {
    pub fn new(sql: &'static str, params: impl Into<Vec<Value>>) -> Self {
        Self { sql, params: params.into() }
    }
}

/// A bound value. D1 carries every number as a double, so integers must stay
/// within 2^53; [`crate::money::MAX_AMOUNT`] bounds them.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Integer(i64),
    Text(String),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}
impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Integer(i64::from(value))
    }
}
impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Integer(i64::from(value))
    }
}
impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}
impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The rows that one statement answered. They are JSON, so that what reads them is
/// in the Worker already: a reader of cells would be 15 KB more, gzipped.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows(String);

impl Default for Rows {
    fn default() -> Self {
        Self::new("[]".to_owned())
    }
}

impl Rows {
    /// `json`: an array of objects, each with its cells by the names of their columns.
    pub const fn new(json: String) -> Self {
        Self(json)
    }

    pub fn is_empty(&self) -> bool {
        self.0 == "[]"
    }

    pub fn decode<T: DeserializeOwned>(&self) -> Result<Vec<T>, DatabaseError> {
        self.read(usize::MAX)
    }

    pub fn first<T: DeserializeOwned>(&self) -> Result<Option<T>, DatabaseError> {
        Ok(self.read(1)?.pop())
    }

    /// Row by row, as reading a list would be there once for each type of row.
    fn read<T: DeserializeOwned>(&self, most: usize) -> Result<Vec<T>, DatabaseError> {
        let mut read = Vec::new();
        let mut each = |row: &[u8]| json::read(row).map(|row| read.push(row));
        json::each(self.0.as_bytes(), most, &mut each).map_err(DatabaseError::undecodable)?;
        Ok(read)
    }
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DatabaseError {
    /// A `CHECK`, `UNIQUE` or foreign key refused the batch; the text names it,
    /// such as `UNIQUE constraint failed: products.slug`. Nothing was written.
    #[error("constraint: {0}")]
    Constraint(String),
    /// No answer, or an error that says nothing about the data. The batch may
    /// or may not have been written.
    #[error("unavailable: {0}")]
    Unavailable(String),
    #[error("undecodable row: {0}")]
    Undecodable(String),
}

impl DatabaseError {
    fn undecodable(error: json::Error) -> Self {
        Self::Undecodable(error.to_string())
    }
}

pub trait Database: Send + Sync {
    /// Runs the statements in one transaction, all or none, and answers the
    /// rows of each in order.
    fn batch(&self, statements: Vec<Statement>) -> Pending<'_, Result<Vec<Rows>, DatabaseError>>;

    /// Runs one statement, and answers its rows.
    fn run(&self, statement: Statement) -> Pending<'_, Result<Rows, DatabaseError>> {
        Box::pin(async move { Ok(self.batch(vec![statement]).await?.into_iter().next().unwrap_or_default()) })
    }
}
