use proptest::prelude::*;
use rusqlite::Connection;

use super::*;
use crate::catalog::StockLevel;
use crate::catalog::product::{Floor, Level, Product};
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
    let bundled = &mut bundle.variants[0];
    (bundled.level, bundled.sets_floor, bundled.own_pieces) = (Level::Out, Some(0), Some(0));
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
    after.variants[0].parts.pop();
    after.version += 1;
    batch(&mut db, &update_product(&bundle, &after).into_statements()).unwrap();
    let bundle = after.clone();
    after.variants[0].parts = Vec::new();
    after.version += 1;
    batch(&mut db, &update_product(&bundle, &after).into_statements()).unwrap();
    assert_eq!(read(&db, bundle.id).unwrap().level, Level::InStock, "as it was told before");
    assert!(!tell(&mut db, id, 0, 4), "an older one");
    assert!(tell(&mut db, id, 0, 6));
    batch(
        &mut db,
        &update_product(&after, &Product { version: after.version + 1, ..bundle.clone() }).into_statements(),
    )
    .unwrap();
    assert_eq!(read(&db, bundle.id).unwrap().variants[0].own_pieces, Some(0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_bundles_level_follows_its_parts_and_the_revision_grows_when_any_level_changes(
        floors in [-9_i64..1, -9_i64..1],
        steps in proptest::collection::vec((0..2_usize, -8..40_i64), 1..20),
    ) {
        let mut db = connection();
        let (mut product, mut bundle) = set(&mut db);
        let before = product.clone();
        for (variant, least) in product.variants.iter_mut().zip(floors) {
            variant.floor = (least < 0).then_some(Floor { least, as_of: 1 });
        }
        product.version += 1;
        batch(&mut db, &update_product(&before, &product).into_statements()).unwrap();
        let mut pieces = [0_i64; 2];
        // Of a part or of all parts, and of the bundle: its level, and whether it has yet to come.
        let seen = |product: &Product| {
            let of_variants: Vec<_> = product.variants.iter().map(|it| (it.level, it.backorder)).collect();
            (product.level, of_variants)
        };
        let all_of = |mut it: Product, pieces: &[i64]| {
            it.variants.iter_mut().zip(pieces).for_each(|(variant, pieces)| variant.has(*pieces, 5));
            it.level = it.level_of_all(5);
            it
        };
        for (version, (which, on_hand)) in steps.into_iter().enumerate() {
            let was = (seen(&read(&db, product.id).unwrap()), seen(&read(&db, bundle.id).unwrap()));
            pieces[which] = on_hand;
            let grew = tell(&mut db, product.variants[which].id, on_hand, version as i64);
            let each = || pieces.iter().zip(floors).zip(EACH);
            let sets = each().map(|((pieces, _), each)| pieces.max(&0) / each).min().unwrap();
            let in_all = each().map(|((pieces, floor), each)| (pieces - floor).max(0) / each).min().unwrap();
            bundle.variants[0].sets_floor = Some(sets - in_all);
            let expected =
                (seen(&all_of(product.clone(), &pieces)), seen(&all_of(bundle.clone(), &[sets])));
            let is = (seen(&read(&db, product.id).unwrap()), seen(&read(&db, bundle.id).unwrap()));
            prop_assert_eq!(&is, &expected);
            prop_assert_eq!(grew, is != was);
        }
    }
}
