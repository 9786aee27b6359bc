//! The clock: the machine's, which a test may move forward, or one that only
//! moves when told, for simulations.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;
use tradepost::ports::{Clock, Pending, Timestamp};

/// Where a manual clock begins: 2026-01-31T09:30:00.000Z.
const MANUAL_START_MILLIS: i64 = 1_769_851_800_000;

#[derive(Clone)]
pub struct HostClock(Arc<State>);

struct State {
    manual: AtomicBool,
    /// What is added to the machine's time; the whole time of a manual clock.
    millis: AtomicI64,
    /// Tells sleepers that the clock was moved.
    moved: watch::Sender<()>,
    /// Who sleeps until when: how many sleepers per deadline.
    sleepers: Mutex<BTreeMap<i64, usize>>,
}

impl HostClock {
    /// Runs as the machine's does.
    pub fn real() -> Self {
        Self::new(false, 0)
    }

    /// Stands still until moved.
    pub fn manual() -> Self {
        Self::new(true, MANUAL_START_MILLIS)
    }

    fn new(manual: bool, millis: i64) -> Self {
        Self(Arc::new(State {
            manual: AtomicBool::new(manual),
            millis: AtomicI64::new(millis),
            moved: watch::Sender::new(()),
            sleepers: Mutex::default(),
        }))
    }

    /// Stands still from now on, until moved.
    pub fn stop(&self) {
        self.0.millis.store(self.now().millis(), Ordering::SeqCst);
        self.0.manual.store(true, Ordering::SeqCst);
    }

    fn is_manual(&self) -> bool {
        self.0.manual.load(Ordering::SeqCst)
    }

    /// Moves forward; whoever should have woken by then wakes.
    pub fn advance(&self, millis: i64) {
        assert!(millis >= 0, "to put the clock back is another thing");
        self.0.millis.fetch_add(millis, Ordering::SeqCst);
        self.0.moved.send_replace(());
    }

    /// Goes back, as a clock that was ahead does when it is put right. Whoever
    /// sleeps until a time sleeps longer.
    pub fn put_back(&self, millis: i64) {
        assert!(millis >= 0);
        self.0.millis.fetch_sub(millis, Ordering::SeqCst);
    }

    /// The first time at which somebody wakes: where a simulation moves to
    /// when nothing else is left to do.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.0.sleepers.lock().unwrap().keys().next().copied().map(Timestamp::from_millis)
    }

    pub fn sleep_until(&self, deadline: Timestamp) -> Pending<'static, ()> {
        let clock = self.clone();
        Box::pin(async move {
            let mut moved = clock.0.moved.subscribe();
            let _asleep = Asleep::new(&clock, deadline);
            loop {
                let left = deadline.since(clock.now());
                if left <= 0 {
                    return;
                }
                if clock.is_manual() {
                    let _ = moved.changed().await;
                } else {
                    let left = Duration::from_millis(left.unsigned_abs());
                    let _ = tokio::time::timeout(left, moved.changed()).await;
                }
            }
        })
    }
}

/// Keeps a deadline in the list for as long as somebody waits for it.
struct Asleep {
    clock: HostClock,
    deadline: i64,
}

impl Asleep {
    fn new(clock: &HostClock, deadline: Timestamp) -> Self {
        let deadline = deadline.millis();
        *clock.0.sleepers.lock().unwrap().entry(deadline).or_default() += 1;
        Self { clock: clock.clone(), deadline }
    }
}

impl Drop for Asleep {
    fn drop(&mut self) {
        let mut sleepers = self.clock.0.sleepers.lock().unwrap();
        if let Some(count) = sleepers.get_mut(&self.deadline) {
            *count -= 1;
            if *count == 0 {
                sleepers.remove(&self.deadline);
            }
        }
    }
}

impl Clock for HostClock {
    fn now(&self) -> Timestamp {
        let offset = self.0.millis.load(Ordering::SeqCst);
        if self.is_manual() {
            return Timestamp::from_millis(offset);
        }
        let machine = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        Timestamp::from_millis(i64::try_from(machine).unwrap() + offset)
    }

    fn sleep(&self, millis: u32) -> Pending<'static, ()> {
        self.sleep_until(self.now().plus_millis(i64::from(millis)))
    }
}
