use serde_json::{Value, json};

use super::bodies::{LeftLine, NewEdit, Wish};
use super::error::Refusal;
use crate::ids::{ProductId, VariantId};
use crate::orders::after::goods;
use crate::orders::after::goods::counts::Counts;
use crate::orders::after::money::samples::*;
use crate::orders::after::money::{self, left};
use crate::orders::counting::Rule;
use crate::orders::decision::{Command, decide};
use crate::orders::error::OrderError;
use crate::orders::event::Event;
use crate::orders::order::{LineId, Order};
use crate::payments::TestMethod;
use crate::pricing::Delivery;
use crate::settings::Settings;
use crate::shelf::snapshot::{Product, Snapshot};
use crate::wire::body::Draft;

pub(super) fn shelf() -> Snapshot {
    taxed_shelf(true)
}

/// Taxed in Germany and in France, and sent to both and to Austria.
pub(super) fn taxed_shelf(prices_include_tax: bool) -> Snapshot {
    let mut settings = serde_json::to_value(crate::testing::settings()).unwrap();
    settings["prices_include_tax"] = json!(prices_include_tax);
    let rate =
        |country: &str, rate: &str| json!({ "class": "standard", "country": country, "name": "VAT", "rate": rate });
    settings["tax"]["rates"] = json!([rate("DE", "19"), rate("FR", "20")]);
    let option =
        |id: &str, price: i64| json!({ "id": id, "title": id, "rates": [{ "amount": price, "currency": "EUR" }] });
    let options = [option("standard", 50), option("express", 80), option("slow", 20)];
    let place = |country: &str| json!({ "country": country });
    settings["shipping"]["zones"] =
        json!([{ "title": "Home", "places": [place("DE"), place("FR"), place("AT")], "options": options }]);
    let settings: Settings = serde_json::from_value(settings).unwrap();
    let products = vec![product(7, "shipped", 40), product(8, "digital", 30), product(9, "gift_card", 50)];
    Snapshot::new("1".to_owned(), settings, products)
}

/// One variant, whose id is made of the number.
fn product(n: u8, delivery: &str, price: i64) -> Product {
    let variant = json!({
        "id": variant(n), "sku": "CUP", "title": "Cup", "given_title": null, "options": [], "prices": [eur(price)],
        "compare_at": [], "weight_grams": null, "barcode": null, "level": "in_stock",
    });
    let product = json!({
        "id": ProductId::derived([n; 16]), "slug": n.to_string(), "title": "Cup", "description": "", "vendor": null,
        "tags": [], "status": "active", "version": 1, "created_at": 0, "updated_at": 0, "options": [],
        "variants": [variant], "images": [], "level": "in_stock", "delivery": delivery, "tax_class": null, "bought_with": [],
    });
    serde_json::from_value(product).unwrap()
}

pub(in crate::orders) fn variant(n: u8) -> VariantId {
    VariantId::derived([n; 16])
}

pub(super) fn wish(body: Value) -> Wish {
    let mut body = body;
    body["reason"] = json!("they rang");
    serde_json::from_value::<NewEdit>(body).unwrap().check().unwrap()
}

pub(in crate::orders) fn keep(line: u32, quantity: u32) -> Value {
    json!({ "lines": [{ "line_id": format!("line_{line}"), "quantity": quantity }] })
}

pub(super) fn home(country: &str) -> Value {
    let code = if country == "AT" { "1010" } else { "10115" };
    json!({ "name": "Ada", "line1": "Weg 1", "city": "Ulm", "postal_code": code, "country": country })
}

pub(super) fn try_to(order: &Order, body: Value) -> Result<Vec<Event>, OrderError> {
    decide(order, Command::Edit { by: staff(), wish: wish(body), key: None, shelf: shelf().into() }, NOW)
}

/// Edits it, and reads back what was stored.
pub(in crate::orders) fn edit(order: &mut Order, body: Value) -> Result<(), OrderError> {
    for event in try_to(order, body)? {
        let stored = serde_json::to_string(&event).unwrap();
        order.apply(&serde_json::from_str(&stored).unwrap(), NOW);
    }
    Ok(())
}

