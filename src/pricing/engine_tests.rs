//! Quotes of whole carts, with the sums that shops elsewhere got wrong.

use super::*;
use crate::pricing::cart::Item;
use crate::pricing::promotion::Effect;
use crate::pricing::samples::*;
use crate::pricing::shipping;

#[test]
fn tax_within_prices_moves_no_total() {
    let shop = Shop::taxed("21", true).sending_for(flat(600));
    let quote = shop.quote(&Basket::of([item(1, 4500, 1), item(2, 4900, 1)]).sent_by("post"));
    assert_eq!(quote.totals.total, eur(10_000));
    assert!(quote.totals.tax_included);
    // 4500, 4900 and 600 have 780.99, 850.41 and 104.13 in them.
    assert_eq!(quote.totals.tax, eur(781 + 850 + 104));

    let shop = Shop::taxed("20", true);
    assert_eq!(shop.quote(&Basket::of([item(1, 149, 2), item(2, 250, 1)])).totals.total, eur(548));
    assert_eq!(shop.quote(&Basket::of([item(1, 199, 36)])).totals.tax, eur(1194));
}

#[test]
fn tax_on_top_is_rounded_once_a_line() {
    let shop = Shop::taxed("19", false).sending_for(flat(490));
    let quote = shop.quote(&Basket::of([item(1, 333, 3), item(2, 50, 1)]).sent_by("post"));
    // 189.81, 9.5 and 93.1
    assert_eq!(quote.totals.tax, eur(190 + 10 + 93));
    assert_eq!(quote.totals.total, eur(999 + 50 + 490 + 293));
    assert_eq!(quote.lines[0].total, 999);
    assert!(!quote.totals.tax_included);
}

#[test]
fn a_coupon_leaves_what_pieces_sum_to() {
    let shop = Shop::taxed("20", true).with(promotion(1, off_percent("25")).with_code("quarter"));
    let quote = shop.quote(&Basket::of([item(1, 2390, 10)]).with_coupon(" Quarter "));
    assert_eq!(quote.totals.total, eur(17_925));
    assert_eq!(quote.lines[0].total, 17_925);
    assert_eq!(quote.coupons[0].refused, None);
}

#[test]
fn gift_cards_pay_one_after_the_other() {
    let shop = Shop::plain();
    let basket = |balances: &[i64]| {
        let mut basket = Basket::of([item(1, 5000, 1)]);
        basket.gift_cards = (1..).zip(balances).map(|(number, balance)| card(number, *balance)).collect();
        basket
    };
    let paid = |balances: &[i64]| {
        let quote = shop.quote(&basket(balances));
        let amounts: Vec<i64> = quote.gift_cards.iter().map(|card| card.amount).collect();
        (amounts, quote.totals.to_pay.amount)
    };
    assert_eq!(paid(&[3000, 1000]), (vec![3000, 1000], 1000));
    assert_eq!(paid(&[3000, 3000, 3000]), (vec![3000, 2000, 0], 0));
    assert_eq!(paid(&[-5, 0]), (vec![0, 0], 5000));

    let mut twice = basket(&[3000]);
    twice.gift_cards.push(twice.gift_cards[0].clone());
    assert_eq!(shop.quote(&twice).totals.to_pay, eur(2000));
}

#[test]
fn what_is_bought_as_a_gift_card_is_neither_discounted_nor_taxed() {
    let shop = Shop::taxed("20", true).with(promotion(1, off_percent("10")));
    let voucher = Item { delivery: Delivery::GiftCard, ..item(1, 5000, 1) };
    let quote = shop.quote(&Basket::of([voucher.clone(), item(2, 1200, 1)]));
    assert_eq!(quote.lines[0].total, 5000);
    assert_eq!(quote.lines[0].tax, Tax::default());
    assert_eq!((quote.totals.discount, quote.totals.tax), (eur(120), eur(180)));

    let mut from_5000 = flat(490);
    from_5000.free_from = Some(5000);
    let shop = Shop::plain().sending_for(from_5000);
    let quote = shop.quote(&Basket::of([voucher, item(2, 1200, 1)]).sent_by("post"));
    assert_eq!(quote.totals.shipping, eur(490));
}

