//! A product as the copy keeps it, in the store and in memory: a third of the bytes that it
//! has as JSON, and a quarter of the room that [`Product`] takes. It is unpacked when an
//! answer needs it. What all products are found, ordered and priced by is read from it
//! without the rest: first its names, then what it is offered for.
//!
//! The format, postcard's, has no names for what is there: so the types here say what
//! stands in it, and [`FORMAT`] which of them wrote it.

use postcard::{from_bytes, take_from_bytes, to_allocvec};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::card::{Front, image};
use super::terms::{self, PriceTerms};
use super::{Floor, Level, Part, Product, ProductOption, Status, StockRule, Translations, Variant};
use crate::catalog::metadata::Metadata;
use crate::ids::{ProductId, VariantId};
use crate::json;
use crate::money::{Currency, Money};
use crate::ports::Timestamp;
use crate::pricing::Delivery;

/// To be raised whenever a product is packed otherwise: what was written before is not read.
pub const FORMAT: u32 = 2;

#[derive(Debug, PartialEq)]
pub struct Packed {
    pub id: ProductId,
    pub created_at: Timestamp,
    /// As [`Product::sold`].
    pub sold: u32,
    /// Whether it is another one at another time.
    pub is_timed: bool,
    /// Whether its [`Front`] is all that lists show of it.
    pub(super) is_plain: bool,
    /// How many variants it has.
    pub variants: u16,
    /// How many bytes its [`Names`] have, and its [`Offers`].
    names: u32,
    offers: u32,
    /// [`Names`], [`Offers`] and [`Rest`].
    bytes: Box<[u8]>,
}

/// What stands before the others.
#[derive(Serialize, Deserialize)]
struct Key {
    id: ProductId,
    created_at: i64,
    sold: u32,
    is_timed: bool,
    is_plain: bool,
    variants: u16,
    names: u32,
    offers: u32,
}

/// What it is called.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Names<'a> {
    pub slug: &'a str,
    pub title: &'a str,
    #[serde(borrow)]
    pub former_slugs: Vec<&'a str>,
    /// As JSON: few have any.
    #[serde(borrow)]
    translations: Option<&'a str>,
}

/// When it is there, and what its variants cost.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Offers {
    publish_at: Option<i64>,
    unpublish_at: Option<i64>,
    pub variants: Vec<Offer>,
}

/// A variant, by what time and other buyers change.
#[derive(Debug, Serialize, Deserialize)]
pub struct Offer {
    pub id: VariantId,
    pub level: Level,
    backorder: bool,
    /// Mostly in a currency or two, for which no memory of their own is asked: all are read for the first list.
    prices: SmallVec<[Money; 2]>,
    terms: Vec<PriceTerms>,
}

/// All else.
#[derive(Serialize, Deserialize)]
pub struct Rest<'a> {
    #[serde(borrow)]
    pub front: Front<'a>,
    description: &'a str,
    #[serde(borrow)]
    seo_title: Option<&'a str>,
    #[serde(borrow)]
    seo_description: Option<&'a str>,
    status: Status,
    version: i64,
    updated_at: i64,
    /// Each with its values.
    #[serde(borrow)]
    pub options: Vec<(&'a str, Vec<&'a str>)>,
    #[serde(borrow)]
    pub variants: Vec<Details<'a>>,
    delivery: Delivery,
    #[serde(borrow)]
    tax_class: Option<&'a str>,
    bought_with: Vec<ProductId>,
}

/// The rest of a variant.
#[derive(Serialize, Deserialize)]
pub struct Details<'a> {
    pub sku: &'a str,
    /// `None`: as [`usual_title`].
    #[serde(borrow)]
    title: Option<&'a str>,
    #[serde(borrow)]
    given_title: Option<&'a str>,
    #[serde(borrow)]
    pub options: Vec<&'a str>,
    compare_at: Vec<Money>,
    weight_grams: Option<u32>,
    #[serde(borrow)]
    pub barcode: Option<&'a str>,
    image: Option<usize>,
    #[serde(borrow)]
    tax_class: Option<&'a str>,
    parts: Vec<Part>,
    part_rules: Vec<(VariantId, bool, Option<Floor>)>,
    untracked: bool,
    floor: Option<Floor>,
    low_level: Option<u32>,
}

