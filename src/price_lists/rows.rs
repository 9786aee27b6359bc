//! What is said of rows of which each is changed or refused by itself.

use schemars::JsonSchema;
use serde::Serialize;

use crate::problem::{FieldError, Problem};

/// The most rows of one request.
pub const MAX_ROWS: usize = 1_000;

/// What came of the rows.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RowResults")]
pub struct Results {
    /// Of the rows that were refused, in their order.
    items: Vec<Refused>,
    changed: usize,
    unchanged: usize,
    refused: usize,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RefusedRow")]
struct Refused {
    /// The row's number, from 1.
    row: usize,
    /// What it names: an SKU, a mailbox or an id.
    name: String,
    status: u16,
    code: &'static str,
    detail: String,
}

/// Of one row: whether it changes anything, or what is wrong with it.
pub type Outcome = Result<bool, Problem>;

impl Results {
    pub fn of(rows: impl Iterator<Item = (String, Outcome)>) -> Self {
        let mut results = Self { items: Vec::new(), changed: 0, unchanged: 0, refused: 0 };
        for (at, (name, outcome)) in rows.enumerate() {
            let count = match outcome {
                Ok(true) => &mut results.changed,
                Ok(false) => &mut results.unchanged,
                Err(problem) => {
                    let (row, status) = (at.saturating_add(1), problem.status.as_u16());
                    let detail = problem.errors.first().map_or(&problem.detail, |error| &error.detail).clone();
                    results.items.push(Refused { row, name, status, code: problem.code, detail });
                    &mut results.refused
                }
            };
            *count = count.saturating_add(1);
        }
        results
    }

    pub fn has_changes(&self) -> bool {
        self.changed > 0
    }
}

/// Whether there are as many as there may be.
pub fn check_count(count: usize) -> Result<(), Problem> {
    if (1..=MAX_ROWS).contains(&count) {
        return Ok(());
    }
    Err(Problem::invalid(vec![FieldError::new("/rows", format!("must have 1 to {MAX_ROWS} items"))]))
}
