//! The rules of an endpoint's queue: which delivery is to be tried when. Pure.
//!
//! Of what is about one thing, such as an order, the oldest goes first, and the
//! next only once that was taken or given up. Things do not wait for each other.
//! A try is counted before it is made: if its outcome is lost with the process,
//! it was one that failed.

use crate::ports::Timestamp;
use crate::sorted::{SortedMap, SortedSet};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// How long is waited after each try that failed, in milliseconds, and a tenth of
/// it more at most: 75 hours and a half in all (Standard Webhooks 1.0.0,
/// "Deliverability and reliability", example retry schedule).
const WAITS: [i64; 9] =
    [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

/// How often a delivery is tried before it is given up.
pub const MOST_TRIES: u32 = 10;

/// The longest that anything waits for its next try, in milliseconds. A time
/// further ahead is that of a clock which has been put right.
const LONGEST_WAIT: i64 = 24 * HOUR + 24 * HOUR / 10;

/// A try without an outcome after so many milliseconds was lost: well above the
/// 15 s that an endpoint is waited for.
pub const LOST_MILLIS: i64 = MINUTE;

/// The most deliveries that wait at one endpoint, some 100 bytes each in memory;
/// then the oldest is given up for each that comes. A shop with a thousand orders
/// a day has about as many in three days.
pub const MOST_WAITING: usize = 10_000;

/// What waits at an endpoint, by number.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Queue {
    /// The number of the newest delivery, waiting or not.
    pub last: i64,
    pub waiting: SortedMap<i64, Waiting>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// What it keeps in order with; nothing of a ping.
    pub about: Option<String>,
    /// Made so far, the one that is being made included.
    pub tries: u32,
    /// When it is tried next, unless another has to go first.
    pub next_at: Timestamp,
}

/// What an endpoint answered: its status, or why there is none.
pub type Reply = Result<u16, String>;

/// Where a delivery stands after a try.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    Delivered,
    Waiting { next_at: Timestamp },
    Dead,
}

impl Queue {
    /// Adds a delivery, to be tried at once; answers its number.
    pub fn add(&mut self, about: Option<&str>, now: Timestamp) -> i64 {
        self.last = self.last.saturating_add(1);
        let waiting = Waiting { about: about.map(str::to_owned), tries: 0, next_at: now };
        self.waiting.insert(self.last, waiting);
        self.last
    }

    /// Gives up the oldest of too many.
    pub fn give_up(&mut self) -> Option<i64> {
        if self.waiting.len() <= MOST_WAITING {
            return None;
        }
        self.waiting.pop_first().map(|(number, _)| number)
    }

    /// Those that wait for no other.
    fn heads(&self) -> impl Iterator<Item = (i64, &Waiting)> {
        let mut seen = SortedSet::new();
        self.waiting.iter().filter_map(move |(number, waiting)| {
            let first = waiting.about.as_deref().is_none_or(|about| seen.add(about));
            first.then_some((*number, waiting))
        })
    }

    /// Up to `most` deliveries to be tried now.
    pub fn due(&self, now: Timestamp, most: usize) -> Vec<i64> {
        let due = self.heads().filter(|(_, waiting)| waiting.next_at.has_come(now, LONGEST_WAIT));
        due.map(|(number, _)| number).take(most).collect()
    }

    /// When something is to be tried next, at the earliest now.
    pub fn wake(&self, now: Timestamp) -> Option<Timestamp> {
        let next = |waiting: &Waiting| if waiting.next_at.has_come(now, LONGEST_WAIT) { now } else { waiting.next_at };
        self.heads().map(|(_, waiting)| next(waiting)).min()
    }

    /// Whether all tries were made, and the outcome of the last was lost.
    pub fn is_spent(&self, number: i64) -> bool {
        self.waiting.get(&number).is_some_and(|waiting| waiting.tries >= MOST_TRIES)
    }

    /// Counts a try that is about to be made; answers how it waits meanwhile.
    pub fn begin(&mut self, number: i64, now: Timestamp) -> Option<&Waiting> {
        let waiting = self.waiting.get_mut(&number)?;
        waiting.tries = waiting.tries.saturating_add(1);
        waiting.next_at = now.plus_millis(LOST_MILLIS);
        Some(waiting)
    }

    /// Takes the outcome of a try down. None: nobody waits for it any more.
    /// `chance`: anything, so that those which failed together do not come back
    /// together.
    pub fn end(&mut self, number: i64, reply: &Reply, now: Timestamp, chance: u8) -> Option<Standing> {
        let waiting = self.waiting.get_mut(&number)?;
        let wait = usize::try_from(waiting.tries.saturating_sub(1)).ok().and_then(|tries| WAITS.get(tries));
        let standing = match (reply, wait) {
            (Ok(200..=299), _) => Standing::Delivered,
            (_, Some(wait)) => {
                let more = wait / 10 * i64::from(chance) / i64::from(u8::MAX);
                waiting.next_at = now.plus_millis(wait + more);
                return Some(Standing::Waiting { next_at: waiting.next_at });
            }
            (_, None) => Standing::Dead,
        };
        self.waiting.remove(&number);
        Some(standing)
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
