use proptest::prelude::*;

use crate::shelf::list_query::ListQuery;
use crate::shelf::listing::page;
use crate::shelf::snapshot::{Product, Snapshot};
use crate::testing::{product, settings};
use crate::text::Language;

fn titled(titles: &[&str]) -> Vec<Product> {
    titles.iter().enumerate().map(|(n, title)| product(n as u64, title, Some(100), 1)).collect()
}

/// The titles that a search lists, the best first.
fn found(products: &[Product], sought: &str) -> Vec<String> {
    let snapshot = Snapshot::new("1".into(), settings(), products.to_vec());
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", sought).finish();
    let (mut titles, mut cursor) = (Vec::new(), String::new());
    loop {
        let list = ListQuery::parse(&snapshot, &format!("{query}&limit=3{cursor}")).unwrap();
        let page = page(&snapshot, &list);
        titles.extend(page.items.iter().map(|item| item.card.title.to_owned()));
        match page.next_cursor {
            Some(next) => cursor = format!("&cursor={next}"),
            None => {
                assert_eq!(titles.len(), page.total);
                return titles;
            }
        }
    }
}

const GOODS: [&str; 14] = [
    "Water Pump",
    "Pumpkin",
    "Front Wheel Bearing",
    "Wheel Cover, Front",
    "Reading Glasses",
    "Wine Glass",
    "The The",
    "The Mug",
    "Beanie with Logo",
    "Logo",
    "T-Shirt",
    "T Shirt, 500 ml",
    "Cordless Drill 18V",
    "🎁",
];

#[test]
fn what_people_look_for_is_found() {
    let goods = titled(&GOODS);
    for (sought, expected) in [
        ("pump", &["Water Pump", "Pumpkin"][..]),
        ("pumps", &["Water Pump"]),
        ("pu", &["Pumpkin", "Water Pump"]),
        ("water pum", &["Water Pump"]),
        ("PUMP Water", &["Water Pump"]),
        ("front wheel bearings", &["Front Wheel Bearing"]),
        ("weel bering", &["Front Wheel Bearing"]),
        ("wheel front", &["Wheel Cover, Front", "Front Wheel Bearing"]),
        ("glasses", &["Reading Glasses", "Wine Glass"]),
        ("the the", &["The The", "The Mug"]),
        ("beanie logo", &["Beanie with Logo"]),
        ("logo", &["Logo", "Beanie with Logo"]),
        ("tshirt", &["T-Shirt"]),
        ("t-shirt", &["T-Shirt", "T Shirt, 500 ml"]),
        ("500ml", &["T Shirt, 500 ml"]),
        ("18 v drill", &["Cordless Drill 18V"]),
        ("🎁", &["🎁"]),
        ("pump mug", &[]),
        ("...", &[]),
    ] {
        assert_eq!(found(&goods, sought), expected, "{sought}");
    }
}

#[test]
fn spellings_of_a_word_find_the_same() {
    let titles =
        ["Cilios", "Cílios", "Grosse Vase", "Groesse Vase", "Größe Vase", "Łódź", "Lodz", "Café", "Cafe\u{301} 2"];
    let goods = titled(&titles);
    for spellings in [
        &["cilios", "cílios", "CÍLIOS"][..],
        &["grosse", "groesse", "größe"],
        &["lodz", "Łódź"],
        &["cafe", "café", "cafe\u{301}"],
    ] {
        let sets = spellings.iter().map(|sought| {
            let mut titles = found(&goods, sought);
            titles.sort();
            titles
        });
        let sets: Vec<_> = sets.collect();
        assert!(sets[0].len() > 1 && sets.iter().all(|set| *set == sets[0]), "{spellings:?}: {sets:?}");
    }
}

#[test]
fn scripts_without_blanks_are_searched_by_their_letters() {
    let goods = titled(&["罗汉果茶", "緑茶", "緑 茶 カップ", "緑の茶", "가방", "你好世界"]);
    for (sought, expected) in [
        ("罗汉果", &["罗汉果茶"][..]),
        ("汉果", &["罗汉果茶"]),
        ("緑茶", &["緑茶", "緑 茶 カップ"]),
        ("緑 茶", &["緑茶", "緑の茶", "緑 茶 カップ"]),
        ("方", &[]),
        ("가방", &["가방"]),
        ("世界", &["你好世界"]),
    ] {
        assert_eq!(found(&goods, sought), expected, "{sought}");
    }
}

