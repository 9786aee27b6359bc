use proptest::prelude::*;

use super::*;
use crate::money::Currency;
use crate::pricing::Percent;

fn eur(amount: i64) -> Money {
    Money { amount, currency: Currency::parse("EUR").unwrap() }
}

fn line(title: &str, quantity: u32, unit: i64, off: &[i64]) -> Line {
    let discounts = off.iter().map(|amount| Reduction { title: Some("Spring".to_owned()), amount: eur(*amount) });
    Line {
        title: title.to_owned(),
        quantity,
        parts: Vec::new(),
        given_up: 0,
        unit_price: eur(unit),
        discounts: discounts.collect(),
        total: eur(unit * i64::from(quantity) - off.iter().sum::<i64>()),
    }
}

fn tax(rate: &str, amount: i64) -> TaxPart {
    TaxPart { name: "VAT".to_owned(), rate: Percent::parse(rate).unwrap(), amount }
}

/// An order of these lines whose parts re-add.
fn order(
    language: Language,
    lines: Vec<Line>,
    shipping: i64,
    taxes: Vec<TaxPart>,
    included: bool,
    cards: &[i64],
) -> Order {
    let items: i64 = lines.iter().map(|line| line.unit_price.amount * i64::from(line.quantity)).sum();
    let discount = items - lines.iter().map(|line| line.total.amount).sum::<i64>();
    let tax: i64 = taxes.iter().map(|tax| tax.amount).sum();
    let total = items - discount + shipping + if included { 0 } else { tax };
    let gift_cards: i64 = cards.iter().sum();
    Order {
        number: "7ZZZ-ABCD".to_owned(),
        language,
        placed_at: Timestamp::from_millis(1_772_442_300_000),
        lines,
        shipping: Some(Shipping { title: "Standard".to_owned(), arrives: None }),
        address: vec!["李 Budi".to_owned(), "12 St James's Square".to_owned()],
        taxes,
        gift_cards: cards
            .iter()
            .map(|amount| GiftCardPart { last4: "9F2K".to_owned(), amount: eur(*amount) })
            .collect(),
        totals: Totals {
            items: eur(items),
            discount: eur(discount),
            shipping: eur(shipping),
            tax: eur(tax),
            tax_included: included,
            total: eur(total),
            gift_cards: eur(gift_cards),
            to_pay: eur(total - gift_cards),
        },
        set_off: eur(0),
        left_to_pay: None,
        paid: true,
        reserved: false,
        how_to_pay: None,
        pay_by: None,
        difference: None,
        moved: None,
        url: Some("https://shop.example/orders/ord_1/open?token=a&b".to_owned()),
    }
}

pub fn simple(language: Language) -> Order {
    order(language, vec![line("Kettle", 2, 1_999, &[])], 490, Vec::new(), true, &[])
}

fn write(order: &Order, news: &News) -> Letter {
    letter(order, "Tradepost", news).unwrap()
}

/// The amounts of a text in their order, in cents; a percentage is none.
fn amounts(text: &str, language: Language) -> Vec<i64> {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '€' | '\u{a0}');
    let words = text.split(|c: char| !is_part(c)).filter(|word| word.contains('€'));
    let decimal = language.of('.', ',');
    words
        .map(|word| {
            assert_eq!(word.matches(decimal).count(), 1, "{word}");
            let digits: String = word.chars().filter(|c| c.is_ascii_digit() || *c == '-').collect();
            digits.parse().unwrap()
        })
        .collect()
}

#[test]
fn a_confirmation_says_what_was_ordered_and_what_it_comes_to() {
    let letter = write(&simple(Language::En), &News::Confirmed);
    assert_eq!(letter.subject, "Your order 7ZZZ-ABCD at Tradepost");
    for said in [
        "2 March 2026",
        "Kettle",
        "2 × €19.99",
        "Items: €39.98",
        "Shipping (Standard): €4.90",
        "Total: €44.88",
        "李 Budi",
    ] {
        assert!(letter.text.contains(said), "{said}: {}", letter.text);
    }
    let letter = write(&simple(Language::De), &News::Confirmed);
    assert_eq!(letter.subject, "Ihre Bestellung 7ZZZ-ABCD bei Tradepost");
    for said in ["2. März 2026", "2 × 19,99\u{a0}€", "Artikel: 39,98\u{a0}€", "Gesamtsumme: 44,88\u{a0}€"] {
        assert!(letter.text.contains(said), "{said}: {}", letter.text);
    }
    assert!(letter.html.contains("<html lang=\"de\">"));
}

