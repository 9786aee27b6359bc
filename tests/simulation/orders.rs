//! An order's object, as far as it matters: what is stored, what is only in
//! memory, and what is done of that which is due.

use tradepost::orders::after::{edits, money};
use tradepost::orders::decision::{Command, decide};
use tradepost::orders::effect::{WATCHDOG_MILLIS, due, hold_id, wake};
use tradepost::orders::event::Event;
use tradepost::orders::holding::KEPT_MILLIS;
use tradepost::orders::learning::{Answer, learn};
use tradepost::orders::order::{Line, Order, Stage};

use crate::calls::{Call, Heard};
use crate::shelf::stocks_of;
use crate::world::World;

impl World {
    /// Commands are decided and stored in one transaction. Whether it was done.
    pub fn command(&mut self, buyer: usize, command: Command) -> bool {
        let decided = decide(&self.buyers[buyer].memory, command, self.now);
        decided.map(|events| self.record(buyer, events, true)).is_ok()
    }

    pub fn record(&mut self, buyer: usize, events: Vec<Event>, store: bool) {
        for event in events {
            self.note(buyer, &event);
            let state = &mut self.buyers[buyer];
            state.memory.apply(&event, self.now);
            let text = serde_json::to_string(&event).unwrap();
            state.waiting.push((self.now, serde_json::from_str(&text).unwrap()));
        }
        if store {
            self.store(buyer);
        }
    }

    /// Stores what waits, with the alarm that the order needs then.
    fn store(&mut self, buyer: usize) {
        let state = &mut self.buyers[buyer];
        state.stored.append(&mut state.waiting);
        state.alarm = match (wake(&state.memory, self.now), state.alarm) {
            (Some(wanted), Some(set)) if set <= wanted => Some(set),
            (wanted, _) => wanted,
        };
    }

    /// What an event, about to happen, means for the time the order's goods may be kept.
    fn note(&mut self, buyer: usize, event: &Event) {
        if let Event::Edits(event) = event {
            self.edited(buyer, event);
        }
        if matches!(event, Event::Cancelled { .. }) {
            self.end_unpaid(buyer);
        }
        self.note_uncounted(buyer, event);
        let (now, state) = (self.now, &mut self.buyers[buyer]);
        let order = &state.memory;
        if let Event::Edits(event) = event {
            let ends =
                |event: &Event| matches!(event, Event::Cancelled { .. } | Event::CommitRefused | Event::HoldGivenBack);
            let is_off = match event {
                edits::event::Event::Asked { event, .. } => ends(event),
                event => matches!(event, edits::event::Event::Refused),
            };
            let ask = order.edits.open_ask().filter(|_| is_off).map(|ask| order.as_asked(ask));
            let hold = ask.as_ref().and_then(Order::hold).map(|hold| hold_id(order, hold.number));
            state.keeps.extend(hold.map(|hold| (hold, now)));
        }
        let order = &state.memory;
        let again = matches!(&order.stage, Stage::Placing { before: Some(_), .. });
        match event {
            Event::HoldGivenBack => self.outcomes.given_back += 1,
            Event::Held if again => self.outcomes.held_again += 1,
            Event::PlacementRefused if again => self.outcomes.refused_again += 1,
            Event::Paid { .. } if order.hold().is_none() => self.outcomes.paid_late += 1,
            Event::PaidTwice { .. } => self.outcomes.paid_twice += 1,
            _ => {}
        }
        let Some(hold) = order.hold().map(|hold| hold_id(order, hold.number)) else { return };
        match event {
            Event::PaymentDeclined { .. } | Event::PaymentActionRequired { .. } => {
                state.keeps.insert(hold, now.plus_millis(KEPT_MILLIS));
            }
            Event::PaymentStarted { .. }
            | Event::PaymentSwitched { .. }
            | Event::Paid { .. }
            | Event::Authorized { .. }
            | Event::Owed { .. } => {
                state.keeps.remove(&hold);
            }
            Event::HoldGivenBack
            | Event::Edits(edits::event::Event::Reworked { .. })
            | Event::PlacedAgain { .. }
            | Event::PlacementRefused
            | Event::PlacementAbandoned
            | Event::Cancelled { .. }
            | Event::Money(money::event::Event::Cancelled { .. })
            | Event::CommitRefused => {
                state.keeps.insert(hold, now);
            }
            _ => {}
        }
    }

