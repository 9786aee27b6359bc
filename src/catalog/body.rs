//! What staff send: the shapes of the request bodies, before any rule has
//! looked at them, and how a change is laid over what is there.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::product::{Product, Status, Variant};
use crate::ids::VariantId;

/// A product as a whole.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductBody {
    /// 1 to 255 characters.
    pub title: String,
    /// 1 to 100 small letters, digits and -. Made from the title if absent: letters
    /// of Latin alphabets as a to z, those of other scripts as they are, and a
    /// number such as `-2` if another product has that slug.
    pub slug: Option<String>,
    /// At most 20,000 characters.
    pub description: Option<String>,
    pub vendor: Option<String>,
    /// At most 50, each 1 to 64 characters.
    #[serde(default)]
    pub tags: Vec<String>,
    /// `draft` if absent.
    pub status: Option<Status>,
    /// At most 3.
    #[serde(default)]
    pub options: Vec<OptionBody>,
    /// 1 to 250.
    pub variants: Vec<VariantBody>,
    /// At most 50.
    #[serde(default)]
    pub images: Vec<ImageBody>,
}

/// What variants differ by, such as Size.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionBody {
    pub name: String,
    /// 1 to 100.
    pub values: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantBody {
    /// 1 to 64 visible characters, unlike every other SKU of the shop. Kept as a
    /// plain keyboard types it: composed, of normal width, with `-` for any hyphen.
    pub sku: String,
    /// Made from the options if absent.
    pub title: Option<String>,
    /// Exactly one value for each option of the product.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    /// At least one; one per currency.
    pub prices: Vec<PriceBody>,
    pub weight_grams: Option<u32>,
    pub barcode: Option<String>,
}

/// A price in minor units of one of the shop's currencies.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceBody {
    pub amount: i64,
    #[schemars(with = "crate::money::Currency")]
    pub currency: String,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageBody {
    /// `https://...`, or a path of the shop's own such as `/assets/mug.svg`.
    pub url: String,
    /// What the picture shows, for those who do not see it.
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
    #[schemars(with = "String", skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "String", skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>")]
    pub description: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>")]
    pub vendor: Option<Option<String>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Vec<String>", skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Status", skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Vec<OptionBody>", skip_serializing_if = "Option::is_none")]
    pub options: Option<Vec<OptionBody>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Vec<VariantChange>", skip_serializing_if = "Option::is_none")]
    pub variants: Option<Vec<VariantChange>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Vec<ImageBody>", skip_serializing_if = "Option::is_none")]
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
    #[schemars(with = "String", skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>")]
    title: Option<Option<String>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "BTreeMap<String, String>", skip_serializing_if = "Option::is_none")]
    options: Option<BTreeMap<String, String>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Vec<PriceBody>", skip_serializing_if = "Option::is_none")]
    prices: Option<Vec<PriceBody>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<u32>")]
    weight_grams: Option<Option<u32>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>")]
    barcode: Option<Option<String>>,
}

impl From<VariantChange> for VariantPatch {
    fn from(change: VariantChange) -> Self {
        let VariantChange { id: _, sku, title, options, prices, weight_grams, barcode } = change;
        Self { sku, title, options, prices, weight_grams, barcode }
    }
}

/// A change of a variant: what is absent stays as it is; `null` takes an
/// optional value away; `prices` and `options` are replaced whole.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VariantPatch {
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "String", skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>")]
    pub title: Option<Option<String>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "BTreeMap<String, String>", skip_serializing_if = "Option::is_none")]
    pub options: Option<BTreeMap<String, String>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Vec<PriceBody>", skip_serializing_if = "Option::is_none")]
    pub prices: Option<Vec<PriceBody>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<u32>")]
    pub weight_grams: Option<Option<u32>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>")]
    pub barcode: Option<Option<String>>,
}

/// Tells `null` (`Some(None)`) from absent (`None`).
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// What cannot be taken away is absent or has a value.
fn not_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl ProductPatch {
    /// The whole product as it would be, apart from its variants, and what is
    /// said of those.
    pub fn over(self, product: &Product) -> (ProductBody, Vec<VariantChange>) {
        let now = facts(product);
        let whole = ProductBody {
            title: self.title.unwrap_or(now.title),
            slug: self.slug.or(now.slug),
            description: self.description.unwrap_or(now.description),
            vendor: self.vendor.unwrap_or(now.vendor),
            tags: self.tags.unwrap_or(now.tags),
            status: self.status.or(now.status),
            options: self.options.unwrap_or(now.options),
            variants: Vec::new(),
            images: self.images.unwrap_or(now.images),
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
        }
    }
}

/// A product as it would be sent, without its variants.
pub fn facts(product: &Product) -> ProductBody {
    ProductBody {
        title: product.title.clone(),
        slug: Some(product.slug.clone()),
        description: Some(product.description.clone()),
        vendor: product.vendor.clone(),
        tags: product.tags.clone(),
        status: Some(product.status),
        options: product
            .options
            .iter()
            .map(|option| OptionBody { name: option.name.clone(), values: option.values.clone() })
            .collect(),
        variants: Vec::new(),
        images: product
            .images
            .iter()
            .map(|image| ImageBody { url: image.url.clone(), alt: Some(image.alt.clone()) })
            .collect(),
    }
}

/// A variant as it would be sent.
pub fn variant_body(product: &Product, variant: &Variant) -> VariantBody {
    let names = product.options.iter().map(|option| option.name.clone());
    VariantBody {
        sku: variant.sku.clone(),
        title: variant.given_title.clone(),
        options: names.zip(variant.options.iter().cloned()).collect(),
        prices: variant
            .prices
            .iter()
            .map(|price| PriceBody { amount: price.amount, currency: price.currency.to_string() })
            .collect(),
        weight_grams: variant.weight_grams,
        barcode: variant.barcode.clone(),
    }
}
