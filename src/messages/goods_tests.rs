use super::*;
use crate::messages::letter::Letter;
use crate::messages::order::tests::simple;
use crate::messages::order::{self, letter};
use crate::text::Language;

fn moved(pieces: usize) -> Moved {
    let piece = |n: usize| Piece { title: format!("Thing {n} <b>"), quantity: 2, parts: Vec::new() };
    Moved {
        pieces: (1..=pieces).map(piece).collect(),
        carrier: Some("DHL <i>".to_owned()),
        tracking_url: Some("https://p.example/?a=1&b=2".to_owned()),
        fetched_at: None,
        words: Some("By post <u>\nto us".to_owned()),
    }
}

fn write(language: Language, news: News, moved: Moved) -> Letter {
    let order = Order { moved: Some(moved), ..simple(language) };
    letter(&order, "Tradepost", &order::News::Goods(news)).unwrap()
}

#[test]
fn a_parcel_is_told_with_its_things_its_carrier_and_where_to_follow_it() {
    let letter = write(Language::En, News::Shipped(1), moved(1));
    for said in ["2 × Thing 1 <b>", "with DHL <i>", "Follow the parcel:\nhttps://p.example/?a=1&b=2"] {
        assert!(letter.text.contains(said), "{said}: {}", letter.text);
    }
    assert!(letter.html.contains("href=\"https://p.example/?a=1&#38;b=2\""), "{}", letter.html);
    assert!(!letter.text.contains('€'), "its sums were told before");
    // Nowhere to follow it: to the order.
    let unknown = || Moved { carrier: None, tracking_url: None, ..moved(1) };
    let letter = write(Language::De, News::Shipped(1), unknown());
    assert!(
        letter.text.contains("Bestellung ansehen:") && letter.text.contains("zu Ihnen unterwegs:"),
        "{}",
        letter.text
    );
    let fetched = Moved { fetched_at: Some("1 Main Street".to_owned()), ..unknown() };
    let letter = write(Language::De, News::Shipped(1), fetched);
    assert!(letter.text.contains("zur Abholung bereit, 1 Main Street"), "{}", letter.text);
    assert!(!letter.subject.contains("unterwegs"), "{}", letter.subject);
}

#[test]
fn each_step_of_a_return_is_written_in_every_language_and_is_no_markup() {
    for news in [News::Shipped(1), News::ReturnAsked(1), News::ReturnApproved(1), News::ReturnRefused(1)] {
        let [english, german] = [Language::En, Language::De].map(|language| write(language, news, moved(2)));
        assert!(english.subject != german.subject && english.text != german.text);
        for letter in [english, german] {
            assert!(letter.subject.contains("7ZZZ-ABCD"), "{}", letter.subject);
            assert!(letter.text.contains("2 × Thing 2 <b>"), "{}", letter.text);
            for markup in ["<b>", "<i>", "<u>"] {
                assert!(!letter.html.contains(markup), "{markup}: {}", letter.html);
            }
        }
    }
    for (news, said) in [(News::ReturnApproved(1), true), (News::ReturnRefused(1), true), (News::ReturnAsked(1), false)]
    {
        assert_eq!(write(Language::En, news, moved(1)).text.contains("By post <u>\nto us"), said);
    }
    let silent = Moved { words: None, ..moved(1) };
    assert!(
        write(Language::En, News::ReturnApproved(1), silent).text.contains("put the number 7ZZZ-ABCD into the parcel")
    );
}

#[test]
fn a_large_parcel_fits_into_a_letter() {
    let letter = write(Language::De, News::Shipped(1), moved(2_000));
    assert!(letter.text.contains("und 1900 weitere Positionen") && letter.html.len() < 100_000);
    // Of bundles as many as there is room for with their parts.
    let mut bundles = moved(2_000);
    bundles.pieces.iter_mut().for_each(|piece| piece.parts = vec![cup(8); 20]);
    let letter = write(Language::De, News::Shipped(1), bundles);
    assert!(letter.text.contains("und 1996 weitere Positionen") && letter.html.len() < 100_000, "{}", letter.text);
}

fn cup(quantity: u32) -> Piece {
    Piece { title: "Cup <b>".to_owned(), quantity, parts: Vec::new() }
}

#[test]
fn what_is_in_a_bundle_is_told_of_a_parcel_and_of_what_was_ordered() {
    let mut bundle = moved(2);
    bundle.pieces[0].parts = vec![cup(8), cup(2)];
    let letter = write(Language::En, News::Shipped(1), bundle);
    assert!(letter.text.contains("2 × Thing 1 <b> (8 × Cup <b>, 2 × Cup <b>)\n2 × Thing 2 <b>\n"), "{}", letter.text);
    for (language, said) in [(Language::En, "Each: 4 × Cup <b>"), (Language::De, "Je Stück: 4 × Cup <b>")] {
        let mut order = simple(language);
        order.lines[0].parts = vec![cup(4)];
        let letter = order::letter(&order, "Tradepost", &order::News::Confirmed).unwrap();
        assert!(letter.text.contains(said), "{}", letter.text);
        assert!(letter.html.contains("4 × Cup") && !letter.html.contains("<b>"), "{}", letter.html);
    }
}
