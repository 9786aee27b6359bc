//! The variants of a product as it is to be: those that were sent, and those
//! that nobody spoke of. What is wrong is told of what was sent.

use super::Faults;
use super::prices::Prices;
use crate::catalog::body::{VariantBody, VariantChange, VariantPatch, variant_body};
use crate::catalog::limits::{MAX_LINE, MAX_LOW, MAX_VARIANTS, MAX_WEIGHT};
use crate::catalog::product::{Image, LOWEST_FLOOR, Part, Product, ProductOption, Variant, named_options};
use crate::ids::VariantId;
use crate::problem::FieldError;
use crate::settings::Settings;
use crate::sorted::{SortedMap, SortedSet};
use crate::text;

/// One of the variants that a product is to have.
pub enum Wanted<'a> {
    /// Nobody spoke of it: it stays as it is. Of this product.
    Kept(&'a Product, &'a Variant),
    /// Sent, at this place of the request's list; `was` if it is there already.
    Sent { at: usize, was: Option<&'a Variant>, body: Box<VariantBody> },
}

/// The variants of a product once the changes are laid over them, and which of
/// the changes name none of its variants, or one twice.
pub fn wanted(product: &Product, changes: Vec<VariantChange>) -> (Vec<Wanted<'_>>, Vec<FieldError>) {
    let mut faults = Vec::new();
    let mut named = SortedSet::new();
    let mut sent = Vec::with_capacity(changes.len());
    let mut places = SortedMap::new();
    for (at, change) in changes.into_iter().enumerate() {
        let id = change.id;
        let patch = VariantPatch::from(change);
        let variant = |id| product.variants.iter().find(|variant| variant.id == id);
        match (id, id.and_then(variant)) {
            (None, _) => sent.push(Wanted::Sent { at, was: None, body: patch.over(VariantBody::default()).into() }),
            (Some(known), Some(variant)) if named.add(known) => {
                places.insert(known, sent.len());
                sent.push(Wanted::Sent {
                    at,
                    was: Some(variant),
                    body: patch.over(variant_body(product, variant)).into(),
                });
            }
            _ => {
                faults.push(FieldError::new(format!("/variants/{at}/id"), "no variant of this product, or named twice"))
            }
        }
    }
    if product.variants.iter().all(|variant| named.contains_key(&variant.id)) {
        return (sent, faults);
    }
    let mut sent: Vec<_> = sent.into_iter().map(Some).collect();
    let in_place = product.variants.iter().map(|variant| {
        let changed = places.get(&variant.id).and_then(|place| sent.get_mut(*place)?.take());
        changed.unwrap_or(Wanted::Kept(product, variant))
    });
    let mut wanted: Vec<_> = in_place.collect();
    // What is left is new.
    wanted.extend(sent.into_iter().flatten());
    (wanted, faults)
}

#[derive(Debug, Clone, PartialEq)]
pub struct DraftVariant {
    /// Where in the request's list it was sent.
    pub at: Option<usize>,
    pub id: Option<VariantId>,
    pub sku: String,
    pub title: Option<String>,
    pub options: Vec<String>,
    pub prices: Prices,
    pub weight_grams: Option<u32>,
    pub barcode: Option<String>,
    pub image: Option<usize>,
    pub tax_class: Option<String>,
    /// Those that were sent have no names before they are looked up.
    pub parts: Vec<Part>,
    /// How many can be put together of parts that were sent: of what is there, and in all.
    pub sets: Option<(i64, i64)>,
    pub untracked: bool,
    /// How far below zero it may be sold.
    pub floor: i64,
    pub low_level: Option<u32>,
}

/// What the product is to have besides its variants.
struct Facts<'a> {
    options: &'a [ProductOption],
    images: &'a [Image],
    settings: &'a Settings,
}

fn place_of(url: &str, images: &[Image]) -> Option<usize> {
    images.iter().position(|image| image.url == url)
}

/// What no two variants of a product share.
#[derive(Default)]
struct Taken {
    skus: SortedSet<String>,
    combinations: SortedSet<Vec<String>>,
}

impl Faults {
    pub fn variants(
        &mut self,
        wanted: Vec<Wanted<'_>>,
        options: &[ProductOption],
        images: &[Image],
        settings: &Settings,
    ) -> Vec<DraftVariant> {
        if wanted.is_empty() {
            self.add("/variants", "a product has at least one variant");
        }
        let wanted = self.at_most("/variants", "variants", MAX_VARIANTS, wanted);
        let mut taken = Taken::default();
        // Those that stay have the first claim on what is theirs.
        let kept: Vec<_> = wanted.iter().map(|wanted| self.kept(wanted, options, images, &mut taken)).collect();
        let facts = Facts { options, images, settings };
        let wanted = wanted.into_iter().zip(kept);
        wanted
            .filter_map(|(wanted, kept)| match wanted {
                Wanted::Kept(..) => kept,
                Wanted::Sent { at, was, body } => Some(self.sent(at, was, *body, &facts, &mut taken)),
            })
            .collect()
    }

