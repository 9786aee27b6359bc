//! What buyers are told of collections.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use super::collections::Collections;
use super::list_query::locale;
use super::read::{ReadAnswer, ready};
use super::snapshot::Snapshot;
use crate::catalog::product::{Image, Product};
use crate::catalog::slug;
use crate::collections::collection::{Collection, Order};
use crate::ids::CollectionId;
use crate::problem::Problem;
use crate::text::{Language, markdown};

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
    pub image: Option<Cow<'a, Image>>,
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

impl<'a> CollectionName<'a> {
    fn new(collection: &'a Collection, language: Option<Language>) -> Self {
        Self { id: collection.id, slug: &collection.slug, title: collection.texts(language).title }
    }
}

impl<'a> CollectionDetail<'a> {
    fn new(all: &'a Collections, n: usize, language: Option<Language>, is_listed: bool) -> Option<Self> {
        let collection = all.get(n)?;
        let texts = collection.texts(language);
        let named = |n: usize| Some(CollectionName::new(all.get(n)?, language));
        let mut ancestors: Vec<_> = all.above(n).filter_map(named).collect();
        ancestors.reverse();
        Some(Self {
            id: collection.id,
            slug: &collection.slug,
            title: texts.title,
            description: (!is_listed).then_some(texts.description),
            description_html: (!is_listed).then(|| markdown::rendered(texts.description)),
            image: collection.image.as_ref().map(|image| texts.image(image)),
            seo_title: texts.seo_title,
            seo_description: texts.seo_description,
            sort: collection.sort,
            parent: ancestors.last().map(|parent| parent.id),
            ancestors,
            children: all.below(n).filter_map(named).collect(),
        })
    }
}

/// The answer to `GET path?query`; `None` if it is about no collection.
pub fn answer(snapshot: &Snapshot, path: &str, query: &str) -> Option<Result<ReadAnswer, Problem>> {
    let rest = path.strip_prefix("/v1/collections")?;
    let name = rest.strip_prefix('/');
    if !rest.is_empty() && name.is_none_or(|name| name.is_empty() || name.contains('/')) {
        return None;
    }
    Some(language(query).and_then(|language| read(snapshot, rest, query, language)))
}

/// The one parameter that there is.
fn language(query: &str) -> Result<Option<Language>, Problem> {
    let mut language = None;
    for (parameter, value) in form_urlencoded::parse(query.as_bytes()) {
        if parameter != "locale" || language.is_some() {
            return Err(Problem::invalid_field(parameter, "there is no such parameter, or it is there twice"));
        }
        language = Some(locale(&value)?);
    }
    Ok(language)
}

/// `rest`: the path after that of all collections.
fn read(snapshot: &Snapshot, rest: &str, query: &str, language: Option<Language>) -> Result<ReadAnswer, Problem> {
    let all = &*snapshot.collections;
    if rest.is_empty() {
        let items: Vec<_> = all.shown().filter_map(|(n, _)| CollectionDetail::new(all, n, language, true)).collect();
        let total = items.len();
        return ready(snapshot, &CollectionList { items, next_cursor: None, total });
    }
    let name = rest.trim_start_matches('/');
    let found = all.find(name).ok_or_else(Problem::not_found)?;
    match all.get(found).filter(|collection| collection.was_called(name)) {
        Some(collection) => {
            let path = format!("/v1/collections/{}", slug::in_address(&collection.slug));
            Ok(ReadAnswer::moved(snapshot, "application/json", path, query))
        }
        None => {
            let detail = CollectionDetail::new(all, found, language, false);
            ready(snapshot, &detail.ok_or_else(Problem::not_found)?)
        }
    }
}

/// The collections that a product is in, as far as buyers see them.
pub fn named<'a>(snapshot: &'a Snapshot, product: &Product, language: Option<Language>) -> Vec<CollectionName<'a>> {
    let all = &snapshot.collections;
    let of = all.of(product, snapshot.place(product.id)).into_iter();
    let shown = of.filter_map(|n| all.get(n)).filter(|collection| collection.published);
    shown.map(|collection| CollectionName::new(collection, language)).collect()
}
