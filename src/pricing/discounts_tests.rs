//! What promotions take off, and why coupons take nothing.

use super::*;
use crate::pricing::cart::{Delivery, Item};
use crate::pricing::promotion::Conditions;
use crate::pricing::quote::Quote;
use crate::pricing::samples::*;

fn discounts(quote: &Quote) -> Vec<i64> {
    let of_line =
        |line: &crate::pricing::quote::QuotedLine| line.discounts.iter().map(|discount| discount.amount).sum();
    quote.lines.iter().map(of_line).collect()
}

fn off_lines(amount: i64, prices: &[i64]) -> Vec<i64> {
    let lines = (1..).zip(prices).map(|(number, price)| item(number, *price, 1));
    discounts(&Shop::plain().with(promotion(1, off(amount))).quote(&Basket::of(lines)))
}

fn refusal(shop: &Shop, basket: &Basket) -> Option<CouponRefusal> {
    shop.quote(basket).coupons[0].refused
}

fn tiers(tiers: &[(i64, &str)]) -> Effect {
    let tier = |(from, off): &(i64, &str)| DiscountTier { from: eur(*from), percent: percent(off) };
    Effect::Tiered { tiers: tiers.iter().map(tier).collect() }
}

#[test]
fn an_amount_is_spread_in_proportion_and_the_earlier_line_takes_what_is_over() {
    assert_eq!(off_lines(1000, &[1000, 1000, 1000]), [334, 333, 333]);
    assert_eq!(off_lines(600, &[500, 200, 100]), [375, 150, 75]);
    assert_eq!(off_lines(1, &[1000, 1000, 1000]), [1, 0, 0]);
    assert_eq!(off_lines(999_999, &[500]), [500]);
    assert_eq!(off_lines(999_999, &[500, 0, 70]), [500, 0, 70]);
}

#[test]
fn a_percentage_is_rounded_once_half_up_over_all_its_lines() {
    let yen = Basket { currency: currency("JPY"), ..Basket::of([item(1, 622, 1)]) };
    let ten = Shop::plain().with(promotion(1, off_percent("10")));
    assert_eq!(ten.quote(&yen).totals.discount.amount, 62);
    // Each line's tenth would round up to 1.
    assert_eq!(ten.discount([item(1, 5, 1), item(2, 5, 1), item(3, 5, 1)]), 2);
    assert_eq!(ten.discount([item(1, 4, 1)]), 0);
    assert_eq!(ten.discount([item(1, 5, 1)]), 1);
}

#[test]
fn what_staff_take_off_comes_last_and_beside_any_other() {
    let of_staff = |effect| Shop::plain().with(Promotion::of_staff("A scratch".to_owned(), effect));
    let lines = || [item(1, 1000, 1), item(2, 500, 2)];
    assert_eq!(of_staff(off_percent("10")).discount(lines()), 200);
    assert_eq!(of_staff(off(9_999)).discount(lines()), 2000, "never more than there is to pay");
    for other in [promotion(1, off(1000)), promotion(1, off(1000)).alone().first(i32::MIN)] {
        assert_eq!(of_staff(off_percent("10")).with(other).discount(lines()), 1000 + 100);
    }
}

#[test]
fn promotions_come_by_priority_and_each_sees_what_is_left() {
    let tenth = promotion(1, off_percent("10"));
    let hundred = promotion(2, off(100));
    let lines = || [item(1, 1000, 1)];
    let both = |one: &Promotion, other: &Promotion| Shop::plain().with(one.clone()).with(other.clone());
    assert_eq!(both(&tenth, &hundred).discount(lines()), 200);
    assert_eq!(both(&hundred, &tenth).discount(lines()), 200, "the older one comes first, wherever it stands");
    let hundred = hundred.first(1);
    assert_eq!(both(&tenth, &hundred).discount(lines()), 190);
}

