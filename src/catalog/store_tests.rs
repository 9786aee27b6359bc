use super::*;
use crate::money::{Currency, Money};
use crate::revision::Revision;
use crate::sorted::SortedMap;
use crate::testing::{connection, insertion, product as example, run};
use proptest::prelude::*;
use rusqlite::Connection;

pub(super) fn batch(connection: &mut Connection, statements: &[Statement]) -> Result<Vec<Rows>, String> {
    let transaction = connection.transaction().unwrap();
    let rows: Result<Vec<_>, _> = statements.iter().map(|statement| run(&transaction, statement)).collect();
    let rows = rows.map_err(|error| error.to_string())?;
    transaction.commit().unwrap();
    Ok(rows)
}

pub(super) fn read(connection: &Connection, id: ProductId) -> Option<Product> {
    read_product(run(connection, &product(id)).unwrap()).unwrap()
}

/// A product with all there is to one.
pub(super) fn rich() -> Product {
    let mut product = example(1, "Mug \"Größe\"", Some(1_990), 5);
    let value = serde_json::json!([{"name": "Size", "values": ["S", "L"]}, {"name": "Hue", "values": ["red"]}]);
    product.options = serde_json::from_value(value).unwrap();
    product.description = "two\nlines".into();
    product.vendor = Some("Fern & Fettle".into());
    product.tags = vec!["z".into(), "a".into()];
    product.images =
        serde_json::from_value(serde_json::json!([{"url": "/b.svg", "alt": ""}, {"url": "/a.svg", "alt": "A"}]))
            .unwrap();
    let mut second = example(2, "", Some(0), 5).variants.remove(0);
    product.variants[0].options = vec!["L".into(), "red".into()];
    product.variants[0].title = "L / red".into();
    second.options = vec!["S".into(), "red".into()];
    second.given_title = Some("Small".into());
    second.title = "Small".into();
    second.weight_grams = Some(5);
    second.barcode = Some("123".into());
    second.image = Some(1);
    second.tax_class = Some("standard".into());
    product.variants.push(second);
    product.variants[0].compare_at = vec![Money { amount: 2_490, currency: Currency::parse("EUR").unwrap() }];
    product.tax_class = Some("standard".into());
    product.publish_at = Some(Timestamp::from_millis(-5));
    product.unpublish_at = Some(Timestamp::from_millis(20));
    product.kind = Some("Mug}".into());
    product.seo_title = Some("{A mug".into());
    let german = serde_json::json!({"de": {"title": "{Becher}", "options": {"Size": {"values": {"L": "groß"}}}}});
    product.translations = serde_json::from_value(german).unwrap();
    product.metadata = serde_json::from_value(serde_json::json!({"erp.id": "7}", "cost": 12, "own": true})).unwrap();
    product.variants[0].terms = serde_json::from_value(serde_json::json!([{
        "currency": "EUR", "sale": 1_500, "starts_at": null, "ends_at": 99, "lowest": null,
        "tiers": [{"from": 10, "amount": 1_800}, {"from": 1_000_000, "amount": 0}],
    }]))
    .unwrap();
    product
}

#[test]
fn a_product_is_read_as_it_was_written() {
    let mut db = connection();
    let product = rich();
    batch(&mut db, &insertion(&product)).unwrap();
    assert_eq!(read(&db, product.id), Some(product.clone()));
    let found = read_product(run(&db, &product_of_variant(product.variants[1].id)).unwrap()).unwrap();
    assert_eq!(found.unwrap().id, product.id);
    let on_sale = |millis| run(&db, &active_products("", 10, 0, Timestamp::from_millis(millis))).unwrap();
    assert_eq!(documents(on_sale(20)).unwrap().len(), 0, "its time is over");
    let rows = on_sale(19);
    let mut of_buyers = Product { metadata: SortedMap::new(), ..product.clone() };
    of_buyers.variants.iter_mut().for_each(|variant| variant.pieces = None);
    assert_eq!(products(rows).unwrap(), [of_buyers], "what is staff's stays with staff");
    let sold = documents(run(&db, &sold(&[product.variants[1].id])).unwrap()).unwrap();
    assert_eq!(sold.len(), 1);
}

