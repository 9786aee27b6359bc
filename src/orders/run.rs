//! Doing what an order owes the world: one effect after the other, each
//! answer fed back into the rules. The buyer's request, the time after its
//! answer and the alarm all come here.

use std::rc::Rc;

use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use super::after::goods::restock::Restock;
use super::effect::{Effect, due, in_foreground};
use super::error::OrderError;
use super::event::Event;
use super::learning::{Answer, Refused, learn};
use super::notice::Notice;
use super::object::{OrderObject, order_reply, recorded};
use super::order::{Order, Stage};
use super::placing::Refusals;
use super::projection::Projection;
use super::protocol::{Message, OrderNews};
use super::sold_cards::{Owed, Sold};
use super::store::FirstAnswer;
use super::{slots, sold_cards, view};
use crate::json;
use crate::payments::{self, Outcome, RefundOutcome};
use crate::pools::pool::{Level, Refusal};
use crate::pools::{self, Claim, Supply};
use crate::ports::ObjectUnavailable;
use crate::sorted::SortedMap;
use crate::telemetry;
use crate::together::together;

/// The most effects one run works off: a placement needs four.
const MAX_STEPS: usize = 64;

/// The most levels in one message: of 242 bytes at most as they are sent, 97 KB
/// of the 128 KB that a message may have, beside 26 KB of the order's.
const MAX_LEVELS: usize = 400;

/// The most bytes of an order's view in a message, which it shares with at most
/// so many levels: 41 KB of them, and 50 KB of it as the queue writes it once more.
const MAX_VIEW: usize = 30_000;
const MAX_LEVELS_BESIDE_VIEW: usize = 170;

/// The most pools asked at once.
const MAX_PARALLEL: usize = 32;

impl OrderObject {
    /// Does what is due, one run at a time. `foreground`: only what belongs to
    /// the buyer's request.
    pub(super) async fn run(&self, foreground: bool) -> Result<(), OrderError> {
        let _turn = self.turn.lock().await;
        // What got no answer, or one that means nothing, is left to the alarm, and
        // holds nothing else up.
        let mut unanswered = Vec::new();
        for _ in 0..MAX_STEPS {
            let order = self.record.existing()?;
            if foreground && !in_foreground(&order) {
                return Ok(());
            }
            let now = self.now();
            let ticked = learn(&order, &Answer::Tick, now);
            if !ticked.is_empty() {
                self.record.learn(ticked, self.now())?;
                self.record.commit(None, self.now())?;
                continue;
            }
            let Some(effect) = due(&order, now).into_iter().find(|effect| !unanswered.contains(effect)) else { break };
            let Some(answer) = self.perform(&effect).await else {
                unanswered.push(effect);
                continue;
            };
            let events = learn(&*self.record.existing()?, &answer, self.now());
            if events.is_empty() {
                unanswered.push(effect);
                continue;
            }
            if let (Answer::NotHeld { refused, .. }, [Event::PlacementRefused]) = (answer, events.as_slice()) {
                let quote = order.placement().map(|placement| Rc::clone(&placement.quote));
                *self.refused.borrow_mut() = Refusals { refused, quote };
            }
            let wait = events.iter().all(Event::may_wait);
            self.record.learn(events, self.now())?;
            if !wait {
                let answer = self.first_answer_to_placement()?;
                self.record.commit(answer, self.now())?;
            }
        }
        self.record.commit(self.first_answer_to_placement()?, self.now())
    }

    /// Once a placement has its outcome, the request that made it has its answer.
    fn first_answer_to_placement(&self) -> Result<Option<FirstAnswer>, OrderError> {
        let order = self.record.existing()?;
        let Some(placement) = order.placement() else { return Ok(None) };
        match &placement.key {
            Some(key) if placement.tries == 1 && !in_foreground(&order) && !self.record.is_answered(&key.key) => {
                Ok(recorded(Some(key), &order_reply(201, &order)?))
            }
            _ => Ok(None),
        }
    }

