//! The pages that are the same for everyone: pure functions of the snapshot.
//! The router's handler and the edge's synchronous path both answer with them.

use askama::Template;

use super::collections;
use super::parts::{ErrorSummary, Short, SummaryItem, price_note, sentence, variant_label};
use crate::catalog::slug;
use crate::ids::VariantId;
use crate::money::{Currency, Money};
use crate::problem::Problem;
use crate::shelf::list_query::ListQuery;
use crate::shelf::listing::{self, Listed};
use crate::shelf::name::Name;
use crate::shelf::read::ReadAnswer;
use crate::shelf::snapshot::{self, Image, Level, PriceRange, Snapshot};
use crate::text::markdown;

const HTML: &str = "text/html; charset=utf-8";

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    shop_name: &'a str,
    price_note: &'static str,
    products: Vec<Card<'a>>,
    next_url: Option<String>,
}

/// A product as lists show it.
pub struct Card<'a> {
    pub url: String,
    pub title: &'a str,
    pub vendor: &'a str,
    pub price: String,
    pub price_before: Option<String>,
    pub image: Option<&'a Image>,
    pub availability_label: &'static str,
    pub availability_class: &'static str,
}

#[derive(Template)]
#[template(path = "product.html")]
pub struct ProductPage<'a> {
    shop_name: &'a str,
    price_note: &'static str,
    title: &'a str,
    /// What search engines are told instead of the title, and of the first paragraph.
    seo: [Option<&'a str>; 2],
    vendor: &'a str,
    price: String,
    price_before: Option<String>,
    images: &'a [Image],
    /// HTML, as is its first paragraph.
    description: String,
    summary: String,
    choice_label: String,
    variants: Vec<VariantChoice>,
    sold_out: bool,
    availability_label: &'static str,
    availability_class: &'static str,
    error_summary: Option<ErrorSummary>,
    invalid_quantity: Option<String>,
    /// As it stands in the field.
    quantity: String,
}

struct VariantChoice {
    id: String,
    label: String,
    price: String,
    price_before: Option<String>,
    sold_out: bool,
    selected: bool,
}

/// The answer to `GET path?query`. `None`: not one of these pages. A problem
/// is the router's to show: it knows the request's id.
pub fn answer(snapshot: &Snapshot, path: &str, query: &str) -> Option<Result<ReadAnswer, Problem>> {
    if path == "/" {
        return Some(home(snapshot, query));
    }
    if let Some(answer) = collections::answer(snapshot, path, query) {
        return Some(answer);
    }
    let slug = path.strip_prefix("/products/")?;
    let is_slug = !slug.is_empty() && !slug.contains('/');
    is_slug.then(|| product(snapshot, slug, query))
}

/// The product that a page is about, if there can be one.
pub fn name(path: &str) -> Option<Name> {
    Name::slug(path.strip_prefix("/products/")?)
}

fn home(snapshot: &Snapshot, query: &str) -> Result<ReadAnswer, Problem> {
    // Links from elsewhere bring parameters of their own, which mean nothing here.
    let mut parameters = form_urlencoded::parse(query.as_bytes());
    let cursor = parameters.find_map(|(name, value)| (name == "cursor").then_some(value));
    let list = match cursor {
        None => ListQuery::new(snapshot),
        Some(cursor) => {
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("cursor", &cursor).finish();
            // A page of a list that is no more.
            ListQuery::parse(snapshot, &query).map_err(|_| Problem::not_found())?
        }
    };
    let page = listing::page(snapshot, &list);
    let home = Home {
        shop_name: &snapshot.settings.shop_name,
        price_note: price_note(&snapshot.settings),
        products: page.items.iter().map(Card::from).collect(),
        next_url: page.next_cursor.map(|cursor| format!("/?cursor={cursor}")),
    };
    ready(snapshot, &home)
}

fn product(snapshot: &Snapshot, slug: &str, query: &str) -> Result<ReadAnswer, Problem> {
    let name = Name::slug(slug).ok_or_else(Problem::not_found)?;
    let product = snapshot.named(&name).ok_or_else(Problem::not_found)?;
    if name.is_former(product) {
        return Ok(ReadAnswer::moved(snapshot, HTML, product_url(product), query));
    }
    let page = ProductPage::new(snapshot, product, None).ok_or_else(Problem::not_found)?;
    ready(snapshot, &page)
}

pub(super) fn ready(snapshot: &Snapshot, page: &impl Template) -> Result<ReadAnswer, Problem> {
    let html = page.render().map_err(|error| Problem::internal(error.to_string()))?;
    Ok(ReadAnswer::new(snapshot, HTML, html.into_bytes()))
}