pub(super) fn goods(order: &mut Order, command: goods::Command) {
    for event in decide(order, Command::Goods { by: None, command }, NOW).unwrap() {
        order.apply(&event, NOW);
    }
}

pub(super) fn body<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

pub(super) fn fulfil(order: &mut Order, quantity: u32, status: &str) {
    let line = json!({ "line_id": "line_1", "quantity": quantity });
    goods(order, goods::Command::Fulfil(body(json!({ "lines": [line], "status": status }))));
}

pub(super) fn come_back(order: &mut Order, quantity: u32, restock: bool) {
    let line = json!({ "line_id": "line_1", "quantity": quantity, "reason": "Too small" });
    goods(order, goods::Command::Ask { wanted: body(json!({ "lines": [line] })), by_staff: true });
    let number = u32::try_from(order.goods.returns.len()).unwrap();
    let line = json!({ "line_id": "line_1", "quantity": quantity, "restock": restock });
    goods(order, goods::Command::Receive(number, body(json!({ "lines": [line] }))));
}

fn short(refused: Result<(), OrderError>) -> (u32, u32) {
    let Err(OrderError::Edits(Refusal::NotRemovable { lines })) = refused else { panic!("{refused:?}") };
    (lines[0].requested, lines[0].left)
}

#[test]
fn pieces_that_are_taken_out_go_back_for_their_share_and_into_stock_once() {
    let mut order = mugs().paid();
    edit(&mut order, keep(1, 1)).unwrap();
    let giving = order.edits.done[0].plan.giving.clone().unwrap();
    assert_eq!((giving.amount(), giving.to_payment, giving.shipping), (66, 66, 0));
    assert_eq!(settle(&mut order), [(format!("{}/r1/line_1", order.id), 2)]);
    assert_eq!((left::given(&order), left_of(&order)), (eur(66), 84));
    let again = try_to(&order, keep(1, 1));
    assert_eq!(again, Ok(Vec::new()), "it is so already");
    let more = edit(&mut order, keep(1, 2));
    assert!(matches!(more, Err(OrderError::Edits(Refusal::Unfit { .. }))), "{more:?}");
}

#[test]
fn what_is_packed_or_with_the_buyer_stays() {
    let mut order = Bought { lines: vec![(5, 100), (1, 50)], ..mugs() }.paid();
    fulfil(&mut order, 1, "packed");
    fulfil(&mut order, 2, "shipped");
    assert_eq!(short(edit(&mut order, keep(1, 2))), (3, 2));
    act(&mut order, refund(&[(1, 1, true)], None, None)).unwrap();
    assert_eq!(short(edit(&mut order, keep(1, 2))), (2, 1), "what was refunded is gone already");
    goods(&mut order, goods::Command::Undo(1));
    edit(&mut order, keep(1, 2)).unwrap();
    assert_eq!(short(edit(&mut order, keep(1, 1))), (1, 0));
    let sent: i64 = settle(&mut order).into_iter().map(|(_, units)| units).sum();
    assert_eq!(sent, 3, "one by the refund, two by the edit");
}

#[test]
fn what_came_back_is_taken_out_first_and_put_into_stock_by_its_return_alone() {
    let mut order = Bought { lines: vec![(4, 101), (1, 50)], ..mugs() }.paid();
    fulfil(&mut order, 2, "shipped");
    come_back(&mut order, 1, true);
    edit(&mut order, keep(1, 2)).unwrap();
    let pieces = order.edits.done[0].plan.giving.clone().unwrap().pieces;
    let told: Vec<_> = pieces.iter().map(|pieces| (pieces.quantity, pieces.restock, pieces.amount)).collect();
    assert_eq!(told, [(1, false, 25), (1, true, 25)]);
    assert_eq!(settle(&mut order), [(format!("{}/r1/line_1", order.id), 1)]);
    edit(&mut order, keep(1, 1)).unwrap();
    assert_eq!(short(edit(&mut order, keep(1, 0))), (1, 0), "the last one is with its buyer");
    let counts = Counts::of(&order.goods);
    assert_eq!(counts.left_to_send(&order, order.line(LineId(1)).unwrap()), 0);
}

