//! The page that stands in for the buyer's bank, where the test provider is on.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::difference::to_pay_now;
use super::frame::Frame;
use super::parts::{page, to_order};
use super::visitor::Visitor;
use super::words::order::OrderWords;
use crate::app::App;
use crate::ids::OrderId;
use crate::orders::access::Credentials;
use crate::orders::view::PaymentStatus;
use crate::problem::Problem;
use crate::shelf;
use crate::wire::extract::{Form, Path};

#[derive(Template)]
#[template(path = "authenticate.html")]
struct AuthenticatePage<'a> {
    frame: Frame<'a>,
    w: &'static OrderWords,
    number: String,
    amount: String,
    action_url: String,
}

#[derive(Debug, Deserialize)]
pub struct BankAnswer {
    outcome: String,
}

/// The bank's question, where the test provider is on.
pub async fn get_authentication(
    State(app): State<App>,
    credentials: Credentials,
    visitor: Visitor,
    Path(id): Path<OrderId>,
) -> Result<Response, Problem> {
    require_test_provider(&app)?;
    let snapshot = shelf::current(&app).await?;
    let order = to_pay_now(&credentials.order(&app, id)?.order().await??.read()?);
    if order.payment.status != PaymentStatus::RequiresAction {
        return Ok(to_order(id).into_response());
    }
    page(&AuthenticatePage {
        frame: Frame::new(&snapshot, &visitor),
        w: OrderWords::of(visitor.language),
        number: order.number,
        amount: order.totals.to_pay.display_in(visitor.language),
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

pub fn authentication_url(id: OrderId) -> String {
    format!("/orders/{id}/authenticate")
}
