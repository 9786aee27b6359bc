use serde_json::{Value, json};

use super::*;
use crate::ports::Timestamp;

const NOW: Timestamp = Timestamp::from_millis(1_769_851_800_000);

fn eur(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// An invoice of so much without tax and so much tax on it, for each rate.
fn invoice(rates: &[(i64, &[i64])]) -> Document {
    let taxes = rates.iter().map(|(net, taxes)| {
        let rate = |tax: &i64| json!({ "name": format!("Tax of {tax}"), "rate": "5", "amount": eur(*tax) });
        json!({ "net": eur(*net), "rates": taxes.iter().map(rate).collect::<Vec<_>>() })
    });
    let net: i64 = rates.iter().map(|(net, _)| net).sum();
    let tax: i64 = rates.iter().flat_map(|(_, taxes)| *taxes).sum();
    serde_json::from_value(json!({
        "number": "INV-000007", "kind": "invoice", "issued_at": NOW, "supplied_at": NOW,
        "order_id": crate::ids::OrderId::derived([1; 16]), "order_number": "1", "language": "de",
        "seller": { "address": { "name": "Fern & Fettle Ltd", "line1": "1 Way", "country": "GB" } },
        "buyer": {}, "reverse_charge": false, "prices_include_tax": true,
        "lines": [{
            "title": "Fern", "quantity": 1, "unit_price": eur(net), "unit_price_net": eur(net), "discount": eur(0),
            "rates": [], "net": eur(net), "total": eur(net),
        }],
        "taxes": taxes.collect::<Vec<_>>(), "net": eur(net), "tax": eur(tax), "total": eur(net + tax),
        "gift_cards": eur(0),
    }))
    .unwrap()
}

/// The credit notes of these amounts, one after the other.
fn notes(invoice: &Document, amounts: &[i64]) -> Vec<Document> {
    let given =
        |place: usize, amount| Given { place: place as u32 + 1, cause: format!("refund/{place}"), amount, at: NOW };
    let one = |(place, amount): (usize, &i64)| note(invoice, &amounts[..place], &given(place, *amount));
    amounts.iter().enumerate().map(one).collect()
}

#[test]
fn the_credit_note_of_everything_is_the_invoice_once_more() {
    let invoice = invoice(&[(10_000, &[1_900]), (333, &[23]), (500, &[])]);
    let [note] = notes(&invoice, &[12_756]).try_into().unwrap();
    assert_eq!(
        (&note.taxes, note.net, note.tax, note.total),
        (&invoice.taxes, invoice.net, invoice.tax, invoice.total)
    );
    assert_eq!(note.lines, invoice.lines);
    let corrected = note.corrects.unwrap();
    assert_eq!((corrected.number, note.number.to_string().as_str()), (invoice.number, "CN-000001"));
}

#[test]
fn a_part_is_taken_of_each_rate_in_proportion() {
    let invoice = invoice(&[(10_000, &[1_900]), (10_000, &[700])]);
    let [note] = notes(&invoice, &[2_260]).try_into().unwrap();
    let seen: Vec<_> = note.taxes.iter().map(|total| (total.net.amount, total.tax())).collect();
    // 1190 and 1070 with tax.
    assert_eq!(seen, [(1_000, 190), (1_000, 70)]);
    assert_eq!((note.net.amount, note.tax.amount, note.total.amount), (2_000, 260, 2_260));
    assert!(note.lines.is_empty(), "an amount is of no line");
}

proptest::proptest! {
    /// However an invoice is given back, its credit notes sum to it, rate by
    /// rate, and none has an amount below zero.
    #[test]
    fn credit_notes_sum_to_the_invoice(
        rates in proptest::collection::vec((0_i64..5_000, proptest::collection::vec(0_i64..900, 0..3)), 1..5),
        cuts in proptest::collection::vec(1_i64..3_000, 0..12),
    ) {
        let rates: Vec<_> = rates.iter().map(|(net, taxes)| (*net, taxes.as_slice())).collect();
        let invoice = invoice(&rates);
        let mut left = invoice.total.amount;
        let mut amounts = Vec::new();
        for cut in cuts.into_iter().chain([i64::MAX]) {
            let amount = cut.min(left);
            left -= amount;
            amounts.extend(Some(amount).filter(|amount| *amount > 0));
        }
        let notes = notes(&invoice, &amounts);
        let mut sums: Vec<(i64, i64)> = vec![(0, 0); rates.len()];
        for (note, amount) in notes.iter().zip(&amounts) {
            assert_eq!(note.total.amount, *amount);
            assert_eq!(note.net.amount + note.tax.amount, *amount);
            assert_eq!(note.taxes.iter().map(TaxTotal::gross).sum::<i64>(), *amount);
            for total in &note.taxes {
                assert!(total.net.amount >= 0 && total.rates.iter().all(|rate| rate.amount.amount >= 0), "{total:?}");
            }
        }
        for (place, sum) in sums.iter_mut().enumerate() {
            let of = &invoice.taxes[place];
            // Two rates may look alike: then their sums are compared together.
            let alike = |other: &&TaxTotal| names(other) == names(of);
            let credited = notes.iter().flat_map(|note| &note.taxes).filter(alike);
            *sum = credited.fold((0, 0), |(net, tax), total| (net + total.net.amount, tax + total.tax()));
            let invoiced = invoice.taxes.iter().filter(alike);
            let invoiced = invoiced.fold((0, 0), |(net, tax), total| (net + total.net.amount, tax + total.tax()));
            assert_eq!(*sum, invoiced);
        }
    }
}

fn names(total: &TaxTotal) -> Vec<&str> {
    total.rates.iter().map(|rate| rate.name.as_str()).collect()
}