#[test]
fn tax_is_said_by_its_rate_and_whether_it_is_within_the_total() {
    let lines = || vec![line("Book", 1, 1_000, &[])];
    let parts = [tax("19", 160), tax("7", 12), tax("19", 40)];
    let taxes = by_rate(&parts);
    assert_eq!(taxes, [tax("19", 200), tax("7", 12)]);
    let within = write(&order(Language::De, lines(), 0, vec![tax("8.875", 82)], true, &[]), &News::Confirmed).text;
    let (total, rest) = within.split_once("Gesamtsumme: 10,00").unwrap();
    assert!(!total.contains("8,875") && rest.contains("enthalten: VAT 8,875 %: 0,82"), "{within}");
    let on_top = write(&order(Language::En, lines(), 0, taxes, false, &[]), &News::Confirmed).text;
    let (before, total) = on_top.split_once("VAT 7 %: €0.12").unwrap();
    assert!(before.contains("VAT 19 %: €2.00") && total.contains("Total: €12.12"), "{on_top}");
}

#[test]
fn an_order_whose_money_is_to_come_says_how_to_pay() {
    let how_to_pay = Some("IBAN DE02 1203 0000 0000 2020 51\nTradepost GmbH".to_owned());
    let pay_by = Some(Timestamp::from_millis(1_772_442_300_000));
    let waiting = Order { paid: false, how_to_pay, pay_by, ..simple(Language::De) };
    let letter = write(&waiting, &News::PaymentAwaited);
    for text in [&letter.text, &letter.html] {
        for said in ["Bitte zahlen Sie 44,88", "IBAN DE02", "7ZZZ-ABCD", "2. März 2026 nicht bezahlt"] {
            assert!(text.contains(said), "{said}: {text}");
        }
    }
    // On credit; then paid.
    assert!(write(&waiting, &News::Confirmed).text.contains("So bezahlen Sie 44,88"));
    let paid = write(&Order { paid: true, ..waiting }, &News::Confirmed).text;
    assert!(paid.contains("Ihre Zahlung von 44,88") && !paid.contains("IBAN"), "{paid}");
    let free = order(Language::En, vec![line("Kettle", 1, 500, &[500])], 0, Vec::new(), true, &[]);
    assert!(write(&free, &News::Confirmed).text.contains("There is nothing left to pay."));
}

#[test]
fn a_changed_order_says_what_is_left_to_pay_of_it_now() {
    let how_to_pay = Some("IBAN DE02\nTradepost GmbH".to_owned());
    let pay_by = Some(Timestamp::from_millis(1_772_442_300_000));
    let mut order = Order { paid: false, how_to_pay, pay_by, ..simple(Language::En) };
    (order.set_off, order.left_to_pay, order.lines[0].given_up) = (eur(1_999), Some(eur(1_489)), 1);
    let changed = write(&order, &News::Changed { back: eur(0) }).text;
    for said in ["€14.89 is left to pay", "7ZZZ-ABCD", "IBAN DE02, Tradepost GmbH", "2 March 2026 is cancelled"] {
        assert!(changed.contains(said), "{said}: {changed}");
    }
    let awaited = write(&order, &News::PaymentAwaited).text;
    let sums = "Total: €44.88\nTaken out or replaced: -€19.99\nReceived so far: -€10.00\nTo pay: €14.89\n";
    for said in ["Please pay €14.89", "2 × €19.99, 1 taken out or returned", sums] {
        assert!(awaited.contains(said), "{said}: {awaited}");
    }
    (order.paid, order.left_to_pay) = (true, None);
    let confirmed = write(&order, &News::Confirmed).text;
    let sums = "Total: €44.88\nTaken out or replaced: -€19.99\nPaid: €24.89\n";
    assert!(confirmed.contains("We have your payment of €24.89.") && confirmed.contains(sums), "{confirmed}");
    let changed = write(&order, &News::Changed { back: eur(0) }).text;
    assert!(!changed.contains("left to pay"), "{changed}");
}

