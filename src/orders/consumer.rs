//! What comes out of the event queue.

use serde_json::json;

use super::protocol::Message;
use super::{drafts, finding, mail, outgoing, projection, sold_cards};
use crate::app::App;
use crate::catalog;
use crate::gift_cards;
use crate::json;
use crate::pools::Supply;
use crate::problem::Problem;
use crate::telemetry;
use crate::webhooks;

/// Writes a delivery of the event queue down. Twice or out of order is the
/// same as once: a row of a list only gives way to a newer version, and a
/// letter is written once, an event told once.
pub async fn consume(app: &App, bodies: Vec<String>) -> Result<(), Problem> {
    let mut orders = Vec::with_capacity(bodies.len());
    let (mut levels, mut balances) = (Vec::new(), Vec::new());
    let (mut news, mut cards, mut sought) = (Vec::new(), Vec::new(), Vec::new());
    let mut of_drafts = Vec::new();
    for body in bodies {
        match json::read::<Message>(body.as_bytes()) {
            Ok(Message::Order { order, levels: of_pools, news: of_order }) => {
                news.extend(of_order.map(|of_order| (order.id, of_order)));
                orders.push(*order);
                for (supply, level) in of_pools {
                    match supply {
                        Supply::Stock(variant) => levels.push(level.of(variant)),
                        Supply::GiftCard(card) => balances.push((card, level)),
                        Supply::Uses(_) | Supply::UsesBy(..) => {}
                    }
                }
            }
            Ok(Message::Draft { id, notice }) => of_drafts.push((id, notice)),
            Ok(Message::GiftCards(sold)) => cards.push(sold),
            Ok(Message::Find(asked)) => sought.push(asked),
            // Trying again would not help, and must not hold the others up.
            Err(error) => telemetry::log(&json!({
                "level": "error", "event": "unreadable_message", "cause": error.to_string(),
            })),
        }
    }
    projection::write(app, &orders).await?;
    catalog::project_levels(app, &levels, Vec::new()).await?;
    gift_cards::project_balances(app, balances).await?;
    sold_cards::write(app, cards).await?;
    drafts::told::write(app, of_drafts).await?;
    news.extend(finding::found(app, sought).await?);
    let written = mail::write(app, news).await;
    let told = webhooks::tell(app, orders.iter().map(|order| outgoing::news(app, order)).collect()).await;
    // What one leaves undone is no reason for the other to wait.
    written.and(told)
}
