//! The catalog as buyers read it: immutable, in the isolate's memory, with
//! an index for each way it is listed.

use std::ops::Range;
use std::sync::{Arc, OnceLock, Weak};

use super::chunks::Stored;
use super::collections::Collections;
use super::facets::FacetIndex;
use super::index::{Index, are_found_alike};
use super::name::Name;
use super::places::Places;
use super::price_index::PriceIndex;
use super::ranked::Ranked;
use super::search::SearchIndex;
use super::unpacked::Unpacked;
use super::variants::Variants;
pub use crate::catalog::product::{Image, Level, Offers, Packed, PriceRange, Product, ProductOption, Status, Variant};
use crate::collections::collection::Collection;
use crate::ids::{CollectionId, ProductId, VariantId};
use crate::money::Currency;
use crate::ports::Timestamp;
use crate::pricing::{Offer, Promotion};
use crate::settings::Settings;
use crate::sorted::sort;
use crate::text::Language;

/// Cheap to clone: what is large is shared.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The revision of the catalog that was published.
    pub version: String,
    pub settings: Arc<Settings>,
    pub promotions: Arc<Vec<Promotion>>,
    pub collections: Arc<Collections>,
    /// The newest first. What is in one is asked of [`Self::product`].
    pub products: Arc<Vec<Arc<Packed>>>,
    unpacked: Arc<Unpacked>,
    /// Where they are stored. Nowhere, if they were not read from there.
    pub(super) stored: Arc<Stored>,
    /// By place, those that one buyer has at prices of their own: see [`super::own`].
    pub(super) own: Arc<Vec<(u32, Product)>>,
    index: Arc<Index>,
    timely: Arc<Timely>,
    /// When it is: the products whose time is not now are in no answer. None: all are.
    at: Option<Timestamp>,
    /// For how long it stays so: from the last time at which a product or a sale came or went
    /// to the next.
    lasts: Range<Timestamp>,
    /// What the truth was asked for besides. It is found by name, and is in no list.
    pub(super) beyond: Option<Arc<Snapshot>>,
}

/// What answers of a snapshot are kept by: whatever they are made of is the same as long as
/// this is, also where the snapshot was packed again.
#[derive(Debug, Default)]
pub struct Moment(Weak<Timely>);

impl Moment {
    pub fn is_of(&self, snapshot: &Snapshot) -> bool {
        self.0.as_ptr() == Arc::as_ptr(&snapshot.timely)
    }
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

impl Snapshot {
    pub fn new(version: String, settings: impl Into<Arc<Settings>>, products: Vec<Product>) -> Self {
        Self::of_packed(version, settings, products.iter().map(Packed::new).collect())
    }

