use proptest::prelude::*;

use super::*;
use crate::catalog::product::{Level, Variant};
use crate::testing::{product, settings};

fn shop(prices: &[(&str, i64, i64)]) -> Snapshot {
    let products = prices.iter().enumerate().map(|(n, (title, eur, at))| product(n as u64, title, Some(*eur), *at));
    Snapshot::new("7".into(), settings(), products.collect())
}

/// Every product's title, page by page; and from each page the way back is to the one before.
fn walk(snapshot: &Snapshot, query: &str) -> Vec<String> {
    let titles_of = |page: &Page| page.items.iter().map(|item| item.card.title.to_owned()).collect::<Vec<_>>();
    let mut pages: Vec<Vec<String>> = Vec::new();
    let mut cursor = String::new();
    loop {
        let mut list = ListQuery::parse(snapshot, &format!("{query}{cursor}")).unwrap();
        let shown = page(snapshot, &list);
        assert!(shown.items.len() <= list.limit);
        if let (Some(previous), Some(before)) = (&shown.previous_cursor, pages.last()) {
            (list.after, list.backwards) = (Cursor::parse(previous, list.sort, list.currency), true);
            let back = page(snapshot, &list);
            assert_eq!(&titles_of(&back), before, "{query}");
            assert_eq!(back.previous_cursor.is_some(), pages.len() > 1 || query.contains("cursor="), "{query}");
            assert!(back.next_cursor.is_some());
        }
        assert_eq!(shown.previous_cursor.is_some(), list.after.is_some() && !shown.items.is_empty());
        pages.push(titles_of(&shown));
        match shown.next_cursor {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return pages.concat(),
        }
    }
}

#[test]
fn each_sort_has_its_order() {
    let snapshot = shop(&[("b", 300, 1), ("A", 100, 3), ("c", 200, 2)]);
    assert_eq!(walk(&snapshot, ""), ["A", "c", "b"]);
    assert_eq!(walk(&snapshot, "sort=title"), ["A", "b", "c"]);
    assert_eq!(walk(&snapshot, "sort=price_asc"), ["A", "c", "b"]);
    assert_eq!(walk(&snapshot, "sort=price_desc"), ["b", "c", "A"]);
}

#[test]
fn what_sells_best_comes_first_and_of_equals_the_newest() {
    let sold = |(n, sold): (u64, u32)| Product { sold, ..product(n, &format!("p{n}"), Some(100), n as i64 / 2) };
    let products: Vec<Product> = [(1, 0), (2, 7), (3, 2), (4, 7), (5, 0), (6, 2)].into_iter().map(sold).collect();
    let snapshot = Snapshot::new("1".into(), settings(), products);
    for limit in 1..8 {
        let walked = walk(&snapshot, &format!("sort=best_selling&limit={limit}"));
        assert_eq!(walked, ["p4", "p2", "p6", "p3", "p5", "p1"], "{limit} at a time");
    }
}

#[test]
fn a_page_goes_on_behind_what_sold_more_since() {
    let sold = |of: [u32; 4]| {
        let products =
            of.into_iter().zip(1..).map(|(sold, n)| Product { sold, ..product(n, &format!("p{n}"), Some(1), 1) });
        Snapshot::new("1".into(), settings(), products.collect())
    };
    let (before, after) = (sold([9, 5, 4, 1]), sold([9, 5, 4, 7]));
    let first = page(&before, &ListQuery::parse(&before, "sort=best_selling&limit=2").unwrap());
    let query = format!("sort=best_selling&limit=2&cursor={}", first.next_cursor.as_ref().unwrap());
    let next = page(&after, &ListQuery::parse(&after, &query).unwrap());
    let titles = |page: &Page| page.items.iter().map(|item| item.card.title.to_owned()).collect::<Vec<_>>();
    assert_eq!((titles(&first), titles(&next)), (vec!["p1".into(), "p2".into()], vec!["p3".to_owned()]));
}

#[test]
fn products_not_sold_in_the_currency_are_left_out() {
    let mut products = vec![product(1, "euro", Some(1), 1), product(2, "none", None, 2)];
    products[1].variants[0].prices.clear();
    let snapshot = Snapshot::new("1".into(), settings(), products);
    for sort in ["newest", "title", "price_asc", "price_desc", "best_selling"] {
        assert_eq!(walk(&snapshot, &format!("sort={sort}")), ["euro"]);
        assert!(walk(&snapshot, &format!("currency=GBP&sort={sort}")).is_empty());
    }
    let list = ListQuery::parse(&snapshot, "").unwrap();
    assert_eq!(page(&snapshot, &list).total, 1);
}

