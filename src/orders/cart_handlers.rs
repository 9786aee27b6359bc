//! Carts over HTTP. Every handler parses, asks the order's object once, and
//! passes its answer on.

use axum::Json;
use axum::extract::State;
use http::header;

use super::access::{self, Credentials};
use super::bodies::{ChosenShipping, NewCart, PricedLines, Quantity, ShippingOptions, WantedLine};
use super::cart_token::CartToken;
use super::client::{Answer, OrderClient};
use super::decision::{Command, NewLine};
use super::details::NewDetails;
use super::handlers::keyed;
use super::offers::{changed_prices, names, priced, wanted};
use super::order::LineId;
use super::stock::shortages;
use super::view::{CartView, ShippingView};
use crate::app::App;
use crate::auth::StaffWrite;
use crate::ids::OrderId;
use crate::problem::Problem;
use crate::shelf;
use crate::wire::client::ClientAddress;
use crate::wire::extract::{self, Checked, IdempotencyKey, Path};
use crate::wire::respond::JsonText;

async fn add_lines(order: OrderClient<'_>, lines: Result<Vec<NewLine>, Problem>) -> Result<Answer<CartView>, Problem> {
    match lines {
        Ok(lines) => Ok(order.change(Command::AddLines { lines }).await??),
        Err(refusal) => first_answer(&order, refusal).await,
    }
}

/// Tells of lines that want more than there is now. This is not a part of what
/// a key keeps: a repeat is told how it stands by then.
async fn with_shortages(app: &App, answer: Answer<CartView>) -> Result<JsonText<CartView>, Problem> {
    // What was asked for is done, whether or not the catalog can be read.
    let Ok(snapshot) = shelf::current(app).await else { return Ok(answer.into()) };
    let mut cart = answer.read()?;
    let short = shortages(app, &snapshot, &cart).await;
    if short.is_empty() {
        return Ok(answer.into());
    }
    cart.problems.extend(short);
    Ok(answer.with(&cart)?.into())
}

/// The first answer to the same request, if it was made while the lines could
/// still be had; else why they cannot.
async fn first_answer(order: &OrderClient<'_>, refusal: Problem) -> Result<Answer<CartView>, Problem> {
    if !order.has_key() {
        return Err(refusal);
    }
    match order.cart(None).await? {
        Ok(first) if first.is_replayed() => Ok(first),
        _ => Err(refusal),
    }
}

