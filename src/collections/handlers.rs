//! Collections over HTTP, as staff write them. What is picked for them is in
//! [`super::picks`].

use std::vec;

use axum::extract::State;
use axum::response::{IntoResponse, NoContent};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

use super::body::{CollectionBody, CollectionPatch};
use super::check::check;
use super::collection::{Collection, Stored};
use super::error::refusal;
use super::limits::{MAX_FORMER_SLUGS, MAX_TITLE};
use super::store;
use super::views::{AdminCollection, AdminCollectionList, CollectionPaths};
use crate::app::App;
use crate::auth::{Staff, StaffWrite};
use crate::catalog::body::ImageBody;
use crate::catalog::draft::pictures;
use crate::catalog::product::Image;
use crate::catalog::variant_list::words;
use crate::idempotency::Answer;
use crate::ids::CollectionId;
use crate::ports::{Rows, Statement};
use crate::problem::Problem;
use crate::revision;
use crate::settings;
use crate::uploads::{Known, store as uploads};
use crate::wire::conditional::{IfMatch, tagged};
use crate::wire::extract::{IdempotencyKey, Json, Path, Query};
use crate::wire::listed;
use crate::wire::page;
use crate::wire::respond::{self, JsonText};

const CREATED: u16 = 201;
/// The name of the list in its cursors.
const LIST: &str = "admin/collections";

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CollectionQuery {
    /// Words that are in a collection's title: each somewhere, in small or capital letters, with or without accents.
    #[schemars(length(max = MAX_TITLE))]
    q: Option<String>,
    /// The most collections of one page.
    #[schemars(with = "Option<page::LimitParameter>")]
    limit: Option<String>,
    /// The `next_cursor` of the page before.
    #[schemars(with = "Option<page::CursorParameter>")]
    cursor: Option<String>,
}

#[derive(Deserialize)]
struct Total {
    total: i64,
}

/// Collections, the newest first, also those that buyers do not see.
pub async fn list_collections(
    State(app): State<App>,
    _: Staff,
    Query(query): Query<CollectionQuery>,
) -> Result<JsonText<AdminCollectionList<'static>>, Problem> {
    let limit = page::limit(query.limit.as_deref())?;
    let after = match query.cursor {
        None => None,
        Some(text) => {
            let id = page::open(&text, LIST, "any").and_then(|id| id.parse().ok());
            Some(id.ok_or_else(page::unknown_cursor)?)
        }
    };
    let one_more = u32::try_from(limit.saturating_add(1)).unwrap_or(u32::MAX);
    let words = words(query.q.as_deref())?;
    let batch = vec![store::newest(&words, after, one_more), store::count(&words)];
    let mut answers = app.database.batch(batch).await?.into_iter();
    let mut stored = store::read_stored(answers.next().unwrap_or_default())?;
    let total: Option<Total> = answers.next().unwrap_or_default().first()?;
    let last = page::cut(&mut stored, limit);
    let next_cursor = last.map(|last| page::seal(LIST, "any", &[&last.collection.id.to_string()]));
    let items = stored.iter().map(AdminCollection::from).collect();
    let list = AdminCollectionList { items, next_cursor, total: total.map_or(0, |total| total.total) };
    Ok(respond::Json(list).into_response().into())
}

/// All collections, each with the titles that lead to it: what the shop has in all of it, for whoever chooses one.
pub async fn list_collection_paths(State(app): State<App>, _: Staff) -> Result<JsonText<CollectionPaths>, Problem> {
    Ok(JsonText::new(StatusCode::OK, listed::one(&app, store::paths()).await?))
}

/// Adds a collection. Without a slug it gets one of its title, with a number if another
/// collection has that already. It has the products that its rule finds, or those that are
/// picked for it afterwards.
pub async fn create_collection(
    State(app): State<App>,
    staff: StaffWrite,
    IdempotencyKey(key): IdempotencyKey,
    body: Json<CollectionBody>,
) -> Result<JsonText<AdminCollection<'static>, CREATED>, Problem> {
    let request = staff.keyed(key, "POST /v1/admin/collections", &body.bytes);
    let reads = what_is_checked(body.value.image.as_ref());
    let mut begun = staff.begin(&app, request.as_ref(), reads).await?;
    if let Some(first) = begun.first {
        return Ok(first.into());
    }
    let now = app.clock.now();
    let collection = checked(&mut begun.rows, body.value, CollectionId::new(now, &*app.entropy), &[])?;
    let new = Stored { collection, picked: 0, version: 1, created_at: now, updated_at: now };
    let answer = Answer::new(StatusCode::CREATED, &AdminCollection::from(&new))?;
    let (response, _) = revision::write(&app, &staff, request.as_ref(), store::insert(&new), answer, &refusal).await?;
    // A promotion of the collection that it is in may be about its products from now on.
    revision::settle(&app).await;
    Ok(tagged(response, new.version).into())
}