    /// A variant that stays: only the product's options may have changed around it.
    fn kept(
        &mut self,
        wanted: &Wanted<'_>,
        options: &[ProductOption],
        images: &[Image],
        taken: &mut Taken,
    ) -> Option<DraftVariant> {
        let Wanted::Kept(product, variant) = wanted else { return None };
        let own = named_options(product, &variant.options);
        let values = options.iter().filter_map(|option| {
            let value = own.get(option.name.as_str())?;
            option.values.iter().find(|known| known == value).cloned()
        });
        let values: Vec<String> = values.collect();
        let fits = values.len() == options.len() && own.len() == options.len();
        if !fits || !taken.combinations.add(values.clone()) {
            let detail = "the variant {sku} does not fit these options; send it along in variants, or delete it first";
            self.add("/options", detail.replace("{sku}", &variant.sku));
        }
        taken.skus.add(variant.sku.clone());
        Some(DraftVariant {
            at: None,
            id: Some(variant.id),
            sku: variant.sku.clone(),
            title: variant.given_title.clone(),
            options: values,
            prices: Prices::of(variant),
            weight_grams: variant.weight_grams,
            barcode: variant.barcode.clone(),
            // An image that is gone shows nothing any more.
            image: product.image_of(variant).and_then(|image| place_of(&image.url, images)),
            tax_class: variant.tax_class.clone(),
            parts: variant.parts.clone(),
            sets: None,
            untracked: variant.untracked,
            floor: variant.least(),
            low_level: variant.low_level,
        })
    }

    fn sent(
        &mut self,
        at: usize,
        was: Option<&Variant>,
        body: VariantBody,
        facts: &Facts<'_>,
        taken: &mut Taken,
    ) -> DraftVariant {
        let place = |field: &str| format!("/variants/{at}/{field}");
        let sku = self.take(place("sku"), text::code(&body.sku));
        if !taken.skus.add(sku.clone()) {
            self.add(place("sku"), "another variant of this product has this SKU");
        }
        let faults_before = self.0.len();
        let values = self.combination(&place("options"), body.options, facts.options);
        if self.0.len() == faults_before && !taken.combinations.add(values.clone()) {
            self.add(place("options"), "another variant has the same options");
        }
        if body.weight_grams.is_some_and(|weight| weight > MAX_WEIGHT) {
            self.add(place("weight_grams"), format!("at most {MAX_WEIGHT} grams"));
        }
        let floor = body.backorder_floor.unwrap_or_default();
        if !(LOWEST_FLOOR..=0).contains(&floor) {
            self.add(place("backorder_floor"), format!("from {LOWEST_FLOOR} to 0 pieces"));
        }
        if !body.parts.is_empty() {
            let of_parts = "a bundle has no stock of its own: say this of its parts";
            let own = [("tracked", body.tracked == Some(false)), ("backorder_floor", floor != 0)];
            own.into_iter().filter(|(_, is_said)| *is_said).for_each(|(name, _)| self.add(place(name), of_parts));
        }
        if body.low_level.is_some_and(|pieces| pieces > MAX_LOW) {
            self.add(place("low_level"), format!("at most {MAX_LOW} pieces"));
        }
        let barcode = body.barcode.filter(|barcode| !text::is_absent(barcode));
        DraftVariant {
            at: Some(at),
            id: was.map(|variant| variant.id),
            sku,
            title: self.take(place("title"), text::optional_line(body.title.as_deref(), MAX_LINE)),
            options: values,
            prices: self.prices(&place("prices"), body.prices, was, facts.settings),
            weight_grams: body.weight_grams,
            barcode: barcode.map(|barcode| self.take(place("barcode"), text::code(&barcode))),
            image: self.image(place("image"), body.image.as_deref(), facts.images),
            tax_class: self.tax_class(&place("tax_class"), body.tax_class.as_deref(), facts.settings),
            parts: self.parts(&place("parts"), body.parts, was),
            sets: None,
            untracked: body.tracked == Some(false),
            floor,
            low_level: body.low_level,
        }
    }

    fn image(&mut self, pointer: String, url: Option<&str>, images: &[Image]) -> Option<usize> {
        let url = url.filter(|url| !text::is_absent(url))?;
        let place = place_of(url, images);
        if place.is_none() {
            self.add(pointer, "the address of one of the product's images");
        }
        place
    }

    /// The variant's values in the order of the product's options. Names and
    /// values are read as those of the options are, so that what looks alike is.
    fn combination(
        &mut self,
        pointer: &str,
        given: SortedMap<String, String>,
        options: &[ProductOption],
    ) -> Vec<String> {
        let mut named = SortedMap::new();
        for (sent, value) in given {
            let at = format!("{pointer}/{}", sent.replace('~', "~0").replace('/', "~1"));
            let name = text::sought(&sent);
            if named.contains_key(&name) {
                self.add(at, "this option is there twice");
            } else {
                named.insert(name, (at, text::sought(&value)));
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
}
