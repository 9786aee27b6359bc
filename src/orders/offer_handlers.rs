//! What is offered for a cart: ways of shipping, coupons, gift cards.

use axum::extract::State;

use super::access::Credentials;
use super::bodies::{ChosenShipping, Coupon, GiftCardCode, ShippingOptions};
use super::cart::{Cart, CartView};
use super::cart_handlers::shown;
use super::changing::admit;
use super::decision::Change;
use super::error::OrderError;
use super::facts::Fact;
use super::handlers::keyed;
use super::offers::names;
use super::view::ShippingView;
use super::vouchers;
use crate::app::App;
use crate::ids::{GiftCardId, OrderId};
use crate::pricing::promotion::Code;
use crate::pricing::shipping::ShippingOption;
use crate::problem::Problem;
use crate::shelf;
use crate::shelf::snapshot::Snapshot;
use crate::wire::extract::{self, IdempotencyKey, Path};
use crate::wire::respond::{Json, JsonText};

/// The ways this cart can be sent, as far as it is known where to. None where the shop does not send there.
pub async fn list_cart_shipping_options(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
) -> Result<Json<ShippingOptions>, Problem> {
    let cart = credentials.order(&app, id)?.cart().await??.read()?;
    shipping_options(&app, &cart).await
}

/// The ways it can be sent as the shop is now.
pub async fn shipping_options(app: &App, cart: &Cart) -> Result<Json<ShippingOptions>, Problem> {
    let shelf = shelf::knowing_at_best(app, names(cart)).await?;
    let options = cart.wanted().shipping_options(&shelf, app.clock.now()).map_err(OrderError::from)?;
    let items = options.iter().map(|option| ShippingView::of(option, cart.currency)).collect();
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
    let chosen = String::from(body.value.id);
    let everywhere = is_offered_everywhere(&*shelf::current(&app).await?, &chosen);
    let facts = vec![Fact::ShippingOption(Some(chosen))];
    if !everywhere {
        let after = order.cart().await??.read()?.after(None, &facts);
        let shelf = shelf::knowing_at_best(&app, names(&after)).await?;
        let after = after.asked_for_first_order(&app, &shelf).await;
        admit(&after, &facts, "/id", &shelf, app.clock.now())?;
    }
    let answer = order.change(Change::Update { lines: None, facts }).await??;
    Ok(shown(&app, answer).await?.into())
}

/// Whether every cart may be sent so, whatever is in it: then it need not be
/// read first.
fn is_offered_everywhere(shelf: &Snapshot, id: &str) -> bool {
    let [zone] = shelf.settings.shipping.zones.as_slice() else { return false };
    let option = zone.options.iter().find(|option| option.id == id);
    let priced = |option: &ShippingOption| {
        let is_flat = |currency| option.rates.iter().any(|rate| rate.currency == currency && rate.amount.is_some());
        shelf.settings.currencies.iter().copied().all(is_flat)
    };
    zone.places.is_empty() && option.is_some_and(priced)
}

/// Adds a coupon that takes something off the cart as it is; else says why it does not.
pub async fn add_cart_coupon(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<Coupon>,
) -> Result<JsonText<CartView>, Problem> {
    let code = body.code.clone();
    let order = credentials.order(&app, id)?.keyed(keyed(key, "POST coupons", &body.bytes));
    Ok(shown(&app, vouchers::add_coupon(&app, &credentials, &order, code).await?).await?.into())
}

/// Takes a coupon off the cart.
pub async fn delete_cart_coupon(
    State(app): State<App>,
    credentials: Credentials,
    Path((id, code)): Path<(OrderId, Code)>,
) -> Result<JsonText<CartView>, Problem> {
    let change = Change::RemoveCoupon { code };
    let answer = credentials.order(&app, id)?.change(change).await??;
    Ok(shown(&app, answer).await?.into())
}

/// Has a gift card pay for the cart, as far as it goes.
pub async fn add_cart_gift_card(
    State(app): State<App>,
    credentials: Credentials,
    Path(id): Path<OrderId>,
    key: IdempotencyKey,
    body: extract::Json<GiftCardCode>,
) -> Result<JsonText<CartView>, Problem> {
    let order = credentials.order(&app, id)?.keyed(keyed(key, "POST gift-cards", &body.bytes));
    Ok(shown(&app, vouchers::add_gift_card(&app, &credentials, &order, &body.code).await?).await?.into())
}

/// Takes a gift card off the cart.
pub async fn delete_cart_gift_card(
    State(app): State<App>,
    credentials: Credentials,
    Path((id, card)): Path<(OrderId, GiftCardId)>,
) -> Result<JsonText<CartView>, Problem> {
    let answer = credentials.order(&app, id)?.change(Change::RemoveGiftCard { id: card }).await??;
    Ok(shown(&app, answer).await?.into())
}
