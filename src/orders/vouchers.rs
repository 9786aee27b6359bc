//! Coupons, gift cards and VAT numbers put into a cart, by the API and by the
//! pages alike. Whoever guesses is made to wait.

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
use crate::throttle::{self, rules::Bucket};
use crate::vat::{self, VatNumber};

/// Adds a coupon that takes something off the cart as it is; else says why it
/// does not.
pub async fn add_coupon(
    app: &App,
    credentials: &Credentials,
    order: &OrderClient<'_>,
    code: Code,
) -> Result<Answer<Cart>, Problem> {
    let before = order.cart().await??;
    if before.is_replayed() {
        return Ok(before);
    }
    count_guess(app, credentials, std::slice::from_ref(&code)).await?;
    may_use(app, &before.read()?, code.clone()).await?;
    order.change(Change::AddCoupon { code }).await?.map_err(at_code)
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
    order.change(Change::AddGiftCard { card }).await?.map_err(at_code)
}

/// One too many is told where the one was sent, not where a whole list is.
fn at_code(refusal: OrderError) -> Problem {
    match refusal {
        OrderError::TooManyCoupons | OrderError::TooManyGiftCards => {
            Problem::invalid_field("/code", refusal.to_string())
        }
        refusal => refusal.into(),
    }
}

/// Counts a try of the caller's account and network where one of the codes is
/// no promotion's. It is counted before it is looked up, so that no number of
/// guesses at once is free. Staff see all codes.
pub async fn count_guess(app: &App, credentials: &Credentials, codes: &[Code]) -> Result<(), Problem> {
    let caller = &credentials.caller;
    if codes.is_empty() || caller.is_staff() {
        return Ok(());
    }
    let limits = throttle::limits(app).await;
    let account = (caller.account.map(|account| account.id), limits.coupons_by_account);
    let network = (credentials.network, limits.coupons_by_network);
    let tries = throttle::tries(&app.keys, account, network, &Bucket::COUPONS);
    throttle::take(app, &tries).await?;
    let shelf = shelf::current(app).await?;
    let is_known = |code: &Code| shelf.promotions.iter().any(|promotion| promotion.code.as_ref() == Some(code));
    if codes.iter().all(is_known) {
        throttle::give_back(app, &tries).await;
    }
    Ok(())
}

/// What is known of a VAT number; VIES is asked where it makes a difference.
pub async fn vat_number(app: &App, credentials: &Credentials, number: vat::Number) -> Result<VatNumber, Problem> {
    if !shelf::current(app).await?.settings.tax.reverse_charge {
        return Ok(vat::unasked(app, number));
    }
    Ok(vat::ask(app, &credentials.caller, credentials.network, number).await?)
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
