//! The catalog as staff write it. Every write is the same: load the product,
//! lay the change over it, parse the whole, write what differs. (What is taken
//! away has stock: see `pools::removal`.)

pub mod views;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::views::{AdminProduct, AdminProductList, AdminVariant, AdminVariantList};
use super::body::{ProductBody, ProductPatch, VariantBody, VariantPatch, facts, variant_body};
use super::change::{Change, answered, found, with_pointers};
use super::draft::{self, Draft, Wanted as WantedVariant};
use super::error::refusal;
use super::limits::MAX_LINE;
use super::product::{Product, Status};
use super::store::{self, Naming, Wanted, bundles};
use super::variant_list::words;
use crate::app::App;
use crate::auth::{Staff, StaffWrite};
use crate::idempotency;
use crate::ids::{ProductId, VariantId};
use crate::json;
use crate::ports::Statement;
use crate::problem::Problem;
use crate::revision;
use crate::settings::{self, Settings};
use crate::uploads::store as uploads;
use crate::wire::conditional::{IfMatch, tagged};
use crate::wire::extract::{IdempotencyKey, Json, Path, Query};
use crate::wire::page;
use crate::wire::respond::JsonText;

pub const CREATED: u16 = 201;

/// Adds a product. Without a slug it gets one of its title, with a number if
/// another product has that already.
pub async fn create_product(
    State(app): State<App>,
    staff: StaffWrite,
    IdempotencyKey(key): IdempotencyKey,
    body: Json<ProductBody>,
) -> Result<JsonText<AdminProduct<'static>, CREATED>, Problem> {
    let request = staff.keyed(key, "POST /v1/admin/products", &body.bytes);
    let parts = draft::parts_in(body.value.variants.iter().map(|variant| &*variant.parts));
    let uploads = uploads::known(&draft::uploads_in(&body.value.images));
    let reads = vec![settings::current(), uploads, bundles::known(&parts)];
    let mut begun = staff.begin(&app, request.as_ref(), reads).await?;
    if let Some(answer) = begun.first {
        return Ok(JsonText::from(answer));
    }
    let settings = settings::read(begun.rows.next().unwrap_or_default())?;
    let naming = if body.slug.is_some() { Naming::AsGiven } else { Naming::Numbered };
    let known = begun.rows.next().unwrap_or_default().decode()?;
    let parts: Vec<_> = begun.rows.next().unwrap_or_default().decode()?;
    let draft = Draft::parse(body.value, &settings).map_err(Problem::invalid)?.show(&known, &[])?;
    let draft = draft.made_of(&parts, &[])?;
    let sent = draft.sent_skus();
    let now = app.clock.now();
    let product = draft.create(ProductId::new(now, &*app.entropy), now, || VariantId::new(now, &*app.entropy));
    Ok(insert(&app, &staff, request.as_ref(), product, naming, &sent).await?.into())
}

/// Writes a new product, and answers with it, as it is named then. `sent`: the SKUs that
/// were, each with its place.
pub async fn insert(
    app: &App,
    staff: &StaffWrite,
    request: Option<&idempotency::Request>,
    mut product: Product,
    naming: Naming,
    sent: &[(usize, String)],
) -> Result<Response, Problem> {
    let change = store::insert_product(&product, naming, request);
    let answer = answered(StatusCode::CREATED, &AdminProduct::from(&product))?;
    let answer = revision::write(app, staff, request, change, answer, &refusal).await;
    let (mut response, rows) = with_pointers(app, answer, product.id, sent).await?;
    if let Some(slug) = store::numbered(&rows)?.filter(|slug| *slug != product.slug) {
        product.slug = slug;
        response = json(StatusCode::CREATED, &AdminProduct::from(&product))?;
    }
    Ok(tagged(response, product.version))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdminListQuery {
    status: Option<Status>,
    /// Words that are in a product's title or vendor, or in a variant's SKU, title or barcode: each somewhere, in small or
    /// capital letters, with or without accents.
    #[schemars(length(max = MAX_LINE))]
    q: Option<String>,
    /// The most products of one page.
    #[schemars(with = "Option<page::LimitParameter>")]
    limit: Option<String>,
    /// The `next_cursor` of the page before.
    #[schemars(with = "Option<page::CursorParameter>")]
    cursor: Option<String>,
}

/// Products of every status, the newest first.
pub async fn list_products(
    State(app): State<App>,
    _: Staff,
    Query(query): Query<AdminListQuery>,
) -> Result<JsonText<AdminProductList<'static>>, Problem> {
    let limit = page::limit(query.limit.as_deref())?;
    let kind = query.status.map_or("any", Status::as_str);
    let after = match query.cursor {
        None => None,
        Some(text) => {
            let id = page::open(&text, "admin/products", kind).and_then(|id| id.parse().ok());
            let detail = "a cursor is the next_cursor of a list with the same status";
            Some(id.ok_or_else(|| Problem::invalid_field("cursor", detail))?)
        }
    };
    let one_more = u32::try_from(limit.saturating_add(1)).unwrap_or(u32::MAX);
    let wanted = Wanted { status: query.status, words: words(query.q.as_deref())? };
    let batch = vec![store::newest_products(&wanted, after, one_more), store::count_products(&wanted)];
    let mut answers = app.database.batch(batch).await?.into_iter();
    let mut products = store::products(answers.next().unwrap_or_default())?;
    let total: Option<Total> = answers.next().unwrap_or_default().first()?;
    let last = page::cut(&mut products, limit);
    let next_cursor = last.map(|last| page::seal("admin/products", kind, &[&last.id.to_string()]));
    let list = AdminProductList {
        items: products.iter().map(AdminProduct::from).collect(),
        next_cursor,
        total: total.map_or(0, |total| total.products),
    };
    Ok(JsonText::from(json(StatusCode::OK, &list)?))
}