    pub fn of_packed(version: String, settings: impl Into<Arc<Settings>>, products: Vec<Packed>) -> Self {
        let products = newest_first(products.into_iter().map(Arc::new).collect());
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

    fn of(version: String, settings: Arc<Settings>, products: Vec<Arc<Packed>>, index: Arc<Index>) -> Self {
        Self {
            version,
            promotions: Arc::default(),
            collections: Arc::default(),
            index,
            timely: Timely::new(&settings),
            settings,
            unpacked: Arc::new(Unpacked::none(products.len(), None)),
            products: Arc::new(products),
            stored: Arc::default(),
            own: Arc::default(),
            at: None,
            lasts: Timestamp::from_millis(i64::MIN)..Timestamp::from_millis(i64::MAX),
            beyond: None,
        }
    }

    /// The same as it is at a time.
    #[must_use]
    pub fn as_of(self, now: Timestamp) -> Self {
        let mut lasts = Timestamp::from_millis(i64::MIN)..Timestamp::from_millis(i64::MAX);
        let timed = self.products.iter().filter(|product| product.is_timed);
        for product in timed {
            for time in product.offers(None).times() {
                if time <= now {
                    lasts.start = lasts.start.max(time);
                } else {
                    lasts.end = lasts.end.min(time);
                }
            }
        }
        let unpacked = Arc::new(Unpacked::none(self.products.len(), Some(now)));
        Self { unpacked, timely: Timely::new(&self.settings), at: Some(now), lasts, ..self }
    }

    /// Whether more of it was read than shall be kept.
    pub fn is_unpacked(&self) -> bool {
        self.unpacked.are_many()
    }

    /// How many of its products are kept unpacked.
    #[cfg(test)]
    pub(super) fn unpacked_count(&self) -> usize {
        self.unpacked.count()
    }

    /// The same as if nothing of it had been read.
    #[must_use]
    pub fn packed(self) -> Self {
        Self { unpacked: Arc::new(Unpacked::none(self.products.len(), self.at)), ..self }
    }

    /// The version that it is of, as that is now.
    pub fn moment(&self) -> Moment {
        Moment(Arc::downgrade(&self.timely))
    }

    /// Whether what it is as of has not changed by now, nor had not changed then.
    pub fn is_as_of(&self, now: Timestamp) -> bool {
        self.lasts.contains(&now)
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

    /// The same with what the truth has beyond it, as that is now. It is newer, so where
    /// both know a product this one counts.
    #[must_use]
    pub fn with(&self, beyond: Vec<Product>, now: Timestamp) -> Self {
        let beyond = Self::new(self.version.clone(), self.settings.clone(), beyond).as_of(now);
        Self { beyond: Some(Arc::new(beyond)), ..self.clone() }
    }

    /// The product and the variant of that id, if it is on sale.
    pub fn variant(&self, id: VariantId) -> Option<(&Product, &Variant)> {
        if let Some(found) = self.beyond.as_ref().and_then(|beyond| beyond.variant(id)) {
            return Some(found);
        }
        let (place, n) = self.index.of_variant(&self.products, id)?;
        let product = self.on_sale(place)?;
        Some((product, product.variants.get(n as usize)?))
    }

    pub fn by_id(&self, id: ProductId) -> Option<&Product> {
        let beyond = self.beyond.as_ref().and_then(|beyond| beyond.by_id(id));
        beyond.or_else(|| self.on_sale(self.place(id)?))
    }

    /// The product at a place in `products`, as it is now.
    pub fn product(&self, place: u32) -> Option<&Product> {
        self.own_product(place).or_else(|| self.unpacked.get(place, self.products.get(place as usize)?))
    }

    /// The same, if its time is now.
    fn on_sale(&self, place: u32) -> Option<&Product> {
        self.product(place).filter(|product| self.at.is_none_or(|at| product.is_published(at)))
    }

    /// The same for whoever reads many once, and keeps none.
    pub fn unpacked(&self, place: u32) -> Option<Product> {
        self.unpacked.alone(self.products.get(place as usize)?)
    }

    /// What the product at a place is offered for, as it is now, without the rest of it.
    pub fn offers(&self, place: u32) -> Offers {
        self.products.get(place as usize).map(|product| product.offers(self.at)).unwrap_or_default()
    }

    /// What is sold in the shop's own currency, by place.
    pub fn sold(&self) -> impl Iterator<Item = u32> {
        self.prices(self.settings.default_currency).into_iter().flat_map(|prices| prices.sold.iter())
    }

    /// Where the product is in `products`; none of what is beyond them.
    pub fn place(&self, id: ProductId) -> Option<u32> {
        self.index.place(&self.products, id)
    }

    /// The product, if it is here just as it is.
    pub(super) fn same(&self, product: &Packed) -> Option<Arc<Packed>> {
        let known = self.products.get(self.place(product.id)? as usize)?;
        (**known == *product).then(|| known.clone())
    }

    pub fn by_slug(&self, slug: &str) -> Option<&Product> {
        self.on_sale(self.index.of_slug(&self.products, slug)?)
    }

    /// The product that was called so, and none is now.
    fn by_former_slug(&self, slug: &str) -> Option<&Product> {
        self.on_sale(self.index.of_former_slug(&self.products, slug)?)
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

    /// By [`title_order`](super::title_order), then by id.
    pub(super) fn by_title(&self) -> &Ranked {
        self.index.by_title(&self.products)
    }

    pub(super) fn by_sold(&self) -> &Ranked {
        self.index.by_sold(&self.products)
    }

    /// What is sold in the currency; `None` if it is none of the shop's.
    pub(super) fn prices(&self, currency: Currency) -> Option<&PriceIndex> {
        let (_, prices) = self.timely.prices.iter().find(|(known, _)| *known == currency)?;
        Some(prices.get_or_init(|| PriceIndex::new(currency, &self.products, &self.index.variants, self.at)))
    }

    pub(super) fn variants(&self) -> &Variants {
        &self.index.variants
    }

    pub(super) fn facets(&self) -> &FacetIndex {
        self.index.facets(&self.products)
    }

    /// What somebody may have meant who looked for this: see [`SearchIndex::meant`].
    pub fn meant(&self, sought: &str) -> Option<String> {
        if sought.is_empty() { None } else { self.searched().meant(sought, self) }
    }

    /// What the search may become: see [`SearchIndex::completed`].
    pub(super) fn completed(&self, sought: &str, most: usize, language: Option<Language>) -> Vec<String> {
        self.searched().completed(sought, most, self, language)
    }

    pub(super) fn searched(&self) -> &SearchIndex {
        self.index.search(&self.products)
    }
}

fn newest_first(mut products: Vec<Arc<Packed>>) -> Vec<Arc<Packed>> {
    sort(&mut products, |one, other| (other.created_at, other.id).cmp(&(one.created_at, one.id)));
    products
}

#[cfg(test)]
#[path = "snapshot_tests.rs"]
mod tests;
#[cfg(test)]
#[path = "times_tests.rs"]
mod times_tests;
