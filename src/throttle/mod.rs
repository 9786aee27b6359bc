//! How much the shop takes from whom, and at what pace.
//!
//! Lends: [`take`], [`give_back`] and [`forget`] for tries that are counted;
//! [`occupy`] and [`vacate`] for what can be had so often at once; [`Limits`];
//! and [`gate`], which keeps slow work from everybody else's answers.
//! Tries and slots are counted by a [`Throttle`]: an object of its own for each
//! account, mailbox and network, so that no number of requests at once gets
//! more than the limit.

pub mod error;
pub mod gate;
mod limits;
mod network;
pub mod object;
pub mod rules;
mod store;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

pub use self::error::ThrottleError;
pub use self::limits::{Limit, Limits, current as limits};
pub use self::network::Network;
use self::object::Answer;
use self::rules::{Bucket, Command, SlotId};
use crate::app::{App, Keys};
use crate::ids::AccountId;
use crate::json;
use crate::ports::{ObjectClass, ObjectUnavailable};
use crate::together::{ALL, together};

/// Whom a throttle counts for: the name of its object. Mailboxes and networks
/// are in it as keyed digests, which tell nobody who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Throttle(String);

impl Throttle {
    /// The name of the object.
    pub fn name(&self) -> &str {
        &self.0
    }

    pub fn of_account(account: AccountId) -> Self {
        Self(format!("account/{account}"))
    }

    /// Of an e-mail address in its one form, whether or not it has an account:
    /// both are counted alike, and answered alike.
    pub fn of_address(keys: &Keys, email: &str) -> Self {
        Self::digest(keys, "address", email)
    }

    pub fn of_network(keys: &Keys, network: Network) -> Self {
        Self::digest(keys, "network", &network.to_string())
    }

    fn digest(keys: &Keys, kind: &str, text: &str) -> Self {
        Self(format!("{kind}/{}", BASE64_URL_SAFE_NO_PAD.encode(keys.mac("throttle", &[kind, text]))))
    }
}

/// A try that is counted: by whom, in which bucket, under which limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Try {
    pub throttle: Throttle,
    pub bucket: Bucket,
    pub limit: Limit,
}

/// One try of the account and one of the network, as far as they are known.
pub fn tries(
    keys: &Keys,
    (account, by_account): (Option<AccountId>, Limit),
    (network, by_network): (Option<Network>, Limit),
    bucket: &Bucket,
) -> Vec<Try> {
    let count = |throttle, limit| Try { throttle, bucket: bucket.clone(), limit };
    let of_account = account.map(|account| count(Throttle::of_account(account), by_account));
    let of_network = network.map(|network| count(Throttle::of_network(keys, network), by_network));
    of_account.into_iter().chain(of_network).collect()
}

/// Takes one of each, asked at once. A refusal waits for the last of those that
/// refuse; what the others granted is given back.
pub async fn take(app: &App, tries: &[Try]) -> Result<(), ThrottleError> {
    let asked = tries.iter().map(|Try { throttle, bucket, limit }| {
        ask(app, throttle, Command::Take { bucket: bucket.clone(), limit: *limit })
    });
    let answers = together(asked.collect(), ALL).await;
    let waits = answers.iter().filter_map(|answer| match answer {
        Ok(Answer::Refused { retry_after_millis }) => Some(*retry_after_millis),
        _ => None,
    });
    let refusal = waits.max().map(|retry_after_millis| ThrottleError::TooMany { retry_after_millis });
    let silence = answers.iter().find_map(|answer| answer.clone().err()).map(ThrottleError::from);
    let Some(error) = refusal.or(silence) else { return Ok(()) };
    let granted = tries.iter().zip(&answers).filter(|(_, answer)| matches!(answer, Ok(Answer::Granted)));
    give_back(app, granted.map(|(granted, _)| granted)).await;
    Err(error)
}

/// Puts one of each back: the tries were none. An answer that does not come is
/// not waited for twice: what is taken comes back by itself.
pub async fn give_back(app: &App, tries: impl IntoIterator<Item = &Try>) {
    let asked = tries.into_iter().map(|Try { throttle, bucket, limit }| {
        ask(app, throttle, Command::GiveBack { bucket: bucket.clone(), limit: *limit })
    });
    together(asked.collect(), ALL).await;
}

/// Forgets all the tries in a bucket.
pub async fn forget(app: &App, throttle: &Throttle, bucket: Bucket) {
    let _ = ask(app, throttle, Command::Forget { bucket }).await;
}

/// Something that can be had so often at once: by whom, and how often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slots {
    pub throttle: Throttle,
    pub at_most: u32,
}

/// Takes a slot of each for so many milliseconds at most. What was granted
/// although another refused is for the caller to give back.
pub async fn occupy(app: &App, of: &[Slots], slot: &SlotId, millis: i64) -> Result<(), ThrottleError> {
    let asked = of.iter().map(|Slots { throttle, at_most }| {
        ask(app, throttle, Command::Occupy { slot: slot.clone(), at_most: *at_most, millis })
    });
    let mut wait = None;
    for answer in together(asked.collect(), ALL).await {
        if let Answer::Refused { retry_after_millis } = answer? {
            wait = wait.max(Some(retry_after_millis));
        }
    }
    wait.map_or(Ok(()), |retry_after_millis| Err(ThrottleError::TooMany { retry_after_millis }))
}

/// Gives a slot of each back.
pub async fn vacate(app: &App, of: &[Slots], slot: &SlotId) -> Result<(), ObjectUnavailable> {
    let asked = of.iter().map(|Slots { throttle, .. }| ask(app, throttle, Command::Vacate { slot: slot.clone() }));
    together(asked.collect(), ALL).await.into_iter().try_for_each(|answer| answer.map(drop))
}

async fn ask(app: &App, throttle: &Throttle, command: Command) -> Result<Answer, ObjectUnavailable> {
    let answer = app.objects.command(ObjectClass::Throttle, &throttle.0, json::text(&command)).await?;
    json::read(answer.as_bytes()).map_err(|error| ObjectUnavailable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throttle_does_not_say_whose_it_is() {
        let keys = Keys::parse(&"7".repeat(64)).unwrap();
        let network = Network::of("192.0.2.1".parse().unwrap()).unwrap();
        let (address, network) = (Throttle::of_address(&keys, "ada@example.com"), Throttle::of_network(&keys, network));
        assert!(!address.0.contains("ada") && !network.0.contains("192"), "{address:?} {network:?}");
        assert_ne!(address, Throttle::of_address(&keys, "eve@example.com"));
        assert_ne!(address, Throttle::of_address(&Keys::parse(&"8".repeat(64)).unwrap(), "ada@example.com"));
    }
}