#[test]
fn what_never_left_and_was_taken_out_stays_counted_in_a_stock_or_not() {
    let untracked = Rule { variant_id: VariantId::derived([0; 16]), untracked: true, floor: None };
    for rules in [Vec::new(), vec![untracked]] {
        let mut order = Bought { lines: vec![(4, 100), (1, 50)], ..mugs() }.paid();
        order.lines[0].rules = rules;
        fulfil(&mut order, 1, "shipped");
        edit(&mut order, keep(1, 3)).unwrap();
        come_back(&mut order, 1, true);
        let to_send = |order: &Order| Counts::of(&order.goods).left_to_send(order, &order.lines[0]);
        assert_eq!(to_send(&order), 2, "not the one instead of which another came back: {:?}", order.lines[0].rules);
        // What came back has its money yet, and goes out of the order first.
        edit(&mut order, keep(1, 1)).unwrap();
        assert_eq!(to_send(&order), 1);
        let pieces = order.edits.done[1].plan.giving.clone().unwrap().pieces;
        assert_eq!(
            pieces.iter().map(|pieces| (pieces.quantity, pieces.restock)).collect::<Vec<_>>(),
            [(1, false), (1, true)]
        );
        fulfil(&mut order, 1, "shipped");
        assert_eq!(short(edit(&mut order, keep(1, 0))), (1, 0));
        let seen = serde_json::to_value(money::view::order(&order).unwrap()).unwrap();
        assert_eq!(seen["lines"][0].get("not_put_back"), None, "{seen}");
    }
}

#[test]
fn all_edits_of_a_line_sum_to_it() {
    let mut order = Bought { lines: vec![(7, 100), (1, 1)], shipping: 0, tax_on_top: Some(7), ..mugs() }.paid();
    for kept in [6, 4, 3, 0] {
        edit(&mut order, keep(1, kept)).unwrap();
    }
    assert_eq!(left_of(&order), 1, "the other line, whose tax is nothing");
    let of_edits: i64 = order.edits.done.iter().map(|edit| edit.plan.giving.as_ref().unwrap().amount()).sum();
    assert_eq!(of_edits, 107);
}

#[test]
fn an_order_of_nothing_is_a_cancelled_one() {
    let order = mugs().paid();
    let all = try_to(&order, keep(1, 0));
    let Err(OrderError::Edits(Refusal::Unfit { errors })) = all else { panic!("{all:?}") };
    assert_eq!(errors[0].pointer, "/lines");
}

#[test]
fn nothing_is_taken_out_before_its_money_is_there() {
    let refused = |order: Order| try_to(&order, keep(1, 1)).unwrap_err();
    assert_eq!(refused(mugs().authorized()), Refusal::NotPaid.into());
    let placed = mugs().order(TestMethod::Visa, &[]);
    assert_eq!(refused(placed), OrderError::PaymentInProgress);
    let mut cancelled = mugs().paid();
    act(&mut cancelled, cancel(true)).unwrap();
    assert_eq!(refused(cancelled), Refusal::NotConfirmed.into());
}

#[test]
fn issued_gift_cards_are_not_taken_out() {
    let mut order = Bought { lines: vec![(2, 100)], delivery: Delivery::GiftCard, ..mugs() }.paid();
    let issued = try_to(&order, keep(1, 1)).unwrap_err();
    assert_eq!(issued, OrderError::Money(money::error::Refusal::GiftCardsIssued));
    order.lines[0].delivery = Delivery::Digital;
    assert!(try_to(&order, keep(1, 1)).is_ok());
}

/// An order of mugs that goes to Germany, whatever became of its payment.
pub(in crate::orders) fn to_germany(order: Order) -> Order {
    let mut order = order;
    let place = |country: &str| wish(json!({ "shipping_address": home(country) })).facts;
    for fact in place("DE") {
        order.facts.set(fact);
    }
    order.facts.shipping_option = Some("standard".to_owned());
    order
}

