//! What happens to an order when it is edited, and how that changes it.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::decision::is_invoiced;
use super::unpaid::Whole;
use super::{Added, Begin, Begun, Edit, Plan, adding};
use crate::ids::AccountId;
use crate::orders::event::Event as OrderEvent;
use crate::orders::order::{Key, Order, Stage};
use crate::payments::{Attempt, AttemptStatus, PaymentChoice, Provider};
use crate::ports::Timestamp;

/// Stored for good, as [`crate::orders::event::Event`] is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Edited {
        by: AccountId,
        plan: Box<Plan>,
    },
    /// The order is not paid yet, and another one from then on.
    Reworked {
        by: AccountId,
        plan: Box<Plan>,
        whole: Box<Whole>,
    },
    /// Decided; its pieces are to be taken from the pools.
    Begun {
        by: AccountId,
        plan: Box<Plan>,
        key: Option<Key>,
    },
    /// The pools have given what the edit that was begun adds.
    Taken {
        by: AccountId,
    },
    /// Some pool had too little: the edit has never been.
    Refused,
    /// The pools keep what the edit that was begun adds, until its buyer has paid.
    Kept,
    /// What happened to the payment that the buyer of an edit was asked for. `by`: the
    /// member of staff who wanted it so.
    Asked {
        number: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<AccountId>,
        event: Box<OrderEvent>,
    },
    /// Staff have said by this request that they have what its buyer was asked for.
    Noted {
        number: u32,
        key: Key,
    },
}

impl Event {
    /// What it is called in the order's history.
    pub fn milestone(&self) -> Option<&'static str> {
        Some(match self {
            Self::Begun { .. } | Self::Refused | Self::Noted { .. } => return None,
            Self::Edited { .. } | Self::Reworked { .. } | Self::Taken { .. } => "edited",
            Self::Kept => "difference_asked",
            // Others take the names of the order's own payment for the whole order's.
            Self::Asked { event, .. } => match &**event {
                OrderEvent::Paid { .. } => "difference_paid",
                OrderEvent::Cancelled { .. } | OrderEvent::CommitRefused => "edit_called_off",
                OrderEvent::PaymentReceived { .. } | OrderEvent::Authorized { .. } | OrderEvent::Owed { .. } => {
                    return None;
                }
                event => return event.milestone(),
            },
        })
    }

    /// Whether nobody can see that it happened.
    pub fn is_quiet(&self) -> bool {
        match self {
            Self::Begun { .. } | Self::Refused | Self::Noted { .. } => true,
            Self::Asked { event, .. } => !event.visible(),
            Self::Edited { .. } | Self::Reworked { .. } | Self::Taken { .. } | Self::Kept => false,
        }
    }

    /// Who did it.
    pub fn by(&self) -> Option<AccountId> {
        match self {
            Self::Edited { by, .. } | Self::Reworked { by, .. } | Self::Begun { by, .. } | Self::Taken { by } => {
                Some(*by)
            }
            Self::Asked { by, .. } => *by,
            Self::Refused | Self::Kept | Self::Noted { .. } => None,
        }
    }
}

impl Order {
    /// The order after an edit; see [`Order::apply`].
    pub(in crate::orders) fn apply_edit(&mut self, event: &Event, now: Timestamp) {
        match event {
            Event::Edited { by, plan } => {
                self.edits.begun += 1;
                self.edit(self.edits.begun, *by, (**plan).clone(), None, now);
            }
            Event::Reworked { by, plan, whole } => self.rework(*by, plan, whole, now),
            Event::Begun { by, plan, key } => {
                self.holds += 1;
                self.edits.begun += 1;
                let (plan, key) = ((**plan).clone(), key.clone());
                let begin = Begin { hold: self.holds, key };
                let begun = Begun { number: self.edits.begun, by: *by, plan, begin };
                self.ask(&begun, now);
                self.edits.open = Some(begun);
            }
            Event::Taken { .. } => {
                if let Some(Begun { number, by, plan, begin }) = self.edits.open.take() {
                    self.edit(number, by, plan, Some(begin), now);
                }
            }
            Event::Kept => {
                let open = self.edits.open.as_ref().map(|begun| begun.number);
                if let Some(ask) = self.edits.asked.iter_mut().find(|ask| Some(ask.number) == open) {
                    ask.kept = true;
                }
            }
            Event::Asked { number, event, .. } => self.apply_asked(*number, event, now),
            Event::Noted { number, key } => {
                if let Some(ask) = self.edits.asked.iter_mut().find(|ask| ask.number == *number) {
                    ask.noted = Some(key.clone());
                }
            }
            Event::Refused => match self.edits.open_ask().map(|ask| ask.number) {
                Some(number) => self.apply_asked(number, &OrderEvent::CommitRefused, now),
                None => {
                    if let Some(Begun { plan, begin, .. }) = self.edits.open.take() {
                        let claims = plan.added.map(|added| added.claims()).unwrap_or_default();
                        self.releasing.insert(begin.hold, claims);
                    }
                }
            },
        }
    }

    fn edit(&mut self, number: u32, by: AccountId, plan: Plan, begin: Option<Begin>, now: Timestamp) {
        if !plan.facts.is_empty() {
            let is_sold_anew = plan.added.as_ref().is_some_and(|added| added.sold_anew() > 0);
            // An invoice that is still to be written bills whom the order is for by then.
            let is_told = is_sold_anew || is_invoiced(self);
            let changed = self.facts.clone().changed(&plan.facts);
            let former = std::mem::replace(&mut self.facts, changed);
            self.edits.former_facts.extend(is_told.then_some((number, former)));
        }
        if let Some(giving) = &plan.giving {
            self.repay(by, giving, plan.notify, now);
        }
        if let Some(added) = &plan.added {
            self.add(number, added, now);
        }
        if let Some(attempt) = self.attempt_mut().filter(|attempt| attempt.status == AttemptStatus::Owed) {
            attempt.amount.amount = attempt.amount.amount.saturating_add(plan.more_owed());
        }
        self.edits.done.push(Edit { number, at: now, by, plan, begin });
    }

    fn add(&mut self, number: u32, added: &Added, now: Timestamp) {
        let Stage::Confirmed { placement, .. } = &mut self.stage else { return };
        if added.quote.shipping.is_some() {
            self.edits.former_shipping.extend(placement.quote.shipping.clone());
        }
        self.edits.first_reversed.get_or_insert(placement.quote.reverse_charge);
        placement.quote = Rc::new(adding::joined(&placement.quote, &added.quote));
        self.lines.extend(added.lines.iter().cloned());
        self.lines_made = added.lines.iter().map(|line| line.id.0).fold(self.lines_made, u32::max);
        let to_pay = added.to_pay();
        if let Some(ask) = self.edits.asked.iter_mut().find(|ask| ask.number == number && ask.is_paid()) {
            if let Stage::Confirmed { attempt, committed, .. } = &mut ask.stage {
                *committed = true;
                self.edits.payments.push(attempt.clone());
            }
        } else if to_pay.amount > 0 && !added.owed {
            self.attempts += 1;
            let by_hand = PaymentChoice { provider: Provider::Manual, ..PaymentChoice::nothing() };
            let mut payment = Attempt::new(self.id, self.attempts, by_hand, to_pay, now);
            payment.settle(AttemptStatus::Paid);
            payment.reference.clone_from(&added.paid_by_hand);
            self.edits.payments.push(payment);
        }
    }
}
