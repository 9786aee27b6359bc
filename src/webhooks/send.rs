//! One try to deliver an event.

use super::object_store::Letter;
use super::rules::Reply;
use super::signature;
use super::target::Target;
use super::views::Webhook;
use crate::app::App;
use crate::ports::HttpCall;

/// How long an endpoint is waited for, in milliseconds (Standard Webhooks,
/// "Request timeouts": 15 to 30 s).
const DEADLINE_MILLIS: u32 = 15_000;

/// The longest cause that is kept, in characters.
const MAX_CAUSE: usize = 200;

/// Sends it. Its status is all that is looked at of the answer: what stands in
/// it is not read, so that nobody learns by a webhook what an address says.
pub async fn send(app: &App, webhook: &Webhook, letter: &Letter) -> Reply {
    // The deployment, or the rules, may have changed since it was written down.
    let target = Target::parse(&webhook.url, app.config.development).map_err(|wrong| format!("the URL {wrong}"))?;
    let Letter { event_id, body } = letter;
    let mut headers = vec![("content-type", "application/json".to_owned()), ("user-agent", "Tradepost".to_owned())];
    headers.extend(signature::headers(&app.keys, webhook, event_id, body, app.clock.now()));
    let call = HttpCall {
        method: "POST",
        url: target.as_str().to_owned(),
        headers,
        body: body.clone(),
        deadline_millis: DEADLINE_MILLIS,
        most_body: 0,
    };
    let reply = app.http.call(call).await;
    reply.map(|reply| reply.status).map_err(|error| error.to_string().chars().take(MAX_CAUSE).collect())
}
