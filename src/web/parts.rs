//! What several pages show: pictures, lines, sums, choices, what went wrong.

use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::totals::minus;
use crate::catalog::product::parts::in_words;
use crate::ids::OrderId;
use crate::messages::words;
use crate::orders::cart::CartProblem;
use crate::orders::error::ShortLine;
use crate::orders::order::LineId;
use crate::orders::view::{DiscountView, LineView, ShippingView};
use crate::ports::Timestamp;
use crate::problem::Problem;
use crate::shelf::snapshot::{Image, Product, Snapshot, Variant};
use crate::text::{self, Language};

/// Why nothing was held.
pub const STOCK_UNAVAILABLE: &str = "The stock could not be reached. Nothing was charged. Please try again.";

#[derive(Template)]
#[template(path = "_summary_line.html")]
pub struct SummaryLine {
    pub id: LineId,
    pub title: String,
    pub variant: String,
    pub quantity: u32,
    pub reductions: Vec<Reduction>,
    pub total: String,
    pub image: Option<Image>,
    /// Why it cannot be had as it is.
    pub short: Option<Short>,
}

/// That a line wants more than there is.
#[derive(Debug, Clone, Copy)]
pub struct Short {
    pub requested: u32,
    /// The pieces that can be had; not negative.
    pub left: i64,
}

/// One of several radio buttons.
#[derive(Default)]
pub struct Choice {
    pub id: String,
    pub label: String,
    pub price: String,
    /// What it would cost without its discount.
    pub before: Option<String>,
    pub notes: Vec<String>,
    /// What is to be read once it is chosen, line by line.
    pub more: Vec<String>,
    pub selected: bool,
}

/// What a promotion takes off a line.
pub struct Reduction {
    pub title: String,
    pub amount: String,
}

/// A time to come. The page does not know the buyer's clock, so it says how
/// long there is, too, or the day, where it is another.
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
            minutes if minutes > 120 => format!("until {}", words::moment(Language::En, at)),
            0 => format!("for less than a minute, until {clock} UTC"),
            1 => format!("for about a minute, until {clock} UTC"),
            minutes => format!("for about {minutes} minutes, until {clock} UTC"),
        };
        Some(Self { iso, words })
    }
}

/// What went wrong, at the top of the page: it takes the focus and leads to
/// each field (WCAG 2.2, technique G139, as GOV.UK's error summary does it).
#[derive(Default, Template)]
#[template(path = "_error_summary.html")]
pub struct ErrorSummary {
    pub text: String,
    pub items: Vec<SummaryItem>,
}

pub struct SummaryItem {
    /// The id of what is to be corrected; none where it is about no field.
    pub field: String,
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

pub fn to_order(id: OrderId) -> Redirect {
    Redirect::to(&format!("/orders/{id}"))
}

/// A rule as our types word it, as a sentence.
pub fn sentence(text: &str) -> String {
    text::capitalised(text) + "."
}

/// What tells a variant from its product's others; nothing where it is the only one.
pub fn variant_label(product: &Product, variant: &Variant) -> String {
    if product.variants.len() > 1 { variant.title.clone() } else { String::new() }
}

/// The variant's label, with what a bundle is made of, and its picture; the SKU where the catalog
/// no longer has it.
pub fn known(line: &LineView, snapshot: &Snapshot) -> (String, Option<Image>) {
    let (mut label, image) = match snapshot.variant(line.variant_id) {
        Some((product, variant)) => (variant_label(product, variant), product.images.first().cloned()),
        None => (line.sku.clone(), None),
    };
    if !line.parts.is_empty() {
        label =
            [label, in_words(&line.parts)].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(": ");
    }
    (label, image)
}

/// What could not be had, a sentence for each line, with a space behind it.
pub fn shortages<'a>(short: &[ShortLine], title: impl Fn(LineId) -> &'a str) -> String {
    let sentence = |short: &ShortLine| format!("{} ", Short::from(short).of(title(short.line_id)));
    short.iter().map(sentence).collect()
}

pub fn summary(lines: &[LineView], snapshot: &Snapshot) -> Vec<SummaryLine> {
    let line = |line: &LineView| {
        let (variant, image) = known(line, snapshot);
        let (title, total) = (line.title.clone(), line.total.display());
        let (quantity, reductions) = (line.quantity, reductions(line));
        SummaryLine { id: line.id, title, variant, quantity, reductions, total, image, short: None }
    };
    lines.iter().map(line).collect()
}

pub fn reductions(line: &LineView) -> Vec<Reduction> {
    let reduction =
        |discount: &DiscountView| Reduction { title: discount.title.clone(), amount: minus(discount.amount) };
    line.discounts.iter().map(reduction).collect()
}

/// When something arrives, or can be fetched.
pub fn arrival(shipping: &ShippingView, now: Timestamp) -> Option<String> {
    let arrives = shipping.arrives?;
    let days = words::days(Language::En, arrives.from, arrives.to, now);
    let one_day = !days.contains(" to ");
    Some(match (&shipping.pick_up, one_day) {
        (Some(_), true) => format!("Ready on {days}"),
        (Some(_), false) => format!("Ready between {}", days.replace(" to ", " and ")),
        (None, true) => format!("Arrives on {days}"),
        (None, false) => format!("Arrives {days}"),
    })
}

/// How many pieces there are on all lines together.
pub fn pieces(lines: &[LineView]) -> String {
    match lines.iter().map(|line| u64::from(line.quantity)).sum() {
        1_u64 => "1 piece".to_owned(),
        pieces => format!("{pieces} pieces"),
    }
}

impl Short {
    pub fn of_problem(problem: &CartProblem) -> Option<Self> {
        Some(Self { requested: problem.requested?, left: problem.available?.max(0) })
    }

    /// A sentence that stands beside the line.
    pub fn text(self) -> String {
        if self.left == 0 { "Sold out at the moment.".to_owned() } else { self.only("") }
    }

    /// A sentence that names what it is about.
    pub fn of(self, title: &str) -> String {
        if self.left == 0 { format!("{title} is sold out.") } else { self.only(&format!(" of {title}")) }
    }

    fn only(self, of_what: &str) -> String {
        let Self { requested, left } = self;
        match left {
            left if left >= i64::from(requested) => {
                format!("Only {left}{of_what} are left for all lines that want it.")
            }
            1 => format!("Only 1 piece{of_what} is left, not {requested}."),
            left => format!("Only {left} pieces{of_what} are left, not {requested}."),
        }
    }
}

impl From<&ShortLine> for Short {
    fn from(line: &ShortLine) -> Self {
        Self { requested: line.requested, left: line.available.max(0) }
    }
}
