//! The catalog as buyers read it: immutable, in the isolate's memory, with
//! an index for each way it is listed.

use std::cmp::Ordering;
use std::sync::Arc;

use super::name::Name;
use super::price_index::PriceIndex;
use super::title_order;
pub use crate::catalog::product::{Image, Level, PriceRange, Product, ProductOption, Status, Variant};
use crate::ids::{ProductId, VariantId};
use crate::money::Currency;
use crate::pricing::{Offer, Promotion};
use crate::settings::Settings;
use crate::sorted::{order, sort};

/// Cheap to clone: what is large is shared.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The revision of the catalog that was published.
    pub version: String,
    pub settings: Arc<Settings>,
    pub promotions: Arc<Vec<Promotion>>,
    pub products: Arc<Vec<Product>>,
    index: Arc<Index>,
    /// What the truth was asked for besides. It is found by name, and is in no list.
    beyond: Option<Arc<Snapshot>>,
}

#[derive(Debug)]
struct Index {
    /// The product's place and the variant's place in it, by the variant's id.
    by_variant: Vec<(VariantId, usize, usize)>,
    // Places in `products`, in the order of the name.
    by_id: Vec<usize>,
    by_slug: Vec<usize>,
    by_age: Vec<usize>,
    by_title: Vec<usize>,
    by_price: Vec<PriceIndex>,
}

impl Index {
    fn new(settings: &Settings, products: &[Product]) -> Self {
        let mut by_variant: Vec<_> = products
            .iter()
            .enumerate()
            .flat_map(|(p, product)| product.variants.iter().enumerate().map(move |(v, variant)| (variant.id, p, v)))
            .collect();
        sort(&mut by_variant, |one, other| one.0.cmp(&other.0));
        Self {
            by_variant,
            by_id: sorted(products, |product| product.id),
            by_slug: sorted(products, |product| product.slug.clone()),
            by_age: sorted(products, |product| (product.created_at, product.id)),
            by_title: sorted_by_title(products),
            by_price: settings.currencies.iter().map(|currency| PriceIndex::new(*currency, products)).collect(),
        }
    }
}

impl Snapshot {
    pub fn new(version: String, settings: impl Into<Arc<Settings>>, products: Vec<Product>) -> Self {
        let settings = settings.into();
        let index = Arc::new(Index::new(&settings, &products));
        Self { version, settings, promotions: Arc::default(), products: Arc::new(products), index, beyond: None }
    }

    #[must_use]
    pub fn with_promotions(self, promotions: Vec<Promotion>) -> Self {
        Self { promotions: Arc::new(promotions), ..self }
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
        let found = self.index.by_variant.binary_search_by_key(&id, |(id, ..)| *id).ok()?;
        let (_, p, v) = self.index.by_variant.get(found)?;
        let product = self.products.get(*p)?;
        Some((product, product.variants.get(*v)?))
    }

    pub fn by_id(&self, id: ProductId) -> Option<&Product> {
        let beyond = self.beyond.as_ref().and_then(|beyond| beyond.by_id(id));
        beyond.or_else(|| self.search(&self.index.by_id, |product| product.id.cmp(&id)))
    }

    pub fn by_slug(&self, slug: &str) -> Option<&Product> {
        let beyond = self.beyond.as_ref().and_then(|beyond| beyond.by_slug(slug));
        beyond.or_else(|| self.search(&self.index.by_slug, |product| product.slug.as_str().cmp(slug)))
    }

    /// The product that has this name.
    pub fn named(&self, name: &Name) -> Option<&Product> {
        match name {
            Name::Product(id) => self.by_id(*id),
            Name::Slug(slug) => self.by_slug(slug),
            Name::Variant(id) => self.variant(*id).map(|(product, _)| product),
        }
    }

    fn search(&self, order: &[usize], compare: impl Fn(&Product) -> std::cmp::Ordering) -> Option<&Product> {
        let place =
            order.binary_search_by(|p| self.products.get(*p).map_or(std::cmp::Ordering::Less, &compare)).ok()?;
        order.get(place).and_then(|p| self.products.get(*p))
    }

    /// Places in `products`, the oldest product first.
    pub(super) fn by_age(&self) -> &[usize] {
        &self.index.by_age
    }
    /// Places in `products`, by [`title_order`].
    pub(super) fn by_title(&self) -> &[usize] {
        &self.index.by_title
    }
    /// Places in `products` of what is sold in the currency, cheapest first.
    pub(super) fn by_price(&self, currency: Currency) -> &[usize] {
        self.prices(currency).map_or(&[], PriceIndex::order)
    }

    /// How many products are sold in the currency.
    pub fn sold_in(&self, currency: Currency) -> usize {
        self.by_price(currency).len()
    }

    /// What is sold in the currency; `None` if it is none of the shop's.
    pub(super) fn prices(&self, currency: Currency) -> Option<&PriceIndex> {
        self.index.by_price.iter().find(|index| index.currency == currency)
    }
}

fn sorted<K: Ord>(products: &[Product], key: impl Fn(&Product) -> K) -> Vec<usize> {
    let keys: Vec<K> = products.iter().map(key).collect();
    order(keys.len(), &|one, other| keys.get(one).cmp(&keys.get(other)))
}

/// By [`title_order`], then by id. A title's key is made once.
fn sorted_by_title(products: &[Product]) -> Vec<usize> {
    let keys = title_order::keys(products.iter().map(|product| &*product.title));
    order(keys.len(), &|a, b| {
        keys.get(a).cmp(&keys.get(b)).then_with(|| match (products.get(a), products.get(b)) {
            (Some(a), Some(b)) => title_order::compare_details(&a.title, &b.title).then(a.id.cmp(&b.id)),
            _ => Ordering::Equal,
        })
    })
}
