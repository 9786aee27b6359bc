//! One change, or many, of many products at once: each is changed whole or not at all, and
//! of each it is said what came of it. What is wrong with one is no reason not to change
//! the others.

use axum::extract::State;
use http::StatusCode;

use super::bulk_rows::{BulkBody, BulkProductResults, Ground, Outcome, ProductChange, ProductRow, decide};
use super::change::ATTEMPTS;
use super::error::{PRODUCT_CHANGED, changed, refusal};
use super::store;
use crate::app::App;
use crate::auth::{StaffChange, StaffWrite};
use crate::idempotency::{self, Answer};
use crate::ids::ProductId;
use crate::problem::Problem;
use crate::revision::{self, Revision};
use crate::settings;
use crate::sorted::SortedSet;
use crate::wire::extract::{IdempotencyKey, Json};
use crate::wire::respond::JsonText;

/// How many products are read and written together: each may be read as two million bytes.
pub const AT_ONCE: usize = 20;

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
    let mut revision = None;
    let outcomes = bulk.all(&body.rows, &mut revision).await;
    // Also of what was written before something failed.
    if let Some(revision) = revision {
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
    /// What came of each row. `revision`: the last that was written.
    async fn all(&self, rows: &[ProductRow], revision: &mut Option<i64>) -> Result<Vec<Outcome>, Problem> {
        let mut outcomes = Vec::with_capacity(rows.len());
        let mut named: SortedSet<ProductId> = SortedSet::new();
        for rows in rows.chunks(AT_ONCE) {
            let first: Vec<bool> = rows.iter().map(|row| named.add(row.id)).collect();
            let once: Vec<&ProductRow> =
                rows.iter().zip(&first).filter(|(_, first)| **first).map(|(row, _)| row).collect();
            let mut written = self.some(&once, revision).await?.into_iter();
            let twice = || Err(Problem::invalid_field("/id", "this product is there twice"));
            outcomes
                .extend(first.into_iter().map(|first| if first { written.next() } else { None }.unwrap_or_else(twice)));
        }
        Ok(outcomes)
    }

    /// Some at once; where the database refuses them together, each by itself.
    async fn some(&self, rows: &[&ProductRow], revision: &mut Option<i64>) -> Result<Vec<Outcome>, Problem> {
        match self.together(rows, revision).await {
            Err(problem) if is_about_products(&problem) => {
                let mut outcomes = Vec::with_capacity(rows.len());
                for row in rows {
                    match self.together(&[row], revision).await {
                        Err(problem) if is_about_products(&problem) => outcomes.push(Err(problem)),
                        own => outcomes.extend(own?),
                    }
                }
                Ok(outcomes)
            }
            other => other,
        }
    }

    /// Writes these in one batch, or nothing of them; anew if others change them, too.
    async fn together(&self, rows: &[&ProductRow], revision: &mut Option<i64>) -> Result<Vec<Outcome>, Problem> {
        let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
        for _ in 0..ATTEMPTS {
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
                    *revision = raised.map(|raised| raised.revision).max().max(*revision);
                    return Ok(outcomes);
                }
            }
        }
        Err(changed())
    }
}

/// Whether writing was refused for what was written.
fn is_about_products(problem: &Problem) -> bool {
    matches!(problem.status, StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY)
}
