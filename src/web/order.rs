//! The order's page: how it stands, and another try where the payment failed.
//! In development also the page that stands in for the buyer's bank.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::checkout_page::methods;
use super::form;
use super::parts::{
    Choice, Moment, STOCK_UNAVAILABLE, SummaryLine, Totals, page, page_of_problem, sentence, shortages, summary,
};
use super::standing::{Standing, decline, payment_label, standing};
use crate::address::Address;
use crate::app::App;
use crate::ids::OrderId;
use crate::orders::access::Credentials;
use crate::orders::bodies::{Payment, choice};
use crate::orders::error::OrderError;
use crate::orders::view::{OrderView, PaymentStatus};
use crate::problem::Problem;
use crate::shelf;
use crate::shelf::snapshot::Snapshot;
use crate::wire::extract::{Form, Path};

#[derive(Template)]
#[template(path = "order.html")]
struct OrderPage<'a> {
    shop_name: &'a str,
    id: String,
    number: String,
    status_title: &'static str,
    status_text: &'static str,
    status_class: &'static str,
    pending: bool,
    action_url: Option<String>,
    methods: Vec<Choice>,
    notice: Option<String>,
    payment_label: &'static str,
    /// Until when the goods are kept, and until when it can be paid.
    kept: Option<Moment>,
    payable: Option<Moment>,
    email: &'a str,
    address: Vec<String>,
    lines: Vec<SummaryLine>,
    totals: Totals,
}

#[derive(Template)]
#[template(path = "authenticate.html")]
struct AuthenticatePage<'a> {
    shop_name: &'a str,
    number: String,
    amount: String,
    action_url: String,
}

#[derive(Debug, Deserialize)]
pub struct ChosenMethod {
    method: String,
}

#[derive(Debug, Deserialize)]
pub struct BankAnswer {
    outcome: String,
}

/// The order as it stands.
pub async fn get_order(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
) -> Result<Response, Problem> {
    let snapshot = shelf::current(&app).await?;
    match credentials.order(&app, id)?.order().await? {
        Ok(order) => page(&OrderPage::new(&app, &snapshot, &order.read()?, None)),
        // Not placed after all: a cart again, with everything in it.
        Err(OrderError::NotFound) if credentials.kept_cart(&app.keys) == Some(id) => {
            Ok(Redirect::to("/cart").into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// Tries another payment.
pub async fn create_order_payment(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    Form(form): Form<ChosenMethod>,
) -> Result<Response, Problem> {
    let unknown = || Problem::invalid_field("method", "the shop does not take this way to pay");
    let payment = choice(&app, Payment::test(form::method(&form.method).ok_or_else(unknown)?), "method")?;
    let client = credentials.order(&app, id)?;
    let refusal = match client.pay(payment, credentials.slots(&app).await).await? {
        // A second click, or too late: the order's page tells how it stands.
        Ok(_) | Err(OrderError::PaymentInProgress | OrderError::NotPayable | OrderError::TooManyAttempts) => {
            return Ok(to_order(id).into_response());
        }
        Err(OrderError::NotFound) => return Err(Problem::not_found()),
        Err(refusal) => refusal,
    };
    let (snapshot, order) = (shelf::current(&app).await?, client.order().await??.read()?);
    let shown = OrderPage::new(&app, &snapshot, &order, Some(not_held(&refusal, &order)));
    page_of_problem(&shown, refusal.into())
}

/// Why another payment was not begun, and what to do about it.
fn not_held(refusal: &OrderError, order: &OrderView) -> String {
    match refusal {
        OrderError::OutOfStock { lines } => {
            let shortages = shortages(lines, &order.lines);
            format!("{shortages}Nothing was charged. You can try again later, or order what is left in a new cart.")
        }
        OrderError::StockUnavailable => STOCK_UNAVAILABLE.to_owned(),
        refusal => sentence(&refusal.to_string()),
    }
}

/// The bank's question, where the test provider is on.
pub async fn get_authentication(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
) -> Result<Response, Problem> {
    require_test_provider(&app)?;
    let snapshot = shelf::current(&app).await?;
    let order = credentials.order(&app, id)?.order().await??.read()?;
    if order.payment.status != PaymentStatus::RequiresAction {
        return Ok(to_order(id).into_response());
    }
    page(&AuthenticatePage {
        shop_name: &snapshot.settings.shop_name,
        number: order.number,
        amount: order.totals.total.display(),
        action_url: authentication_url(id),
    })
}

/// The buyer's answer to the bank, where the test provider is on.
pub async fn post_authentication(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    Form(form): Form<BankAnswer>,
) -> Result<Redirect, Problem> {
    require_test_provider(&app)?;
    let approved = match form.outcome.as_str() {
        "approve" => true,
        "decline" => false,
        _ => return Err(Problem::invalid_field("outcome", "approve or decline")),
    };
    credentials.order(&app, id)?.authenticate(approved).await??;
    Ok(to_order(id))
}

fn require_test_provider(app: &App) -> Result<(), Problem> {
    if app.config.test_provider { Ok(()) } else { Err(Problem::not_found()) }
}

fn to_order(id: OrderId) -> Redirect {
    Redirect::to(&format!("/orders/{id}"))
}

fn authentication_url(id: OrderId) -> String {
    format!("/orders/{id}/authenticate")
}

impl<'a> OrderPage<'a> {
    /// `notice`: what came of the buyer's last click, if anything is to be said.
    fn new(app: &App, snapshot: &'a Snapshot, order: &'a OrderView, notice: Option<String>) -> Self {
        let now = app.clock.now();
        let standing = standing(order, now);
        let asks = matches!(standing, Standing::AsksBuyer { .. }) && app.config.test_provider;
        let may_retry = matches!(standing, Standing::Declined { .. });
        let payable = order.payable_until.filter(|until| may_retry && now < *until);
        let declined = may_retry || standing == Standing::Exhausted;
        let why = order.payment.decline_reason.as_deref().filter(|_| declined).map(|why| decline(why).to_owned());
        let (status_class, status_title, status_text) = standing.words();
        Self {
            shop_name: &snapshot.settings.shop_name,
            id: order.id.to_string(),
            number: order.number.clone(),
            status_title,
            status_text,
            status_class,
            pending: matches!(standing, Standing::Pending { .. } | Standing::Securing),
            action_url: asks.then(|| authentication_url(order.id)),
            methods: if payable.is_some() { methods(app, "") } else { Vec::new() },
            notice: notice.or(why),
            kept: order.held_until.and_then(|until| Moment::until(until, now)),
            payable: payable.and_then(|until| Moment::until(until, now)),
            payment_label: payment_label(order.payment.status),
            email: order.email.as_ref().map_or("", |email| email.as_str()),
            address: order.shipping_address.as_ref().map(Address::lines).unwrap_or_default(),
            lines: summary(&order.lines, snapshot),
            totals: Totals::new(&order.totals, order.shipping_option.is_some()),
        }
    }
}