    /// Performs one effect. None: no answer; the alarm tries again.
    async fn perform(&self, effect: &Effect) -> Option<Answer> {
        let app = &self.app;
        match effect {
            Effect::Hold { hold, claims, until } => {
                let answers = claims.iter().map(|claim| {
                    let hold = hold.clone();
                    async move { (claim, pools::hold(app, claim, hold, *until).await) }
                });
                let answers: Vec<_> = together(answers.collect(), MAX_PARALLEL).await;
                let (mut refused, mut later) = (Vec::new(), Vec::new());
                let mut unanswered = false;
                for (claim, answer) in answers {
                    let of = || claim.of.clone();
                    match answer {
                        Ok(answer) => match answer.refusal {
                            None if answer.later > 0 => {
                                later.extend(claim.of.variant().map(|of| (of, answer.later)));
                            }
                            None => {}
                            Some(Refusal::OutOfStock { available }) => refused.push(Refused { of: of(), available }),
                            Some(_) => refused.push(Refused { of: of(), available: answer.level.available }),
                        },
                        Err(_) => unanswered = true,
                    }
                }
                let granted = refused.is_empty() && !unanswered;
                Some(if granted { Answer::Held { later } } else { Answer::NotHeld { refused, unanswered } })
            }
            Effect::Charge { attempt } => {
                let report = payments::charge(app, attempt).await;
                Some(Answer::Payment { attempt: attempt.number, report })
            }
            Effect::Poll { attempt } => {
                let report = payments::poll(app, attempt).await;
                Some(Answer::Payment { attempt: attempt.number, report })
            }
            Effect::CallOff { attempt } => {
                let report = payments::void(app, attempt).await;
                let told = !matches!(report.outcome, Outcome::Unknown | Outcome::Pending | Outcome::Unfit);
                told.then_some(Answer::Payment { attempt: attempt.number, report })
            }
            Effect::Commit { hold, claims } => {
                let answers = claims.iter().map(|claim| {
                    let hold = hold.clone();
                    async move { (claim, pools::commit(app, claim, hold).await) }
                });
                let refused = self.settled(together(answers.collect(), MAX_PARALLEL).await)?;
                Some(Answer::Committed { refused })
            }
            Effect::Release { number, hold, claims } => {
                let answers = claims.iter().map(|claim| {
                    let hold = hold.clone();
                    async move { (claim, pools::release(app, claim, hold).await) }
                });
                self.settled(together(answers.collect(), MAX_PARALLEL).await)?;
                Some(Answer::Released { hold: *number })
            }
            Effect::Vacate { number, slot } => {
                slots::give_back(app, slot).await.ok()?;
                Some(Answer::Vacated { hold: *number })
            }
            Effect::Refund { refund } => {
                let report = payments::refund(app, refund).await;
                let told = report.outcome != RefundOutcome::Unknown;
                told.then_some(Answer::Refund { refund: refund.number, report })
            }
            Effect::Money(effect) => self.perform_money(effect).await.map(Answer::Money),
            Effect::TakeAdded(take) => self.take_added(take).await.map(Answer::Added),
            Effect::IssueGiftCards { cards } => self.issue_gift_cards(cards).await,
            Effect::Restock(restock) => self.restock(restock).await,
            Effect::Publish { version, notice } => {
                self.publish(notice.as_ref()).await?;
                let told = notice.as_ref().map(|notice| (notice.kind(), notice.version));
                Some(Answer::Published { version: *version, told })
            }
        }
    }

    /// Tells the lists how the order stands, and its buyer what is news.
    async fn publish(&self, notice: Option<&Notice>) -> Option<()> {
        let order = self.record.existing().ok()?;
        if matches!(order.stage, Stage::Open) {
            return self.send(&Message::Draft { id: order.id, notice: notice.cloned() }).await;
        }
        // After a crash the levels that came with the commits are gone.
        if self.levels.borrow().is_empty() {
            self.read_levels().await?;
        }
        let order = self.record.existing().ok()?;
        let told = self.levels.borrow().clone();
        let view = if told.len() <= MAX_LEVELS_BESIDE_VIEW { small_view(&order) } else { None };
        let mut news = notice.map(|notice| OrderNews { notice: notice.clone(), order: view });
        for levels in parts(&told) {
            let order = Box::new(Projection::of(&order)?.for_the_queue());
            self.send(&Message::Order { order, levels, news: news.take() }).await?;
        }
        self.levels.borrow_mut().retain(|supply, level| told.get(supply) != Some(level));
        Some(())
    }

