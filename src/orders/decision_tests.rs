use super::*;
use crate::ids::OrderId;
use crate::money::Currency;

fn cart() -> Order {
    let eur = Currency::parse("EUR").unwrap();
    Order::created(OrderId::derived([1; 16]), eur, None, Timestamp::from_millis(0))
}

#[test]
fn a_change_of_everything_has_the_limits_of_each_fact() {
    let card = |number: u8, currency: &str| GiftCardBalance {
        id: GiftCardId::derived([number; 16]),
        last4: String::new(),
        balance: 1,
        currency: Currency::parse(currency).unwrap(),
        expires_at: None,
    };
    let codes = |count: usize| (0..count).map(|n| Code::parse(&format!("CODE{n}")).unwrap()).collect();
    let cards = |count: u8| (0..count).map(|n| card(n, "EUR")).collect();
    let longest = |more: usize| Fact::ShippingOption(Some("ö".repeat(MAX_SHIPPING_ID + more)));
    let change = |fact: Fact| {
        let change = Change::Update { lines: None, facts: vec![fact] };
        decide(&cart(), Command::Change(change), Timestamp::from_millis(0)).map(|events| events.len())
    };
    assert_eq!(change(Fact::Coupons(codes(MAX_COUPONS))), Ok(1));
    assert_eq!(change(Fact::Coupons(codes(MAX_COUPONS + 1))), Err(OrderError::TooManyCoupons));
    assert_eq!(change(Fact::GiftCards(cards(10))), Ok(1));
    assert_eq!(change(Fact::GiftCards(cards(11))), Err(OrderError::TooManyGiftCards));
    assert_eq!(change(Fact::GiftCards(vec![card(1, "USD")])), Err(gift_cards::Refusal::WrongCurrency.into()));
    assert_eq!(change(longest(0)), Ok(1));
    assert_eq!(change(longest(1)), Err(OrderError::ShippingNotOffered));
}

#[test]
fn a_cart_can_be_changed_so_often_and_no_more() {
    let now = Timestamp::from_millis(1_000);
    let mut order = Order::created(OrderId::derived([1; 16]), Currency::parse("EUR").unwrap(), None, now);
    let add = || Command::Change(Change::AddLines { lines: Vec::new() });
    order.version = MAX_CHANGES - 1;
    assert!(decide(&order, add(), now).is_ok());
    order.version = MAX_CHANGES;
    assert_eq!(decide(&order, add(), now), Err(OrderError::TooManyChanges));
}
