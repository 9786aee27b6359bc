//! What staff send to begin a job.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::catalog::body::PriceBody;
use crate::catalog::limits::MAX_PRICES;
use crate::ids::{OrderId, VariantId};
use crate::lists::bulk::BulkAction;
use crate::money::MAX_AMOUNT;
use crate::orders::bodies::Empty;
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
    /// Done one after the other.
    #[schemars(length(min = 1, max = MAX_ROWS))]
    rows: Vec<VariantRow>,
}

/// What becomes of one variant. All that is not named stays as it is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantRow {
    pub variant_id: VariantId,
    /// In these currencies; each replaces what was there, `compare_at` included. In others it costs what it did.
    #[schemars(length(min = 1, max = MAX_PRICES))]
    pub prices: Option<Vec<PriceBody>>,
    pub stock: Option<StockRow>,
}

/// Either `on_hand` or `delta`. Changed after the prices, which stay changed if this is refused.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StockRow {
    /// Pieces that were counted.
    #[schemars(range(min = 0, max = MAX_AMOUNT))]
    pub on_hand: Option<i64>,
    /// Pieces to add; negative to take away.
    #[schemars(range(min = -MAX_AMOUNT, max = MAX_AMOUNT))]
    pub delta: Option<i64>,
    pub reason: Reason,
}

/// A job that breaks no rule.
pub enum Wanted {
    Orders(Which, BulkAction),
    /// So many rows.
    Variants(usize),
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
        (Some(ids), None) => counted("/orders/ids", ids).map(Which::Named),
        (None, Some(filter)) if filter.len() <= MAX_FILTER => Ok(Which::Fitting(filter)),
        (None, Some(_)) => {
            Err(Problem::invalid_field("/orders/filter", format!("may have at most {MAX_FILTER} bytes")))
        }
        _ => Err(Problem::invalid_field("/orders", "say one of ids and filter")),
    }
}

impl VariantsJob {
    fn check(self) -> Result<Wanted, Problem> {
        let rows = counted("/variants/rows", self.rows)?;
        let errors: Vec<_> = rows.iter().enumerate().flat_map(|(at, row)| row.faults(at)).collect();
        if errors.is_empty() { Ok(Wanted::Variants(rows.len())) } else { Err(Problem::invalid(errors)) }
    }
}

impl VariantRow {
    /// What is wrong with its shape; whether the shop can do it turns out when its
    /// turn comes.
    fn faults(&self, at: usize) -> Vec<FieldError> {
        let fault = |member: &str, detail: &str| FieldError::new(format!("/variants/rows/{at}{member}"), detail);
        let mut faults = Vec::new();
        if self.prices.is_none() && self.stock.is_none() {
            faults.push(fault("", "says neither prices nor stock"));
        }
        if self.prices.as_ref().is_some_and(|prices| !(1..=MAX_PRICES).contains(&prices.len())) {
            faults.push(fault("/prices", &format!("must have 1 to {MAX_PRICES} entries")));
        }
        match self.stock.map(|stock| (stock.on_hand, stock.delta)) {
            None => {}
            Some((Some(on_hand), None)) if (0..=MAX_AMOUNT).contains(&on_hand) => {}
            Some((None, Some(delta))) if delta != 0 && (-MAX_AMOUNT..=MAX_AMOUNT).contains(&delta) => {}
            Some((Some(_), None)) => faults.push(fault("/stock/on_hand", "must be 0 to 9007199254740991")),
            Some((None, Some(_))) => faults.push(fault("/stock/delta", "must be other than 0, and within 2^53")),
            Some(_) => faults.push(fault("/stock", "say one of on_hand and delta")),
        }
        faults
    }
}

fn counted<T>(pointer: &str, items: Vec<T>) -> Result<Vec<T>, Problem> {
    if (1..=MAX_ROWS).contains(&items.len()) {
        return Ok(items);
    }
    Err(Problem::invalid_field(pointer, format!("must have 1 to {MAX_ROWS} entries")))
}
