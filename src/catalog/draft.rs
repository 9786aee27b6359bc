//! A product as staff mean it: a body that every rule has passed. All that is
//! wrong is told at once, each with a JSON Pointer to its place.

mod parts;
pub mod pictures;
mod prices;
mod variants;

pub use self::parts::parts_in;
pub use self::pictures::uploads_in;
use self::variants::DraftVariant;
pub use self::variants::{Wanted, wanted};
use super::body::{ImageBody, OptionBody, ProductBody};
use super::limits::*;
use super::metadata::{self, Metadata};
use super::product::{Floor, Image, Level, Product, ProductOption, Status, Translations, Variant};
use super::slug;
use super::translations;
use crate::ids::{ProductId, VariantId};
use crate::ports::Timestamp;
use crate::pricing::Delivery;
use crate::problem::FieldError;
use crate::settings::Settings;
use crate::sorted::{SortedMap, SortedSet, sort};
use crate::text::{self, Refusal};

/// An answer that names more faults than this helps nobody.
const MAX_ERRORS: usize = 100;

#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    title: String,
    slug: Option<String>,
    description: String,
    vendor: Option<String>,
    kind: Option<String>,
    seo_title: Option<String>,
    seo_description: Option<String>,
    translations: Option<Box<Translations>>,
    metadata: Metadata,
    tags: Vec<String>,
    status: Status,
    publish_at: Option<Timestamp>,
    unpublish_at: Option<Timestamp>,
    delivery: Delivery,
    tax_class: Option<String>,
    options: Vec<ProductOption>,
    variants: Vec<DraftVariant>,
    images: Vec<Image>,
    /// How many pieces are few where a variant says nothing of it.
    low_level: u32,
}

impl Draft {
    /// A product that is not there yet.
    pub fn parse(mut body: ProductBody, settings: &Settings) -> Result<Self, Vec<FieldError>> {
        let sent = std::mem::take(&mut body.variants).into_iter().enumerate();
        let wanted = sent.map(|(at, body)| Wanted::Sent { at, was: None, body: body.into() }).collect();
        Self::change(body, wanted, Vec::new(), settings)
    }

    /// A product as it is to be: its facts, its variants, and what was found
    /// wrong in putting these together.
    pub fn change(
        body: ProductBody,
        wanted: Vec<Wanted<'_>>,
        faults: Vec<FieldError>,
        settings: &Settings,
    ) -> Result<Self, Vec<FieldError>> {
        let mut faults = Faults(faults);
        let options = faults.options(body.options);
        let images = faults.images(body.images);
        if body.publish_at.zip(body.unpublish_at).is_some_and(|(from, until)| until <= from) {
            faults.add("/unpublish_at", "must be later than publish_at");
        }
        let draft = Self {
            title: faults.take("/title", text::line(&body.title, MAX_LINE)),
            slug: body.slug.map(|slug| faults.take("/slug", slug::slug(&slug))),
            description: faults
                .take("/description", text::prose(body.description.as_deref().unwrap_or(""), MAX_DESCRIPTION)),
            vendor: faults.take("/vendor", text::optional_line(body.vendor.as_deref(), MAX_LINE)),
            kind: faults.take("/type", text::optional_line(body.kind.as_deref(), MAX_LINE)),
            seo_title: faults.take("/seo_title", text::optional_line(body.seo_title.as_deref(), MAX_LINE)),
            seo_description: faults
                .take("/seo_description", text::optional_line(body.seo_description.as_deref(), MAX_SEO)),
            translations: faults.all(translations::parsed(body.translations, &options, &images)),
            metadata: faults.all(metadata::parsed(body.metadata)),
            tags: faults.tags(body.tags),
            status: body.status.unwrap_or(Status::Draft),
            publish_at: body.publish_at,
            unpublish_at: body.unpublish_at,
            delivery: body.delivery.unwrap_or_default(),
            tax_class: faults.tax_class("/tax_class", body.tax_class.as_deref(), settings),
            variants: faults.variants(wanted, &options, &images, settings),
            images,
            options,
            low_level: settings.low_level,
        };
        faults.worth(&draft);
        faults.all_parts(&draft);
        if faults.0.is_empty() { Ok(draft) } else { Err(faults.0) }
    }

    /// The SKUs that were sent, each with its place in the request's list.
    pub fn sent_skus(&self) -> Vec<(usize, String)> {
        self.variants.iter().filter_map(|variant| Some((variant.at?, variant.sku.clone()))).collect()
    }

    /// A new product. A slug that was not given is made from the title.
    pub fn create(self, id: ProductId, now: Timestamp, new_id: impl FnMut() -> VariantId) -> Product {
        let slug = slug::from_title(&self.title);
        self.product(id, slug, 1, now, now, &[], new_id)
    }

    /// The product as it is after the change.
    pub fn replace(mut self, before: &Product, now: Timestamp, new_id: impl FnMut() -> VariantId) -> Product {
        self.keep_known(&before.images);
        self.keep_names(&before.variants);
        let version = before.version.saturating_add(1);
        let product =
            self.product(before.id, before.slug.clone(), version, before.created_at, now, &before.variants, new_id);
        let former = before.former_slugs.iter().chain([&before.slug]).filter(|former| **former != product.slug);
        let mut former_slugs: Vec<_> = former.cloned().collect();
        sort(&mut former_slugs, String::cmp);
        Product { former_slugs, bought_with: before.bought_with.clone(), sold: before.sold, ..product }
    }

