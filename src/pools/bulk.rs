//! Prices and stock of many variants at once: what would change is said first, row
//! by row; then it is written, and said of each row what came of it. What is wrong
//! with one row is no reason not to change the others.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::Adjusted;
pub use super::bulk_rows::VariantRow;
use super::bulk_rows::{BulkBody, BulkVariants, Pieces, Rows, ids, skus};
use super::pool::{Level, Reason, Refusal};
use crate::app::App;
use crate::audit::Entry;
use crate::auth::{StaffChange, StaffWrite};
use crate::catalog::error::{PRODUCT_CHANGED, changed, is_about_products, refusal};
use crate::catalog::product::Product;
use crate::catalog::{self, ATTEMPTS, StockLevel, store};
use crate::idempotency::{self, Answer, Request};
use crate::ids::{RequestId, VariantId};
use crate::json;
use crate::problem::Problem;
use crate::revision;
use crate::settings::{self, Settings};
use crate::together::together;
use crate::wire::extract::{IdempotencyKey, Json};
use crate::wire::respond::JsonText;

/// Pools asked side by side.
const MAX_PARALLEL: usize = 8;

/// Changes prices and stock of up to 300 variants, and how that is kept, and says of each row that changes something or is
/// refused what came of it: the answer is a 200 whatever they refuse. With `dry_run` it only says what would be; its `rows`
/// are then what is to be sent to have just that. More of them are a job, see `POST /v1/admin/jobs`.
pub async fn change_variants(
    State(app): State<App>,
    staff: StaffWrite,
    IdempotencyKey(key): IdempotencyKey,
    body: Json<BulkBody>,
) -> Result<JsonText<BulkVariants>, Problem> {
    body.check()?;
    let request = staff.keyed(key, "POST /v1/admin/variants/bulk", &body.bytes);
    // Without a key each request counts; with one, each of its rows counts once.
    let name = match &request {
        Some(request) => format!("key/{}/{}", request.scope, request.key),
        None => RequestId::new(app.clock.now(), &*app.entropy).to_string(),
    };
    for _ in 0..ATTEMPTS {
        let mut known = Known::read(&app, &staff, request.as_ref(), &body.rows).await?;
        if let Some(first) = known.first.take() {
            return Ok(first.into());
        }
        let mut rows = Rows::of(&body.rows, &known.products, &known.settings, app.clock.now());
        if body.dry_run {
            see(&app, &mut rows).await?;
            let answer = BulkVariants::agreed(rows, &body);
            return Ok(idempotency::json_response(StatusCode::OK, text(&answer)?).into());
        }
        if !rewrite(&app, &staff, None, &mut rows).await? {
            continue;
        }
        if !rows.rewritten.is_empty() {
            revision::settle(&app).await;
        }
        let reason = body.reason.unwrap_or(Reason::Correction);
        let (levels, told) = adjust(&app, &staff, &mut rows, reason, &|at| format!("{name}/{at}")).await;
        // The pools have decided and are the truth; the lists learn of it here. Where they do not, it is not done:
        // whoever asks again has them told of the same changes.
        catalog::project_levels(&app, &levels, staff.told(&app, &told)).await?;
        let answer = Answer::new(StatusCode::OK, &BulkVariants::done(rows))?;
        return Ok(idempotency::remember(&app, request.as_ref(), answer).await?.into());
    }
    Err(changed())
}

/// Does what one row says, for whoever does many one after the other: each `name`
/// takes effect once. The prices, and how stock is kept, come first: a row that they are
/// refused for leaves the stock alone. Whoever is done with a few has to [settle](revision::settle).
pub async fn change_variant(
    app: &App,
    staff: &StaffWrite,
    row: &VariantRow,
    reason: Reason,
    name: &str,
) -> Result<(), Problem> {
    let request = staff.keyed(Some(name.to_owned()), "row", &[]);
    let row = std::slice::from_ref(row);
    for _ in 0..ATTEMPTS {
        let known = Known::read(app, staff, request.as_ref(), row).await?;
        let mut rows = Rows::of(row, &known.products, &known.settings, app.clock.now());
        if known.first.is_none() && !rewrite(app, staff, request.as_ref(), &mut rows).await? {
            continue;
        }
        let (levels, told) = adjust(app, staff, &mut rows, reason, &|_| name.to_owned()).await;
        catalog::project_levels(app, &levels, staff.told(app, &told)).await?;
        return rows.refusal().map_or(Ok(()), Err);
    }
    Err(changed())
}

