use serde_json::{Value, json};

use super::*;
use crate::documents::owed::tests::{PAID, eur, papers};
use crate::ids::{AccountId, ProductId, VariantId};
use crate::orders::after::edits;
use crate::orders::event::Event;

fn seller(country: &str, vat_number: Option<&str>) -> Seller {
    let address = json!({ "name": "Fern Ltd", "line1": "1 Way", "country": country });
    serde_json::from_value(json!({ "address": address, "vat_number": vat_number })).unwrap()
}

/// A line of one piece: a title, what it comes to, and in it a tax of each rate.
fn line(title: &str, total: i64, rates: &[(&str, i64)]) -> LineView {
    let tax: i64 = rates.iter().map(|(_, amount)| amount).sum();
    let rate = |(rate, amount): &(&str, i64)| json!({ "name": "VAT", "rate": rate, "amount": eur(*amount) });
    let rates: Vec<Value> = rates.iter().map(rate).collect();
    serde_json::from_value(json!({
        "id": "line_1", "variant_id": VariantId::derived([2; 16]), "product_id": ProductId::derived([3; 16]),
        "title": title, "sku": "F-1", "unit_price": eur(total), "quantity": 1, "delivery": "shipped",
        "discount": eur(0), "discounts": [], "tax": { "amount": eur(tax), "rates": rates }, "total": eur(total),
    }))
    .unwrap()
}

/// A paid order of these lines, whose totals are said to be so much.
fn paid(lines: Vec<LineView>, tax: i64, total: i64) -> Papers {
    sold(papers(&[PAID]), lines, tax, total)
}

fn sold(mut papers: Papers, lines: Vec<LineView>, tax: i64, total: i64) -> Papers {
    papers.sales[0].lines = lines.len();
    papers.order.lines = lines;
    let totals = &mut papers.sales[0].totals;
    (totals.tax, totals.total) = (eur(tax), eur(total));
    papers
}

#[test]
fn each_rate_has_what_it_falls_on_and_comes_to() {
    let lines =
        vec![line("Fern", 1_190, &[("19", 190)]), line("Book", 107, &[("7", 7)]), line("Moss", 2_380, &[("19", 380)])];
    let invoice = Draft::invoice(&paid(lines, 577, 3_677), 0, seller("DE", Some("DE123456789"))).unwrap();
    assert_eq!(invoice.missing(), None);
    let invoice = invoice.issued(3, papers(&[PAID]).order.placed_at);
    let seen: Vec<_> = invoice.taxes.iter().map(|total| (total.net.amount, total.tax())).collect();
    assert_eq!(seen, [(3_000, 570), (100, 7)]);
    assert_eq!((invoice.net.amount, invoice.tax.amount, invoice.total.amount), (3_100, 577, 3_677));
    assert_eq!(invoice.lines[1].unit_price_net.amount, 100);
    assert_eq!(invoice.number.to_string(), "INV-000003");
}

#[test]
fn it_bills_whom_it_was_sold_to_wherever_the_order_goes_by_then() {
    let home = |country: &str| json!({ "name": "Ada", "line1": "1 Way", "city": "Ulm", "country": country });
    let moved = |country: &str| json!({ "shipping_address": home(country) });
    let plan = json!({ "reason": "they moved", "notify": true, "facts": [moved("AT")] });
    let by = AccountId::derived([9; 16]);
    let history = [
        Event::FactSet { fact: serde_json::from_value(moved("DE")).unwrap() },
        PAID,
        Event::Edits(edits::event::Event::Edited { by, plan: serde_json::from_value(plan).unwrap() }),
    ];
    let papers = sold(papers(&history), vec![line("Fern", 1_190, &[("19", 190)])], 190, 1_190);
    let invoice = Draft::invoice(&papers, 0, seller("DE", None)).unwrap().issued(0, papers.order.placed_at);
    assert_eq!(papers.order.shipping_address.unwrap().country.code(), "AT");
    assert_eq!(invoice.buyer.address.unwrap().country.code(), "DE");
}

#[test]
fn an_order_that_does_not_re_add_makes_no_invoice() {
    let lines = || vec![line("Fern", 1_190, &[("19", 190)])];
    for (tax, total) in [(190, 1_191), (189, 1_190)] {
        assert_eq!(Draft::invoice(&paid(lines(), tax, total), 0, seller("DE", None)).err(), Some(Unfit::SumsDiffer));
    }
}

#[test]
fn two_thousand_lines_fit_unless_each_has_a_title_of_a_kilobyte() {
    let of = |title: &str| paid(vec![line(title, 100, &[]); 2_000], 0, 200_000);
    assert!(Draft::invoice(&of(&"A fern in a pot. ".repeat(15)), 0, seller("DE", None)).is_ok());
    assert_eq!(Draft::invoice(&of(&"\u{1fab4}".repeat(255)), 0, seller("DE", None)).err(), Some(Unfit::TooLong));
}

#[test]
fn a_seller_of_the_union_or_the_kingdom_has_a_number_where_there_is_tax() {
    let lacks = |country, number, rates: &[(&str, i64)]| {
        let tax = rates.iter().map(|(_, amount)| amount).sum();
        let papers = paid(vec![line("Fern", 1_190, rates)], tax, 1_190);
        Draft::invoice(&papers, 0, seller(country, number)).unwrap().missing()
    };
    for country in ["DE", "GB"] {
        assert_eq!(lacks(country, None, &[("19", 190)]), Some(Missing::TaxNumber));
        assert_eq!(lacks(country, Some("X1"), &[("19", 190)]), None);
        assert_eq!(lacks(country, None, &[]), None, "a small business charges none");
    }
    assert_eq!(lacks("US", None, &[("8.875", 97)]), None);
}
