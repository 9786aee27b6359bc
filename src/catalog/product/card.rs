//! What lists show of a product. Of most it stands in front of what else is packed, and is
//! read without the rest: a list of a large shop shows products that nobody has asked for
//! before.

use std::borrow::Cow;

use postcard::take_from_bytes;
use serde::{Deserialize, Serialize};

use super::packed::{Packed, texts};
use super::{Image, Level, Product, Variant};
use crate::ids::ProductId;
use crate::money::{Currency, Money};
use crate::text::Language;

#[derive(Debug)]
pub struct Card<'a> {
    pub id: ProductId,
    pub slug: &'a str,
    /// In the shop's own language.
    pub title: &'a str,
    pub vendor: Option<&'a str>,
    /// What kind of thing it is.
    pub kind: Option<&'a str>,
    pub tags: Vec<&'a str>,
    pub level: Level,
    /// As [`Product::is_on_backorder`].
    pub on_backorder: bool,
    image: Option<Cow<'a, Image>>,
    /// Where more is to be known: of what is translated or reduced.
    product: Option<&'a Product>,
}

/// How [`Rest`](super::Rest) begins.
#[derive(Serialize, Deserialize)]
pub struct Front<'a> {
    #[serde(borrow)]
    pub vendor: Option<&'a str>,
    #[serde(borrow)]
    pub kind: Option<&'a str>,
    #[serde(borrow)]
    pub tags: Vec<&'a str>,
    pub(super) level: Level,
    on_backorder: bool,
    #[serde(borrow)]
    pub(super) images: Vec<Picture<'a>>,
}

/// An [`Image`]'s address, text, width, height and `srcset`.
type Picture<'a> = (&'a str, &'a str, Option<u32>, Option<u32>, Option<&'a str>);

impl<'a> Front<'a> {
    pub(super) fn of(product: &'a Product) -> Self {
        Self {
            vendor: product.vendor.as_deref(),
            kind: product.kind.as_deref(),
            tags: texts(&product.tags),
            level: product.level,
            on_backorder: product.is_on_backorder(),
            images: product.images.iter().map(picture).collect(),
        }
    }

    /// Whether a product's card says all that lists show of it, in any language and at any time.
    pub(super) fn is_enough_for(product: &Product) -> bool {
        let costs_the_same = |variant: &Variant| variant.terms.is_empty() && variant.compare_at.is_empty();
        product.translations.is_none() && product.variants.iter().all(costs_the_same)
    }
}

fn picture(image: &Image) -> Picture<'_> {
    (&image.url, &image.alt, image.width, image.height, image.srcset.as_deref())
}

pub(super) fn image((url, alt, width, height, srcset): Picture) -> Image {
    Image { url: url.to_owned(), alt: alt.to_owned(), width, height, srcset: srcset.map(str::to_owned) }
}

impl Packed {
    /// `None` if it must be unpacked for that.
    pub fn card(&self) -> Option<Card<'_>> {
        if !self.is_plain {
            return None;
        }
        let names = self.names();
        let (front, _): (Front, _) = take_from_bytes(self.parts()?.2).ok()?;
        Some(Card {
            id: self.id,
            slug: names.slug,
            title: names.title,
            vendor: front.vendor,
            kind: front.kind,
            tags: front.tags,
            level: front.level,
            on_backorder: front.on_backorder,
            image: front.images.into_iter().next().map(|first| Cow::Owned(image(first))),
            product: None,
        })
    }
}

impl<'a> Card<'a> {
    pub fn of(product: &'a Product) -> Self {
        Self {
            id: product.id,
            slug: &product.slug,
            title: &product.title,
            vendor: product.vendor.as_deref(),
            kind: product.kind.as_deref(),
            tags: texts(&product.tags),
            level: product.level,
            on_backorder: product.is_on_backorder(),
            image: product.images.first().map(Cow::Borrowed),
            product: Some(product),
        }
    }

    /// What it is called in a language.
    pub fn called(&self, language: Option<Language>) -> &'a str {
        self.product.map_or(self.title, |product| product.texts(language).title)
    }

    /// Its first image, as it is called in a language.
    pub fn take_image(&mut self, language: Option<Language>) -> Option<Cow<'a, Image>> {
        match (self.image.take()?, self.product) {
            (Cow::Borrowed(image), Some(product)) => Some(product.texts(language).image(image)),
            (image, _) => Some(image),
        }
    }

    /// As [`Product::compare_at`].
    pub fn compare_at(&self, currency: Currency) -> Option<Money> {
        self.product.and_then(|product| product.compare_at(currency))
    }

    /// As [`Product::lowest`].
    pub fn lowest(&self, currency: Currency) -> Option<Money> {
        self.product.and_then(|product| product.lowest(currency))
    }
}
