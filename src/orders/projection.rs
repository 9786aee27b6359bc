//! The orders as lists show them: a projection in the database, written from
//! the event queue and rebuildable from the objects.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::view::{PaymentStatus, Projection, Status};
use crate::app::App;
use crate::auth::{SignedIn, Staff};
use crate::email::part_of_address;
use crate::ids::{AccountId, OrderId};
use crate::money::{Currency, Money};
use crate::ports::{Rows, Statement, Timestamp, Value};
use crate::problem::Problem;
use crate::text::is_absent;
use crate::wire::extract::Query;
use crate::wire::page::{self, CursorParameter, LimitParameter};

/// Writes down how orders stand. Twice or out of order is the same as once: a
/// row only gives way to a newer version.
pub(super) async fn write(app: &App, orders: &[Projection]) -> Result<(), Problem> {
    if !orders.is_empty() {
        app.database.batch(vec![upsert(orders)]).await?;
    }
    Ok(())
}

/// One statement for a whole delivery: each costs the database far more than
/// a row.
fn upsert(orders: &[Projection]) -> Statement {
    let rows: Vec<_> = orders
        .iter()
        .map(|order| {
            json!([
                order.id,
                order.version,
                order.number,
                order.account_id,
                order.email,
                order.status,
                order.payment_status,
                order.total.currency,
                order.total.amount,
                order.pieces,
                order.placed_at.millis(),
                order.updated_at.millis(),
            ])
        })
        .collect();
    Statement::new(
        "INSERT INTO orders (id, version, number, account_id, email, status, payment_status, currency, total, pieces, placed_at, updated_at)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
                value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11
         FROM json_each(?1) WHERE true
         ON CONFLICT (id) DO UPDATE SET
           version = excluded.version, account_id = excluded.account_id, email = excluded.email,
           status = excluded.status, payment_status = excluded.payment_status, total = excluded.total,
           pieces = excluded.pieces, placed_at = excluded.placed_at, updated_at = excluded.updated_at
         WHERE excluded.version > orders.version",
        [serde_json::Value::from(rows).to_string().into()],
    )
}

/// An enum's name on the wire, as a bound value.
fn word(value: impl Serialize) -> Value {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).into()
}

