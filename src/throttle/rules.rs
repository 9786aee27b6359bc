//! The rules of a throttle, pure: `decide` and `apply`.
//!
//! A **bucket** counts tries: so many at once, then one more each so many
//! seconds (a token bucket, RFC 2697's committed rate and burst). A **slot** is
//! taken for a while and given back, or ends by itself.
//!
//! Everything is kept as a duration from the moment of the last change. Where
//! that lies ahead, the clock was put back, and how long ago a try was cannot be
//! told: nobody waits for it. A slot goes on for as long as it had left, as the
//! order that has it does.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::limits::Limit;
use crate::ports::Timestamp;
use crate::sorted::SortedMap;

/// The most buckets of one throttle: a handful of its own, and one for each
/// device that an account is known on and has lately failed from.
const MAX_BUCKETS: usize = 64;

/// How far the clocks of two machines may differ, in milliseconds: a throttle
/// moves from one to another, and nobody is let off for it.
const LEEWAY_MILLIS: i64 = 5_000;

/// Names one bucket of a throttle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bucket(Cow<'static, str>);

impl Bucket {
    /// Failed attempts to sign in by whoever is not a known device.
    pub const LOG_IN: Self = Self(Cow::Borrowed("log_in"));
    pub const REGISTRATION: Self = Self(Cow::Borrowed("registration"));
    /// Carts that were begun.
    pub const CARTS: Self = Self(Cow::Borrowed("carts"));
    /// Codes of gift cards that nobody has.
    pub const GIFT_CARDS: Self = Self(Cow::Borrowed("gift_cards"));
    /// Codes that no promotion has.
    pub const COUPONS: Self = Self(Cow::Borrowed("coupons"));
    /// Questions for an order by its number and mailbox.
    pub const FINDINGS: Self = Self(Cow::Borrowed("findings"));
    /// VAT numbers that VIES is asked about.
    pub const VAT_NUMBERS: Self = Self(Cow::Borrowed("vat_numbers"));

    /// Failed attempts to sign in from a device that the account is known on.
    pub fn device(nonce: &str) -> Self {
        Self(Cow::Owned(format!("device/{nonce}")))
    }
}

/// Names one slot. Chosen by whoever takes it, so that asking again means the
/// same slot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SlotId(pub String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Takes one try out of a bucket.
    Take { bucket: Bucket, limit: Limit },
    /// Puts one back: the try was none.
    GiveBack { bucket: Bucket, limit: Limit },
    /// Fills a bucket up.
    Forget { bucket: Bucket },
    /// Takes one of so many slots, for so many milliseconds at most. Taking it
    /// again changes nothing.
    Occupy { slot: SlotId, at_most: u32, millis: i64 },
    /// Gives a slot back.
    Vacate { slot: SlotId },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// What a bucket lacks from now on; full again at zero.
    Lacks {
        bucket: Bucket,
        millis: i64,
    },
    Occupied {
        slot: SlotId,
        millis: i64,
    },
    Vacated {
        slot: SlotId,
    },
}

/// Not now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The same command can be granted after this, and perhaps before.
    pub retry_after_millis: i64,
}

/// A throttle as it stands. Durations are in milliseconds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Throttle {
    /// From when the durations count, in milliseconds since 1970.
    at: i64,
    /// How long each bucket takes to be full again; those that are full are absent.
    lacking: SortedMap<Bucket, i64>,
    /// For how long each slot is still taken.
    taken: SortedMap<SlotId, i64>,
}

impl Throttle {
    /// As it stands now.
    fn after(&self, now: Timestamp) -> Self {
        let passed = now.since(Timestamp::from_millis(self.at)).max(0);
        let lacking = if self.is_ahead_of(now) { SortedMap::new() } else { left(&self.lacking, passed) };
        Self { at: now.millis(), lacking, taken: left(&self.taken, passed) }
    }

    fn is_ahead_of(&self, now: Timestamp) -> bool {
        self.at - now.millis() > LEEWAY_MILLIS
    }

    /// Goes by a clock that was put back from now on. Whether it was.
    pub fn put_back(&mut self, now: Timestamp) -> bool {
        let ahead = self.is_ahead_of(now);
        if ahead {
            *self = self.after(now);
        }
        ahead
    }

