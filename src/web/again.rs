//! A cancelled order's things once more: into a cart, with what its buyer had
//! typed.

use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};

use super::cart::put_in;
use super::cart_page::CartPage;
use super::parts::page;
use crate::app::App;
use crate::ids::OrderId;
use crate::orders::access::Credentials;
use crate::orders::bodies::WantedLine;
use crate::orders::decision::Command;
use crate::orders::details::Details;
use crate::orders::offers::offers;
use crate::orders::view::{CartView, LineView, OrderView, Status};
use crate::problem::Problem;
use crate::shelf;
use crate::shelf::name::Name;
use crate::shelf::snapshot::Snapshot;
use crate::wire::extract::Path;

/// Sees to it that the cart has at least what the order had, so that a second
/// click adds nothing. The order's details go along where the cart has none.
pub async fn order_again(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
) -> Result<Response, Problem> {
    let order = credentials.order(&app, id)?.order().await??.read()?;
    let named = order.lines.iter().map(|line| Name::Variant(line.variant_id));
    let snapshot = shelf::knowing(&app, named).await?;
    let open = credentials.cart(&app).await?.filter(|cart| cart.status == Status::Open);
    let (sold, gone): (Vec<&LineView>, Vec<&LineView>) =
        order.lines.iter().partition(|line| snapshot.variant(line.variant_id).is_some());
    let missing: Vec<WantedLine> = sold.into_iter().filter_map(|line| missing(line, open.as_ref())).collect();
    let lines = offers(&snapshot, &missing)?;
    if lines.is_empty() && open.is_none() {
        return page(&CartPage::new(&app, &credentials, &snapshot, None).await?.with_notice(left_out(&gone)));
    }
    let (cart, cookies) = put_in(&app, &credentials, order.currency, lines).await??;
    let known = open.as_ref();
    let details = details(&order).filter(|_| known.is_none_or(|cart| cart.email.is_none()));
    let shipping = shipping(&order, &snapshot).filter(|_| known.is_none_or(|cart| cart.shipping_option.is_none()));
    for command in details.into_iter().chain(shipping) {
        credentials.new_order(&app, cart).change(command).await??;
    }
    let cookies = AppendHeaders(cookies);
    if gone.is_empty() {
        return Ok((cookies, Redirect::to("/cart")).into_response());
    }
    let cart = credentials.new_order(&app, cart).cart(None).await??.read()?;
    let shown = CartPage::new(&app, &credentials, &snapshot, Some(&cart)).await?.with_notice(left_out(&gone));
    Ok((cookies, page(&shown)?).into_response())
}

/// What the cart lacks of a line of the order.
fn missing(line: &LineView, cart: Option<&CartView>) -> Option<WantedLine> {
    let lines = cart.map_or(&[][..], |cart| &cart.lines);
    let there = lines.iter().filter(|other| other.variant_id == line.variant_id).map(|other| other.quantity).sum();
    let quantity = line.quantity.checked_sub(there).filter(|missing| *missing > 0)?;
    Some(WantedLine { variant_id: line.variant_id, quantity })
}

fn details(order: &OrderView) -> Option<Command> {
    let details = Details {
        email: order.email.clone()?,
        shipping_address: order.shipping_address.clone()?,
        billing_address: order.billing_address.clone(),
    };
    Some(Command::SetDetails { details: Box::new(details) })
}

/// The chosen way of sending, at its price now; none if it is not offered any more.
fn shipping(order: &OrderView, snapshot: &Snapshot) -> Option<Command> {
    let chosen = order.shipping_option.as_ref()?;
    let option = snapshot.settings.shipping_options().into_iter().find(|option| option.id == chosen.id)?;
    option.price(order.currency).map(|_| Command::choose_shipping(&option))
}

fn left_out(gone: &[&LineView]) -> String {
    let titles: Vec<&str> = gone.iter().map(|line| line.title.as_str()).collect();
    format!("No longer for sale, and left out: {}.", titles.join(", "))
}
