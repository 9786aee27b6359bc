//! Documents over HTTP: a buyer's own, and all of them for staff.

use axum::extract::State;
use http::StatusCode;

use super::document::Document;
use super::error::is_seller_unknown;
use super::issue;
use super::number::Number;
use super::owed::Filed;
use super::store::{self, Filter};
use super::views::{DocumentFilter, DocumentList, DocumentSummary};
use crate::app::App;
use crate::auth::Staff;
use crate::ids::OrderId;
use crate::json;
use crate::orders::access::Credentials;
use crate::orders::client::OrderClient;
use crate::problem::Problem;
use crate::wire::extract::{Path, Query};
use crate::wire::page;
use crate::wire::respond::{Json, JsonText};

/// The name of the list in its cursors.
const LIST: &str = "documents";

/// The order's invoice and credit notes, for its buyer; none before it is confirmed, or as long as the shop issues none.
pub async fn list_order_documents(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
) -> Result<Json<DocumentList>, Problem> {
    Ok(Json(listed(&of_buyer(&app, &credentials, id).await?)))
}

/// One of the order's documents, as it was issued, for its buyer.
pub async fn get_order_document(
    State(app): State<App>,
    credentials: Credentials,
    Path((id, number)): Path<(OrderId, Number)>,
) -> Result<JsonText<Document>, Problem> {
    let filed = of_buyer(&app, &credentials, id).await?;
    let found = filed.iter().find(|filed| filed.document.number == number).ok_or_else(Problem::not_found)?;
    let text = json::text(&found.document);
    Ok(JsonText::new(StatusCode::OK, text))
}

/// An order's documents as its buyer has them. What the shop has not set up is
/// not the buyer's to mend.
pub async fn of_buyer(app: &App, credentials: &Credentials, id: OrderId) -> Result<Vec<Filed>, Problem> {
    match issue::of_order(app, id, &credentials.order(app, id)?).await {
        Err(problem) if is_seller_unknown(&problem) => Ok(Vec::new()),
        filed => filed,
    }
}

/// The order's invoice and credit notes. What it owes and was not issued yet is issued first.
pub async fn list_documents_of_order(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<OrderId>,
) -> Result<Json<DocumentList>, Problem> {
    Ok(Json(listed(&issue::of_order(&app, id, &OrderClient::of_shop(&app, id)).await?)))
}

fn listed(filed: &[Filed]) -> DocumentList {
    let items = filed.iter().map(|filed| DocumentSummary::of(&filed.document)).collect();
    DocumentList { items, next_cursor: None }
}

/// The shop's invoices and credit notes, the newest first. An order's first is there within two minutes of its being
/// confirmed, or as soon as its own documents are asked for.
pub async fn list_documents(
    State(app): State<App>,
    _: Staff,
    Query(filter): Query<DocumentFilter>,
) -> Result<Json<DocumentList>, Problem> {
    let limit = page::limit(filter.limit.as_deref())?;
    let after = match filter.cursor.as_deref() {
        Some(cursor) => Some(open_cursor(cursor).ok_or_else(|| {
            Problem::invalid_field("cursor", "not a cursor of this list; leave it out to begin at the front")
        })?),
        None => None,
    };
    let filter = Filter { kind: filter.kind, from: filter.from, to: filter.to };
    let rows = app.database.run(store::page(&filter, after, limit.saturating_add(1))).await?;
    let mut items = store::summaries(rows)?;
    let next_cursor = page::cut(&mut items, limit)
        .map(|last| page::seal(LIST, "", &[&last.issued_at.millis().to_string(), &last.number.to_string()]));
    Ok(Json(DocumentList { items, next_cursor }))
}

fn open_cursor(text: &str) -> Option<(i64, Number)> {
    let payload = page::open(text, LIST, "")?;
    let (at, number) = payload.split_once('\n')?;
    Some((at.parse().ok()?, number.parse().ok()?))
}

/// One document, as it was issued.
pub async fn get_document(
    State(app): State<App>,
    _: Staff,
    Path(number): Path<Number>,
) -> Result<JsonText<Document>, Problem> {
    Ok(JsonText::new(StatusCode::OK, text(&app, number).await?))
}

/// A document as it is stored: JSON of a [`Document`].
pub async fn text(app: &App, number: Number) -> Result<String, Problem> {
    let rows = app.database.run(store::by_number(number)).await?;
    store::read_text(rows)?.ok_or_else(Problem::not_found)
}
