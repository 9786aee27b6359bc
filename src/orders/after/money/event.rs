//! What happens to an order's money after it was placed, and how each event
//! changes the order.

use serde::{Deserialize, Serialize};

use super::{Ended, Fate, Giving, Note, PutBack, Repayment, left};
use crate::ids::AccountId;
use crate::money::Money;
use crate::orders::order::{CancelReason, LineId, Order, Stage};
use crate::payments::{AttemptStatus, RefundStatus};
use crate::pools::{Claim, Supply};
use crate::ports::Timestamp;

/// Stored for good, as [`crate::orders::event::Event`] is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Noted {
        by: AccountId,
        text: String,
        visible_to_buyer: bool,
    },
    RefundAsked {
        by: AccountId,
        giving: Box<Giving>,
    },
    /// These are back on their gift cards.
    Credited {
        put_backs: Vec<u32>,
    },
    /// These are back in stock.
    Restocked {
        put_backs: Vec<u32>,
    },
    /// The pools take these never.
    NotPutBack {
        put_backs: Vec<u32>,
    },
    /// Staff have given back by hand what one of the order's refunds is.
    GivenByHand {
        by: AccountId,
        refund: u32,
    },
    CaptureAsked {
        by: AccountId,
        amount: Money,
    },
    /// The provider does not take so much: the money is set aside as before.
    CaptureRefused,
    /// So much of what was set aside was taken, and the rest let go. It goes back
    /// where the order is not to be any more.
    Captured {
        amount: Money,
    },
    /// Staff have chosen how the order is to be paid.
    WayChosen {
        by: AccountId,
    },
    /// `giving`: none where the money is kept.
    Cancelled {
        by: AccountId,
        reason: String,
        restock: bool,
        giving: Option<Box<Giving>>,
    },
}

impl Event {
    /// What it is called in the order's history.
    pub fn milestone(&self) -> Option<&'static str> {
        Some(match self {
            Self::Noted { .. } => return None,
            Self::RefundAsked { .. } => "refund_asked",
            Self::Credited { .. } | Self::GivenByHand { .. } => "refunded",
            Self::Restocked { .. } => "restocked",
            Self::NotPutBack { .. } => "not_put_back",
            Self::CaptureAsked { .. } => "capture_asked",
            Self::CaptureRefused => "capture_refused",
            Self::Captured { .. } => "paid",
            Self::WayChosen { .. } => "payment_chosen",
            Self::Cancelled { .. } => "cancelled",
        })
    }

    /// Whether it is nothing to its buyer.
    pub fn is_hidden(&self) -> bool {
        match self {
            Self::RefundAsked { .. }
            | Self::Restocked { .. }
            | Self::NotPutBack { .. }
            | Self::CaptureAsked { .. }
            | Self::CaptureRefused
            | Self::WayChosen { .. } => true,
            Self::Noted { visible_to_buyer, .. } => !visible_to_buyer,
            Self::Credited { .. } | Self::GivenByHand { .. } | Self::Captured { .. } | Self::Cancelled { .. } => false,
        }
    }

    /// Who did it; nobody where the shop learned of it.
    pub fn by(&self) -> Option<AccountId> {
        match self {
            Self::Noted { by, .. }
            | Self::RefundAsked { by, .. }
            | Self::GivenByHand { by, .. }
            | Self::CaptureAsked { by, .. }
            | Self::WayChosen { by }
            | Self::Cancelled { by, .. } => Some(*by),
            Self::Credited { .. }
            | Self::Restocked { .. }
            | Self::NotPutBack { .. }
            | Self::CaptureRefused
            | Self::Captured { .. } => None,
        }
    }
}

impl Order {
    /// The order after an event of its money; see [`Order::apply`].
    pub(in crate::orders) fn apply_money(&mut self, event: &Event, now: Timestamp) {
        match event {
            Event::Noted { by, text, visible_to_buyer } => {
                let (text, visible_to_buyer) = (text.clone(), *visible_to_buyer);
                self.money.notes.push(Note { at: now, by: *by, text, visible_to_buyer });
            }
            Event::RefundAsked { by, giving } => {
                self.repay(*by, giving, false, now);
            }
            Event::Credited { put_backs } | Event::Restocked { put_backs } => self.put_back_ends(put_backs, Fate::Done),
            Event::NotPutBack { put_backs } => self.put_back_ends(put_backs, Fate::Refused),
            Event::GivenByHand { refund, .. } => self.with_refund(*refund, |refund| refund.status = RefundStatus::Done),
            Event::CaptureAsked { amount, .. } => self.money.capturing = Some(*amount),
            Event::CaptureRefused => self.money.capturing = None,
            // Its history says so.
            Event::WayChosen { .. } => {}
            Event::Captured { amount } => self.captured(*amount, now),
            Event::Cancelled { by, reason, restock, giving } => {
                let drawn = matches!(self.stage, Stage::Confirmed { committed: true, .. });
                let refunded = giving.is_some();
                self.money.ended = Some(Ended { by: *by, reason: reason.clone(), drawn, refunded });
                if drawn {
                    self.put_back_all(*restock, giving.is_some());
                    if let Some(giving) = giving {
                        self.repay(*by, giving, true, now);
                    }
                    self.end(CancelReason::Shop, now);
                } else {
                    if refunded {
                        self.refund_current(now);
                    }
                    self.cancel(CancelReason::Shop, now);
                }
            }
        }
    }

