//! Texts in other languages, as staff send them: of a product, and of a collection. A
//! change names what it changes, down to one value of an option, and `null` takes that
//! away (RFC 7396).

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::body::{ImageBody, OptionBody};
use super::limits::*;
use super::product::{Image, OptionTranslation, ProductOption, Translation, Translations};
use crate::problem::FieldError;
use crate::sorted::SortedMap;
use crate::text::{self, Language, Refusal};
use crate::wire::patch::present;

/// What is said of each language; `None` takes all of it away.
pub type TranslationsBody = SortedMap<Language, Option<TranslationBody>>;

/// How the contract describes what is said by language: each language is a member of its own,
/// so that another is refused by name.
pub struct ByLanguage<T>(PhantomData<T>);

impl<T: JsonSchema> JsonSchema for ByLanguage<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("ByLanguage_{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let of = generator.subschema_for::<T>();
        let member = |language: Language| (language.tag().to_owned(), of.clone().to_value());
        let members: Map<String, Value> = Language::ALL.into_iter().map(member).collect();
        json_schema!({"type": "object", "properties": members, "additionalProperties": false})
    }
}

/// How the contract describes texts by what they are said of.
struct Called<const MOST: usize, const LENGTH: usize>;

impl<const MOST: usize, const LENGTH: usize> JsonSchema for Called<MOST, LENGTH> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Called".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let text = json_schema!({"type": ["string", "null"], "maxLength": LENGTH});
        json_schema!({"type": "object", "additionalProperties": text, "maxProperties": MOST})
    }
}

/// Texts in one language: what is absent stays as it is, `null` takes it away. What is not
/// translated is shown as the shop itself says it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TranslationBody {
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", length(max = MAX_LINE))]
    title: Option<Option<String>>,
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", length(max = MAX_DESCRIPTION))]
    description: Option<Option<String>>,
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", length(max = MAX_LINE))]
    seo_title: Option<Option<String>>,
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", length(max = MAX_SEO))]
    seo_description: Option<Option<String>>,
    /// By an option's own name. Of a collection there is none.
    #[serde(skip_serializing_if = "SortedMap::is_empty")]
    #[schemars(extend("maxProperties" = MAX_OPTIONS))]
    options: SortedMap<String, Option<OptionTranslationBody>>,
    /// What pictures show, by their addresses.
    #[serde(skip_serializing_if = "SortedMap::is_empty")]
    #[schemars(with = "Called<MAX_IMAGES, MAX_ALT>")]
    images: SortedMap<String, Option<String>>,
}

/// An option in one language.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OptionTranslationBody {
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", length(max = MAX_NAME))]
    name: Option<Option<String>>,
    /// By the value itself.
    #[serde(skip_serializing_if = "SortedMap::is_empty")]
    #[schemars(with = "Called<MAX_VALUES, MAX_VALUE>")]
    values: SortedMap<String, Option<String>>,
}

/// What is there as it would be sent, without what was said of options, values and pictures
/// that are no more: it goes with them.
pub fn kept(now: Option<&Translations>, options: &[OptionBody], images: &[ImageBody]) -> TranslationsBody {
    let all = now.into_iter().flat_map(SortedMap::iter);
    all.map(|(language, translation)| (*language, Some(kept_of(translation, options, images)))).collect()
}

fn kept_of(translation: &Translation, options: &[OptionBody], images: &[ImageBody]) -> TranslationBody {
    let Translation { title, description, seo_title, seo_description, .. } = translation.clone();
    let option = |option: &OptionBody| {
        let name = text::sought(&option.name);
        let OptionTranslation { name: called, values } = translation.options.get(&name)?.clone();
        let is_there = |value: &String| option.values.iter().any(|known| text::sought(known) == *value);
        let values =
            values.into_iter().filter(|(value, _)| is_there(value)).map(|(value, called)| (value, Some(called)));
        Some((name, Some(OptionTranslationBody { name: called.map(Some), values: values.collect() })))
    };
    let image = |image: &ImageBody| {
        let url = image.url.clone().or_else(|| image.upload.as_ref().map(|upload| upload.address()))?;
        let alt = translation.images.get(&url)?.clone();
        Some((url, Some(alt)))
    };
    TranslationBody {
        title: title.map(Some),
        description: description.map(Some),
        seo_title: seo_title.map(Some),
        seo_description: seo_description.map(Some),
        options: options.iter().filter_map(option).collect(),
        images: images.iter().filter_map(image).collect(),
    }
}

/// What is there, with what was sent laid over it.
pub fn over(now: TranslationsBody, sent: TranslationsBody) -> TranslationsBody {
    each_over(now, sent, |now, sent| TranslationBody {
        title: sent.title.or(now.title),
        description: sent.description.or(now.description),
        seo_title: sent.seo_title.or(now.seo_title),
        seo_description: sent.seo_description.or(now.seo_description),
        options: each_over(now.options, sent.options, |now, sent| OptionTranslationBody {
            name: sent.name.or(now.name),
            values: each_over(now.values, sent.values, |_, sent| sent),
        }),
        images: each_over(now.images, sent.images, |_, sent| sent),
    })
}