/// A collection, whether buyers see it or not.
pub async fn get_collection(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<CollectionId>,
) -> Result<JsonText<AdminCollection<'static>>, Problem> {
    let rows = app.database.run(store::collection(id)).await?;
    let stored = store::read_stored(rows)?.pop().ok_or_else(Problem::not_found)?;
    Ok(tagged(respond::Json(AdminCollection::from(&stored)).into_response(), stored.version).into())
}

/// Changes a collection. Orders that were placed keep what promotions gave them for it.
pub async fn update_collection(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<CollectionId>,
    condition: IfMatch,
    patch: Json<CollectionPatch>,
) -> Result<JsonText<AdminCollection<'static>>, Problem> {
    let (before, mut rows) = found(&app, &staff, id, what_is_checked(patch.value.image())).await?;
    condition.check(before.version)?;
    let body = patch.value.over(before.collection.clone());
    let collection = checked(&mut rows, body, id, before.collection.image.as_slice())?;
    let former_slugs = before.collection.formerly(&collection.slug);
    if former_slugs.len() > MAX_FORMER_SLUGS {
        let detail =
            format!("it had {MAX_FORMER_SLUGS} others before, which still lead to it; keep the one that it has");
        return Err(Problem::invalid_field("/slug", detail));
    }
    let collection = Collection { former_slugs, ..collection };
    let version = before.version.saturating_add(1);
    let after = Stored { collection, version, updated_at: app.clock.now(), ..before.clone() };
    let answer = Answer::new(StatusCode::OK, &AdminCollection::from(&after))?;
    let change = store::update(&before, &after);
    let (response, _) = revision::write(&app, &staff, None, change, answer, &refusal).await?;
    revision::settle(&app).await;
    Ok(tagged(response, version).into())
}

/// Deletes a collection, and none of its products. Collections in it go up to where it was.
pub async fn delete_collection(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<CollectionId>,
    condition: IfMatch,
) -> Result<NoContent, Problem> {
    let (before, _) = found(&app, &staff, id, Vec::new()).await?;
    condition.check(before.version)?;
    let change = store::delete(&before, app.clock.now());
    revision::write(&app, &staff, None, change, Answer::new(StatusCode::NO_CONTENT, &())?, &refusal).await?;
    revision::settle(&app).await;
    Ok(NoContent)
}

/// The collection that a write is about, and the rows of what else is to be read.
async fn found(
    app: &App,
    staff: &StaffWrite,
    id: CollectionId,
    more: Vec<Statement>,
) -> Result<(Stored, vec::IntoIter<Rows>), Problem> {
    let mut reads = vec![store::collection(id)];
    reads.extend(more);
    let mut begun = staff.begin(app, None, reads).await?;
    let stored = store::read_stored(begun.rows.next().unwrap_or_default())?.pop();
    Ok((stored.ok_or_else(Problem::not_found)?, begun.rows))
}

/// What [`checked`] needs for a body with this picture.
fn what_is_checked(image: Option<&ImageBody>) -> Vec<Statement> {
    let image = image.map(std::slice::from_ref).unwrap_or_default();
    vec![settings::current(), store::tree(), uploads::known(&pictures::uploads_in(image))]
}

/// The body as a collection among the others, with what is known of its picture, or was
/// known `before`.
fn checked(
    rows: &mut vec::IntoIter<Rows>,
    body: CollectionBody,
    id: CollectionId,
    before: &[Image],
) -> Result<Collection, Problem> {
    let currencies = settings::read(rows.next().unwrap_or_default())?.currencies;
    let tree = store::read_tree(rows.next().unwrap_or_default())?;
    let known: Vec<Known> = rows.next().unwrap_or_default().decode()?;
    let mut collection = check(body, id, &tree, &currencies).map_err(Problem::invalid)?;
    if let Some(image) = &mut collection.image
        && !pictures::sized(image, &known, before)
    {
        return Err(Problem::invalid_field("/image", pictures::NOT_THERE));
    }
    Ok(collection)
}
