//! The answers that anonymous buyers get: pure functions of the snapshot and
//! the request's target. The router's handlers and the edge's synchronous
//! path both answer with them.

use std::borrow::Cow;
use std::hash::Hasher;

use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::collection_read::{self, CollectionName};
use super::list_query::{self, ListQuery};
use super::listing::{self, Listed};
use super::name::Name;
use super::near::{self, NearList};
use super::related::{RelatedQuery, related};
use super::search::{Highlighter, Piece};
use super::selection::Facet;
use super::snapshot::Snapshot;
use super::suggest;
use crate::catalog::product::{Image, Level, Part, PriceRange, Product, named_options};
use crate::catalog::slug;
use crate::ids::{ProductId, VariantId};
use crate::json;
use crate::money::{Currency, Money};
use crate::pricing::tiers::Tier;
use crate::problem::Problem;
use crate::sorted::SortedMap;
use crate::text::{Language, markdown};
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
        let mut hasher = std::hash::DefaultHasher::new();
        hasher.write(&body);
        Self {
            status: StatusCode::OK,
            content_type,
            etag: format!("\"{}-{:016x}\"", snapshot.version, hasher.finish()),
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

/// A page of products.
#[derive(Serialize, JsonSchema)]
pub struct ProductList<'a> {
    pub items: Vec<ProductItem<'a>>,
    pub next_cursor: Option<String>,
    /// How many products there are on all pages.
    pub total: usize,
    /// What the list can be narrowed by, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facets: Option<Vec<Facet>>,
    /// What comes near, where a search finds nothing and its filters leave something: at most twelve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub near: Option<NearList<'a>>,
}

/// What goes with a product, or with several; the best first.
#[derive(Serialize, JsonSchema)]
pub struct RelatedList<'a> {
    pub items: Vec<ProductItem<'a>>,
}

/// A product as lists show it.
#[derive(Serialize, JsonSchema)]
pub struct ProductItem<'a> {
    pub id: ProductId,
    pub slug: &'a str,
    pub title: &'a str,
    pub vendor: Option<&'a str>,
    /// What kind of thing it is.
    #[serde(rename = "type")]
    pub kind: Option<&'a str>,
    pub price: PriceRange,
    /// What the first variant at the price `from` cost before, if that was more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare_at: Option<Money>,
    /// If that is on sale: its lowest price of the 30 days before, to be shown beside a reduction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lowest_30_days: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Cow<'a, Image>>,
    pub available: Level,
    /// Whether whatever can be had of it has yet to come.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_backorder: bool,
    pub tags: &'a [String],
    /// The title in pieces, with those that were looked for: if there was a `q`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highlights: Option<Vec<Piece<'a>>>,
}

/// A product with everything buyers may know.
#[derive(Serialize, JsonSchema)]
pub struct ProductDetail<'a> {
    pub id: ProductId,
    pub slug: &'a str,
    pub title: &'a str,
    pub description: &'a str,
    /// The description as HTML: what of it is Markdown laid out, all else as it stands.
    pub description_html: String,
    pub vendor: Option<&'a str>,
    /// What kind of thing it is.
    #[serde(rename = "type")]
    pub kind: Option<&'a str>,
    /// What search engines are to be told instead of the title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seo_title: Option<&'a str>,
    /// What search engines are to be told it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seo_description: Option<&'a str>,
    pub tags: &'a [String],
    /// `null` if no variant is sold in the currency.
    pub price: Option<PriceRange>,
    /// What the first variant at the price `from` cost before, if that was more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare_at: Option<Money>,
    /// If that is on sale: its lowest price of the 30 days before, to be shown beside a reduction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lowest_30_days: Option<Money>,
    pub available: Level,
    /// Whether whatever can be had of it has yet to come.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_backorder: bool,
    pub options: Vec<OptionDetail<'a>>,
    pub variants: Vec<VariantDetail<'a>>,
    pub images: Cow<'a, [Image]>,
    /// Also those that they are in.
    pub collections: Vec<CollectionName<'a>>,
}

/// What the variants of a product differ by. Filters and variants know it by its name and its
/// values, in whatever language it is read.
#[derive(Serialize, JsonSchema)]
pub struct OptionDetail<'a> {
    pub name: &'a str,
    pub values: &'a [String],
    /// What to call it in the language that was asked for, where that is not its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    /// What to call values in it, by the value, where that is something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub titles: Option<&'a SortedMap<String, String>>,
}

