//! Customer groups over HTTP. Who is in one is in [`super::members`].

use axum::extract::State;
use axum::response::{IntoResponse, NoContent};
use http::StatusCode;

use super::body::{GroupBody, GroupPatch};
use super::error::{of_deletion, of_group};
use super::store;
use super::views::{CustomerGroup, CustomerGroupList};
use crate::app::App;
use crate::auth::{Staff, StaffWrite};
use crate::idempotency::Answer;
use crate::ids::CustomerGroupId;
use crate::problem::Problem;
use crate::wire::conditional::{IfMatch, tagged};
use crate::wire::extract::{IdempotencyKey, Json, Path, Query};
use crate::wire::listed::Part;
use crate::wire::page::PageQuery;
use crate::wire::respond::{self, JsonText};

const CREATED: u16 = 201;
/// The name of the list in its cursors.
const LIST: &str = "admin/customer-groups";

/// Customer groups, by title.
pub async fn list_customer_groups(
    State(app): State<App>,
    _: Staff,
    Query(query): Query<PageQuery>,
) -> Result<JsonText<CustomerGroupList>, Problem> {
    let part = Part::asked(LIST, &query)?;
    let [page, count] = store::groups(part.params());
    Ok(JsonText::new(StatusCode::OK, part.read(&app, page, Some(count)).await?))
}

/// Adds a customer group, with nobody in it.
pub async fn create_customer_group(
    State(app): State<App>,
    staff: StaffWrite,
    IdempotencyKey(key): IdempotencyKey,
    body: Json<GroupBody>,
) -> Result<JsonText<CustomerGroup, CREATED>, Problem> {
    let request = staff.keyed(key, "POST /v1/admin/customer-groups", &body.bytes);
    if let Some(first) = staff.begin(&app, request.as_ref(), Vec::new()).await?.first {
        return Ok(first.into());
    }
    let now = app.clock.now();
    let new = CustomerGroup {
        id: CustomerGroupId::new(now, &*app.entropy),
        title: String::new(),
        members: 0,
        price_lists: Vec::new(),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let new = body.value.over(new)?;
    let answer = Answer::new(StatusCode::CREATED, &new)?;
    let (response, _) = staff.commit(&app, request.as_ref(), store::insert_group(&new), answer, &of_group).await?;
    Ok(tagged(response, new.version).into())
}

/// A customer group.
pub async fn get_customer_group(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<CustomerGroupId>,
) -> Result<JsonText<CustomerGroup>, Problem> {
    let group: CustomerGroup = found(store::found(app.database.run(store::group(id)).await?)?)?;
    let version = group.version;
    Ok(tagged(respond::Json(group).into_response(), version).into())
}

/// Changes a customer group.
pub async fn update_customer_group(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<CustomerGroupId>,
    condition: IfMatch,
    patch: Json<GroupPatch>,
) -> Result<JsonText<CustomerGroup>, Problem> {
    let before = read(&app, &staff, id).await?;
    condition.check(before.version)?;
    let version = before.version.saturating_add(1);
    let after = CustomerGroup { version, updated_at: app.clock.now(), ..before.clone() };
    let after = patch.value.whole(&before).over(after)?;
    let answer = Answer::new(StatusCode::OK, &after)?;
    let (response, _) = staff.commit(&app, None, store::update_group(&before, &after), answer, &of_group).await?;
    Ok(tagged(response, version).into())
}

/// Deletes a customer group that no price list is for. Whoever is in it stays a customer.
pub async fn delete_customer_group(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<CustomerGroupId>,
    condition: IfMatch,
) -> Result<NoContent, Problem> {
    let before = read(&app, &staff, id).await?;
    condition.check(before.version)?;
    let answer = Answer::new(StatusCode::NO_CONTENT, &())?;
    staff.commit(&app, None, store::delete_group(&before), answer, &of_deletion).await?;
    Ok(NoContent)
}

async fn read(app: &App, staff: &StaffWrite, id: CustomerGroupId) -> Result<CustomerGroup, Problem> {
    let mut begun = staff.begin(app, None, vec![store::group(id)]).await?;
    found(store::found(begun.rows.next().unwrap_or_default())?)
}

/// The one that was asked for.
pub(super) fn found<T>(mut found: Vec<T>) -> Result<T, Problem> {
    found.pop().ok_or_else(Problem::not_found)
}
