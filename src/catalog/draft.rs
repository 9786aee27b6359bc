//! A product as staff mean it: a body that every rule has passed. All that is
//! wrong is told at once, each with a JSON Pointer to its place.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::body::{ImageBody, OptionBody, PriceBody, ProductBody, VariantBody};
use super::product::{Image, Level, Product, ProductOption, Status, Variant};
use super::slug::{slug, slug_from};
use crate::ids::{ProductId, VariantId};
use crate::money::{Currency, Money, MoneyError};
use crate::ports::Timestamp;
use crate::problem::FieldError;
use crate::settings::Settings;
use crate::text::{self, Refusal};

const MAX_DESCRIPTION: usize = 20_000;
const MAX_TAGS: usize = 50;
const MAX_OPTIONS: usize = 3;
const MAX_VALUES: usize = 100;
/// A body of 256 KiB leaves a variant 1,048 bytes, several times what it takes.
pub const MAX_VARIANTS: usize = 250;
const MAX_IMAGES: usize = 50;
/// Ten tonnes, in grams.
const MAX_WEIGHT: u32 = 10_000_000;
/// An answer that names more faults than this helps nobody.
const MAX_ERRORS: usize = 100;

#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    title: String,
    slug: Option<String>,
    description: String,
    vendor: Option<String>,
    tags: Vec<String>,
    status: Status,
    options: Vec<ProductOption>,
    variants: Vec<DraftVariant>,
    images: Vec<Image>,
}

#[derive(Debug, Clone, PartialEq)]
struct DraftVariant {
    id: Option<VariantId>,
    sku: String,
    title: Option<String>,
    options: Vec<String>,
    prices: Vec<Money>,
    weight_grams: Option<u32>,
    barcode: Option<String>,
}

impl Draft {
    /// `known`: the ids a variant of the body may name, none for a new product.
    pub fn parse(body: ProductBody, settings: &Settings, known: &[VariantId]) -> Result<Self, Vec<FieldError>> {
        let mut faults = Faults::default();
        let options = faults.options(body.options);
        let draft = Self {
            title: faults.take("/title", text::line(&body.title, 255)),
            slug: body.slug.map(|given| faults.take("/slug", slug(&given))),
            description: faults
                .take("/description", text::prose(body.description.as_deref().unwrap_or(""), MAX_DESCRIPTION)),
            vendor: faults.take("/vendor", text::optional_line(body.vendor.as_deref(), 255)),
            tags: faults.tags(body.tags),
            status: body.status.unwrap_or(Status::Draft),
            variants: faults.variants(body.variants, &options, settings, known),
            images: faults.images(body.images),
            options,
        };
        if faults.0.is_empty() { Ok(draft) } else { Err(faults.0) }
    }

    /// A new product.
    pub fn create(self, id: ProductId, now: Timestamp, new_id: impl FnMut() -> VariantId) -> Product {
        let name = id.to_string().to_ascii_lowercase();
        let otherwise = format!("product-{}", name.get(name.len().saturating_sub(10)..).unwrap_or(""));
        let slug = slug_from(&self.title).unwrap_or(otherwise);
        self.product(id, slug, 1, now, now, &HashMap::new(), new_id)
    }

    /// The product as it is after the change.
    pub fn replace(self, before: &Product, now: Timestamp, new_id: impl FnMut() -> VariantId) -> Product {
        let levels = before.variants.iter().map(|variant| (variant.id, variant.level)).collect();
        let version = before.version.saturating_add(1);
        let product = self.product(before.id, before.slug.clone(), version, before.created_at, now, &levels, new_id);
        Product { level: before.level, ..product }
    }

