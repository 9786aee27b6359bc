//! What staff are shown of products.

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalog::body::PriceBody;
use crate::catalog::metadata::{Described, Metadata};
use crate::catalog::product::named_options;
use crate::catalog::product::{Image, Level, Part, Product, ProductOption, Status, Translation, Translations, Variant};
use crate::catalog::translations::ByLanguage;
use crate::ids::{ProductId, VariantId};
use crate::ports::Timestamp;
use crate::pricing::Delivery;
use crate::sorted::SortedMap;

#[derive(Serialize, JsonSchema)]
pub struct AdminProductList<'a> {
    pub items: Vec<AdminProduct<'a>>,
    pub next_cursor: Option<String>,
    pub total: i64,
}

#[derive(Serialize, JsonSchema)]
pub struct AdminVariantList<'a> {
    pub items: Vec<AdminVariant<'a>>,
    /// Always `null`: all of them are here.
    pub next_cursor: Option<String>,
    pub total: usize,
}

/// A product as staff see it.
#[derive(Serialize, JsonSchema)]
pub struct AdminProduct<'a> {
    pub id: ProductId,
    pub slug: &'a str,
    /// What it was called before, and no other product is now: these addresses lead to it.
    pub former_slugs: &'a [String],
    pub title: &'a str,
    pub description: &'a str,
    pub vendor: Option<&'a str>,
    #[serde(rename = "type")]
    pub kind: Option<&'a str>,
    pub seo_title: Option<&'a str>,
    pub seo_description: Option<&'a str>,
    /// `null`: it is in the shop's own language alone.
    #[schemars(with = "Option<ByLanguage<Translation>>")]
    pub translations: Option<&'a Translations>,
    #[schemars(with = "Described")]
    pub metadata: &'a Metadata,
    pub tags: &'a [String],
    pub status: Status,
    /// Buyers see it, if it is active, from then
    pub publish_at: Option<Timestamp>,
    /// until then.
    pub unpublish_at: Option<Timestamp>,
    pub delivery: Delivery,
    /// One of the tax classes; `null`: the first of them.
    pub tax_class: Option<&'a str>,
    /// Grows with each change; quoted, it is the `ETag`.
    pub version: i64,
    pub available: Level,
    pub options: &'a [ProductOption],
    pub variants: Vec<AdminVariant<'a>>,
    pub images: &'a [Image],
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A variant as staff see it.
#[derive(Serialize, JsonSchema)]
pub struct AdminVariant<'a> {
    pub id: VariantId,
    pub product_id: ProductId,
    pub sku: &'a str,
    pub title: &'a str,
    /// The value of each option, by the option's name.
    pub options: SortedMap<&'a str, &'a str>,
    pub prices: Vec<PriceBody>,
    pub weight_grams: Option<u32>,
    pub barcode: Option<&'a str>,
    /// The address of the one of the product's images that shows it.
    pub image: Option<&'a str>,
    /// One of the tax classes; `null`: the product's.
    pub tax_class: Option<&'a str>,
    /// What it is made of; nothing but of bundles.
    pub parts: &'a [Part],
    /// Whether its pieces are counted; if not, it never runs out.
    pub tracked: bool,
    /// How far below zero it may be sold, before more of it has come.
    pub backorder_floor: i64,
    /// The most pieces that buyers are told are few; `null`: as the settings say.
    pub low_level: Option<u32>,
    pub available: Level,
    /// Whether what can be had of it has yet to come.
    pub on_backorder: bool,
}

impl<'a> From<&'a Product> for AdminProduct<'a> {
    fn from(product: &'a Product) -> Self {
        Self {
            id: product.id,
            slug: &product.slug,
            former_slugs: &product.former_slugs,
            title: &product.title,
            description: &product.description,
            vendor: product.vendor.as_deref(),
            kind: product.kind.as_deref(),
            seo_title: product.seo_title.as_deref(),
            seo_description: product.seo_description.as_deref(),
            translations: product.translations.as_deref(),
            metadata: &product.metadata,
            tags: &product.tags,
            status: product.status,
            publish_at: product.publish_at,
            unpublish_at: product.unpublish_at,
            delivery: product.delivery,
            tax_class: product.tax_class.as_deref(),
            version: product.version,
            available: product.level,
            options: &product.options,
            variants: product.variants.iter().map(|variant| AdminVariant::new(product, variant)).collect(),
            images: &product.images,
            created_at: product.created_at,
            updated_at: product.updated_at,
        }
    }
}

impl<'a> AdminVariant<'a> {
    pub fn new(product: &'a Product, variant: &'a Variant) -> Self {
        Self {
            id: variant.id,
            product_id: product.id,
            sku: &variant.sku,
            title: &variant.title,
            options: named_options(product, &variant.options),
            prices: PriceBody::all_of(variant),
            weight_grams: variant.weight_grams,
            barcode: variant.barcode.as_deref(),
            image: product.image_of(variant).map(|image| &*image.url),
            tax_class: variant.tax_class.as_deref(),
            parts: &variant.parts,
            tracked: !variant.untracked,
            backorder_floor: variant.least(),
            low_level: variant.low_level,
            available: variant.level,
            on_backorder: variant.backorder,
        }
    }
}
