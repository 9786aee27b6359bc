//! What staff do with the money of orders that were placed.

use std::sync::Arc;

use tradepost::ids::AccountId;
use tradepost::money::Money;
use tradepost::orders::after::edits::bodies::{LeftLine, PaidDifference, Wish};
use tradepost::orders::after::edits::decision::Settling;
use tradepost::orders::after::edits::error::Refusal;
use tradepost::orders::after::edits::event::Event;
use tradepost::orders::after::money::bodies::{NewCancellation, NewCapture, NewRefund, RefundedLine};
use tradepost::orders::after::money::decision::Deed;
use tradepost::orders::after::money::left;
use tradepost::orders::bodies::WantedLine;
use tradepost::orders::decision::{Command, decide};
use tradepost::orders::error::OrderError;
use tradepost::orders::event::Event as OrderEvent;
use tradepost::orders::facts::Fact;
use tradepost::orders::order::{CancelReason, Line, Stage};
use tradepost::payments::RefundStatus;
use tradepost::shelf::snapshot::Snapshot;

use crate::judge::is_card;
use crate::shelf::{PRICE, address_in, id_of, taxes_in};
use crate::world::World;

impl World {
    /// A member of staff looks after an order.
    pub fn staff(&mut self, buyer: usize) {
        match self.rng.below(24) {
            20.. => self.take_out(buyer),
            0..=7 => self.refund_pieces(buyer),
            8..=10 => self.refund_amount(buyer),
            11..=14 => self.capture_some(buyer),
            15..=17 => self.give_by_hand(buyer),
            _ => self.cancel_as_staff(buyer),
        }
    }

    fn deed(&mut self, buyer: usize, deed: Deed) -> bool {
        let by = AccountId::derived(id_of(7, 0));
        self.command(buyer, Command::Money { by, deed })
    }

    fn money(&self, amount: i64) -> Money {
        Money { amount, currency: self.currency }
    }

    /// Often more pieces than there are left, and more than were ever put away.
    fn refund_pieces(&mut self, buyer: usize) {
        let lines = self.buyers[buyer].memory.lines.clone();
        if lines.is_empty() {
            return;
        }
        let line = lines[self.pick(lines.len())].clone();
        let quantity = u32::try_from(1 + self.rng.below(2)).unwrap();
        let restock = line.is_stocked() && self.rng.chance(60);
        let lines = vec![RefundedLine { line_id: line.id, quantity, restock }];
        let shipping = self.rng.chance(20).then(|| self.money(PRICE));
        let amount = if self.rng.chance(20) { Some(1 + i64::try_from(self.rng.below(300)).unwrap()) } else { None };
        let amount = amount.map(|amount| self.money(amount));
        let wanted = NewRefund { lines, shipping, amount, reason: "broken".parse().unwrap() };
        if !self.deed(buyer, Deed::Refund(wanted)) {
            self.outcomes.not_refundable += 1;
            return;
        }
        self.outcomes.refunded_pieces += 1;
        self.give_up(buyer, &line, quantity, restock);
    }

    fn give_up(&mut self, buyer: usize, line: &Line, quantity: u32, restock: bool) {
        let buyer = &mut self.buyers[buyer];
        *buyer.given_up.entry(line.id).or_default() += quantity;
        if restock && line.is_stocked() {
            buyer.put_back(line, quantity);
        }
    }

    /// Leaves a line fewer pieces, often fewer than it may have.
    fn take_out(&mut self, buyer: usize) {
        let lines = self.buyers[buyer].memory.lines.clone();
        if lines.is_empty() {
            return;
        }
        let line = lines[self.pick(lines.len())].clone();
        let quantity = u32::try_from(self.rng.below(u64::from(line.quantity) + 1)).unwrap();
        let wish = Wish {
            expected_edits: None,
            facts: self.another_way().into_iter().chain(self.elsewhere()).collect(),
            lines: vec![LeftLine { line_id: line.id, quantity }],
            add: self.more(),
            paid_by_hand: None,
            ask_buyer: false,
            preview: false,
            reason: "they rang".parse().unwrap(),
            notify: self.rng.chance(70),
        };
        let gone = self.buyers[buyer].given_up.get(&line.id).copied().unwrap_or_default();
        let [at_the_buyers, back] = self.whereabouts(buyer, line.id);
        let moves = wish.facts.iter().find_map(|fact| match fact {
            Fact::ShippingAddress(address) => Some(address.country.code()),
            _ => None,
        });
        let home = self.buyers[buyer].memory.facts.shipping_address.as_ref().map(|home| home.country.code());
        let is_taxed_anew = moves.is_some_and(|to| home.is_some_and(|home| taxes_in(home) != taxes_in(to)));
        let is_unpaid = matches!(self.buyers[buyer].memory.stage, Stage::AwaitingPayment { .. });
        let add = wish.add.clone();
        if !self.edit(buyer, wish) {
            self.outcomes.not_removable += 1;
            return;
        }
        let taken = line.quantity - gone - quantity;
        assert!(at_the_buyers + taken <= line.quantity, "{at_the_buyers} away, {taken} taken out: {line:?}");
        // What has come back went into stock with its return, if at all.
        let of_back = taken.min(back);
        if is_unpaid {
            return self.change_unpaid(buyer, &line, taken, &add);
        }
        let mut parts = vec![(line.clone(), of_back, false), (line.clone(), taken - of_back, true)];
        // All that is left is sold anew, and stays where it is.
        for other in lines.iter().filter(|other| is_taxed_anew && !is_card(other)) {
            let gone = self.buyers[buyer].given_up.get(&other.id).copied().unwrap_or_default();
            let taken = if other.id == line.id { taken } else { 0 };
            parts.push((other.clone(), other.quantity - gone - taken, false));
        }
        // Where something is added, none of it counts before the pools have given that.
        if self.buyers[buyer].memory.edits.open.is_some() {
            self.buyers[buyer].taking_out = parts;
        } else {
            self.take_parts(buyer, parts);
        }
    }

