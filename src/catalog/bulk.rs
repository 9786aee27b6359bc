//! One change, or many, of many products at once: each is changed whole or not at all, and
//! of each it is said what came of it. What is wrong with one is no reason not to change
//! the others.

use axum::extract::State;
use http::StatusCode;

use super::bulk_rows::{BulkBody, BulkProductResults, Ground, Outcome, ProductChange, ProductRow, decide};
use super::change::ATTEMPTS;
use super::error::{PRODUCT_CHANGED, changed, is_about_products, not_tried, refusal};
use super::store;
use crate::app::App;
use crate::auth::{StaffChange, StaffWrite};
use crate::idempotency::{self, Answer};
use crate::ids::ProductId;
use crate::problem::Problem;
use crate::revision::{self, Revision};
use crate::settings;
use crate::sorted::{SortedMap, SortedSet};
use crate::wire::extract::{IdempotencyKey, Json};
use crate::wire::respond::JsonText;

/// How many products are read and written together: each may be read as two million bytes.
pub const AT_ONCE: usize = 20;

/// The calls after which no row is tried by itself any more: all rows together take 400 at most,
/// and a request has 1,000 at the least.
const MOST_CALLS: usize = 800;

/// Changes up to 1,000 products, all alike or each in its own way, and says of each row what came of it: the answer is a
/// 200 whatever they refuse. What a row does not say stays, its variants with it. Doing so again changes nothing more.
pub async fn change_products(
    State(app): State<App>,
    staff: StaffWrite,
    IdempotencyKey(key): IdempotencyKey,
    body: Json<BulkBody>,
) -> Result<JsonText<BulkProductResults>, Problem> {
    body.check()?;
    let request = staff.keyed(key, "POST /v1/admin/products/bulk", &body.bytes);
    if let Some(first) = staff.begin(&app, request.as_ref(), Vec::new()).await?.first {
        return Ok(first.into());
    }
    let bulk = Bulk { app: &app, staff: &staff, change: body.change.as_ref() };
    let mut done = Done::default();
    let outcomes = bulk.all(&body.rows, &mut done).await;
    // Also of what was written before something failed.
    if let Some(revision) = done.revision {
        revision::notify(&app, revision).await;
        revision::settle(&app).await;
    }
    let results = BulkProductResults::of(&body.rows, outcomes?);
    Ok(idempotency::remember(&app, request.as_ref(), Answer::new(StatusCode::OK, &results)?).await?.into())
}

/// For whom, and what is done where a row says nothing of its own.
struct Bulk<'a> {
    app: &'a App,
    staff: &'a StaffWrite,
    change: Option<&'a ProductChange>,
}

impl Bulk<'_> {
    /// What came of each row: some at once, and once all were, each by itself of those that the database refused
    /// together, as long as there are calls left.
    async fn all(&self, rows: &[ProductRow], done: &mut Done) -> Result<Vec<Outcome>, Problem> {
        let mut named: SortedSet<ProductId> = SortedSet::new();
        let first: Vec<&ProductRow> = rows.iter().filter(|row| named.add(row.id)).collect();
        let mut written = Vec::with_capacity(first.len());
        for rows in first.chunks(AT_ONCE) {
            match self.together(rows, done).await {
                Err(problem) if is_about_products(&problem) => {
                    written.extend(rows.iter().map(|_| Err(problem.clone())))
                }
                other => written.extend(other?.into_iter().map(Ok)),
            }
        }
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(rows.len());
        for (row, together) in first.iter().zip(written) {
            outcomes.push(match together {
                Ok(outcome) => outcome,
                Err(problem) if done.calls >= MOST_CALLS => Err(not_tried(&problem.detail)),
                Err(_) => self.alone(row, done).await?,
            });
        }
        let mut outcomes = first.iter().map(|row| row.id).zip(outcomes).collect::<SortedMap<_, _>>();
        let twice = || Err(Problem::invalid_field("/id", "this product is there twice"));
        Ok(rows.iter().map(|row| outcomes.remove(&row.id).unwrap_or_else(twice)).collect())
    }

    async fn alone(&self, row: &ProductRow, done: &mut Done) -> Result<Outcome, Problem> {
        match self.together(&[row], done).await {
            Err(problem) if is_about_products(&problem) => Ok(Err(problem)),
            other => other.map(|outcomes| outcomes.into_iter().next().unwrap_or(Ok(false))),
        }
    }

    /// Writes these in one batch, or nothing of them; anew if others change them, too.
    async fn together(&self, rows: &[&ProductRow], done: &mut Done) -> Result<Vec<Outcome>, Problem> {
        let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
        for _ in 0..ATTEMPTS {
            done.calls = done.calls.saturating_add(2);
            let reads = vec![settings::current(), store::products_known_by(&ids, &[], &[])];
            let mut begun = self.staff.begin(self.app, None, reads).await?;
            let settings = settings::read(begun.rows.next().unwrap_or_default())?;
            let products = store::products(begun.rows.next().unwrap_or_default())?;
            let now = self.app.clock.now();
            let ground = Ground { products: &products, settings: &settings, now, change: self.change };
            let decided: Vec<_> = rows.iter().map(|row| decide(row, &ground)).collect();
            let writes = decided.iter().filter_map(|decided| decided.as_ref().ok()?.as_ref());
            let changes: Vec<StaffChange> =
                writes.map(|(before, after)| store::update_product(before, after)).collect();
            let outcomes = decided.into_iter().map(|decided| decided.map(|change| change.is_some())).collect();
            if changes.is_empty() {
                return Ok(outcomes);
            }
            let change = changes.into_iter().collect();
            match self.staff.commit(self.app, None, change, Answer::new(StatusCode::OK, &())?, &refusal).await {
                Err(problem) if problem.code == PRODUCT_CHANGED.name => {}
                other => {
                    let raised = other?.1.into_iter().filter_map(|rows| rows.first::<Revision>().ok().flatten());
                    done.revision = raised.map(|raised| raised.revision).max().max(done.revision);
                    return Ok(outcomes);
                }
            }
        }
        Err(changed())
    }
}

/// What a request has done so far.
#[derive(Default)]
struct Done {
    /// Of the database, of those that [`MOST_CALLS`] counts.
    calls: usize,
    /// The last that was written.
    revision: Option<i64>,
}
