//! Placing an order and paying for it: what has to be asked of others before it
//! is decided, and what the buyer is told once the run is over. Part of the
//! order's object.

use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::join3;

use super::after::money;
use super::decision::{Command, decide};
use super::drafts;
use super::error::OrderError;
use super::event::Event;
use super::facts::Fact;
use super::first_order::{self, Buyer};
use super::learning::{CALLED_OFF, Refused, short_lines};
use super::object::{OrderObject, order_reply};
use super::order::{Key, Order, Stage};
use super::protocol::Reply;
use super::slots::{self, Slot};
use super::terms::{Expected, Terms, corrected, lacking};
use super::uses::{self, customers};
use crate::ids::{AccountId, PromotionId, VariantId};
use crate::payments::{Attempt, AttemptStatus, PaymentChoice};
use crate::pools::{self, Supply};
use crate::ports::{DatabaseError, ObjectUnavailable};
use crate::pricing::promotion::Code;
use crate::pricing::quote::CouponRefusal;
use crate::pricing::{GiftCardBalance, Quote};
use crate::shelf;
use crate::shelf::snapshot::Snapshot;
use crate::throttle::Slots;
use crate::together::{ALL, together};

/// How somebody wants to place an order.
pub(super) struct Wish {
    pub payment: PaymentChoice,
    pub expected: Expected,
    /// Whether its lines have the prices of the shelf, whatever they began with.
    pub at_shelf_prices: bool,
    /// What is said of it where staff do so.
    pub by_hand: Option<drafts::Event>,
    pub slots: Vec<Slots>,
    pub key: Option<Key>,
}

/// How somebody wants to pay an order that was placed.
pub(super) struct Next {
    pub payment: PaymentChoice,
    pub slots: Vec<Slots>,
    /// What is meant, see [`Order::is_meant`].
    pub edit: Option<u32>,
    /// The member of staff who wants it so.
    pub by: Option<AccountId>,
}

/// Why the last placement came to nothing, for the requests that waited for it.
#[derive(Default)]
pub(super) struct Refusals {
    /// What the pools had too little of; nothing if some did not answer.
    pub refused: Vec<Refused>,
    pub quote: Option<Rc<Quote>>,
}

