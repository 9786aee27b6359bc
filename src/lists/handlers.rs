//! Lists of orders over HTTP. They may lag a second behind the orders.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use super::filter::{After, OrderFilter, Sort};
use super::store::{self, Buyer, Listed};
use crate::app::App;
use crate::auth::{SignedIn, Staff};
use crate::ids::{AccountId, OrderId};
use crate::money::Money;
use crate::orders::after::edits::view::OpenEdit;
use crate::orders::after::goods::view::Fulfilled;
use crate::orders::view::{PaymentStatus, Status};
use crate::ports::{Statement, Timestamp};
use crate::problem::Problem;
use crate::wire::extract::Query;
use crate::wire::page::{self, PageQuery};
use crate::wire::respond::Json;

#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderSummary {
    id: OrderId,
    number: String,
    status: Status,
    payment_status: PaymentStatus,
    fulfilment_status: Fulfilled,
    /// What a change of it waits for; absent where none is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    edit_status: Option<OpenEdit>,
    account_id: Option<AccountId>,
    email: String,
    /// Of whoever gets it; of what is not sent, of its buyer.
    name: Option<String>,
    /// Where it goes; of what is not sent, where its buyer lives.
    country: Option<String>,
    total: Money,
    pieces: i64,
    placed_at: Timestamp,
    updated_at: Timestamp,
    /// By which staff sort; in their lists alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<String>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderList {
    items: Vec<OrderSummary>,
    next_cursor: Option<String>,
    /// How many there are in all. `null` where a search or a tag finds more than 2,000, or a search is shorter than three
    /// characters.
    total: Option<i64>,
}

/// The shop's orders, the newest first unless `sort` says otherwise. Filters combine. May lag a second behind the
/// orders.
pub async fn list_orders(
    State(app): State<App>,
    _: Staff,
    Query(query): Query<OrderFilter>,
) -> Result<Json<OrderList>, Problem> {
    let limit = query.limit(page::DEFAULT_LIMIT)?;
    let filter = query.parse(&app).await?;
    let batch = vec![store::page(&filter, limit.saturating_add(1)), store::count(&filter)];
    read(&app, batch, limit, filter.sort, true).await
}

/// The signed-in customer's orders, the newest first.
pub async fn list_my_orders(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<PageQuery>,
) -> Result<Json<OrderList>, Problem> {
    let limit = page::limit(query.limit.as_deref())?;
    let after = query.cursor.as_deref().map(|text| After::open(text, Sort::Newest)).transpose()?;
    let after = after.and_then(|after| Some((after.key, after.id?)));
    let batch = store::page_of(Buyer::Account(who.id), after, limit.saturating_add(1));
    read(&app, batch, limit, Sort::Newest, false).await
}

/// A page, of a statement for its rows and one more, and a statement that counts.
pub(super) async fn read(
    app: &App,
    batch: Vec<Statement>,
    limit: usize,
    sort: Sort,
    for_staff: bool,
) -> Result<Json<OrderList>, Problem> {
    let mut answers = app.database.batch(batch).await?.into_iter();
    let mut rows = store::listed(answers.next().unwrap_or_default())?;
    let total = store::total(answers.next().unwrap_or_default())?;
    let last = page::cut(&mut rows, limit);
    let next_cursor = last.map(|row| After::seal(row.key(sort), row.id, sort));
    let items = rows.into_iter().map(|row| summary(row, for_staff)).collect();
    Ok(Json(OrderList { items, next_cursor, total }))
}

fn summary(row: Listed, for_staff: bool) -> OrderSummary {
    OrderSummary {
        id: row.id,
        number: row.number,
        status: row.status,
        payment_status: row.payment_status,
        fulfilment_status: row.fulfilment_status,
        edit_status: row.edit_status,
        account_id: row.account_id,
        email: row.email,
        name: row.to.name,
        country: row.to.country,
        total: Money { amount: row.total, currency: row.currency },
        pieces: row.pieces,
        placed_at: Timestamp::from_millis(row.placed_at),
        updated_at: Timestamp::from_millis(row.updated_at),
        tags: for_staff.then_some(row.tags),
    }
}
