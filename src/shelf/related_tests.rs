use super::*;
use crate::catalog::product::Level;
use crate::testing::{product, settings};

fn eur() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn made(n: u64, tags: &[&str]) -> Product {
    let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    let mut made = Product { tags, level: Level::InStock, ..product(n, &format!("p{n}"), Some(100), n as i64) };
    made.variants[0].level = Level::InStock;
    made
}

/// The titles of what goes with the products of these numbers.
fn titles(snapshot: &Snapshot, of: &[u64], most: usize) -> Vec<String> {
    let of: Vec<_> = of.iter().map(|n| snapshot.by_slug(&format!("slug-{n}")).unwrap()).collect();
    related(snapshot, eur(), &of, most).iter().map(|listed| listed.card.title.to_owned()).collect()
}

#[test]
fn what_was_bought_together_comes_first_and_what_shares_the_rarest_tag_after_it() {
    let mut products: Vec<_> = (1..=6).map(|n| made(n, &["common"])).collect();
    products[0].tags = vec!["common".into(), "rare".into()];
    products[1].tags = products[0].tags.clone();
    products[0].bought_with = vec![products[4].id, products[2].id];
    let snapshot = Snapshot::new("1".into(), settings(), products);
    // The newest of those that have only the common tag.
    assert_eq!(titles(&snapshot, &[1], 5), ["p5", "p3", "p2", "p6", "p4"]);
    assert_eq!(titles(&snapshot, &[1], 1), ["p5"]);
}

#[test]
fn several_products_are_heard_together_and_none_of_them_is_named() {
    let mut products: Vec<_> = (1..=6).map(|n| made(n, &[])).collect();
    let ids: Vec<_> = products.iter().map(|product| product.id).collect();
    products[0].bought_with = vec![ids[1], ids[2], ids[3]];
    products[1].bought_with = vec![ids[0], ids[3], ids[4]];
    let snapshot = Snapshot::new("1".into(), settings(), products);
    // Of p3 and p4 each says 4, of p4 the other 1 more; of p5 one says 1.
    assert_eq!(titles(&snapshot, &[1, 2], 8), ["p4", "p3", "p5"]);
}

#[test]
fn what_cannot_be_bought_is_left_out() {
    let mut products: Vec<_> = (1..=4).map(|n| made(n, &["one"])).collect();
    (products[1].level, products[1].variants[0].level) = (Level::Out, Level::Out);
    products[2] = Product { tags: products[2].tags.clone(), level: Level::InStock, ..product(3, "p3", None, 3) };
    let gone = product(9, "p9", Some(100), 9).id;
    products[0].bought_with = vec![gone, products[1].id, products[2].id];
    let snapshot = Snapshot::new("1".into(), settings(), products);
    assert_eq!(titles(&snapshot, &[1], 8), ["p4"]);
}

#[test]
fn what_is_sold_out_is_not_unpacked_to_see_that() {
    let mut products: Vec<_> = (1..=9).map(|n| made(n, &["one"])).collect();
    for product in &mut products[1..8] {
        (product.level, product.variants[0].level) = (Level::Out, Level::Out);
    }
    let snapshot = Snapshot::new("1".into(), settings(), products);
    assert_eq!(titles(&snapshot, &[1], 8), ["p9"]);
    assert_eq!(snapshot.unpacked_count(), 2);
}

#[test]
fn a_query_names_what_is_wrong_with_it() {
    let snapshot = Snapshot::new("1".into(), settings(), vec![made(1, &[])]);
    let id = snapshot.products[0].id;
    let asked = RelatedQuery::parse(&snapshot, &format!("product={id}&limit=24&currency=USD"), true).unwrap();
    assert_eq!((asked.products, asked.limit, asked.currency.to_string().as_str()), (vec![id], 24, "USD"));
    let many = format!("product={id}&").repeat(51);
    for (query, of_several, field) in [
        ("", true, "product"),
        (&*many, true, "product"),
        ("product=mug", true, "product"),
        (&*format!("product={id}"), false, "product"),
        ("limit=0", false, "limit"),
        ("limit=25", false, "limit"),
        ("limit=4&limit=4", false, "limit"),
        ("currency=XXX", false, "currency"),
        ("sort=title", false, "sort"),
    ] {
        let problem = RelatedQuery::parse(&snapshot, query, of_several).unwrap_err();
        assert!(
            problem.errors.iter().all(|error| error.pointer.contains(field)) && !problem.errors.is_empty(),
            "{query}: {problem:?}"
        );
    }
}
