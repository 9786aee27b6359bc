//! What staff send to begin a job.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::ids::OrderId;
use crate::lists::bulk::{BulkAction, each_once};
use crate::orders::bodies::Empty;
use crate::pools::bulk::VariantRow;
use crate::pools::pool::Reason;
use crate::problem::{FieldError, Problem};

/// The most rows that one body names; the body's 256 KB may be full before.
pub const MAX_ROWS: usize = 5_000;

/// The most orders that a filter may fit: some 400 KB of ids.
pub const MAX_CHOSEN: usize = 10_000;

/// The longest filter, in bytes.
const MAX_FILTER: usize = 2_000;

/// What is to be done: one of these.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewJob {
    /// The same to many orders.
    orders: Option<OrdersJob>,
    /// Prices and stock of many variants.
    variants: Option<VariantsJob>,
    /// The lists of orders, put right from the orders. The owner alone may.
    rebuild: Option<Empty>,
}

/// Orders, by their ids or by a filter, and what is done to each.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OrdersJob {
    #[schemars(length(min = 1, max = MAX_ROWS))]
    ids: Option<Vec<OrderId>>,
    /// All that fit a query of `GET /v1/admin/orders` now, on whichever page: at most 10,000.
    #[schemars(length(max = MAX_FILTER), example = "status=confirmed&fulfilment_status=unfulfilled")]
    filter: Option<String>,
    action: BulkAction,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct VariantsJob {
    /// As `POST /v1/admin/variants/bulk` takes them, done one after the other: a variant may be there twice.
    #[schemars(length(min = 1, max = MAX_ROWS))]
    rows: Vec<VariantRow>,
    /// Why stock changes; `correction` if absent.
    reason: Option<Reason>,
}

/// A job that breaks no rule.
pub enum Wanted {
    Orders(Which, BulkAction),
    /// So many rows, and why stock changes.
    Variants(usize, Reason),
    Rebuild,
}

pub enum Which {
    Named(Vec<OrderId>),
    /// All that fit this query.
    Fitting(String),
}

impl NewJob {
    /// The rules, all that are broken at once.
    pub fn check(self) -> Result<Wanted, Problem> {
        match (self.orders, self.variants, self.rebuild) {
            (Some(orders), None, None) => orders.check(),
            (None, Some(variants), None) => variants.check(),
            (None, None, Some(_)) => Ok(Wanted::Rebuild),
            _ => Err(Problem::invalid_field("", "say one of orders, variants and rebuild")),
        }
    }
}

impl OrdersJob {
    fn check(self) -> Result<Wanted, Problem> {
        match (self.action.check("/orders/action"), which(self.ids, self.filter)) {
            (Ok(()), Ok(which)) => Ok(Wanted::Orders(which, self.action)),
            (action, which) => {
                let problems = action.err().into_iter().chain(which.err());
                Err(Problem::invalid(problems.flat_map(|problem| problem.errors.clone()).collect()))
            }
        }
    }
}

fn which(ids: Option<Vec<OrderId>>, filter: Option<String>) -> Result<Which, Problem> {
    match (ids, filter) {
        (Some(ids), None) => {
            let ids = counted("/orders/ids", ids)?;
            each_once(&ids, |at| format!("/orders/ids/{at}")).map(|()| Which::Named(ids))
        }
        (None, Some(filter)) if filter.len() <= MAX_FILTER => Ok(Which::Fitting(filter)),
        (None, Some(_)) => {
            Err(Problem::invalid_field("/orders/filter", format!("may have at most {MAX_FILTER} bytes")))
        }
        _ => Err(Problem::invalid_field("/orders", "say one of ids and filter")),
    }
}

impl VariantsJob {
    /// Whether the shop can do a row turns out when its turn comes.
    fn check(self) -> Result<Wanted, Problem> {
        let rows = counted("/variants/rows", self.rows)?;
        let errors: Vec<_> = rows.iter().enumerate().flat_map(|(at, row)| faults(at, row)).collect();
        let reason = self.reason.unwrap_or(Reason::Correction);
        if errors.is_empty() { Ok(Wanted::Variants(rows.len(), reason)) } else { Err(Problem::invalid(errors)) }
    }
}

fn faults(at: usize, row: &VariantRow) -> impl Iterator<Item = FieldError> {
    let version = row.has_version().then(|| FieldError::new("/version", "is for rows that are written at once"));
    let faults = row.faults().into_iter().chain(version);
    faults.map(move |fault| FieldError::new(format!("/variants/rows/{at}{}", fault.pointer), fault.detail))
}

fn counted<T>(pointer: &str, items: Vec<T>) -> Result<Vec<T>, Problem> {
    if (1..=MAX_ROWS).contains(&items.len()) {
        return Ok(items);
    }
    Err(Problem::invalid_field(pointer, format!("must have 1 to {MAX_ROWS} entries")))
}