#[derive(Deserialize)]
struct Total {
    products: i64,
}

/// A product of any status.
pub async fn get_product(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<ProductId>,
) -> Result<JsonText<AdminProduct<'static>>, Problem> {
    let product = load(&app, store::product(id)).await?;
    Ok(JsonText::from(tagged(json(StatusCode::OK, &AdminProduct::from(&product))?, product.version)))
}

/// Changes a product. A variant that the change does not name stays as it is;
/// a new title leaves the slug as it is.
pub async fn update_product(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<ProductId>,
    condition: IfMatch,
    patch: Json<ProductPatch>,
) -> Result<JsonText<AdminProduct<'static>>, Problem> {
    let uploads = draft::uploads_in(patch.value.images.as_deref().unwrap_or_default());
    let changes = patch.value.variants.as_deref().unwrap_or_default();
    let parts = draft::parts_in(changes.iter().filter_map(|change| change.parts.as_deref()));
    let change = Change { app: &app, staff, condition, request: None, status: StatusCode::OK, uploads, parts };
    let draft = |before: &Product, settings: &Settings| {
        let (facts, changes) = patch.value.clone().over(before);
        let (wanted, faults) = draft::wanted(before, changes);
        Draft::change(facts, wanted, faults, settings).map_err(Problem::invalid)
    };
    let response = change.run(store::product(id), &draft, &|product| shown(&AdminProduct::from(product))).await?;
    Ok(JsonText::from(response))
}

/// The variants of a product.
pub async fn list_variants(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<ProductId>,
) -> Result<JsonText<AdminVariantList<'static>>, Problem> {
    let product = load(&app, store::product(id)).await?;
    let items: Vec<_> = product.variants.iter().map(|variant| AdminVariant::new(&product, variant)).collect();
    let list = AdminVariantList { total: items.len(), items, next_cursor: None };
    Ok(JsonText::from(tagged(json(StatusCode::OK, &list)?, product.version)))
}

/// Adds a variant to a product.
pub async fn create_variant(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<ProductId>,
    IdempotencyKey(key): IdempotencyKey,
    condition: IfMatch,
    body: Json<VariantBody>,
) -> Result<JsonText<AdminVariant<'static>, CREATED>, Problem> {
    let request = staff.keyed(key, &format!("POST /v1/admin/products/{id}/variants"), &body.bytes);
    let (status, uploads) = (StatusCode::CREATED, Vec::new());
    let parts = draft::parts_in(std::iter::once(&*body.value.parts));
    let change = Change { app: &app, staff, condition, request, status, uploads, parts };
    let draft = |before: &Product, settings: &Settings| {
        let mut wanted: Vec<_> = before.variants.iter().map(|variant| WantedVariant::Kept(before, variant)).collect();
        wanted.push(WantedVariant::Sent { at: 0, was: None, body: body.value.clone().into() });
        Draft::change(facts(before), wanted, Vec::new(), settings).map_err(Problem::invalid)
    };
    let view =
        |product: &Product| product.variants.last().and_then(|variant| shown(&AdminVariant::new(product, variant)));
    let answer = change.run(store::product(id), &draft, &view).await;
    Ok(JsonText::from(answer.map_err(|problem| problem.of_one("/variants/"))?))
}

/// A variant of a product of any status.
pub async fn get_variant(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<VariantId>,
) -> Result<JsonText<AdminVariant<'static>>, Problem> {
    let product = load(&app, store::product_of_variant(id)).await?;
    let place = place_of(&product, id)?;
    let variant = product.variants.get(place).ok_or_else(Problem::not_found)?;
    Ok(JsonText::from(tagged(json(StatusCode::OK, &AdminVariant::new(&product, variant))?, product.version)))
}

/// Changes a variant, its prices for example.
pub async fn update_variant(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<VariantId>,
    condition: IfMatch,
    patch: Json<VariantPatch>,
) -> Result<JsonText<AdminVariant<'static>>, Problem> {
    let (status, uploads) = (StatusCode::OK, Vec::new());
    let parts = draft::parts_in(patch.value.parts.as_deref().into_iter());
    let change = Change { app: &app, staff, condition, request: None, status, uploads, parts };
    let draft = |before: &Product, settings: &Settings| {
        place_of(before, id)?;
        let wanted = before.variants.iter().map(|variant| match variant.id == id {
            true => {
                let body = patch.value.clone().over(variant_body(before, variant));
                WantedVariant::Sent { at: 0, was: Some(variant), body: body.into() }
            }
            false => WantedVariant::Kept(before, variant),
        });
        Draft::change(facts(before), wanted.collect(), Vec::new(), settings).map_err(Problem::invalid)
    };
    let view = |product: &Product| {
        let variant = product.variants.iter().find(|variant| variant.id == id);
        variant.and_then(|variant| shown(&AdminVariant::new(product, variant)))
    };
    let answer = change.run(store::product_of_variant(id), &draft, &view).await;
    Ok(JsonText::from(answer.map_err(|problem| problem.of_one("/variants/"))?))
}

fn place_of(product: &Product, id: VariantId) -> Result<usize, Problem> {
    product.variants.iter().position(|variant| variant.id == id).ok_or_else(Problem::not_found)
}

async fn load(app: &App, find: Statement) -> Result<Product, Problem> {
    let rows = app.database.run(find).await?;
    found(rows)
}

fn json(status: StatusCode, body: &impl Serialize) -> Result<Response, Problem> {
    let body = json::text(body);
    Ok(idempotency::json_response(status, body))
}

/// What a change answers with.
fn shown(view: &impl Serialize) -> Option<Value> {
    Some(json::value(view))
}

#[cfg(test)]
#[path = "handlers_tests.rs"]
mod tests;
