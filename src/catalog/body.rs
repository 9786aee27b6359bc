//! What staff send: the shapes of the request bodies, before any rule has
//! looked at them, and how a change is laid over what is there.

mod parts;
mod prices;
mod whole;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::parts::PartBody;
pub use self::prices::{PriceBody, SaleBody};
pub use self::whole::{facts, variant_body};
use super::limits::*;
use super::metadata::{self, Metadata};
use super::product::{LOWEST_FLOOR, Product, Status};
use super::slug::MAX_SLUG;
use super::translations::{self, ByLanguage, TranslationBody, TranslationsBody};
use crate::ids::VariantId;
use crate::ports::Timestamp;
use crate::pricing::Delivery;
use crate::sorted::SortedMap;
use crate::uploads::Name;
use crate::wire::patch::{not_null, present};

/// A product as a whole.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductBody {
    #[schemars(length(min = 1, max = MAX_LINE))]
    pub title: String,
    /// 1 to 100 small letters, digits and -. Made from the title if absent: letters
    /// of Latin alphabets as a to z, those of other scripts as they are, and a
    /// number such as `-2` if another product has that slug.
    #[schemars(length(min = 1, max = MAX_SLUG))]
    pub slug: Option<String>,
    /// Markdown: headings, lists, quotes, emphasis, code, links to `https:`, `http:` and `mailto:` or within the shop,
    /// images by `https:` or of the shop's own. HTML in it is shown as it stands.
    #[schemars(length(max = MAX_DESCRIPTION))]
    pub description: Option<String>,
    #[schemars(length(max = MAX_LINE))]
    pub vendor: Option<String>,
    /// What kind of thing it is, such as `Mug`: buyers can filter by it.
    #[serde(rename = "type")]
    #[schemars(length(max = MAX_LINE))]
    pub kind: Option<String>,
    /// The title for search engines; the product's own if absent.
    #[schemars(length(max = MAX_LINE))]
    pub seo_title: Option<String>,
    /// The description for search engines; made from the product's own if absent.
    #[schemars(length(max = MAX_SEO))]
    pub seo_description: Option<String>,
    /// What it is called in other languages; what is not there is shown as it is said here.
    #[serde(default, skip_serializing_if = "SortedMap::is_empty")]
    #[schemars(with = "ByLanguage<Option<TranslationBody>>")]
    pub translations: TranslationsBody,
    /// What the shop's own programs keep with it, for staff alone: at most fifty names of small letters a to z, digits
    /// and `_.-`, each with a text, an integer or a boolean, of 10,000 bytes of JSON together.
    #[serde(default)]
    #[schemars(with = "metadata::Described")]
    pub metadata: Metadata,
    #[serde(default)]
    #[schemars(length(max = MAX_TAGS), inner(length(min = 1, max = MAX_NAME)))]
    pub tags: Vec<String>,
    /// `draft` if absent.
    pub status: Option<Status>,
    /// Buyers see it from then on, if it is active.
    pub publish_at: Option<Timestamp>,
    /// Buyers see it until then; later than `publish_at`.
    pub unpublish_at: Option<Timestamp>,
    /// `shipped` if absent.
    pub delivery: Option<Delivery>,
    /// One of the tax classes of the settings; the first of them, whichever that
    /// is, if absent.
    #[schemars(length(max = MAX_NAME))]
    pub tax_class: Option<String>,
    #[serde(default)]
    #[schemars(length(max = MAX_OPTIONS))]
    pub options: Vec<OptionBody>,
    #[schemars(length(min = 1, max = MAX_VARIANTS))]
    pub variants: Vec<VariantBody>,
    #[serde(default)]
    #[schemars(length(max = MAX_IMAGES))]
    pub images: Vec<ImageBody>,
}

/// A value for each option, by the option's name.
struct Choice;

impl JsonSchema for Choice {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Choice".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let value = schemars::json_schema!({"type": "string", "minLength": 1, "maxLength": MAX_VALUE});
        schemars::json_schema!({"type": "object", "additionalProperties": value, "maxProperties": MAX_OPTIONS})
    }
}