#[test]
fn filters_narrow_the_list_and_its_total() {
    let mut products: Vec<_> = (0..4).map(|n| product(n, &format!("p{n}"), Some(100 * n as i64), n as i64)).collect();
    products[0].tags = vec!["home".into()];
    products[1].vendor = Some("Fern & Fettle".into());
    products[2].variants[0].level = Level::Low;
    let snapshot = Snapshot::new("1".into(), settings(), products);
    assert_eq!(walk(&snapshot, "tag=home"), ["p0"]);
    assert_eq!(walk(&snapshot, "vendor=Fern+%26+Fettle"), ["p1"]);
    assert_eq!(walk(&snapshot, "in_stock=true"), ["p2"]);
    assert_eq!(walk(&snapshot, "price_min=100&price_max=200&sort=title"), ["p1", "p2"]);
    let list = ListQuery::parse(&snapshot, "price_min=100&limit=1").unwrap();
    assert_eq!((page(&snapshot, &list).items.len(), page(&snapshot, &list).total), (1, 3));
}

/// A product with a variant for each price in euros, in stock or not.
fn with_variants(n: u64, offers: &[(i64, bool)]) -> Product {
    let mut whole = product(n, &format!("p{n}"), None, n as i64);
    let variant = |(m, (amount, in_stock)): (usize, &(i64, bool))| {
        let one = product(n * 100 + m as u64, "x", Some(*amount), 1).variants.remove(0);
        Variant { level: if *in_stock { Level::InStock } else { Level::Out }, ..one }
    };
    whole.variants = offers.iter().enumerate().map(variant).collect();
    whole
}

#[test]
fn a_filter_matches_one_variant_that_satisfies_all_of_it() {
    let products =
        vec![with_variants(1, &[(1_000, false), (10_000, false)]), with_variants(2, &[(1_000, false), (5_000, true)])];
    let snapshot = Snapshot::new("1".into(), settings(), products);
    for (query, expected) in [
        ("price_min=4000&price_max=6000", &["p2"][..]),
        ("price_min=1000&price_max=1000", &["p2", "p1"]),
        ("price_min=1001&price_max=4999", &[]),
        ("price_min=10000", &["p1"]),
        ("price_max=999", &[]),
        ("in_stock=true&price_max=2000", &[]),
        ("in_stock=true&price_max=5000", &["p2"]),
        ("in_stock=true&price_min=5001", &[]),
        ("in_stock=true", &["p2"]),
        ("in_stock=false&price_max=2000", &["p2", "p1"]),
    ] {
        assert_eq!(walk(&snapshot, query), expected, "{query}");
        let list = ListQuery::parse(&snapshot, query).unwrap();
        assert_eq!(page(&snapshot, &list).total, expected.len(), "{query}");
    }
}