    #[allow(clippy::too_many_arguments)]
    fn product(
        self,
        id: ProductId,
        slug: String,
        version: i64,
        created_at: Timestamp,
        updated_at: Timestamp,
        levels: &HashMap<VariantId, Level>,
        mut new_id: impl FnMut() -> VariantId,
    ) -> Product {
        let title = self.title;
        let variants = self.variants.into_iter().map(|variant| {
            let joined = variant.options.join(" / ");
            let made = if joined.is_empty() { title.clone() } else { joined };
            let id = variant.id.unwrap_or_else(&mut new_id);
            Variant {
                id,
                sku: variant.sku,
                title: variant.title.clone().unwrap_or(made),
                given_title: variant.title,
                options: variant.options,
                prices: variant.prices,
                weight_grams: variant.weight_grams,
                barcode: variant.barcode,
                level: levels.get(&id).copied().unwrap_or_default(),
            }
        });
        Product {
            id,
            slug: self.slug.unwrap_or(slug),
            variants: variants.collect(),
            title,
            description: self.description,
            vendor: self.vendor,
            tags: self.tags,
            status: self.status,
            version,
            created_at,
            updated_at,
            options: self.options,
            images: self.images,
            level: Level::Out,
        }
    }
}

/// What is wrong so far.
#[derive(Default)]
struct Faults(Vec<FieldError>);

impl Faults {
    fn add(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        if self.0.len() < MAX_ERRORS {
            self.0.push(FieldError::new(pointer, detail));
        }
    }

    /// The value, or a default that is never used because there is a fault.
    fn take<T: Default>(&mut self, pointer: impl Into<String>, result: Result<T, Refusal>) -> T {
        result.unwrap_or_else(|refusal| {
            self.add(pointer, refusal);
            T::default()
        })
    }

    /// Cuts a list that is too long, so that its faults are not looked for.
    fn at_most<T>(&mut self, pointer: &str, what: &str, most: usize, mut list: Vec<T>) -> Vec<T> {
        if list.len() > most {
            self.add(pointer, format!("at most {most} {what}"));
            list.truncate(most);
        }
        list
    }

    /// A tag given twice counts once.
    fn tags(&mut self, tags: Vec<String>) -> Vec<String> {
        let mut kept: Vec<String> = Vec::with_capacity(tags.len().min(MAX_TAGS));
        for (n, tag) in self.at_most("/tags", "tags", MAX_TAGS, tags).into_iter().enumerate() {
            let tag = self.take(format!("/tags/{n}"), text::line(&tag, 64));
            if !kept.contains(&tag) {
                kept.push(tag);
            }
        }
        kept
    }

    fn options(&mut self, options: Vec<OptionBody>) -> Vec<ProductOption> {
        let mut names = HashSet::new();
        let options = self.at_most("/options", "options", MAX_OPTIONS, options).into_iter().enumerate();
        options
            .map(|(n, option)| {
                let name = self.take(format!("/options/{n}/name"), text::line(&option.name, 64));
                if !names.insert(name.clone()) {
                    self.add(format!("/options/{n}/name"), "another option has this name");
                }
                let pointer = format!("/options/{n}/values");
                if option.values.is_empty() {
                    self.add(pointer.clone(), "at least one value");
                }
                let mut seen = HashSet::new();
                let values = self.at_most(&pointer, "values", MAX_VALUES, option.values).into_iter().enumerate();
                let values = values.map(|(v, value)| {
                    let pointer = format!("{pointer}/{v}");
                    let value = self.take(&pointer, text::line(&value, 100));
                    if !seen.insert(value.clone()) {
                        self.add(pointer, "this value is there twice");
                    }
                    value
                });
                ProductOption { name, values: values.collect() }
            })
            .collect()
    }

    fn variants(
        &mut self,
        variants: Vec<VariantBody>,
        options: &[ProductOption],
        settings: &Settings,
        known: &[VariantId],
    ) -> Vec<DraftVariant> {
        if variants.is_empty() {
            self.add("/variants", "a product has at least one variant");
        }
        let mut skus = HashSet::new();
        let mut ids = HashSet::new();
        let mut combinations = HashSet::new();
        let variants = self.at_most("/variants", "variants", MAX_VARIANTS, variants).into_iter().enumerate();
        variants
            .map(|(n, body)| {
                let at = |field: &str| format!("/variants/{n}/{field}");
                if body.id.is_some_and(|id| !known.contains(&id) || !ids.insert(id)) {
                    self.add(at("id"), "no variant of this product, or named twice");
                }
                let sku = self.take(at("sku"), text::code(&body.sku));
                if !skus.insert(sku.clone()) {
                    self.add(at("sku"), "another variant of this product has this SKU");
                }
                let faults_before = self.0.len();
                let values = self.combination(&at("options"), body.options, options);
                if self.0.len() == faults_before && !combinations.insert(values.clone()) {
                    self.add(at("options"), "another variant has the same options");
                }
                if body.weight_grams.is_some_and(|weight| weight > MAX_WEIGHT) {
                    self.add(at("weight_grams"), format!("at most {MAX_WEIGHT} grams"));
                }
                let barcode = body.barcode.filter(|barcode| !text::is_absent(barcode));
                DraftVariant {
                    id: body.id,
                    sku,
                    title: self.take(at("title"), text::optional_line(body.title.as_deref(), 255)),
                    options: values,
                    prices: self.prices(&at("prices"), body.prices, settings),
                    weight_grams: body.weight_grams,
                    barcode: barcode.map(|barcode| self.take(at("barcode"), text::code(&barcode))),
                }
            })
            .collect()
    }

