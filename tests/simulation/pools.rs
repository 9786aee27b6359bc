//! The pools, by their real rules, with the records that they keep.

use std::collections::BTreeMap;

use tradepost::ids::VariantId;
use tradepost::pools::pool::{self, Ended, HoldId, Past, Pool, Reason, Refusal};

use crate::world::World;

#[derive(Default)]
pub struct Stock {
    pub pool: Pool,
    pub ended: BTreeMap<HoldId, Ended>,
    pub references: BTreeMap<String, i64>,
    pub put_in: i64,
}

impl World {
    pub fn ask_pool(&mut self, variant: VariantId, command: &pool::Command) -> Result<(), Refusal> {
        let now = self.now;
        let stock = self.stocks.get_mut(&variant).unwrap();
        let past = match command {
            pool::Command::Hold { hold, .. } | pool::Command::Commit { hold, .. } | pool::Command::Release { hold } => {
                stock.ended.get(hold).map_or(Past::Nothing, |ended| Past::Ended(*ended))
            }
            pool::Command::Adjust { reference, .. } | pool::Command::Issue { reference, .. } => {
                stock.references.get(reference).map_or(Past::Nothing, |delta| Past::Adjusted { delta: *delta })
            }
            _ => Past::Nothing,
        };
        for event in pool::decide(&stock.pool, past, command, now)? {
            pool::apply(&mut stock.pool, &event);
            match event {
                pool::Event::Held { hold, .. } => {
                    stock.ended.remove(&hold);
                }
                pool::Event::Lapsed { hold } => {
                    stock.ended.insert(hold, Ended::Lapsed);
                }
                pool::Event::Committed { hold, quantity } => {
                    stock.ended.insert(hold, Ended::Committed { quantity });
                }
                pool::Event::Released { hold } | pool::Event::PutBack { hold, .. } => {
                    stock.ended.insert(hold, Ended::Released);
                }
                pool::Event::Adjusted { delta, reference, .. } => {
                    stock.references.insert(reference, delta);
                    stock.put_in += delta;
                }
                pool::Event::Issued { quantity, reference } => {
                    stock.references.insert(reference, quantity);
                    stock.put_in += quantity;
                }
                pool::Event::Limited { .. } | pool::Event::Closed { .. } => {}
            }
        }
        Ok(())
    }

    pub fn adjust(&mut self) {
        let variant = self.variants[usize::try_from(self.rng.below(3)).unwrap()];
        let delta = i64::try_from(self.rng.below(5)).unwrap() - 2;
        let reference = format!("count-{}", self.rng.below(40));
        if delta != 0 {
            // Refused where it would take away what is held.
            let _ = self.ask_pool(variant, &pool::Command::Adjust { delta, reason: Reason::Correction, reference });
        }
    }
}
