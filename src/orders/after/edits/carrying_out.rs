//! Changing an order as staff want, by the shelf as it is at that moment. Part of
//! the order's object.

use std::rc::Rc;

use super::Begin;
use super::bodies::Wish;
use super::decision::Settling;
use super::effect::{Answer, Take};
use super::error::{Refusal, ShortVariant};
use super::event::Event;
use crate::app::Config;
use crate::orders::decision::{Command, decide};
use crate::orders::error::OrderError;
use crate::orders::event::Event as OrderEvent;
use crate::orders::learning::Refused;
use crate::orders::object::{OrderObject, staff_reply};
use crate::orders::order::{Key, Line, Order};
use crate::orders::placing::Refusals;
use crate::orders::protocol::{Access, Reply};
use crate::orders::taking;
use crate::payments::{self, AmountRefused};
use crate::pools;
use crate::pools::pool::Refusal as PoolRefusal;
use crate::settings::PaymentSettings;
use crate::together::{ALL, together};

impl OrderObject {
    pub(in crate::orders) async fn edit(
        self: &Rc<Self>,
        wish: Wish,
        access: &Access,
        key: Option<&Key>,
    ) -> Result<Reply, OrderError> {
        let by = access.staff_account().ok_or(OrderError::NotFound)?;
        let (preview, ask_buyer) = (wish.preview, wish.ask_buyer);
        let shelf = self.shelf(wish.add.iter().map(|line| line.variant_id).collect::<Vec<_>>()).await?;
        // Others may have come in between.
        let order = self.record.existing()?;
        if let Some(reply) = self.replay(key, &order)? {
            return Ok(reply);
        }
        let hold = match begun_before(&order, key)? {
            Some(hold) => hold,
            None => {
                let settings = shelf.settings.payments.clone();
                let events = decide(&order, Command::Edit { by, wish, key: key.cloned(), shelf }, self.now())?;
                can_be_paid(&self.app.config, &settings, &events, ask_buyer)?;
                if preview {
                    return staff_reply(201, &as_done(&order, by, &events));
                }
                let waits = matches!(events.as_slice(), [OrderEvent::Edits(Event::Begun { .. })]);
                self.record.learn(events, self.now())?;
                if !waits {
                    let reply = self.answered(key, staff_reply(201, &*self.record.existing()?)?)?;
                    self.go_on();
                    return Ok(reply);
                }
                self.record.commit(None, self.now())?;
                self.record.existing()?.holds
            }
        };
        let added = self.record.existing()?.edits.open.as_ref().map(|begun| begun.plan.new_lines());
        let run = self.run(true).await;
        self.go_on();
        run?;
        self.edited(hold, &added.unwrap_or_default(), key)
    }

    /// What staff do with an edit whose buyer was asked for the difference.
    pub(in crate::orders) async fn settle_edit(
        self: &Rc<Self>,
        number: u32,
        deed: Settling,
        access: &Access,
        key: Option<&Key>,
    ) -> Result<Reply, OrderError> {
        let by = access.staff_account().ok_or(OrderError::NotFound)?;
        let order = self.record.existing()?;
        if !noted_before(&order, number, key)? {
            let is_off = deed == Settling::CallOff;
            let command = Command::Settle { by, number, deed, key: key.cloned() };
            self.record.learn(decide(&order, command, self.now())?, self.now())?;
            if is_off {
                let reply = self.answered(key, staff_reply(201, &*self.record.existing()?)?)?;
                self.go_on();
                return Ok(reply);
            }
            self.record.commit(None, self.now())?;
        }
        let run = self.run(true).await;
        self.go_on();
        run?;
        let order = self.record.existing()?;
        match order.edits.ask(number) {
            Some(ask) if ask.is_done() => self.answered(key, staff_reply(201, &order)?),
            Some(ask) if ask.is_off() => Err(Refusal::NotMade.into()),
            // Some pool did not answer: it is asked again.
            _ => Err(OrderError::StockUnavailable),
        }
    }

    /// What became of an edit, by the number of its hold.
    /// `added`: the lines that it adds.
    fn edited(&self, hold: u32, added: &[Line], key: Option<&Key>) -> Result<Reply, OrderError> {
        let order = self.record.existing()?;
        let has = |begin: &Begin| begin.hold == hold;
        if order.edits.done.iter().filter_map(|edit| edit.begin.as_ref()).any(has) {
            return self.answered(key, staff_reply(201, &order)?);
        }
        let is_open = order.edits.open.as_ref().is_some_and(|begun| has(&begun.begin));
        if is_open && order.edits.open_ask().is_some_and(|ask| ask.kept) {
            return self.answered(key, staff_reply(201, &order)?);
        }
        let refused = &self.refused.borrow().refused;
        if is_open || refused.is_empty() {
            return Err(OrderError::StockUnavailable);
        }
        Err(Refusal::OutOfStock { lines: short(added, refused) }.into())
    }

