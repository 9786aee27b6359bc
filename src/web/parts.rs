//! What several pages show: pictures, lines, sums, choices, what went wrong.

use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::frame::Spoken;
use super::totals::minus;
use super::words::Fill;
use super::words::buying::BuyingWords;
use super::words::fill;
use crate::catalog::product::Part;
use crate::ids::{OrderId, VariantId};
use crate::messages::words;
use crate::orders::cart::CartProblem;
use crate::orders::error::ShortLine;
use crate::orders::order::{Line, LineId};
use crate::orders::view::{DiscountView, LineView, ShippingView};
use crate::ports::Timestamp;
use crate::problem::Problem;
use crate::shelf::snapshot::{Image, Product, Snapshot, Variant};
use crate::text::{self, Language};

#[derive(Template)]
#[template(path = "_summary_line.html")]
pub struct SummaryLine {
    pub w: &'static BuyingWords,
    pub language: Language,
    pub id: LineId,
    pub title: String,
    pub variant: String,
    /// In words.
    pub quantity: String,
    pub reductions: Vec<Reduction>,
    pub total: String,
    pub image: Option<Image>,
    /// What is said of pieces that have yet to come.
    pub later: String,
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
    pub fn until(language: Language, at: Timestamp, now: Timestamp) -> Option<Self> {
        let w = BuyingWords::of(language);
        let left = Some(at.since(now)).filter(|left| *left > 0)?;
        let iso = at.to_string();
        let clock = iso.get(11..16).unwrap_or_default();
        let words = match (left + 30_000) / 60_000 {
            minutes if minutes > 120 => w.until.with(&words::moment(language, at)),
            0 => w.less_than_a_minute.with(clock),
            1 => w.about_a_minute.with(clock),
            minutes => fill(w.about_minutes, &[&minutes.to_string(), clock]),
        };
        Some(Self { iso, words })
    }
}

/// What went wrong, at the top of the page: it takes the focus and leads to
/// each field (WCAG 2.2, technique G139, as GOV.UK's error summary does it).
#[derive(Default, Template)]
#[template(path = "_error_summary.html")]
pub struct ErrorSummary {
    w: Spoken,
    pub text: String,
    pub items: Vec<SummaryItem>,
}

impl ErrorSummary {
    pub fn new(language: Language, text: String, items: Vec<SummaryItem>) -> Self {
        Self { w: Spoken::from(language), text, items }
    }
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
fn variant_label(language: Language, product: &Product, variant: &Variant) -> String {
    if product.variants.len() < 2 {
        return String::new();
    }
    product.texts(Some(language)).variant(&product.options, variant).into_owned()
}

/// What a line is called: as the catalog says it in the language, else as the line itself does, which
/// keeps what the shop called it when it was put in.
pub fn line_title<'a>(language: Language, variant: VariantId, own: &'a str, snapshot: &'a Snapshot) -> &'a str {
    let product = snapshot.variant(variant).map(|(product, _)| product);
    let translations = product.and_then(|product| product.translations.as_deref());
    let translation = translations.and_then(|translations| translations.get(&language));
    translation.and_then(|translation| translation.title.as_deref()).unwrap_or(own)
}

/// A line that a page names by its id: of a cart, or of an order.
pub trait Titled {
    fn id(&self) -> LineId;
    fn title(&self, language: Language, snapshot: &Snapshot) -> String;
}

impl Titled for Line {
    fn id(&self) -> LineId {
        self.id
    }

    fn title(&self, language: Language, snapshot: &Snapshot) -> String {
        line_title(language, self.variant_id, &self.title, snapshot).to_owned()
    }
}

impl Titled for LineView {
    fn id(&self) -> LineId {
        self.id
    }

