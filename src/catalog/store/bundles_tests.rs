use proptest::prelude::*;
use rusqlite::Connection;

use super::*;
use crate::catalog::StockLevel;
use crate::catalog::product::{Level, Product};
use crate::catalog::store::tests::{batch, read, rich};
use crate::catalog::store::{bump_if_levels_change, delete_product, update_product, upsert_stock_levels};
use crate::ports::Timestamp;
use crate::revision::Revision;
use crate::testing::{connection, insertion, product as example};

/// Two of the first variant of a product, and three of its second.
const EACH: [i64; 2] = [2, 3];

fn part(product: &Product, which: usize, quantity: u32) -> Part {
    let (variant, title) = (&product.variants[which], product.title.clone());
    Part { variant_id: variant.id, quantity, sku: variant.sku.clone(), title }
}

/// A product of two variants, and a bundle of both.
fn set(db: &mut Connection) -> (Product, Product) {
    let product = rich();
    let mut bundle = example(7, "A set", Some(900), 5);
    bundle.variants[0].parts = vec![part(&product, 0, 2), part(&product, 1, 3)];
    bundle.variants[0].level = Level::Out;
    bundle.level = Level::Out;
    batch(db, &insertion(&product)).unwrap();
    batch(db, &insertion(&bundle)).unwrap();
    (product, bundle)
}

/// Tells lists that there are so many of a variant: whether buyers are told something else.
fn tell(db: &mut Connection, variant_id: VariantId, on_hand: i64, version: i64) -> bool {
    let levels = [StockLevel { variant_id, on_hand, held: 0, version }];
    let pair = [bump_if_levels_change(&levels), upsert_stock_levels(&levels)];
    batch(db, &pair).unwrap()[0].first::<Revision>().unwrap().is_some()
}

#[test]
fn a_bundle_is_read_as_it_was_written_under_its_parts_names() {
    let mut db = connection();
    let (product, bundle) = set(&mut db);
    assert_eq!(read(&db, bundle.id), Some(bundle.clone()));
    let mut renamed = Product { title: "Kettle".to_owned(), version: product.version + 1, ..product.clone() };
    renamed.updated_at = Timestamp::from_millis(9);
    batch(&mut db, &update_product(&product, &renamed).into_statements()).unwrap();
    let seen = read(&db, bundle.id).unwrap();
    assert_eq!(seen.variants[0].parts, [part(&renamed, 0, 2), part(&renamed, 1, 3)]);
    let mut after = seen.clone();
    after.variants[0].parts = vec![part(&renamed, 1, 1)];
    after.version += 1;
    batch(&mut db, &update_product(&seen, &after).into_statements()).unwrap();
    assert_eq!(read(&db, bundle.id), Some(after));
}

#[test]
fn the_schema_refuses_what_is_no_bundle() {
    let mut db = connection();
    let (product, bundle) = set(&mut db);
    let mut write = |before: &Product, parts: Vec<Part>| {
        let mut after = before.clone();
        after.variants[0].parts = parts;
        after.version += 1;
        batch(&mut db, &update_product(before, &after).into_statements()).unwrap_err()
    };
    let nobody = Part { variant_id: VariantId::derived([9; 16]), ..part(&product, 0, 1) };
    assert!(write(&bundle, vec![nobody]).contains("unknown_part"));
    assert!(write(&bundle, vec![part(&bundle, 0, 1)]).contains("bundle_as_part"));
    assert!(write(&product, vec![part(&product, 1, 1)]).contains("part_of_bundle"));
    let gone = delete_product(&product, Timestamp::from_millis(9)).into_statements();
    assert!(batch(&mut db, &gone).unwrap_err().contains("FOREIGN KEY"), "a part stays");
    batch(&mut db, &delete_product(&bundle, Timestamp::from_millis(9)).into_statements()).unwrap();
    batch(&mut db, &gone).unwrap();
}

#[test]
fn what_its_own_pool_says_of_a_bundle_counts_once_it_is_none() {
    let mut db = connection();
    let (_, bundle) = set(&mut db);
    let id = bundle.variants[0].id;
    assert!(!tell(&mut db, id, 9, 5), "its level follows its parts'");
    assert_eq!(read(&db, bundle.id).unwrap().level, Level::Out);
    let mut after = bundle.clone();
    after.variants[0].parts = Vec::new();
    after.version += 1;
    batch(&mut db, &update_product(&bundle, &after).into_statements()).unwrap();
    assert!(tell(&mut db, id, 9, 0), "whatever version its pool is at");
    assert_eq!(read(&db, bundle.id).unwrap().level, Level::InStock);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn a_bundles_level_follows_its_parts_and_the_revision_grows_when_any_level_changes(
        steps in proptest::collection::vec((0..2_usize, 0..40_i64), 1..20),
    ) {
        let mut db = connection();
        let (product, bundle) = set(&mut db);
        let mut pieces = [0_i64; 2];
        let level = |pieces: i64| bundle.variants[0].level_of(pieces);
        let level_changed = |was, is| level(was) != level(is);
        let sets = |pieces: &[i64; 2]| pieces.iter().zip(EACH).map(|(pieces, each)| pieces / each).min().unwrap();
        for (version, (which, on_hand)) in steps.into_iter().enumerate() {
            let before = pieces;
            pieces[which] = on_hand;
            let expected = level_changed(before[which], pieces[which])
                || level_changed(before.iter().sum(), pieces.iter().sum())
                || level_changed(sets(&before), sets(&pieces));
            let grew = tell(&mut db, product.variants[which].id, on_hand, version as i64);
            prop_assert_eq!(grew, expected);
            let read = read(&db, bundle.id).unwrap();
            prop_assert_eq!((read.level, read.variants[0].level), (level(sets(&pieces)), level(sets(&pieces))));
        }
    }
}
