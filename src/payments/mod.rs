//! Payment providers. An attempt carries an id of its own, so that asking a
//! provider twice is the same as asking once.
//!
//! Lends: [`Attempt`] and [`charge`], [`authenticate`], [`poll`], [`cancel`],
//! [`refund`].

pub mod test_provider;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::ids::OrderId;
use crate::money::Money;
use crate::ports::Timestamp;

/// After this many milliseconds a provider's answer is not waited for.
pub const DEADLINE_MILLIS: u32 = 4_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PaymentProvider")]
pub enum Provider {
    Test,
}

/// How the buyer pays. The test provider's are named as Stripe's test ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PaymentMethod")]
pub enum Method {
    #[serde(rename = "pm_card_visa")]
    Visa,
    #[serde(rename = "pm_card_chargeDeclined")]
    Declined,
    #[serde(rename = "pm_card_chargeDeclinedInsufficientFunds")]
    InsufficientFunds,
    #[serde(rename = "pm_card_authenticationRequired")]
    AuthenticationRequired,
    /// Charges, and never answers.
    #[serde(rename = "pm_test_timeout")]
    Timeout,
    /// Neither charges nor answers.
    #[serde(rename = "pm_test_unreachable")]
    Unreachable,
    /// Answers after two seconds.
    #[serde(rename = "pm_test_slow")]
    Slow,
}

/// One try at taking an order's money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    pub number: u32,
    /// The provider's idempotency key.
    pub id: String,
    pub provider: Provider,
    pub method: Method,
    pub started_at: Timestamp,
    pub polls: u32,
    pub status: AttemptStatus,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptStatus {
    /// To be asked, or asked by a run that did not live to hear the answer.
    Started,
    /// Asked, without an answer.
    Unknown {
        next_poll: Timestamp,
    },
    /// `at`: when the bank asked.
    RequiresAction {
        client_secret: String,
        at: Timestamp,
    },
    /// Given up for another way to pay, which begins once it is certain that
    /// this attempt takes no money.
    CallingOff {
        provider: Provider,
        method: Method,
    },
    Declined {
        reason: String,
        at: Timestamp,
    },
    Paid,
    /// Can no longer take money.
    Voided,
}

impl AttemptStatus {
    /// Whether the attempt may still take money.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Started | Self::Unknown { .. } | Self::RequiresAction { .. } | Self::CallingOff { .. })
    }
}

impl Attempt {
    /// Every time that it has, for a clock that is put right.
    pub fn times(&mut self) -> impl Iterator<Item = &mut Timestamp> {
        let of_status = match &mut self.status {
            AttemptStatus::Unknown { next_poll: at }
            | AttemptStatus::RequiresAction { at, .. }
            | AttemptStatus::Declined { at, .. } => Some(at),
            AttemptStatus::Started | AttemptStatus::CallingOff { .. } | AttemptStatus::Paid | AttemptStatus::Voided => {
                None
            }
        };
        of_status.into_iter().chain([&mut self.started_at])
    }

    pub fn new(order: OrderId, number: u32, provider: Provider, method: Method, now: Timestamp) -> Self {
        Self {
            number,
            id: format!("{order}-{number}"),
            provider,
            method,
            started_at: now,
            polls: 0,
            status: AttemptStatus::Started,
        }
    }
}

/// What a provider says of an attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Paid,
    Declined {
        reason: String,
    },
    ActionRequired {
        client_secret: String,
    },
    /// No answer: it may have taken the money or not.
    Unknown,
    /// The provider has never heard of the attempt.
    NotFound,
    /// The attempt will never take money.
    Voided,
}

/// Takes the money.
pub async fn charge(app: &App, attempt: &Attempt, amount: Money) -> Outcome {
    match attempt.provider {
        Provider::Test => test_provider::charge(app, attempt, amount).await,
    }
}

/// Hands on what the buyer's bank answered to [`AttemptStatus::RequiresAction`].
pub async fn authenticate(app: &App, attempt: &Attempt, amount: Money, approved: bool) -> Outcome {
    match attempt.provider {
        Provider::Test => test_provider::authenticate(app, attempt, amount, approved).await,
    }
}

/// Asks what became of an attempt.
pub async fn poll(app: &App, attempt: &Attempt) -> Outcome {
    match attempt.provider {
        Provider::Test => test_provider::poll(app, attempt).await,
    }
}

/// Makes sure that an attempt takes no money from now on: `Voided`, or `Paid`
/// if it already has.
pub async fn cancel(app: &App, attempt: &Attempt) -> Outcome {
    match attempt.provider {
        Provider::Test => test_provider::cancel(app, attempt).await,
    }
}

/// Gives the money of an attempt back, once. False: not certain, ask again.
pub async fn refund(app: &App, attempt: &Attempt, amount: Money) -> bool {
    match attempt.provider {
        Provider::Test => test_provider::refund(app, attempt, amount).await,
    }
}
