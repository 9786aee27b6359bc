use super::*;
use crate::catalog::StockLevel;
use crate::catalog::product::{Floor, Level};
use crate::pricing::Delivery;

#[test]
fn there_is_always_enough_of_what_is_not_sent() {
    let mut db = connection();
    let mut product = rich();
    product.delivery = Delivery::Digital;
    product.level = Level::InStock;
    product.variants.iter_mut().for_each(|variant| variant.level = Level::InStock);
    batch(&mut db, &insertion(&product)).unwrap();
    assert_eq!(read(&db, product.id), Some(product));
}

#[test]
fn an_older_stock_level_changes_nothing() {
    let mut db = connection();
    let product = rich();
    let id = product.variants[0].id;
    batch(&mut db, &insertion(&product)).unwrap();
    let put = |db: &mut Connection, on_hand, version| {
        let levels = [StockLevel { variant_id: id, on_hand, held: 0, version }];
        let pair = [bump_if_levels_change(&levels), upsert_stock_levels(&levels)];
        batch(db, &pair).unwrap()[0].first::<Revision>().unwrap().is_some()
    };
    assert!(put(&mut db, 9, 5));
    assert!(!put(&mut db, 0, 4) && !put(&mut db, 0, 5));
    assert_eq!(read(&db, product.id).unwrap().level, Level::InStock);
    assert!(put(&mut db, 0, 6));
    assert_eq!(read(&db, product.id).unwrap().variants[0].level, Level::Out);
}

/// How the stock of a variant is kept: as much of it as its level depends on.
fn any_settings() -> impl Strategy<Value = (bool, i64, Option<u32>)> {
    (proptest::bool::weighted(0.1), -4_i64..1, proptest::option::of(0_u32..8))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_revision_grows_exactly_when_a_level_changes(
        settings in [any_settings(), any_settings()],
        steps in proptest::collection::vec((0..2_usize, -6..9_i64, 0..9_i64), 1..20),
    ) {
        let mut db = connection();
        let mut known = rich();
        for (variant, (untracked, least, low_level)) in known.variants.iter_mut().zip(settings) {
            let floor = (least < 0).then_some(Floor { least, as_of: 1 });
            (variant.untracked, variant.floor, variant.low_level) = (untracked, floor, low_level);
            variant.has(0, 5);
        }
        known.level = known.level_of_all(5);
        batch(&mut db, &insertion(&known)).unwrap();
        prop_assert_eq!(read(&db, known.id), Some(known.clone()));
        for (version, (which, on_hand, held)) in steps.into_iter().enumerate() {
            let before = known.clone();
            known.variants[which].has(on_hand - held, 5);
            known.level = known.level_of_all(5);
            let seen = |product: &Product| {
                let of_variants: Vec<_> = product.variants.iter().map(|it| (it.level, it.backorder)).collect();
                (product.level, of_variants)
            };
            let levels = [StockLevel { variant_id: known.variants[which].id, on_hand, held, version: version as i64 }];
            let pair = [bump_if_levels_change(&levels), upsert_stock_levels(&levels)];
            let rows = batch(&mut db, &pair).unwrap();
            prop_assert_eq!(rows[0].first::<Revision>().unwrap().is_some(), seen(&before) != seen(&known));
            prop_assert_eq!(read(&db, known.id), Some(known.clone()), "what SQL says is what Rust says");
        }
    }
}
