//! What buyers are told of collections.

use schemars::JsonSchema;
use serde::Serialize;

use super::collections::Collections;
use super::read::{ReadAnswer, ready};
use super::snapshot::Snapshot;
use crate::catalog::product::{Image, Product};
use crate::collections::collection::{Collection, Order};
use crate::ids::CollectionId;
use crate::problem::Problem;
use crate::text::markdown;

/// A collection, named.
#[derive(Serialize, JsonSchema)]
pub struct CollectionName<'a> {
    pub id: CollectionId,
    pub slug: &'a str,
    pub title: &'a str,
}

/// A collection, and where it stands among the others.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Collection")]
pub struct CollectionDetail<'a> {
    pub id: CollectionId,
    pub slug: &'a str,
    pub title: &'a str,
    /// Not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    /// The description as HTML, harmless as it is. Not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description_html: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<&'a Image>,
    /// What search engines show, where that is not its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seo_title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seo_description: Option<&'a str>,
    /// How its products are sorted where no order is asked for.
    pub sort: Order,
    /// `null`: it stands at the top.
    pub parent: Option<CollectionId>,
    /// Those that it is in, from the top.
    pub ancestors: Vec<CollectionName<'a>>,
    /// Those that are in it, in their order.
    pub children: Vec<CollectionName<'a>>,
}

/// All collections, each before those that are in it, siblings in their order.
#[derive(Serialize, JsonSchema)]
pub struct CollectionList<'a> {
    pub items: Vec<CollectionDetail<'a>>,
    /// Always `null`: all of them are here.
    pub next_cursor: Option<String>,
    pub total: usize,
}

impl<'a> From<&'a Collection> for CollectionName<'a> {
    fn from(collection: &'a Collection) -> Self {
        Self { id: collection.id, slug: &collection.slug, title: &collection.title }
    }
}

impl<'a> CollectionDetail<'a> {
    fn new(all: &'a Collections, n: usize, collection: &'a Collection, is_listed: bool) -> Self {
        let mut ancestors: Vec<_> = all.above(n).filter_map(|n| all.get(n)).map(CollectionName::from).collect();
        ancestors.reverse();
        let children = all.below(n).filter_map(|n| all.get(n)).map(CollectionName::from);
        Self {
            id: collection.id,
            slug: &collection.slug,
            title: &collection.title,
            description: (!is_listed).then_some(&collection.description),
            description_html: (!is_listed).then(|| markdown::rendered(&collection.description)),
            image: collection.image.as_ref(),
            seo_title: collection.seo_title.as_deref(),
            seo_description: collection.seo_description.as_deref(),
            sort: collection.sort,
            parent: ancestors.last().map(|parent| parent.id),
            ancestors,
            children: children.collect(),
        }
    }
}

/// The answer to `GET path?query`; `None` if it is about no collection.
pub fn answer(snapshot: &Snapshot, path: &str, query: &str) -> Option<Result<ReadAnswer, Problem>> {
    let rest = path.strip_prefix("/v1/collections")?;
    if let Some((parameter, _)) = form_urlencoded::parse(query.as_bytes()).next() {
        return Some(Err(Problem::invalid_field(parameter, "there is no such parameter")));
    }
    let all = &*snapshot.collections;
    if rest.is_empty() {
        let items: Vec<_> = all.shown().map(|(n, it)| CollectionDetail::new(all, n, it, true)).collect();
        let total = items.len();
        return Some(ready(snapshot, &CollectionList { items, next_cursor: None, total }));
    }
    let name = rest.strip_prefix('/').filter(|name| !name.is_empty() && !name.contains('/'))?;
    let found = all.find(name).and_then(|n| Some((n, all.get(n)?)));
    Some(match found {
        Some((n, collection)) => ready(snapshot, &CollectionDetail::new(all, n, collection, false)),
        None => Err(Problem::not_found()),
    })
}

/// The collections that a product is in, as far as buyers see them.
pub fn named<'a>(snapshot: &'a Snapshot, product: &Product) -> Vec<CollectionName<'a>> {
    let all = &snapshot.collections;
    let of = all.of(product, snapshot.place(product.id)).into_iter();
    of.filter_map(|n| all.get(n)).filter(|collection| collection.published).map(CollectionName::from).collect()
}
