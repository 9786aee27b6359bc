//! Which product, and which of its variants, a file speaks of: by our ids where it has
//! them, else by slug and SKU.

use super::sent::{Sent, SentVariant};
use super::taken::Claims;
use super::told::LineError;
use crate::catalog::product::{Product, Variant};
use crate::catalog::slug;
use crate::ids::{JobId, ProductId, VariantId};
use crate::ports::{Entropy, Timestamp};
use crate::sorted::{SortedMap, SortedSet};
use crate::text;

/// The names that a product of a file gives to what it makes: always the same, so that
/// whoever does it a second time finds what is there.
pub struct Names {
    at: Timestamp,
    secret: [u8; 32],
}

/// Bytes that are known.
struct Known([u8; 32], u16);

impl Entropy for Known {
    fn fill(&self, buffer: &mut [u8]) {
        let Self(bytes, number) = self;
        let numbered = number.to_be_bytes().into_iter().chain(bytes.iter().copied());
        buffer.iter_mut().rev().zip(numbered).for_each(|(to, from)| *to = from);
    }
}

impl Names {
    /// `at`: when the job began; later products of a file are newer ones.
    pub fn new(keys: &crate::app::Keys, job: JobId, number: i64, at: Timestamp) -> Self {
        let secret = keys.mac("import-ids", &[&job.to_string(), &number.to_string()]);
        Self { at: at.plus_millis(number), secret }
    }

    pub fn product(&self) -> ProductId {
        ProductId::new(self.at, &Known(self.secret, 0))
    }

    /// Of the new variant of this number, from 0.
    pub fn variant(&self, number: u16) -> VariantId {
        VariantId::new(self.at, &Known(self.secret, number.saturating_add(1)))
    }
}

/// The slug that a file gives, as the shop keeps it.
pub fn slug_of(sent: &Sent) -> Option<String> {
    sent.slug.as_deref().and_then(|slug| slug::slug(slug).ok())
}

/// The SKU that a variant is given, as the shop keeps it.
pub fn sku_of(variant: &SentVariant) -> Option<String> {
    text::code(variant.facts.get("sku")?.as_str()?).ok()
}

/// The product that is meant, if it is there. A name that a product has only until one before it in the file is written
/// means that product no more.
pub fn product<'a>(
    sent: &Sent,
    products: &'a [Product],
    names: &Names,
    claims: &Claims,
) -> Result<Option<&'a Product>, LineError> {
    if let Some(id) = &sent.id {
        let found = products.iter().find(|product| product.id.to_string() == *id);
        let detail = "no product has this id; leave the cell blank to have a new one made";
        return found.map(Some).ok_or_else(|| LineError::new(sent.line, "product_id", detail));
    }
    let own = names.product();
    if let Some(made) = products.iter().find(|product| product.id == own) {
        return Ok(Some(made));
    }
    if let Some(slug) = slug_of(sent) {
        if claims.gives_up_slug(&slug) {
            return Ok(None);
        }
        return Ok(products.iter().find(|product| product.slug == slug));
    }
    let mut skus: SortedSet<String> = sent.variants.iter().filter_map(sku_of).map(|sku| (sku, ())).collect();
    skus.retain(|sku, ()| !claims.gives_up_sku(sku));
    Ok(products.iter().find(|product| product.variants.iter().any(|variant| skus.contains_key(&variant.sku))))
}

/// Of each variant of the file the one of the product that it is, if it is there.
pub fn variants<'a>(sent: &Sent, before: Option<&'a Product>) -> Vec<Result<Option<&'a Variant>, LineError>> {
    let variants = before.map(|product| product.variants.as_slice()).unwrap_or_default();
    let options = before.map(|product| product.options.as_slice()).unwrap_or_default();
    let alone = variants.len() == 1 && sent.variants.len() == 1;
    let with_id = |known: &'a Variant| (known.id.to_string(), known);
    let by_id: SortedMap<String, &Variant> = match sent.variants.iter().any(|variant| variant.id.is_some()) {
        true => variants.iter().map(with_id).collect(),
        false => SortedMap::new(),
    };
    let by_sku: SortedMap<&str, &Variant> = variants.iter().map(|known| (&*known.sku, known)).collect();
    let is = |variant: &SentVariant| {
        if let Some(id) = &variant.id {
            let found = by_id.get(id).copied();
            let detail = "no variant of this product has this id; leave the cell blank to have a new one made";
            return found.map(Some).ok_or_else(|| LineError::new(variant.line, "variant_id", detail));
        }
        let by_sku = sku_of(variant).and_then(|sku| by_sku.get(&*sku).copied());
        // By those that the file names, where only one variant has these values.
        let by_options = || {
            let places: Vec<_> = sent.options.iter().flatten().map(|option| option.of(options)).collect();
            let said = |known: &&Variant| {
                places.iter().zip(&variant.options).all(|(at, value)| known.options.get(*at) == Some(value))
            };
            let mut fitting = variants.iter().filter(said);
            let first = fitting.next().filter(|_| !places.is_empty() && places.len() == variant.options.len());
            first.filter(|_| fitting.next().is_none())
        };
        // One without options is the one there is.
        let only = || variants.first().filter(|only| alone && only.options.is_empty() && variant.options.is_empty());
        Ok(by_sku.or_else(by_options).or_else(only))
    };
    sent.variants.iter().map(is).collect()
}