    /// Issues the cards and has their letters written. Doing so again issues and
    /// writes nothing more.
    async fn issue_gift_cards(&self, owed: &[Owed]) -> Option<Answer> {
        let order = self.record.existing().ok()?;
        let issued = sold_cards::issue(&self.app, &order, owed).await;
        if let Err(error) = &issued {
            telemetry::log(&json!({
                "level": "error", "event": "gift_cards_not_issued", "order": order.id, "cause": error.to_string(),
            }));
        }
        let cards = issued.ok()?;
        let so_far = order.cards_issued + cards.len() as u64;
        if let Some(to) = order.facts.email.clone() {
            self.send(&Message::GiftCards(Sold { to, language: order.language, cards })).await?;
        }
        Some(Answer::GiftCardsIssued { so_far })
    }

    /// Puts pieces that came back into stock. Doing so again puts no more there.
    async fn restock(&self, Restock { number, pieces }: &Restock) -> Option<Answer> {
        let app = &self.app;
        let answers = pieces.iter().map(|(reference, claim)| async move {
            (claim, pools::put_back(app, &claim.of, claim.quantity, reference.clone()).await)
        });
        // A pool refuses only what would be more than it can count: asking again would not help.
        let refused = self.settled(together(answers.collect(), MAX_PARALLEL).await)?;
        if refused {
            let order = self.record.existing().ok()?.id;
            telemetry::log(&json!({ "level": "error", "event": "not_restocked", "order": order, "return": number }));
        }
        Some(Answer::Restocked { number: *number, refused })
    }

    /// Has the queue take a message. None if it did not.
    async fn send(&self, message: &Message) -> Option<()> {
        let text = json::text(message);
        let sent = self.app.events.send(vec![text]).await;
        if let Err(error) = &sent {
            telemetry::log(&json!({
                "level": "error", "event": "order_not_published", "order": self.record.existing().ok()?.id,
                "cause": error.to_string(),
            }));
        }
        sent.ok()
    }

    /// Keeps the levels for the projections. None if a pool did not answer;
    /// else whether one refused.
    fn settled(&self, answers: Vec<(&Claim, Result<pools::Answer, ObjectUnavailable>)>) -> Option<bool> {
        let mut refused = false;
        let mut levels = SortedMap::new();
        for (claim, answer) in answers {
            let answer = answer.ok()?;
            refused |= answer.refusal.is_some();
            levels.extend(claim.of.is_listed().then(|| (claim.of.clone(), answer.level)));
        }
        self.levels.borrow_mut().extend(levels);
        Some(refused)
    }

    async fn read_levels(&self) -> Option<()> {
        let app = &self.app;
        let claims = self.record.existing().ok()?.claims();
        let supplies = claims.into_iter().map(|claim| claim.of).filter(Supply::is_listed);
        let levels = supplies.map(|of| async move { pools::level_of(app, &of).await.ok().map(|level| (of, level)) });
        let levels: Option<SortedMap<_, _>> = together(levels.collect(), MAX_PARALLEL).await.into_iter().collect();
        *self.levels.borrow_mut() = levels?;
        Some(())
    }
}

/// The levels in as many messages as they need.
fn parts(levels: &SortedMap<Supply, Level>) -> Vec<Vec<(Supply, Level)>> {
    let levels: Vec<_> = levels.iter().map(|(supply, level)| (supply.clone(), *level)).collect();
    if levels.is_empty() { vec![levels] } else { levels.chunks(MAX_LEVELS).map(<[_]>::to_vec).collect() }
}