/// Makes a cart, with its first lines. An `Idempotency-Key` has at least 16
/// characters, better random ones, unless one is signed in: whoever sends the
/// same from the same network is answered the same cart, and its secret.
pub async fn create_cart(
    State(app): State<App>,
    credentials: Credentials,
    ClientAddress(address): ClientAddress,
    key: IdempotencyKey,
    body: extract::Json<NewCart>,
) -> Result<JsonText<CartView, 201>, Problem> {
    let account = credentials.caller.account.map(|account| account.id);
    let key = if account.is_none() { key.hard_to_guess()? } else { key };
    let snapshot = shelf::current(&app).await?;
    let currency = body.currency.unwrap_or(snapshot.settings.default_currency);
    if !snapshot.settings.currencies.contains(&currency) {
        return Err(Problem::invalid_field("/currency", "the shop does not sell in this currency"));
    }
    let lines = wanted(&app, &body.lines).await;
    let key = keyed(key, "POST /v1/carts", &body.bytes);
    let id = match &key {
        // The same key by the same caller names the same cart.
        Some(key) => {
            let nowhere = || address.map_or_else(|| "local".to_owned(), |address| address.to_string());
            let caller = account.map_or_else(nowhere, |account| account.to_string());
            let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = app.keys.mac("cart-id", &[&caller, &key.key]);
            OrderId::derived([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
        }
        None => OrderId::new(app.clock.now(), &*app.entropy),
    };
    let order = credentials.new_order(&app, id).keyed(key);
    let answer = match lines {
        Ok(lines) => {
            credentials.count_cart(&app).await?;
            order.create(currency, account, lines).await??
        }
        Err(refusal) => first_answer(&order, refusal).await?,
    };
    let mut cart = CartView { token: Some(CartToken::of(&app.keys, id)), ..answer.read()? };
    cart.problems.extend(shortages(&app, &snapshot, &cart).await);
    let answer = JsonText::from(answer.with(&cart)?);
    Ok(answer.with_header(header::SET_COOKIE, access::set_cookie(&app.keys, id)))
}

/// The cart.
pub async fn get_cart(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
) -> Result<JsonText<CartView>, Problem> {
    let order = credentials.order(&app, id)?;
    let answer = order.cart(None).await??;
    let cart = answer.read()?;
    let answer = match changed_prices(&cart, &*shelf::knowing_at_best(&app, names(&cart)).await?) {
        None => answer,
        prices => order.cart(prices).await??,
    };
    with_shortages(&app, answer).await
}

/// Adds pieces; to the line that has the variant, if there is one.
pub async fn add_cart_line(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<WantedLine>,
) -> Result<JsonText<CartView>, Problem> {
    let lines = wanted(&app, &[body.value]).await;
    let key = keyed(key, "POST lines", &body.bytes);
    let answer = add_lines(credentials.order(&app, id)?.keyed(key), lines).await;
    with_shortages(&app, answer.map_err(|problem| problem.of_one("/lines/"))?).await
}

/// Sets a line's quantity; zero removes it.
pub async fn update_cart_line(
    State(app): State<App>,
    credentials: Credentials,
    Path((id, line)): Path<(OrderId, LineId)>,
    body: extract::Json<Quantity>,
) -> Result<JsonText<CartView>, Problem> {
    let command = Command::SetQuantity { line, quantity: body.quantity };
    let answer = credentials.order(&app, id)?.change(command).await??;
    with_shortages(&app, answer).await
}

/// Removes a line.
pub async fn delete_cart_line(
    State(app): State<App>,
    credentials: Credentials,
    Path((id, line)): Path<(OrderId, LineId)>,
) -> Result<JsonText<CartView>, Problem> {
    let answer = credentials.order(&app, id)?.change(Command::RemoveLine { line }).await??;
    with_shortages(&app, answer).await
}

/// Sets the e-mail address and where the order goes.
pub async fn put_cart_details(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    Checked(details): Checked<NewDetails>,
) -> Result<JsonText<CartView>, Problem> {
    let command = Command::SetDetails { details: Box::new(details) };
    Ok(credentials.order(&app, id)?.change(command).await??.into())
}

/// The ways this cart can be sent.
pub async fn list_cart_shipping_options(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
) -> Result<Json<ShippingOptions>, Problem> {
    let order = credentials.order(&app, id)?;
    let snapshot = shelf::current(&app).await?;
    let currency = order.cart(None).await??.read()?.currency;
    let items = snapshot
        .settings
        .shipping_options()
        .iter()
        .filter_map(|option| {
            let price = option.price(currency)?;
            Some(ShippingView { id: option.id.clone(), title: option.title.clone(), price })
        })
        .collect();
    Ok(Json(ShippingOptions { items }))
}

/// Chooses how the cart is sent.
pub async fn put_cart_shipping_option(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    body: extract::Json<ChosenShipping>,
) -> Result<JsonText<CartView>, Problem> {
    let order = credentials.order(&app, id)?;
    let snapshot = shelf::current(&app).await?;
    let option = snapshot
        .settings
        .shipping_options()
        .into_iter()
        .find(|option| option.id == body.id)
        .ok_or_else(|| Problem::invalid_field("/id", "there is no such shipping option"))?;
    Ok(order.change(Command::choose_shipping(&option)).await??.into())
}

/// Adds lines at prices that staff set; the catalog's do not apply to them.
pub async fn add_priced_cart_lines(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<PricedLines>,
) -> Result<JsonText<CartView>, Problem> {
    let lines = priced(&app, &body.lines).await;
    let key = keyed(key, "POST admin lines", &body.bytes);
    let order = OrderClient::of_staff(&app, id, staff.confirm(&app).await?).keyed(key);
    Ok(add_lines(order, lines).await?.into())
}
