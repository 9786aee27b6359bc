//! Prices and stock of many variants at once: what would change is said first, row
//! by row; then it is written, and said of each row what came of it. What is wrong
//! with one row is no reason not to change the others.

use axum::extract::State;
use http::StatusCode;

use super::bulk_rows::{BulkBody, BulkVariants, Pieces, Rows};
use super::pool::{Level, Reason};
use crate::app::App;
use crate::auth::{StaffChange, StaffWrite};
use crate::catalog::error::{PRODUCT_CHANGED, changed, refusal};
use crate::catalog::{self, ATTEMPTS, StockLevel, store};
use crate::idempotency;
use crate::ids::{RequestId, VariantId};
use crate::problem::Problem;
use crate::revision;
use crate::settings;
use crate::together::together;
use crate::wire::extract::{IdempotencyKey, Json};
use crate::wire::respond::JsonText;

/// Pools asked side by side.
const MAX_PARALLEL: usize = 8;

/// Changes prices and stock of up to 300 variants, and says of each row that changes something or is refused what came of
/// it: the answer is a 200 whatever they refuse. With `dry_run` it only says what would be; its `rows` are then what is to
/// be sent to have just that.
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
        let reads = vec![settings::current(), store::products_with(&body.ids(), &body.skus())];
        let mut begun = staff.begin(&app, request.as_ref(), reads).await?;
        if let Some(first) = begun.first {
            return Ok(first.into());
        }
        let settings = settings::read(begun.rows.next().unwrap_or_default())?;
        let products = store::products(begun.rows.next().unwrap_or_default())?;
        let mut rows = Rows::of(&body, &products, &settings, app.clock.now());
        if body.dry_run {
            see(&app, &mut rows).await?;
            let answer = BulkVariants::agreed(rows, &body);
            return Ok(idempotency::json_response(StatusCode::OK, text(&answer)?).into());
        }
        match reprice(&app, &staff, &rows).await {
            Err(problem) if problem.code == PRODUCT_CHANGED.name => continue,
            other => other?,
        }
        let reason = body.reason.unwrap_or(Reason::Correction);
        let levels = adjust(&app, &staff, &mut rows, reason, &name).await;
        // The pools have decided and are the truth; the lists learn of it here.
        let projection = catalog::project_levels(&app, &levels).await;
        let answer = BulkVariants::done(rows);
        let answer = idempotency::remember(&app, request.as_ref(), StatusCode::OK, &answer).await;
        projection?;
        return Ok(answer?.into());
    }
    Err(changed())
}

fn text(answer: &BulkVariants) -> Result<String, Problem> {
    serde_json::to_string(answer).map_err(|error| Problem::internal(error.to_string()))
}

/// Writes the new prices of all products at once, and waits until they count.
async fn reprice(app: &App, staff: &StaffWrite, rows: &Rows<'_>) -> Result<(), Problem> {
    if rows.repriced.is_empty() {
        return Ok(());
    }
    let change: StaffChange =
        rows.repriced.iter().map(|(before, after)| store::update_product(before, after)).collect();
    revision::write(app, staff, None, change, StatusCode::OK, &(), refusal).await?;
    revision::settle(app).await;
    Ok(())
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

/// Changes stocks; the levels that this leaves. One that does not answer is said of its
/// row, as others have changed by then.
async fn adjust(app: &App, staff: &StaffWrite, rows: &mut Rows<'_>, reason: Reason, name: &str) -> Vec<StockLevel> {
    let act = |(at, variant, pieces)| async move {
        (at, variant, adjust_one(app, staff, variant, pieces, reason, format!("{name}/{at}")).await)
    };
    let done = together(rows.of_stock().into_iter().map(act).collect(), MAX_PARALLEL).await;
    let mut levels = Vec::new();
    for (at, variant, outcome) in done {
        match outcome {
            Ok((level, delta)) => {
                rows.at(at, |row| row.has_left(&level, delta));
                levels.push(level.of(variant));
            }
            Err(problem) => rows.at(at, |row| row.refuse(problem)),
        }
    }
    levels
}

/// Changes one, as staff who may still ask for it at that moment: the level that is
/// left, and by how much it changed.
async fn adjust_one(
    app: &App,
    staff: &StaffWrite,
    variant: VariantId,
    pieces: Pieces,
    reason: Reason,
    reference: String,
) -> Result<(Level, i64), Problem> {
    let delta = match pieces {
        Pieces::Added(delta) => delta,
        Pieces::Counted(_) => pieces.delta(&super::level(app, variant).await?),
    };
    let confirmed = staff.confirm(app).await?;
    if delta == 0 {
        return Ok((super::level(app, variant).await?, 0));
    }
    let answer = super::adjust(app, confirmed, variant, delta, reason, reference).await?;
    match answer.refusal {
        None => Ok((answer.level, delta)),
        Some(refusal) => Err(refusal.into()),
    }
}
