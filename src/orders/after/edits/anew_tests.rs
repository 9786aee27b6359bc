use std::rc::Rc;
use std::sync::Arc;

use serde_json::{Value, json};

use super::adding_tests::{add, asked, by_hand, told};
use super::decision::Settling;
use super::error::Refusal;
use super::tests::{fulfil, home, taxed_shelf, to_germany, variant, wish};
use crate::orders::after::goods;
use crate::orders::after::money;
use crate::orders::after::money::samples::*;
use crate::orders::decision::{Command, decide};
use crate::orders::error::OrderError;
use crate::orders::event::Event;
use crate::orders::order::{LineId, Order, Stage};
use crate::orders::papers;
use crate::payments::{Outcome, PaymentChoice, TestMethod};
use crate::pools::Claim;
use crate::pricing::Delivery;

/// Three cups for 3.00, and shipping for 0.50, with German tax on top.
fn on_top() -> Bought {
    Bought { lines: vec![(3, 300)], tax_on_top: Some(19), ..mugs() }
}

fn try_it(order: &Order, body: Value) -> Result<Vec<Event>, OrderError> {
    let shelf = taxed_shelf(order.totals().unwrap().tax_included).into();
    decide(order, Command::Edit { by: staff(), wish: wish(body), key: None, shelf }, NOW)
}

fn edit(order: &mut Order, body: Value) -> Result<(), OrderError> {
    for event in try_it(order, body)? {
        let stored = serde_json::to_string(&event).unwrap();
        order.apply(&serde_json::from_str(&stored).unwrap(), NOW);
    }
    Ok(())
}

fn to(country: &str) -> Value {
    json!({ "shipping_address": home(country) })
}

/// What is left of each line: pieces, what they come to, and the taxes on the line.
fn left(order: &Order) -> Vec<(u32, i64, i64)> {
    let quote = &order.placement().unwrap().quote;
    let parts = money::left::lines(order, quote).into_iter().zip(order.lines.iter().zip(&quote.lines));
    parts.map(|((gone, left), (line, quoted))| (line.quantity - gone, left.amount, quoted.tax.amount)).collect()
}

#[test]
fn where_prices_include_tax_what_is_left_costs_the_same_with_another_tax_in_it() {
    let mut order = to_germany(Bought { lines: vec![(3, 120)], ..mugs() }.paid());
    edit(&mut order, to("FR")).unwrap();
    assert_eq!((asked(&order), settle(&mut order)), (None, vec![]), "the pieces stay where they are");
    assert_eq!((left(&order), left_of(&order)), (vec![(0, 0, 22), (3, 120, 20)], 170));
    let seen = serde_json::to_value(money::view::order(&order).unwrap()).unwrap();
    let edit_seen = &seen["edits"][0];
    assert_eq!(edit_seen["tax_change"], json!({ "before": eur(22 + 9), "after": eur(20 + 8) }));
    assert_eq!((&edit_seen["taken_out"], &edit_seen["added"]), (&json!([]), &json!([])), "nothing comes or goes");
    assert_eq!(
        (&edit_seen["to_pay"], &edit_seen["refunded"], &edit_seen["set_off"]),
        (&json!(eur(0)), &json!(eur(0)), &json!(eur(170)))
    );
    let sales = papers::of(&order).unwrap().sales;
    let said: Vec<_> = sales.iter().map(|sale| (sale.lines, sale.totals.total, sale.totals.tax)).collect();
    assert_eq!(said, [(1, eur(170), eur(31)), (1, eur(170), eur(28))]);
    // There and back again, and all of it goes back once.
    edit(&mut order, to("DE")).unwrap();
    assert_eq!(left(&order)[2], (3, 120, 19));
    let lines: Vec<_> = order.lines_left().map(|(line, pieces)| (line.id, pieces)).collect();
    assert_eq!(lines, [(LineId(3), 3)], "what was given up is there no more");
    let all = goods::Command::Fulfil(serde_json::from_value(json!({})).unwrap());
    let Ok(events) = decide(&order, Command::Goods { by: None, command: all }, NOW) else { panic!() };
    let mut sent = order.clone();
    events.iter().for_each(|event| sent.apply(event, NOW));
    let lines = &sent.goods.fulfilments[0].lines;
    assert_eq!((lines.len(), lines[0].line_id, lines[0].quantity.get()), (1, LineId(3), 3));
    act(&mut order, refund(&[(3, 3, true)], Some(50), None)).unwrap();
    assert_eq!(settle(&mut order), [(format!("{}/r3/line_3", order.id), 3)]);
    assert_eq!(left_of(&order), 0);
}