#[test]
fn an_order_goes_where_it_is_sent() {
    let mut order = to_germany(mugs().authorized());
    let mut there = home("DE");
    there["line1"] = json!("Weg 2");
    edit(&mut order, json!({ "shipping_address": there, "email": "ada@example.com" })).unwrap();
    assert_eq!(order.facts.shipping_address.as_ref().unwrap().lines()[1], "Weg 2");
    assert_eq!(order.facts.email.as_ref().unwrap().as_str(), "ada@example.com");
    assert_eq!(try_to(&order, json!({ "email": "ada@example.com" })), Ok(Vec::new()));
    let taxed = try_to(&order, json!({ "shipping_address": home("FR") }));
    assert_eq!(taxed, Err(Refusal::NotPaid.into()), "nothing is given up before its money is there");
    let nobody = try_to(&order, json!({ "shipping_address": home("QA") }));
    assert_eq!(nobody, Err(OrderError::ShippingNotOffered));
    // The goods decide on the tax, and the invoice says whom it bills.
    let billed = try_to(&order, json!({ "billing_address": home("FR") }));
    assert_eq!(billed, Err(Refusal::AlreadyInvoiced.into()));
    assert_eq!(try_to(&order, json!({ "billing_address": null })), Ok(Vec::new()), "it is so already");
}

#[test]
fn a_packed_parcel_has_its_address() {
    let mut order = to_germany(mugs().paid());
    fulfil(&mut order, 1, "packed");
    let mut there = home("DE");
    there["name"] = json!("Grace");
    let moved = json!({ "shipping_address": there });
    assert_eq!(try_to(&order, moved.clone()), Err(Refusal::AlreadyPacked.into()));
    goods(&mut order, goods::Command::Undo(1));
    edit(&mut order, moved).unwrap();
}

#[test]
fn the_buyer_is_told_of_an_edit_instead_of_its_refund() {
    use crate::messages::Kind;
    use crate::orders::notice;
    let mut order = mugs().paid();
    order.apply(&Event::Notified { kind: Kind::OrderConfirmed, version: 1 }, NOW);
    edit(&mut order, keep(1, 2)).unwrap();
    let told = notice::owed(&order).unwrap();
    assert_eq!((told.kind(), told.version), (Kind::OrderChanged, 1));
    order.apply(&Event::Notified { kind: Kind::OrderChanged, version: 1 }, NOW);
    settle(&mut order);
    assert_eq!(notice::owed(&order), None);
    let mut quiet = keep(1, 1);
    quiet["notify"] = json!(false);
    edit(&mut order, quiet).unwrap();
    settle(&mut order);
    assert_eq!(notice::owed(&order).map(|notice| notice.kind()), Some(Kind::OrderRefunded), "money is always told of");
}

#[test]
fn what_does_not_fit_is_told_all_at_once() {
    let told = |body: Value| {
        let errors = serde_json::from_value::<NewEdit>(body).unwrap().check().unwrap_err();
        errors.into_iter().map(|error| error.pointer).collect::<Vec<_>>()
    };
    assert_eq!(told(json!({ "reason": "x" })), [""]);
    let line = json!({ "line_id": "line_1", "quantity": 1 });
    let wrong =
        json!({ "reason": "x", "email": "ada", "shipping_address": { "country": "QA" }, "lines": [line, line] });
    let places = ["/email", "/shipping_address/name", "/shipping_address/line1", "/shipping_address/city"];
    assert_eq!(told(wrong), [&places[..], &["/lines/1/line_id"]].concat());
    let unknown = try_to(&mugs().paid(), keep(9, 1));
    let Err(OrderError::Edits(Refusal::Unfit { errors })) = unknown else { panic!("{unknown:?}") };
    assert_eq!(errors[0].pointer, "/lines/0/line_id");
    let left = LeftLine { line_id: LineId(1), quantity: 2 };
    assert_eq!(wish(keep(1, 2)).lines, [left]);
}

#[test]
fn an_order_is_changed_so_often_and_no_more() {
    let mut order = mugs().paid();
    for n in 0..super::MAX_EDITS {
        edit(&mut order, json!({ "email": format!("ada{n}@example.com") })).unwrap();
    }
    let more = try_to(&order, json!({ "email": "ada@example.com" }));
    assert_eq!(more, Err(Refusal::TooManyEdits.into()));
}
