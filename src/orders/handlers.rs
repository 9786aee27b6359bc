//! Carts and orders over HTTP. Every handler parses, asks the order's object
//! once, and passes its answer on.

use axum::Json;
use axum::extract::State;
use http::{HeaderName, HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::access::{self, CartToken, Credentials};
use super::decision::{Command, NewLine, PaymentChoice};
use super::details::Details;
use super::object::{Access, Envelope, Reply, Request};
use super::order::{Key, LineId};
use super::view::{CartView, LineView, OrderView, ShippingView, Status};
use crate::app::App;
use crate::auth::Staff;
use crate::catalog::store::CurrentPrice;
use crate::ids::{OrderId, VariantId};
use crate::money::{Currency, Money, MoneyError};
use crate::payments::{Method, Provider};
use crate::ports::ObjectClass;
use crate::problem::{FieldError, Problem};
use crate::shelf;
use crate::shelf::snapshot::Snapshot;
use crate::wire::extract::{self, ClientAddress, IdempotencyKey, Path, request_digest};
use crate::wire::respond::JsonText;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCart {
    /// The shop's default, if absent.
    #[serde(default)]
    currency: Option<Currency>,
    #[serde(default)]
    lines: Vec<WantedLine>,
}

/// Pieces of a variant.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedLine {
    pub variant_id: VariantId,
    #[schemars(range(min = 1, max = 1_000_000))]
    pub quantity: u32,
}