#[test]
fn where_tax_is_on_top_less_of_it_goes_back_and_what_went_back_before_keeps_its_own() {
    let mut order = to_germany(on_top().paid());
    act(&mut order, refund(&[(1, 1, true)], None, None)).unwrap();
    settle(&mut order);
    assert_eq!(left_of(&order), 238 + 59);
    edit(&mut order, to("AT")).unwrap();
    settle(&mut order);
    assert_eq!((left(&order), left_of(&order)), (vec![(0, 0, 57), (2, 200, 0)], 250));
    assert_eq!(money::left::given(&order).amount, 119 + 47 + 250, "what was set off went back and came again");
}

#[test]
fn where_tax_is_on_top_more_of_it_is_asked_for_and_nothing_moves_before_it_is_paid() {
    let mut order = to_germany(on_top().paid());
    let to_pay = eur(360 + 60 - 357 - 59);
    assert_eq!(try_it(&order, to("FR")), Err(Refusal::DifferenceToPay { to_pay }.into()));
    let mut body = to("FR");
    body["ask_buyer"] = json!(true);
    edit(&mut order, body.clone()).unwrap();
    assert_eq!(asked(&order).unwrap().claims, []);
    told(&mut order, Vec::new());
    let difference = crate::orders::view::order(&order).unwrap().difference.unwrap();
    let change = difference.tax_change.unwrap();
    assert_eq!((difference.to_pay, change.before, change.after), (to_pay, eur(66), eur(70)));
    assert!(difference.added.is_empty() && difference.taken_out.is_empty());
    let mut off = order.clone();
    let call_off = Command::Settle { by: staff(), number: 1, deed: Settling::CallOff, key: None };
    decide(&off, call_off, NOW).unwrap().iter().for_each(|event| off.apply(event, NOW));
    assert_eq!((left(&off), off.facts == order.facts), (vec![(3, 357, 57)], true));
    let pay = Command::Pay { payment: PaymentChoice::test(TestMethod::Visa), slot: None, edit: None };
    decide(&order, pay, NOW).unwrap().iter().for_each(|event| order.apply(event, NOW));
    let paid = crate::orders::learning::Answer::Payment { attempt: order.attempts, report: Outcome::Paid.into() };
    hear(&mut order, &paid);
    told(&mut order, Vec::new());
    assert_eq!((left(&order), left_of(&order)), (vec![(0, 0, 57), (3, 360, 60)], 420));
    assert_eq!(order.facts.shipping_address.as_ref().unwrap().country.code(), "FR");
}

#[test]
fn only_what_is_new_is_taken_from_the_stock() {
    let mut order = to_germany(on_top().paid());
    let mut body = add(to("FR"), 7, 1);
    body["lines"] = json!([{ "line_id": "line_1", "quantity": 2 }]);
    edit(&mut order, by_hand(body.clone())).unwrap_err();
    edit(&mut order, body).unwrap();
    assert_eq!(asked(&order).unwrap().claims, vec![Claim::stock(variant(7), 1)]);
    told(&mut order, Vec::new());
    assert_eq!(settle(&mut order), [(format!("{}/r1/line_1", order.id), 1)], "what is taken out is in stock again");
    assert_eq!(left(&order), [(0, 0, 57), (2, 240, 40), (1, 48, 8)]);
    assert_eq!(left_of(&order), 240 + 48 + 60);
}

#[test]
fn another_way_of_shipping_takes_the_place_of_the_agreed_one() {
    let mut order = to_germany(on_top().paid());
    let mut body = to("AT");
    body["shipping_option"] = json!("slow");
    edit(&mut order, body).unwrap();
    settle(&mut order);
    assert_eq!((left(&order)[1], left_of(&order)), ((3, 300, 0), 320));
}

#[test]
fn what_cannot_be_decided_is_refused() {
    let mut packed = to_germany(on_top().paid());
    fulfil(&mut packed, 1, "shipped");
    assert_eq!(try_it(&packed, to("FR")), Err(Refusal::AlreadyPacked.into()));
    let mut kept = to_germany(on_top().paid());
    act(&mut kept, refund(&[], None, Some(10))).unwrap();
    let of_what = try_it(&kept, to("AT"));
    assert!(matches!(of_what, Err(OrderError::Money(money::error::Refusal::NotRefundable { .. }))), "{of_what:?}");
    assert_eq!(try_it(&packed, to("QA")), Err(Refusal::AlreadyPacked.into()));
    assert_eq!(try_it(&to_germany(on_top().paid()), to("QA")), Err(OrderError::ShippingNotOffered));
}

