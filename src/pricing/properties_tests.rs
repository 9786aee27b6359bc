//! What holds for every quote, whatever the shop and the cart.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::ids::PromotionId;
use crate::pricing::quote::{Discount, Quote, Tax};
use crate::pricing::random::{Dice, case, rearranged};
use crate::pricing::samples::{Basket, NOW, Shop};
use crate::pricing::shipping::options;
use crate::pricing::spread::pieces;

/// A shop and a cart, and dice to go on with. Fewer lines and promotions are
/// tried where a case fails.
fn cases() -> impl Strategy<Value = (u64, usize, usize)> {
    (any::<u64>(), 0..9_usize, 0..7_usize)
}

fn made((seed, lines, promotions): (u64, usize, usize)) -> (Shop, Basket, Dice) {
    let mut dice = Dice::of(seed);
    let (shop, basket) = case(&mut dice, lines, promotions);
    (shop, basket, dice)
}

fn off(discounts: &[Discount]) -> i64 {
    discounts.iter().map(|discount| discount.amount).sum()
}

fn by_promotion(quote: &Quote) -> BTreeMap<PromotionId, i64> {
    let mut sums = BTreeMap::new();
    for discount in quote.lines.iter().flat_map(|line| &line.discounts) {
        *sums.entry(discount.promotion).or_default() += discount.amount;
    }
    sums
}

fn parts_of(tax: &Tax) -> i64 {
    tax.rates.iter().map(|part| part.amount).sum()
}

/// What one piece more or less of rounding a line may move.
fn lines_of(one: &Quote, other: &Quote) -> i64 {
    (one.lines.len() + other.lines.len()) as i64
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn all_parts_re_add(case in cases()) {
        let (shop, basket, _) = made(case);
        let quote = shop.quote(&basket);
        let totals = quote.totals;
        let mut items = 0;
        let mut tax = 0;
        for (line, quoted) in basket.lines.iter().zip(&quote.lines) {
            let full = quoted.unit_price * i64::from(line.quantity);
            items += full;
            tax += quoted.tax.amount;
            prop_assert_eq!(quoted.total, full - off(&quoted.discounts));
            prop_assert_eq!(quoted.tax.amount, parts_of(&quoted.tax));
            prop_assert!(quoted.total >= 0 && quoted.tax.amount >= 0);
            prop_assert!(quoted.discounts.iter().all(|discount| discount.amount > 0));
        }
        if let Some(shipping) = &quote.shipping {
            tax += shipping.tax.amount;
            prop_assert_eq!(totals.shipping.amount, shipping.price - off(&shipping.discounts));
            prop_assert_eq!(shipping.tax.amount, parts_of(&shipping.tax));
        }
        let on_top = if totals.tax_included { 0 } else { tax };
        prop_assert_eq!(quote.lines.len(), basket.lines.len());
        prop_assert_eq!(totals.items.amount, items);
        prop_assert_eq!(totals.tax.amount, tax);
        prop_assert_eq!(totals.discount.amount, quote.lines.iter().map(|line| off(&line.discounts)).sum::<i64>());
        prop_assert_eq!(
            totals.total.amount,
            totals.items.amount - totals.discount.amount + totals.shipping.amount + on_top
        );
        prop_assert_eq!(totals.gift_cards.amount, quote.gift_cards.iter().map(|card| card.amount).sum::<i64>());
        prop_assert_eq!(totals.to_pay.amount, totals.total.amount - totals.gift_cards.amount);
        prop_assert!(totals.to_pay.amount >= 0 && totals.shipping.amount >= 0 && totals.gift_cards.amount >= 0);
        prop_assert!(quote.gift_cards.iter().all(|card| card.amount >= 0));
    }

    #[test]
    fn how_a_cart_is_divided_into_lines_changes_no_discount_and_no_total_with_tax(case in cases()) {
        let (shop, basket, mut dice) = made(case);
        let other = rearranged(&mut dice, &basket);
        let (one, other) = (shop.quote(&basket), shop.quote(&other));
        prop_assert_eq!(by_promotion(&one), by_promotion(&other));
        prop_assert_eq!(&one.coupons, &other.coupons);
        prop_assert_eq!(&one.uses, &other.uses);
        prop_assert_eq!(&one.shipping, &other.shipping);
        prop_assert_eq!(one.totals.items, other.totals.items);
        prop_assert_eq!(one.totals.discount, other.totals.discount);
        let apart = (one.totals.tax.amount - other.totals.tax.amount).abs();
        prop_assert!(apart <= lines_of(&one, &other), "{} of tax apart", apart);
        if shop.prices_include_tax {
            prop_assert_eq!(one.totals.total, other.totals.total);
            prop_assert_eq!(one.totals.to_pay, other.totals.to_pay);
        }
    }

    #[test]
    fn tax_within_prices_never_moves_a_total(case in cases()) {
        let (mut shop, basket, _) = made(case);
        shop.prices_include_tax = true;
        shop.tax.reverse_charge = false;
        let with = shop.quote(&basket);
        shop.tax.rates.clear();
        let without = shop.quote(&basket);
        prop_assert_eq!(with.totals.total, without.totals.total);
        prop_assert_eq!(with.totals.to_pay, without.totals.to_pay);
        prop_assert_eq!(without.totals.tax.amount, 0);
    }

    #[test]
    fn in_which_order_the_shop_keeps_its_promotions_changes_nothing(case in cases()) {
        let (mut shop, basket, _) = made(case);
        let one = shop.quote(&basket);
        shop.promotions.reverse();
        prop_assert_eq!(one, shop.quote(&basket));
    }

    #[test]
    fn each_option_is_as_the_quote_has_it(case in cases()) {
        let (shop, mut basket, _) = made(case);
        let chosen = shop.quote(&basket);
        let offered = options(&basket.cart(), &shop.offer(), NOW).unwrap();
        for option in offered {
            basket.shipping_option = Some(option.id.clone());
            let quote = shop.quote(&basket);
            prop_assert_eq!(quote.totals.discount, chosen.totals.discount, "a choice of shipping changes no item");
            prop_assert_eq!(quote.shipping, Some(option));
        }
    }

    #[test]
    fn refunds_by_piece_sum_to_what_was_paid(case in cases()) {
        let (shop, basket, mut dice) = made(case);
        for (line, quoted) in basket.lines.iter().zip(shop.quote(&basket).lines) {
            let (mut already, mut total, mut tax) = (0, 0, 0);
            while already < line.quantity {
                let more = 1 + dice.below((line.quantity - already) as usize) as u32;
                total += pieces(quoted.total, line.quantity, already, more).unwrap();
                tax += pieces(quoted.tax.amount, line.quantity, already, more).unwrap();
                already += more;
            }
            prop_assert_eq!((total, tax), (quoted.total, quoted.tax.amount));
            prop_assert_eq!(pieces(quoted.total, line.quantity, already, 1), None);
        }
    }
}
