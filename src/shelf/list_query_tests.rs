use super::*;
use crate::shelf::listing::page;
use crate::testing::{product, settings};

fn shop(prices: &[(&str, i64, i64)]) -> Snapshot {
    let products = prices.iter().enumerate().map(|(n, (title, eur, at))| product(n as u64, title, Some(*eur), *at));
    Snapshot::new("7".into(), settings(), products.collect())
}

fn code(snapshot: &Snapshot, query: &str) -> (&'static str, String) {
    let problem = ListQuery::parse(snapshot, query).unwrap_err();
    assert_eq!(problem.status, 422);
    (problem.code, problem.errors[0].pointer.clone())
}

#[test]
fn a_list_is_sorted_by_relevance_only_where_something_is_looked_for() {
    let snapshot = shop(&[]);
    let sort = |query: &str| ListQuery::parse(&snapshot, query).unwrap().sort;
    assert_eq!([sort(""), sort("q="), sort("sort=relevance"), sort("q=+")], [Sort::Newest; 4]);
    assert_eq!([sort("q=mug"), sort("sort=relevance&q=mug")], [Sort::Relevance; 2]);
    assert_eq!(sort("q=mug&sort=title"), Sort::Title);
}

#[test]
fn what_is_looked_for_is_read_as_what_is_stored_is() {
    let snapshot = shop(&[]);
    let list = ListQuery::parse(&snapshot, "tag=b&option.Gro%CC%88%C3%9Fe=+L+&tag=a").unwrap();
    let values = |name: &str| list.filter.values.get(name).unwrap().clone();
    assert_eq!((values("tag"), values("option.Größe")), (vec!["b".into(), "a".into()], vec!["L".into()]));
}

#[test]
fn what_does_not_fit_is_named() {
    let snapshot = shop(&[("a", 1, 1)]);
    let all = [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("limit=1&limit=2", "limit"),
        ("sort=up", "sort"),
        ("currency=JPY", "currency"),
        ("price_min=-1", "price_min"),
        ("price_min=2&price_max=1", "price_min"),
        ("price_max=1&price_min=2", "price_min"),
        ("in_stock=1", "in_stock"),
        ("facets=1", "facets"),
        ("q=a&q=b", "q"),
        ("page=2", "page"),
        ("cursor=abc", "cursor"),
    ];
    for (query, pointer) in all {
        assert_eq!(code(&snapshot, query), ("invalid", pointer.to_owned()), "{query}");
    }
    let many = |count: usize| vec!["tag=a"; count].join("&");
    assert!(ListQuery::parse(&snapshot, &many(MAX_VALUES)).is_ok());
    assert_eq!(code(&snapshot, &many(MAX_VALUES + 1)).1, "tag");
    for name in ["q", "vendor", "collection", "option.Size"] {
        assert_eq!(code(&snapshot, &format!("{name}={}", "a".repeat(MAX_SOUGHT + 1))).1, name);
    }
}

#[test]
fn a_cursor_is_only_good_for_its_own_list() {
    let snapshot = shop(&[("a", 1, 1), ("b", 2, 2)]);
    let list = ListQuery::parse(&snapshot, "limit=1&sort=title").unwrap();
    let cursor = page(&snapshot, &list).next_cursor.unwrap();
    assert!(ListQuery::parse(&snapshot, &format!("sort=title&cursor={cursor}")).is_ok());
    assert_eq!(code(&snapshot, &format!("sort=newest&cursor={cursor}")).1, "cursor");
    assert_eq!(code(&snapshot, &format!("sort=title&currency=GBP&cursor={cursor}")).1, "cursor");
    for n in 0..cursor.len() {
        let mut tampered = cursor.clone().into_bytes();
        tampered[n] = if tampered[n] == b'A' { b'B' } else { b'A' };
        let tampered = String::from_utf8(tampered).unwrap();
        assert!(ListQuery::parse(&snapshot, &format!("sort=title&cursor={tampered}")).is_err(), "{n}");
    }
}
