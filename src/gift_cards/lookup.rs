//! From a code that somebody typed to the card. Whoever guesses is made to
//! wait; what cannot be a code at all is no guess.

use super::card::GiftCard;
use super::code::PlainCode;
use super::error::{GiftCardError, Refusal};
use super::{level, store};
use crate::app::App;
use crate::auth::Caller;
use crate::ids::GiftCardId;
use crate::money::{Currency, Money};
use crate::ports::{DatabaseError, Timestamp};
use crate::throttle::rules::Bucket;
use crate::throttle::{self, Network, Try};

/// A gift card that can be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub id: GiftCardId,
    pub last4: String,
    /// What can be taken of it now: above zero, without what is held for orders.
    pub balance: Money,
    pub expires_at: Option<Timestamp>,
}

/// The card with this code, if it can be used in the currency now. A code that
/// nobody has counts as a try of the caller's account and network; where these
/// are not counted, there is no answer.
pub async fn find(
    app: &App,
    caller: &Caller,
    network: Option<Network>,
    code: &str,
    currency: Currency,
) -> Result<Found, GiftCardError> {
    let code = PlainCode::typed(code).map_err(|_| Refusal::Unknown)?;
    let tries = tries(app, caller, network).await;
    throttle::take(app, &tries).await?;
    let card = look_up(app, &code).await;
    if !matches!(card, Ok(None)) {
        throttle::give_back(app, &tries).await;
    }
    let card = card?.ok_or(Refusal::Unknown)?;
    card.check(currency, app.clock.now())?;
    let level = level(app, &card).await?;
    // The pool knows first.
    if level.closed_at.is_some() {
        return Err(Refusal::Disabled.into());
    }
    if level.available <= 0 {
        return Err(Refusal::Empty.into());
    }
    let balance = Money { amount: level.available, currency };
    Ok(Found { id: card.id, last4: card.last4, balance, expires_at: card.expires_at })
}

/// Staff are not counted, as they see all cards.
async fn tries(app: &App, caller: &Caller, network: Option<Network>) -> Vec<Try> {
    if caller.is_staff() {
        return Vec::new();
    }
    let limits = throttle::limits(app).await;
    let account = (caller.account.map(|account| account.id), limits.gift_cards_by_account);
    throttle::tries(&app.keys, account, (network, limits.gift_cards_by_network), &Bucket::GIFT_CARDS)
}

async fn look_up(app: &App, code: &PlainCode) -> Result<Option<GiftCard>, DatabaseError> {
    let rows = app.database.run(store::by_digest(code.digest(&app.keys))).await?;
    store::card(rows)
}
