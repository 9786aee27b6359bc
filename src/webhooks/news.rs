//! What other systems are told, and whether an endpoint has heard it. Pure.
//!
//! Whoever has news says how a thing stands and what has happened to it so far.
//! What of it is new follows from what the endpoint heard before, so that news
//! may come twice, late or out of order, and each event is told once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::ports::Timestamp;

/// Events by their names in the trade: what it is about, a full stop, what happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "WebhookEventType")]
pub enum EventType {
    #[serde(rename = "order.placed")]
    OrderPlaced,
    /// All its money was taken.
    #[serde(rename = "order.paid")]
    OrderPaid,
    #[serde(rename = "order.cancelled")]
    OrderCancelled,
    /// Some of its money was given back.
    #[serde(rename = "order.refunded")]
    OrderRefunded,
    /// Anything else about it that can be seen has changed.
    #[serde(rename = "order.updated")]
    OrderUpdated,
}

/// How many there are.
pub const EVENT_TYPES: usize = 5;

impl EventType {
    pub fn name(self) -> &'static str {
        match self {
            Self::OrderPlaced => "order.placed",
            Self::OrderPaid => "order.paid",
            Self::OrderCancelled => "order.cancelled",
            Self::OrderRefunded => "order.refunded",
            Self::OrderUpdated => "order.updated",
        }
    }
}

/// What is sent to see whether an endpoint is there; nobody can choose it.
pub const PING: &str = "ping";

/// How a thing stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct News {
    /// The thing's id. What is told of one thing is told in order.
    pub about: String,
    /// Grows with each change.
    pub version: u64,
    /// What has happened to it so far, the oldest first; only ever added to.
    pub events: Vec<(Timestamp, EventType)>,
    /// When it last changed.
    pub at: Timestamp,
    pub data: Value,
}

/// What an endpoint has heard of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Heard {
    pub version: u64,
    /// So many of its events.
    pub events: u64,
}

/// Something to be delivered.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The `webhook-id`: the same event has the same at every endpoint and in
    /// every attempt. No full stop is in it, as the signature's parts are divided by them.
    pub id: String,
    pub kind: EventType,
    pub at: Timestamp,
}

impl News {
    /// What is new to an endpoint that has heard so much, and is to be told of
    /// nothing before `since`.
    pub fn untold(&self, heard: Heard, since: Timestamp) -> Vec<Event> {
        if self.version <= heard.version {
            return Vec::new();
        }
        let event = |(n, (at, kind)): (u64, &(Timestamp, EventType))| Event {
            id: format!("{}-{n}", self.about),
            kind: *kind,
            at: *at,
        };
        let events = (1..).zip(&self.events).filter(|(n, (at, _))| *n > heard.events && *at >= since).map(event);
        let mut events: Vec<_> = events.collect();
        if events.is_empty() && self.at >= since {
            let id = format!("{}-v{}", self.about, self.version);
            events.push(Event { id, kind: EventType::OrderUpdated, at: self.at });
        }
        events
    }

    /// What has been heard once this was.
    pub fn heard(&self, before: Heard) -> Heard {
        let events = u64::try_from(self.events.len()).unwrap_or(u64::MAX);
        if self.version > before.version { Heard { version: self.version, events } } else { before }
    }
}

/// What is sent (Standard Webhooks, "Payload structure"): `timestamp` is when it
/// happened; `data` how the thing stood when the endpoint was told.
pub fn payload(kind: &str, at: Timestamp, data: &Value) -> String {
    json!({ "type": kind, "timestamp": at, "data": data }).to_string()
}

#[cfg(test)]
mod tests {
    use super::EventType::*;
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp::from_millis(1_769_851_800_000);

    /// The order's state after so many changes, of which each second is named.
    fn news(version: u64) -> News {
        let at = |n: u64| START.plus_seconds(i64::try_from(n).unwrap());
        let events = (1..=version / 2).map(|n| (at(2 * n), if n == 1 { OrderPlaced } else { OrderRefunded }));
        News { about: "ord_1".into(), version, events: events.collect(), at: at(version), data: json!({}) }
    }

    fn told(news: &News, heard: Heard, since: i64) -> Vec<(String, EventType)> {
        let events = news.untold(heard, START.plus_seconds(since));
        events.into_iter().map(|event| (event.id, event.kind)).collect()
    }

    #[test]
    fn events_are_told_by_name_and_other_changes_as_an_update() {
        let nothing = Heard::default();
        assert_eq!(told(&news(2), nothing, 0), [("ord_1-1".into(), OrderPlaced)]);
        let heard = news(2).heard(nothing);
        assert_eq!(told(&news(3), heard, 0), [("ord_1-v3".into(), OrderUpdated)]);
        let both = [("ord_1-2".into(), OrderRefunded), ("ord_1-3".into(), OrderRefunded)];
        assert_eq!(told(&news(7), heard, 0), both);
        assert_eq!(told(&news(2), heard, 0), []);
    }

    #[test]
    fn what_happened_before_an_endpoint_was_enabled_is_not_told() {
        assert_eq!(told(&news(4), Heard::default(), 3), [("ord_1-2".into(), OrderRefunded)]);
        assert_eq!(told(&news(5), Heard::default(), 5), [("ord_1-v5".into(), OrderUpdated)]);
        assert_eq!(told(&news(5), Heard::default(), 6), []);
    }

    #[test]
    fn names_are_those_of_the_wire() {
        for kind in [OrderPlaced, OrderPaid, OrderCancelled, OrderRefunded, OrderUpdated] {
            assert_eq!(json!(kind), kind.name());
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_twice_late_or_not_at_all_each_event_is_told_once(order in prop::collection::vec(1_u64..20, 1..40)) {
            let mut heard = Heard::default();
            let mut seen = Vec::new();
            for version in &order {
                let news = news(*version);
                seen.extend(news.untold(heard, START));
                heard = news.heard(heard);
            }
            let newest = order.iter().max().unwrap();
            let named: Vec<_> = seen.iter().filter(|event| event.kind != OrderUpdated).map(|event| event.id.clone()).collect();
            let expected: Vec<_> = (1..=newest / 2).map(|n| format!("ord_1-{n}")).collect();
            prop_assert_eq!(named, expected);
            let mut ids: Vec<_> = seen.iter().map(|event| &event.id).collect();
            ids.sort();
            ids.dedup();
            prop_assert_eq!(ids.len(), seen.len());
            prop_assert!(seen.iter().all(|event| !event.id.contains('.')));
        }
    }
}