    /// Whether a slot is taken now.
    pub fn is_taken(&self, slot: &SlotId, now: Timestamp) -> bool {
        self.after(now).taken.contains_key(slot)
    }

    /// How long it takes until nothing of it matters any more.
    pub fn matters_for(&self, now: Timestamp) -> i64 {
        let Self { lacking, taken, .. } = self.after(now);
        lacking.into_values().chain(taken.into_values()).max().unwrap_or(0)
    }
}

/// What is left of durations after some time.
fn left<K: Ord + Clone>(durations: &SortedMap<K, i64>, passed: i64) -> SortedMap<K, i64> {
    durations
        .iter()
        .filter(|(_, millis)| **millis > passed)
        .map(|(key, millis)| (key.clone(), millis - passed))
        .collect()
}

/// Decides one command. Nothing: it is so already.
pub fn decide(throttle: &Throttle, command: &Command, now: Timestamp) -> Result<Option<Event>, Refusal> {
    let Throttle { lacking, taken, .. } = throttle.after(now);
    match command {
        Command::Take { bucket, limit } => {
            if !lacking.contains_key(bucket) && lacking.len() >= MAX_BUCKETS {
                return Err(Refusal { retry_after_millis: lacking.into_values().min().unwrap_or(0) });
            }
            // A limit that was tightened since finds the bucket empty, not less than that.
            let lacks = lacking.get(bucket).copied().unwrap_or(0).min(limit.depth_millis());
            let after = lacks + limit.one_each_millis();
            if after > limit.depth_millis() {
                return Err(Refusal { retry_after_millis: after - limit.depth_millis() });
            }
            Ok(Some(Event::Lacks { bucket: bucket.clone(), millis: after }))
        }
        Command::GiveBack { bucket, limit } => Ok(lacking
            .get(bucket)
            .map(|lacks| Event::Lacks { bucket: bucket.clone(), millis: (lacks - limit.one_each_millis()).max(0) })),
        Command::Forget { bucket } => {
            Ok(lacking.contains_key(bucket).then(|| Event::Lacks { bucket: bucket.clone(), millis: 0 }))
        }
        Command::Occupy { slot, .. } if taken.contains_key(slot) => Ok(None),
        Command::Occupy { slot, at_most, millis } => {
            if taken.len() >= *at_most as usize {
                return Err(Refusal { retry_after_millis: taken.into_values().min().unwrap_or(0) });
            }
            Ok(Some(Event::Occupied { slot: slot.clone(), millis: *millis }))
        }
        Command::Vacate { slot } => Ok(taken.contains_key(slot).then(|| Event::Vacated { slot: slot.clone() })),
    }
}

