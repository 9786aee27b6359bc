use proptest::prelude::*;

use super::*;
use crate::catalog::product::Product;
use crate::sorted::SortedMap;
use crate::testing::product;

/// Of so many bytes, and told apart by its title.
fn made(n: u64, title: &str, bytes: usize) -> Arc<Packed> {
    let mut product: Product = product(n, title, Some(100), 1);
    product.slug = format!("slug-{n}");
    product.description = "x".repeat(bytes);
    Arc::new(Packed::new(&product))
}

/// As publishing stores a plan.
fn apply(stored: &Stored, changed: Changed) -> Stored {
    let mut next = Stored::default();
    match stored.plan(changed) {
        Plan::Beside(changed, bytes) => {
            assert!(bytes.len() <= CHANGES_BYTES);
            let (removed, products) = format::changes(&bytes).unwrap();
            assert_eq!(removed, changed.removed);
            assert!(products.iter().eq(changed.products.iter().map(|product| &**product)));
            next.chunks.clone_from(&stored.chunks);
            next.changed = changed;
        }
        Plan::Into(parts) => {
            for part in parts {
                match part {
                    Part::Same(chunk) => next.chunks.push(chunk),
                    Part::Anew(products, _) if products.is_empty() => {}
                    Part::Anew(products, _) => {
                        let bytes = format::bytes_of(&products);
                        let products = format::products(&bytes).unwrap().into_iter().map(Arc::new).collect();
                        let chunk = Chunk { key: bytes.len().to_string(), bytes: bytes.len(), products };
                        next.chunks.push(Arc::new(chunk));
                    }
                }
            }
        }
    }
    next
}

fn changed(mut products: Vec<Arc<Packed>>, mut removed: Vec<ProductId>) -> Changed {
    sort(&mut products, |one, other| one.id.cmp(&other.id));
    sort(&mut removed, Ord::cmp);
    Changed { products, removed }
}

#[test]
fn few_changes_leave_the_chunks_alone() {
    let first = apply(&Stored::default(), changed((0..9).map(|n| made(n, "a", 20_000)).collect(), Vec::new()));
    assert_eq!((first.chunks.len(), first.changed.is_empty()), (1, true));
    let second = apply(&first, changed(vec![made(3, "b", 20_000)], vec![made(4, "", 0).id]));
    assert!(Arc::ptr_eq(&first.chunks[0], &second.chunks[0]));
    let titles: Vec<_> = second.products().iter().map(|product| product.names().title.to_owned()).collect();
    assert_eq!(titles, ["a", "a", "a", "a", "a", "a", "a", "b"]);
}

#[test]
fn many_changes_go_into_the_chunks_they_belong_to() {
    let part =
        |n: u64| Arc::new(Chunk { key: n.to_string(), bytes: 9, products: vec![made(n, "a", 9), made(n + 1, "a", 9)] });
    let stored = Stored { chunks: vec![part(10), part(20), part(30)], ..Stored::default() };
    let many = (21..28).map(|n| made(n, "b", 20_000)).collect();
    let next = apply(&stored, changed(many, vec![made(10, "", 0).id]));
    assert_eq!(next.chunks.iter().map(|chunk| chunk.products.len()).collect::<Vec<_>>(), [1, 8, 2]);
    assert!(Arc::ptr_eq(&next.chunks[2], &stored.chunks[2]));
}

#[test]
fn a_chunk_that_has_grown_to_twice_its_size_is_cut() {
    let chunk = |bytes: usize| Chunk { key: String::new(), bytes, products: vec![made(1, "a", 9)] };
    let cut_at = |bytes: usize| match anew(&chunk(bytes), changed(vec![made(2, "b", 9)], Vec::new())) {
        Part::Anew(_, most) => most,
        Part::Same(_) => 0,
    };
    assert_eq!((cut_at(CHUNK_BYTES), cut_at(2 * CHUNK_BYTES)), (2 * CHUNK_BYTES, CHUNK_BYTES));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever is changed and removed, in whichever order and however large.
    #[test]
    fn what_is_stored_is_what_there_was_with_all_changes(
        steps in prop::collection::vec(prop::collection::vec((0..30_u64, 0..4_usize), 0..12), 1..9),
    ) {
        let (mut stored, mut expected) = (Stored::default(), SortedMap::new());
        for (step, changes) in steps.into_iter().enumerate() {
            let last: SortedMap<u64, usize> = changes.into_iter().collect();
            let (mut products, mut removed) = (Vec::new(), Vec::new());
            for (n, size) in last {
                let made = made(n, &step.to_string(), size * 19_000);
                if size == 0 {
                    expected.remove(&made.id);
                    removed.push(made.id);
                } else {
                    expected.insert(made.id, made.clone());
                    products.push(made);
                }
            }
            stored = apply(&stored, changed(products, removed));
            let mut all = stored.products();
            sort(&mut all, |one, other| one.id.cmp(&other.id));
            prop_assert_eq!(&all, &expected.values().cloned().collect::<Vec<_>>());
            let ids: Vec<_> = stored.chunks.iter().flat_map(|chunk| &chunk.products).map(|product| product.id).collect();
            prop_assert!(ids.is_sorted_by(|one, other| one < other));
        }
    }
}
