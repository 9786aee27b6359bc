use super::*;
use crate::catalog::product::Floor;
use crate::ids::OrderId;
use crate::money::{Currency, Money};
use crate::orders::order::LineId;
use crate::orders::taking::claims;
use crate::pools::Claim;
use crate::ports::Timestamp;
use crate::pricing::Delivery;

fn variant(n: u8) -> VariantId {
    VariantId::derived([n; 16])
}

fn line(id: u32, n: u8, quantity: u32, rules: Vec<Rule>) -> Line {
    Line {
        id: LineId(id),
        variant_id: variant(n),
        product_id: crate::ids::ProductId::derived([9; 16]),
        title: "Mug".to_owned(),
        sku: "MUG".to_owned(),
        unit_price: Money { amount: 100, currency: Currency::parse("EUR").unwrap() },
        tiers: Vec::new(),
        quantity,
        delivery: Delivery::Shipped,
        parts: Vec::new(),
        rules,
        overridden: false,
    }
}

fn down_to(n: u8, least: i64, as_of: i64) -> Vec<Rule> {
    vec![Rule { variant_id: variant(n), untracked: false, floor: Some(Floor { as_of, least }) }]
}

#[test]
fn what_is_not_counted_is_not_claimed_and_the_rest_goes_by_what_was_said_last() {
    let untracked = vec![Rule { variant_id: variant(2), untracked: true, floor: None }];
    let lines = [
        line(1, 1, 2, down_to(1, -5, 4)),
        line(2, 2, 7, untracked),
        line(3, 1, 1, down_to(1, 0, 5)),
        line(4, 3, 1, Vec::new()),
    ];
    let expected =
        [Claim::stock(variant(1), 3).down_to(Some(Floor { as_of: 5, least: 0 })), Claim::stock(variant(3), 1)];
    assert_eq!(claims(lines.iter()), expected);
}

#[test]
fn the_shelf_that_an_order_is_placed_by_says_what_is_counted() {
    let mut product = crate::testing::product(1, "Mug", Some(100), 0);
    let id = product.variants[0].id;
    let shelf = |product: &crate::catalog::product::Product| {
        Snapshot::new("1".to_owned(), crate::testing::settings(), vec![product.clone()])
    };
    let mut order =
        Order::created(OrderId::derived([1; 16]), Currency::parse("EUR").unwrap(), None, Timestamp::from_millis(0));
    order.lines = vec![Line { variant_id: id, ..line(1, 1, 1, Vec::new()) }];
    assert_eq!(recounted(&order, &shelf(&product)), []);
    product.variants[0].untracked = true;
    let order = order.after(&recounted(&order, &shelf(&product)));
    assert!(!order.lines[0].is_stocked() && order.claims().is_empty());
    // What staff say afterwards is nothing to an order that was placed.
    product.variants[0].untracked = false;
    assert!(order.claims().is_empty());
    let again = order.after(&recounted(&order, &shelf(&product)));
    assert_eq!(again.claims(), [Claim::stock(id, 1)]);
}

#[test]
fn who_was_there_before_has_what_is_there() {
    assert_eq!([4, 1, 0, -1, -3, -9].map(|left| yet_to_come(3, left)), [0, 0, 0, 1, 3, 3]);
}