impl Packed {
    /// What staff alone read of it is left out.
    pub fn new(product: &Product) -> Self {
        let offers = bytes_of(&Offers::of(product));
        let translations = product.translations.as_ref().map(json::text);
        let names = bytes_of(&Names {
            slug: &product.slug,
            title: &product.title,
            former_slugs: texts(&product.former_slugs),
            translations: translations.as_deref(),
        });
        let length = |part: &[u8]| u32::try_from(part.len()).unwrap_or(u32::MAX);
        Self {
            id: product.id,
            created_at: product.created_at,
            sold: product.sold,
            is_timed: product.times().next().is_some(),
            is_plain: Front::is_enough_for(product),
            variants: u16::try_from(product.variants.len()).unwrap_or(u16::MAX),
            names: length(&names),
            offers: length(&offers),
            bytes: [names, offers, bytes_of(&Rest::of(product))].concat().into_boxed_slice(),
        }
    }

    /// From its [`bytes`](Self::bytes).
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (key, bytes): (Key, _) = take_from_bytes(bytes).ok()?;
        let Key { id, created_at, sold, is_timed, is_plain, variants, names, offers } = key;
        let created_at = Timestamp::from_millis(created_at);
        Some(Self { id, created_at, sold, is_timed, is_plain, variants, names, offers, bytes: bytes.into() })
    }

    pub fn bytes(&self) -> Vec<u8> {
        let Self { id, sold, is_timed, is_plain, variants, names, offers, .. } = *self;
        let created_at = self.created_at.millis();
        let mut bytes = bytes_of(&Key { id, created_at, sold, is_timed, is_plain, variants, names, offers });
        bytes.extend_from_slice(&self.bytes);
        bytes
    }

    /// The bytes of memory that it takes, but for some that all take.
    pub fn room(&self) -> usize {
        self.bytes.len()
    }

    pub fn names(&self) -> Names<'_> {
        self.parts().and_then(|(names, ..)| from_bytes(names).ok()).unwrap_or_default()
    }

    pub(super) fn parts(&self) -> Option<(&[u8], &[u8], &[u8])> {
        let (names, after) = self.bytes.split_at_checked(self.names as usize)?;
        let (offers, rest) = after.split_at_checked(self.offers as usize)?;
        Some((names, offers, rest))
    }

    /// As they are at a time, if one is said.
    pub fn offers(&self, at: Option<Timestamp>) -> Offers {
        let mut offers: Offers = self.parts().and_then(|(_, offers, _)| from_bytes(offers).ok()).unwrap_or_default();
        if let Some(now) = at {
            offers.variants.iter_mut().for_each(|variant| terms::be_at(&mut variant.terms, now));
        }
        offers
    }

    pub fn rest(&self) -> Option<Rest<'_>> {
        from_bytes(self.parts()?.2).ok()
    }

    /// Unpacked; `None` if somebody else wrote it.
    pub fn product(&self) -> Option<Product> {
        let (names, offers, rest) = self.parts()?;
        let (names, offers): (Names, Offers) = (from_bytes(names).ok()?, from_bytes(offers).ok()?);
        let rest: Rest = from_bytes(rest).ok()?;
        let variants = offers.variants.into_iter().zip(rest.variants);
        let of_options = |(name, values): (&str, Vec<&str>)| ProductOption { name: name.into(), values: owned(values) };
        Some(Product {
            id: self.id,
            slug: names.slug.to_owned(),
            variants: variants.map(|(offer, details)| details.variant(offer, names.title)).collect(),
            former_slugs: owned(names.former_slugs.clone()),
            title: names.title.to_owned(),
            description: rest.description.to_owned(),
            vendor: rest.front.vendor.map(str::to_owned),
            kind: rest.front.kind.map(str::to_owned),
            seo_title: rest.seo_title.map(str::to_owned),
            seo_description: rest.seo_description.map(str::to_owned),
            translations: names.translations().map(Box::new),
            metadata: Metadata::new(),
            tags: owned(rest.front.tags),
            status: rest.status,
            publish_at: offers.publish_at.map(Timestamp::from_millis),
            unpublish_at: offers.unpublish_at.map(Timestamp::from_millis),
            version: rest.version,
            created_at: self.created_at,
            updated_at: Timestamp::from_millis(rest.updated_at),
            options: rest.options.into_iter().map(of_options).collect(),
            images: rest.front.images.into_iter().map(image).collect(),
            level: rest.front.level,
            delivery: rest.delivery,
            tax_class: rest.tax_class.map(str::to_owned),
            bought_with: rest.bought_with,
            sold: self.sold,
        })
    }
}

impl Names<'_> {
    pub fn is_translated(&self) -> bool {
        self.translations.is_some()
    }

    pub fn translations(&self) -> Option<Translations> {
        json::read(self.translations?.as_bytes()).ok()
    }
}