    #[allow(clippy::too_many_arguments)]
    fn product(
        self,
        id: ProductId,
        slug: String,
        version: i64,
        created_at: Timestamp,
        updated_at: Timestamp,
        before: &[Variant],
        mut new_id: impl FnMut() -> VariantId,
    ) -> Product {
        let (title, low_level) = (self.title, self.low_level);
        let known: SortedMap<_, _> = before.iter().map(|variant| (variant.id, variant)).collect();
        let variants = self.variants.into_iter().map(|variant| {
            let joined = variant.options.join(" / ");
            let made = if joined.is_empty() { title.clone() } else { joined };
            let id = variant.id.unwrap_or_else(&mut new_id);
            let was = known.get(&id);
            let floor = was.and_then(|was| was.floor).filter(|floor| floor.least == variant.floor);
            let is_new_floor = variant.floor != was.map_or(0, |was| was.least());
            let shown = variant.shown(was.copied());
            let mut variant = Variant {
                id,
                sku: variant.sku,
                title: variant.title.clone().unwrap_or(made),
                given_title: variant.title,
                options: variant.options,
                prices: variant.prices.now,
                compare_at: variant.prices.before,
                terms: variant.prices.terms,
                weight_grams: variant.weight_grams,
                barcode: variant.barcode,
                image: variant.image,
                tax_class: variant.tax_class,
                parts: variant.parts,
                part_rules: was.map_or_else(Vec::new, |was| was.part_rules.clone()),
                untracked: variant.untracked,
                floor: if is_new_floor { Some(Floor { least: variant.floor, as_of: version }) } else { floor },
                low_level: variant.low_level,
                level: Level::InStock,
                backorder: false,
                pieces: Some(shown.pieces),
                sets_floor: shown.sets_floor,
                own_pieces: shown.own,
                own: Vec::new(),
            };
            // No piece of what is not sent is counted.
            if self.delivery == Delivery::Shipped {
                variant.has(shown.pieces, low_level);
            }
            variant
        });
        let mut product = Product {
            id,
            slug: self.slug.unwrap_or(slug),
            former_slugs: Vec::new(),
            variants: variants.collect(),
            title,
            description: self.description,
            vendor: self.vendor,
            kind: self.kind,
            seo_title: self.seo_title,
            seo_description: self.seo_description,
            translations: self.translations,
            metadata: self.metadata,
            tags: self.tags,
            status: self.status,
            publish_at: self.publish_at,
            unpublish_at: self.unpublish_at,
            version,
            created_at,
            updated_at,
            options: self.options,
            images: self.images,
            level: Level::InStock,
            delivery: self.delivery,
            tax_class: self.tax_class,
            bought_with: Vec::new(),
            sold: 0,
        };
        if product.delivery == Delivery::Shipped {
            product.level = product.level_of_all(low_level);
        }
        product
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

    fn tax_class(&mut self, pointer: &str, class: Option<&str>, settings: &Settings) -> Option<String> {
        let class = self.take(pointer, text::optional_line(class, MAX_NAME))?;
        if !settings.tax.classes.contains(&class) {
            let known = settings.tax.classes.join(", ");
            self.add(pointer, format!("not a tax class of this shop, which has: {known}"));
        }
        Some(class)
    }

    /// What is kept of something, with all that was found wrong with it noted.
    fn all<T>(&mut self, (kept, faults): (T, Vec<FieldError>)) -> T {
        faults.into_iter().for_each(|fault| self.add(fault.pointer, fault.detail));
        kept
    }

    /// A tag given twice counts once.
    fn tags(&mut self, tags: Vec<String>) -> Vec<String> {
        let mut kept: Vec<String> = Vec::with_capacity(tags.len().min(MAX_TAGS));
        for (n, tag) in self.at_most("/tags", "tags", MAX_TAGS, tags).into_iter().enumerate() {
            let tag = self.take(format!("/tags/{n}"), text::line(&tag, MAX_NAME));
            if !kept.contains(&tag) {
                kept.push(tag);
            }
        }
        kept
    }

    fn options(&mut self, options: Vec<OptionBody>) -> Vec<ProductOption> {
        let mut names = SortedSet::new();
        let options = self.at_most("/options", "options", MAX_OPTIONS, options).into_iter().enumerate();
        options
            .map(|(n, option)| {
                let name = self.take(format!("/options/{n}/name"), text::line(&option.name, MAX_NAME));
                if !names.add(name.clone()) {
                    self.add(format!("/options/{n}/name"), "another option has this name");
                }
                let pointer = format!("/options/{n}/values");
                if option.values.is_empty() {
                    self.add(pointer.clone(), "at least one value");
                }
                let mut seen = SortedSet::new();
                let values = self.at_most(&pointer, "values", MAX_VALUES, option.values).into_iter().enumerate();
                let values = values.map(|(v, value)| {
                    let pointer = format!("{pointer}/{v}");
                    let value = self.take(&pointer, text::line(&value, MAX_VALUE));
                    if !seen.add(value.clone()) {
                        self.add(pointer, "this value is there twice");
                    }
                    value
                });
                ProductOption { name, values: values.collect() }
            })
            .collect()
    }

    fn images(&mut self, images: Vec<ImageBody>) -> Vec<Image> {
        let images = self.at_most("/images", "images", MAX_IMAGES, images).into_iter().enumerate();
        images
            .map(|(n, image)| Image {
                alt: self
                    .take(format!("/images/{n}/alt"), text::optional_line(image.alt.as_deref(), MAX_ALT))
                    .unwrap_or_default(),
                url: self.take(format!("/images/{n}/url"), pictures::address(image)),
                width: None,
                height: None,
                srcset: None,
            })
            .collect()
    }
}

#[cfg(test)]
#[path = "draft_tests.rs"]
mod tests;
