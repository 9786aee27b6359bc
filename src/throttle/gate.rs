//! The gate for slow work. An isolate has one thread; hashing a password takes
//! it for some 30 ms, during which nobody is answered. So hashes go one at a
//! time, first come first served, and after each the next waits for as long as
//! that one took and a little more: signing in has at most half of the thread,
//! and whoever reads waits for one hash at most.
//!
//! No caller waits for another's future, which the platform forbids: each looks
//! by itself whether it is its turn, and sleeps in between. Nor is anybody told
//! when a client goes away: its request is dropped without a word. So whoever
//! has not looked when they said they would is passed over, and after a while
//! forgotten.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::ThrottleError;
use crate::app::App;
use crate::ports::Timestamp;
use crate::sorted::SortedMap;

/// The most callers in line. The last of them waits for seven seconds.
const MOST_WAITING: usize = 100;

/// What a hash is taken to need until one was measured, and where the clock
/// says that it took no time at all, in milliseconds.
const ASSUMED_MILLIS: i64 = 30;

/// What is believed of a measurement, in milliseconds: the machine may have
/// been asleep.
const MOST_MILLIS: i64 = 500;

/// Looking once more takes some microseconds of the thread, so nobody looks
/// more often than this, nor sleeps for longer than that, in milliseconds.
const LEAST_SLEEP_MILLIS: i64 = 2;
const MOST_SLEEP_MILLIS: i64 = 500;

/// Whoever is this late for a look, in milliseconds, is passed over; timers are
/// late by one hash at times.
const LATE_MILLIS: i64 = 60;

/// Whoever is this late, in milliseconds, has gone.
const GONE_MILLIS: i64 = 2_000;

/// The rules: who is in line, and when the next may begin.
#[derive(Debug, Default)]
struct Line {
    /// When each looks again, by ticket.
    waiting: SortedMap<u64, Timestamp>,
    tickets: u64,
    /// When the next may begin; nobody has begun yet if there is none.
    free_at: Option<Timestamp>,
    /// How long the last one took, in milliseconds.
    took: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Begin.
    Now,
    /// Look again after so many milliseconds.
    Later(i64),
}

impl Line {
    fn took(&self) -> i64 {
        self.took.unwrap_or(ASSUMED_MILLIS)
    }

    /// How long nobody begins after a hash of so many milliseconds: as long again,
    /// and a quarter for what else a sign-in takes of the thread.
    fn rest(took: i64) -> i64 {
        took + took / 4
    }

    /// A hash and its rest.
    fn cycle(&self) -> i64 {
        self.took() + Self::rest(self.took())
    }

    /// Milliseconds until the next may begin.
    fn pause(&self, now: Timestamp) -> i64 {
        match self.free_at.map_or(0, |at| at.since(now)) {
            // Longer than a hash and its rest: the clock has gone back.
            pause if pause > self.cycle() => 0,
            pause => pause.max(0),
        }
    }

    /// Whether one more has room; else after how many milliseconds it may.
    fn has_room(&mut self, now: Timestamp) -> Result<(), i64> {
        self.waiting.retain(|_, looks_at| within(GONE_MILLIS, *looks_at, now));
        if self.waiting.len() < MOST_WAITING { Ok(()) } else { Err(self.cycle() * MOST_WAITING as i64) }
    }

    /// A ticket, or after how many milliseconds there may be one.
    fn enter(&mut self, now: Timestamp) -> Result<u64, i64> {
        self.has_room(now)?;
        self.tickets += 1;
        self.waiting.insert(self.tickets, now);
        Ok(self.tickets)
    }

    fn leave(&mut self, ticket: u64) {
        self.waiting.remove(&ticket);
    }

    fn look(&mut self, ticket: u64, now: Timestamp) -> Turn {
        let pause = self.pause(now);
        let earlier = self.waiting.iter().take_while(|(other, _)| **other < ticket);
        let before = earlier.filter(|(_, looks_at)| within(LATE_MILLIS, **looks_at, now)).count();
        if pause == 0 && before == 0 {
            self.leave(ticket);
            // Whoever goes away in the middle leaves this behind.
            self.free_at = Some(now.plus_millis(self.cycle()));
            return Turn::Now;
        }
        // Half of what those before will need: the line may move faster than expected.
        let expected = pause + before as i64 * self.took();
        let sleep = expected.clamp(LEAST_SLEEP_MILLIS, MOST_SLEEP_MILLIS);
        self.waiting.insert(ticket, now.plus_millis(sleep));
        Turn::Later(sleep)
    }

