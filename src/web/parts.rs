//! What several pages show: pictures, lines, sums, choices, what went wrong.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};

use crate::orders::error::ShortLine;
use crate::orders::order::{self, LineId};
use crate::orders::view::LineView;
use crate::ports::Timestamp;
use crate::problem::Problem;
use crate::shelf::snapshot::{Image, Product, Snapshot, Variant};

/// Why nothing was held.
pub const STOCK_UNAVAILABLE: &str = "The stock could not be reached. Nothing was charged. Please try again.";

pub struct SummaryLine {
    pub title: String,
    pub variant: String,
    pub quantity: u32,
    pub total: String,
    pub image: Option<Image>,
}

pub struct Totals {
    pub rows: Vec<TotalRow>,
    pub total: String,
}

pub struct TotalRow {
    pub label: &'static str,
    pub amount: String,
}

/// One of several radio buttons.
pub struct Choice {
    pub id: String,
    pub label: String,
    pub price: String,
    pub selected: bool,
}

/// A time to come. The page does not know the buyer's clock, so it says how
/// long there is, too.
pub struct Moment {
    pub iso: String,
    pub words: String,
}

impl Moment {
    /// None once it is past.
    pub fn until(at: Timestamp, now: Timestamp) -> Option<Self> {
        let left = Some(at.since(now)).filter(|left| *left > 0)?;
        let iso = at.to_string();
        let clock = iso.get(11..16).unwrap_or_default();
        let words = match (left + 30_000) / 60_000 {
            0 => format!("for less than a minute, until {clock} UTC"),
            1 => format!("for about a minute, until {clock} UTC"),
            minutes => format!("for about {minutes} minutes, until {clock} UTC"),
        };
        Some(Self { iso, words })
    }
}

/// What went wrong, at the top of the page: it takes the focus and leads to
/// each field (WCAG 2.2, technique G139, as GOV.UK's error summary does it).
pub struct ErrorSummary {
    pub text: String,
    pub items: Vec<SummaryItem>,
}

pub struct SummaryItem {
    /// The id of what is to be corrected.
    pub field: &'static str,
    pub text: String,
}

/// A page as it is sent. Nobody keeps it: the router sees to that.
pub fn page(template: &impl Template) -> Result<Response, Problem> {
    let html = template.render().map_err(|error| Problem::internal(error.to_string()))?;
    Ok(Html(html).into_response())
}

/// A page that tells of the problem itself, under its status.
pub fn page_of_problem(template: &impl Template, problem: Problem) -> Result<Response, Problem> {
    let mut response = page(template)?;
    *response.status_mut() = problem.status;
    response.extensions_mut().insert(problem);
    Ok(response)
}

/// A rule as our types word it, as a sentence.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// What tells a variant from its product's others; nothing where it is the only one.
pub fn variant_label(product: &Product, variant: &Variant) -> String {
    if product.variants.len() > 1 { variant.title.clone() } else { String::new() }
}

/// The variant's label and picture; the SKU where the catalog no longer has it.
pub fn known(line: &LineView, snapshot: &Snapshot) -> (String, Option<Image>) {
    match snapshot.variant(line.variant_id) {
        Some((product, variant)) => (variant_label(product, variant), product.images.first().cloned()),
        None => (line.sku.clone(), None),
    }
}

pub fn line_title(lines: &[LineView], id: LineId) -> &str {
    lines.iter().find(|line| line.id == id).map_or("One product", |line| &line.title)
}

/// What could not be had, a sentence for each line, with a space behind it.
pub fn shortages(short: &[ShortLine], lines: &[LineView]) -> String {
    let sentence = |short: &ShortLine| {
        let title = line_title(lines, short.line_id);
        match short.available {
            ..=0 => format!("{title} is sold out. "),
            1 => format!("Only 1 piece of {title} is left, not {}. ", short.requested),
            left => format!("Only {left} pieces of {title} are left, not {}. ", short.requested),
        }
    };
    short.iter().map(sentence).collect()
}

pub fn summary(lines: &[LineView], snapshot: &Snapshot) -> Vec<SummaryLine> {
    let line = |line: &LineView| {
        let (variant, image) = known(line, snapshot);
        SummaryLine { title: line.title.clone(), variant, quantity: line.quantity, total: line.total.display(), image }
    };
    lines.iter().map(line).collect()
}

impl Totals {
    /// `shipping`: whether it is known yet.
    pub fn new(totals: &order::Totals, shipping: bool) -> Self {
        let rows = [
            (true, "Items", totals.items),
            (totals.discount.amount != 0, "Discount", totals.discount),
            (shipping, "Shipping", totals.shipping),
            (totals.tax.amount != 0, "Tax included", totals.tax),
        ];
        let rows = rows.into_iter().filter(|(shown, ..)| *shown);
        Self {
            rows: rows.map(|(_, label, amount)| TotalRow { label, amount: amount.display() }).collect(),
            total: totals.total.display(),
        }
    }
}
