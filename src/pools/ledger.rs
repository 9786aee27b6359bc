//! How what is on hand came about: what was put in, what orders took, and what
//! came back. Holds that were never committed are not in it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Supply;
use super::pool::Reason;
use crate::app::App;
use crate::ids::OrderId;
use crate::ports::Timestamp;
use crate::problem::Problem;
use crate::wire::page::{self, PageQuery};

/// The name of these lists in their cursors.
const LIST: &str = "ledger";

/// What an entry of a ledger tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "LedgerEntryKind")]
pub enum Kind {
    Issued,
    Adjusted,
    Taken,
    PutBack,
}

impl Kind {
    /// Of one moment, what comes before what.
    fn step(self) -> i64 {
        match self {
            Self::Issued | Self::Adjusted => 1,
            Self::Taken => 2,
            Self::PutBack => 3,
        }
    }
}

/// One change of what is on hand. All entries of a pool that is not limited
/// from outside add up to what is on hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub at: Timestamp,
    pub kind: Kind,
    /// Units that came, negative if they went.
    pub units: i64,
    /// The hold's id, or the adjustment's reference.
    pub reference: String,
    /// Of an adjustment.
    pub reason: Option<Reason>,
}

impl Entry {
    /// The order that took the units, or to which they were given back: a hold is
    /// named by its order and which of its placements, a put-back by its order, too.
    pub fn order(&self) -> Option<OrderId> {
        self.reference.split('/').next()?.parse().ok()
    }
}

/// A place in a ledger: behind this entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    pub at: Timestamp,
    pub step: i64,
    pub reference: String,
}

impl Mark {
    fn seal(entry: &Entry, pool: &str) -> String {
        page::seal(LIST, pool, &[&entry.at.millis().to_string(), &entry.kind.step().to_string(), &entry.reference])
    }

    fn open(text: &str, pool: &str) -> Option<Self> {
        let payload = page::open(text, LIST, pool)?;
        let mut parts = payload.splitn(3, '\n');
        let at = Timestamp::from_millis(parts.next()?.parse().ok()?);
        Some(Self { at, step: parts.next()?.parse().ok()?, reference: parts.next()?.to_owned() })
    }
}

/// A part of a ledger, the newest entries first.
pub struct Page {
    pub entries: Vec<Entry>,
    pub next_cursor: Option<String>,
}

/// The part of a supply's ledger that is asked for.
pub async fn page(app: &App, of: &Supply, query: &PageQuery) -> Result<Page, Problem> {
    let limit = page::limit(query.limit.as_deref())?;
    let pool = of.pool();
    let after = query.cursor.as_deref().map(|text| Mark::open(text, &pool).ok_or_else(page::unknown_cursor));
    let one_more = u32::try_from(limit.saturating_add(1)).unwrap_or(u32::MAX);
    let mut entries = super::ledger(app, of, one_more, after.transpose()?).await?.ledger;
    let next_cursor = page::cut(&mut entries, limit).map(|last| Mark::seal(last, &pool));
    Ok(Page { entries, next_cursor })
}

/// A part of the ledger of a stock, or of a promotion's uses.
#[derive(Serialize, JsonSchema)]
pub struct Ledger {
    items: Vec<LedgerEntry>,
    next_cursor: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct LedgerEntry {
    at: Timestamp,
    kind: Kind,
    /// Of an adjustment.
    reason: Option<Reason>,
    /// Pieces or uses that came; negative if they went.
    units: i64,
    /// The order that took them, or to which they were given back.
    order_id: Option<OrderId>,
    /// What staff called the adjustment, if anything.
    reference: Option<String>,
}

impl From<Page> for Ledger {
    fn from(Page { entries, next_cursor }: Page) -> Self {
        Self { items: entries.into_iter().map(LedgerEntry::from).collect(), next_cursor }
    }
}

impl From<Entry> for LedgerEntry {
    fn from(entry: Entry) -> Self {
        let order_id = entry.order();
        let Entry { at, kind, units, reference, reason } = entry;
        let ours = order_id.is_some() || UNNAMED.iter().any(|prefix| reference.starts_with(prefix));
        Self { at, kind, reason, units, order_id, reference: (!ours).then_some(reference) }
    }
}

/// What the references begin with of changes that staff gave no name: a key's, a request's.
const UNNAMED: [&str; 2] = ["key/", "req_"];
