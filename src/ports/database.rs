//! The relational database. Statements are values, so the same SQL runs on
//! D1 and on the tests' SQLite; adapters only bind and execute.

use serde::de::DeserializeOwned;

use super::Pending;

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

/// One row: its cells by the names of their columns.
pub type Row = serde_json::Map<String, serde_json::Value>;

/// The rows that one statement answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows(pub Vec<Row>);

impl Rows {
    pub fn decode<T: DeserializeOwned>(self) -> Result<Vec<T>, DatabaseError> {
        let mut decoded = Vec::with_capacity(self.0.len());
        for row in self.0 {
            decoded.push(T::deserialize(row).map_err(DatabaseError::undecodable)?);
        }
        Ok(decoded)
    }

    pub fn first<T: DeserializeOwned>(self) -> Result<Option<T>, DatabaseError> {
        Ok(self.decode()?.into_iter().next())
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
    fn undecodable(error: serde_json::Error) -> Self {
        Self::Undecodable(error.to_string())
    }
}

pub trait Database: Send + Sync {
    /// Runs the statements in one transaction, all or none, and answers the
    /// rows of each in order.
    fn batch(&self, statements: Vec<Statement>) -> Pending<'_, Result<Vec<Rows>, DatabaseError>>;
}
