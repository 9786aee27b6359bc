//! Buy some, get some, however the pieces are divided into lines.

use super::*;
use crate::pricing::samples::*;

const RACKET: u8 = 1;
const BALL: u8 = 2;

#[test]
fn buy_two_get_one() {
    let shop = Shop::plain().with(promotion(1, buy_get((2, &[]), (1, &[]), "100")));
    for (quantity, off) in (1..).zip([0, 0, 1000, 1000, 1000, 2000, 2000]) {
        assert_eq!(shop.discount([item(1, 1000, quantity)]), off, "{quantity} in one line");
        assert_eq!(shop.discount((0..quantity).map(|_| item(1, 1000, 1))), off, "{quantity} one by one");
        assert_eq!(shop.discount((1..=quantity as u8).map(|number| item(number, 1000, 1))), off, "{quantity} products");
    }
}

#[test]
fn the_cheapest_pieces_are_got() {
    let shop = Shop::plain().with(promotion(1, buy_get((2, &[]), (1, &[]), "100")));
    assert_eq!(shop.discount([item(1, 900, 1), item(2, 100, 1), item(3, 500, 1)]), 100);
    assert_eq!(shop.discount([item(1, 900, 4), item(2, 100, 1), item(3, 500, 1)]), 600);
    // By what is left of them, not by what they cost before.
    let cut = crate::pricing::promotion::Conditions { products: vec![product(1)], ..Default::default() };
    let shop = shop.with(promotion(9, off_percent("95")).first(1).with(cut));
    assert_eq!(shop.discount([item(1, 900, 1), item(2, 100, 1), item(3, 500, 1)]), 855 + 45);
}

#[test]
fn a_free_sample_is_not_the_gift() {
    let shop = Shop::plain().with(promotion(1, buy_get((2, &[]), (1, &[]), "100")));
    assert_eq!(shop.discount([item(1, 1000, 3), item(2, 0, 1)]), 1000);
    assert_eq!(shop.discount([item(1, 1000, 2), item(2, 0, 1)]), 0);
}

#[test]
fn buy_a_racket_get_five_balls() {
    let effect = buy_get((1, &[product(RACKET)]), (5, &[product(BALL)]), "100");
    let shop = Shop::plain().with(promotion(1, effect));
    let off = |rackets, balls| {
        let quote = shop.quote(&Basket::of([item(RACKET, 9900, rackets), item(BALL, 300, balls)]));
        assert!(quote.lines[0].discounts.is_empty());
        quote.totals.discount.amount
    };
    assert_eq!(off(1, 5), 1500);
    assert_eq!(off(1, 7), 1500);
    assert_eq!(off(2, 7), 2100);
    assert_eq!(off(1, 3), 900);
    assert_eq!(off(0, 5), 0, "without the racket the balls cost what they cost");
    assert_eq!(shop.discount([item(BALL, 300, 5)]), 0);
}

#[test]
fn what_is_got_may_only_be_cheaper() {
    let shop = Shop::plain().with(promotion(1, buy_get((1, &[]), (1, &[]), "50")));
    // Half of 333 and half of 333 are 333, not twice 167.
    assert_eq!(shop.discount([item(1, 333, 4)]), 333);
    assert_eq!(shop.discount([item(1, 333, 2)]), 167);
}

fn supply(only_bought: i64, only_got: i64, either: i64) -> Supply {
    Supply { only_bought, only_got, either }
}

/// The most that any way to share out the pieces of either brings: those that
/// are bought, and whether they make whole sets.
fn tried(supply: &Supply, buy: i64, get: i64) -> i64 {
    let best = |bought: i64| {
        let sets = (supply.only_bought + bought) / buy;
        let there = supply.only_got + supply.either - bought;
        if bought == 0 { (sets * get).min(there) } else { sets.min(there / get) * get }
    };
    (0..=supply.either).map(best).max().unwrap_or_default()
}

#[test]
fn as_many_are_got_as_any_way_to_share_them_out_brings() {
    for (buy, get) in [(1, 1), (2, 1), (1, 5), (3, 2), (2, 4)] {
        for (only_bought, only_got, either) in
            (0..7).flat_map(|bought| (0..7).flat_map(move |got| (0..9).map(move |either| (bought, got, either))))
        {
            let supply = supply(only_bought, only_got, either);
            let (got, of_either) = supply.got(buy, get);
            let told = format!("buy {buy} get {get} of {only_bought}, {only_got} and {either} of either");
            assert!((0..=either).contains(&of_either) && got <= only_got + of_either, "{told}");
            assert_eq!(got, tried(&supply, buy, get), "{told}");
        }
    }
}
