use super::*;
use crate::testing::product;

fn eur(amount: i64) -> Money {
    Money { amount, currency: Currency::parse("EUR").unwrap() }
}

fn on_sale(starts_at: Option<i64>, ends_at: Option<i64>) -> Product {
    let mut product = product(1, "a", Some(1_000), 1);
    let tiers = vec![Tier { from: 10, amount: 900 }, Tier { from: 50, amount: 700 }];
    let variant = &mut product.variants[0];
    variant.compare_at = vec![eur(1_200)];
    let currency = eur(0).currency;
    variant.terms =
        vec![PriceTerms { currency, sale: Some(800), starts_at, ends_at, tiers, lowest: Some(950), runs: false }];
    product
}

fn at(product: &Product, millis: i64) -> Product {
    let mut product = product.clone();
    product.be_at(Timestamp::from_millis(millis));
    product
}

/// What one piece costs at a time, what it is compared with, and its lowest price before.
fn shown(product: &Product, millis: i64) -> (i64, Option<i64>, Option<i64>) {
    let product = at(product, millis);
    let variant = &product.variants[0];
    let amount = |money: Option<Money>| money.map(|money| money.amount);
    let currency = eur(0).currency;
    assert_eq!(product.lowest(currency), variant.lowest(currency));
    (amount(variant.price(currency)).unwrap(), amount(variant.compare_at(currency)), amount(variant.lowest(currency)))
}

#[test]
fn a_sale_counts_from_its_first_millisecond_until_before_its_end() {
    let (before, sale) = ((1_000, Some(1_200), None), (800, Some(1_000), Some(950)));
    let product = on_sale(Some(100), Some(200));
    assert_eq!([99, 100, 199, 200].map(|at| shown(&product, at)), [before, sale, sale, before]);
    assert_eq!([i64::MIN, 199, 200].map(|at| shown(&on_sale(None, Some(200)), at)), [sale, sale, before]);
    assert_eq!([99, 100, i64::MAX].map(|at| shown(&on_sale(Some(100), None), at)), [before, sale, sale]);
}

#[test]
fn what_was_seen_at_one_moment_can_be_seen_at_any_other() {
    let product = on_sale(Some(100), Some(200));
    let [before, within, after] = [0, 150, 300].map(|millis| at(&product, millis));
    assert_eq!([&within, &after].map(|seen| at(seen, 0)), [before.clone(), before.clone()]);
    assert_eq!(at(&before, 150), within);
    let times: Vec<_> = product.times().map(Timestamp::millis).collect();
    assert_eq!(times, [100, 200]);
}

#[test]
fn of_a_sale_and_a_tier_the_lower_counts() {
    let currency = eur(0).currency;
    let each = |millis: i64| {
        let product = at(&on_sale(Some(100), None), millis);
        [1, 10, 49, 50].map(|pieces| product.variants[0].price_of(pieces, currency).unwrap().amount)
    };
    assert_eq!((each(99), each(100)), ([1_000, 900, 900, 700], [800, 800, 800, 700]));
    let lower = |millis| at(&on_sale(Some(100), None), millis).variants[0].lower_tiers(currency).len();
    assert_eq!((lower(99), lower(100)), (2, 1), "a tier that takes nothing off is not shown");
}

#[test]
fn what_is_known_of_the_past_is_no_change_of_a_price() {
    let product = on_sale(Some(100), None);
    let (one, mut other) = (&product.variants[0], product.variants[0].clone());
    other.terms[0].lowest = None;
    assert!(one.costs_the_same(&other));
    other.terms[0].ends_at = Some(300);
    assert!(!one.costs_the_same(&other));
}

#[test]
fn the_lowest_of_the_ordinary_price_its_sale_and_the_buyers_own_counts() {
    let mut product = on_sale(Some(100), Some(200));
    let currency = eur(0).currency;
    for (own, before, meanwhile, of_ten) in [(1_100, 1_000, 800, 900), (950, 950, 800, 900), (750, 750, 750, 750)] {
        product.variants[0].own = vec![Money { currency: Currency::parse("USD").unwrap(), ..eur(1) }, eur(own)];
        assert_eq!((shown(&product, 99).0, shown(&product, 100).0), (before, meanwhile), "{own}");
        let each = product.variants[0].price_of(10, currency);
        assert_eq!(each, Some(eur(of_ten)), "a tier is lower, or not: {own}");
    }
    // What it is not sold in it is not sold in by a list, either.
    assert_eq!(product.variants[0].price(Currency::parse("USD").unwrap()), None);
    assert!(!serde_json::to_string(&product).unwrap().contains("\"own\""));
}