impl Offers {
    fn of(product: &Product) -> Self {
        let offer = |variant: &Variant| Offer {
            id: variant.id,
            level: variant.level,
            backorder: variant.backorder,
            prices: variant.prices.as_slice().into(),
            terms: variant.terms.clone(),
        };
        Self {
            publish_at: product.publish_at.map(Timestamp::millis),
            unpublish_at: product.unpublish_at.map(Timestamp::millis),
            variants: product.variants.iter().map(offer).collect(),
        }
    }

    /// As [`Product::is_published`].
    pub fn is_published(&self, now: Timestamp) -> bool {
        let now = now.millis();
        self.publish_at.is_none_or(|from| from <= now) && self.unpublish_at.is_none_or(|until| now < until)
    }

    /// As [`Product::times`].
    pub fn times(&self) -> impl Iterator<Item = Timestamp> {
        let of_sales = self.variants.iter().flat_map(|variant| &variant.terms).flat_map(PriceTerms::times);
        [self.publish_at, self.unpublish_at].into_iter().flatten().chain(of_sales).map(Timestamp::from_millis)
    }
}

impl Offer {
    /// As [`Variant::price`].
    pub fn price(&self, currency: Currency) -> Option<Money> {
        terms::price(&self.prices, &self.terms, currency)
    }
}

impl<'a> Rest<'a> {
    fn of(product: &'a Product) -> Self {
        Self {
            front: Front::of(product),
            description: &product.description,
            seo_title: product.seo_title.as_deref(),
            seo_description: product.seo_description.as_deref(),
            status: product.status,
            version: product.version,
            updated_at: product.updated_at.millis(),
            options: product.options.iter().map(|option| (&*option.name, texts(&option.values))).collect(),
            variants: product.variants.iter().map(|variant| Details::of(product, variant)).collect(),
            delivery: product.delivery,
            tax_class: product.tax_class.as_deref(),
            bought_with: product.bought_with.clone(),
        }
    }
}

impl<'a> Details<'a> {
    fn of(product: &Product, variant: &'a Variant) -> Self {
        let usual = usual_title(variant.given_title.as_deref(), &texts(&variant.options), &product.title);
        let rule = |rule: &StockRule| (rule.variant_id, rule.untracked, rule.floor);
        Self {
            sku: &variant.sku,
            title: Some(&*variant.title).filter(|title| *title != usual),
            given_title: variant.given_title.as_deref(),
            options: texts(&variant.options),
            compare_at: variant.compare_at.clone(),
            weight_grams: variant.weight_grams,
            barcode: variant.barcode.as_deref(),
            image: variant.image,
            tax_class: variant.tax_class.as_deref(),
            parts: variant.parts.clone(),
            part_rules: variant.part_rules.iter().map(rule).collect(),
            untracked: variant.untracked,
            floor: variant.floor,
            low_level: variant.low_level,
        }
    }

    fn variant(self, offer: Offer, product_title: &str) -> Variant {
        let title = self.title.map(str::to_owned);
        let rule = |(variant_id, untracked, floor)| StockRule { variant_id, untracked, floor };
        Variant {
            id: offer.id,
            sku: self.sku.to_owned(),
            title: title.unwrap_or_else(|| usual_title(self.given_title, &self.options, product_title)),
            given_title: self.given_title.map(str::to_owned),
            options: owned(self.options),
            prices: offer.prices.into_vec(),
            compare_at: self.compare_at,
            terms: offer.terms,
            weight_grams: self.weight_grams,
            barcode: self.barcode.map(str::to_owned),
            image: self.image,
            tax_class: self.tax_class.map(str::to_owned),
            parts: self.parts,
            part_rules: self.part_rules.into_iter().map(rule).collect(),
            untracked: self.untracked,
            floor: self.floor,
            low_level: self.low_level,
            level: offer.level,
            backorder: offer.backorder,
            own: Vec::new(),
            pieces: None,
            sets_floor: None,
            own_pieces: None,
        }
    }
}

/// As nearly all variants are called: see [`Variant::title`].
fn usual_title(given: Option<&str>, options: &[&str], product: &str) -> String {
    match given {
        Some(given) => given.to_owned(),
        None if options.is_empty() => product.to_owned(),
        None => options.join(" / "),
    }
}

pub(super) fn texts(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

fn owned(texts: Vec<&str>) -> Vec<String> {
    texts.into_iter().map(str::to_owned).collect()
}

/// Every type here can be written.
fn bytes_of(part: &impl Serialize) -> Vec<u8> {
    to_allocvec(part).unwrap_or_default()
}

#[cfg(test)]
#[path = "packed_tests.rs"]
mod tests;