#[test]
fn where_nothing_is_sent_the_bill_decides() {
    let bought = Bought { lines: vec![(2, 120)], shipping: 0, delivery: Delivery::Digital, ..on_top() };
    let mut order = bought.paid();
    for fact in wish(json!({ "billing_address": home("DE") })).facts {
        order.facts.set(fact);
    }
    edit(&mut order, json!({ "billing_address": home("AT") })).unwrap();
    settle(&mut order);
    assert_eq!((left(&order)[1], left_of(&order)), ((2, 120, 0), 120));
}

/// What is left of it is of a class that is taxed elsewhere at another rate than the
/// first class, and is not on the shelf any more.
fn books(order: Order) -> Order {
    let mut order = to_germany(order);
    let (Stage::Confirmed { placement, .. } | Stage::AwaitingPayment { placement, .. }) = &mut order.stage else {
        panic!("{:?}", order.stage)
    };
    Rc::make_mut(&mut placement.quote).lines[0].tax_class = Some("reduced".to_owned());
    order
}

/// Moves it to where only the tax on books is another.
fn move_books(order: &mut Order) {
    let mut shelf = taxed_shelf(true);
    let rate = |(country, class, rate)| json!({ "country": country, "class": class, "name": "VAT", "rate": rate });
    let of_books = [("DE", "reduced", "7"), ("FR", "reduced", "5")].map(rate);
    let rates: Vec<_> =
        [("DE", "standard", "19"), ("FR", "standard", "19")].map(rate).into_iter().chain(of_books).collect();
    let tax = &mut Arc::make_mut(&mut shelf.settings).tax;
    tax.classes.push("reduced".to_owned());
    tax.rates = serde_json::from_value(rates.into()).unwrap();
    let command = Command::Edit { by: staff(), wish: wish(to("FR")), key: None, shelf: shelf.into() };
    decide(order, command, NOW).unwrap().iter().for_each(|event| order.apply(event, NOW));
}

#[test]
fn what_is_sold_no_longer_is_taxed_as_what_it_was() {
    let bought = Bought { lines: vec![(1, 107)], ..mugs() };
    let mut paid = books(bought.paid());
    move_books(&mut paid);
    assert_eq!(left(&paid), [(0, 0, 20), (1, 107, 5)]);
    assert_eq!(paid.placement().unwrap().quote.lines[1].tax_class.as_deref(), Some("reduced"));
    let declined = [Event::PaymentDeclined { reason: "card_declined".to_owned() }];
    let mut unpaid = books(bought.order(TestMethod::Visa, &declined));
    move_books(&mut unpaid);
    assert_eq!(left(&unpaid), [(1, 107, 5)]);
}

#[test]
fn each_sale_is_known_to_have_gone_where_it_was_taxed() {
    let mut order = to_germany(Bought { lines: vec![(3, 120)], ..mugs() }.paid());
    let country = |order: &Order, edit| order.sold_to(edit).map(|address| address.country.code().to_owned());
    let sold = |order: &Order| [None, Some(1), Some(2), Some(3)].map(|edit| country(order, edit).unwrap());
    assert_eq!(sold(&order), ["DE"; 4]);
    edit(&mut order, to("AT")).unwrap();
    edit(&mut order, json!({ "email": "ada@example.com" })).unwrap();
    edit(&mut order, to("FR")).unwrap();
    assert_eq!(sold(&order), ["DE", "AT", "AT", "FR"]);
    let sales = papers::of(&order).unwrap().sales;
    let billed: Vec<_> = sales.iter().map(|sale| sale.billed_to.as_ref().unwrap().country.code()).collect();
    assert_eq!(billed, ["DE", "AT", "FR"], "the second edit sold nothing");
}

#[test]
fn what_is_sold_anew_has_yet_to_come_as_before() {
    let mut order = to_germany(Bought { lines: vec![(3, 120)], ..mugs() }.paid());
    order.later = vec![(order.lines[0].variant_id, 2)];
    edit(&mut order, to("FR")).unwrap();
    let seen = serde_json::to_value(money::view::order(&order).unwrap()).unwrap();
    let lines = [0, 1].map(|line| seen["lines"][line].get("backordered").cloned());
    assert_eq!(lines, [None, Some(json!(2))]);
}