#[test]
fn one_that_is_not_combinable_takes_part_alone() {
    let fifth = promotion(1, off_percent("20")).alone();
    let tenth = promotion(2, off_percent("10"));
    let lines = || [item(1, 1000, 1)];
    let both = |one: &Promotion, other: &Promotion| Shop::plain().with(one.clone()).with(other.clone());
    assert_eq!(both(&fifth, &tenth).discount(lines()), 200);
    assert_eq!(both(&fifth, &tenth.clone().first(1)).discount(lines()), 100);
    assert_eq!(both(&fifth, &tenth.clone().alone()).discount(lines()), 200);

    let coupon = tenth.with_code("ten");
    let basket = Basket::of(lines()).with_coupon("ten");
    assert_eq!(refusal(&both(&fifth, &coupon), &basket), Some(CouponRefusal::NotCombinable));
    let nothing = Conditions { tags: vec!["none has it".to_owned()], ..Conditions::default() };
    assert_eq!(refusal(&both(&fifth.with(nothing), &coupon), &basket), None, "what takes nothing off decides nothing");
}

#[test]
fn a_coupon_says_why_it_takes_nothing_off() {
    let coupon = promotion(1, off_percent("10")).with_code("TEN");
    let basket = Basket::of([item(1, 1000, 1)]).with_coupon(" ten ");
    let refused = |promotion: Promotion| refusal(&Shop::plain().with(promotion), &basket);
    assert_eq!(refused(coupon.clone()), None);
    assert_eq!(refused(promotion(1, off_percent("10"))), Some(CouponRefusal::Unknown));

    let starts = |at| Promotion { starts_at: Some(at), ..coupon.clone() };
    let ends = |at| Promotion { ends_at: Some(at), ..coupon.clone() };
    assert_eq!(refused(starts(NOW)), None);
    assert_eq!(refused(starts(NOW.plus_millis(1))), Some(CouponRefusal::NotStarted));
    assert_eq!(refused(ends(NOW.plus_millis(1))), None);
    assert_eq!(refused(ends(NOW)), Some(CouponRefusal::Ended));

    let minimum = |least| Conditions { subtotal_min: vec![eur(least)], ..Conditions::default() };
    assert_eq!(refused(coupon.clone().with(minimum(1000))), None);
    assert_eq!(refused(coupon.clone().with(minimum(1001))), Some(CouponRefusal::MinimumNotMet));
    let tiered = |from| Promotion { effect: tiers(&[(from, "10")]), ..coupon.clone() };
    assert_eq!(refused(tiered(1001)), Some(CouponRefusal::MinimumNotMet));
    let two = Promotion { effect: buy_get((1, &[]), (1, &[]), "100"), ..coupon.clone() };
    assert_eq!(refused(two), Some(CouponRefusal::MinimumNotMet));

    let others = Conditions { products: vec![product(9)], ..Conditions::default() };
    assert_eq!(refused(coupon.clone().with(others)), Some(CouponRefusal::NothingMatches));
    let digital = Item { delivery: Delivery::Digital, ..item(1, 1000, 1) };
    let free = Promotion { effect: Effect::FreeShipping {}, ..coupon };
    let shop = Shop::plain().with(free);
    assert_eq!(refusal(&shop, &Basket::of([digital]).with_coupon("ten")), Some(CouponRefusal::NothingMatches));
}

#[test]
fn a_promotion_is_offered_only_in_the_currencies_it_names() {
    let yen = Basket { currency: currency("JPY"), ..Basket::of([item(1, 1000, 1)]) }.with_coupon("c");
    let minimum = Conditions { subtotal_min: vec![eur(0)], ..Conditions::default() };
    for promotion in
        [promotion(1, off(100)), promotion(1, tiers(&[(0, "10")])), promotion(1, off_percent("10")).with(minimum)]
    {
        let shop = Shop::plain().with(promotion.with_code("c"));
        assert_eq!(refusal(&shop, &yen), Some(CouponRefusal::NothingMatches));
    }
}

#[test]
fn of_promotions_with_one_code_the_one_that_takes_part_counts() {
    let old = Promotion { ends_at: Some(NOW), ..promotion(1, off_percent("10")).with_code("c") };
    let now = promotion(2, off_percent("10")).with_code("c");
    let shop = Shop::plain().with(now).with(old);
    assert_eq!(refusal(&shop, &Basket::of([item(1, 1000, 1)]).with_coupon("c")), None);
}