/// Pieces of a variant at a price set by staff.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PricedLine {
    variant_id: VariantId,
    #[schemars(range(min = 1, max = 1_000_000))]
    quantity: u32,
    unit_price: Money,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PricedLines {
    #[schemars(length(max = 2000))]
    lines: Vec<PricedLine>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// Zero removes the line.
    #[schemars(range(max = 1_000_000))]
    quantity: u32,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenShipping {
    id: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    payment: Payment,
    /// The total the buyer was shown; another one is a `price_changed`.
    #[serde(default)]
    expected_total: Option<Money>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    provider: Provider,
    #[serde(default)]
    method: Option<Method>,
}

#[derive(Serialize, JsonSchema)]
pub struct ShippingOptions {
    items: Vec<ShippingView>,
}

/// No member is allowed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// Asks one order's object; what it refuses is a problem.
pub async fn ask(
    app: &App,
    id: OrderId,
    access: Access,
    key: Option<Key>,
    request: Request,
) -> Result<(StatusCode, bool, String), Problem> {
    match send(app, id, access, key, request).await? {
        Reply::Done { status, replayed, body } => {
            Ok((StatusCode::from_u16(status).unwrap_or(StatusCode::OK), replayed, Box::<str>::from(body).into()))
        }
        Reply::Refused(error) => Err(error.into()),
    }
}

/// Asks one order's object, for whoever answers each refusal in a way of its own.
pub async fn send(
    app: &App,
    id: OrderId,
    access: Access,
    key: Option<Key>,
    request: Request,
) -> Result<Reply, Problem> {
    let envelope = Envelope { access, key, request };
    let envelope = serde_json::to_string(&envelope).map_err(|error| Problem::internal(error.to_string()))?;
    let reply = app.objects.command(ObjectClass::Order, &id.to_string(), envelope).await?;
    serde_json::from_slice(reply.as_bytes()).map_err(|error| Problem::internal(error.to_string()))
}

async fn ask_json<T, const STATUS: u16>(
    app: &App,
    id: OrderId,
    access: Access,
    key: Option<Key>,
    request: Request,
) -> Result<JsonText<T, STATUS>, Problem> {
    let (status, replayed, body) = ask(app, id, access, key, request).await?;
    Ok(answer(status, replayed, body))
}

fn answer<T, const STATUS: u16>(status: StatusCode, replayed: bool, body: String) -> JsonText<T, STATUS> {
    let answer = JsonText::new(status, body);
    if replayed {
        answer.with_header(HeaderName::from_static("idempotent-replayed"), HeaderValue::from_static("true"))
    } else {
        answer
    }
}

fn read_cart(body: &str) -> Result<CartView, Problem> {
    serde_json::from_slice(body.as_bytes()).map_err(|error| Problem::internal(error.to_string()))
}

fn keyed(key: IdempotencyKey, operation: &str, body: &[u8]) -> Option<Key> {
    key.0.map(|key| Key { key, digest: request_digest(operation, body) })
}

/// Looks up what the catalog says of wanted lines. The order picks the price
/// in its own currency.
pub fn offers(snapshot: &Snapshot, lines: &[WantedLine]) -> Result<Vec<NewLine>, Problem> {
    let lines = lines.iter().enumerate();
    all(lines.map(|(index, line)| offer(snapshot, index, line.variant_id, line.quantity)))
}

fn offer(snapshot: &Snapshot, index: usize, variant: VariantId, quantity: u32) -> Result<NewLine, FieldError> {
    let unknown = || FieldError::new(format!("/lines/{index}/variant_id"), "no such variant is for sale");
    let (product, variant) = snapshot.variant(variant).ok_or_else(unknown)?;
    Ok(NewLine {
        variant_id: variant.id,
        product_id: product.id,
        title: product.title.clone(),
        sku: variant.sku.clone(),
        prices: variant.prices.clone(),
        quantity,
        overridden: false,
    })
}

/// A line at a price that staff set.
fn priced(snapshot: &Snapshot, index: usize, line: &PricedLine) -> Result<NewLine, FieldError> {
    let Money { amount, currency } = line.unit_price;
    let out_of_range =
        |error: MoneyError| FieldError::new(format!("/lines/{index}/unit_price/amount"), error.to_string());
    let prices = vec![Money::price(amount, currency).map_err(out_of_range)?];
    Ok(NewLine { prices, overridden: true, ..offer(snapshot, index, line.variant_id, line.quantity)? })
}

/// All the lines, or what is wrong with each that cannot be had.
fn all(lines: impl Iterator<Item = Result<NewLine, FieldError>>) -> Result<Vec<NewLine>, Problem> {
    let (mut good, mut errors) = (Vec::new(), Vec::new());
    for line in lines {
        match line {
            Ok(line) => good.push(line),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(good) } else { Err(Problem::invalid(errors)) }
}

async fn add_lines(
    app: &App,
    id: OrderId,
    access: Access,
    key: Option<Key>,
    lines: Result<Vec<NewLine>, Problem>,
) -> Result<JsonText<CartView>, Problem> {
    let (status, replayed, body) = match lines {
        Ok(lines) => ask(app, id, access, key, Request::Change { command: Command::AddLines { lines } }).await?,
        Err(refusal) => first_answer(app, id, access, key, refusal).await?,
    };
    Ok(answer(status, replayed, body))
}

/// The first answer to the same request, if it was made while the lines could
/// still be had; else why they cannot.
async fn first_answer(
    app: &App,
    id: OrderId,
    access: Access,
    key: Option<Key>,
    refusal: Problem,
) -> Result<(StatusCode, bool, String), Problem> {
    if key.is_none() {
        return Err(refusal);
    }
    match ask(app, id, access, key, Request::ReadCart { prices: None }).await {
        Ok(first @ (_, true, _)) => Ok(first),
        _ => Err(refusal),
    }
}

/// Makes a cart, with its first lines.
pub async fn create_cart(
    State(app): State<App>,
    credentials: Credentials,
    ClientAddress(address): ClientAddress,
    key: IdempotencyKey,
    body: extract::Json<NewCart>,
) -> Result<JsonText<CartView, 201>, Problem> {
    let snapshot = shelf::current(&app).await?;
    let currency = body.currency.unwrap_or(snapshot.settings.default_currency);
    if !snapshot.settings.currencies.contains(&currency) {
        return Err(Problem::invalid_field("/currency", "the shop does not sell in this currency"));
    }
    let lines = offers(&snapshot, &body.lines);
    let account = credentials.caller.account.map(|account| account.id);
    let key = keyed(key, "POST /v1/carts", &body.bytes);
    let id = match &key {
        // The same key by the same caller names the same cart.
        Some(key) => {
            let caller = account.map_or(address, |account| account.to_string());
            let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = app.keys.mac("cart-id", &[&caller, &key.key]);
            OrderId::derived([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
        }
        None => OrderId::new(app.clock.now(), &*app.entropy),
    };
    let access = Access { token: true, account, staff: false };
    let (status, replayed, cart) = match lines {
        Ok(lines) => ask(&app, id, access, key, Request::Create { id, currency, account, lines }).await?,
        Err(refusal) => first_answer(&app, id, access, key, refusal).await?,
    };
    let cart = CartView { token: Some(CartToken::of(&app.keys, id)), ..read_cart(&cart)? };
    let cart = serde_json::to_string(&cart).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(answer(status, replayed, cart).with_header(header::SET_COOKIE, access::set_cookie(&app.keys, id)))
}

/// The cart.
pub async fn get_cart(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
) -> Result<JsonText<CartView>, Problem> {
    let access = credentials.to(&app.keys, id)?;
    let (status, _, body) = ask(&app, id, access, None, Request::ReadCart { prices: None }).await?;
    match changed_prices(&read_cart(&body)?, &*shelf::current(&app).await?) {
        None => Ok(answer(status, false, body)),
        prices => ask_json(&app, id, access, None, Request::ReadCart { prices }).await,
    }
}

/// What the catalog says of an open cart's prices, unless it says the same.
pub fn changed_prices(cart: &CartView, snapshot: &Snapshot) -> Option<Vec<CurrentPrice>> {
    let price = |line: &LineView| {
        let (_, variant) = snapshot.variant(line.variant_id)?;
        Some(CurrentPrice { variant_id: line.variant_id, amount: variant.price(cart.currency)?.amount })
    };
    let same = |line: &LineView| price(line).is_some_and(|price| price.amount == line.unit_price.amount);
    let changed = cart.status == Status::Open && !cart.lines.iter().all(same);
    changed.then(|| cart.lines.iter().filter_map(price).collect())
}

async fn change<const STATUS: u16>(
    app: &App,
    credentials: &Credentials,
    id: OrderId,
    key: Option<Key>,
    command: Command,
) -> Result<JsonText<CartView, STATUS>, Problem> {
    let access = credentials.to(&app.keys, id)?;
    ask_json(app, id, access, key, Request::Change { command }).await
}

/// Adds pieces; to the line that has the variant, if there is one.
pub async fn add_cart_line(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<WantedLine>,
) -> Result<JsonText<CartView>, Problem> {
    let snapshot = shelf::current(&app).await?;
    let lines = offers(&snapshot, &[body.value]);
    let key = keyed(key, "POST lines", &body.bytes);
    let answer = add_lines(&app, id, credentials.to(&app.keys, id)?, key, lines).await;
    answer.map_err(|problem| problem.of_one("/lines/"))
}

/// Sets a line's quantity; zero removes it.
pub async fn update_cart_line(
    State(app): State<App>,
    credentials: Credentials,
    Path((id, line)): Path<(OrderId, LineId)>,
    body: extract::Json<Quantity>,
) -> Result<JsonText<CartView>, Problem> {
    change(&app, &credentials, id, None, Command::SetQuantity { line, quantity: body.quantity }).await
}

/// Removes a line.
pub async fn delete_cart_line(
    State(app): State<App>,
    credentials: Credentials,
    Path((id, line)): Path<(OrderId, LineId)>,
) -> Result<JsonText<CartView>, Problem> {
    change(&app, &credentials, id, None, Command::RemoveLine { line }).await
}

/// Sets the e-mail address and where the order goes.
pub async fn put_cart_details(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    body: extract::Json<Details>,
) -> Result<JsonText<CartView>, Problem> {
    change(&app, &credentials, id, None, Command::SetDetails { details: Box::new(body.value) }).await
}

/// The ways this cart can be sent.
pub async fn list_cart_shipping_options(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
) -> Result<Json<ShippingOptions>, Problem> {
    let access = credentials.to(&app.keys, id)?;
    let snapshot = shelf::current(&app).await?;
    let (_, _, cart) = ask(&app, id, access, None, Request::ReadCart { prices: None }).await?;
    let currency = read_cart(&cart)?.currency;
    let items = snapshot
        .settings
        .shipping_options
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
    let access = credentials.to(&app.keys, id)?;
    let snapshot = shelf::current(&app).await?;
    let option = snapshot
        .settings
        .shipping_options
        .iter()
        .find(|option| option.id == body.id)
        .ok_or_else(|| Problem::invalid_field("/id", "there is no such shipping option"))?;
    let prices = option.prices.clone();
    let command = Command::ChooseShipping { id: option.id.clone(), title: option.title.clone(), prices };
    ask_json(&app, id, access, None, Request::Change { command }).await
}

/// Adds lines at prices that staff set; the catalog's do not apply to them.
pub async fn add_priced_cart_lines(
    State(app): State<App>,
    Staff(staff): Staff,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<PricedLines>,
) -> Result<JsonText<CartView>, Problem> {
    let snapshot = shelf::current(&app).await?;
    let lines = all(body.lines.iter().enumerate().map(|(index, line)| priced(&snapshot, index, line)));
    let access = Access { token: false, account: Some(staff.id), staff: true };
    let key = keyed(key, "POST admin lines", &body.bytes);
    add_lines(&app, id, access, key, lines).await
}

/// Places the order. Placing it again answers the same order.
pub async fn place_order(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<NewOrder>,
) -> Result<JsonText<OrderView, 201>, Problem> {
    let access = credentials.to(&app.keys, id)?;
    let payment = choice(&app, body.payment, "/payment/provider")?;
    let key = keyed(key, "POST order", &body.bytes);
    let request = Request::Place { payment, expected_total: body.expected_total };
    ask_json(&app, id, access, key, request).await
}

/// The order.
pub async fn get_order(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
) -> Result<JsonText<OrderView>, Problem> {
    let access = credentials.to(&app.keys, id)?;
    ask_json(&app, id, access, None, Request::ReadOrder).await
}

/// Tries another payment after a decline.
pub async fn create_order_payment(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<Payment>,
) -> Result<JsonText<OrderView>, Problem> {
    let access = credentials.to(&app.keys, id)?;
    let payment = choice(&app, body.value, "/provider")?;
    let key = keyed(key, "POST payments", &body.bytes);
    ask_json(&app, id, access, key, Request::Pay { payment }).await
}

/// Cancels an order that is not paid yet.
pub async fn cancel_order(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<Empty>,
) -> Result<JsonText<OrderView>, Problem> {
    let access = credentials.to(&app.keys, id)?;
    let key = keyed(key, "POST cancel", &body.bytes);
    ask_json(&app, id, access, key, Request::Cancel).await
}

/// Development only: tells the projections of an order once more. The local
/// queue keeps its messages in memory, and loses them with the process.
pub async fn republish_order(State(app): State<App>, Path(id): Path<OrderId>) -> Result<StatusCode, Problem> {
    if !app.config.development {
        return Err(Problem::not_found());
    }
    let access = Access { token: false, account: None, staff: true };
    ask(&app, id, access, None, Request::Republish).await.map(|_| StatusCode::ACCEPTED)
}

/// The payment a buyer chose, if the shop takes it. `pointer`: where they chose.
pub fn choice(app: &App, payment: Payment, pointer: &str) -> Result<PaymentChoice, Problem> {
    match payment.provider {
        Provider::Test if !app.config.test_provider => {
            Err(Problem::invalid_field(pointer, "the shop does not take this provider"))
        }
        provider => Ok(PaymentChoice { provider, method: payment.method.unwrap_or(Method::Visa) }),
    }
}

impl Payment {
    pub fn test(method: Method) -> Self {
        Self { provider: Provider::Test, method: Some(method) }
    }
}

#[cfg(test)]
#[path = "bodies_tests.rs"]
mod tests;