impl OrderObject {
    pub(super) async fn place(self: &Rc<Self>, wish: Wish) -> Result<Reply, OrderError> {
        let mut slot = None;
        let placed = self.decide_placement(wish, &mut slot).await;
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
    async fn decide_placement(&self, wish: Wish, slot: &mut Option<Slot>) -> Result<Option<Reply>, OrderError> {
        let Wish { payment, expected, at_shelf_prices, by_hand, slots, key } = wish;
        let mut used_up = Vec::new();
        while let Some(asked) = self.open_version()? {
            let taking = slots::take(&self.app, self.wanted_slots(&slots, slot)?);
            let (offer, gift_cards, taken) = join3(self.offer(), self.gift_cards(), taking).await;
            let refused = taken.map(|taken| *slot = taken.or(slot.take())).err();
            // Others may have come in between: the order is read again, and so
            // is whether this request has been answered or is being worked on.
            let order = self.record.existing()?;
            if let Some(reply) = self.replay(key.as_ref(), &order)? {
                return Ok(Some(reply));
            }
            // A line that has come in meanwhile was not asked about.
            if self.open_version()? != Some(asked) {
                continue;
            }
            if let Some(refusal) = refused {
                return Err(refusal);
            }
            let ((shelf, first_order), gift_cards) = (offer?, gift_cards?);
            let terms = Terms {
                customers: customers(&self.app, order.facts.email.as_ref(), order.account),
                gift_cards: gift_cards.clone(),
                shelf,
                first_order,
                payment: payment.clone(),
                expected,
                at_shelf_prices,
                used_up: used_up.clone(),
                key: key.clone(),
                slot: slot.clone(),
            };
            let events = match decide(&order, Command::Place(Box::new(terms.clone())), self.now()) {
                Ok(events) => events,
                Err(refusal) => {
                    let gone = self.run_out(&order, &terms, &refusal).await?;
                    if !gone.is_empty() {
                        used_up.extend(gone);
                        continue;
                    }
                    let left_out = self.record.existing()?.left_out(&used_up);
                    self.correct(left_out.into_iter().chain(corrected(&refusal, &order, &terms)).collect())?;
                    return Err(refusal);
                }
            };
            let events = events.into_iter().chain(by_hand.clone().map(Event::Draft)).collect();
            self.record.learn(events, self.now())?;
            *slot = None;
            self.record.commit(None, self.now())?;
            return Ok(None);
        }
        // Who places it by hand must not take another's payment for their own.
        let is_own = key.is_some() && self.record.existing()?.placement().is_some_and(|placement| placement.key == key);
        if by_hand.is_some() && !is_own { Err(OrderError::CartClosed) } else { Ok(None) }
    }

    /// The promotions without which a total is the one that the buyer expects, as
    /// far as they have no use left: who was told so before expects it.
    async fn run_out(
        &self,
        order: &Order,
        terms: &Terms,
        refusal: &OrderError,
    ) -> Result<Vec<PromotionId>, OrderError> {
        let is_unexpected = match refusal {
            OrderError::PriceChanged { lines, .. } => lines.is_empty(),
            OrderError::ToPayChanged { .. } => true,
            _ => false,
        };
        if !is_unexpected {
            return Ok(Vec::new());
        }
        let quote = order.without(&terms.used_up).quote(&terms.shelf, terms.first_order, self.now())?;
        let asked = uses::run_out(&self.app, &quote, &terms.customers).await;
        asked.map_err(|error| OrderError::Unavailable { cause: error.to_string() })
    }

    /// Whose slots are still to be taken: nobody's for a cart that cannot be
    /// placed as it is.
    fn wanted_slots(&self, slots: &[Slots], taken: &Option<Slot>) -> Result<Vec<Slots>, OrderError> {
        let order = self.record.existing()?;
        let complete = lacking(&order.lines, &order.facts).is_empty();
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
        if matches!(order.stage, Stage::Open) { Err(self.refusal(&order).await) } else { order_reply(201, &order) }
    }

    /// Tries another payment; holds the goods anew first where they were given back.
    pub(super) async fn pay(self: &Rc<Self>, next: Next, key: Option<&Key>) -> Result<Reply, OrderError> {
        let begun = self.begin_payment(&next).await?;
        let mut order = self.record.existing()?;
        let called_off =
            |status: &AttemptStatus| matches!(status, AttemptStatus::Declined { reason, .. } if reason == CALLED_OFF);
        // Given up for this one, when its goods had been given back.
        let is_given_up = |attempt: &Attempt| attempt.number == begun && called_off(&attempt.status);
        if order.attempt_to_pay().is_some_and(is_given_up) {
            self.begin_payment(&next).await?;
            order = self.record.existing()?;
        }
        self.answered(key, order_reply(200, &order)?)
    }

    /// Begins another payment, or gives up the one that is under way for it, and
    /// sees to what comes of it: the number of the attempt that this is about.
    async fn begin_payment(self: &Rc<Self>, next: &Next) -> Result<u32, OrderError> {
        let mut slot = None;
        let decided = self.decide_payment(next, &mut slot).await;
        self.leave(slot);
        decided?;
        let number = |order: &Order| order.attempt_to_pay().map_or(0, |attempt| attempt.number);
        let order = self.record.existing()?;
        let (begun, is_for_edit) = (number(&order), order.edits.payable().is_some());
        let run = self.run(true).await;
        self.go_on();
        run?;
        let order = self.record.existing()?;
        // Once an edit is paid, nothing is to be paid.
        if !is_for_edit && number(&order) < begun { Err(self.refusal(&order).await) } else { Ok(begun) }
    }

    /// Begins another payment. `slot`: as for [`Self::decide_placement`].
    async fn decide_payment(&self, next: &Next, slot: &mut Option<Slot>) -> Result<(), OrderError> {
        let Next { payment, slots, edit, by } = next;
        let pay = |slot: &Option<Slot>| Command::Pay { payment: payment.clone(), slot: slot.clone(), edit: *edit };
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
            *slot = slots::take(&self.app, slots.clone()).await?;
            // Others may have come in between.
            events = decide(&*self.record.existing()?, pay(slot), self.now())?;
        }
        let taken = events.iter().any(|event| matches!(event, Event::PlacedAgain { .. }));
        if let Some(by) = by.filter(|_| !events.is_empty()) {
            events.insert(0, Event::Money(money::event::Event::WayChosen { by }));
        }
        self.record.learn(events, self.now())?;
        if taken {
            *slot = None;
        }
        self.record.commit(None, self.now())
    }

