//! The pages of collections: which there are, and one with its products. Pure
//! functions of the snapshot, as in [`super::pages`].

use askama::Template;

use super::pages::{Card, ready};
use super::parts::price_note;
use crate::catalog::slug;
use crate::collections::collection::Collection;
use crate::problem::Problem;
use crate::shelf::collections::{COLLECTION, Collections};
use crate::shelf::list_query::ListQuery;
use crate::shelf::listing;
use crate::shelf::read::ReadAnswer;
use crate::shelf::snapshot::{Image, Snapshot};
use crate::text::markdown;

struct Link<'a> {
    url: String,
    title: &'a str,
    image: Option<&'a Image>,
}

#[derive(Template)]
#[template(path = "collections.html")]
struct CollectionsPage<'a> {
    shop_name: &'a str,
    price_note: &'static str,
    /// Those that stand at the top, each with those that are in it.
    top: Vec<(Link<'a>, Vec<Link<'a>>)>,
}

#[derive(Template)]
#[template(path = "collection.html")]
struct CollectionPage<'a> {
    shop_name: &'a str,
    price_note: &'static str,
    title: &'a str,
    seo_title: &'a str,
    seo_description: Option<&'a str>,
    image: Option<&'a Image>,
    /// As HTML.
    description: String,
    /// The first paragraph of it, escaped.
    summary: String,
    /// Those that it is in, from the top.
    crumbs: Vec<Link<'a>>,
    children: Vec<Link<'a>>,
    products: Vec<Card<'a>>,
    next_url: Option<String>,
}

/// The answer to `GET path?query`; `None` if it is about no collection.
pub fn answer(snapshot: &Snapshot, path: &str, query: &str) -> Option<Result<ReadAnswer, Problem>> {
    let rest = path.strip_prefix("/collections")?;
    if rest.is_empty() {
        return Some(ready(snapshot, &all(snapshot)));
    }
    let name = rest.strip_prefix('/').filter(|name| !name.is_empty() && !name.contains('/'))?;
    let all = &snapshot.collections;
    let found = all.find(name).and_then(|n| Some((n, all.get(n)?))).ok_or_else(Problem::not_found);
    Some(found.and_then(|(n, collection)| ready(snapshot, &page(snapshot, n, collection, query)?)))
}

fn all(snapshot: &Snapshot) -> CollectionsPage<'_> {
    let all = &snapshot.collections;
    let top = all.shown().filter(|(n, _)| all.above(*n).next().is_none());
    CollectionsPage {
        shop_name: &snapshot.settings.shop_name,
        price_note: price_note(&snapshot.settings),
        top: top.map(|(n, collection)| (Link::from(collection), children(all, n))).collect(),
    }
}

fn page<'a>(
    snapshot: &'a Snapshot,
    n: usize,
    collection: &'a Collection,
    query: &str,
) -> Result<CollectionPage<'a>, Problem> {
    let all = &snapshot.collections;
    let mut asked = form_urlencoded::Serializer::new(String::new());
    asked.append_pair(COLLECTION, &collection.slug);
    // Links from elsewhere bring parameters of their own, which mean nothing here.
    let mut parameters = form_urlencoded::parse(query.as_bytes());
    if let Some((name, cursor)) = parameters.find(|(name, _)| name == "cursor") {
        asked.append_pair(&name, &cursor);
    }
    // A page of a list that is no more.
    let list = ListQuery::parse(snapshot, &asked.finish()).map_err(|_| Problem::not_found())?;
    let page = listing::page(snapshot, &list);
    let mut crumbs: Vec<_> = all.above(n).filter_map(|n| all.get(n)).map(Link::from).collect();
    crumbs.reverse();
    let description = markdown::rendered(&collection.description);
    Ok(CollectionPage {
        shop_name: &snapshot.settings.shop_name,
        price_note: price_note(&snapshot.settings),
        title: &collection.title,
        seo_title: collection.seo_title.as_deref().unwrap_or(&collection.title),
        seo_description: collection.seo_description.as_deref(),
        image: collection.image.as_ref(),
        summary: markdown::summary(&description),
        description,
        crumbs,
        children: children(all, n),
        products: page.items.iter().map(Card::from).collect(),
        next_url: page.next_cursor.map(|cursor| format!("{}?cursor={cursor}", collection_url(collection))),
    })
}

/// Those that are in a collection, in their order.
fn children(all: &Collections, n: usize) -> Vec<Link<'_>> {
    all.below(n).filter_map(|n| all.get(n)).map(Link::from).collect()
}

pub fn collection_url(collection: &Collection) -> String {
    format!("/collections/{}", slug::in_address(&collection.slug))
}

impl<'a> From<&'a Collection> for Link<'a> {
    fn from(collection: &'a Collection) -> Self {
        Self { url: collection_url(collection), title: &collection.title, image: collection.image.as_ref() }
    }
}

#[cfg(test)]
#[path = "collections_tests.rs"]
mod tests;