/// The longest text that is looked for, in characters: no address is longer.
const MAX_SOUGHT: usize = 255;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderFilter {
    #[serde(default)]
    status: Option<Status>,
    /// Part of an e-mail address, or an order's id or number.
    #[serde(default)]
    #[schemars(length(max = MAX_SOUGHT))]
    q: Option<String>,
    /// Placed at this time or later.
    #[serde(default)]
    from: Option<Timestamp>,
    /// Placed before this time.
    #[serde(default)]
    to: Option<Timestamp>,
    /// The most orders of one page.
    #[schemars(with = "Option<LimitParameter>")]
    limit: Option<String>,
    /// The `next_cursor` of the page before.
    #[schemars(with = "Option<CursorParameter>")]
    cursor: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// The most orders of one page.
    #[schemars(with = "Option<LimitParameter>")]
    limit: Option<String>,
    /// The `next_cursor` of the page before.
    #[schemars(with = "Option<CursorParameter>")]
    cursor: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderSummary {
    id: OrderId,
    number: String,
    status: Status,
    payment_status: PaymentStatus,
    account_id: Option<AccountId>,
    email: String,
    total: Money,
    pieces: i64,
    placed_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderList {
    items: Vec<OrderSummary>,
    next_cursor: Option<String>,
    total: i64,
}

#[derive(Deserialize)]
struct Row {
    id: OrderId,
    number: String,
    status: Status,
    payment_status: PaymentStatus,
    account_id: Option<AccountId>,
    email: String,
    currency: Currency,
    total: i64,
    pieces: i64,
    placed_at: i64,
    updated_at: i64,
}

/// The name of these lists in their cursors.
const LIST: &str = "orders";

#[derive(Deserialize)]
struct Count {
    total: i64,
}

/// The shop's orders, the newest first. May lag a second behind the orders.
pub async fn list_orders(
    State(app): State<App>,
    _: Staff,
    Query(filter): Query<OrderFilter>,
) -> Result<Json<OrderList>, Problem> {
    list(&app, filter, None).await
}

/// The signed-in customer's orders, the newest first.
pub async fn list_my_orders(
    State(app): State<App>,
    who: SignedIn,
    Query(page): Query<Page>,
) -> Result<Json<OrderList>, Problem> {
    let filter = OrderFilter { status: None, q: None, from: None, to: None, limit: page.limit, cursor: page.cursor };
    list(&app, filter, Some(who.id)).await
}

async fn list(app: &App, filter: OrderFilter, account: Option<AccountId>) -> Result<Json<OrderList>, Problem> {
    let limit = page::limit(filter.limit.as_deref())?;
    if filter.q.as_ref().is_some_and(|q| q.chars().count() > MAX_SOUGHT) {
        return Err(Problem::invalid_field("q", format!("must have at most {MAX_SOUGHT} characters")));
    }
    let after = match &filter.cursor {
        Some(cursor) => Some(open_cursor(cursor).ok_or_else(|| {
            Problem::invalid_field("cursor", "not a cursor of this list; leave it out to begin at the front")
        })?),
        None => None,
    };
    let conditions: Vec<Value> = vec![
        account.map(|id| id.to_string()).into(),
        filter.status.map_or(Value::Null, word),
        filter.q.filter(|q| !is_absent(q)).map(|q| part_of_address(&q)).into(),
        filter.from.map(Timestamp::millis).into(),
        filter.to.map(Timestamp::millis).into(),
    ];
    let mut page = conditions.clone();
    page.push(after.as_ref().map(|(at, _)| *at).into());
    page.push(after.map(|(_, id)| id.to_string()).into());
    page.push(u32::try_from(limit.saturating_add(1)).unwrap_or(u32::MAX).into());
    let batch = vec![
        Statement::new(
            "SELECT id, number, status, payment_status, account_id, email, currency, total, pieces, placed_at, updated_at
             FROM orders
             WHERE (?1 IS NULL OR account_id = ?1)
               AND (?2 IS NULL OR status = ?2)
               AND (?3 IS NULL OR instr(lower(email), ?3) > 0 OR lower(number) = ?3 OR lower(id) = ?3)
               AND (?4 IS NULL OR placed_at >= ?4)
               AND (?5 IS NULL OR placed_at < ?5)
               AND (?6 IS NULL OR (placed_at, id) < (?6, ?7))
             ORDER BY placed_at DESC, id DESC LIMIT ?8",
            page,
        ),
        Statement::new(
            "SELECT count(*) AS total FROM orders
             WHERE (?1 IS NULL OR account_id = ?1)
               AND (?2 IS NULL OR status = ?2)
               AND (?3 IS NULL OR instr(lower(email), ?3) > 0 OR lower(number) = ?3 OR lower(id) = ?3)
               AND (?4 IS NULL OR placed_at >= ?4)
               AND (?5 IS NULL OR placed_at < ?5)",
            conditions,
        ),
    ];
    let mut answers = app.database.batch(batch).await?.into_iter();
    let mut next = || -> Rows { answers.next().unwrap_or_default() };
    let mut rows: Vec<Row> = next().decode()?;
    let total = next().first::<Count>()?.map_or(0, |count| count.total);
    let next_cursor =
        page::cut(&mut rows, limit).map(|row| page::seal(LIST, "", &[&row.placed_at.to_string(), &row.id.to_string()]));
    Ok(Json(OrderList { items: rows.into_iter().map(summary).collect(), next_cursor, total }))
}

fn summary(row: Row) -> OrderSummary {
    OrderSummary {
        id: row.id,
        number: row.number,
        status: row.status,
        payment_status: row.payment_status,
        account_id: row.account_id,
        email: row.email,
        total: Money { amount: row.total, currency: row.currency },
        pieces: row.pieces,
        placed_at: Timestamp::from_millis(row.placed_at),
        updated_at: Timestamp::from_millis(row.updated_at),
    }
}

fn open_cursor(text: &str) -> Option<(i64, OrderId)> {
    let payload = page::open(text, LIST, "")?;
    let (at, id) = payload.split_once('\n')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}