/// The throttle after an event that `decide` gave at the same time. Total.
pub fn apply(throttle: &mut Throttle, event: &Event, now: Timestamp) {
    *throttle = throttle.after(now);
    match event {
        Event::Lacks { bucket, millis: ..=0 } => {
            throttle.lacking.remove(bucket);
        }
        Event::Lacks { bucket, millis } => {
            throttle.lacking.insert(bucket.clone(), *millis);
        }
        Event::Occupied { slot, millis } => {
            throttle.taken.insert(slot.clone(), *millis);
        }
        Event::Vacated { slot } => {
            throttle.taken.remove(slot);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const AT: fn(i64) -> Timestamp = Timestamp::from_millis;

    fn limit(at_once: u32, one_each_seconds: u32) -> Limit {
        Limit::new(at_once, one_each_seconds).unwrap()
    }

    /// Sends one command, as the object does.
    fn send(throttle: &mut Throttle, command: &Command, now: i64) -> Result<(), Refusal> {
        if let Some(event) = decide(throttle, command, AT(now))? {
            apply(throttle, &event, AT(now));
        }
        Ok(())
    }

    fn take(throttle: &mut Throttle, limit: Limit, now: i64) -> Result<(), i64> {
        let command = Command::Take { bucket: Bucket::LOG_IN, limit };
        send(throttle, &command, now).map_err(|refusal| refusal.retry_after_millis)
    }

    fn occupy(throttle: &mut Throttle, slot: &str, now: i64) -> Result<(), i64> {
        let command = Command::Occupy { slot: SlotId(slot.to_owned()), at_most: 2, millis: 1_000 };
        send(throttle, &command, now).map_err(|refusal| refusal.retry_after_millis)
    }

    #[test]
    fn a_bucket_gives_so_many_at_once_and_then_one_at_a_time() {
        let (mut throttle, limit) = (Throttle::default(), limit(3, 10));
        for _ in 0..3 {
            assert_eq!(take(&mut throttle, limit, 0), Ok(()));
        }
        assert_eq!(take(&mut throttle, limit, 0), Err(10_000));
        assert_eq!(take(&mut throttle, limit, 9_999), Err(1));
        assert_eq!(take(&mut throttle, limit, 10_000), Ok(()));
        assert_eq!(take(&mut throttle, limit, 10_000), Err(10_000));
        // Being refused costs nothing.
        assert_eq!(take(&mut throttle, limit, 20_000), Ok(()));
    }

    #[test]
    fn a_try_that_was_none_is_given_back_and_a_good_one_forgets_the_rest() {
        let (mut throttle, limit) = (Throttle::default(), limit(2, 10));
        let give_back = Command::GiveBack { bucket: Bucket::LOG_IN, limit };
        take(&mut throttle, limit, 0).unwrap();
        take(&mut throttle, limit, 0).unwrap();
        send(&mut throttle, &give_back, 0).unwrap();
        assert_eq!((take(&mut throttle, limit, 0), take(&mut throttle, limit, 0)), (Ok(()), Err(10_000)));
        send(&mut throttle, &Command::Forget { bucket: Bucket::LOG_IN }, 0).unwrap();
        assert_eq!(throttle.matters_for(AT(0)), 0);
        // What was never taken cannot be saved up.
        for _ in 0..5 {
            send(&mut throttle, &give_back, 0).unwrap();
        }
        assert_eq!([0; 3].map(|now| take(&mut throttle, limit, now)), [Ok(()), Ok(()), Err(10_000)]);
    }

    #[test]
    fn buckets_do_not_count_for_each_other() {
        let (mut throttle, limit) = (Throttle::default(), limit(1, 10));
        for bucket in [Bucket::LOG_IN, Bucket::REGISTRATION, Bucket::device("a"), Bucket::device("b")] {
            let command = Command::Take { bucket, limit };
            assert_eq!(send(&mut throttle, &command, 0), Ok(()));
            assert!(send(&mut throttle, &command, 0).is_err());
        }
    }

    #[test]
    fn no_more_buckets_are_kept_than_there_may_be() {
        let (mut throttle, limit) = (Throttle::default(), limit(1, 10));
        let device = |n: usize| Command::Take { bucket: Bucket::device(&n.to_string()), limit };
        for n in 0..MAX_BUCKETS {
            assert_eq!(send(&mut throttle, &device(n), 0), Ok(()));
        }
        assert_eq!(send(&mut throttle, &device(MAX_BUCKETS), 1), Err(Refusal { retry_after_millis: 9_999 }));
        assert_eq!(send(&mut throttle, &device(MAX_BUCKETS), 10_000), Ok(()));
    }

    #[test]
    fn a_limit_that_was_changed_holds_at_once() {
        let mut throttle = Throttle::default();
        for _ in 0..10 {
            take(&mut throttle, limit(10, 1_000), 0).unwrap();
        }
        assert_eq!(take(&mut throttle, limit(11, 1_000), 0), Ok(()));
        assert_eq!(take(&mut throttle, limit(2, 5), 0), Err(5_000), "as full as it can be, and no fuller");
    }

    #[test]
    fn slots_are_as_many_as_there_are_and_end_by_themselves() {
        let mut throttle = Throttle::default();
        assert_eq!(occupy(&mut throttle, "a", 0), Ok(()));
        assert_eq!(occupy(&mut throttle, "b", 300), Ok(()));
        assert_eq!(occupy(&mut throttle, "a", 400), Ok(()), "asked again");
        assert_eq!(occupy(&mut throttle, "c", 400), Err(600));
        assert_eq!(occupy(&mut throttle, "c", 1_000), Ok(()), "the first has ended, the repetition did not prolong it");
        send(&mut throttle, &Command::Vacate { slot: SlotId("b".to_owned()) }, 1_000).unwrap();
        assert_eq!(occupy(&mut throttle, "d", 1_000), Ok(()));
        assert_eq!(throttle.matters_for(AT(1_500)), 500);
        assert_eq!(throttle.matters_for(AT(2_000)), 0);
    }

    #[test]
    fn a_clock_that_is_put_back_makes_nobody_wait() {
        let limit = limit(2, 10);
        let ahead = 15 * 60_000;
        let mut throttle = Throttle::default();
        take(&mut throttle, limit, ahead).unwrap();
        take(&mut throttle, limit, ahead).unwrap();
        occupy(&mut throttle, "a", ahead).unwrap();
        occupy(&mut throttle, "b", ahead).unwrap();
        // Two machines' clocks differ by as much.
        assert_eq!(take(&mut throttle, limit, ahead - LEEWAY_MILLIS), Err(10_000));
        assert!(!throttle.clone().put_back(AT(ahead - LEEWAY_MILLIS)));
        assert!(throttle.put_back(AT(0)) && !throttle.put_back(AT(0)));
        // What is taken goes on for as long as it had left.
        assert_eq!(occupy(&mut throttle, "c", 0), Err(1_000));
        assert_eq!(occupy(&mut throttle, "c", 999), Err(1));
        assert_eq!([0, 0, 0].map(|now| take(&mut throttle, limit, now)), [Ok(()), Ok(()), Err(10_000)]);
        assert_eq!(occupy(&mut throttle, "c", 1_000), Ok(()));
    }

    #[test]
    fn what_is_stored_reads_as_it_was() {
        let mut throttle = Throttle::default();
        take(&mut throttle, limit(2, 10), 5).unwrap();
        send(&mut throttle, &Command::Take { bucket: Bucket::device("n"), limit: limit(1, 9) }, 6).unwrap();
        occupy(&mut throttle, "ord_1/1", 7).unwrap();
        let text = serde_json::to_string(&throttle).unwrap();
        assert_eq!(text, r#"{"at":7,"lacking":{"device/n":8999,"log_in":9998},"taken":{"ord_1/1":1000}}"#);
        assert_eq!(serde_json::from_str::<Throttle>(&text).unwrap(), throttle);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        /// Whenever it is asked: never more in any span of time than the limit
        /// says, and never less than that to whoever keeps asking.
        #[test]
        fn a_bucket_gives_exactly_its_rate(at_once in 1u32..6, seconds in 1u32..5, pauses in proptest::collection::vec(0i64..4_000, 1..120)) {
            let (mut throttle, limit) = (Throttle::default(), limit(at_once, seconds));
            let (mut now, mut granted) = (0, Vec::new());
            for pause in pauses {
                now += pause;
                if let Err(wait) = take(&mut throttle, limit, now) {
                    prop_assert!(wait > 0 && wait <= limit.one_each_millis());
                    prop_assert!(take(&mut throttle.clone(), limit, now + wait - 1).is_err());
                    prop_assert!(take(&mut throttle.clone(), limit, now + wait).is_ok());
                } else {
                    granted.push(now);
                }
            }
            for (index, from) in granted.iter().enumerate() {
                for (later, to) in granted.iter().enumerate().skip(index) {
                    let most = i64::from(at_once) + (to - from) / limit.one_each_millis();
                    prop_assert!((later - index + 1) as i64 <= most, "{granted:?}");
                }
            }
        }

        /// Any order of taking, repeating and giving back, with a clock that
        /// jumps: never more slots than there are, none kept for longer.
        #[test]
        fn slots_are_never_more_than_there_are(steps in proptest::collection::vec((0u8..5, any::<bool>(), -3_000i64..700), 0..80)) {
            let mut throttle = Throttle::default();
            let mut now = 10_000_000;
            for (n, occupies, passed) in steps {
                now += passed;
                let slot = SlotId(n.to_string());
                let _ = match occupies {
                    true => occupy(&mut throttle, &slot.0, now),
                    false => send(&mut throttle, &Command::Vacate { slot }, now).map_err(|_| 0),
                };
                prop_assert!(throttle.taken.len() <= 2);
                prop_assert!(throttle.matters_for(AT(now)) <= 1_000);
            }
        }
    }
}
