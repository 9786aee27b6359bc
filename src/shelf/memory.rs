//! The isolate's copy of the catalog, swapped whole. No caller ever waits for
//! another's read: the platform forbids to await what another request began.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::snapshot::Snapshot;
use crate::app::App;
use crate::ports::Timestamp;
use crate::revision::LEASE_MILLIS;

/// For how long the copy is answered from without a look at the pointer, in
/// milliseconds.
pub const FRESH_MILLIS: i64 = 1_000;

/// The store is eventually consistent: for this long, in milliseconds, a
/// pointer to an older version than the copy's is taken for a late echo.
/// Later it is believed (the database may have been restored).
const ECHO_MILLIS: i64 = 90_000;

/// A first read that takes longer than this, in milliseconds, is taken for dead.
const READING_MILLIS: i64 = 3_000;

#[derive(Default)]
pub struct CatalogMemory(RwLock<State>);

#[derive(Default)]
struct State {
    kept: Option<Kept>,
    /// What the database last said its revision was, and when it was asked.
    revision: Option<(i64, Timestamp)>,
    /// Since when somebody has been reading the first copy.
    reading_since: Option<Timestamp>,
}

struct Kept {
    snapshot: Arc<Snapshot>,
    checked_at: Timestamp,
    taken_at: Timestamp,
}

/// What a caller may do at this moment.
pub enum Claim {
    /// Answer from this.
    Fresh(Arc<Snapshot>),
    /// Look at the pointer; others go on with this copy in the meantime.
    Check(Arc<Snapshot>),
    /// There is nothing yet: read it.
    Read,
    /// There is nothing yet, and another caller is reading it: look again in a
    /// moment. A hundred first requests must not hold a hundred copies.
    Wait,
}

impl CatalogMemory {
    /// The isolate's.
    pub fn of(app: &App) -> Arc<Self> {
        app.kept(|_| Self::default())
    }

    /// The copy, however old.
    pub fn get(&self) -> Option<Arc<Snapshot>> {
        self.read().kept.as_ref().map(|kept| kept.snapshot.clone())
    }

    /// The copy if it was checked within [`FRESH_MILLIS`]: what may be
    /// answered without any waiting.
    pub fn fresh(&self, now: Timestamp) -> Option<Arc<Snapshot>> {
        let is_good = |kept: &&Kept| kept.is_fresh(now) && kept.is_good(now);
        self.read().kept.as_ref().filter(is_good).map(|kept| kept.snapshot.clone())
    }

    /// The copy if the database was at its very revision within
    /// [`LEASE_MILLIS`]: what may be taken for the truth.
    pub fn verified(&self, now: Timestamp) -> Option<Arc<Snapshot>> {
        let state = self.read();
        let (revision, asked_at) = state.revision?;
        let kept = state.kept.as_ref()?;
        let leased = (0..LEASE_MILLIS).contains(&now.since(asked_at)) && kept.snapshot.is_as_of(now);
        (leased && kept.snapshot.version == revision.to_string()).then(|| kept.snapshot.clone())
    }

    /// Has the copy show what it is time for, in the room that it shall have.
    pub fn advance(&self, now: Timestamp) {
        if self.read().kept.as_ref().is_some_and(|kept| !kept.is_good(now))
            && let Some(kept) = &mut self.write().kept
        {
            let snapshot = Snapshot::clone(&kept.snapshot);
            let good = if snapshot.is_as_of(now) { snapshot.packed() } else { snapshot.as_of(now) };
            kept.snapshot = Arc::new(good);
        }
    }

    /// The database, asked at this time, said that it was at this revision.
    pub fn verify(&self, revision: i64, asked_at: Timestamp, now: Timestamp) {
        let mut state = self.write();
        state.forget_the_future(now);
        if state.revision.is_none_or(|(_, before)| before < asked_at) {
            state.revision = Some((revision, asked_at));
        }
    }

    /// Takes on the check of the pointer, or the first read, if one is due.
    pub fn claim(&self, now: Timestamp) -> Claim {
        self.advance(now);
        if let Some(snapshot) = self.fresh(now) {
            return Claim::Fresh(snapshot);
        }
        let mut state = self.write();
        state.forget_the_future(now);
        if let Some(kept) = &mut state.kept {
            kept.checked_at = now;
            return Claim::Check(kept.snapshot.clone());
        }
        let reading = |since: Timestamp| (0..READING_MILLIS).contains(&now.since(since));
        if state.reading_since.is_some_and(reading) {
            return Claim::Wait;
        }
        state.reading_since = Some(now);
        Claim::Read
    }

    pub fn set(&self, snapshot: Arc<Snapshot>, now: Timestamp) {
        self.write().kept = Some(Kept { snapshot, checked_at: now, taken_at: now });
    }

    /// The first read has failed: the next caller may try at once.
    pub fn give_up(&self) {
        self.write().reading_since = None;
    }

    /// Whether a pointer to `version` means that there is something to load.
    pub fn outdated_by(&self, version: &str, now: Timestamp) -> bool {
        let number = |version: &str| version.parse::<i64>().unwrap_or(i64::MAX);
        self.read().kept.as_ref().is_none_or(|kept| {
            let mine = &kept.snapshot.version;
            let echo = number(version) < number(mine) && now.since(kept.taken_at) < ECHO_MILLIS;
            version != mine && !echo
        })
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A clock that was ahead has been put right: what it said of times that
    /// are yet to come must neither hold anything up until then nor be believed
    /// then.
    fn forget_the_future(&mut self, now: Timestamp) {
        self.revision = self.revision.filter(|(_, asked_at)| *asked_at <= now);
        if let Some(kept) = &mut self.kept {
            kept.taken_at = kept.taken_at.min(now);
        }
    }
}

impl Kept {
    fn is_good(&self, now: Timestamp) -> bool {
        self.snapshot.is_as_of(now) && !self.snapshot.is_unpacked()
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        (0..FRESH_MILLIS).contains(&now.since(self.checked_at))
    }
}
