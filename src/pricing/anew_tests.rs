//! What is sold anew is what the engine would have quoted there.

use proptest::prelude::*;

use super::*;
use crate::pricing::cart::Delivery;
use crate::pricing::random::{Dice, case};
use crate::pricing::samples::*;
use crate::pricing::tax::TaxRate;

/// All of a quote, as it was agreed.
fn agreed(quote: &Quote) -> Agreement<'_> {
    let lines = quote.lines.iter().map(|quoted| Agreed { quoted, left: quoted.total }).collect();
    Agreement { lines, shipping: quote.shipping.clone(), reverse_charge: quote.reverse_charge }
}

fn sold_anew(shop: &Shop, basket: &Basket, agreement: &Agreement<'_>) -> Quote {
    price_anew(&basket.cart(), &shop.offer(), agreement).unwrap()
}

/// Without what is said of the first placement alone.
fn plain(quote: Quote) -> Quote {
    let lines = quote.lines.into_iter().map(|line| QuotedLine { compare_at: None, ..line });
    let total = quote.totals.total;
    let totals = Totals { gift_cards: Money { amount: 0, ..total }, to_pay: total, ..quote.totals };
    let (coupons, uses, gift_cards) = (Vec::new(), Vec::new(), Vec::new());
    Quote { lines: lines.collect(), totals, coupons, uses, gift_cards, ..quote }
}

fn without_cards(mut basket: Basket) -> Basket {
    basket.lines.retain(|line| line.delivery != Delivery::GiftCard);
    basket
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn where_nothing_differs_it_comes_to_the_same(seed: u64, lines in 0..9_usize, promotions in 0..5_usize) {
        let (shop, basket) = case(&mut Dice::of(seed), lines, promotions);
        let basket = without_cards(basket);
        let before = shop.quote(&basket);
        prop_assert_eq!(sold_anew(&shop, &basket, &agreed(&before)), plain(before));
    }

    #[test]
    fn without_promotions_it_is_what_is_quoted_there(seed: u64, lines in 0..9_usize) {
        let mut dice = Dice::of(seed);
        let (shop, from) = case(&mut dice, lines, 0);
        let (_, other) = case(&mut dice, 0, 0);
        let from = Basket { shipping_option: None, gift_cards: Vec::new(), ..without_cards(from) };
        let to = Basket { to: other.to, business_in: other.business_in, ..from.clone() };
        let before = shop.quote(&from);
        prop_assert_eq!(sold_anew(&shop, &to, &agreed(&before)), plain(shop.quote(&to)));
    }
}

/// In Germany and Austria, where a business accounts for the tax itself.
fn neighbours(prices_include_tax: bool) -> Shop {
    let mut shop = Shop::taxed("19", prices_include_tax).sending_for(flat(600));
    shop.tax.rates.push(tax_rate("AT", "USt", "20"));
    shop.tax.reverse_charge = true;
    shop
}

#[test]
fn what_was_taken_off_stays_in_proportion() {
    let shop = neighbours(true).with(promotion(1, off_percent("10")));
    let home = Basket::of([item(1, 1_200, 2)]).to("DE").sent_by("post");
    let before = shop.quote(&home);
    let moved = sold_anew(&shop, &home.clone().to("AT"), &agreed(&before));
    assert_eq!((before.totals.total, moved.totals.total), (eur(2_160 + 600), eur(2_160 + 600)));
    assert_eq!((moved.lines[0].tax.amount, moved.shipping.as_ref().unwrap().tax.amount), (360, 100));
    let business = Basket { business_in: Some(country("AT")), ..home.clone().to("AT") };
    let untaxed = sold_anew(&shop, &business, &agreed(&before));
    assert!(untaxed.reverse_charge && !untaxed.totals.tax_included);
    assert_eq!((untaxed.lines[0].unit_price, untaxed.totals.discount), (1_000, eur(200)));
    assert_eq!((untaxed.totals.tax, untaxed.totals.total), (eur(0), eur(1_800 + 500)));
    let back = sold_anew(&shop, &home, &agreed(&untaxed));
    assert_eq!((back.totals.total, back.totals.tax_included), (eur(2_160 + 595), true), "shipping at the rate of home");
}

#[test]
fn each_line_keeps_its_tax_class() {
    let reduced =
        |country: &str, rate: &str| TaxRate { class: "reduced".to_owned(), ..tax_rate(country, "MwSt", rate) };
    let mut shop = neighbours(true);
    shop.tax.classes.push("reduced".to_owned());
    shop.tax.rates.extend([reduced("DE", "7"), reduced("AT", "10")]);
    let book = Item { tax_class: Some("reduced"), ..item(1, 1_100, 1) };
    let before = shop.quote(&Basket::of([book]).to("DE"));
    let moved = sold_anew(&shop, &Basket::of([item(1, 1_100, 1)]).to("AT"), &agreed(&before));
    assert_eq!((before.lines[0].tax.amount, moved.lines[0].tax.amount), (72, 100), "its product is not sold any more");
    assert_eq!(moved.lines[0].tax_class.as_deref(), Some("reduced"));
}

#[test]
fn tax_on_top_is_that_of_the_place() {
    let shop = neighbours(false);
    let home = Basket::of([item(1, 1_000, 3)]).to("DE").sent_by("post");
    let before = shop.quote(&home);
    let quoted = &before.lines[0];
    let part = Basket::of([item(1, 1_000, 2)]).to("AT");
    let lines = vec![Agreed { quoted, left: 2_000 }];
    let moved = sold_anew(&shop, &part, &Agreement { lines, shipping: None, reverse_charge: false });
    assert_eq!((moved.totals.tax, moved.totals.total), (eur(400), eur(2_400)));
    let abroad = sold_anew(&shop, &home.to("US"), &agreed(&before));
    assert_eq!((abroad.totals.tax, abroad.totals.total), (eur(0), eur(3_600)));
}
