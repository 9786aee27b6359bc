//! What buyers get to see of products: the bodies of the catalog's answers.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use super::collection_read::{self, CollectionName};
use super::listing::Listed;
use super::near::NearList;
use super::search::{Highlighter, Piece};
use super::selection::Facet;
use super::snapshot::Snapshot;
use crate::catalog::product::{Image, Level, Part, PriceRange, Product, named_options};
use crate::ids::{ProductId, VariantId};
use crate::money::{Currency, Money};
use crate::pricing::tiers::Tier;
use crate::sorted::SortedMap;
use crate::text::{Language, markdown};

/// A page of products.
#[derive(Serialize, JsonSchema)]
pub struct ProductList<'a> {
    pub items: Vec<ProductItem<'a>>,
    pub next_cursor: Option<String>,
    /// How many products there are on all pages.
    pub total: usize,
    /// What the list can be narrowed by, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facets: Option<Vec<Facet>>,
    /// What comes near, where a search finds nothing and its filters leave something: at most twelve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub near: Option<NearList<'a>>,
}

/// What goes with a product, or with several; the best first.
#[derive(Serialize, JsonSchema)]
pub struct RelatedList<'a> {
    pub items: Vec<ProductItem<'a>>,
}

/// A product as lists show it.
#[derive(Serialize, JsonSchema)]
pub struct ProductItem<'a> {
    pub id: ProductId,
    pub slug: &'a str,
    pub title: &'a str,
    pub vendor: Option<&'a str>,
    /// What kind of thing it is.
    #[serde(rename = "type")]
    pub kind: Option<&'a str>,
    pub price: PriceRange,
    /// What the first variant at the price `from` cost before, if that was more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare_at: Option<Money>,
    /// If that is on sale: its lowest price of the 30 days before, to be shown beside a reduction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lowest_30_days: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Cow<'a, Image>>,
    pub available: Level,
    /// Whether whatever can be had of it has yet to come.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_backorder: bool,
    pub tags: Vec<&'a str>,
    /// The title in pieces, with those that were looked for: if there was a `q`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highlights: Option<Vec<Piece<'a>>>,
}

/// A product with everything buyers may know.
#[derive(Serialize, JsonSchema)]
pub struct ProductDetail<'a> {
    pub id: ProductId,
    pub slug: &'a str,
    pub title: &'a str,
    pub description: &'a str,
    /// The description as HTML: what of it is Markdown laid out, all else as it stands.
    pub description_html: String,
    pub vendor: Option<&'a str>,
    /// What kind of thing it is.
    #[serde(rename = "type")]
    pub kind: Option<&'a str>,
    /// What search engines are to be told instead of the title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seo_title: Option<&'a str>,
    /// What search engines are to be told it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seo_description: Option<&'a str>,
    pub tags: &'a [String],
    /// `null` if no variant is sold in the currency.
    pub price: Option<PriceRange>,
    /// What the first variant at the price `from` cost before, if that was more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare_at: Option<Money>,
    /// If that is on sale: its lowest price of the 30 days before, to be shown beside a reduction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lowest_30_days: Option<Money>,
    pub available: Level,
    /// Whether whatever can be had of it has yet to come.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_backorder: bool,
    pub options: Vec<OptionDetail<'a>>,
    pub variants: Vec<VariantDetail<'a>>,
    pub images: Cow<'a, [Image]>,
    /// Also those that they are in.
    pub collections: Vec<CollectionName<'a>>,
}

/// What the variants of a product differ by. Filters and variants know it by its name and its
/// values, in whatever language it is read.
#[derive(Serialize, JsonSchema)]
pub struct OptionDetail<'a> {
    pub name: &'a str,
    pub values: &'a [String],
    /// What to call it in the language that was asked for, where that is not its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    /// What to call values in it, by the value, where that is something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub titles: Option<&'a SortedMap<String, String>>,
}

#[derive(Serialize, JsonSchema)]
pub struct VariantDetail<'a> {
    pub id: VariantId,
    pub sku: &'a str,
    pub title: Cow<'a, str>,
    /// The value of each option, by the option's name.
    pub options: SortedMap<&'a str, &'a str>,
    /// `null` if it is not sold in the currency.
    pub price: Option<Money>,
    /// What it cost before, if that was more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare_at: Option<Money>,
    /// If it is on sale: its lowest price of the 30 days before, to be shown beside a reduction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lowest_30_days: Option<Money>,
    /// What each costs where a line has so many pieces: lower than `price`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<Tier>,
    pub available: Level,
    /// What each piece of a bundle is made of; absent of what is none.
    #[serde(default, skip_serializing_if = "<[Part]>::is_empty")]
    pub parts: &'a [Part],
    /// Whether what can be had of it has yet to come.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_backorder: bool,
    /// The address of the one of the product's images that shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<&'a str>,
}

impl<'a> ProductItem<'a> {
    pub(super) fn new(listed: Listed<'a>, language: Option<Language>, highlighter: Option<&Highlighter>) -> Self {
        let Listed { mut card, price } = listed;
        let title = card.called(language);
        Self {
            id: card.id,
            slug: card.slug,
            title,
            vendor: card.vendor,
            kind: card.kind,
            price,
            compare_at: card.compare_at(price.from.currency),
            lowest_30_days: card.lowest(price.from.currency),
            image: card.take_image(language),
            available: card.level,
            on_backorder: card.on_backorder,
            tags: card.tags,
            highlights: highlighter.map(|highlighter| highlighter.pieces(title)),
        }
    }
}

impl<'a> ProductDetail<'a> {
    pub fn new(snapshot: &'a Snapshot, product: &'a Product, currency: Currency, language: Option<Language>) -> Self {
        let texts = product.texts(language);
        let options = product.options.iter().map(|option| OptionDetail {
            name: &option.name,
            values: &option.values,
            title: texts.option(&option.name),
            titles: texts.values(&option.name),
        });
        let variants = product.variants.iter().map(|variant| VariantDetail {
            id: variant.id,
            sku: &variant.sku,
            title: texts.variant(&product.options, variant),
            options: named_options(product, &variant.options),
            price: variant.price(currency),
            compare_at: variant.compare_at(currency),
            lowest_30_days: variant.lowest(currency),
            tiers: variant.lower_tiers(currency),
            available: variant.level,
            parts: &variant.parts,
            on_backorder: variant.backorder,
            image: product.image_of(variant).map(|image| &*image.url),
        });
        Self {
            id: product.id,
            slug: &product.slug,
            title: texts.title,
            description: texts.description,
            // Once for each answer, which the edge keeps: in the snapshot it would take as much again as the text.
            description_html: markdown::rendered(texts.description),
            vendor: product.vendor.as_deref(),
            kind: product.kind.as_deref(),
            seo_title: texts.seo_title,
            seo_description: texts.seo_description,
            tags: &product.tags,
            price: product.price_range(currency),
            compare_at: product.compare_at(currency),
            lowest_30_days: product.lowest(currency),
            available: product.level,
            on_backorder: product.is_on_backorder(),
            options: options.collect(),
            variants: variants.collect(),
            images: texts.images(&product.images),
            collections: collection_read::named(snapshot, product, language),
        }
    }
}
