//! Doing what an order owes the world: one effect after the other, each
//! answer fed back into the rules. The buyer's request, the time after its
//! answer and the alarm all come here.

use futures_util::{StreamExt, stream};

use super::decision::{Answer, OrderError, Refused, learn};
use super::effect::{Effect, due, in_foreground};
use super::event::Event;
use super::object::{Message, OrderObject, order_reply, recorded};
use super::store::FirstAnswer;
use super::view;
use crate::ids::VariantId;
use crate::payments::{self, Outcome};
use crate::pools;
use crate::pools::pool::Refusal;
use crate::ports::ObjectUnavailable;

/// The most effects one run works off: a placement needs four.
const MAX_STEPS: usize = 64;

/// The most pools asked at once.
const MAX_PARALLEL: usize = 32;

/// How a run ended.
pub(super) enum Run {
    Done,
    /// The placement was refused.
    Refused(Vec<Refused>),
    Unanswered,
}

impl OrderObject {
    /// Does what is due, one run at a time. `foreground`: only what belongs to
    /// the buyer's request.
    pub(super) async fn run(&self, foreground: bool) -> Result<Run, OrderError> {
        let _turn = self.turn.lock().await;
        let mut end = Run::Done;
        for _ in 0..MAX_STEPS {
            let order = self.record.existing()?;
            if foreground && !in_foreground(&order) {
                return Ok(end);
            }
            let now = self.now();
            let ticked = learn(&order, &Answer::Tick, now);
            if !ticked.is_empty() {
                self.record.learn(ticked, self.now())?;
                self.record.commit(None, self.now())?;
                continue;
            }
            let Some(effect) = due(&order, now).into_iter().next() else { break };
            let Some(answer) = self.perform(effect).await else { break };
            let events = learn(&*self.record.existing()?, &answer, self.now());
            if events.is_empty() {
                break;
            }
            if let (Answer::NotHeld { refused, unanswered }, [Event::PlacementRefused]) = (answer, events.as_slice()) {
                end = if unanswered && refused.is_empty() { Run::Unanswered } else { Run::Refused(refused) };
            }
            let wait = events.iter().all(Event::may_wait);
            self.record.learn(events, self.now())?;
            if !wait {
                let answer = self.first_answer_to_placement()?;
                self.record.commit(answer, self.now())?;
            }
        }
        self.record.commit(self.first_answer_to_placement()?, self.now())?;
        Ok(end)
    }

    /// Once a placement has its outcome, the request that made it has its answer.
    fn first_answer_to_placement(&self) -> Result<Option<FirstAnswer>, OrderError> {
        let order = self.record.existing()?;
        let Some(placement) = order.placement() else { return Ok(None) };
        let first = order.attempts == placement.attempts_before + 1;
        match &placement.key {
            Some(key) if first && !in_foreground(&order) && !self.record.is_answered(&key.key) => {
                Ok(recorded(Some(key), &order_reply(201, &order)?))
            }
            _ => Ok(None),
        }
    }

    /// Performs one effect. None: no answer; the alarm tries again.
    async fn perform(&self, effect: Effect) -> Option<Answer> {
        let app = &self.app;
        match effect {
            Effect::Hold { hold, items, until } => {
                let answers = stream::iter(items).map(|item| {
                    let hold = hold.clone();
                    async move { (item.variant, pools::hold(app, item.variant, hold, item.quantity, until).await) }
                });
                let answers: Vec<_> = answers.buffer_unordered(MAX_PARALLEL).collect().await;
                let mut refused = Vec::new();
                let mut unanswered = false;
                for (variant, answer) in answers {
                    match answer {
                        Ok(answer) => match answer.refusal {
                            None => {}
                            Some(Refusal::OutOfStock { available }) => refused.push(Refused { variant, available }),
                            Some(_) => refused.push(Refused { variant, available: answer.level.available }),
                        },
                        Err(_) => unanswered = true,
                    }
                }
                let granted = refused.is_empty() && !unanswered;
                Some(if granted { Answer::Held } else { Answer::NotHeld { refused, unanswered } })
            }
            Effect::Charge { attempt, amount } => {
                let outcome = payments::charge(app, &attempt, amount).await;
                Some(Answer::Payment { attempt: attempt.number, outcome })
            }
            Effect::Poll { attempt } => {
                let outcome = payments::poll(app, &attempt).await;
                Some(Answer::Payment { attempt: attempt.number, outcome })
            }
            Effect::CallOff { attempt } => match payments::cancel(app, &attempt).await {
                Outcome::Unknown => None,
                outcome => Some(Answer::Payment { attempt: attempt.number, outcome }),
            },
            Effect::Commit { hold, items } => {
                let answers = stream::iter(items).map(|item| {
                    let hold = hold.clone();
                    async move { (item.variant, pools::commit(app, item.variant, hold, item.quantity).await) }
                });
                let refused = self.settled(answers.buffer_unordered(MAX_PARALLEL).collect().await)?;
                Some(Answer::Committed { refused })
            }
            Effect::Release { placement, hold, items } => {
                let answers = stream::iter(items).map(|item| {
                    let hold = hold.clone();
                    async move { (item.variant, pools::release(app, item.variant, hold).await) }
                });
                self.settled(answers.buffer_unordered(MAX_PARALLEL).collect().await)?;
                Some(Answer::Released { placement })
            }
            Effect::Refund { attempt, amount } => {
                let done = payments::refund(app, &attempt, amount).await;
                done.then_some(Answer::Refunded { attempt: attempt.number })
            }
            Effect::Publish { version } => {
                // After a crash the levels that came with the commits are gone.
                if self.levels.borrow().is_empty() {
                    self.read_levels().await?;
                }
                let message = Message {
                    order: view::projection(&*self.record.existing().ok()?)?,
                    levels: self.levels.borrow().clone(),
                };
                let message = serde_json::to_string(&message).ok()?;
                app.events.send(vec![message]).await.ok()?;
                self.levels.borrow_mut().clear();
                Some(Answer::Published { version })
            }
        }
    }

    /// Keeps the levels for the projections. None if a pool did not answer;
    /// else whether one refused.
    fn settled(&self, answers: Vec<(VariantId, Result<pools::Answer, ObjectUnavailable>)>) -> Option<bool> {
        let mut refused = false;
        let mut levels = Vec::with_capacity(answers.len());
        for (variant, answer) in answers {
            let answer = answer.ok()?;
            refused |= answer.refusal.is_some();
            levels.push((variant, answer.level));
        }
        self.levels.borrow_mut().extend(levels);
        Some(refused)
    }

    async fn read_levels(&self) -> Option<()> {
        let app = &self.app;
        let items = self.record.existing().ok()?.items();
        let levels = stream::iter(items)
            .map(|item| async move { Some((item.variant, pools::level(app, item.variant).await.ok()?)) })
            .buffer_unordered(MAX_PARALLEL);
        let levels: Option<Vec<_>> = levels.collect::<Vec<_>>().await.into_iter().collect();
        *self.levels.borrow_mut() = levels?;
        Some(())
    }
}
