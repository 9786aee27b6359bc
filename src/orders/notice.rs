//! What an order's buyer is to be written, derived from its state like all that
//! it owes.

use serde::{Deserialize, Serialize};

use super::after::edits::asking::Ask;
use super::after::edits::unpaid::CHANGED;
use super::after::money::{Giving, Repayment, left};
use super::holding;
use super::learning::CALLED_OFF;
use super::order::{CancelReason, Order, Stage};
use super::view::{self, Status};
use crate::messages::Kind;
use crate::messages::order::{Ending, News};
use crate::money::Money;
use crate::payments::{Attempt, AttemptStatus, RefundStatus};

/// A piece of news that the buyer is to have once. The queue carries it as it
/// was when it became one: a second payment does not undo that the first failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// Which of its kind: the payment it is about; of parcels and returns, which one that was told of; or 1.
    pub version: u32,
    pub news: News,
}

impl Notice {
    pub fn kind(&self) -> Kind {
        self.news.kind()
    }
}

/// The news that the buyer has not been told.
pub fn owed(order: &Order) -> Option<Notice> {
    let is_new = |notice: &Notice| !order.is_told(notice.kind(), notice.version);
    news(order)
        .filter(is_new)
        .or_else(|| order.goods.news().find(is_new))
        .or_else(|| of_edits(order).find(is_new))
        .or_else(|| {
            difference_over(order).into_iter().chain(difference(order)).chain(of_difference(order)).find(is_new)
        })
        .or_else(|| of_refunds(order))
}

/// The next refund of staff's that is on its way, one after the other. One that
/// the provider could not give is not told: staff are to find another way.
fn of_refunds(order: &Order) -> Option<Notice> {
    let told = order.told.get(&Kind::OrderRefunded).copied().unwrap_or_default();
    let news = order.money.repayments.iter().filter(|repayment| repayment.number > told && !repayment.told_with_cause);
    for Repayment { number, giving, payments, .. } in news {
        let mut by_payment = 0;
        for refund in order.refunds.iter().filter(|refund| payments.contains(&refund.number)) {
            match refund.status {
                RefundStatus::Asked => return None,
                RefundStatus::Failed => {}
                RefundStatus::Pending { .. } | RefundStatus::Done => by_payment += refund.amount.amount,
            }
        }
        let money = |amount| Money { amount, currency: order.currency };
        let to_cards = giving.amount().saturating_sub(giving.to_payment);
        if by_payment > 0 || to_cards > 0 {
            let news = News::Refunded { by_payment: money(by_payment), to_gift_cards: money(to_cards) };
            return Some(Notice { version: *number, news });
        }
    }
    None
}

/// Of an edit whose buyer is to pay first; told by its number.
fn difference(order: &Order) -> Option<Notice> {
    let ask = order.edits.payable()?;
    let Stage::AwaitingPayment { placement, .. } = &ask.stage else { return None };
    let news = News::DifferenceAsked { to_pay: placement.to_pay(), until: placement.payable_until() };
    Some(Notice { version: ask.number, news })
}

/// Of an edit that its buyer was asked to pay for and that will not be; told by its
/// number, one after the other. None while it may still turn out to have been paid.
fn difference_over(order: &Order) -> Option<Notice> {
    let is_news = |ask: &&Ask| ask.kept && ask.is_off() && !order.is_told(Kind::DifferenceOver, ask.number);
    let ask = order.edits.asked.iter().find(is_news)?;
    let Stage::Cancelled { attempt, reason, resolving: false, .. } = &ask.stage else { return None };
    // Of what a provider could not give staff find another way.
    let refunds = order.refunds.iter().filter(|refund| refund.status != RefundStatus::Failed);
    let back = refunds.filter(|refund| refund.attempt.number == attempt.number).map(|refund| refund.amount.amount);
    let back = Money { amount: back.sum(), currency: order.currency };
    let news = News::DifferenceOver { lapsed: *reason == CancelReason::Expired, back };
    Some(Notice { version: ask.number, news })
}

/// Of its payment.
fn of_difference(order: &Order) -> Option<Notice> {
    let ask = order.edits.payable()?;
    of_payment(&ask.stage, ask.attempt()?)
}

fn of_edits(order: &Order) -> impl Iterator<Item = Notice> {
    let told = order.edits.done.iter().filter(|edit| edit.plan.notify);
    told.map(|edit| {
        let back = edit.plan.giving.as_ref().map_or(0, Giving::amount);
        let back = Money { amount: back, currency: order.currency };
        Notice { version: edit.number, news: News::Changed { back } }
    })
}

fn news(order: &Order) -> Option<Notice> {
    match &order.stage {
        Stage::Open => order.draft.as_ref().and_then(|draft| draft.notice()),
        Stage::Placing { .. } => None,
        Stage::AwaitingPayment { attempt, .. } => of_payment(&order.stage, attempt),
        // Not certain to have its goods.
        Stage::Confirmed { secured: false, committed: false, .. } => None,
        Stage::Confirmed { .. } if matches!(view::status(order), Status::Confirmed | Status::Fulfilled) => {
            Some(Notice { version: 1, news: News::Confirmed })
        }
        Stage::Confirmed { .. } => Some(Notice { version: 1, news: News::PaymentAwaited }),
        // Whether money was taken is still being made certain.
        Stage::Cancelled { resolving: true, .. } => None,
        Stage::Cancelled { reason, .. } => {
            let why = match reason {
                CancelReason::Requested => Ending::Requested,
                CancelReason::Shop => Ending::Shop { kept: is_kept(order) },
                CancelReason::Expired => Ending::NotPaid,
                CancelReason::OutOfStock => Ending::SoldOut,
            };
            Some(Notice { version: 1, news: News::Cancelled { why } })
        }
    }
}