#[test]
fn every_part_of_a_product_can_change() {
    let mut db = connection();
    let before = rich();
    batch(&mut db, &insertion(&before)).unwrap();
    let mut after = before.clone();
    after.version = 2;
    after.title = "Cup".into();
    after.tags = vec!["new".into()];
    after.images.clear();
    after.options[0].values.push("XL".into());
    // The variants trade places, SKUs and options; a third one comes.
    after.variants.reverse();
    let (left, right) = after.variants.split_at_mut(1);
    std::mem::swap(&mut left[0].sku, &mut right[0].sku);
    std::mem::swap(&mut left[0].options, &mut right[0].options);
    after.variants[1].title = "S / red".into();
    after.variants[1].prices.clear();
    after.variants[1].compare_at.clear();
    after.variants[1].terms.clear();
    let mut third = example(3, "", Some(7), 5).variants.remove(0);
    third.options = vec!["XL".into(), "red".into()];
    third.title = "XL / red".into();
    after.variants.push(third);
    batch(&mut db, &update_product(&before, &after).into_statements()).unwrap();
    assert_eq!(read(&db, after.id), Some(after.clone()));
    let mut last = after.clone();
    last.version = 3;
    last.variants.remove(0);
    batch(&mut db, &update_product(&after, &last).into_statements()).unwrap();
    assert_eq!(read(&db, after.id), Some(last.clone()));
    batch(&mut db, &delete_product(&last, Timestamp::from_millis(7)).into_statements()).unwrap();
    assert_eq!(read(&db, after.id), None);
    let (products, bytes): (i64, i64) = db
        .query_row("SELECT products, packed_bytes FROM catalog_state", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    assert_eq!((products, bytes), (0, 0));
    for table in ["variants", "prices", "product_tags", "product_options", "product_images"] {
        let count: i64 = db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(count, 0, "{table}");
    }
}

#[test]
fn what_a_product_is_found_by_follows_it() {
    let mut db = connection();
    let before = rich();
    let count = |db: &Connection, words: &[&str]| {
        let wanted = Wanted { status: None, words: words.iter().map(|word| (*word).to_owned()).collect() };
        let listed = products(run(db, &newest_products(&wanted, None, 10)).unwrap()).unwrap().len();
        let counted: i64 = run(db, &count_products(&wanted)).unwrap().first::<Count>().unwrap().unwrap().products;
        assert_eq!(i64::try_from(listed).unwrap(), counted, "{words:?}");
        counted
    };
    #[derive(Deserialize)]
    struct Count {
        products: i64,
    }
    batch(&mut db, &insertion(&before)).unwrap();
    for words in [&["mug"][..], &["fettle", "mug"], &["123", "fern"], &["red", "small"], &["\"gr"], &["mu"]] {
        assert_eq!(count(&db, words), 1, "{words:?}");
    }
    assert_eq!(["cup", "123456", "mug\" or"].map(|word| count(&db, &[word])), [0, 0, 0]);
    let mut after = before.clone();
    (after.version, after.title) = (2, "Cup".into());
    after.variants[1].barcode = Some("98765".into());
    batch(&mut db, &update_product(&before, &after).into_statements()).unwrap();
    assert_eq!(["cup", "98765", "mug", "123"].map(|word| count(&db, &[word])), [1, 1, 0, 0]);
    let mut fewer = after.clone();
    fewer.version = 3;
    fewer.variants.remove(1);
    batch(&mut db, &update_product(&after, &fewer).into_statements()).unwrap();
    assert_eq!(["cup", "98765"].map(|word| count(&db, &[word])), [1, 0]);
    batch(&mut db, &delete_product(&fewer, Timestamp::from_millis(7)).into_statements()).unwrap();
    let left: i64 = db.query_row("SELECT count(*) FROM variants_search", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}

#[test]
fn a_change_decided_from_an_old_version_writes_nothing() {
    let mut db = connection();
    let product = rich();
    batch(&mut db, &insertion(&product)).unwrap();
    let mut stale = product.clone();
    stale.version = 9;
    for statements in [
        update_product(&stale, &product).into_statements(),
        delete_product(&stale, Timestamp::from_millis(7)).into_statements(),
    ] {
        assert!(batch(&mut db, &statements).unwrap_err().contains("stale_write"));
    }
    batch(&mut db, &delete_product(&product, Timestamp::from_millis(7)).into_statements()).unwrap();
    assert!(batch(&mut db, &update_product(&product, &product).into_statements()).unwrap_err().contains("stale_write"));
}

#[test]
fn a_full_shop_says_so() {
    let mut db = connection();
    db.execute("UPDATE catalog_state SET products = 50000", []).unwrap();
    assert!(batch(&mut db, &insertion(&rich())).unwrap_err().contains("too_many_products"));
    db.execute("UPDATE catalog_state SET products = 1, packed_bytes = 32000000", []).unwrap();
    assert!(batch(&mut db, &insertion(&rich())).unwrap_err().contains("catalog_too_large"));
}

#[test]
fn settings_are_there_from_the_start() {
    let settings = crate::settings::read(run(&connection(), &crate::settings::current()).unwrap()).unwrap();
    assert_eq!(settings.shop_name, "Tradepost");
    assert_eq!(settings.currencies.len(), 3);
    assert_eq!(settings.shipping.zones[0].options[0].rates[0].amount, Some(490));
}

/// The slug that the product has, and those that it had, as they are stored.
fn called(db: &Connection, id: ProductId) -> (String, Vec<String>) {
    let product = read(db, id).unwrap();
    (product.slug, product.former_slugs)
}

fn rename(db: &mut Connection, id: ProductId, slug: &str) {
    let before = read(db, id).unwrap();
    let after = renamed(&before, slug);
    batch(db, &update_product(&before, &after).into_statements()).unwrap();
    assert_eq!(read(db, id), Some(after), "the database keeps what was decided");
}

fn renamed(before: &Product, slug: &str) -> Product {
    use crate::catalog::body::ProductPatch;
    use crate::catalog::draft::{Draft, wanted};
    let patch = ProductPatch { slug: Some(slug.to_owned()), ..ProductPatch::default() };
    let (facts, changes) = patch.over(before);
    let (wanted, faults) = wanted(before, changes);
    let draft = Draft::change(facts, wanted, faults, &crate::testing::settings()).unwrap();
    draft.replace(before, Timestamp::from_millis(9), || unreachable!())
}

#[test]
fn a_slug_that_was_given_up_leads_on_until_another_product_has_it() {
    let mut db = connection();
    let [one, other] = [1, 2].map(|n| example(n, "Mug", Some(1), 1));
    for product in [&one, &other] {
        batch(&mut db, &insertion(product)).unwrap();
    }
    let owned = |slugs: &[&str]| slugs.iter().map(|slug| (*slug).to_owned()).collect::<Vec<_>>();
    rename(&mut db, one.id, "b");
    rename(&mut db, one.id, "a");
    assert_eq!(called(&db, one.id), ("a".into(), owned(&["b", "slug-1"])));
    // Back again, which leaves no way in a circle.
    rename(&mut db, one.id, "b");
    assert_eq!(called(&db, one.id), ("b".into(), owned(&["a", "slug-1"])));
    rename(&mut db, other.id, "a");
    assert_eq!(called(&db, one.id), ("b".into(), owned(&["slug-1"])), "the new owner wins");
    rename(&mut db, other.id, "c");
    assert_eq!(called(&db, other.id), ("c".into(), owned(&["a", "slug-2"])));
    let mut third = example(3, "Third", Some(1), 1);
    third.slug = "slug-1".into();
    batch(&mut db, &insertion(&third)).unwrap();
    assert_eq!(called(&db, one.id), ("b".into(), owned(&[])), "so does a new product");
    let now = read(&db, other.id).unwrap();
    batch(&mut db, &delete_product(&now, Timestamp::from_millis(9)).into_statements()).unwrap();
    let left = db.query_row("SELECT count(*) FROM former_slugs", [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(left, 0, "what is deleted holds no name");
}

#[test]
fn no_value_of_a_statement_is_more_than_d1_takes() {
    let mut db = connection();
    let mut product = example(1, "Shoe", Some(1), 1);
    let one = product.variants.remove(0);
    product.variants = (0..2_048_u64)
        .map(|n| {
            let mut variant = one.clone();
            variant.id = example(n, "", None, 1).variants[0].id;
            variant.sku = format!("SKU-{n}");
            variant.options = vec![format!("{n} {}", "ü".repeat(95))];
            variant.title = variant.options[0].clone();
            variant
        })
        .collect();
    let statements = insertion(&product);
    let longest = statements.iter().flat_map(|statement| &statement.params).map(|value| match value {
        crate::ports::Value::Text(text) => text.len(),
        _ => 0,
    });
    assert!(longest.max().unwrap() < 2_000_000);
    assert!(statements.len() > 4, "more than one statement for the variants");
    batch(&mut db, &statements).unwrap();
    assert_eq!(read(&db, product.id).unwrap(), product);
}

#[test]
fn a_product_that_is_more_than_d1_reads_as_one_value_is_refused() {
    let mut db = connection();
    let mut product = example(1, "Shoe", Some(1), 1);
    let one = product.variants.remove(0);
    product.variants = (0..700_u64)
        .map(|n| {
            let mut variant = one.clone();
            variant.id = example(n, "", None, 1).variants[0].id;
            variant.sku = format!("SKU-{n}");
            variant.options = vec![format!("{n}{}", "丂".repeat(900))];
            variant
        })
        .collect();
    let refused = batch(&mut db, &insertion(&product)).unwrap_err();
    assert!(refused.contains("product_too_large"), "{refused}");
}

const DAY: i64 = 24 * 3_600 * 1_000;

/// A product whose price becomes this on a day, with a sale of which its first day is
/// said or not.
fn repriced(db: &mut Connection, day: i64, amount: i64, sale: Option<(i64, Option<i64>, Option<i64>)>) {
    let before = read(db, example(1, "a", None, 0).id).unwrap();
    let mut after = before.clone();
    after.version += 1;
    after.updated_at = Timestamp::from_millis(day * DAY);
    after.variants[0].prices[0].amount = amount;
    let terms = sale.map(|(sale, from, until)| {
        serde_json::json!({
            "currency": "EUR", "sale": sale, "starts_at": from.map(|day| day * DAY),
            "ends_at": until.map(|day| day * DAY), "tiers": [],
        })
    });
    after.variants[0].terms = terms.map(|terms| serde_json::from_value(terms).unwrap()).into_iter().collect();
    batch(db, &update_product(&before, &after).into_statements()).unwrap();
}

/// What is to be shown beside its sale.
fn lowest(db: &Connection) -> Option<i64> {
    read(db, example(1, "a", None, 0).id).unwrap().variants[0].terms[0].lowest
}

#[test]
fn a_sale_is_beside_the_lowest_price_of_the_thirty_days_before_it() {
    let mut db = connection();
    let mut new = example(1, "a", Some(1_000), 0);
    new.updated_at = Timestamp::from_millis(0);
    batch(&mut db, &insertion(&new)).unwrap();
    // Raised only to be reduced.
    repriced(&mut db, 10, 1_200, None);
    repriced(&mut db, 20, 1_200, Some((900, Some(25), Some(40))));
    assert_eq!(lowest(&db), Some(1_000));
    // Said another way while it runs: it is the same sale, beside the same price.
    repriced(&mut db, 30, 1_200, Some((900, Some(25), Some(39))));
    assert_eq!(lowest(&db), Some(1_000));
    // The next one follows too soon, and was lower for a while; then it is forgotten.
    repriced(&mut db, 50, 1_200, Some((950, None, None)));
    assert_eq!(lowest(&db), Some(900));
    repriced(&mut db, 60, 1_200, None);
    repriced(&mut db, 90, 1_200, Some((950, None, None)));
    assert_eq!(lowest(&db), Some(1_200));
    let kept = run(
        &db,
        &Statement::new("SELECT count(*) AS revision FROM price_history WHERE until <= ?1", [(60 * DAY).into()]),
    );
    assert_eq!(kept.unwrap().first(), Ok(Some(Revision { revision: 0 })), "of nobody's concern any more");
}

#[test]
fn a_sale_without_a_beginning_began_when_it_was_written_whatever_changes_beside_it() {
    let mut db = connection();
    let mut new = example(1, "a", Some(1_000), 0);
    new.updated_at = Timestamp::from_millis(0);
    batch(&mut db, &insertion(&new)).unwrap();
    repriced(&mut db, 10, 1_000, Some((800, None, None)));
    assert_eq!(lowest(&db), Some(1_000));
    // Its ordinary price, and its end, long after.
    repriced(&mut db, 15, 1_100, Some((800, None, None)));
    repriced(&mut db, 60, 1_100, Some((800, None, Some(90))));
    assert_eq!(lowest(&db), Some(1_000));
    // Another sale.
    repriced(&mut db, 61, 1_100, Some((790, None, None)));
    assert_eq!(lowest(&db), Some(800));
}

#[test]
fn what_was_never_sold_before_its_sale_has_no_price_beside_it() {
    let mut db = connection();
    let mut new = rich();
    new.updated_at = Timestamp::from_millis(7);
    batch(&mut db, &insertion(&new)).unwrap();
    assert_eq!(read(&db, new.id).unwrap().variants[0].terms[0].lowest, None);
}

#[path = "store_stock_tests.rs"]
mod stock;
