//! The catalog as buyers read it: immutable, in the isolate's memory.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

use crate::ids::{ProductId, VariantId};
use crate::money::{Currency, Money};

/// The shop's settings as buyers meet them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub shop_name: String,
    pub default_currency: Currency,
    pub currencies: Vec<Currency>,
    pub shipping_options: Vec<ShippingOption>,
}

/// A way to send an order, at one flat rate per currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShippingOption {
    pub id: String,
    pub title: String,
    pub prices: Vec<Money>,
}

impl ShippingOption {
    pub fn price(&self, currency: Currency) -> Option<Money> {
        self.prices.iter().copied().find(|price| price.currency == currency)
    }
}

/// A product as it is sold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Product {
    pub id: ProductId,
    pub slug: String,
    pub title: String,
    pub variants: Vec<Variant>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    pub id: VariantId,
    pub sku: String,
    pub title: String,
    pub prices: Vec<Money>,
}

impl Variant {
    pub fn price(&self, currency: Currency) -> Option<Money> {
        self.prices.iter().copied().find(|price| price.currency == currency)
    }
}

#[derive(Debug)]
pub struct Snapshot {
    pub version: String,
    pub settings: Settings,
    pub products: Vec<Product>,
    by_variant: HashMap<VariantId, (usize, usize)>,
}

impl Snapshot {
    pub fn new(version: String, settings: Settings, products: Vec<Product>) -> Self {
        let by_variant = products
            .iter()
            .enumerate()
            .flat_map(|(p, product)| product.variants.iter().enumerate().map(move |(v, variant)| (variant.id, (p, v))))
            .collect();
        Self { version, settings, products, by_variant }
    }

    /// The product and the variant of that id, if it is on sale.
    pub fn variant(&self, id: VariantId) -> Option<(&Product, &Variant)> {
        let (p, v) = *self.by_variant.get(&id)?;
        let product = self.products.get(p)?;
        Some((product, product.variants.get(v)?))
    }
}

/// The isolate's copy, swapped whole.
#[derive(Default)]
pub struct CatalogMemory(RwLock<Option<Arc<Snapshot>>>);

impl CatalogMemory {
    pub fn get(&self) -> Option<Arc<Snapshot>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
    pub fn set(&self, snapshot: Arc<Snapshot>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(snapshot);
    }
}
