//! The rules of a series: which number is next, and for what.

use serde::{Deserialize, Serialize};

use crate::ids::OrderId;
use crate::money::MAX_AMOUNT;
use crate::ports::Timestamp;

/// What a series is asked. Each may be asked again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// A number for this, unless it has one.
    Give { order: OrderId, wish: Wish },
    /// What the order has, and nothing new.
    Find { order: OrderId },
}

/// What a number is to be for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wish {
    /// Why there is a document. An order has one number for each cause. What stands
    /// before a colon names the invoice of an edit that a credit note is of.
    pub cause: String,
    /// What the document comes to, in minor units. Less is granted where less
    /// is left of `most`.
    pub amount: i64,
    /// The most that the order's numbers in this series come to together, as far as
    /// they are of the same invoice: of credit notes, what was invoiced.
    pub most: i64,
}

/// A number that was given to an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Given {
    pub place: u32,
    pub cause: String,
    /// In minor units.
    pub amount: i64,
    /// The day of issue is this one's: never before that of a smaller number.
    pub at: Timestamp,
}

/// What a series answers: all that the order has, in the order of the numbers.
/// What was asked for is not among it where nothing was left.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub given: Vec<Given>,
}

/// The end of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    pub place: u32,
    pub at: Timestamp,
}

/// The number that is to be given; none where the cause has one, or nothing is
/// left. `given`: what the order has.
pub fn next(given: &[Given], last: Option<Last>, wish: &Wish, now: Timestamp) -> Option<Given> {
    if given.iter().any(|known| known.cause == wish.cause) {
        return None;
    }
    let so_far = given
        .iter()
        .filter(|known| scope(&known.cause) == scope(&wish.cause))
        .fold(0, |sum: i64, known| sum.saturating_add(known.amount));
    let left = wish.most.saturating_sub(so_far);
    let amount = wish.amount.min(left);
    // An order that costs nothing has its invoice nevertheless.
    let something = amount > 0 || (amount == 0 && wish.amount == 0);
    let place = last.map_or(0, |last| last.place).checked_add(1)?;
    let at = last.map_or(now, |last| now.max(last.at));
    (something && amount <= MAX_AMOUNT).then(|| Given { place, cause: wish.cause.clone(), amount, at })
}

/// The invoice that a credit note is of, as its cause names it; nothing of the first.
pub fn scope(cause: &str) -> &str {
    cause.split_once(':').map_or("", |(invoice, _)| invoice)
}

/// Why there is a document, whatever invoice it is of.
pub fn unscoped(cause: &str) -> &str {
    cause.split_once(':').map_or(cause, |(_, cause)| cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_769_851_800_000);

    fn wish(cause: &str, amount: i64) -> Wish {
        Wish { cause: cause.to_owned(), amount, most: 1_000 }
    }

    fn given(place: u32, cause: &str, amount: i64) -> Given {
        Given { place, cause: cause.to_owned(), amount, at: NOW }
    }

    #[test]
    fn numbers_follow_one_another() {
        assert_eq!(next(&[], None, &wish("sale", 1_000), NOW), Some(given(1, "sale", 1_000)));
        let last = Some(Last { place: 41, at: NOW });
        assert_eq!(next(&[], last, &wish("sale", 1_000), NOW), Some(given(42, "sale", 1_000)));
        let last = Some(Last { place: u32::MAX, at: NOW });
        assert_eq!(next(&[], last, &wish("sale", 1_000), NOW), None);
    }

    #[test]
    fn a_cause_has_one_number() {
        let last = Some(Last { place: 1, at: NOW });
        assert_eq!(next(&[given(1, "sale", 1_000)], last, &wish("sale", 1_000), NOW), None);
    }

    #[test]
    fn a_later_number_is_never_of_an_earlier_day() {
        let later = NOW.plus_millis(86_400_000);
        let last = Some(Last { place: 1, at: later });
        assert_eq!(next(&[], last, &wish("sale", 1), NOW).map(|given| given.at), Some(later));
    }

    #[test]
    fn no_more_is_credited_than_was_invoiced() {
        let last = Some(Last { place: 1, at: NOW });
        let before = [given(1, "refund/1", 700)];
        assert_eq!(next(&before, last, &wish("refund/2", 300), NOW), Some(given(2, "refund/2", 300)));
        assert_eq!(next(&before, last, &wish("cancellation", 1_000), NOW), Some(given(2, "cancellation", 300)));
        assert_eq!(next(&before, last, &wish("edit/1:refund/1", 900), NOW), Some(given(2, "edit/1:refund/1", 900)));
        let all = [given(1, "refund/1", 700), given(2, "refund/2", 300)];
        assert_eq!(next(&all, last, &wish("refund/3", 1), NOW), None);
        let free = Wish { most: 0, ..wish("sale", 0) };
        assert_eq!(next(&[], None, &free, NOW), Some(given(1, "sale", 0)), "what costs nothing is invoiced");
    }
}
