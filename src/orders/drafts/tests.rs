use super::*;
use crate::ids::OrderId;
use crate::money::Currency;
use crate::orders::decision::{Change, Command, decide as decide_all};

const NOW: Timestamp = Timestamp::from_millis(1_769_851_800_000);

fn staff() -> AccountId {
    AccountId::derived([1; 16])
}

fn cart() -> Order {
    Order::created(OrderId::derived([2; 16]), Currency::parse("EUR").unwrap(), None, NOW)
}

fn after(mut order: Order, deeds: Vec<Deed>) -> Result<Order, OrderError> {
    for deed in deeds {
        for event in decide(&order, staff(), deed, NOW)? {
            order.apply(&event, NOW);
        }
    }
    Ok(order)
}

fn begin() -> Deed {
    Deed::Begin { lines: Vec::new(), facts: Vec::new() }
}

fn email() -> Deed {
    let facts = vec![Fact::Email("ada@example.com".parse().unwrap())];
    Deed::Change { lines: None, facts, language: Some(Language::De) }
}

#[test]
fn only_what_staff_have_begun_is_theirs_to_change() {
    for deed in [email(), Deed::Send { message: None }, Deed::Delete] {
        assert_eq!(after(cart(), vec![deed]), Err(OrderError::NotFound));
    }
    let order = after(cart(), vec![begin(), email()]).unwrap();
    assert_eq!((order.language, order.facts.email.is_some()), (Language::De, true));
    assert_eq!(order.draft.as_ref().unwrap().changes, 1);
    assert_eq!(decide(&order, staff(), email(), NOW), Ok(Vec::new()), "it is so already");
    assert_eq!(decide(&order, staff(), begin(), NOW), Ok(Vec::new()));
    let steps: Vec<_> = order.milestones.iter().map(|step| (&*step.kind, step.by, step.hidden)).collect();
    assert_eq!(steps, [("draft_made", Some(staff()), true), ("draft_changed", Some(staff()), true)]);
}

#[test]
fn a_draft_is_over_by_its_time_alone() {
    let order = after(cart(), vec![begin(), email()]).unwrap();
    let ends = order.draft.as_ref().unwrap().ends_at();
    assert_eq!(ends, NOW.plus_millis(KEPT_MILLIS));
    let moved = || Command::Change(Change::Update { lines: None, facts: Vec::new() });
    assert_eq!(decide_all(&order, moved(), ends.plus_millis(-1)), Ok(Vec::new()));
    assert_eq!(decide_all(&order, moved(), ends), Err(OrderError::DraftOver));
    assert_eq!(decide(&order, staff(), email(), ends), Err(OrderError::DraftOver));
    assert!(decide(&order, staff(), Deed::Delete, ends).is_ok());
    let deleted = after(order, vec![Deed::Delete]).unwrap();
    assert_eq!(decide_all(&deleted, moved(), NOW), Err(OrderError::NotFound));
    assert_eq!(after(deleted, vec![Deed::Delete]), Err(OrderError::NotFound));
}

#[test]
fn it_is_sent_so_often_and_each_time_by_another_letter() {
    let mut order = after(cart(), vec![begin(), email()]).unwrap();
    let missing = vec!["lines".to_owned()];
    assert_eq!(decide(&order, staff(), Deed::Send { message: None }, NOW), Err(OrderError::CartIncomplete { missing }));
    assert_eq!(order.draft.as_ref().unwrap().notice(), None);
    for sent in 1..=MAX_LETTERS {
        let message = Some(sent.to_string());
        order.apply(&Event::Sent { by: staff(), message: message.clone() }.into(), NOW);
        let notice = order.draft.as_ref().unwrap().notice();
        assert_eq!(notice, Some(Notice { version: sent, news: News::DraftSent { message } }));
    }
    let line = NewLine {
        variant_id: crate::ids::VariantId::derived([3; 16]),
        product_id: crate::ids::ProductId::derived([4; 16]),
        title: "Mug".to_owned(),
        sku: "MUG".to_owned(),
        prices: vec![crate::money::Money { amount: 780, currency: order.currency }],
        terms: Vec::new(),
        quantity: 1,
        delivery: crate::pricing::Delivery::Shipped,
        parts: Vec::new(),
        rules: Vec::new(),
        overridden: false,
    };
    let filled = Deed::Change { lines: Some(vec![line]), facts: Vec::new(), language: None };
    let order = after(order, vec![filled]).unwrap();
    assert_eq!(decide(&order, staff(), Deed::Send { message: None }, NOW), Err(OrderError::TooManyLetters));
}
