//! Price lists over HTTP. What is in one is in [`super::prices`].

use axum::extract::State;
use axum::response::{IntoResponse, NoContent};
use http::StatusCode;

use super::body::{ListBody, ListPatch};
use super::error::of_list;
use super::groups::found;
use super::store;
use super::views::{GroupName, PriceList, PriceListList, Status};
use crate::app::App;
use crate::auth::{Staff, StaffWrite};
use crate::idempotency::Answer;
use crate::ids::PriceListId;
use crate::problem::Problem;
use crate::wire::conditional::{IfMatch, tagged};
use crate::wire::extract::{IdempotencyKey, Json, Path, Query};
use crate::wire::listed::Part;
use crate::wire::page::PageQuery;
use crate::wire::respond::{self, JsonText};

const CREATED: u16 = 201;
/// The name of the list in its cursors.
const LIST: &str = "admin/price-lists";

/// Price lists, by title.
pub async fn list_price_lists(
    State(app): State<App>,
    _: Staff,
    Query(query): Query<PageQuery>,
) -> Result<JsonText<PriceListList>, Problem> {
    let part = Part::asked(LIST, &query)?;
    let [page, count] = store::lists(part.params());
    Ok(JsonText::new(StatusCode::OK, part.read(&app, page, Some(count)).await?))
}

/// Adds a price list, without prices. Members of its groups pay its prices where these are lower than what they would
/// pay otherwise, from the moment on that it is active and its time has come; whoever was in none of them as they
/// signed in sees that within 15 minutes, and is told at the latest as they order.
pub async fn create_price_list(
    State(app): State<App>,
    staff: StaffWrite,
    IdempotencyKey(key): IdempotencyKey,
    body: Json<ListBody>,
) -> Result<JsonText<PriceList, CREATED>, Problem> {
    let request = staff.keyed(key, "POST /v1/admin/price-lists", &body.bytes);
    let mut begun = staff.begin(&app, request.as_ref(), vec![store::group_names()]).await?;
    if let Some(first) = begun.first {
        return Ok(first.into());
    }
    let known: Vec<GroupName> = store::found(begun.rows.next().unwrap_or_default())?;
    let now = app.clock.now();
    let new = PriceList {
        id: PriceListId::new(now, &*app.entropy),
        title: String::new(),
        status: Status::Draft,
        starts_at: None,
        ends_at: None,
        groups: Vec::new(),
        prices: 0,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let new = body.value.over(new, &known)?;
    let answer = Answer::new(StatusCode::CREATED, &new)?;
    let (response, _) = staff.commit(&app, request.as_ref(), store::insert_list(&new), answer, &of_list).await?;
    Ok(tagged(response, new.version).into())
}

/// A price list, without its prices.
pub async fn get_price_list(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<PriceListId>,
) -> Result<JsonText<PriceList>, Problem> {
    let list: PriceList = found(store::found(app.database.run(store::list(id)).await?)?)?;
    let version = list.version;
    Ok(tagged(respond::Json(list).into_response(), version).into())
}

/// Changes a price list. Orders that were placed keep their prices.
pub async fn update_price_list(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<PriceListId>,
    condition: IfMatch,
    patch: Json<ListPatch>,
) -> Result<JsonText<PriceList>, Problem> {
    let mut begun = staff.begin(&app, None, vec![store::list(id), store::group_names()]).await?;
    let before: PriceList = found(store::found(begun.rows.next().unwrap_or_default())?)?;
    let known: Vec<GroupName> = store::found(begun.rows.next().unwrap_or_default())?;
    condition.check(before.version)?;
    let version = before.version.saturating_add(1);
    let after = PriceList { version, updated_at: app.clock.now(), ..before.clone() };
    let after = patch.value.whole(&before).over(after, &known)?;
    let answer = Answer::new(StatusCode::OK, &after)?;
    let (response, _) = staff.commit(&app, None, store::update_list(&before, &after), answer, &of_list).await?;
    Ok(tagged(response, version).into())
}

/// Deletes a price list with its prices. Orders that were placed keep theirs.
pub async fn delete_price_list(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<PriceListId>,
    condition: IfMatch,
) -> Result<NoContent, Problem> {
    let mut begun = staff.begin(&app, None, vec![store::list(id)]).await?;
    let before: PriceList = found(store::found(begun.rows.next().unwrap_or_default())?)?;
    condition.check(before.version)?;
    let answer = Answer::new(StatusCode::NO_CONTENT, &())?;
    staff.commit(&app, None, store::delete_list(&before), answer, &of_list).await?;
    Ok(NoContent)
}
