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

/// The credit notes of these amounts, one after the other, of nothing in particular.
fn of_amounts(invoice: &Document, amounts: &[i64]) -> Vec<Document> {
    of(invoice, &amounts.iter().map(|amount| (*amount, None)).collect::<Vec<_>>())
}

/// The credit notes of these amounts, each with what staff gave back.
fn of(invoice: &Document, credits: &[(i64, Option<GivenBack>)]) -> Vec<Document> {
    let given = credits.iter().enumerate().map(|(place, (amount, _))| Given {
        place: place as u32 + 1,
        cause: format!("refund/{place}"),
        amount: *amount,
        at: NOW,
    });
    let given: Vec<_> = given.collect();
    notes(invoice, None, given.iter().zip(credits.iter().map(|(_, back)| back.as_ref())))
}

/// An invoice of lines: pieces, what they come to with tax, and their rate in percent.
fn invoice_of(included: bool, lines: &[(u32, i64, i64)], shipping: i64) -> Document {
    let line = |title: &str, quantity: u32, gross: i64, percent: i64| {
        let tax = share(gross, percent, 100 + percent);
        let total = if included { gross } else { gross - tax };
        let unit = (total + i64::from(quantity) - 1) / i64::from(quantity);
        let discount = unit * i64::from(quantity) - total;
        let rates = json!([{ "name": format!("VAT {percent}"), "rate": percent.to_string(), "amount": eur(tax) }]);
        json!({
            "title": title, "quantity": quantity, "unit_price": eur(unit), "unit_price_net": eur(unit), "discount": eur(discount),
            "rates": if percent == 0 { json!([]) } else { rates }, "net": eur(gross - tax),
            "total": eur(if included { gross } else { gross - tax }),
        })
    };
    let mut json = serde_json::to_value(invoice(&[])).unwrap();
    let mut all = Vec::new();
    for (place, (quantity, gross, percent)) in lines.iter().enumerate() {
        let mut line = line("Fern", *quantity, *gross, *percent);
        line["line_id"] = json!(format!("line_{}", place + 1));
        all.push(line);
    }
    json["lines"] = json!(all);
    if shipping > 0 {
        json["shipping"] = line("Post", 1, shipping, 20);
        all.push(json["shipping"].clone());
    }
    json["prices_include_tax"] = json!(included);
    let all: Vec<DocumentLine> = serde_json::from_value(json!(all)).unwrap();
    let taxes = crate::documents::document::by_rates(all.iter());
    let (net, tax) = taxes.iter().fold((0, 0), |sums, total| (sums.0 + total.net.amount, sums.1 + total.tax()));
    json["taxes"] = json!(taxes);
    (json["net"], json["tax"], json["total"]) = (eur(net), eur(tax), eur(net + tax));
    serde_json::from_value(json).unwrap()
}

/// What staff gave back: of each line pieces and what they come to, the shipping,
/// and to which purse how much.
fn back(pieces: &[(u32, u32, i64)], shipping: i64, purses: (i64, i64), to_gift_cards: bool) -> Option<GivenBack> {
    let pieces: Vec<_> = pieces.iter().map(|(line, quantity, amount)| {
        json!({ "line": format!("line_{line}"), "quantity": quantity, "restock": false, "amount": amount })
    }).collect();
    let (to_payment, card) = (purses.0, crate::ids::GiftCardId::derived([1; 16]));
    let giving = json!({
        "reason": "broken", "pieces": pieces, "shipping": shipping, "to_payment": to_payment,
        "to_cards": [[card, purses.1]],
    });
    let amount = if to_gift_cards { purses.1 } else { to_payment };
    let way = if to_gift_cards { Way::GiftCards } else { Way::Payment };
    let back = json!({ "way": way, "number": 1, "amount": eur(amount), "done": true, "giving": giving });
    Some(serde_json::from_value(back).unwrap())
}

/// The taxes of a note: rate, net and tax.
fn taxes(note: &Document) -> Vec<(String, i64, i64)> {
    let rate = |total: &TaxTotal| total.rates.first().map(|rate| rate.name.clone()).unwrap_or_default();
    note.taxes.iter().map(|total| (rate(total), total.net.amount, total.tax())).collect()
}

fn one(name: &str, net: i64, tax: i64) -> Vec<(String, i64, i64)> {
    vec![(name.to_owned(), net, tax)]
}

#[test]
fn pieces_are_credited_at_their_own_rate_and_by_name() {
    for included in [true, false] {
        let invoice = invoice_of(included, &[(3, 3_570, 19), (2, 2_140, 7)], 600);
        let credits = [
            (2_380, back(&[(1, 2, 2_380)], 0, (2_380, 0), false)),
            (1_670, back(&[(2, 1, 1_070)], 600, (1_670, 0), false)),
        ];
        let [first, second] = of(&invoice, &credits).try_into().unwrap();
        assert_eq!(taxes(&first), one("VAT 19", 2_000, 380));
        let line = &first.lines[0];
        assert_eq!((first.lines.len(), line.quantity, line.net.amount), (1, 2, 2_000));
        assert_eq!(line.total.amount, if included { 2_380 } else { 2_000 });
        assert_eq!((line.rates[0].amount.amount, line.discount.amount, &first.shipping), (380, 0, &None));
        assert_eq!(taxes(&second), [one("VAT 7", 1_000, 70), one("VAT 20", 500, 100)].concat());
        assert_eq!(second.lines[0].line_id.map(|id| id.to_string()).as_deref(), Some("line_2"));
        assert_eq!(second.shipping.unwrap().net.amount, 500);
    }
}

