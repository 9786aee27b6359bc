//! The order's page: how it stands, and another try where the payment failed.

use askama::Template;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use http::header;
use serde::Deserialize;

use super::bank::authentication_url;
use super::checkout_page::methods;
use super::form;
use super::parts::{
    Choice, Moment, STOCK_UNAVAILABLE, SummaryLine, Totals, page, page_of_problem, sentence, shortages, summary,
    to_order,
};
use super::standing::{Standing, payment_label, standing};
use crate::address::Address;
use crate::app::App;
use crate::ids::OrderId;
use crate::messages::order::decline;
use crate::orders::access::Credentials;
use crate::orders::cart_token::CartToken;
use crate::orders::error::OrderError;
use crate::orders::order::LineId;
use crate::orders::view::{OrderView, Status};
use crate::payments::PaymentChoice;
use crate::problem::Problem;
use crate::shelf;
use crate::shelf::snapshot::Snapshot;
use crate::text::Language;
use crate::wire::extract::{Form, Path, Query};

#[derive(Template)]
#[template(path = "order.html")]
struct OrderPage<'a> {
    shop_name: &'a str,
    id: String,
    number: String,
    status_title: &'static str,
    status_text: &'static str,
    status_class: &'static str,
    /// Whether the page looks again by itself: never where there is a choice to make.
    pending: bool,
    action_url: Option<String>,
    methods: Vec<Choice>,
    /// Where there are other ways to pay, if not on this page.
    methods_url: Option<String>,
    /// From the other ways to pay back to waiting.
    wait_url: Option<String>,
    /// Whether an attempt is called off by choosing another.
    switches: bool,
    can_cancel: bool,
    can_order_again: bool,
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

#[derive(Debug, Deserialize)]
pub struct ChosenMethod {
    method: String,
}

/// Whether the page is to show the other ways to pay where it would look again
/// by itself otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Choosing {
    IfNothingElse,
    Now,
}

fn line_title(order: &OrderView, id: LineId) -> &str {
    order.lines.iter().find(|line| line.id == id).map_or("One product", |line| &line.title)
}

/// The order as it stands.
pub async fn get_order(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
) -> Result<Response, Problem> {
    show(&app, &credentials, id, Choosing::IfNothingElse).await
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
    Path(id): Path<OrderId>,
) -> Result<Response, Problem> {
    show(&app, &credentials, id, Choosing::Now).await
}

async fn show(app: &App, credentials: &Credentials, id: OrderId, choosing: Choosing) -> Result<Response, Problem> {
    let snapshot = shelf::current(app).await?;
    match credentials.order(app, id)?.order().await? {
        Ok(order) => page(&OrderPage::new(app, &snapshot, &order.read()?, choosing, None)),
        // Not placed after all: a cart again, with everything in it.
        Err(OrderError::NotFound) if credentials.kept_cart(&app.keys) == Some(id) => {
            Ok(Redirect::to("/cart").into_response())
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
    Path(id): Path<OrderId>,
    Form(form): Form<ChosenMethod>,
) -> Result<Response, Problem> {
    let unknown = || Problem::invalid_field("method", "the shop does not take this way to pay");
    let method = form::method(&form.method).filter(|_| app.config.test_provider).ok_or_else(unknown)?;
    let payment = PaymentChoice::test(method);
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
    let shown = OrderPage::new(&app, &snapshot, &order, Choosing::Now, Some(not_held(&refusal, &order)));
    page_of_problem(&shown, refusal.into())
}

/// Why another payment was not begun, and what to do about it.
fn not_held(refusal: &OrderError, order: &OrderView) -> String {
    match refusal {
        OrderError::OutOfStock { lines } => {
            let shortages = shortages(lines, |id| line_title(order, id));
            format!("{shortages}Nothing was charged. You can try again later, or order what is left in a new cart.")
        }
        OrderError::StockUnavailable => STOCK_UNAVAILABLE.to_owned(),
        refusal => sentence(&refusal.to_string()),
    }
}

impl<'a> OrderPage<'a> {
    /// `notice`: what came of the buyer's last click, if anything is to be said.
    fn new(
        app: &App,
        snapshot: &'a Snapshot,
        order: &'a OrderView,
        choosing: Choosing,
        notice: Option<String>,
    ) -> Self {
        let now = app.clock.now();
        let standing = standing(order, now);
        let asks = matches!(standing, Standing::AsksBuyer { .. });
        let open = asks || matches!(standing, Standing::Pending { .. });
        let may_retry = matches!(standing, Standing::Declined { .. });
        let payable = order.payable_until.filter(|until| (open || may_retry) && now < *until);
        let waits = matches!(standing, Standing::Pending { .. } | Standing::Switching | Standing::Securing);
        let here = !waits || choosing == Choosing::Now;
        let mut methods = if payable.is_some() { methods(app, "") } else { Vec::new() };
        if open {
            // The same way once more would not be another one.
            let current = order.payment.method.as_ref().map_or("", |method| method.as_str());
            methods.retain(|method| method.id != current);
            // The one that was chosen for the buyer may be gone.
            methods.iter_mut().take(1).for_each(|method| method.selected = true);
        }
        let exhausted = standing == Standing::Exhausted;
        let declined = may_retry || exhausted;
        let why = order
            .payment
            .decline_reason
            .as_deref()
            .filter(|_| declined)
            .map(|why| decline(Language::En, why).to_owned());
        let (status_class, status_title, status_text) = standing.words();
        Self {
            shop_name: &snapshot.settings.shop_name,
            id: order.id.to_string(),
            number: order.number.clone(),
            status_title,
            status_text,
            status_class,
            pending: waits && (methods.is_empty() || !here),
            action_url: (asks && app.config.test_provider).then(|| authentication_url(order.id)),
            methods_url: (!here && !methods.is_empty()).then(|| format!("/orders/{}/payments", order.id)),
            wait_url: (waits && here && !methods.is_empty()).then(|| format!("/orders/{}", order.id)),
            methods: if here { methods } else { Vec::new() },
            switches: open,
            can_cancel: open || declined || standing == Standing::Switching,
            can_order_again: order.status == Status::Cancelled || exhausted,
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
