use proptest::collection::vec;
use proptest::prelude::*;

use super::error::Refusal;
use super::left;
use super::samples::*;
use crate::orders::error::OrderError;
use crate::pools::Supply;
use crate::pricing::Delivery;

fn bought() -> impl Strategy<Value = Bought> {
    let lines = vec((1_u32..12, 0_i64..5_000), 1..5);
    let tax = prop_oneof![Just(None), (0_i64..30).prop_map(Some)];
    (lines, 0_i64..900, vec(0_i64..100, 0..3), tax).prop_map(|(lines, shipping, shares, tax_on_top)| {
        let bought = Bought { lines, shipping, cards: Vec::new(), tax_on_top, delivery: Delivery::Shipped };
        let total = bought.quote().totals.total.amount;
        // At most all of it, in whatever shares.
        let cards = shares.iter().map(|share| total * share / 200).collect();
        Bought { cards, ..bought }
    })
}

proptest! {
    /// Whatever is asked for in whatever order, what goes back is never more than was paid, and
    /// once every piece and the shipping are back it is exactly that.
    #[test]
    fn any_sequence_of_pieces_sums_to_what_was_paid(
        bought in bought(),
        steps in vec((0_usize..5, 1_u32..5), 0..30),
        late in any::<bool>(),
    ) {
        let mut order = bought.paid();
        let total = bought.quote().totals.total.amount;
        prop_assert_eq!(left_of(&order), total);
        for (line, quantity) in steps {
            let line = u32::try_from(line % bought.lines.len() + 1).unwrap();
            let before = order.clone();
            match act(&mut order, refund(&[(line, quantity, true)], None, None)) {
                Ok(()) => {}
                Err(OrderError::Money(Refusal::FewerPieces { .. } | Refusal::Unfit { .. })) => {
                    prop_assert_eq!(&order, &before, "nothing half done");
                }
                Err(error) => prop_assert!(false, "{error}"),
            }
            if !late {
                settle(&mut order);
            }
            prop_assert!(left::given(&order).amount <= total);
        }
        let rest: Vec<_> = order.lines.iter().filter_map(|line| {
            let left = line.quantity - left::refunded_pieces(&order, line.id);
            (left > 0).then_some((line.id.0, left, true))
        }).collect();
        let shipping = Some(left::of_shipping(&order)).filter(|left| *left > 0);
        if !rest.is_empty() || shipping.is_some() {
            act(&mut order, refund(&rest, shipping, None)).unwrap();
        }
        prop_assert_eq!(left_of(&order), 0, "every piece is back");
        settle(&mut order);
        prop_assert_eq!(left::given(&order).amount, total);
        for (n, paid) in bought.cards.iter().enumerate() {
            let supply = Supply::GiftCard(card(u8::try_from(n).unwrap()));
            let back = order.money.put_backs.iter().filter(|back| back.of == supply);
            prop_assert_eq!(back.map(|back| back.units).sum::<i64>(), *paid, "each card has its own back");
        }
        for line in &order.lines {
            prop_assert_eq!(left::restocked_pieces(&order, line.id), i64::from(line.quantity));
        }
    }

    /// With amounts of staff's own in between, too, and whatever is left when the order is cancelled.
    #[test]
    fn amounts_and_a_cancelled_order_never_give_more_than_was_paid(
        bought in bought(),
        steps in vec((0_usize..5, 1_u32..4, 1_i64..3_000), 0..12),
    ) {
        let mut order = bought.paid();
        let total = bought.quote().totals.total.amount;
        for (line, quantity, amount) in steps {
            let line = u32::try_from(line % bought.lines.len() + 1).unwrap();
            let deed = match amount % 3 {
                0 => refund(&[], None, Some(amount)),
                1 => refund(&[(line, quantity, true)], None, Some(amount)),
                _ => refund(&[(line, quantity, false)], None, None),
            };
            let _ = act(&mut order, deed);
            prop_assert!(left_of(&order) >= 0);
        }
        act(&mut order, cancel(true)).unwrap();
        settle(&mut order);
        prop_assert_eq!((left::given(&order).amount, left_of(&order)), (total, 0));
    }
}
