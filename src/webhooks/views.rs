//! What staff send of webhooks, and what they are shown.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::news::{EVENT_TYPES, EventType};
use super::rules::MOST_TRIES;
use super::target::{MAX_URL, Target};
use crate::ids::WebhookId;
use crate::json;
use crate::money::MAX_AMOUNT;
use crate::ports::Timestamp;
use crate::problem::FieldError;
use crate::wire::page;
use crate::wire::patch::not_null;

/// The most webhooks of a shop; the table says the same.
pub const MAX_WEBHOOKS: usize = 20;

/// An endpoint that is told what happens.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Webhook {
    pub id: WebhookId,
    pub url: String,
    /// Of what it is told.
    pub types: Vec<EventType>,
    /// `null`: it is told. What waits for one that is disabled goes out once it
    /// is enabled; what happens meanwhile is not told.
    pub disabled: Option<Disabled>,
    /// Which of its secrets is the newest.
    pub secret_version: i64,
    /// For a day after that, what is sent is signed by the secret before, too.
    pub secret_rotated_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// What happened before is not told.
    #[serde(skip)]
    pub enabled_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "DisabledWebhook")]
pub struct Disabled {
    pub at: Timestamp,
    pub because: Because,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "WebhookDisabledBecause")]
pub enum Because {
    Owner,
    /// It answered 410: whoever is there wants nothing more.
    Gone,
}

/// A webhook, and what it knows the shop by.
#[derive(Serialize, JsonSchema)]
pub struct WebhookWithSecret {
    #[serde(flatten)]
    webhook: Webhook,
    /// `whsec_` and the key in base64. Shown here alone.
    secret: String,
}

#[derive(Serialize, JsonSchema)]
pub struct WebhookList {
    pub items: Vec<Webhook>,
    pub next_cursor: Option<String>,
    pub total: usize,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// HTTPS, by the name of a host on the Internet, on port 443 or one from 1024.
    #[schemars(length(min = 1, max = MAX_URL), example = "https://hooks.example.com/orders")]
    url: String,
    /// Of what it is told.
    #[schemars(length(min = 1, max = EVENT_TYPES))]
    types: Vec<EventType>,
}

/// A change of a webhook: what is absent stays as it is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub struct WebhookPatch {
    /// What waits goes there, too.
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "String", skip_serializing_if = "Option::is_none", length(min = 1, max = MAX_URL))]
    url: Option<String>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Vec<EventType>", skip_serializing_if = "Option::is_none", length(min = 1, max = EVENT_TYPES))]
    types: Option<Vec<EventType>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "bool", skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
}

/// What is wanted of a new webhook, once all rules hold.
pub struct Wanted {
    pub url: Target,
    pub types: Vec<EventType>,
}

/// A change that breaks no rule.
pub struct Change {
    pub url: Option<Target>,
    pub types: Option<Vec<EventType>>,
    pub enabled: Option<bool>,
}

impl Change {
    /// What was asked for, over what staff were shown before: for what is written down of it.
    pub fn over(&self, before: &Webhook, now: Timestamp) -> serde_json::Value {
        let mut after = before.clone();
        if let Some(url) = &self.url {
            url.as_str().clone_into(&mut after.url);
        }
        if let Some(types) = &self.types {
            after.types.clone_from(types);
        }
        match self.enabled {
            Some(true) => after.disabled = None,
            Some(false) if after.disabled.is_none() => {
                after.disabled = Some(Disabled { at: now, because: Because::Owner });
            }
            _ => {}
        }
        json::value(&after)
    }
}

impl NewWebhook {
    /// The rules, all that are broken at once.
    pub fn check(self, development: bool) -> Result<Wanted, Vec<FieldError>> {
        match (target(&self.url, development), distinct(self.types)) {
            (Ok(url), Ok(types)) => Ok(Wanted { url, types }),
            (url, types) => Err(url.err().into_iter().chain(types.err()).collect()),
        }
    }
}

impl WebhookPatch {
    /// The rules, all that are broken at once.
    pub fn check(self, development: bool) -> Result<Change, Vec<FieldError>> {
        let url = self.url.map(|url| target(&url, development)).transpose();
        match (url, self.types.map(distinct).transpose()) {
            (Ok(url), Ok(types)) => Ok(Change { url, types, enabled: self.enabled }),
            (url, types) => Err(url.err().into_iter().chain(types.err()).collect()),
        }
    }
}

fn target(url: &str, development: bool) -> Result<Target, FieldError> {
    Target::parse(url, development).map_err(|wrong| FieldError::new("/url", wrong.to_string()))
}

fn distinct(types: Vec<EventType>) -> Result<Vec<EventType>, FieldError> {
    if types.is_empty() || has_twins(&types) {
        return Err(FieldError::new("/types", "must have at least one type of event, and each once"));
    }
    Ok(types)
}

fn has_twins(types: &[EventType]) -> bool {
    types.iter().enumerate().any(|(n, kind)| types.iter().skip(n.saturating_add(1)).any(|other| other == kind))
}

/// The number of one of a webhook's deliveries: 1, 2 and so on, as it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub struct DeliveryNumber(i64);

impl DeliveryNumber {
    pub fn get(self) -> i64 {
        self.0
    }
}

impl TryFrom<i64> for DeliveryNumber {
    type Error = String;
    fn try_from(number: i64) -> Result<Self, String> {
        let fits = (1..=MAX_AMOUNT).contains(&number);
        if fits { Ok(Self(number)) } else { Err(format!("must be from 1 to {MAX_AMOUNT}")) }
    }
}

impl JsonSchema for DeliveryNumber {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DeliveryNumber".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "integer", "minimum": 1, "maximum": MAX_AMOUNT})
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// To be tried, or tried again.
    Waiting,
    Delivered,
    /// Given up: it was tried ten times, or too many waited.
    Dead,
}

/// An event on its way to an endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "WebhookDelivery")]
pub struct Delivery {
    pub number: i64,
    /// The `webhook-id`; the same in every try.
    pub event_id: String,
    /// One of the types of events, or `ping`.
    #[serde(rename = "type")]
    pub kind: String,
    pub order_id: Option<String>,
    pub status: DeliveryStatus,
    /// Since it was last told to go: 10 at most.
    #[schemars(range(min = 0, max = MOST_TRIES))]
    pub attempts: u32,
    pub last_attempt_at: Option<Timestamp>,
    /// When it is tried next, unless an earlier one of the same order has to go
    /// first; `null` unless it waits.
    pub next_attempt_at: Option<Timestamp>,
    /// What the endpoint answered last; `null` if it did not.
    pub response_status: Option<u16>,
    /// Why there was no answer.
    pub error: Option<String>,
    pub created_at: Timestamp,
}

/// Deliveries, the newest first.
#[derive(Serialize, JsonSchema)]
pub struct DeliveryList {
    pub items: Vec<Delivery>,
    pub next_cursor: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryFilter {
    #[serde(default)]
    pub status: Option<DeliveryStatus>,
    /// The most deliveries of one page.
    #[schemars(with = "Option<page::LimitParameter>")]
    pub limit: Option<String>,
    /// The `next_cursor` of the page before.
    #[schemars(with = "Option<page::CursorParameter>")]
    pub cursor: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayBody {
    /// The first that is delivered again; all that came after it are, too, as
    /// far as they are kept.
    pub from: DeliveryNumber,
}

/// What was told to go, and goes in order.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "QueuedDeliveries")]
pub struct Queued {
    /// The number of the first.
    pub first: i64,
    pub count: i64,
}
