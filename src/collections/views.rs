//! What staff are shown of collections.

use schemars::JsonSchema;
use serde::Serialize;

use super::collection::{Order, Stored};
use super::limits::MAX_LEVELS;
use super::rule::Rule;
use crate::catalog::product::{Image, Status, Translation, Translations};
use crate::catalog::translations::ByLanguage;
use crate::ids::{CollectionId, ProductId};
use crate::ports::Timestamp;

/// A collection as staff see it.
#[derive(Serialize, JsonSchema)]
pub struct AdminCollection<'a> {
    id: CollectionId,
    slug: &'a str,
    /// What it was called before, and no other collection is now: these addresses lead to it.
    former_slugs: &'a [String],
    title: &'a str,
    description: &'a str,
    image: Option<&'a Image>,
    seo_title: Option<&'a str>,
    seo_description: Option<&'a str>,
    /// `null`: it is in the shop's own language alone.
    #[schemars(with = "Option<ByLanguage<Translation>>")]
    translations: Option<&'a Translations>,
    parent: Option<CollectionId>,
    position: u32,
    published: bool,
    sort: Order,
    /// `null`: its products are picked by hand.
    rule: Option<&'a Rule>,
    /// How many products were picked by hand; with a rule, to come first.
    picked: i64,
    /// Grows with each change; quoted, it is the `ETag`.
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// Collections, the newest first.
#[derive(Serialize, JsonSchema)]
pub struct AdminCollectionList<'a> {
    pub items: Vec<AdminCollection<'a>>,
    pub next_cursor: Option<String>,
    pub total: i64,
}

/// All collections of the shop, each right before those that are in it, and siblings by their titles.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the database lays it out")]
pub struct CollectionPaths {
    items: Vec<CollectionPath>,
}

/// A collection by the titles that lead to it.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the database lays it out")]
struct CollectionPath {
    id: CollectionId,
    /// The titles of those that it is in, from the top, and its own.
    #[schemars(length(min = 1, max = MAX_LEVELS))]
    path: Vec<String>,
}

impl<'a> From<&'a Stored> for AdminCollection<'a> {
    fn from(stored: &'a Stored) -> Self {
        let collection = &stored.collection;
        Self {
            id: collection.id,
            slug: &collection.slug,
            former_slugs: &collection.former_slugs,
            title: &collection.title,
            description: &collection.description,
            image: collection.image.as_ref(),
            seo_title: collection.seo_title.as_deref(),
            seo_description: collection.seo_description.as_deref(),
            translations: collection.translations.as_deref(),
            parent: collection.parent,
            position: collection.position,
            published: collection.published,
            sort: collection.sort,
            rule: collection.rule.as_ref(),
            picked: stored.picked,
            version: stored.version,
            created_at: stored.created_at,
            updated_at: stored.updated_at,
        }
    }
}

/// What was picked for a collection, in its order.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the database lays it out")]
pub struct PickList {
    items: Vec<Pick>,
    next_cursor: Option<String>,
    total: i64,
}

/// The collection whose products were changed. Which it has by now is read: others may have changed them, too.
#[derive(Serialize, JsonSchema)]
pub struct PicksChanged {
    pub id: CollectionId,
}

/// A product that was picked for a collection.
#[derive(JsonSchema)]
#[schemars(rename = "PickedProduct")]
#[expect(dead_code, reason = "the database lays it out")]
struct Pick {
    id: ProductId,
    slug: String,
    title: String,
    vendor: Option<String>,
    status: Status,
}