    /// Why a placement was refused, by this request's run or by another's.
    async fn refusal(&self, order: &Order) -> OrderError {
        let (short, used, gift_card, quote) = {
            let Refusals { refused, quote } = &*self.refused.borrow();
            let of = |pick: fn(&Supply) -> bool| refused.iter().map(|refused| &refused.of).find(|of| pick(of)).cloned();
            let used = of(|supply| matches!(supply, Supply::Uses(_) | Supply::UsesBy(..)));
            (short_lines(order, refused), used, of(|supply| matches!(supply, Supply::GiftCard(_))), quote.clone())
        };
        if !short.is_empty() {
            return OrderError::OutOfStock { lines: short };
        }
        let Some(quote) = quote else { return OrderError::StockUnavailable };
        if !matches!(order.stage, Stage::Open) {
            return gone_since(&quote, used, gift_card);
        }
        match (used, gift_card) {
            (Some(Supply::Uses(promotion)), _) => match code_of(&quote, promotion) {
                Some(code) => OrderError::CouponExhausted { code },
                None => self.used_up(order, promotion, &quote).await,
            },
            (Some(Supply::UsesBy(promotion, _)), _) => match code_of(&quote, promotion) {
                Some(code) => OrderError::CouponNotValid { code, reason: CouponRefusal::AlreadyUsed },
                None => self.used_up(order, promotion, &quote).await,
            },
            (_, Some(Supply::GiftCard(id))) => match quote.gift_cards.iter().find(|card| card.id == id) {
                Some(card) => self.card_changed(card.last4.clone()).await,
                None => OrderError::StockUnavailable,
            },
            _ => OrderError::StockUnavailable,
        }
    }

    /// A promotion that nobody asked for has no use left: the cart goes on
    /// without it, and the buyer is told the other total.
    async fn used_up(&self, order: &Order, promotion: PromotionId, quote: &Quote) -> OrderError {
        let without = order.without(&[promotion]);
        if let Err(error) = self.correct(order.left_out(&[promotion]).into_iter().collect()) {
            return error;
        }
        let old_total = quote.totals.total;
        let new_total = match self.offer().await {
            Ok((shelf, first_order)) => without.quote(&shelf, first_order, self.now()),
            Err(error) => return error,
        };
        let new_total = new_total.map_or(old_total, |quote| quote.totals.total);
        OrderError::PriceChanged { lines: Vec::new(), old_total, new_total }
    }

    /// Others were faster at a gift card: the cart goes on with what is left of it.
    async fn card_changed(&self, last4: String) -> OrderError {
        let corrected = self.gift_cards().await.and_then(|told| {
            // Some may have been taken out, or put in, while these were asked.
            let mut cards = self.record.existing()?.facts.gift_cards.clone();
            for card in &mut cards {
                if let Some(now) = told.iter().find(|now| now.id == card.id) {
                    card.balance = now.balance;
                }
            }
            self.correct(vec![Event::FactSet { fact: Fact::GiftCards(cards) }])
        });
        match corrected {
            Ok(()) => OrderError::GiftCardChanged { last4 },
            Err(error) => error,
        }
    }

