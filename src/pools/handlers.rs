//! Stock over HTTP.

use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::no_stock;
use super::ledger::{self, Ledger};
use super::pool::{Level, Reason, Refusal};
use super::{Answer, Supply};
use crate::app::App;
use crate::auth::{Staff, StaffWrite};
use crate::catalog;
use crate::catalog::store::bundles::{self, ENOUGH, PartRow};
use crate::catalog::store::{self, StockedVariant};
use crate::idempotency;
use crate::ids::{RequestId, VariantId};
use crate::money::MAX_AMOUNT;
use crate::ports::Timestamp;
use crate::pricing::Delivery;
use crate::problem::Problem;
use crate::shelf;
use crate::shelf::name::Name;
use crate::text::Line;
use crate::wire::extract::{self, IdempotencyKey, Path, Query};
use crate::wire::page::PageQuery;
use crate::wire::respond::{Json, JsonText};

#[derive(Serialize, JsonSchema)]
pub struct Availability {
    /// Pieces that can be ordered now; `null`: any number, as none is counted.
    available: Option<i64>,
    /// How many of them are there; the others are sold before they come.
    in_stock: Option<i64>,
}

/// How many pieces can be ordered now; exact, from the pool. Of a bundle, as many as can be put together of its parts.
pub async fn get_availability(
    State(app): State<App>,
    Path(variant): Path<VariantId>,
) -> Result<Json<Availability>, Problem> {
    let snapshot = shelf::knowing(&app, [Name::Variant(variant)]).await?;
    let (product, known) = snapshot.variant(variant).ok_or_else(Problem::not_found)?;
    if product.delivery != Delivery::Shipped {
        return Ok(Json(Availability { available: None, in_stock: None }));
    }
    let rules = known.stock_rules();
    let rule = |id: VariantId| rules.iter().find(|rule| rule.variant_id == id);
    let taken: Vec<_> =
        known.takes().into_iter().filter(|(id, _)| !rule(*id).is_some_and(|rule| rule.untracked)).collect();
    let levels = super::free(&app, &taken).await?;
    // By the floor that staff have said last: the pool learns of it with the next claim.
    let least = |id: VariantId| rule(id).and_then(|rule| rule.floor).map_or(0, |floor| floor.least);
    let above = |(id, left): &(VariantId, i64)| left.saturating_sub(least(*id));
    let of_all = |pieces: &dyn Fn(&(VariantId, i64)) -> i64| {
        let each = taken.iter().zip(&levels).filter_map(|((_, each), level)| pieces(level).max(0).checked_div(*each));
        each.min()
    };
    Ok(Json(Availability { available: of_all(&above), in_stock: of_all(&|(_, left)| *left) }))
}

/// A change of what is on hand.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAdjustment {
    /// Pieces to add; negative to take away. Not zero.
    #[schemars(range(min = -MAX_AMOUNT, max = MAX_AMOUNT), extend("not" = {"const": 0}))]
    delta: i64,
    reason: Reason,
    /// Names the change, such as a delivery note; a repeated one counts once.
    #[serde(default)]
    reference: Option<Line<255>>,
}

/// A variant's stock.
#[derive(Serialize, JsonSchema)]
pub struct Stock {
    variant_id: VariantId,
    sku: String,
    /// Below zero, so many were sold that have yet to come.
    on_hand: i64,
    held: i64,
    /// What is on hand and not held.
    available: i64,
    version: i64,
    /// When the variant was removed. Its stock stays and can still be adjusted.
    removed_at: Option<Timestamp>,
}

/// What a change leaves of a variant's stock.
#[derive(Serialize, JsonSchema)]
pub struct StockLevel {
    /// Below zero, so many were sold that have yet to come.
    on_hand: i64,
    held: i64,
    /// What is on hand and not held.
    available: i64,
    version: i64,
}

impl From<Level> for StockLevel {
    fn from(level: Level) -> Self {
        let Level { on_hand, held, version, .. } = level;
        Self { on_hand, held, available: level.left(), version }
    }
}

