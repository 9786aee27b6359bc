//! What this isolate asks the truth beyond its copy, and what it was told. The
//! platform forbids to await what another request began, so requests leave the
//! names that they want to know of here, one of them asks for all, and the
//! others look again in a moment.
//!
//! What must stay true, whatever strangers send: one question at a time, so
//! many a second, of so many names; and whoever asks has an answer that is not
//! older than what this isolate has seen or written.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::name::Name;
use super::snapshot::Snapshot;
use crate::app::App;
use crate::catalog::product::Product;
use crate::ports::Timestamp;
use crate::sorted::SortedMap;

/// For how long an answer is remembered, in milliseconds.
const ANSWER_MILLIS: i64 = 2_000;
/// From one question to the next, in milliseconds: at most 20 a second.
const PAUSE_MILLIS: i64 = 50;
/// How long whoever waits sleeps between two looks, in milliseconds.
const LOOK_MILLIS: u32 = 20;
/// A question without an answer for this long, in milliseconds, was lost with
/// the request that asked it.
const LOST_MILLIS: i64 = 1_500;
/// The most names in one question.
pub const MAX_NAMES: usize = 100;
/// The most names that wait: half a second's questions.
const MAX_WAITING: usize = 1_000;
/// The most names that are remembered, at some 200 bytes each, and the most
/// bytes of products with them before all are forgotten.
const MAX_REMEMBERED: usize = 4_000;
const MAX_BYTES: i64 = 4_000_000;

#[derive(Default)]
pub struct Questions(Mutex<State>);

#[derive(Default)]
struct State {
    names: SortedMap<Name, Standing>,
    /// Those that wait, in the order in which they came.
    waiting: VecDeque<Name>,
    last: Option<Question>,
    /// Of the products that are remembered.
    bytes: i64,
}

enum Standing {
    Waiting,
    Asked,
    Told(Answer),
}

#[derive(Clone)]
struct Answer {
    product: Option<Arc<Product>>,
    /// What the catalog's revision was.
    revision: i64,
    asked_at: Timestamp,
}

struct Question {
    number: u64,
    begun_at: Timestamp,
    is_open: bool,
    /// How many names waited besides those that it asks for.
    also_waiting: usize,
}

/// What a request may do at this moment.
pub enum Turn {
    /// These are on sale; names without one are nobody's.
    Told(Vec<Arc<Product>>),
    /// Ask this; then [`Questions::tell`] or [`Questions::give_up`].
    Ask(Asking),
    /// Look again in so many milliseconds.
    Wait(u32),
    /// Too many wait already.
    Full,
}

/// A question that a request has taken upon itself.
pub struct Asking {
    number: u64,
    pub names: Vec<Name>,
}

/// What the truth said.
pub struct Told {
    pub products: Vec<Product>,
    pub revision: i64,
    pub asked_at: Timestamp,
}

impl Questions {
    /// The isolate's.
    pub fn of(app: &App) -> Arc<Self> {
        app.kept(|_| Self::default())
    }

    /// What is to be done for a request that came at `arrived` and wants to
    /// know of these names. `seen`: the highest revision that this isolate knows.
    pub fn turn(&self, names: &[Name], arrived: Timestamp, seen: i64, now: Timestamp) -> Turn {
        let mut state = self.lock();
        state.end_what_is_lost(now);
        let mut products = Vec::new();
        let mut is_told = true;
        for name in names {
            match state.names.get(name) {
                Some(Standing::Told(answer)) if answer.is_good(arrived, seen, now) => {
                    products.extend(answer.product.clone());
                }
                Some(Standing::Waiting | Standing::Asked) => is_told = false,
                Some(Standing::Told(_)) | None if state.has_room() => {
                    state.wait(name);
                    is_told = false;
                }
                Some(Standing::Told(_)) | None => return Turn::Full,
            }
        }
        match &state.last {
            _ if is_told => Turn::Told(products),
            Some(question) if question.is_open => Turn::Wait(LOOK_MILLIS),
            Some(question) if (0..PAUSE_MILLIS).contains(&now.since(question.begun_at)) => {
                let left = PAUSE_MILLIS.saturating_sub(now.since(question.begun_at));
                Turn::Wait(u32::try_from(left).unwrap_or(LOOK_MILLIS))
            }
            _ => Turn::Ask(state.begin(now)),
        }
    }

