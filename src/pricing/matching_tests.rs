//! Which lines are alike, and why that must not depend on their places.

use super::*;
use crate::pricing::promotion::Conditions;
use crate::pricing::samples::*;

/// The kinds of all lines, as each promotion meets them.
fn kinds(lines: &[Item<'static>], promotions: &[Promotion]) -> Vec<Vec<(usize, usize)>> {
    let basket = Basket::of(lines.to_vec());
    let cart = basket.cart();
    let promotions: Vec<&Promotion> = promotions.iter().collect();
    let members = members(&Index::of(&cart), &promotions);
    members.iter().map(|members| members.iter().map(|member| (member.kind, member.line)).collect()).collect()
}

fn of_product(number: u8, effect: Effect) -> Promotion {
    let conditions = Conditions { products: vec![product(number)], ..Conditions::default() };
    promotion(number, effect).with(conditions)
}

#[test]
fn lines_are_alike_until_a_later_promotion_tells_them_apart() {
    let lines = [item(2, 1000, 1), item(1, 500, 1), item(2, 700, 1)];
    let all = promotion(1, off_percent("10"));
    let one = of_product(2, off_percent("50"));
    assert_eq!(kinds(&lines, &[one.clone(), all.clone()]), [vec![(0, 0), (0, 2)], vec![(0, 0), (0, 1), (0, 2)]]);
    assert_eq!(kinds(&lines, &[all, one]), [vec![(0, 1), (1, 0), (1, 2)], vec![(0, 0), (0, 2)]]);
}

#[test]
fn pieces_of_a_kind_have_one_price() {
    let lines = [item(1, 1000, 1), item(2, 500, 1), item(3, 1000, 1)];
    let pieces = promotion(1, buy_get((1, &[]), (1, &[]), "100"));
    assert_eq!(kinds(&lines, &[pieces]), [[(0, 1), (1, 0), (1, 2)]]);
}

#[test]
fn gift_cards_are_nobodys_members() {
    let voucher = Item { delivery: Delivery::GiftCard, ..item(1, 1000, 1) };
    assert_eq!(kinds(&[voucher], &[promotion(1, off_percent("10"))]), [[]]);
}

/// Divided over the lines at once, the odd cent of the first discount would go
/// to another product after the lines changed places, and half of it on into
/// the total.
#[test]
fn an_odd_cent_goes_to_the_same_product_wherever_its_line_stands() {
    let shop = Shop::plain().with(promotion(1, off(1))).with(of_product(2, off_percent("50")));
    let one = shop.discount([item(1, 101, 1), item(2, 101, 1)]);
    assert_eq!(one, shop.discount([item(2, 101, 1), item(1, 101, 1)]));
}