/// What variants differ by, such as Size.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionBody {
    #[schemars(length(min = 1, max = MAX_NAME))]
    pub name: String,
    #[schemars(length(min = 1, max = MAX_VALUES), inner(length(min = 1, max = MAX_VALUE)))]
    pub values: Vec<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantBody {
    /// Visible characters, unlike every other SKU of the shop. Kept as a
    /// plain keyboard types it: composed, of normal width, with `-` for any hyphen.
    #[schemars(length(min = 1, max = MAX_CODE))]
    pub sku: String,
    /// Made from the options if absent.
    #[schemars(length(max = MAX_LINE))]
    pub title: Option<String>,
    /// Exactly one value for each option of the product.
    #[serde(default)]
    #[schemars(with = "Choice")]
    pub options: SortedMap<String, String>,
    /// One per currency of the shop's.
    #[schemars(length(min = 1, max = MAX_PRICES))]
    pub prices: Vec<PriceBody>,
    #[schemars(range(max = MAX_WEIGHT))]
    pub weight_grams: Option<u32>,
    #[schemars(length(max = MAX_CODE))]
    pub barcode: Option<String>,
    /// The address of the one of the product's images that shows it.
    #[schemars(length(max = MAX_URL))]
    pub image: Option<String>,
    /// One of the tax classes of the settings; the product's if absent.
    #[schemars(length(max = MAX_NAME))]
    pub tax_class: Option<String>,
    /// What it is made of, if it is a bundle: other variants that are sent, each once, and none of them a bundle. It has
    /// no stock of its own then. All variants of a product have at most 75 parts together.
    #[serde(default)]
    #[schemars(length(max = MAX_PARTS))]
    pub parts: Vec<PartBody>,
    /// Whether its pieces are counted, which they are if absent; if not, it never runs out.
    pub tracked: Option<bool>,
    /// How far below zero it may be sold, before more of it has come: 0 if absent, at which nothing is. The lowest of all
    /// is as good as no limit.
    #[schemars(range(min = LOWEST_FLOOR, max = 0))]
    pub backorder_floor: Option<i64>,
    /// The most pieces that buyers are told are few; as the settings say if absent.
    #[schemars(range(max = MAX_LOW))]
    pub low_level: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageBody {
    /// `https://...`, or a path of the shop's own such as `/assets/mug.svg`. Either
    /// this or `upload`.
    #[schemars(length(min = 1, max = MAX_URL))]
    pub url: Option<String>,
    /// The id of an upload: the same as its `url`.
    pub upload: Option<Name>,
    /// What the picture shows, for those who do not see it.
    #[schemars(length(max = MAX_ALT))]
    pub alt: Option<String>,
}

/// A change of a product: what is absent stays as it is; `null` takes an
/// optional text away. Lists are replaced whole, but for `variants`: it names
/// those that change and those that are new. The others stay as they are;
/// to remove one, delete it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProductPatch {
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "String", skip_serializing_if = "Option::is_none", length(min = 1, max = MAX_LINE))]
    pub title: Option<String>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "String", skip_serializing_if = "Option::is_none", length(min = 1, max = MAX_SLUG))]
    pub slug: Option<String>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_DESCRIPTION))]
    pub description: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_LINE))]
    pub vendor: Option<Option<String>>,
    #[serde(rename = "type", deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_LINE))]
    pub kind: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_LINE))]
    pub seo_title: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_SEO))]
    pub seo_description: Option<Option<String>>,
    /// The languages that change, each with what changes of it, or `null`. What is said of an option, a value or a
    /// picture goes with that.
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "ByLanguage<Option<TranslationBody>>", skip_serializing_if = "Option::is_none")]
    pub translations: Option<TranslationsBody>,
    /// The names that change, each with its value or `null`, which takes it away. The others stay as they are.
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "metadata::Described", skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Vec<String>", skip_serializing_if = "Option::is_none", length(max = MAX_TAGS), inner(length(min = 1, max = MAX_NAME)))]
    pub tags: Option<Vec<String>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Status", skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<Timestamp>")]
    pub publish_at: Option<Option<Timestamp>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<Timestamp>")]
    pub unpublish_at: Option<Option<Timestamp>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Delivery", skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_NAME))]
    pub tax_class: Option<Option<String>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Vec<OptionBody>", skip_serializing_if = "Option::is_none", length(max = MAX_OPTIONS))]
    pub options: Option<Vec<OptionBody>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Vec<VariantChange>", skip_serializing_if = "Option::is_none", length(max = MAX_VARIANTS))]
    pub variants: Option<Vec<VariantChange>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Vec<ImageBody>", skip_serializing_if = "Option::is_none", length(max = MAX_IMAGES))]
    pub images: Option<Vec<ImageBody>>,
}

/// A variant in a change of its product. With `id`, what is absent stays as it
/// is and `null` takes an optional value away, as where a variant is changed
/// alone. Without, it is a new one and needs what a new one needs; it comes after
/// those that are there. Where all that are there are named, the list's order
/// becomes theirs.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VariantChange {
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "VariantId", skip_serializing_if = "Option::is_none")]
    pub id: Option<VariantId>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "String", skip_serializing_if = "Option::is_none", length(min = 1, max = MAX_CODE))]
    sku: Option<String>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_LINE))]
    title: Option<Option<String>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Choice", skip_serializing_if = "Option::is_none")]
    options: Option<SortedMap<String, String>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Vec<PriceBody>", skip_serializing_if = "Option::is_none", length(min = 1, max = MAX_PRICES))]
    prices: Option<Vec<PriceBody>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<u32>", range(max = MAX_WEIGHT))]
    weight_grams: Option<Option<u32>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_CODE))]
    barcode: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_URL))]
    image: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_NAME))]
    tax_class: Option<Option<String>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Vec<PartBody>", skip_serializing_if = "Option::is_none", length(max = MAX_PARTS))]
    pub parts: Option<Vec<PartBody>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<bool>")]
    tracked: Option<Option<bool>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<i64>", range(min = LOWEST_FLOOR, max = 0))]
    backorder_floor: Option<Option<i64>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<u32>", range(max = MAX_LOW))]
    low_level: Option<Option<u32>>,
}

