//! Every quote of many random carts equals that of a second calculation: in
//! another language, with exact fractions, written from the rules
//! (`tests/pricing/`). Node is there wherever `npm test` is.

use std::io::Write;
use std::process::{Command, Stdio};

use serde::Serialize;
use serde_json::{Value, json};

use crate::address::Country;
use crate::ids::{CollectionId, ProductId};
use crate::money::Currency;
use crate::ports::Timestamp;
use crate::pricing::cart::{Delivery, GiftCardBalance, Item};
use crate::pricing::promotion::{Code, Effect, Promotion};
use crate::pricing::quote::{CouponRefusal, Discount, Quote, QuotedShipping, Tax};
use crate::pricing::random::{Dice, case};
use crate::pricing::samples::{Basket, NOW, Shop, currency};

const CASES: u64 = 10_000;

/// What the second calculation is told.
#[derive(Serialize)]
struct Told<'a> {
    now: Timestamp,
    shop: &'a Shop,
    cart: ToldCart<'a>,
}

#[derive(Serialize)]
struct ToldCart<'a> {
    currency: Currency,
    lines: Vec<ToldLine<'a>>,
    coupons: &'a [Code],
    to: Option<ToldPlace<'a>>,
    shipping_option: Option<&'a str>,
    gift_cards: &'a [GiftCardBalance],
    business_in: Option<Country>,
    first_order: Option<bool>,
}

#[derive(Serialize)]
struct ToldLine<'a> {
    product: ProductId,
    unit_price: i64,
    compare_at: Option<i64>,
    quantity: u32,
    tax_class: Option<&'a str>,
    weight_grams: u32,
    delivery: Delivery,
    tags: &'a [String],
    collections: Vec<CollectionId>,
}

#[derive(Serialize)]
struct ToldPlace<'a> {
    country: Country,
    region: Option<&'a str>,
    postal_code: Option<&'a str>,
}

fn told(shop: &Shop, basket: &Basket) -> String {
    let line = |line: &Item<'static>| {
        let Item { product, unit_price, compare_at, quantity, tax_class, weight_grams, delivery, tags, collections } =
            line.clone();
        ToldLine { product, unit_price, compare_at, quantity, tax_class, weight_grams, delivery, tags, collections }
    };
    let cart = ToldCart {
        currency: basket.currency,
        lines: basket.lines.iter().map(line).collect(),
        coupons: &basket.coupons,
        to: basket.to.as_ref().map(|to| ToldPlace {
            country: to.country,
            region: to.region.as_deref(),
            postal_code: to.postal_code.as_deref(),
        }),
        shipping_option: basket.shipping_option.as_deref(),
        gift_cards: &basket.gift_cards,
        business_in: basket.business_in,
        first_order: basket.first_order,
    };
    serde_json::to_string(&Told { now: NOW, shop, cart }).unwrap()
}

/// What both say of a quote.
fn said(quote: &Quote) -> Value {
    let discounts =
        |all: &[Discount]| all.iter().map(|discount| json!([discount.promotion, discount.amount])).collect::<Vec<_>>();
    let tax = |tax: &Tax| {
        let parts: Vec<_> = tax.rates.iter().map(|part| json!([part.name, part.amount])).collect();
        json!({"amount": tax.amount, "rates": parts})
    };
    let lines = quote.lines.iter().map(|line| {
        json!({
            "unit_price": line.unit_price, "discounts": discounts(&line.discounts), "total": line.total,
            "tax": tax(&line.tax),
        })
    });
    let shipping = |shipping: &QuotedShipping| {
        json!({
            "price": shipping.price, "discounts": discounts(&shipping.discounts), "tax": tax(&shipping.tax),
            "arrives": shipping.arrives.map(|arrives| [arrives.from, arrives.to]),
        })
    };
    let totals = &quote.totals;
    json!({
        "lines": lines.collect::<Vec<_>>(),
        "shipping": quote.shipping.as_ref().map(shipping),
        "coupons": quote.coupons.iter().map(|coupon| coupon.refused).collect::<Vec<_>>(),
        "uses": quote.uses.iter().map(|used| used.promotion).collect::<Vec<_>>(),
        "gift_cards": quote.gift_cards.iter().map(|card| card.amount).collect::<Vec<_>>(),
        "totals": {
            "items": totals.items.amount, "discount": totals.discount.amount, "shipping": totals.shipping.amount,
            "tax": totals.tax.amount, "total": totals.total.amount, "gift_cards": totals.gift_cards.amount,
            "to_pay": totals.to_pay.amount,
        },
        "tax_included": totals.tax_included,
        "reverse_charge": quote.reverse_charge,
    })
}

