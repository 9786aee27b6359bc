//! The answers that anonymous buyers get: pure functions of the snapshot and
//! the request's target. The router's handlers and the edge's synchronous
//! path both answer with them.

use http::StatusCode;
use serde::Serialize;

use super::collection_read;
use super::list_query::{self, ListQuery};
use super::listing;
use super::name::Name;
use super::near::{self, NearList};
use super::related::{RelatedQuery, related};
use super::search::Highlighter;
use super::snapshot::Snapshot;
use super::suggest;
use super::terms::digest;
use super::views::{ProductDetail, ProductItem, ProductList, RelatedList};
use crate::catalog::product::Product;
use crate::catalog::slug;
use crate::ids::ProductId;
use crate::json;
use crate::problem::Problem;
use crate::wire::conditional::none_match_holds;

/// A browser asks each time and mostly hears 304, so that whoever changes a
/// price and reloads sees it. A shared cache may keep an answer five seconds:
/// at most 6.5 s from a change to every buyer, and an order is priced anew
/// anyway. No `stale-while-revalidate`: asking costs a memory read nearby, and
/// browsers that honour it would show an old price after a reload.
pub const CACHE_CONTROL: &str = "public, max-age=0, s-maxage=5";

/// The same of what the copy does not have yet: it was made a moment ago, and
/// may well be changed in the next.
pub const CACHE_CONTROL_BEYOND: &str = "public, max-age=0, s-maxage=1";

/// An answer ready to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadAnswer {
    pub status: StatusCode,
    pub content_type: &'static str,
    pub body: Vec<u8>,
    /// Strong: of the version and the bytes.
    pub etag: String,
    pub cache_control: &'static str,
    pub catalog_version: String,
    /// Where what was asked for is found now.
    pub location: Option<String>,
    /// The headers of a request that it differs by; none if it is the same for all.
    pub vary: &'static str,
    /// The products whose prices are in it.
    pub shows: Vec<ProductId>,
}

impl ReadAnswer {
    pub fn new(snapshot: &Snapshot, content_type: &'static str, body: Vec<u8>) -> Self {
        // Names bytes, keeps no secret: 64 bits beside the version are plenty.
        Self {
            status: StatusCode::OK,
            content_type,
            etag: format!("\"{}-{:016x}\"", snapshot.version, digest(&body)),
            body,
            cache_control: CACHE_CONTROL,
            catalog_version: snapshot.version.clone(),
            location: None,
            vary: "",
            shows: Vec::new(),
        }
    }

    #[must_use]
    pub fn showing(self, shows: Vec<ProductId>) -> Self {
        Self { shows, ..self }
    }

    /// What has another address now. Not kept for longer than any other answer: the
    /// next product may be called so.
    pub fn moved(snapshot: &Snapshot, content_type: &'static str, path: String, query: &str) -> Self {
        let location = if query.is_empty() { path } else { format!("{path}?{query}") };
        let location = Some(location);
        Self { status: StatusCode::MOVED_PERMANENTLY, location, ..Self::new(snapshot, content_type, Vec::new()) }
    }

    /// The answer to a conditional request: 304 without a body if the client
    /// has these bytes.
    #[must_use]
    pub fn unless_matched(self, if_none_match: Option<&str>) -> Self {
        if if_none_match.is_some_and(|header| none_match_holds(header, &self.etag)) {
            Self { status: StatusCode::NOT_MODIFIED, body: Vec::new(), ..self }
        } else {
            self
        }
    }
}

/// The answer to `GET path?query`. `None`: not a path of the catalog's. The
/// pure target without conditions; see [`ReadAnswer::unless_matched`].
pub fn answer(snapshot: &Snapshot, path: &str, query: &str) -> Option<Result<ReadAnswer, Problem>> {
    if path == "/v1/products" {
        return Some(list_products(snapshot, query));
    }
    if path == "/v1/suggestions" {
        return Some(suggest(snapshot, query));
    }
    if path == "/v1/search/suggestions" {
        let found = suggest::parse(query).map(|typed| suggest::suggestions(snapshot, &typed));
        return Some(found.and_then(|found| ready(snapshot, &found)));
    }
    if let Some(answer) = collection_read::answer(snapshot, path, query) {
        return Some(answer);
    }
    let name = path.strip_prefix("/v1/products/")?;
    if let Some(name) = name.strip_suffix("/related") {
        return Some(list_related(snapshot, name, query));
    }
    let is_product = !name.is_empty() && !name.contains('/');
    is_product.then(|| get_product(snapshot, name, query))
}

