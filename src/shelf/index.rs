//! What the products of a copy are found by, whatever they cost and whatever time it is. Each
//! part is made when somebody first asks for it: the first list in one currency, for which
//! somebody waits where nothing was loaded, needs little of it.

use std::cmp::Ordering;
use std::sync::{Arc, OnceLock};

use super::facets::FacetIndex;
use super::places::number;
use super::ranked::Ranked;
use super::search::SearchIndex;
use super::title_order;
use super::variants::Variants;
use crate::catalog::product::{Packed, Product, Variant};
use crate::ids::{ProductId, VariantId};
use crate::sorted::{order, sort};

/// The products are those it was made of, or such as are found alike.
#[derive(Debug)]
pub struct Index {
    pub variants: Variants,
    /// The variants' numbers, in the order of their ids.
    by_variant: OnceLock<Vec<u32>>,
    // Places, in the order of the name.
    pub by_id: Vec<u32>,
    by_slug: OnceLock<Vec<u32>>,
    /// Each slug that a product had, with its place, in their order.
    by_former_slug: OnceLock<Vec<(String, u32)>>,
    by_title: OnceLock<Ranked>,
    by_sold: OnceLock<Ranked>,
    facets: OnceLock<FacetIndex>,
    search: OnceLock<SearchIndex>,
}

impl Index {
    pub fn new(products: &[Arc<Packed>]) -> Self {
        Self {
            variants: Variants::new(products.iter().map(|product| product.variants.into())),
            by_variant: OnceLock::new(),
            by_id: sorted(products, |product| product.id),
            by_slug: OnceLock::new(),
            by_former_slug: OnceLock::new(),
            by_title: OnceLock::new(),
            by_sold: OnceLock::new(),
            facets: OnceLock::new(),
            search: OnceLock::new(),
        }
    }

    pub fn place(&self, products: &[Arc<Packed>], id: ProductId) -> Option<u32> {
        find(&self.by_id, |place| products.get(place as usize).map(|product| product.id.cmp(&id)))
    }

    pub fn of_slug(&self, products: &[Arc<Packed>], slug: &str) -> Option<u32> {
        let by_slug = self.by_slug.get_or_init(|| sorted(products, |product| product.names().slug));
        find(by_slug, |place| products.get(place as usize).map(|product| product.names().slug.cmp(slug)))
    }

    /// The product that was called so.
    pub fn of_former_slug(&self, products: &[Arc<Packed>], slug: &str) -> Option<u32> {
        let former = self.by_former_slug.get_or_init(|| former_slugs(products));
        let found = former.binary_search_by(|(known, _)| known.as_str().cmp(slug)).ok()?;
        former.get(found).map(|(_, place)| *place)
    }

    /// The place of a variant's product, and which of its variants it is.
    pub fn of_variant(&self, products: &[Arc<Packed>], id: VariantId) -> Option<(u32, u32)> {
        let by_variant = self.by_variant.get_or_init(|| sorted_variants(products, &self.variants));
        let compare = |variant: u32| {
            let (place, n) = self.variants.product(variant)?;
            let offers = products.get(place as usize)?.offers(None);
            offers.variants.get(n as usize).map(|variant| variant.id.cmp(&id))
        };
        self.variants.product(find(by_variant, compare)?)
    }

    /// By [`title_order`], then by id.
    pub fn by_title(&self, products: &[Arc<Packed>]) -> &Ranked {
        self.by_title.get_or_init(|| Ranked::new(products.len(), sorted_by_title(products)))
    }

    pub fn by_sold(&self, products: &[Arc<Packed>]) -> &Ranked {
        self.by_sold.get_or_init(|| Ranked::by_sold(products))
    }

    pub fn facets(&self, products: &[Arc<Packed>]) -> &FacetIndex {
        self.facets.get_or_init(|| FacetIndex::new(products, &self.variants))
    }

    pub fn search(&self, products: &[Arc<Packed>]) -> &SearchIndex {
        self.search.get_or_init(|| SearchIndex::new(products))
    }
}

/// What stands in the order where `compare` says that it is equal.
fn find(order: &[u32], compare: impl Fn(u32) -> Option<Ordering>) -> Option<u32> {
    let found = order.binary_search_by(|entry| compare(*entry).unwrap_or(Ordering::Less)).ok()?;
    order.get(found).copied()
}

/// Whether an [`Index`] of these is one of those.
pub fn are_found_alike(these: &[Arc<Packed>], those: &[Arc<Packed>]) -> bool {
    let alike = |(one, other): (&Arc<Packed>, &Arc<Packed>)| {
        let unpacked = || one.product().zip(other.product());
        Arc::ptr_eq(one, other) || unpacked().is_some_and(|(one, other)| is_found_alike(&one, &other))
    };
    these.len() == those.len() && these.iter().zip(those).all(alike)
}

fn is_found_alike(one: &Product, other: &Product) -> bool {
    let of_variants = |(one, other): (&Variant, &Variant)| {
        (one.id, &one.sku, &one.barcode, &one.options) == (other.id, &other.sku, &other.barcode, &other.options)
    };
    (one.id, one.created_at, one.sold) == (other.id, other.created_at, other.sold)
        && (&one.slug, &one.former_slugs) == (&other.slug, &other.former_slugs)
        && (&one.title, &one.vendor, &one.kind) == (&other.title, &other.vendor, &other.kind)
        && (&one.tags, &one.options, &one.translations) == (&other.tags, &other.options, &other.translations)
        && one.variants.len() == other.variants.len()
        && one.variants.iter().zip(&other.variants).all(of_variants)
}

fn sorted_variants(products: &[Arc<Packed>], variants: &Variants) -> Vec<u32> {
    let mut ids: Vec<(VariantId, u32)> = Vec::new();
    for (place, product) in (0..).zip(products) {
        ids.extend(product.offers(None).variants.iter().map(|variant| variant.id).zip(variants.of(place)));
    }
    sort(&mut ids, Ord::cmp);
    ids.into_iter().map(|(_, variant)| variant).collect()
}

fn former_slugs(products: &[Arc<Packed>]) -> Vec<(String, u32)> {
    let mut former = Vec::new();
    for (place, product) in products.iter().enumerate() {
        former.extend(product.names().former_slugs.into_iter().map(|slug| (slug.to_owned(), number(place))));
    }
    sort(&mut former, Ord::cmp);
    former
}

fn sorted<'a, K: Ord>(products: &'a [Arc<Packed>], key: impl Fn(&'a Packed) -> K) -> Vec<u32> {
    let keys: Vec<K> = products.iter().map(|product| key(product)).collect();
    order(keys.len(), &|one, other| keys.get(one).cmp(&keys.get(other))).into_iter().map(number).collect()
}

/// By [`title_order`], then by id. A title's key is made once.
fn sorted_by_title(products: &[Arc<Packed>]) -> Vec<usize> {
    let titles: Vec<_> = products.iter().map(|product| product.names().title).collect();
    let keys = title_order::keys(titles.iter().copied());
    let id = |place: usize| products.get(place).map(|product| product.id);
    order(keys.len(), &|a, b| {
        keys.get(a).cmp(&keys.get(b)).then_with(|| match (titles.get(a), titles.get(b)) {
            (Some(one), Some(other)) => title_order::compare_details(one, other).then(id(a).cmp(&id(b))),
            _ => Ordering::Equal,
        })
    })
}
