//! Carts over HTTP. Every handler parses, asks the order's object once, and
//! passes its answer on.

use axum::extract::State;
use http::header;

use super::access::{self, Credentials};
use super::bodies::{CartChange, NewCart, PricedLines, Quantity, WantedLine};
use super::cart::{Cart, CartView};
use super::cart_token::CartToken;
use super::changing::{admit, coupons};
use super::client::{Answer, OrderClient};
use super::decision::{Change, NewLine};
use super::details::NewDetails;
use super::error::OrderError;
use super::facts::Fact;
use super::handlers::keyed;
use super::offers::{names, priced, shelf_of, wanted};
use super::order::{Key, LineId};
use super::{counting, stock, uses};
use crate::app::App;
use crate::auth::StaffWrite;
use crate::ids::{AccountId, OrderId};
use crate::money::Currency;
use crate::problem::Problem;
use crate::shelf;
use crate::shelf::snapshot::Snapshot;
use crate::wire::client::ClientAddress;
use crate::wire::extract::{self, Checked, IdempotencyKey, Path};
use crate::wire::language::AcceptLanguage;
use crate::wire::respond::JsonText;

async fn add_lines(order: OrderClient<'_>, lines: Result<Vec<NewLine>, Problem>) -> Result<Answer<Cart>, Problem> {
    match lines {
        Ok(lines) => Ok(order.change(Change::AddLines { lines }).await??),
        Err(refusal) => first_answer(&order, refusal).await,
    }
}

/// The cart as it looks from outside: what it comes to, and what is short. Both
/// are told as it stands now, also to a repeat.
pub(super) async fn shown(app: &App, answer: Answer<Cart>) -> Result<Answer<CartView>, Problem> {
    let view = view(app, answer.read()?).await?;
    answer.shown_as(&view)
}

pub(super) async fn view(app: &App, cart: Cart) -> Result<CartView, Problem> {
    let shelf = shelf_of(app, &cart).await?;
    let cart = cart.asked_for_first_order(app, &shelf).await;
    let mut view = cart.view(&shelf, app.clock.now()).map_err(OrderError::from)?;
    let told = stock::told(app, &shelf, &cart).await;
    counting::tell(&cart.lines, &mut view.lines, &told.later);
    view.problems.extend(told.short);
    Ok(view)
}

/// The first answer to the same request, if it was made while the lines could
/// still be had; else why they cannot.
pub(super) async fn first_answer(order: &OrderClient<'_>, refusal: Problem) -> Result<Answer<Cart>, Problem> {
    if !order.has_key() {
        return Err(refusal);
    }
    match order.cart().await? {
        Ok(first) if first.is_replayed() => Ok(first),
        _ => Err(refusal),
    }
}

