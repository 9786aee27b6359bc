//! Customers as staff know them: whoever has placed an order or registered, by
//! their mailbox.

use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

use super::filter::{After, MAX_SOUGHT, Sort};
use super::handlers::{OrderList, read};
use super::sought::Sought;
use super::store::{self, Buyer};
use crate::app::App;
use crate::auth::Staff;
use crate::email::EmailAddress;
use crate::ids::{AccountId, OrderId};
use crate::money::Money;
use crate::ports::{Statement, Timestamp};
use crate::price_lists::views::GroupName;
use crate::problem::Problem;
use crate::time;
use crate::wire::extract::{Path, Query};
use crate::wire::listed::{self, Part};
use crate::wire::page::{self, PageQuery};
use crate::wire::respond::{Json, JsonText};

/// The name of the list in its cursors.
const LIST: &str = "customers";

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerFilter {
    /// Part of what an order of theirs is found by: a mail address, name, telephone number, an order's number, an SKU; of
    /// an account, of its mail address or name. Of less than three characters: how a mail address begins.
    #[schemars(length(max = MAX_SOUGHT))]
    q: Option<String>,
    /// The most customers of one page.
    #[schemars(with = "Option<page::LimitParameter>")]
    limit: Option<String>,
    /// The `next_cursor` of the page before.
    #[schemars(with = "Option<page::CursorParameter>")]
    cursor: Option<String>,
}

/// Customers, whoever ordered or registered last comes first.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the database lays it out")]
pub struct CustomerList {
    items: Vec<Customer>,
    next_cursor: Option<String>,
}

/// Whoever orders by one mailbox. May lag a second behind their orders.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the database lays it out")]
pub struct Customer {
    email: EmailAddress,
    /// As their last order says, else their account.
    name: Option<String>,
    phone: Option<String>,
    city: Option<String>,
    /// The country that their last order went to.
    country: Option<String>,
    account_id: Option<AccountId>,
    registered_at: Option<Timestamp>,
    /// How many orders they have placed, also those that were cancelled.
    orders: i64,
    /// What those orders came to that are confirmed or fulfilled, whatever was given back since; of each currency.
    spent: Vec<Money>,
    last_order_id: Option<OrderId>,
    last_order_at: Option<Timestamp>,
    /// The customer groups that their account is in.
    groups: Vec<GroupName>,
}

/// A row `customer` of `email`, `at` and `id` (of the newest order, else of the
/// account), as an item and its place.
macro_rules! customers_of {
    ($rows:expr) => {
        concat!(
            $rows,
            " SELECT json_object('email', customer.email, 'name', coalesce(newest.name, accounts.name),
                'phone', newest.phone, 'city', newest.city, 'country', newest.country,
                'account_id', accounts.id, 'registered_at', ",
            time!("accounts.created_at"),
            ", 'orders', (SELECT count(*) FROM orders WHERE email = customer.email),
               'spent', json((SELECT json_group_array(json_object('amount', total, 'currency', currency)) FROM (
                  SELECT currency, sum(total) AS total FROM orders
                  WHERE email = customer.email AND status IN ('confirmed', 'fulfilled') GROUP BY currency))),
               'last_order_id', newest.id, 'last_order_at', ",
            time!("newest.placed_at"),
            ", 'groups', json((SELECT json_group_array(json(named)) FROM (
                  SELECT json_object('id', customer_groups.id, 'title', customer_groups.title) AS named
                  FROM customer_group_members JOIN customer_groups ON customer_groups.id = group_id
                  WHERE account_id = accounts.id ORDER BY customer_groups.name)))) AS item, customer.at AS key, customer.id AS id
             FROM customer LEFT JOIN orders AS newest ON newest.id = customer.id
             LEFT JOIN accounts ON accounts.email = customer.email
             ORDER BY customer.at DESC, customer.id DESC LIMIT ?3"
        )
    };
}

/// The buyers of these orders, behind a place (?1, ?2), so many of them. An order
/// stands for its buyer if it is the newest of that mailbox.
macro_rules! buyers {
    ($orders:literal, $most:literal) => {
        concat!(
            "SELECT * FROM (SELECT orders.email, placed_at AS at, orders.id FROM ",
            $orders,
            " AND (?1 IS NULL OR (placed_at, orders.id) < (?1, ?2)) AND NOT EXISTS (
               SELECT 1 FROM orders AS later WHERE later.email = orders.email
                 AND (later.placed_at, later.id) > (orders.placed_at, orders.id))
             ORDER BY placed_at DESC, orders.id DESC LIMIT ",
            $most,
            ")"
        )
    };
}

/// These buyers and the customers of these accounts, behind that place.
macro_rules! customers {
    ($named:expr, $buyers:expr, $accounts:literal) => {
        customers_of!(concat!(
            $named,
            " buyer AS (",
            $buyers,
            "), registered AS (
               SELECT email, created_at AS at, id FROM accounts WHERE role = 'customer' AND ",
            $accounts,
            " AND (?1 IS NULL OR (created_at, id) < (?1, ?2))
                 AND NOT EXISTS (SELECT 1 FROM orders WHERE email = accounts.email)
               ORDER BY created_at DESC, id DESC LIMIT ?3),
             customer AS (SELECT * FROM buyer UNION ALL SELECT * FROM registered)"
        ))
    };
}