#[test]
fn less_than_pieces_come_to_is_at_their_rate_and_more_is_for_nothing_in_particular() {
    let invoice = invoice_of(true, &[(1, 1_190, 19), (1, 1_070, 7)], 0);
    let [less] = of(&invoice, &[(595, back(&[(1, 1, 1_190)], 0, (595, 0), false))]).try_into().unwrap();
    assert_eq!(taxes(&less), one("VAT 19", 500, 95));
    let line = &less.lines[0];
    assert_eq!((line.unit_price.amount, line.discount.amount, line.total.amount), (1_190, 595, 595), "they re-add");
    let [more] = of(&invoice, &[(1_690, back(&[(1, 1, 1_190)], 0, (1_690, 0), false))]).try_into().unwrap();
    assert_eq!(taxes(&more), [one("VAT 19", 1_000, 190), one("VAT 7", 467, 33)].concat());
    assert!(more.lines.is_empty(), "an amount is of no line");
}

#[test]
fn what_goes_back_to_two_purses_is_at_its_own_rate_in_both() {
    let invoice = invoice_of(true, &[(1, 1_190, 19), (1, 1_070, 7)], 0);
    let pieces = [(1, 1, 1_190), (2, 1, 1_070)];
    let credits = [(1_130, back(&pieces, 0, (1_130, 1_130), false)), (1_130, back(&pieces, 0, (1_130, 1_130), true))];
    let both = of(&invoice, &credits);
    for note in &both {
        assert_eq!(taxes(note), [one("VAT 19", 500, 95), one("VAT 7", 500, 35)].concat());
        assert!(note.lines.is_empty(), "no piece comes back twice");
    }
    let [alone] = of(&invoice, &[(400, back(&[(2, 1, 1_070)], 0, (400, 670), false))]).try_into().unwrap();
    assert_eq!(taxes(&alone), one("VAT 7", 374, 26));
}

#[test]
fn the_credit_note_of_everything_is_the_invoice_once_more() {
    let invoice = invoice(&[(10_000, &[1_900]), (333, &[23]), (500, &[])]);
    let [note] = of_amounts(&invoice, &[12_756]).try_into().unwrap();
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
    let [note] = of_amounts(&invoice, &[2_260]).try_into().unwrap();
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
        let notes = of_amounts(&invoice, &amounts);
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

proptest::proptest! {
    /// Whatever pieces and amounts go back, in whatever steps and to whatever purses: the notes
    /// re-add, their lines sum to them, no rate goes below zero, and all of them sum to the invoice.
    #[test]
    fn credit_notes_of_pieces_re_add(
        lines in proptest::collection::vec((1_u32..4, 1_i64..4_000, proptest::sample::select(vec![0_i64, 7, 19])), 1..4),
        (included, shipping) in (proptest::bool::ANY, 0_i64..900),
        steps in proptest::collection::vec((0_usize..4, 1_i64..5_000, 0_i64..4, proptest::bool::ANY), 0..10),
    ) {
        let invoice = invoice_of(included, &lines, shipping);
        let mut left = invoice.total.amount;
        let mut credits = Vec::new();
        for (line, amount, cards, is_named) in steps {
            let place = line % lines.len();
            let worth = lines[place].1 / i64::from(lines[place].0);
            let amount = if is_named { worth } else { amount };
            let to_cards = amount * cards / 4;
            let pieces = [(place as u32 + 1, 1, worth)];
            for (part, to_gift_cards) in [(amount - to_cards, false), (to_cards, true)] {
                let part = part.min(left);
                left -= part;
                if part > 0 {
                    credits.push((part, back(&pieces, 0, (amount - to_cards, to_cards), to_gift_cards)));
                }
            }
        }
        credits.extend(Some((left, None)).filter(|_| left > 0));
        let notes = of(&invoice, &credits);
        for (note, (amount, _)) in notes.iter().zip(&credits) {
            assert_eq!((note.total.amount, note.net.amount + note.tax.amount), (*amount, *amount));
            assert_eq!(note.taxes.iter().map(|total| total.net.amount).sum::<i64>(), note.net.amount);
            assert!(note.taxes.iter().all(|total| total.net.amount >= 0 && total.tax() >= 0), "{note:?}");
            let all = || note.lines.iter().chain(&note.shipping);
            if all().next().is_some() {
                assert_eq!(all().map(|line| line.net.amount).sum::<i64>(), note.net.amount);
                let tax = |line: &DocumentLine| line.rates.iter().map(|rate| rate.amount.amount).sum::<i64>();
                assert_eq!(all().map(tax).sum::<i64>(), note.tax.amount);
            }
            for line in all() {
                let worth = line.unit_price.amount * i64::from(line.quantity);
                assert_eq!(worth - line.discount.amount, line.total.amount);
            }
        }
        assert_eq!(notes.iter().map(|note| note.total.amount).sum::<i64>(), invoice.total.amount);
        assert_eq!(notes.iter().map(|note| note.tax.amount).sum::<i64>(), invoice.tax.amount);
    }
}
