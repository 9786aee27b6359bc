//! What happens to an order when it is edited, and how that changes it.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::{Added, Begun, Edit, Plan, adding};
use crate::ids::AccountId;
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
}

impl Event {
    /// What it is called in the order's history.
    pub fn milestone(&self) -> Option<&'static str> {
        (!self.is_quiet()).then_some("edited")
    }

    /// Whether nobody can see that it happened.
    pub fn is_quiet(&self) -> bool {
        matches!(self, Self::Begun { .. } | Self::Refused)
    }

    /// Who did it.
    pub fn by(&self) -> Option<AccountId> {
        match self {
            Self::Edited { by, .. } | Self::Begun { by, .. } | Self::Taken { by } => Some(*by),
            Self::Refused => None,
        }
    }
}

impl Order {
    /// The order after an edit; see [`Order::apply`].
    pub(in crate::orders) fn apply_edit(&mut self, event: &Event, now: Timestamp) {
        match event {
            Event::Edited { by, plan } => self.edit(*by, plan, None, now),
            Event::Begun { by, plan, key } => {
                self.holds += 1;
                let (plan, key) = ((**plan).clone(), key.clone());
                self.edits.open = Some(Begun { by: *by, plan, hold: self.holds, key });
            }
            Event::Taken { .. } => {
                if let Some(begun) = self.edits.open.take() {
                    let (by, plan) = (begun.by, begun.plan.clone());
                    self.edit(by, &plan, Some(begun), now);
                }
            }
            Event::Refused => {
                if let Some(Begun { plan, hold, .. }) = self.edits.open.take() {
                    let claims = plan.added.map(|added| added.claims()).unwrap_or_default();
                    self.releasing.insert(hold, claims);
                }
            }
        }
    }

    fn edit(&mut self, by: AccountId, plan: &Plan, begun: Option<Begun>, now: Timestamp) {
        for fact in &plan.facts {
            self.facts.set(fact.clone());
        }
        if let Some(giving) = &plan.giving {
            self.repay(by, giving, plan.notify, now);
        }
        if let Some(added) = &plan.added {
            self.add(added, now);
        }
        let number = u32::try_from(self.edits.done.len() + 1).unwrap_or(u32::MAX);
        self.edits.done.push(Edit { number, at: now, by, plan: plan.clone(), begun });
    }

    fn add(&mut self, added: &Added, now: Timestamp) {
        let Stage::Confirmed { placement, .. } = &mut self.stage else { return };
        if added.quote.shipping.is_some() {
            self.edits.former_shipping.extend(placement.quote.shipping.clone());
        }
        placement.quote = Rc::new(adding::joined(&placement.quote, &added.quote));
        self.lines.extend(added.lines.iter().cloned());
        self.lines_made = added.lines.iter().map(|line| line.id.0).fold(self.lines_made, u32::max);
        let to_pay = added.to_pay();
        if to_pay.amount > 0 {
            self.attempts += 1;
            let by_hand = PaymentChoice { provider: Provider::Manual, ..PaymentChoice::nothing() };
            let mut payment = Attempt::new(self.id, self.attempts, by_hand, to_pay, now);
            payment.settle(AttemptStatus::Paid);
            payment.reference.clone_from(&added.paid_by_hand);
            self.edits.payments.push(payment);
        }
    }
}
