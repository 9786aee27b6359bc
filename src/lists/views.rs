//! Views that a member of staff saved: a page's filters by a name. A view is the
//! query of the page's address, so a page needs nothing else to show it. Each
//! member of staff has views of their own.

use axum::extract::State;
use axum::response::NoContent;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::App;
use crate::audit::{Entry, Kind};
use crate::auth::{Staff, StaffChange, StaffWrite};
use crate::idempotency::Answer;
use crate::ids::AccountId;
use crate::ports::Statement;
use crate::problem::Problem;
use crate::text::Line;
use crate::wire::extract::{Json, Path, Query};
use crate::wire::respond::{self, JsonText};

crate::codes! {
    /// A member of staff has as many saved views as there may be.
    TOO_MANY_VIEWS = CONFLICT "too_many_views";
}

/// The most views of one member of staff.
const MAX_VIEWS: usize = 100;

/// A page of the console, such as `orders`.
type Page = Line<32>;
type Name = Line<64>;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewFilter {
    /// Those of this page.
    #[serde(default)]
    page: Option<Page>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SavedView {
    page: String,
    name: String,
    /// What follows the `?` of the page's address.
    query: String,
}

/// By their pages and names.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SavedViews {
    items: Vec<SavedView>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a view")]
pub struct ViewBody {
    /// What follows the `?` of the page's address.
    query: Line<2000>,
}

/// A member of staff's views, for [`crate::ports::Rows::decode`].
fn views(of: AccountId, page: Option<&str>) -> Statement {
    Statement::new(
        "SELECT page, name, query FROM saved_views WHERE account_id = ?1 AND (?2 IS NULL OR page = ?2)
         ORDER BY page, name",
        [of.to_string().into(), page.into()],
    )
}

fn put(of: AccountId, view: &SavedView) -> Statement {
    Statement::new(
        "INSERT INTO saved_views (account_id, page, name, query) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (account_id, page, name) DO UPDATE SET query = excluded.query",
        [of.to_string().into(), view.page.as_str().into(), view.name.as_str().into(), view.query.as_str().into()],
    )
}

fn delete(of: AccountId, page: &str, name: &str) -> Statement {
    Statement::new(
        "DELETE FROM saved_views WHERE account_id = ?1 AND page = ?2 AND name = ?3 RETURNING name",
        [of.to_string().into(), page.into(), name.into()],
    )
}

fn find<'a>(views: &'a [SavedView], page: &str, name: &str) -> Option<&'a SavedView> {
    views.iter().find(|view| view.page == page && view.name == name)
}

/// What is written down of it for good: not its query, in which a buyer's address may be.
fn told(view: &SavedView) -> Value {
    json!({ "page": view.page, "name": view.name })
}

/// The views that the caller has saved, at most 100.
pub async fn list_views(
    State(app): State<App>,
    Staff(who): Staff,
    Query(filter): Query<ViewFilter>,
) -> Result<respond::Json<SavedViews>, Problem> {
    let page = filter.page.as_ref().map(Page::as_str);
    let rows = app.database.run(views(who.id, page)).await?;
    Ok(respond::Json(SavedViews { items: rows.decode()? }))
}

/// Saves a view of the caller's, or what it is from now on.
pub async fn put_view(
    State(app): State<App>,
    staff: StaffWrite,
    Path((page, name)): Path<(Page, Name)>,
    body: Json<ViewBody>,
) -> Result<JsonText<SavedView>, Problem> {
    let account = staff.confirm(&app).await?.account();
    let rows = app.database.run(views(account, None)).await?;
    let before: Vec<SavedView> = rows.decode()?;
    let view = SavedView { page: page.into(), name: name.into(), query: body.query.as_str().to_owned() };
    let known = find(&before, &view.page, &view.name);
    let is_new = known.is_none();
    if is_new && before.len() >= MAX_VIEWS {
        return Err(Problem::new(TOO_MANY_VIEWS, format!("there are at most {MAX_VIEWS} views; delete one first")));
    }
    let thing = format!("{}/{}", view.page, view.name);
    let entry = match known {
        None => Entry::created(Kind::View, &thing, &view.name),
        Some(known) => Entry::changed(Kind::View, &thing, &view.name, &told(known), &told(&view)),
    };
    let change = StaffChange::new(entry, vec![put(account, &view)]);
    let (response, _) = staff.commit(&app, None, change, Answer::new(StatusCode::OK, &view)?, &|_| None).await?;
    Ok(response.into())
}

/// Deletes a view of the caller's.
pub async fn delete_view(
    State(app): State<App>,
    staff: StaffWrite,
    Path((page, name)): Path<(Page, Name)>,
) -> Result<NoContent, Problem> {
    let account = staff.confirm(&app).await?.account();
    let rows = app.database.run(views(account, None)).await?;
    let views: Vec<SavedView> = rows.decode()?;
    let before = find(&views, page.as_str(), name.as_str()).ok_or_else(Problem::not_found)?;
    let thing = format!("{}/{}", before.page, before.name);
    let entry = Entry::deleted(Kind::View, &thing, &before.name, &told(before));
    let change = StaffChange::new(entry, vec![delete(account, page.as_str(), name.as_str())]);
    let (_, rows) = staff.commit(&app, None, change, Answer::new(StatusCode::NO_CONTENT, &())?, &|_| None).await?;
    let there = rows.first().is_some_and(|deleted| !deleted.is_empty());
    if there { Ok(NoContent) } else { Err(Problem::not_found()) }
}
