//! What must be so at the end of a history, when nothing is left to be done.

use std::collections::BTreeMap;

use tradepost::ids::VariantId;
use tradepost::messages::Kind;
use tradepost::orders::effect::due;
use tradepost::orders::order::Stage;
use tradepost::orders::slots::SLOT_MILLIS;
use tradepost::orders::view::{self, Status};
use tradepost::payments::{AttemptStatus, Provider, Refund, RefundStatus};
use tradepost::pools::pool::Ended;

use crate::outcomes::Outcomes;
use crate::world::World;

impl World {
    /// Whether the shop kept its promises.
    pub fn judge(&mut self) -> Outcomes {
        let mut sold: BTreeMap<VariantId, i64> = BTreeMap::new();
        let mut outcomes = self.outcomes.clone();
        for (n, buyer) in self.buyers.iter().enumerate() {
            let order = &buyer.memory;
            let ends: Vec<_> = self.ends_told(n).collect();
            assert!(due(order, self.now).is_empty(), "something is still owed: {order:?}");
            let prefix = format!("{}-", order.id);
            let charges: Vec<_> = self.charges.iter().filter(|(id, _)| id.starts_with(&prefix)).collect();
            let kept: i64 = charges.iter().map(|(_, charge)| charge.paid - charge.refunded).sum();
            let held: i64 = charges.iter().map(|(_, charge)| charge.held).sum();
            outcomes.refunded += charges.iter().filter(|(_, charge)| charge.refunded > 0).count() as u32;
            outcomes.voided += charges.iter().filter(|(_, charge)| charge.voided).count() as u32;
            match &order.stage {
                Stage::Confirmed { placement, attempt, committed, .. } => {
                    outcomes.confirmed += 1;
                    assert!(committed, "confirmed without its goods: {order:?}");
                    let is_known = match view::status(order) {
                        Status::Confirmed => ends == [Kind::OrderConfirmed],
                        _ => ends.is_empty(),
                    };
                    assert!(is_known, "its buyer knows: {ends:?} {order:?}");
                    let total = placement.to_pay().amount;
                    let has = match &attempt.status {
                        AttemptStatus::Authorized => {
                            outcomes.authorized += 1;
                            (total, 0, 0)
                        }
                        AttemptStatus::Owed => {
                            outcomes.owed += 1;
                            assert!(attempt.left().amount > 0, "paid and does not know it: {order:?}");
                            (0, 0, attempt.captured.amount)
                        }
                        _ if attempt.payment.provider == Provider::Manual => {
                            outcomes.received += 1;
                            (0, 0, total)
                        }
                        _ => (0, total, 0),
                    };
                    let by_hand: i64 = order.receipts.iter().map(|receipt| receipt.amount.amount).sum();
                    assert_eq!((held, kept, by_hand), has, "paid once, exactly: {order:?} {charges:?}");
                    outcomes.switched += u32::from(buyer.paid_another_way());
                    for claim in order.claims() {
                        *sold.entry(claim.of.variant().unwrap()).or_default() += claim.quantity;
                    }
                }
                Stage::Cancelled { .. } => {
                    outcomes.cancelled += 1;
                    assert_eq!((kept, held), (0, 0), "paid for nothing: {order:?} {charges:?}");
                    assert!(order.receipts.is_empty() || order.refunds.iter().any(by_hand), "kept by hand: {order:?}");
                    assert_eq!(ends.last(), Some(&Kind::OrderCancelled), "its buyer knows: {order:?}");
                }
                Stage::Open => {
                    outcomes.open += 1;
                    assert_eq!((kept, held), (0, 0), "paid for a cart: {order:?} {charges:?}");
                    assert!(ends.is_empty(), "nobody was told of a cart: {order:?}");
                }
                stage => panic!("neither confirmed nor cancelled in the end: {stage:?}"),
            }
        }
        for (variant, stock) in &self.stocks {
            let committed: i64 = stock
                .ended
                .values()
                .map(|ended| if let Ended::Committed { quantity } = ended { *quantity } else { 0 })
                .sum();
            assert_eq!(committed, sold.get(variant).copied().unwrap_or(0), "sold is what confirmed orders have");
            assert_eq!(stock.put_in, stock.pool.on_hand + committed, "pieces are conserved");
            assert_eq!(stock.pool.level(self.now).held, 0, "nothing stays held");
        }
        // Who owes keeps a slot until it ends by itself.
        let later = if outcomes.owed > self.outcomes.owed { SLOT_MILLIS } else { 0 };
        assert_eq!(self.throttle.matters_for(self.now.plus_millis(later)), 0, "no slot stays taken");
        outcomes
    }

    /// What a buyer was told to have become of the order.
    fn ends_told(&self, buyer: usize) -> impl Iterator<Item = Kind> {
        let letters = self.letters.iter().filter(move |(reader, ..)| *reader == buyer).map(|(_, kind, _)| *kind);
        letters.filter(|kind| matches!(kind, Kind::OrderConfirmed | Kind::OrderCancelled))
    }
}

/// Money that staff are to give back.
fn by_hand(refund: &Refund) -> bool {
    refund.status == RefundStatus::Pending { next_poll: None }
}