#[test]
fn money_that_is_set_aside_is_not_said_to_be_paid() {
    let reserved = |language| Order { paid: false, reserved: true, ..simple(language) };
    let english = write(&reserved(Language::En), &News::Confirmed).text;
    assert!(english.contains("€44.88 is set aside for this order, and will be charged later."), "{english}");
    let german = write(&reserved(Language::De), &News::Confirmed).text;
    assert!(german.contains("vorgemerkt und werden später abgebucht") && !german.contains("eingegangen"), "{german}");
}

#[test]
fn a_refund_says_what_goes_where() {
    let told = |by_payment, to_gift_cards| {
        let news = News::Refunded { by_payment: eur(by_payment), to_gift_cards: eur(to_gift_cards) };
        write(&simple(Language::En), &news).text
    };
    let (way, card) = ("We give you back €5.00, the way it was paid.", "€2.00 is back on the gift card");
    let both = told(500, 200);
    assert!(both.contains(way) && both.contains(card), "{both}");
    assert!(!told(500, 0).contains("gift card that") && !told(0, 200).contains("the way it was paid"));
}

#[test]
fn whose_money_the_shop_keeps_is_not_told_that_it_comes_back() {
    let told = |kept| write(&simple(Language::De), &News::Cancelled { why: Ending::Shop { kept } }).text;
    assert!(told(false).contains("auf demselben Weg an Sie zurück"), "{}", told(false));
    assert!(!told(true).contains("zurück"), "{}", told(true));
}

#[test]
fn every_kind_is_written_in_every_language() {
    let until = Timestamp::from_millis(1_772_442_300_000);
    let reason = || "insufficient_funds".to_owned();
    let all = [
        News::PaymentAwaited,
        News::Confirmed,
        News::PaymentFailed { reason: reason(), payable_until: Some(until) },
        News::PaymentFailed { reason: reason(), payable_until: None },
        News::ActionNeeded { until },
        News::Cancelled { why: Ending::Requested },
        News::Cancelled { why: Ending::NotPaid },
        News::Cancelled { why: Ending::SoldOut },
        News::LinkAsked,
        News::DraftSent { message: Some("As we said\non the telephone".to_owned()) },
        News::Cancelled { why: Ending::Shop { kept: true } },
        News::Refunded { by_payment: eur(500), to_gift_cards: eur(200) },
        News::DifferenceAsked { to_pay: eur(500), until },
    ];
    for news in &all {
        let english = write(&simple(Language::En), news);
        let german = write(&simple(Language::De), news);
        assert!(english.subject != german.subject && english.text != german.text);
        for letter in [english, german] {
            assert!(letter.subject.contains("7ZZZ-ABCD") && letter.html.contains("7ZZZ-ABCD"), "{letter:?}");
        }
    }
    let failed = write(&simple(Language::De), &all[2]).text;
    assert!(failed.contains("zu wenig Geld") && failed.contains("2. März 2026, 09:05 Uhr (UTC)"), "{failed}");
    assert!(!write(&simple(Language::De), &all[3]).text.contains("https://"), "there is nothing to try again");
}

