//! The pages of collections: which there are, and one with its products. Pure
//! functions of the snapshot, as in [`super::pages`].

use std::borrow::Cow;

use askama::Template;

use super::asked::{Asked, BEFORE, CURSOR, url};
use super::frame::Frame;
use super::pages::{HTML, Reading, ready};
use super::tile::{Tile, shown};
use super::visitor::Visitor;
use crate::catalog::slug;
use crate::collections::collection::Collection;
use crate::problem::Problem;
use crate::shelf::collections::{COLLECTION, Collections};
use crate::shelf::listing;
use crate::shelf::read::ReadAnswer;
use crate::shelf::search::Highlighter;
use crate::shelf::snapshot::{Image, Snapshot};
use crate::text::{Language, markdown};

struct Link<'a> {
    url: String,
    title: &'a str,
    image: Option<Cow<'a, Image>>,
}

#[derive(Template)]
#[template(path = "collections.html")]
struct CollectionsPage<'a> {
    frame: Frame<'a>,
    /// What search engines are told of it.
    description: String,
    /// Those that stand at the top, each with those that are in it.
    top: Vec<(Link<'a>, Vec<Link<'a>>)>,
}

#[derive(Template)]
#[template(path = "collection.html")]
struct CollectionPage<'a> {
    frame: Frame<'a>,
    title: &'a str,
    seo_title: &'a str,
    seo_description: Option<&'a str>,
    image: Option<Cow<'a, Image>>,
    /// As HTML.
    description: String,
    /// The first paragraph of it, escaped.
    summary: String,
    /// What search engines are told where there is none.
    described: String,
    /// Those that it is in, from the top.
    crumbs: Vec<Link<'a>>,
    children: Vec<Link<'a>>,
    tiles: Vec<Tile<'a>>,
    /// The same as a list that can be filtered and sorted.
    list_url: String,
    previous_url: Option<String>,
    next_url: Option<String>,
}

/// The answer to a `GET`; `None` if it is about no collection.
pub fn answer(snapshot: &Snapshot, reading: &Reading) -> Option<Result<ReadAnswer, Problem>> {
    let rest = reading.path.strip_prefix("/collections")?;
    if rest.is_empty() {
        return Some(ready(snapshot, &all(snapshot, reading)));
    }
    let name = rest.strip_prefix('/').filter(|name| !name.is_empty() && !name.contains('/'))?;
    let all = &snapshot.collections;
    let found = all.find(name).and_then(|n| Some((n, all.get(n)?))).ok_or_else(Problem::not_found);
    Some(found.and_then(|(n, collection)| match collection.was_called(name) {
        true => Ok(ReadAnswer::moved(snapshot, HTML, collection_url(collection), reading.query)),
        false => {
            let page = page(snapshot, reading, n, collection);
            Ok(ready(snapshot, &page)?.showing(shown(&page.tiles)))
        }
    }))
}

fn all<'a>(snapshot: &'a Snapshot, reading: &Reading) -> CollectionsPage<'a> {
    let (all, language) = (&snapshot.collections, reading.visitor.language);
    let top = all.shown().filter(|(n, _)| all.above(*n).next().is_none());
    let top: Vec<_> =
        top.map(|(n, collection)| (Link::new(collection, language), children(all, n, language))).collect();
    let frame = Frame::of_catalog(snapshot, reading, true);
    let description = frame.described(frame.w.collections, top.iter().map(|(link, _)| link.title));
    CollectionsPage { frame, description, top }
}

fn page<'a>(snapshot: &'a Snapshot, reading: &Reading, n: usize, collection: &'a Collection) -> CollectionPage<'a> {
    let (all, visitor) = (&snapshot.collections, &reading.visitor);
    let its_own = (COLLECTION.to_owned(), collection.slug.clone());
    let said = Visitor::said(reading.query);
    let list_url = url(&[std::slice::from_ref(&its_own), said.as_slice()].concat());
    // Links from elsewhere bring parameters of their own, which mean nothing here.
    let mut pairs: Vec<_> = form_urlencoded::parse(reading.query.as_bytes()).into_owned().collect();
    pairs.retain(|(name, _)| matches!(name.as_str(), CURSOR | BEFORE));
    let is_first = pairs.is_empty();
    pairs.push(its_own);
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let page = listing::page(snapshot, &Asked::parse(snapshot, visitor, &query).list);
    let at = |place: &str, cursor: String| {
        let pairs = said.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain([(place, cursor.as_str())]);
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("{}?{query}", collection_url(collection))
    };
    let mut crumbs: Vec<_> =
        all.above(n).filter_map(|n| all.get(n)).map(|above| Link::new(above, visitor.language)).collect();
    crumbs.reverse();
    let texts = collection.texts(Some(visitor.language));
    let description = markdown::rendered(texts.description);
    let highlighter = Highlighter::new("");
    let tiles: Vec<_> = page.items.into_iter().map(|listed| Tile::new(listed, visitor, &highlighter)).collect();
    let frame = Frame::of_catalog(snapshot, reading, is_first);
    CollectionPage {
        described: frame.described(texts.title, tiles.iter().map(|tile| tile.called)),
        frame,
        title: texts.title,
        seo_title: texts.seo_title.unwrap_or(texts.title),
        seo_description: texts.seo_description,
        image: collection.image.as_ref().map(|image| texts.image(image)),
        summary: markdown::summary(&description),
        description,
        crumbs,
        children: children(all, n, visitor.language),
        tiles,
        list_url,
        previous_url: page.previous_cursor.map(|cursor| at(BEFORE, cursor)),
        next_url: page.next_cursor.map(|cursor| at(CURSOR, cursor)),
    }
}

/// Those that are in a collection, in their order.
fn children(all: &Collections, n: usize, language: Language) -> Vec<Link<'_>> {
    all.below(n).filter_map(|n| all.get(n)).map(|below| Link::new(below, language)).collect()
}

pub fn collection_url(collection: &Collection) -> String {
    format!("/collections/{}", slug::in_address(&collection.slug))
}

impl<'a> Link<'a> {
    fn new(collection: &'a Collection, language: Language) -> Self {
        let texts = collection.texts(Some(language));
        let image = collection.image.as_ref().map(|image| texts.image(image));
        Self { url: collection_url(collection), title: texts.title, image }
    }
}

#[cfg(test)]
#[path = "collections_tests.rs"]
mod tests;
