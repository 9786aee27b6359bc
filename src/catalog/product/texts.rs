//! What a product or a collection is called in the language of whoever reads it. The
//! translations stand beside the shop's own texts in one snapshot, and are picked
//! where an answer or a page is written: nothing is copied but what is put together.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Image, Product, ProductOption, Variant};
use crate::sorted::SortedMap;
use crate::text::Language;

/// By language; none is empty. Boxed where they are kept, as most have none.
pub type Translations = SortedMap<Language, Translation>;

/// Texts in one language; what is not there is said as the shop itself says it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Translation {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seo_title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seo_description: Option<String>,
    /// By an option's own name; a collection has none.
    #[serde(skip_serializing_if = "SortedMap::is_empty")]
    pub options: SortedMap<String, OptionTranslation>,
    /// What pictures show, by their addresses.
    #[serde(skip_serializing_if = "SortedMap::is_empty")]
    pub images: SortedMap<String, String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct OptionTranslation {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// By the value itself.
    #[serde(skip_serializing_if = "SortedMap::is_empty")]
    pub values: SortedMap<String, String>,
}

/// Texts as one reader finds them.
#[derive(Clone, Copy)]
pub struct Texts<'a> {
    pub title: &'a str,
    pub description: &'a str,
    pub seo_title: Option<&'a str>,
    pub seo_description: Option<&'a str>,
    translation: Option<&'a Translation>,
}

impl<'a> Texts<'a> {
    /// The shop's own.
    pub fn own(
        title: &'a str,
        description: &'a str,
        seo_title: Option<&'a String>,
        seo_description: Option<&'a String>,
    ) -> Self {
        let [seo_title, seo_description] = [seo_title, seo_description].map(|text| text.map(String::as_str));
        Self { title, description, seo_title, seo_description, translation: None }
    }

    /// In a language, none being the shop's own. A translated title without one for
    /// search engines is theirs, too: they are not told of it in two languages. The same of descriptions.
    #[must_use]
    pub fn translated(mut self, all: Option<&'a Translations>, language: Option<Language>) -> Self {
        let found = all.zip(language).and_then(|(all, language)| all.get(&language));
        let Some(translation) = found else { return self };
        self.translation = found;
        if let Some(title) = &translation.title {
            (self.title, self.seo_title) = (title, None);
        }
        if let Some(description) = &translation.description {
            (self.description, self.seo_description) = (description, None);
        }
        self.seo_title = translation.seo_title.as_deref().or(self.seo_title);
        self.seo_description = translation.seo_description.as_deref().or(self.seo_description);
        self
    }

    fn of_option(&self, name: &str) -> Option<&'a OptionTranslation> {
        self.translation?.options.get(name)
    }

    /// What an option is called, where that is not its own name.
    pub fn option(&self, name: &str) -> Option<&'a str> {
        self.of_option(name)?.name.as_deref()
    }

    /// What an option's values are called, by what they are, as far as that is something else.
    pub fn values(&self, option: &str) -> Option<&'a SortedMap<String, String>> {
        self.of_option(option).map(|option| &option.values).filter(|values| !values.is_empty())
    }

    /// What one of them is called, where that is not the value itself.
    pub fn value(&self, option: &str, value: &str) -> Option<&'a str> {
        self.values(option)?.get(value).map(String::as_str)
    }

    /// A picture, with what it shows said in the language.
    pub fn image(&self, image: &'a Image) -> Cow<'a, Image> {
        match self.translation.and_then(|translation| translation.images.get(&image.url)) {
            Some(alt) => Cow::Owned(Image { alt: alt.clone(), ..image.clone() }),
            None => Cow::Borrowed(image),
        }
    }

    pub fn images(&self, images: &'a [Image]) -> Cow<'a, [Image]> {
        match self.translation {
            Some(translation) if !translation.images.is_empty() => {
                images.iter().map(|image| self.image(image).into_owned()).collect()
            }
            _ => Cow::Borrowed(images),
        }
    }

    /// What a variant is called: as it was named, else by its options, else as its product.
    pub fn variant(&self, options: &[ProductOption], variant: &'a Variant) -> Cow<'a, str> {
        if variant.given_title.is_some() || self.translation.is_none() {
            return Cow::Borrowed(&variant.title);
        }
        if variant.options.is_empty() {
            return Cow::Borrowed(self.title);
        }
        let values = options.iter().zip(&variant.options);
        let values = values.map(|(option, value)| self.value(&option.name, value).unwrap_or(value));
        Cow::Owned(values.collect::<Vec<_>>().join(" / "))
    }
}

impl Product {
    /// Its texts in a language, none being the shop's own.
    pub fn texts(&self, language: Option<Language>) -> Texts<'_> {
        let own = Texts::own(&self.title, &self.description, self.seo_title.as_ref(), self.seo_description.as_ref());
        own.translated(self.translations.as_deref(), language)
    }

    /// What it is called in other languages.
    pub fn other_titles(&self) -> impl Iterator<Item = &str> {
        let translations = self.translations.iter().flat_map(|translations| translations.values());
        translations.filter_map(|translation| translation.title.as_deref())
    }
}

#[cfg(test)]
#[path = "texts_tests.rs"]
mod tests;
