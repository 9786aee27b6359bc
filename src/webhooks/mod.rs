//! Webhooks: other systems are told what happens in the shop, by the rules of
//! Standard Webhooks 1.0.0 (standardwebhooks.com).
//!
//! Lends: [`tell`], which whoever has news calls as often as it likes; [`News`]
//! with the [`EventType`]s there are. Each endpoint has a row in the database,
//! the truth of where and what, and an [`object`] of its own, which numbers its
//! deliveries, keeps them in order and tries each again for three days.

pub mod error;
pub mod handlers;
mod news;
pub mod object;
mod object_store;
mod protocol;
mod rules;
mod send;
pub mod signature;
mod store;
mod target;
pub mod views;

pub use self::news::{EventType, News};
use self::protocol::Command;
use crate::app::App;
use crate::problem::Problem;
use crate::together::{ALL, together};

/// Tells every endpoint that is enabled. Twice, late or out of order is the same
/// as once: see [`news`]. An endpoint's object that does not answer does not keep
/// the others from hearing it; then all are to be told again.
pub async fn tell(app: &App, news: Vec<News>) -> Result<(), Problem> {
    if news.is_empty() {
        return Ok(());
    }
    let rows = app.database.run(store::enabled()).await?;
    let mut asked = Vec::new();
    for webhook in store::read(rows)? {
        let command = Command::Tell { since: webhook.enabled_at, types: webhook.types, news: news.clone() };
        asked.push(async move { protocol::ask(app, webhook.id, &command).await });
    }
    together(asked, ALL).await.into_iter().try_for_each(|answer| answer.map(drop).map_err(Problem::from))
}
