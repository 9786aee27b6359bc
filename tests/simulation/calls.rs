//! Calls on their way: they arrive, and are answered, late, twice or never.

use tradepost::orders::after::money;
use tradepost::orders::effect::Effect;
use tradepost::orders::learning::Answer;
use tradepost::payments::Outcome;
use tradepost::pools::pool::Ended;
use tradepost::throttle::rules;

use crate::pools::Stock;
use crate::world::World;

/// A call on its way; it may arrive late, twice or never, and so may its answer.
#[derive(Clone)]
pub struct Call {
    pub buyer: usize,
    pub effect: Effect,
}

/// What whoever made a call hears of it.
pub enum Heard {
    Answer(Option<Answer>),
    /// Nobody is left to hear anything.
    Died,
}

impl World {
    /// Sends a call into a world in which it may be lost.
    pub fn send(&mut self, call: &Call, faults: bool) -> Heard {
        let buyer = call.buyer;
        if let Effect::Charge { attempt } = &call.effect {
            assert!(self.has_holds(buyer, attempt.number), "nothing is charged before every hold is granted");
            self.check_earlier_attempts(buyer, attempt.number);
        }
        if let Effect::Hold { hold, .. } | Effect::Commit { hold, .. } = &call.effect {
            let released = |stock: &Stock| matches!(stock.ended.get(hold), Some(Ended::Released));
            assert!(!self.stocks.values().any(released), "what was released is not asked for under its old name");
        }
        let fate = if faults { self.rng.below(100) } else { 100 };
        if fate < 50 && !(30..=37).contains(&fate) {
            self.buyers[buyer].troubled = self.now;
        }
        let answer = match fate {
            // Lost on the way there.
            0..=9 => None,
            // Late: it arrives after the caller gave up.
            10..=19 => {
                self.late.push(call.clone());
                None
            }
            // Done, and the answer lost.
            20..=29 => {
                self.perform(call);
                None
            }
            // Done twice.
            30..=37 => {
                self.perform(call);
                self.perform(call)
            }
            // Done, the answer late.
            38..=44 => {
                if let Some(answer) = self.perform(call) {
                    self.answers.push((buyer, answer));
                }
                None
            }
            // Done, and the process dies before the answer is stored.
            45..=49 => {
                self.perform(call);
                self.crash(buyer);
                return Heard::Died;
            }
            _ => self.perform(call),
        };
        // What the shell makes of no answer.
        Heard::Answer(match (answer, &call.effect) {
            (Some(Answer::Payment { report, .. }), Effect::CallOff { .. }) if !is_told(&report.outcome) => None,
            (Some(answer), _) => Some(answer),
            (None, Effect::Hold { .. }) => Some(Answer::NotHeld { refused: Vec::new(), unanswered: true }),
            (None, Effect::Charge { attempt } | Effect::Poll { attempt }) => {
                Some(Answer::Payment { attempt: attempt.number, report: Outcome::Unknown.into() })
            }
            (None, _) => None,
        })
    }

    /// What the world does when a call arrives.
    fn perform(&mut self, call: &Call) -> Option<Answer> {
        match &call.effect {
            Effect::Hold { hold, claims, until } => Some(self.hold(hold, claims, *until)),
            Effect::Commit { hold, claims } => Some(self.commit(hold, claims)),
            Effect::TakeAdded(take) => Some(self.take_added(take)),
            Effect::Release { number, hold, claims } => Some(self.release(*number, hold, claims)),
            Effect::Charge { .. } | Effect::Poll { .. } | Effect::CallOff { .. } | Effect::Refund { .. } => {
                self.ask_provider(call.buyer, &call.effect)
            }
            Effect::Money(money::effect::Effect::Capture { attempt, amount }) => {
                let report = self.capture(call.buyer, attempt, amount.amount).into();
                let attempt = attempt.number;
                Some(Answer::Money(money::effect::Answer::Captured { attempt, report }))
            }
            Effect::Money(money::effect::Effect::PutBack { put_backs }) => Some(self.put_back(put_backs)),
            Effect::Vacate { number, slot } => {
                self.ask_throttle(&rules::Command::Vacate { slot: slot.id.clone() }).unwrap();
                Some(Answer::Vacated { hold: *number })
            }
            Effect::IssueGiftCards { cards } => {
                self.issued.extend(cards.iter().map(|card| (call.buyer, card.line, card.piece)));
                let so_far = self.buyers[call.buyer].memory.cards_issued + cards.len() as u64;
                Some(Answer::GiftCardsIssued { so_far })
            }
            Effect::Restock(restock) => Some(self.restock(restock)),
            Effect::Publish { version, notice } => {
                let told = notice.as_ref().map(|notice| (notice.kind(), notice.version));
                self.letters.extend(told.map(|(kind, version)| (call.buyer, kind, version)));
                Some(Answer::Published { version: *version, told })
            }
        }
    }

    pub fn arrive_late(&mut self) {
        if self.late.is_empty() {
            return;
        }
        let n = self.pick(self.late.len());
        let call = self.late.swap_remove(n);
        self.perform(&call);
    }

    pub fn hear_late(&mut self) {
        if self.answers.is_empty() {
            return;
        }
        let n = self.pick(self.answers.len());
        let (buyer, answer) = self.answers.swap_remove(n);
        // Only a provider calls back; a pool's late answer finds nobody.
        if let Answer::Payment { .. } = answer {
            self.hear(buyer, &answer);
        }
    }
}

/// Whether the shell takes it for an answer to a call-off.
fn is_told(outcome: &Outcome) -> bool {
    !matches!(outcome, Outcome::Unknown | Outcome::Pending | Outcome::Unfit)
}
