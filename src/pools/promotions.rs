//! Promotions over HTTP: what staff wrote, and how often each was used, which
//! its pool knows.

use axum::extract::State;
use axum::response::{IntoResponse, NoContent};
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ledger::{self, Ledger};
use super::{Supply, level_of};
use crate::app::App;
use crate::auth::{Staff, StaffWrite};
use crate::idempotency::Answer;
use crate::ids::PromotionId;
use crate::ports::Timestamp;
use crate::pricing::Promotion;
use crate::pricing::promotion::{Code, Conditions, Effect};
use crate::problem::Problem;
use crate::promotions::body::{PromotionBody, PromotionPatch};
use crate::promotions::error::refusal;
use crate::promotions::{Known, Stored, check, is_counted, store};
use crate::revision;
use crate::settings;
use crate::together::{ALL, together};
use crate::wire::conditional::{IfMatch, tagged};
use crate::wire::extract::{IdempotencyKey, Json, Path, Query};
use crate::wire::page::{self, PageQuery};
use crate::wire::respond::{self, JsonText};

const CREATED: u16 = 201;

/// A promotion as staff see it.
#[derive(Serialize, JsonSchema)]
pub struct AdminPromotion<'a> {
    id: PromotionId,
    title: &'a str,
    /// `null`: it applies by itself.
    code: Option<&'a Code>,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    combinable: bool,
    priority: i32,
    usage_limit: Option<i64>,
    usage_limit_per_customer: Option<i64>,
    conditions: &'a Conditions,
    effect: &'a Effect,
    /// By orders, also those that wait for their payment. `null` where nobody
    /// counts: of a promotion with neither code nor limit.
    used: Option<i64>,
    /// Grows with each change; quoted, it is the `ETag`.
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// Promotions, the newest first.
#[derive(Serialize, JsonSchema)]
pub struct PromotionList<'a> {
    items: Vec<AdminPromotion<'a>>,
    next_cursor: Option<String>,
    total: i64,
}

impl<'a> AdminPromotion<'a> {
    fn new(stored: &'a Stored, used: Option<i64>) -> Self {
        let promotion = &stored.promotion;
        Self {
            id: promotion.id,
            title: &promotion.title,
            code: promotion.code.as_ref(),
            starts_at: promotion.starts_at,
            ends_at: promotion.ends_at,
            combinable: promotion.combinable,
            priority: promotion.priority,
            usage_limit: promotion.usage_limit,
            usage_limit_per_customer: promotion.usage_limit_per_customer,
            conditions: &promotion.conditions,
            effect: &promotion.effect,
            used,
            version: stored.version,
            created_at: stored.created_at,
            updated_at: stored.updated_at,
        }
    }
}

/// Promotions, the newest first, also those that have ended.
pub async fn list_promotions(
    State(app): State<App>,
    _: Staff,
    Query(query): Query<PageQuery>,
) -> Result<JsonText<PromotionList<'static>>, Problem> {
    let limit = page::limit(query.limit.as_deref())?;
    let after = match query.cursor {
        None => None,
        Some(text) => {
            let id = page::open(&text, "admin/promotions", "any").and_then(|id| id.parse().ok());
            Some(id.ok_or_else(page::unknown_cursor)?)
        }
    };
    let one_more = u32::try_from(limit.saturating_add(1)).unwrap_or(u32::MAX);
    let mut answers = app.database.batch(vec![store::newest(after, one_more), store::count()]).await?.into_iter();
    let mut stored = store::read_stored(answers.next().unwrap_or_default())?;
    let total: Option<Total> = answers.next().unwrap_or_default().first()?;
    let last = page::cut(&mut stored, limit);
    let next_cursor = last.map(|last| page::seal("admin/promotions", "any", &[&last.promotion.id.to_string()]));
    let asked = stored.iter().map(|stored| used(&app, &stored.promotion));
    let uses: Vec<_> = together(asked.collect(), ALL).await.into_iter().collect::<Result<_, _>>()?;
    let list = PromotionList {
        items: stored.iter().zip(uses).map(|(stored, used)| AdminPromotion::new(stored, used)).collect(),
        next_cursor,
        total: total.map_or(0, |total| total.promotions),
    };
    Ok(respond::Json(list).into_response().into())
}

#[derive(Deserialize)]
struct Total {
    promotions: i64,
}