/// The stock of a variant, also of one that was removed. A bundle has none of its own: what can be put together of those
/// of its parts that are counted is on hand, and nothing of it is held.
pub async fn get_stock(
    State(app): State<App>,
    _: Staff,
    Path(variant): Path<VariantId>,
) -> Result<Json<Stock>, Problem> {
    let rows = app.database.run(store::stocked_variant(variant)).await?;
    let StockedVariant { sku, is_bundle, removed_at } = rows.first()?.ok_or_else(Problem::not_found)?;
    let level = if is_bundle > 0 { level_of_bundle(&app, variant).await? } else { super::level(&app, variant).await? };
    let Level { on_hand, held, version, .. } = level;
    let removed_at = removed_at.map(Timestamp::from_millis);
    Ok(Json(Stock { variant_id: variant, sku, on_hand, held, available: level.left(), version, removed_at }))
}

async fn level_of_bundle(app: &App, variant: VariantId) -> Result<Level, Problem> {
    let parts: Vec<PartRow> = app.database.run(bundles::parts_of(variant)).await?.decode()?;
    let parts: Vec<_> = parts.iter().map(|part| (part.part_variant_id, part.quantity)).collect();
    let free = super::free(app, &parts).await?;
    let of_all = parts.iter().zip(free).filter_map(|((_, each), (_, left))| left.max(0).checked_div(*each));
    Ok(Level { on_hand: of_all.min().unwrap_or(ENOUGH), ..Level::default() })
}

/// How a variant's stock came about, the newest entries first; also that of a variant that was removed.
pub async fn list_stock_entries(
    State(app): State<App>,
    _: Staff,
    Path(variant): Path<VariantId>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Ledger>, Problem> {
    let rows = app.database.run(store::stocked_variant(variant)).await?;
    if rows.is_empty() {
        return Err(Problem::not_found());
    }
    Ok(Json(ledger::page(&app, &Supply::Stock(variant), &query).await?.into()))
}

/// Changes what is on hand, also of a variant that was removed.
pub async fn create_stock_adjustment(
    State(app): State<App>,
    staff: StaffWrite,
    Path(variant): Path<VariantId>,
    IdempotencyKey(key): IdempotencyKey,
    body: extract::Json<NewAdjustment>,
) -> Result<JsonText<StockLevel>, Problem> {
    let NewAdjustment { delta, reason, reference } = body.value;
    if delta == 0 {
        return Err(Problem::invalid_field("/delta", "a change of zero changes nothing"));
    }
    let keyed = staff.keyed(key, &format!("POST adjustments {variant}"), &body.bytes);
    let mut begun = staff.begin(&app, keyed.as_ref(), vec![store::stocked_variant(variant)]).await?;
    if let Some(first) = begun.first {
        return Ok(first.into());
    }
    let found: Option<StockedVariant> = begun.rows.next().unwrap_or_default().first()?;
    let StockedVariant { sku, is_bundle, .. } = found.ok_or_else(Problem::not_found)?;
    if is_bundle > 0 {
        return Err(no_stock());
    }
    // A key is a reference of the caller's own; without either, each request counts.
    let named = reference.is_some();
    let reference = match (reference, &keyed) {
        (Some(reference), _) => reference.into(),
        (None, Some(keyed)) => format!("key/{}/{}", keyed.scope, keyed.key),
        (None, None) => RequestId::new(app.clock.now(), &*app.entropy).to_string(),
    };
    let Answer { level, refusal, adjusted, .. } =
        super::adjust(&app, begun.confirmed, variant, delta, reason, reference.clone()).await?;
    match refusal {
        None => {}
        Some(Refusal::ReferenceReused) if !named => return Err(idempotency::key_reused()),
        Some(refusal) => return Err(refusal.into()),
    }
    // The pool has decided and is the truth; the lists learn of it here.
    // Where they do not, it is not done: whoever asks again has them told of the same change.
    let told = adjusted.map(|change| super::told(variant, &sku, change, reason, &reference));
    catalog::project_levels(&app, &[level.of(variant)], staff.told(&app, told.as_slice())).await?;
    let answer = idempotency::Answer::new(StatusCode::OK, &StockLevel::from(level))?;
    Ok(idempotency::remember(&app, keyed.as_ref(), answer).await?.into())
}
