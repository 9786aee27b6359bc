//! Which options a cart has, and their prices.

use super::*;
use crate::pricing::place::Place;
use crate::pricing::samples::*;
use crate::pricing::shipping::{HandlingDays, Tier, options};

fn offered(shop: &Shop, basket: &Basket) -> Vec<(String, i64)> {
    let options = options(&basket.cart(), &shop.offer(), NOW).unwrap();
    options.into_iter().map(|option| (option.id, option.price)).collect()
}

fn ids(shop: &Shop, code: &str, region: Option<&str>, postal_code: Option<&str>) -> Vec<String> {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let to = Place { country: country(code), region: owned(region), postal_code: owned(postal_code) };
    let basket = Basket { to: Some(to), ..Basket::of([item(1, 1000, 1)]) };
    offered(shop, &basket).into_iter().map(|(id, _)| id).collect()
}

fn tiered(by: TierBasis, tiers: &[(i64, i64)]) -> ShippingRate {
    let tier = |(from, amount): &(i64, i64)| Tier { from: *from, amount: *amount };
    ShippingRate { amount: None, by: Some(by), tiers: tiers.iter().map(tier).collect(), ..flat(0) }
}

#[test]
fn the_zone_that_names_a_place_most_closely_counts() {
    let mut shop = Shop::plain();
    let mut add = |id: &str, places| shop.shipping.zones.push(zone(id, places, option(id, flat(1))));
    add("spain", vec![zone_place("ES", &[], &[]), zone_place("PT", &[], &[])]);
    add("world", vec![]);
    add("islands", vec![zone_place("ES", &[], &["35*", "38*"])]);
    add("melilla", vec![zone_place("ES", &["Melilla"], &[])]);
    add("spain again", vec![zone_place("ES", &[], &[])]);
    assert_eq!(ids(&shop, "ES", None, Some("28039")), ["spain"]);
    assert_eq!(ids(&shop, "ES", Some("Las Palmas"), Some("35 001")), ["islands"]);
    assert_eq!(ids(&shop, "ES", Some("MELILLA"), Some("52001")), ["melilla"]);
    assert_eq!(ids(&shop, "PT", None, Some("3500-001")), ["spain"]);
    assert_eq!(ids(&shop, "JP", None, None), ["world"]);
}

#[test]
fn outside_every_zone_there_is_no_option() {
    let mut shop = Shop::plain();
    shop.shipping.zones.push(zone("Germany", vec![zone_place("DE", &[], &[])], option("post", flat(490))));
    assert_eq!(ids(&shop, "DE", None, None), ["post"]);
    assert!(ids(&shop, "AT", None, None).is_empty());
    // The shop's own country, as long as no other is known.
    assert_eq!(offered(&shop, &Basket::of([item(1, 1000, 1)])).len(), 1);
    shop.country = None;
    assert!(offered(&shop, &Basket::of([item(1, 1000, 1)])).is_empty());
}

#[test]
fn an_option_is_offered_only_in_its_currencies() {
    let shop = Shop::plain().sending_for(flat(490));
    let yen = Basket { currency: currency("JPY"), ..Basket::of([item(1, 1000, 1)]) };
    assert!(offered(&shop, &yen).is_empty());
}

#[test]
fn the_last_tier_that_the_weight_reaches_counts() {
    let shop = Shop::plain().sending_for(tiered(TierBasis::Weight, &[(200, 300), (500, 900)]));
    let price = |pieces| offered(&shop, &Basket::of([item(1, 1000, pieces)])).first().map(|(_, price)| *price);
    assert_eq!([1, 2, 4, 5, 50].map(price), [None, Some(300), Some(300), Some(900), Some(900)]);
}

#[test]
fn what_is_not_sent_weighs_nothing() {
    let shop = Shop::plain().sending_for(tiered(TierBasis::Weight, &[(0, 300), (500, 900)]));
    let digital = crate::pricing::Item { delivery: Delivery::Digital, ..item(2, 1000, 50) };
    assert_eq!(offered(&shop, &Basket::of([item(1, 1000, 1), digital])), [("post".to_owned(), 300)]);
}

#[test]
fn tiers_of_the_subtotal_look_at_the_items_after_discounts() {
    let shop = Shop::plain().sending_for(tiered(TierBasis::Subtotal, &[(0, 490), (3000, 290), (5000, 0)]));
    let price = |shop: &Shop, items| offered(shop, &Basket::of([item(1, items, 1)]))[0].1;
    assert_eq!([2999, 3000, 5000].map(|items| price(&shop, items)), [490, 290, 0]);
    let shop = shop.with(promotion(1, off(1)));
    assert_eq!([3000, 5000].map(|items| price(&shop, items)), [490, 290]);
}

#[test]
fn tiers_may_be_free_from_an_amount_too() {
    let mut rate = tiered(TierBasis::Weight, &[(0, 490)]);
    rate.free_from = Some(5000);
    let shop = Shop::plain().sending_for(rate);
    let price = |items| offered(&shop, &Basket::of([item(1, items, 1)]))[0].1;
    assert_eq!([4999, 5000].map(price), [490, 0]);
}

#[test]
fn shipping_has_the_tax_of_its_class_after_its_discount() {
    let mut shop = Shop::taxed("19", true).sending_for(flat(490));
    shop.tax.classes.push("reduced".to_owned());
    let reduced = crate::pricing::tax::TaxRate { class: "reduced".to_owned(), ..tax_rate("DE", "VAT", "7") };
    shop.tax.rates.push(reduced);
    let basket = Basket::of([item(1, 1000, 1)]).sent_by("post");
    let tax = |shop: &Shop| shop.quote(&basket).shipping.unwrap().tax.amount;
    assert_eq!(tax(&shop), 78);
    shop.shipping.zones[0].options[0].tax_class = Some("reduced".to_owned());
    assert_eq!(tax(&shop), 32);
    let shop = shop.with(promotion(1, crate::pricing::promotion::Effect::FreeShipping {}));
    assert_eq!(tax(&shop), 0);
}

#[test]
fn an_option_says_when_it_arrives() {
    let mut shop = Shop::plain().sending_for(flat(490));
    shop.shipping.zones[0].options[0].handling_days = Some(HandlingDays { from: 1, to: 2 });
    let arrives = shop.quote(&Basket::of([item(1, 1000, 1)]).sent_by("post")).shipping.unwrap().arrives.unwrap();
    assert_eq!(arrives.from.to_string(), "2026-01-02T00:00:00.000Z");
    assert_eq!(arrives.to.to_string(), "2026-01-05T00:00:00.000Z");
}
