//! Parts always sum to the whole.

use super::*;
use proptest::prelude::*;

#[test]
fn the_earlier_line_is_served_first() {
    assert_eq!(spread(1000, &[1000, 1000, 1000]), [334, 333, 333]);
    assert_eq!(spread(600, &[500, 200, 100]), [375, 150, 75]);
    assert_eq!(spread(1, &[1000, 1000, 1000]), [1, 0, 0]);
    assert_eq!(spread(1, &[1, 2, 2]), [0, 1, 0]);
    assert_eq!(spread(5, &[0, 0]), [0, 0]);
    assert!(spread(0, &[]).is_empty());
}

#[test]
fn halves_go_up() {
    assert_eq!(share(622, 10, 100), 62);
    assert_eq!(share(5, 1, 2), 3);
    assert_eq!(share(0, 1, 2), 0);
    assert_eq!(share(5, 0, 0), 0);
    assert_eq!(share(9_007_199_254_740_991, 999_999, 1_000_000), 9_007_190_247_541_736);
}

#[test]
fn the_last_piece_takes_the_rest() {
    assert_eq!(pieces(17_925, 10, 0, 3), Some(5_376));
    assert_eq!(pieces(17_925, 10, 3, 7), Some(17_925 - 5_376));
    let one_by_one: i64 = (0..10).map(|already| pieces(17_925, 10, already, 1).unwrap()).sum();
    assert_eq!(one_by_one, 17_925);
    assert_eq!(pieces(17_925, 10, 10, 1), None);
    assert_eq!(pieces(17_925, 10, 4, u32::MAX), None);
    assert_eq!(pieces(17_925, 10, 10, 0), Some(0));
    assert_eq!(pieces(0, 0, 0, 0), Some(0));
}

proptest! {
    #[test]
    fn shares_sum_to_the_amount_and_none_exceeds_its_weight(
        weights in prop::collection::vec(0..1_i64 << 40, 1..20),
        thousandths in 0..=1000_i64,
    ) {
        let sum: i64 = weights.iter().sum();
        let amount = share(sum, thousandths, 1000);
        let shares = spread(amount, &weights);
        prop_assert_eq!(shares.iter().sum::<i64>(), amount);
        for (share, weight) in shares.iter().zip(&weights) {
            prop_assert!(*share >= 0 && share <= weight);
            let exact = i128::from(*weight) * i128::from(amount);
            let off = i128::from(*share) * i128::from(sum) - exact;
            prop_assert!(off.abs() < i128::from(sum.max(1)));
        }
    }

    #[test]
    fn pieces_sum_to_the_line(total in 0..1_i64 << 53, steps in prop::collection::vec(0..50_u32, 1..10)) {
        let quantity: u32 = steps.iter().sum();
        let mut already = 0;
        let mut sum = 0;
        for more in steps {
            let amount = pieces(total, quantity, already, more).unwrap();
            prop_assert!(amount >= 0);
            sum += amount;
            already += more;
        }
        prop_assert_eq!(sum, if quantity == 0 { 0 } else { total });
        prop_assert_eq!(pieces(total, quantity, already, 1), None);
    }
}
