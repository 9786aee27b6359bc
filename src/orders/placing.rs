//! Placing an order and paying for it: what has to be asked of others before it
//! is decided, and what the buyer is told once the run is over. Part of the
//! order's object.

use std::rc::Rc;

use futures_util::future::join;

use super::decision::{Command, PaymentChoice, decide, missing, reprice};
use super::error::OrderError;
use super::event::Event;
use super::learning::{CALLED_OFF, short_lines};
use super::object::{OrderObject, order_reply};
use super::order::{Key, Order, Stage};
use super::protocol::Reply;
use super::slots::{self, Slot};
use crate::catalog::store::CurrentPrice;
use crate::ids::VariantId;
use crate::money::Money;
use crate::payments::AttemptStatus;
use crate::ports::DatabaseError;
use crate::shelf;
use crate::throttle::Slots;

impl OrderObject {
    pub(super) async fn place(
        self: &Rc<Self>,
        payment: PaymentChoice,
        expected_total: Option<Money>,
        slots: Vec<Slots>,
        key: Option<Key>,
    ) -> Result<Reply, OrderError> {
        let mut slot = None;
        let placed = self.decide_placement(payment, expected_total, slots, key, &mut slot).await;
        self.leave(slot);
        match placed? {
            Some(first) => Ok(first),
            // Before the next await: an equal request is told so.
            None => self.placed().await,
        }
    }

    /// Gives back what was taken for nothing. If that gets lost, it ends by itself.
    fn leave(&self, slot: Option<Slot>) {
        if let Some(slot) = slot {
            let app = self.app.clone();
            self.host.spawn(Box::pin(async move {
                let _ = slots::give_back(&app, &slot).await;
            }));
        }
    }

    /// Places the order, unless another request has, or had the first answer.
    /// `slot`: what this request has taken, unless the placement has it now.
    async fn decide_placement(
        &self,
        payment: PaymentChoice,
        expected_total: Option<Money>,
        slots: Vec<Slots>,
        key: Option<Key>,
        slot: &mut Option<Slot>,
    ) -> Result<Option<Reply>, OrderError> {
        while let Some(asked) = self.open_version()? {
            let taking = slots::take(&self.app, self.wanted_slots(&slots, slot)?);
            let (prices, taken) = join(self.current_prices(), taking).await;
            let refused = taken.map(|taken| *slot = taken.or(slot.take())).err();
            // Others may have come in between: the order is read again, and so
            // is whether this request has been answered or is being worked on.
            let order = self.record.existing()?;
            if let Some(reply) = self.replay(key.as_ref(), &order)? {
                return Ok(Some(reply));
            }
            // A line that has come in meanwhile was not asked about.
            if self.open_version()? == Some(asked) {
                if let Some(refusal) = refused {
                    return Err(refusal);
                }
                let command = Command::Place { prices: prices?, payment, expected_total, key, slot: slot.clone() };
                match decide(&order, command, self.now()) {
                    Ok(events) => {
                        self.record.learn(events, self.now())?;
                        *slot = None;
                        self.record.commit(None, self.now())?;
                        return Ok(None);
                    }
                    Err(refusal) => {
                        if let OrderError::PriceChanged { lines, .. } = &refusal {
                            self.record.learn(reprice(lines), self.now())?;
                            self.record.commit(None, self.now())?;
                        }
                        return Err(refusal);
                    }
                }
            }
        }
        Ok(None)
    }

    /// Whose slots are still to be taken: nobody's for a cart that cannot be
    /// placed as it is.
    fn wanted_slots(&self, slots: &[Slots], taken: &Option<Slot>) -> Result<Vec<Slots>, OrderError> {
        let complete = missing(&*self.record.existing()?).is_empty();
        Ok(if complete && taken.is_none() { slots.to_vec() } else { Vec::new() })
    }

    /// The version of a cart; none of an order.
    fn open_version(&self) -> Result<Option<u64>, OrderError> {
        let order = self.record.existing()?;
        Ok(matches!(order.stage, Stage::Open).then_some(order.version))
    }

    /// Placed by this request or by another: either way the first result.
    async fn placed(self: &Rc<Self>) -> Result<Reply, OrderError> {
        self.placing.update(|placing| placing + 1);
        let run = self.run(true).await;
        self.placing.update(|placing| placing - 1);
        self.go_on();
        run?;
        let order = self.record.existing()?;
        if matches!(order.stage, Stage::Open) { Err(self.refusal(&order)) } else { order_reply(201, &order) }
    }