#[derive(Serialize, JsonSchema)]
pub struct VariantDetail<'a> {
    pub id: VariantId,
    pub sku: &'a str,
    pub title: Cow<'a, str>,
    /// The value of each option, by the option's name.
    pub options: SortedMap<&'a str, &'a str>,
    /// `null` if it is not sold in the currency.
    pub price: Option<Money>,
    /// What it cost before, if that was more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare_at: Option<Money>,
    /// If it is on sale: its lowest price of the 30 days before, to be shown beside a reduction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lowest_30_days: Option<Money>,
    /// What each costs where a line has so many pieces: lower than `price`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<Tier>,
    pub available: Level,
    /// What each piece of a bundle is made of; absent of what is none.
    #[serde(default, skip_serializing_if = "<[Part]>::is_empty")]
    pub parts: &'a [Part],
    /// Whether what can be had of it has yet to come.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_backorder: bool,
    /// The address of the one of the product's images that shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<&'a str>,
}

impl<'a> ProductItem<'a> {
    pub(super) fn new(listed: &Listed<'a>, language: Option<Language>, highlighter: Option<&Highlighter>) -> Self {
        let product = listed.product;
        let texts = product.texts(language);
        Self {
            id: product.id,
            slug: &product.slug,
            title: texts.title,
            vendor: product.vendor.as_deref(),
            kind: product.kind.as_deref(),
            price: listed.price,
            compare_at: product.compare_at(listed.price.from.currency),
            lowest_30_days: product.lowest(listed.price.from.currency),
            image: product.images.first().map(|image| texts.image(image)),
            available: product.level,
            on_backorder: product.is_on_backorder(),
            tags: &product.tags,
            highlights: highlighter.map(|highlighter| highlighter.pieces(texts.title)),
        }
    }
}

impl<'a> ProductDetail<'a> {
    pub fn new(snapshot: &'a Snapshot, product: &'a Product, currency: Currency, language: Option<Language>) -> Self {
        let texts = product.texts(language);
        let options = product.options.iter().map(|option| OptionDetail {
            name: &option.name,
            values: &option.values,
            title: texts.option(&option.name),
            titles: texts.values(&option.name),
        });
        let variants = product.variants.iter().map(|variant| VariantDetail {
            id: variant.id,
            sku: &variant.sku,
            title: texts.variant(&product.options, variant),
            options: named_options(product, &variant.options),
            price: variant.price(currency),
            compare_at: variant.compare_at(currency),
            lowest_30_days: variant.lowest(currency),
            tiers: variant.lower_tiers(currency),
            available: variant.level,
            parts: &variant.parts,
            on_backorder: variant.backorder,
            image: product.image_of(variant).map(|image| &*image.url),
        });
        Self {
            id: product.id,
            slug: &product.slug,
            title: texts.title,
            description: texts.description,
            // Once for each answer, which the edge keeps: in the snapshot it would take as much again as the text.
            description_html: markdown::rendered(texts.description),
            vendor: product.vendor.as_deref(),
            kind: product.kind.as_deref(),
            seo_title: texts.seo_title,
            seo_description: texts.seo_description,
            tags: &product.tags,
            price: product.price_range(currency),
            compare_at: product.compare_at(currency),
            lowest_30_days: product.lowest(currency),
            available: product.level,
            on_backorder: product.is_on_backorder(),
            options: options.collect(),
            variants: variants.collect(),
            images: texts.images(&product.images),
            collections: collection_read::named(snapshot, product, language),
        }
    }
}

fn list_products(snapshot: &Snapshot, query: &str) -> Result<ReadAnswer, Problem> {
    let query = ListQuery::parse(snapshot, query)?;
    let page = listing::page(snapshot, &query);
    let highlighter = query.filter.sought.as_deref().map(Highlighter::new);
    let near = if page.total == 0 { near::near(snapshot, &query) } else { None };
    let shown = page.items.iter().chain(near.iter().flat_map(|near| &near.items));
    let shows = shown.map(|listed| listed.product.id).collect();
    let list = ProductList {
        near: near.map(|near| NearList::of(near, query.language)),
        items: page.items.iter().map(|listed| ProductItem::new(listed, query.language, highlighter.as_ref())).collect(),
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
    let shows = related.iter().map(|listed| listed.product.id).collect();
    let items = related.iter().map(|listed| ProductItem::new(listed, query.language, None));
    Ok(ready(snapshot, &RelatedList { items: items.collect() })?.showing(shows))
}

pub fn ready(snapshot: &Snapshot, body: &impl Serialize) -> Result<ReadAnswer, Problem> {
    let body = json::text(body).into_bytes();
    Ok(ReadAnswer::new(snapshot, "application/json", body))
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