/// The order as its buyer sees it, if there is room for it.
fn small_view(order: &Order) -> Option<Box<RawValue>> {
    let view = to_raw_value(&view::order(order)?).ok()?;
    (view.get().len() <= MAX_VIEW).then_some(view)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AccountId, OrderId, VariantId};
    use crate::messages::order::News;
    use crate::money::{Currency, MAX_AMOUNT, Money};
    use crate::orders::after::edits::view::OpenEdit;
    use crate::orders::after::goods::view::{Fulfilled, OpenReturn};
    use crate::orders::limits::MAX_LINES;
    use crate::orders::order::Channel;
    use crate::orders::view::{PaymentStatus, Status};
    use crate::ports::Timestamp;
    use crate::webhooks::EventType;
    use ulid::Ulid;

    /// Quotes are the longest: each becomes four bytes where JSON is written as JSON once more.
    fn longest_address() -> crate::address::Address {
        let text = |length| "\"".repeat(length);
        let address = json!({
            "name": text(200), "line1": text(200), "line2": text(200), "city": text(100), "region": text(100),
            "postal_code": text(20), "country": "DE", "phone": text(40),
        });
        serde_json::from_value(address).unwrap()
    }

    /// Cloudflare Queues, "Limits": 128 KB a message.
    #[test]
    fn the_levels_of_the_largest_order_fit_into_messages() {
        let variant = |n: u128| Supply::Stock(VariantId::derived(Ulid::from_parts(u64::MAX, n).to_bytes()));
        let (on_hand, held, available) = (MAX_AMOUNT, MAX_AMOUNT, MAX_AMOUNT);
        let level = Level {
            on_hand,
            held,
            available,
            taken: MAX_AMOUNT,
            closed_at: Some(Timestamp::from_millis(1 << 40)),
            version: MAX_AMOUNT,
        };
        let levels = (0..MAX_LINES as u128).map(|n| (variant(n), level)).collect();
        let order = Projection {
            id: OrderId::derived([255; 16]),
            version: u64::MAX,
            number: "7ZZZ-ZZZZ".to_owned(),
            account_id: Some(AccountId::derived([255; 16])),
            email: "e".repeat(254),
            status: Status::AwaitingPayment,
            payment_status: PaymentStatus::RequiresAction,
            fulfilment_status: Fulfilled::PartiallyFulfilled,
            total: Money { amount: MAX_AMOUNT, currency: Currency::parse("EUR").unwrap() },
            pieces: MAX_AMOUNT,
            placed_at: Timestamp::from_millis(1 << 40),
            updated_at: Timestamp::from_millis(1 << 40),
            events: vec![(Timestamp::from_millis(1 << 40), EventType::OrderCancelled); 50],
            shipping_address: Some(longest_address()),
            billing_address: Some(longest_address()),
            skus: vec!["\"".repeat(2_000)],
            goods: "\"".repeat(1_025),
            channel: Channel::Storefront,
            return_status: Some(OpenReturn::Requested),
            edit_status: Some(OpenEdit::AwaitingPayment),
            // As many as there may be of what becomes most.
            sales: Some(json!("\"".repeat(1_999))),
        };
        let view = to_raw_value(&"v\"".repeat((MAX_VIEW - 2) / 3)).unwrap();
        let notice = Notice { version: u32::MAX, news: News::Confirmed };
        let mut news = Some(OrderNews { notice, order: Some(view) });
        let beside: Vec<_> = parts(&levels)[0][..MAX_LEVELS_BESIDE_VIEW].to_vec();
        let parts = std::iter::once(beside).chain(parts(&levels));
        let messages = parts.map(|levels| Message::Order { order: Box::new(order.clone()), levels, news: news.take() });
        let messages: Vec<Message> = messages.collect();
        // The queue writes the text as JSON once more.
        let sent = messages.iter().map(|message| json!(serde_json::to_string(message).unwrap()).to_string().len());
        let sent: Vec<usize> = sent.collect();
        assert!(sent.iter().all(|bytes| *bytes < 128_000), "{sent:?}");
        let told = messages.iter().map(|message| match message {
            Message::Order { levels, .. } => levels.len(),
            Message::Draft { .. } | Message::GiftCards(_) | Message::Find(_) => 0,
        });
        assert_eq!(told.sum::<usize>(), MAX_LEVELS_BESIDE_VIEW + MAX_LINES);
    }
}