/// Whether staff have cancelled the order and kept what was paid.
fn is_kept(order: &Order) -> bool {
    let without_refund = order.money.ended.as_ref().is_some_and(|ended| !ended.refunded);
    without_refund && left::taken(order).amount > left::given(order).amount
}

fn of_payment(stage: &Stage, attempt: &Attempt) -> Option<Notice> {
    let news = match &attempt.status {
        // The page that asks the buyer for a card is open.
        AttemptStatus::RequiresAction { .. } if attempt.payment.method.is_none() => return None,
        AttemptStatus::RequiresAction { at, .. } => {
            News::ActionNeeded { until: at.plus_millis(holding::CONFIRM_MILLIS) }
        }
        // The buyer chose another way, or is told of what has changed.
        AttemptStatus::Declined { reason, .. } if reason == CALLED_OFF || reason == CHANGED => return None,
        AttemptStatus::Declined { reason, .. } => {
            News::PaymentFailed { reason: reason.clone(), payable_until: holding::payable_until(stage) }
        }
        _ => return None,
    };
    Some(Notice { version: attempt.number, news })
}

impl Order {
    /// Whether this news, or later news of its kind, is on its way to the buyer.
    pub fn is_told(&self, kind: Kind, version: u32) -> bool {
        self.told.get(&kind).is_some_and(|told| *told >= version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::OrderId;
    use crate::money::Currency;
    use crate::orders::event::Event;
    use crate::payments::{PaymentChoice, TestMethod};
    use crate::ports::Timestamp;
    use crate::shelf::snapshot::Snapshot;

    const NOW: Timestamp = Timestamp::from_millis(1_769_851_800_000);

    /// An order that was placed and held, and what happened to it since.
    fn order(since: &[Event]) -> Order {
        let currency = Currency::parse("EUR").unwrap();
        let mut order = Order::created(OrderId::derived([1; 16]), currency, None, NOW);
        let shelf = Snapshot::new("1".to_owned(), crate::testing::settings(), Vec::new());
        let quote = Box::new(order.quote(&shelf, None, NOW).unwrap());
        let payment = PaymentChoice::test(TestMethod::Visa);
        let placed = Event::Placed { quote, claims: Vec::new(), payment, key: None, slot: None };
        for event in [placed, Event::Held].iter().chain(since) {
            order.apply(event, NOW);
        }
        order
    }

    fn declined(reason: &str) -> Event {
        Event::PaymentDeclined { reason: reason.to_owned() }
    }

    fn told(since: &[Event]) -> Option<(Kind, u32)> {
        owed(&order(since)).map(|notice| (notice.kind(), notice.version))
    }

    #[test]
    fn what_is_news_to_the_buyer_is_owed() {
        let asks = || Event::PaymentActionRequired { client_secret: "s".to_owned() };
        let again = || Event::PaymentStarted { payment: PaymentChoice::test(TestMethod::Visa) };
        let requested = || Event::Cancelled { reason: CancelReason::Requested };
        assert_eq!(told(&[]), None, "not paid yet");
        assert_eq!(told(&[declined("card_declined")]), Some((Kind::PaymentFailed, 1)));
        assert_eq!(told(&[declined("card_declined"), again()]), None, "another is under way");
        assert_eq!(told(&[declined("x"), again(), declined("x")]), Some((Kind::PaymentFailed, 2)));
        assert_eq!(told(&[declined(CALLED_OFF)]), None, "the buyer's own doing");
        assert_eq!(told(&[asks()]), Some((Kind::ActionNeeded, 1)));
        assert_eq!(told(&[Event::Paid { secured: true }]), Some((Kind::OrderConfirmed, 1)));
        assert_eq!(told(&[Event::Paid { secured: false }]), None, "the goods may be gone");
        assert_eq!(told(&[Event::Paid { secured: false }, Event::Committed]), Some((Kind::OrderConfirmed, 1)));
        assert_eq!(told(&[Event::Paid { secured: false }, Event::CommitRefused]), Some((Kind::OrderCancelled, 1)));
        assert_eq!(told(&[asks(), requested()]), None, "it may have been paid");
        assert_eq!(told(&[asks(), requested(), Event::PaymentVoided]), Some((Kind::OrderCancelled, 1)));
    }

    #[test]
    fn news_is_owed_until_it_is_on_its_way() {
        let mut order = order(&[declined("card_declined")]);
        let news = owed(&order).unwrap();
        order.apply(&Event::Notified { kind: news.kind(), version: news.version }, NOW);
        assert_eq!(owed(&order), None);
        order.apply(&Event::PublicationLost, NOW);
        assert_eq!(owed(&order), Some(news));
    }
}