#[test]
fn nothing_in_an_order_is_markup_or_a_header() {
    let title = "<script>alert(1)</script><img src=\"https://spy.example/p.gif\"> & \"sons\"";
    let mut order = order(Language::En, vec![line(title, 1, 500, &[1])], 0, Vec::new(), true, &[]);
    order.lines[0].discounts[0].title = Some("</td></table><b>".to_owned());
    order.address = vec!["<i>Budi</i>".to_owned(), "x".repeat(200)];
    order.paid = false;
    order.how_to_pay = Some("<form action=//spy.example>".to_owned());
    let letter = letter(&order, "Shop\r\nBcc: all@example.com <b>", &News::Confirmed).unwrap();
    for markup in ["<script", "<img", "<i>", "<b>", "<form", "</table><"] {
        assert!(!letter.html.contains(markup), "{markup}: {}", letter.html);
    }
    assert!(letter.html.contains("alert(1)") && letter.html.contains(&"x".repeat(200)));
    assert!(letter.text.contains(title), "text is text");
    assert!(!letter.subject.contains(['\r', '\n']), "{}", letter.subject);
    // Nothing is fetched when it is read: the link is the only address.
    assert!(!letter.html.contains("src=\""));
    assert_eq!(letter.html.matches("href=").count(), 1);
    assert!(!letter.html.contains("url("));
}

#[test]
fn a_large_order_fits_into_a_letter_and_its_lines_still_re_add() {
    let title = "&".repeat(255);
    let lines = (0..2_000).map(|_| line(&title, 3, 1_999, &[7])).collect();
    let letter = write(&order(Language::De, lines, 490, Vec::new(), true, &[]), &News::Confirmed);
    assert!(letter.text.len() + letter.html.len() < 1_000_000, "{} bytes", letter.html.len());
    let rest = 1_900 * (3 * 1_999 - 7);
    assert!(letter.text.contains("1900 weitere Positionen") && letter.text.contains("5700 Stück"));
    assert!(amounts(&letter.text, Language::De).contains(&rest));
}

fn any_order() -> impl Strategy<Value = (Language, Order)> {
    let language = prop_oneof![Just(Language::En), Just(Language::De)];
    let a_line = (1_u32..50, 0_i64..2_000_000, prop::collection::vec(0_i64..5_000, 0..3));
    let lines = prop::collection::vec(a_line, 1..8);
    let taxes = prop::collection::vec(1_i64..100_000, 0..3);
    (language, lines, 0_i64..10_000, taxes, any::<bool>(), prop::collection::vec(1_i64..500, 0..3)).prop_map(
        |(language, lines, shipping, taxes, included, cards)| {
            let lines = lines.iter().map(|(quantity, unit, off)| line("Thing", *quantity, *unit, off)).collect();
            let rates = ["7", "19", "8.875"].iter().zip(taxes).map(|(rate, amount)| tax(rate, amount)).collect();
            (language, order(language, lines, shipping, rates, included, &cards))
        },
    )
}

proptest! {
    #[test]
    fn what_a_letter_shows_re_adds_to_what_is_paid((language, order) in any_order()) {
        let letter = write(&order, &News::Cancelled { why: Ending::Requested });
        let shown = amounts(&letter.text, language);
        let mut shown = shown.into_iter();
        let mut next = || shown.next().expect("another amount");
        let (mut items, mut net) = (0, 0);
        for line in &order.lines {
            let whole = next() * i64::from(line.quantity);
            let off: i64 = line.discounts.iter().map(|_| next()).sum();
            let total = next();
            prop_assert_eq!(whole + off, total);
            (items, net) = (items + whole, net + total);
        }
        prop_assert_eq!(next(), items);
        let discount = if items == net { 0 } else { next() };
        prop_assert_eq!(items + discount, net);
        let shipping = next();
        let mut tax = 0;
        if !order.totals.tax_included {
            tax = order.taxes.iter().map(|_| next()).sum();
        }
        let total = next();
        prop_assert_eq!(items + discount + shipping + tax, total);
        if order.totals.tax_included {
            order.taxes.iter().for_each(|_| { next(); });
        }
        let cards: i64 = order.gift_cards.iter().map(|_| next()).sum();
        if cards != 0 {
            prop_assert_eq!(total + cards, next());
        }
        prop_assert_eq!(shown.next(), None);
        // The other form shows the same.
        let sheet = letter.html.split_once("<table").unwrap().1;
        prop_assert_eq!(amounts(sheet, language), amounts(&letter.text, language));
    }
}
