//! The pages that are the same for everyone: pure functions of the snapshot.
//! The router's handler and the edge's synchronous path both answer with them.

use askama::Template;

use super::choosing::Choosing;
use super::collections;
use super::feeds;
use super::list::ListPage;
use super::product::ProductPage;
use super::tile::product_url;
use super::visitor::{VARY, Visitor};
use crate::problem::Problem;
use crate::shelf::name::Name;
use crate::shelf::read::ReadAnswer;
use crate::shelf::snapshot::Snapshot;

pub(super) const HTML: &str = "text/html; charset=utf-8";
/// The fields of an address that are looked at: it may have some from elsewhere.
const MAX_FIELDS: usize = 50;

/// A page that is asked for: by whom, and where.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    pub visitor: Visitor,
    /// Where people reach the shop, without a slash at its end; empty where nobody
    /// has said it.
    pub site: &'a str,
    pub path: &'a str,
    pub query: &'a str,
}

/// The answer to `GET path?query`. `None`: neither one of these pages nor a feed. A problem
/// is the router's to show: it knows the request's id.
pub fn answer(snapshot: &Snapshot, reading: &Reading) -> Option<Result<ReadAnswer, Problem>> {
    if let Some(feed) = feeds::answer(snapshot, reading.site, reading.path, reading.query) {
        return Some(feed);
    }
    let reading = Reading { visitor: reading.visitor.at(reading.query), ..*reading };
    if let Some(answer) = collections::answer(snapshot, &reading) {
        return Some(answer);
    }
    let page = match reading.path {
        "/" => list(snapshot, &ListPage::home(snapshot, &reading)),
        "/products" => list(snapshot, &ListPage::new(snapshot, &reading)),
        path => {
            let slug = path.strip_prefix("/products/")?;
            let is_slug = !slug.is_empty() && !slug.contains('/');
            is_slug.then(|| product(snapshot, &reading, slug))?
        }
    };
    Some(page)
}

/// The product that a page is about, if there can be one.
pub fn name(path: &str) -> Option<Name> {
    Name::slug(path.strip_prefix("/products/")?)
}

fn product(snapshot: &Snapshot, reading: &Reading, slug: &str) -> Result<ReadAnswer, Problem> {
    let name = Name::slug(slug).ok_or_else(Problem::not_found)?;
    let product = snapshot.named(&name).ok_or_else(Problem::not_found)?;
    if name.is_former(product) {
        return Ok(ReadAnswer::moved(snapshot, HTML, product_url(product), reading.query));
    }
    let fields: Vec<_> = form_urlencoded::parse(reading.query.as_bytes()).into_owned().take(MAX_FIELDS).collect();
    let currency = reading.visitor.currency(&snapshot.settings);
    let choosing = Choosing::new(product, currency, &fields).ok_or_else(Problem::not_found)?;
    let page = ProductPage::new(snapshot, reading, &choosing).at_home(snapshot, reading);
    Ok(ready(snapshot, &page)?.showing(page.shows()))
}

fn list(snapshot: &Snapshot, page: &ListPage) -> Result<ReadAnswer, Problem> {
    Ok(ready(snapshot, page)?.showing(page.shows()))
}

pub(super) fn ready(snapshot: &Snapshot, page: &impl Template) -> Result<ReadAnswer, Problem> {
    let html = page.render().map_err(|error| Problem::internal(error.to_string()))?;
    Ok(ReadAnswer { vary: VARY, ..ReadAnswer::new(snapshot, HTML, html.into_bytes()) })
}

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;