impl<'a> From<&Listed<'a>> for Card<'a> {
    fn from(listed: &Listed<'a>) -> Self {
        let product = listed.product;
        let (availability_label, availability_class) = availability(product.level);
        Self {
            url: product_url(product),
            title: &product.title,
            vendor: product.vendor.as_deref().unwrap_or(""),
            price: price_label(listed.price),
            price_before: product.compare_at(listed.price.from.currency).map(Money::display),
            image: product.images.first(),
            availability_label,
            availability_class,
        }
    }
}

impl<'a> ProductPage<'a> {
    /// `None` if the product is not sold in the shop's currency. `problem`: why
    /// nothing was put into the cart.
    pub fn new(snapshot: &'a Snapshot, product: &'a snapshot::Product, problem: Option<&Problem>) -> Option<Self> {
        let currency = snapshot.settings.default_currency;
        let (availability_label, availability_class) = availability(product.level);
        let variants = choices(product, currency);
        let sold_out = variants.iter().all(|variant| variant.sold_out);
        let text = problem.map(|problem| sentence(&problem.detail));
        let about_quantity =
            problem.is_some_and(|problem| problem.errors.iter().any(|e| e.pointer.ends_with("quantity")));
        let invalid_quantity = text.clone().filter(|_| about_quantity && !sold_out);
        let error_summary = match &invalid_quantity {
            Some(text) => {
                let item = SummaryItem { field: "quantity".to_owned(), text: text.clone() };
                Some(ErrorSummary { text: String::new(), items: vec![item] })
            }
            None => text.map(|text| ErrorSummary { text, items: Vec::new() }),
        };
        let description = markdown::rendered(&product.description);
        Some(Self {
            shop_name: &snapshot.settings.shop_name,
            price_note: price_note(&snapshot.settings),
            title: &product.title,
            seo: [product.seo_title.as_deref(), product.seo_description.as_deref()],
            vendor: product.vendor.as_deref().unwrap_or(""),
            price: price_label(product.price_range(currency)?),
            price_before: product.compare_at(currency).map(Money::display),
            images: &product.images,
            summary: markdown::summary(&description),
            description,
            choice_label: choice_label(product),
            sold_out,
            variants,
            availability_label,
            availability_class,
            error_summary,
            invalid_quantity,
            quantity: "1".to_owned(),
        })
    }

    /// With this variant chosen.
    pub fn wanting(mut self, variant: VariantId) -> Self {
        let id = variant.to_string();
        for choice in &mut self.variants {
            choice.selected = choice.id == id;
        }
        self
    }

    /// With this in the field.
    pub fn with_quantity(self, quantity: String) -> Self {
        Self { quantity, ..self }
    }

    /// With what the variant's pool has, which the catalog may not know yet.
    pub fn with_left(mut self, variant: VariantId, short: Short) -> Self {
        let left = short.left;
        let id = variant.to_string();
        for choice in self.variants.iter_mut().filter(|choice| choice.id == id) {
            choice.sold_out = left == 0;
            choice.selected &= left > 0;
        }
        self.sold_out = self.variants.iter().all(|choice| choice.sold_out);
        if self.availability_class == availability(Level::Out).1 {
            (self.availability_label, self.availability_class) = availability(Level::of(left));
        }
        self.error_summary = Some(ErrorSummary { text: short.text(), items: Vec::new() });
        if left > 0 { self.with_quantity(left.to_string()) } else { self }
    }
}

pub fn product_url(product: &snapshot::Product) -> String {
    format!("/products/{}", slug::in_address(&product.slug))
}

/// The variants that are sold in the currency; the first that is there is chosen.
fn choices(product: &snapshot::Product, currency: Currency) -> Vec<VariantChoice> {
    let chosen = product.variants.iter().find(|variant| !variant.level.is_out() && variant.price(currency).is_some());
    let choice = |variant: &snapshot::Variant| {
        Some(VariantChoice {
            id: variant.id.to_string(),
            label: variant_label(product, variant),
            price: variant.price(currency)?.display(),
            price_before: variant.compare_at(currency).map(Money::display),
            sold_out: variant.level.is_out(),
            selected: chosen.is_some_and(|chosen| chosen.id == variant.id),
        })
    };
    product.variants.iter().filter_map(choice).collect()
}

fn choice_label(product: &snapshot::Product) -> String {
    let names: Vec<&str> = product.options.iter().map(|option| option.name.as_str()).collect();
    if names.is_empty() { "Choose one".to_owned() } else { names.join(" / ") }
}

fn price_label(range: PriceRange) -> String {
    let from = range.from.display();
    if range.from == range.to { from } else { format!("from {from}") }
}

fn availability(level: Level) -> (&'static str, &'static str) {
    match level {
        Level::InStock => ("In stock", "in"),
        Level::Low => ("Only a few left", "low"),
        Level::Out => ("Sold out", "out"),
    }
}

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;
