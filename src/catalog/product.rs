//! What a product is. The same shape is stored in the snapshot, shown to
//! staff, and compared when a change is written.

mod card;
mod packed;
pub mod parts;
mod stock;
mod terms;
mod texts;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::card::Card;
pub use self::packed::{FORMAT, Names, Offers, Packed, Rest};
pub use self::parts::Part;
pub use self::stock::{Floor, LOWEST_FLOOR, Level, StockRule};
pub use self::terms::PriceTerms;
pub use self::texts::{OptionTranslation, Texts, Translation, Translations};
use super::metadata::Metadata;
use crate::ids::{ProductId, VariantId};
use crate::money::{Currency, Money};
use crate::ports::Timestamp;
use crate::pricing::Delivery;
use crate::sorted::SortedMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ProductStatus")]
pub enum Status {
    /// Being written; buyers do not see it.
    Draft,
    /// On sale.
    Active,
    /// No longer sold; kept for its orders.
    Archived,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Product {
    pub id: ProductId,
    pub slug: String,
    /// What it was called before, and no product is now: they lead to it. In their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_slugs: Vec<String>,
    pub title: String,
    pub description: String,
    pub vendor: Option<String>,
    /// What kind of thing it is.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seo_title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seo_description: Option<String>,
    /// What is said of it in other languages, of the few that anything is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translations: Option<Box<Translations>>,
    /// Staff's: none where buyers' products are read.
    #[serde(default, skip_serializing_if = "SortedMap::is_empty")]
    pub metadata: Metadata,
    pub tags: Vec<String>,
    pub status: Status,
    /// Buyers see an active product from then on.
    #[serde(with = "millis_or_none", default, skip_serializing_if = "Option::is_none")]
    pub publish_at: Option<Timestamp>,
    /// Buyers see it until then, and no longer.
    #[serde(with = "millis_or_none", default, skip_serializing_if = "Option::is_none")]
    pub unpublish_at: Option<Timestamp>,
    /// Grows by one with each change; the `ETag` of admin answers.
    pub version: i64,
    #[serde(with = "millis")]
    pub created_at: Timestamp,
    #[serde(with = "millis")]
    pub updated_at: Timestamp,
    pub options: Vec<ProductOption>,
    /// Never empty.
    pub variants: Vec<Variant>,
    pub images: Vec<Image>,
    /// Of all variants together.
    pub level: Level,
    pub delivery: Delivery,
    /// One of the tax classes; the first of them if none is said.
    pub tax_class: Option<String>,
    /// What was bought together with it, the best first: learned, not written.
    pub bought_with: Vec<ProductId>,
    /// In how many orders of the last ninety days it was bought: counted, not written.
    #[serde(default, skip_serializing_if = "is_none_sold")]
    pub sold: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_none_sold(sold: &u32) -> bool {
    *sold == 0
}

/// What its variants differ by, such as Size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductOption {
    pub name: String,
    pub values: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Image {
    pub url: String,
    pub alt: String,
    /// In pixels; of an upload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// It and its smaller ones, as HTML's `srcset` has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srcset: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    pub id: VariantId,
    pub sku: String,
    /// The given title, else the option values (`Large / Red`), else the product's title.
    pub title: String,
    pub given_title: Option<String>,
    /// One value per option of the product, in that order.
    pub options: Vec<String>,
    /// The ordinary ones: what it costs now is [`Self::price`].
    pub prices: Vec<Money>,
    /// What it cost before as staff say, in the currencies in which that was more.
    pub compare_at: Vec<Money>,
    /// In the currencies in which there is more to say of its price than that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<PriceTerms>,
    pub weight_grams: Option<u32>,
    pub barcode: Option<String>,
    /// Which of its product's images shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<usize>,
    /// The product's if none is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_class: Option<String>,
    /// What it is made of; nothing but of bundles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// What staff say of its parts' stocks, read with it: whether buyers see those or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub part_rules: Vec<StockRule>,
    /// No piece of it is counted, and it never runs out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub untracked: bool,
    /// How far below zero it may be sold, if that was ever said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Floor>,
    /// The most pieces that count as few; see [`Self::few`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low_level: Option<u32>,
    pub level: Level,
    /// Whether what can be had of it has yet to come.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backorder: bool,
    /// Of a copy for one buyer: the prices of their own, see the room `price_lists`. Neither stored nor shown as such.
    #[serde(skip)]
    pub own: Vec<Money>,
    /// How many nobody holds, as far as lists know; read for staff alone.
    #[serde(default, skip_serializing)]
    pub pieces: Option<i64>,
    /// Of a bundle, how far below zero it may be sold before more of its parts has come; read for staff alone.
    #[serde(default, skip_serializing)]
    pub sets_floor: Option<i64>,
    /// Of a bundle, how many of its own nobody holds, which are its pieces once it is none; read for staff alone.
    #[serde(default, skip_serializing)]
    pub own_pieces: Option<i64>,
}

/// The lowest and the highest price among a product's variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PriceRange {
    pub from: Money,
    pub to: Money,
}

impl Product {
    /// What shows the variant, which is of this product.
    pub fn image_of(&self, variant: &Variant) -> Option<&Image> {
        self.images.get(variant.image?)
    }