    fn done(&mut self, began: Timestamp, now: Timestamp) {
        let took = match now.since(began) {
            ..=0 => ASSUMED_MILLIS,
            took => took.min(MOST_MILLIS),
        };
        self.took = Some(took);
        self.free_at = Some(now.plus_millis(Self::rest(took)));
    }
}

/// Whether a look is less late than that, and not further ahead than anybody
/// sleeps, as it is once the clock has gone back.
fn within(millis: i64, looks_at: Timestamp, now: Timestamp) -> bool {
    (-MOST_SLEEP_MILLIS..millis).contains(&now.since(looks_at))
}

/// The line of one isolate.
#[derive(Debug, Default)]
struct Gate(Mutex<Line>);

impl Gate {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in line; given up when it is dropped.
pub struct Place {
    app: App,
    gate: Arc<Gate>,
    ticket: u64,
}

/// Whether there is a place at this moment: asked before anything is begun that
/// would be in vain without one.
pub fn has_room(app: &App) -> Result<(), ThrottleError> {
    app.kept(|_| Gate::default()).line().has_room(app.clock.now()).map_err(busy)
}

/// Takes a place.
pub fn enter(app: &App) -> Result<Place, ThrottleError> {
    let gate = app.kept(|_| Gate::default());
    let entered = gate.line().enter(app.clock.now());
    Ok(Place { ticket: entered.map_err(busy)?, gate, app: app.clone() })
}

fn busy(retry_after_millis: i64) -> ThrottleError {
    ThrottleError::Busy { retry_after_millis }
}

impl Place {
    /// Waits for the turn, and does the work: some 30 ms of the thread.
    pub async fn work<T>(self, work: impl FnOnce() -> T) -> T {
        let (gate, clock) = (&self.gate, &self.app.clock);
        loop {
            let turn = gate.line().look(self.ticket, clock.now());
            match turn {
                Turn::Now => break,
                Turn::Later(millis) => clock.sleep(u32::try_from(millis).unwrap_or(0)).await,
            }
        }
        let began = clock.now();
        let done = work();
        // The platform's clock stands still while a Worker computes: what it took
        // is seen only after something was waited for.
        clock.sleep(0).await;
        gate.line().done(began, clock.now());
        done
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.gate.line().leave(self.ticket);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: fn(i64) -> Timestamp = Timestamp::from_millis;

    /// Callers who look when they said they would, and hashes of 30 ms.
    struct Callers {
        line: Line,
        now: i64,
        /// Ticket and when it looks next.
        asleep: Vec<(u64, i64)>,
        /// Who began when.
        began: Vec<(u64, i64)>,
        looks: usize,
    }

    impl Callers {
        fn new(count: usize) -> Self {
            let mut callers = Self { line: Line::default(), now: 0, asleep: Vec::new(), began: Vec::new(), looks: 0 };
            for _ in 0..count {
                callers.come();
            }
            callers
        }

        fn come(&mut self) -> u64 {
            let ticket = self.line.enter(AT(self.now)).unwrap();
            self.asleep.push((ticket, self.now));
            ticket
        }

        fn go_away(&mut self, ticket: u64) {
            self.asleep.retain(|(other, _)| *other != ticket);
        }

        /// Lets everybody look until nobody is left, or so much time has passed.
        fn run(&mut self, until: i64) {
            while let Some(index) = (0..self.asleep.len()).min_by_key(|index| self.asleep[*index].1) {
                let (ticket, wakes) = self.asleep[index];
                self.now = self.now.max(wakes);
                if self.now > until {
                    return;
                }
                self.looks += 1;
                match self.line.look(ticket, AT(self.now)) {
                    Turn::Later(millis) => self.asleep[index].1 = self.now + millis,
                    Turn::Now => {
                        self.asleep.remove(index);
                        self.began.push((ticket, self.now));
                        let began = self.now;
                        self.now += 30;
                        self.line.done(AT(began), AT(self.now));
                    }
                }
            }
        }
    }

    #[test]
    fn hashes_go_one_at_a_time_in_the_order_of_coming_and_have_less_than_half_of_the_time() {
        let mut callers = Callers::new(64);
        callers.run(i64::MAX);
        let expected: Vec<(u64, i64)> = (0..64).map(|n| (n + 1, n as i64 * 67)).collect();
        assert_eq!(callers.began, expected);
        // Looking is cheap, not free: some tens of times each in four seconds.
        assert!(callers.looks < 64 * 30, "{}", callers.looks);
    }

    #[test]
    fn whoever_comes_alone_waits_for_nobody() {
        let mut callers = Callers::new(1);
        callers.run(i64::MAX);
        assert_eq!(callers.began, [(1, 0)]);
        callers.now = 67;
        callers.come();
        callers.run(i64::MAX);
        assert_eq!(callers.began, [(1, 0), (2, 67)]);
        callers.come();
        callers.run(i64::MAX);
        assert_eq!(callers.began.last(), Some(&(3, 134)), "after a rest");
    }

    #[test]
    fn the_rest_is_longer_than_the_work_was() {
        let mut line = Line::default();
        for (took, pause) in [(10, 12), (200, 250), (0, 37), (-7, 37), (60_000, 625)] {
            let ticket = line.enter(AT(0)).unwrap();
            line.free_at = None;
            assert_eq!(line.look(ticket, AT(0)), Turn::Now);
            line.done(AT(0), AT(took));
            assert_eq!(line.pause(AT(took)), pause, "{took}");
        }
    }

    #[test]
    fn a_line_has_an_end() {
        let mut line = Line::default();
        let tickets: Vec<u64> = (0..MOST_WAITING).map(|_| line.enter(AT(0)).unwrap()).collect();
        assert_eq!(line.enter(AT(0)), Err(6_700));
        line.leave(tickets[7]);
        assert!(line.enter(AT(0)).is_ok());
        assert!(line.enter(AT(0)).is_err());
        assert!(line.enter(AT(GONE_MILLIS)).is_ok(), "those who never looked have gone");
    }

    #[test]
    fn a_client_that_goes_away_holds_up_nobody() {
        let mut callers = Callers::new(10);
        callers.run(130);
        // Three have begun; the next four go without a word.
        for ticket in 4..=7 {
            callers.go_away(ticket);
        }
        callers.run(i64::MAX);
        let order: Vec<u64> = callers.began.iter().map(|(ticket, _)| *ticket).collect();
        assert_eq!(order, [1, 2, 3, 8, 9, 10]);
        let lost = callers.began[3].1 - 3 * 67;
        assert!(lost <= LATE_MILLIS + MOST_SLEEP_MILLIS, "{lost} ms lost");
        // One that was only slow keeps its place.
        let slow = callers.come();
        callers.go_away(slow);
        callers.now += LATE_MILLIS;
        let next = callers.come();
        callers.run(i64::MAX);
        callers.come();
        callers.asleep.push((slow, callers.now));
        callers.run(i64::MAX);
        let order: Vec<u64> = callers.began.iter().skip(6).map(|(ticket, _)| *ticket).collect();
        assert_eq!(order, [next, slow, next + 1]);
    }

    #[test]
    fn a_client_that_goes_away_in_the_middle_ends_like_any_other() {
        let mut line = Line::default();
        let (first, second) = (line.enter(AT(0)).unwrap(), line.enter(AT(0)).unwrap());
        assert_eq!(line.look(first, AT(0)), Turn::Now);
        assert_eq!(line.look(second, AT(30)), Turn::Later(37));
        assert_eq!(line.look(second, AT(67)), Turn::Now);
    }

    #[test]
    fn a_clock_that_goes_back_holds_nobody_up() {
        let mut line = Line::default();
        let ahead = 15 * 60_000;
        let [first, second, gone] = [0; 3].map(|_| line.enter(AT(ahead)).unwrap());
        assert_eq!(line.look(first, AT(ahead)), Turn::Now);
        line.done(AT(ahead), AT(ahead + 40));
        for ticket in [second, gone] {
            assert!(matches!(line.look(ticket, AT(ahead + 40)), Turn::Later(_)));
        }
        let last = line.enter(AT(0)).unwrap();
        assert_eq!(line.look(second, AT(0)), Turn::Now);
        line.done(AT(0), AT(40));
        assert_eq!(line.look(last, AT(90)), Turn::Now);
    }
}
