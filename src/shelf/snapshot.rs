//! The catalog as buyers read it: immutable, in the isolate's memory, with
//! an index for each way it is listed.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::chunks::Stored;
use super::collections::Collections;
use super::facets::FacetIndex;
use super::name::Name;
use super::places::{Places, number};
use super::price_index::PriceIndex;
use super::ranked::Ranked;
use super::search::SearchIndex;
use super::title_order;
use super::variants::Variants;
pub use crate::catalog::product::{Image, Level, PriceRange, Product, ProductOption, Status, Variant};
use crate::collections::collection::Collection;
use crate::ids::{CollectionId, ProductId, VariantId};
use crate::money::Currency;
use crate::ports::Timestamp;
use crate::pricing::{Offer, Promotion};
use crate::settings::Settings;
use crate::sorted::{order, sort};
use crate::text::Language;

/// Cheap to clone: what is large is shared.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The revision of the catalog that was published.
    pub version: String,
    pub settings: Arc<Settings>,
    pub promotions: Arc<Vec<Promotion>>,
    pub collections: Arc<Collections>,
    /// The newest first. What one costs is asked of [`Self::product`].
    pub products: Arc<Vec<Arc<Product>>>,
    /// Where they are stored. Nowhere, if they were not read from there.
    pub(super) stored: Arc<Stored>,
    /// By place, those whose sale has begun or ended since the others were read.
    repriced: Arc<Vec<(u32, Product)>>,
    index: Arc<Index>,
    timely: Arc<Timely>,
    /// When it is: the products whose time is not now are in no answer. None: all are.
    at: Option<Timestamp>,
    /// For how long it stays so: from the last time at which a product or a sale came or went
    /// to the next.
    lasts: Range<Timestamp>,
    /// What the truth was asked for besides. It is found by name, and is in no list.
    beyond: Option<Arc<Snapshot>>,
}

/// What time changes: made when somebody first asks for it, and anew when a product or a
/// sale comes or goes.
#[derive(Debug)]
struct Timely {
    prices: Vec<(Currency, OnceLock<PriceIndex>)>,
    /// Of the collections: rules may ask for a price.
    members: OnceLock<Vec<Places>>,
}

impl Timely {
    fn new(settings: &Settings) -> Arc<Self> {
        let prices = settings.currencies.iter().map(|currency| (*currency, OnceLock::new())).collect();
        Arc::new(Self { prices, members: OnceLock::new() })
    }
}

/// Each part is made when somebody first asks for it: the first list in one currency, for
/// which somebody waits where nothing was loaded, needs little of it.
#[derive(Debug)]
struct Index {
    variants: Variants,
    /// The variants' numbers, in the order of their ids.
    by_variant: OnceLock<Vec<u32>>,
    // Places in `products`, in the order of the name.
    by_id: Vec<usize>,
    by_slug: OnceLock<Vec<usize>>,
    /// The product's place and the slug's place among its former ones, in the order of these.
    by_former_slug: OnceLock<Vec<(usize, usize)>>,
    by_title: OnceLock<Ranked>,
    by_sold: OnceLock<Ranked>,
    facets: OnceLock<FacetIndex>,
    search: OnceLock<SearchIndex>,
}

