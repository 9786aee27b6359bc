use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::orders::after::edits::tests::{edit, keep, to_germany, variant};
use crate::orders::after::money::samples::*;
use crate::orders::event::Event;
use crate::orders::learning::Answer;
use crate::payments::{RefundOutcome, TestMethod};

/// One entry: whether it was given back, its kind, pieces, net and tax.
type Line = (bool, String, i64, i64, i64);

fn entries(order: &Order) -> Vec<Line> {
    let books = of(order);
    let number = |value: &Value| value.as_i64().unwrap();
    let line = |entry: &Value| {
        let kind = entry[2].as_str().unwrap().to_owned();
        (entry[1] == 1, kind, number(&entry[5]), number(&entry[7]), number(&entry[8]))
    };
    books[0].as_array().unwrap().iter().map(line).collect()
}

/// What all entries come to, with tax; of gift cards as goods, too.
fn sum(order: &Order) -> i64 {
    entries(order).iter().map(|(.., net, tax)| net + tax).sum()
}

fn sum_of_taxes(order: &Order) -> i64 {
    of(order)[1].as_array().unwrap().iter().map(|tax| tax[4].as_i64().unwrap()).sum()
}

fn entry(back: bool, kind: &str, pieces: i64, net: i64, tax: i64) -> Line {
    (back, kind.to_owned(), pieces, net, tax)
}

/// Three mugs for 1.00 in all, and shipping for 0.50; 19 % of each is tax.
fn sold() -> [Line; 2] {
    [entry(false, "item", 3, 81, 19), entry(false, "shipping", 0, 41, 9)]
}

#[test]
fn a_sale_is_what_was_secured_on_the_day_it_was_placed() {
    let bought = mugs();
    for since in [&[][..], &[Event::PaymentDeclined { reason: "no".to_owned() }]] {
        assert_eq!(entries(&bought.order(TestMethod::Visa, since)), []);
    }
    let later = NOW.plus_seconds(3_000);
    let mut order = bought.order(TestMethod::Visa, &[]);
    order.apply(&Event::Paid { secured: true }, later);
    assert_eq!(entries(&order), sold());
    assert_eq!(of(&order)[0][0][0], NOW.millis());
    assert_eq!(of(&order)[1], json!([[NOW.millis(), "VAT", "19", 122, 28, null]]));
    assert_eq!(entries(&bought.authorized()), sold());
    assert_eq!(entries(&bought.order(TestMethod::Visa, &[Event::Owed { secured: true }])), sold());
}

#[test]
fn what_is_given_back_names_what_it_was_for() {
    let mut order = mugs().paid();
    act(&mut order, refund(&[(1, 2, false)], None, None)).unwrap();
    assert_eq!(entries(&order)[2..], [entry(true, "item", -2, -53, -13)]);
    act(&mut order, refund(&[], Some(20), None)).unwrap();
    act(&mut order, refund(&[], None, Some(10))).unwrap();
    // Of 64 that are left, a share of each part: 34 of the mugs, 30 of the shipping.
    let shipping = entry(true, "shipping", 0, -16, -4);
    assert_eq!(entries(&order)[2..], [entry(true, "item", -2, -53, -13), shipping, entry(true, "amount", 0, -8, -2)]);
    assert_eq!(sum(&order), 150 - 66 - 20 - 10);
}

#[test]
fn what_the_provider_could_not_give_back_was_not_given_back() {
    let mut order = mugs().paid();
    act(&mut order, refund(&[(1, 3, false)], None, None)).unwrap();
    assert_eq!(sum(&order), 50);
    hear(&mut order, &Answer::Refund { refund: 1, report: RefundOutcome::Failed.into() });
    assert_eq!(sum(&order), 150);
}

#[test]
fn what_was_given_back_elsewhere_is_an_amount() {
    let mut order = mugs().paid();
    order.apply(&Event::RefundedElsewhere { amount: eur(30) }, NOW.plus_seconds(60));
    let given: Vec<_> = entries(&order).into_iter().filter(|(back, ..)| *back).collect();
    assert_eq!(given, [entry(true, "amount", 0, -24, -6)]);
    assert_eq!(of(&order)[0][2][0], NOW.plus_seconds(60).millis());
}

#[test]
fn a_cancelled_order_comes_to_nothing_or_to_what_is_kept() {
    let mut whole = mugs().paid();
    act(&mut whole, cancel(true)).unwrap();
    assert_eq!(entries(&whole)[2..], [entry(true, "item", -3, -81, -19), entry(true, "shipping", 0, -41, -9)]);
    let mut kept = mugs().paid();
    act(&mut kept, cancel(false)).unwrap();
    assert_eq!(entries(&kept), sold(), "its money is the shop's");
    let mut lapsed = mugs().authorized();
    act(&mut lapsed, cancel(false)).unwrap();
    assert_eq!(sum(&lapsed), 0, "none was taken");
    let mut gone = mugs().order(TestMethod::Visa, &[Event::Paid { secured: false }, Event::CommitRefused]);
    assert_eq!(entries(&gone), [], "it was never to be");
    settle(&mut gone);
    assert_eq!(entries(&gone), []);
}

#[test]
fn gift_cards_as_goods_are_no_sale() {
    let order = Bought { delivery: Delivery::GiftCard, shipping: 0, tax_on_top: Some(0), ..mugs() }.paid();
    let kinds: Vec<_> = entries(&order).into_iter().map(|(_, kind, _, net, _)| (kind, net)).collect();
    assert_eq!(kinds, [("shipping".to_owned(), 0), ("gift_card".to_owned(), 100)]);
    // None of it in the table of taxes.
    assert_eq!(of(&order)[1][0][3], 0);
}

