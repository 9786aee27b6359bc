use super::*;
use crate::catalog::product::Part;
use crate::money::{Currency, Money};
use crate::orders::counting::Rule;
use crate::orders::learning::Refused;
use crate::orders::order::LineId;
use crate::pricing::Delivery;

fn variant(n: u8) -> VariantId {
    VariantId::derived([n; 16])
}

/// `parts`: of which variants, and how many of each.
fn line(n: u8, quantity: u32, parts: &[(u8, u32)]) -> Line {
    let part = |(n, quantity): &(u8, u32)| Part {
        variant_id: variant(*n),
        quantity: *quantity,
        sku: "P".to_owned(),
        title: "Part".to_owned(),
    };
    Line {
        id: LineId(n.into()),
        variant_id: variant(n),
        product_id: crate::ids::ProductId::derived([n; 16]),
        title: "A".to_owned(),
        sku: "A".to_owned(),
        unit_price: Money { amount: 1, currency: Currency::parse("EUR").unwrap() },
        tiers: Vec::new(),
        quantity,
        delivery: Delivery::Shipped,
        parts: parts.iter().map(part).collect(),
        rules: Vec::new(),
        overridden: false,
    }
}

#[test]
fn lines_that_share_a_part_are_one_claim() {
    let lines = [line(1, 2, &[(8, 3), (9, 1)]), line(2, 1, &[(8, 1)]), line(8, 4, &[])];
    assert_eq!(claims(lines.iter()), [Claim::stock(variant(8), 2 * 3 + 1 + 4), Claim::stock(variant(9), 2)]);
}

#[test]
fn of_a_part_that_is_not_counted_a_bundle_takes_none() {
    let untracked = Rule { variant_id: variant(8), untracked: true, floor: None };
    let below = Floor { as_of: 3, least: -2 };
    let lowered = Rule { variant_id: variant(9), untracked: false, floor: Some(below) };
    let bundle = Line { rules: vec![untracked, lowered], ..line(1, 2, &[(8, 3), (9, 1)]) };
    assert_eq!(claims([&bundle].into_iter()), [Claim::stock(variant(9), 2).down_to(Some(below))]);
    assert!(bundle.is_stocked());
    let all = Line { rules: vec![untracked], ..line(1, 2, &[(8, 3)]) };
    assert!(!all.is_stocked());
}

#[test]
fn what_is_not_sent_takes_nothing() {
    let lines = [Line { delivery: Delivery::Digital, ..line(1, 2, &[]) }];
    assert!(claims(lines.iter()).is_empty());
}

#[test]
fn of_what_is_left_a_line_is_told_its_own_pieces() {
    let refused = |n, available| Refused { of: Supply::Stock(variant(n)), available };
    let bundle = line(1, 5, &[(8, 3), (9, 2)]);
    assert_eq!(left_for(&bundle, &[refused(8, 8)]), Some(2), "two times three of eight");
    assert_eq!(left_for(&bundle, &[refused(8, 8), refused(9, 3)]), Some(1), "the part of which there is least");
    assert_eq!(left_for(&bundle, &[refused(7, 0), refused(1, 0)]), None, "it takes nothing of these");
    assert_eq!(left_for(&line(8, 9, &[]), &[refused(8, 4)]), Some(4));
}
