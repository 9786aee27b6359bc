//! Holds the lists against the orders: each order's object says what its row
//! should be, and a row that is otherwise gives way to that. Drafts and gift cards
//! are held against theirs on the same way. In slices that remember where they are:
//! by night as many as [`NIGHTLY`], and all of them when the owner has the lists
//! rebuilt, by a job.
//!
//! An object cannot be listed from inside the platform. So what is walked is what
//! the database knows of: the rows themselves, and the orders that letters are
//! about, which brings lost rows of the last 90 days back. Whoever has other ids
//! can name them.

pub mod handlers;
mod others;
mod store;
mod sums;

use http::StatusCode;
use serde_json::{Value, json};

use self::others::Left;
use self::store::{Known, Night};
use crate::app::App;
use crate::audit::{Entry, Kind};
use crate::auth::{StaffChange, StaffWrite};
use crate::idempotency::Answer;
use crate::ids::OrderId;
use crate::orders::client::OrderClient;
use crate::orders::drafts::{self, store::DraftRow};
use crate::orders::error::OrderError;
use crate::orders::projection::{self, COLUMNS, Projection};
use crate::orders::protocol::Access;
use crate::ports::{Statement, Timestamp};
use crate::problem::Problem;
use crate::telemetry;
use crate::together::together;

/// The orders, drafts and gift cards of one slice. Each is a call: 100 of the 1,000 that a run has at the least.
const SLICE: usize = 100;
/// Orders asked side by side.
const MAX_PARALLEL: usize = 8;

/// The most orders of one night: waking an object is paid for, and 100,000 of them
/// each night would cost more than the rest of the shop. All have their turn in as
/// many nights as it takes.
const NIGHTLY: i64 = 5_000;
/// When a night begins, in milliseconds after midnight, UTC.
const NIGHT_BEGINS_MILLIS: i64 = 2 * 3_600_000;
const DAY_MILLIS: i64 = 24 * 3_600_000;

/// News of an order may be on its way for so long, in milliseconds, before its row
/// counts as wrong: ten minutes.
const ON_ITS_WAY_MILLIS: i64 = 10 * 60_000;

/// The column that changes with what no list shows: a row may lag behind it.
const UPDATED_AT: &str = "updated_at";