/// Walks along the orders, the newest first.
const ALL: &str = customers!("WITH", buyers!("orders INDEXED BY orders_listed WHERE ?4 IS NULL", "?3"), "?4 IS NULL");

/// Of the orders that the index finds, the newest 2,000 at most.
const FOUND: &str = customers!(
    "WITH named AS MATERIALIZED (
       SELECT DISTINCT email FROM orders WHERE seq IN (
         SELECT rowid FROM orders_search WHERE orders_search MATCH ?5 ORDER BY rowid DESC LIMIT 2000)),",
    buyers!("named CROSS JOIN orders ON orders.email = named.email WHERE true", "?3"),
    "(instr(email, ?4) OR instr(lower(name), ?4))"
);

/// Whoever has placed this order.
const OF_ORDER: &str = customers!(
    "WITH",
    buyers!("orders WHERE orders.email = (SELECT email FROM orders WHERE id = ?4)", "?3"),
    "email = (SELECT email FROM orders WHERE id = ?4)"
);

/// By the first letters of a mailbox: what is too short for the index. Where few
/// orders are of such (2,000), those are looked at; else the orders are walked along.
const BEGINNING: &str = customers!(
    "WITH few (yes) AS MATERIALIZED (
       SELECT count(*) <= 2000 FROM (
         SELECT 1 FROM orders WHERE email >= ?4 AND email < ?4 || char(1114111) LIMIT 2001)),",
    concat!(
        buyers!(
            "orders INDEXED BY orders_by_email WHERE orders.email >= ?4 AND orders.email < ?4 || char(1114111)",
            "iif((SELECT yes FROM few), ?3, 0)"
        ),
        " UNION ALL ",
        buyers!(
            "orders INDEXED BY orders_listed WHERE orders.email >= ?4 AND orders.email < ?4 || char(1114111)",
            "iif((SELECT yes FROM few), 0, ?3)"
        )
    ),
    "email >= ?4 AND email < ?4 || char(1114111)"
);

/// Whoever has placed an order or registered; who did so last comes first.
pub async fn list_customers(
    State(app): State<App>,
    _: Staff,
    Query(filter): Query<CustomerFilter>,
) -> Result<JsonText<CustomerList>, Problem> {
    let part = Part::of(LIST, filter.limit.as_deref(), filter.cursor.as_deref())?;
    let q = filter.q.unwrap_or_default();
    if q.chars().count() > MAX_SOUGHT {
        return Err(Problem::invalid_field("q", format!("must have at most {MAX_SOUGHT} characters")));
    }
    let sought = Sought::of(&q);
    let expression = sought.expression();
    let [part_of, ..] = sought.parts;
    let sql = match (&sought.id, &part_of, &expression) {
        (Some(_), ..) => OF_ORDER,
        (None, None, _) => ALL,
        (None, Some(_), Some(_)) => FOUND,
        (None, Some(_), None) => BEGINNING,
    };
    let mut params = part.params().to_vec();
    params.push(sought.id.map(|id| id.to_string()).or(part_of).into());
    params.extend(expression.map(Into::into));
    Ok(JsonText::new(StatusCode::OK, part.read(&app, Statement::new(sql, params), None).await?))
}

/// A customer, by the mailbox that they order by.
pub async fn get_customer(
    State(app): State<App>,
    _: Staff,
    Path(email): Path<EmailAddress>,
) -> Result<JsonText<Customer>, Problem> {
    let one = Statement::new(
        customers_of!(
            "WITH customer AS (
               SELECT ?1 AS email, 0 AS at, coalesce(
                 (SELECT id FROM orders WHERE email = ?1 ORDER BY placed_at DESC, id DESC LIMIT 1),
                 (SELECT id FROM accounts WHERE email = ?1 AND role = ?2)) AS id
               WHERE id IS NOT NULL)"
        ),
        [email.as_str().into(), "customer".into(), 1_i64.into()],
    );
    Ok(JsonText::new(StatusCode::OK, listed::one(&app, one).await?))
}

/// A customer's orders, the newest first, whether they were signed in or not.
pub async fn list_customer_orders(
    State(app): State<App>,
    _: Staff,
    Path(email): Path<EmailAddress>,
    Query(query): Query<PageQuery>,
) -> Result<Json<OrderList>, Problem> {
    let limit = page::limit(query.limit.as_deref())?;
    let after = query.cursor.as_deref().map(|text| After::open(text, Sort::Newest)).transpose()?;
    let after = after.and_then(|after| Some((after.key, after.id?)));
    let batch = store::page_of(Buyer::Mailbox(&email), after, limit.saturating_add(1));
    read(&app, batch, limit, Sort::Newest, true).await
}
