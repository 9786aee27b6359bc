//! How much the shop takes from whom: settings, with defaults.

use std::sync::{PoisonError, RwLock};

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::json;

use crate::app::App;
use crate::json;
use crate::ports::Timestamp;
use crate::settings;
use crate::telemetry;

/// So many at once, and one more each so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Limit {
    at_once: u32,
    one_each_seconds: u32,
}

/// The widest limit: with a day between two, 27 years in milliseconds, well
/// within 2^53.
const MOST_AT_ONCE: u32 = 10_000;
const MOST_SECONDS: u32 = 24 * 3_600;

/// The most unpaid orders at once that may be allowed: a throttle keeps them in
/// one row, of some 60 bytes each.
const MOST_SLOTS: u32 = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLimit {
    #[error("a limit is 1 to {MOST_AT_ONCE} at once and one more each 1 to {MOST_SECONDS} seconds")]
    OutOfRange,
    #[error("an account and a network may have 1 to {MOST_SLOTS} unpaid orders at once")]
    Slots,
}

impl Limit {
    pub fn new(at_once: u32, one_each_seconds: u32) -> Result<Self, InvalidLimit> {
        let fits = (1..=MOST_AT_ONCE).contains(&at_once) && (1..=MOST_SECONDS).contains(&one_each_seconds);
        if fits { Ok(Self { at_once, one_each_seconds }) } else { Err(InvalidLimit::OutOfRange) }
    }

    const fn of(at_once: u32, one_each_seconds: u32) -> Self {
        Self { at_once, one_each_seconds }
    }

    /// After how many milliseconds a bucket has one more.
    pub const fn one_each_millis(self) -> i64 {
        self.one_each_seconds as i64 * 1_000
    }

    /// How many milliseconds an empty bucket takes to be full.
    pub const fn depth_millis(self) -> i64 {
        self.one_each_millis() * self.at_once as i64
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            at_once: u32,
            one_each_seconds: u32,
        }
        let Written { at_once, one_each_seconds } = Written::deserialize(deserializer)?;
        Self::new(at_once, one_each_seconds).map_err(de::Error::custom)
    }
}

/// The shop's limits, as the row `limits` of the settings has them; what the
/// row leaves out is as by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Failed attempts to sign in to one account, by all strangers together; and
    /// by each device that the account is known on.
    pub log_in_by_account: Limit,
    /// Failed attempts to sign in from one network, to whatever accounts.
    pub log_in_by_network: Limit,
    pub registration_by_address: Limit,
    pub registration_by_network: Limit,
    pub carts_by_account: Limit,
    pub carts_by_network: Limit,
    /// Codes that no gift card has.
    pub gift_cards_by_account: Limit,
    pub gift_cards_by_network: Limit,
    /// Codes that no promotion has.
    pub coupons_by_account: Limit,
    pub coupons_by_network: Limit,
    /// VAT numbers that VIES is asked about.
    pub vat_numbers_by_account: Limit,
    pub vat_numbers_by_network: Limit,
    /// Questions for an order by its number: each may write a letter.
    pub findings_by_address: Limit,
    pub findings_by_network: Limit,
    /// Orders that hold stock and are not paid, at once.
    pub unpaid_orders_by_account: u32,
    pub unpaid_orders_by_network: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Ten at once is Auth0's threshold of brute-force protection; 96 more a
            // day keep to the hundred of NIST SP 800-63B, section 5.2.2, by the day.
            // (It counts until the next success, which would let strangers lock an
            // account for good; OWASP's device cookies are the way out of both.)
            log_in_by_account: Limit::of(10, 900),
            // Auth0's suspicious-IP throttling: 100, and one more each 864 s.
            log_in_by_network: Limit::of(100, 864),
            // Nobody registers one mailbox often; each time may send it a mail.
            registration_by_address: Limit::of(5, 3_600),
            // Auth0's, again: 50, and one more each 1,728 s.
            registration_by_network: Limit::of(50, 1_728),
            // A cart is an object with a store of its own, and takes a second to
            // fill: a brake on floods. Behind one address may be a city's phones.
            carts_by_account: Limit::of(100, 10),
            carts_by_network: Limit::of(300, 1),
            // Nobody mistypes a code ten times. Behind one address may be many who do,
            // and 100 bits are out of anybody's reach: the brake is for codes that
            // staff made up.
            gift_cards_by_account: Limit::of(10, 900),
            gift_cards_by_network: Limit::of(30, 300),
            // Whoever looks for a discount tries what other sites have; a code that was
            // sent to one person is not found so.
            coupons_by_account: Limit::of(20, 300),
            coupons_by_network: Limit::of(60, 60),
            // A business has one number. VIES shuts out whoever asks too often, for all
            // of the shop's buyers.
            vat_numbers_by_account: Limit::of(10, 300),
            vat_numbers_by_network: Limit::of(30, 60),
            // Nobody looks for one order often. A number is 40 random bits, and the letter
            // goes to its own mailbox: the brake is for that mailbox.
            findings_by_address: Limit::of(5, 3_600),
            findings_by_network: Limit::of(20, 300),
            // Most payments take less than a minute. Thirty let a hall of people
            // buy at once, and bound what one address can keep from all others.
            unpaid_orders_by_account: 10,
            unpaid_orders_by_network: 30,
        }
    }
}