/// What is looked at.
#[derive(Debug, Clone, Copy)]
enum Which<'a> {
    /// Those behind this id; an empty text is before all.
    Behind(&'a str),
    These(&'a [OrderId]),
}

/// A row that was not as its order says.
#[derive(Debug, Clone, PartialEq)]
struct Drift {
    /// The id of the order or of the gift card.
    about: String,
    /// The columns.
    wrong: Vec<&'static str>,
    right: Right,
    /// The version that the row had, if there was one.
    version: Option<i64>,
}

/// What a row should be.
#[derive(Debug, Clone, PartialEq)]
enum Right {
    Order(Box<Projection>),
    Draft(Box<DraftRow>),
    Card(Left),
    /// There is no such order.
    Nothing,
}

/// What a slice came to.
#[derive(Debug, Default, PartialEq)]
struct Slice {
    checked: i64,
    unanswered: i64,
    drifts: Vec<Drift>,
    /// Where the next one begins; none at the end.
    next: Option<String>,
}

/// What the run over the orders is called.
const NIGHT: &str = "nightly";

/// The minute's tick: by night, a slice of the night's work.
pub async fn tick(app: &App) -> Result<(), Problem> {
    let tonight = app.clock.now().plus_millis(-NIGHT_BEGINS_MILLIS).millis().div_euclid(DAY_MILLIS);
    // What one leaves undone is no reason for the other to wait.
    let (summed, walked) = (sums::tick(app, tonight).await, walk(app, tonight).await);
    summed.and(walked)
}

async fn walk(app: &App, tonight: i64) -> Result<(), Problem> {
    let now = app.clock.now();
    let rows = app.database.run(store::night(NIGHT)).await?;
    let night = store::read_night(rows)?.unwrap_or_default();
    let night = if night.night == tonight { night } else { Night { after: night.after, ..Night::begun(tonight) } };
    if night.done {
        return Ok(());
    }
    let slice = look(app, Which::Behind(&night.after), now.plus_millis(-ON_ITS_WAY_MILLIS)).await?;
    let after = night.over(&slice);
    let mut batch = mend(&slice, now);
    batch.push(store::remember(NIGHT, &after, now));
    app.database.batch(batch).await?;
    report(&slice);
    Ok(())
}

/// What a slice of a rebuild came to.
#[derive(Debug, PartialEq)]
pub struct Rebuilt {
    /// Orders, drafts and gift cards that answered; their rows are right now.
    pub checked: i64,
    pub unanswered: i64,
    /// Behind which the next slice begins; none at the end.
    pub next: Option<String>,
}

/// Puts the rows of the next 100 orders right, behind this id; the first slice,
/// behind an empty one, has the search's index and all sums made anew, too. Doing so again
/// changes nothing more.
pub async fn rebuild(app: &App, staff: &StaffWrite, behind: &str) -> Result<Rebuilt, Problem> {
    let now = app.clock.now();
    let slice = look(app, Which::Behind(behind), now).await?;
    let mut change = mend(&slice, now);
    if behind.is_empty() {
        change.push(store::reindex());
        change.extend(sums::make());
    }
    let change = StaffChange::new(told(&slice), change);
    staff.commit(app, None, change, Answer::new(StatusCode::OK, &())?, &|_| None).await?;
    report(&slice);
    Ok(Rebuilt { checked: slice.checked, unanswered: slice.unanswered, next: slice.next })
}

/// What is written down of a slice that staff had put right.
fn told(slice: &Slice) -> Entry {
    let repaired: Vec<_> = slice.drifts.iter().map(|drift| &drift.about).collect();
    Entry::changed(Kind::Lists, &"orders", "", &json!({ "repaired": [] }), &json!({ "repaired": repaired }))
}

impl Night {
    fn begun(night: i64) -> Self {
        Self { night, ..Self::default() }
    }

    /// How far it is after one more slice. At the end of the list, or of what one
    /// night does, it rests until the next.
    fn over(&self, slice: &Slice) -> Self {
        let checked = self.checked.saturating_add(slice.checked);
        let drifted = i64::try_from(slice.drifts.len()).unwrap_or(i64::MAX);
        Self {
            night: self.night,
            after: slice.next.clone().unwrap_or_default(),
            checked,
            drifted: self.drifted.saturating_add(drifted),
            unanswered: self.unanswered.saturating_add(slice.unanswered),
            done: slice.next.is_none() || checked >= NIGHTLY,
        }
    }
}

/// Asks the orders of a slice what their rows should be. The rows are read first:
/// an order is never behind its row. One that changed after `settled` may have news
/// on its way, and is not wrong for being behind.
async fn look(app: &App, which: Which<'_>, settled: Timestamp) -> Result<Slice, Problem> {
    let rows = app.database.run(store::known(which, SLICE)).await?;
    let known = store::read_known(rows)?;
    let is_full = known.len() >= SLICE && matches!(which, Which::Behind(_));
    let next = known.last().map(|last| last.id.clone()).filter(|_| is_full);
    let mut slice = Slice { next, ..Slice::default() };
    let compared = known.into_iter().map(|row| compare(app, row, settled));
    for found in together(compared.collect(), MAX_PARALLEL).await {
        match found {
            Ok(drifts) => {
                slice.checked = slice.checked.saturating_add(1);
                slice.drifts.extend(drifts);
            }
            Err(_) => slice.unanswered = slice.unanswered.saturating_add(1),
        }
    }
    Ok(slice)
}

/// What is wrong with the rows that one id has.
async fn compare(app: &App, row: Known, settled: Timestamp) -> Result<Vec<Drift>, Problem> {
    if let Some(card) = &row.card {
        let id = row.id.parse().map_err(|_| Problem::internal("a gift card without an id"))?;
        return Ok(others::card(app, id, card, settled).await?.into_iter().collect());
    }
    let id: OrderId = row.id.parse().map_err(|_| Problem::internal("an order without an id"))?;
    let order = ask(app, id).await?;
    // A letter may be about a draft whose row is lost.
    let drafted = match order {
        None => others::draft(app, id, row.draft.as_ref(), settled).await?,
        Some(_) => None,
    };
    Ok(drafted.into_iter().chain(drift(row, order, settled)).collect())
}

/// What is wrong with an order's row, if anything.
fn drift(row: Known, order: Option<Projection>, settled: Timestamp) -> Option<Drift> {
    let (about, version) = (row.id, row.version);
    let Some(right) = order else {
        // A letter about a cart, or about an order of another shop's backup.
        return version.map(|_| Drift { about, wrong: COLUMNS.to_vec(), right: Right::Nothing, version });
    };
    let behind = version.is_none_or(|version| version < i64::try_from(right.version).unwrap_or(i64::MAX));
    if behind && right.updated_at > settled {
        return None;
    }
    let wrong = differing(&COLUMNS, row.cells.as_ref(), &right.row(), &[UPDATED_AT]);
    (!wrong.is_empty()).then(|| Drift { about, wrong, right: Right::Order(Box::new(right)), version })
}

/// Which columns of a row are not as they should be, but for those that may lag
/// behind; all of them where there is no row.
fn differing(columns: &[&'static str], is: Option<&Value>, should: &Value, free: &[&str]) -> Vec<&'static str> {
    let cells = |row: &Value| row.as_array().cloned().unwrap_or_default();
    let Some(is) = is else { return columns.to_vec() };
    let pairs = columns.iter().zip(cells(is).into_iter().zip(cells(should)));
    pairs.filter(|(name, (is, should))| is != should && !free.contains(*name)).map(|(name, _)| *name).collect()
}

/// Puts the rows right, and writes down what was wrong with them.
fn mend(slice: &Slice, now: Timestamp) -> Vec<Statement> {
    if slice.drifts.is_empty() {
        return Vec::new();
    }
    let (mut orders, mut drafted, mut cards) = (Vec::new(), Vec::new(), Vec::new());
    let (mut of_orders, mut of_drafts) = (Vec::new(), Vec::new());
    for Drift { about, right, version, .. } in &slice.drifts {
        match right {
            Right::Order(order) => {
                orders.push((about.as_str(), *version));
                of_orders.push(Projection::clone(order));
            }
            Right::Draft(draft) => {
                drafted.push((about.as_str(), *version));
                of_drafts.push(drafts::store::upsert(draft));
            }
            Right::Card(left) => cards.push(((about.as_str(), *version), left)),
            Right::Nothing => {}
        }
    }
    let mut batch = Vec::new();
    if !orders.is_empty() {
        batch.push(store::remove_orders(&orders));
        batch.extend(projection::upserts(&of_orders));
    }
    if !drafted.is_empty() {
        batch.push(store::remove_drafts(&drafted));
        batch.extend(of_drafts);
    }
    if !cards.is_empty() {
        batch.push(store::mend_cards(&cards));
    }
    let found = slice.drifts.iter().map(|drift| (drift.about.clone(), &drift.wrong, drift.right != Right::Nothing));
    batch.extend([store::found(&found.collect::<Vec<_>>(), now), store::forget_old()]);
    batch
}

/// A line for each row that was wrong, and one for the orders that did not answer.
fn report(slice: &Slice) {
    for Drift { about, wrong, right, .. } in &slice.drifts {
        telemetry::log(&json!({
            "level": "error", "event": "list_drifted", "about": about, "wrong": wrong,
            "repaired": *right != Right::Nothing,
        }));
    }
    if slice.unanswered > 0 {
        telemetry::log(&json!({"level": "warn", "event": "orders_not_checked", "orders": slice.unanswered}));
    }
}

/// What an order's row should be; none where there is no such order.
async fn ask(app: &App, id: OrderId) -> Result<Option<Projection>, Problem> {
    match OrderClient::new(app, id, Access::of_shop()).projection().await? {
        Ok(answer) => answer.read().map(Some),
        Err(OrderError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
