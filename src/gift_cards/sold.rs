//! A gift card as a product: each piece of a paid order becomes a card.

use super::card::GiftCard;
use super::code::PlainCode;
use super::error::GiftCardError;
use super::{level, store};
use crate::app::App;
use crate::ids::{GiftCardId, OrderId};
use crate::money::Money;
use crate::ports::{DatabaseError, Timestamp};

/// One piece of an order's line that is a gift card.
#[derive(Debug, Clone, Copy)]
pub struct Sold<'a> {
    pub order: OrderId,
    pub line: &'a str,
    /// Which of the line's pieces, from 1.
    pub piece: u32,
    /// What it is issued with: above zero.
    pub balance: Money,
    pub expires_at: Option<Timestamp>,
}

/// A card that was issued, and its code for whoever gets it.
pub struct Issued {
    pub id: GiftCardId,
    pub code: PlainCode,
    pub last4: String,
}

/// Issues the card. Its id follows from the piece, its code from its id: doing
/// so again, also after a crash or at the same time, issues the same one.
pub async fn issue_for_order(app: &App, sold: &Sold<'_>) -> Result<Issued, GiftCardError> {
    let piece = [&*sold.order.to_string(), sold.line, &*sold.piece.to_string()];
    let mac = app.keys.mac("gift_card_of_order", &piece);
    let id = GiftCardId::derived(mac.first_chunk().copied().unwrap_or_default());
    let code = PlainCode::of(&app.keys, id);
    let card = GiftCard {
        id,
        last4: code.last4().to_owned(),
        initial_balance: sold.balance,
        expires_at: sold.expires_at,
        note: None,
        account_id: None,
        order_id: Some(sold.order),
        created_at: app.clock.now(),
        disabled_at: None,
    };
    let batch = vec![store::insert_once(&card, code.digest(&app.keys)), store::by_id(id)];
    let rows = app.database.batch(batch).await?.into_iter().nth(1).unwrap_or_default();
    // What was issued first counts.
    let missing = || DatabaseError::Undecodable("a card that was inserted is not there".to_owned());
    let card = store::card(rows)?.ok_or_else(missing)?;
    level(app, &card).await?;
    Ok(Issued { id, code, last4: card.last4 })
}