    fn title(&self, language: Language, snapshot: &Snapshot) -> String {
        line_title(language, self.variant_id, &self.title, snapshot).to_owned()
    }
}

/// What the one of these lines is called that has this id.
pub fn title_of(language: Language, snapshot: &Snapshot, lines: &[impl Titled], id: LineId) -> String {
    let title = lines.iter().find(|line| line.id() == id).map(|line| line.title(language, snapshot));
    title.unwrap_or_else(|| BuyingWords::of(language).one_product.to_owned())
}

/// What so many bundles are made of: `1 × Pot, 4 × Cup`, each called as a line would be; nothing of what is no bundle.
pub fn made_of(language: Language, parts: &[Part], bundles: u32, snapshot: &Snapshot) -> String {
    let title = |part: &Part| line_title(language, part.variant_id, &part.title, snapshot).to_owned();
    let words: Vec<_> = parts.iter().map(|part| format!("{} × {}", part.of(bundles), title(part))).collect();
    words.join(", ")
}

/// The variant's label, with what a bundle is made of, and its picture; the SKU where the catalog
/// no longer has it.
pub fn known(language: Language, line: &LineView, snapshot: &Snapshot) -> (String, Option<Image>) {
    let (mut label, image) = match snapshot.variant(line.variant_id) {
        Some((product, variant)) => (variant_label(language, product, variant), product.images.first().cloned()),
        None => (line.sku.clone(), None),
    };
    if !line.parts.is_empty() {
        let parts = made_of(language, &line.parts, 1, snapshot);
        label = [label, parts].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(": ");
    }
    (label, image)
}

/// What could not be had, a sentence for each line, with a space behind it.
pub fn shortages(language: Language, short: &[ShortLine], title: impl Fn(LineId) -> String) -> String {
    let sentence = |short: &ShortLine| format!("{} ", Short::from(short).of(language, &title(short.line_id)));
    short.iter().map(sentence).collect()
}

/// What is said of a line's pieces that have yet to come.
pub fn later(language: Language, line: &LineView) -> String {
    let w = BuyingWords::of(language);
    match line.backordered {
        None => String::new(),
        Some(pieces) if pieces == line.quantity => w.later.to_owned(),
        Some(pieces) => fill(w.some_later, &[&pieces.to_string(), &line.quantity.to_string()]),
    }
}

pub fn summary(language: Language, lines: &[LineView], snapshot: &Snapshot) -> Vec<SummaryLine> {
    let w = BuyingWords::of(language);
    let line = |line: &LineView| {
        let (variant, image) = known(language, line, snapshot);
        let title = line_title(language, line.variant_id, &line.title, snapshot).to_owned();
        let total = line.total.display_in(language);
        let quantity = w.quantity.with(&line.quantity.to_string());
        let (reductions, later) = (reductions(language, line), later(language, line));
        SummaryLine { w, language, id: line.id, title, variant, quantity, reductions, total, image, later, short: None }
    };
    lines.iter().map(line).collect()
}

pub fn reductions(language: Language, line: &LineView) -> Vec<Reduction> {
    let reduction =
        |discount: &DiscountView| Reduction { title: discount.title.clone(), amount: minus(language, discount.amount) };
    line.discounts.iter().map(reduction).collect()
}

/// When something arrives, or can be fetched.
pub fn arrival(language: Language, shipping: &ShippingView, now: Timestamp) -> Option<String> {
    let w = BuyingWords::of(language);
    let arrives = shipping.arrives?;
    let days = words::days(language, arrives.from, arrives.to, now);
    let one_day = !days.contains(language.of(" to ", " bis "));
    Some(match (&shipping.pick_up, one_day) {
        (Some(_), true) => w.ready_on.with(&days),
        (Some(_), false) => w.ready_between.with(&days.replace(" to ", " and ")),
        (None, true) => w.arrives_on.with(&days),
        (None, false) => w.arrives_between.with(&days),
    })
}

/// How many pieces there are on all lines together.
pub fn pieces(language: Language, lines: &[LineView]) -> String {
    let w = BuyingWords::of(language);
    match lines.iter().map(|line| u64::from(line.quantity)).sum() {
        1_u64 => w.one_piece.to_owned(),
        pieces => w.many_pieces.with(&pieces.to_string()),
    }
}

impl Short {
    pub fn of_problem(problem: &CartProblem) -> Option<Self> {
        Some(Self { requested: problem.requested?, left: problem.available?.max(0) })
    }

    /// A sentence that stands beside the line.
    pub fn text(self, language: Language) -> String {
        let w = BuyingWords::of(language);
        let [requested, left] = self.counts();
        match self.left {
            0 => w.out_now.to_owned(),
            left_over if left_over >= i64::from(self.requested) => w.for_all.with(&left),
            1 => w.one_left.with(&requested),
            _ => fill(w.few_left, &[&left, &requested]),
        }
    }

    /// A sentence that names what it is about.
    pub fn of(self, language: Language, title: &str) -> String {
        let w = BuyingWords::of(language);
        let [requested, left] = self.counts();
        match self.left {
            0 => w.is_out.with(title),
            left_over if left_over >= i64::from(self.requested) => fill(w.for_all_of, &[&left, title]),
            1 => fill(w.one_left_of, &[title, &requested]),
            _ => fill(w.few_left_of, &[&left, title, &requested]),
        }
    }

    /// What the button says that takes what is left.
    pub fn take(self, language: Language) -> String {
        BuyingWords::of(language).take.with(&self.left.to_string())
    }

    /// The same, for whoever does not see which line it stands at.
    pub fn take_of(self, language: Language, title: &str) -> String {
        fill(BuyingWords::of(language).take_of, &[&self.left.to_string(), title])
    }

    fn counts(self) -> [String; 2] {
        [self.requested.to_string(), self.left.to_string()]
    }
}

impl From<&ShortLine> for Short {
    fn from(line: &ShortLine) -> Self {
        Self { requested: line.requested, left: line.available.max(0) }
    }
}