#[test]
fn codes_are_found_with_any_or_no_marks() {
    let mut goods = titled(&["A", "B", "C", "D"]);
    for (n, sku) in ["16-07", "NOR.0707-60", "KT-INS114-DRE", "ABCDEF"].into_iter().enumerate() {
        goods[n].variants[0].sku = sku.into();
    }
    goods[3].variants[0].barcode = Some("4006381333931".into());
    for (sought, expected) in [
        ("16-07", "A"),
        ("1607", "A"),
        ("16 07", "A"),
        ("nor070760", "B"),
        ("0707-60", "B"),
        ("NOR 0707/60", "B"),
        ("KT INS114", "C"),
        ("kt-ins114-dre", "C"),
        ("ins114dre", "C"),
        ("INS 114", "C"),
        ("abcdef", "D"),
        ("4006381333931", "D"),
    ] {
        assert_eq!(found(&goods, sought), [expected], "{sought}");
    }
    // A digit is no letter that was mistyped.
    assert!(found(&goods, "16-08").is_empty());
}

#[test]
fn vendors_tags_and_options_are_searched_behind_titles() {
    let mut goods = titled(&["Mug", "Red Mug", "Cup", "Redwood"]);
    goods[0].tags = vec!["red".into()];
    goods[2].vendor = Some("Red & Sons".into());
    goods[3].options = serde_json::from_str(r#"[{"name": "Colour", "values": ["Blue"]}]"#).unwrap();
    assert_eq!(found(&goods, "red"), ["Red Mug", "Redwood", "Cup", "Mug"]);
    assert_eq!(found(&goods, "red mug"), ["Red Mug", "Mug"]);
    assert_eq!(found(&goods, "blue"), ["Redwood"]);
}

#[test]
fn a_page_of_a_search_goes_on_where_it_ended() {
    // Several of each rank: `found` asks for three at a time, and counts.
    let titles: Vec<_> = (0..20).map(|n| ["Mug", "Blue Mug", "Mugs", "Big Blue Mug"][n % 4]).collect();
    let listed = found(&titled(&titles), "mug");
    let expected = ["Mug", "Blue Mug", "Big Blue Mug", "Mugs"].iter().flat_map(|title| vec![*title; 5]);
    assert_eq!(listed, expected.collect::<Vec<_>>());
}

#[test]
fn a_filter_narrows_what_was_found() {
    let mut goods = titled(&["Blue Mug", "Red Mug", "Blue Cup"]);
    goods[0].vendor = Some("A".into());
    goods[2].vendor = Some("A".into());
    let snapshot = Snapshot::new("1".into(), settings(), goods);
    let list = ListQuery::parse(&snapshot, "q=mug&vendor=A").unwrap();
    let page = page(&snapshot, &list);
    assert_eq!((page.total, page.items[0].card.title), (1, "Blue Mug"));
}

proptest! {
    /// Whatever a title is, each of its words finds it, and so does all of it.
    #[test]
    fn a_title_is_found_by_itself(title in "([a-zA-Zäß緑茶é]{1,8}[ '.-]?){1,4}[0-9]{0,3}", others in proptest::collection::vec("[a-z ]{1,12}", 0..4)) {
        let mut titles: Vec<&str> = others.iter().map(String::as_str).collect();
        titles.push(&title);
        let goods = titled(&titles);
        for sought in title.split(' ').chain([title.as_str()]).filter(|word| word.chars().any(char::is_alphanumeric)) {
            prop_assert!(found(&goods, sought).contains(&title), "{sought}");
        }
    }

    #[test]
    fn nothing_that_is_looked_for_is_too_odd(sought in "\\PC{0,40}") {
        found(&titled(&["Mug", &sought]), &sought);
    }
}

#[test]
fn no_more_words_are_meant_than_are_looked_for() {
    let snapshot = Snapshot::new("1".into(), settings(), titled(&["Kettle"]));
    let meant = |typed: &str, count: usize| snapshot.meant(&vec![typed; count].join(" "));
    assert_eq!(meant("Ketle", 40), Some(["Kettle"; 12].join(" ")));
    assert_eq!(meant("Kettle", 40), None, "what is left out is no mistake");
}

#[test]
fn what_is_sold_is_found_in_each_language_that_it_is_called_in() {
    let mut goods = titled(&["Kettle", "Teapot", "Kettle Lid"]);
    let german =
        r##"{"de": {"title": "Emaillierter Teekessel", "options": {"Hue": {"values": {"red": "zinnoberrot"}}}}}"##;
    goods[0].options = serde_json::from_str(r#"[{"name": "Hue", "values": ["red"]}]"#).unwrap();
    goods[0].translations = serde_json::from_str(german).unwrap();
    for sought in ["teekessel", "emailliert", "kettle teekessel", "tekessel", "zinnober"] {
        assert_eq!(found(&goods, sought), ["Kettle"], "{sought}");
    }
    assert_eq!(found(&goods, "kettle"), ["Kettle", "Kettle Lid"], "the whole title is its own");
    let snapshot = Snapshot::new("1".into(), settings(), goods);
    assert_eq!(snapshot.meant("Teekesel").as_deref(), Some("Teekessel"));
    let completed = |begin, language| snapshot.completed(begin, 3, language);
    assert_eq!(completed("emai", Some(Language::De)), ["Emaillierter"]);
    assert_eq!(completed("zin", Some(Language::De)), ["zinnoberrot"]);
    for own in [None, Some(Language::En)] {
        assert!(completed("emai", own).is_empty() && completed("zin", own).is_empty(), "of another language");
        assert_eq!(completed("ke", own), ["Kettle"], "also where it is called something else elsewhere");
        assert_eq!(completed("te", own), ["Teapot"]);
    }
}

/// In a shop so large that most are not looked at one by one.
#[test]
fn the_best_of_many_are_told_in_order_on_all_pages() {
    const WORDS: [&str; 6] = ["kettle", "kettles", "lantern", "lamp", "mug", "red"];
    let mut chance: u32 = 7;
    let mut word = || {
        chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        WORDS[(chance >> 16) as usize % WORDS.len()]
    };
    let goods = (0..4_000_u64).map(|n| {
        let title = (0..=n % 4).map(|_| word()).collect::<Vec<_>>().join(" ");
        Product { tags: vec![word().into()], ..product(n, &title, Some(100), 1) }
    });
    let snapshot = Snapshot::new("1".into(), settings(), goods.collect());
    let many = ["kettle", "ketle", "kettle lantern", "la", "mug"];
    for (sought, least) in many.map(|sought| (sought, 1_000)).into_iter().chain([("red mug kettles", 100)]) {
        let found = snapshot.searched().find(sought);
        let mut expected: Vec<u32> = found.places.iter().collect();
        assert!(expected.len() > least, "{sought}: {}", expected.len());
        expected.sort_by_key(|place| std::cmp::Reverse(found.rank(*place)));
        let expected: Vec<_> = expected.iter().map(|place| snapshot.products[*place as usize].id).collect();
        let listed = |cursor: Option<String>, backwards: bool| {
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", sought).finish();
            let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let list = ListQuery::parse(&snapshot, &format!("{query}&limit=100{cursor}")).unwrap();
            page(&snapshot, &ListQuery { backwards, ..list })
        };
        let (mut all, mut back, mut cursor) = (Vec::new(), Vec::new(), None);
        loop {
            let page = listed(cursor, false);
            all.extend(page.items.iter().map(|item| item.card.id));
            cursor = page.next_cursor;
            if cursor.is_none() {
                back.extend(page.items.iter().map(|item| item.card.id));
                cursor = page.previous_cursor;
                break;
            }
        }
        assert!(all == expected, "{sought}");
        while cursor.is_some() {
            let page = listed(cursor, true);
            back.splice(0..0, page.items.iter().map(|item| item.card.id));
            cursor = page.previous_cursor;
        }
        assert!(back == expected, "{sought}, backwards");
    }
}