    /// Brings a cart to what its buyer is told, if it is one still, and was ever
    /// stored: a purchase in one request that is refused leaves nothing.
    fn correct(&self, corrections: Vec<Event>) -> Result<(), OrderError> {
        let is_cart = matches!(self.record.existing()?.stage, Stage::Open);
        if corrections.is_empty() || !is_cart || !self.record.is_stored() {
            return Ok(());
        }
        self.record.learn(corrections, self.now())?;
        self.record.commit(None, self.now())
    }

    /// The shelf, and whether it is the buyer's first order, where something on it
    /// asks for that.
    async fn offer(&self) -> Result<(Arc<Snapshot>, Option<bool>), OrderError> {
        let shelf = self.shelf([]).await?;
        let order = self.record.existing()?;
        let buyer = Buyer { order: order.id, email: order.facts.email.as_ref(), account: order.account };
        let first_order = first_order::ask(&self.app, &shelf, &order.facts, buyer).await;
        Ok((shelf, first_order))
    }

    /// The shelf as it is certain to be now, as far as the order and these go. While the
    /// database is down, the copy and the cart's own prices, so that a cart that
    /// was priced can still be paid.
    pub(super) async fn shelf(
        &self,
        besides: impl IntoIterator<Item = VariantId>,
    ) -> Result<Arc<Snapshot>, OrderError> {
        let order = self.record.existing()?;
        let mut variants = order.priced_by_shelf();
        variants.extend(besides);
        match shelf::prices::current(&self.app, &variants, order.account).await {
            Ok(shelf) => Ok(shelf),
            Err(DatabaseError::Unavailable(cause)) => match shelf::current(&self.app).await {
                Ok(copy) if !order.has_own_prices(&copy) => Ok(copy),
                _ => Err(OrderError::Unavailable { cause }),
            },
            Err(error) => Err(OrderError::Unavailable { cause: error.to_string() }),
        }
    }

    /// What is on the order's gift cards now.
    async fn gift_cards(&self) -> Result<Vec<GiftCardBalance>, OrderError> {
        let cards = self.record.existing()?.facts.gift_cards.clone();
        let app = &self.app;
        let asked = cards.into_iter().map(|card| async move {
            let level = pools::level_of(app, &Supply::GiftCard(card.id)).await?;
            let over = card.expires_at.is_some_and(|at| at <= app.clock.now()) || level.closed_at.is_some();
            let balance = if over { 0 } else { level.available.max(0) };
            Ok::<_, ObjectUnavailable>(GiftCardBalance { balance, ..card })
        });
        let told: Result<_, _> = together(asked.collect(), ALL).await.into_iter().collect();
        told.map_err(|error| OrderError::Unavailable { cause: error.to_string() })
    }
}

/// Why an order that was placed before cannot be had again at its prices, which
/// stand: there is no cart any more that could go on without what is gone.
fn gone_since(quote: &Quote, used: Option<Supply>, gift_card: Option<Supply>) -> OrderError {
    let card = |id| quote.gift_cards.iter().find(|card| card.id == id);
    match (used, gift_card) {
        (Some(Supply::Uses(promotion) | Supply::UsesBy(promotion, _)), _) => {
            OrderError::DiscountGone { code: code_of(quote, promotion) }
        }
        (_, Some(Supply::GiftCard(id))) => match card(id) {
            Some(card) => OrderError::GiftCardSpent { last4: card.last4.clone() },
            None => OrderError::StockUnavailable,
        },
        _ => OrderError::StockUnavailable,
    }
}

/// Whose code a promotion of the quote was, if it has one.
fn code_of(quote: &Quote, promotion: PromotionId) -> Option<Code> {
    quote.uses.iter().find(|used| used.promotion == promotion)?.code.clone()
}