    /// Whether that is, or was, its slug.
    pub fn is_called(&self, slug: &str) -> bool {
        self.slug == slug || self.former_slugs.iter().any(|former| former == slug)
    }

    /// Whether a product that is active is seen by buyers at that time.
    pub fn is_published(&self, now: Timestamp) -> bool {
        self.publish_at.is_none_or(|from| from <= now) && self.unpublish_at.is_none_or(|until| now < until)
    }

    /// `None` if no variant is sold in that currency.
    pub fn price_range(&self, currency: Currency) -> Option<PriceRange> {
        let mut prices = self.variants.iter().filter_map(|variant| variant.price(currency));
        let first = prices.next()?;
        let range = PriceRange { from: first, to: first };
        Some(prices.fold(range, |range, price| PriceRange {
            from: if price.amount < range.from.amount { price } else { range.from },
            to: if price.amount > range.to.amount { price } else { range.to },
        }))
    }

    /// What the first of its cheapest variants cost before, if that was more.
    pub fn compare_at(&self, currency: Currency) -> Option<Money> {
        self.cheapest_if_reduced(currency)?.compare_at(currency)
    }

    /// The first of its cheapest variants, if any is reduced: of most products none is.
    fn cheapest_if_reduced(&self, currency: Currency) -> Option<&Variant> {
        if self.variants.iter().any(Variant::is_reduced) { self.cheapest(currency) } else { None }
    }

    /// The first of its cheapest variants, if one is sold in that currency.
    pub fn cheapest(&self, currency: Currency) -> Option<&Variant> {
        let priced = self.variants.iter().filter_map(|variant| Some((variant.price(currency)?.amount, variant)));
        priced.min_by_key(|(amount, _)| *amount).map(|(_, cheapest)| cheapest)
    }

    /// What the product takes as JSON, in bytes; the length of its levels' names, what is bought with it and how often it
    /// is do not count, because those change by themselves.
    pub fn bytes(&self) -> i64 {
        let mut product = self.clone();
        product.metadata = Metadata::new();
        product.level = Level::Out;
        product.bought_with = Vec::new();
        product.sold = 0;
        product.variants.iter_mut().for_each(|variant| (variant.level, variant.backorder) = (Level::Out, false));
        serde_json::to_vec(&product).map_or(0, |json| i64::try_from(json.len()).unwrap_or(i64::MAX))
    }

    /// What it takes in the copy, but for what is bought with it.
    pub fn packed_bytes(&self) -> i64 {
        let own = Self { bought_with: Vec::new(), ..self.clone() };
        i64::try_from(Packed::new(&own).room()).unwrap_or(i64::MAX)
    }
}

/// A variant's values, by the name of the option each belongs to.
pub fn named_options<'a>(product: &'a Product, values: &'a [String]) -> SortedMap<&'a str, &'a str> {
    product.options.iter().map(|option| option.name.as_str()).zip(values.iter().map(String::as_str)).collect()
}

mod millis_or_none {
    use crate::ports::Timestamp;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        time.map(Timestamp::millis).serialize(serializer)
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        Ok(Option::<i64>::deserialize(deserializer)?.map(Timestamp::from_millis))
    }
}

mod millis {
    use crate::ports::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(time.millis())
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        i64::deserialize(deserializer).map(Timestamp::from_millis)
    }
}