    /// An order that nobody has paid has other lines from then on; nothing is given up.
    fn change_unpaid(&mut self, buyer: usize, line: &Line, taken: u32, add: &[WantedLine]) {
        let order = &self.buyers[buyer].memory;
        let is_another = taken > 0 || !add.is_empty();
        assert!(!is_another || order.hold().is_none(), "what it was is still held: {order:?}");
        if order.draft.is_none() {
            return;
        }
        let typed_in = &mut self.buyers[buyer].typed_in;
        *typed_in.entry(line.variant_id).or_default() -= taken;
        for line in add {
            *typed_in.entry(line.variant_id).or_default() += line.quantity;
        }
        typed_in.retain(|_, pieces| *pieces > 0);
    }

    /// Sometimes another way of shipping.
    fn another_way(&mut self) -> Vec<Fact> {
        let id = if self.rng.chance(50) { "express" } else { "standard" };
        let is_chosen = self.rng.chance(20);
        is_chosen.then(|| Fact::ShippingOption(Some(id.to_owned()))).into_iter().collect()
    }

    /// Sometimes another country, mostly one where another tax applies.
    fn elsewhere(&mut self) -> Option<Fact> {
        let country = ["DE", "FR", "US"][self.pick(3)];
        self.rng.chance(25).then(|| address_in(country))
    }

    /// Sometimes something to be added.
    fn more(&mut self) -> Vec<WantedLine> {
        if self.rng.chance(50) {
            return Vec::new();
        }
        let variant_id = self.any_sold();
        vec![WantedLine { variant_id, quantity: u32::try_from(1 + self.rng.below(2)).unwrap() }]
    }

    /// With the difference paid by hand, where there is one.
    fn edit(&mut self, buyer: usize, mut wish: Wish) -> bool {
        let command = |wish: &Wish, shelf: &Arc<Snapshot>| Command::Edit {
            by: AccountId::derived(id_of(7, 0)),
            wish: wish.clone(),
            key: None,
            shelf: Arc::clone(shelf),
        };
        let decided = decide(&self.buyers[buyer].memory, command(&wish, &self.shelf), self.now);
        if let Err(OrderError::Edits(Refusal::DifferenceToPay { .. })) = decided {
            wish.ask_buyer = self.rng.chance(60);
            wish.paid_by_hand = (!wish.ask_buyer).then(|| "till".parse().unwrap());
        }
        let command = command(&wish, &self.shelf);
        self.command(buyer, command)
    }

    /// Pieces of lines that an edit has taken out, and whether they are in stock by it.
    fn take_parts(&mut self, buyer: usize, parts: Vec<(Line, u32, bool)>) {
        for (line, quantity, restock) in parts {
            self.give_up(buyer, &line, quantity, restock);
            self.outcomes.taken_out += u32::from(quantity > 0);
            self.outcomes.exchanged += u32::from(quantity > 0 && !restock);
        }
    }

    /// What an edit that had to wait came to.
    pub fn edited(&mut self, buyer: usize, event: &Event) {
        match event {
            Event::Edited { .. } | Event::Begun { .. } | Event::Noted { .. } => {}
            Event::Reworked { .. } => self.outcomes.reworked += 1,
            Event::Kept => self.outcomes.asked_for_more += 1,
            Event::Asked { event, .. } => self.asked(buyer, event),
            Event::Taken { .. } => {
                let parts = std::mem::take(&mut self.buyers[buyer].taking_out);
                self.take_parts(buyer, parts);
                self.outcomes.added += 1;
            }
            Event::Refused => {
                self.buyers[buyer].taking_out.clear();
                self.outcomes.not_added += 1;
            }
        }
    }

