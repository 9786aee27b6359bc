//! What staff send of a collection, before any rule has looked at it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::collection::{Collection, Order};
use super::limits::*;
use super::rule::Rule;
use crate::catalog::body::ImageBody;
use crate::catalog::slug::MAX_SLUG;
use crate::catalog::translations::{self, ByLanguage, TranslationBody, TranslationsBody};
use crate::ids::{CollectionId, ProductId};
use crate::wire::patch::{not_null, present};

/// A collection as a whole, without the products that are picked for it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CollectionBody {
    #[schemars(length(min = 1, max = MAX_TITLE))]
    pub title: String,
    /// As a product's: made from the title if absent, with a number such as `-2` if another
    /// collection has that slug.
    #[schemars(length(min = 1, max = MAX_SLUG))]
    pub slug: Option<String>,
    #[schemars(length(max = MAX_DESCRIPTION))]
    pub description: Option<String>,
    pub image: Option<ImageBody>,
    /// What search engines show; its title if absent.
    #[schemars(length(max = MAX_SEO_TITLE))]
    pub seo_title: Option<String>,
    #[schemars(length(max = MAX_SEO_DESCRIPTION))]
    pub seo_description: Option<String>,
    /// What it is called in other languages; what is not there is shown as it is said here.
    #[serde(default)]
    #[schemars(with = "ByLanguage<Option<TranslationBody>>")]
    pub translations: TranslationsBody,
    /// The collection that it is in, whose its products are, too. Five levels are the most.
    pub parent: Option<CollectionId>,
    /// Among its siblings: lower first, of equals by title. 0 if absent.
    #[serde(default)]
    #[schemars(range(max = MAX_POSITION))]
    pub position: u32,
    /// Whether buyers see it; `false` if absent.
    #[serde(default)]
    pub published: bool,
    /// `manual` if absent.
    #[serde(default)]
    pub sort: Order,
    /// Without one, its products are picked by hand.
    pub rule: Option<Rule>,
}

/// A change of a collection: what is absent stays as it is, what is there is
/// replaced whole, but for `translations`; `null` takes an optional value away.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CollectionPatch {
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "String", skip_serializing_if = "Option::is_none", length(min = 1, max = MAX_TITLE))]
    title: Option<String>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "String", skip_serializing_if = "Option::is_none", length(min = 1, max = MAX_SLUG))]
    slug: Option<String>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_DESCRIPTION))]
    description: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<ImageBody>")]
    image: Option<Option<ImageBody>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_SEO_TITLE))]
    seo_title: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_SEO_DESCRIPTION))]
    seo_description: Option<Option<String>>,
    /// The languages that change, each with what changes of it, or `null`.
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "ByLanguage<Option<TranslationBody>>", skip_serializing_if = "Option::is_none")]
    translations: Option<TranslationsBody>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<CollectionId>")]
    parent: Option<Option<CollectionId>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "u32", skip_serializing_if = "Option::is_none", range(max = MAX_POSITION))]
    position: Option<u32>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "bool", skip_serializing_if = "Option::is_none")]
    published: Option<bool>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Order", skip_serializing_if = "Option::is_none")]
    sort: Option<Order>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<Rule>")]
    rule: Option<Option<Rule>>,
}

impl CollectionPatch {
    /// The picture that was sent, if any was.
    pub fn image(&self) -> Option<&ImageBody> {
        self.image.as_ref()?.as_ref()
    }

    /// The whole collection as it would be.
    pub fn over(self, now: Collection) -> CollectionBody {
        let image = now.image.map(|image| ImageBody { url: Some(image.url), upload: None, alt: Some(image.alt) });
        let image = self.image.unwrap_or(image);
        let translated = translations::kept(now.translations.as_deref(), &[], image.as_slice());
        CollectionBody {
            title: self.title.unwrap_or(now.title),
            slug: Some(self.slug.unwrap_or(now.slug)),
            description: self.description.unwrap_or(Some(now.description)),
            image,
            seo_title: self.seo_title.unwrap_or(now.seo_title),
            seo_description: self.seo_description.unwrap_or(now.seo_description),
            translations: translations::over(translated, self.translations.unwrap_or_default()),
            parent: self.parent.unwrap_or(now.parent),
            position: self.position.unwrap_or(now.position),
            published: self.published.unwrap_or(now.published),
            sort: self.sort.unwrap_or(now.sort),
            rule: self.rule.unwrap_or(now.rule),
        }
    }
}

/// A change of what is picked for a collection, in parts: whoever names other
/// products at the same time loses nothing.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PicksChange {
    /// Taken out; whichever is not in it is left out.
    #[schemars(length(max = MAX_PICKS))]
    pub remove: Vec<ProductId>,
    /// Put in behind those that are there; whichever is there already stays where it is. Not for a
    /// collection with a rule.
    #[schemars(length(max = MAX_PICKS))]
    pub add: Vec<ProductId>,
    /// These come first, in this order, and behind them the others as they were. In a collection
    /// with a rule, whichever the rule leaves out is not shown.
    #[schemars(length(max = MAX_PICKS))]
    pub order: Vec<ProductId>,
}