/// Adds a promotion. Buyers have it within two seconds.
pub async fn create_promotion(
    State(app): State<App>,
    staff: StaffWrite,
    IdempotencyKey(key): IdempotencyKey,
    body: Json<PromotionBody>,
) -> Result<JsonText<AdminPromotion<'static>, CREATED>, Problem> {
    let request = staff.keyed(key, "POST /v1/admin/promotions", &body.bytes);
    let reads = vec![settings::current(), store::missing(&body.products()), store::collections()];
    let mut begun = staff.begin(&app, request.as_ref(), reads).await?;
    if let Some(first) = begun.first {
        return Ok(first.into());
    }
    let currencies = settings::read(begun.rows.next().unwrap_or_default())?.currencies;
    let missing = store::read_missing(begun.rows.next().unwrap_or_default())?;
    let collections = store::read_collections(begun.rows.next().unwrap_or_default())?;
    let now = app.clock.now();
    let id = PromotionId::new(now, &*app.entropy);
    let promotion = check(body.value, id, &Known { currencies, missing, collections }).map_err(Problem::invalid)?;
    let new = Stored { promotion, version: 1, created_at: now, updated_at: now };
    let used = is_counted(&new.promotion).then_some(0);
    let (view, change) = (AdminPromotion::new(&new, used), store::insert(&new));
    let status = StatusCode::CREATED;
    let (response, _) =
        revision::write(&app, &staff, request.as_ref(), change, Answer::new(status, &view)?, &refusal).await?;
    revision::settle(&app).await;
    Ok(tagged(response, new.version).into())
}

/// A promotion, and how often it was used.
pub async fn get_promotion(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<PromotionId>,
) -> Result<JsonText<AdminPromotion<'static>>, Problem> {
    let rows = app.database.run(store::promotion(id)).await?;
    let stored = store::read_stored(rows)?.pop().ok_or_else(Problem::not_found)?;
    let view = AdminPromotion::new(&stored, used(&app, &stored.promotion).await?);
    Ok(tagged(respond::Json(view).into_response(), stored.version).into())
}

/// Who used a promotion, the newest first: an entry for each order that took a use, and for each use that came back. One
/// that nobody counts has none.
pub async fn list_promotion_uses(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<PromotionId>,
    Query(query): Query<PageQuery>,
) -> Result<respond::Json<Ledger>, Problem> {
    let rows = app.database.run(store::promotion(id)).await?;
    store::read_stored(rows)?.pop().ok_or_else(Problem::not_found)?;
    Ok(respond::Json(ledger::page(&app, &Supply::Uses(id), &query).await?.into()))
}

/// Changes a promotion. Orders that were placed keep what they were given.
pub async fn update_promotion(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<PromotionId>,
    condition: IfMatch,
    patch: Json<PromotionPatch>,
) -> Result<JsonText<AdminPromotion<'static>>, Problem> {
    let reads =
        vec![store::promotion(id), settings::current(), store::missing(&patch.products()), store::collections()];
    let mut begun = staff.begin(&app, None, reads).await?;
    let found = store::read_stored(begun.rows.next().unwrap_or_default())?.pop();
    let before = found.ok_or_else(Problem::not_found)?;
    condition.check(before.version)?;
    let currencies = settings::read(begun.rows.next().unwrap_or_default())?.currencies;
    let missing = store::read_missing(begun.rows.next().unwrap_or_default())?;
    let collections = store::read_collections(begun.rows.next().unwrap_or_default())?;
    let body = patch.value.over(before.promotion.clone());
    let promotion = check(body, id, &Known { currencies, missing, collections }).map_err(Problem::invalid)?;
    let version = before.version.saturating_add(1);
    let after = Stored { promotion, version, updated_at: app.clock.now(), ..before };
    let view = AdminPromotion::new(&after, used(&app, &after.promotion).await?);
    let change = store::update(&before, &after);
    let (response, _) =
        revision::write(&app, &staff, None, change, Answer::new(StatusCode::OK, &view)?, &refusal).await?;
    revision::settle(&app).await;
    Ok(tagged(response, version).into())
}

/// Deletes a promotion. Orders that were placed keep what they were given.
pub async fn delete_promotion(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<PromotionId>,
    condition: IfMatch,
) -> Result<NoContent, Problem> {
    let mut begun = staff.begin(&app, None, vec![store::promotion(id)]).await?;
    let found = store::read_stored(begun.rows.next().unwrap_or_default())?.pop();
    let before = found.ok_or_else(Problem::not_found)?;
    condition.check(before.version)?;
    let change = store::delete(&before);
    revision::write(&app, &staff, None, change, Answer::new(StatusCode::NO_CONTENT, &())?, &refusal).await?;
    revision::settle(&app).await;
    Ok(NoContent)
}

async fn used(app: &App, promotion: &Promotion) -> Result<Option<i64>, Problem> {
    if !is_counted(promotion) {
        return Ok(None);
    }
    let level = level_of(app, &Supply::Uses(promotion.id)).await?;
    Ok(Some(level.taken.saturating_add(level.held)))
}
