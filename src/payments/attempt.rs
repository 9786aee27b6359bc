//! One try at taking an order's money, and what it may come to. Nothing here
//! knows the words of any one provider.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::ids::OrderId;
use crate::money::Money;
use crate::ports::Timestamp;
use crate::settings::Capture;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// Who takes the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PaymentProvider")]
pub enum Provider {
    Test,
    Stripe,
    /// Staff do: a bank transfer, cash on delivery, an invoice.
    Manual,
    /// Nobody: nothing is left to pay. It is never asked for.
    None,
}

/// How the buyer pays, in the words of the provider, which alone reads them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Method(String);

impl Method {
    /// The longest that there is, in characters: Stripe's ids have 27.
    pub const MAX: usize = 64;

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A provider's own, which needs no checking.
    pub(super) fn plain(name: &'static str) -> Self {
        Self(name.to_owned())
    }
}

impl FromStr for Method {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if is_card_number(text) {
            return Err("this may be a card's number, which the shop takes from nobody: give it to the provider alone");
        }
        if (1..=Self::MAX).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err("a payment method is 1 to 64 letters, digits, hyphens and underscores, such as pm_card_visa")
        }
    }
}

/// Whether it has as many digits as a card's number (ISO/IEC 7812: up to 19),
/// and nothing else but what groups them.
fn is_card_number(text: &str) -> bool {
    let grouping = |sign: char| matches!(sign, '-' | '_' | ' ');
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (13..=19).contains(&digits) && text.chars().all(|sign| sign.is_ascii_digit() || grouping(sign))
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Method {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer, str::parse)
    }
}

impl JsonSchema for Method {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PaymentMethod".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "pattern": "^[A-Za-z0-9_-]+$", "minLength": 1, "maxLength": Self::MAX,
            "examples": ["pm_card_visa"],
        })
    }
}

/// What a buyer chose to pay by, as the shop takes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentChoice {
    pub provider: Provider,
    /// None where the provider asks the buyer for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    #[serde(default, skip_serializing_if = "Terms::are_usual")]
    pub terms: Terms,
}

/// What the shop said of a way to pay when it was chosen: it stands, however
/// the settings change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// When the money is taken.
    #[serde(default)]
    pub capture: Capture,
    /// The provider's public key, for the buyer's browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publishable_key: Option<String>,
    /// How to pay, in words for the buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// Whether the order is confirmed before its money has come.
    #[serde(default)]
    pub on_credit: bool,
    /// After so many days without any money the order is cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_after_days: Option<u32>,
}

impl Terms {
    fn are_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl PaymentChoice {
    /// Where nothing is left to pay.
    pub fn nothing() -> Self {
        Self { provider: Provider::None, method: None, terms: Terms::default() }
    }

    /// By one of the test provider's methods.
    pub fn test(method: super::TestMethod) -> Self {
        let later = method == super::TestMethod::Authorized;
        let capture = if later { Capture::Manual } else { Capture::Automatic };
        Self { provider: Provider::Test, method: Some(method.into()), terms: Terms { capture, ..Terms::default() } }
    }

    /// Whether a buyer would call it the same way to pay.
    pub fn is_same_way(&self, other: &Self) -> bool {
        (self.provider, &self.method) == (other.provider, &other.method)
    }
}

/// One try at taking an order's money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    pub number: u32,
    /// The provider's idempotency key, written before it is first asked.
    pub id: String,
    pub payment: PaymentChoice,
    /// What it is to take.
    pub amount: Money,
    /// What it has taken so far.
    pub captured: Money,
    /// How the provider names it, once it has said so: later calls need no search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
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
        next: Box<PaymentChoice>,
    },
    Declined {
        reason: String,
        at: Timestamp,
    },
    /// The money is set aside for the shop, and not taken yet.
    Authorized,
    /// Staff will say when the money has come.
    Owed,
    Paid,
    /// Can no longer take money.
    Voided,
}

impl AttemptStatus {
    /// Whether its provider may still take money, or keep it set aside.
    pub fn is_open(&self) -> bool {
        match self {
            Self::Started
            | Self::Unknown { .. }
            | Self::RequiresAction { .. }
            | Self::CallingOff { .. }
            | Self::Authorized => true,
            Self::Declined { .. } | Self::Owed | Self::Paid | Self::Voided => false,
        }
    }
}