    /// Which of the lines that become the order's now staff do not have counted, whatever the order says of it.
    fn note_uncounted(&mut self, buyer: usize, event: &Event) {
        let (kept, state) = (&self.kept, &mut self.buyers[buyer]);
        let is_new = |line: &&Line| state.memory.line(line.id).is_none();
        let lines: Vec<&Line> = match event {
            Event::Placed { .. } => {
                state.uncounted.clear();
                state.memory.lines.iter().collect()
            }
            Event::Edits(edits::event::Event::Begun { plan, .. } | edits::event::Event::Edited { plan, .. }) => {
                plan.added.iter().flat_map(|added| added.new_lines()).map(|(line, _)| line).collect()
            }
            Event::Edits(edits::event::Event::Reworked { whole, .. }) => whole.lines.iter().filter(is_new).collect(),
            _ => return,
        };
        // One that was refused may have had the same ids.
        for line in lines {
            for (variant, _) in stocks_of(line, 1) {
                match kept.get(&variant).is_some_and(|kept| kept.untracked) {
                    true => state.uncounted.insert((line.id, variant)),
                    false => state.uncounted.remove(&(line.id, variant)),
                };
            }
        }
    }

    /// Whether the answer meant anything.
    pub fn hear(&mut self, buyer: usize, answer: &Answer) -> bool {
        let events = learn(&self.buyers[buyer].memory, answer, self.now);
        if events.is_empty() {
            return false;
        }
        let store = !events.iter().all(Event::may_wait);
        let is_refusal = events == [Event::PlacementRefused];
        self.record(buyer, events, store);
        if let (Answer::NotHeld { refused, .. }, true) = (answer, is_refusal) {
            self.do_without(buyer, refused);
        }
        true
    }

    /// One step of what the order's object would do.
    pub fn work(&mut self, buyer: usize, faults: bool) {
        self.hear(buyer, &Answer::Tick);
        let effects = due(&self.buyers[buyer].memory, self.now);
        // What gets no answer lets the next one go first.
        let skipped = if faults && self.rng.chance(25) { self.rng.below(effects.len().max(1) as u64) } else { 0 };
        let Some(effect) = effects.into_iter().nth(usize::try_from(skipped).unwrap()) else {
            // The run is over: what waited is stored.
            return self.store(buyer);
        };
        let call = Call { buyer, effect };
        if let Heard::Answer(Some(answer)) = self.send(&call, faults) {
            self.hear(buyer, &answer);
        }
    }

    /// The alarm rings: the whole run that it causes, as the order's object does it.
    pub fn ring(&mut self, buyer: usize) {
        self.buyers[buyer].alarm = None;
        let mut unanswered = Vec::new();
        loop {
            self.hear(buyer, &Answer::Tick);
            let effects = due(&self.buyers[buyer].memory, self.now);
            let Some(effect) = effects.into_iter().find(|effect| !unanswered.contains(effect)) else { break };
            let call = Call { buyer, effect };
            match self.send(&call, true) {
                Heard::Died => {
                    self.buyers[buyer].alarm = Some(self.now.plus_millis(WATCHDOG_MILLIS));
                    return;
                }
                Heard::Answer(None) => unanswered.push(call.effect),
                Heard::Answer(Some(answer)) => {
                    if !self.hear(buyer, &answer) {
                        unanswered.push(call.effect);
                    }
                }
            }
        }
        self.store(buyer);
        let alarm = self.buyers[buyer].alarm;
        assert!(alarm.is_none_or(|at| at > self.now), "an alarm that rings without end");
    }

    /// Memory is lost; what was stored is read again.
    pub fn crash(&mut self, buyer: usize) {
        self.outcomes.crashes += 1;
        self.buyers[buyer].troubled = self.now;
        let state = &mut self.buyers[buyer];
        let mut order = None;
        for (at, event) in &state.stored {
            Order::replay(&mut order, event, *at);
        }
        state.memory = order.unwrap().recovered();
        state.waiting.clear();
    }
}