fn each_over<K: Ord, T>(
    mut now: SortedMap<K, Option<T>>,
    sent: SortedMap<K, Option<T>>,
    merged: fn(T, T) -> T,
) -> SortedMap<K, Option<T>> {
    for (key, sent) in sent {
        let whole = match (now.remove(&key).flatten(), sent) {
            (Some(now), Some(sent)) => Some(merged(now, sent)),
            (_, sent) => sent,
        };
        now.insert(key, whole);
    }
    now
}

/// The translations as they are kept, and what is wrong with them: of options, values and
/// pictures that are not there nothing can be said.
pub fn parsed(
    sent: TranslationsBody,
    options: &[ProductOption],
    images: &[Image],
) -> (Option<Box<Translations>>, Vec<FieldError>) {
    let mut faults = Vec::new();
    let mut kept = Translations::new();
    for (language, body) in sent {
        let Some(body) = body else { continue };
        let mut reading = Reading { at: format!("/translations/{}", language.tag()), faults: &mut faults };
        let translation = reading.translation(body, options, images);
        if translation != Translation::default() {
            kept.insert(language, translation);
        }
    }
    ((!kept.is_empty()).then(|| Box::new(kept)), faults)
}

/// One language, as it is read.
struct Reading<'a> {
    /// The pointer to it.
    at: String,
    faults: &'a mut Vec<FieldError>,
}

impl Reading<'_> {
    fn translation(&mut self, body: TranslationBody, options: &[ProductOption], images: &[Image]) -> Translation {
        let description = body.description.flatten().unwrap_or_default();
        let description = self.take(&["description"], text::prose(&description, MAX_DESCRIPTION));
        Translation {
            title: self.line(&["title"], body.title.flatten(), MAX_LINE),
            description: Some(description).filter(|description| !text::is_absent(description)),
            seo_title: self.line(&["seo_title"], body.seo_title.flatten(), MAX_LINE),
            seo_description: self.line(&["seo_description"], body.seo_description.flatten(), MAX_SEO),
            options: self.options(body.options, options),
            images: self.images(body.images, images),
        }
    }

    fn options(
        &mut self,
        sent: SortedMap<String, Option<OptionTranslationBody>>,
        options: &[ProductOption],
    ) -> SortedMap<String, OptionTranslation> {
        let mut kept = SortedMap::new();
        for (name, body) in sent {
            let known = options.iter().find(|option| option.name == text::sought(&name));
            let (Some(body), Some(option)) = (body, known) else {
                self.known(&["options", &name], known.is_some(), "no option is called so");
                continue;
            };
            let mut translation = OptionTranslation {
                name: self.line(&["options", &name, "name"], body.name.flatten(), MAX_NAME),
                values: SortedMap::new(),
            };
            for (value, called) in body.values {
                let place = ["options", &name, "values", &value];
                let known = option.values.iter().find(|known| **known == text::sought(&value));
                self.known(&place, known.is_some(), "the option has no such value");
                let called = self.line(&place, called, MAX_VALUE);
                translation.values.extend(known.cloned().zip(called));
            }
            if translation != OptionTranslation::default() {
                kept.insert(option.name.clone(), translation);
            }
        }
        kept
    }

    fn images(&mut self, sent: SortedMap<String, Option<String>>, images: &[Image]) -> SortedMap<String, String> {
        let mut kept = SortedMap::new();
        for (url, alt) in sent {
            let is_there = images.iter().any(|image| image.url == url);
            self.known(&["images", &url], is_there, "no picture has this address");
            kept.extend(self.line(&["images", &url], alt, MAX_ALT).map(|alt| (url, alt)));
        }
        kept
    }

    /// Notes what is said of something that is not there.
    fn known(&mut self, place: &[&str], is_there: bool, detail: &str) {
        if !is_there {
            self.wrong(place, detail.to_owned());
        }
    }

    fn line(&mut self, place: &[&str], sent: Option<String>, most: usize) -> Option<String> {
        self.take(place, text::optional_line(sent.as_deref(), most))
    }

    fn take<T: Default>(&mut self, place: &[&str], result: Result<T, Refusal>) -> T {
        result.unwrap_or_else(|refusal| {
            self.wrong(place, refusal);
            T::default()
        })
    }

    fn wrong(&mut self, place: &[&str], detail: String) {
        let mut pointer = self.at.clone();
        for part in place {
            pointer.push('/');
            pointer.push_str(&part.replace('~', "~0").replace('/', "~1"));
        }
        self.faults.push(FieldError::new(pointer, detail));
    }
}

#[cfg(test)]
#[path = "translations_tests.rs"]
mod tests;