impl Attempt {
    pub fn new(order: OrderId, number: u32, payment: PaymentChoice, amount: Money, now: Timestamp) -> Self {
        Self {
            number,
            id: format!("{order}-{number}"),
            payment,
            amount,
            captured: Money::zero(amount.currency),
            reference: None,
            started_at: now,
            polls: 0,
            status: AttemptStatus::Started,
        }
    }

    /// Every time that it has, for a clock that is put right.
    pub fn times(&mut self) -> impl Iterator<Item = &mut Timestamp> {
        let of_status = match &mut self.status {
            AttemptStatus::Unknown { next_poll: at }
            | AttemptStatus::RequiresAction { at, .. }
            | AttemptStatus::Declined { at, .. } => Some(at),
            _ => None,
        };
        of_status.into_iter().chain([&mut self.started_at])
    }

    /// How it stands now; all of its money came with [`AttemptStatus::Paid`].
    pub fn settle(&mut self, status: AttemptStatus) {
        if status == AttemptStatus::Paid {
            self.captured = self.amount;
        }
        self.status = status;
    }

    /// What is still to come.
    pub fn left(&self) -> Money {
        Money { amount: self.amount.amount.saturating_sub(self.captured.amount), ..self.amount }
    }

    /// Until when some of the money must have come; none if it is waited for
    /// without end, or has.
    pub fn due_by(&self) -> Option<Timestamp> {
        let waits = matches!(self.status, AttemptStatus::Owed) && self.captured.amount == 0;
        let days = self.payment.terms.cancel_after_days.filter(|_| waits)?;
        Some(self.started_at.plus_millis(i64::from(days).saturating_mul(DAY_MILLIS)))
    }
}

/// What a provider says of an attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All of the attempt's amount was taken.
    Paid,
    /// So much of what was set aside was taken, and the rest let go.
    PartlyPaid {
        amount: Money,
    },
    /// All of it is set aside, to be taken or let go.
    Authorized,
    /// Staff will say when it has come.
    Owed,
    /// For good: the attempt will never take money.
    Declined {
        reason: String,
    },
    ActionRequired {
        client_secret: String,
    },
    /// No answer: it may have taken the money or not.
    Unknown,
    /// It has not decided yet.
    Pending,
    /// The provider has never heard of the attempt.
    NotFound,
    /// What the provider has under this name is not what was asked for: another
    /// amount, currency, account or order. Never taken for paid.
    Unfit,
    /// The attempt will never take money.
    Voided,
}

/// What a provider says of an attempt, and how it names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub outcome: Outcome,
    pub reference: Option<String>,
    /// What it has given back of the money in all, where it says so.
    pub refunded: Option<Money>,
}

impl From<Outcome> for Report {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, reference: None, refunded: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn a_method_is_one_plain_word() {
        for good in ["pm_card_visa", "bank_transfer", "pm_1PqZ-x", &"x".repeat(Method::MAX)] {
            assert_eq!(good.parse::<Method>().map(|method| method.to_string()).as_deref(), Ok(good));
        }
        for card in ["4242424242424242", "4242-4242-4242-4242", "4222222222222", "4242 4242 4242 4242"] {
            assert!(card.parse::<Method>().unwrap_err().contains("card's number"), "{card:?}");
        }
        for wrong in ["", " ", "pm card", "pm/../card", "é", "a&b=c", &"x".repeat(Method::MAX + 1)] {
            assert!(wrong.parse::<Method>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn money_is_waited_for_until_some_has_come() {
        let eur = |amount| Money { amount, currency: Currency::parse("EUR").unwrap() };
        let terms = Terms { cancel_after_days: Some(7), ..Terms::default() };
        let payment = PaymentChoice { provider: Provider::Manual, method: None, terms };
        let at = Timestamp::from_millis(1_000);
        let mut attempt = Attempt::new(OrderId::derived([1; 16]), 1, payment, eur(500), at);
        assert_eq!(attempt.due_by(), None, "nobody has said yet that it is owed");
        attempt.status = AttemptStatus::Owed;
        assert_eq!(attempt.due_by(), Some(at.plus_millis(7 * DAY_MILLIS)));
        attempt.captured = eur(200);
        assert_eq!((attempt.due_by(), attempt.left()), (None, eur(300)));
    }
}