/// The product that the path is about, if there can be one.
pub fn name(path: &str) -> Option<Name> {
    let name = path.strip_prefix("/v1/products/")?;
    Name::of_product(name.strip_suffix("/related").unwrap_or(name))
}

fn list_products(snapshot: &Snapshot, query: &str) -> Result<ReadAnswer, Problem> {
    let query = ListQuery::parse(snapshot, query)?;
    let page = listing::page(snapshot, &query);
    let highlighter = query.filter.sought.as_deref().map(Highlighter::new);
    let near = if page.total == 0 { near::near(snapshot, &query) } else { None };
    let shown = page.items.iter().chain(near.iter().flat_map(|near| &near.items));
    let shows = shown.map(|listed| listed.card.id).collect();
    let list = ProductList {
        near: near.map(|near| NearList::of(near, query.language)),
        items: page
            .items
            .into_iter()
            .map(|item| ProductItem::new(item, query.language, highlighter.as_ref()))
            .collect(),
        next_cursor: page.next_cursor,
        total: page.total,
        facets: page.facets,
    };
    Ok(ready(snapshot, &list)?.showing(shows))
}

fn get_product(snapshot: &Snapshot, name: &str, query: &str) -> Result<ReadAnswer, Problem> {
    let (mut currency, mut language) = (None, None);
    for (parameter, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*parameter {
            "currency" if currency.is_none() => currency = Some(list_query::currency(snapshot, &value)?),
            "locale" if language.is_none() => language = Some(list_query::locale(&value)?),
            _ => return Err(Problem::invalid_field(parameter, "there is no such parameter, or it is there twice")),
        }
    }
    let currency = currency.unwrap_or(snapshot.settings.default_currency);
    let name = Name::of_product(name).ok_or_else(Problem::not_found)?;
    let product = snapshot.named(&name).ok_or_else(Problem::not_found)?;
    if name.is_former(product) {
        let path = format!("/v1/products/{}", slug::in_address(&product.slug));
        return Ok(ReadAnswer::moved(snapshot, "application/json", path, query));
    }
    Ok(ready(snapshot, &ProductDetail::new(snapshot, product, currency, language))?.showing(vec![product.id]))
}

/// What goes with one product.
fn list_related(snapshot: &Snapshot, name: &str, query: &str) -> Result<ReadAnswer, Problem> {
    let query = RelatedQuery::parse(snapshot, query, false)?;
    let name = Name::of_product(name).ok_or_else(Problem::not_found)?;
    let product = snapshot.named(&name).ok_or_else(Problem::not_found)?;
    answer_related(snapshot, &query, &[product])
}

/// What goes with several together. Those that are not on sale any more are passed over.
fn suggest(snapshot: &Snapshot, query: &str) -> Result<ReadAnswer, Problem> {
    let query = RelatedQuery::parse(snapshot, query, true)?;
    let of: Vec<&Product> = query.products.iter().filter_map(|id| snapshot.by_id(*id)).collect();
    answer_related(snapshot, &query, &of)
}

fn answer_related(snapshot: &Snapshot, query: &RelatedQuery, of: &[&Product]) -> Result<ReadAnswer, Problem> {
    let related = related(snapshot, query.currency, of, query.limit);
    let shows = related.iter().map(|listed| listed.card.id).collect();
    let items = related.into_iter().map(|listed| ProductItem::new(listed, query.language, None));
    Ok(ready(snapshot, &RelatedList { items: items.collect() })?.showing(shows))
}

pub fn ready(snapshot: &Snapshot, body: &impl Serialize) -> Result<ReadAnswer, Problem> {
    let body = json::text(body).into_bytes();
    Ok(ReadAnswer::new(snapshot, "application/json", body))
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
