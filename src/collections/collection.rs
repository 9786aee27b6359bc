//! What a collection is. The same shape is stored and in the snapshot.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rule::Rule;
use crate::catalog::product::{Image, Texts, Translations};
use crate::catalog::slug;
use crate::ids::CollectionId;
use crate::ports::Timestamp;
use crate::sorted::sort;
use crate::text::Language;

/// How buyers find its products sorted, unless they ask for another order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "CollectionOrder")]
pub enum Order {
    /// As the products were put in order; those that were not come after, the newest first.
    #[default]
    Manual,
    Newest,
    PriceAsc,
    PriceDesc,
    Title,
    /// What was in the most orders of the last ninety days first.
    BestSelling,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Collection {
    pub id: CollectionId,
    pub slug: String,
    /// What it was called before, and no other collection is now: they lead to it. In their
    /// order. The database has them apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_slugs: Vec<String>,
    pub title: String,
    pub description: String,
    pub image: Option<Image>,
    pub seo_title: Option<String>,
    pub seo_description: Option<String>,
    /// What is said of it in other languages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translations: Option<Box<Translations>>,
    /// The one it is in; its products are that one's, too.
    pub parent: Option<CollectionId>,
    /// Among its siblings; of equals, by title.
    pub position: u32,
    /// Whether buyers see it. Promotions and those above have its products anyway.
    pub published: bool,
    pub sort: Order,
    /// None: its products are picked by hand.
    pub rule: Option<Rule>,
    /// In the snapshot alone: what was picked, in its order, each product by how many of
    /// the snapshot's have a lesser id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub picks: Vec<u32>,
}

impl Collection {
    /// Its texts in a language, none being the shop's own.
    pub fn texts(&self, language: Option<Language>) -> Texts<'_> {
        let own = Texts::own(&self.title, &self.description, self.seo_title.as_ref(), self.seo_description.as_ref());
        own.translated(self.translations.as_deref(), language)
    }

    /// What it was called before, once it is called so.
    pub fn formerly(&self, slug: &str) -> Vec<String> {
        let mut former = self.former_slugs.clone();
        former.push(self.slug.clone());
        former.retain(|former| former != slug);
        sort(&mut former, String::cmp);
        former
    }

    /// Whether that, as it stands in an address, is what it was called before.
    pub fn was_called(&self, name: &str) -> bool {
        slug::of_address(name).is_some_and(|slug| self.former_slugs.contains(&slug))
    }
}

/// A collection, and what the database knows of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    pub collection: Collection,
    /// How many products were picked by hand.
    pub picked: i64,
    /// Grows by one with each change; the `ETag`.
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
