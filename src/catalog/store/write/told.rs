//! What is written down of a change of a product.

use serde_json::Value;

use crate::audit::{Entry, Kind};
use crate::catalog::handlers::views::AdminProduct;
use crate::catalog::product::{Product, Variant};
use crate::ids::VariantId;
use crate::json;
use crate::sorted::SortedMap;

pub fn created(product: &Product) -> Entry {
    Entry::created(Kind::Product, &product.id, &product.title)
}

pub fn changed(before: &Product, after: &Product) -> Entry {
    let (was, is) = (shown(before, after), shown(after, before));
    Entry::changed(Kind::Product, &after.id, &after.title, &was, &is)
}

pub fn deleted(product: &Product) -> Entry {
    let whole = json::value(&AdminProduct::from(product));
    Entry::deleted(Kind::Product, &product.id, &product.title, &whole)
}

/// A product as staff are shown it, without the variants that the other has alike: of two
/// thousand, few are changed at once.
fn shown(product: &Product, other: &Product) -> Value {
    let others: SortedMap<VariantId, &Variant> = other.variants.iter().map(|variant| (variant.id, variant)).collect();
    let mut view = AdminProduct::from(product);
    let own = product.variants.iter().zip(std::mem::take(&mut view.variants));
    let differs = own.filter(|(variant, _)| others.get(&variant.id).is_none_or(|other| other != variant));
    view.variants = differs.map(|(_, shown)| shown).collect();
    json::value(&view)
}