#[test]
fn items_count_by_product_or_tag_and_not_if_on_sale() {
    let conditions = Conditions { products: vec![product(1)], tags: vec!["red".to_owned()], ..Conditions::default() };
    let red: &'static [String] = Box::leak(Box::new(["red".to_owned()]));
    let lines = [item(1, 1000, 1), Item { tags: red, ..item(2, 500, 1) }, item(3, 700, 1)];
    let half = promotion(1, off_percent("50"));
    assert_eq!(Shop::plain().with(half.clone().with(conditions)).discount(lines), 750);

    let full_price = Conditions { exclude_sale: true, ..Conditions::default() };
    let on_sale = |before| Item { compare_at: Some(before), ..item(1, 1000, 1) };
    let shop = Shop::plain().with(half.with(full_price));
    assert_eq!(shop.discount([on_sale(1001), item(2, 400, 1)]), 200);
    assert_eq!(shop.discount([on_sale(1000), item(2, 400, 1)]), 700);
}

#[test]
fn a_first_order_is_taken_at_its_word_until_the_buyer_is_known() {
    let first = Conditions { first_order: true, ..Conditions::default() };
    let automatic = Shop::plain().with(promotion(1, off(100)).with(first.clone()));
    let by_code = Shop::plain().with(promotion(1, off(100)).with(first).with_code("hello"));
    let off = |shop: &Shop, first_order| {
        let basket = Basket { first_order, ..Basket::of([item(1, 1000, 1)]).with_coupon("hello") };
        shop.quote(&basket).totals.discount.amount
    };
    assert_eq!([None, Some(true), Some(false)].map(|known| off(&automatic, known)), [0, 100, 0]);
    assert_eq!([None, Some(true), Some(false)].map(|known| off(&by_code, known)), [100, 100, 0]);
}

#[test]
fn the_last_tier_reached_counts_of_what_is_left() {
    let shop = Shop::plain().with(promotion(2, tiers(&[(1000, "5"), (2000, "10")])));
    assert_eq!([999, 1000, 1999, 2000].map(|price| shop.discount([item(1, price, 1)])), [0, 50, 100, 200]);
    let shop = shop.with(promotion(1, off(1)));
    assert_eq!(shop.discount([item(1, 2000, 1)]), 1 + 100);
}

#[test]
fn free_shipping_looks_at_the_items_after_all_discounts() {
    let minimum = Conditions { subtotal_min: vec![eur(5000)], ..Conditions::default() };
    // Older and first by priority, and still the last to look.
    let free = promotion(1, Effect::FreeShipping {}).first(9).with(minimum);
    let mut from_5000 = flat(490);
    from_5000.free_from = Some(5000);
    for shop in [Shop::plain().sending_for(flat(490)).with(free), Shop::plain().sending_for(from_5000)] {
        let shop = shop.with(promotion(2, off(1000)).with_code("c"));
        let shipping = |price, coupon| {
            let basket = Basket::of([item(1, price, 1)]).sent_by("post");
            let basket = if coupon { basket.with_coupon("c") } else { basket };
            shop.quote(&basket).totals.shipping.amount
        };
        assert_eq!(shipping(5300, true), 490);
        assert_eq!(shipping(5300, false), 0);
        assert_eq!(shipping(6000, true), 0);
        assert_eq!(shipping(5000, false), 0);
        assert_eq!(shipping(4999, false), 490);
    }
}

#[test]
fn free_shipping_that_goes_alone_keeps_other_discounts_away() {
    let free = promotion(1, Effect::FreeShipping {}).alone();
    let shop = Shop::plain().sending_for(flat(490)).with(free).with(promotion(2, off(100)));
    let quote = shop.quote(&Basket::of([item(1, 1000, 1)]).sent_by("post"));
    assert_eq!(quote.totals.total, eur(1000));
}