    /// The variant's values in the order of the product's options. Names and
    /// values are read as those of the options are, so that what looks alike is.
    fn combination(
        &mut self,
        pointer: &str,
        given: BTreeMap<String, String>,
        options: &[ProductOption],
    ) -> Vec<String> {
        let mut named = BTreeMap::new();
        for (sent, value) in given {
            let at = format!("{pointer}/{}", sent.replace('~', "~0").replace('/', "~1"));
            match named.entry(text::sought(&sent)) {
                Entry::Vacant(free) => _ = free.insert((at, text::sought(&value))),
                Entry::Occupied(_) => self.add(at, "this option is there twice"),
            }
        }
        let mut values = Vec::with_capacity(options.len());
        for option in options {
            match named.remove(&option.name) {
                None => self.add(pointer, format!("give a value for the option {}", option.name)),
                Some((_, value)) if option.values.contains(&value) => values.push(value),
                Some((at, _)) => self.add(at, format!("one of the values of the option {}", option.name)),
            }
        }
        for (at, _) in named.into_values() {
            self.add(at, "the product has no such option");
        }
        values
    }

    fn prices(&mut self, pointer: &str, prices: Vec<PriceBody>, settings: &Settings) -> Vec<Money> {
        if prices.is_empty() {
            self.add(pointer, "at least one price");
        }
        let mut kept: Vec<Money> = Vec::new();
        // One per currency; beyond that each further one is a duplicate.
        let prices = self.at_most(pointer, "prices", settings.currencies.len(), prices);
        for (n, price) in prices.into_iter().enumerate() {
            let currency = Currency::parse(&price.currency).ok().filter(|known| settings.currencies.contains(known));
            let Some(currency) = currency else {
                self.add(format!("{pointer}/{n}/currency"), "not a currency of this shop");
                continue;
            };
            if kept.iter().any(|other| other.currency == currency) {
                self.add(format!("{pointer}/{n}/currency"), "this currency is there twice");
            }
            match Money::price(price.amount, currency) {
                Ok(price) => kept.push(price),
                Err(error @ MoneyError::PriceOutOfRange) => {
                    self.add(format!("{pointer}/{n}/amount"), error.to_string());
                }
                Err(error) => self.add(format!("{pointer}/{n}"), error.to_string()),
            }
        }
        kept
    }

    fn images(&mut self, images: Vec<ImageBody>) -> Vec<Image> {
        let images = self.at_most("/images", "images", MAX_IMAGES, images).into_iter().enumerate();
        images
            .map(|(n, image)| Image {
                url: self.take(format!("/images/{n}/url"), image_url(image.url)),
                alt: self
                    .take(format!("/images/{n}/alt"), text::optional_line(image.alt.as_deref(), 500))
                    .unwrap_or_default(),
            })
            .collect()
    }
}

/// An address that a page may show: encrypted, or the shop's own.
fn image_url(url: String) -> Result<String, Refusal> {
    let own = url.starts_with('/') && !url.starts_with("//");
    let secure = url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\'));
    if (own || secure) && plain && url.len() <= 2_048 {
        Ok(url)
    } else {
        Err("an address that begins with https:// or /, at most 2,048 characters, percent-encoded".to_owned())
    }
}

#[cfg(test)]
#[path = "draft_tests.rs"]
mod tests;
