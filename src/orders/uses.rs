//! What counts a promotion's uses: a pool for all of them, and one for each
//! customer.

use super::cart::Cart;
use super::error::OrderError;
use crate::app::App;
use crate::email::EmailAddress;
use crate::ids::{AccountId, PromotionId};
use crate::money::MAX_AMOUNT;
use crate::pools::{self, Claim, Supply};
use crate::ports::ObjectUnavailable;
use crate::pricing::Quote;
use crate::pricing::promotion::Code;
use crate::pricing::quote::{CouponRefusal, Use};
use crate::problem::Problem;

/// What the buyer is known by: the mailbox and, if signed in, the account, so
/// that neither another mailbox nor signing out gives another use. Nobody reads
/// a mailbox from it.
pub fn customers(app: &App, email: Option<&EmailAddress>, account: Option<AccountId>) -> Vec<String> {
    let mailbox = email.map(|email| {
        let mac = app.keys.mac("customer-uses", &[email.as_str()]);
        hex::encode(mac.get(..16).unwrap_or(&mac))
    });
    mailbox.into_iter().chain(account.map(|account| account.to_string())).collect()
}

/// What one use takes. That of a promotion with neither code nor limit is not
/// counted: one object would see every order.
pub fn claims(used: &Use, customers: &[String]) -> Vec<Claim> {
    let one = |of, limit| Claim { of, quantity: 1, limit: Some(limit), floor: None };
    let counted = used.limit.is_some() || used.code.is_some();
    let by_all = counted.then(|| one(Supply::Uses(used.promotion), used.limit.unwrap_or(MAX_AMOUNT)));
    let by_each = used.limit_per_customer.into_iter().flat_map(|limit| {
        let by = move |customer: &String| one(Supply::UsesBy(used.promotion, customer.clone()), limit);
        customers.iter().map(by)
    });
    by_all.into_iter().chain(by_each).collect()
}

/// Those of the quote's promotions that apply by themselves and have no use
/// left, held ones counted.
pub async fn run_out(app: &App, quote: &Quote, customers: &[String]) -> Result<Vec<PromotionId>, ObjectUnavailable> {
    let mut gone = Vec::new();
    for used in quote.uses.iter().filter(|used| used.code.is_none()) {
        for claim in claims(used, customers) {
            let level = pools::level_of(app, &claim.of).await?;
            if claim.limit.is_some_and(|limit| level.left_of(limit) == 0) {
                gone.push(used.promotion);
                break;
            }
        }
    }
    Ok(gone)
}

/// Whether each of these coupons has a use left for the cart's buyer, as far as
/// that can be told before placing: uses that are held may come back.
pub async fn are_left(app: &App, cart: &Cart, quote: &Quote, codes: &[Code]) -> Result<(), Problem> {
    let customers = customers(app, cart.facts.email.as_ref(), cart.account);
    for used in &quote.uses {
        let Some(code) = used.code.as_ref().filter(|code| codes.contains(code)) else { continue };
        for claim in claims(used, &customers) {
            let level = pools::level_of(app, &claim.of).await?;
            if claim.limit.is_some_and(|limit| level.taken >= limit) {
                let reason = match claim.of {
                    Supply::UsesBy(..) => CouponRefusal::AlreadyUsed,
                    _ => CouponRefusal::Exhausted,
                };
                return Err(OrderError::CouponNotValid { code: code.clone(), reason }.into());
            }
        }
    }
    Ok(())
}
