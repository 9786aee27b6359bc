//! The cart's page.

use std::collections::BTreeMap;

use askama::Template;

use super::pages::product_url;
use super::parts::{ErrorSummary, Short, SummaryItem, Totals, known, pieces};
use super::quantities::CartForm;
use crate::app::App;
use crate::orders::cart::{Cart, CartProblem};
use crate::orders::error::OrderError;
use crate::orders::order::LineId;
use crate::orders::stock::shortages;
use crate::orders::view::{LineView, Status};
use crate::problem::Problem;
use crate::shelf::snapshot::{Image, Snapshot};

#[derive(Template)]
#[template(path = "cart.html")]
pub struct CartPage<'a> {
    shop_name: &'a str,
    lines: Vec<CartLine>,
    totals: Totals,
    pieces: String,
    error_summary: Option<ErrorSummary>,
    placed_url: Option<String>,
}

struct CartLine {
    id: LineId,
    url: String,
    title: String,
    variant: String,
    sku: String,
    unit_price: String,
    /// As it was typed, where that has not been taken.
    quantity: String,
    fault: Option<String>,
    short: Option<Short>,
    total: String,
    image: Option<Image>,
}

impl<'a> CartPage<'a> {
    /// The cart as it is. One that was placed is empty again, and tells of its
    /// order.
    pub async fn new(app: &App, snapshot: &'a Snapshot, cart: Option<&Cart>) -> Result<Self, Problem> {
        let open = cart.filter(|cart| cart.status == Status::Open);
        let view = open.map(|cart| cart.view(snapshot, app.clock.now())).transpose().map_err(OrderError::from)?;
        let mut problems = view.as_ref().map_or_else(Vec::new, |view| view.problems.clone());
        if let Some(cart) = open {
            problems.extend(shortages(app, snapshot, cart).await);
        }
        let lines = view.as_ref().map_or(&[][..], |view| &view.lines);
        Ok(Self {
            shop_name: &snapshot.settings.shop_name,
            lines: lines.iter().map(|line| CartLine::new(line, snapshot, &problems)).collect(),
            totals: view
                .as_ref()
                .map_or_else(Totals::default, |view| Totals::new(&view.totals, view.shipping_option.is_some())),
            pieces: pieces(lines),
            error_summary: summary(String::new(), lines.iter().flat_map(|line| items(line, &problems)).collect()),
            placed_url: cart.filter(|cart| cart.status != Status::Open).map(|order| format!("/orders/{}", order.id)),
        })
    }

    /// With what was typed and not taken, and why.
    pub fn with_faults(mut self, form: &CartForm, faults: &BTreeMap<LineId, String>) -> Self {
        for line in &mut self.lines {
            if let Some(typed) = form.typed.get(&line.id) {
                line.quantity.clone_from(typed);
            }
            line.fault = faults.get(&line.id).cloned();
        }
        let about = |line: &CartLine| {
            let text = format!("{}: {}", line.title, line.fault.as_ref()?);
            Some(SummaryItem { field: line.id.to_string(), text })
        };
        let faults: Vec<SummaryItem> = self.lines.iter().filter_map(about).collect();
        let ErrorSummary { text, items } = self.error_summary.take().unwrap_or_default();
        self.error_summary = summary(text, faults.into_iter().chain(items).collect());
        self
    }

    /// With this told first.
    pub fn with_notice(mut self, text: String) -> Self {
        let items = self.error_summary.take().unwrap_or_default().items;
        self.error_summary = summary(text, items);
        self
    }
}

fn summary(text: String, items: Vec<SummaryItem>) -> Option<ErrorSummary> {
    (!text.is_empty() || !items.is_empty()).then_some(ErrorSummary { text, items })
}

fn items<'a>(line: &'a LineView, problems: &'a [CartProblem]) -> impl Iterator<Item = SummaryItem> + 'a {
    problems.iter().filter(|problem| problem.line_id == Some(line.id)).map(|problem| SummaryItem {
        field: line.id.to_string(),
        text: match Short::of_problem(problem) {
            Some(short) => short.of(&line.title),
            None => format!("{}: {}.", line.title, problem.detail),
        },
    })
}

impl CartLine {
    fn new(line: &LineView, snapshot: &Snapshot, problems: &[CartProblem]) -> Self {
        let (variant, image) = known(line, snapshot);
        Self {
            id: line.id,
            url: snapshot.by_id(line.product_id).map_or_else(|| "/".to_owned(), product_url),
            title: line.title.clone(),
            variant,
            sku: line.sku.clone(),
            unit_price: line.unit_price.display(),
            quantity: line.quantity.to_string(),
            fault: None,
            short: problems.iter().filter(|problem| problem.line_id == Some(line.id)).find_map(Short::of_problem),
            total: line.total.display(),
            image,
        }
    }
}