    /// An order that was edited ends, and was never paid: all that it still has goes back.
    pub fn end_unpaid(&mut self, buyer: usize) {
        let order = self.buyers[buyer].memory.clone();
        if !matches!(order.stage, Stage::Confirmed { committed: true, .. }) || order.edits.done.is_empty() {
            return;
        }
        self.buyers[buyer].ended_edited = true;
        self.outcomes.ended_edited += 1;
        for line in order.lines.iter().filter(|line| line.is_stocked()) {
            let gone = self.buyers[buyer].given_up.get(&line.id).copied().unwrap_or_default();
            self.buyers[buyer].put_back(line, line.quantity - gone);
        }
    }

    /// What became of what a buyer was asked to pay for an edit.
    fn asked(&mut self, buyer: usize, event: &OrderEvent) {
        match event {
            OrderEvent::Paid { .. } => self.outcomes.paid_more += 1,
            OrderEvent::PaidAfterAll => self.outcomes.paid_more_in_vain += 1,
            OrderEvent::Cancelled { reason: CancelReason::Expired } => {
                self.buyers[buyer].taking_out.clear();
                self.outcomes.not_paid_more += 1;
            }
            OrderEvent::Cancelled { .. } | OrderEvent::CommitRefused => {
                self.buyers[buyer].taking_out.clear();
                self.outcomes.called_off += 1;
            }
            _ => {}
        }
    }

    /// The buyer pays what an edit costs more, or staff end the wait for it.
    pub fn pay_difference(&mut self, buyer: usize) {
        if self.rng.chance(70) { self.pay_or_cancel(buyer) } else { self.settle_edit(buyer) }
    }

    /// Ends the wait for an edit's difference: the money is there by hand, or it is called off.
    fn settle_edit(&mut self, buyer: usize) {
        let edits = &self.buyers[buyer].memory.edits;
        let Some(number) = edits.open.as_ref().map(|begun| begun.number) else { return };
        let reference = "statement".parse().unwrap();
        let is_paid = self.rng.chance(40);
        let deed = if is_paid { Settling::Paid(PaidDifference { reference }) } else { Settling::CallOff };
        let by = AccountId::derived(id_of(7, 0));
        let settled = self.command(buyer, Command::Settle { by, number, deed, key: None });
        self.outcomes.paid_more_by_hand += u32::from(settled && is_paid);
    }

    fn refund_amount(&mut self, buyer: usize) {
        let amount = 1 + i64::try_from(self.rng.below(400)).unwrap();
        let amount = Some(self.money(amount));
        let wanted = NewRefund { lines: Vec::new(), shipping: None, amount, reason: "late".parse().unwrap() };
        self.outcomes.refunded_amount += u32::from(self.deed(buyer, Deed::Refund(wanted)));
    }

    fn capture_some(&mut self, buyer: usize) {
        let amount = if self.rng.chance(40) { Some(1 + i64::try_from(self.rng.below(400)).unwrap()) } else { None };
        let amount = amount.map(|amount| self.money(amount));
        self.deed(buyer, Deed::Capture(NewCapture { amount }));
    }

    fn give_by_hand(&mut self, buyer: usize) {
        let refunds = &self.buyers[buyer].memory.refunds;
        let waits = refunds.iter().find(|refund| refund.status == RefundStatus::Pending { next_poll: None });
        if let Some(refund) = waits.map(|refund| refund.number) {
            self.outcomes.given_by_hand += u32::from(self.deed(buyer, Deed::GiveByHand { refund }));
        }
    }

    fn cancel_as_staff(&mut self, buyer: usize) {
        let (refund, restock) = (self.rng.chance(70), self.rng.chance(70));
        let before = self.buyers[buyer].memory.clone();
        let wanted = NewCancellation { reason: "flooded".parse().unwrap(), refund, restock };
        // What is only held, or not yet drawn from every pool, goes back as it was held.
        if self.deed(buyer, Deed::Cancel(wanted)) && matches!(before.stage, Stage::Confirmed { committed: true, .. }) {
            for line in &before.lines {
                let gone = self.buyers[buyer].given_up.get(&line.id).copied().unwrap_or_default();
                // Where the money is kept, the pieces are not given up for it.
                let left = line.quantity - gone;
                if refund {
                    self.give_up(buyer, line, left, restock);
                } else if restock && line.is_stocked() {
                    self.buyers[buyer].put_back(line, left);
                }
            }
            let kept = left::in_all(&self.buyers[buyer].memory).amount > 0;
            self.outcomes.cancelled_by_staff += u32::from(refund);
            self.outcomes.kept_by_staff += u32::from(!refund && kept);
        }
    }
}