    /// The answer to a question. Where it says that `copy` is all there is,
    /// whoever waited when it was asked has an answer, too.
    pub fn tell(&self, asking: Asking, told: Told, copy: Option<&Snapshot>) {
        let mut state = self.lock();
        state.forget_what_is_too_much();
        let Told { products, revision, asked_at } = told;
        let products: Vec<_> = products.into_iter().map(Arc::new).collect();
        state.bytes = products.iter().fold(state.bytes, |bytes, product| bytes.saturating_add(product.bytes()));
        for name in asking.names {
            let product = products.iter().find(|product| name.is_of(product)).cloned();
            state.remember(name, Answer { product, revision, asked_at });
        }
        let also_waiting = state.end(asking.number).min(state.waiting.len());
        if let Some(copy) = copy.filter(|copy| copy.version == revision.to_string()) {
            for name in state.waiting.drain(..also_waiting).collect::<Vec<_>>() {
                let product = copy.named(&name).cloned().map(Arc::new);
                state.remember(name, Answer { product, revision, asked_at });
            }
        }
    }

    /// There is no answer to be had: whoever else waits may ask.
    pub fn give_up(&self, asking: Asking) {
        let mut state = self.lock();
        for name in asking.names {
            state.names.remove(&name);
        }
        state.end(asking.number);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Answer {
    /// What was asked for after a request came is good enough for it. What was
    /// asked earlier is, for a while, if nothing is known to have changed since.
    fn is_good(&self, arrived: Timestamp, seen: i64, now: Timestamp) -> bool {
        let age = now.since(self.asked_at);
        let remembered = self.revision >= seen && (0..ANSWER_MILLIS).contains(&age);
        remembered || (age >= 0 && self.asked_at > arrived)
    }
}

impl State {
    fn has_room(&self) -> bool {
        self.waiting.len() < MAX_WAITING
    }

    fn wait(&mut self, name: &Name) {
        self.names.insert(name.clone(), Standing::Waiting);
        self.waiting.push_back(name.clone());
    }

    fn begin(&mut self, now: Timestamp) -> Asking {
        let count = self.waiting.len().min(MAX_NAMES);
        let names: Vec<_> = self.waiting.drain(..count).collect();
        for name in &names {
            self.names.insert(name.clone(), Standing::Asked);
        }
        let number = self.last.as_ref().map_or(0, |last| last.number.wrapping_add(1));
        self.last = Some(Question { number, begun_at: now, is_open: true, also_waiting: self.waiting.len() });
        Asking { number, names }
    }

    /// Ends a question: how many names waited besides it. None if it was taken
    /// for lost, and another has been asked since.
    fn end(&mut self, number: u64) -> usize {
        match &mut self.last {
            Some(question) if question.number == number => {
                question.is_open = false;
                question.also_waiting
            }
            _ => 0,
        }
    }

    /// Unless the truth said something later already.
    fn remember(&mut self, name: Name, answer: Answer) {
        match self.names.get(&name) {
            Some(Standing::Told(later)) if later.revision > answer.revision => {}
            _ => drop(self.names.insert(name, Standing::Told(answer))),
        }
    }

    fn end_what_is_lost(&mut self, now: Timestamp) {
        if let Some(question) = &mut self.last
            && question.is_open
            && !(0..LOST_MILLIS).contains(&now.since(question.begun_at))
        {
            question.is_open = false;
            self.names.retain(|_, standing| !matches!(standing, Standing::Asked));
        }
    }

    fn forget_what_is_too_much(&mut self) {
        if self.names.len() > MAX_REMEMBERED || self.bytes > MAX_BYTES {
            self.names.retain(|_, standing| !matches!(standing, Standing::Told(_)));
            self.bytes = 0;
        }
    }
}

#[cfg(test)]
#[path = "questions_tests.rs"]
mod tests;