    /// Takes what an edit adds, or has it kept. None: some pool did not answer.
    pub(in crate::orders) async fn take_added(&self, take: &Take) -> Option<Answer> {
        let Take { hold, claims, kept_until } = take;
        let app = &self.app;
        let asked = claims.iter().map(|claim| async move {
            match kept_until {
                Some(until) => pools::hold(app, claim, hold.clone(), *until).await,
                None => pools::commit(app, claim, hold.clone()).await,
            }
        });
        let mut refused = Vec::new();
        for (claim, answer) in claims.iter().zip(together(asked.collect(), ALL).await) {
            let answer = answer.ok()?;
            if let Some(refusal) = answer.refusal {
                let available = match refusal {
                    PoolRefusal::OutOfStock { available } => available,
                    _ => answer.level.available,
                };
                refused.push(Refused { of: claim.of.clone(), available });
            }
            self.levels.borrow_mut().insert(claim.of.clone(), answer.level);
        }
        *self.refused.borrow_mut() = Refusals { refused: refused.clone(), quote: None };
        Some(Answer { take: take.clone(), refused })
    }
}

/// The variants of which the pools have too little, each once.
fn short(added: &[Line], refused: &[Refused]) -> Vec<ShortVariant> {
    let mut short: Vec<ShortVariant> = Vec::new();
    for line in added {
        let Some(available) = taking::left_for(line, refused) else { continue };
        let (variant_id, requested) = (line.variant_id, i64::from(line.quantity));
        match short.iter_mut().find(|known| known.variant_id == variant_id) {
            Some(known) => known.requested = known.requested.saturating_add(requested),
            None => short.push(ShortVariant { variant_id, requested, available }),
        }
    }
    short
}

/// Whether the shop takes what the buyer would have to pay, if anything: for an order
/// that is not paid, or for an edit where that is asked for.
pub(super) fn can_be_paid(
    config: &Config,
    settings: &PaymentSettings,
    events: &[OrderEvent],
    ask_buyer: bool,
) -> Result<(), AmountRefused> {
    // Only an order can be paid by these, and they take any amount.
    let later = settings.cash_on_delivery.is_some() || settings.invoice.is_some();
    let to_pay = match events {
        [OrderEvent::Edits(Event::Reworked { whole, .. })] if !later => Some(whole.quote.totals.to_pay),
        [OrderEvent::Edits(Event::Begun { plan, .. })] if ask_buyer => {
            plan.added.as_ref().filter(|added| added.is_unpaid()).map(|added| added.to_pay())
        }
        _ => None,
    };
    let to_pay = to_pay.filter(|to_pay| to_pay.amount > 0);
    to_pay.map_or(Ok(()), |to_pay| payments::can_be_paid(config, settings, to_pay))
}

/// The hold of the edit that the same request has begun, as far as it is known.
fn begun_before(order: &Order, key: Option<&Key>) -> Result<Option<u32>, OrderError> {
    let Some(key) = key else { return Ok(None) };
    let done = order.edits.done.iter().filter_map(|edit| edit.begin.as_ref());
    let open = order.edits.open.iter().map(|begun| &begun.begin);
    let known = done.chain(open).find(|begin| begin.key.as_ref().is_some_and(|known| known.key == key.key));
    match known {
        Some(begin) if begin.key.as_ref() != Some(key) => Err(OrderError::KeyReused),
        known => Ok(known.map(|begin| begin.hold)),
    }
}

/// Whether the same request has said before that staff have an edit's difference.
fn noted_before(order: &Order, number: u32, key: Option<&Key>) -> Result<bool, OrderError> {
    let noted = order.edits.ask(number).and_then(|ask| ask.noted.as_ref());
    match noted.zip(key).filter(|(noted, key)| noted.key == key.key) {
        Some((noted, key)) if noted != key => Err(OrderError::KeyReused),
        known => Ok(known.is_some()),
    }
}

/// The order as it would be.
fn as_done(order: &Order, by: crate::ids::AccountId, events: &[OrderEvent]) -> Order {
    let mut order = order.clone();
    events.iter().for_each(|event| order.apply(event, order.updated_at));
    if order.edits.open.is_some() {
        order.apply(&OrderEvent::Edits(Event::Taken { by }), order.updated_at);
    }
    order
}