impl Index {
    fn new(products: &[Arc<Product>]) -> Self {
        Self {
            variants: Variants::new(products.iter().map(|product| product.variants.len())),
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
}

impl Snapshot {
    pub fn new(version: String, settings: impl Into<Arc<Settings>>, products: Vec<Product>) -> Self {
        let shared = |mut product: Product| {
            product.shrink();
            Arc::new(product)
        };
        let products = newest_first(products.into_iter().map(shared).collect());
        let index = Arc::new(Index::new(&products));
        Self::of(version, settings.into(), products, index)
    }

    /// Of products of which the copy before may have some, too. Where only other prices and
    /// levels have changed since, what products are found by is that one's.
    pub(super) fn of_stored(version: String, settings: Settings, stored: Stored, before: Option<&Self>) -> Self {
        let products = newest_first(stored.products());
        let same = before.filter(|before| are_found_alike(&before.products, &products));
        let index = same.map_or_else(|| Arc::new(Index::new(&products)), |before| before.index.clone());
        Self { stored: Arc::new(stored), ..Self::of(version, Arc::new(settings), products, index) }
    }

    /// The same of what is not in the store yet, or not all of it.
    pub(super) fn unstored(&self) -> Self {
        Self { stored: Arc::default(), ..self.clone() }
    }

    fn of(version: String, settings: Arc<Settings>, products: Vec<Arc<Product>>, index: Arc<Index>) -> Self {
        Self {
            version,
            promotions: Arc::default(),
            collections: Arc::default(),
            index,
            timely: Timely::new(&settings),
            settings,
            products: Arc::new(products),
            stored: Arc::default(),
            repriced: Arc::default(),
            at: None,
            lasts: Timestamp::from_millis(i64::MIN)..Timestamp::from_millis(i64::MAX),
            beyond: None,
        }
    }

    /// The same as it is at a time.
    #[must_use]
    pub fn as_of(self, now: Timestamp) -> Self {
        let mut lasts = Timestamp::from_millis(i64::MIN)..Timestamp::from_millis(i64::MAX);
        for time in self.products.iter().flat_map(|product| product.times()) {
            if time <= now {
                lasts.start = lasts.start.max(time);
            } else {
                lasts.end = lasts.end.min(time);
            }
        }
        let repriced = self.repriced_at(now);
        Self { repriced: Arc::new(repriced), timely: Timely::new(&self.settings), at: Some(now), lasts, ..self }
    }

    /// Copies of the products that cost something else at that time: others may have them.
    fn repriced_at(&self, now: Timestamp) -> Vec<(u32, Product)> {
        let others = self.products.iter().enumerate().filter(|(_, product)| !product.is_at(now));
        let mut repriced: Vec<_> = others.map(|(place, product)| (number(place), Product::clone(product))).collect();
        repriced.iter_mut().for_each(|(_, product)| product.be_at(now));
        repriced
    }

    /// Whether what it is as of has not changed by now, nor had not changed then.
    pub fn is_as_of(&self, now: Timestamp) -> bool {
        self.lasts.contains(&now)
    }

    fn shows(&self, product: &Product) -> bool {
        self.at.is_none_or(|at| product.is_published(at))
    }

    #[must_use]
    pub fn with_promotions(self, promotions: Vec<Promotion>) -> Self {
        Self { promotions: Arc::new(promotions), ..self }
    }

    /// What was picked for them is told by how many products have a lesser id.
    #[must_use]
    pub fn with_collections(self, collections: Vec<Collection>) -> Self {
        let collections = Collections::new(collections, &self.index.by_id);
        Self { collections: Arc::new(collections), timely: Timely::new(&self.settings), ..self }
    }

    /// By collection: its products, and those of all that is in it.
    pub(super) fn members(&self) -> &[Places] {
        self.timely.members.get_or_init(|| self.collections.members(self))
    }

    /// The collections that a product is in, if promotions name any.
    pub fn named_collections(&self, product: &Product) -> Vec<CollectionId> {
        if self.promotions.iter().all(|promotion| promotion.collections().next().is_none()) {
            return Vec::new();
        }
        let of = self.collections.of(product, self.place(product.id)).into_iter();
        of.filter_map(|n| Some(self.collections.get(n)?.id)).collect()
    }

    /// What prices are made of.
    pub fn offer(&self) -> Offer<'_> {
        self.settings.offer(&self.promotions)
    }

    /// The same with what the truth has beyond it. It is newer, so where both
    /// know a product this one counts.
    #[must_use]
    pub fn with(&self, beyond: Vec<Product>) -> Self {
        let beyond = Self::new(self.version.clone(), self.settings.clone(), beyond);
        Self { beyond: Some(Arc::new(beyond)), ..self.clone() }
    }

    /// The product and the variant of that id, if it is on sale.
    pub fn variant(&self, id: VariantId) -> Option<(&Product, &Variant)> {
        if let Some(found) = self.beyond.as_ref().and_then(|beyond| beyond.variant(id)) {
            return Some(found);
        }
        let at = |number: u32| {
            let (p, v) = self.index.variants.product(number)?;
            let product = self.product(p)?;
            Some((product, product.variants.get(v as usize)?))
        };
        let shown = |(product, _): &(&Product, &Variant)| self.shows(product);
        let by_variant = self.index.by_variant.get_or_init(|| sorted_variants(&self.products, &self.index.variants));
        let compare = |number: &u32| at(*number).map_or(Ordering::Less, |(_, variant)| variant.id.cmp(&id));
        let found = by_variant.binary_search_by(compare).ok()?;
        at(*by_variant.get(found)?).filter(shown)
    }

    pub fn by_id(&self, id: ProductId) -> Option<&Product> {
        let beyond = self.beyond.as_ref().and_then(|beyond| beyond.by_id(id));
        beyond.or_else(|| self.search(&self.index.by_id, |product| product.id.cmp(&id)))
    }

    /// The product at a place in `products`, as it is now.
    pub fn product(&self, place: u32) -> Option<&Product> {
        match self.repriced.binary_search_by(|(at, _)| at.cmp(&place)) {
            Ok(found) => self.repriced.get(found).map(|(_, product)| product),
            Err(_) => self.products.get(place as usize).map(|product| &**product),
        }
    }

    /// Where the product is in `products`; none of what is beyond them.
    pub fn place(&self, id: ProductId) -> Option<u32> {
        let of = |place: &usize| self.products.get(*place).map(|product| product.id);
        let found = self.index.by_id.binary_search_by(|place| of(place).cmp(&Some(id))).ok()?;
        self.index.by_id.get(found).map(|place| number(*place))
    }

    /// The product, if it is here just as it is.
    pub(super) fn same(&self, product: &Product) -> Option<Arc<Product>> {
        let known = self.products.get(self.place(product.id)? as usize)?;
        (**known == *product).then(|| known.clone())
    }

    pub fn by_slug(&self, slug: &str) -> Option<&Product> {
        let by_slug = || sorted(&self.products, |product| product.slug.as_str());
        self.search(self.index.by_slug.get_or_init(by_slug), |product| product.slug.as_str().cmp(slug))
    }

    /// The product that was called so, and none is now.
    fn by_former_slug(&self, slug: &str) -> Option<&Product> {
        let at = |(p, n): (usize, usize)| self.products.get(p)?.former_slugs.get(n);
        let order = self.index.by_former_slug.get_or_init(|| sorted_former_slugs(&self.products));
        let place = order.partition_point(|place| at(*place).is_some_and(|former| &**former < slug));
        let place = *order.get(place)?;
        let product = self.product(number(place.0)).filter(|product| self.shows(product))?;
        (at(place)? == slug).then_some(product)
    }

    /// The product that has this name, or had it.
    pub fn named(&self, name: &Name) -> Option<&Product> {
        match name {
            Name::Product(id) => self.by_id(*id),
            Name::Slug(slug) => {
                // What is newer may have taken the name over from what is here.
                let beyond = self.beyond.as_ref().and_then(|beyond| beyond.named(name));
                beyond.or_else(|| self.by_slug(slug)).or_else(|| self.by_former_slug(slug))
            }
            Name::Variant(id) => self.variant(*id).map(|(product, _)| product),
        }
    }

    fn search(&self, order: &[usize], compare: impl Fn(&Product) -> std::cmp::Ordering) -> Option<&Product> {
        let place = order
            .binary_search_by(|p| self.products.get(*p).map_or(Ordering::Less, |product| compare(product)))
            .ok()?;
        order.get(place).and_then(|p| self.product(number(*p))).filter(|product| self.shows(product))
    }

    /// By [`title_order`], then by id.
    pub(super) fn by_title(&self) -> &Ranked {
        self.index.by_title.get_or_init(|| Ranked::new(self.products.len(), sorted_by_title(&self.products)))
    }

    pub(super) fn by_sold(&self) -> &Ranked {
        self.index.by_sold.get_or_init(|| Ranked::by_sold(&self.products))
    }

    /// What is sold in the currency; `None` if it is none of the shop's.
    pub(super) fn prices(&self, currency: Currency) -> Option<&PriceIndex> {
        let (_, prices) = self.timely.prices.iter().find(|(known, _)| *known == currency)?;
        let products = || (0..self.products.len()).filter_map(|place| self.product(number(place)));
        let index = || {
            PriceIndex::new(currency, &products().collect::<Vec<_>>(), &self.index.variants, &|product| {
                self.shows(product)
            })
        };
        Some(prices.get_or_init(index))
    }

    pub(super) fn variants(&self) -> &Variants {
        &self.index.variants
    }

    pub(super) fn facets(&self) -> &FacetIndex {
        self.index.facets.get_or_init(|| FacetIndex::new(&self.products))
    }

    /// What somebody may have meant who looked for this: see [`SearchIndex::meant`].
    pub fn meant(&self, sought: &str) -> Option<String> {
        if sought.is_empty() { None } else { self.searched().meant(sought, &self.products) }
    }

    /// What the search may become: see [`SearchIndex::completed`].
    pub(super) fn completed(&self, sought: &str, most: usize, language: Option<Language>) -> Vec<String> {
        self.searched().completed(sought, most, &self.products, language)
    }

    pub(super) fn searched(&self) -> &SearchIndex {
        self.index.search.get_or_init(|| SearchIndex::new(&self.products))
    }
}

fn newest_first(mut products: Vec<Arc<Product>>) -> Vec<Arc<Product>> {
    sort(&mut products, |one, other| (other.created_at, other.id).cmp(&(one.created_at, one.id)));
    products
}

/// Whether an [`Index`] of these is one of those.
fn are_found_alike(these: &[Arc<Product>], those: &[Arc<Product>]) -> bool {
    let alike = |(one, other): (&Arc<Product>, &Arc<Product>)| Arc::ptr_eq(one, other) || is_found_alike(one, other);
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

fn sorted_variants(products: &[Arc<Product>], variants: &Variants) -> Vec<u32> {
    let ids: Vec<VariantId> = products.iter().flat_map(|product| &product.variants).map(|variant| variant.id).collect();
    let order = order(variants.count(), &|one, other| ids.get(one).cmp(&ids.get(other)));
    order.into_iter().map(number).collect()
}

fn sorted_former_slugs(products: &[Arc<Product>]) -> Vec<(usize, usize)> {
    let places = |(p, product): (usize, &Arc<Product>)| (0..product.former_slugs.len()).map(move |n| (p, n));
    let mut former: Vec<_> = products.iter().enumerate().flat_map(places).collect();
    let slug = |(p, n): &(usize, usize)| products.get(*p)?.former_slugs.get(*n);
    sort(&mut former, |one, other| slug(one).cmp(&slug(other)));
    former
}

fn sorted<'a, K: Ord>(products: &'a [Arc<Product>], key: impl Fn(&'a Product) -> K) -> Vec<usize> {
    let keys: Vec<K> = products.iter().map(|product| key(product)).collect();
    order(keys.len(), &|one, other| keys.get(one).cmp(&keys.get(other)))
}

/// By [`title_order`], then by id. A title's key is made once.
fn sorted_by_title(products: &[Arc<Product>]) -> Vec<usize> {
    let keys = title_order::keys(products.iter().map(|product| &*product.title));
    order(keys.len(), &|a, b| {
        keys.get(a).cmp(&keys.get(b)).then_with(|| match (products.get(a), products.get(b)) {
            (Some(a), Some(b)) => title_order::compare_details(&a.title, &b.title).then(a.id.cmp(&b.id)),
            _ => Ordering::Equal,
        })
    })
}

#[cfg(test)]
#[path = "snapshot_tests.rs"]
mod tests;
#[cfg(test)]
#[path = "times_tests.rs"]
mod times_tests;
