//! The order's page: how it stands, and another try where the payment failed.

use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use http::header;
use serde::Deserialize;

use super::difference::to_pay_now;
use super::order_page::{Choosing, OrderPage};
use super::parts::{shortages, title_of, to_order};
use super::visitor::Visitor;
use super::ways;
use super::words::buying::BuyingWords;
use super::words::checkout::CheckoutWords;
use super::words::order::OrderWords;
use super::words::problems;
use crate::app::App;
use crate::ids::OrderId;
use crate::orders::access::Credentials;
use crate::orders::cart_token::CartToken;
use crate::orders::error::OrderError;
use crate::orders::view::{OrderView, PaymentStatus};
use crate::problem::Problem;
use crate::shelf;
use crate::shelf::snapshot::Snapshot;
use crate::text::Language;
use crate::wire::extract::{Form, Path, Query};

#[derive(Debug, Deserialize)]
pub struct ChosenMethod {
    method: String,
    /// The edit whose difference the page has asked for; zero: the order itself.
    #[serde(default)]
    edit: Option<u32>,
}

/// Whether the buyer has just been refused elsewhere.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Seen {
    declined: String,
}

/// The order as it stands.
pub async fn get_order(
    State(app): State<App>,
    credentials: Credentials,
    visitor: Visitor,
    Path(id): Path<OrderId>,
    Query(Seen { declined }): Query<Seen>,
) -> Result<Response, Problem> {
    let notice = (!declined.is_empty()).then_some(OrderWords::of(visitor.language).not_paid);
    show(&app, &credentials, &visitor, id, Choosing::IfNothingElse, notice).await
}

#[derive(Debug, Deserialize)]
pub struct Opened {
    #[serde(default)]
    token: String,
}

/// The order, by the link in a letter: the browser keeps it from now on, and
/// the secret leaves the address.
pub async fn open_order(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    Query(Opened { token }): Query<Opened>,
) -> Result<Response, Problem> {
    if !CartToken::shown(&token).is_for(&app.keys, id) {
        return Err(Problem::not_found());
    }
    let cookie = AppendHeaders([(header::SET_COOKIE, credentials.remember_order(&app.keys, id))]);
    Ok((cookie, to_order(id)).into_response())
}

/// The order, and other ways to pay while it waits for the bank.
pub async fn get_order_payments(
    State(app): State<App>,
    credentials: Credentials,
    visitor: Visitor,
    Path(id): Path<OrderId>,
) -> Result<Response, Problem> {
    show(&app, &credentials, &visitor, id, Choosing::Now, None).await
}

/// `notice`: told as long as the order waits for its buyer.
async fn show(
    app: &App,
    credentials: &Credentials,
    visitor: &Visitor,
    id: OrderId,
    choosing: Choosing,
    notice: Option<&str>,
) -> Result<Response, Problem> {
    let snapshot = shelf::current(app).await?;
    match credentials.order(app, id)?.order().await? {
        Ok(order) => {
            let order = order.read()?;
            let waits = to_pay_now(&order).payment.status == PaymentStatus::RequiresAction;
            let notice = notice.filter(|_| waits).map(str::to_owned);
            OrderPage::new(app, &snapshot, visitor, &order, choosing, notice).respond()
        }
        // Not placed after all: a cart again, with everything in it.
        Err(OrderError::NotFound) if credentials.kept_cart(&app.keys) == Some(id) => {
            Ok(Redirect::to("/cart").into_response())
        }
        // Staff have made it, and it is not placed yet.
        Err(OrderError::NotFound) if credentials.cart_of(app, id).await?.is_some_and(|cart| cart.draft.is_some()) => {
            Ok(Redirect::to(&format!("/orders/{id}/checkout")).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// Cancels an order that is not paid yet.
pub async fn cancel_order(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
) -> Result<Redirect, Problem> {
    match credentials.order(&app, id)?.cancel().await? {
        // Paid meanwhile, or just being placed: the order's page tells how it stands.
        Ok(_) | Err(OrderError::PaymentInProgress | OrderError::NotCancellable) => Ok(to_order(id)),
        Err(error) => Err(error.into()),
    }
}

/// Tries another payment.
pub async fn create_order_payment(
    State(app): State<App>,
    credentials: Credentials,
    visitor: Visitor,
    Path(id): Path<OrderId>,
    Form(form): Form<ChosenMethod>,
) -> Result<Response, Problem> {
    let language = visitor.language;
    let unknown = || Problem::invalid_field("method", CheckoutWords::of(language).payment_unknown);
    let snapshot = shelf::current(&app).await?;
    let payment = ways::choice(&app, &snapshot.settings.payments, &form.method).ok_or_else(unknown)?;
    let client = credentials.order(&app, id)?;
    let refusal = match client.pay(payment, credentials.slots(&app).await, form.edit).await? {
        // A second click, or too late: the order's page tells how it stands.
        Ok(_) | Err(OrderError::PaymentInProgress | OrderError::NotPayable | OrderError::TooManyAttempts) => {
            return Ok(to_order(id).into_response());
        }
        Err(OrderError::NotFound) => return Err(Problem::not_found()),
        Err(refusal) => refusal,
    };
    let order = client.order().await??.read()?;
    let notice = Some(not_held(language, &snapshot, &refusal, &order));
    let shown = OrderPage::new(&app, &snapshot, &visitor, &order, Choosing::Now, notice);
    shown.respond_with(refusal.into())
}

/// Why another payment was not begun, and what to do about it.
fn not_held(language: Language, snapshot: &Snapshot, refusal: &OrderError, order: &OrderView) -> String {
    match refusal {
        OrderError::OutOfStock { lines } => {
            let shortages = shortages(language, lines, |id| title_of(language, snapshot, &order.lines, id));
            shortages + OrderWords::of(language).try_later
        }
        OrderError::StockUnavailable => BuyingWords::of(language).stock_unavailable.to_owned(),
        refusal => problems::refused(language, refusal),
    }
}
