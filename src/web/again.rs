//! A cancelled order's things once more: into a cart, with what its buyer had
//! typed.

use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};

use super::cart::{put_in, shelf_for};
use super::cart_page::CartPage;
use super::parts::page;
use super::visitor::Visitor;
use super::words::Fill;
use super::words::cart::CartWords;
use crate::app::App;
use crate::ids::OrderId;
use crate::orders::access::Credentials;
use crate::orders::bodies::WantedLine;
use crate::orders::cart::Cart;
use crate::orders::decision::Change;
use crate::orders::facts::Fact;
use crate::orders::offers::offers;
use crate::orders::view::{LineView, OrderView, Status};
use crate::pricing::promotion::Code;
use crate::problem::Problem;
use crate::shelf;
use crate::shelf::name::Name;
use crate::text::Language;
use crate::wire::extract::Path;

/// Sees to it that the cart has at least what the order had, so that a second
/// click adds nothing. The order's details go along where the cart has none.
pub async fn order_again(
    State(app): State<App>,
    credentials: Credentials,
    visitor: Visitor,
    Path(id): Path<OrderId>,
) -> Result<Response, Problem> {
    let order = credentials.order(&app, id)?.order().await??.read()?;
    let named = order.lines.iter().map(|line| Name::Variant(line.variant_id));
    let snapshot = shelf::knowing(&app, named).await?;
    let open = credentials.cart(&app).await?.filter(|cart| cart.status == Status::Open);
    let (sold, gone): (Vec<&LineView>, Vec<&LineView>) =
        order.lines.iter().partition(|line| snapshot.variant(line.variant_id).is_some());
    let missing: Vec<WantedLine> = sold.into_iter().filter_map(|line| missing(line, open.as_ref())).collect();
    let lines = offers(&app, &credentials.caller, &snapshot, &missing).await?;
    if lines.is_empty() && open.is_none() {
        return page(
            &CartPage::new(&app, &snapshot, &visitor, None).await?.with_notice(left_out(visitor.language, &gone)),
        );
    }
    let (cart, cookies) = put_in(&app, &credentials, order.currency, order.language, lines).await??;
    let facts = facts(&order, open.as_ref());
    if !facts.is_empty() {
        credentials.new_order(&app, cart).change(Change::Update { lines: None, facts }).await??;
    }
    let cookies = AppendHeaders(cookies);
    if gone.is_empty() {
        return Ok((cookies, Redirect::to("/cart")).into_response());
    }
    let cart = credentials.new_order(&app, cart).cart().await??.read()?;
    let snapshot = shelf_for(&app, &visitor, Some(&cart)).await?;
    let shown =
        CartPage::new(&app, &snapshot, &visitor, Some(&cart)).await?.with_notice(left_out(visitor.language, &gone));
    Ok((cookies, page(&shown)?).into_response())
}

/// What the cart lacks of a line of the order.
fn missing(line: &LineView, cart: Option<&Cart>) -> Option<WantedLine> {
    let lines = cart.map_or(&[][..], |cart| &cart.lines);
    let there = lines.iter().filter(|other| other.variant_id == line.variant_id).map(|other| other.quantity).sum();
    let quantity = line.quantity.checked_sub(there).filter(|missing| *missing > 0)?;
    Some(WantedLine { variant_id: line.variant_id, quantity })
}

/// What its buyer had said of the order, where the cart says nothing of it.
fn facts(order: &OrderView, cart: Option<&Cart>) -> Vec<Fact> {
    let mut facts = Vec::new();
    if cart.is_none_or(|cart| cart.facts.email.is_none()) {
        facts.extend(order.email.clone().map(Fact::Email));
        facts.extend(order.shipping_address.clone().map(|address| Fact::ShippingAddress(Box::new(address))));
        facts.extend(order.billing_address.clone().map(|address| Fact::BillingAddress(Some(Box::new(address)))));
    }
    if cart.is_none_or(|cart| cart.facts.coupons.is_empty()) {
        let codes: Vec<Code> = order.coupons.iter().filter_map(|code| Code::parse(code).ok()).collect();
        facts.extend(Some(codes).filter(|codes| !codes.is_empty()).map(Fact::Coupons));
    }
    if cart.is_none_or(|cart| cart.facts.shipping_option.is_none()) {
        facts.extend(order.shipping_option.as_ref().map(|option| Fact::ShippingOption(Some(option.id.clone()))));
    }
    facts
}

/// What is not for sale any more is called as it was.
fn left_out(language: Language, gone: &[&LineView]) -> String {
    let titles: Vec<&str> = gone.iter().map(|line| line.title.as_str()).collect();
    CartWords::of(language).left_out.with(&titles.join(", "))
}
