//! Coupons and gift cards put into a cart, by the API and by the pages alike.

use super::access::Credentials;
use super::cart::Cart;
use super::changing::gift_card;
use super::client::{Answer, OrderClient};
use super::decision::Change;
use super::error::OrderError;
use super::facts::Fact;
use super::offers::names;
use super::uses;
use crate::app::App;
use crate::pricing::promotion::Code;
use crate::problem::Problem;
use crate::shelf;

/// Adds a coupon that takes something off the cart as it is; else says why it
/// does not.
pub async fn add_coupon(app: &App, order: &OrderClient<'_>, code: Code) -> Result<Answer<Cart>, Problem> {
    let before = order.cart().await??;
    if before.is_replayed() {
        return Ok(before);
    }
    may_use(app, &before.read()?, code.clone()).await?;
    Ok(order.change(Change::AddCoupon { code }).await??)
}

/// Has the gift card with this code pay for the cart, as far as it goes.
pub async fn add_gift_card(
    app: &App,
    credentials: &Credentials,
    order: &OrderClient<'_>,
    code: &str,
) -> Result<Answer<Cart>, Problem> {
    let before = order.cart().await??;
    if before.is_replayed() {
        return Ok(before);
    }
    let card = gift_card(app, credentials, code, before.read()?.currency).await?;
    Ok(order.change(Change::AddGiftCard { card }).await??)
}

/// Whether the coupon takes something off, and has a use left for this buyer.
async fn may_use(app: &App, cart: &Cart, code: Code) -> Result<(), Problem> {
    let mut codes = cart.facts.coupons.clone();
    if !codes.contains(&code) {
        codes.push(code.clone());
    }
    let after = cart.after(None, &[Fact::Coupons(codes)]);
    let shelf = shelf::knowing_at_best(app, names(&after)).await?;
    let after = after.asked_for_first_order(app, &shelf).await;
    let quote = after.quote(&shelf, app.clock.now()).map_err(OrderError::from)?;
    if let Some(reason) = quote.coupons.iter().find(|coupon| coupon.code == code).and_then(|coupon| coupon.refused) {
        return Err(OrderError::CouponNotValid { code, reason }.into());
    }
    uses::are_left(app, &after, &quote, &[code]).await
}