/// The id of an order that is to be: the same key names the same one, of the
/// same account, or else of whoever `stranger` tells apart.
pub(super) fn new_id(app: &App, key: Option<&Key>, account: Option<AccountId>, stranger: &str) -> OrderId {
    let Some(key) = key else { return OrderId::new(app.clock.now(), &*app.entropy) };
    let caller = account.map_or_else(|| stranger.to_owned(), |account| account.to_string());
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = app.keys.mac("cart-id", &[&caller, &key.key]);
    OrderId::derived([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
}

/// The currency that was asked for, or the shop's default.
pub(super) fn currency(shelf: &Snapshot, asked: Option<Currency>) -> Result<Currency, Problem> {
    let currency = asked.unwrap_or(shelf.settings.default_currency);
    if shelf.settings.currencies.contains(&currency) {
        Ok(currency)
    } else {
        Err(Problem::invalid_field("/currency", "the shop does not sell in this currency"))
    }
}

/// Makes a cart, with its first lines. An `Idempotency-Key` has at least 16
/// characters, better random ones, unless one is signed in: whoever sends the
/// same from the same network is answered the same cart, and its secret.
pub async fn create_cart(
    State(app): State<App>,
    credentials: Credentials,
    ClientAddress(address): ClientAddress,
    AcceptLanguage(language): AcceptLanguage,
    key: IdempotencyKey,
    body: extract::Json<NewCart>,
) -> Result<JsonText<CartView, 201>, Problem> {
    let account = credentials.caller.account.map(|account| account.id);
    let key = if account.is_none() { key.hard_to_guess()? } else { key };
    let currency = currency(&*shelf::current(&app).await?, body.currency)?;
    let lines = wanted(&app, &credentials.caller, &body.lines).await;
    let key = keyed(key, "POST /v1/carts", &body.bytes);
    let network = address.map_or_else(|| "local".to_owned(), |address| address.to_string());
    let id = new_id(&app, key.as_ref(), account, &network);
    let order = credentials.new_order(&app, id).keyed(key);
    let answer = match lines {
        Ok(lines) => {
            credentials.count_cart(&app).await?;
            order.create(currency, account, language, credentials.channel(), lines).await??
        }
        Err(refusal) => first_answer(&order, refusal).await?,
    };
    let answer = JsonText::from(shown(&app, answer).await?.with_token(&CartToken::of(&app.keys, id)));
    Ok(answer.with_header(header::SET_COOKIE, access::set_cookie(&app.keys, id)))
}

/// The cart.
pub async fn get_cart(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
) -> Result<JsonText<CartView>, Problem> {
    let answer = credentials.order(&app, id)?.cart().await??;
    Ok(shown(&app, answer).await?.into())
}

/// Changes several facts at once, all or none. What is absent stays; `lines` are the only ones from now on.
pub async fn update_cart(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    body: Checked<CartChange>,
) -> Result<JsonText<CartView>, Problem> {
    let order = credentials.order(&app, id)?;
    let lines = match &body.value.lines {
        Some(lines) => Some(wanted(&app, &credentials.caller, lines).await?),
        None => None,
    };
    // What is offered depends on the rest of the cart, and so do its gift cards on its currency.
    let before = match body.value.depends_on_the_cart() {
        true => Some(order.cart().await??.read()?),
        false => None,
    };
    let currency = before.as_ref().map_or(shelf::current(&app).await?.settings.default_currency, |cart| cart.currency);
    let facts = body.value.facts(&app, &credentials, currency).await?;
    if let Some(before) = before {
        offered(&app, before.after(lines.as_deref(), &facts), &facts).await?;
    }
    let answer = order.change(Change::Update { lines, facts }).await??;
    Ok(shown(&app, answer).await?.into())
}

/// Whether the shop has a cart as it is `after` these facts were asked for.
pub(super) async fn offered(app: &App, after: Cart, asked: &[Fact]) -> Result<(), Problem> {
    let shelf = shelf::knowing_at_best(app, names(&after)).await?;
    let after = after.asked_for_first_order(app, &shelf).await;
    let quote = admit(&after, asked, "/shipping_option", &shelf, app.clock.now())?;
    uses::are_left(app, &after, &quote, coupons(asked)).await
}

/// Adds pieces; to the line that has the variant, if there is one.
pub async fn add_cart_line(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<WantedLine>,
) -> Result<JsonText<CartView>, Problem> {
    let lines = wanted(&app, &credentials.caller, &[body.value]).await;
    let key = keyed(key, "POST lines", &body.bytes);
    let answer = add_lines(credentials.order(&app, id)?.keyed(key), lines).await;
    Ok(shown(&app, answer.map_err(|problem| problem.of_one("/lines/"))?).await?.into())
}

/// Sets a line's quantity; zero removes it.
pub async fn update_cart_line(
    State(app): State<App>,
    credentials: Credentials,
    Path((id, line)): Path<(OrderId, LineId)>,
    body: extract::Json<Quantity>,
) -> Result<JsonText<CartView>, Problem> {
    let change = Change::SetQuantity { line, quantity: body.quantity };
    let answer = credentials.order(&app, id)?.change(change).await??;
    Ok(shown(&app, answer).await?.into())
}

/// Removes a line.
pub async fn delete_cart_line(
    State(app): State<App>,
    credentials: Credentials,
    Path((id, line)): Path<(OrderId, LineId)>,
) -> Result<JsonText<CartView>, Problem> {
    let answer = credentials.order(&app, id)?.change(Change::RemoveLine { line }).await??;
    Ok(shown(&app, answer).await?.into())
}

/// Sets the e-mail address and where the order goes.
pub async fn put_cart_details(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    body: Checked<NewDetails>,
) -> Result<JsonText<CartView>, Problem> {
    let change = Change::Update { lines: None, facts: body.value.facts() };
    let answer = credentials.order(&app, id)?.change(change).await??;
    Ok(shown(&app, answer).await?.into())
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
    Ok(shown(&app, add_lines(order, lines).await?).await?.into())
}