    /// Gives back what was decided: the provider's part is a refund like any
    /// other, all else goes into pools. The repayment's number.
    pub(in crate::orders::after) fn repay(
        &mut self,
        by: AccountId,
        giving: &Giving,
        told_with_cause: bool,
        now: Timestamp,
    ) -> u32 {
        let number = u32::try_from(self.money.repayments.len() + 1).unwrap_or(u32::MAX);
        let payments = self.refund_payments(giving.to_payment, now);
        let why = format!("r{number}");
        for (card, amount) in &giving.to_cards {
            self.owe_back(Some(number), Supply::GiftCard(*card), None, *amount, &why);
        }
        for pieces in giving.pieces.iter().filter(|pieces| pieces.restock) {
            self.restock(Some(number), pieces.line, i64::from(pieces.quantity), &why);
        }
        let giving = giving.clone();
        self.money.repayments.push(Repayment { number, at: now, by, giving, payments, told_with_cause });
        number
    }

    /// By what was paid first, first. The refunds' numbers.
    fn refund_payments(&mut self, amount: i64, now: Timestamp) -> Vec<u32> {
        let (mut rest, mut numbers) = (amount, Vec::new());
        let payments: Vec<_> = left::payments(self).cloned().collect();
        for payment in payments {
            let part = Money { amount: rest.min(self.refundable(&payment).amount), currency: self.currency };
            if part.amount > 0 {
                rest -= part.amount;
                numbers.push(self.add_refund(payment, part, now));
            }
        }
        numbers
    }

    /// Gives back what a cancelled order had drawn: its uses as they were held;
    /// its pieces here where no repayment does.
    fn put_back_all(&mut self, restock: bool, is_repaid: bool) {
        self.put_back_drawn(restock, is_repaid, |of| matches!(of, Supply::Uses(_) | Supply::UsesBy(..)));
    }

    /// Gives back what an order had drawn that staff have changed and nobody has paid:
    /// some of its pieces are back already, and others have a hold of their own.
    pub(in crate::orders) fn put_back_unpaid(&mut self) {
        self.put_back_drawn(true, false, |of| !matches!(of, Supply::Stock(_)));
    }

    /// `is_held`: what goes back as it was held.
    fn put_back_drawn(&mut self, restock: bool, is_repaid: bool, is_held: fn(&Supply) -> bool) {
        self.vacate();
        let held: Vec<Claim> = self.claims().into_iter().filter(|claim| is_held(&claim.of)).collect();
        if let Some(number) = self.hold().map(|hold| hold.number).filter(|_| !held.is_empty()) {
            self.releasing.insert(number, held);
        }
        if restock && !is_repaid {
            let lines: Vec<_> = self.lines.iter().map(|line| (line.id, line.quantity)).collect();
            for (line, quantity) in lines {
                let left = quantity.saturating_sub(left::refunded_pieces(self, line));
                self.restock(None, line, i64::from(left), "cancelled");
            }
        }
    }

    /// What is not kept in stock is not put back into it.
    fn restock(&mut self, repayment: Option<u32>, line: LineId, pieces: i64, why: &str) {
        let taken = self.line(line).filter(|_| pieces > 0).map(|line| line.takes(pieces).collect::<Vec<_>>());
        for (variant, units) in taken.unwrap_or_default() {
            self.owe_back(repayment, Supply::Stock(variant), Some(line), units, why);
        }
    }

    fn put_back_ends(&mut self, numbers: &[u32], fate: Fate) {
        for back in self.money.put_backs.iter_mut().filter(|back| numbers.contains(&back.number)) {
            back.fate = fate;
        }
    }

    fn owe_back(&mut self, repayment: Option<u32>, of: Supply, line: Option<LineId>, units: i64, why: &str) {
        let number = u32::try_from(self.money.put_backs.len() + 1).unwrap_or(u32::MAX);
        let reference = match line {
            Some(line) => format!("{}/{why}/{line}", self.id),
            None => format!("{}/{why}", self.id),
        };
        self.money.put_backs.push(PutBack { number, repayment, of, line, units, reference, fate: Fate::Owed });
    }

    fn captured(&mut self, amount: Money, now: Timestamp) {
        self.money.capturing = None;
        let Some(attempt) = self.attempt_mut() else { return };
        attempt.captured = amount;
        attempt.status = AttemptStatus::Paid;
        if let Stage::Cancelled { resolving, .. } = &mut self.stage {
            *resolving = false;
            self.refund_current(now);
        }
    }
}
