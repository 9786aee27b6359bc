//! The pages that are the same for everyone: pure functions of the snapshot.
//! The router's handler and the edge's synchronous path both answer with them.

use askama::Template;

use super::collections;
use super::frame::Frame;
use super::list::ListPage;
use super::parts::{ErrorSummary, Short, SummaryItem, sentence, variant_label};
use super::tile::{Stock, price_label, product_url};
use super::visitor::{VARY, Visitor};
use crate::ids::VariantId;
use crate::money::Currency;
use crate::problem::Problem;
use crate::shelf::name::Name;
use crate::shelf::read::ReadAnswer;
use crate::shelf::snapshot::{self, Image, Level, Snapshot};
use crate::text::markdown;

const HTML: &str = "text/html; charset=utf-8";

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

#[derive(Template)]
#[template(path = "product.html")]
pub struct ProductPage<'a> {
    frame: Frame<'a>,
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
    stock: Stock,
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
pub fn answer(snapshot: &Snapshot, reading: &Reading) -> Option<Result<ReadAnswer, Problem>> {
    let reading = Reading { visitor: reading.visitor.at(reading.query), ..*reading };
    if let Some(answer) = collections::answer(snapshot, &reading) {
        return Some(answer);
    }
    let page = match reading.path {
        "/" => ready(snapshot, &ListPage::home(snapshot, &reading.visitor)),
        "/products" => ready(snapshot, &ListPage::new(snapshot, &reading.visitor, reading.query)),
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
    let page = ProductPage::new(snapshot, &reading.visitor, product, None).ok_or_else(Problem::not_found)?;
    ready(snapshot, &page)
}

pub(super) fn ready(snapshot: &Snapshot, page: &impl Template) -> Result<ReadAnswer, Problem> {
    let html = page.render().map_err(|error| Problem::internal(error.to_string()))?;
    Ok(ReadAnswer { vary: VARY, ..ReadAnswer::new(snapshot, HTML, html.into_bytes()) })
}

impl<'a> ProductPage<'a> {
    /// `None` if the product is not sold in the shop's currency. `problem`: why
    /// nothing was put into the cart.
    pub fn new(
        snapshot: &'a Snapshot,
        visitor: &Visitor,
        product: &'a snapshot::Product,
        problem: Option<&Problem>,
    ) -> Option<Self> {
        let currency = visitor.currency(&snapshot.settings);
        let variants = choices(product, currency, visitor);
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
            frame: Frame::new(snapshot, visitor),
            title: &product.title,
            seo: [product.seo_title.as_deref(), product.seo_description.as_deref()],
            vendor: product.vendor.as_deref().unwrap_or(""),
            price: price_label(visitor, product.price_range(currency)?),
            price_before: product.compare_at(currency).map(|before| before.display_in(visitor.language)),
            images: &product.images,
            summary: markdown::summary(&description),
            description,
            choice_label: choice_label(product),
            sold_out,
            variants,
            stock: Stock::of(visitor.words(), product.level),
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
        if self.stock.class == Stock::of(self.frame.w, Level::Out).class {
            self.stock = Stock::of(self.frame.w, Level::of(left));
        }
        self.error_summary = Some(ErrorSummary { text: short.text(), items: Vec::new() });
        if left > 0 { self.with_quantity(left.to_string()) } else { self }
    }
}

/// The variants that are sold in the currency; the first that is there is chosen.
fn choices(product: &snapshot::Product, currency: Currency, visitor: &Visitor) -> Vec<VariantChoice> {
    let chosen = product.variants.iter().find(|variant| !variant.level.is_out() && variant.price(currency).is_some());
    let choice = |variant: &snapshot::Variant| {
        Some(VariantChoice {
            id: variant.id.to_string(),
            label: variant_label(product, variant),
            price: variant.price(currency)?.display_in(visitor.language),
            price_before: variant.compare_at(currency).map(|before| before.display_in(visitor.language)),
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

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;