impl From<VariantChange> for VariantPatch {
    fn from(change: VariantChange) -> Self {
        let VariantChange { id: _, sku, title, options, prices, weight_grams, barcode, image, tax_class, .. } = change;
        let VariantChange { parts, tracked, backorder_floor, low_level, .. } = change;
        Self {
            sku,
            title,
            options,
            prices,
            weight_grams,
            barcode,
            image,
            tax_class,
            parts,
            tracked,
            backorder_floor,
            low_level,
        }
    }
}

/// A change of a variant: what is absent stays as it is; `null` takes an
/// optional value away; `prices`, `options` and `parts` are replaced whole.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VariantPatch {
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "String", skip_serializing_if = "Option::is_none", length(min = 1, max = MAX_CODE))]
    pub sku: Option<String>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_LINE))]
    pub title: Option<Option<String>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Choice", skip_serializing_if = "Option::is_none")]
    pub options: Option<SortedMap<String, String>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Vec<PriceBody>", skip_serializing_if = "Option::is_none", length(min = 1, max = MAX_PRICES))]
    pub prices: Option<Vec<PriceBody>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<u32>", range(max = MAX_WEIGHT))]
    pub weight_grams: Option<Option<u32>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_CODE))]
    pub barcode: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_URL))]
    pub image: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_NAME))]
    pub tax_class: Option<Option<String>>,
    /// None of them: it is a bundle no more.
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Vec<PartBody>", skip_serializing_if = "Option::is_none", length(max = MAX_PARTS))]
    pub parts: Option<Vec<PartBody>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<bool>")]
    pub tracked: Option<Option<bool>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<i64>", range(min = LOWEST_FLOOR, max = 0))]
    pub backorder_floor: Option<Option<i64>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<u32>", range(max = MAX_LOW))]
    pub low_level: Option<Option<u32>>,
}

impl ProductPatch {
    /// The whole product as it would be, apart from its variants, and what is
    /// said of those.
    pub fn over(self, product: &Product) -> (ProductBody, Vec<VariantChange>) {
        let now = facts(product);
        let (options, images) = (self.options.unwrap_or(now.options), self.images.unwrap_or(now.images));
        let translated = translations::kept(product.translations.as_deref(), &options, &images);
        let whole = ProductBody {
            title: self.title.unwrap_or(now.title),
            slug: self.slug.or(now.slug),
            description: self.description.unwrap_or(now.description),
            vendor: self.vendor.unwrap_or(now.vendor),
            kind: self.kind.unwrap_or(now.kind),
            seo_title: self.seo_title.unwrap_or(now.seo_title),
            seo_description: self.seo_description.unwrap_or(now.seo_description),
            translations: translations::over(translated, self.translations.unwrap_or_default()),
            metadata: metadata::over(now.metadata, self.metadata.unwrap_or_default()),
            tags: self.tags.unwrap_or(now.tags),
            status: self.status.or(now.status),
            publish_at: self.publish_at.unwrap_or(now.publish_at),
            unpublish_at: self.unpublish_at.unwrap_or(now.unpublish_at),
            delivery: self.delivery.or(now.delivery),
            tax_class: self.tax_class.unwrap_or(now.tax_class),
            options,
            variants: Vec::new(),
            images,
        };
        (whole, self.variants.unwrap_or_default())
    }
}

impl VariantPatch {
    /// The whole variant as it would be.
    pub fn over(self, now: VariantBody) -> VariantBody {
        VariantBody {
            sku: self.sku.unwrap_or(now.sku),
            title: self.title.unwrap_or(now.title),
            options: self.options.unwrap_or(now.options),
            prices: self.prices.unwrap_or(now.prices),
            weight_grams: self.weight_grams.unwrap_or(now.weight_grams),
            barcode: self.barcode.unwrap_or(now.barcode),
            image: self.image.unwrap_or(now.image),
            tax_class: self.tax_class.unwrap_or(now.tax_class),
            parts: self.parts.unwrap_or(now.parts),
            tracked: self.tracked.unwrap_or(now.tracked),
            backorder_floor: self.backorder_floor.unwrap_or(now.backorder_floor),
            low_level: self.low_level.unwrap_or(now.low_level),
        }
    }
}
