use super::*;
use crate::money::Money;
use crate::shelf::chunks::Changed;
use crate::shelf::read::answer;
use crate::testing::{product, settings};

fn stored(products: &[Arc<Packed>]) -> Stored {
    Stored { changed: Changed { products: products.to_vec(), removed: Vec::new() }, ..Stored::default() }
}

fn packed(product: &Product) -> Arc<Packed> {
    Arc::new(Packed::new(product))
}

/// Two products as a copy, and as the next has them with what one of them has become.
fn versions(change: impl FnOnce(&mut Product)) -> [Snapshot; 3] {
    let mut products: Vec<_> = (1..3).map(|n| packed(&product(n, &format!("p{n}"), Some(100), n as i64))).collect();
    let next = |version: &str, products: &[Arc<Packed>], before: Option<&Snapshot>| {
        Snapshot::of_stored(version.to_owned(), settings(), stored(products), before)
    };
    let before = next("1", &products, None);
    // What it is found by is made before the next one comes.
    answers(&before);
    let mut changed = products[1].product().unwrap();
    change(&mut changed);
    products[1] = packed(&changed);
    let after = next("2", &products, Some(&before));
    let alone = next("2", &products, None);
    [before, after, alone]
}

#[test]
fn answers_are_kept_as_long_as_they_would_be_the_same() {
    let [before, after, _] = versions(|product| product.title = "new".into());
    let moment = before.moment();
    assert!(moment.is_of(&before.clone().packed()));
    assert!(!moment.is_of(&after) && !Moment::default().is_of(&before));
    assert!(!moment.is_of(&before.as_of(Timestamp::from_millis(7))), "a sale may have begun");
}

fn answers(snapshot: &Snapshot) -> Vec<Vec<u8>> {
    let queries =
        ["sort=title", "sort=price_asc", "facets=true", "q=p2", "q=new", "price_max=50", "in_stock=true", "vendor=new"];
    let answer = |query: &str| answer(snapshot, "/v1/products", query).unwrap().unwrap().body;
    let ids = snapshot.products.iter().map(|product| product.id);
    let named = ids.map(|id| snapshot.by_id(id).unwrap().title.clone().into_bytes());
    queries.into_iter().map(answer).chain(named).collect()
}

#[test]
fn a_price_and_a_level_leave_what_products_are_found_by() {
    let price = |product: &mut Product| {
        product.variants[0].prices = vec![Money { amount: 50, ..product.variants[0].prices[0] }];
        product.variants[0].level = Level::Out;
        product.level = Level::Out;
        product.version += 1;
        product.description = "new".to_owned();
    };
    let [before, after, alone] = versions(price);
    assert!(Arc::ptr_eq(&before.index, &after.index));
    assert_eq!(answers(&after), answers(&alone));
    assert_ne!(answers(&after), answers(&before));
}

#[test]
fn whatever_they_are_found_by_is_made_anew_when_it_changes() {
    let changes: [fn(&mut Product); 11] = [
        |product| product.title = "new".to_owned(),
        |product| product.slug = "new".to_owned(),
        |product| product.former_slugs = vec!["new".to_owned()],
        |product| product.vendor = Some("new".to_owned()),
        |product| product.kind = Some("new".to_owned()),
        |product| product.tags = vec!["new".to_owned()],
        |product| product.options = vec![ProductOption { name: "Size".to_owned(), values: vec!["new".to_owned()] }],
        |product| product.variants[0].sku = "new".to_owned(),
        |product| product.variants[0].barcode = Some("new".to_owned()),
        |product| product.variants[0].options = vec!["new".to_owned()],
        |product| product.created_at = Timestamp::from_millis(0),
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let [before, after, alone] = versions(change);
        assert!(!Arc::ptr_eq(&before.index, &after.index), "change {n}");
        assert_eq!(answers(&after), answers(&alone), "change {n}");
    }
}

#[test]
fn what_was_read_is_forgotten_when_it_is_much() {
    let large = |n| Product { description: "x".repeat(300_000), ..product(n, &format!("p{n}"), Some(100), n as i64) };
    let snapshot = Snapshot::new("1".into(), settings(), (0..9).map(large).collect());
    let read = |places: Range<u32>| places.filter(|place| snapshot.product(*place).is_some()).count();
    assert_eq!((read(0..6), snapshot.is_unpacked()), (6, false));
    assert_eq!((read(0..9), read(0..9), snapshot.is_unpacked()), (9, 9, true));
    let packed = snapshot.clone().packed();
    assert!(!packed.is_unpacked() && Arc::ptr_eq(&packed.timely, &snapshot.timely));
    assert_eq!(answers(&packed), answers(&snapshot));
}
