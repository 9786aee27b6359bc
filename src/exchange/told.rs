//! What is told of an import: of each product, and of all together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::columns::FileFormat;
use crate::money::Currency;
use crate::problem::{FieldError, Problem};
use crate::sorted::SortedMap;

/// The most faults and remarks that are kept of one product.
const MOST_LINES: usize = 20;

/// What is said of a line of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ImportLine")]
pub struct LineError {
    /// Of the file, from 1.
    pub line: usize,
    /// By the name at the top of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    pub detail: String,
}

impl LineError {
    pub fn new(line: usize, column: &str, detail: impl Into<String>) -> Self {
        let column = Some(column).filter(|column| !column.is_empty()).map(str::to_owned);
        Self { line, column, detail: detail.into() }
    }

    fn words(&self) -> String {
        match &self.column {
            Some(column) => format!("line {}, {column}: {}", self.line, self.detail),
            None => format!("line {}: {}", self.line, self.detail),
        }
    }
}

/// What comes of one product of the file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Told {
    pub result: Made,
    /// The facts that change, by the names of our own columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
    /// Those that are taken away: what a start after a dry run may take away, and no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clears: Vec<String>,
    /// By how many pieces its stock changes.
    #[serde(default)]
    pub pieces: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<LineError>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<LineError>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Made {
    Created,
    Updated,
    #[default]
    Unchanged,
    Refused,
}

impl Told {
    pub fn refused(mut errors: Vec<LineError>) -> Self {
        errors.truncate(MOST_LINES);
        Self { result: Made::Refused, errors, ..Self::default() }
    }

    /// Keeps as much as is kept.
    pub fn bounded(mut self) -> Self {
        self.notes.truncate(MOST_LINES);
        self
    }

    /// The same as whoever looks at the rows of the job is told.
    pub fn outcome(&self) -> Result<(), Problem> {
        if self.result != Made::Refused {
            return Ok(());
        }
        Err(Problem::invalid(self.errors.iter().map(|error| FieldError::new("", error.words())).collect()))
    }
}

/// A file, as the job that takes it in has to know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Import {
    pub format: FileFormat,
    /// The names of those columns that say something here, in the order of the cells.
    pub columns: Vec<String>,
    /// Of amounts that name none.
    pub currency: Currency,
    pub dry_run: bool,
    /// It does what a dry run has said.
    pub agreed: bool,
    pub sums: ImportSums,
}

/// What an import has come to so far; of a dry run what it would come to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImportSums {
    pub created: i64,
    pub updated: i64,
    pub unchanged: i64,
    /// Products that are refused, with nothing of them applied.
    pub refused: i64,
    /// By how many pieces stocks change.
    pub pieces: i64,
    /// Of how many products a fact changes, by the name of its column in our own files.
    pub changes: SortedMap<String, i64>,
    /// Of how many products a fact is taken away.
    pub clears: SortedMap<String, i64>,
    /// What is to be known of the file as a whole.
    pub notes: Vec<String>,
}

impl ImportSums {
    /// Counts a product.
    pub fn add(&mut self, told: &Told) {
        let count = match told.result {
            Made::Created => &mut self.created,
            Made::Updated => &mut self.updated,
            Made::Unchanged => &mut self.unchanged,
            Made::Refused => &mut self.refused,
        };
        *count = count.saturating_add(1);
        self.pieces = self.pieces.saturating_add(told.pieces);
        for (names, counts) in [(&told.changes, &mut self.changes), (&told.clears, &mut self.clears)] {
            for name in names {
                let count: &mut i64 = counts.get_or_default(name.clone());
                *count = count.saturating_add(1);
            }
        }
    }
}
