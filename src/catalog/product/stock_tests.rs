use super::*;
use crate::testing::product;

fn sold_down_to(least: i64, pieces: i64) -> Variant {
    let mut variant = product(1, "Mug", Some(1), 1).variants.remove(0);
    variant.floor = Some(Floor { least, as_of: 2 });
    variant.has(pieces, 5);
    variant
}

#[test]
fn what_is_sold_before_it_comes_is_few_until_its_floor_is_reached() {
    let told = [6, 5, 1, 0, -9, -10, -11].map(|pieces| sold_down_to(-10, pieces));
    use Level::{InStock, Low, Out};
    assert_eq!(told.each_ref().map(|variant| variant.level), [InStock, Low, Low, Low, Low, Out, Out]);
    assert_eq!(told.map(|variant| variant.backorder), [false, false, false, true, true, false, false]);
}

#[test]
fn how_many_are_few_is_the_variants_own() {
    let mut mug = sold_down_to(0, 2);
    assert_eq!((mug.level_of(2, 2), mug.level_of(2, 1)), (Level::Low, Level::InStock), "or else the shop's");
    mug.low_level = Some(1);
    mug.has(2, 5);
    assert_eq!((mug.level, mug.promises(2, 5), mug.promises(3, 5)), (Level::InStock, true, false));
    mug.low_level = Some(0);
    assert_eq!([0, 1].map(|pieces| mug.level_of(pieces, 5)), [Level::Out, Level::InStock]);
    mug.untracked = true;
    assert_eq!((mug.level_of(-3, 5), mug.promises(1_000, 5)), (Level::InStock, true));
}

#[test]
fn a_product_is_on_backorder_if_nothing_of_it_is_there() {
    let mut mug = product(1, "Mug", Some(1), 1);
    let with = |variants: &[(i64, i64)]| variants.iter().map(|(least, pieces)| sold_down_to(*least, *pieces)).collect();
    for (variants, level, later) in [
        (vec![(0, 0), (-5, 0)], Level::Low, true),
        (vec![(0, 1), (-5, 0)], Level::Low, false),
        (vec![(0, 0), (-5, -5)], Level::Out, false),
        // One that is owed to buyers takes nothing away from the others.
        (vec![(0, 3), (0, 3), (-5, -4)], Level::InStock, false),
    ] {
        mug.variants = with(&variants);
        assert_eq!((mug.level_of_all(5), mug.is_on_backorder()), (level, later), "{variants:?}");
    }
}