#[test]
fn a_variant_that_is_not_sold_in_the_currency_matches_nothing() {
    let mut euros_and_pounds = with_variants(1, &[(1_000, false), (2_000, true)]);
    euros_and_pounds.variants[1].prices = serde_json::from_str(r#"[{"amount": 10, "currency": "GBP"}]"#).unwrap();
    let snapshot = Snapshot::new("1".into(), settings(), vec![euros_and_pounds]);
    assert!(walk(&snapshot, "in_stock=true").is_empty());
    assert_eq!(walk(&snapshot, "in_stock=true&currency=GBP"), ["p1"]);
    assert!(walk(&snapshot, "price_max=10").is_empty());
}

#[test]
fn titles_are_listed_as_people_sort_them_page_by_page() {
    let titles = ["Zebra", "Éclair", "apple", "Ärmel", "Øre", "mug 10", "mug 2"];
    let snapshot = shop(&titles.map(|title| (title, 1, 1)));
    for limit in 1..=8 {
        let walked = walk(&snapshot, &format!("sort=title&limit={limit}"));
        assert_eq!(walked, ["apple", "Ärmel", "Éclair", "mug 2", "mug 10", "Øre", "Zebra"], "limit {limit}");
    }
}

#[test]
fn a_title_that_changes_between_pages_moves_nothing_but_its_own_product() {
    let before = shop(&[("a", 1, 1), ("Mug", 1, 1), ("mug", 1, 1), ("z", 1, 1)]);
    let list = ListQuery::parse(&before, "limit=2&sort=title").unwrap();
    let first = page(&before, &list);
    assert_eq!(first.items[1].card.title, "mug");
    let cursor = first.next_cursor.unwrap();
    for (changed, rest) in [("b", &["Mug", "z"][..]), ("Mug", &["Mug", "Mug", "z"]), ("zz", &["Mug", "z", "zz"])] {
        let after = shop(&[("a", 1, 1), ("Mug", 1, 1), (changed, 1, 1), ("z", 1, 1)]);
        assert_eq!(walk(&after, &format!("sort=title&cursor={cursor}")), rest);
    }
}

#[test]
fn the_longest_titles_have_cursors_that_fit_into_an_address() {
    let longest = ["\u{fdfa}", "☕", "\u{10ffff}"].map(|letter| letter.repeat(254));
    let titles = longest.iter().flat_map(|title| [format!("{title}a"), format!("{title}b")]);
    let titles: Vec<String> = titles.collect();
    let snapshot = shop(&titles.iter().map(|title| (title.as_str(), 1, 1)).collect::<Vec<_>>());
    assert_eq!(walk(&snapshot, "sort=title&limit=1"), walk(&snapshot, "sort=title"));
    let list = ListQuery::parse(&snapshot, "sort=title&limit=1").unwrap();
    assert!(page(&snapshot, &list).next_cursor.unwrap().len() < 2_000);
}

#[test]
fn a_page_goes_on_where_it_ended_though_its_last_product_is_gone() {
    let all = [("a", 1, 1), ("b", 2, 2), ("c", 3, 3)];
    let list = ListQuery::parse(&shop(&all), "limit=2&sort=title").unwrap();
    let cursor = page(&shop(&all), &list).next_cursor.unwrap();
    let products = [product(0, "a", Some(1), 1), product(2, "c", Some(3), 3)];
    let later = Snapshot::new("8".into(), settings(), products.into());
    assert_eq!(walk(&later, &format!("sort=title&cursor={cursor}")), ["c"]);
}

/// Titles that are alike in some way.
fn titles() -> impl Strategy<Value = String> {
    "[aAäø7 ]{0,3}|(mug|Mug|müg) (2|02|10)"
}

proptest! {
    #[test]
    fn a_filter_lists_what_has_a_variant_that_fits(
        goods in proptest::collection::vec(proptest::collection::vec((0..6_i64, any::<bool>()), 1..4), 0..12),
        least in proptest::option::of(0..6_i64),
        width in proptest::option::of(0..4_i64),
        in_stock in any::<bool>(),
        limit in 1..4,
    ) {
        let most = width.map(|width| least.unwrap_or(0) + width);
        let fits = |offer: &(i64, bool)| {
            least.is_none_or(|least| offer.0 >= least) && most.is_none_or(|most| offer.0 <= most) && (offer.1 || !in_stock)
        };
        let mut expected: Vec<_> = goods.iter().enumerate()
            .filter(|(_, offers)| offers.iter().any(fits)).map(|(n, _)| format!("p{n}")).collect();
        expected.reverse();
        let products = goods.iter().enumerate().map(|(n, offers)| with_variants(n as u64, offers)).collect();
        let snapshot = Snapshot::new("1".into(), settings(), products);
        let bound = |name, amount: Option<i64>| amount.map_or_else(String::new, |amount| format!("&{name}={amount}"));
        let query = format!("limit={limit}&in_stock={in_stock}{}{}", bound("price_min", least), bound("price_max", most));
        prop_assert_eq!(&walk(&snapshot, &query), &expected);
        let list = ListQuery::parse(&snapshot, &query).unwrap();
        prop_assert_eq!(page(&snapshot, &list).total, expected.len());
        for sort in ["title", "price_asc", "price_desc"] {
            let mut walked = walk(&snapshot, &format!("{query}&sort={sort}"));
            walked.sort_by_key(|title| std::cmp::Reverse(title[1..].parse::<usize>().unwrap()));
            prop_assert_eq!(&walked, &expected);
        }
    }

    #[test]
    fn pages_by_title_neither_repeat_nor_leave_out(
        titles in proptest::collection::vec(titles(), 0..30),
        limit in 1..7_usize,
    ) {
        let goods: Vec<_> = titles.iter().map(|title| (title.as_str(), 1, 1)).collect();
        let snapshot = shop(&goods);
        let walked = walk(&snapshot, &format!("sort=title&limit={limit}"));
        prop_assert!(walked.is_sorted_by(|a, b| title_order::compare(a, b).is_le()));
        let (mut walked, mut titles) = (walked, titles);
        walked.sort();
        titles.sort();
        prop_assert_eq!(walked, titles);
    }

    #[test]
    fn pages_hold_every_product_once_in_order(
        goods in proptest::collection::vec(("[a-cA-C]{0,2}", proptest::option::of(0..4_i64), 0..3_i64), 0..40),
        limit in 1..7_usize,
    ) {
        let products: Vec<_> = goods.iter().enumerate()
            .map(|(n, (title, eur, at))| product(n as u64, &format!("{title}#{n}"), *eur, *at)).collect();
        let mut expected: Vec<_> =
            products.iter().filter(|product| !product.variants[0].prices.is_empty()).map(|product| product.title.clone()).collect();
        expected.sort();
        let snapshot = Snapshot::new("1".into(), settings(), products);
        for sort in ["newest", "title", "price_asc", "price_desc", "best_selling"] {
            let walked = walk(&snapshot, &format!("sort={sort}&limit={limit}"));
            let whole = walk(&snapshot, &format!("sort={sort}&limit=100"));
            prop_assert_eq!(&walked, &whole);
            let mut sorted = walked.clone();
            sorted.sort();
            prop_assert_eq!(&sorted, &expected);
            let amounts: Vec<_> = walked.iter().map(|title| {
                let product = snapshot.products.iter().find(|product| product.names().title == *title).unwrap();
                product.product().unwrap().variants[0].prices[0].amount
            }).collect();
            prop_assert!(sort != "price_asc" || amounts.is_sorted());
            prop_assert!(sort != "price_desc" || amounts.iter().rev().is_sorted());
        }
    }
}
