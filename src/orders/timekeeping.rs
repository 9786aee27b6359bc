//! An order's times when the clock that they were taken from is put right.
//!
//! An order that was placed or asked about while its machine's clock was ahead
//! waits for times that nobody meant: the next look at a payment, the end of a
//! hold. Where its last event lies ahead of now, all that it waits for is moved
//! back by as much, as if that event were of this moment.

use super::order::{Order, Stage};
use crate::ports::Timestamp;

/// How far the clocks of two machines may differ, in milliseconds: an order
/// moves from one to another. Nothing waits longer for it.
const LEEWAY_MILLIS: i64 = 5_000;

impl Order {
    /// By how many milliseconds the order's times are ahead, if it waits for any.
    pub fn ahead_of(&self, now: Timestamp) -> Option<i64> {
        let waits = matches!(self.stage, Stage::Placing { .. } | Stage::AwaitingPayment { .. })
            || self.edits.payable().is_some();
        let ahead = self.updated_at.since(now);
        (waits && ahead > LEEWAY_MILLIS).then_some(ahead)
    }

    pub(super) fn put_back(&mut self, millis: i64) {
        put_back(&mut self.stage, millis);
        self.edits.asked.iter_mut().for_each(|ask| put_back(&mut ask.stage, millis));
    }
}

fn put_back(stage: &mut Stage, millis: i64) {
    let (placement, hold, attempt) = match stage {
        Stage::Placing { placement, hold, attempt, .. } => (placement, Some(hold), attempt),
        Stage::AwaitingPayment { placement, hold, attempt } => (placement, hold.as_mut(), attempt),
        _ => return,
    };
    let back = |time: &mut Timestamp| *time = time.plus_millis(millis.saturating_neg());
    back(&mut placement.at);
    placement.promised_until.iter_mut().for_each(back);
    hold.map(|hold| &mut hold.until).into_iter().for_each(back);
    attempt.times().for_each(back);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::effect::{Effect, POLL_MOST_MILLIS, due, wake};
    use crate::orders::event::Event;

    const NOW: Timestamp = Timestamp::from_millis(1_769_851_800_000);
    const QUOTE: &str = r#"{"lines":[],"shipping":null,"coupons":[],"uses":[],"gift_cards":[],"totals":{"items":{"amount":780,"currency":"EUR"},"discount":{"amount":0,"currency":"EUR"},"shipping":{"amount":490,"currency":"EUR"},"tax":{"amount":0,"currency":"EUR"},"tax_included":true,"total":{"amount":1270,"currency":"EUR"},"gift_cards":{"amount":0,"currency":"EUR"},"to_pay":{"amount":1270,"currency":"EUR"}},"reverse_charge":false}"#;
    const QUARTER_HOUR: i64 = 900_000;

    /// An order whose payment has had no answer yet, by a clock so far ahead.
    fn unanswered(ahead: i64) -> Order {
        let at = NOW.plus_millis(ahead);
        let next_poll = at.plus_millis(POLL_MOST_MILLIS);
        let events = format!(
            r#"[{{"created":{{"id":"ord_0000000000000000000000000A","currency":"EUR","account":null,"language":"en"}}}},
            {{"placed":{{"quote":{QUOTE},"payment":{{"provider":"test","method":"pm_card_visa"}},"key":null}}}},
            "held",{{"payment_asked":{{"next_poll":"{next_poll}"}}}}]"#
        );
        let mut order = None;
        for event in serde_json::from_str::<Vec<Event>>(&events).unwrap() {
            Order::replay(&mut order, &event, at);
        }
        order.unwrap()
    }

    #[test]
    fn an_order_of_a_clock_that_was_ahead_waits_as_any_other() {
        let mut order = unanswered(QUARTER_HOUR);
        let millis = order.ahead_of(NOW).unwrap();
        order.apply(&Event::ClockPutBack { millis }, NOW);
        let other = unanswered(0);
        assert_eq!(order.stage, other.stage);
        assert_eq!(order.ahead_of(NOW), None);
        for seconds in [0, 60, 3_600] {
            let at = NOW.plus_seconds(seconds);
            let payment = |order| due(order, at).into_iter().find(|effect| !matches!(effect, Effect::Publish { .. }));
            assert_eq!(payment(&order), payment(&other));
            assert_eq!(wake(&order, at), wake(&other, at));
        }
    }

    #[test]
    fn what_clocks_differ_by_and_what_waits_for_nothing_is_left_alone() {
        assert_eq!(unanswered(LEEWAY_MILLIS).ahead_of(NOW), None);
        assert_eq!(unanswered(0).ahead_of(NOW.plus_millis(QUARTER_HOUR)), None);
        let mut paid = unanswered(QUARTER_HOUR);
        paid.apply(&Event::Paid { secured: true }, NOW.plus_millis(QUARTER_HOUR));
        assert_eq!(paid.ahead_of(NOW), None);
    }
}