/// The answers of the second calculation, a line for a line.
fn calculated(cases: String) -> Vec<Value> {
    let mut node = Command::new("node")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pricing/second.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the second calculation runs on Node");
    let mut stdin = node.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(cases.as_bytes()));
    let output = node.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "the second calculation failed");
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// How many of the quotes are of a kind: a random cart that never has a
/// discount would agree with anything.
fn varied(quotes: &[(Shop, Basket, Quote)]) -> Vec<(&'static str, usize)> {
    let count = |is: &dyn Fn(&Shop, &Basket, &Quote) -> bool| {
        quotes.iter().filter(|(shop, basket, quote)| is(shop, basket, quote)).count()
    };
    let takes = |is: fn(&Effect) -> bool| {
        count(&|shop, _, quote| {
            let used = |promotion: &&Promotion| quote.uses.iter().any(|used| used.promotion == promotion.id);
            shop.promotions.iter().filter(used).any(|promotion| is(&promotion.effect))
        })
    };
    let refused = |why| count(&|_, _, quote| quote.coupons.iter().any(|coupon| coupon.refused == Some(why)));
    vec![
        ("percentage", takes(|effect| matches!(effect, Effect::Percentage { .. }))),
        ("fixed", takes(|effect| matches!(effect, Effect::Fixed { .. }))),
        ("free shipping", takes(|effect| matches!(effect, Effect::FreeShipping {}))),
        ("buy and get", takes(|effect| matches!(effect, Effect::BuyGet { .. }))),
        ("tiered", takes(|effect| matches!(effect, Effect::Tiered { .. }))),
        ("three discounts of one line", count(&|_, _, quote| quote.lines.iter().any(|line| line.discounts.len() > 2))),
        ("unknown", refused(CouponRefusal::Unknown)),
        ("not started", refused(CouponRefusal::NotStarted)),
        ("ended", refused(CouponRefusal::Ended)),
        ("minimum not met", refused(CouponRefusal::MinimumNotMet)),
        ("nothing matches", refused(CouponRefusal::NothingMatches)),
        ("not combinable", refused(CouponRefusal::NotCombinable)),
        ("tax included", count(&|_, _, quote| quote.totals.tax_included && quote.totals.tax.amount > 0)),
        ("tax on top", count(&|_, _, quote| !quote.totals.tax_included && quote.totals.tax.amount > 0)),
        ("taxes that add up", count(&|_, _, quote| quote.lines.iter().any(|line| line.tax.rates.len() > 1))),
        ("reverse charge", count(&|shop, _, quote| quote.reverse_charge && shop.prices_include_tax)),
        ("paid shipping", count(&|_, _, quote| quote.totals.shipping.amount > 0)),
        ("free from", count(&|_, _, quote| quote.shipping.as_ref().is_some_and(|shipping| shipping.price == 0))),
        ("two gift cards", count(&|_, _, quote| quote.gift_cards.iter().filter(|card| card.amount > 0).count() > 1)),
        ("nothing to pay", count(&|_, _, quote| quote.totals.to_pay.amount == 0 && quote.totals.total.amount > 0)),
        ("yen", count(&|_, basket, quote| basket.currency == currency("JPY") && quote.totals.discount.amount > 0)),
    ]
}

/// A seed of its own for each run, printed where a quote differs;
/// `PRICING_SEED` has the same carts again.
#[test]
fn every_quote_equals_that_of_a_second_calculation() {
    let seed = match std::env::var("PRICING_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), CASES),
    };
    let mut cases = String::new();
    let mut quotes = Vec::new();
    for number in 0..CASES {
        let (shop, basket) = case(&mut Dice::of(seed.wrapping_add(number)), 8, 6);
        cases.push_str(&told(&shop, &basket));
        cases.push('\n');
        let quote = shop.quote(&basket);
        quotes.push((shop, basket, quote));
    }
    for (kind, count) in varied(&quotes) {
        assert!(count >= 50, "PRICING_SEED={seed}: only {count} of {CASES} carts have {kind}");
    }
    let answers = calculated(cases);
    assert_eq!(answers.len(), quotes.len());
    for (number, ((shop, basket, quote), theirs)) in (0..).zip(quotes.iter().zip(&answers)) {
        let seed = seed.wrapping_add(number);
        assert_eq!(said(quote), *theirs, "PRICING_SEED={seed} differs in its first cart: {}", told(shop, basket));
    }
}