impl Limits {
    fn parse(text: &str) -> Result<Self, json::Error> {
        let limits: Self = json::read(text.as_bytes())?;
        let slots = [limits.unpaid_orders_by_account, limits.unpaid_orders_by_network];
        if slots.iter().any(|slots| !(1..=MOST_SLOTS).contains(slots)) {
            return Err(de::Error::custom(InvalidLimit::Slots));
        }
        Ok(limits)
    }
}

/// For how long an isolate goes by the limits that it has read, in milliseconds.
const FRESH_MILLIS: i64 = 60_000;

/// The limits as this isolate last read them.
#[derive(Default)]
struct LimitsMemory(RwLock<Option<(Limits, Timestamp)>>);

impl LimitsMemory {
    /// The limits, if nobody need read them now. Whoever finds them stale takes
    /// it on to read them; others go by the old ones meanwhile.
    fn claim(&self, now: Timestamp) -> Option<Limits> {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let (limits, read_at) = kept.as_mut()?;
        if (0..FRESH_MILLIS).contains(&now.since(*read_at)) {
            return Some(*limits);
        }
        *read_at = now;
        None
    }

    fn last(&self) -> Option<Limits> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).map(|(limits, _)| limits)
    }

    fn set(&self, limits: Limits, now: Timestamp) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((limits, now));
    }
}

/// The shop's limits. While the database is down, or a row that makes no sense
/// is in it, the last ones that were read, or the defaults.
pub async fn current(app: &App) -> Limits {
    let memory = app.kept(|_| LimitsMemory::default());
    if let Some(limits) = memory.claim(app.clock.now()) {
        return limits;
    }
    let limits = read(app).await.unwrap_or_else(|cause| {
        telemetry::log(&json!({ "level": "error", "event": "limits_not_read", "cause": cause }));
        memory.last().unwrap_or_default()
    });
    memory.set(limits, app.clock.now());
    limits
}

async fn read(app: &App) -> Result<Limits, String> {
    let rows = app.database.batch(vec![settings::value("limits")]).await.map_err(|error| error.to_string())?;
    let text = settings::read_value(rows.into_iter().next().unwrap_or_default()).map_err(|error| error.to_string())?;
    text.map_or_else(|| Ok(Limits::default()), |text| Limits::parse(&text)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shop_does_not_set_is_as_by_default() {
        assert_eq!(Limits::parse("{}").unwrap(), Limits::default());
        let text = r#"{"carts_by_network":{"at_once":7,"one_each_seconds":60},"unpaid_orders_by_account":1}"#;
        let expected = Limits { carts_by_network: Limit::of(7, 60), unpaid_orders_by_account: 1, ..Limits::default() };
        assert_eq!(Limits::parse(text).unwrap(), expected);
    }

    #[test]
    fn a_limit_that_lets_nobody_in_or_everybody_is_refused() {
        for (at_once, seconds) in [(0, 1), (1, 0), (MOST_AT_ONCE + 1, 1), (1, MOST_SECONDS + 1)] {
            assert_eq!(Limit::new(at_once, seconds), Err(InvalidLimit::OutOfRange));
            let text = format!(r#"{{"carts_by_network":{{"at_once":{at_once},"one_each_seconds":{seconds}}}}}"#);
            assert!(Limits::parse(&text).is_err(), "{text}");
        }
        for wrong in [
            r#"{"unpaid_orders_by_network":0}"#,
            r#"{"unpaid_orders_by_account":1001}"#,
            r#"{"log_in":{"at_once":1,"one_each_seconds":1}}"#,
            "",
        ] {
            assert!(Limits::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Limit::new(MOST_AT_ONCE, MOST_SECONDS).unwrap().depth_millis() < 1 << 53);
    }

    #[test]
    fn one_caller_reads_stale_limits_and_the_others_go_on() {
        let at = Timestamp::from_millis;
        let memory = LimitsMemory::default();
        assert_eq!(memory.claim(at(0)), None);
        memory.set(Limits::default(), at(0));
        assert_eq!(memory.claim(at(FRESH_MILLIS - 1)), Some(Limits::default()));
        assert_eq!(memory.claim(at(FRESH_MILLIS)), None);
        assert_eq!(memory.claim(at(FRESH_MILLIS)), Some(Limits::default()));
        // A clock that goes back has them read at once.
        assert_eq!(memory.claim(at(0)), None);
    }
}
