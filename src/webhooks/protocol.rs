//! What goes to an endpoint's object. It answers JSON that goes on to staff as
//! it is: `null` where there is nothing of that number.

use serde::{Deserialize, Serialize};

use super::news::{EventType, News};
use super::views::DeliveryStatus;
use crate::app::App;
use crate::auth::Confirmed;
use crate::ids::WebhookId;
use crate::json;
use crate::ports::{ObjectClass, ObjectUnavailable, Timestamp};

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// What is new of this is to be delivered, if it is one of these types and
    /// happened since then.
    Tell {
        since: Timestamp,
        types: Vec<EventType>,
        news: Vec<News>,
    },
    /// Sends something, to see whether the endpoint is there.
    Ping,
    /// The endpoint has been changed or deleted.
    Look,
    /// Delivers these once more, from the first number to the last.
    Replay {
        from: i64,
        to: i64,
    },
    List {
        status: Option<DeliveryStatus>,
        before: Option<i64>,
        limit: usize,
    },
}

pub async fn ask(app: &App, webhook: WebhookId, command: &Command) -> Result<String, ObjectUnavailable> {
    let body = json::text(command);
    app.objects.command(ObjectClass::Webhook, &webhook.to_string(), body).await
}

/// What staff have it do.
pub async fn ask_for_staff(
    app: &App,
    webhook: WebhookId,
    _: Confirmed,
    command: &Command,
) -> Result<String, ObjectUnavailable> {
    ask(app, webhook, command).await
}