/// What rows are decided on.
struct Known {
    /// The answer to the same request, if it was answered before.
    first: Option<Response>,
    settings: Settings,
    products: Vec<Product>,
}

impl Known {
    async fn read(
        app: &App,
        staff: &StaffWrite,
        request: Option<&Request>,
        rows: &[VariantRow],
    ) -> Result<Self, Problem> {
        let reads = vec![settings::current(), store::products_with(&ids(rows), &skus(rows))];
        let mut begun = staff.begin(app, request, reads).await?;
        let settings = settings::read(begun.rows.next().unwrap_or_default())?;
        let products = store::products(begun.rows.next().unwrap_or_default())?;
        Ok(Self { first: begun.first, settings, products })
    }
}

fn text(answer: &BulkVariants) -> Result<String, Problem> {
    Ok(json::text(answer))
}

/// Writes all products anew at once, for `request` once; false if another change came in
/// between. What the database refuses, it refuses of all: then those rows leave their stock
/// alone, too, and say so.
async fn rewrite(
    app: &App,
    staff: &StaffWrite,
    request: Option<&Request>,
    rows: &mut Rows<'_>,
) -> Result<bool, Problem> {
    if rows.rewritten.is_empty() {
        return Ok(true);
    }
    let change: StaffChange =
        rows.rewritten.iter().map(|(before, after)| store::update_product(before, after)).collect();
    match revision::write(app, staff, request, change, Answer::new(StatusCode::OK, &())?, &refusal).await {
        Err(problem) if problem.code == PRODUCT_CHANGED.name => Ok(false),
        Err(problem) if is_about_products(&problem) => {
            rows.refuse_rewritten(&problem);
            Ok(true)
        }
        other => other.map(|_| true),
    }
}

/// What the changes of stock would come to.
async fn see(app: &App, rows: &mut Rows<'_>) -> Result<(), Problem> {
    let ask = |(at, variant, _)| async move { (at, super::level(app, variant).await) };
    let asked = rows.of_stock().into_iter().map(ask).collect();
    let seen = together(asked, MAX_PARALLEL).await;
    for (at, level) in seen {
        let level = level?;
        rows.at(at, |row| row.would_leave(&level));
    }
    Ok(())
}

/// Changes stocks; the levels that this leaves, and what is written down of it. One that does not answer is said of its
/// row, as others have changed by then. `name`: of each change, by its row's place.
async fn adjust(
    app: &App,
    staff: &StaffWrite,
    rows: &mut Rows<'_>,
    reason: Reason,
    name: &(dyn Fn(usize) -> String + Sync),
) -> (Vec<StockLevel>, Vec<Entry>) {
    let act = |(at, variant, pieces)| async move {
        (at, variant, adjust_one(app, staff, variant, pieces, reason, name(at)).await)
    };
    let done = together(rows.of_stock().into_iter().map(act).collect(), MAX_PARALLEL).await;
    let (mut levels, mut told) = (Vec::new(), Vec::new());
    for (at, variant, outcome) in done {
        match outcome {
            Ok((level, change)) => {
                rows.at(at, |row| row.has_left(change));
                if change.delta != 0 {
                    told.push(super::told(variant, rows.sku(at), change, reason, &name(at)));
                }
                levels.push(level.of(variant));
            }
            Err(problem) => rows.at(at, |row| row.refuse(problem)),
        }
    }
    (levels, told)
}

/// Changes one, as staff who may still ask for it at that moment: the level that is left, and
/// the change. One that was made before under this name is told again, also one that found as many as there were.
async fn adjust_one(
    app: &App,
    staff: &StaffWrite,
    variant: VariantId,
    pieces: Pieces,
    reason: Reason,
    reference: String,
) -> Result<(Level, Adjusted), Problem> {
    let delta = match pieces {
        Pieces::Added(delta) => delta,
        Pieces::Counted(_) => {
            let known = super::recall(app, variant, reference.clone()).await?;
            known.adjusted.map_or_else(|| pieces.delta(&known.level), |change| change.delta)
        }
    };
    let confirmed = staff.confirm(app).await?;
    let answer = super::adjust(app, confirmed, variant, delta, reason, reference).await?;
    match answer.refusal {
        // Another try of the same has counted it meanwhile.
        None | Some(Refusal::ReferenceReused) => {
            let on_hand = answer.level.on_hand;
            Ok((answer.level, answer.adjusted.unwrap_or(Adjusted { delta: 0, on_hand })))
        }
        Some(refusal) => Err(refusal.into()),
    }
}