#[test]
fn a_business_in_another_member_state_accounts_for_the_tax_itself() {
    let mut shop = Shop::taxed("19", true).sending_for(flat(600)).with(promotion(1, off_percent("10")));
    shop.tax.rates.push(tax_rate("FR", "TVA", "20"));
    shop.tax.reverse_charge = true;
    let basket = |to: &str, business: &str| Basket {
        business_in: Some(country(business)),
        ..Basket::of([item(1, 1199, 3)]).to(to).sent_by("post")
    };
    let quote = shop.quote(&basket("FR", "FR"));
    assert!(quote.reverse_charge && !quote.totals.tax_included);
    // 1199 / 1.2 = 999.17, and 600 / 1.2 = 500.
    assert_eq!(quote.lines[0].unit_price, 999);
    assert_eq!((quote.totals.items, quote.totals.discount), (eur(2997), eur(300)));
    assert_eq!((quote.totals.shipping, quote.totals.tax), (eur(500), eur(0)));
    assert_eq!(quote.totals.total, eur(2997 - 300 + 500));

    for (to, business) in [("DE", "DE"), ("FR", "IT"), ("FR", "DE"), ("GB", "GB"), ("MC", "FR")] {
        assert!(!shop.quote(&basket(to, business)).reverse_charge, "{business} to {to}");
    }
    assert!(shop.quote(&basket("GR", "GR")).reverse_charge);
    assert!(!shop.quote(&Basket { to: None, ..basket("FR", "FR") }).reverse_charge);
    shop.tax.reverse_charge = false;
    assert!(!shop.quote(&basket("FR", "FR")).reverse_charge);
    shop.tax.reverse_charge = true;
    shop.country = Some(country("GB"));
    assert!(!shop.quote(&basket("FR", "FR")).reverse_charge);
}

#[test]
fn without_tax_in_prices_a_business_pays_them_as_they_are() {
    let mut shop = Shop::taxed("19", false);
    shop.tax.rates.push(tax_rate("FR", "TVA", "20"));
    shop.tax.reverse_charge = true;
    let basket = Basket { business_in: Some(country("FR")), ..Basket::of([item(1, 1199, 3)]).to("FR") };
    let quote = shop.quote(&basket);
    assert_eq!((quote.lines[0].unit_price, quote.totals.total), (1199, eur(3597)));
}

#[test]
fn every_option_is_quoted_as_it_would_be_if_chosen() {
    let mut shop = Shop::taxed("19", true).with(promotion(1, off(1000)));
    let mut from_5000 = flat(490);
    from_5000.free_from = Some(5000);
    shop.shipping.zones.push(zone("World", Vec::new(), option("post", from_5000)));
    shop.shipping.zones[0].options.push(option("courier", flat(1190)));
    let basket = Basket::of([item(1, 5300, 1)]);
    let options = shipping::options(&basket.cart(), &shop.offer(), NOW).unwrap();
    assert_eq!(options.iter().map(|option| option.price).collect::<Vec<_>>(), [490, 1190]);
    for option in options {
        let chosen = basket.clone().sent_by(&option.id);
        assert_eq!(shop.quote(&chosen).shipping, Some(option));
    }
}

#[test]
fn what_is_not_sent_has_no_shipping() {
    let shop = Shop::plain().sending_for(flat(490));
    let digital = Item { delivery: Delivery::Digital, ..item(1, 1000, 1) };
    let basket = Basket::of([digital]).sent_by("post");
    assert!(!basket.cart().needs_shipping());
    assert_eq!(shop.quote(&basket).shipping, None);
    assert_eq!(shipping::options(&basket.cart(), &shop.offer(), NOW), Ok(Vec::new()));
}

#[test]
fn an_option_that_is_not_offered_any_more_is_not_in_the_quote() {
    let shop = Shop::plain().sending_for(flat(490));
    assert_eq!(shop.quote(&Basket::of([item(1, 1000, 1)]).sent_by("pigeon")).shipping, None);
}

#[test]
fn a_promotion_that_took_something_off_is_used() {
    let free = promotion(2, Effect::FreeShipping {}).with_code("ship");
    let mut limited = promotion(1, off_percent("10"));
    limited.usage_limit = Some(10);
    let shop = Shop::plain().sending_for(flat(490)).with(limited).with(free);
    let basket = Basket::of([item(1, 1000, 1)]).with_coupon("ship");
    let used = |basket: &Basket| shop.quote(basket).uses.iter().map(|used| used.limit).collect::<Vec<_>>();
    assert_eq!(used(&basket), [Some(10)]);
    assert_eq!(used(&basket.clone().sent_by("post")), [Some(10), None]);
    assert_eq!(shop.quote(&basket).coupons[0].refused, None);
    assert_eq!(shop.quote(&basket.sent_by("post")).totals.shipping, eur(0));
}

#[test]
fn what_is_larger_than_any_amount_is_refused() {
    let shop = Shop::plain();
    let large = item(1, crate::money::MAX_PRICE, 900_000);
    assert!(super::price(&Basket::of([large.clone()]).cart(), &shop.offer(), NOW).is_ok());
    let two = Basket::of([large.clone(), large]);
    assert_eq!(super::price(&two.cart(), &shop.offer(), NOW), Err(MoneyError::TooLarge));
    assert_eq!(shop.quote(&Basket::of([])).totals.total, eur(0));
}