/// Leaves so many pieces of a line, and adds something, where that may be.
fn exchange(order: &mut Order, line: u32, quantity: u32) {
    let mut body = keep(line, quantity);
    body["add"] = json!([{ "variant_id": variant(8), "quantity": 1 }]);
    body["shipping_option"] = json!(if quantity.is_multiple_of(2) { "express" } else { "standard" });
    if edit(order, body.clone()).is_err() {
        body["paid_by_hand"] = json!("till");
        let _ = edit(order, body);
    }
}

#[test]
fn what_an_edit_adds_is_sold_by_it_and_what_it_takes_out_given_back() {
    let mut order = to_germany(mugs().paid());
    exchange(&mut order, 1, 1);
    let told = [entry(false, "item", 3, 81, 19), entry(false, "item", 1, 25, 5), entry(false, "shipping", 0, 41, 9)];
    assert_eq!(entries(&order), [&told[..], &[entry(true, "item", -2, -53, -13)]].concat());
    assert_eq!(sum(&order), 150 + 30 - 66);
    edit(&mut order, json!({ "shipping_option": "express", "paid_by_hand": "till" })).unwrap();
    let express = 80;
    assert_eq!(sum(&order), 150 + 30 - 66 + express - 50);
    act(&mut order, refund(&[(2, 1, false)], None, None)).unwrap();
    act(&mut order, cancel(false)).unwrap();
    settle(&mut order);
    assert_eq!((sum(&order), left_of(&order)), (34 + express, 34 + express));
}

fn bought() -> impl Strategy<Value = Bought> {
    let lines = vec((1_u32..12, 0_i64..5_000), 1..5);
    let tax = prop_oneof![Just(None), (0_i64..30).prop_map(Some)];
    (lines, 0_i64..900, vec(0_i64..100, 0..3), tax).prop_map(|(lines, shipping, shares, tax_on_top)| {
        let bought = Bought { lines, shipping, cards: Vec::new(), tax_on_top, delivery: Delivery::Shipped };
        let total = bought.quote().totals.total.amount;
        Bought { cards: shares.iter().map(|share| total * share / 200).collect(), ..bought }
    })
}

proptest! {
    /// However it is given back: the books are the order, to the unit, at every step.
    #[test]
    fn the_books_sum_to_the_order_less_what_was_given_back(
        bought in bought(),
        steps in vec((0_usize..5, 1_u32..5, 1_i64..3_000), 0..12),
        end in 0_u8..3,
    ) {
        let mut order = to_germany(bought.paid());
        let totals = bought.quote().totals;
        prop_assert_eq!((sum(&order), sum_of_taxes(&order)), (totals.total.amount, totals.tax.amount));
        for (line, quantity, amount) in steps {
            let line = u32::try_from(line % bought.lines.len() + 1).unwrap();
            if amount % 5 == 4 {
                exchange(&mut order, line, quantity);
                prop_assert_eq!(sum(&order), left_of(&order), "edited: {:?}", order.edits);
                continue;
            }
            let deed = match amount % 4 {
                0 => refund(&[], None, Some(amount)),
                1 => refund(&[(line, quantity, true)], None, Some(amount)),
                2 => refund(&[(line, quantity, false)], None, None),
                _ => refund(&[], Some(amount % 100), None),
            };
            let _ = act(&mut order, deed);
            prop_assert_eq!(sum(&order), left_of(&order));
        }
        match end {
            0 => act(&mut order, cancel(true)).unwrap(),
            1 => act(&mut order, cancel(false)).unwrap(),
            _ => {}
        }
        settle(&mut order);
        prop_assert_eq!(sum(&order), left_of(&order));
        let tax: i64 = entries(&order).iter().map(|(.., tax)| *tax).sum();
        prop_assert_eq!(tax, sum_of_taxes(&order), "the two tables agree");
        if left_of(&order) == 0 {
            prop_assert_eq!(tax, 0, "no tax is left on nothing");
        }
    }
}

#[test]
fn what_an_order_sold_where_it_went_before_stays_there() {
    let mut order = to_germany(mugs().paid());
    let by_country = |order: &Order| -> Vec<(String, bool, i64)> {
        let entry = |entry: &Value| (entry[9].as_str().unwrap().to_owned(), entry[1] == 1, entry[7].as_i64().unwrap());
        of(order)[0].as_array().unwrap().iter().map(entry).collect()
    };
    let sold = |country: &str, back: bool, net: [i64; 2]| net.map(|net| (country.to_owned(), back, net));
    let in_germany = sold("DE", false, [81, 41]);
    assert_eq!(by_country(&order), in_germany);
    let moved = json!({ "shipping_address": { "name": "Ada", "line1": "Weg 1", "city": "Wien", "postal_code": "1010", "country": "AT" } });
    exchange_address(&mut order, moved);
    let known = by_country(&order);
    let of = |country: &str, back: bool| known.iter().filter(|one| one.0 == country && one.1 == back).count();
    assert_eq!([of("DE", false), of("DE", true), of("AT", false), of("AT", true)], [2, 2, 2, 0], "{known:?}");
    let german: i64 = known.iter().filter(|one| one.0 == "DE").map(|one| one.2).sum();
    assert_eq!(german, 0);
    let taxes = super::of(&order)[1].clone();
    let countries: Vec<_> = taxes.as_array().unwrap().iter().map(|tax| tax[5].clone()).collect();
    assert!(countries.contains(&json!("DE")) && countries.contains(&json!("AT")), "{taxes}");
}

fn exchange_address(order: &mut Order, mut body: Value) {
    if edit(order, body.clone()).is_err() {
        body["paid_by_hand"] = json!("till");
        edit(order, body).unwrap();
    }
}
