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

/// Two lines of one variant, and a bundle of three of it and one of another.
fn three_lines() -> Vec<Line> {
    let part = |n: u8, quantity| {
        let (sku, title) = ("CUP".to_owned(), "Cup".to_owned());
        crate::catalog::product::Part { variant_id: variant(n), quantity, sku, title }
    };
    let set = Line { parts: vec![part(1, 3), part(2, 1)], ..line(3, 9, 2, Vec::new()) };
    vec![line(1, 1, 4, Vec::new()), line(2, 1, 2, Vec::new()), set]
}

fn counts(lines: &[Line], later: &[Later]) -> Vec<u32> {
    of_each(&lines.iter().collect::<Vec<_>>(), later)
}

#[test]
fn of_several_lines_the_last_ones_pieces_come_last() {
    let mut lines = three_lines();
    assert_eq!(counts(&lines, &[]), [0, 0, 0]);
    // Two of the six units: one piece of the bundle waits for both, the other for none.
    assert_eq!(counts(&lines, &[(variant(1), 2)]), [0, 0, 1]);
    assert_eq!(counts(&lines, &[(variant(1), 4)]), [0, 0, 2]);
    assert_eq!(counts(&lines, &[(variant(1), 9)]), [1, 2, 2]);
    assert_eq!(counts(&lines, &[(variant(1), 99)]), [4, 2, 2], "no more than there are");
    let both = [(variant(1), 1), (variant(2), 2)];
    assert_eq!(counts(&lines, &both), [0, 0, 2], "by the part of which most is missing");
    assert_eq!(counts(&lines, &[(variant(9), 1)]), [0, 0, 0], "a bundle has no stock of its own");
    lines[1].rules = vec![Rule { variant_id: variant(1), untracked: true, floor: None }];
    assert_eq!(counts(&lines, &[(variant(1), 9)]), [3, 0, 2], "what is not counted comes at once");
}
