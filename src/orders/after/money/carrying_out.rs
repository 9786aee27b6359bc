//! Doing what staff have decided of an order's money. Part of the order's object.

use serde_json::json;

use super::PutBack;
use super::effect::{Answer, Effect};
use crate::orders::object::OrderObject;
use crate::payments::{self, Outcome};
use crate::pools;
use crate::telemetry;
use crate::together::{ALL, together};

impl OrderObject {
    /// Performs one effect. None: no answer; the alarm tries again.
    pub(in crate::orders) async fn perform_money(&self, effect: &Effect) -> Option<Answer> {
        match effect {
            Effect::Capture { attempt, amount } => {
                let report = payments::capture(&self.app, attempt, *amount).await;
                let told = !matches!(report.outcome, Outcome::Unknown | Outcome::Pending);
                told.then_some(Answer::Captured { attempt: attempt.number, report })
            }
            Effect::PutBack { put_backs } => self.put_back(put_backs).await,
        }
    }

    /// Each pool counts it once, or refuses what would be more than it can count:
    /// asking that again would not help. None where none of them answered.
    async fn put_back(&self, put_backs: &[PutBack]) -> Option<Answer> {
        let app = &self.app;
        let asked = put_backs.iter().map(|back| async move {
            (back, pools::put_back(app, &back.of, back.units, back.reference.clone()).await)
        });
        let (mut numbers, mut refused) = (Vec::new(), Vec::new());
        for (back, answer) in together(asked.collect(), ALL).await {
            let Ok(answer) = answer else { continue };
            if let Some(refusal) = answer.refusal {
                telemetry::log(&json!({
                    "level": "error", "event": "not_put_back", "pool": back.of.pool(), "reference": back.reference,
                    "cause": refusal.to_string(),
                }));
                refused.push(back.number);
                continue;
            }
            numbers.push(back.number);
            self.levels.borrow_mut().insert(back.of.clone(), answer.level);
        }
        (!numbers.is_empty() || !refused.is_empty()).then_some(Answer::PutBack { numbers, refused })
    }
}
