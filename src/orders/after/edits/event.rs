//! What happens to an order when it is edited, and how that changes it.

use serde::{Deserialize, Serialize};

use super::{Edit, Plan};
use crate::ids::AccountId;
use crate::orders::order::Order;
use crate::ports::Timestamp;

/// Stored for good, as [`crate::orders::event::Event`] is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Edited { by: AccountId, plan: Box<Plan> },
}

impl Event {
    /// What it is called in the order's history.
    pub fn milestone(&self) -> &'static str {
        match self {
            Self::Edited { .. } => "edited",
        }
    }

    /// Who did it.
    pub fn by(&self) -> Option<AccountId> {
        match self {
            Self::Edited { by, .. } => Some(*by),
        }
    }
}

impl Order {
    /// The order after an edit; see [`Order::apply`].
    pub(in crate::orders) fn apply_edit(&mut self, event: &Event, now: Timestamp) {
        match event {
            Event::Edited { by, plan } => self.edit(*by, plan, now),
        }
    }

    fn edit(&mut self, by: AccountId, plan: &Plan, now: Timestamp) {
        for fact in &plan.facts {
            self.facts.set(fact.clone());
        }
        let repayment = plan.giving.as_ref().map(|giving| self.repay(by, giving, plan.notify, now));
        let number = u32::try_from(self.edits.len() + 1).unwrap_or(u32::MAX);
        self.edits.push(Edit { number, at: now, by, plan: plan.clone(), repayment });
    }
}