    /// Tries another payment; holds the goods anew first where they were given back.
    pub(super) async fn pay(
        self: &Rc<Self>,
        payment: PaymentChoice,
        slots: Vec<Slots>,
        key: Option<&Key>,
    ) -> Result<Reply, OrderError> {
        let begun = self.begin_payment(payment.clone(), slots.clone()).await?;
        let mut order = self.record.existing()?;
        let called_off =
            |status: &AttemptStatus| matches!(status, AttemptStatus::Declined { reason, .. } if reason == CALLED_OFF);
        // Given up for this one, when its goods had been given back.
        if order.attempt().is_some_and(|attempt| attempt.number == begun && called_off(&attempt.status)) {
            self.begin_payment(payment, slots).await?;
            order = self.record.existing()?;
        }
        self.answered(key, order_reply(200, &order)?)
    }

    /// Begins another payment, or gives up the one that is under way for it, and
    /// sees to what comes of it: the number of the attempt that this is about.
    async fn begin_payment(self: &Rc<Self>, payment: PaymentChoice, slots: Vec<Slots>) -> Result<u32, OrderError> {
        let mut slot = None;
        let decided = self.decide_payment(payment, slots, &mut slot).await;
        self.leave(slot);
        decided?;
        let number = |order: &Order| order.attempt().map_or(0, |attempt| attempt.number);
        let begun = number(&*self.record.existing()?);
        let run = self.run(true).await;
        self.go_on();
        run?;
        let order = self.record.existing()?;
        if number(&order) < begun { Err(self.refusal(&order)) } else { Ok(begun) }
    }

    /// Begins another payment. `slot`: as for [`Self::decide_placement`].
    async fn decide_payment(
        &self,
        payment: PaymentChoice,
        slots: Vec<Slots>,
        slot: &mut Option<Slot>,
    ) -> Result<(), OrderError> {
        let pay = |slot: &Option<Slot>| Command::Pay { payment: payment.clone(), slot: slot.clone() };
        let mut events = decide(&*self.record.existing()?, pay(slot), self.now())?;
        if events.iter().any(|event| matches!(event, Event::PlacedAgain { .. })) {
            // What the order had before must not stand in its own way.
            events.retain(|event| matches!(event, Event::HoldGivenBack));
            self.record.learn(events, self.now())?;
            self.record.commit(None, self.now())?;
            for before in self.record.existing()?.vacating.values() {
                let (before, _) = before;
                // If that gets lost, it ends by itself.
                let _ = slots::give_back(&self.app, before).await;
            }
            *slot = slots::take(&self.app, slots).await?;
            // Others may have come in between.
            events = decide(&*self.record.existing()?, pay(slot), self.now())?;
        }
        let taken = events.iter().any(|event| matches!(event, Event::PlacedAgain { .. }));
        self.record.learn(events, self.now())?;
        if taken {
            *slot = None;
        }
        self.record.commit(None, self.now())
    }

    /// Why a placement was refused, by this request's run or by another's.
    fn refusal(&self, order: &Order) -> OrderError {
        match short_lines(order, &self.refused.borrow()) {
            lines if lines.is_empty() => OrderError::StockUnavailable,
            lines => OrderError::OutOfStock { lines },
        }
    }

    /// What the lines cost now; the cart's own prices while the database is
    /// down, so that a cart that was priced can still be paid.
    async fn current_prices(&self) -> Result<Vec<CurrentPrice>, OrderError> {
        let order = self.record.existing()?;
        let mut variants: Vec<VariantId> =
            order.lines.iter().filter(|line| !line.overridden).map(|line| line.variant_id).collect();
        if variants.is_empty() {
            return Ok(Vec::new());
        }
        variants.sort_unstable();
        variants.dedup();
        match shelf::prices::current(&self.app, &variants, order.currency).await {
            Ok(prices) => Ok(prices),
            Err(DatabaseError::Unavailable(_)) => Ok(order
                .lines
                .iter()
                .map(|line| CurrentPrice { variant_id: line.variant_id, amount: line.unit_price.amount })
                .collect()),
            Err(error) => Err(OrderError::Unavailable { cause: error.to_string() }),
        }
    }
}
